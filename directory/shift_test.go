package directory_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who is deleted while their department is read costs nobody else their place, although the rows behind them move up,
// whether the app sees the whole company or a part of it.
func TestSomebodyDeletedInMidWalk(t *testing.T) {
	for vendor := range lists {
		for _, whole := range []bool{true, false} {
			t.Run(fmt.Sprint(vendor, whole), func(t *testing.T) { testDeletedInMidWalk(t, vendor, whole) })
		}
	}
}

func testDeletedInMidWalk(t *testing.T, vendor string, whole bool) {
	t.Helper()
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(900), sim.WithDepartments(3))
	o := server.Organisation()
	v := views(t, server, clock)[vendor]
	visible := func(p sim.Person) bool { return true }
	if !whole {
		var part []sim.DepartmentKey
		for _, d := range o.Children(sim.RootDepartment) {
			part = append(part, d.Key)
		}
		limit(server, vendor, part)
		visible = func(p sim.Person) bool {
			return slices.ContainsFunc(p.Memberships,
				func(m sim.Membership) bool { return m.Department != sim.RootDepartment })
		}
	}
	removable := map[string]sim.Person{}
	for _, p := range o.People() {
		if !p.Founder && !p.Admin {
			removable[v.person(p)] = p
		}
	}
	got := map[string]bool{}
	removed := 0
	for u, err := range directory.Walk(t.Context(), v.directory, directory.WalkOptions{Parallel: 1}) {
		require.NoError(t, err)
		got[u.ID] = true
		if p, ok := removable[u.ID]; ok && removed < 5 && len(got)%20 == 1 {
			require.NoError(t, o.RemovePerson(p.Key))
			removed++
		}
	}
	require.Equal(t, 5, removed)
	missing := 0
	for _, p := range o.People() {
		if visible(p) && !got[v.person(p)] {
			missing++
		}
	}
	assert.Zero(t, missing, "people lost")
}
