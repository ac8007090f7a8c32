package directory_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// company is a directory in memory.
type company struct {
	departments []string
	members     map[string][]string
	of          map[string][]directory.Membership // by user
	parents     map[string]string
	people      map[string][]directory.User // by department, besides members
	fail        map[string]error            // by department; "" is the list of departments
	reading     atomic.Int64
	most        atomic.Int64
}

func (c *company) Vendor() string { return "acme" }

func (c *company) Scope(context.Context) (directory.Scope, error) { return directory.Scope{}, nil }

func (c *company) Departments(context.Context, ...string) iter.Seq2[directory.Department, error] {
	return func(yield func(directory.Department, error) bool) {
		for _, id := range c.departments {
			if !yield(directory.Department{ID: id, ParentID: c.parents[id]}, nil) {
				return
			}
		}
		if err := c.fail[""]; err != nil {
			yield(directory.Department{}, err)
		}
	}
}

func (c *company) Members(_ context.Context, id string) iter.Seq2[directory.User, error] {
	return func(yield func(directory.User, error) bool) {
		c.most.Store(max(c.most.Load(), c.reading.Add(1)))
		defer c.reading.Add(-1)
		for _, user := range c.people[id] {
			if !yield(user, nil) {
				return
			}
		}
		for _, user := range c.members[id] {
			if !yield(directory.User{ID: user, Departments: c.of[user]}, nil) {
				return
			}
		}
		if err := c.fail[id]; err != nil {
			yield(directory.User{}, err)
		}
	}
}

func (c *company) User(context.Context, string) (directory.User, error) {
	return directory.User{}, errors.New("unused")
}

// big is a company of 50 departments with 250 people each, of whom every tenth is in the next department as well.
func big() *company {
	c := &company{members: map[string][]string{}, of: map[string][]directory.Membership{}, fail: map[string]error{}}
	for d := range 50 {
		id := fmt.Sprint("d", d)
		c.departments = append(c.departments, id)
		for u := range 250 {
			user := fmt.Sprint("u", d, "-", u)
			c.members[id] = append(c.members[id], user)
			c.of[user] = append(c.of[user], directory.Membership{DepartmentID: id, Leader: new(u == 0)})
			if u%10 == 0 {
				next := fmt.Sprint("d", (d+1)%50)
				c.members[next] = append(c.members[next], user)
				c.of[user] = append(c.of[user], directory.Membership{DepartmentID: next, Leader: new(false)})
			}
		}
	}
	return c
}

func ids(seq iter.Seq2[directory.User, error]) ([]string, error) {
	var all []string
	for user, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, user.ID)
	}
	return all, nil
}

func TestWalkYieldsEachUserOnce(t *testing.T) {
	for _, parallel := range []int{0, 1, 3, 100} {
		c := big()
		got, err := ids(directory.Walk(t.Context(), c, directory.WalkOptions{Parallel: parallel}))
		require.NoError(t, err)
		slices.Sort(got)
		assert.Len(t, got, 50*250)
		assert.Len(t, slices.Compact(got), 50*250)
		if parallel > 0 {
			assert.LessOrEqual(t, c.most.Load(), int64(parallel))
		}
		assert.Zero(t, c.reading.Load())
	}
}

func TestWalkTellsHowFarItGot(t *testing.T) {
	c := big()
	c.fail["d7"] = &clients.Error{Vendor: "acme", Operation: "List", Kind: clients.KindUnavailable}
	_, err := ids(directory.Walk(t.Context(), c, directory.WalkOptions{Parallel: 1}))
	var w *directory.WalkError
	require.ErrorAs(t, err, &w)
	assert.Equal(t, 7, w.Departments)
	assert.Positive(t, w.Listed)
	assert.Equal(t, "d7", w.At.ID)
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.Greater(t, w.Users, 7*250)
	assert.ErrorContains(t, err, "acme: department d7: ")

	c = big()
	c.departments = nil
	c.fail[""] = errors.New("no list")
	got, err := ids(directory.Walk(t.Context(), c, directory.WalkOptions{}))
	assert.Empty(t, got)
	assert.ErrorContains(t, err, "acme: the list of departments: no list; the walk is incomplete")
}

func TestADepartmentThatMayNotBeSeenIsNoSilentGap(t *testing.T) {
	for kind, skippable := range map[clients.Kind]bool{clients.KindPermission: true, clients.KindUnavailable: false} {
		t.Run(string(kind), func(t *testing.T) {
			c := big()
			c.members["d3"] = nil
			c.fail["d3"] = &clients.Error{Kind: kind}
			_, err := ids(directory.Walk(t.Context(), c, directory.WalkOptions{}))
			assert.Error(t, err, "it ends the walk unless the caller decides otherwise")

			var skipped []string
			got, err := ids(
				directory.Walk(t.Context(), c, directory.WalkOptions{Skip: func(d directory.Department, _ error) error {
					skipped = append(skipped, d.ID)
					return nil
				}}),
			)
			if !skippable {
				assert.Error(t, err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, []string{"d3"}, skipped)
			// 225 were in d3 only; 25 are in d4 as well.
			assert.Len(t, got, 49*250+25)
		})
	}
}

func TestADepartmentThatIsDeletedInMidWalkIsGoneAndNotForbidden(t *testing.T) {
	c := big()
	c.members["d3"] = nil
	c.fail["d3"] = &clients.Error{Kind: clients.KindNotFound}
	var gone []string
	got, err := ids(directory.Walk(t.Context(), c, directory.WalkOptions{
		Gone: func(d directory.Department) { gone = append(gone, d.ID) },
		Skip: func(directory.Department, error) error { panic("it is not asked about") },
	}))
	require.NoError(t, err)
	assert.Equal(t, []string{"d3"}, gone)
	assert.Len(t, got, 49*250+25)
}

func TestWalkCanBeLeft(t *testing.T) {
	c := big()
	n := 0
	for range directory.Walk(t.Context(), c, directory.WalkOptions{}) {
		if n++; n == 10 {
			break
		}
	}
	assert.Zero(t, c.reading.Load(), "nobody is left behind")
}

func TestWalkEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range directory.Walk(ctx, big(), directory.WalkOptions{}) {
		if n++; n == 10 {
			cancel()
		}
		last = err
	}
	assert.ErrorIs(t, last, context.Canceled)
}

func TestNobodyFoundIsAnErrorUnlessItIsExpected(t *testing.T) {
	got, err := ids(directory.Walk(t.Context(), &company{}, directory.WalkOptions{}))
	assert.Empty(t, got)
	assert.ErrorIs(t, err, directory.ErrEmpty)
	var w *directory.WalkError
	require.ErrorAs(t, err, &w)
	got, err = ids(directory.Walk(t.Context(), &company{}, directory.WalkOptions{AllowEmpty: true}))
	assert.NoError(t, err)
	assert.Empty(t, got)

	// Somebody was found: what the caller leaves out is no emptiness.
	c := &company{
		departments: []string{"d"},
		people:      map[string][]directory.User{"d": {{ID: "u", Status: directory.StatusDisabled}}},
	}
	got, err = ids(
		directory.Walk(t.Context(), c, directory.WalkOptions{Status: []directory.Status{directory.StatusActive}}),
	)
	assert.NoError(t, err)
	assert.Empty(t, got)
}

// one is a company of one department.
func one(people ...directory.User) *company {
	return &company{departments: []string{"d"}, people: map[string][]directory.User{"d": people}}
}

func TestWhatHasNoIDIsAnError(t *testing.T) {
	for name, c := range map[string]*company{
		"user":       one(directory.User{ID: "u"}, directory.User{DisplayName: "somebody"}),
		"department": {departments: []string{"d", ""}},
		"membership": one(directory.User{ID: "u", Departments: []directory.Membership{{}}}),
	} {
		_, err := ids(directory.Walk(t.Context(), c, directory.WalkOptions{}))
		assert.ErrorIs(t, err, clients.ErrBadResponse, name)
	}
}

func TestWhoIsListedInADepartmentBelongsToIt(t *testing.T) {
	c := &company{departments: []string{"a", "b", "c"}, people: map[string][]directory.User{
		"a": {{ID: "silent"}, {ID: "half", Departments: []directory.Membership{{DepartmentID: "c"}}}},
		"b": {{ID: "silent", Departments: []directory.Membership{{DepartmentID: "b", Order: "7", Leader: new(true)}}}},
		"c": {{ID: "half", Departments: []directory.Membership{{DepartmentID: "c", Primary: new(true)}}}},
	}}
	got := map[string][]directory.Membership{}
	leaders := map[string][]string{}
	for u, err := range directory.Walk(t.Context(), c, directory.WalkOptions{Parallel: 1,
		Read: func(d directory.Department) { leaders[d.ID] = d.LeaderIDs }}) {
		require.NoError(t, err)
		got[u.ID] = u.Departments
	}
	assert.Equal(t, map[string][]directory.Membership{
		"silent": {{DepartmentID: "a"}, {DepartmentID: "b", Order: "7", Leader: new(true)}},
		"half":   {{DepartmentID: "a", Primary: new(false)}, {DepartmentID: "c", Primary: new(true)}},
	}, got)
	assert.Equal(t, map[string][]string{"a": nil, "b": {"silent"}, "c": nil}, leaders, "nil where a row does not say")
}

// slow is a company whose list of departments goes on once the members of the first one have been asked for.
type slow struct {
	*company
	asked chan struct{}
}

func (s slow) Departments(ctx context.Context, roots ...string) iter.Seq2[directory.Department, error] {
	return func(yield func(directory.Department, error) bool) {
		first := true
		for d, err := range s.company.Departments(ctx, roots...) {
			if !yield(d, err) {
				return
			}
			if first {
				select {
				case <-s.asked:
				case <-ctx.Done():
					return
				}
			}
			first = false
		}
	}
}

func (s slow) Members(ctx context.Context, id string) iter.Seq2[directory.User, error] {
	if id == "d0" {
		close(s.asked)
	}
	return s.company.Members(ctx, id)
}

func TestMembersAreReadWhileDepartmentsAreStillBeingListed(t *testing.T) {
	got, err := ids(directory.Walk(t.Context(), slow{big(), make(chan struct{})}, directory.WalkOptions{}))
	require.NoError(t, err)
	assert.Len(t, got, 50*250)
}

func TestPathsAreThoseOfTheTreeWhateverIsListedFirst(t *testing.T) {
	parents := map[string]string{
		"r":     "",
		"a":     "r",
		"b":     "a",
		"c":     "b",
		"lost":  "elsewhere",
		"below": "lost",
		"x":     "y",
		"y":     "x",
	}
	orders := [][]string{{"r", "a", "b", "c", "lost", "below", "x", "y"},
		{"c", "b", "x", "below", "a", "y", "lost", "r"}}
	for _, order := range orders {
		c := &company{departments: order, parents: parents}
		got := map[string][]string{}
		_, err := ids(directory.Walk(t.Context(), c, directory.WalkOptions{AllowEmpty: true, Exclude: []string{"b"},
			Department: func(d directory.Department) { got[d.ID] = d.Path }}))
		require.NoError(t, err)
		delete(got, "x")
		delete(got, "y")
		assert.Equal(t, map[string][]string{"r": {"r"}, "a": {"r", "a"}, "lost": {"lost"}, "below": {"lost", "below"}},
			got)
	}
}
