package sim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDingTalkDepartmentsV1(t *testing.T) {
	c := newDingCorp(t, sim.WithoutQuotas())
	parent := id(c.full.DingTalkID)
	made := c.app.post("/department/create", dingObject{
		"name": "质检组", "parentid": parent, "order": "3", "createDeptGroup": true, "deptHiding": true,
		"deptPermits": "1|" + parent, "userPermits": c.staff.UserID,
		"outerDept": true, "outerPermitUsers": c.staff.UserID + "|" + c.founder.UserID, "sourceIdentifier": "src-1",
	}).fine()
	newID := made.body["id"].(json.Number).String()
	get := func() dingObject { return c.app.get("/department/get", "id", newID).fine().body }
	got := get()
	assert.Equal(t, json.Number(parent), got["parentid"])
	assert.Equal(t, json.Number("3"), got["order"])
	assert.Equal(t, "1|"+parent, got["deptPermits"], "text with bars")
	assert.Equal(t, c.staff.UserID+"|"+c.founder.UserID, got["outerPermitUsers"])
	assert.Empty(t, got["outerPermitDepts"])
	assert.Equal(t, "src-1", got["sourceIdentifier"])
	assert.Contains(t, got, "deptGroupChatId")
	n, _ := made.body["id"].(json.Number).Int64()
	assert.Equal(t, "质检组", c.department(n).Name)

	updated := c.app.post("/department/update",
		dingObject{"id": n, "name": "质检一组", "parentid": "1", "order": "9", "deptPermits": "",
			"createDeptGroup": false}).fine()
	assert.Equal(t, newID, updated.body["id"].(json.Number).String())
	got = get()
	assert.Empty(t, got["deptPermits"])
	assert.Equal(t, c.staff.UserID, got["userPermits"], "what is left out stays")
	assert.NotContains(t, got, "deptGroupChatId")
	assert.NotContains(t, got, "orgDeptOwner")
	assert.Equal(t, sim.RootDepartment, c.department(n).Parent)
	c.app.post("/department/update", dingObject{"id": c.full.DingTalkID,
		"deptManagerUseridList": c.staff.UserID}).fine()
	assert.Equal(t, c.staff.UserID, c.app.get("/department/get", "id", parent).fine().body["deptManagerUseridList"])
	assert.True(t, c.person(c.staff.UserID).Memberships[0].Leader)
	assert.NotContains(t, c.app.get("/department/get", "id", "1").fine().body, "parentid", "the root has none")

	number := c.app.post("/department/create", dingObject{"name": "数字组", "parentid": c.full.DingTalkID}).fine()
	n, _ = number.body["id"].(json.Number).Int64()
	assert.Equal(t, c.full.Key, c.department(n).Parent, "a number is taken, too")
	c.app.post("/department/update", dingObject{"id": n, "parentid": 1}).fine()
	assert.Equal(t, sim.RootDepartment, c.department(n).Parent)

	create := func(change dingObject) dingReply {
		body := dingObject{"name": "新组", "parentid": "1"}
		for name, value := range change {
			if body[name] = value; value == nil {
				delete(body, name)
			}
		}
		return c.app.post("/department/create", body)
	}
	for name, tc := range map[string]struct {
		change dingObject
		code   int
	}{
		"no name":        {dingObject{"name": nil}, 40035},
		"empty name":     {dingObject{"name": ""}, 60001},
		"long name":      {dingObject{"name": strings.Repeat("组", 65)}, 60001},
		"hyphen":         {dingObject{"name": "新-组"}, 60009},
		"comma":          {dingObject{"name": "新,组"}, 60009},
		"wide comma":     {dingObject{"name": "新，组"}, 60009},
		"taken":          {dingObject{"name": "质检一组"}, 60021},
		"no parent":      {dingObject{"parentid": nil}, 40035},
		"parent no text": {dingObject{"parentid": true}, 40035},
		"fraction":       {dingObject{"parentid": 1.5}, 40010},
		"bad parent":     {dingObject{"parentid": "one"}, 40010},
		"unknown parent": {dingObject{"parentid": "77"}, 60004},
		"bad order":      {dingObject{"order": "first"}, 40011},
		"bad permits":    {dingObject{"deptPermits": "77"}, 60109},
		"bad users":      {dingObject{"userPermits": "ghost"}, 60109},
		"many permits":   {dingObject{"userPermits": strings.Repeat(c.staff.UserID+"|", 200) + c.staff.UserID}, 60109},
	} {
		t.Run(name, func(t *testing.T) { create(tc.change).errs(tc.code) })
	}
	update := func(change dingObject) dingReply {
		if change["id"] == nil {
			change["id"] = c.sub.DingTalkID
		}
		return c.app.post("/department/update", change)
	}
	update(dingObject{"id": 77}).errs(60003)
	update(dingObject{"id": 1, "name": "根"}).errs(60018)
	update(dingObject{"parentid": id(c.grandchild.DingTalkID)}).errs(60010)
	update(dingObject{"parentid": id(c.sub.DingTalkID)}).errs(60010)
	update(dingObject{"parentid": "77"}).errs(60004)
	update(dingObject{"parentid": "one"}).errs(40010)
	update(dingObject{"name": "质检一组"}).fine() // beside no other of the name
	update(dingObject{"name": "空部门", "parentid": "1"}).errs(60021)
	update(dingObject{"orgDeptOwner": "ghost"}).errs(60067)
	update(dingObject{"deptManagerUseridList": "ghost"}).errs(60068)

	c.app.get("/department/delete", "id", "1").errs(60007)
	c.app.get("/department/delete", "id", parent).errs(60005)
	org := c.srv.Organisation()
	for _, p := range org.Members(c.sub.Key) {
		require.NoError(t, org.RemovePerson(p.Key))
	}
	c.app.get("/department/delete", "id", id(c.sub.DingTalkID)).errs(60006)
	c.app.get("/department/delete", "id", newID).fine()
	c.app.get("/department/delete", "id", newID).errs(60003)
	c.app.get("/department/delete", "id", "x").errs(40009)
}

func TestDingTalkDepartmentsV2(t *testing.T) {
	c := newDingCorp(t, sim.WithoutQuotas())
	made := c.app.post("/topapi/v2/department/create", dingObject{
		"name": "质检组", "parent_id": c.full.DingTalkID, "order": 3, "hide_dept": true, "dept_permits": "1," +
			id(c.full.DingTalkID), "user_permits": c.staff.UserID,
		"source_identifier": "src-2", "brief": "简介", "telephone": "8001", "extension": `{"a":"b"}`,
		"create_dept_group": true,
	}).fine()
	n, err := made.result()["dept_id"].(json.Number).Int64()
	require.NoError(t, err)
	get := func() dingObject {
		return c.app.post("/topapi/v2/department/get", dingObject{"dept_id": n}).fine().result()
	}
	got := get()
	assert.Equal(t, []any{json.Number("1"), json.Number(id(c.full.DingTalkID))}, got["dept_permits"], "an array here")
	assert.Equal(t, []any{c.staff.UserID}, got["user_permits"])
	assert.Equal(t, []any{}, got["outer_permit_users"])
	assert.Equal(t, `{"a":"b"}`, got["extention"], "misspelt")
	assert.NotContains(t, got, "code", "only after it was set")
	assert.Equal(t, true, got["hide_dept"])
	update := func(change dingObject) dingReply {
		if change["dept_id"] == nil {
			change["dept_id"] = n
		}
		return c.app.post("/topapi/v2/department/update", change)
	}
	done := update(dingObject{"name": "质检一组", "code": "QA", "org_dept_owner": c.staff.UserID, "auto_add_user": true,
		"group_contain_sub_dept": true}).fine()
	assert.NotContains(t, done.body, "result")
	got = get()
	assert.Equal(t, "质检一组", got["name"])
	assert.Equal(t, "QA", got["code"])
	assert.Equal(t, c.staff.UserID, got["org_dept_owner"])
	assert.Equal(t, "8001", got["telephone"], "what is left out stays")
	assert.NotContains(t, c.app.post("/topapi/v2/department/get", dingObject{"dept_id": 1}).fine().result(),
		"parent_id")

	full := dingObject{"dept_id": c.full.DingTalkID}
	leaders := func() any {
		return c.app.post("/topapi/v2/department/get", full).fine().result()["dept_manager_userid_list"]
	}
	update(dingObject{"dept_id": c.full.DingTalkID, "dept_manager_userid_list": c.staff.UserID}).fine()
	assert.Equal(t, []any{c.staff.UserID}, leaders())
	update(dingObject{"dept_id": c.full.DingTalkID, "dept_manager_userid_list": ""}).fine()
	assert.Equal(t, []any{c.staff.UserID}, leaders(), "an empty list does not clear")
	update(dingObject{"dept_id": c.full.DingTalkID, "force_update_fields": "dept_manager_userid_list"}).fine()
	assert.Equal(t, []any{}, leaders())
	user := c.app.post("/topapi/v2/user/get", dingObject{"userid": c.staff.UserID}).fine().result()
	assert.Equal(t, false, user["leader_in_dept"].([]any)[0].(dingObject)["leader"])

	update(dingObject{"org_dept_owner": "ghost"}).errs(40093)
	update(dingObject{"dept_manager_userid_list": c.staff.UserID}).errs(60068) // not in it
	update(dingObject{"brief": strings.Repeat("x", 256)}).errs(400002)
	update(dingObject{"code": strings.Repeat("x", 31)}).errs(400002)
	update(dingObject{"parent_id": n}).errs(60010)
	update(dingObject{"dept_id": 1, "name": "根"}).errs(60018)
	ids := strings.TrimSuffix(strings.Repeat("1,", 26), ",")
	// 52 together
	update(dingObject{"dept_permits": ids,
		"user_permits": strings.TrimSuffix(strings.Repeat(c.staff.UserID+",", 26), ",")}).errs(60109)
	update(dingObject{"dept_permits": ids}).fine()
	c.app.post("/topapi/v2/department/create", dingObject{"name": "x", "parent_id": "one"}).errs(400002)
	c.app.post("/topapi/v2/department/create", dingObject{"parent_id": 1}).errs(400002)

	order := func() string { return c.app.post("/topapi/v2/department/listsub", dingObject{}).fine().text }
	update(dingObject{"parent_id": 1, "order": -5}).fine()
	assert.Less(t, strings.Index(order(), id(n)), strings.Index(order(), id(c.empty.DingTalkID)), "smaller first")
	c.app.post("/topapi/v2/department/delete", dingObject{"dept_id": n}).fine()
	c.app.post("/topapi/v2/department/delete", dingObject{"dept_id": n}).errs(60003)
	c.app.post("/topapi/v2/department/delete", dingObject{"dept_id": c.full.DingTalkID}).errs(60005)
}

func TestDingTalkDepartmentMemberLimit(t *testing.T) {
	srv := simtest.Serve(t, sim.WithDepartments(1), sim.WithPeople(1000))
	c := dingInternal(t, srv)
	c.post("/user/create", dingObject{"name": "林梅", "mobile": "13900001111", "department": "[1]"}).errs(40023)
}
