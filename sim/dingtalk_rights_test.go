package sim_test

import (
	"net/url"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDingTalkInternalOnlyOperations(t *testing.T) {
	c := newDingCorp(t)
	isv := dingThirdParty(t, c.srv)
	for _, path := range []string{"/user/create", "/user/update", "/department/create", "/department/update"} {
		isv.post(path, map[string]any{}).errs(60011)
	}
	for _, path := range []string{"/user/delete", "/user/get_by_mobile", "/department/delete"} {
		isv.get(path).errs(60011)
	}
	for path, point := range map[string]string{
		"/topapi/v2/user/create": "qyapi_manage_addresslist", "/topapi/v2/user/update": "qyapi_manage_addresslist",
		"/topapi/v2/user/delete":       "qyapi_manage_addresslist",
		"/topapi/v2/department/create": "qyapi_manage_addresslist",
		"/topapi/v2/department/update": "qyapi_manage_addresslist",
		"/topapi/v2/department/delete": "qyapi_manage_addresslist",
		"/topapi/v2/user/getbymobile":  "qyapi_get_member_by_mobile",
		"/topapi/inactive/user/v2/get": "qyapi_liveness_base",
	} {
		assert.Contains(t, isv.post(path, map[string]any{}).gateway("60011").str("sub_msg"), "["+point+"]", path)
	}
	isv.post("/topapi/inactive/user/get", map[string]any{}).gateway("60011")
	isv.newHost("/v1.0/contact/empLeaveRecords", url.Values{"startTime": {"x"}}, nil).refused(403,
		"Forbidden.AccessDenied.AccessTokenPermissionDenied")
	c.person(c.staff.UserID)

	isv.get("/department/list", "fetch_child", "true").errs(40035)
	isv.get("/department/list", "fetch_child", "false").fine()
}

func TestDingTalkThirdPartyAppsSeeNoPersonalFields(t *testing.T) {
	c := newDingCorp(t)
	isv := dingThirdParty(t, c.srv)
	require.NoError(t, c.srv.Organisation().UpdatePerson(c.staff.Key, func(p *sim.Person) error {
		p.Telephone, p.Remark, p.WorkPlace, p.Attributes = "0571-1", "借调", "杭州",
			[]sim.Attribute{{Name: "工位", Text: "3F"}}
		return nil
	}))
	hiddenV1 := []string{"hiredDate", "tel", "remark", "workPlace", "mobile", "stateCode", "email", "orgEmail",
		"extattr"}
	hiddenV2 := []string{"state_code", "mobile", "email", "work_place", "remark", "extension"}
	open := []string{"userid", "unionid", "name", "active"}

	all := c.app.get("/user/get", "userid", c.staff.UserID).fine().body
	assert.Subset(t, dingKeys(all), append(hiddenV1, open...))
	got := isv.get("/user/get", "userid", c.staff.UserID).fine().body
	assert.Subset(t, dingKeys(got), open)
	for _, name := range hiddenV1 {
		assert.NotContains(t, got, name)
	}

	body := map[string]any{"userid": c.staff.UserID}
	assert.Subset(t, dingKeys(c.app.post("/topapi/v2/user/get", body).fine().result()), append(hiddenV2, open...))
	result := isv.post("/topapi/v2/user/get", body).fine().result()
	assert.Subset(t, dingKeys(result), open)
	for _, name := range hiddenV2 {
		assert.NotContains(t, result, name)
	}

	row := func(r dingReply, list []any) map[string]any {
		for _, user := range list {
			if user := user.(map[string]any); user["userid"] == c.staff.UserID {
				return user
			}
		}
		require.Fail(t, "not in the list", r.text)
		return nil
	}
	v1 := isv.get("/user/listbypage", "department_id", id(c.full.DingTalkID), "offset", "0", "size", "100").fine()
	listed := row(v1, v1.body["userlist"].([]any))
	for _, name := range []string{"mobile", "tel", "workPlace", "remark", "email", "orgEmail", "extattr"} {
		assert.NotContains(t, listed, name)
	}
	v2 := isv.post("/topapi/v2/user/list",
		map[string]any{"dept_id": c.full.DingTalkID, "cursor": 0, "size": 100}).fine()
	listed = row(v2, v2.result()["list"].([]any))
	for _, name := range hiddenV2 {
		assert.NotContains(t, listed, name)
	}

	assert.Contains(t, c.app.get("/department/get", "id", id(c.full.DingTalkID)).fine().body, "parentid")
	assert.NotContains(t, isv.get("/department/get", "id", id(c.full.DingTalkID)).fine().body, "parentid")
}

func TestDingTalkImpersonalApp(t *testing.T) {
	c := newDingCorp(t, sim.WithDingTalkImpersonalApp())
	got := c.app.get("/user/get", "userid", c.staff.UserID).fine().body
	assert.NotContains(t, got, "mobile")
	assert.NotContains(t, got, "email")
	scopes := c.app.get("/auth/scopes").fine()
	assert.NotContains(t, scopes.body["auth_user_field"], "mobile")
}

func TestDingTalkPermissionPoints(t *testing.T) {
	c := newDingCorp(t)
	console := c.srv.DingTalk()
	get := func() dingReply { return c.app.post("/topapi/v2/department/get", map[string]any{"dept_id": 1}) }
	search := func() dingReply {
		return c.app.newHost("/v1.0/contact/users/search", nil,
			map[string]any{"queryWord": "a", "offset": 0, "size": 1})
	}
	console.Withdraw("qyapi_get_department_list")
	console.Withdraw("qyapi_addresslist_search")
	denied := get().gateway("60011")
	assert.Contains(t, denied.str("sub_msg"), "[qyapi_get_department_list]")
	search().refused(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied")
	c.app.post("/topapi/v2/user/get", map[string]any{"userid": c.staff.UserID}).fine()
	console.Grant("qyapi_get_department_list")
	console.Grant("qyapi_addresslist_search")
	get().fine()
	search().done()
}

func TestDingTalkNewAppsLackTheOlderCalls(t *testing.T) {
	c := newDingCorp(t, sim.WithDingTalkAppCreatedAfter2021())
	c.app.get("/user/get", "userid", c.staff.UserID).errs(60011)
	c.app.get("/department/list").errs(60011)
	c.app.post("/topapi/inactive/user/get", map[string]any{}).gateway("60011")
	c.app.post("/topapi/v2/user/get", map[string]any{"userid": c.staff.UserID}).fine()
	c.app.get("/auth/scopes").fine()
}

func TestDingTalkContactScope(t *testing.T) {
	c := newDingCorp(t)
	other := c.founder
	require.NotEqual(t, c.full.Key, other.MainDepartment)
	c.srv.DingTalk().LimitApps([]sim.DepartmentKey{c.full.Key}, []sim.PersonKey{c.inactive.Key})

	c.app.get("/user/get", "userid", c.staff.UserID).fine()
	c.app.get("/user/get", "userid", c.inactive.UserID).fine()
	c.app.get("/user/get", "userid", other.UserID).errs(50002)
	c.app.post("/topapi/v2/user/get", map[string]any{"userid": other.UserID}).errs(50002)
	c.app.post("/topapi/v2/user/update", map[string]any{"userid": other.UserID}).errs(50002)
	c.app.get("/user/delete", "userid", other.UserID).errs(50002)

	c.app.get("/user/simplelist", "department_id", "1").errs(50004)
	c.app.get("/user/listbypage", "department_id", "1", "offset", "0", "size", "1").errs(50004)
	c.app.get("/department/list").errs(50004)
	c.app.get("/department/get", "id", "1").errs(50004)
	page := map[string]any{"dept_id": 1, "cursor": 0, "size": 1}
	for _, path := range []string{"/topapi/v2/user/list", "/topapi/user/listsimple", "/topapi/v2/department/get",
		"/topapi/v2/department/listsub", "/topapi/v2/department/delete"} {
		c.app.post(path, page).errs(50004)
	}
	page["dept_id"] = c.full.DingTalkID
	c.app.post("/topapi/v2/user/list", page).fine()
	c.app.post("/topapi/v2/department/create", map[string]any{"name": "甲", "parent_id": 1}).errs(50004)

	// Ids, counts, admins and parents are not limited.
	c.app.post("/topapi/user/listid", map[string]any{"dept_id": 1}).fine()
	c.app.post("/topapi/v2/department/listsubid", map[string]any{"dept_id": 1}).fine()
	c.app.get("/department/list_ids", "id", "1").fine()
	c.app.get("/department/list_parent_depts", "userId", other.UserID).fine()
	c.app.post("/topapi/v2/department/listparentbyuser", map[string]any{"userid": other.UserID}).fine()
	c.app.post("/topapi/v2/department/listparentbydept", map[string]any{"dept_id": 1}).fine()
	assert.Equal(t, id(60), c.app.post("/topapi/user/count",
		map[string]any{"only_active": false}).fine().result()["count"].(interface{ String() string }).String())
	c.app.post("/topapi/user/listadmin", map[string]any{}).fine()

	var scopes struct {
		Scopes struct {
			Users       []string `json:"authed_user"`
			Departments []int64  `json:"authed_dept"`
		} `json:"auth_org_scopes"`
	}
	c.app.get("/auth/scopes").fine().decode(&scopes)
	assert.Equal(t, []string{c.inactive.UserID}, scopes.Scopes.Users)
	assert.Equal(t, []int64{c.full.DingTalkID}, scopes.Scopes.Departments)
	found := c.app.newHost("/v1.0/contact/users/search", nil,
		map[string]any{"queryWord": other.Name, "offset": 0, "size": 100, "fullMatchField": 1}).done()
	assert.NotContains(t, found.body["list"], other.UserID)

	c.srv.DingTalk().UnlimitApps()
	c.app.get("/user/get", "userid", other.UserID).fine()
	c.app.get("/auth/scopes").fine().decode(&scopes)
	assert.Equal(t, []int64{1}, scopes.Scopes.Departments)
}
