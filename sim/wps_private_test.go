package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
)

func TestWPSPrivateDeployment(t *testing.T) {
	c := serveWPS(t, sim.WithWPSPrivateDeployment())
	root, p := c.root(), c.active()
	got := c.get("/v7/depts/root").ok()
	assert.Equal(t, "ok", got.str("msg"))
	assert.Equal(t, "0", got.data()["parent_id"])
	assert.Equal(t, "inner", got.data()["source"])
	assert.Equal(t, "dept", got.data()["type"])

	user := c.get("/v7/users/"+p.WPSUserID, "with_dept", "true").data()
	assert.Equal(t, p.UserID, user["login_name"])
	assert.Equal(t, "inner", user["source"])
	assert.Equal(t, p.AvatarURL, user["avatar"])
	dept := user["depts"].([]any)[0].(map[string]any)
	assert.Equal(t, c.dept(p.MainDepartment).WPSID, dept["dept_id"])
	assert.Equal(t, true, dept["is_def_dept"])
	assert.Contains(t, dept, "is_leader")
	assert.Contains(t, dept, "order")

	made := c.post("/v7/users/create", map[string]any{"user_name": "罗一", "dept_ids": []string{root.WPSID},
		"login_name": "luo.yi", "avatar": "https://img.example.org/1.png"}).data()
	assert.Equal(t, "luo.yi", made["login_name"])
	assert.Len(t, made["depts"], 1)
	c.post("/v7/users/"+made["id"].(string)+"/update", `{"login_name":"luo.er","source":"ldap"}`).ok()
	read := c.get("/v7/users/" + made["id"].(string)).data()
	assert.Equal(t, "luo.er", read["login_name"])
	assert.Equal(t, "ldap", read["source"])

	// Data is null, and failures have other words.
	removed := c.post("/v7/users/"+made["id"].(string)+"/delete", nil).ok()
	assert.JSONEq(t, `{"code":0,"msg":"ok","data":null}`, removed.text)
	denied := c.get("/v7/users/ghost").fails(http.StatusForbidden, "403000001")
	assert.Contains(t, denied.str("detail"), "ghost")
	assert.NotEmpty(t, denied.str("msg"))
	assert.Contains(t, denied.body, "data")
	assert.NotContains(t, denied.body, "message")

	list := c.post("/v7/users/custom_attrs/batch_read", map[string]any{"user_ids": []string{p.WPSUserID}})
	assert.Len(t, list.list("users"), 1)
}

// People who left can be listed, and are in no department.
func TestWPSPrivateDimission(t *testing.T) {
	c := serveWPS(t, sim.WithWPSPrivateDeployment())
	p := c.active()
	mine := c.dept(p.MainDepartment)
	c.post("/v7/users/"+p.WPSUserID+"/delete", nil).ok()
	gone := c.get("/v7/users", "status", "dimission", "with_dept", "true").items()
	assert.Equal(t, []string{p.WPSUserID}, wpsColumn(gone, "id"))
	assert.Equal(t, "dimission", gone[0]["status"])
	assert.Equal(t, []any{}, gone[0]["depts"])
	all, _ := c.walk("/v7/users", append(wpsAllStates, "status", "dimission", "page_size", "7")...)
	assert.Len(t, all, 60)
	found := c.post("/v7/users/batch_read",
		map[string]any{"user_ids": []string{p.WPSUserID}, "status": []string{"active", "dimission"}}).items()
	assert.Len(t, found, 1)
	assert.Empty(t, c.post("/v7/depts/"+mine.WPSID+"/members/batch_read",
		map[string]any{"user_ids": []string{p.WPSUserID}, "status": []string{"dimission"}}).items())
	c.get("/v7/users/"+p.WPSUserID).fails(http.StatusForbidden, "403000001")
	c.srv.WPS().SetDataPermission([]sim.DepartmentKey{mine.Key})
	assert.Empty(t, c.get("/v7/users", "status", "dimission").items())
}

func TestWPSPrivateBatchDeleteDepts(t *testing.T) {
	c := serveWPS(t, sim.WithWPSPrivateDeployment())
	root := c.root()
	create := func(name, parent string) string {
		return c.post("/v7/depts/create", map[string]any{"name": name, "parent_id": parent}).newDeptID()
	}
	a := create("甲", root.WPSID)
	b := create("乙", a)
	d := create("丁", b)
	remove := func(ids ...string) wpsReply { return c.post("/v7/depts/batch_delete", map[string]any{"dept_ids": ids}) }
	remove(a, b).fails(http.StatusConflict, "400002006") // 丁 is below
	remove(a, "ghost").fails(http.StatusForbidden, "403000001")
	remove(root.WPSID).fails(http.StatusForbidden, "403000001")
	remove(strings.Split(strings.Repeat("x ", 50)+"x", " ")...).badRequest()
	remove().badRequest()
	assert.Len(t, c.srv.Organisation().Departments(), 15)
	assert.Contains(t, remove(a, b, d).ok().body, "data")
	assert.Len(t, c.srv.Organisation().Departments(), 12)
}
