package wps_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const callback = "https://app.example.com/callback?from=wps"

func TestAuthorizeURL(t *testing.T) {
	for name, tt := range map[string]struct {
		cfg  wps.Config
		base string
		want string
	}{
		"public cloud": {want: "https://openapi.wps.cn/oauth2/auth"},
		"private deployment": {base: "https://wps.customer.example/openapi",
			want: "https://wps.customer.example/openapi/oauth2/auth"},
		"tokens elsewhere": {cfg: wps.Config{TokenBaseURL: "https://login.customer.example"},
			want: "https://login.customer.example/oauth2/auth"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.cfg.AppID, tt.cfg.AppKey, tt.cfg.RedirectURI = appID, appKey, callback
			var options []clients.Option
			if tt.base != "" {
				options = append(options, clients.WithBaseURL(tt.base))
			}
			c, err := wps.New(tt.cfg, options...)
			require.NoError(t, err)
			text, err := c.AuthorizeURL(clients.SignIn{RedirectURI: callback, State: "s+/=1"})
			require.NoError(t, err)
			u, err := url.Parse(text)
			require.NoError(t, err)
			assert.Equal(t, url.Values{"client_id": {appID}, "response_type": {"code"}, "redirect_uri": {callback},
				"scope": {"kso.user_base.read"}, "state": {"s+/=1"}}, u.Query())
			u.RawQuery = ""
			assert.Equal(t, tt.want, u.String())
			assert.NotContains(t, text, "planted")
		})
	}
}

func TestAuthorizeURLIsRefusedInWords(t *testing.T) {
	good := clients.SignIn{RedirectURI: callback, State: "s"}
	for want, tt := range map[string]struct {
		config string
		change func(*clients.SignIn)
	}{
		"SignIn.State is empty":       {callback, func(r *clients.SignIn) { r.State = "" }},
		"SignIn.RedirectURI is empty": {callback, func(r *clients.SignIn) { r.RedirectURI = "" }},
		"none for in-app":             {callback, func(r *clients.SignIn) { r.Surface = clients.SurfaceInApp }},
		"none for QR code":            {callback, func(r *clients.SignIn) { r.Surface = clients.SurfaceQRCode }},
		"Config.RedirectURI is req":   {"", func(*clients.SignIn) {}},
		"differs from Config":         {callback, func(r *clients.SignIn) { r.RedirectURI += "&x=1" }},
	} {
		c, err := wps.New(wps.Config{AppID: appID, AppKey: appKey, RedirectURI: tt.config})
		require.NoError(t, err)
		r := good
		tt.change(&r)
		text, err := c.AuthorizeURL(r)
		assert.ErrorIs(t, err, clients.ErrInvalidArgument)
		assert.ErrorContains(t, err, want)
		assert.Empty(t, text)
	}
	_, err := wps.New(wps.Config{AppID: appID, AppKey: appKey, RedirectURI: "app.example.com"})
	assert.EqualError(t, err, "wps: Config.RedirectURI must begin with https:// or http:// and name a host")
}

func TestIdentify(t *testing.T) {
	yes, no := true, false
	for name, tt := range map[string]struct {
		data string
		want wps.Identity
	}{
		"member": {`{"id":"KBx81LmQ","company_id":"Cp01","user_name":"林小满","ex_user_id":"hr-0031",` +
			`"type":"company_user","type_v2":"company_member"}`,
			wps.Identity{UserID: "KBx81LmQ", CompanyID: "Cp01", ExUserID: "hr-0031", Name: "林小满", External: &no}},
		"guest": {`{"id":"KBx81LmQ","company_id":"Cp77","type_v2":"external_guest"}`,
			wps.Identity{UserID: "KBx81LmQ", CompanyID: "Cp77", External: &yes}},
		"guest in the older words": {`{"id":"KBx81LmQ","type":"external_contact"}`,
			wps.Identity{UserID: "KBx81LmQ", External: &yes}},
		"who says nothing": {`{"id":"KBx81LmQ","company_id":"Cp01","user_name":"林小满"}`,
			wps.Identity{UserID: "KBx81LmQ", CompanyID: "Cp01", Name: "林小满"}},
		"in another word": {`{"id":"KBx81LmQ","type":"robot"}`, wps.Identity{UserID: "KBx81LmQ"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, reply(`{"code":0,"msg":"","data":`+tt.data+`}`))
			var seen []string
			watch := func(next http.RoundTripper) http.RoundTripper {
				return roundTripper(func(r *http.Request) (*http.Response, error) {
					seen = append(seen, fmt.Sprint(r.URL, r.Header))
					return next.RoundTrip(r)
				})
			}
			c := s.client(t, wps.Config{RedirectURI: callback}, clients.WithMiddleware(watch))
			got, err := c.Identify(t.Context(), "code-1")
			require.NoError(t, err)
			assert.Equal(t, &tt.want, got)

			require.Len(t, s.tokenCalls(), 1)
			form, err := url.ParseQuery(s.tokenCalls()[0].body)
			require.NoError(t, err)
			assert.Equal(t, url.Values{"grant_type": {"authorization_code"}, "client_id": {appID},
				"client_secret": {appKey}, "code": {"code-1"}, "redirect_uri": {callback}}, form)
			require.Len(t, s.seen(), 1)
			assert.Equal(t, "/v7/users/current", s.seen()[0].uri)
			assert.Equal(t, "Bearer token-1", s.seen()[0].header.Get("Authorization"))
			assert.NoError(t, s.seen()[0].signature)
			assert.NotContains(t, fmt.Sprint(seen), "token-1", "middleware sees no token")
			assert.NotContains(t, fmt.Sprintf("%+v %#v", got, got), "token-1")

			_, err = c.GetCurrentUser(t.Context())
			assert.ErrorContains(t, err, "Config.User", "the token is forgotten")
		})
	}
}

func TestIdentifyIsRefused(t *testing.T) {
	i := newIssuer(t)
	c := i.client(t, wps.Config{RedirectURI: callback})
	for _, code := range []string{"", "co de", "code\n", "<code>"} {
		_, err := c.Identify(t.Context(), code)
		assert.ErrorIs(t, err, clients.ErrInvalidArgument, "%q", code)
	}
	_, err := i.client(t, wps.Config{}).Identify(t.Context(), "code-1")
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.ErrorContains(t, err, "Config.RedirectURI")
	assert.Empty(t, i.grants(), "nothing was sent")

	i.answer = func(w http.ResponseWriter, form url.Values, _ int) bool {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"code":40100009,"msg":"invalid_grant: %s"}`, form.Get("code"))
		return true
	}
	_, err = c.Identify(t.Context(), "planted-code")
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	var e *clients.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, fmt.Sprint(wpsapi.ErrorCodeOAuth2InvalidGrant), e.Code)
	assert.False(t, e.OutcomeUnknown)
	assert.NotContains(t, fmt.Sprintf("%v %+v", err, detailOf(t, err)), "planted-code")
	assert.Len(t, i.grants(), 1, "a code is not sent twice")

	// An answer that was lost has spent the code, or has not.
	i.answer = func(w http.ResponseWriter, _ url.Values, _ int) bool {
		w.WriteHeader(http.StatusBadGateway)
		return true
	}
	_, err = c.Identify(t.Context(), "code-3")
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.ErrorIs(t, err, clients.ErrOutcomeUnknown)
	assert.Len(t, i.grants(), 2)
}

func TestIdentifyWithoutTheScope(t *testing.T) {
	s := serve(t, replyStatus(http.StatusForbidden,
		`{"code":400000003,"message":"kso: PermissionDenied access_token verify err: invalid_scope"}`))
	_, err := s.client(t, wps.Config{RedirectURI: callback}).Identify(t.Context(), "code-1")
	assert.ErrorIs(t, err, clients.ErrPermission)
	assert.Equal(t, []string{"kso.user_base.read"}, detailOf(t, err).Scopes)
	assert.NotContains(t, fmt.Sprint(err), "token-1")
}

// signedIn is what a browser does: it goes to the page, a person says who it is, and it brings back what it was given.
func signedIn(t *testing.T, page, person string) url.Values {
	t.Helper()
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	browser := &http.Client{CheckRedirect: stay}
	rsp, err := browser.Get(page + "&sim_user=" + url.QueryEscape(person))
	require.NoError(t, err)
	require.NoError(t, rsp.Body.Close())
	require.Equal(t, http.StatusFound, rsp.StatusCode)
	back, err := rsp.Location()
	require.NoError(t, err)
	assert.Equal(t, "app.example.com", back.Host)
	assert.Equal(t, "wps", back.Query().Get("from"))
	return back.Query()
}

func TestSigningInAtTheSimulator(t *testing.T) {
	clock := clienttest.NewClock()
	srv := simtest.Serve(t, sim.WithPeople(30), sim.WithClock(clock.Now), sim.WithoutQuotas())
	demo := srv.Credentials().WPS
	c, err := wps.New(wps.Config{AppID: demo.AppID, AppKey: clients.Secret(demo.AppKey), RedirectURI: callback},
		clients.WithBaseURL(srv.WPSURL()), clients.WithClock(clock))
	require.NoError(t, err)
	page, err := c.AuthorizeURL(clients.SignIn{RedirectURI: callback, State: "abc"})
	require.NoError(t, err)
	var p sim.Person
	for _, one := range srv.Organisation().People() {
		if one.Status == sim.StatusActive && !one.GeneratedUserID {
			p = one
		}
	}

	back := signedIn(t, page, p.UserID)
	assert.Equal(t, "abc", back.Get("state"))
	who, err := c.Identify(t.Context(), back.Get("code"))
	require.NoError(t, err)
	assert.Equal(t, &wps.Identity{UserID: p.WPSUserID, CompanyID: demo.CompanyID, ExUserID: p.UserID, Name: p.Name,
		External: new(false)}, who)
	user, err := c.GetUser(t.Context(), who.UserID, nil) // it is an id of the directory
	require.NoError(t, err)
	assert.Equal(t, p.Name, user.Data.UserName)

	dead := func(code string) {
		t.Helper()
		_, err := c.Identify(t.Context(), code)
		assert.ErrorIs(t, err, clients.ErrUnauthenticated)
		var e *clients.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "40100009", e.Code)
		assert.NotContains(t, err.Error(), code)
	}
	dead(back.Get("code"))
	dead("nobodysCode")

	late := signedIn(t, page, p.UserID).Get("code")
	clock.Advance(10 * time.Minute)
	dead(late)

	fresh := signedIn(t, page, p.UserID).Get("code")
	clock.Advance(10*time.Minute - time.Second)
	_, err = c.Identify(t.Context(), fresh)
	assert.NoError(t, err)

	// A code that was sent to another address is dead too.
	other, err := wps.New(wps.Config{AppID: demo.AppID, AppKey: clients.Secret(demo.AppKey),
		RedirectURI: "https://app.example.com/elsewhere"}, clients.WithBaseURL(srv.WPSURL()), clients.WithClock(clock))
	require.NoError(t, err)
	_, err = other.Identify(t.Context(), signedIn(t, page, p.UserID).Get("code"))
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)

	// Who was disabled between the page and the code is not let in.
	between := signedIn(t, page, p.UserID).Get("code")
	_, err = c.BatchDisableUsers(t.Context(), nil, &wpsapi.BatchDisableUsersRequest{UserIDs: []string{p.WPSUserID}})
	require.NoError(t, err)
	dead(between)
}
