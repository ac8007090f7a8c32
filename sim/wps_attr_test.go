package sim_test

import (
	"net/http"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const wpsAttrs = "/v7/companies/user_custom_attrs"

// attrs reads the custom attributes of a person by name.
func (c *wpsCaller) attrs(p sim.Person) map[string]map[string]any {
	c.t.Helper()
	items := c.post("/v7/users/custom_attrs/batch_read",
		map[string]any{"user_ids": []string{p.WPSUserID, "ghost"}}).items()
	require.Len(c.t, items, 1)
	out := map[string]map[string]any{}
	for _, v := range items[0]["custom_attrs"].([]any) {
		value := v.(map[string]any)
		out[value["attr_name"].(string)] = value
	}
	return out
}

func TestWPSCustomAttributes(t *testing.T) {
	c := serveWPS(t)
	p, dept := c.active(), c.dept(3)
	linked := c.person(func(p sim.Person) bool { return len(p.Attributes) == 2 })
	values := c.attrs(linked)
	assert.Equal(t, linked.Attributes[0].Text, values["工位"]["text"])
	assert.Equal(t, map[string]any{"title": "主页", "link": linked.Attributes[1].URL}, values["主页"]["url"])
	assert.Equal(t, "url", values["主页"]["attr_value_type"])

	set := func(attrs ...map[string]any) wpsReply {
		return c.post("/v7/users/custom_attrs/batch_update",
			map[string]any{"users": []any{map[string]any{"user_id": p.WPSUserID, "custom_attrs": attrs}}})
	}
	answer := set(
		map[string]any{"attr_id": "at-2", "text": "3F-021"},
		map[string]any{"attr_id": "at-3", "url": map[string]any{"title": "主页", "link": "https://example.org/7"}},
		map[string]any{"attr_id": "at-4", "option": "n"},
		map[string]any{"attr_id": "at-5", "relation_user": linked.WPSUserID},
		map[string]any{"attr_id": "at-6", "relation_depts": []string{dept.WPSID}},
	).list("users")
	assert.Equal(t, []string{p.WPSUserID}, wpsColumn(answer, "user_id"))
	assert.Len(t, answer[0]["custom_attrs"], 5)
	values = c.attrs(p)
	assert.Equal(t, "3F-021", values["工位"]["text"])
	assert.Equal(t, "n", values["班次"]["option"])
	assert.Equal(t, linked.WPSUserID, values["导师"]["relation_user"])
	assert.Equal(t, []any{dept.WPSID}, values["协作部门"]["relation_depts"])
	assert.Contains(t, c.again(p.Key).Attributes, sim.Attribute{Name: "工位", Text: "3F-021"},
		"texts and links are the company's, for all vendors")

	for _, bad := range []map[string]any{
		{"attr_id": "at-2", "option": "n"}, {"attr_id": "at-4", "option": "x"},
		{"attr_id": "at-3", "url": map[string]any{"title": "x"}}, {"attr_id": "at-1"},
	} {
		set(map[string]any{"attr_id": "at-2", "text": "x"}, bad).badRequest()
	}
	for _, bad := range []map[string]any{{"attr_id": "at-0", "text": "x"},
		{"attr_id": "at-5", "relation_user": "ghost"}, {"attr_id": "at-6", "relation_depts": []string{"ghost"}}} {
		set(map[string]any{"attr_id": "at-2", "text": "x"}, bad).denied()
	}
	c.post("/v7/users/custom_attrs/batch_update",
		map[string]any{"users": []any{map[string]any{"user_id": p.WPSUserID}}}).badRequest()
	c.post("/v7/users/custom_attrs/batch_update", `{"users":[]}`).badRequest()
	assert.Equal(t, values, c.attrs(p), "a change that fails changes nothing")

	set(map[string]any{"attr_id": "at-2", "text": ""},
		map[string]any{"attr_id": "at-3", "url": map[string]any{"title": "", "link": ""}},
		map[string]any{"attr_id": "at-4", "option": ""},
		map[string]any{"attr_id": "at-5", "relation_user": ""},
		map[string]any{"attr_id": "at-6", "relation_depts": []string{}}).ok()
	values = c.attrs(p)
	for _, name := range []string{"工位", "主页", "班次", "导师", "协作部门"} {
		assert.NotContains(t, values, name)
	}
}

func TestWPSCustomAttributeDefinitions(t *testing.T) {
	c := serveWPS(t)
	defs := func() []map[string]any { t.Helper(); return c.get(wpsAttrs + "/batch_read").list("custom_attrs") }
	assert.Equal(t, []string{"工号", "工位", "主页", "班次", "导师", "协作部门"}, wpsColumn(defs(), "name"))
	added := c.post(wpsAttrs+"/batch_create",
		`{"custom_attrs":[{"name":"车位","value_type":"text"},{"name":"尺码","value_type":"option",`+
			`"options":[{"key":"m","name":"M"}]}]}`).data()["attr_ids"].([]any)
	require.Len(t, added, 2)
	assert.NotEqual(t, added[0], added[1])
	require.Len(t, defs(), 8)
	assert.Equal(t, added[1], defs()[7]["id"])
	assert.Equal(t, []any{map[string]any{"key": "m", "name": "M"}}, defs()[7]["options"])

	for _, bad := range []string{
		`{"name":"","value_type":"text"}`, `{"name":"x"}`, `{"name":"x","value_type":"colour"}`,
		`{"name":"x","value_type":"option"}`,
		`{"name":"x","value_type":"text","options":[{"key":"m"}]}`,
		`{"name":"x","value_type":"option","options":[{"name":"M"}]}`,
	} {
		c.post(wpsAttrs+"/batch_create", `{"custom_attrs":[{"name":"好","value_type":"text"},`+bad+`]}`).badRequest()
	}
	c.post(wpsAttrs+"/batch_create", `{"custom_attrs":[]}`).badRequest()
	c.post(wpsAttrs+"/batch_create", `{"custom_attrs":[{"name":"工位","value_type":"text"}]}`).fails(http.StatusConflict,
		"400002051")
	c.post(wpsAttrs+"/batch_update",
		`{"custom_attrs":[{"id":"at-1","name":"工位","options":[]}]}`).fails(http.StatusConflict, "400002051")
	c.post(wpsAttrs+"/batch_update",
		`{"custom_attrs":[{"id":"at-1","name":"工号","value_type":"url","options":[]}]}`).badRequest()
	c.post(wpsAttrs+"/batch_update", `{"custom_attrs":[{"id":"at-4","name":"班次","options":[]}]}`).badRequest()
	c.post(wpsAttrs+"/batch_update", `{"custom_attrs":[]}`).badRequest()
	c.post(wpsAttrs+"/batch_update", `{"custom_attrs":[{"id":"ghost","name":"x","options":[]}]}`).denied()
	assert.Len(t, defs(), 8)

	// Values follow a new name, and go away with their definition.
	p := c.person(func(p sim.Person) bool { return len(p.Attributes) == 2 })
	assert.JSONEq(t, `{"code":0,"msg":"success"}`,
		c.post(wpsAttrs+"/batch_update", `{"custom_attrs":[{"id":"at-2","name":"座位","options":[]}]}`).ok().text)
	assert.Equal(t, p.Attributes[0].Text, c.attrs(p)["座位"]["text"])
	assert.Equal(t, "座位", c.again(p.Key).Attributes[0].Name)
	c.post(wpsAttrs+"/batch_delete", `{"attr_ids":["at-2","ghost"]}`).denied()
	c.post(wpsAttrs+"/batch_delete", `{"attr_ids":[]}`).badRequest()
	c.post(wpsAttrs+"/batch_delete", `{"attr_ids":["at-2"]}`).ok()
	assert.NotContains(t, c.attrs(p), "座位")
	assert.Len(t, c.again(p.Key).Attributes, 1)
	assert.Len(t, defs(), 7)
}
