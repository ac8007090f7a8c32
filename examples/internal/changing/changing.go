// Package changing is a company that changes, for the tests of the programs that follow it.
package changing

import (
	"strconv"
	"strings"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/require"
)

// Vendor is how a vendor shows the company of the simulator.
type Vendor struct {
	Name       string
	Env        func(*sim.Server) map[string]string
	Person     func(sim.Person) string
	Department func(sim.Department) string
}

// Vendors are all of them.
func Vendors() []Vendor {
	userID := func(p sim.Person) string { return p.UserID }
	return []Vendor{
		{"wecom", func(s *sim.Server) map[string]string {
			c := s.Credentials().WeCom
			return map[string]string{"WECOM_CORP_ID": c.CorpID, "WECOM_APP_SECRET": c.AppSecret,
				"WECOM_AGENT_ID": strconv.FormatInt(c.AppAgentID, 10), "WECOM_BASE_URL": s.WeComURL()}
		}, func(p sim.Person) string { return strings.ToLower(p.UserID) }, // as its lists have it
			func(d sim.Department) string { return strconv.FormatInt(d.WeComID, 10) }},
		{"dingtalk", func(s *sim.Server) map[string]string {
			c := s.Credentials().DingTalk
			return map[string]string{"DINGTALK_APP_KEY": c.AppKey, "DINGTALK_APP_SECRET": c.AppSecret,
				"DINGTALK_BASE_URL": s.DingTalkURL()}
		}, userID, func(d sim.Department) string { return strconv.FormatInt(d.DingTalkID, 10) }},
		{"feishu", func(s *sim.Server) map[string]string {
			c := s.Credentials().Feishu
			return map[string]string{"FEISHU_APP_ID": c.AppID, "FEISHU_APP_SECRET": c.AppSecret,
				"FEISHU_BASE_URL": s.FeishuURL()}
		}, func(p sim.Person) string { return p.FeishuOpenID },
			func(d sim.Department) string { return d.FeishuOpenID }},
		{"wps", func(s *sim.Server) map[string]string {
			c := s.Credentials().WPS
			return map[string]string{"WPS_APP_ID": c.AppID, "WPS_APP_KEY": c.AppKey, "WPS_BASE_URL": s.WPSURL()}
		}, func(p sim.Person) string { return p.WPSUserID }, func(d sim.Department) string { return d.WPSID }},
	}
}

// Account is what a target is to have of somebody.
type Account struct {
	Name   string
	Active bool
}

// Company is what a target is to have: accounts, and the members of departments, by the vendor's ids.
type Company struct {
	Accounts map[string]Account
	Members  map[string][]string
}

// Want is the company as it is, with those who have left as inactive, and departments that are gone as empty ones.
func (v Vendor) Want(o *sim.Organisation, gone ...string) Company {
	c := Company{map[string]Account{}, map[string][]string{}}
	for _, p := range o.FormerPeople() {
		c.Accounts[v.Person(p)] = Account{p.Name, false}
	}
	for _, p := range o.People() {
		c.Accounts[v.Person(p)] = Account{p.Name, p.Status != sim.StatusDisabled}
	}
	for _, d := range o.Departments() {
		c.Members[v.Department(d)] = nil
		for _, p := range o.Members(d.Key) {
			c.Members[v.Department(d)] = append(c.Members[v.Department(d)], v.Person(p))
		}
	}
	for _, id := range gone {
		c.Members[id] = nil
	}
	return c
}

// Change lets people join, leave and move, and departments come and go. It returns the department that is gone.
func Change(t *testing.T, o *sim.Organisation) sim.Department {
	t.Helper()
	root := sim.RootDepartment
	added, err := o.AddDepartment(sim.Department{Parent: root, Name: "新部门"})
	require.NoError(t, err)
	mobile, ok := sim.ParseMobile("13900009999")
	require.True(t, ok)
	_, err = o.AddPerson(sim.Person{UserID: "newcomer", Name: "新人", Mobile: mobile,
		Memberships: []sim.Membership{{Department: added.Key}}, MainDepartment: added.Key})
	require.NoError(t, err)

	left, moved, renamed, disabled := false, false, false, false
	for _, p := range o.People() {
		switch {
		case p.Founder || p.Admin || len(p.Memberships) != 1 || p.Status != sim.StatusActive || p.UserID == "newcomer":
		case !left:
			require.NoError(t, o.RemovePerson(p.Key))
			left = true
		case !moved:
			require.NoError(t, o.MovePerson(p.Key, p.Memberships[0].Department, added.Key))
			moved = true
		case !renamed:
			require.NoError(t, o.UpdatePerson(p.Key, func(p *sim.Person) error { p.Name = "改名"; return nil }))
			renamed = true
		case !disabled:
			require.NoError(t, o.UpdatePerson(p.Key,
				func(p *sim.Person) error { p.Status = sim.StatusDisabled; return nil }))
			disabled = true
		}
	}
	require.True(t, left && moved && renamed && disabled)

	all := o.Departments()
	for i := len(all) - 1; i >= 0; i-- { // one whose people all have another department to go to
		d := all[i]
		if d.Key == added.Key || d.Key == root || len(o.Children(d.Key)) > 0 {
			continue
		}
		for _, p := range o.Members(d.Key) {
			if _, already := p.In(d.Parent); already {
				require.NoError(t, o.MovePerson(p.Key, d.Key, added.Key))
				continue
			}
			require.NoError(t, o.MovePerson(p.Key, d.Key, d.Parent))
		}
		require.NoError(t, o.RemoveDepartment(d.Key))
		return d
	}
	t.Fatal("no department can go")
	return sim.Department{}
}
