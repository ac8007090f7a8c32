package sim_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (c *feishuCaller) department(openID string) sim.Department {
	c.t.Helper()
	d, ok := c.srv.Organisation().FindDepartment(sim.ByFeishuOpenDepartmentID, openID)
	require.True(c.t, ok, openID)
	return d
}

func TestFeishuDepartmentFields(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	orders := map[string]map[string]bool{}
	for _, d := range org.Departments() {
		got := c.call("getDepartment", d.FeishuOpenID).ok().object("data", "department")
		assert.Equal(t, d.Name, got["name"])
		assert.Equal(t, d.FeishuID, got["department_id"])
		assert.Equal(t, d.FeishuOpenID, got["open_department_id"])
		assert.Equal(t, feishuObject{"zh_cn": "", "ja_jp": "", "en_us": d.EnglishName}, got["i18n_name"])
		parent, ok := org.Department(d.Parent)
		if !ok {
			parent.FeishuOpenID = "0"
		}
		assert.Equal(t, parent.FeishuOpenID, got["parent_department_id"])

		members := map[sim.PersonKey]bool{}
		for _, below := range org.Subtree(d.Key) {
			for _, p := range org.Members(below.Key) {
				members[p.Key] = true
			}
		}
		assert.Equal(t, strconv.Itoa(len(members)), asJSON(t, got["member_count"]), "with those below, each once")

		leaders, _ := got["leaders"].([]any)
		assert.Len(t, leaders, len(org.Leaders(d.Key)))
		if len(leaders) > 0 {
			assert.Equal(t, got["leader_user_id"], leaders[0].(feishuObject)["leaderID"])
			assert.Equal(t, "1", asJSON(t, leaders[0].(feishuObject)["leaderType"]))
		} else {
			assert.Contains(t, got, "leaders", "null")
			assert.NotContains(t, got, "leader_user_id")
		}
		order := got["order"].(string)
		assert.Regexp(t, "^[0-9]+$", order, "a number in a string")
		siblings := orders[parent.FeishuOpenID]
		if siblings == nil {
			siblings = map[string]bool{}
			orders[parent.FeishuOpenID] = siblings
		}
		assert.False(t, siblings[order], "unique among siblings")
		siblings[order] = true
		assert.Equal(t, d.Key%3 == 0, got["chat_id"] != nil)
	}
}

func TestFeishuDepartmentParentsAndBatch(t *testing.T) {
	c := newFeishuApp(t)
	org := c.srv.Organisation()
	var deep sim.Department
	var above []string
	for _, d := range org.Departments() {
		var ids []string
		for p, ok := org.Department(d.Parent); ok && p.Key != sim.RootDepartment; p, ok = org.Department(p.Parent) {
			ids = append(ids, p.FeishuOpenID)
		}
		if len(ids) > len(above) {
			deep, above = d, ids
		}
	}
	require.Greater(t, len(above), 1)
	for _, size := range []string{"1", "50"} {
		var found []string
		items, _ := c.pages("listDepartmentParents", "items",
			query("department_id", deep.FeishuOpenID, "page_size", size))
		for _, d := range items {
			found = append(found, d["open_department_id"].(string))
		}
		assert.Equal(t, above, found, "nearest first, without the root")
	}
	c.call("listDepartmentParents").fails(400, 44102)
	c.call("listDepartmentParents", query("department_id", "od-unknown")).fails(400, 99992357)

	items := c.call("batchGetDepartments",
		query("department_ids", deep.FeishuOpenID, "department_ids", "od-unknown", "department_ids",
			"x")).ok().list("data", "items")
	assert.Len(t, items, 1, "what is unknown is left out")
	c.call("batchGetDepartments").fails(400, 99992402)
	many := query()
	for range 51 {
		many.Add("department_ids", deep.FeishuOpenID)
	}
	c.call("batchGetDepartments", many).fails(400, 40011)
}

func TestFeishuCreateDepartment(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	people := feishuPeople(t, c.srv)
	staff := people.staff
	create := func(body feishuObject) feishuReply {
		return c.call("createDepartment", merged(feishuObject{"name": "数据平台", "parent_department_id": "0"}, body))
	}
	got := create(feishuObject{
		"order": "30", "department_id": "data-platform",
		"i18n_name": feishuObject{"zh_cn": "数据平台", "ja_jp": "データ", "en_us": "Data Platform"},
		"leaders": []feishuObject{{"leaderType": 1, "leaderID": staff.FeishuOpenID},
			{"leaderType": 2, "leaderID": people.admin.FeishuOpenID}},
		"create_group_chat": true, "group_chat_employee_types": []int{1, 2},
		"department_hrbps": []string{people.admin.FeishuOpenID}, "unit_ids": []string{"demo-unit-1"},
	}).ok().object("data", "department")
	assert.Equal(t, "30", got["order"])
	assert.Equal(t, "data-platform", got["department_id"])
	assert.Equal(t, feishuObject{"zh_cn": "数据平台", "ja_jp": "データ", "en_us": "Data Platform"}, got["i18n_name"])
	assert.Equal(t, staff.FeishuOpenID, got["leader_user_id"], "who need not be a member")
	assert.Len(t, got["leaders"], 2)
	assert.Equal(t, []any{people.admin.FeishuOpenID}, got["department_hrbps"])
	assert.NotEmpty(t, got["chat_id"])
	d := c.department(got["open_department_id"].(string))
	assert.Equal(t, sim.RootDepartment, d.Parent)
	assert.Equal(t, "Data Platform", d.EnglishName)

	plain := create(feishuObject{"name": "无群"}).ok().object("data", "department")
	assert.NotContains(t, plain, "chat_id")
	assert.Equal(t, "0", asJSON(t, plain["member_count"]))

	for name, tc := range map[string]struct {
		body   feishuObject
		status int
		code   int
	}{
		"no name":           {feishuObject{"name": ""}, 401, 40016}, // HTTP 401, and the token is fine
		"no parent":         {feishuObject{"name": "甲", "parent_department_id": ""}, 400, 44101},
		"unknown parent":    {feishuObject{"name": "甲", "parent_department_id": "od-x"}, 400, 99992357},
		"slash":             {feishuObject{"name": "甲/乙"}, 400, 43029},
		"name taken":        {nil, 400, 43022},
		"the same again":    {feishuObject{"department_id": "data-platform"}, 401, 43000},
		"id taken":          {feishuObject{"name": "甲", "department_id": "data-platform"}, 400, 43007},
		"id malformed":      {feishuObject{"name": "甲", "department_id": "od-x"}, 400, 43008},
		"id of the root":    {feishuObject{"name": "甲", "department_id": "0"}, 400, 43008},
		"order taken":       {feishuObject{"name": "甲", "order": "30"}, 400, 43005},
		"order malformed":   {feishuObject{"name": "甲", "order": "first"}, 400, 99992402},
		"order as a number": {feishuObject{"name": "甲", "order": 30}, 400, 99992402},
		"English name": {feishuObject{"name": "甲", "i18n_name": feishuObject{"en_us": "Data Platform"}}, 400,
			43018},
		"leader twice": {feishuObject{"name": "甲",
			"leaders": []feishuObject{{"leaderType": 1, "leaderID": staff.FeishuOpenID},
				{"leaderType": 2, "leaderID": staff.FeishuOpenID}}}, 400, 43016},
		"unknown leader":  {feishuObject{"name": "甲", "leader_user_id": "ou_x"}, 400, 99992351},
		"unjoined leader": {feishuObject{"name": "甲", "leader_user_id": people.unjoined.FeishuOpenID}, 400, 43025},
		"leader type": {feishuObject{"name": "甲",
			"leaders": []feishuObject{{"leaderType": 3, "leaderID": staff.FeishuOpenID}}}, 400, 99992402},
		"hrbp":        {feishuObject{"name": "甲", "department_hrbps": []string{"ou_x"}}, 400, 43028},
		"chat types":  {feishuObject{"name": "甲", "group_chat_employee_types": []int{99}}, 400, 43026},
		"unit in use": {feishuObject{"name": "甲", "unit_ids": []string{"demo-unit-1"}}, 409, 43002},
		"two units": {feishuObject{"name": "甲", "unit_ids": []string{"demo-unit-2", "demo-unit-2"}}, 409,
			43001},
		"unknown unit": {feishuObject{"name": "甲", "unit_ids": []string{"x"}}, 400, 43004},
	} {
		before := len(org.Departments())
		reply := create(tc.body)
		if assert.Equal(t, tc.code, reply.code(), "%s: %s", name, reply.text) {
			reply.fails(tc.status, tc.code)
		}
		assert.Len(t, org.Departments(), before, name)
	}

	// 25 levels.
	parent := "0"
	for level := 1; level <= 25; level++ {
		parent = create(feishuObject{"name": "层" + strconv.Itoa(level),
			"parent_department_id": parent}).ok().object("data", "department")["open_department_id"].(string)
	}
	create(feishuObject{"name": "太深", "parent_department_id": parent}).fails(400, 43019)
}

func TestFeishuDepartmentHasRoomForAThousand(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	empty := feishuPeople(t, c.srv).empty
	for i := range 1000 {
		_, err := org.AddDepartment(sim.Department{Parent: empty.Key, Name: "组" + strconv.Itoa(i)})
		require.NoError(t, err)
	}
	c.call("createDepartment", feishuObject{"name": "多", "parent_department_id": empty.FeishuOpenID}).fails(400, 43013)
}

func TestFeishuChangeDepartment(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	people := feishuPeople(t, c.srv)
	id := people.full.FeishuOpenID
	member := org.Members(people.full.Key)[0]
	for _, p := range org.Members(people.full.Key) {
		if p.Status == sim.StatusActive {
			member = p
		}
	}
	patch := func(body feishuObject) feishuReply { return c.call("patchDepartment", id, body) }

	got := patch(feishuObject{"name": "新名", "order": "31",
		"leaders": []feishuObject{{"leaderType": 1, "leaderID": member.FeishuOpenID}}}).ok().object("data",
		"department")
	assert.Equal(t, "新名", c.department(id).Name)
	assert.Equal(t, people.full.Parent, c.department(id).Parent, "what is not said stays")
	assert.Equal(t, member.FeishuOpenID, got["leader_user_id"])
	leaders := org.Leaders(people.full.Key)
	require.Len(t, leaders, 1, "members who lead, lead everywhere")
	assert.Equal(t, member.Key, leaders[0].Key)

	patch(feishuObject{"leaders": []feishuObject{{"leaderType": 1, "leaderID": member.FeishuOpenID},
		{"leaderType": 2, "leaderID": people.staff.FeishuOpenID}}}).ok()
	got = patch(feishuObject{"leader_user_id": people.admin.FeishuOpenID}).ok().object("data", "department")
	assert.Equal(t, people.admin.FeishuOpenID, got["leader_user_id"])
	assert.Len(t, got["leaders"], 2, "the deputy stays")
	require.NoError(t, org.RemovePerson(people.staff.Key))
	assert.Len(t, c.call("getDepartment", id).ok().object("data", "department")["leaders"], 1, "not those who left")
	got = patch(feishuObject{"leaders": []feishuObject{}}).ok().object("data", "department")
	assert.Nil(t, got["leaders"])
	assert.Empty(t, org.Leaders(people.full.Key))

	patch(feishuObject{"department_hrbps": []string{people.admin.FeishuOpenID}}).ok()
	got = patch(feishuObject{"department_hrbps": []string{},
		"i18n_name": feishuObject{"ja_jp": "日"}}).ok().object("data", "department")
	assert.Equal(t, []any{}, got["department_hrbps"])
	assert.Equal(t, "日", got["i18n_name"].(feishuObject)["ja_jp"])
	assert.Equal(t, people.full.EnglishName, got["i18n_name"].(feishuObject)["en_us"])

	patch(feishuObject{"name": ""}).fails(400, 40016)
	patch(feishuObject{"parent_department_id": id}).fails(400, 40001)
	patch(feishuObject{"parent_department_id": people.empty.FeishuOpenID}).ok()
	assert.Equal(t, people.empty.Key, c.department(id).Parent)
	c.call("patchDepartment", "0", feishuObject{"name": "x"}).fails(400, 40002)
	c.call("patchDepartment", "od-x", feishuObject{}).fails(400, 99992357)

	replace := func(body feishuObject) feishuReply { return c.call("replaceDepartment", id, body) }
	got = replace(feishuObject{"name": "全换", "parent_department_id": "0"}).ok().object("data", "department")
	assert.Equal(t, feishuObject{"zh_cn": "", "ja_jp": "", "en_us": ""}, got["i18n_name"], "cleared")
	assert.Equal(t, "31", got["order"], "the order stays")
	assert.Equal(t, sim.RootDepartment, c.department(id).Parent)
	replace(feishuObject{"parent_department_id": "0"}).fails(400, 40016)
	replace(feishuObject{"name": "x"}).fails(400, 40017)
	c.call("replaceDepartment", "0", feishuObject{"name": "x", "parent_department_id": "0"}).fails(400, 40002)

	rename := func(to string) feishuReply {
		return c.call("updateDepartmentId", id, feishuObject{"new_department_id": to})
	}
	rename("one").ok()
	assert.Equal(t, "one", c.department(id).FeishuID)
	rename("od-one").fails(400, 43008)
	rename(strings.Repeat("x", 65)).fails(400, 43008)
	rename(people.empty.FeishuID).fails(400, 43007)
	rename("two").ok()
	rename("three").ok()
	rename("four").fails(400, 43009)
	c.call("updateDepartmentId", "0", feishuObject{"new_department_id": "x"}).fails(400, 40002)

	patch(feishuObject{"create_group_chat": true}).ok()
	unbind := func(id string) feishuReply { return c.call("unbindDepartmentChat", feishuObject{"department_id": id}) }
	unbind(id).ok()
	unbind(id).fails(403, 40020)
	unbind("").fails(400, 44102)
}

func TestFeishuDeleteDepartment(t *testing.T) {
	c := newFeishuApp(t)
	people := feishuPeople(t, c.srv)
	c.call("deleteDepartment", "0").fails(400, 40002)
	c.call("deleteDepartment", people.full.FeishuOpenID).fails(400, 43011)
	parent := c.call("createDepartment", feishuObject{"name": "上", "parent_department_id": "0"}).ok().object("data",
		"department")["open_department_id"].(string)
	child := c.call("createDepartment", feishuObject{"name": "下", "parent_department_id": parent}).ok().object("data",
		"department")
	c.call("deleteDepartment", parent).fails(400, 43012)
	assert.Equal(t, feishuObject{}, c.call("deleteDepartment", child["department_id"].(string),
		query("department_id_type", "department_id")).ok().at("data"))
	c.call("deleteDepartment", parent).ok()
	c.call("getDepartment", parent).fails(400, 40015)
	c.call("deleteDepartment", parent).fails(400, 40015)
	_, found := c.srv.Organisation().FindDepartment(sim.ByFeishuOpenDepartmentID, parent)
	assert.False(t, found)
}

func TestFeishuContactRange(t *testing.T) {
	for name, start := range map[string]func(t *testing.T) (*feishuCaller, sim.Department, sim.Person){
		"from the start": func(t *testing.T) (*feishuCaller, sim.Department, sim.Person) {
			people := feishuPeople(t, serve(t))
			c := newFeishuApp(t, sim.WithoutQuotas(),
				sim.WithFeishuContactRange([]sim.DepartmentKey{people.full.Key}, people.admin.UserID))
			return c, people.full, people.admin
		},
		"later": func(t *testing.T) (*feishuCaller, sim.Department, sim.Person) {
			c := newFeishuApp(t, sim.WithoutQuotas())
			people := feishuPeople(t, c.srv)
			c.srv.Feishu().LimitApps([]sim.DepartmentKey{people.full.Key}, people.admin.UserID)
			return c, people.full, people.admin
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, full, granted := start(t)
			org := c.srv.Organisation()
			inside := map[sim.DepartmentKey]bool{}
			for _, d := range org.Subtree(full.Key) {
				inside[d.Key] = true
			}
			// The root needs the range of all members.
			c.call("listUsersByDepartment", query("department_id", "0")).fails(403, 40004)
			c.call("listDepartmentChildren", "0").fails(403, 40004)
			c.call("getDepartment", "0").fails(403, 40004)
			c.call("listDepartments").fails(403, 40004)
			c.call("createDepartment", feishuObject{"name": "x", "parent_department_id": "0"}).fails(403, 40014)
			c.call("createUser", feishuObject{"name": "x", "mobile": "13900000001", "employee_type": 1,
				"department_ids": []string{"0"}}).fails(403, 40004)

			for _, d := range org.Departments() {
				got := c.call("listUsersByDepartment", query("department_id", d.FeishuOpenID))
				if inside[d.Key] {
					got.ok()
				} else {
					got.fails(403, 40004)
				}
			}
			var outside sim.Person
			for _, p := range org.People() {
				sees := p.UserID == granted.UserID
				for _, m := range p.Memberships {
					sees = sees || inside[m.Department]
				}
				got := c.call("getUser", p.FeishuOpenID)
				found := c.call("batchGetUsers", query("user_ids", p.FeishuOpenID)).ok().list("data", "items")
				match := c.call("batchGetUserIds", feishuObject{"mobiles": []string{p.Mobile.E164()}}).ok().list("data",
					"user_list")[0].(feishuObject)
				if sees {
					got.ok()
					assert.Len(t, found, 1)
					continue
				}
				outside = p
				got.fails(400, 41050)
				assert.Empty(t, found)
				assert.NotContains(t, match, "user_id")
			}
			// the same code, another status
			c.call("deleteUser", outside.FeishuOpenID, feishuObject{}).fails(403, 41050)
			c.call("patchUser", outside.FeishuOpenID, feishuObject{}).fails(400, 41050)
			assert.Len(t, c.call("batchGetUserBasics",
				feishuObject{"user_ids": []string{outside.FeishuOpenID}}).ok().list("data", "users"), 1,
				"whatever the range")

			var other sim.Department
			for _, d := range org.Departments() {
				if !inside[d.Key] && d.Key != sim.RootDepartment {
					other = d
				}
			}
			c.call("updateDepartmentId", other.FeishuOpenID, feishuObject{"new_department_id": "x"}).fails(403, 40007)
			c.call("patchDepartment", full.FeishuOpenID,
				feishuObject{"parent_department_id": other.FeishuOpenID}).fails(403, 40014)
			assert.Empty(t, c.call("batchGetDepartments", query("department_ids", other.FeishuOpenID)).ok().list("data",
				"items"))
			assert.Empty(t, c.call("listDepartmentParents", query("department_id", full.FeishuOpenID)).ok().list("data",
				"items"), "cut at the range")

			// Without a department the older list has those who were granted one by one.
			items := c.call("listUsers").ok().list("data", "items")
			require.Len(t, items, 1)
			assert.Equal(t, granted.FeishuOpenID, items[0].(feishuObject)["open_id"])

			// People see the whole company.
			c.user(granted.UserID).call("listDepartmentChildren", "0").ok()

			c.srv.Feishu().LimitApps([]sim.DepartmentKey{sim.RootDepartment})
			c.call("getUser", outside.FeishuOpenID).ok()
		})
	}
}
