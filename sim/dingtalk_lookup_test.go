package sim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDingTalkCounts(t *testing.T) {
	c := newDingCorp(t)
	all, active := 0, 0
	for _, p := range c.srv.Organisation().People() {
		all++
		if p.Status != sim.StatusNotActivated {
			active++
		}
	}
	require.Less(t, active, all)
	v1 := func(onlyActive string) string {
		return fmt.Sprint(c.app.get("/user/get_org_user_count", "onlyActive", onlyActive).fine().body["count"])
	}
	assert.Equal(t, fmt.Sprint(all), v1("0"), "0 is everybody")
	assert.Equal(t, fmt.Sprint(active), v1("1"))
	v2 := func(onlyActive bool) string {
		return fmt.Sprint(c.app.post("/topapi/user/count",
			map[string]any{"only_active": onlyActive}).fine().result()["count"])
	}
	assert.Equal(t, fmt.Sprint(all), v2(false))
	assert.Equal(t, fmt.Sprint(active), v2(true))
}

func TestDingTalkAdmins(t *testing.T) {
	c := newDingCorp(t)
	require.NoError(t, c.srv.Organisation().UpdatePerson(c.staff.Key,
		func(p *sim.Person) error { p.Admin = true; return nil }))
	want := []any{}
	for _, p := range c.srv.Organisation().People() {
		switch {
		case p.Founder:
			want = append(want, map[string]any{"userid": p.UserID, "sys_level": json.Number("1")})
		case p.Admin:
			want = append(want, map[string]any{"userid": p.UserID, "sys_level": json.Number("2")})
		}
	}
	assert.Equal(t, want, c.app.get("/user/get_admin").fine().body["adminList"])
	assert.Equal(t, want, c.app.post("/topapi/user/listadmin", map[string]any{}).fine().body["result"],
		"result is an array")

	other := newDingCorp(t, sim.WithSeed(2))
	got := other.app.get("/user/get_admin").fine().body
	assert.Contains(t, got, "admin_list", "the other spelling, in other tenants")
	assert.NotContains(t, got, "adminList")

	scope := func(userID string) any {
		r := c.app.post("/topapi/user/get_admin_scope", map[string]any{"userid": userID}).fine()
		assert.NotContains(t, r.body, "result", "at the top")
		return r.body["dept_ids"]
	}
	assert.Equal(t, []any{json.Number("1")}, scope(c.founder.UserID))
	assert.Equal(t, []any{json.Number(id(c.full.DingTalkID))}, scope(c.staff.UserID))
	assert.Equal(t, []any{}, scope(c.inactive.UserID))
}

func TestDingTalkParents(t *testing.T) {
	c := newDingCorp(t)
	org := c.srv.Organisation()
	up := func(key sim.DepartmentKey) []any {
		var out []any
		for d, ok := org.Department(key); ok; d, ok = org.Department(d.Parent) {
			out = append(out, json.Number(id(d.DingTalkID)))
		}
		return out
	}
	path := up(c.grandchild.Key)
	require.Greater(t, len(path), 2)
	assert.Equal(t, path, c.app.get("/department/list_parent_depts_by_dept", "id",
		id(c.grandchild.DingTalkID)).fine().body["parentIds"], "itself first, the root last")
	assert.Equal(t, path, c.app.post("/topapi/v2/department/listparentbydept",
		map[string]any{"dept_id": c.grandchild.DingTalkID}).fine().result()["parent_id_list"])

	require.NoError(t, org.UpdatePerson(c.staff.Key, func(p *sim.Person) error {
		p.Memberships = append(p.Memberships, sim.Membership{Department: c.empty.Key})
		return nil
	}))
	want := []any{up(c.full.Key), up(c.empty.Key)}
	assert.Equal(t, want, c.app.get("/department/list_parent_depts", "userId",
		c.staff.UserID).fine().body["department"], "a list of lists")
	list := c.app.post("/topapi/v2/department/listparentbyuser",
		map[string]any{"userid": c.staff.UserID}).fine().result()["parent_list"].([]any)
	for i, row := range list {
		assert.Equal(t, want[i], row.(map[string]any)["parent_dept_id_list"])
	}
	assert.Len(t, list, 2)
}

func TestDingTalkLoginCodes(t *testing.T) {
	c := newDingCorp(t)
	code, err := c.srv.DingTalk().LoginCode(c.founder.UserID)
	require.NoError(t, err)
	result := c.app.post("/topapi/v2/user/getuserinfo", map[string]any{"code": code}).fine().result()
	assert.Equal(t, c.founder.UserID, result["userid"])
	assert.Equal(t, true, result["sys"])
	assert.Equal(t, json.Number("1"), result["sys_level"])
	c.app.post("/topapi/v2/user/getuserinfo", map[string]any{"code": code}).errs(40078) // once
	code, err = c.srv.DingTalk().LoginCode(c.staff.UserID)
	require.NoError(t, err)
	c.clock.advance(5 * time.Minute)
	c.app.post("/topapi/v2/user/getuserinfo", map[string]any{"code": code}).errs(40078)
	_, err = c.srv.DingTalk().LoginCode("ghost")
	assert.ErrorIs(t, err, sim.ErrUnknown)
}

func TestDingTalkLookups(t *testing.T) {
	c := newDingCorp(t)
	v2 := c.app.post("/topapi/v2/user/getbymobile", map[string]any{"mobile": c.staff.Mobile.Number}).fine()
	assert.Equal(t, c.staff.UserID, v2.result()["userid"])
	assert.Equal(t, []any{}, v2.result()["exclusive_account_userid_list"])
	assert.Equal(t, c.staff.UserID, c.app.get("/user/get_by_mobile", "mobile",
		"+86-"+c.staff.Mobile.Number).fine().str("userid"))
	c.app.get("/user/get_by_mobile", "mobile", "12").errs(40104)
	c.app.get("/user/get_by_mobile").errs(40035)
	c.app.get("/user/get_by_mobile", "mobile", "").errs(40035)
	c.app.get("/user/getDeptMember", "deptId", "x").errs(40009)
	c.app.get("/department/list_parent_depts_by_dept", "id", "x").errs(40009)
	c.app.get("/department/list", "fetch_child", "yes").errs(40035)
	c.app.get("/department/list", "id", "x").errs(40009)
	union := c.app.get("/user/getUseridByUnionid", "unionid", c.staff.DingTalkUnionID).fine()
	assert.Equal(t, c.staff.UserID, union.str("userid"))
	assert.Equal(t, json.Number("0"), union.body["contactType"])
	assert.Equal(t, json.Number("0"), c.app.post("/topapi/user/getbyunionid",
		map[string]any{"unionid": c.staff.DingTalkUnionID}).fine().result()["contact_type"])
	c.app.get("/user/getUseridByUnionid", "unionid", "").errs(40035)
	c.app.post("/topapi/user/getbyunionid", map[string]any{"unionid": strings.Repeat("x", 101)}).errs(400002)

	require.NoError(t, c.srv.Organisation().RemovePerson(c.staff.Key))
	c.app.get("/user/get_by_mobile", "mobile", c.staff.Mobile.Number).errs(60121)
}
