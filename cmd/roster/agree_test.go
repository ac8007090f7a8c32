package main

import (
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exported is an export by a clock on which waiting for quotas takes no time.
func exported(t *testing.T, server *sim.Server, clock *clienttest.Clock, vendor string, flags exportFlags) string {
	t.Helper()
	v, err := vendors.Named(vendor)
	require.NoError(t, err)
	s := source{v, v.Simulated(server), false}
	opened, err := s.open(clients.WithClock(clock))
	require.NoError(t, err)
	flags.format = formatJSONL
	var out bytes.Buffer
	j := job{source: s, file: "-", flags: flags, stdout: &out, shown: newProgress(io.Discard, []string{vendor})}
	require.NoError(t, j.export(t.Context(), opened, &summary{}))
	assert.Equal(t, reach{len(server.Organisation().Departments()), len(server.Organisation().Departments())},
		j.shown.sum())
	return out.String()
}

func TestExportsOfAnUnchangedCompanyAreEqualButForTheHeader(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(400), sim.WithDepartments(30))
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			times := 2
			if v.Name == "dingtalk" {
				times = 10 // its rows tell of one department each, and come in any order
			}
			_, want, _ := strings.Cut(exported(t, server, clock, v.Name, exportFlags{}), "\n")
			for range times - 1 {
				_, got, _ := strings.Cut(exported(t, server, clock, v.Name, exportFlags{}), "\n")
				require.Equal(t, want, got)
			}
		})
	}
}

// person is what all four exports tell of somebody, in the company's own keys.
type person struct {
	name    string
	mobile  string
	manager sim.PersonKey
	in      []sim.DepartmentKey
	leads   []sim.DepartmentKey
}

// ids lead from a vendor's ids to the company's keys.
type ids struct {
	person     func(sim.Person) string
	department func(sim.Department) string
}

func idsOf(vendor string) ids {
	switch vendor {
	case "wecom":
		return ids{func(p sim.Person) string { return wecom.FoldUserID(p.UserID) },
			func(d sim.Department) string { return strconv.FormatInt(d.WeComID, 10) }}
	case "dingtalk":
		return ids{func(p sim.Person) string { return p.UserID },
			func(d sim.Department) string { return strconv.FormatInt(d.DingTalkID, 10) }}
	case "feishu":
		return ids{func(p sim.Person) string { return p.FeishuOpenID },
			func(d sim.Department) string { return d.FeishuOpenID }}
	default:
		return ids{func(p sim.Person) string { return p.WPSUserID }, func(d sim.Department) string { return d.WPSID }}
	}
}

func TestTheFourExportsNameTheSame(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(300), sim.WithDepartments(20))
	want := map[sim.PersonKey]person{}
	orders := map[string]map[sim.PersonKey]map[sim.DepartmentKey]int64{"dingtalk": {}, "": {}}
	for _, p := range server.Organisation().People() {
		told := person{name: p.Name, mobile: p.Mobile.E164(), manager: p.Manager}
		orders["dingtalk"][p.Key], orders[""][p.Key] = map[sim.DepartmentKey]int64{}, map[sim.DepartmentKey]int64{}
		for _, m := range p.Memberships {
			told.in = append(told.in, m.Department)
			if m.Leader {
				told.leads = append(told.leads, m.Department)
			}
			orders["dingtalk"][p.Key][m.Department], orders[""][p.Key][m.Department] = m.DingTalkOrder, m.Order
		}
		slices.Sort(told.in)
		slices.Sort(told.leads)
		want[p.Key] = told
	}
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			people, departments := map[string]sim.PersonKey{}, map[string]sim.DepartmentKey{}
			for _, p := range server.Organisation().People() {
				people[idsOf(v.Name).person(p)] = p.Key
			}
			for _, d := range server.Organisation().Departments() {
				departments[idsOf(v.Name).department(d)] = d.Key
			}
			s := snapshot(t, exported(t, server, clock, v.Name, exportFlags{details: true}))
			require.Len(t, s.Departments, len(departments))
			leads, led := map[string][]string{}, map[string]bool{} // by the departments' records
			for _, d := range s.Departments {
				led[d.ID] = d.LeaderIDs != nil // WeCom does not tell it of those where one row has no mark
				for _, id := range d.LeaderIDs {
					leads[id] = append(leads[id], d.ID)
				}
			}
			got := map[sim.PersonKey]person{}
			wantOrders, unsaid, places := orders[""], 0, 0
			if v.Name == "dingtalk" {
				wantOrders = orders["dingtalk"]
			}
			for _, u := range s.Users {
				key := people[u.ID]
				told := person{name: u.DisplayName, manager: people[u.ManagerID]}
				for _, number := range u.PhoneNumbers {
					if number.Type == "mobile" {
						told.mobile = number.Value
					}
				}
				for _, m := range u.Departments {
					department := departments[m.DepartmentID]
					told.in = append(told.in, department)
					places++
					truth := slices.Contains(want[key].leads, department)
					switch {
					case m.Leader == nil:
						require.Equal(t, "wecom", v.Name, "who may leave it out of rows and records")
						unsaid++
						if truth {
							told.leads = append(told.leads, department)
						}
					case *m.Leader:
						told.leads = append(told.leads, department)
						if led[m.DepartmentID] {
							require.Contains(t, leads[u.ID], m.DepartmentID)
						}
					}
					order := wantOrders[key][department]
					switch {
					case m.Order == "" && v.Name == "wecom" && order != 0:
						unsaid++ // may be left out as well
					case v.Name == "wps" && order >= 1<<32:
						// A vendor of 32 bits would cut it.
					case m.Order == "":
						require.Zero(t, order, "%s in %s", u.ID, m.DepartmentID)
					default:
						number, err := strconv.ParseInt(m.Order, 10, 64)
						require.NoError(t, err)
						if v.Name == "wps" && number != order {
							number -= 1 << 32
						}
						require.Equal(t, order, number, "%s in %s", u.ID, m.DepartmentID)
					}
				}
				slices.Sort(told.in)
				slices.Sort(told.leads)
				got[key] = told
			}
			assert.Less(t, unsaid, places/8)
			assert.NotEmpty(t, leads)
			assert.Equal(t, want, got)
		})
	}
}

func TestExportOfAPart(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(200), sim.WithDepartments(40))
	company := server.Organisation()
	top := company.Children(sim.RootDepartment)
	id := func(d sim.Department) string { return strconv.FormatInt(d.WeComID, 10) }
	in := func(part sim.Department) (departments []string) {
		for _, d := range company.Subtree(part.Key) {
			departments = append(departments, id(d))
		}
		return departments
	}
	listed := func(s *directory.Snapshot) (departments []string) {
		for _, d := range s.Departments {
			departments = append(departments, d.ID)
		}
		return departments
	}
	stdout, _, err := run(t, server, "export", "wecom", "--root", id(top[0])+","+id(top[1]))
	require.NoError(t, err)
	part := snapshot(t, stdout)
	assert.ElementsMatch(t, append(in(top[0]), in(top[1])...), listed(part))
	assert.ElementsMatch(t, []string{id(top[0]), id(top[1])}, part.Header.Scope.Roots)

	stdout, _, err = run(t, server, "export", "wecom", "--exclude", id(top[0]))
	require.NoError(t, err)
	part = snapshot(t, stdout)
	assert.Len(t, part.Departments, 40-len(in(top[0])))
	assert.NotContains(t, listed(part), id(top[0]))

	stdout, _, err = run(t, server, "export", "wecom", "--status", "disabled,pending")
	require.NoError(t, err)
	part = snapshot(t, stdout)
	assert.NotEmpty(t, part.Users)
	for _, u := range part.Users {
		assert.Contains(t, []directory.Status{directory.StatusDisabled, directory.StatusPending}, u.Status)
	}

	server.WeCom().LimitApps([]sim.DepartmentKey{top[2].Key})
	roots := []string{"--root", id(top[2]), "--root", id(top[3])}
	stdout, _, err = run(t, server, append([]string{"export", "wecom", "-o", "-"}, roots...)...)
	require.Error(t, err, "a department that contacts know of is forbidden to the app")
	assert.Empty(t, stdout)
	assert.ErrorContains(t, err, "--skip-forbidden")
	file := filepath.Join(t.TempDir(), "staff.jsonl")
	_, stderr, err := run(t, server, append([]string{"export", "wecom", "--skip-forbidden", "-o", file}, roots...)...)
	require.NoError(t, err)
	part = snapshotFile(t, file)
	assert.NotEmpty(t, part.Header.Scope.Skipped)
	for _, skipped := range part.Header.Scope.Skipped {
		assert.Contains(t, stderr, "wecom: department "+skipped+" (")
	}
}

// Against apps that see a part of the company, each vendor's export is exactly that part.
func TestExportIsWhatTheAppSees(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(200), sim.WithDepartments(40))
	company := server.Organisation()
	part := company.Children(sim.RootDepartment)[0]
	inside := map[sim.PersonKey]bool{}
	for _, d := range company.Subtree(part.Key) {
		for _, p := range company.Members(d.Key) {
			inside[p.Key] = true
		}
	}
	var alone sim.Person
	for _, p := range company.People() {
		if !inside[p.Key] {
			alone = p
		}
	}
	inside[alone.Key] = true
	departments := []sim.DepartmentKey{part.Key}
	server.WeCom().LimitApps(departments, alone.Key)
	server.DingTalk().LimitApps(departments, []sim.PersonKey{alone.Key})
	server.Feishu().LimitApps(departments, alone.UserID)
	server.WPS().SetDataPermission(departments, alone.Key)
	for vendor, id := range map[string]func(sim.Person) string{
		"wecom":    func(p sim.Person) string { return strings.ToLower(p.UserID) },
		"dingtalk": func(p sim.Person) string { return p.UserID },
		"feishu":   func(p sim.Person) string { return p.FeishuOpenID },
		"wps":      func(p sim.Person) string { return p.WPSUserID },
	} {
		stdout, _, err := run(t, server, "export", vendor)
		require.NoError(t, err, vendor)
		s := snapshot(t, stdout)
		assert.Len(t, s.Departments, len(company.Subtree(part.Key)), vendor)
		assert.True(t, s.Header.Scope.Known, vendor)
		var got, want []string
		for _, u := range s.Users {
			got = append(got, u.ID)
		}
		for _, p := range company.People() {
			if inside[p.Key] {
				want = append(want, id(p))
			}
		}
		assert.ElementsMatch(t, want, got, vendor)
	}
}
