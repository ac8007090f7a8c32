package sim_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (c *corp) person(userID string) sim.Person {
	c.Helper()
	p, ok := c.srv.Organisation().FindPerson(sim.ByUserID, userID)
	require.True(c, ok, userID)
	return p
}

func TestWeComGetUser(t *testing.T) {
	c := newCorp(t)
	got := c.app.get("/user/get", "userid", strings.ToUpper(c.staff.UserID)).ok()
	assert.Equal(t, c.staff.UserID, got.str("userid"), "found whatever the case, answered as stored")
	assert.Equal(t, c.staff.Name, got.str("name"))
	assert.Equal(t, c.staff.Mobile.Number, got.str("mobile"))
	assert.Equal(t, c.staff.Email, got.str("email"))
	assert.Equal(t, c.staff.CorpEmail, got.str("biz_mail"))
	assert.Equal(t, "1", fmt.Sprint(got.body["status"]))
	assert.Equal(t, fmt.Sprint([]int64{c.full.WeComID}), fmt.Sprint(got.body["department"]))

	assert.Equal(t, "4", fmt.Sprint(c.app.get("/user/get", "userid", c.inactive.UserID).ok().body["status"]))
	ghost := c.app.get("/user/get", "userid", "ghost").fails(60111)
	assert.Equal(t, []any{}, ghost.body["department"], "a failure with the empty arrays of a success")
	c.app.get("/user/get").fails(41009)
	c.app.get("/user/get", "userid", "").fails(41009)
	c.app.raw("POST", "/user/get", map[string][]string{"access_token": {c.app.token}}, "{}").fails(40058)
}

func TestWeComSensitiveFields(t *testing.T) {
	fields := []string{"avatar", "mobile", "email", "biz_mail", "qr_code"}
	old := newCorp(t)
	for _, field := range fields {
		assert.Contains(t, old.app.get("/user/get", "userid", old.staff.UserID).ok().body, field)
	}
	c := newCorp(t, sim.WithWeComAppCreatedAfter2022())
	var list struct {
		Users []map[string]any `json:"userlist"`
	}
	c.app.get("/user/list", "department_id", "1", "fetch_child", "1").ok().decode(&list)
	require.Len(t, list.Users, 60)
	for _, user := range list.Users {
		for _, field := range append(fields, "address", "thumb_avatar") {
			assert.NotContains(t, user, field)
		}
		assert.Contains(t, []any{"0", "", nil}, user["gender"])
	}
	assert.Contains(t, c.provider.get("/user/get", "userid", c.staff.UserID).ok().body, "mobile")

	ticket, err := c.srv.WeCom().Consent(c.staff.UserID)
	require.NoError(t, err)
	assert.Equal(t, c.staff.Mobile.Number,
		c.app.post("/auth/getuserdetail", map[string]any{"user_ticket": ticket}).ok().str("mobile"))
	_, err = c.srv.WeCom().Consent("ghost")
	require.ErrorIs(t, err, sim.ErrUnknown)
	_, err = c.srv.WeCom().OpenVerificationPage("ghost")
	require.ErrorIs(t, err, sim.ErrUnknown)
}

// The oddities that real tenants show must all be there in an organisation of the usual size.
func TestWeComOddities(t *testing.T) {
	srv := simtest.Serve(t)
	var list struct {
		Users []map[string]json.RawMessage `json:"userlist"`
	}
	appOf(t, srv).get("/user/list", "department_id", "1", "fetch_child", "1").ok().decode(&list)
	count := map[string]int{}
	for _, u := range list.Users {
		note := func(what string, is bool) {
			if is {
				count[what]++
			}
		}
		var departments, orders, leads []int64
		require.NoError(t, json.Unmarshal(u["department"], &departments))
		if u["order"] != nil {
			require.NoError(t, json.Unmarshal(u["order"], &orders))
		}
		if u["is_leader_in_dept"] != nil {
			require.NoError(t, json.Unmarshal(u["is_leader_in_dept"], &leads))
		}
		for _, o := range orders {
			note("order beyond 31 bits", o > 1<<31)
		}
		for _, d := range departments {
			note("department beyond 31 bits", d > 1<<31)
		}
		extattr := string(u["extattr"])
		note("no order", u["order"] == nil)
		note("no leaders", u["is_leader_in_dept"] == nil)
		note("empty leaders", string(u["is_leader_in_dept"]) == "[]")
		assert.True(t, len(leads) == 0 || len(leads) == len(departments), "what is there is parallel")
		note("no direct leader", u["direct_leader"] == nil)
		note("empty direct leader", string(u["direct_leader"]) == "[]")
		note("empty gender", string(u["gender"]) == `""`)
		note("gender 0", string(u["gender"]) == `"0"`)
		note("no extattr", u["extattr"] == nil)
		note("empty extattr", extattr == "{}")
		note("extattr without attrs", extattr == `{"attrs":[]}`)
		note("typed attr", strings.Contains(extattr, `"type":0`))
		note("web attr", strings.Contains(extattr, `"web":{`))
		note("old attr", strings.Contains(extattr, `"value"`) && !strings.Contains(extattr, `"type"`))
		note("attr in both forms", strings.Contains(extattr, `},"type":0,"value"`))
		note("english_name", u["english_name"] != nil)
		note("alias", u["alias"] != nil)
		note("empty avatar", string(u["avatar"]) == `""`)
		note("undocumented marks", u["isleader"] != nil && u["hide_mobile"] != nil && u["enable"] != nil)
		note("no undocumented marks", u["isleader"] == nil && u["hide_mobile"] == nil && u["enable"] == nil)
		note("members of older days", u["wxplugin_status"] != nil)
		note("disabled", string(u["status"]) == "2")
	}
	var departments struct {
		List []map[string]json.RawMessage `json:"department"`
	}
	appOf(t, srv).get("/department/list").ok().decode(&departments)
	for _, d := range departments.List {
		for name := range map[string]bool{"department_leader": true, "name_en": true, "order": true} {
			if d[name] == nil {
				count["no "+name]++
			} else {
				count[name]++
			}
		}
	}
	for _, what := range []string{
		"order beyond 31 bits", "department beyond 31 bits", "no order", "no leaders", "empty leaders",
		"no direct leader",
		"empty direct leader", "empty gender", "gender 0", "no extattr", "empty extattr", "extattr without attrs",
		"typed attr", "web attr",
		"old attr", "attr in both forms", "english_name", "alias", "empty avatar", "members of older days", "disabled",
		"no department_leader", "department_leader", "no name_en", "name_en", "order",
	} {
		assert.Positive(t, count[what], what)
	}
	assert.Greater(t, count["undocumented marks"], len(list.Users)*9/10, "recordings have them nearly always")
	assert.Positive(t, count["no undocumented marks"])
}

func TestWeComVisibleRange(t *testing.T) {
	c := newCorp(t)
	c.srv.WeCom().LimitApps([]sim.DepartmentKey{c.full.Key})
	inside := map[sim.DepartmentKey]bool{}
	for _, d := range c.srv.Organisation().Subtree(c.full.Key) {
		inside[d.Key] = true
	}
	var list struct {
		Departments []struct {
			ID int64 `json:"id"`
		} `json:"department"`
	}
	c.app.get("/department/list").ok().decode(&list)
	assert.Len(t, list.Departments, len(inside))

	for _, p := range c.srv.Organisation().People() {
		visible := slices.ContainsFunc(p.Memberships, func(m sim.Membership) bool { return inside[m.Department] })
		got := c.app.get("/user/get", "userid", p.UserID)
		if !visible {
			got.fails(60011)
			continue
		}
		var user struct {
			Department []int64 `json:"department"`
			Main       int64   `json:"main_department"`
		}
		got.ok().decode(&user)
		for _, id := range user.Department {
			d, _ := c.srv.Organisation().FindDepartment(sim.ByWeComID, fmt.Sprint(id))
			assert.True(t, inside[d.Key], "only departments that the app may see")
		}
		assert.Equal(t, inside[p.MainDepartment], user.Main != 0)
	}
	c.app.get("/user/list", "department_id", "1").fails(60011)
	c.app.get("/department/get", "id", "1").fails(60011)
	c.app.get("/department/list", "id", "1").fails(60011)
	c.app.post("/user/convert_to_openid", map[string]any{"userid": c.founder.UserID}).fails(50002)
	c.app.post("/batch/invite", map[string]any{"party": []int{1}}).fails(81013)
	c.contact.get("/department/simplelist", "id", "1").ok()

	c.srv.WeCom().LimitApps(nil)
	c.app.get("/department/get", "id", "1").ok()
}

func TestWeComCreateUser(t *testing.T) {
	c := newCorp(t)
	type m = map[string]any
	unknown := int64(4294967290)
	got := c.contact.post("/user/create", m{
		"userid": "chen.yq", "name": "陈雨晴 <&>", "mobile": "+86 13900001111",
		"department": []int64{c.full.WeComID, unknown}, "order": []int64{7, 4294967295},
		"is_leader_in_dept": []int{0, 1}, "main_department": c.full.WeComID, "gender": "2",
		"direct_leader": []string{c.staff.UserID}, "enable": 1, "to_invite": false,
		"position": "会计", "alias": "Yuki", "email": "yq@example.org", "biz_mail": "yq@corp.example.org",
		"telephone": "0571-8800", "address": "示例路 1 号",
		"extattr": m{"attrs": []m{{"type": 0, "name": "工号", "text": m{"value": "A-0093"}},
			{"type": 0, "name": "没有的属性", "text": m{"value": "x"}}}},
		"external_position": "顾问", "external_profile": m{"external_corp_name": "云杉",
			"wechat_channels": m{"nickname": "号"},
			"external_attr":   []m{{"type": 1, "name": "主页", "web": m{"url": "https://example.org", "title": "主页"}}}},
	}).ok()
	assert.JSONEq(t, `{"department_info":[{"name":"4294967290","id":4294967290}]}`,
		asJSON(t, got.body["created_department_list"]))

	p := c.person("CHEN.YQ")
	assert.Equal(t, sim.StatusNotActivated, p.Status)
	assert.Equal(t, "陈雨晴 <&>", p.Name)
	assert.Equal(t, "+8613900001111", p.Mobile.E164())
	assert.Equal(t, []sim.Attribute{{Name: "工号", Text: "A-0093"}}, p.Attributes, "unknown names are ignored")
	assert.Equal(t, c.staff.Key, p.Manager)
	require.Len(t, p.Memberships, 2)
	assert.Equal(t, int64(4294967295), p.Memberships[1].Order)
	assert.True(t, p.Memberships[1].Leader)
	auto, _ := c.srv.Organisation().Department(p.Memberships[1].Department)
	pending, _ := c.srv.Organisation().Department(auto.Parent)
	assert.Equal(t, "其他（待设置部门）", pending.Name)
	assert.Empty(t, c.srv.WeCom().Invited())

	user := c.app.get("/user/get", "userid", "chen.yq").ok()
	assert.Contains(t, user.text, "<&>", "sent as it is")
	assert.Equal(t, "顾问", user.str("external_position"))
	assert.Contains(t, asJSON(t, user.body["external_profile"]), "云杉")

	t.Run("zeros of clients that know no unset", func(t *testing.T) {
		zeros := m{"userid": "zero.sdk", "name": "零", "email": "zero@example.org", "department": []int64{1},
			"gender": 0, "avatar_mediaid": "", "main_department": 0, "enable": 1, "to_invite": false}
		c.contact.post("/user/create", zeros).ok()
		made := c.person("zero.sdk")
		assert.Equal(t, sim.RootDepartment, made.MainDepartment)
		c.contact.post("/user/update", m{"userid": "zero.sdk", "gender": 2, "name": "零"}).ok()
		female := c.person("zero.sdk")
		require.NotEqual(t, made.Gender, female.Gender)
		c.contact.post("/user/update", zeros).ok()
		assert.Equal(t, female, c.person("zero.sdk"), "nothing is changed by what is not said")
		zeros["gender"] = ""
		c.contact.post("/user/update", zeros).ok()
		assert.Equal(t, female.Gender, c.person("zero.sdk").Gender)
		c.contact.post("/user/update", m{"userid": "zero.sdk", "gender": 3}).fails(40035)
	})

	t.Run("invites unless told otherwise", func(t *testing.T) {
		c.contact.post("/user/create", m{"userid": "li.mo", "name": "李默", "mobile": "13900002222"}).ok()
		require.Len(t, c.srv.WeCom().Invited(), 1)
		assert.Equal(t, sim.Invitation{UserID: "li.mo", Operation: "CreateUser", Time: c.clock.Now()},
			c.srv.WeCom().Invited()[0])
		d, _ := c.srv.Organisation().Department(c.person("li.mo").MainDepartment)
		assert.Equal(t, "其他（待设置部门）", d.Name, "without a department")
	})

	t.Run("refusals", func(t *testing.T) {
		with := func(more m) m {
			body := m{"userid": "new.one", "name": "新", "mobile": "13900003333", "department": []int64{1}}
			for k, v := range more {
				if v == nil {
					delete(body, k)
				} else {
					body[k] = v
				}
			}
			return body
		}
		long := strings.Repeat("长", 129)
		for name, tc := range map[string]struct {
			body m
			code int
		}{
			"no userid":                {with(m{"userid": nil}), 41009},
			"userid with a space":      {with(m{"userid": "a b"}), 40003},
			"userid begins with a dot": {with(m{"userid": ".a"}), 40003},
			"userid of 65 bytes":       {with(m{"userid": strings.Repeat("a", 65)}), 40003},
			"userid in other case":     {with(m{"userid": strings.ToUpper(c.staff.UserID)}), 60102},
			"no name":                  {with(m{"name": nil}), 60112},
			"name too long":            {with(m{"name": strings.Repeat("长", 65)}), 60112},
			"neither mobile nor email": {with(m{"mobile": nil}), 60129},
			"bad mobile":               {with(m{"mobile": "12"}), 60103},
			"mobile taken":             {with(m{"mobile": "+86" + c.staff.Mobile.Number}), 60104},
			"bad email":                {with(m{"email": "x"}), 60105},
			"email taken":              {with(m{"email": strings.ToUpper(c.staff.Email)}), 60106},
			"bad biz_mail":             {with(m{"biz_mail": "a@b"}), 60143},
			"biz_mail taken":           {with(m{"biz_mail": c.staff.CorpEmail}), 60145},
			"101 departments":          {with(m{"department": numbersTo(101)}), 60110},
			"bad department":           {with(m{"department": []int64{-1}}), 60123},
			"fewer orders": {with(m{"department": []int64{1, c.full.WeComID}, "order": []int64{1}}),
				40035},
			"order beyond 32 bits":      {with(m{"order": []int64{1 << 32}}), 40035},
			"more leader flags":         {with(m{"is_leader_in_dept": []int{0, 1}}), 60132},
			"main department elsewhere": {with(m{"main_department": c.full.WeComID}), 40066},
			"two direct leaders":        {with(m{"direct_leader": []string{c.staff.UserID, c.founder.UserID}}), 60257},
			"unknown direct leader":     {with(m{"direct_leader": []string{"ghost"}}), 60111},
			"position too long":         {with(m{"position": long}), 301012},
			"telephone with letters":    {with(m{"telephone": "call me"}), 301013},
			"alias too long":            {with(m{"alias": long}), 301014},
			"unknown avatar":            {with(m{"avatar_mediaid": "x"}), 301015},
			"attribute value too long": {
				with(m{"extattr": m{"attrs": []m{{"type": 0, "name": "工号", "text": m{"value": long}}}}}), 60151},
			"mini-program inside": {with(m{"extattr": m{"attrs": []m{{"type": 2, "name": "工号"}}}}), 60150},
			"web without a scheme": {
				with(m{"extattr": m{"attrs": []m{
					{"type": 1, "name": "主页", "web": m{"url": "ftp://x", "title": "t"}}}}}), 60151},
			"external value too long": {
				with(m{"external_profile": m{
					"external_attr": []m{{"type": 0, "name": "x", "text": m{"value": strings.Repeat("x", 33)}}}}}),
				60151},
			"orders without departments": {with(m{"department": nil, "order": []int64{1}}), 60127},
		} {
			t.Run(name, func(t *testing.T) {
				c.contact.post("/user/create", tc.body).fails(tc.code)
			})
		}
		_, found := c.srv.Organisation().FindPerson(sim.ByUserID, "new.one")
		assert.False(t, found)
		before := len(c.srv.Organisation().Departments())
		c.contact.post("/user/create", with(m{"department": []int64{987654}, "mobile": c.staff.Mobile.Number})).fails(
			60104)
		assert.Len(t, c.srv.Organisation().Departments(), before, "a refused call creates no departments")
	})
}

func numbersTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i + 1000
	}
	return out
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

func TestWeComBodies(t *testing.T) {
	c := newCorp(t)
	update := func(body string) reply { return c.contact.post("/user/update", body) }
	user := `"userid":"` + c.staff.UserID + `"`

	update(`{` + user + `,"position":"\u4f1a"}`).fails(40033)
	update(`{` + user + `,"position":"a\u003cb"}`).fails(40033)
	update(`{` + user + `,"position":"c:\\users\\u4f1a"}`).ok() // a backslash, escaped, and then a u
	assert.Equal(t, `c:\users\u4f1a`, c.person(c.staff.UserID).Position)
	update("{" + user + ",\"position\":\"\xff\"}").fails(40033)
	update(`{` + user).fails(40035)
	update(``).fails(40035)
	update(`[]`).fails(40035)
	update(`null`).fails(40035)
	c.contact.get("/user/update").fails(40058)

	got := update(`{` + user + `,"position":17,"telephone":"0571"}`).ok()
	assert.Equal(t, "updated. Warning: wrong json format. ", got.str("errmsg"))
	p := c.person(c.staff.UserID)
	assert.Equal(t, `c:\users\u4f1a`, p.Position, "the member of the wrong type was dropped")
	assert.Equal(t, "0571", p.Telephone, "the others took effect")

	assert.Equal(t, "updated", update(`{`+user+`,"gender":1,"main_department":"`+id(c.full.WeComID)+`"}`).ok().str(
		"errmsg"), "spellings that are accepted all the same")
	assert.Equal(t, sim.GenderMale, c.person(c.staff.UserID).Gender)
	assert.Equal(t, "updated", update(`{`+user+`,"english_name":"Old","department":["`+id(
		c.full.WeComID)+`"],"order":["4294967295"]}`).ok().str("errmsg"))
	assert.Equal(t, "Old", c.person(c.staff.UserID).Nickname)
	assert.Equal(t, int64(4294967295), c.person(c.staff.UserID).Memberships[0].Order)
	assert.Equal(t, "updated", update(`{`+user+`,"position":null,"brand_new":{"a":1}}`).ok().str("errmsg"))
}

func TestWeComUpdateUser(t *testing.T) {
	c := newCorp(t)
	type m = map[string]any
	update := func(more m) reply {
		body := m{"userid": strings.ToUpper(c.staff.UserID)}
		for k, v := range more {
			body[k] = v
		}
		return c.contact.post("/user/update", body)
	}
	before := c.person(c.staff.UserID)
	update(m{"position": ""}).ok()
	after := c.person(c.staff.UserID)
	assert.Empty(t, after.Position, "empty clears")
	assert.Equal(t, before.Mobile, after.Mobile, "what is not sent stays")
	assert.Equal(t, before.Memberships, after.Memberships)

	update(m{"mobile": "13911112222"}).ok()
	assert.Equal(t, before.Mobile, c.person(c.staff.UserID).Mobile, "ignored once the account is activated")
	c.contact.post("/user/update", m{"userid": c.inactive.UserID, "mobile": "13911112222"}).ok()
	assert.Equal(t, "13911112222", c.person(c.inactive.UserID).Mobile.Number)

	update(m{"enable": 0}).ok()
	assert.Equal(t, sim.StatusDisabled, c.person(c.staff.UserID).Status)
	update(m{"enable": 1}).ok()
	assert.Equal(t, sim.StatusActive, c.person(c.staff.UserID).Status)

	update(m{"department": []int64{c.empty.WeComID, 1}, "order": []int64{3, 4}, "is_leader_in_dept": []int{1, 0},
		"main_department": 1}).ok()
	p := c.person(c.staff.UserID)
	require.Len(t, p.Memberships, 2)
	assert.Equal(t, c.empty.Key, p.Memberships[0].Department)
	assert.True(t, p.Memberships[0].Leader)
	assert.Equal(t, sim.RootDepartment, p.MainDepartment)
	update(m{"is_leader_in_dept": []int{0, 1}}).ok()
	assert.True(t, c.person(c.staff.UserID).Memberships[1].Leader)
	update(m{"is_leader_in_dept": []int{0}}).fails(60132)
	update(m{"order": []int64{1, 2}}).fails(40035)
	update(m{"department": []int64{}}).fails(60127)
	update(m{"main_department": 77}).fails(40066)
	update(m{"direct_leader": []string{c.founder.UserID}}).ok()
	assert.Equal(t, c.founder.Key, c.person(c.staff.UserID).Manager)
	update(m{"direct_leader": []string{}}).ok()
	assert.Zero(t, c.person(c.staff.UserID).Manager)

	update(m{"biz_mail_alias": m{"item": []string{"a@example.org", "b@example.org", "c@example.org", "d@example.org",
		"e@example.org", "f@example.org"}}}).fails(680050)
	update(m{"biz_mail_alias": m{"item": []string{"x"}}}).fails(680047)
	update(m{"biz_mail_alias": m{"item": []string{}}}).ok()
	update(m{"extattr": m{"attrs": []m{{"type": 0, "name": "工位", "text": m{"value": "9F"}}}}}).ok()
	assert.Contains(t, c.person(c.staff.UserID).Attributes, sim.Attribute{Name: "工位", Text: "9F"})
	update(m{"extattr": m{"attrs": []m{{"type": 0, "name": "工位", "text": m{"value": ""}}}}}).ok()
	assert.NotContains(t, c.person(c.staff.UserID).Attributes, sim.Attribute{Name: "工位", Text: "9F"})

	image := c.contact.upload("image", "a.png", []byte("\x89PNG\r\n\x1a\n")).ok().str("media_id")
	update(m{"avatar_mediaid": image}).ok()
	assert.Contains(t, c.person(c.staff.UserID).AvatarURL, image)

	update(m{"new_userid": "other"}).fails(301036)
	require.NoError(t, c.srv.Organisation().UpdatePerson(c.staff.Key,
		func(p *sim.Person) error { p.GeneratedUserID = true; return nil }))
	update(m{"new_userid": "a b"}).fails(40003)
	update(m{"new_userid": c.founder.UserID}).fails(60102)
	update(m{"new_userid": "other"}).ok()
	c.contact.post("/user/update", m{"userid": "other", "new_userid": "third"}).fails(301036)
	c.app.get("/user/get", "userid", "other").ok()
	c.contact.post("/user/update", m{}).fails(41009)
}

func TestWeComDeletes(t *testing.T) {
	c := newCorp(t)
	c.contact.get("/user/delete", "userid", c.staff.UserID).ok()
	c.contact.get("/user/delete", "userid", c.staff.UserID).fails(60111)
	c.contact.get("/user/delete").fails(41009)
	_, found := c.srv.Organisation().FindPerson(sim.ByUserID, c.staff.UserID)
	assert.False(t, found)

	many := func(ids ...string) reply {
		return c.contact.post("/user/batchdelete", map[string]any{"useridlist": ids})
	}
	many().fails(40032)
	many(make([]string, 201)...).fails(40032)
	many(c.unbound.UserID, "ghost").fails(40031)
	many(c.unbound.UserID, c.founder.UserID).fails(301005)
	c.person(c.unbound.UserID)
	many(c.unbound.UserID, strings.ToUpper(c.unbound.UserID), c.inactive.UserID).ok()
	assert.Len(t, c.srv.Organisation().People(), 57)
}
