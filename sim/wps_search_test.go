package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWPSSearchUsers(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	find := func(query ...string) []string {
		t.Helper()
		var ids []string
		next := ""
		for {
			got := c.get("/v7/users/search", append(query, "page_size", "1", "page_token", next)...)
			ids = append(ids, wpsColumn(got.items(), "id")...)
			if next = got.data()["next_page_token"].(string); next == "" {
				return ids
			}
		}
	}
	var surname string
	var namesakes []string
	for _, one := range c.srv.Organisation().People() {
		word := string([]rune(one.Name)[:1])
		var found []string
		for _, other := range c.srv.Organisation().People() {
			if strings.Contains(other.Name, word) {
				found = append(found, other.WPSUserID)
			}
		}
		if len(found) > len(namesakes) {
			surname, namesakes = word, found
		}
	}
	require.Greater(t, len(namesakes), 1, "more than a page")
	assert.Equal(t, namesakes, find("keyword", surname, "search_field", "user_name"))

	assert.Equal(t, []string{p.WPSUserID}, find("keyword", strings.ToUpper(p.Email)))
	assert.Equal(t, []string{p.WPSUserID}, find("keyword", p.Mobile.Short(), "search_field", "phone"))
	assert.Empty(t, find("keyword", p.Email, "search_field", "user_name", "search_field", "phone"))
	assert.Empty(t, find("keyword", p.Name, "status", "disabled"))
	assert.Empty(t, find("keyword", p.Name, "search_source", "enterprise_partner"))
	assert.Empty(t, find("keyword", p.Name, "search_source_v2", "enterprise_partner"))
	assert.Empty(t, find("keyword", p.Name, "user_type", "external_guest"))

	got := c.get("/v7/users/search", "keyword", p.Email, "page_size", "20", "with_total", "true")
	require.Len(t, got.items(), 1)
	assert.EqualValues(t, 1, number(t, got.data()["total"]))
	user := got.items()[0]
	dept := c.dept(p.MainDepartment)
	assert.Equal(t, dept.WPSID, user["def_dept_id"])
	assert.Equal(t, dept.Name, user["def_dept_name"])
	assert.Equal(t, dept.WPSID, user["depts"].([]any)[0].(map[string]any)["dept_id"])
	assert.NotContains(t, user["depts"].([]any)[0], "id")
	assert.Contains(t, user["high_light"], "email")

	// Who has left can be found by their state.
	require.NoError(t, c.srv.Organisation().RemovePerson(p.Key))
	assert.Empty(t, find("keyword", p.Email))
	assert.Equal(t, []string{p.WPSUserID}, find("keyword", p.Email, "status", "dimission"))

	c.get("/v7/users/search", "keyword", "x", "page_size", "20", "search_field", "name").invalid("is not known")
	c.get("/v7/users/search", "keyword", "x", "page_size", "0").invalid("page_size may be 1 to 1000")
	c.get("/v7/users/search", "page_size", "20").badRequest()
}

// What an app may not read, it cannot find anybody by.
func TestWPSSearchNeedsTheScopeOfTheField(t *testing.T) {
	c := serveWPS(t, sim.WithWPSScopes("kso.contact.read"))
	p := c.active()
	for _, keyword := range []string{p.Email, p.Mobile.Short()} {
		assert.Empty(t, c.get("/v7/users/search", "keyword", keyword, "page_size", "20").items())
	}
	assert.NotEmpty(t, c.get("/v7/users/search", "keyword", p.Name, "page_size", "20").items())
	c.post("/v7/users/batch_read_dimission_users", `{"user_ids":["x"]}`).fails(http.StatusForbidden, "400000003")
	c.get("/v7/companies/dept_custom_attrs/batch_read").fails(http.StatusForbidden, "400000003")
}

func TestWPSCountUsers(t *testing.T) {
	c := serveWPS(t)
	count := func() int64 { return number(t, c.get("/v7/users/count").data()["count"]) }
	all := count()
	assert.EqualValues(t, len(c.srv.Organisation().People()), all)
	c.post("/v7/users/"+c.active().WPSUserID+"/delete", nil).ok()
	assert.Equal(t, all-1, count())
	c.srv.WPS().SetDataPermission(nil, c.active().Key)
	assert.EqualValues(t, 1, count())
}

func TestWPSOneDepartment(t *testing.T) {
	c := serveWPS(t)
	var deep sim.Department // at least two below the root
	for _, d := range c.srv.Organisation().Departments() {
		if d.Key != sim.RootDepartment && d.Parent != sim.RootDepartment {
			deep = d
		}
	}
	require.NotZero(t, deep.Key)
	same := c.post("/v7/depts/batch_read", map[string]any{"dept_ids": []string{deep.WPSID}}).items()[0]
	assert.Equal(t, same, c.get("/v7/depts/"+deep.WPSID).data())
	for _, word := range []string{"root", "search", "changes"} {
		assert.NotContains(t, c.get("/v7/depts/"+word).text, "does not exist", "%s is no id", word)
	}

	var parents []string
	next := ""
	for {
		got := c.get("/v7/depts/"+deep.WPSID+"/parents", "page_size", "1", "page_token", next)
		parents = append(parents, wpsColumn(got.items(), "id")...)
		if next = got.data()["next_page_token"].(string); next == "" {
			break
		}
	}
	var want []string
	for at := deep.Parent; at != 0; at = c.dept(at).Parent {
		want = append(want, c.dept(at).WPSID)
	}
	assert.Equal(t, want, parents)
	assert.Empty(t, c.get("/v7/depts/"+c.root().WPSID+"/parents", "page_size", "1").items())
	c.get("/v7/depts/ghost/parents", "page_size", "1").denied()

	found := c.get("/v7/depts/search", "keyword", deep.Name, "page_size", "20", "with_total", "true")
	assert.Contains(t, wpsColumn(found.items(), "id"), deep.WPSID)
	assert.EqualValues(t, len(found.items()), number(t, found.data()["total"]))
	assert.Empty(t, c.get("/v7/depts/search", "keyword", deep.Name, "page_size", "20", "search_source",
		"enterprise_partner").items())

	// The departments above one that the app may see are not all of them.
	c.srv.WPS().SetDataPermission([]sim.DepartmentKey{deep.Key})
	c.get("/v7/depts/" + deep.WPSID).ok()
	assert.Empty(t, c.get("/v7/depts/"+deep.WPSID+"/parents", "page_size", "100").items())
	c.get("/v7/depts/" + c.root().WPSID).denied()
}

func TestWPSDeptAttributes(t *testing.T) {
	c := serveWPS(t)
	p, root := c.active(), c.root()
	read := func() []any {
		t.Helper()
		got := c.post("/v7/depts/custom_attrs/batch_read", map[string]any{"dept_ids": []string{root.WPSID, "ghost"}})
		require.Len(t, got.list("depts"), 1)
		return got.list("depts")[0]["custom_attrs"].([]any)
	}
	set := func(attrs ...map[string]any) wpsReply {
		t.Helper()
		return c.post("/v7/depts/custom_attrs/batch_update", map[string]any{"depts": []any{
			map[string]any{"dept_id": root.WPSID, "custom_attrs": attrs}}})
	}
	assert.Equal(t, []any{map[string]any{"attr_id": "da-1", "attr_name": "成本中心", "attr_value_type": "text",
		"text": "CC-001"}}, read())
	set(map[string]any{"attr_id": "da-1", "text": ""}, map[string]any{"attr_id": "da-2", "option": "b"},
		map[string]any{"attr_id": "da-3", "relation_user": p.WPSUserID}).ok()
	assert.Equal(t, []any{
		map[string]any{"attr_id": "da-2", "attr_name": "类别", "attr_value_type": "option", "option": "b"},
		map[string]any{"attr_id": "da-3", "attr_name": "联系人", "attr_value_type": "relation_user",
			"relation_user": p.WPSUserID},
	}, read())

	set(map[string]any{"attr_id": "da-2", "option": "x"}).invalid("option is not one of the attribute's")
	set(map[string]any{"attr_id": "da-2", "text": "x"}).invalid("not of the attribute's kind")
	set(map[string]any{"attr_id": "da-3", "relation_user": "ghost"}).denied()
	set(map[string]any{"attr_id": "da-9", "text": "x"}).denied()
	set().invalid("custom_attrs")
	assert.Len(t, read(), 2, "what was refused changed nothing")

	attrs := "/v7/companies/dept_custom_attrs"
	c.post(attrs+"/batch_update", `{"custom_attrs":[{"id":"da-2","name":"分类"}]}`).ok()
	assert.Equal(t, "分类", read()[0].(map[string]any)["attr_name"], "the options stay")
	c.post(attrs+"/batch_update", `{"custom_attrs":[{"id":"da-2","options":[]}]}`).invalid("options go with")
	c.post(attrs+"/batch_update", `{"custom_attrs":[{"id":"da-1","name":"分类"}]}`).
		fails(http.StatusConflict, "400002051")
	c.post(attrs+"/batch_create", `{"custom_attrs":[{"name":"主页","value_type":"url"}]}`).invalid("value_type")
	c.post(attrs+"/batch_delete", `{"attr_ids":["da-2","da-0"]}`).denied()
	c.post(attrs+"/batch_delete", `{"attr_ids":["da-2"]}`).ok()
	assert.Len(t, read(), 1)
	require.NoError(t, c.srv.Organisation().RemovePerson(p.Key))
	assert.Empty(t, read(), "the person is gone")
}

func TestWPSVisibilityRules(t *testing.T) {
	c := serveWPS(t)
	p, root := c.active(), c.root()
	rules := "/v7/contacts/visibility/rules"
	body := func(kind string, subject map[string]any) map[string]any {
		return map[string]any{"subject_objs": []any{subject}, "visible_objs": []any{
			map[string]any{"id": root.WPSID, "type": "dept", "name": "what it is called here does not count"}},
			"visible_type": kind, "include_local_dept": true}
	}
	person := map[string]any{"id": p.WPSUserID, "type": "user"}
	ids := wpsColumn(c.get(rules).list("rules"), "id")
	require.Len(t, ids, 1, "everybody sees everybody")
	for range 2 {
		ids = append(ids, c.post(rules, body("visible", person)).data()["rule_id"].(string))
	}
	c.post(rules+"/"+ids[1], body("invisible", map[string]any{"id": root.WPSID, "type": "dept"})).ok()

	first := c.get(rules, "limit", "2")
	assert.EqualValues(t, 3, number(t, first.data()["total"]))
	assert.Equal(t, ids[:2], wpsColumn(first.list("rules"), "id"))
	changed := first.list("rules")[1]
	assert.Equal(t, "invisible", changed["visible_type"])
	assert.Equal(t, []any{map[string]any{"id": root.WPSID, "type": "dept", "name": root.Name, "abs_path": root.Name}},
		changed["subject_objs"])
	assert.Equal(t, ids[2:], wpsColumn(c.get(rules, "offset", "2", "limit", "2").list("rules"), "id"))
	assert.Empty(t, c.get(rules, "offset", "9").list("rules"))

	c.post(rules, body("hidden", person)).invalid("visible_type")
	c.post(rules, body("visible", map[string]any{"id": p.WPSUserID, "type": "dept"})).denied()
	c.post(rules, body("visible", map[string]any{"id": "g1", "type": "group"})).denied()
	c.post(rules, body("visible", map[string]any{"id": "g1", "type": "team"})).invalid("type may be")
	c.post(rules+"/batch_delete", map[string]any{"rule_ids": []string{ids[0], "ghost"}}).denied()
	c.post(rules+"/batch_delete", map[string]any{"rule_ids": []string{ids[0]}}).ok()
	assert.Equal(t, ids[1:], wpsColumn(c.get(rules).list("rules"), "id"))
}

func TestWPSPartners(t *testing.T) {
	c := serveWPS(t)
	assert.Equal(t, []string{"pa-1", "pa-2"}, wpsColumn(c.get("/v7/partners").list("partners"), "id"))
	assert.Equal(t, []string{"pa-2"}, wpsColumn(c.get("/v7/partners", "source", "default").list("partners"), "id"))
	// The kinds are joined by a comma here; a repeated key is not what the vendor documents.
	assert.Len(t, c.get("/v7/partners", "source", "tenant,default").list("partners"), 2)

	members := "/v7/partners/pa-1/depts/Pd10/members"
	first := c.get(members)
	next := first.data()["next_page_token"].(string)
	require.NotEmpty(t, next)
	second := c.get(members, "page_token", next)
	assert.Empty(t, second.data()["next_page_token"])
	ids := append(wpsColumn(first.list("users"), "user_id"), wpsColumn(second.list("users"), "user_id")...)
	assert.Len(t, ids, 12)
	assert.Equal(t, "Cp77", first.list("users")[0]["company_id"])

	top := c.get("/v7/partners/pa-1/depts/0/children").list("depts")
	assert.Equal(t, []string{"Pd10", "Pd11"}, wpsColumn(top, "dept_id"))
	below := c.get("/v7/partners/pa-1/depts/Pd10/children").list("depts")
	assert.Equal(t, []string{"Pd12"}, wpsColumn(below, "dept_id"))
	assert.Empty(t, c.get("/v7/partners/pa-1/depts/0/members").list("users"))

	only := serveWPS(t, sim.WithWPSScopes("kso.contact_partner.read"))
	only.get("/v7/partners").ok()
	only.post("/v7/partners/by_partner_company_ids", `{"partner_company_ids":["Cp77"]}`).
		fails(http.StatusForbidden, "400000003")
}
