package sim_test

import (
	"encoding/json"
	"net/url"
	"strconv"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyGroup calls all operations on user groups and functional roles with success.
func (c *feishuCaller) everyGroup(people feishuTestPeople) {
	c.t.Helper()
	member := feishuObject{"member_type": "user", "member_id_type": "open_id", "member_id": people.staff.FeishuOpenID}
	group := c.call("createGroup", feishuObject{"name": "新组", "group_id": "mine"}).ok().at("data", "group_id").(string)
	assert.Equal(c.t, "mine", group)
	c.call("patchGroup", group, feishuObject{"description": "说明"}).ok()
	c.call("addGroupMember", group, member).ok()
	assert.Equal(c.t, json.Number("1"), c.call("getGroup", group).ok().at("data", "group", "member_user_count"))
	c.call("listGroupMembers", group).ok()
	assert.Contains(c.t, c.call("listGroupsOfUser", query("member_id", people.staff.FeishuOpenID)).ok().
		at("data", "group_list"), group)
	c.call("listGroups").ok()
	c.call("removeGroupMember", group, member).ok()
	many := feishuObject{"members": []feishuObject{member}}
	c.call("batchAddGroupMembers", group, many).ok()
	c.call("batchRemoveGroupMembers", group, many).ok()
	c.call("deleteGroup", group).ok()

	one := feishuObject{"members": []string{people.staff.FeishuOpenID}}
	role := c.call("createFunctionalRole", feishuObject{"role_name": "新角色"}).ok().at("data", "role_id").(string)
	c.call("updateFunctionalRole", role, feishuObject{"role_name": "又一个"}).ok()
	c.call("batchCreateFunctionalRoleMembers", role, one).ok()
	c.call("setFunctionalRoleMemberScopes", role, feishuObject{"members": one["members"],
		"departments": []string{people.full.FeishuOpenID}}).ok()
	c.call("listFunctionalRoleMembers", role).ok()
	got := c.call("getFunctionalRoleMember", role, people.staff.FeishuOpenID).ok()
	assert.Equal(c.t, "Part", got.at("data", "member", "scope_type"))
	assert.Equal(c.t, []any{people.full.FeishuOpenID}, got.at("data", "member", "department_ids"))
	c.call("batchDeleteFunctionalRoleMembers", role, one).ok()
	c.call("deleteFunctionalRole", role).ok()
}

// listed reads a list to its end and returns the members of that name of its entries, or the entries themselves.
func (c *feishuCaller) listed(op string, list, member string, args ...any) []string {
	c.t.Helper()
	q := url.Values{"page_size": {"2"}}
	for _, arg := range args {
		if more, ok := arg.(url.Values); ok {
			for name, values := range more {
				q[name] = values
			}
		}
	}
	var out []string
	for {
		got := c.call(op, append(args, q)...).ok()
		entries, _ := got.at("data", list).([]any)
		assert.LessOrEqual(c.t, len(entries), 2)
		for _, entry := range entries {
			if object, ok := entry.(feishuObject); ok {
				entry = object[member]
			}
			out = append(out, entry.(string))
		}
		if got.at("data", "has_more") != true {
			return out
		}
		q.Set("page_token", got.at("data", "page_token").(string))
	}
}

// The company's tags are user groups and its roles functional roles, page by page, and through changes.
func TestFeishuGroupsAreTheCompanys(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	var ids []string
	for _, g := range org.Groups(sim.Tag) {
		id := c.srv.Feishu().GroupID(g.Key)
		ids = append(ids, id)
		var people, departments []string
		for _, key := range g.People {
			p, _ := org.Person(key)
			people = append(people, p.FeishuUnionID)
		}
		for _, key := range g.Departments {
			d, _ := org.Department(key)
			departments = append(departments, d.FeishuID)
		}
		assert.ElementsMatch(t, people, c.listed("listGroupMembers", "memberlist", "member_id", id,
			query("member_id_type", "union_id")), g.Name)
		assert.ElementsMatch(t, departments, c.listed("listGroupMembers", "memberlist", "member_id", id,
			query("member_type", "department", "member_id_type", "department_id")), g.Name)
		shown := c.call("getGroup", id).ok()
		assert.Equal(t, g.Name, shown.at("data", "group", "name"))
		assert.Equal(t, json.Number(strconv.Itoa(len(departments))),
			shown.at("data", "group", "member_department_count"))
	}
	assert.Equal(t, ids, c.listed("listGroups", "grouplist", "id"))
	assert.Empty(t, c.listed("listGroups", "grouplist", "id", query("type", "2")), "there are no dynamic ones")

	for _, g := range org.Groups(sim.Role) {
		var people []string
		for _, key := range g.People {
			p, _ := org.Person(key)
			people = append(people, p.FeishuOpenID)
		}
		assert.ElementsMatch(t, people,
			c.listed("listFunctionalRoleMembers", "members", "user_id", c.srv.Feishu().RoleID(g.Key)), g.Name)
	}

	staff := feishuPeople(t, c.srv).staff
	group := c.call("createGroup", feishuObject{"name": "新组"}).ok().at("data", "group_id").(string)
	c.call("addGroupMember", group, feishuObject{"member_type": "user", "member_id_type": "user_id",
		"member_id": staff.FeishuUserID}).ok()
	tags := org.Groups(sim.Tag)
	assert.Equal(t, []sim.PersonKey{staff.Key}, tags[len(tags)-1].People)
	c.call("deleteUser", staff.FeishuOpenID, feishuObject{}).ok()
	assert.Empty(t, c.listed("listGroupMembers", "memberlist", "member_id", group), "who leaves the company leaves it")
}

func TestFeishuGroupRefusals(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	people := feishuPeople(t, c.srv)
	staff, admin := people.staff.FeishuOpenID, people.admin.FeishuOpenID
	group := c.call("createGroup", feishuObject{"name": "新组", "group_id": "mine"}).ok().at("data", "group_id").(string)
	member := func(id string) feishuObject {
		return feishuObject{"member_type": "user", "member_id_type": "open_id", "member_id": id}
	}
	c.call("createGroup", feishuObject{"name": ""}).fails(400, 42001)
	c.call("createGroup", feishuObject{"name": "新组"}).fails(400, 47009)
	c.call("createGroup", feishuObject{"name": "x", "group_id": "mine"}).fails(400, 47005)
	c.call("createGroup", feishuObject{"name": "x", "group_id": "no spaces"}).fails(400, 42002)
	c.call("createGroup", feishuObject{"name": "x", "type": 2}).fails(400, 42003)
	c.call("getGroup", "g0").fails(400, 42002)
	c.call("addGroupMember", group, member("ou_ghost")).fails(400, 41073)
	c.call("addGroupMember", group, feishuObject{"member_type": "department", "member_id_type": "open_id",
		"member_id": people.full.FeishuOpenID}).fails(400, 41074)
	c.call("addGroupMember", group, feishuObject{"member_type": "user", "member_id_type": "x", "member_id": staff}).
		fails(400, 41071)
	c.call("listGroupMembers", group, query("member_type", "user", "member_id_type", "department_id")).fails(400, 41072)
	c.call("listGroupMembers", group, query("member_type", "x")).fails(400, 41074)

	// Some of several: an answer for each when they are added, an error for all when they are removed.
	c.call("addGroupMember", group, member(staff)).ok()
	c.call("addGroupMember", group, member(staff)).fails(400, 42005)
	got := c.call("batchAddGroupMembers", group, feishuObject{"members": []feishuObject{
		member(staff), member("ou_ghost"), member(admin)}}).ok()
	results, _ := got.at("data", "results").([]any)
	require.Len(t, results, 3)
	var codes []any
	for _, result := range results {
		codes = append(codes, result.(feishuObject)["code"])
	}
	assert.Equal(t, []any{json.Number("42005"), json.Number("41073"), json.Number("0")}, codes)
	c.call("deleteGroup", group).fails(400, 42017)
	c.call("batchRemoveGroupMembers", group,
		feishuObject{"members": []feishuObject{member("ou_ghost"), member(staff)}}).fails(400, 40022)
	assert.Equal(t, []string{admin}, c.listed("listGroupMembers", "memberlist", "member_id", group), "the other is out")
	c.call("batchAddGroupMembers", group, feishuObject{"members": []feishuObject{}}).fails(400, 40001)

	role := c.call("createFunctionalRole", feishuObject{"role_name": "新角色"}).ok().at("data", "role_id").(string)
	c.call("createFunctionalRole", feishuObject{"role_name": "新角色"}).fails(400, 41201)
	c.call("updateFunctionalRole", "none", feishuObject{"role_name": "x"}).fails(404, 41202)
	got = c.call("batchCreateFunctionalRoleMembers", role,
		feishuObject{"members": []string{staff, staff, "ou_ghost"}}).ok()
	assert.Contains(t, got.text, `"reason":1`)
	assert.Contains(t, got.text, `"reason":4`)
	assert.Contains(t, got.text, `"reason":2`)
	c.call("deleteFunctionalRole", role).fails(400, 41206)
	c.call("getFunctionalRoleMember", role, admin).fails(404, 41203)
	c.call("setFunctionalRoleMemberScopes", role,
		feishuObject{"members": []string{staff}, "departments": []string{"x"}}).fails(400, 41210)

	// Outside of the range.
	c.srv.Feishu().LimitApps([]sim.DepartmentKey{people.empty.Key})
	c.call("getGroup", group).fails(403, 42009)
	c.call("createGroup", feishuObject{"name": "x"}).fails(403, 42010)
	assert.Empty(t, c.listed("listGroups", "grouplist", "id"))
	c.call("listGroupsOfUser", query("member_id", staff)).fails(403, 41050)
	got = c.call("batchCreateFunctionalRoleMembers", role, feishuObject{"members": []string{admin}}).ok()
	assert.Contains(t, got.text, `"reason":3`)
}

// A range of user groups is their people and departments, and it names nothing but the groups.
func TestFeishuRangeOfGroups(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	people := feishuPeople(t, c.srv)
	tag, err := org.AddGroup(sim.Group{Kind: sim.Tag, Name: "范围", People: []sim.PersonKey{people.staff.Key},
		Departments: []sim.DepartmentKey{people.empty.Key}})
	require.NoError(t, err)
	c.srv.Feishu().LimitAppsToGroups(tag.Key)
	got := c.call("listScopes").ok()
	assert.Equal(t, []any{c.srv.Feishu().GroupID(tag.Key)}, got.at("data", "group_ids"))
	assert.Empty(t, got.at("data", "department_ids"))
	assert.Empty(t, got.at("data", "user_ids"))
	c.call("getUser", people.staff.FeishuOpenID).ok()
	c.call("getUser", people.admin.FeishuOpenID).fails(400, 41050)
	c.call("getDepartment", people.empty.FeishuOpenID).ok()
	c.call("getDepartment", people.full.FeishuOpenID).fails(403, 40004)
	assert.Len(t, c.listed("listGroups", "grouplist", "id"), 1)
}
