package directory

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// large is a company whose rows speak of one department only; a fifth of the people are in a second one.
type large struct{ departments, each int }

func (l large) Vendor() string { return "acme" }

func (l large) Scope(context.Context) (Scope, error) { return Scope{Known: true, Whole: true}, nil }

func (l large) Departments(context.Context, ...string) iter.Seq2[Department, error] {
	return func(yield func(Department, error) bool) {
		for i := range l.departments {
			d := Department{ID: fmt.Sprint("d", i), Name: "department"}
			if i > 0 {
				d.ParentID = fmt.Sprint("d", (i-1)/10)
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

func (l large) person(department, n, in int) row {
	padding := strings.Repeat("x", 20)
	u := User{
		ID:           fmt.Sprintf("u%d-%d", department, n),
		DisplayName:  "n" + padding,
		UserName:     padding,
		Title:        "t" + padding,
		Status:       StatusActive,
		Emails:       []Value{{Value: padding}},
		PhoneNumbers: []Value{{Value: padding}},
		Raw:          make([]byte, 500),
	}
	u.Departments = []Membership{{DepartmentID: fmt.Sprint("d", department)}}
	if n%5 == 0 {
		u.Departments = append(
			u.Departments,
			Membership{DepartmentID: fmt.Sprint("d", (department+l.departments/2)%l.departments)},
		)
	}
	u.place(fmt.Sprint("d", in)).Leader = new(n == 0)
	return row{user: u, whole: true, own: true}
}

func (l large) rows(_ context.Context, id string) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		var d int
		_, _ = fmt.Sscanf(id, "d%d", &d)
		for n := range l.each {
			if !yield(l.person(d, n, d), nil) {
				return
			}
		}
		other := (d - l.departments/2 + l.departments) % l.departments
		for n := 0; n < l.each; n += 5 {
			if !yield(l.person(other, n, d), nil) {
				return
			}
		}
	}
}

func (l large) Members(ctx context.Context, id string) iter.Seq2[User, error] {
	return users(l.rows(ctx, id))
}

func (l large) User(context.Context, string) (User, error) { return User{}, io.EOF }

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestALargeCompanyStreams(t *testing.T) {
	l := large{departments: 2000, each: 50}
	start, most, n := inUse(), uint64(0), 0
	for u, err := range Walk(t.Context(), l, WalkOptions{}) {
		require.NoError(t, err)
		for _, m := range u.Departments {
			require.NotNil(t, m.Leader, "nobody comes before all is known")
		}
		if n++; n%10_000 == 0 {
			most = max(most, inUse())
		}
	}
	assert.Equal(t, 100_000, n)
	assert.Less(t, most-min(start, most), uint64(64<<20), "above the start")
}

func TestALargeSnapshotIsSortedInFiles(t *testing.T) {
	s := newSnapshotWriter(t.TempDir())
	s.users.limit = 1 << 16
	var want Snapshot
	l := large{departments: 40, each: 50}
	for d := range 40 {
		for n := range 50 {
			u := l.person(d, n, d).user
			u.Raw = nil
			require.NoError(t, s.user(u))
			want.Users = append(want.Users, u)
		}
	}
	require.NoError(t, s.department(Department{ID: "d"}))
	want.Departments = []Department{{ID: "d"}}
	assert.Greater(t, len(s.users.runs), 5)
	left, err := os.ReadDir(s.users.dir)
	require.NoError(t, err)
	assert.Empty(t, left, "nobody finds staff data in the folder, whatever ends the program")
	var spilled, held bytes.Buffer
	require.NoError(t, s.write(&spilled, Header{Version: SnapshotVersion, Fields: s.seen.sorted()}))
	require.NoError(t, s.close())
	require.NoError(t, want.Write(&held))
	assert.Equal(t, held.String(), spilled.String())

	_, err = ReadSnapshot(&spilled)
	assert.NoError(t, err)
}
