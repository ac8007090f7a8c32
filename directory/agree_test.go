package directory_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// view is one vendor's sight of the simulated company: its directory, and how its ids lead back to the company.
type view struct {
	directory  directory.Directory
	person     func(sim.Person) string
	department func(sim.Department) string
}

// opened are the clients of a simulator's four vendors.
type opened struct {
	wecom    *wecom.Client
	dingtalk *dingtalk.Client
	feishu   *feishu.Client
	wps      *wps.Client
}

// open opens the four vendors of a simulator. The clients live by the simulator's clock, so that waiting for a quota
// takes no time.
func open(t *testing.T, server *sim.Server, clock *clienttest.Clock) opened {
	t.Helper()
	demo := server.Credentials()
	options := func(base string) []clients.Option {
		return []clients.Option{clients.WithBaseURL(base), clients.WithClock(clock)}
	}
	we, err := wecom.New(
		wecom.Config{CorpID: demo.WeCom.CorpID, AppSecret: clients.Secret(demo.WeCom.AppSecret),
			AgentID: demo.WeCom.AppAgentID},
		options(server.WeComURL())...)
	require.NoError(t, err)
	ding, err := dingtalk.New(
		dingtalk.Config{AppKey: demo.DingTalk.AppKey, AppSecret: clients.Secret(demo.DingTalk.AppSecret)},
		options(server.DingTalkURL())...)
	require.NoError(t, err)
	fei, err := feishu.New(
		feishu.Config{AppID: demo.Feishu.AppID, AppSecret: clients.Secret(demo.Feishu.AppSecret)},
		options(server.FeishuURL())...)
	require.NoError(t, err)
	w, err := wps.New(
		wps.Config{AppID: demo.WPS.AppID, AppKey: clients.Secret(demo.WPS.AppKey)},
		options(server.WPSURL())...)
	require.NoError(t, err)
	return opened{we, ding, fei, w}
}

// views are the directories of a simulator's four vendors.
func views(t *testing.T, server *sim.Server, clock *clienttest.Clock) map[string]view {
	t.Helper()
	c := open(t, server, clock)
	return map[string]view{
		"wecom": {directory.WeCom(c.wecom), func(p sim.Person) string { return wecom.FoldUserID(p.UserID) },
			func(d sim.Department) string { return strconv.FormatInt(d.WeComID, 10) }},
		"dingtalk": {directory.DingTalk(c.dingtalk), func(p sim.Person) string { return p.UserID },
			func(d sim.Department) string { return strconv.FormatInt(d.DingTalkID, 10) }},
		"feishu": {directory.Feishu(c.feishu), func(p sim.Person) string { return p.FeishuOpenID },
			func(d sim.Department) string { return d.FeishuOpenID }},
		"wps": {directory.WPS(c.wps), func(p sim.Person) string { return p.WPSUserID },
			func(d sim.Department) string { return d.WPSID }},
	}
}

// seen is what a walk found, in the company's own keys.
type seen map[sim.PersonKey][]sim.DepartmentKey

func walked(t *testing.T, server *sim.Server, v view) (seen, error) {
	t.Helper()
	people := map[string]sim.PersonKey{}
	for _, p := range server.Organisation().People() {
		people[v.person(p)] = p.Key
	}
	departments := map[string]sim.DepartmentKey{}
	for _, d := range server.Organisation().Departments() {
		departments[v.department(d)] = d.Key
	}
	found := seen{}
	for user, err := range directory.Walk(t.Context(), v.directory, directory.WalkOptions{}) {
		if err != nil {
			return found, err
		}
		key, ok := people[user.ID]
		require.Truef(t, ok, "%s: nobody has the id %s", v.directory.Vendor(), user.ID)
		require.NotContainsf(t, found, key, "%s: %s comes twice", v.directory.Vendor(), user.ID)
		in := []sim.DepartmentKey{}
		for _, m := range user.Departments {
			department, ok := departments[m.DepartmentID]
			require.Truef(t, ok, "%s: no department has the id %s", v.directory.Vendor(), m.DepartmentID)
			in = append(in, department)
		}
		slices.Sort(in)
		found[key] = in
	}
	return found, nil
}

func truth(server *sim.Server) seen {
	all := seen{}
	for _, p := range server.Organisation().People() {
		in := []sim.DepartmentKey{}
		for _, m := range p.Memberships {
			in = append(in, m.Department)
		}
		slices.Sort(in)
		all[p.Key] = in
	}
	return all
}

func TestTheFourVendorsNameTheSamePeopleAndMemberships(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now))
	want := truth(server)
	require.Len(t, want, 2000)
	for name, v := range views(t, server, clock) {
		t.Run(name, func(t *testing.T) {
			got, err := walked(t, server, v)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

// agreed is what all vendors tell about a person.
type agreed struct {
	Name    string
	Status  directory.Status
	Mobile  string
	Manager sim.PersonKey
	Leads   []sim.DepartmentKey // all departments whose leader the person is
	Main    sim.DepartmentKey   // not at DingTalk, which has none
	Orders  map[sim.DepartmentKey]int64
}

// told is what the company's records say, as far as a vendor can tell it.
func told(server *sim.Server, vendor string) map[sim.PersonKey]agreed {
	all := map[sim.PersonKey]agreed{}
	states := map[sim.Status]directory.Status{
		sim.StatusActive:       directory.StatusActive,
		sim.StatusNotActivated: directory.StatusPending,
		sim.StatusDisabled:     directory.StatusDisabled,
	}
	for _, p := range server.Organisation().People() {
		a := agreed{
			Name:    p.Name,
			Status:  states[p.Status],
			Mobile:  p.Mobile.E164(),
			Manager: p.Manager,
			Main:    p.MainDepartment,
			Orders:  map[sim.DepartmentKey]int64{},
		}
		if vendor == "dingtalk" {
			a.Main = 0
		}
		for _, m := range p.Memberships {
			if m.Leader {
				a.Leads = append(a.Leads, m.Department)
			}
			order := m.Order
			if vendor == "dingtalk" {
				order = m.DingTalkOrder
			}
			if order != 0 {
				a.Orders[m.Department] = order
			}
		}
		slices.Sort(a.Leads)
		all[p.Key] = a
	}
	return all
}

func TestTheFourVendorsAgreeOnEverybody(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(300), sim.WithDepartments(20))
	for name, v := range views(t, server, clock) {
		t.Run(name, func(t *testing.T) {
			people, departments := map[string]sim.PersonKey{}, map[string]sim.DepartmentKey{}
			for _, p := range server.Organisation().People() {
				people[v.person(p)] = p.Key
			}
			for _, d := range server.Organisation().Departments() {
				departments[v.department(d)] = d.Key
			}
			for _, details := range []bool{false, true} {
				want, got := told(server, name), map[sim.PersonKey]agreed{}
				leaders := map[sim.DepartmentKey][]sim.PersonKey{}
				places, unsaid := 0, 0
				options := directory.WalkOptions{Details: details, Read: func(d directory.Department) {
					for _, id := range d.LeaderIDs {
						leaders[departments[d.ID]] = append(leaders[departments[d.ID]], people[id])
					}
				}}
				for user, err := range directory.Walk(t.Context(), v.directory, options) {
					require.NoError(t, err)
					a := agreed{
						Name:    user.DisplayName,
						Status:  user.Status,
						Manager: people[user.ManagerID],
						Orders:  map[sim.DepartmentKey]int64{},
					}
					for _, number := range user.PhoneNumbers {
						if number.Type == "mobile" {
							a.Mobile = number.Value
						}
					}
					for _, m := range user.Departments {
						key := departments[m.DepartmentID]
						truth := want[people[user.ID]]
						places++
						if m.Leader == nil {
							// WeCom may leave it out of the row and of the department's record.
							require.Equal(t, "wecom", name, "%s of %s", m.DepartmentID, user.ID)
							m.Leader = new(slices.Contains(truth.Leads, key))
							unsaid++
						}
						if m.Order == "" && name == "wecom" && truth.Orders[key] != 0 { // may be left out, too
							a.Orders[key] = truth.Orders[key]
							unsaid++
						}
						if *m.Leader {
							a.Leads = append(a.Leads, key)
						}
						require.Equal(t, name == "dingtalk", m.Primary == nil)
						if m.Primary != nil && *m.Primary {
							a.Main = key
						}
						if m.Order != "" {
							order, err := strconv.ParseInt(m.Order, 10, 64)
							require.NoError(t, err)
							if name == "wps" && order >= 1<<32 && order != truth.Orders[key] {
								order -= 1 << 32
							}
							if order != 0 {
								a.Orders[key] = order
							}
						}
					}
					slices.Sort(a.Leads)
					got[people[user.ID]] = a
				}
				assert.Less(t, unsaid, places/8)
				if !details {
					for key, w := range want {
						if name == "dingtalk" || name == "wps" {
							w.Manager = 0 // for details
						}
						if name == "wps" {
							w.Orders = map[sim.DepartmentKey]int64{}
						}
						want[key] = w
					}
				}
				assert.Equal(t, want, got, "details: %v", details)
				for _, d := range server.Organisation().Departments() {
					wanted := []sim.PersonKey(nil)
					for _, p := range server.Organisation().Leaders(d.Key) {
						wanted = append(wanted, p.Key)
					}
					if name != "wecom" || leaders[d.Key] != nil {
						assert.ElementsMatch(t, wanted, leaders[d.Key], "leaders of %d", d.Key)
					}
				}
			}
		})
	}
}

// What one call tells of a person is what a walk tells, as far as the vendor's call has it.
func TestAWalkAndACallTellTheSame(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(150), sim.WithDepartments(15))
	states := map[directory.Status]int{}
	for name, v := range views(t, server, clock) {
		for user, err := range directory.Walk(t.Context(), v.directory, directory.WalkOptions{}) {
			require.NoError(t, err)
			one, err := v.directory.User(t.Context(), user.ID)
			require.NoError(t, err)
			assert.IsType(t, one.Raw, user.Raw, name)
			assert.ElementsMatch(t, departmentsOf(user), departmentsOf(one), "%s %s", name, user.ID)
			for _, u := range []*directory.User{&user, &one} {
				u.Raw, u.Departments, u.ManagerID = nil, nil, ""
				if name == "wps" {
					u.PhotoURL = ""
				}
			}
			assert.Equal(t, one, user, name)
			states[user.Status]++
		}
	}
	assert.Positive(t, states[directory.StatusDisabled], "somebody is disabled")
	assert.Positive(t, states[directory.StatusPending], "somebody has not activated the account")
}

func departmentsOf(u directory.User) []string {
	var all []string
	for _, m := range u.Departments {
		all = append(all, m.DepartmentID)
	}
	return all
}

func TestAUserWhoDoesNotExist(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(20), sim.WithDepartments(4))
	for name, v := range views(t, server, clock) {
		_, err := v.directory.User(t.Context(), "nobody-at-all")
		want := clients.ErrNotFound
		if name == "wps" {
			want = clients.ErrPermission // the vendor does not tell the two apart
		}
		assert.ErrorIs(t, err, want, name)
	}
}

func TestADepartmentDeletedInMidWalkIsGone(t *testing.T) {
	for _, name := range []string{"wecom", "dingtalk", "feishu"} { // WPS 365 lists people, not departments
		t.Run(name, func(t *testing.T) {
			clock := clienttest.NewClock()
			server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(100), sim.WithDepartments(20))
			var empty *sim.Department
			for _, d := range server.Organisation().Departments() {
				if len(server.Organisation().Members(d.Key)) == 0 && len(server.Organisation().Children(d.Key)) == 0 &&
					d.Key != sim.RootDepartment {
					empty = &d
				}
			}
			require.NotNil(t, empty, "the company has an empty department")
			v := views(t, server, clock)[name]
			var gone, listed []string
			got, err := ids(directory.Walk(t.Context(), v.directory, directory.WalkOptions{
				Parallel: 1,
				Department: func(d directory.Department) {
					if listed = append(listed, d.ID); d.ID == v.department(*empty) {
						require.NoError(t, server.Organisation().RemoveDepartment(empty.Key))
					}
				},
				Gone: func(d directory.Department) { gone = append(gone, d.ID) },
				Skip: func(directory.Department, error) error { panic("nothing is forbidden") },
			}))
			require.NoError(t, err)
			assert.Len(t, got, 100)
			assert.Equal(t, []string{v.department(*empty)}, gone)
		})
	}
}
