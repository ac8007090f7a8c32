// Package state remembers a company as it was last carried over to a target, so that a sync does only what has changed
// since. Copy it along with the program that uses it.
//
// The state is a snapshot in a file. [Compare] reads the company and says what is different; the program carries that
// over in steps that can be made twice; [Save] puts the new state in the place of the old one. A program that is killed
// in between has the old state, compares again, and makes good what it left.
package state

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/roster-go/roster/directory"
)

// Compare reads the company and compares it with the state in file; with no such file, with nobody. It returns what
// changed, and the company to save when that has been carried over: what only the last run was told of somebody is
// still in it. It fails with [directory.ErrRefused] where the difference looks like an accident.
func Compare(
	ctx context.Context, d directory.Directory, file string, o directory.DiffOptions,
) (*directory.Snapshot, []directory.Change, error) {
	var b bytes.Buffer
	if _, err := directory.WriteSnapshot(ctx, &b, d, directory.SnapshotOptions{}); err != nil {
		return nil, nil, err
	}
	now, err := directory.ReadSnapshot(&b)
	if err != nil {
		return nil, nil, err
	}
	old := &directory.Snapshot{Header: now.Header}
	data, err := os.ReadFile(file)
	switch {
	case err == nil:
		old, err = directory.ReadSnapshot(bytes.NewReader(data))
	case errors.Is(err, os.ErrNotExist):
		err = nil
	}
	if err != nil {
		return nil, nil, err
	}
	diff, err := directory.Diff(old, now, o)
	if err != nil {
		return nil, nil, err
	}
	changes := slices.Collect(diff)
	return directory.Apply(old, slices.Values(changes)), changes, nil
}

// Save puts a company in the place of the state, all at once. The file is its owner's alone: it is personal data.
func Save(file string, company *directory.Snapshot) error {
	next, err := os.CreateTemp(filepath.Dir(file), ".sync-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(next.Name()) }() // there is none any more if all went well
	if err := errors.Join(company.Write(next), next.Sync(), next.Close()); err != nil {
		return err
	}
	return os.Rename(next.Name(), file)
}
