package directory_test

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/directory"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// random makes companies that know and do not know things.
type random struct{ *rand.Rand }

func (r random) chance() bool { return r.IntN(2) == 0 }

func (r random) text(known bool) string {
	if !known || r.IntN(3) == 0 {
		return ""
	}
	return fmt.Sprint("t", r.IntN(3))
}

func (r random) mark() *bool {
	switch r.IntN(3) {
	case 0:
		return nil
	case 1:
		return new(true)
	default:
		return new(false)
	}
}

// maybe returns nil, an empty list or one with entries.
func maybe[T any](r random, entry func(i int) T) []T {
	if r.IntN(3) == 0 {
		return nil
	}
	list := []T{}
	for i := range r.IntN(3) {
		list = append(list, entry(i))
	}
	return list
}

func (r random) company() *directory.Snapshot {
	states := []directory.Status{"", directory.StatusActive, directory.StatusPending, directory.StatusDisabled,
		directory.StatusLeft}
	s := &directory.Snapshot{Header: directory.Header{Version: 1, Vendor: "acme",
		Time: time.Unix(r.Int64N(1e9), 0).UTC()}}
	fields := map[string]bool{}
	texts := []string{"userName", "displayName", "title", "manager", "unionId", "department.displayName",
		"department.parentId"}
	for _, name := range texts {
		fields[name] = r.chance()
	}
	note := func(name string, known bool) { fields[name] = fields[name] || known }
	for i := range 8 {
		if r.IntN(4) == 0 {
			continue
		}
		d := directory.Department{
			ID:        fmt.Sprint("d", i),
			Name:      r.text(fields["department.displayName"]),
			ParentID:  r.text(fields["department.parentId"]),
			LeaderIDs: maybe(r, func(i int) string { return fmt.Sprint("u", i) }),
		}
		note("department.leaders", d.LeaderIDs != nil)
		s.Departments = append(s.Departments, d)
	}
	for i := range 8 {
		if r.IntN(4) == 0 {
			continue
		}
		u := directory.User{
			ID: fmt.Sprint(
				"u",
				i,
			), UserName: r.text(fields["userName"]), DisplayName: r.text(fields["displayName"]),
			Title:     r.text(fields["title"]),
			ManagerID: r.text(fields["manager"]), UnionID: r.text(fields["unionId"]),
			Status: states[r.IntN(len(states))],
			Emails: maybe(r, func(i int) directory.Value {
				return directory.Value{Value: fmt.Sprint(r.IntN(2)), Type: []string{"work", "home"}[i], Primary: i == 0}
			}),
			Departments: maybe(r, func(i int) directory.Membership {
				m := directory.Membership{DepartmentID: fmt.Sprint("d", 3*i+r.IntN(3)), Leader: r.mark(),
					Primary: r.mark()}
				if r.chance() {
					m.Order = fmt.Sprint(r.IntN(2))
				}
				return m
			}),
		}
		if len(u.Emails) == 2 && u.Emails[0].Value == u.Emails[1].Value { // told once
			u.Emails = u.Emails[:1]
		}
		if r.chance() {
			u.Attributes = map[string]string{"a": r.text(true)}
		}
		if r.IntN(3) == 0 {
			u.ManagerID, u.Unknown = "", []string{"manager"}
		}
		if r.IntN(3) == 0 && len(u.Emails) == 1 {
			u.Unknown = append([]string{"emails.home"}, u.Unknown...)
		}
		for _, v := range u.Emails {
			note("emails."+v.Type, true)
		}
		note("status", u.Status != "")
		note("emails", u.Emails != nil)
		note("departments", u.Departments != nil)
		note("attributes", u.Attributes != nil)
		s.Users = append(s.Users, u)
	}
	for name, known := range fields {
		if known {
			s.Header.Fields = append(s.Header.Fields, name)
		}
	}
	slices.Sort(s.Header.Fields)
	return s
}

// expected is b, with what b does not know of a record as it is in a, and what only b knows as well, unless it is to be
// learned. It is written apart from Diff.
func expected(a, b *directory.Snapshot, learn bool) (departments []directory.Department, people []directory.User) {
	both := func(name string) bool {
		return (learn || slices.Contains(a.Header.Fields, name)) && slices.Contains(b.Header.Fields, name)
	}
	text := func(name, was, now string) string {
		if both(name) {
			return now
		}
		return was
	}
	for _, now := range b.Departments {
		for _, was := range a.Departments {
			if was.ID != now.ID {
				continue
			}
			now.Name = text("department.displayName", was.Name, now.Name)
			now.ParentID = text("department.parentId", was.ParentID, now.ParentID)
			if was.LeaderIDs == nil && !learn || now.LeaderIDs == nil {
				now.LeaderIDs = was.LeaderIDs
			}
		}
		departments = append(departments, now)
	}
	for _, now := range b.Users {
		for _, was := range a.Users {
			if was.ID != now.ID {
				continue
			}
			now.UserName, now.DisplayName = text(
				"userName",
				was.UserName,
				now.UserName,
			), text(
				"displayName",
				was.DisplayName,
				now.DisplayName,
			)
			now.Title = text("title", was.Title, now.Title)
			withheld := func(u directory.User, name string) bool { return slices.Contains(u.Unknown, name) }
			told, silent := withheld(was, "manager"), withheld(now, "manager")
			if now.ManagerID = text("manager", was.ManagerID, now.ManagerID); silent || told && !learn {
				now.ManagerID = was.ManagerID
			}
			if emails := emailsAfter(a, b, was, now, learn); was.Emails == nil && !learn || now.Emails == nil {
				now.Emails = was.Emails
			} else {
				now.Emails = emails
			}
			now.Unknown = was.Unknown
			now.UnionID = text("unionId", was.UnionID, now.UnionID)
			if was.Status == "" && !learn || now.Status == "" {
				now.Status = was.Status
			}
			if was.Attributes == nil && !learn || now.Attributes == nil {
				now.Attributes = was.Attributes
			}
			if was.Departments == nil && !learn || now.Departments == nil {
				now.Departments = was.Departments
				continue
			}
			now.Departments = slices.Clone(now.Departments)
			for i := range now.Departments {
				m := &now.Departments[i]
				for _, old := range was.Departments {
					if old.DepartmentID != m.DepartmentID {
						continue
					}
					if m.Leader == nil || old.Leader == nil && !learn {
						m.Leader = old.Leader
					}
					if m.Primary == nil || old.Primary == nil && !learn {
						m.Primary = old.Primary
					}
					if m.Order == "" || old.Order == "" && !learn {
						m.Order = old.Order
					}
				}
			}
		}
		people = append(people, now)
	}
	return departments, people
}

// emailsAfter are the mail addresses of somebody whose list both snapshots have: those of a kind that one of the two
// does not know are as they were.
func emailsAfter(a, b *directory.Snapshot, was, now directory.User, learn bool) []directory.Value {
	knows := func(s *directory.Snapshot, u directory.User, kind string) bool {
		noKinds := !slices.ContainsFunc(s.Header.Fields, func(f string) bool { return strings.HasPrefix(f, "emails.") })
		return (slices.Contains(s.Header.Fields, kind) || noKinds && slices.Contains(s.Header.Fields, "emails")) &&
			!slices.Contains(u.Unknown, kind)
	}
	value := func(u directory.User, kind string) string {
		for _, v := range u.Emails {
			if v.Type == kind {
				return v.Value
			}
		}
		return ""
	}
	taken := func(kind string) bool {
		return knows(b, now, "emails."+kind) && (learn || knows(a, was, "emails."+kind))
	}
	work, home := value(was, "work"), value(was, "home")
	if taken("work") {
		work = value(now, "work")
	}
	// An address that is told as that of work may be the one at home as well.
	if same := home != "" && !taken("work") && value(now, "work") == home; taken("home") && !same {
		home = value(now, "home")
	}
	all := []directory.Value{}
	for kind, address := range map[string]string{"work": work, "home": home} {
		if address != "" && !(kind == "home" && address == work) {
			all = append(all, directory.Value{Value: address, Type: kind, Primary: kind == "work" || work == ""})
		}
	}
	slices.SortFunc(all, func(a, b directory.Value) int { return strings.Compare(b.Type, a.Type) })
	return all
}

func TestApplyingADifferenceGivesTheOtherCompany(t *testing.T) {
	for _, learn := range []bool{false, true} {
		t.Run(fmt.Sprint("learning ", learn), func(t *testing.T) { testApplyingADifference(t, learn) })
	}
}

func testApplyingADifference(t *testing.T, learn bool) {
	all := directory.DiffOptions{MaxLeavers: 1, Learned: learn}
	kinds := map[directory.ChangeKind]int{}
	for seed := range uint64(3000) {
		r := random{rand.New(rand.NewPCG(seed, 1))}
		a, b := r.company(), r.company()
		changes, err := directory.Diff(a, b, all)
		require.NoError(t, err)
		for c := range changes {
			kinds[c.Kind]++
			for _, f := range c.Fields {
				require.NotEqual(t, f.Old, f.New, "a change that is none")
			}
		}
		got := directory.Apply(a, changes)
		departments, people := expected(a, b, learn)
		require.Equal(t, departments, got.Departments, "seed %d", seed)
		if learn { // what is learned is not unknown any more
			for i, u := range got.Users {
				require.Subset(t, people[i].Unknown, u.Unknown)
				people[i].Unknown = u.Unknown
			}
		}
		require.Equal(t, people, got.Users, "seed %d", seed)

		again, err := directory.Diff(got, b, all)
		require.NoError(t, err)
		for c := range again {
			require.NotContains(t, []directory.ChangeKind{directory.Added, directory.Left}, c.Kind, "seed %d: %v", seed,
				c)
			require.False(t, learn, "seed %d: everything was taken over, and yet %+v", seed, c)
		}
		itself, err := directory.Diff(a, a, directory.DiffOptions{})
		require.NoError(t, err)
		require.Empty(t, slices.Collect(itself))
	}
	possible := []directory.ChangeKind{directory.Added, directory.Changed, directory.Moved, directory.CameBack,
		directory.Left}
	if learn {
		possible = append(possible, directory.Learned)
	}
	for _, kind := range possible {
		assert.Positive(t, kinds[kind], kind)
	}
}

func TestSnapshotsComeBackAsTheyWereWritten(t *testing.T) {
	for seed := range uint64(300) {
		r := random{rand.New(rand.NewPCG(seed, 2))}
		s := r.company()
		var file, shuffled bytes.Buffer
		require.NoError(t, s.Write(&file))
		read, err := directory.ReadSnapshot(bytes.NewReader(file.Bytes()))
		require.NoError(t, err)
		require.Subset(t, read.Header.Fields, s.Header.Fields)
		read.Header.Fields = s.Header.Fields
		require.Equal(t, s, read)

		r.Shuffle(len(s.Users), func(i, j int) { s.Users[i], s.Users[j] = s.Users[j], s.Users[i] })
		s.Header.Time = s.Header.Time.Add(time.Hour)
		require.NoError(t, s.Write(&shuffled))
		_, a, _ := strings.Cut(file.String(), "\n")
		_, b, _ := strings.Cut(shuffled.String(), "\n")
		require.Equal(t, a, b)
	}
}

func TestAFileThatIsNoWholeSnapshotIsRefused(t *testing.T) {
	s := &directory.Snapshot{Header: directory.Header{Vendor: "acme"}, Departments: []directory.Department{{ID: "d"}},
		Users: []directory.User{{ID: "u", DisplayName: "U"}, {ID: "v"}}}
	var file bytes.Buffer
	require.NoError(t, s.Write(&file))
	lines := strings.SplitAfter(strings.TrimSuffix(file.String(), "\n"), "\n")
	require.Len(t, lines, 5)
	join := func(parts ...string) string { return strings.Join(parts, "") }
	for name, text := range map[string]string{
		"empty":         "",
		"cut":           join(lines[:4]...),
		"cut in a line": file.String()[:file.Len()/2],
		"no header":     join(lines[1:]...),
		"a line gone":   join(lines[0], lines[1], lines[2], lines[4]),
		"a line twice":  join(lines[0], lines[1], lines[2], lines[2], lines[3], lines[4]),
		"not sorted":    join(lines[0], lines[1], lines[3], lines[2], lines[4]),
		"more":          file.String() + lines[2],
		"changed":       strings.Replace(file.String(), `"U"`, `"W"`, 1),
		"other version": strings.Replace(file.String(), `"version":1`, `"version":2`, 1),
		"no id":         strings.Replace(file.String(), `"id":"u"`, `"id":""`, 1),
		"no JSON":       strings.Replace(file.String(), `{"kind":"user"`, `{"kind":"user`, 1),
		"other kind":    strings.Replace(file.String(), `"kind":"user"`, `"kind":"pet"`, 1),
	} {
		_, err := directory.ReadSnapshot(strings.NewReader(text))
		assert.ErrorIs(t, err, directory.ErrBadSnapshot, name)
	}
	_, err := directory.ReadSnapshot(strings.NewReader(file.String()[:file.Len()/2]))
	assert.ErrorContains(t, err, "cut short")
	_, err = directory.ReadSnapshot(zeros{})
	assert.ErrorIs(t, err, directory.ErrBadSnapshot, "a line without end")
	_, err = directory.ReadSnapshot(&file)
	assert.NoError(t, err)
}

// zeros is /dev/zero.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestGuards(t *testing.T) {
	company := func(people int, edit func(*directory.Snapshot)) *directory.Snapshot {
		s := &directory.Snapshot{
			Header: directory.Header{
				Vendor:  "acme",
				Company: "c",
				Scope:   directory.Range{Scope: directory.Scope{Known: true, Whole: true}},
				Fields:  []string{"status"},
			},
		}
		for i := range people {
			s.Users = append(s.Users, directory.User{ID: fmt.Sprintf("u%03d", i), Status: directory.StatusActive})
		}
		if edit != nil {
			edit(s)
		}
		return s
	}
	old := company(100, nil)
	leave := func(n int) func(*directory.Snapshot) {
		return func(s *directory.Snapshot) {
			for i := range n {
				s.Users[i].Status = directory.StatusLeft
			}
		}
	}
	with := func(edit func(*directory.Header)) *directory.Snapshot {
		return company(100, func(s *directory.Snapshot) { edit(&s.Header) })
	}
	other := directory.DiffOptions{AllowOther: true}
	for name, c := range map[string]struct {
		new     *directory.Snapshot
		options directory.DiffOptions
		refused bool
	}{
		"same":             {new: company(100, nil)},
		"a tenth":          {new: company(90, nil)},
		"more":             {new: company(89, nil), refused: true},
		"as leavers":       {new: company(100, leave(11)), refused: true},
		"nobody left":      {new: company(0, nil), refused: true},
		"asked for":        {new: company(0, nil), options: directory.DiffOptions{MaxLeavers: 1}},
		"one in a hundred": {new: company(98, nil), options: directory.DiffOptions{MaxLeavers: 0.01}, refused: true},
		"vendor":           {new: with(func(h *directory.Header) { h.Vendor = "other" }), refused: true},
		"company":          {new: with(func(h *directory.Header) { h.Company = "other" }), refused: true},
		"scope": {new: with(func(h *directory.Header) { h.Scope.Scope = directory.Scope{} }),
			refused: true},
		"roots": {new: with(func(h *directory.Header) { h.Scope.Roots = []string{"1"} }), refused: true},
		"status": {new: with(func(h *directory.Header) { h.Scope.Status = []directory.Status{"a"} }),
			refused: true},
		"skipped": {new: with(func(h *directory.Header) { h.Scope.Skipped = []string{"1"} }), refused: true},
		"no number": {new: company(99, nil), options: directory.DiffOptions{MaxLeavers: math.NaN()},
			refused: true},
		"company on purpose": {new: with(func(h *directory.Header) { h.Company = "other" }), options: other},
	} {
		_, err := directory.Diff(old, c.new, c.options)
		if c.refused {
			assert.ErrorIs(t, err, directory.ErrRefused, name)
		} else {
			assert.NoError(t, err, name)
		}
	}
}

// A filter by state leaves out nobody whose state is not known: without the permission for it those who were left out
// come, and nobody has joined.
func TestAFilterByStateNeedsTheStateInBoth(t *testing.T) {
	company := func(fields ...string) *directory.Snapshot {
		return &directory.Snapshot{Header: directory.Header{Vendor: "acme", Fields: fields,
			Scope: directory.Range{Status: []directory.Status{directory.StatusActive}}}}
	}
	with, without := company("status"), company()
	for _, s := range []*directory.Snapshot{with, without} {
		s.Users = []directory.User{{ID: "a"}}
	}
	with.Users[0].Status = directory.StatusActive
	without.Users = append(without.Users, directory.User{ID: "b"}) // who is disabled
	_, err := directory.Diff(with, without, directory.DiffOptions{})
	require.ErrorIs(t, err, directory.ErrRefused)
	_, err = directory.Diff(without, with, directory.DiffOptions{})
	require.ErrorIs(t, err, directory.ErrRefused)
	_, err = directory.Diff(with, without, directory.DiffOptions{AllowOther: true})
	require.NoError(t, err)
	nobody := company()
	_, err = directory.Diff(nobody, with, directory.DiffOptions{})
	require.NoError(t, err, "nobody was active")
	with.Header.Scope.Status, without.Header.Scope.Status = nil, nil
	_, err = directory.Diff(with, without, directory.DiffOptions{})
	require.NoError(t, err)
}

func TestKindsOfChanges(t *testing.T) {
	in := func(ids ...string) []directory.Membership {
		all := []directory.Membership{}
		for _, id := range ids {
			all = append(all, directory.Membership{DepartmentID: id})
		}
		return all
	}
	fields := []string{"departments", "department.displayName", "department.parentId", "displayName", "status", "title"}
	old := &directory.Snapshot{Header: directory.Header{Fields: fields},
		Departments: []directory.Department{{ID: "a", ParentID: "r"}, {ID: "b", Name: "B"}, {ID: "c"}},
		Users: []directory.User{
			{ID: "back", Status: directory.StatusDisabled, Departments: in("a")},
			{ID: "gone", Status: directory.StatusActive},
			{ID: "left", Status: directory.StatusActive},
			{ID: "moved", Departments: in("a"), Title: "t"},
			{ID: "renamed", DisplayName: "R"},
			{ID: "same", Status: directory.StatusActive, Departments: in("a")},
			{ID: "unsaid", Status: directory.StatusActive, Departments: in("a")},
		}}
	now := &directory.Snapshot{Header: directory.Header{Fields: fields},
		Departments: []directory.Department{{ID: "a", ParentID: "s"}, {ID: "b", Name: "BB"}, {ID: "d"}},
		Users: []directory.User{
			{ID: "back", Status: directory.StatusActive, Departments: in("b")},
			{ID: "left", Status: directory.StatusLeft},
			{ID: "moved", Departments: in("b")},
			{ID: "new"},
			{ID: "renamed", DisplayName: ""},
			{ID: "same", Status: directory.StatusActive, Departments: in("a")},
			{ID: "unsaid"},
		}}
	changes, err := directory.Diff(old, now, directory.DiffOptions{MaxLeavers: 1})
	require.NoError(t, err)
	got := map[string]directory.ChangeKind{}
	names := map[string][]string{}
	for c := range changes {
		got[c.ID] = c.Kind
		for _, f := range c.Fields {
			names[c.ID] = append(names[c.ID], f.Field)
		}
	}
	assert.Equal(t, map[string]directory.ChangeKind{
		"a": directory.Moved, "b": directory.Changed, "c": directory.Left, "d": directory.Added,
		"back": directory.CameBack, "gone": directory.Left, "left": directory.Left, "moved": directory.Moved,
		"new": directory.Added, "renamed": directory.Changed,
	}, got)
	assert.Equal(t, []string{"departments", "title"}, slices.Sorted(slices.Values(names["moved"])))
	assert.Equal(t, []string{"displayName"}, names["renamed"], "a text of the header that a row lacks is empty")
	assert.Equal(t, []string{"a", "b", "back", "left", "moved", "renamed"}, slices.Sorted(maps.Keys(names)))
}
