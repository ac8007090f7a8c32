//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// program is the command in a process of its own, with nothing but the given variables in its environment.
func program(t *testing.T, env map[string]string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = []string{asProgram + "=1"}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// variables are those of a vendor of a simulator.
func variables(t *testing.T, server *sim.Server, vendor string) map[string]string {
	t.Helper()
	v, err := vendors.Named(vendor)
	require.NoError(t, err)
	return v.Simulated(server)
}

// silent is a vendor that takes calls and never answers. called tells of each.
func silent(t *testing.T) (base string, called <-chan struct{}) {
	t.Helper()
	calls := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // otherwise the server does not notice that the caller is gone
		select {
		case calls <- struct{}{}:
		default:
		}
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	return server.URL, calls
}

// files are the names in a folder.
func files(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func exited(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.True(t, exit.Exited(), "it ended by itself: %v", err)
	return exit.ExitCode()
}

func TestASignalLeavesNothingBehind(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			base, called := silent(t)
			folder := t.TempDir()
			file := filepath.Join(folder, "staff.jsonl")
			require.NoError(t, os.WriteFile(file, []byte("yesterday"), 0o600))
			cmd := program(t, map[string]string{"FEISHU_APP_ID": "a", "FEISHU_APP_SECRET": "b",
				"FEISHU_BASE_URL": base},
				"export", "feishu", "-o", file)
			var said bytes.Buffer
			cmd.Stderr = &said
			require.NoError(t, cmd.Start())
			<-called
			assert.Len(t, files(t, folder), 2, "the new file is under way")
			require.NoError(t, cmd.Process.Signal(signal))
			assert.Equal(t, 128+int(signal), exited(t, cmd.Wait()))
			assert.Equal(t, []string{"staff.jsonl"}, files(t, folder))
			kept, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, "yesterday", string(kept))
			assert.Contains(t, said.String(), "roster: stopped by a signal")
		})
	}
}

func TestASignalEndsAnExportWhoseReaderHasStopped(t *testing.T) {
	server := simtest.Serve(t)
	for _, format := range formats {
		t.Run(format, func(t *testing.T) {
			cmd := program(t, variables(t, server, "wecom"), "export", "wecom", "--format", format)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			_, err = io.ReadFull(out, make([]byte, 1)) // the rest is more than a pipe holds
			require.NoError(t, err)
			require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
			assert.Equal(t, 128+int(syscall.SIGTERM), exited(t, cmd.Wait()))
		})
	}
}

func TestASignalEndsAnExportToAPipeThatNobodyReads(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	cmd := program(t, nil, "export", "wecom", "--sim", "-o", pipe)
	said, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(said).ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, line, "exporting")
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	assert.Equal(t, 130, exited(t, cmd.Wait()))
}

func TestExportToAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	cmd := program(t, nil, "export", "wecom", "--sim", "-o", pipe)
	require.NoError(t, cmd.Start())
	in, err := os.Open(pipe)
	require.NoError(t, err)
	defer in.Close()
	exported, err := directory.ReadSnapshot(in)
	require.NoError(t, err)
	assert.Len(t, exported.Users, 2000)
	require.NoError(t, cmd.Wait())
	info, err := os.Stat(pipe)
	require.NoError(t, err)
	assert.Equal(t, os.ModeNamedPipe, info.Mode().Type(), "it is still a pipe")
}

// /dev/stdout is a link to whatever the shell has opened; replacing that would lose what the shell has put there.
func TestExportToTheNameOfStandardOutput(t *testing.T) {
	for _, name := range []string{"/dev/stdout", "-"} {
		file, err := os.OpenFile(filepath.Join(t.TempDir(), "log"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
		require.NoError(t, err)
		defer file.Close()
		_, err = file.WriteString("before\n")
		require.NoError(t, err)
		cmd := program(t, nil, "export", "wecom", "--sim", "-o", name)
		cmd.Stdout = file
		require.NoError(t, cmd.Run())
		_, err = file.Seek(0, io.SeekStart)
		require.NoError(t, err)
		text, err := io.ReadAll(file)
		require.NoError(t, err)
		before, after, found := strings.Cut(string(text), "\n")
		require.True(t, found)
		assert.Equal(t, "before", before)
		assert.Len(t, snapshot(t, after).Users, 2000)
		assert.Equal(t, []string{"log"}, files(t, filepath.Dir(file.Name())))
	}
	before, err := os.Stat("/dev/null")
	require.NoError(t, err)
	require.NoError(t, program(t, nil, "export", "wecom", "--sim", "-o", "/dev/null").Run())
	after, err := os.Stat("/dev/null")
	require.NoError(t, err)
	assert.Equal(t, os.ModeDevice|os.ModeCharDevice, after.Mode().Type())
	assert.True(t, os.SameFile(before, after))
}

func TestAReaderThatGoesAwayHarmsNoFile(t *testing.T) {
	folder := t.TempDir()
	cmd := program(t, nil, "export", "wecom", "--sim", "-o", filepath.Join(folder, "staff.jsonl"))
	read, write, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, read.Close())
	cmd.Stderr = write
	require.NoError(t, cmd.Run())
	require.NoError(t, write.Close())
	assert.Equal(t, []string{"staff.jsonl"}, files(t, folder))
}

// nohup starts a program with SIGHUP ignored, and it has to stay so.
func TestNohup(t *testing.T) {
	base, called := silent(t)
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `trap '' HUP; exec "$0" export feishu`, self)
	cmd.Env = []string{asProgram + "=1", "FEISHU_APP_ID=a", "FEISHU_APP_SECRET=b", "FEISHU_BASE_URL=" + base}
	require.NoError(t, cmd.Start())
	<-called
	require.NoError(t, cmd.Process.Signal(syscall.SIGHUP))
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	assert.Equal(t, 128+int(syscall.SIGTERM), exited(t, cmd.Wait()))
}

func TestTheGroupThatMayReadAFileDoesNotChangeUnseen(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "staff.jsonl")
	require.NoError(t, os.WriteFile(file, []byte("yesterday"), 0o600))
	require.NoError(t, os.Chmod(file, 0o640))
	if os.Geteuid() == 0 {
		require.NoError(t, os.Chown(file, 12345, 23456))
	}
	out, where, err := openOutput(context.Background(), file, io.Discard)
	require.NoError(t, err)
	defer out.discard()
	assert.Equal(t, folder, where)
	_, err = out.Write([]byte("today"))
	require.NoError(t, err)
	require.NoError(t, out.complete())
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.EqualValues(t, 0o640, info.Mode().Perm())
	if os.Geteuid() == 0 {
		owner := info.Sys().(*syscall.Stat_t)
		assert.Equal(t, []uint32{12345, 23456}, []uint32{owner.Uid, owner.Gid})
	}
}
