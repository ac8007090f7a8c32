package directory

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
)

// spoolLimit is how much a spool holds before it writes a run to a file.
const spoolLimit = 32 << 20

// spool sorts lines by id. With a folder it holds no more than its limit in memory and keeps the rest there, in files
// that nobody else may read and that are gone when the program is.
type spool struct {
	dir   string
	limit int
	lines []spooled
	size  int
	runs  []*os.File
}

type spooled struct {
	id   string
	line []byte
}

func (s *spool) add(id string, line []byte) error {
	s.lines = append(s.lines, spooled{id, line})
	s.size += len(id) + len(line) + 64
	if s.dir == "" || s.size < s.limit {
		return nil
	}
	return s.spill()
}

func (s *spool) sort() {
	slices.SortFunc(s.lines, func(a, b spooled) int { return cmp.Compare(a.id, b.id) })
}

func (s *spool) spill() error {
	s.sort()
	file, err := os.CreateTemp(s.dir, ".roster-sort-*")
	if err != nil {
		return err
	}
	s.runs = append(s.runs, file)
	_ = os.Remove(file.Name()) // it lives on while it is open; where that cannot be, close removes it
	w := bufio.NewWriterSize(file, 1<<16)
	for _, l := range s.lines {
		for _, part := range [][]byte{[]byte(l.id), l.line} {
			if _, err := w.Write(binary.AppendUvarint(nil, uint64(len(part)))); err != nil {
				return err
			}
			if _, err := w.Write(part); err != nil {
				return err
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	s.lines, s.size = nil, 0
	_, err = file.Seek(0, io.SeekStart)
	return err
}

// close lets go of the files.
func (s *spool) close() error {
	var err error
	for _, file := range s.runs {
		err = errors.Join(err, file.Close())
		if gone := os.Remove(file.Name()); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	s.runs = nil
	return err
}

// sorted yields the lines. It can be used once.
func (s *spool) sorted() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s.sort()
		heads := make([]func() (spooled, error), 0, len(s.runs)+1)
		for _, file := range s.runs {
			r := bufio.NewReaderSize(file, 1<<16)
			heads = append(heads, func() (spooled, error) {
				id, err := part(r)
				if err != nil {
					return spooled{}, err
				}
				line, err := part(r)
				if errors.Is(err, io.EOF) {
					err = io.ErrUnexpectedEOF
				}
				return spooled{string(id), line}, err
			})
		}
		rest := s.lines
		heads = append(heads, func() (spooled, error) {
			if len(rest) == 0 {
				return spooled{}, io.EOF
			}
			l := rest[0]
			rest = rest[1:]
			return l, nil
		})
		type run struct {
			first spooled
			next  func() (spooled, error)
		}
		var runs []run
		for _, next := range heads {
			first, err := next()
			switch {
			case err == nil:
				runs = append(runs, run{first, next})
			case !errors.Is(err, io.EOF):
				yield(nil, err)
				return
			}
		}
		for len(runs) > 0 {
			least := 0
			for i := range runs {
				if runs[i].first.id < runs[least].first.id {
					least = i
				}
			}
			if !yield(runs[least].first.line, nil) {
				return
			}
			first, err := runs[least].next()
			switch {
			case err == nil:
				runs[least].first = first
			case errors.Is(err, io.EOF):
				runs = slices.Delete(runs, least, least+1)
			default:
				yield(nil, err)
				return
			}
		}
	}
}

func part(r *bufio.Reader) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, err
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, errors.Join(io.ErrUnexpectedEOF, err)
	}
	return data, nil
}
