package directory_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// limit gives a vendor's apps a part of the company only: departments and single people.
func limit(s *sim.Server, vendor string, departments []sim.DepartmentKey, people ...sim.Person) {
	var keys []sim.PersonKey
	var userIDs []string
	for _, p := range people {
		keys, userIDs = append(keys, p.Key), append(userIDs, p.UserID)
	}
	switch vendor {
	case "wecom":
		s.WeCom().LimitApps(departments, keys...)
	case "dingtalk":
		s.DingTalk().LimitApps(departments, keys)
	case "feishu":
		s.Feishu().LimitApps(departments, userIDs...)
	case "wps":
		s.WPS().SetDataPermission(departments, keys...)
	}
}

// A walk of an app that may see a part of the company is that part, and no error.
func TestAWalkIsTheAppsScope(t *testing.T) {
	for vendor, limit := range limits() {
		t.Run(vendor, func(t *testing.T) {
			clock := clienttest.NewClock()
			server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(200), sim.WithDepartments(16))
			part := server.Organisation().Children(sim.RootDepartment)[0]
			limit(server, part.Key)
			v := views(t, server, clock)[vendor]
			want := map[string]bool{}
			departments := []string{}
			for _, d := range server.Organisation().Subtree(part.Key) {
				departments = append(departments, v.department(d))
				for _, p := range server.Organisation().Members(d.Key) {
					want[v.person(p)] = true
				}
			}
			for _, details := range []bool{false, true} {
				var listed []string
				got, err := ids(directory.Walk(t.Context(), v.directory, directory.WalkOptions{Details: details,
					Department: func(d directory.Department) { listed = append(listed, d.ID) }}))
				require.NoError(t, err)
				assert.ElementsMatch(t, slices.Collect(maps.Keys(want)), got)
				assert.ElementsMatch(t, departments, listed)
			}
			scope, err := v.directory.Scope(t.Context())
			require.NoError(t, err)
			if vendor == "wecom" {
				assert.Equal(t, directory.Scope{}, scope)
				return
			}
			assert.Equal(t, directory.Scope{Known: true, Departments: []string{v.department(part)}}, scope)
		})
	}
}

func TestTheScopeOfTheWholeCompany(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(20), sim.WithDepartments(4))
	for vendor, v := range views(t, server, clock) {
		scope, err := v.directory.Scope(t.Context())
		require.NoError(t, err)
		known := vendor != "wecom"
		assert.Equal(t, directory.Scope{Known: known, Whole: known}, scope, vendor)
	}
}

func TestRootsAndExclusions(t *testing.T) {
	for _, vendor := range []string{"wecom", "dingtalk", "feishu", "wps"} {
		for _, details := range []bool{false, true} {
			t.Run(fmt.Sprint(vendor, details), func(t *testing.T) {
				clock := clienttest.NewClock()
				server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(200), sim.WithDepartments(16))
				o := server.Organisation()
				v := views(t, server, clock)[vendor]
				var root, without sim.Department
				for _, d := range o.Children(sim.RootDepartment) {
					if below := o.Children(d.Key); len(below) > 0 {
						root, without = d, below[0]
					}
				}
				require.NotZero(t, without.Key)
				left := map[sim.DepartmentKey]bool{}
				for _, d := range o.Subtree(without.Key) {
					left[d.Key] = true
				}
				want, departments := map[string]bool{}, []string{}
				for _, d := range o.Subtree(root.Key) {
					if left[d.Key] {
						continue
					}
					departments = append(departments, v.department(d))
					for _, p := range o.Members(d.Key) {
						want[v.person(p)] = true
					}
				}
				var listed []string
				got, err := ids(directory.Walk(t.Context(), v.directory, directory.WalkOptions{
					Details: details, Roots: []string{v.department(root)}, Exclude: []string{v.department(without)},
					Department: func(d directory.Department) { listed = append(listed, d.ID) },
				}))
				require.NoError(t, err)
				assert.ElementsMatch(t, slices.Collect(maps.Keys(want)), got)
				assert.ElementsMatch(t, departments, listed)
			})
		}
	}
}

// An app that sees the whole of a company's tree but may not read all of it: what it may not read is not silently
// left out.
func TestDepartmentsThatTheAppMayNotRead(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(100), sim.WithDepartments(12))
	server.WeCom().LimitApps([]sim.DepartmentKey{server.Organisation().Children(sim.RootDepartment)[0].Key})
	demo := server.Credentials().WeCom
	c, err := wecom.New(
		wecom.Config{
			CorpID:        demo.CorpID,
			AppSecret:     clients.Secret(demo.AppSecret),
			ContactSecret: clients.Secret(demo.ContactSecret),
		},
		clients.WithBaseURL(server.WeComURL()),
		clients.WithClock(clock),
	)
	require.NoError(t, err)
	d := directory.WeCom(c)
	_, err = ids(directory.Walk(t.Context(), d, directory.WalkOptions{}))
	assert.ErrorIs(t, err, clients.ErrPermission)
	var w *directory.WalkError
	require.ErrorAs(t, err, &w)

	var skipped []string
	got, err := ids(
		directory.Walk(t.Context(), d, directory.WalkOptions{Skip: func(d directory.Department, err error) error {
			assert.ErrorIs(t, err, clients.ErrPermission)
			skipped = append(skipped, d.ID)
			return nil
		}}),
	)
	require.NoError(t, err)
	assert.NotEmpty(t, got)
	assert.NotEmpty(t, skipped)
	assert.Less(t, len(got), 100)
}

// People whom the app was given one by one are in its scope as well, wherever they are.
func TestSinglePeopleOfTheScope(t *testing.T) {
	for _, vendor := range []string{"dingtalk", "feishu"} {
		t.Run(vendor, func(t *testing.T) {
			clock := clienttest.NewClock()
			server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(200), sim.WithDepartments(16))
			o := server.Organisation()
			part := o.Children(sim.RootDepartment)[0]
			want := map[string]bool{}
			v := views(t, server, clock)[vendor]
			for _, d := range o.Subtree(part.Key) {
				for _, p := range o.Members(d.Key) {
					want[v.person(p)] = true
				}
			}
			var single sim.Person
			for _, p := range o.People() {
				if !want[v.person(p)] {
					single = p
				}
			}
			require.NotZero(t, single.Key)
			want[v.person(single)] = true
			if vendor == "dingtalk" {
				server.DingTalk().LimitApps([]sim.DepartmentKey{part.Key}, []sim.PersonKey{single.Key})
			} else {
				server.Feishu().LimitApps([]sim.DepartmentKey{part.Key}, single.UserID)
			}
			for _, details := range []bool{false, true} {
				got, err := ids(directory.Walk(t.Context(), v.directory, directory.WalkOptions{Details: details}))
				require.NoError(t, err)
				assert.ElementsMatch(t, slices.Collect(maps.Keys(want)), got)
			}
		})
	}
}
