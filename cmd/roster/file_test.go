package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// replace writes text to a target as an export does.
func replace(t *testing.T, target, text string) {
	t.Helper()
	out, _, err := openOutput(t.Context(), target, io.Discard)
	require.NoError(t, err)
	defer out.discard()
	_, err = io.WriteString(out, text)
	require.NoError(t, err)
	require.NoError(t, out.complete())
}

func TestAFileKeepsItsMode(t *testing.T) {
	for _, mode := range []os.FileMode{0o600, 0o640, 0o644, 0o660} {
		file := filepath.Join(t.TempDir(), "staff.jsonl")
		require.NoError(t, os.WriteFile(file, []byte("yesterday"), 0o600))
		require.NoError(t, os.Chmod(file, mode))
		replace(t, file, "today")
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.Equal(t, mode, info.Mode().Perm())
	}
}

func TestALinkStaysOne(t *testing.T) {
	for _, there := range []bool{true, false} {
		folder, elsewhere := t.TempDir(), t.TempDir()
		link, middle, file := filepath.Join(folder, "link"), filepath.Join(folder, "middle"),
			filepath.Join(elsewhere, "staff")
		require.NoError(t, os.Symlink("middle", link))
		require.NoError(t, os.Symlink(file, middle))
		if there {
			require.NoError(t, os.WriteFile(file, []byte("yesterday"), 0o600))
		}
		out, where, err := openOutput(t.Context(), link, io.Discard)
		require.NoError(t, err)
		assert.Equal(t, elsewhere, where, "what is sorted lies where the file is")
		out.discard()
		replace(t, link, "today")
		for _, name := range []string{link, middle} {
			info, err := os.Lstat(name)
			require.NoError(t, err)
			assert.Equal(t, os.ModeSymlink, info.Mode().Type())
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, "today", string(text))
	}
}

func TestLinksInACircle(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink("link", link))
	_, _, err := openOutput(t.Context(), link, io.Discard)
	assert.ErrorContains(t, err, "cannot write "+link)
}

func TestAnInterruptibleWriterWaitsForNobody(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	read, write := io.Pipe()
	defer read.Close()
	w := &interruptible{ctx, write}
	ended := make(chan error)
	go func() {
		_, err := w.Write([]byte("ab"))
		ended <- err
	}()
	_, err := io.ReadFull(read, make([]byte, 1)) // and the rest is not read
	require.NoError(t, err)
	why := errors.New("enough")
	cancel(why)
	require.ErrorIs(t, <-ended, why)
	_, err = w.Write([]byte("c"))
	require.ErrorIs(t, err, why)

	var b bytes.Buffer
	n, err := (&interruptible{t.Context(), &b}).Write([]byte("abc"))
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	assert.Equal(t, "abc", b.String())
}
