package sim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWPSScopes(t *testing.T) {
	c := serveWPS(t, sim.WithWPSScopes("kso.contact.read"))
	p := c.active()
	c.get("/v7/users/" + p.WPSUserID).ok()
	got := c.post("/v7/users/"+p.WPSUserID+"/delete", nil).fails(http.StatusForbidden, "400000003")
	assert.Equal(t, "kso: PermissionDenied access_token verify err: invalid_scope", got.str("message"))
	assert.Equal(t, "the access token was not granted any of the required scopes: kso.contact.readwrite",
		got.str("desc"))
	c.get("/v7/companies/user_custom_attrs/batch_read").fails(http.StatusForbidden, "400000003")
	c.post("/v7/id_convert", `{"id_type":"company_id","ids":["4412"]}`).ok() // needs none
	assert.Equal(t, p, c.again(p.Key))

	c = serveWPS(t, sim.WithWPSScopes())
	c.get("/v7/depts/root").fails(http.StatusForbidden, "400000003")
	c = serveWPS(t, sim.WithWPSScopes("kso.contact.readwrite"))
	c.get("/v7/depts/root").ok() // any one of several is enough
}

// Fields without their scope are absent, neither null nor empty.
func TestWPSFieldScopes(t *testing.T) {
	fields := map[string]string{"email": "kso.user_email.read", "phone": "kso.user_phone.read",
		"gender": "kso.user_gender.read"}
	for granted := range fields {
		c := serveWPS(t, sim.WithWPSScopes("kso.contact.read", fields[granted]))
		p := c.active()
		root, mine := c.root(), c.dept(p.MainDepartment)
		everybody := []string{"active", "notactive", "disabled"}
		for where, user := range map[string]map[string]any{
			"getUser":   c.get("/v7/users/" + p.WPSUserID).data(),
			"listUsers": c.get("/v7/users", "status", "active", "page_size", "50").items()[0],
			"member": c.get("/v7/depts/"+root.WPSID+"/members", "status", "active", "recursive", "true",
				"with_user_detail", "true").items()[0]["user_info"].(map[string]any),
			"byExUserIds": c.post("/v7/users/by_ex_user_ids",
				map[string]any{"ex_user_ids": []string{p.UserID}, "status": everybody}).items()[0],
			"byPhones": c.post("/v7/users/by_phones",
				map[string]any{"phones": []string{p.Mobile.Short()}, "status": everybody}).items()[0],
			"batchReadDept": c.post("/v7/depts/"+mine.WPSID+"/members/batch_read",
				map[string]any{"user_ids": []string{p.WPSUserID}, "status": everybody,
					"with_user_detail": true}).items()[0]["user_info"].(map[string]any),
		} {
			for field := range fields {
				if field == granted && (where != "byExUserIds" || field != "gender") {
					assert.Contains(t, user, field, where)
				} else {
					assert.NotContains(t, user, field, where)
				}
			}
		}
	}
}

func TestWPSUserTokenRights(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	plain := c.as(c.signIn(p).str("access_token"))
	got := plain.get("/v7/depts/root").fails(http.StatusForbidden, "400000003")
	assert.Contains(t, got.str("desc"), "kso.contact.read")

	reader := c.as(c.signIn(p, "kso.contact.readwrite", "kso.of.another").str("access_token"))
	reader.get("/v7/depts/root").ok()
	reader.post("/v7/users/"+p.WPSUserID+"/update", `{"title":"x"}`).ok()
	reader.post("/v7/users/batch_enable", map[string]any{"user_ids": []string{p.WPSUserID}}).denied() // wants an app
	reader.post("/v7/users/create", map[string]any{"user_name": "x", "dept_ids": []string{c.root().WPSID}}).denied()
	missing := reader.get("/v7/users/current").fails(http.StatusForbidden, "400000003")
	assert.Equal(t, map[string]any{"scope": "kso.user_base.read"}, missing.body["more"])

	// The app's own token is nobody's.
	c.get("/v7/users/current").fails(http.StatusForbidden, "400000003")
	c.get("/v7/users/current_id").fails(http.StatusForbidden, "400000003")

	// What the app was not granted, its users' tokens do not have.
	c = serveWPS(t, sim.WithWPSScopes("kso.user_base.read"))
	user := c.as(c.signIn(c.active(), "kso.user_base.read", "kso.contact.read").str("access_token"))
	user.get("/v7/users/current").ok()
	user.get("/v7/depts/root").fails(http.StatusForbidden, "400000003")
}

// Without a data permission nothing fails, and nothing is there.
func TestWPSWithoutDataPermission(t *testing.T) {
	c := serveWPS(t, sim.WithWPSDataPermission())
	p, root := c.active(), c.root()
	empty := func(r wpsReply) {
		t.Helper()
		assert.Empty(t, r.items())
		if next, paged := r.data()["next_page_token"]; paged {
			assert.Empty(t, next)
		}
	}
	empty(c.get("/v7/users", "status", "active"))
	empty(c.get("/v7/depts/" + root.WPSID + "/children"))
	empty(c.get("/v7/depts/"+root.WPSID+"/members", "status", "active", "recursive", "true"))
	empty(c.post("/v7/users/batch_read", map[string]any{"user_ids": []string{p.WPSUserID},
		"status": []string{"active"}}))
	empty(c.post("/v7/depts/batch_read", map[string]any{"dept_ids": []string{root.WPSID}}))
	empty(c.post("/v7/depts/"+root.WPSID+"/members/batch_read",
		map[string]any{"user_ids": []string{p.WPSUserID}, "status": []string{"active"}}))
	total := c.get("/v7/users", "status", "active", "with_total", "true").data()["total"]
	assert.Equal(t, "0", total.(interface{ String() string }).String())
	c.get("/v7/depts/root").ok()
	c.get("/v7/users/" + p.WPSUserID).denied()
	c.post("/v7/users/"+p.WPSUserID+"/delete", nil).denied()
	scope := c.get("/v7/contacts/permissions_scope", "scopes", "org").items()
	assert.Equal(t, wpsScope([]any{}...), scope)
}

func TestWPSDataPermissionOfADepartment(t *testing.T) {
	c := serveWPS(t)
	org := c.srv.Organisation()
	top := c.person(func(p sim.Person) bool {
		return p.MainDepartment != sim.RootDepartment &&
			len(p.Memberships) == 1
	}).MainDepartment
	inside := map[sim.DepartmentKey]bool{}
	for _, d := range org.Subtree(top) {
		inside[d.Key] = true
	}
	c.srv.WPS().SetDataPermission([]sim.DepartmentKey{top})
	var want []string
	for _, p := range org.People() {
		for _, m := range p.Memberships {
			if inside[m.Department] {
				want = append(want, p.WPSUserID)
				break
			}
		}
	}
	require.NotEmpty(t, want)
	require.Less(t, len(want), 60)
	found, pages := c.walk("/v7/users", "status", "active", "status", "notactive", "status", "disabled", "page_size",
		"5", "with_dept", "true")
	assert.ElementsMatch(t, want, wpsColumn(found, "id"))
	assert.Equal(t, 12, pages, "pages are cut before the data permission, so that some are short or empty")
	for _, user := range found {
		for _, d := range user["depts"].([]any) {
			dept, _ := org.FindDepartment(sim.ByWPSID, d.(map[string]any)["id"].(string))
			assert.True(t, inside[dept.Key], "departments elsewhere are not shown")
		}
	}
	scope := c.get("/v7/contacts/permissions_scope", "scopes", "org", "scopes", "partner").items()
	assert.Equal(t, wpsScope([]any{c.dept(top).WPSID}...), scope)
	for _, d := range org.Departments() {
		members := c.get("/v7/depts/"+d.WPSID+"/members", "status", "active").items()
		if !inside[d.Key] {
			assert.Empty(t, members)
		}
	}
	c.srv.WPS().SetDataPermission([]sim.DepartmentKey{sim.RootDepartment})
	found, _ = c.walk("/v7/users", "status", "active", "status", "notactive", "status", "disabled", "page_size", "50")
	assert.Len(t, found, 60)
}

func TestWPSQuota(t *testing.T) {
	k := newClock()
	c := wpsOf(t, serve(t, sim.WithClock(k.Now)), k.Now)
	for range 10 {
		c.get("/v7/depts/root").ok()
	}
	got := c.get("/v7/depts/root").fails(http.StatusTooManyRequests, "400000001")
	assert.Empty(t, got.header.Get("Retry-After"))
	assert.Contains(t, got.str("message"), "too many requests")
	c.get("/v7/companies/current").ok() // each operation has its own
	k.advance(time.Second)
	c.get("/v7/depts/root").ok()

	for range 9 { // one token was bought before
		c.buy(nil).str("access_token")
	}
	c.buy(nil).str("access_token")
	got = c.buy(nil).fails(http.StatusTooManyRequests, "400000001")
	assert.Contains(t, got.str("msg"), "too many requests")

	// Each app has its own.
	demo := c.srv.Credentials().WPS
	c.buy(map[string]string{"client_id": demo.ThirdPartyAppID,
		"client_secret": demo.ThirdPartyAppKey}).str("access_token")

	c = wpsOf(t, serve(t, sim.WithClock(k.Now), sim.WithWPSRetryAfter(),
		sim.WithQuota(sim.VendorWPS, "getRootDept", 1, 90*time.Second)), k.Now)
	c.get("/v7/depts/root").ok()
	assert.Equal(t, "90", c.get("/v7/depts/root").fails(http.StatusTooManyRequests,
		"400000001").header.Get("Retry-After"))
}

func TestWPSMethodsAndPaths(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead,
		http.MethodOptions} {
		req := c.request(method, "/v7/users/"+p.WPSUserID+"/update", "")
		got := wpsReply{do(t, req)}
		assert.Equal(t, http.StatusMethodNotAllowed, got.status, method)
		assert.Equal(t, "GET, POST", got.header.Get("Allow"))
		assert.NotEmpty(t, got.header.Get("X-Request-Id"))
	}
	// What is recorded of a wrong verb among the two, and of a wrong path.
	for _, r := range []wpsReply{
		c.get("/v7/users/" + p.WPSUserID + "/update"),
		c.post("/v7/users", nil),
		c.get("/v7/contacts/users"),
		c.get("/openapi/v7/users"),
		c.post("/v7/depts/batch_delete", map[string]any{"dept_ids": []string{"x"}}), // private deployments only
	} {
		assert.Equal(t, "404 Route Not Found", r.fails(http.StatusNotFound, "404000001").str("msg"))
	}
	assert.Equal(t, p, c.again(p.Key))
}

func TestWPSRequestIDsDiffer(t *testing.T) {
	c := serveWPS(t)
	seen := map[string]bool{}
	for range 5 {
		seen[c.get("/v7/depts/root").header.Get("X-Request-Id")] = true
		seen[c.get("/v7/depts/x/children").header.Get("X-Request-Id")] = true
	}
	assert.Len(t, seen, 10)
}

func TestWPSBodies(t *testing.T) {
	c := serveWPS(t)
	for desc, body := range map[string]string{
		"is not JSON":           `{"user_name":`,
		"UTF-8":                 "{\"user_name\":\"\xff\"}",
		"user_name is required": `{"dept_ids":["x"]}`,
		"dept_ids is required":  `{"user_name":"x","dept_ids":null}`,
		"malformed":             `{"user_name":7,"dept_ids":["x"]}`,
		"the body":              "",
	} {
		c.post("/v7/users/create", body).invalid(desc)
	}
	c.post("/v7/users/create", `[]`).invalid("malformed")
	root := c.root()
	c.post("/v7/depts/create", map[string]any{"name": "x", "parent_id": root.WPSID,
		"leaders": []any{map[string]any{"user_id": "x"}}}).invalid("leaders.order is required")
	c.post("/v7/users/batch_update_order",
		`{"user_order_list":[{"dept_id":"x","user_id":"y"}]}`).invalid("user_order_list.order is required")

	req := c.request(http.MethodPost, "/v7/users/batch_enable", `user_ids=x`)
	req.Header.Set("Content-Type", "text/plain")
	c.sign(req, http.MethodPost, "/v7/users/batch_enable", "text/plain", `user_ids=x`)
	c.do(req).invalid("Content-Type")
	req = c.request(http.MethodPost, "/v7/depts/batch_read", `{"dept_ids":["`+root.WPSID+`"]}`)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	c.sign(req, http.MethodPost, "/v7/depts/batch_read", "application/json; charset=utf-8",
		`{"dept_ids":["`+root.WPSID+`"]}`)
	assert.Len(t, c.do(req).items(), 1)
	c.with("X-Kso-Id-Type", "outer").get("/v7/depts/root").invalid("X-Kso-Id-Type")
	long := strings.Repeat("x", 129)
	c.post("/v7/users/create", map[string]any{"user_name": "x", "dept_ids": []string{root.WPSID},
		"ex_user_id": long}).invalid("ex_user_id")
}
