package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/roster-go/roster/directory"
)

const (
	formatJSONL = "jsonl"
	formatCSV   = "csv"
	formatSCIM  = "scim"
)

// formats are those of an export.
var formats = []string{formatJSONL, formatCSV, formatSCIM}

// encoder writes a company in another format than a snapshot's. Departments come first, then groups, then people, each
// sorted by id.
type encoder interface {
	department(directory.Department) error
	group(directory.Group) error
	user(directory.User) error
	end() error
}

// writeFormat walks a directory and writes it. Nothing is written before the walk has reached its end.
func writeFormat(
	ctx context.Context, f exportFlags, w io.Writer, d directory.Directory, o directory.SnapshotOptions,
) (directory.Counts, error) {
	if f.format == formatJSONL {
		return directory.WriteSnapshot(ctx, w, d, o)
	}
	buffered := bufio.NewWriterSize(w, 1<<16)
	var to encoder = newSCIM(buffered)
	if f.format == formatCSV {
		to = newCSV(buffered, d.Vendor(), f.excel, f.groups)
	}
	lines := &projection{to: to}
	counts, err := directory.WriteSnapshot(ctx, lines, d, o)
	if err == nil && !lines.ended {
		err = fmt.Errorf("%w: its last line did not come", directory.ErrBadSnapshot)
	}
	if err == nil {
		err = to.end()
	}
	if err == nil {
		err = buffered.Flush()
	}
	return counts, err
}

// projection takes a snapshot as it is written and hands it to an encoder line by line.
type projection struct {
	to    encoder
	rest  []byte // of a line that has not ended
	ended bool
}

func (p *projection) Write(data []byte) (int, error) {
	written := len(data)
	for {
		line, after, found := bytes.Cut(data, []byte("\n"))
		if !found {
			p.rest = append(p.rest, data...)
			return written, nil
		}
		data = after
		if len(p.rest) > 0 {
			line = append(p.rest, line...)
		}
		if err := p.line(line); err != nil {
			return 0, err
		}
		p.rest = p.rest[:0]
	}
}

func (p *projection) line(line []byte) error {
	var what struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(line, &what); err != nil {
		return err
	}
	switch what.Kind {
	case "department":
		var d directory.Department
		if err := json.Unmarshal(line, &d); err != nil {
			return err
		}
		return p.to.department(d)
	case "group":
		var g directory.Group
		if err := json.Unmarshal(line, &g); err != nil {
			return err
		}
		return p.to.group(g)
	case "user":
		var u directory.User
		if err := json.Unmarshal(line, &u); err != nil {
			return err
		}
		return p.to.user(u)
	case "end":
		p.ended = true
	}
	return nil
}

// plainJSON writes one value a line and leaves <, > and & alone.
func plainJSON(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

// writeRaw writes what comes with the vendor's own values, as it comes.
func writeRaw(
	ctx context.Context, w io.Writer, d directory.Directory, walk directory.WalkOptions, groups bool,
) (counts directory.Counts, err error) {
	type groupLine struct {
		Vendor string `json:"vendor"`
		Kind   string `json:"kind"`
		directory.Group
		Raw any `json:"raw,omitempty"`
	}
	type departmentLine struct {
		Vendor string `json:"vendor"`
		Kind   string `json:"kind"`
		directory.Department
		Raw any `json:"raw,omitempty"`
	}
	type plainUser directory.User // without its JSON
	type userLine struct {
		Vendor string `json:"vendor"`
		Kind   string `json:"kind"`
		plainUser
		Active *bool `json:"active,omitempty"`
		Raw    any   `json:"raw,omitempty"`
	}
	buffered := bufio.NewWriterSize(w, 1<<16)
	lines := plainJSON(buffered)
	var failed error
	also := walk.Department
	walk.Department = func(department directory.Department) {
		also(department)
		counts.Departments++
		if failed == nil {
			failed = lines.Encode(departmentLine{d.Vendor(), "department", department, department.Raw})
		}
	}
	for user, err := range directory.Walk(ctx, d, walk) {
		if err != nil {
			return counts, err
		}
		counts.Users++
		if failed == nil {
			failed = lines.Encode(userLine{d.Vendor(), "user", plainUser(user), activeOrNil(user), user.Raw})
		}
		if failed != nil {
			return counts, failed
		}
	}
	if failed != nil {
		return counts, failed
	}
	if groups {
		reader, ok := d.(directory.Groups)
		if !ok {
			return counts, fmt.Errorf("%s: %w", d.Vendor(), directory.ErrNoGroups)
		}
		for group, err := range reader.Groups(ctx) {
			if err == nil {
				counts.Groups++
				err = lines.Encode(groupLine{d.Vendor(), "group", group, group.Raw})
			}
			if err != nil {
				return counts, err
			}
		}
	}
	return counts, buffered.Flush()
}

// activeOrNil is nil where the vendor does not say.
func activeOrNil(u directory.User) *bool {
	if active, known := u.Active(); known {
		return &active
	}
	return nil
}
