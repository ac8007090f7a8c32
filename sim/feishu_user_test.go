package sim_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// person returns the record behind the wire.
func (c *feishuCaller) person(openID string) sim.Person {
	c.t.Helper()
	p, ok := c.srv.Organisation().FindPerson(sim.ByFeishuOpenID, openID)
	require.True(c.t, ok, openID)
	return p
}

func TestFeishuUserFields(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	for _, p := range org.People() {
		u := c.call("getUser", p.FeishuOpenID).ok().object("data", "user")
		assert.Equal(t, p.FeishuOpenID, u["open_id"])
		assert.Equal(t, p.FeishuUnionID, u["union_id"])
		assert.Equal(t, p.FeishuUserID, u["user_id"])
		assert.Equal(t, p.Name, u["name"], "a plain text")
		assert.Equal(t, p.EnglishName, u["en_name"], "empty, not absent")
		assert.Equal(t, p.Email, u["email"])
		assert.Equal(t, p.Mobile.E164(), u["mobile"])
		assert.Equal(t, !p.MobileHidden, u["mobile_visible"])
		assert.Equal(t, strconv.Itoa(int(p.Gender)), asJSON(t, u["gender"]))
		assert.Equal(t, p.EmployeeNumber, u["employee_no"])
		assert.Equal(t, p.Position, u["job_title"])
		if p.Hired.IsZero() {
			assert.Equal(t, "0", asJSON(t, u["join_time"]))
		} else {
			assert.Equal(t, strconv.FormatInt(p.Hired.Unix(), 10), asJSON(t, u["join_time"]))
		}
		assert.Equal(t, feishuObject{
			"is_activated": p.Status != sim.StatusNotActivated, "is_frozen": p.Status == sim.StatusDisabled,
			"is_unjoin": p.Status == sim.StatusNotActivated, "is_resigned": false, "is_exited": false,
		}, u["status"])
		assert.NotContains(t, u, "is_frozen", "getUser does not have it")
		assert.NotContains(t, u, "subscription_ids")
		assert.NotContains(t, u, "department_path", "user tokens only")
		assert.Len(t, u["assign_info"], 1)

		// The largest department_order is the main department.
		var main string
		var largest int64 = -1
		for _, order := range u["orders"].([]any) {
			order := order.(feishuObject)
			rank, err := strconv.ParseInt(asJSON(t, order["department_order"]), 10, 64)
			require.NoError(t, err)
			if rank > largest {
				largest, main = rank, order["department_id"].(string)
			}
		}
		dept, _ := org.Department(p.MainDepartment)
		assert.Equal(t, dept.FeishuOpenID, main)
		if manager, ok := org.Person(p.Manager); ok {
			assert.Equal(t, manager.FeishuOpenID, u["leader_user_id"])
		} else {
			assert.NotContains(t, u, "leader_user_id")
		}
	}
}

func TestFeishuKindsOfIDs(t *testing.T) {
	c := newFeishuApp(t)
	org := c.srv.Organisation()
	staff := feishuPeople(t, c.srv).staff
	manager, _ := org.Person(staff.Manager)
	dept, _ := org.Department(staff.MainDepartment)
	for kind, ids := range map[string][2]string{
		"open_id":  {staff.FeishuOpenID, manager.FeishuOpenID},
		"union_id": {staff.FeishuUnionID, manager.FeishuUnionID},
		"user_id":  {staff.FeishuUserID, manager.FeishuUserID},
	} {
		for deptKind, id := range map[string]string{"open_department_id": dept.FeishuOpenID,
			"department_id": dept.FeishuID} {
			u := c.call("getUser", ids[0],
				query("user_id_type", kind, "department_id_type", deptKind)).ok().object("data", "user")
			assert.Equal(t, ids[1], u["leader_user_id"])
			assert.Equal(t, []any{id}, u["department_ids"])
			assert.Equal(t, staff.FeishuUserID, u["user_id"], "the three ids of a person stay what they are")
			assert.Equal(t, staff.FeishuOpenID, u["open_id"])
		}
	}
	u := c.call("getUser", staff.FeishuOpenID).ok().object("data", "user")
	assert.Equal(t, []any{dept.FeishuOpenID}, u["department_ids"], "open ids without a kind")

	// An id of another kind does not exist.
	c.call("getUser", staff.FeishuUserID).fails(400, 99992351)
	c.call("getUser", staff.FeishuOpenID, query("user_id_type", "user_id")).fails(400, 99992359)
	c.call("getUser", staff.FeishuOpenID, query("user_id_type", "union_id")).fails(400, 99992363)
	c.call("getUser", staff.FeishuOpenID, query("user_id_type", "openid")).fails(400, 99992402)
	c.call("getUser", staff.FeishuOpenID, query("department_id_type", "id")).fails(400, 99992402)
	c.call("getDepartment", dept.FeishuID).fails(400, 99992357)
	c.call("getDepartment", dept.FeishuOpenID, query("department_id_type", "department_id")).fails(400, 99992380)
	for _, kind := range []string{"open_department_id", "department_id"} {
		c.call("getDepartment", "0", query("department_id_type", kind)).ok()
	}
}

func TestFeishuDepartmentPathIsForUsers(t *testing.T) {
	c := newFeishuApp(t)
	staff := feishuPeople(t, c.srv).staff
	dept, _ := c.srv.Organisation().Department(staff.MainDepartment)
	u := c.user(staff.UserID).call("getUser", staff.FeishuOpenID).ok().object("data", "user")
	path := u["department_path"].([]any)[0].(feishuObject)
	assert.Equal(t, dept.FeishuOpenID, path["department_id"])
	ids := path["department_path"].(feishuObject)["department_ids"].([]any)
	assert.Equal(t, dept.FeishuOpenID, ids[len(ids)-1])
	assert.NotContains(t, ids, "0")
}

func TestFeishuCreateUser(t *testing.T) {
	k := newClock()
	c := newFeishuApp(t, sim.WithClock(k.Now), sim.WithoutQuotas())
	org := c.srv.Organisation()
	people := feishuPeople(t, c.srv)
	body := func(change feishuObject) feishuObject {
		b := feishuObject{"name": "林悦", "mobile": "+8613900000001",
			"department_ids": []string{people.full.FeishuOpenID}, "employee_type": 1}
		for name, value := range change {
			if value == nil {
				delete(b, name)
			} else {
				b[name] = value
			}
		}
		return b
	}
	create := func(change feishuObject) feishuReply { return c.call("createUser", body(change)) }

	u := create(nil).ok().object("data", "user")
	p := c.person(u["open_id"].(string))
	assert.Equal(t, "林悦", p.Name)
	assert.Equal(t, sim.StatusNotActivated, p.Status)
	assert.Equal(t, true, u["status"].(feishuObject)["is_unjoin"])
	assert.Equal(t, false, u["is_frozen"])
	assert.Equal(t, people.full.Key, p.MainDepartment)
	assert.Equal(t, k.Now().Unix(), p.Hired.Unix(), "absent means now")
	assert.Len(t, u["user_id"], 8, "made up")
	assert.Equal(t, []sim.Invitation{{UserID: p.UserID, Operation: "createUser", Time: k.Now()}},
		c.srv.Feishu().Invited())

	leader := people.staff
	u = c.call("createUser", query("user_id_type", "user_id", "department_id_type", "department_id"), body(feishuObject{
		"user_id": "linyue01", "en_name": "Lin Yue", "nickname": "小悦", "email": "lin.yue@mail.example.org",
		"mobile":         "+852 55512345",
		"mobile_visible": false, "gender": 3, "avatar_key": "demo-avatar-key", "leader_user_id": leader.FeishuUserID,
		"city": "杭州", "country": "CN", "work_station": "A3-17", "join_time": 0, "employee_no": "E0007",
		"employee_type":  6,
		"department_ids": []string{"0", people.full.FeishuID},
		"orders": []feishuObject{
			{"department_id": people.full.FeishuID, "user_order": 5, "department_order": 7, "is_primary_dept": true},
			{"department_id": "0", "department_order": 2}},
		"enterprise_email": "lin.yue@example.cn", "job_title": "产品经理", "geo": "cn", "job_level_id": "demo-level-3",
		"job_family_id":    "demo-family-2",
		"subscription_ids": []string{"9007199254740993"}, "dotted_line_leader_user_ids": []string{leader.FeishuUserID},
		"custom_attrs": []feishuObject{
			{"type": "TEXT", "id": "C-7101", "value": feishuObject{"text": "三号楼"}},
			{"type": "HREF", "id": "C-7102",
				"value": feishuObject{"text": "主页", "url": "https://people.example/linyue",
					"pc_url": "https://people.example/pc"}},
			{"type": "ENUMERATION", "id": "C-7103", "value": feishuObject{"option_id": "o1"}},
			{"type": "PICTURE_ENUM", "id": "C-7104", "value": feishuObject{"option_id": "o9"}},
			{"type": "GENERIC_USER", "id": "C-7105",
				"value": feishuObject{"generic_user": feishuObject{"id": leader.FeishuUserID, "type": 1}}},
		},
	})).ok().object("data", "user")
	p = c.person(u["open_id"].(string))
	assert.Equal(t, "linyue01", p.FeishuUserID)
	assert.Equal(t, "linyue01", p.UserID, "one id for all vendors")
	assert.Equal(t, leader.Key, p.Manager)
	assert.Equal(t, people.full.Key, p.MainDepartment)
	assert.Equal(t, int64(0), p.Hired.Unix(), "0 is 1970")
	assert.True(t, p.MobileHidden)
	assert.Equal(t, sim.Mobile{Country: "852", Number: "55512345"}, p.Mobile)
	assert.Equal(t, []sim.Attribute{{Name: "工位", Text: "三号楼"},
		{Name: "主页", Text: "主页", URL: "https://people.example/linyue"}}, p.Attributes)
	assert.Equal(t, "3", asJSON(t, u["gender"]))
	assert.Equal(t, "6", asJSON(t, u["employee_type"]))
	assert.Equal(t, leader.FeishuUserID, u["leader_user_id"])
	assert.Equal(t, []any{leader.FeishuUserID}, u["dotted_line_leader_user_ids"])
	assert.Equal(t, []any{"0", people.full.FeishuID}, u["department_ids"])
	assert.Len(t, u["custom_attrs"], 5)
	assert.Equal(t, "cn", u["geo"])
	assert.JSONEq(t, `[{"department_id":"0","user_order":0,"department_order":2,"is_primary_dept":false},
		{"department_id":"`+people.full.FeishuID+`","user_order":5,"department_order":7,
			"is_primary_dept":true}]`, asJSON(t, u["orders"]))

	long := strings.Repeat("长", 256)
	taken := people.staff
	other := people.admin
	for name, tc := range map[string]struct {
		change feishuObject
		status int
		code   int
	}{
		"no name":               {feishuObject{"name": nil}, 400, 41006},
		"empty name":            {feishuObject{"name": ""}, 400, 41040},
		"name as an object":     {feishuObject{"name": feishuObject{"zh_cn": "林悦"}}, 400, 99992402},
		"long name":             {feishuObject{"name": long}, 400, 41070},
		"long en_name":          {feishuObject{"en_name": long}, 400, 41071},
		"long nickname":         {feishuObject{"nickname": long}, 400, 41072},
		"no contact":            {feishuObject{"mobile": nil}, 400, 41009},
		"no mobile":             {feishuObject{"mobile": nil, "email": "x@example.org"}, 400, 41010},
		"bad mobile":            {feishuObject{"mobile": "1390000"}, 400, 41004},
		"bad email":             {feishuObject{"email": "x"}, 400, 41005},
		"foreign without email": {feishuObject{"mobile": "+852 55512399"}, 400, 44020},
		"mobile taken":          {feishuObject{"mobile": taken.Mobile.E164()}, 400, 41001},
		"email taken":           {feishuObject{"email": strings.ToUpper(taken.Email)}, 400, 41002},
		"two accounts":          {feishuObject{"mobile": taken.Mobile.E164(), "email": other.Email}, 409, 41003},
		"one account":           {feishuObject{"mobile": taken.Mobile.E164(), "email": taken.Email}, 409, 41053},
		"user_id taken":         {feishuObject{"user_id": taken.FeishuUserID}, 400, 41011},
		"user_id with a blank":  {feishuObject{"user_id": "a b"}, 400, 41043},
		"no departments":        {feishuObject{"department_ids": nil}, 400, 41041},
		"unknown department":    {feishuObject{"department_ids": []string{"od-unknown"}}, 400, 99992357},
		"other kind of id":      {feishuObject{"department_ids": []string{people.full.FeishuID}}, 400, 99992357},
		"department twice":      {feishuObject{"department_ids": []string{"0", "0"}}, 400, 44035},
		"too many departments":  {feishuObject{"department_ids": make([]string, 51)}, 400, 41033},
		"no employee type":      {feishuObject{"employee_type": nil}, 400, 41055},
		"unknown employee type": {feishuObject{"employee_type": 99}, 400, 41059},
		"inactive type":         {feishuObject{"employee_type": 7}, 400, 41060},
		"gender":                {feishuObject{"gender": 4}, 400, 41038},
		"join time":             {feishuObject{"join_time": -1}, 400, 41042},
		"avatar":                {feishuObject{"avatar_key": "a b"}, 400, 41036},
		"unknown leader":        {feishuObject{"leader_user_id": "ou_unknown"}, 400, 44022},
		"long title":            {feishuObject{"job_title": long}, 400, 41063},
		"long city":             {feishuObject{"city": long}, 400, 99992402},
		"number taken":          {feishuObject{"employee_no": taken.EmployeeNumber}, 400, 44051},
		"mailbox taken":         {feishuObject{"enterprise_email": taken.CorpEmail}, 400, 44024},
		"mailbox elsewhere":     {feishuObject{"enterprise_email": "x@elsewhere.example"}, 400, 44001},
		"geo":                   {feishuObject{"geo": "mars"}, 400, 44038},
		"job level":             {feishuObject{"job_level_id": "x"}, 400, 44044},
		"job family":            {feishuObject{"job_family_id": "x"}, 400, 44045},
		"licence":               {feishuObject{"subscription_ids": []string{"1"}}, 400, 44048},
		"order elsewhere":       {feishuObject{"orders": []feishuObject{{"department_id": "0"}}}, 400, 41025},
		"primary not first": {feishuObject{"department_ids": []string{"0", people.full.FeishuOpenID},
			"orders": []feishuObject{
				{"department_id": "0", "department_order": 1, "is_primary_dept": true},
				{"department_id": people.full.FeishuOpenID, "department_order": 2},
			}}, 400, 41410},
		"field without id": {feishuObject{"custom_attrs": []feishuObject{{"value": feishuObject{"text": "x"}}}},
			400, 41044},
		"unknown field": {feishuObject{
			"custom_attrs": []feishuObject{{"id": "C-1", "value": feishuObject{"text": "x"}}}}, 400, 41045},
		"field without value": {feishuObject{"custom_attrs": []feishuObject{{"id": "C-7100"}}}, 400, 41046},
		"field of another kind": {feishuObject{
			"custom_attrs": []feishuObject{{"type": "HREF", "id": "C-7100", "value": feishuObject{"text": "x"}}}}, 400,
			99992402},
		"text without text": {feishuObject{
			"custom_attrs": []feishuObject{{"id": "C-7100", "value": feishuObject{}}}}, 400, 41046},
		"long text": {feishuObject{
			"custom_attrs": []feishuObject{{"id": "C-7100", "value": feishuObject{"text": long}}}}, 400, 99992402},
		"link elsewhere": {feishuObject{
			"custom_attrs": []feishuObject{{"id": "C-7102", "value": feishuObject{"text": "x", "url": "ftp://x"}}}},
			400, 99992402},
		"no option": {feishuObject{
			"custom_attrs": []feishuObject{{"id": "C-7103", "value": feishuObject{}}}}, 400, 41046},
		"dotted line": {feishuObject{"dotted_line_leader_user_ids": []string{"ou_unknown"}}, 400, 44022},
		"option by its words": {feishuObject{
			"custom_attrs": []feishuObject{{"id": "C-7103", "value": feishuObject{"option_id": "蓝"}}}}, 400, 41046},
		"link without text": {feishuObject{
			"custom_attrs": []feishuObject{{"id": "C-7102", "value": feishuObject{"url": "https://x.example"}}}}, 400,
			41047},
		"link without url": {feishuObject{
			"custom_attrs": []feishuObject{{"id": "C-7102", "value": feishuObject{"text": "x"}}}}, 400, 41048},
		"person by open_id": {feishuObject{
			"custom_attrs": []feishuObject{
				{"id": "C-7105", "value": feishuObject{
					"generic_user": feishuObject{"id": leader.FeishuOpenID, "type": 1}}}}}, 400, 41046},
	} {
		before := len(org.People())
		if name == "too many departments" {
			tc.change["department_ids"].([]string)[0] = "0"
		}
		got := create(merged(feishuObject{"mobile": "+8613900000002"}, tc.change))
		if assert.Equal(t, tc.code, got.code(), "%s: %s", name, got.text) {
			got.fails(tc.status, tc.code)
		}
		assert.Len(t, org.People(), before, name)
	}
	got := create(feishuObject{"name": 7}).fails(400, 99992402)
	violation := got.list("error", "field_violations")[0].(feishuObject)
	assert.Equal(t, "name", violation["field"])
}

// merged is a with b over it; b may take members away with nil.
func merged(a, b feishuObject) feishuObject {
	out := feishuObject{}
	for name, value := range a {
		out[name] = value
	}
	for name, value := range b {
		out[name] = value
	}
	return out
}

func TestFeishuClientToken(t *testing.T) {
	c := newFeishuApp(t)
	org := c.srv.Organisation()
	full := feishuPeople(t, c.srv).full
	create := func(token, body string) feishuReply {
		return c.call("createUser", query("client_token", token), rawBody(body))
	}
	body := func(name, mobile string) string {
		return `{"name":"` + name + `","mobile":"` + mobile + `","department_ids":["` + full.FeishuOpenID +
			`"],"employee_type":1}`
	}
	before := len(org.People())
	first := create("a", body("林悦", "13900000001")).ok()
	second := create("a", " "+body("林悦", "13900000001")+"\n").ok()
	assert.Equal(t, first.at("data"), second.at("data"), "the first result again")
	assert.Len(t, org.People(), before+1)
	create("a", body("林悦悦", "13900000001")).fails(400, 40021)
	create("b", body("林悦", "13900000001")).fails(400, 41001)
	create("b", body("林悦", "13900000002")).ok() // a refused call leaves the token free
	create("", body("林悦", "13900000001")).fails(400, 41001)
	assert.Len(t, c.srv.Feishu().Invited(), 2)

	dept := func(token, name string) feishuReply {
		return c.call("createDepartment", query("client_token", token),
			feishuObject{"name": name, "parent_department_id": "0"})
	}
	one := dept("a", "甲").ok() // tokens of other operations do not count
	assert.Equal(t, one.at("data"), dept("a", "甲").ok().at("data"))
	dept("a", "乙").fails(400, 40021)
	dept("", "甲").fails(400, 43022)
}

func TestFeishuPatchUser(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	people := feishuPeople(t, c.srv)
	id := people.staff.FeishuOpenID
	patch := func(body feishuObject) feishuReply { return c.call("patchUser", id, body) }

	before := c.person(id)
	u := patch(feishuObject{"job_title": "总监", "nickname": "小林"}).ok().object("data", "user")
	assert.Equal(t, "总监", u["job_title"])
	after := c.person(id)
	before.Position, before.Nickname, before.Changed = "总监", "小林", after.Changed
	assert.Equal(t, before, after, "the rest stays")

	// Zero values are values.
	patch(feishuObject{"mobile_visible": false, "gender": 0, "join_time": 0, "en_name": "", "email": "",
		"leader_user_id": "", "job_title": "  ", "city": ""}).ok()
	after = c.person(id)
	assert.True(t, after.MobileHidden)
	assert.Equal(t, sim.GenderUnknown, after.Gender)
	assert.True(t, after.Hired.IsZero(), "0 clears")
	assert.Empty(t, after.EnglishName+after.Email+after.Position+after.City)
	assert.Zero(t, after.Manager)
	c.call("patchUser", id, rawBody(`{"name":null}`)).ok()

	// Freezing.
	assert.Equal(t, true, patch(feishuObject{"is_frozen": true}).ok().at("data", "user", "is_frozen"))
	assert.Equal(t, sim.StatusDisabled, c.person(id).Status)
	patch(feishuObject{"is_frozen": false}).ok()
	assert.Equal(t, sim.StatusActive, c.person(id).Status)
	c.call("patchUser", people.unjoined.FeishuOpenID, feishuObject{"is_frozen": true}).ok()
	c.call("patchUser", people.unjoined.FeishuOpenID, feishuObject{"is_frozen": false}).ok()
	assert.Equal(t, sim.StatusNotActivated, c.person(people.unjoined.FeishuOpenID).Status, "as before")
	founder := org.People()[0]
	c.call("patchUser", founder.FeishuOpenID, feishuObject{"is_frozen": true}).fails(400, 44036)

	// Departments.
	patch(feishuObject{"department_ids": []string{people.empty.FeishuOpenID, "0"}, "orders": []feishuObject{
		{"department_id": "0", "department_order": 9, "user_order": 3},
	}}).ok()
	after = c.person(id)
	assert.Equal(t, sim.RootDepartment, after.MainDepartment)
	assert.Len(t, after.Memberships, 2)
	assert.Equal(t, "9", asJSON(t, c.call("getUser", id).ok().object("data",
		"user")["orders"].([]any)[1].(feishuObject)["department_order"]))
	patch(feishuObject{"orders": []feishuObject{{"department_id": "0"}}}).fails(400, 44002)
	patch(feishuObject{"department_ids": []string{}}).fails(400, 41041)

	patch(feishuObject{"employee_type": 99}).fails(400, 41057)
	patch(feishuObject{"leader_user_id": id}).fails(400, 41030)
	patch(feishuObject{"mobile": ""}).fails(400, 41009)
	patch(feishuObject{"email": "new@example.org"}).ok()
	patch(feishuObject{"mobile": ""}).fails(400, 41010)
	c.call("patchUser", "ou_unknown", feishuObject{}).fails(400, 99992351)
	c.call("patchUser", id).fails(400, 99992402)
	c.call("patchUser", id, rawBody("[]")).fails(400, 99992402)

	gone := people.frozen
	require.NoError(t, org.RemovePerson(gone.Key))
	c.call("patchUser", gone.FeishuOpenID, feishuObject{"name": "x"}).fails(400, 44003)
	patch(feishuObject{"leader_user_id": gone.FeishuOpenID}).fails(400, 44021)

	// With a user token: a few fields, of oneself.
	user := c.user(people.staff.UserID)
	user.call("patchUser", id, feishuObject{"name": "新名", "en_name": "New", "avatar_key": "k"}).ok()
	assert.Equal(t, "新名", c.person(id).Name)
	user.call("patchUser", id, feishuObject{"job_title": "x"}).fails(403, 41056)
	user.call("patchUser", people.admin.FeishuOpenID, feishuObject{"name": "x"}).fails(400, 41050)
	c.user(people.admin.UserID).call("patchUser", id, feishuObject{"name": "由管理员"}).ok()
}

func TestFeishuReplaceUser(t *testing.T) {
	c := newFeishuApp(t)
	people := feishuPeople(t, c.srv)
	id := people.staff.FeishuOpenID
	body := feishuObject{"name": "全新", "mobile": "13900000009", "department_ids": []string{people.full.FeishuOpenID},
		"employee_type": 2}
	c.call("replaceUser", id, body).ok()
	after := c.person(id)
	assert.Equal(t, "全新", after.Name)
	assert.Equal(t, sim.EmploymentIntern, after.Employment)
	assert.Empty(t, after.EnglishName+after.Email+after.CorpEmail+after.Position+after.EmployeeNumber+after.City)
	assert.True(t, after.Hired.IsZero())
	assert.Zero(t, after.Manager)
	for missing, code := range map[string]int{"name": 41006, "mobile": 41010, "department_ids": 41041,
		"employee_type": 41055} {
		c.call("replaceUser", id, without(body, missing)).fails(400, code)
	}
	c.call("replaceUser", id, merged(body, feishuObject{"leader_user_id": id})).fails(400, 41030)
}

func without(body feishuObject, name string) feishuObject {
	out := merged(body, nil)
	delete(out, name)
	return out
}

func TestFeishuTenantFeatures(t *testing.T) {
	body := func(people feishuTestPeople, more feishuObject) feishuObject {
		return merged(feishuObject{"name": "林悦", "mobile": "13900000001",
			"department_ids": []string{people.full.FeishuOpenID}, "employee_type": 1}, more)
	}
	t.Run("one department for each", func(t *testing.T) {
		c := newFeishuApp(t, sim.WithFeishuSingleDepartment())
		people := feishuPeople(t, c.srv)
		// A plain refusal with HTTP 504.
		c.call("createUser", body(people, feishuObject{
			"department_ids": []string{"0", people.full.FeishuOpenID}})).fails(504, 41032)
		c.call("createUser", body(people, nil)).ok()
		c.call("deleteUser", people.staff.FeishuOpenID, feishuObject{}).ok()
		c.call("resurrectUser", people.staff.FeishuOpenID, feishuObject{"departments": []feishuObject{
			{"department_id": "0"}, {"department_id": people.full.FeishuOpenID},
		}}).fails(504, 41032)
	})
	t.Run("nothing is added to the lists", func(t *testing.T) {
		c := newFeishuApp(t, sim.WithFeishuFixedLists())
		people := feishuPeople(t, c.srv)
		for i, tc := range []struct {
			more           feishuObject
			create, change int
		}{
			{feishuObject{"city": "无名"}, 44054, 44057},
			{feishuObject{"job_title": "无名"}, 44055, 44058},
			{feishuObject{"city": "无名", "job_title": "无名"}, 44056, 44059},
		} {
			more := merged(tc.more, feishuObject{"mobile": "1390000000" + strconv.Itoa(i), "user_id": "made" +
				strconv.Itoa(i)})
			c.call("createUser", query("client_token", strconv.Itoa(i)), body(people, more)).fails(400, tc.create)
			p, ok := c.srv.Organisation().FindPerson(sim.ByFeishuUserID, "made"+strconv.Itoa(i))
			require.True(t, ok, "written all the same")
			assert.NotEqual(t, "无名", p.City)
			assert.NotEqual(t, "无名", p.Position)
			// the same result
			c.call("createUser", query("client_token", strconv.Itoa(i)), body(people, more)).fails(400, tc.create)

			change := merged(tc.more, feishuObject{"nickname": "n" + strconv.Itoa(i)})
			c.call("patchUser", p.FeishuOpenID, change).fails(400, tc.change)
			assert.Equal(t, "n"+strconv.Itoa(i), c.person(p.FeishuOpenID).Nickname, "written all the same")
		}
		c.call("createUser", body(people, feishuObject{"mobile": "13900000009", "city": people.staff.City,
			"job_title": people.staff.Position})).ok()
	})
}

func TestFeishuDeleteAndResurrect(t *testing.T) {
	k := newClock()
	c := newFeishuApp(t, sim.WithClock(k.Now), sim.WithoutQuotas())
	org := c.srv.Organisation()
	people := feishuPeople(t, c.srv)
	staff, acceptor := people.staff, people.admin
	id := staff.FeishuOpenID
	fresh := func() *feishuCaller { return c.as(feishuAppOf(t, c.srv).token) }

	del := func(body feishuObject) feishuReply { return fresh().call("deleteUser", id, body) }
	restore := func(body feishuObject) feishuReply { return fresh().call("resurrectUser", id, body) }
	restore(feishuObject{}).fails(400, 44033)

	for _, bad := range []feishuObject{
		{"docs_acceptor_user_id": "ou_unknown"},
		{"calendar_acceptor_user_id": id},
		{"survey_acceptor_user_id": people.frozen.FeishuOpenID},
		{"email_acceptor": feishuObject{"processing_type": "1"}},
	} {
		del(bad).fails(400, 41052)
	}
	del(feishuObject{"email_acceptor": feishuObject{"processing_type": "4"}}).fails(400, 99992402)
	del(feishuObject{"email_acceptor": feishuObject{"processing_type": 1}}).fails(400, 99992402) // a number in a string
	c.call("deleteUser", people.admin.FeishuOpenID, feishuObject{}).fails(400, 44037)
	c.call("deleteUser", "ou_unknown", feishuObject{}).fails(400, 99992351)

	sid, err := c.srv.Feishu().SignIn(staff.UserID, 2)
	require.NoError(t, err)
	got := del(feishuObject{
		"docs_acceptor_user_id": acceptor.FeishuOpenID,
		"email_acceptor":        feishuObject{"processing_type": "1", "acceptor_user_id": acceptor.FeishuOpenID},
	}).ok()
	assert.Equal(t, feishuObject{}, got.at("data"))
	_, found := org.FindPerson(sim.ByFeishuOpenID, id)
	assert.False(t, found, "gone for all vendors")
	assert.False(t, c.srv.Feishu().SignedIn(sid))
	del(feishuObject{}).fails(400, 42006)

	// Whoever left can be read by id.
	u := c.call("getUser", id).ok().object("data", "user")
	assert.Equal(t, feishuObject{"is_activated": false, "is_exited": false, "is_frozen": false, "is_resigned": true,
		"is_unjoin": false}, u["status"])
	assert.Equal(t, []any{}, u["department_ids"])
	assert.Nil(t, u["orders"])

	restore(feishuObject{"subscription_ids": []string{"x"}}).fails(400, 44048)
	restore(feishuObject{"departments": make([]feishuObject, 51)}).fails(400, 41033)
	restore(feishuObject{"departments": []feishuObject{{"department_id": "od-unknown"}}}).fails(400, 99992357)
	restore(feishuObject{"departments": []feishuObject{
		{"department_id": people.empty.FeishuOpenID, "department_order": 1, "user_order": 4},
		{"department_id": people.full.FeishuOpenID, "department_order": 2},
	}}).ok()
	back := c.person(id)
	assert.Equal(t, people.full.Key, back.MainDepartment)
	assert.Len(t, back.Memberships, 2)
	restore(feishuObject{}).fails(400, 44033)

	// Without departments it is the root; no body at all is as good as an empty one.
	fresh().call("deleteUser", id).ok()
	fresh().call("resurrectUser", id).ok()
	assert.Equal(t, sim.RootDepartment, c.person(id).MainDepartment)

	// What others have taken meanwhile.
	taken := func(edit func(*sim.Person), code int) {
		del(feishuObject{}).ok()
		old := people.unjoined
		require.NoError(t, org.UpdatePerson(old.Key, func(p *sim.Person) error {
			edit(p)
			return nil
		}))
		restore(feishuObject{}).fails(400, code)
		require.NoError(t, org.UpdatePerson(old.Key, func(p *sim.Person) error {
			p.Mobile, p.Email, p.UserID = old.Mobile, old.Email, old.UserID
			return nil
		}))
		restore(feishuObject{}).ok()
	}
	taken(func(p *sim.Person) { p.Mobile = staff.Mobile }, 44030)
	taken(func(p *sim.Person) { p.Email = staff.Email }, 44031)
	taken(func(p *sim.Person) { p.UserID = staff.UserID }, 44032)

	// A user_id that has a new owner names the new owner; the old one is found by the other ids.
	del(feishuObject{}).ok()
	require.NoError(t, org.UpdatePerson(people.unjoined.Key, func(p *sim.Person) error {
		p.FeishuUserID = staff.FeishuUserID
		return nil
	}))
	c.as(feishuAppOf(t, c.srv).token).call("resurrectUser", staff.FeishuUserID, query("user_id_type", "user_id"),
		feishuObject{}).fails(400, 44033)
	restore(feishuObject{}).ok()
	assert.NotEqual(t, staff.FeishuUserID, c.person(id).FeishuUserID)
	assert.NotEmpty(t, c.person(id).FeishuUserID)

	// Thirty days.
	del(feishuObject{}).ok()
	k.advance(30*24*time.Hour + time.Second)
	restore(feishuObject{}).fails(400, 44028)
}

func TestFeishuCleanUpRunsOn(t *testing.T) {
	k := newClock()
	c := newFeishuApp(t, sim.WithClock(k.Now), sim.WithFeishuCleanUp(time.Hour))
	id := feishuPeople(t, c.srv).staff.FeishuOpenID
	c.call("deleteUser", id, feishuObject{}).ok()
	c.call("resurrectUser", id, feishuObject{}).fails(400, 44034)
	k.advance(time.Hour)
	c.call("resurrectUser", id, feishuObject{}).ok()
	c.call("deleteUser", id, feishuObject{}).fails(400, 44042)
	k.advance(59 * time.Minute)
	c.call("deleteUser", id, feishuObject{}).fails(400, 44042)
	k.advance(59 * time.Second)
	c = c.as(feishuAppOf(t, c.srv).token)
	k.advance(time.Second)
	c.call("deleteUser", id, feishuObject{}).ok()
}

func TestFeishuUpdateUserID(t *testing.T) {
	c := newFeishuApp(t)
	people := feishuPeople(t, c.srv)
	id := people.staff.FeishuOpenID
	rename := func(to string) feishuReply { return c.call("updateUserId", id, feishuObject{"new_user_id": to}) }
	assert.Equal(t, feishuObject{}, rename("first").ok().at("data"))
	assert.Equal(t, "first", c.person(id).FeishuUserID)
	c.call("updateUserId", id, feishuObject{"user_id": "x"}).fails(400, 41054)
	rename("a b").fails(400, 41043)
	rename(strings.Repeat("x", 65)).fails(400, 41043)
	rename(people.admin.FeishuUserID).fails(400, 41011)
	rename("second").ok()
	rename("third").ok()
	rename("fourth").fails(400, 41013)
	require.NoError(t, c.srv.Organisation().RemovePerson(people.staff.Key))
	rename("fifth").fails(400, 42006)
}

func TestFeishuLogoutUser(t *testing.T) {
	c := newFeishuApp(t)
	staff := feishuPeople(t, c.srv).staff
	x := c.srv.Feishu()
	signIn := func(terminal int) string {
		sid, err := x.SignIn(staff.UserID, terminal)
		require.NoError(t, err)
		return sid
	}
	pc, web, phone := signIn(1), signIn(2), signIn(4)
	logout := func(body feishuObject) feishuReply { return c.call("logoutUser", body) }
	logout(feishuObject{"logout_type": 1, "user_id": staff.FeishuOpenID, "terminal_type": []int{2, 3},
		"logout_reason": 34}).ok()
	assert.True(t, x.SignedIn(pc))
	assert.False(t, x.SignedIn(web))
	logout(feishuObject{"logout_type": 3, "sid": pc}).ok()
	assert.False(t, x.SignedIn(pc))
	logout(feishuObject{"logout_type": 3, "sid": pc}).ok() // harmless
	assert.True(t, x.SignedIn(phone))
	logout(feishuObject{"logout_type": 2, "idp_credential_id": staff.CorpEmail}).ok()
	assert.False(t, x.SignedIn(phone))

	for _, bad := range []feishuObject{
		{},
		{"logout_type": 4, "user_id": staff.FeishuOpenID},
		{"logout_type": "1", "user_id": staff.FeishuOpenID},
		{"logout_type": 1},
		{"logout_type": 1, "user_ids": []string{staff.FeishuOpenID}}, // one person for each call
		{"logout_type": 1, "user_id": staff.FeishuOpenID, "terminal_type": []int{}},
		{"logout_type": 1, "user_id": staff.FeishuOpenID, "terminal_type": []int{7}},
		{"logout_type": 2, "idp_credential_id": "unknown"},
		{"logout_type": 3},
	} {
		logout(bad).fails(400, 1080001)
	}
	logout(feishuObject{"logout_type": 3, "sid": "unknown"}).fails(400, 1084001)
	logout(feishuObject{"logout_type": 3, "sid": pc, "logout_reason": 1}).fails(400, 1084002)
	logout(feishuObject{"logout_type": 1, "user_id": "ou_unknown"}).fails(400, 99992351)
	_, err := x.SignIn("ghost", 1)
	require.ErrorIs(t, err, sim.ErrUnknown)
	assert.False(t, x.SignedIn("unknown"))
}
