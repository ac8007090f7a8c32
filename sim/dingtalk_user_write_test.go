package sim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDingTalkCreateUserV1(t *testing.T) {
	c := newDingCorp(t, sim.WithoutQuotas())
	dept, other := id(c.empty.DingTalkID), id(c.full.DingTalkID)
	create := func(change dingObject) dingReply {
		body := dingObject{"name": "林梅", "mobile": "13900001111", "department": "[" + dept + "]"}
		for name, value := range change {
			if body[name] = value; value == nil {
				delete(body, name)
			}
		}
		return c.app.post("/user/create", body)
	}
	made := create(dingObject{
		"userid": "lin.mei01", "department": "[" + dept + "," + other + "]", "orderInDepts": `{"` + dept +
			`":"176300000000000512"}`,
		"positionInDepts": `{"` + other + `":"顾问"}`, "position": "主管", "tel": "8001", "workPlace": "杭州", "remark": "试用",
		"email":     "lin.mei@example.com",
		"jobnumber": "A-17", "isHide": "true", "isSenior": true, "extattr": `{"工位":"3F-12"}`,
		"hiredDate": 1718000000000, "managerUserid": c.staff.UserID,
	}).fine()
	assert.Equal(t, "lin.mei01", made.str("userid"))
	p := c.person("lin.mei01")
	assert.Equal(t, p.DingTalkUnionID, made.str("unionId"), "capital I here")
	assert.Equal(t, sim.StatusNotActivated, p.Status)
	assert.Equal(t, c.staff.Key, p.Manager)
	assert.Len(t, p.Memberships, 2)
	assert.EqualValues(t, 176300000000000512, p.Memberships[0].DingTalkOrder)
	assert.Equal(t, "2024-06-10", p.Hired.Format(time.DateOnly))
	got := c.app.get("/user/get", "userid", "lin.mei01").fine().body
	assert.Equal(t, "{"+dept+":176300000000000512}", got["orderInDepts"])
	assert.Equal(t, json.Number("1718000000000"), got["hiredDate"], "as it was written")
	assert.Equal(t, true, got["isHide"])
	assert.Equal(t, true, got["isSenior"])
	assert.Equal(t, false, got["active"])
	positions := c.app.post("/topapi/v2/user/get",
		dingObject{"userid": "lin.mei01"}).fine().result()["dept_position_list"].([]any)
	assert.Equal(t, "主管", positions[0].(dingObject)["title"])
	assert.Equal(t, "顾问", positions[1].(dingObject)["title"])

	// a real array is taken, too
	generated := create(dingObject{"mobile": "13900001112", "department": []int64{c.empty.DingTalkID}}).fine()
	assert.NotEmpty(t, generated.str("userid"))
	assert.True(t, c.person(generated.str("userid")).GeneratedUserID)

	fresh := func(change dingObject) dingObject { // what does not clash with the two
		change["mobile"] = "13900001113"
		return change
	}
	for name, tc := range map[string]struct {
		change dingObject
		code   int
	}{
		"no name":            {dingObject{"name": nil}, 40035},
		"empty name":         {dingObject{"name": ""}, 60112},
		"long name":          {dingObject{"name": strings.Repeat("林", 65)}, 60112},
		"no mobile":          {dingObject{"mobile": nil}, 40035},
		"mobile taken":       {dingObject{}, 60104},
		"bad mobile":         {dingObject{"mobile": "139"}, 60103},
		"no department":      {fresh(dingObject{"department": nil}), 40035},
		"no brackets":        {fresh(dingObject{"department": dept}), 40025},
		"no list":            {fresh(dingObject{"department": `{"a":1}`}), 40025},
		"empty list":         {fresh(dingObject{"department": "[]"}), 40066},
		"twice":              {fresh(dingObject{"department": "[1,1]"}), 40066},
		"unknown department": {fresh(dingObject{"department": "[77]"}), 60003},
		"negative":           {fresh(dingObject{"department": "[-7]"}), 60003},
		"long userid":        {fresh(dingObject{"userid": strings.Repeat("x", 65)}), 33012},
		"userid taken":       {fresh(dingObject{"userid": "Lin.Mei01"}), 60102},
		"tel taken":          {fresh(dingObject{"tel": "8001"}), 40100},
		"long tel":           {fresh(dingObject{"tel": strings.Repeat("1", 51)}), 40063},
		"email taken":        {fresh(dingObject{"email": "lin.mei@example.com"}), 60106},
		"bad email":          {fresh(dingObject{"email": "lin.mei"}), 60105},
		"long position":      {fresh(dingObject{"position": strings.Repeat("x", 65)}), 60119},
		"long workPlace":     {fresh(dingObject{"workPlace": strings.Repeat("x", 51)}), 40064},
		"long remark":        {fresh(dingObject{"remark": strings.Repeat("x", 1001)}), 40065},
		"long jobnumber":     {fresh(dingObject{"jobnumber": strings.Repeat("x", 65)}), 60123},
		"bad extattr":        {fresh(dingObject{"extattr": "工位"}), 60122},
		"bad order":          {fresh(dingObject{"orderInDepts": "[1]"}), 40011},
		"order elsewhere":    {fresh(dingObject{"orderInDepts": "{1:5}"}), 40066},
		"bad manager":        {fresh(dingObject{"managerUserid": "ghost"}), 60128},
		"bad hiredDate":      {fresh(dingObject{"hiredDate": 0}), 40035},
	} {
		t.Run(name, func(t *testing.T) { create(tc.change).errs(tc.code) })
	}
}

func TestDingTalkUpdateUserV1(t *testing.T) {
	c := newDingCorp(t, sim.WithoutQuotas())
	update := func(change dingObject) dingReply {
		change["userid"] = c.staff.UserID
		return c.app.post("/user/update", change)
	}
	before := c.person(c.staff.UserID)
	update(dingObject{"position": "主管", "extattr": `{"工位":"3F-12","主页":"x"}`}).fine()
	after := c.person(c.staff.UserID)
	assert.Equal(t, "主管", after.Position)
	assert.Equal(t, before.Name, after.Name, "what is left out stays")
	assert.Equal(t, before.Memberships, after.Memberships)
	update(dingObject{"extattr": `{"工位":"3F-13"}`}).fine()
	assert.Equal(t, []sim.Attribute{{Name: "工位", Text: "3F-13"}}, c.person(c.staff.UserID).Attributes,
		"the set is replaced as a whole")
	update(dingObject{"position": ""}).fine()
	assert.Empty(t, c.person(c.staff.UserID).Position)

	update(dingObject{"department": "[1]"}).errs(40025) // a real array here
	update(dingObject{"department": []int64{1, c.empty.DingTalkID},
		"orderInDepts": dingObject{id(c.empty.DingTalkID): 7}}).fine()
	moved := c.person(c.staff.UserID)
	require.Len(t, moved.Memberships, 2)
	assert.EqualValues(t, 7, moved.Memberships[1].DingTalkOrder)
	update(dingObject{"department": []int64{}}).errs(40066)

	update(dingObject{"mobile": "13900009999"}).errs(41054) // the number of an account in use
	update(dingObject{"mobile": before.Mobile.Number}).fine()
	c.app.post("/user/update", dingObject{"userid": c.inactive.UserID, "mobile": "13900009998"}).fine()
	update(dingObject{"managerUserid": c.staff.UserID}).errs(60128)
	update(dingObject{"managerUserid": ""}).fine()
	assert.NotZero(t, c.person(c.staff.UserID).Manager, "nothing clears it here")
	c.app.post("/user/update", dingObject{}).errs(41009)
	c.app.post("/user/update", dingObject{"userid": ""}).errs(41009)
}

func TestDingTalkUsersV2(t *testing.T) {
	c := newDingCorp(t, sim.WithoutQuotas())
	dept, other := c.empty.DingTalkID, c.full.DingTalkID
	made := c.app.post("/topapi/v2/user/create", dingObject{
		"name": "林梅", "mobile": "+852-55500001", "dept_id_list": fmt.Sprintf("%d,%d", dept, other), "title": "主管",
		"telephone": "8001", "job_number": "A-17",
		"email": "lin.mei@example.com", "org_email": "lin.mei@example.cn", "org_email_type": "base", "work_place": "杭州",
		"remark": "试用", "hide_mobile": true, "senior_mode": true,
		"dept_order_list": []dingObject{{"dept_id": dept, "order": 176300000000000512}},
		"dept_title_list": []dingObject{{"dept_id": other, "title": "顾问"}},
		"extension":       `{"工位":"3F-12"}`, "extension_i18n": dingObject{"工位": dingObject{"en_US": "3F"}},
		"hired_date": 1718000000000, "manager_userid": c.staff.UserID,
	}).fine()
	userID := made.result()["userid"].(string)
	assert.NotEmpty(t, made.result()["unionId"], "capital I among snakes")
	get := func() dingObject {
		return c.app.post("/topapi/v2/user/get", dingObject{"userid": userID}).fine().result()
	}
	got := get()
	assert.Equal(t, "852", got["state_code"])
	assert.Equal(t, "55500001", got["mobile"])
	assert.Equal(t, true, got["hide_mobile"])
	assert.Equal(t, true, got["senior"])
	assert.Equal(t, "base", got["org_email_type"])
	assert.Equal(t, json.Number("1718000000000"), got["hired_date"])
	assert.Equal(t, []any{dingObject{"dept_id": json.Number(id(dept)), "order": json.Number("176300000000000512")}},
		got["dept_order_list"])
	assert.Equal(t, dingObject{"工位": dingObject{"en_US": "3F"}}, got["extension_i18n"])
	assert.Equal(t, c.staff.UserID, got["manager_userid"])

	update := func(change dingObject) dingReply {
		change["userid"] = userID
		return c.app.post("/topapi/v2/user/update", change)
	}
	update(dingObject{"extension": `{"楼层":"3"}`, "ext_attrs_update_mode": 1}).fine()
	assert.JSONEq(t, `{"工位":"3F-12","楼层":"3"}`, get()["extension"].(string), "added")
	update(dingObject{"extension": `{"楼层":"4"}`}).fine()
	assert.JSONEq(t, `{"楼层":"4"}`, get()["extension"].(string), "replaced")
	update(dingObject{"manager_userid": ""}).fine()
	assert.Contains(t, get(), "manager_userid")
	update(dingObject{"force_update_fields": "manager_userid"}).fine()
	assert.NotContains(t, get(), "manager_userid")
	update(dingObject{"dept_position_list": []dingObject{
		{"dept_id": other, "is_main": true, "title": "讲师", "work_place": "上海"}}}).fine()
	p := c.person(userID)
	assert.Equal(t, c.full.Key, p.MainDepartment)
	update(dingObject{"dept_id_list": id(dept)}).fine()
	assert.Len(t, c.person(userID).Memberships, 1)

	for name, tc := range map[string]struct {
		change dingObject
		code   int
	}{
		"array":        {dingObject{"dept_id_list": []int64{1}}, 400002},
		"brackets":     {dingObject{"dept_id_list": "[1]"}, 40066},
		"empty":        {dingObject{"dept_id_list": ""}, 40066},
		"unknown":      {dingObject{"dept_id_list": "77"}, 60003},
		"long name":    {dingObject{"name": strings.Repeat("林", 81)}, 60112},
		"long title":   {dingObject{"title": strings.Repeat("林", 201)}, 60119},
		"long email":   {dingObject{"email": strings.Repeat("x", 50) + "@example.com"}, 60105},
		"long remark":  {dingObject{"remark": strings.Repeat("林", 2001)}, 40065},
		"mode":         {dingObject{"ext_attrs_update_mode": 2}, 400002},
		"hired":        {dingObject{"hired_date": 0}, 400002},
		"extension":    {dingObject{"extension": "x"}, 60122},
		"order":        {dingObject{"dept_order_list": []dingObject{{"dept_id": other, "order": 1}}}, 40066},
		"title in":     {dingObject{"dept_title_list": []dingObject{{"dept_id": other, "title": "x"}}}, 40066},
		"telephone":    {dingObject{"telephone": c.telephone()}, 40100},
		"email":        {dingObject{"email": c.staff.Email}, 60106},
		"org email":    {dingObject{"org_email": c.staff.CorpEmail}, 60106},
		"manager":      {dingObject{"manager_userid": "ghost"}, 60128},
		"mail type":    {dingObject{"org_email_type": "big"}, 400002},
		"positions":    {dingObject{"dept_position_list": []dingObject{{"dept_id": 77}}}, 40066},
		"many orders":  {dingObject{"dept_order_list": make([]dingObject, 101)}, 400002},
		"mobile taken": {dingObject{"mobile": c.staff.Mobile.Number}, 60104},
	} {
		t.Run(name, func(t *testing.T) { update(tc.change).errs(tc.code) })
	}

	c.app.post("/topapi/v2/user/create", dingObject{"name": "甲", "dept_id_list": "1"}).errs(400002)
	owned := c.app.post("/topapi/v2/user/create", dingObject{
		"name": "乙", "dept_id_list": "1", "exclusive_account": true, "exclusive_account_type": "sso",
		"login_id": "yi@corp", "nickname": "小乙",
	}).fine().result()["userid"]
	account := c.app.post("/topapi/v2/user/get",
		dingObject{"userid": c.staff.UserID, "login_id": "yi@corp"}).fine().result()
	assert.Equal(t, owned, account["userid"], "the login id wins")
	assert.Equal(t, true, account["exclusive_account"])
	c.app.post("/topapi/v2/user/get", dingObject{"userid": c.staff.UserID, "login_id": "nobody"}).errs(60121)
	c.app.post("/topapi/v2/user/update", dingObject{"userid": owned, "exclusive_mobile": "13900007777",
		"loginId": "yi2@corp"}).fine()
	c.app.post("/topapi/v2/user/get", dingObject{"userid": "", "login_id": "yi2@corp"}).fine()
	c.app.post("/topapi/v2/user/create", dingObject{"name": "丙", "mobile": "13900006666", "dept_id_list": "1",
		"userid": "bing", "exclusive_account": true}).fine()
	byMobile := c.app.post("/topapi/v2/user/getbymobile",
		dingObject{"mobile": "13900006666", "support_exclusive_account_search": true}).fine()
	assert.Equal(t, []any{"bing"}, byMobile.result()["exclusive_account_userid_list"])
	c.app.post("/topapi/v2/user/get", dingObject{"userid": strings.Repeat("x", 65)}).errs(33012)
}

// telephone is the desk telephone of somebody.
func (c *dingCorp) telephone() string {
	for _, p := range c.srv.Organisation().People() {
		if p.Telephone != "" {
			return p.Telephone
		}
	}
	return ""
}

func TestDingTalkDeletesAreSeenEverywhere(t *testing.T) {
	c := newDingCorp(t)
	other := appOf(t, c.srv)
	other.get("/user/get", "userid", c.staff.UserID).ok()
	c.app.get("/user/delete", "userid", c.staff.UserID).fine()
	other.get("/user/get", "userid", c.staff.UserID).fails(60111)
	c.app.get("/user/delete", "userid", c.staff.UserID).errs(60121)
	c.app.get("/user/delete").errs(41009)
	c.app.post("/topapi/v2/user/delete", dingObject{"userid": c.inactive.UserID}).fine()
	c.app.post("/topapi/v2/user/delete", dingObject{"userid": c.inactive.UserID}).errs(33012)
	c.app.get("/user/delete", "userid", c.founder.UserID).errs(400020)

	contactOf(t, c.srv).get("/department/delete", "id", id(c.empty.WeComID)).ok()
	c.app.get("/department/get", "id", id(c.empty.DingTalkID)).errs(60003)
}
