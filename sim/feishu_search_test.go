package sim_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFeishuSearchUsers(t *testing.T) {
	srv := simtest.Serve(t, sim.WithoutQuotas())
	c := feishuAppOf(t, srv)
	org := srv.Organisation()
	staff := feishuPeople(t, srv).staff
	user := c.user(staff.UserID)
	var want []string
	for _, p := range org.People() {
		if strings.Contains(p.Name, "王") {
			want = append(want, p.FeishuOpenID)
		}
	}
	require.Greater(t, len(want), 20)
	first := user.call("searchUsers", query("query", "王")).ok()
	assert.Equal(t, "ok", first.str("msg"))
	assert.Len(t, first.list("data", "users"), 20)
	assert.Equal(t, "20", first.at("data", "page_token"), "a number in a string")
	for _, size := range []string{"1", "7", "200"} {
		var found []string
		items, _ := user.pages("searchUsers", "users", query("query", "王", "page_size", size))
		for _, u := range items {
			found = append(found, u["open_id"].(string))
		}
		assert.Equal(t, want, found)
	}
	assert.Empty(t, user.call("searchUsers", query("query", "王", "page_token", "9999")).ok().list("data", "users"))
	for _, bad := range [][]string{{}, {"query", ""}, {"query", "王", "page_size", "0"},
		{"query", "王", "page_size", "201"}, {"query", "王", "page_size", "x"}, {"query", "王", "page_token", "x"}} {
		user.call("searchUsers", query(bad...)).fails(400, 48001)
	}

	p, _ := org.FindPerson(sim.ByFeishuOpenID, want[0])
	if p.UserID == staff.UserID {
		p, _ = org.FindPerson(sim.ByFeishuOpenID, want[1])
	}
	require.NoError(t, org.RemovePerson(p.Key))
	items, _ := user.pages("searchUsers", "users", query("query", p.Name, "page_size", "200"))
	for _, u := range items {
		assert.NotEqual(t, p.FeishuOpenID, u["open_id"], "nobody who left")
	}
}

func TestFeishuSearchUsersV3(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	people := feishuPeople(t, c.srv)
	user := c.user(people.admin.UserID)
	search := func(body feishuObject) feishuReply { return user.call("searchUsersV3", body) }

	got := search(feishuObject{"query": people.staff.Name}).ok()
	hit := got.list("data", "items")[0].(feishuObject)
	assert.Equal(t, people.staff.FeishuOpenID, hit["id"])
	assert.True(t, strings.HasPrefix(hit["display_info"].(string), "<h>"+people.staff.Name+"</h>\n"))
	assert.Equal(t, people.staff.Name, hit["meta_data"].(feishuObject)["i18n_names"].(feishuObject)["zh_cn"])
	assert.Empty(t, got.object("data")["page_token"])
	assert.Contains(t, got.object("data"), "page_token")
	assert.NotContains(t, got.object("data"), "notice")
	assert.Contains(t, search(feishuObject{"query": strings.Repeat("长", 51)}).ok().object("data"), "notice")

	require.NoError(t, org.RemovePerson(people.frozen.Key))
	assert.Empty(t, search(feishuObject{"filter": feishuObject{
		"user_ids": []string{people.frozen.FeishuOpenID}}}).ok().list("data", "items"))
	assert.Len(t, search(feishuObject{"filter": feishuObject{"user_ids": []string{people.frozen.FeishuOpenID},
		"is_resigned": true}}).ok().list("data", "items"), 1)
	all, mailboxes := len(org.People()), 0
	for _, p := range org.People() {
		if p.CorpEmail != "" {
			mailboxes++
		}
	}
	for filter, count := range map[string]int{"true": mailboxes, "false": all - mailboxes} {
		yes, err := strconv.ParseBool(filter)
		require.NoError(t, err)
		items := 0
		q := query("page_size", "30")
		for {
			page := user.call("searchUsersV3", q,
				feishuObject{"filter": feishuObject{"has_enterprise_email": yes}}).ok()
			items += len(page.list("data", "items"))
			if page.at("data", "has_more") != true {
				break
			}
			q.Set("page_token", page.at("data", "page_token").(string))
		}
		assert.Equal(t, count, items, "false means must not")
	}
	assert.Empty(t, search(feishuObject{"query": "王", "filter": feishuObject{"has_contact": false}}).ok().list("data",
		"items"))
	search(feishuObject{}).fails(400, 48001)
	search(feishuObject{"filter": feishuObject{"user_ids": make([]string, 101)}}).fails(400, 48001)
	user.call("searchUsersV3", query("page_size", "31"), feishuObject{"query": "王"}).fails(400, 48001)
	search(feishuObject{"query": 1}).fails(400, 48001)
}

func TestFeishuSearchDepartments(t *testing.T) {
	c := newFeishuApp(t)
	people := feishuPeople(t, c.srv)
	user := c.user(people.staff.UserID)
	got := user.call("searchDepartments", feishuObject{"query": people.full.Name}).ok()
	assert.Equal(t, people.full.FeishuOpenID, got.list("data", "items")[0].(feishuObject)["open_department_id"])
	assert.Contains(t, got.object("data"), "page_token")
	assert.Empty(t, user.call("searchDepartments", feishuObject{"query": people.full.EnglishName + "x"}).ok().at("data",
		"items"), "the default name only")
	user.call("searchDepartments", feishuObject{"query": ""}).fails(400, 48001)
	user.call("searchDepartments", query("page_size", "51"), feishuObject{"query": "x"}).fails(400, 48001)
}

func TestFeishuLookUps(t *testing.T) {
	c := newFeishuApp(t)
	org := c.srv.Organisation()
	people := feishuPeople(t, c.srv)
	staff := people.staff
	var foreign sim.Person
	for _, p := range org.People() {
		if p.Mobile.Country == "852" {
			foreign = p
		}
	}
	ids := func(body feishuObject) []any {
		return c.call("batchGetUserIds", query("user_id_type", "union_id"), body).ok().list("data", "user_list")
	}
	active := feishuObject{"is_activated": true, "is_exited": false, "is_frozen": false, "is_resigned": false,
		"is_unjoin": false}
	upper := strings.ToUpper(staff.Email)
	got := ids(feishuObject{
		"emails":  []string{upper, "nobody@example.org", staff.CorpEmail},
		"mobiles": []string{staff.Mobile.E164(), staff.Mobile.Number, foreign.Mobile.E164(), foreign.Mobile.Number},
	})
	require.Len(t, got, 7, "one entry for each contact, in their order")
	assert.Equal(t, feishuObject{"email": upper, "user_id": staff.FeishuUnionID, "status": active}, got[0])
	assert.Equal(t, feishuObject{"email": "nobody@example.org"}, got[1])
	assert.Equal(t, feishuObject{"email": staff.CorpEmail}, got[2], "business mailboxes are not searched")
	assert.Equal(t, staff.FeishuUnionID, got[3].(feishuObject)["user_id"])
	assert.Equal(t, staff.Mobile.Number, got[4].(feishuObject)["mobile"], "as it was asked for")
	assert.Equal(t, staff.FeishuUnionID, got[4].(feishuObject)["user_id"])
	assert.Equal(t, foreign.FeishuUnionID, got[5].(feishuObject)["user_id"])
	assert.NotContains(t, got[6], "user_id", "foreign numbers need their code")
	assert.Empty(t, ids(feishuObject{}))

	require.NoError(t, org.RemovePerson(staff.Key))
	assert.NotContains(t, ids(feishuObject{"emails": []string{staff.Email}})[0], "user_id")
	left := ids(feishuObject{"emails": []string{staff.Email}, "include_resigned": true})[0].(feishuObject)
	assert.Equal(t, staff.FeishuUnionID, left["user_id"])
	assert.Equal(t, true, left["status"].(feishuObject)["is_resigned"])
	c.call("batchGetUserIds", feishuObject{"emails": make([]string, 51)}).fails(400, 40011)

	// Lists of ids.
	p := people.admin
	items := c.call("batchGetUsers", query("user_ids", p.FeishuOpenID, "user_ids", "ou_unknown", "user_ids",
		p.FeishuOpenID)).ok().list("data", "items")
	require.Len(t, items, 1)
	assert.Contains(t, items[0], "is_frozen")
	assert.NotContains(t, items[0], "assign_info")
	c.call("batchGetUsers", query("user_ids", p.FeishuUserID)).fails(400, 99992351)
	c.call("batchGetUsers", query("user_ids", p.FeishuOpenID+","+people.frozen.FeishuOpenID)).fails(400, 99992402)
	c.call("batchGetUsers", query("user_ids[]", p.FeishuOpenID)).fails(400, 99992402)
	c.call("batchGetUsers").fails(400, 99992402)
	many := query()
	for range 51 {
		many.Add("user_ids", p.FeishuOpenID)
	}
	c.call("batchGetUsers", many).fails(400, 40011)

	names := c.call("batchGetUserBasics", query("user_id_type", "user_id"),
		feishuObject{"user_ids": []string{p.FeishuUserID, "unknown"}}).ok().list("data", "users")
	assert.Equal(t, []any{feishuObject{"user_id": p.FeishuUserID, "name": p.Name,
		"i18n_name": feishuObject{"zh_cn": p.Name, "ja_jp": "", "en_us": p.EnglishName}}}, names)
	c.call("batchGetUserBasics", feishuObject{"user_ids": make([]string, 11)}).fails(400, 40011)
	c.call("batchGetUserBasics", feishuObject{}).fails(400, 99992402)

	owners := c.call("convertUnionIds", query("union_ids", p.FeishuUnionID, "union_ids",
		"on_unknown")).ok().object("data", "user_infos")
	assert.Equal(t, feishuObject{p.FeishuUnionID: feishuObject{"open_id": p.FeishuOpenID, "user_id": p.FeishuUserID}},
		owners)
	c.call("convertUnionIds", query("union_ids", p.FeishuOpenID)).fails(400, 99992363)
}

func TestFeishuSettings(t *testing.T) {
	c := newFeishuApp(t)
	for _, size := range []string{"1", "100"} {
		types, _ := c.pages("listEmployeeTypeEnums", "items", query("page_size", size))
		require.Len(t, types, 7)
		assert.Equal(t, "1", types[0]["enum_value"], "a number in a string")
		assert.Equal(t, "2", asJSON(t, types[6]["enum_status"]))
		attrs, _ := c.pages("listCustomAttrs", "items", query("page_size", size))
		require.Len(t, attrs, 4, "no pictures and no people")
		assert.Equal(t, "C-7103", attrs[3]["id"])
	}
	c.call("listEmployeeTypeEnums", query("page_size", "101")).fails(400, 40011)
	c.call("listCustomAttrs", query("page_token", "x")).fails(400, 40012)
}
