package sim_test

import (
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const signInCallback = "https://app.example.com/callback?from=wps"

// page goes to the page where people sign in, as a browser that does not follow where it is sent. Fields are added to a
// request that is right, and those with an empty value left out.
func (c *wpsCaller) page(fields map[string]string) (status int, text string, back *url.URL) {
	c.t.Helper()
	query := url.Values{"client_id": {c.app}, "response_type": {"code"}, "redirect_uri": {signInCallback},
		"scope": {"kso.user_base.read,kso.user_current_id.read"}, "state": {"abc"}}
	for name, value := range fields {
		query.Set(name, value)
		if value == "" {
			query.Del(name)
		}
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	browser := &http.Client{CheckRedirect: stay}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet,
		c.srv.WPSURL()+"/oauth2/auth?"+query.Encode(), nil)
	require.NoError(c.t, err)
	rsp, err := browser.Do(req)
	require.NoError(c.t, err)
	defer rsp.Body.Close()
	body, err := io.ReadAll(rsp.Body)
	require.NoError(c.t, err)
	if rsp.StatusCode == http.StatusFound {
		back, err = rsp.Location()
		require.NoError(c.t, err)
	}
	return rsp.StatusCode, string(body), back
}

func TestWPSSignInPage(t *testing.T) {
	clock := newClock()
	c := wpsOf(t, serve(t, sim.WithoutQuotas(), sim.WithClock(clock.Now)), clock.Now)
	p := c.active()
	calls := len(c.srv.Requests(sim.VendorWPS))

	status, text, _ := c.page(nil)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, text, "WPS 365")
	assert.Contains(t, text, "sim_user=")

	_, _, back := c.page(map[string]string{"sim_user": p.UserID})
	require.NotNil(t, back)
	assert.Equal(t, "app.example.com", back.Host)
	assert.Equal(t, []string{"wps"}, back.Query()["from"], "what the address had is kept")
	assert.Equal(t, "abc", back.Query().Get("state"))
	assert.Len(t, c.srv.Requests(sim.VendorWPS), calls, "the page is no operation")

	exchange := map[string]string{"grant_type": "authorization_code", "code": back.Query().Get("code"),
		"redirect_uri": signInCallback}
	me := c.as(c.buy(exchange).str("access_token"))
	assert.Equal(t, p.WPSUserID, me.get("/v7/users/current").data()["id"])
	assert.Equal(t, p.WPSUserID, me.get("/v7/users/current_id").data()["user_id"])
	c.buy(exchange).fails(http.StatusBadRequest, "40100009") // once

	_, _, back = c.page(map[string]string{"sim_user": p.UserID, "scope": "kso.user_base.read", "state": ""})
	assert.False(t, back.Query().Has("state"))
	exchange["code"] = back.Query().Get("code")
	clock.advance(10*time.Minute - time.Second)
	me = c.as(c.buy(exchange).str("access_token"))
	me.get("/v7/users/current").ok()
	me.get("/v7/users/current_id").fails(http.StatusForbidden, "400000003")

	_, _, back = c.page(map[string]string{"sim_user": p.UserID})
	exchange["code"] = back.Query().Get("code")
	clock.advance(10 * time.Minute)
	c.buy(exchange).fails(http.StatusBadRequest, "40100009")

	_, _, back = c.page(map[string]string{"sim_decline": "1"})
	assert.Equal(t, "access_denied", back.Query().Get("error"))
	assert.False(t, back.Query().Has("code"))
}

func TestWPSSignInPageIsRefused(t *testing.T) {
	c := serveWPS(t, sim.WithWPSScopes("kso.user_base.read"))
	disabled := c.person(func(p sim.Person) bool { return p.Status == sim.StatusDisabled })
	for want, fields := range map[string]map[string]string{
		"no app with this client_id":                    {"client_id": "AK0"},
		"response_type must be code":                    {"response_type": "token"},
		"redirect_uri is not a URL":                     {"redirect_uri": "callback"},
		"scope is required":                             {"scope": ""},
		"not granted kso.user_base.read kso.x":          {"scope": "kso.user_base.read kso.x"},
		"invalid_scope: the app was not granted kso.no": {"scope": "kso.user_base.read,kso.no"},
		"nobody on the staff":                           {"scope": "kso.user_base.read", "sim_user": "ghost"},
		"signing in while disabled":                     {"scope": "kso.user_base.read", "sim_user": disabled.UserID},
	} {
		status, text, _ := c.page(fields)
		assert.Equal(t, http.StatusBadRequest, status, want)
		assert.Contains(t, text, want)
	}
}

// Who has never signed in has done so now.
func TestWPSSignInActivates(t *testing.T) {
	c := serveWPS(t)
	p := c.person(func(p sim.Person) bool { return p.Status == sim.StatusNotActivated })
	status, _, back := c.page(map[string]string{"sim_user": p.UserID})
	require.Equal(t, http.StatusFound, status)
	assert.NotEmpty(t, back.Query().Get("code"))
	assert.Equal(t, sim.StatusActive, c.again(p.Key).Status)
}
