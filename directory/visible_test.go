package directory_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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

// part is a part of the company: departments with all below them, and single people.
type part struct {
	departments []sim.DepartmentKey
	people      []sim.Person
}

// parts are parts of a company of several levels, each of one kind.
func parts(o *sim.Organisation) map[string]part {
	top := o.Children(sim.RootDepartment)
	below := func(d sim.Department) sim.DepartmentKey { return o.Children(d.Key)[0].Key }
	inside := map[sim.DepartmentKey]bool{}
	for _, d := range o.Subtree(top[0].Key) {
		inside[d.Key] = true
	}
	var outside, within []sim.Person
	for _, p := range o.People() {
		switch in := slices.ContainsFunc(p.Memberships, func(m sim.Membership) bool { return inside[m.Department] }); {
		case in && len(within) < 2:
			within = append(within, p)
		case !in && len(outside) < 3:
			outside = append(outside, p)
		}
	}
	return map[string]part{
		"a department":             {departments: []sim.DepartmentKey{top[0].Key}},
		"one below another":        {departments: []sim.DepartmentKey{below(top[0]), top[0].Key}},
		"two, on different levels": {departments: []sim.DepartmentKey{top[1].Key, below(top[0])}},
		"a department and people":  {departments: []sim.DepartmentKey{top[0].Key}, people: append(within, outside...)},
		"people only":              {people: outside},
		"somebody and a leaf":      {departments: []sim.DepartmentKey{below(top[0])}, people: outside[:1]},
		"the root beside something": {
			departments: []sim.DepartmentKey{top[0].Key, sim.RootDepartment}, people: outside,
		},
	}
}

// Against simulators limited to a part of the company, each vendor's walk is exactly that part, and no error.
func TestAWalkIsTheAppsScope(t *testing.T) {
	for _, vendor := range []string{"wecom", "dingtalk", "feishu", "wps"} {
		t.Run(vendor, func(t *testing.T) {
			clock := clienttest.NewClock()
			server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(200), sim.WithDepartments(24))
			o := server.Organisation()
			v := views(t, server, clock)[vendor]
			for name, part := range parts(o) {
				t.Run(name, func(t *testing.T) {
					limit(server, vendor, part.departments, part.people...)
					people, departments, scope := map[string]bool{}, map[string]bool{}, directory.Scope{Known: true}
					for _, key := range part.departments {
						top, _ := o.Department(key)
						scope.Departments = append(scope.Departments, v.department(top))
						for _, d := range o.Subtree(key) {
							departments[v.department(d)] = true
							for _, p := range o.Members(d.Key) {
								people[v.person(p)] = true
							}
						}
					}
					for _, p := range part.people {
						people[v.person(p)] = true
						scope.Users = append(scope.Users, v.person(p))
					}
					slices.Sort(scope.Departments)
					slices.Sort(scope.Users)
					if slices.Contains(part.departments, sim.RootDepartment) {
						scope = directory.Scope{Known: true, Whole: true}
					}
					told, err := v.directory.Scope(t.Context())
					require.NoError(t, err)
					assert.Equal(t, scope, told)
					for _, details := range []bool{false, true} {
						var listed []string
						got, err := ids(directory.Walk(t.Context(), v.directory, directory.WalkOptions{Details: details,
							Department: func(d directory.Department) { listed = append(listed, d.ID) }}))
						require.NoError(t, err)
						assert.ElementsMatch(t, slices.Collect(maps.Keys(people)), got)
						assert.ElementsMatch(t, slices.Collect(maps.Keys(departments)), listed)
					}
				})
			}
		})
	}
}

func TestTheScopeOfTheWholeCompany(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(20), sim.WithDepartments(4))
	for vendor, v := range views(t, server, clock) {
		scope, err := v.directory.Scope(t.Context())
		require.NoError(t, err)
		assert.Equal(t, directory.Scope{Known: true, Whole: true}, scope, vendor)
	}
}

// Where it cannot be read who is in a group or a tag, that is said, and names them.
func TestAScopeOfGroups(t *testing.T) {
	agent := func(given string) answers {
		return answers{"/agent/get": `{"errcode":0,"errmsg":"ok","agentid":7` + given + `}`}
	}
	entities := func(items string) answers {
		return answers{
			"/v7/contacts/permissions_scope/entities": `{"code":0,"data":{"items":[` + items + `]}}`,
			"/v7/depts/root": `{"code":0,"data":{"id":"d1","name":"r","parent_id":"0"}}`,
		}
	}
	for name, tc := range map[string]struct {
		d    directory.Directory
		want directory.Scope
		says []string
	}{
		"WeCom's tags": {
			d: weComAt(t, agent(`,"allow_userinfos":{"user":[{"userid":"Wu.Lei"}]},"allow_partys":{"partyid":[12]},
				"allow_tags":{"tagid":[3,1]}`).with(answers{
				"/tag/get": `{"errcode":60011,"errmsg":"no privilege to access/modify contact/party/agent"}`})),
			want: directory.Scope{Known: true, Departments: []string{"12"}, Users: []string{"wu.lei"},
				Groups: []string{"1", "3"}},
			says: []string{"tags", "(1)", "60011"},
		},
		"WPS's groups": {
			d:    wpsAt(t, entities(`{"entity":{"id":"g1","type":"group"}},{"entity":{"id":"u1","type":"user"}}`)),
			want: directory.Scope{Known: true, Users: []string{"u1"}, Groups: []string{"g1"}},
			says: []string{"groups", "g1"},
		},
		"what nobody knows yet": {
			d:    wpsAt(t, entities(`{"entity":{"id":"x1","type":"role"}}`)),
			want: directory.Scope{Known: true, Groups: []string{"role x1"}},
			says: []string{"role x1"},
		},
		"Feishu's groups": {
			d: feishuAt(t, answers{
				"/contact/v3/departments/0/children": `400{"code":40004,"msg":"no dept authority error"}`,
				"/contact/v3/scopes": `{"code":0,"data":{"has_more":false,"department_ids":["od-1"],
					"user_ids":[],"group_ids":["g9"]}}`,
				"/group/g9/member/simplelist": feishuNoScope,
			}),
			want: directory.Scope{Known: true, Departments: []string{"od-1"}, Groups: []string{"g9"}},
			says: []string{"groups", "g9"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			scope, err := tc.d.Scope(t.Context())
			require.NoError(t, err)
			assert.Equal(t, tc.want, scope)
			_, err = ids(directory.Walk(t.Context(), tc.d, directory.WalkOptions{}))
			require.ErrorIs(t, err, clients.ErrPermission)
			for _, text := range tc.says {
				assert.ErrorContains(t, err, text)
			}
		})
	}
}

// What the vendor does not say of the scope is not known; what it says in parts is put together.
func TestWhereTheScopeComesFrom(t *testing.T) {
	const noRoute = `404{"code":404000001,"msg":"404 Route Not Found"}`
	root := answers{"/v7/depts/root": `{"code":0,"data":{"id":"d1","name":"r","parent_id":"0"}}`}
	for name, tc := range map[string]struct {
		d    directory.Directory
		want directory.Scope
	}{
		"WeCom says nothing": {
			d: weComAt(t, answers{"/agent/get": `{"errcode":0,"errmsg":"ok","agentid":7,"name":"x"}`}),
		},
		"WeCom says nobody": {
			d: weComAt(t, answers{"/agent/get": `{"errcode":0,"errmsg":"ok","agentid":7,
				"allow_partys":{"partyid":[]}}`}),
			want: directory.Scope{Known: true},
		},
		"the root, and tags that do not matter": {
			d: weComAt(t, answers{"/agent/get": `{"errcode":0,"errmsg":"ok","agentid":7,"allow_partys":{"partyid":[1]},
				"allow_tags":{"tagid":[1]}}`}),
			want: directory.Scope{Known: true, Whole: true},
		},
		"WPS, page by page": {
			d: wpsAt(t, root.with(answers{
				"/v7/contacts/permissions_scope/entities": `{"code":0,"data":{"items":[{"entity":{"id":"d2",
					"type":"dept"}}],"next_page_token":"n"}}`,
				"/v7/contacts/permissions_scope/entities page_token=n": `{"code":0,"data":{"items":[{"entity":{
					"id":"u1","type":"user"}},{"entity":{"id":"d2","type":"dept"}}],"next_page_token":""}}`,
			})),
			want: directory.Scope{Known: true, Departments: []string{"d2"}, Users: []string{"u1"}},
		},
		"WPS, an older deployment": {
			d: wpsAt(t, root.with(answers{
				"/v7/contacts/permissions_scope/entities": noRoute,
				"/v7/contacts/permissions_scope": `{"code":0,"data":{"items":[{"scope":"org","dept_ids":["d2"],
					"user_ids":["u1"],"group_ids":["g1"]}]}}`,
			})),
			want: directory.Scope{Known: true, Departments: []string{"d2"}, Users: []string{"u1"},
				Groups: []string{"g1"}},
		},
		"WPS, an even older one": {
			d: wpsAt(t, root.with(answers{
				"/v7/contacts/permissions_scope/entities": noRoute, "/v7/contacts/permissions_scope": noRoute,
			})),
		},
	} {
		t.Run(name, func(t *testing.T) {
			scope, err := tc.d.Scope(t.Context())
			require.NoError(t, err)
			assert.Equal(t, tc.want, scope)
		})
	}
	full := strings.Repeat(`"d",`, 1499) + `"d"`
	_, err := wpsAt(t, root.with(answers{
		"/v7/contacts/permissions_scope/entities": noRoute,
		"/v7/contacts/permissions_scope": `{"code":0,"data":{"items":[{"scope":"org",
			"dept_ids":[` + full + `]}]}}`,
	})).Scope(t.Context())
	assert.ErrorIs(t, err, clients.ErrBadResponse, "a list that is cut")
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

				_, err = ids(directory.Walk(t.Context(), v.directory, directory.WalkOptions{
					Details: details, Exclude: []string{"987654321"},
				}))
				assert.ErrorIs(t, err, clients.ErrInvalidArgument, "a wrong id leaves nobody out")
				assert.ErrorContains(t, err, "987654321")
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
