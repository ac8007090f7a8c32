package sim_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/sim"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each cause is provoked and ended while the simulator serves: the call goes well before and after it.
func TestCausesOfWeCom(t *testing.T) {
	srv := serve(t)
	app, contact := appOf(t, srv), contactOf(t, srv)
	who := srv.Organisation().People()[5]
	get := func() reply { return app.get("/user/get", "userid", who.UserID) }
	provoke := func(c sim.Cause) func() { return srv.Provoke(sim.VendorWeCom, c) }

	t.Run("permission missing", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CausePermissionMissing, Names: []string{"getuser"}})
		get().fails(48002)
		app.get("/user/simplelist", "department_id", "1").ok()
		end()
		get().ok()
	})
	t.Run("field permission missing", func(t *testing.T) {
		require.Contains(t, get().ok().body, "mobile")
		end := provoke(sim.Cause{Kind: sim.CauseFieldPermissionMissing,
			Names: []string{"mobile", "gender", "email"}})
		got := get().ok()
		assert.NotContains(t, got.body, "mobile")
		assert.NotContains(t, got.body, "email")
		assert.Equal(t, "0", got.str("gender"))
		var list struct{ UserList []map[string]any }
		app.get("/user/list", "department_id", "1", "fetch_child", "1").ok().decode(&list)
		require.NotEmpty(t, list.UserList)
		for _, user := range list.UserList {
			assert.NotContains(t, user, "mobile")
			assert.Contains(t, user, "name")
		}
		end()
		assert.Contains(t, get().ok().body, "mobile")
	})
	t.Run("field permission of the provider's app", func(t *testing.T) {
		provider := providerOf(t, srv)
		end := provoke(sim.Cause{Kind: sim.CauseFieldPermissionMissing, Names: []string{"contact:sensitive:mobile"}})
		got := provider.get("/user/get", "userid", who.UserID).ok()
		assert.NotContains(t, got.body, "mobile")
		assert.Contains(t, got.body, "email")
		assert.Contains(t, get().ok().body, "mobile", "the corp's own app needs no permission for it")
		end()
		assert.Contains(t, provider.get("/user/get", "userid", who.UserID).ok().body, "mobile")
	})
	t.Run("range", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseRangeEmpty})
		get().fails(60011)
		assert.Empty(t, app.get("/department/list").ok().body["department"])
		assert.JSONEq(t, `{"partyid":[]}`,
			asJSON(t, app.get("/agent/get", "agentid", "1000002").ok().body["allow_partys"]))
		contact.post("/user/list_id", map[string]any{"limit": 1}).ok() // the contact sync has no range
		end()
		end = provoke(sim.Cause{Kind: sim.CauseRangePartial, People: []string{who.UserID}})
		get().ok()
		app.get("/user/get", "userid", srv.Organisation().People()[9].UserID).fails(60011)
		assert.JSONEq(t, `{"user":[{"userid":"`+who.UserID+`"}]}`,
			asJSON(t, app.get("/agent/get", "agentid", "1000002").ok().body["allow_userinfos"]))
		end()
		get().ok()
	})
	t.Run("secret of another kind", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseSecretOfAnotherKind})
		wrong := appOf(t, srv)
		wrong.get("/user/get", "userid", who.UserID).fails(48009)
		contactOf(t, srv).post("/user/list_id", map[string]any{}).fails(48002)
		end()
		appOf(t, srv).get("/user/get", "userid", who.UserID).ok()
	})
	t.Run("address refused", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseAddressRefused})
		got := get().fails(60020)
		assert.Contains(t, got.str("errmsg"), "not allow to access from your ip")
		assert.Contains(t, got.str("errmsg"), "from ip: 127.0.0.1,")
		contact.post("/user/list_id", map[string]any{}).fails(60020)
		appOf(t, srv) // tokens are sold
		end()
		get().ok()
	})
	t.Run("app disabled", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseAppDisabled})
		get().fails(50003)
		contact.post("/user/list_id", map[string]any{"limit": 1}).ok()
		end()
		get().ok()
	})
	t.Run("base URL wrong", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseBaseURLWrong, Status: 404})
		got := get()
		assert.Equal(t, 404, got.status)
		assert.Contains(t, got.text, "<html>")
		end()
		get().ok()
	})
}

func TestCausesOfDingTalk(t *testing.T) {
	c := newDingCorp(t)
	srv, demo := c.srv, c.srv.Credentials().DingTalk
	get := func() dingReply { return c.app.post("/topapi/v2/user/get", dingObject{"userid": c.staff.UserID}) }
	newHost := func() dingReply {
		return c.app.newHost("/v1.0/contact/users/search", nil, dingObject{"queryWord": "a", "offset": 0, "size": 1})
	}
	provoke := func(cause sim.Cause) func() { return srv.Provoke(sim.VendorDingTalk, cause) }

	t.Run("permission missing", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CausePermissionMissing, Names: []string{"qyapi_get_member"}})
		assert.Contains(t, get().gateway("60011").str("sub_msg"), "[qyapi_get_member]")
		end()
		end = provoke(sim.Cause{Kind: sim.CausePermissionMissing, Names: []string{"searchUsers", "getUserV1"}})
		c.app.get("/user/get", "userid", c.staff.UserID).errs(60011)
		newHost().refused(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied")
		get().fine()
		end()
		newHost().done()
	})
	t.Run("field permission missing", func(t *testing.T) {
		require.NoError(t, srv.Organisation().UpdatePerson(c.staff.Key, func(p *sim.Person) error {
			p.WorkPlace = "Hangzhou"
			return nil
		}))
		row := func() map[string]any { return get().fine().body["result"].(map[string]any) }
		require.Subset(t, dingKeys(row()), []string{"mobile", "state_code", "work_place"})
		end := provoke(sim.Cause{Kind: sim.CauseFieldPermissionMissing, Names: []string{"fieldMobile"}})
		assert.NotContains(t, row(), "mobile")
		assert.NotContains(t, row(), "state_code")
		assert.Contains(t, row(), "work_place")
		assert.NotContains(t, c.app.get("/user/get", "userid", c.staff.UserID).fine().body, "mobile")
		end()
		end = provoke(sim.Cause{Kind: sim.CauseFieldPermissionMissing, Names: []string{"fieldEmail", "title"}})
		assert.Contains(t, row(), "mobile")
		assert.NotContains(t, row(), "work_place")
		assert.NotContains(t, row(), "title")
		end()
	})
	t.Run("range", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseRangeEmpty})
		get().errs(50002)
		scopes := c.app.get("/auth/scopes").fine().body["auth_org_scopes"]
		assert.JSONEq(t, `{"authed_dept":[],"authed_user":[]}`, asJSON(t, scopes))
		end()
		end = provoke(sim.Cause{Kind: sim.CauseRangePartial, People: []string{c.staff.UserID}})
		get().fine()
		c.app.post("/topapi/v2/department/get", dingObject{"dept_id": 1}).errs(50004)
		scopes = c.app.get("/auth/scopes").fine().body["auth_org_scopes"]
		assert.JSONEq(t, `{"authed_dept":[],"authed_user":["`+c.staff.UserID+`"]}`, asJSON(t, scopes))
		end()
	})
	t.Run("secret of another kind", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseSecretOfAnotherKind})
		c.app.gettoken(demo.AppKey, demo.AppSecret).errs(40096)
		end()
		c.app.gettoken(demo.AppKey, demo.AppSecret).fine()
	})
	t.Run("address refused", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseAddressRefused})
		assert.Contains(t, get().gateway("60020").str("sub_msg"), "request ip=127.0.0.1 appKey("+demo.AppKey+")")
		c.app.get("/user/get", "userid", c.staff.UserID).errs(60020)
		newHost().refused(403, "Forbidden.AccessDenied.IpNotInWhiteList")
		end()
		get().fine()
	})
	t.Run("app disabled", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseAppDisabled})
		get().gateway("50003")
		c.app.get("/user/get", "userid", c.staff.UserID).errs(50003)
		end()
	})
	t.Run("base URL wrong", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseBaseURLWrong, Status: 404})
		c.app.get("/user/get").errs(404)
		end()
		end = provoke(sim.Cause{Kind: sim.CauseBaseURLWrong})
		assert.Equal(t, "text/html", c.app.get("/user/get").header.Get("Content-Type"))
		end()
	})
}

func TestCausesOfFeishu(t *testing.T) {
	app := newFeishuApp(t)
	srv, demo := app.srv, app.srv.Credentials().Feishu
	who := srv.Organisation().People()[5]
	get := func() feishuReply { return app.call("getUser", who.FeishuOpenID) }
	row := func() map[string]any {
		data := get().ok().body["data"].(map[string]any)
		return data["user"].(map[string]any)
	}
	provoke := func(cause sim.Cause) func() { return srv.Provoke(sim.VendorFeishu, cause) }

	t.Run("permission missing", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CausePermissionMissing, Names: []string{"listScopes"}})
		got := app.call("listScopes")
		assert.Equal(t, 400, got.status)
		assert.Equal(t, json.Number("99991672"), got.body["code"])
		assert.Contains(t, got.text, "action_scope_required")
		get().ok()
		end()
		app.call("listScopes").ok()
	})
	t.Run("field permission missing", func(t *testing.T) {
		require.Contains(t, row(), "mobile")
		end := provoke(sim.Cause{Kind: sim.CauseFieldPermissionMissing,
			Names: []string{"contact:user.phone:readonly", "job_title"}})
		assert.NotContains(t, row(), "mobile")
		assert.NotContains(t, row(), "job_title")
		assert.Contains(t, row(), "name")
		end()
		assert.Contains(t, row(), "mobile")
	})
	t.Run("range", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseRangeEmpty})
		get().fails(400, 41050)
		app.call("listUsersByDepartment", query("department_id", "0")).fails(403, 40004)
		data := app.call("listScopes").ok().body["data"].(map[string]any)
		assert.Empty(t, data["department_ids"])
		assert.NotContains(t, data, "user_ids")
		end()
		end = provoke(sim.Cause{Kind: sim.CauseRangePartial, People: []string{who.UserID}})
		data = app.call("listScopes").ok().body["data"].(map[string]any)
		assert.Equal(t, []any{who.FeishuOpenID}, data["user_ids"])
		get().ok()
		end()
	})
	t.Run("secret of another kind", func(t *testing.T) {
		buy := func() feishuReply {
			return app.call("getTenantAccessTokenInternal",
				feishuObject{"app_id": demo.AppID, "app_secret": demo.AppSecret})
		}
		end := provoke(sim.Cause{Kind: sim.CauseSecretOfAnotherKind})
		got := buy()
		assert.Equal(t, json.Number("10014"), got.body["code"])
		assert.Equal(t, "app id not exists", got.str("msg"))
		end()
		buy().ok()
	})
	for _, test := range []struct {
		kind sim.CauseKind
		code int
		text string
	}{
		{sim.CauseAddressRefused, 99991401, "ip 127.0.0.1 is denied by app setting"},
		{sim.CauseAppDisabled, 99991662, ""},
		{sim.CauseAppUnpublished, 99991673, ""},
		{sim.CauseEditionLacks, 44052, ""},
	} {
		t.Run(string(test.kind), func(t *testing.T) {
			end := provoke(sim.Cause{Kind: test.kind})
			got := get()
			got.fails(400, test.code)
			assert.Contains(t, got.str("msg"), test.text)
			end()
			get().ok()
		})
	}
	t.Run("base URL wrong", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseBaseURLWrong, Status: 404})
		assert.Equal(t, 404, get().status)
		end()
		end = provoke(sim.Cause{Kind: sim.CauseBaseURLWrong})
		response, err := http.Get(srv.FeishuURL() + "/contact/v3/scopes")
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, 200, response.StatusCode)
		assert.Equal(t, "text/html", response.Header.Get("Content-Type"))
		end()
	})
}

func TestCausesOfWPS(t *testing.T) {
	app := serveWPS(t)
	srv := app.srv
	who := srv.Organisation().People()[5]
	get := func() wpsReply { return app.get("/v7/users/" + who.WPSUserID) }
	row := func() map[string]any { return get().ok().body["data"].(map[string]any) }
	provoke := func(cause sim.Cause) func() { return srv.Provoke(sim.VendorWPS, cause) }

	t.Run("permission missing", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CausePermissionMissing,
			Names: []string{"kso.contact.read", "kso.contact.readwrite"}})
		get().fails(403, "400000003")
		end()
		end = provoke(sim.Cause{Kind: sim.CausePermissionMissing, Names: []string{"getRootDept"}})
		app.get("/v7/depts/root").fails(403, "400000003")
		get().ok()
		end()
		app.get("/v7/depts/root").ok()
	})
	t.Run("field permission missing", func(t *testing.T) {
		require.Contains(t, row(), "phone")
		end := provoke(sim.Cause{Kind: sim.CauseFieldPermissionMissing,
			Names: []string{"kso.user_phone.read", "title"}})
		assert.NotContains(t, row(), "phone")
		assert.NotContains(t, row(), "title")
		assert.Contains(t, row(), "email")
		end()
	})
	t.Run("range", func(t *testing.T) {
		list := func() []any {
			data := app.get("/v7/users", "status", "active", "page_size", "50").ok().body["data"].(map[string]any)
			items, _ := data["items"].([]any)
			return items
		}
		end := provoke(sim.Cause{Kind: sim.CauseRangeEmpty})
		assert.Empty(t, list())
		end()
		end = provoke(sim.Cause{Kind: sim.CauseRangePartial, People: []string{who.UserID}})
		require.Len(t, list(), 1)
		end()
		assert.Greater(t, len(list()), 1)
	})
	t.Run("secret of another kind", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseSecretOfAnotherKind})
		app.as(app.buy(nil).str("access_token")).get("/v7/users/"+who.WPSUserID).fails(403, "403000001")
		end()
		app.as(app.buy(nil).str("access_token")).get("/v7/users/" + who.WPSUserID).ok()
	})
	for _, kind := range []sim.CauseKind{sim.CauseAppUnpublished, sim.CauseAppDisabled} {
		t.Run(string(kind), func(t *testing.T) {
			end := provoke(sim.Cause{Kind: kind})
			app.buy(nil).fails(401, "40100002")
			end()
		})
	}
	t.Run("address refused", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseAddressRefused})
		assert.Contains(t, get().fails(403, "403000002").text, "127.0.0.1")
		end()
	})
	t.Run("signature refused", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseSignatureRefused})
		assert.Contains(t, get().text, "kso1sign check error: invalid signature")
		end()
		get().ok()
	})
	t.Run("edition", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseEditionLacks, Names: []string{"getUser"}})
		assert.Contains(t, get().fails(403, "403000001").text, "ErrPrivileges: interface_company_doc")
		app.get("/v7/depts/root").ok()
		end()
	})
	t.Run("clock off", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseClockOff, By: 7 * time.Minute})
		got := get().ok()
		date, err := http.ParseTime(got.header.Get("Date"))
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now().Add(7*time.Minute), date, time.Minute)
		end()
		end = provoke(sim.Cause{Kind: sim.CauseClockOff, By: -7 * time.Minute, Window: time.Minute})
		assert.Contains(t, get().text, "kso1sign check error: invalid kso-date header")
		end()
	})
	t.Run("base URL wrong", func(t *testing.T) {
		end := provoke(sim.Cause{Kind: sim.CauseBaseURLWrong, Status: 404})
		get().fails(404, "404000001")
		end()
	})
}

// DingTalk holds the signatures of third-party apps against its clock.
func TestClockOffAtDingTalk(t *testing.T) {
	c := newDingCorp(t, sim.WithCause(sim.VendorDingTalk, sim.Cause{Kind: sim.CauseClockOff, By: 5 * time.Minute}))
	demo := c.srv.Credentials().DingTalk
	got := c.app.get("/department/get", "id", "1").fine()
	assert.Equal(t, "Mon, 02 Mar 2026 09:05:00 GMT", got.header.Get("Date"))
	c.app.call(http.MethodPost, "/service/get_corp_token", c.signedQuery(demo.SuiteSecret), nil,
		dingObject{"auth_corpid": demo.CorpID}).errs(853002)
}

// Two causes at once: neither takes the other away.
func TestCausesAddUp(t *testing.T) {
	app := newFeishuApp(t)
	who := app.srv.Organisation().People()[5]
	endPhone := app.srv.Provoke(sim.VendorFeishu, sim.Cause{Kind: sim.CauseFieldPermissionMissing,
		Names: []string{"mobile"}})
	endName := app.srv.Provoke(sim.VendorFeishu, sim.Cause{Kind: sim.CauseFieldPermissionMissing,
		Names: []string{"name"}})
	row := func() map[string]any {
		data := app.call("getUser", who.FeishuOpenID).ok().body["data"].(map[string]any)
		return data["user"].(map[string]any)
	}
	assert.NotContains(t, row(), "mobile")
	assert.NotContains(t, row(), "name")
	endPhone()
	endPhone() // a second time it does nothing
	assert.Contains(t, row(), "mobile")
	assert.NotContains(t, row(), "name")
	endName()
}

func TestCausesThatAreNone(t *testing.T) {
	srv := serve(t)
	for name, c := range map[string]sim.Cause{
		"a kind that the vendor lacks": {Kind: sim.CauseSignatureRefused},
		"a kind that nobody has":       {Kind: "bad-luck"},
		"no names":                     {Kind: sim.CausePermissionMissing},
		"a permission that is not":     {Kind: sim.CausePermissionMissing, Names: []string{"contact:everything"}},
		"an empty name":                {Kind: sim.CauseFieldPermissionMissing, Names: []string{""}},
		"no range":                     {Kind: sim.CauseRangePartial},
		"nobody":                       {Kind: sim.CauseRangePartial, People: []string{"nobody"}},
		"a clock that is right":        {Kind: sim.CauseClockOff},
		"another status":               {Kind: sim.CauseBaseURLWrong, Status: 500},
	} {
		assert.Panics(t, func() { srv.Provoke(sim.VendorFeishu, c) }, name)
	}
	assert.Panics(t, func() { srv.Provoke("telex", sim.Cause{Kind: sim.CauseRangeEmpty}) })
	for _, vendor := range srv.Vendors() {
		assert.Subset(t, sim.CauseKinds(), srv.CauseKinds(vendor))
	}
}

// With a field permission missing, exactly the fields vanish of which the document says that it opens them.
func TestFieldPermissionsAreThoseOfTheDocuments(t *testing.T) {
	srv := serve(t, sim.WithoutQuotas())
	who := srv.Organisation().People()[5]
	require.NoError(t, srv.Organisation().UpdatePerson(who.Key, func(p *sim.Person) error {
		p.WorkPlace, p.Remark, p.City, p.CorpEmail = "Hangzhou", "on loan", "Hangzhou", "mail@corp.example.org"
		p.Attributes = []sim.Attribute{{Name: "desk", Text: "3F"}}
		return nil
	}))
	feishu, ding, wps := feishuAppOf(t, srv), dingInternal(t, srv), wpsOf(t, srv, time.Now)
	for _, vendor := range []struct {
		name, schema string
		fields       []wire.FieldAccess
		read         func() map[string]any
	}{
		{sim.VendorFeishu, "User", feishuapi.FieldAccess(), func() map[string]any {
			return feishu.call("getUser", who.FeishuOpenID).ok().object("data", "user")
		}},
		{sim.VendorFeishu, "Department", feishuapi.FieldAccess(), func() map[string]any {
			dept, _ := srv.Organisation().Department(who.MainDepartment)
			return feishu.call("getDepartment", dept.FeishuOpenID).ok().object("data", "department")
		}},
		{sim.VendorDingTalk, "UserV2", dingtalkapi.FieldAccess(), func() map[string]any {
			return ding.post("/topapi/v2/user/get", dingObject{"userid": who.UserID}).fine().result()
		}},
		{sim.VendorWPS, "User", wpsapi.FieldAccess(), func() map[string]any {
			return wps.get("/v7/users/" + who.WPSUserID).data()
		}},
	} {
		whole := vendor.read()
		scopes := make(map[string]bool)
		for _, f := range vendor.fields {
			if name, _, _ := strings.Cut(f.Field, "."); name == vendor.schema && len(f.Scopes) > 0 {
				scopes[strings.Join(f.Scopes, " ")] = true
			}
		}
		require.NotEmpty(t, scopes)
		for list := range scopes {
			missing := strings.Fields(list)
			end := srv.Provoke(vendor.name, sim.Cause{Kind: sim.CauseFieldPermissionMissing, Names: missing})
			got := vendor.read()
			end()
			for _, f := range vendor.fields {
				name, property, _ := strings.Cut(f.Field, ".")
				if _, answered := whole[property]; name != vendor.schema || !answered || len(f.Scopes) == 0 {
					continue
				}
				closed := !slices.ContainsFunc(f.Scopes, func(s string) bool { return !slices.Contains(missing, s) })
				if closed {
					assert.NotContains(t, got, property, "%s %s without %v", vendor.name, f.Field, missing)
				} else {
					assert.Contains(t, got, property, "%s %s without %v", vendor.name, f.Field, missing)
				}
			}
		}
		assert.Len(t, vendor.read(), len(whole))
	}
}

// An app that a rule keeps from fields lacks exactly those of which the document says so.
func TestFieldRulesAreThoseOfTheDocuments(t *testing.T) {
	lacks := func(t *testing.T, fields []wire.FieldAccess, schema string, rule wire.FieldRule,
		whole, got map[string]any) {
		t.Helper()
		ruled := 0
		for _, f := range fields {
			name, property, _ := strings.Cut(f.Field, ".")
			if _, answered := whole[property]; name != schema || !answered {
				continue
			}
			switch {
			case !slices.Contains(f.Rules, rule):
				assert.Contains(t, got, property)
			case property == "gender":
				assert.Contains(t, []any{"", "0"}, got[property])
				ruled++
			default:
				assert.NotContains(t, got, property)
				ruled++
			}
		}
		assert.Greater(t, ruled, 3)
	}
	t.Run("WeCom", func(t *testing.T) {
		old, young := serve(t), serve(t, sim.WithWeComAppCreatedAfter2022())
		who := old.Organisation().People()[5].UserID
		lacks(t, wecomapi.FieldAccess(), "GetUserAnswer", wire.FieldOwnAppBeforeJune2022,
			appOf(t, old).get("/user/get", "userid", who).ok().body,
			appOf(t, young).get("/user/get", "userid", who).ok().body)
	})
	t.Run("DingTalk", func(t *testing.T) {
		c := newDingCorp(t)
		lacks(t, dingtalkapi.FieldAccess(), "UserV2", wire.FieldOwnApp,
			c.app.post("/topapi/v2/user/get", dingObject{"userid": c.staff.UserID}).fine().result(),
			dingThirdParty(t, c.srv).post("/topapi/v2/user/get", dingObject{"userid": c.staff.UserID}).fine().result())
	})
}
