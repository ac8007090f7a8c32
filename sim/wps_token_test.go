package sim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWPSTenantToken(t *testing.T) {
	k := newClock()
	c := wpsOf(t, serve(t, sim.WithClock(k.Now)), k.Now)
	first := c.buy(nil)
	assert.Equal(t, http.StatusOK, first.status)
	assert.Equal(t, json.Number("7199"), first.body["expires_in"])
	assert.Equal(t, "bearer", first.str("token_type"))
	assert.Len(t, first.body, 3, "no envelope, no refresh token")
	second := c.buy(nil)
	assert.NotEqual(t, first.str("access_token"), second.str("access_token"))

	k.advance(7200*time.Second - time.Nanosecond)
	c.as(first.str("access_token")).get("/v7/depts/root").ok() // the second did not kill it
	k.advance(time.Nanosecond)
	expired := c.as(first.str("access_token")).get("/v7/depts/root").fails(http.StatusUnauthorized, "401030001")
	assert.Equal(t, "kso: access_token verify err: token expired", expired.str("message"))
	c.as(c.buy(nil).str("access_token")).get("/v7/depts/root").ok()
}

func TestWPSTokenLifetimeAndRevocation(t *testing.T) {
	k := newClock()
	c := wpsOf(t, serve(t, sim.WithClock(k.Now), sim.WithTokenLifetime(sim.VendorWPS, time.Minute)), k.Now)
	assert.Equal(t, json.Number("59"), c.buy(nil).body["expires_in"])
	c.get("/v7/depts/root").ok()
	c.srv.RevokeTokens(sim.VendorWPS)
	c.get("/v7/depts/root").fails(http.StatusUnauthorized, "401030003")
	c.token = c.buy(nil).str("access_token")
	c.get("/v7/depts/root").ok()
	assert.Equal(t, 3, c.srv.TokensIssued(sim.VendorWPS))
}

func TestWPSTokenRefusals(t *testing.T) {
	c := serveWPS(t)
	refused := func(r wpsReply, desc string) {
		t.Helper()
		switch {
		case strings.Contains(desc, "authentication"):
			r.fails(http.StatusUnauthorized, "40100008")
			assert.Equal(t, "invalid_client", r.str("msg"))
		case desc == "not known":
			r.fails(http.StatusBadRequest, "40100010")
		default:
			r.fails(http.StatusBadRequest, "40000001")
			assert.Equal(t, "invalid_request", r.str("msg"))
		}
		assert.Contains(t, r.body["debug"].(map[string]any)["desc"], desc)
	}
	refused(c.buy(map[string]string{"client_secret": "wrong"}), "client authentication failed")
	refused(c.buy(map[string]string{"client_id": "AKwrong"}), "client authentication failed")
	refused(c.buy(map[string]string{"grant_type": ""}), "grant_type is required")
	refused(c.buy(map[string]string{"client_id": ""}), "client_id is required")
	refused(c.buy(map[string]string{"client_secret": ""}), "client_secret is required")
	refused(c.buy(map[string]string{"grant_type": "password"}), "not known")
	refused(c.buy(map[string]string{"grant_type": "authorization_code", "redirect_uri": "x"}), "code is required")
	refused(c.buy(map[string]string{"grant_type": "authorization_code", "code": "x"}), "redirect_uri is required")
	refused(c.buy(map[string]string{"grant_type": "refresh_token"}), "refresh_token is required")

	// A JSON body is no form, and neither is the query.
	req := c.request(http.MethodPost, "/oauth2/token", `{"grant_type":"client_credentials"}`)
	refused(c.do(req), "x-www-form-urlencoded")
	req = c.request(http.MethodPost,
		"/oauth2/token?grant_type=client_credentials&client_id="+c.app+"&client_secret="+c.key, "")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Del("X-Kso-Authorization")
	refused(c.do(req), "is required")

	for _, r := range c.srv.Requests(sim.VendorWPS) {
		assert.Nil(t, r.Body, "the journal keeps no secrets")
		assert.NotContains(t, r.Query.Encode(), c.key)
	}
}

func TestWPSBearer(t *testing.T) {
	c := serveWPS(t)
	for name, spoil := range map[string]func(http.Header){
		"missing":           func(h http.Header) { h.Del("Authorization") },
		"empty":             func(h http.Header) { h.Set("Authorization", "Bearer ") },
		"small b":           func(h http.Header) { h.Set("Authorization", "bearer "+c.token) },
		"without a scheme":  func(h http.Header) { h.Set("Authorization", c.token) },
		"made up":           func(h http.Header) { h.Set("Authorization", "Bearer eyJhbGciOiJFUzI1NiJ9.e30.x") },
		"twice":             func(h http.Header) { h.Add("Authorization", h.Get("Authorization")) },
		"of another vendor": func(h http.Header) { h.Set("Authorization", "Bearer "+contactOf(t, c.srv).token) },
	} {
		req := c.request(http.MethodGet, "/v7/depts/root", "")
		spoil(req.Header)
		code := "401000001" // missing
		if name == "made up" || name == "of another vendor" {
			code = "401030003"
		}
		got := c.do(req).fails(http.StatusUnauthorized, code)
		assert.Contains(t, got.str("message"), "access_token verify err", name)
	}
	req := c.request(http.MethodGet, "/v7/depts/root?access_token="+url.QueryEscape(c.token), "")
	req.Header.Del("Authorization")
	c.do(req).fails(http.StatusUnauthorized, "401000001") // a header is the only place for it
}

func TestWPSThirdPartyApp(t *testing.T) {
	c := serveWPS(t)
	demo := c.srv.Credentials().WPS
	c.app, c.key = demo.ThirdPartyAppID, demo.ThirdPartyAppKey
	own := c.as(c.buy(nil).str("access_token"))
	own.get("/v7/depts/root").denied()

	old := c.srv.WPS().NewAppTicket()
	ticket := c.srv.WPS().NewAppTicket()
	for desc, fields := range map[string]map[string]string{
		"company_id is required": {"app_ticket": ticket},
		"app_ticket is required": {"company_id": demo.CompanyID},
		"not the newest":         {"app_ticket": old, "company_id": demo.CompanyID},
		"not authorised":         {"app_ticket": ticket, "company_id": "another"},
	} {
		got := c.buy(fields).fails(http.StatusBadRequest, "40000001")
		if desc == "not authorised" {
			desc = "has not authorised"
		}
		assert.Contains(t, got.body["debug"].(map[string]any)["desc"], desc)
	}
	tenant := c.as(c.buy(map[string]string{"app_ticket": ticket, "company_id": demo.CompanyID}).str("access_token"))
	tenant.get("/v7/depts/root").ok()
}

const wpsCallback = "https://app.example.org/callback"

// signIn exchanges a code for the person's token.
func (c *wpsCaller) signIn(p sim.Person, scopes ...string) wpsReply {
	c.t.Helper()
	code, err := c.srv.WPS().SignIn(p.UserID, wpsCallback, scopes...)
	require.NoError(c.t, err)
	return c.exchange(code, wpsCallback)
}

func (c *wpsCaller) exchange(code, redirectURI string) wpsReply {
	c.t.Helper()
	return c.buy(map[string]string{"grant_type": "authorization_code", "code": code, "redirect_uri": redirectURI})
}

func (c *wpsCaller) refresh(token string) wpsReply {
	c.t.Helper()
	return c.buy(map[string]string{"grant_type": "refresh_token", "refresh_token": token})
}

func TestWPSUserToken(t *testing.T) {
	k := newClock()
	c := wpsOf(t, serve(t, sim.WithClock(k.Now), sim.WithoutQuotas()), k.Now)
	p := c.active()
	first := c.signIn(p)
	assert.Equal(t, json.Number("7199"), first.body["expires_in"])
	assert.Equal(t, json.Number("2592000"), first.body["refresh_expires_in"], "a number, as in the vendor's sample")

	user := c.as(first.str("access_token"))
	me := user.get("/v7/users/current").data()
	company := c.srv.Credentials().WPS.CompanyID
	assert.Equal(t, map[string]any{"id": p.WPSUserID, "user_name": p.Name, "avatar": p.AvatarURL,
		"company_id": company, "ex_user_id": p.UserID, "type": "company_user", "type_v2": "company_member"}, me)
	assert.Equal(t, map[string]any{"user_id": p.WPSUserID, "company_id": company},
		user.get("/v7/users/current_id").data())

	// The refresh token rotates, and what is left of its time counts down.
	k.advance(24 * time.Hour)
	user.get("/v7/users/current").fails(http.StatusUnauthorized, "401030001")
	second := c.refresh(first.str("refresh_token"))
	assert.Equal(t, "2505600", second.str("refresh_expires_in"), "text, as in the vendor's table")
	c.as(second.str("access_token")).get("/v7/users/current").ok()
	dead := c.refresh(first.str("refresh_token")).fails(http.StatusBadRequest, "40100009")
	assert.Equal(t, "invalid_grant", dead.str("msg"))
	k.advance(29 * 24 * time.Hour)
	c.refresh(second.str("refresh_token")).fails(http.StatusBadRequest, "40100009")

	third := c.srv.Credentials().WPS
	fresh := c.signIn(p)
	other := *c
	other.app, other.key = third.ThirdPartyAppID, third.ThirdPartyAppKey
	other.refresh(fresh.str("refresh_token")).fails(http.StatusBadRequest, "40100009")
	c.refresh(fresh.str("refresh_token")).str("access_token")
}

func TestWPSAuthorizationCode(t *testing.T) {
	k := newClock()
	c := wpsOf(t, serve(t, sim.WithClock(k.Now), sim.WithoutQuotas()), k.Now)
	p := c.active()
	mint := func() string {
		code, err := c.srv.WPS().SignIn(p.UserID, wpsCallback)
		require.NoError(t, err)
		return code
	}
	dead := func(r wpsReply) { t.Helper(); r.fails(http.StatusBadRequest, "40100009") }

	dead(c.exchange("made up", wpsCallback))
	code := mint()
	c.exchange(code, wpsCallback).str("access_token")
	dead(c.exchange(code, wpsCallback)) // single use
	code = mint()
	dead(c.exchange(code, wpsCallback+"/"))
	dead(c.exchange(code, wpsCallback)) // used up by the wrong address
	code = mint()
	k.advance(10 * time.Minute)
	dead(c.exchange(code, wpsCallback))

	_, err := c.srv.WPS().SignIn("ghost", wpsCallback)
	require.ErrorIs(t, err, sim.ErrUnknown)
	locked := c.person(func(p sim.Person) bool { return p.Status == sim.StatusDisabled })
	_, err = c.srv.WPS().SignIn(locked.UserID, wpsCallback)
	require.ErrorIs(t, err, sim.ErrInvalid)
	newcomer := c.person(func(p sim.Person) bool { return p.Status == sim.StatusNotActivated })
	c.signIn(newcomer).str("access_token")
	assert.Equal(t, sim.StatusActive, c.again(newcomer.Key).Status)
}

// A person who is locked out or leaves takes the tokens along, whichever vendor did it.
func TestWPSUserTokenEndsWithTheAccount(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	tokens := c.signIn(p)
	user := c.as(tokens.str("access_token"))
	user.get("/v7/users/current").ok()
	c.post("/v7/users/batch_disable", map[string]any{"user_ids": []string{p.WPSUserID}}).ok()
	user.get("/v7/users/current").fails(http.StatusUnauthorized, "401030003")
	c.refresh(tokens.str("refresh_token")).fails(http.StatusBadRequest, "40100009")
	c.post("/v7/users/batch_enable", map[string]any{"user_ids": []string{p.WPSUserID}}).ok()
	user.get("/v7/users/current").ok()
	code, err := c.srv.WPS().SignIn(p.UserID, wpsCallback)
	require.NoError(t, err)
	contactOf(t, c.srv).get("/user/delete", "userid", p.UserID).ok()
	user.get("/v7/users/current").fails(http.StatusUnauthorized, "401030003")
	c.exchange(code, wpsCallback).fails(http.StatusBadRequest, "40100009")
}

func TestWPSTokenLooksLikeAJWT(t *testing.T) {
	c := serveWPS(t)
	assert.Len(t, strings.Split(c.token, "."), 3)
}
