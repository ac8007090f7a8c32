package sim_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWeComDepartments(t *testing.T) {
	c := newCorp(t)
	type m = map[string]any
	create := func(body m) reply { return c.contact.post("/department/create", body) }

	made := create(m{"name": "税务组", "name_en": "Tax", "parentid": c.full.WeComID, "order": 4294967295}).ok()
	newID, err := made.body["id"].(json.Number).Int64()
	require.NoError(t, err)
	d, ok := c.srv.Organisation().FindDepartment(sim.ByWeComID, fmt.Sprint(newID))
	require.True(t, ok)
	assert.Equal(t, int64(4294967295), d.Order)
	assert.Equal(t, c.full.Key, d.Parent)
	assert.NotEmpty(t, d.FeishuOpenID, "the other vendors see it too")
	assert.Equal(t, "4000000001", fmt.Sprint(create(m{"name": "大号", "parentid": 1, "id": 4000000001}).ok().body["id"]))

	for name, tc := range map[string]struct {
		body m
		code int
	}{
		"no name":              {m{"parentid": 1}, 60001},
		"name of 65":           {m{"name": fmt.Sprintf("%065d", 1), "parentid": 1}, 60001},
		"name with a colon":    {m{"name": "a:b", "parentid": 1}, 60009},
		"full-width bar":       {m{"name": "a｜b", "parentid": 1}, 60009},
		"no parent":            {m{"name": "x"}, 60124},
		"unknown parent":       {m{"name": "x", "parentid": 987}, 60004},
		"id 1":                 {m{"name": "x", "parentid": 1, "id": 1}, 60123},
		"id 0":                 {m{"name": "x", "parentid": 1, "id": 0}, 60123},
		"id taken":             {m{"name": "x", "parentid": 1, "id": 4000000001}, 60008},
		"order beyond 32 bits": {m{"name": "x", "parentid": 1, "order": 1 << 32}, 40035},
		"name taken":           {m{"name": "大号", "parentid": 1}, 60008},
	} {
		t.Run(name, func(t *testing.T) { create(tc.body).fails(tc.code) })
	}
	create(m{"name": "大号", "parentid": newID}).ok() // the same name elsewhere

	t.Run("fifteen levels", func(t *testing.T) {
		parent := int64(1)
		for level := 2; ; level++ {
			got := create(m{"name": fmt.Sprintf("第%d层", level), "parentid": parent})
			if level == 16 {
				got.fails(81002)
				break
			}
			parent, err = got.ok().body["id"].(json.Number).Int64()
			require.NoError(t, err)
		}
		c.contact.post("/department/update", m{"id": newID, "parentid": parent}).fails(81002)
	})

	update := func(body m) reply { return c.contact.post("/department/update", body) }
	update(m{"id": newID, "name": "税务部", "order": 0, "name_en": ""}).ok()
	d, _ = c.srv.Organisation().Department(d.Key)
	assert.Equal(t, "税务部", d.Name)
	assert.Zero(t, d.Order)
	assert.Empty(t, d.EnglishName)
	update(m{"id": newID, "parentid": 1}).ok()
	update(m{"id": c.full.WeComID, "parentid": 987}).fails(60004)
	update(m{"id": 1, "parentid": newID}).fails(60010)
	update(m{"id": 1, "name": "集团"}).ok()
	update(m{}).fails(41019)
	update(m{"id": -5}).fails(60123)
	update(m{"id": 987}).fails(60003)
	update(m{"id": newID, "name": "a|b"}).fails(60009)
	update(m{"id": newID, "name": "空部门"}).fails(60008)
	update(m{"id": newID, "order": -1}).fails(40035)

	remove := func(id any) reply { return c.contact.get("/department/delete", "id", fmt.Sprint(id)) }
	remove(c.full.WeComID).fails(60005)
	remove(newID).fails(60006)
	remove(1).fails(60007)
	remove(987).fails(60003)
	remove("x").fails(60123)
	remove(c.empty.WeComID).ok()
	remove(c.empty.WeComID).fails(60003)
	c.contact.get("/department/delete").fails(41019)
}

func TestWeComDepartmentTree(t *testing.T) {
	c := newCorp(t)
	var tree struct {
		List []struct {
			ID       int64    `json:"id"`
			Name     string   `json:"name"`
			ParentID int64    `json:"parentid"`
			Leaders  []string `json:"department_leader"`
		} `json:"department"`
	}
	c.app.get("/department/list").ok().decode(&tree)
	org := c.srv.Organisation()
	require.Len(t, tree.List, len(org.Departments()))
	for _, got := range tree.List {
		want, ok := org.FindDepartment(sim.ByWeComID, fmt.Sprint(got.ID))
		require.True(t, ok)
		assert.Equal(t, want.Name, got.Name)
		parent, _ := org.Department(want.Parent)
		assert.Equal(t, parent.WeComID, got.ParentID)
		if got.Leaders != nil {
			assert.Len(t, got.Leaders, len(org.Leaders(want.Key)))
		}
	}
	c.app.get("/department/list", "id", id(c.full.WeComID)).ok().decode(&tree)
	assert.Len(t, tree.List, len(org.Subtree(c.full.Key)))

	var one struct {
		Department struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
		} `json:"department"`
	}
	c.app.get("/department/get", "id", id(c.full.WeComID)).ok().decode(&one)
	assert.Equal(t, c.full.Name, one.Department.Name)
	c.app.get("/department/get").fails(41019)
	c.app.get("/department/get", "id", "0").fails(60123)
	c.app.get("/department/list", "id", "-1").fails(60123)
	c.app.get("/department/list", "id", "x").fails(60123)
	c.app.get("/department/get", "id", "").fails(60123)
	for _, all := range []string{"", "0"} { // from connectors that do not tell no id from an empty one
		c.app.get("/department/list", "id", all).ok().decode(&tree)
		assert.Len(t, tree.List, len(org.Departments()))
		simple := c.contact.get("/department/simplelist", "id", all).ok().body["department_id"]
		assert.Len(t, simple, len(org.Departments()))
	}
	c.app.get("/user/list", "department_id", "0").fails(60123)
}
