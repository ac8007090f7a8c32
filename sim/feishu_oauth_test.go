package sim_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// oauthFails checks a refusal of the OAuth endpoint, which has a shape of its own.
func (r feishuReply) oauthFails(code int, class string) {
	r.t.Helper()
	r.fails(400, code)
	assert.Equal(r.t, class, r.str("error"))
	assert.NotEmpty(r.t, r.str("error_description"))
	assert.NotContains(r.t, r.body, "msg")
	assert.NotContains(r.t, r.body, "data")
}

func TestFeishuAuthorizationCode(t *testing.T) {
	k := newClock()
	c := &feishuCaller{t: t, srv: serve(t, sim.WithClock(k.Now))}
	people := feishuPeople(t, c.srv)
	authorize := func(consent sim.FeishuConsent) string {
		code, err := c.srv.Feishu().Authorize(people.staff.UserID, consent)
		require.NoError(t, err)
		return code
	}
	redeem := func(code string, more ...string) feishuReply {
		body := feishuObject{"grant_type": "authorization_code", "code": code}
		for i := 0; i+1 < len(more); i += 2 {
			body[more[i]] = more[i+1]
		}
		return c.exchange(body)
	}

	code := authorize(sim.FeishuConsent{})
	got := redeem(code).ok()
	assert.NotContains(t, got.body, "msg")
	assert.Equal(t, "Bearer", got.str("token_type"))
	assert.Equal(t, 7200, got.intAt("expires_in"))
	assert.Equal(t, 604800, got.intAt("refresh_token_expires_in"))
	assert.Contains(t, strings.Fields(got.str("scope")), "offline_access")
	assert.True(t, strings.HasPrefix(got.str("access_token"), "eyJ"))
	assert.Greater(t, len(got.str("access_token")), 1024)
	info := c.as(got.str("access_token")).call("getUserInfo").ok()
	assert.Equal(t, people.staff.FeishuOpenID, info.at("data", "open_id"))
	assert.Equal(t, people.staff.FeishuUserID, info.at("data", "user_id"))
	assert.Equal(t, people.staff.Mobile.E164(), info.at("data", "mobile"))
	assert.Equal(t, c.srv.Credentials().Feishu.TenantKey, info.at("data", "tenant_key"))
	redeem(code).oauthFails(20065, "invalid_grant")

	// Without offline_access there is no refresh token.
	got = redeem(authorize(sim.FeishuConsent{Scopes: []string{"contact:user:search"}})).ok()
	assert.Equal(t, "contact:user:search", got.str("scope"))
	assert.NotContains(t, got.body, "refresh_token")
	assert.NotContains(t, got.body, "refresh_token_expires_in")

	// Fewer scopes than were granted, but no others.
	code = authorize(sim.FeishuConsent{Scopes: []string{"contact:user:search", "offline_access"}})
	redeem(code, "scope", "contact:user:search contact:user:search").oauthFails(20067, "invalid_scope")
	redeem(code, "scope", "contact:contact").oauthFails(20068, "invalid_scope")
	assert.NotContains(t, redeem(code, "scope", "contact:user:search").ok().body, "refresh_token")

	redeem("unknown").oauthFails(20003, "invalid_grant")
	redeem("").oauthFails(20001, "invalid_request")
	code = authorize(sim.FeishuConsent{})
	k.advance(5 * time.Minute)
	redeem(code).oauthFails(20004, "invalid_grant")

	code = authorize(sim.FeishuConsent{RedirectURI: "https://portal.example.cn/callback"})
	redeem(code, "redirect_uri", "https://other.example.cn/callback").oauthFails(20071, "invalid_grant")
	redeem(code, "redirect_uri", "https://portal.example.cn/callback").ok()

	// PKCE, with the sample of RFC 7636.
	const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	for method, challenge := range map[string]string{"S256": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
		"plain": verifier, "": verifier} {
		code = authorize(sim.FeishuConsent{CodeChallenge: challenge, CodeChallengeMethod: method})
		redeem(code).oauthFails(20049, "invalid_grant")
		redeem(code, "code_verifier", "short").oauthFails(20049, "invalid_grant")
		redeem(code, "code_verifier", verifier+"x").oauthFails(20049, "invalid_grant")
		redeem(code, "code_verifier", verifier).ok()
	}

	// Clients.
	code = authorize(sim.FeishuConsent{})
	demo := c.srv.Credentials().Feishu
	redeem(code, "client_secret", "wrong").oauthFails(20002, "invalid_client")
	redeem(code, "client_id", "cli_unknown").oauthFails(20048, "invalid_client")
	redeem(code, "client_id", "").oauthFails(20063, "invalid_request")
	redeem(code, "grant_type", "").oauthFails(20063, "invalid_request")
	redeem(code, "grant_type", "password").oauthFails(20036, "unsupported_grant_type")
	redeem(code, "client_id", demo.StoreAppID, "client_secret", demo.StoreAppSecret).oauthFails(20024, "invalid_grant")
	c.call("createOauthToken", http.Header{"Authorization": {"Basic eDp5"}},
		feishuObject{"client_id": demo.AppID}).oauthFails(20070, "invalid_request")
	c.call("createOauthToken", rawBody("{")).oauthFails(20063, "invalid_request")
	c.call("createOauthToken", rawBody(`{"code":1}`)).oauthFails(20063, "invalid_request")

	// Whoever cannot work gets nothing.
	for _, p := range []sim.Person{people.frozen, people.unjoined} {
		code, err := c.srv.Feishu().Authorize(p.UserID, sim.FeishuConsent{})
		require.NoError(t, err)
		redeem(code).oauthFails(20066, "invalid_grant")
	}
	code = authorize(sim.FeishuConsent{})
	require.NoError(t, c.srv.Organisation().RemovePerson(people.staff.Key))
	redeem(code).oauthFails(20008, "invalid_grant")
	_, err := c.srv.Feishu().Authorize("ghost", sim.FeishuConsent{})
	require.ErrorIs(t, err, sim.ErrUnknown)
	_, err = c.srv.Feishu().Authorize(people.admin.UserID, sim.FeishuConsent{Scopes: []string{"contact:nothing"}})
	require.ErrorIs(t, err, sim.ErrUnknown)
	require.ErrorIs(t, c.srv.Feishu().RevokeConsent("ghost"), sim.ErrUnknown)
}

func TestFeishuRefreshTokensRotate(t *testing.T) {
	k := newClock()
	c := &feishuCaller{t: t, srv: serve(t, sim.WithClock(k.Now))}
	staff := feishuPeople(t, c.srv).staff
	start := func() feishuReply {
		code, err := c.srv.Feishu().Authorize(staff.UserID,
			sim.FeishuConsent{Scopes: []string{"contact:user:search", "offline_access"}})
		require.NoError(t, err)
		return c.exchange(feishuObject{"grant_type": "authorization_code", "code": code}).ok()
	}
	refresh := func(token string) feishuReply {
		return c.exchange(feishuObject{"grant_type": "refresh_token", "refresh_token": token})
	}
	first := start()
	k.advance(time.Hour)
	second := refresh(first.str("refresh_token")).ok()
	assert.NotEqual(t, first.str("access_token"), second.str("access_token"))
	assert.NotEqual(t, first.str("refresh_token"), second.str("refresh_token"))
	assert.Equal(t, "contact:user:search offline_access", second.str("scope"))
	c.as(first.str("access_token")).call("getUserInfo").ok() // the old one stays good to its end
	c.as(second.str("access_token")).call("getUserInfo").ok()

	refresh(first.str("refresh_token")).oauthFails(20073, "invalid_grant")
	third := refresh(second.str("refresh_token")).ok()

	refresh("unknown").oauthFails(20026, "invalid_grant")
	refresh("").oauthFails(20001, "invalid_request")
	demo := c.srv.Credentials().Feishu
	c.exchange(feishuObject{
		"grant_type": "refresh_token", "refresh_token": third.str("refresh_token"), "client_id": demo.StoreAppID,
		"client_secret": demo.StoreAppSecret,
	}).oauthFails(20024, "invalid_grant")

	// RevokeTokens is about access tokens; a consent is taken back by the person.
	c.srv.RevokeTokens(sim.VendorFeishu)
	c.as(third.str("access_token")).call("getUserInfo").fails(200, 20005)
	fourth := refresh(third.str("refresh_token")).ok()
	require.NoError(t, c.srv.Feishu().RevokeConsent(staff.UserID))
	refresh(fourth.str("refresh_token")).oauthFails(20064, "invalid_grant")

	fifth := start()
	k.advance(7 * 24 * time.Hour)
	refresh(fifth.str("refresh_token")).oauthFails(20037, "invalid_grant")

	// After 365 days nothing is left of a consent.
	token := start().str("refresh_token")
	for range 60 {
		k.advance(6 * 24 * time.Hour)
		token = refresh(token).ok().str("refresh_token")
	}
	k.advance(4 * 24 * time.Hour)
	last := refresh(token).ok()
	assert.Equal(t, 24*3600, last.intAt("refresh_token_expires_in"))
	k.advance(24 * time.Hour)
	refresh(last.str("refresh_token")).oauthFails(20037, "invalid_grant")
}

// However many refresh at once, one of them gets the next token.
func TestFeishuRefreshTokenWorksOnce(t *testing.T) {
	c := &feishuCaller{t: t, srv: serve(t)}
	staff := feishuPeople(t, c.srv).staff
	code, err := c.srv.Feishu().Authorize(staff.UserID, sim.FeishuConsent{})
	require.NoError(t, err)
	token := c.exchange(feishuObject{"grant_type": "authorization_code", "code": code}).ok().str("refresh_token")
	var wg sync.WaitGroup
	codes := make(chan int, 20)
	for range 20 {
		wg.Go(func() {
			codes <- c.exchange(feishuObject{"grant_type": "refresh_token", "refresh_token": token}).code()
		})
	}
	wg.Wait()
	close(codes)
	count := map[int]int{}
	for code := range codes {
		count[code]++
	}
	assert.Equal(t, map[int]int{0: 1, 20073: 19}, count)
}

func TestFeishuUserInfoFields(t *testing.T) {
	c := newFeishuApp(t)
	staff := feishuPeople(t, c.srv).staff
	info := c.user(staff.UserID, "contact:user:search").call("getUserInfo").ok().object("data")
	for _, name := range []string{"user_id", "email", "mobile", "employee_no", "enterprise_email"} {
		assert.NotContains(t, info, name)
	}
	for _, name := range []string{"name", "en_name", "open_id", "union_id", "avatar_url", "avatar_thumb",
		"avatar_middle", "avatar_big", "tenant_key"} {
		assert.Contains(t, info, name)
	}
}

// The authorize page is for browsers: it offers people, and sends whoever is chosen back with a code.
func TestFeishuAuthorizePage(t *testing.T) {
	c := newFeishuApp(t)
	staff := feishuPeople(t, c.srv).staff
	demo := c.srv.Credentials().Feishu
	browser := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	open := func(pairs ...string) (*http.Response, string) {
		q := query("client_id", demo.AppID, "response_type", "code", "redirect_uri", "https://portal.example.cn/back",
			"state", "s1", "scope", "contact:user.employee_id:readonly")
		for i := 0; i+1 < len(pairs); i += 2 {
			q.Set(pairs[i], pairs[i+1])
		}
		rsp, err := browser.Get(c.srv.FeishuURL() + "/authen/v1/authorize?" + q.Encode())
		require.NoError(t, err)
		defer rsp.Body.Close()
		body, err := io.ReadAll(rsp.Body)
		require.NoError(t, err)
		return rsp, string(body)
	}
	rsp, body := open()
	assert.Equal(t, http.StatusOK, rsp.StatusCode)
	assert.Contains(t, body, "sim_user=")

	rsp, _ = open("sim_user", staff.UserID)
	to, err := rsp.Location()
	require.NoError(t, err)
	assert.Equal(t, "s1", to.Query().Get("state"))
	got := c.exchange(feishuObject{"grant_type": "authorization_code", "code": to.Query().Get("code"),
		"redirect_uri": "https://portal.example.cn/back"}).ok()
	assert.Equal(t, "contact:user.employee_id:readonly", got.str("scope"))
	info := c.as(got.str("access_token")).call("getUserInfo").ok()
	assert.Equal(t, staff.FeishuUserID, info.at("data", "user_id"))

	rsp, _ = open("sim_decline", "1")
	to, err = rsp.Location()
	require.NoError(t, err)
	assert.Equal(t, "access_denied", to.Query().Get("error"))
	for name, value := range map[string]string{"client_id": "cli_x", "response_type": "token", "redirect_uri": "",
		"scope": "contact:nothing", "sim_user": "ghost"} {
		rsp, _ = open(name, value)
		assert.Equal(t, http.StatusBadRequest, rsp.StatusCode, name)
	}
}
