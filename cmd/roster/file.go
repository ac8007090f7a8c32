package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// output is where an export goes.
type output interface {
	io.Writer
	complete() error // says that all is written
	discard()        // gives up what is not complete
}

// openOutput opens what -o names. stdout is standard output, which "-" and "" name as well. What is there is harmed in
// no way: a regular file is replaced when the export is complete, and keeps its mode; a link keeps pointing to it; a
// pipe, a device or another thing that is no regular file is written to. folder is where a regular file is.
func openOutput(ctx context.Context, target string, stdout io.Writer) (out output, folder string, err error) {
	if target == "" || target == "-" {
		return openStream{Writer: stdout}, "", nil
	}
	info, err := os.Stat(target)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, "", cannotWrite(target, err)
	case err == nil && info.IsDir():
		return nil, "", fmt.Errorf("-o %s is a folder: name a file", target)
	case err == nil && isStandard(info, stdout):
		// /dev/stdout: a file behind it is the shell's, which may append to it
		return openStream{Writer: stdout}, "", nil
	case err == nil && isStandard(info, os.Stderr):
		return openStream{Writer: &interruptible{ctx, os.Stderr}}, "", nil
	case err == nil && !info.Mode().IsRegular():
		file, err := openThing(ctx, target)
		if err != nil {
			return nil, "", cannotWrite(target, err)
		}
		return openStream{&interruptible{ctx, file}, file}, "", nil
	}
	pending, err := newPendingFile(target, 0o600)
	if err != nil {
		return nil, "", err
	}
	return pending, filepath.Dir(pending.place), nil
}

// isStandard tells whether a file is the one behind a stream of this program.
func isStandard(info fs.FileInfo, stream io.Writer) bool {
	file := fileBehind(stream)
	if file == nil {
		return false
	}
	own, err := file.Stat()
	return err == nil && os.SameFile(info, own)
}

// openThing opens what is no regular file. A pipe makes it wait for a reader.
func openThing(ctx context.Context, target string) (*os.File, error) {
	type result struct {
		file *os.File
		err  error
	}
	done := make(chan result, 1)
	go func() {
		file, err := os.OpenFile(target, os.O_WRONLY, 0)
		done <- result{file, err}
	}()
	select {
	case r := <-done:
		return r.file, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// openStream is an output that is written as it goes. closer is nil for what this program has not opened.
type openStream struct {
	io.Writer
	closer io.Closer
}

func (s openStream) complete() error {
	if s.closer == nil {
		return nil
	}
	return s.closer.Close()
}

func (s openStream) discard() {
	if s.closer != nil {
		_ = s.closer.Close()
	}
}

// pendingFile is a file that appears under its name once it is complete. Until then, and if it never is, what was there
// stays.
type pendingFile struct {
	*os.File
	target string // as it was asked for
	place  string // where that leads
	mode   fs.FileMode
	old    fs.FileInfo // of the file that it replaces, or nil
}

// newPendingFile makes a file beside target that only its owner can read until it is complete. mode is for a target
// that is not there yet.
func newPendingFile(target string, mode fs.FileMode) (*pendingFile, error) {
	place, err := followLinks(target)
	if err != nil {
		return nil, cannotWrite(target, err)
	}
	f := &pendingFile{target: target, place: place, mode: mode}
	if info, err := os.Stat(place); err == nil {
		f.old, f.mode = info, info.Mode().Perm()
	}
	f.File, err = os.CreateTemp(filepath.Dir(place), "."+filepath.Base(place)+".*")
	if err != nil {
		return nil, cannotWrite(target, err)
	}
	return f, nil
}

// followLinks returns where a path leads, which need not be there.
func followLinks(path string) (string, error) {
	for range 40 { // as many as Linux follows
		next, err := os.Readlink(path)
		if err != nil {
			return path, nil //nolint:nilerr // it is no link
		}
		if !filepath.IsAbs(next) {
			folder, err := filepath.EvalSymlinks(filepath.Dir(path))
			if err != nil {
				return "", err
			}
			next = filepath.Join(folder, next)
		}
		path = next
	}
	return "", errors.New("too many links")
}

// Write adds to the file.
func (f *pendingFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	return n, cannotWrite(f.target, err)
}

// complete puts the file in its place.
func (f *pendingFile) complete() error {
	mode := f.mode
	if f.old != nil && !keepOwner(f.File, f.old) {
		mode &^= 0o070 // the group that could read the old file is not the one that the new file has
	}
	if err := errors.Join(f.Chmod(mode), f.Sync(), f.Close()); err != nil { // Windows renames no open file
		return cannotWrite(f.target, err)
	}
	return cannotWrite(f.target, os.Rename(f.Name(), f.place))
}

// cannotWrite names the file that was asked for in place of the pending one.
func cannotWrite(target string, err error) error {
	if err == nil {
		return nil
	}
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return fmt.Errorf("cannot write %s: %w", target, err)
}

// discard removes the file if it is not complete.
func (f *pendingFile) discard() {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// writeFile writes a file that everybody can read, whole or not at all.
func writeFile(target string, data []byte) error {
	file, err := newPendingFile(target, 0o644)
	if err != nil {
		return err
	}
	defer file.discard()
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.complete()
}
