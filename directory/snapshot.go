package directory

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"slices"
	"time"
)

// SnapshotVersion is the version of the format that WriteSnapshot writes and ReadSnapshot reads.
const SnapshotVersion = 1

// Snapshot is a company at one time. As a file it is JSON Lines: the header, departments and people, each sorted by
// id, and a last line with their numbers and a hash. All lines but the header are equal, byte by byte, for equal
// companies.
//
// A text that a row lacks is empty, if the header has it among its fields. A status, a mark, a list or a number that
// a row lacks is not known of that row. What the header lacks is not known of anybody.
type Snapshot struct {
	Header      Header
	Departments []Department // sorted by id
	Groups      []Group      // sorted by id; see SnapshotOptions
	Users       []User       // sorted by id
}

// Header says whose company a snapshot is, how much of it, and when.
type Header struct {
	Version int       `json:"version"`
	Vendor  string    `json:"vendor"`
	Company string    `json:"company,omitempty"` // see SnapshotOptions
	Scope   Range     `json:"scope"`
	Time    time.Time `json:"time"`
	Groups  bool      `json:"groups,omitempty"` // whether groups were read
	// those seen for at least one person, or department ("department.…"), and which mail addresses and numbers; sorted
	Fields []string `json:"fields"`
}

// Range is the part of a company that was read.
type Range struct {
	Scope
	Roots   []string `json:"roots,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
	Status  []Status `json:"status,omitempty"`
	Skipped []string `json:"skipped,omitempty"` // departments that the app may not read
}

// SnapshotOptions says how to make a snapshot. The zero value is fine.
type SnapshotOptions struct {
	Walk WalkOptions

	// Company names the company in the header. Diff refuses to compare two companies. Empty: the id that the vendor
	// gives it (WeCom's corp id, WPS's company id, which is one call, the corp of DingTalk's third-party apps), or else
	// "app-" and a hash of the app's id, since an internal app belongs to one company.
	Company string

	// Groups reads groups as well. A vendor that has none (WPS 365) is an error, ErrNoGroups.
	Groups bool

	// Time is the header's. Zero: now.
	Time time.Time

	// TempDir is a folder for what sorting cannot hold in memory, such as the folder of the file that is written;
	// people's data lies there, in files without names where the system allows that, until the snapshot is written.
	// Empty: everything is held in memory, about a kilobyte for each person.
	TempDir string
}

// Counts are the numbers of records of a snapshot.
type Counts struct {
	Departments int `json:"departments"`
	Groups      int `json:"groups,omitempty"`
	Users       int `json:"users"`
}

// ErrNoGroups is a vendor without groups that was asked for them.
var ErrNoGroups = errors.New("the vendor has no groups")

const (
	kindHeader     = "header"
	kindDepartment = "department"
	kindGroup      = "group"
	kindUser       = "user"
	kindEnd        = "end"
)

type (
	headerLine struct {
		Kind string `json:"kind"`
		Header
	}
	departmentLine struct {
		Kind string `json:"kind"`
		Department
	}
	groupLine struct {
		Kind string `json:"kind"`
		Group
	}
	userLine struct {
		Kind string `json:"kind"`
		plainUser
		Active *bool `json:"active,omitempty"`
	}
	endLine struct {
		Kind string `json:"kind"`
		Counts
		SHA256 string `json:"sha256"` // of the lines between header and end
	}
)

// WriteSnapshot walks a directory and writes what it finds. Nothing is written before the walk has reached its end.
func WriteSnapshot(ctx context.Context, w io.Writer, d Directory, o SnapshotOptions) (counts Counts, err error) {
	s := newSnapshotWriter(o.TempDir)
	defer func() { err = errors.Join(err, s.close()) }()
	header := Header{Version: SnapshotVersion, Vendor: d.Vendor(), Company: o.Company, Time: o.Time.UTC(),
		Scope: Range{Roots: sortedCopy(o.Walk.Roots), Exclude: sortedCopy(o.Walk.Exclude),
			Status: sortedCopy(o.Walk.Status)}}
	if o.Time.IsZero() {
		header.Time = time.Now().UTC()
	}
	if header.Company == "" {
		if header.Company, err = companyOf(ctx, d); err != nil {
			return counts, &WalkError{Vendor: d.Vendor(), Stage: "the company", Err: err}
		}
	}
	walk := o.Walk
	if len(walk.Roots) == 0 {
		scope, err := d.Scope(ctx)
		if err != nil {
			return counts, &WalkError{Vendor: d.Vendor(), Stage: "the app's scope", Err: err}
		}
		walk.scope, header.Scope.Scope = &scope, scope.sorted()
	}
	departments := make(map[string]Department)
	keep := func(also func(Department)) func(Department) {
		return func(d Department) {
			d.Raw = nil
			departments[d.ID] = d
			if also != nil {
				also(d)
			}
		}
	}
	gone := o.Walk.Gone
	walk.Department, walk.Read = keep(o.Walk.Department), keep(o.Walk.Read)
	walk.Gone = func(d Department) {
		delete(departments, d.ID)
		if gone != nil {
			gone(d)
		}
	}
	if walk.Skip != nil {
		walk.Skip = func(d Department, err error) error {
			header.Scope.Skipped = append(header.Scope.Skipped, d.ID)
			return o.Walk.Skip(d, err)
		}
	}
	for user, err := range Walk(ctx, d, walk) {
		if err != nil {
			return counts, err
		}
		if err := s.user(user); err != nil {
			return counts, err
		}
	}
	for _, department := range departments {
		if err := s.department(department); err != nil {
			return counts, err
		}
	}
	if o.Groups {
		header.Groups = true
		if err := s.allGroups(ctx, d); err != nil {
			return counts, err
		}
	}
	slices.Sort(header.Scope.Skipped)
	header.Fields = s.seen.sorted()
	return s.counts, s.write(w, header)
}

func sortedCopy[S cmp.Ordered](all []S) []S { return slices.Sorted(slices.Values(all)) }

// Write writes a snapshot that was made or changed in memory. It sorts, and fills in the version; Header.Fields is
// extended by what is seen.
func (s *Snapshot) Write(w io.Writer) (err error) {
	out := newSnapshotWriter("")
	defer func() { err = errors.Join(err, out.close()) }()
	for _, name := range s.Header.Fields {
		out.seen[name] = true
	}
	for _, d := range s.Departments {
		if err := out.department(d); err != nil {
			return err
		}
	}
	for _, g := range s.Groups {
		if err := out.group(g); err != nil {
			return err
		}
	}
	for _, u := range s.Users {
		if err := out.user(u); err != nil {
			return err
		}
	}
	header := s.Header
	header.Version, header.Fields = SnapshotVersion, out.seen.sorted()
	return out.write(w, header)
}

// snapshotWriter sorts a snapshot.
type snapshotWriter struct {
	departments, groups, users spool
	counts                     Counts
	seen                       sight
	ofUser                     []field[User]
	ofDepartment               []field[Department]
}

func newSnapshotWriter(dir string) *snapshotWriter {
	return &snapshotWriter{
		departments:  spool{dir: dir, limit: spoolLimit},
		groups:       spool{dir: dir, limit: spoolLimit},
		users:        spool{dir: dir, limit: spoolLimit},
		seen:         sight{},
		ofUser:       userFields(),
		ofDepartment: departmentFields(),
	}
}

func (s *snapshotWriter) department(d Department) error {
	if d.ID == "" {
		return errors.New("directory: a department without an id cannot be in a snapshot")
	}
	s.seen.department(&d, s.ofDepartment)
	s.counts.Departments++
	line, err := encodeLine(departmentLine{kindDepartment, d})
	if err != nil {
		return err
	}
	return s.departments.add(d.ID, line)
}

func (s *snapshotWriter) allGroups(ctx context.Context, d Directory) error {
	reader, ok := d.(Groups)
	if !ok {
		return &WalkError{Vendor: d.Vendor(), Stage: "the groups", Err: ErrNoGroups}
	}
	for group, err := range reader.Groups(ctx) {
		if err != nil {
			return &WalkError{Vendor: d.Vendor(), Stage: "the groups", Err: err}
		}
		if err := s.group(group); err != nil {
			return err
		}
	}
	return nil
}

func (s *snapshotWriter) group(g Group) error {
	if g.ID == "" {
		return errors.New("directory: a group without an id cannot be in a snapshot")
	}
	s.counts.Groups++
	line, err := encodeLine(groupLine{kindGroup, g})
	if err != nil {
		return err
	}
	return s.groups.add(groupKey(&g), line)
}

// groupKey is what a group is sorted by: its id, and its kind where two kinds have one id.
func groupKey(g *Group) string { return g.ID + " " + string(g.Kind) }

func (s *snapshotWriter) user(u User) error {
	if u.ID == "" {
		return errors.New("directory: somebody without an id cannot be in a snapshot")
	}
	u.Departments = slices.Clone(u.Departments)
	slices.SortStableFunc(u.Departments, func(a, b Membership) int {
		return cmp.Compare(a.DepartmentID, b.DepartmentID)
	})
	s.seen.user(&u, s.ofUser)
	s.counts.Users++
	line, err := encodeLine(userLine{kindUser, plainUser(u), u.activeOrNil()})
	if err != nil {
		return err
	}
	return s.users.add(u.ID, line)
}

func (s *snapshotWriter) close() error {
	return errors.Join(s.departments.close(), s.groups.close(), s.users.close())
}

func (s *snapshotWriter) write(w io.Writer, header Header) error {
	line, err := encodeLine(headerLine{kindHeader, header})
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	if _, err := out.Write(line); err != nil {
		return err
	}
	sum := sha256.New()
	for _, lines := range []iter.Seq2[[]byte, error]{s.departments.sorted(), s.groups.sorted(), s.users.sorted()} {
		for line, err := range lines {
			if err != nil {
				return err
			}
			sum.Write(line)
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
	}
	line, err = encodeLine(endLine{kindEnd, s.counts, hex.EncodeToString(sum.Sum(nil))})
	if err != nil {
		return err
	}
	if _, err := out.Write(line); err != nil {
		return err
	}
	return out.Flush()
}

// encodeLine leaves <, > and & alone.
func encodeLine(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// ErrBadSnapshot is a file that is no whole snapshot.
var ErrBadSnapshot = errors.New("not a whole snapshot")

func badSnapshot(line int, format string, args ...any) error {
	return fmt.Errorf("directory: %w: line %d: %s", ErrBadSnapshot, line, fmt.Sprintf(format, args...))
}

// ReadSnapshot reads a snapshot and checks it against its last line. A file that is cut short, changed or of another
// version is ErrBadSnapshot.
func ReadSnapshot(r io.Reader) (*Snapshot, error) {
	reader := snapshotReader{in: bufio.NewReaderSize(r, 1<<16), sum: sha256.New()}
	for {
		line, err := reader.next()
		ends := errors.Is(err, io.EOF)
		if err != nil && !ends {
			return nil, err
		}
		if len(line) > 0 {
			if err := reader.take(line); err != nil {
				if ends && !json.Valid(line) {
					return nil, badSnapshot(reader.line, "the file is cut short in it")
				}
				return nil, err
			}
		}
		if !ends {
			continue
		}
		if !reader.ended {
			return nil, badSnapshot(reader.line+1, "the last line is missing: the file is cut short")
		}
		return &reader.snapshot, nil
	}
}

// longestLine is more than any record is long.
const longestLine = 64 << 20

// next returns a line with its end, or what there is of it with io.EOF.
func (r *snapshotReader) next() ([]byte, error) {
	var line []byte
	for {
		part, err := r.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case !errors.Is(err, bufio.ErrBufferFull):
			return line, err
		case len(line) > longestLine:
			return nil, badSnapshot(r.line+1, "it is longer than any record")
		}
	}
}

type snapshotReader struct {
	in       *bufio.Reader
	sum      hash.Hash
	snapshot Snapshot
	line     int
	last     string // kind and id of the line before
	ended    bool
}

func (r *snapshotReader) take(line []byte) error {
	r.line++
	var what struct {
		Kind string `json:"kind"`
		ID   string `json:"id"`
		Type string `json:"type"`
	}
	if err := json.Unmarshal(line, &what); err != nil {
		return badSnapshot(r.line, "%v", err)
	}
	switch {
	case r.ended:
		return badSnapshot(r.line, "there is something behind the last line")
	case r.line == 1:
		return r.header(what.Kind, line)
	}
	var err error
	switch what.Kind {
	case kindDepartment:
		var d departmentLine
		err = json.Unmarshal(line, &d)
		r.snapshot.Departments = append(r.snapshot.Departments, d.Department)
	case kindGroup:
		var g groupLine
		err = json.Unmarshal(line, &g)
		r.snapshot.Groups = append(r.snapshot.Groups, g.Group)
	case kindUser:
		var u userLine
		err = json.Unmarshal(line, &u)
		r.snapshot.Users = append(r.snapshot.Users, User(u.plainUser))
	case kindEnd:
		return r.end(line)
	default:
		return badSnapshot(r.line, "what is %q?", what.Kind)
	}
	if err != nil {
		return badSnapshot(r.line, "%v", err)
	}
	// "department" sorts before "group", and that before "user".
	here := what.Kind + " " + what.ID
	if what.Kind == kindGroup {
		here += " " + what.Type
	}
	if what.ID == "" || here <= r.last {
		return badSnapshot(r.line, "records are not sorted by id, each once")
	}
	r.last = here
	r.sum.Write(line)
	return nil
}

func (r *snapshotReader) header(kind string, line []byte) error {
	var h headerLine
	if err := json.Unmarshal(line, &h); err != nil || kind != kindHeader {
		return badSnapshot(r.line, "there is no header")
	}
	if h.Version != SnapshotVersion {
		return badSnapshot(r.line, "version %d, and this program reads %d", h.Version, SnapshotVersion)
	}
	r.snapshot.Header = h.Header
	return nil
}

func (r *snapshotReader) end(line []byte) error {
	var e endLine
	if err := json.Unmarshal(line, &e); err != nil {
		return badSnapshot(r.line, "%v", err)
	}
	found := Counts{len(r.snapshot.Departments), len(r.snapshot.Groups), len(r.snapshot.Users)}
	if e.Counts != found {
		return badSnapshot(r.line, "it counts %d departments, %d groups and %d people, and there are %d, %d and %d",
			e.Departments, e.Groups, e.Users, found.Departments, found.Groups, found.Users)
	}
	if e.SHA256 != hex.EncodeToString(r.sum.Sum(nil)) {
		return badSnapshot(r.line, "the hash is of other lines")
	}
	r.ended = true
	return nil
}
