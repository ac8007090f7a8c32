package sim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (c *wpsCaller) byID(id string) sim.Person {
	c.t.Helper()
	p, ok := c.srv.Organisation().FindPerson(sim.ByWPSUserID, id)
	require.True(c.t, ok, id)
	return p
}

func TestWPSCreateUser(t *testing.T) {
	k := newClock()
	c := wpsOf(t, serve(t, sim.WithClock(k.Now), sim.WithoutQuotas()), k.Now)
	boss, first, second := c.active(), c.dept(2), c.dept(3)
	got := c.post("/v7/users/create", map[string]any{
		"user_name": "罗一", "dept_ids": []string{first.WPSID, second.WPSID}, "def_dept_id": second.WPSID,
		"phone": "13900000031", "email": "luo.yi@example.com",
		"employee_id": "A0042", "ex_user_id": "hr-0042", "gender": "female", "title": "工程师",
		"leader_id": boss.WPSUserID, "country": "中国", "employer": "示例公司",
		"employment_type": "student", "employment_status": "probationary", "city": "珠海", "work_place": "海边",
		"telephone": "0756-1",
	}).data()
	id := got["id"].(string)
	assert.Equal(t, map[string]any{"id": id, "user_name": "罗一", "status": "notactive", "role": "normal",
		"ex_user_id": "hr-0042", "type": "company_user", "type_v2": "company_member"}, got)
	p := c.byID(id)
	assert.Equal(t, "hr-0042", p.UserID)
	assert.Equal(t, sim.StatusNotActivated, p.Status)
	assert.Equal(t, second.Key, p.MainDepartment)
	assert.Equal(t, boss.Key, p.Manager)
	assert.Equal(t, sim.Mobile{Country: "86", Number: "13900000031"}, p.Mobile)
	assert.Equal(t, k.Now(), p.Created)
	read := c.get("/v7/users/"+id, "with_dept", "true").data()
	for name, want := range map[string]any{
		"employment_type": "student", "employment_status": "probationary", "country": "中国", "employer": "示例公司",
		"gender": "female", "employee_id": "A0042",
		"telephone": "0756-1", "work_place": "海边", "city": "珠海", "leader_id": boss.WPSUserID,
		"def_dept_id": second.WPSID,
	} {
		assert.Equal(t, want, read[name], name)
	}
	assert.Len(t, read["depts"], 2)

	// Names may repeat; without an outer id it is the platform's.
	twin := c.post("/v7/users/create", map[string]any{"user_name": "罗一", "dept_ids": []string{first.WPSID}}).data()
	assert.NotEqual(t, id, twin["id"])
	assert.Equal(t, twin["id"], twin["ex_user_id"])
	assert.Equal(t, first.Key, c.byID(twin["id"].(string)).MainDepartment)

	base := func(name string, value any) map[string]any {
		return map[string]any{"user_name": "x", "dept_ids": []string{first.WPSID}, name: value}
	}
	for name, value := range map[string]any{
		"user_name": " ", "dept_ids": []string{}, "email": "nonsense", "phone": "12", "gender": "none",
		"def_dept_id": second.WPSID,
	} {
		c.post("/v7/users/create", base(name, value)).invalid(name)
	}
	c.post("/v7/users/create", base("dept_ids", []string{first.WPSID, first.WPSID})).invalid("twice")
	for name, value := range map[string]any{"leader_id": "ghost", "def_dept_id": "ghost"} {
		c.post("/v7/users/create", base(name, value)).denied()
	}
	for _, taken := range []struct{ name, value, code string }{
		{"phone", "+8613900000031", "400002143"}, {"email", "LUO.YI@example.com", "400002144"},
		{"ex_user_id", "hr-0042", "400002151"}, {"ex_user_id", twin["id"].(string), "400002151"},
	} {
		c.post("/v7/users/create", base(taken.name, taken.value)).fails(http.StatusConflict, taken.code)
	}
	assert.Len(t, c.srv.Organisation().People(), 62, "nothing was left behind")
}

func TestWPSUpdateUser(t *testing.T) {
	k := newClock()
	c := wpsOf(t, serve(t, sim.WithClock(k.Now), sim.WithoutQuotas()), k.Now)
	p := c.active()
	path := "/v7/users/" + p.WPSUserID
	got := c.post(path+"/update", `{"title":"高级经理"}`).ok()
	assert.JSONEq(t, `{"code":0,"msg":"success"}`, got.text, "no data")
	p.Position, p.Changed = "高级经理", k.Now()
	assert.Equal(t, p, c.again(p.Key), "nothing else has changed")

	c.post(path+"/update", `{}`).ok()
	c.post(path+"/update", `{"dept_ids":["ghost"],"unknown":1}`).ok() // ignored: batchUpdateUserDept is for that
	c.post(path+"/update",
		`{"title":"","leader_id":"","email":"","phone":"","country":"","employment_type":"","gender":"secrecy",`+
			`"ex_user_id":""}`).ok()
	now := c.again(p.Key)
	assert.Empty(t, now.Position+now.Email+now.Mobile.Number)
	assert.Zero(t, now.Manager)
	read := c.get(path).data()
	assert.Equal(t, "secrecy", read["gender"])
	assert.Equal(t, p.WPSUserID, read["ex_user_id"])
	assert.NotContains(t, read, "leader_id")
	c.post(path+"/update", `{"gender":"male","ex_user_id":"hr-7","employment_type":"intern"}`).ok()
	assert.Equal(t, sim.GenderMale, c.again(p.Key).Gender)
	read = c.get(path).data()
	assert.Equal(t, "male", read["gender"])
	assert.Equal(t, "hr-7", read["ex_user_id"])
	assert.Equal(t, "intern", read["employment_type"])

	other := c.other(p)
	c.post(path+"/update", map[string]any{"def_dept_id": other.WPSID}).invalid("def_dept_id")
	c.post("/v7/depts/"+other.WPSID+"/members/"+p.WPSUserID+"/create", nil).ok()
	c.post(path+"/update", map[string]any{"def_dept_id": other.WPSID}).ok()
	assert.Equal(t, other.Key, c.again(p.Key).MainDepartment)

	before := c.again(p.Key)
	c.post(path+"/update", `{"title":"x","user_name":""}`).invalid("user_name")
	c.post(path+"/update", `{"title":"x","leader_id":"ghost"}`).denied()
	taken := c.person(func(o sim.Person) bool { return o.Key != p.Key && o.Mobile.Number != "" })
	c.post(path+"/update", map[string]any{"title": "x", "phone": taken.Mobile.E164()}).fails(http.StatusConflict,
		"400002143")
	c.post("/v7/users/ghost/update", `{}`).denied()
	assert.Equal(t, before, c.again(p.Key), "a change that fails changes nothing")
}

func TestWPSDeleteUser(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	c.post("/v7/users/"+p.WPSUserID+"/delete", nil).ok()
	c.post("/v7/users/"+p.WPSUserID+"/delete", nil).denied() // a repeat cannot tell whether the first one worked
	assert.Len(t, c.srv.Organisation().FormerPeople(), 1)
	founder := c.person(func(p sim.Person) bool { return p.Founder })
	c.post("/v7/users/"+founder.WPSUserID+"/delete", nil).denied()
	c.post("/v7/users/batch_disable", map[string]any{"user_ids": []string{founder.WPSUserID}}).denied()
}

// Batches are carried out whole or not at all.
func TestWPSBatches(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	q := c.person(func(o sim.Person) bool { return o.Key > p.Key && o.Status == sim.StatusActive && !o.Founder })
	newcomer := c.person(func(p sim.Person) bool { return p.Status == sim.StatusNotActivated })
	ids := func(people ...string) map[string]any { return map[string]any{"user_ids": people} }
	status := func() [2]sim.Status { return [2]sim.Status{c.again(p.Key).Status, c.again(q.Key).Status} }

	c.post("/v7/users/batch_disable", ids(p.WPSUserID, "ghost")).denied()
	assert.Equal(t, [2]sim.Status{}, status())
	c.post("/v7/users/batch_disable", ids(p.WPSUserID, q.WPSUserID)).ok()
	assert.Equal(t, [2]sim.Status{sim.StatusDisabled, sim.StatusDisabled}, status())
	c.post("/v7/users/batch_enable", ids(p.WPSUserID, q.WPSUserID, newcomer.WPSUserID)).ok()
	assert.Equal(t, [2]sim.Status{}, status())
	assert.Equal(t, sim.StatusNotActivated, c.again(newcomer.Key).Status)
	c.post("/v7/users/batch_enable", ids()).badRequest()

	mine, other := c.dept(p.MainDepartment), c.other(p)
	member := func() map[string]any {
		return c.post("/v7/depts/"+mine.WPSID+"/members/batch_read",
			map[string]any{"user_ids": []string{p.WPSUserID}, "status": []string{"active"}}).items()[0]
	}
	before := member()["order"]
	order := func(dept, user string, n int64) map[string]any {
		return map[string]any{"dept_id": dept, "user_id": user, "order": n}
	}
	c.post("/v7/users/batch_update_order",
		map[string]any{"user_order_list": []any{order(mine.WPSID, p.WPSUserID, 1),
			order(other.WPSID, p.WPSUserID, 2)}}).denied()
	assert.Equal(t, before, member()["order"])
	c.post("/v7/users/batch_update_order",
		map[string]any{"user_order_list": []any{order(mine.WPSID, p.WPSUserID, 1<<53+1)}}).ok()
	assert.Equal(t, json.Number("9007199254740993"), member()["order"])
	c.post("/v7/users/batch_update_order",
		map[string]any{"user_order_list": []any{order(mine.WPSID, p.WPSUserID, 0)}}).ok()
	assert.Equal(t, json.Number("0"), member()["order"])
	c.post("/v7/users/batch_update_order",
		map[string]any{"user_order_list": []any{order("ghost", p.WPSUserID, 0)}}).denied()
	c.post("/v7/users/batch_update_order",
		map[string]any{"user_order_list": []any{order(mine.WPSID, "ghost", 0)}}).denied()
	c.post("/v7/users/batch_update_order", `{"user_order_list":[]}`).badRequest()

	move := func(user string, to ...string) map[string]any { return map[string]any{"user_id": user, "dept_ids": to} }
	c.post("/v7/users/batch_update_dept", map[string]any{
		"user_dept_info_list": []any{move(p.WPSUserID, other.WPSID), move(q.WPSUserID, "ghost")}}).denied()
	c.post("/v7/users/batch_update_dept", map[string]any{"user_dept_info_list": []any{move(p.WPSUserID)}}).badRequest()
	c.post("/v7/users/batch_update_dept", map[string]any{
		"user_dept_info_list": []any{move("ghost", other.WPSID)}}).denied()
	assert.Equal(t, p.Memberships, c.again(p.Key).Memberships)
	c.post("/v7/users/batch_update_dept", map[string]any{
		"user_dept_info_list": []any{move(p.WPSUserID, mine.WPSID, other.WPSID)}}).ok()
	now := c.again(p.Key)
	require.Len(t, now.Memberships, 2)
	assert.Equal(t, p.Memberships[0], now.Memberships[0], "the old place is kept")
	c.post("/v7/users/batch_update_dept", map[string]any{
		"user_dept_info_list": []any{move(p.WPSUserID, other.WPSID)}}).ok()
	assert.Equal(t, other.Key, c.again(p.Key).MainDepartment)
}

func TestWPSMembers(t *testing.T) {
	k := newClock()
	c := wpsOf(t, serve(t, sim.WithClock(k.Now), sim.WithoutQuotas()), k.Now)
	p := c.active()
	mine, other := c.dept(p.MainDepartment), c.other(p)
	join := "/v7/depts/" + other.WPSID + "/members/" + p.WPSUserID
	k.advance(time.Hour)
	for range 2 { // the second time it changes nothing
		assert.JSONEq(t, `{"code":0,"msg":"success"}`, c.post(join+"/create", nil).ok().text)
		assert.Len(t, c.again(p.Key).Memberships, 2)
	}
	items := c.get("/v7/users/" + p.WPSUserID + "/depts").items()
	assert.Equal(t, []string{mine.WPSID, other.WPSID}, wpsColumn(items, "id"))

	read := func(dept string, status []string, ids ...string) []map[string]any {
		return c.post("/v7/depts/"+dept+"/members/batch_read",
			map[string]any{"user_ids": ids, "status": status}).items()
	}
	found := read(other.WPSID, []string{"active"}, "ghost", p.WPSUserID)
	require.Len(t, found, 1)
	assert.Equal(t, p.WPSUserID, found[0]["user_id"])
	assert.Equal(t, other.WPSID, found[0]["dept_id"])
	assert.Equal(t, json.Number("1772445600"), found[0]["mtime"])
	assert.Empty(t, read(other.WPSID, []string{"disabled", "notactive"}, p.WPSUserID))
	c.post("/v7/depts/"+other.WPSID+"/members/batch_read", `{"status":["active"]}`).invalid("user_ids is required")
	c.post("/v7/depts/"+other.WPSID+"/members/batch_read",
		`{"status":["active"],"user_ids":[]}`).invalid("user_ids is required")
	c.post("/v7/depts/"+other.WPSID+"/members/batch_read", `{"user_ids":["x"]}`).invalid("status is required")
	c.post("/v7/depts/"+other.WPSID+"/members/batch_read",
		`{"user_ids":["x"],"status":["active","active","active","active"]}`).invalid("3")

	c.post(join+"/delete", nil).ok()
	c.post(join+"/delete", nil).denied()
	assert.Empty(t, read(other.WPSID, []string{"active"}, p.WPSUserID))
	c.post("/v7/depts/ghost/members/"+p.WPSUserID+"/delete", nil).denied()
	c.post("/v7/depts/"+mine.WPSID+"/members/ghost/create", nil).denied()

	c.post("/v7/depts/"+mine.WPSID+"/members/"+p.WPSUserID+"/delete", nil).ok()
	assert.Empty(t, c.again(p.Key).Memberships)
	assert.Empty(t, c.get("/v7/users/"+p.WPSUserID+"/depts").items())
	got := c.get("/v7/users/"+p.WPSUserID, "with_dept", "true").data()
	assert.Equal(t, []any{}, got["depts"])
	assert.NotContains(t, got, "def_dept_id")
}

// The public cloud names a new department's id by the key of the description or by that of the page, private
// deployments by that of the page.
func TestWPSNewDepartmentsIDHasEitherKey(t *testing.T) {
	for private, want := range map[bool]map[string]int{false: {"id": 2, "dept_id": 2}, true: {"dept_id": 4}} {
		var opts []sim.Option
		if private {
			opts = append(opts, sim.WithWPSPrivateDeployment())
		}
		c := serveWPS(t, opts...)
		keys := map[string]int{}
		for i := range 4 {
			got := c.post("/v7/depts/create", map[string]any{"name": fmt.Sprint("新", i), "parent_id": c.root().WPSID})
			assert.Equal(t, fmt.Sprint("新", i), c.deptByID(got.newDeptID()).Name)
			for _, key := range []string{"id", "dept_id"} {
				if _, ok := got.data()[key]; ok {
					keys[key]++
				}
			}
		}
		assert.Equal(t, want, keys)
	}
}

// What the vendor's description adds is there if it is asked for.
func TestWPSPermissionAndDepartmentDetails(t *testing.T) {
	c := serveWPS(t)
	root, p := c.root(), c.active()
	assert.NotContains(t, c.get("/v7/depts/root").data(), "has_permission")
	assert.Equal(t, true, c.get("/v7/depts/root", "with_permission", "true").data()["has_permission"])
	for _, child := range c.get("/v7/depts/"+root.WPSID+"/children", "with_permission", "true").items() {
		assert.Equal(t, true, child["has_permission"])
	}
	mine := c.dept(p.MainDepartment)
	members := "/v7/depts/" + mine.WPSID + "/members"
	for _, list := range [][]map[string]any{
		c.get(members, "status", "active", "with_dept_detail", "true").items(),
		c.post(members+"/batch_read", map[string]any{"user_ids": []string{p.WPSUserID}, "status": []string{"active"},
			"with_dept_detail": true}).items(),
	} {
		require.NotEmpty(t, list)
		assert.NotContains(t, list[0], "user_info")
		assert.Equal(t, mine.WPSID, list[0]["dept_info"].(map[string]any)["id"])
		assert.Equal(t, mine.Name, list[0]["dept_info"].(map[string]any)["name"])
	}
	limited := serveWPS(t, sim.WithWPSDataPermission(mine.Key))
	assert.Equal(t, false, limited.get("/v7/depts/root", "with_permission", "true").data()["has_permission"])
}

func TestWPSDepartments(t *testing.T) {
	k := newClock()
	c := wpsOf(t, serve(t, sim.WithClock(k.Now), sim.WithoutQuotas()), k.Now)
	root, p := c.root(), c.active()
	got := c.get("/v7/depts/root").data()
	assert.Equal(t, root.WPSID, got["id"])
	assert.Equal(t, "0", got["parent_id"])
	assert.Equal(t, root.Name, got["abs_path"])
	assert.Equal(t, root.WPSID, got["ex_dept_id"])

	created := c.post("/v7/depts/create", map[string]any{
		"name": "研发二部", "parent_id": root.WPSID, "order": 1<<32 + 1, "ex_dept_id": "ou-17x",
		"leaders": []any{map[string]any{"order": 5, "user_id": p.WPSUserID}},
	})
	id := created.newDeptID()
	dept, ok := c.srv.Organisation().FindDepartment(sim.ByWPSID, id)
	require.True(t, ok)
	leaders := []any{map[string]any{"order": json.Number("5"), "user_id": p.WPSUserID}}
	want := map[string]any{
		"id": id, "name": "研发二部", "parent_id": root.WPSID, "abs_path": root.Name + "/研发二部",
		"order": json.Number("4294967297"), "ex_dept_id": "ou-17x",
		"leaders": leaders, "ctime": json.Number("1772442000"),
	}
	read := func() map[string]any {
		t.Helper()
		items := c.post("/v7/depts/batch_read", map[string]any{"dept_ids": []string{id, "ghost"}}).items()
		require.Len(t, items, 1)
		return items[0]
	}
	assert.Equal(t, want, read())
	assert.Equal(t, want, c.post("/v7/depts/by_ex_dept_ids", `{"ex_dept_ids":["ou-17x","ou-0"]}`).items()[0])
	assert.Empty(t, c.srv.Organisation().Members(dept.Key), "a manager need not be a member")

	// Whoever manages a department and joins it leads it, for the other vendors too.
	c.post("/v7/depts/"+id+"/members/"+p.WPSUserID+"/create", nil).ok()
	assert.Len(t, c.srv.Organisation().Leaders(dept.Key), 1)
	assert.Equal(t, want, read())
	assert.JSONEq(t, `{"code":0,"msg":"success"}`,
		c.post("/v7/depts/"+id+"/update", `{"leaders":[],"order":0,"ex_dept_id":""}`).ok().text)
	want["leaders"], want["order"], want["ex_dept_id"] = []any{}, json.Number("0"), id
	assert.Equal(t, want, read())
	assert.Empty(t, c.srv.Organisation().Leaders(dept.Key))
	c.post("/v7/depts/"+id+"/update", map[string]any{"name": "产品中心",
		"leaders": []any{map[string]any{"order": 2, "user_id": p.WPSUserID}}}).ok()
	assert.Len(t, c.srv.Organisation().Leaders(dept.Key), 1)
	want["name"], want["abs_path"] = "产品中心", root.Name+"/产品中心"
	want["leaders"] = []any{map[string]any{"order": json.Number("2"), "user_id": p.WPSUserID}}
	assert.Equal(t, want, read())
	c.post("/v7/depts/"+id+"/update", `{}`).ok()
	assert.Equal(t, want, read())

	c.post("/v7/depts/"+id+"/delete", nil).fails(http.StatusConflict, "400002006") // it has a member
	c.post("/v7/depts/"+id+"/members/"+p.WPSUserID+"/delete", nil).ok()
	assert.Equal(t, want, read(), "who left manages it still")
	below := c.post("/v7/depts/create", map[string]any{"name": "下级", "parent_id": id}).newDeptID()
	c.post("/v7/depts/"+id+"/update", map[string]any{"parent_id": below}).invalid("below itself")
	c.post("/v7/depts/"+id+"/delete", nil).fails(http.StatusConflict, "400002006")
	c.post("/v7/depts/"+below+"/update", map[string]any{"parent_id": root.WPSID}).ok()
	assert.Equal(t, root.Key, c.deptByID(below).Parent)
	c.post("/v7/depts/"+id+"/delete", nil).ok()
	c.post("/v7/depts/"+id+"/delete", nil).denied()

	taken := c.deptByID(below)
	for desc, body := range map[string]map[string]any{
		"name is required":      {"name": " ", "parent_id": root.WPSID},
		"parent_id is required": {"name": "x", "parent_id": ""},
		"leaders has a user": {"name": "x", "parent_id": root.WPSID,
			"leaders": []any{map[string]any{"order": 1, "user_id": p.WPSUserID},
				map[string]any{"order": 2, "user_id": p.WPSUserID}}},
	} {
		c.post("/v7/depts/create", body).invalid(desc)
	}
	c.post("/v7/depts/create", map[string]any{"name": "x", "parent_id": "ghost"}).denied()
	c.post("/v7/depts/create", map[string]any{"name": "x", "parent_id": root.WPSID,
		"leaders": []any{map[string]any{"order": 1, "user_id": "ghost"}}}).denied()
	c.post("/v7/depts/create", map[string]any{"name": taken.Name, "parent_id": root.WPSID}).fails(http.StatusConflict,
		"400002010")
	c.post("/v7/depts/create", map[string]any{"name": "x", "parent_id": root.WPSID,
		"ex_dept_id": taken.WPSID}).fails(http.StatusConflict, "400002122")
	c.post("/v7/depts/"+below+"/update", `{"name":""}`).invalid("name")
	c.post("/v7/depts/"+below+"/update", `{"parent_id":"ghost"}`).denied()
	c.post("/v7/depts/"+below+"/update", `{"ex_dept_id":"ou-3"}`).fails(http.StatusConflict, "400002122")
	c.post("/v7/depts/"+root.WPSID+"/update", map[string]any{"parent_id": below}).invalid("root")
	c.post("/v7/depts/"+root.WPSID+"/update", `{"name":"新名","parent_id":""}`).ok()
	assert.Equal(t, "新名", c.get("/v7/companies/current").data()["name"])
	c.post("/v7/depts/"+root.WPSID+"/delete", nil).denied()
	c.post("/v7/depts/ghost/update", `{}`).denied()
}

func (c *wpsCaller) deptByID(id string) sim.Department {
	c.t.Helper()
	d, ok := c.srv.Organisation().FindDepartment(sim.ByWPSID, id)
	require.True(c.t, ok)
	return d
}
