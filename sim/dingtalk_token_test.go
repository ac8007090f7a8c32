package sim_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dingPlaces are calls of the three kinds with a token of choice.
func dingPlaces(c *dingCaller, userID string) (plain, top, newHost func() dingReply) {
	plain = func() dingReply { return c.get("/user/get", "userid", userID) }
	top = func() dingReply { return c.post("/topapi/v2/user/get", map[string]any{"userid": userID}) }
	newHost = func() dingReply {
		return c.newHost("/v1.0/contact/users/search", nil, map[string]any{"queryWord": "a", "offset": 0, "size": 1})
	}
	return plain, top, newHost
}

func TestDingTalkTokenRefusals(t *testing.T) {
	srv := serve(t)
	c := &dingCaller{t: t, srv: srv}
	demo := srv.Credentials().DingTalk
	c.gettoken(demo.AppKey, "wrong").errs(40096)
	c.gettoken("wrong", demo.AppSecret).errs(40096)
	c.gettoken(demo.SuiteKey, demo.SuiteSecret).errs(40096)
	missing := c.gettoken("", demo.AppSecret).errs(40035)
	assert.Equal(t, "缺少参数 corpid or appkey", missing.str("errmsg"))
	c.call(http.MethodGet, "/gettoken", nil, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		// the page's own sample
		url.Values{"appkey": {demo.AppKey}, "appsecret": {demo.AppSecret}}.Encode()).errs(40035)

	newHost := func(path string, body any) dingReply { return c.call(http.MethodPost, path, nil, nil, body) }
	newHost("/v1.0/oauth2/accessToken", map[string]any{"appKey": demo.AppKey}).refused(400,
		"invalidParameter.param.invalid")
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	c.call(http.MethodPost, "/v1.0/oauth2/accessToken", nil, form, "appKey="+demo.AppKey).refused(400, "Missingbody")
	c.call(http.MethodPost, "/v1.0/oauth2/accessToken", nil, nil, "").refused(400, "Missingbody")
	scoped := "/v1.0/oauth2/" + demo.CorpID + "/token"
	newHost(scoped, map[string]any{"client_id": demo.AppKey, "client_secret": "x",
		"grant_type": "client_credentials"}).refused(400, "invalid.client")
	newHost(scoped, map[string]any{"client_id": demo.AppKey, "client_secret": demo.AppSecret,
		"grant_type": "password"}).refused(400, "unsupported.grant.type")

	old := func(body any) dingReply { return c.call(http.MethodPost, "/service/get_suite_token", nil, nil, body) }
	old(map[string]any{"suite_secret": "x", "suite_ticket": "x"}).errs(41021)
	old(map[string]any{"suite_key": "x", "suite_ticket": "x"}).errs(41024)
	old(map[string]any{"suite_key": "x", "suite_secret": "x"}).errs(41023)
	old(map[string]any{"suite_key": demo.SuiteKey, "suite_secret": "x", "suite_ticket": demo.SuiteTicket}).errs(40088)
	suite := map[string]any{"suiteKey": demo.SuiteKey, "suiteSecret": demo.SuiteSecret, "suiteTicket": "old",
		"authCorpId": demo.CorpID}
	newHost("/v1.0/oauth2/suiteAccessToken", suite).refused(400, "invalidSuiteTicket")
	newHost("/v1.0/oauth2/corpAccessToken", suite).refused(400, "invalidSuiteTicket")
	suite["suiteSecret"] = "wrong"
	newHost("/v1.0/oauth2/corpAccessToken", suite).refused(400, "invalidSuiteKey")
	assert.Zero(t, srv.TokensIssued(sim.VendorDingTalk))
}

func TestDingTalkInternalTokenIsProlonged(t *testing.T) {
	k := newClock()
	srv := serve(t, sim.WithClock(k.Now))
	demo := srv.Credentials().DingTalk
	c := &dingCaller{t: t, srv: srv}
	first := c.gettoken(demo.AppKey, demo.AppSecret).fine()
	assert.Equal(t, "7200", fmt.Sprint(first.body["expires_in"]))
	c.token = first.str("access_token")
	plain, top, newHost := dingPlaces(c, srv.Organisation().People()[0].UserID)

	k.advance(119 * time.Minute)
	again := c.call(http.MethodPost, "/v1.0/oauth2/accessToken", nil, nil,
		map[string]any{"appKey": demo.AppKey, "appSecret": demo.AppSecret}).done()
	assert.Equal(t, c.token, again.str("accessToken"), "the same token, from the other host too")
	assert.Equal(t, "7200", fmt.Sprint(again.body["expireIn"]), "with a whole life before it")
	scoped := c.call(http.MethodPost, "/v1.0/oauth2/"+demo.CorpID+"/token", nil, nil,
		map[string]any{"client_id": demo.AppKey, "client_secret": demo.AppSecret,
			"grant_type": "client_credentials"}).done()
	assert.Equal(t, c.token, scoped.str("access_token"))
	assert.Equal(t, 1, srv.TokensIssued(sim.VendorDingTalk))

	k.advance(119 * time.Minute)
	plain().fine()
	top().fine()
	newHost().done()

	k.advance(time.Minute)
	plain().errs(42001)
	top().gateway("42001")
	newHost().refused(400, "InvalidAuthentication")

	next := c.gettoken(demo.AppKey, demo.AppSecret).fine().str("access_token")
	assert.NotEqual(t, c.token, next, "a new one after its end")
	c.token = next
	plain().fine()

	srv.RevokeTokens(sim.VendorDingTalk)
	plain().errs(40014)
	top().gateway("40014")
	newHost().refused(400, "InvalidAuthentication")
}

func TestDingTalkCorpTokensDiffer(t *testing.T) {
	srv := serve(t)
	first, second := dingThirdParty(t, srv), dingThirdParty(t, srv)
	assert.NotEqual(t, first.token, second.token)
	for _, c := range []*dingCaller{first, second} {
		plain, top, newHost := dingPlaces(c, srv.Organisation().People()[0].UserID)
		plain().fine()
		top().fine()
		newHost().done()
	}
	demo := srv.Credentials().DingTalk
	c := &dingCaller{t: t, srv: srv}
	c.token = c.call(http.MethodPost, "/v1.0/oauth2/"+demo.CorpID+"/token", nil, nil, map[string]any{
		"client_id": demo.SuiteKey, "client_secret": demo.SuiteSecret, "grant_type": "client_credentials",
	}).done().str("access_token")
	c.get("/user/get", "userid", srv.Organisation().People()[0].UserID).fine()

	// The token of the suite itself opens none of the document's operations.
	c.token = c.call(http.MethodPost, "/service/get_suite_token", nil, nil, map[string]any{
		"suite_key": demo.SuiteKey, "suite_secret": demo.SuiteSecret, "suite_ticket": demo.SuiteTicket,
	}).fine().str("suite_access_token")
	c.get("/user/get", "userid", "x").errs(40014)
}

func TestDingTalkTokenPlaces(t *testing.T) {
	srv := serve(t)
	c := dingInternal(t, srv)
	user := srv.Organisation().People()[0].UserID
	none := &dingCaller{t: t, srv: srv}
	plain, top, newHost := dingPlaces(none, user)
	assert.Equal(t, "缺少access_token参数", plain().errs(41001).str("errmsg"))
	assert.Equal(t, "access_token is blank", top().gateway("40000").str("sub_msg"))
	newHost().refused(400, "AuthenticationFailed.MissingParameter")

	wrong := http.Header{"x-acs-dingtalk-access-token": {c.token}, "Authorization": {"Bearer " + c.token}}
	none.call(http.MethodGet, "/user/get", url.Values{"userid": {user}}, wrong, nil).errs(41001)
	none.call(http.MethodPost, "/topapi/v2/user/get", nil, wrong, map[string]any{"userid": user}).gateway("40000")
	search := map[string]any{"queryWord": "a", "offset": 0, "size": 1}
	none.call(http.MethodPost, "/v1.0/contact/users/search", url.Values{"access_token": {c.token}},
		http.Header{"Authorization": {"Bearer " + c.token}}, search).
		refused(400, "AuthenticationFailed.MissingParameter")

	none.token = "made-up"
	plain().errs(40014)
	top().gateway("40014")
	newHost().refused(400, "InvalidAuthentication")

	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	got := none.call(http.MethodPost, "/topapi/v2/user/get", nil, form,
		url.Values{"userid": {user}, "access_token": {c.token}}.Encode()).fine()
	assert.Equal(t, user, got.result()["userid"], "topapi reads the token off a form")
}

func TestDingTalkTokenLifetimeOption(t *testing.T) {
	k := newClock()
	srv := serve(t, sim.WithClock(k.Now), sim.WithTokenLifetime(sim.VendorDingTalk, time.Minute))
	c := dingInternal(t, srv)
	k.advance(59 * time.Second)
	c.get("/user/get_admin").fine()
	k.advance(time.Second)
	c.get("/user/get_admin").errs(42001)
	require.Equal(t, 1, srv.TokensIssued(sim.VendorDingTalk))
}

func TestDingTalkOldGateway(t *testing.T) {
	srv := serve(t, sim.WithDingTalkOldGateway())
	c := &dingCaller{t: t, srv: srv, token: "made-up"}
	got := c.post("/topapi/v2/user/get", dingObject{"userid": "x"}).errs(88)
	assert.Equal(t, "ding talk error[subcode=40014,submsg=不合法的access_token]", got.str("errmsg"))
}

func TestDingTalkCustomApp(t *testing.T) {
	srv := serve(t)
	demo := srv.Credentials().DingTalk
	c := &dingCaller{t: t, srv: srv}
	c.token = c.call(http.MethodPost, "/v1.0/oauth2/"+demo.CorpID+"/token", nil, nil, dingObject{
		"client_id": demo.CustomKey, "client_secret": demo.CustomSecret, "grant_type": "client_credentials",
	}).done().str("access_token")
	c.get("/user/get", "userid", srv.Organisation().People()[0].UserID).fine()
	c.get("/user/delete", "userid", srv.Organisation().People()[1].UserID).errs(60011)
	c.token = c.call(http.MethodPost, "/v1.0/oauth2/corpAccessToken", nil, nil, dingObject{
		"suiteKey": demo.CustomKey, "suiteSecret": demo.CustomSecret, "suiteTicket": "any", "authCorpId": demo.CorpID,
	}).done().str("accessToken")
	c.get("/user/get_admin").fine()
}

func TestDingTalkSecretsAreNotInTheJournal(t *testing.T) {
	c := newDingCorp(t)
	demo := c.srv.Credentials().DingTalk
	dingThirdParty(t, c.srv)
	plain, top, newHost := dingPlaces(c.app, c.staff.UserID)
	plain().fine()
	top().fine()
	newHost().done()
	c.app.call(http.MethodPost, "/service/get_corp_token", c.signedQuery(demo.SuiteSecret), nil,
		dingObject{"auth_corpid": demo.CorpID}).fine()
	requests := ""
	for _, request := range c.srv.Requests(sim.VendorDingTalk) {
		requests += fmt.Sprint(request.Query, request.Header, string(request.Body))
	}
	for _, secret := range []string{c.app.token, demo.AppSecret, demo.SuiteSecret, demo.SuiteTicket, demo.SuiteKey} {
		assert.NotContains(t, requests, secret)
	}
}

// What apps sent before they had a key of their own.
func TestDingTalkTokenUnderItsOldNames(t *testing.T) {
	c := dingInternal(t, simtest.Serve(t))
	demo := c.srv.Credentials().DingTalk
	gettoken := func(pairs ...string) dingReply {
		query := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			query.Set(pairs[i], pairs[i+1])
		}
		return c.call(http.MethodGet, "/gettoken", query, nil, nil)
	}
	for _, id := range []string{demo.CorpID, demo.AppKey} {
		assert.Equal(t, c.token, gettoken("corpid", id, "corpsecret", demo.AppSecret).fine().str("access_token"))
	}
	gettoken("corpid", demo.CorpID, "corpsecret", "wrong").errs(40089)
	gettoken("corpid", "dingother", "corpsecret", demo.AppSecret).errs(40089)
	gettoken("corpid", demo.CorpID).errs(40035)
	gettoken("corpsecret", demo.AppSecret).errs(40035)
	gettoken("appkey", demo.AppKey, "corpid", demo.CorpID, "corpsecret", demo.AppSecret).errs(40035)
	for _, call := range c.srv.Requests("dingtalk") {
		assert.NotContains(t, fmt.Sprint(call), demo.AppSecret)
	}
}
