package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// pendingFile is a file that appears under its name once it is complete. Until then, and if it never is, what was there
// stays.
type pendingFile struct {
	*os.File
	target string
}

// newPendingFile makes a file beside target that only its owner can read.
func newPendingFile(target string) (*pendingFile, error) {
	file, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return nil, cannotWrite(target, err)
	}
	return &pendingFile{file, target}, nil
}

// Write adds to the file.
func (f *pendingFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	return n, cannotWrite(f.target, err)
}

// complete puts the file in its place.
func (f *pendingFile) complete() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil { // Windows renames no open file
		return cannotWrite(f.target, err)
	}
	return cannotWrite(f.target, os.Rename(f.Name(), f.target))
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
	file, err := newPendingFile(target)
	if err != nil {
		return err
	}
	defer file.discard()
	if _, err := file.Write(data); err != nil {
		return err
	}
	if err := file.Chmod(0o644); err != nil {
		return cannotWrite(target, err)
	}
	return file.complete()
}
