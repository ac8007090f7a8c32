//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a file the owner and the group of the one that it replaces, or the group at least, as far as the
// system lets this program. It tells whether the group is the same.
func keepOwner(file *os.File, old fs.FileInfo) bool {
	info, err := file.Stat()
	if err != nil {
		return false
	}
	want, ok := old.Sys().(*syscall.Stat_t)
	have, alsoOK := info.Sys().(*syscall.Stat_t)
	if !ok || !alsoOK {
		return false
	}
	if want.Uid == have.Uid && want.Gid == have.Gid {
		return true
	}
	return file.Chown(int(want.Uid), int(want.Gid)) == nil || want.Gid == have.Gid ||
		file.Chown(-1, int(want.Gid)) == nil
}
