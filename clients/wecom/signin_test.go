package wecom_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const portal = "https://portal.example.cn/back?next=/a b"

// appConfig is a self-built app that people sign in to.
func appConfig() wecom.Config {
	return wecom.Config{CorpID: "ww0000000000000001", AppSecret: appSecret, AgentID: 5000000042}
}

func TestAuthorizeURL(t *testing.T) {
	app, suite := appConfig(), suiteConfig()
	elsewhere := app
	elsewhere.SignInURL = "https://login.wecom.example/"
	query := func(c *wecom.Client, surface clients.Surface) (*url.URL, url.Values) {
		text, err := c.AuthorizeURL(clients.SignIn{RedirectURI: portal, State: "s1", Surface: surface})
		require.NoError(t, err)
		assert.NotContains(t, text, "+", "a space is %20 everywhere")
		u, err := url.Parse(text)
		require.NoError(t, err)
		assert.Equal(t, portal, u.Query().Get("redirect_uri"))
		assert.Equal(t, "s1", u.Query().Get("state"))
		return u, u.Query()
	}
	for name, tc := range map[string]struct {
		config     wecom.Config
		base       string
		inApp, web string
	}{
		"own app": {app, "", "https://open.weixin.qq.com/connect/oauth2/authorize",
			"https://login.work.weixin.qq.com/wwlogin/sso/login"},
		"third-party app": {suite, "", "https://open.weixin.qq.com/connect/oauth2/authorize",
			"https://login.work.weixin.qq.com/wwlogin/sso/login"},
		"private deployment": {app, "https://wecom.corp.example/cgi-bin",
			"https://wecom.corp.example/connect/oauth2/authorize", "https://wecom.corp.example/wwlogin/sso/login"},
		"behind a prefix": {app, "http://127.0.0.1:1/wecom/cgi-bin/",
			"http://127.0.0.1:1/wecom/connect/oauth2/authorize", "http://127.0.0.1:1/wecom/wwlogin/sso/login"},
		"pages elsewhere": {elsewhere, "http://proxy.internal/cgi-bin",
			"https://login.wecom.example/connect/oauth2/authorize", "https://login.wecom.example/wwlogin/sso/login"},
	} {
		t.Run(name, func(t *testing.T) {
			var options []clients.Option
			if tc.base != "" {
				options = append(options, clients.WithBaseURL(tc.base))
			}
			c, err := wecom.New(tc.config, options...)
			require.NoError(t, err)
			at := func(u *url.URL) string { return u.Scheme + "://" + u.Host + u.Path }

			u, q := query(c, clients.SurfaceInApp)
			assert.Equal(t, tc.inApp, at(u))
			assert.Equal(t, "wechat_redirect", u.Fragment)
			assert.Equal(t, "code", q.Get("response_type"))
			assert.Equal(t, "snsapi_base", q.Get("scope"))
			for _, surface := range []clients.Surface{clients.SurfaceBrowser, clients.SurfaceQRCode} {
				u, q = query(c, surface)
				assert.Equal(t, tc.web, at(u))
				assert.Empty(t, u.Fragment)
				if tc.config.SuiteID != "" {
					assert.Equal(t, "ServiceApp", q.Get("login_type"))
					assert.Equal(t, tc.config.SuiteID, q.Get("appid"))
					assert.False(t, q.Has("agentid"))
				} else {
					assert.Equal(t, "CorpApp", q.Get("login_type"))
					assert.Equal(t, tc.config.CorpID, q.Get("appid"))
					assert.Equal(t, "5000000042", q.Get("agentid"), "it does not fit into 32 bits")
				}
			}
			private, err := c.AuthorizePrivateURL(clients.SignIn{RedirectURI: portal, State: "s1",
				Surface: clients.SurfaceInApp})
			require.NoError(t, err)
			assert.Contains(t, private, "scope=snsapi_privateinfo")
		})
	}
}

func TestAuthorizeURLRefusesWhatCannotWork(t *testing.T) {
	good := clients.SignIn{RedirectURI: portal, State: "s1"}
	c, err := wecom.New(appConfig())
	require.NoError(t, err)
	anonymous := appConfig()
	anonymous.AgentID = 0
	without, err := wecom.New(anonymous)
	require.NoError(t, err)

	stateless := good
	stateless.State = ""
	_, err = c.AuthorizeURL(stateless)
	require.ErrorIs(t, err, clients.ErrInvalidArgument)
	_, err = without.AuthorizeURL(good)
	require.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.ErrorContains(t, err, "Config.AgentID")
	_, err = c.AuthorizePrivateURL(good)
	require.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.ErrorContains(t, err, "SurfaceInApp")
	inApp := good
	inApp.Surface = clients.SurfaceInApp
	_, err = without.AuthorizePrivateURL(inApp)
	require.ErrorIs(t, err, clients.ErrInvalidArgument)
	_, err = without.AuthorizeURL(inApp)
	require.NoError(t, err)

	odd := appConfig()
	odd.SignInURL = "ftp://x"
	_, err = wecom.New(odd)
	assert.ErrorContains(t, err, "Config.SignInURL")
}

// signedIn is what Identify makes of an answer.
func signedIn(t *testing.T, cfg wecom.Config, answer string) (*wecom.Identity, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answerToken(w, r) {
			assert.Equal(t, "the+code", r.URL.Query().Get("code"))
			fmt.Fprint(w, answer)
		}
	}))
	t.Cleanup(server.Close)
	c, err := wecom.New(cfg, clients.WithBaseURL(server.URL))
	require.NoError(t, err)
	return c.Identify(t.Context(), "the+code")
}

func TestIdentify(t *testing.T) {
	unbound := suiteConfig()
	unbound.AuthCorpID, unbound.PermanentCode = "", ""
	for name, tc := range map[string]struct {
		config wecom.Config
		answer string
		want   wecom.Identity
	}{
		"member": {appConfig(), `{"errcode":0,"userid":"chen.yq","user_ticket":"t1"}`,
			wecom.Identity{UserID: "chen.yq", CorpID: "ww0000000000000001", UserTicket: "t1"}},
		"stranger": {appConfig(), `{"errcode":0,"openid":"o1"}`, wecom.Identity{OpenID: "o1", External: true}},
		"customer": {appConfig(), `{"errcode":0,"openid":"o1","external_userid":"wm1"}`,
			wecom.Identity{OpenID: "o1", ExternalUserID: "wm1", External: true}},
		"member of a linked corp is not the member of that name": {appConfig(),
			`{"errcode":0,"userid":"ww0000000000000002/chen.yq"}`, wecom.Identity{
				UserID: "ww0000000000000002/chen.yq", CorpID: "ww0000000000000002", External: true}},
		"third party": {suiteConfig(),
			`{"errcode":0,"corpid":"wpcorp0000000000001","userid":"wo1","open_userid":"wo1"}`,
			wecom.Identity{UserID: "wo1", OpenUserID: "wo1", CorpID: "wpcorp0000000000001"}},
		"third party, another corp": {suiteConfig(), `{"errcode":0,"corpid":"wpelsewhere","userid":"wo1"}`,
			wecom.Identity{UserID: "wo1", CorpID: "wpelsewhere", External: true}},
		"third party, any corp": {unbound, `{"errcode":0,"corpid":"wpelsewhere","userid":"wo1"}`,
			wecom.Identity{UserID: "wo1", CorpID: "wpelsewhere"}},
		"third party, nobody": {unbound, `{"errcode":0,"openid":"o1"}`, wecom.Identity{OpenID: "o1", External: true}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := signedIn(t, tc.config, tc.answer)
			require.NoError(t, err)
			assert.Equal(t, tc.want, *got)
		})
	}
	_, err := signedIn(t, appConfig(), `{"errcode":0,"errmsg":"ok","userid":""}`)
	assert.ErrorIs(t, err, clients.ErrBadResponse, "nobody is no answer")
}

func TestIdentifyFails(t *testing.T) {
	for code, want := range map[string]error{"40029": clients.ErrUnauthenticated, "42003": clients.ErrUnauthenticated,
		"42022": clients.ErrUnauthenticated, "50001": clients.ErrPermission} {
		_, err := signedIn(t, appConfig(), `{"errcode":`+code+`,"errmsg":"refused the+code"}`)
		require.ErrorIs(t, err, want)
		assert.NotContains(t, err.Error(), "the+code")
	}
	c, err := wecom.New(appConfig())
	require.NoError(t, err)
	for _, code := range []string{"", string(make([]byte, 513))} {
		_, err = c.Identify(t.Context(), code)
		require.ErrorIs(t, err, clients.ErrInvalidArgument)
	}
}

// A code is good once: the call that may have spent it is not made again.
func TestIdentifyIsNotRepeated(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answerToken(w, r) {
			asked.Add(1)
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(server.Close)
	c, err := wecom.New(appConfig(), clients.WithBaseURL(server.URL), clients.WithClock(clienttest.NewClock()))
	require.NoError(t, err)
	_, err = c.Identify(t.Context(), "the+code")
	require.ErrorIs(t, err, clients.ErrOutcomeUnknown)
	assert.EqualValues(t, 1, asked.Load())
}

// goBack opens a sign-in page of the simulator as a browser does in which the person has been chosen, and returns what
// the app gets.
func goBack(t *testing.T, page, userID string) url.Values {
	t.Helper()
	u, err := url.Parse(page)
	require.NoError(t, err)
	query := u.Query()
	query.Set("sim_user", userID)
	u.RawQuery = query.Encode()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	rsp, err := browser.Get(u.String())
	require.NoError(t, err)
	defer rsp.Body.Close()
	require.Equal(t, http.StatusFound, rsp.StatusCode)
	to, err := rsp.Location()
	require.NoError(t, err)
	return to.Query()
}

// The whole way: the page, the person, the code, who it is, what the person shows.
func TestSignInAgainstTheSimulator(t *testing.T) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now))
	demo := server.Credentials().WeCom
	options := []clients.Option{clients.WithBaseURL(server.WeComURL()), clients.WithClock(clock)}
	app, err := wecom.New(wecom.Config{CorpID: demo.CorpID, AppSecret: clients.Secret(demo.AppSecret),
		AgentID: demo.AppAgentID}, options...)
	require.NoError(t, err)
	suite, err := wecom.New(wecom.Config{SuiteID: demo.SuiteID, SuiteSecret: clients.Secret(demo.SuiteSecret),
		SuiteTicket: wecom.StaticTicket(clients.Secret(demo.SuiteTicket))}, options...)
	require.NoError(t, err)
	var person sim.Person
	for _, p := range server.Organisation().People() {
		if p.Status == sim.StatusActive && p.Mobile.Number != "" {
			person = p
		}
	}

	for _, surface := range []clients.Surface{clients.SurfaceBrowser, clients.SurfaceInApp, clients.SurfaceQRCode} {
		request := clients.SignIn{RedirectURI: portal, State: "s1", Surface: surface}
		page, err := app.AuthorizeURL(request)
		require.NoError(t, err)
		back := goBack(t, page, person.UserID)
		assert.Equal(t, "s1", back.Get("state"))
		who, err := app.Identify(t.Context(), back.Get("code"))
		require.NoError(t, err)
		assert.Equal(t, wecom.Identity{UserID: person.UserID, CorpID: demo.CorpID}, *who)
		_, err = app.Identify(t.Context(), back.Get("code"))
		require.ErrorIs(t, err, clients.ErrUnauthenticated, "used")

		page, err = suite.AuthorizeURL(request)
		require.NoError(t, err)
		who, err = suite.Identify(t.Context(), goBack(t, page, person.UserID).Get("code"))
		require.NoError(t, err)
		assert.Equal(t, person.WeComOpenUserID, who.OpenUserID)
		assert.Equal(t, demo.CorpID, who.CorpID)

		page, err = app.AuthorizeURL(request)
		require.NoError(t, err)
		late := goBack(t, page, person.UserID).Get("code")
		clock.Advance(5 * time.Minute)
		_, err = app.Identify(t.Context(), late)
		require.ErrorIs(t, err, clients.ErrUnauthenticated, "too old")

		stranger, err := app.Identify(t.Context(), goBack(t, page, "~customer").Get("code"))
		require.NoError(t, err)
		assert.True(t, stranger.External)
		assert.NotEmpty(t, stranger.ExternalUserID)
	}
	page, err := app.AuthorizePrivateURL(clients.SignIn{
		RedirectURI: portal, State: "s1", Surface: clients.SurfaceInApp})
	require.NoError(t, err)
	who, err := app.Identify(t.Context(), goBack(t, page, person.UserID).Get("code"))
	require.NoError(t, err)
	detail, err := app.GetUserDetailByTicket(t.Context(),
		&wecomapi.GetUserDetailByTicketRequest{UserTicket: string(who.UserTicket)})
	require.NoError(t, err)
	assert.Equal(t, person.Mobile.Number, detail.Mobile)
	assert.NotContains(t, fmt.Sprintf("%+v", *who), string(who.UserTicket))
}
