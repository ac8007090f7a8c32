package sim_test

import (
	"net/http"
	"testing"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every operation succeeds once and fails once, and all answers are what the document says.
func TestWPSOperations(t *testing.T) {
	for name, opts := range map[string][]sim.Option{"public cloud": nil,
		"private deployment": {sim.WithWPSPrivateDeployment()}} {
		t.Run(name, func(t *testing.T) {
			c := serveWPS(t, opts...)
			p, root := c.active(), c.root()
			mine, other := c.dept(p.MainDepartment), c.other(p)
			user, company := "/v7/users/"+p.WPSUserID, "/v7/companies/user_custom_attrs"
			everybody := []string{"active", "notactive", "disabled"}
			ghosts := map[string]any{"user_ids": []string{"ghost"}, "status": everybody}
			ids := map[string]any{"user_ids": []string{p.WPSUserID}, "status": everybody, "with_dept": true,
				"with_user_detail": true}

			c.buy(nil).str("access_token")
			me := c.as(c.signIn(p).str("access_token"))
			c.buy(map[string]string{"client_secret": "wrong"}).fails(http.StatusUnauthorized, "40100008")

			c.get("/v7/users", "status", "active", "with_dept", "true", "with_total", "true").ok()
			c.get("/v7/users").badRequest()
			c.get(user, "with_dept", "true").ok()
			c.get("/v7/users/ghost").fails(http.StatusForbidden, "403000001")
			c.post("/v7/users/batch_read", ids).ok()
			c.post("/v7/users/batch_read", `{"user_ids":["x"]}`).badRequest()
			c.post("/v7/users/by_phones", map[string]any{"phones": []string{p.Mobile.Number}, "status": everybody,
				"with_dept": true}).ok()
			c.post("/v7/users/by_phones", `{"phones":[],"status":["active"]}`).badRequest()
			c.post("/v7/users/by_emails", map[string]any{"emails": []string{p.Email}, "status": everybody,
				"with_dept": true}).ok()
			c.post("/v7/users/by_emails", `{"emails":[""],"status":["active"]}`).badRequest()
			c.post("/v7/users/by_ex_user_ids",
				map[string]any{"ex_user_ids": []string{p.UserID}, "status": everybody}).ok()
			c.post("/v7/users/by_ex_user_ids", `{"ex_user_ids":["x"],"status":[]}`).badRequest()
			me.get("/v7/users/current").ok()
			c.get("/v7/users/current").fails(http.StatusForbidden, "400000003")
			me.get("/v7/users/current_id").ok()
			c.get("/v7/users/current_id").fails(http.StatusForbidden, "400000003")
			c.get(user + "/depts").ok()
			c.get("/v7/users/ghost/depts").fails(http.StatusForbidden, "403000001")

			c.get("/v7/depts/root").ok()
			c.as("dead").get("/v7/depts/root").fails(http.StatusUnauthorized, "401030003")
			c.get("/v7/depts/"+root.WPSID+"/children", "with_total", "true").ok()
			c.get("/v7/depts/ghost/children").fails(http.StatusForbidden, "403000001")
			c.get("/v7/depts/"+root.WPSID+"/members", "status", "active", "recursive", "true", "with_user_detail",
				"true", "with_total", "true").ok()
			c.get("/v7/depts/ghost/members", "status", "active").fails(http.StatusForbidden, "403000001")
			c.post("/v7/depts/"+mine.WPSID+"/members/batch_read", ids).ok()
			c.post("/v7/depts/ghost/members/batch_read", ids).fails(http.StatusForbidden, "403000001")
			c.post("/v7/depts/batch_read", map[string]any{"dept_ids": []string{root.WPSID, mine.WPSID}}).ok()
			c.post("/v7/depts/batch_read", `{"dept_ids":[]}`).badRequest()
			c.post("/v7/depts/by_ex_dept_ids", `{"ex_dept_ids":["ou-3"]}`).ok()
			c.post("/v7/depts/by_ex_dept_ids", `{}`).badRequest()

			c.get("/v7/companies/current").ok()
			c.as("dead").get("/v7/companies/current").fails(http.StatusUnauthorized, "401030003")
			c.get("/v7/contacts/permissions_scope", "scopes", "org").ok()
			c.get("/v7/contacts/permissions_scope", "scopes", "all").badRequest()
			c.get("/v7/contacts/permissions_scope/entities", "scopes", "org", "page_size", "100").ok()
			c.get("/v7/contacts/permissions_scope/entities", "scopes", "org", "page_size", "101").badRequest()
			c.post("/v7/id_convert", `{"id_type":"dept_id","ids":["71","72"]}`).ok()
			c.post("/v7/id_convert", `{"id_type":"dept","ids":["71"]}`).badRequest()
			c.get(company + "/batch_read").ok()
			c.as("dead").get(company+"/batch_read").fails(http.StatusUnauthorized, "401030003")
			c.post(company+"/batch_create", `{"custom_attrs":[{"name":"车位","value_type":"text"}]}`).ok()
			c.post(company+"/batch_create",
				`{"custom_attrs":[{"name":"车位","value_type":"text"}]}`).fails(http.StatusConflict, "400002051")
			c.post(company+"/batch_update", `{"custom_attrs":[{"id":"at-1","name":"编号","options":[]}]}`).ok()
			c.post(company+"/batch_update",
				`{"custom_attrs":[{"id":"at-0","name":"编号","options":[]}]}`).fails(http.StatusForbidden, "403000001")
			values := map[string]any{"users": []any{map[string]any{"user_id": p.WPSUserID, "custom_attrs": []any{
				map[string]any{"attr_id": "at-1", "text": "007"},
				map[string]any{"attr_id": "at-3",
					"url": map[string]string{"title": "主页", "link": "https://example.org/7"}},
				map[string]any{"attr_id": "at-4", "option": "d"},
				map[string]any{"attr_id": "at-5", "relation_user": p.WPSUserID},
				map[string]any{"attr_id": "at-6", "relation_depts": []string{root.WPSID}},
			}}}}
			c.post("/v7/users/custom_attrs/batch_update", values).ok()
			c.post("/v7/users/custom_attrs/batch_update",
				`{"users":[{"user_id":"ghost","custom_attrs":[]}]}`).fails(http.StatusForbidden, "403000001")
			c.post("/v7/users/custom_attrs/batch_read", ids).ok()
			c.post("/v7/users/custom_attrs/batch_read", `{"user_ids":[]}`).badRequest()
			c.post(company+"/batch_delete", `{"attr_ids":["at-2"]}`).ok()
			c.post(company+"/batch_delete", `{"attr_ids":["at-2"]}`).fails(http.StatusForbidden, "403000001")

			created := c.post("/v7/users/create",
				map[string]any{"user_name": "罗一", "dept_ids": []string{mine.WPSID}}).data()["id"].(string)
			c.post("/v7/users/create", map[string]any{"user_name": "罗一",
				"dept_ids": []string{"ghost"}}).fails(http.StatusForbidden, "403000001")
			c.post("/v7/users/"+created+"/update", `{"title":"高级经理","gender":"secrecy"}`).ok()
			c.post("/v7/users/"+created+"/update", `{"gender":"none"}`).badRequest()
			c.post("/v7/users/batch_disable", ids).ok()
			c.post("/v7/users/batch_disable", ghosts).fails(http.StatusForbidden, "403000001")
			c.post("/v7/users/batch_enable", ids).ok()
			c.post("/v7/users/batch_enable", ghosts).fails(http.StatusForbidden, "403000001")
			c.post("/v7/users/batch_update_order",
				map[string]any{"user_order_list": []any{
					map[string]any{"user_id": created, "dept_id": mine.WPSID, "order": 1 << 40}}}).ok()
			c.post("/v7/users/batch_update_order",
				map[string]any{"user_order_list": []any{
					map[string]any{"user_id": created, "dept_id": other.WPSID, "order": 1}}}).fails(
				http.StatusForbidden,
				"403000001")
			c.post("/v7/users/batch_update_dept",
				map[string]any{"user_dept_info_list": []any{
					map[string]any{"user_id": created, "dept_ids": []string{root.WPSID}}}}).ok()
			c.post("/v7/users/batch_update_dept", `{"user_dept_info_list":[]}`).badRequest()
			c.post("/v7/depts/"+other.WPSID+"/members/"+created+"/create", nil).ok()
			c.post("/v7/depts/ghost/members/"+created+"/create", nil).fails(http.StatusForbidden, "403000001")
			c.post("/v7/depts/"+other.WPSID+"/members/"+created+"/delete", nil).ok()
			c.post("/v7/depts/"+other.WPSID+"/members/"+created+"/delete", nil).fails(http.StatusForbidden, "403000001")
			c.post("/v7/users/"+created+"/delete", nil).ok()
			c.post("/v7/users/"+created+"/delete", nil).fails(http.StatusForbidden, "403000001")

			wpsNewerOperations(c, p, created)

			dept := c.post("/v7/depts/create",
				map[string]any{"name": "研发九部", "parent_id": root.WPSID}).newDeptID()
			c.post("/v7/depts/create", map[string]any{"name": "研发九部",
				"parent_id": root.WPSID}).fails(http.StatusConflict, "400002010")
			c.post("/v7/depts/"+dept+"/update",
				map[string]any{"name": "产品中心",
					"leaders": []any{map[string]any{"order": 1, "user_id": p.WPSUserID}}}).ok()
			c.post("/v7/depts/"+dept+"/update", map[string]any{"parent_id": dept}).badRequest()
			c.get("/v7/depts/"+root.WPSID+"/children", "page_size", "50").ok()
			c.post("/v7/depts/"+dept+"/delete", nil).ok()
			c.post("/v7/depts/"+dept+"/delete", nil).fails(http.StatusForbidden, "403000001")
			batch := map[string]any{"dept_ids": []string{dept}}
			if name == "public cloud" {
				c.post("/v7/depts/batch_delete", batch).fails(http.StatusNotFound, "404000001")
			} else {
				c.post("/v7/depts/batch_delete", batch).fails(http.StatusForbidden, "403000001")
				batch["dept_ids"] = []string{
					c.post("/v7/depts/create",
						map[string]any{"name": "x", "parent_id": root.WPSID}).newDeptID()}
				c.post("/v7/depts/batch_delete", batch).ok()
			}

			succeeded, failed := map[string]bool{}, map[string]bool{}
			for _, r := range c.srv.Requests(sim.VendorWPS) {
				succeeded[r.Operation] = succeeded[r.Operation] || r.Status == http.StatusOK
				failed[r.Operation] = failed[r.Operation] || r.Status != http.StatusOK
			}
			operations := c.srv.Operations(sim.VendorWPS)
			assert.Len(t, operations, 64)
			for _, id := range operations {
				assert.True(t, succeeded[id] || id == "batchDeleteDepts" && name == "public cloud", "a success of %s",
					id)
				assert.True(t, failed[id], "a failure of %s", id)
			}
		})
	}
}

// wpsNewerOperations calls those that only the vendor's machine-readable description has. gone has left.
func wpsNewerOperations(c *wpsCaller, p sim.Person, gone string) {
	c.t.Helper()
	mine, root := c.dept(p.MainDepartment), c.root()
	dead := c.as("dead")
	ghost := map[string]any{"user_ids": []string{"ghost"}}
	attrs, rules := "/v7/companies/dept_custom_attrs", "/v7/contacts/visibility/rules"

	c.get("/v7/users/search", "keyword", p.Name, "page_size", "20", "with_total", "true").ok()
	c.get("/v7/users/search", "keyword", p.Name).badRequest()
	c.get("/v7/users/count").ok()
	dead.get("/v7/users/count").fails(http.StatusUnauthorized, "401030003")
	c.get("/v7/users/changes", "last_change_time", "0").ok()
	c.get("/v7/users/changes").badRequest()
	c.post("/v7/users/batch_read_dimission_users", map[string]any{"user_ids": []string{gone}}).ok()
	c.post("/v7/users/batch_read_dimission_users", `{"user_ids":[]}`).badRequest()
	c.post("/v7/users/"+gone+"/recover", nil).ok()
	c.post("/v7/users/"+gone+"/recover", nil).fails(http.StatusConflict, "400001008")
	c.post("/v7/users/batch_logout", map[string]any{"user_ids": []string{gone}}).ok()
	c.post("/v7/users/batch_logout", ghost).fails(http.StatusForbidden, "403000001")
	c.post("/v7/users/batch_delete", map[string]any{"user_ids": []string{gone}}).ok()
	c.post("/v7/users/batch_delete", ghost).fails(http.StatusForbidden, "403000001")

	c.get("/v7/depts/" + mine.WPSID).ok()
	c.get("/v7/depts/ghost").fails(http.StatusForbidden, "403000001")
	c.get("/v7/depts/"+mine.WPSID+"/parents", "page_size", "100").ok()
	c.get("/v7/depts/"+mine.WPSID+"/parents", "page_size", "101").badRequest()
	c.get("/v7/depts/search", "keyword", mine.Name, "page_size", "20").ok()
	c.get("/v7/depts/search", "keyword", " ", "page_size", "20").badRequest()
	c.get("/v7/depts/changes", "last_change_time", "0").ok()
	c.get("/v7/depts/changes", "last_change_time", "-1").badRequest()

	c.get(attrs + "/batch_read").ok()
	dead.get(attrs+"/batch_read").fails(http.StatusUnauthorized, "401030003")
	c.post(attrs+"/batch_create", `{"custom_attrs":[{"name":"楼层","value_type":"text"}]}`).ok()
	c.post(attrs+"/batch_create", `{"custom_attrs":[{"name":"楼层","value_type":"text"}]}`).
		fails(http.StatusConflict, "400002051")
	c.post(attrs+"/batch_update", `{"custom_attrs":[{"id":"da-1","name":"核算单位"}]}`).ok()
	c.post(attrs+"/batch_update", `{"custom_attrs":[{"id":"da-0","name":"核算单位"}]}`).
		fails(http.StatusForbidden, "403000001")
	c.post("/v7/depts/custom_attrs/batch_update", map[string]any{"depts": []any{map[string]any{
		"dept_id": mine.WPSID, "custom_attrs": []any{
			map[string]any{"attr_id": "da-1", "text": "CC-X"}, map[string]any{"attr_id": "da-2", "option": "f"},
			map[string]any{"attr_id": "da-3", "relation_user": p.WPSUserID},
		}}}}).ok()
	c.post("/v7/depts/custom_attrs/batch_update", `{"depts":[]}`).badRequest()
	c.post("/v7/depts/custom_attrs/batch_read", map[string]any{"dept_ids": []string{root.WPSID, mine.WPSID}}).ok()
	c.post("/v7/depts/custom_attrs/batch_read", `{}`).badRequest()
	c.post(attrs+"/batch_delete", `{"attr_ids":["da-2"]}`).ok()
	c.post(attrs+"/batch_delete", `{"attr_ids":["da-2"]}`).fails(http.StatusForbidden, "403000001")

	rule := map[string]any{"subject_objs": []any{map[string]any{"id": mine.WPSID, "type": "dept"}},
		"subject_objs_exclude_list": []any{map[string]any{"id": p.WPSUserID, "type": "user"}},
		"visible_objs":              []any{map[string]any{"id": root.WPSID, "type": "dept"}},
		"visible_type":              "invisible"}
	id := c.post(rules, rule).data()["rule_id"].(string)
	c.post(rules, `{"subject_objs":[],"visible_type":"visible"}`).badRequest()
	c.get(rules, "limit", "20", "with_total", "true").ok()
	c.get(rules, "limit", "21").badRequest()
	c.post(rules+"/"+id, rule).ok()
	c.post(rules+"/ghost", rule).fails(http.StatusForbidden, "403000001")
	c.post(rules+"/batch_delete", map[string]any{"rule_ids": []string{id}}).ok()
	c.post(rules+"/batch_delete", map[string]any{"rule_ids": []string{id}}).fails(http.StatusForbidden, "403000001")

	c.get("/v7/partners", "source", "tenant,default").ok()
	c.get("/v7/partners", "source", "others").badRequest()
	c.post("/v7/partners/by_partner_company_ids", `{"partner_company_ids":["Cp77","Cp99"]}`).ok()
	c.post("/v7/partners/by_partner_company_ids", `{"partner_company_ids":[]}`).badRequest()
	c.get("/v7/partners/pa-1/depts/0/children").ok()
	c.get("/v7/partners/pa-9/depts/0/children").fails(http.StatusForbidden, "403000001")
	c.get("/v7/partners/pa-1/depts/Pd10/members").ok()
	c.get("/v7/partners/pa-1/depts/Pd99/members").fails(http.StatusForbidden, "403000001")
}

// badRequest checks the refusal of an argument, whichever way it is worded.
func (r wpsReply) badRequest() {
	r.t.Helper()
	r.fails(http.StatusBadRequest, "400000007")
}

// Everybody in a company of the usual size conforms, and everything that real tenants show is there.
func TestWPSOddities(t *testing.T) {
	for name, opts := range map[string][]sim.Option{"public": nil, "private": {sim.WithWPSPrivateDeployment()}} {
		t.Run(name, func(t *testing.T) {
			c := wpsOf(t, simtest.Serve(t, append(opts, sim.WithoutQuotas())...), newClock().Now)
			count := map[string]int{}
			note := func(what string, is bool) {
				if is {
					count[what]++
				}
			}
			names := map[string]int{}
			next := ""
			for {
				got := c.get("/v7/users", append(wpsAllStates, "page_size", "50", "with_dept", "true", "page_token",
					next)...)
				for _, u := range got.items() {
					names[u["user_name"].(string)]++
					_, titled := u["title"]
					note("no title", !titled)
					note("empty title", u["title"] == "")
					note("outer id of its own", u["ex_user_id"] != u["id"])
					note("outer id falls back", u["ex_user_id"] == u["id"])
					note("undefined gender", u["gender"] == "undefined")
					note("intern", u["employment_type"] == "intern")
					note("no employment type", u["employment_type"] == "")
					note("probationary", u["employment_status"] == "probationary")
					note("super-admin", u["role"] == "super-admin")
					note("admin", u["role"] == "admin")
					note("notactive", u["status"] == "notactive")
					for _, d := range u["depts"].([]any) {
						_, id := d.(map[string]any)["id"]
						_, deptID := d.(map[string]any)["dept_id"]
						note("dept id alone", id && !deptID)
						note("dept_id alone", deptID && !id)
						note("dept_id beside id", deptID && id)
					}
				}
				if next = got.data()["next_page_token"].(string); next == "" {
					break
				}
			}
			require.NotEmpty(t, names)
			for _, n := range names {
				note("same name", n > 1)
			}
			for what, want := range map[string]bool{
				"no title": true, "empty title": true, "outer id of its own": true, "outer id falls back": true,
				"undefined gender": true, "intern": true,
				"no employment type": true, "probationary": true, "super-admin": true, "admin": true, "notactive": true,
				"same name":     true,
				"dept id alone": name == "public", "dept_id alone": name == "private",
				"dept_id beside id": name == "private",
			} {
				assert.Equal(t, want, count[what] > 0, "%s: %d", what, count[what])
			}
			members, _ := c.walk("/v7/depts/"+c.root().WPSID+"/members",
				append(wpsAllStates, "page_size", "50", "recursive", "true")...)
			for _, m := range members {
				note("order beyond 32 bits", len(m["order"].(interface{ String() string }).String()) > 9 &&
					m["order"].(interface{ String() string }).String() > "4294967295")
				note("leader", m["is_leader"] == true)
			}
			assert.Positive(t, count["order beyond 32 bits"])
			assert.Positive(t, count["leader"])
		})
	}
}
