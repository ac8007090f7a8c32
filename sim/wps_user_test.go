package sim_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWPSGetUser(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	got := c.get("/v7/users/"+p.WPSUserID, "with_dept", "true").data()
	main, manager := c.dept(p.MainDepartment), c.again(p.Manager)
	var path []string
	for d := main; ; d = c.dept(d.Parent) {
		path = append([]string{d.Name}, path...)
		if d.Key == sim.RootDepartment {
			break
		}
	}
	for name, want := range map[string]any{
		"id": p.WPSUserID, "user_name": p.Name, "status": "active", "role": "normal", "ex_user_id": p.UserID,
		"email": p.Email, "phone": p.Mobile.Short(),
		"title": p.Position, "leader_id": manager.WPSUserID, "def_dept_id": main.WPSID, "depts": []any{map[string]any{
			"id": main.WPSID, "name": main.Name, "abs_path": strings.Join(path, "/"),
		}},
	} {
		assert.Equal(t, want, got[name], name)
	}
	assert.Equal(t, fmt.Sprint(p.Created.Unix()), fmt.Sprint(got["ctime"]), "seconds")
	assert.NotContains(t, got, "avatar")
	assert.NotContains(t, c.get("/v7/users/"+p.WPSUserID).data(), "depts")
	c.get("/v7/users/" + strings.ToLower(p.WPSUserID) + "x").denied()
	founder := c.person(func(p sim.Person) bool { return p.Founder })
	assert.Equal(t, "super-admin", c.get("/v7/users/" + founder.WPSUserID).data()["role"])
}

// Each operation has its own part of a user.
func TestWPSFieldsByOperation(t *testing.T) {
	c := serveWPS(t)
	// A person who has everything, or whose unset texts are empty and not absent.
	p := c.person(func(p sim.Person) bool {
		return p.Key%3 != 0 && p.Status == sim.StatusActive && p.Manager != 0 && p.Mobile.Number != "" && p.Email != ""
	})
	everybody := []string{"active", "notactive", "disabled"}
	fields := func(user any) string {
		return strings.Join(slices.Sorted(maps.Keys(user.(map[string]any))), " ")
	}
	sorted := func(names string) string {
		list := strings.Fields(names)
		slices.Sort(list)
		return strings.Join(list, " ")
	}
	mine := "/v7/depts/" + c.dept(p.MainDepartment).WPSID
	member := c.post(mine+"/members/batch_read",
		map[string]any{"user_ids": []string{p.WPSUserID}, "status": everybody, "with_user_detail": true}).items()[0]
	assert.Equal(t, "ctime dept_id is_leader mtime order user_id user_info", fields(member))
	for want, got := range map[string]any{
		"avatar city country email employee_id employer employment_status employment_type gender id phone role " +
			"status telephone title user_name work_place def_dept_id": member["user_info"],
		"city country ctime depts email employee_id employer employment_status employment_type ex_user_id gender id " +
			"leader_id phone role status telephone title type type_v2 user_name work_place def_dept_id": c.get(
			"/v7/users/"+p.WPSUserID, "with_dept", "true").data(),
		"avatar ctime email ex_user_id id phone role status title user_name": c.post("/v7/users/by_ex_user_ids",
			map[string]any{"ex_user_ids": []string{p.UserID}, "status": everybody}).items()[0],
	} {
		assert.Equal(t, sorted(want), fields(got))
	}
	brief := c.post(mine+"/members/batch_read",
		map[string]any{"user_ids": []string{p.WPSUserID}, "status": everybody}).items()[0]
	assert.Equal(t, "ctime dept_id is_leader mtime order user_id", fields(brief))
	found := c.post("/v7/users/by_emails",
		map[string]any{"emails": []string{strings.ToUpper(p.Email), p.Email}, "status": everybody,
			"with_dept": true}).items()
	require.Len(t, found, 1, "nobody is there twice")
	for _, name := range strings.Fields("avatar ctime depts email employee_id ex_user_id gender id") {
		assert.Contains(t, found[0], name)
	}
}

func TestWPSLookUps(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	locked := c.person(func(p sim.Person) bool { return p.Status == sim.StatusDisabled && p.Mobile.Number != "" })
	unnamed := c.person(func(p sim.Person) bool { return p.Key == 51 })
	require.True(t, unnamed.GeneratedUserID)
	active, everybody := []string{"active"}, []string{"active", "notactive", "disabled"}
	ids := func(path, name string, values, status []string) []string {
		t.Helper()
		return wpsColumn(c.post(path, map[string]any{name: values, "status": status}).items(), "id")
	}
	both := []string{p.WPSUserID, locked.WPSUserID}
	slices.SortFunc(both, func(a, b string) int {
		if (a == p.WPSUserID) == (p.Key < locked.Key) {
			return -1
		}
		return 1
	})
	assert.Equal(t, both, ids("/v7/users/batch_read", "user_ids",
		[]string{locked.WPSUserID, "ghost", p.WPSUserID, p.WPSUserID}, everybody))
	assert.Equal(t, []string{p.WPSUserID}, ids("/v7/users/batch_read", "user_ids", both, active))
	assert.Equal(t, both, ids("/v7/users/by_phones", "phones",
		[]string{p.Mobile.E164(), locked.Mobile.Short(), "not a number", ""}, everybody))
	assert.Equal(t, both, ids("/v7/users/by_ex_user_ids", "ex_user_ids",
		[]string{p.UserID, locked.UserID, strings.ToUpper(p.UserID) + "x"}, everybody))
	assert.Empty(t, ids("/v7/users/by_emails", "emails", []string{"nobody@example.org"}, everybody))

	// Where no outer id was set, it is the platform's.
	assert.Equal(t, []string{unnamed.WPSUserID},
		ids("/v7/users/by_ex_user_ids", "ex_user_ids", []string{unnamed.WPSUserID}, everybody))
	assert.Empty(t, ids("/v7/users/by_ex_user_ids", "ex_user_ids", []string{unnamed.UserID, p.WPSUserID}, everybody))

	many := slices.Repeat([]string{"a@example.org"}, 101)
	c.post("/v7/users/by_emails", map[string]any{"emails": many, "status": active}).invalid("100")
	c.post("/v7/users/by_emails", map[string]any{"emails": many[:100], "status": active}).ok()
	c.post("/v7/users/by_emails", map[string]any{"emails": []string{strings.Repeat("x", 129)},
		"status": active}).invalid("128")
	c.post("/v7/users/batch_read", `{"user_ids":["x"],"status":["active","gone"]}`).invalid("status")
	c.post("/v7/users/batch_read", `{"user_ids":[],"status":["active"]}`).invalid("user_ids")
}

func TestWPSExternalIDs(t *testing.T) {
	c := serveWPS(t).with("X-Kso-Id-Type", "external")
	p := c.active()
	dept := c.dept(3)
	assert.Equal(t, p.WPSUserID, c.get("/v7/users/" + p.UserID).data()["id"])
	c.get("/v7/users/" + p.WPSUserID).denied()
	assert.Equal(t, []string{dept.WPSID}, wpsColumn(c.post("/v7/depts/batch_read", `{"dept_ids":["ou-3"]}`).items(),
		"id"))
	c.get("/v7/depts/ou-3/children").ok()
	found := c.post("/v7/users/batch_read",
		map[string]any{"user_ids": []string{p.UserID}, "status": []string{"active"}}).items()
	assert.Equal(t, []string{p.WPSUserID}, wpsColumn(found, "id"))
	c.post("/v7/depts/ou-3/members/"+p.UserID+"/create", nil).ok()
	found = c.post("/v7/depts/ou-3/members/batch_read",
		map[string]any{"user_ids": []string{p.UserID}, "status": []string{"active"}}).items()
	assert.Equal(t, []string{p.WPSUserID}, wpsColumn(found, "user_id"))
	c.with("X-Kso-Id-Type", "internal").get("/v7/users/" + p.WPSUserID).ok()
}

// Who is deleted through one vendor is gone from the other, and so on: the company is one.
func TestWPSAndWeComShareTheCompany(t *testing.T) {
	c := serveWPS(t)
	contact, app := contactOf(t, c.srv), appOf(t, c.srv)
	p := c.active()
	c.post("/v7/users/"+p.WPSUserID+"/update", `{"user_name":"林小满"}`).ok()
	assert.Equal(t, "林小满", app.get("/user/get", "userid", p.UserID).ok().str("name"))
	c.post("/v7/users/batch_disable", map[string]any{"user_ids": []string{p.WPSUserID}}).ok()
	assert.Equal(t, "2", fmt.Sprint(app.get("/user/get", "userid", p.UserID).ok().body["status"]))
	contact.post("/user/update", map[string]any{"userid": p.UserID, "enable": 1}).ok()
	assert.Equal(t, "active", c.get("/v7/users/" + p.WPSUserID).data()["status"])
	contact.get("/user/delete", "userid", p.UserID).ok()
	c.get("/v7/users/" + p.WPSUserID).denied()
	found, _ := c.walk("/v7/users", append(wpsAllStates, "page_size", "50")...)
	assert.Len(t, found, 59)
	other := c.active()
	c.post("/v7/users/"+other.WPSUserID+"/delete", nil).ok()
	app.get("/user/get", "userid", other.UserID).fails(60111)
}

// wpsScope is the answer of getContactsPermissionScope for a permission of departments.
func wpsScope(deptIDs ...any) []map[string]any {
	return []map[string]any{{"scope": "org", "permission_type": "visit", "dept_ids": append([]any{}, deptIDs...),
		"user_ids": []any{}, "group_ids": []any{}}}
}

func TestWPSCompany(t *testing.T) {
	c := serveWPS(t)
	root := c.root()
	got := c.get("/v7/companies/current").data()
	assert.Equal(t, c.srv.Credentials().WPS.CompanyID, got["id"])
	assert.Equal(t, root.Name, got["name"])
	assert.Equal(t, "active", got["status"])
	assert.Equal(t, wpsScope([]any{root.WPSID}...),
		c.get("/v7/contacts/permissions_scope", "scopes", "org").items())
	assert.Empty(t, c.get("/v7/contacts/permissions_scope", "scopes", "partner").items())
	c.get("/v7/contacts/permissions_scope").invalid("scopes is required")
	c.get("/v7/contacts/permissions_scope", "scopes", "org,partner").invalid("scopes")
}

func TestWPSConvertIDs(t *testing.T) {
	c := serveWPS(t)
	console, p := c.srv.WPS(), c.active()
	old := console.OldUserID(p.Key)
	got := c.post("/v7/id_convert", map[string]any{"id_type": "company_uid", "ids": []string{old, "1"},
		"company_id": console.OldCompanyID()})
	assert.Equal(t, map[string]any{old: p.WPSUserID}, got.data())
	assert.NotContains(t, got.body, "msg", "no msg is documented")
	dept := c.dept(4)
	oldDept := console.OldDepartmentID(4)
	assert.Equal(t, map[string]any{oldDept: dept.WPSID},
		c.post("/v7/id_convert", map[string]any{"id_type": "dept_id", "ids": []string{oldDept}}).data())
	company := c.post("/v7/id_convert", map[string]any{"id_type": "company_id",
		"ids": []string{console.OldCompanyID()}}).data()
	assert.Equal(t, c.srv.Credentials().WPS.CompanyID, company[console.OldCompanyID()])
	assert.Empty(t, c.post("/v7/id_convert", `{"id_type":"file_id","ids":["1"]}`).data())

	c.post("/v7/id_convert", map[string]any{"id_type": "dept_id",
		"ids": slices.Repeat([]string{"1"}, 21)}).invalid("20")
	c.post("/v7/id_convert", `{"id_type":"dept_id","ids":[]}`).invalid("20")
	c.post("/v7/id_convert", `{"id_type":"company_uid","ids":["1"]}`).invalid("company_id")
	c.post("/v7/id_convert", `{"id_type":"company_uid","ids":["1"],"company_id":"7"}`).denied()
	c.post("/v7/id_convert", `{"ids":["1"]}`).fails(http.StatusBadRequest, "400000007")
}
