package directory_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// groupsOf are the company's groups of a kind in a vendor's ids, by their names.
func groupsOf(server *sim.Server, v view, kind sim.GroupKind) map[string]directory.Group {
	o := server.Organisation()
	all := map[string]directory.Group{}
	for _, g := range o.Groups(kind) {
		group := directory.Group{Name: g.Name, Users: []string{}, Departments: []string{}}
		for _, key := range g.People {
			p, _ := o.Person(key)
			group.Users = append(group.Users, v.person(p))
		}
		for _, key := range g.Departments {
			d, _ := o.Department(key)
			group.Departments = append(group.Departments, v.department(d))
		}
		slices.Sort(group.Users)
		slices.Sort(group.Departments)
		all[g.Name] = group
	}
	return all
}

// kindsOf are the groups that each vendor has.
var kindsOf = map[string]map[directory.GroupKind]sim.GroupKind{
	"wecom":    {directory.GroupTag: sim.Tag},
	"dingtalk": {directory.GroupRole: sim.Role},
	"feishu":   {directory.GroupOf: sim.Tag},
}

func TestEveryVendorShowsTheCompanysGroups(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(120), sim.WithDepartments(8))
	for vendor, v := range views(t, server, clock) {
		t.Run(vendor, func(t *testing.T) {
			reader, has := v.directory.(directory.Groups)
			require.Equal(t, kindsOf[vendor] != nil, has)
			if !has {
				_, err := directory.WriteSnapshot(t.Context(), &bytes.Buffer{}, v.directory,
					directory.SnapshotOptions{Groups: true})
				assert.ErrorIs(t, err, directory.ErrNoGroups)
				return
			}
			found := map[directory.GroupKind]map[string]directory.Group{}
			for group, err := range reader.Groups(t.Context()) {
				require.NoError(t, err)
				assert.NotEmpty(t, group.ID)
				assert.NotNil(t, group.Raw)
				if found[group.Kind] == nil {
					found[group.Kind] = map[string]directory.Group{}
				}
				found[group.Kind][group.Name] = directory.Group{Name: group.Name, Users: group.Users,
					Departments: group.Departments}
			}
			require.Len(t, found, len(kindsOf[vendor]))
			for kind, of := range kindsOf[vendor] {
				want := groupsOf(server, v, of)
				require.NotEmpty(t, want)
				for name, group := range want {
					assert.Equal(t, group, found[kind][name], name)
				}
			}
		})
	}
}

func TestASnapshotHasGroupsAndDiffSeesThem(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(60), sim.WithDepartments(6))
	o := server.Organisation()
	for vendor, v := range views(t, server, clock) {
		if kindsOf[vendor] == nil {
			continue
		}
		t.Run(vendor, func(t *testing.T) {
			taken := func(groups bool) *directory.Snapshot {
				var file bytes.Buffer
				counts, err := directory.WriteSnapshot(t.Context(), &file, v.directory,
					directory.SnapshotOptions{Groups: groups})
				require.NoError(t, err)
				assert.Equal(t, counts.Groups, strings.Count(file.String(), `"kind":"group"`))
				s, err := directory.ReadSnapshot(&file)
				require.NoError(t, err)
				return s
			}
			var kind sim.GroupKind
			for _, kind = range kindsOf[vendor] {
			}
			group := o.Groups(kind)[0]
			before := taken(true)
			require.NoError(t, o.UpdateGroup(group.Key, func(g *sim.Group) error {
				g.Name, g.People = g.Name+vendor, g.People[1:]
				return nil
			}))
			added, err := o.AddGroup(sim.Group{Kind: kind, Name: "new " + vendor, People: []sim.PersonKey{3}})
			require.NoError(t, err)
			after := taken(true)
			require.NoError(t, o.RemoveGroup(added.Key))

			changes, err := directory.Diff(before, after, directory.DiffOptions{})
			require.NoError(t, err)
			seen := map[directory.ChangeKind][]string{}
			for c := range changes {
				require.Equal(t, "group", c.Of)
				name := c.NewGroup.Name
				for _, f := range c.Fields {
					name += " " + f.Field
				}
				seen[c.Kind] = append(seen[c.Kind], name)
			}
			assert.Equal(t, map[directory.ChangeKind][]string{
				directory.Changed: {group.Name + vendor + " displayName users"}, directory.Added: {"new " + vendor},
			}, seen)
			applied := directory.Apply(before, changes)
			assert.Equal(t, after.Groups, applied.Groups)

			none, err := directory.Diff(taken(false), after, directory.DiffOptions{})
			require.NoError(t, err)
			assert.Empty(t, slices.Collect(none), "what one of the two did not read is no difference")
		})
	}
}

func TestAScopeOfTagsIsResolved(t *testing.T) {
	d := weComAt(t, answers{
		"/agent/get": `{"errcode":0,"errmsg":"ok","agentid":7,"allow_userinfos":{"user":[]},
			"allow_partys":{"partyid":[]},"allow_tags":{"tagid":[3]}}`,
		"/tag/get": `{"errcode":0,"errmsg":"ok","tagname":"t","userlist":[{"userid":"Wu.Lei","name":"n"}],
			"partylist":[12]}`,
		"/department/list": `{"errcode":0,"errmsg":"ok","department":[{"id":12,"name":"d","parentid":1,"order":1}]}`,
		"/user/list": `{"errcode":0,"errmsg":"ok","userlist":[{"userid":"u1","name":"n",
			"department":[12]}]}`,
		"/user/get": `{"errcode":0,"errmsg":"ok","userid":"Wu.Lei","name":"n","department":[7]}`,
	})
	got := walkedUsers(t, d, directory.WalkOptions{})
	assert.ElementsMatch(t, []string{"u1", "wu.lei"}, keys(got))
}

func TestWhoHasLeft(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(60), sim.WithDepartments(6))
	all := views(t, server, clock)
	o := server.Organisation()
	gone := map[string][]string{}
	early := o.People()[20]
	require.NoError(t, o.RemovePerson(early.Key))
	clock.Advance(48 * time.Hour)
	late := o.People()[30]
	require.NoError(t, o.RemovePerson(late.Key))
	clock.Advance(time.Hour)
	for vendor, v := range all {
		reader, has := v.directory.(directory.Leavers)
		assert.Equal(t, vendor == "dingtalk" || vendor == "wps", has, vendor)
		if !has {
			continue
		}
		for _, since := range []time.Time{{}, clock.Now().Add(-24 * time.Hour)} {
			found := []string{}
			for l, err := range reader.Leavers(t.Context(), since) {
				require.NoError(t, err, vendor)
				assert.Equal(t, directory.StatusLeft, l.Status)
				found = append(found, l.ID)
			}
			want := []string{v.person(late)}
			if since.IsZero() {
				want = append(want, v.person(early))
			}
			assert.ElementsMatch(t, want, found, "%s since %v", vendor, since)
		}
		gone[vendor] = append(gone[vendor], v.person(late))
	}
	assert.Len(t, gone, 2)
}

func TestWhatHasChanged(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(60), sim.WithDepartments(6))
	o := server.Organisation()
	clock.Advance(time.Hour)
	since := clock.Now()
	clock.Advance(time.Minute)
	titled, gone := o.People()[10], o.People()[20]
	require.NoError(t, o.UpdatePerson(titled.Key, func(p *sim.Person) error { p.Position = "x"; return nil }))
	require.NoError(t, o.RemovePerson(gone.Key))
	added, err := o.AddDepartment(sim.Department{Parent: sim.RootDepartment, Name: "new"})
	require.NoError(t, err)
	clock.Advance(time.Minute)
	for vendor, v := range views(t, server, clock) {
		reader, has := v.directory.(directory.Changes)
		assert.Equal(t, vendor == "wps", has, vendor)
		if !has {
			continue
		}
		events := map[string]directory.EventKind{}
		for e, err := range reader.Changes(t.Context(), since) {
			require.NoError(t, err)
			assert.False(t, e.At.Before(since.Truncate(time.Second)))
			events[e.Of+" "+e.ID] = e.Kind
		}
		assert.Equal(t, map[string]directory.EventKind{
			"user " + v.person(titled):          directory.EventChanged,
			"user " + v.person(gone):            directory.EventRemoved,
			"department " + v.department(added): directory.EventAdded,
		}, events)
	}
}

func TestEveryVendorSignsPeopleIn(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(60), sim.WithDepartments(6))
	for vendor, v := range views(t, server, clock) {
		reader, has := v.directory.(directory.SignIn)
		if !has {
			t.Errorf("%s signs nobody in", vendor)
			continue
		}
		_, err := reader.AuthorizeURL(clients.SignIn{})
		assert.ErrorIs(t, err, clients.ErrInvalidArgument, vendor)
		_, err = reader.Identify(t.Context(), "made-up", clients.SurfaceBrowser)
		require.Error(t, err, vendor)
		assert.NotContains(t, err.Error(), "made-up")
	}
}
