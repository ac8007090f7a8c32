package dingtalk_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// simulated is a client of a simulator that lives by the same clock.
func simulated(t *testing.T, options ...sim.Option) (*dingtalk.Client, *sim.Server, *clienttest.Clock) {
	t.Helper()
	clock := clienttest.NewClock()
	server := simtest.Serve(t, append([]sim.Option{sim.WithClock(clock.Now), sim.WithoutQuotas(), sim.WithPeople(150)},
		options...)...)
	demo := server.Credentials().DingTalk
	c, err := dingtalk.New(dingtalk.Config{AppKey: demo.AppKey, AppSecret: clients.Secret(demo.AppSecret)},
		clients.WithBaseURL(server.DingTalkURL()), clients.WithClock(clock))
	require.NoError(t, err)
	return c, server, clock
}

// thirdParty is a client of the same simulator for the third-party app.
func thirdParty(t *testing.T, server *sim.Server, clock *clienttest.Clock) *dingtalk.Client {
	t.Helper()
	demo := server.Credentials().DingTalk
	c, err := dingtalk.New(dingtalk.Config{SuiteKey: demo.SuiteKey, SuiteSecret: clients.Secret(demo.SuiteSecret),
		SuiteTicket: dingtalk.StaticTicket(clients.Secret(demo.SuiteTicket)), AuthCorpID: demo.CorpID},
		clients.WithBaseURL(server.DingTalkURL()), clients.WithClock(clock))
	require.NoError(t, err)
	return c
}

// member is somebody who can sign in.
func member(t *testing.T, server *sim.Server) sim.Person {
	t.Helper()
	for _, p := range server.Organisation().People() {
		if p.Status == sim.StatusActive && !p.Admin {
			return p
		}
	}
	require.Fail(t, "nobody can sign in")
	return sim.Person{}
}

// signIn opens the page of an AuthorizeURL as a person who agrees, and returns what the browser brings back.
func signIn(t *testing.T, page, userID string) url.Values {
	t.Helper()
	browser := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page+"&sim_user="+url.QueryEscape(userID), nil)
	require.NoError(t, err)
	rsp, err := browser.Do(req)
	require.NoError(t, err)
	defer rsp.Body.Close()
	require.Equal(t, http.StatusFound, rsp.StatusCode)
	to, err := rsp.Location()
	require.NoError(t, err)
	return to.Query()
}

const portal = "https://portal.example.cn/callback?from=a b"

func TestAuthorizeURL(t *testing.T) {
	c, err := dingtalk.New(internalConfig())
	require.NoError(t, err)
	for _, surface := range []clients.Surface{clients.SurfaceBrowser, clients.SurfaceQRCode} {
		page, err := c.AuthorizeURL(clients.SignIn{RedirectURI: portal, State: "s1", Surface: surface})
		require.NoError(t, err)
		assert.NotContains(t, page, "+")
		u, err := url.Parse(page)
		require.NoError(t, err)
		assert.Equal(t, "https://login.dingtalk.com/oauth2/auth", u.Scheme+"://"+u.Host+u.Path)
		assert.Equal(t, url.Values{"client_id": {appKey}, "response_type": {"code"}, "scope": {"openid"},
			"prompt": {"consent"}, "state": {"s1"}, "redirect_uri": {portal}}, u.Query())
	}
	suite, err := dingtalk.New(suiteConfig(), clients.WithBaseURL("http://127.0.0.1:1/dingtalk"))
	require.NoError(t, err)
	page, err := suite.AuthorizeURL(clients.SignIn{RedirectURI: portal, State: "s1"})
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(page, "http://127.0.0.1:1/dingtalk/oauth2/auth?"), page)
	assert.Contains(t, page, "scope=openid%20corpid")
	assert.Contains(t, page, "corpId="+corpID)
	assert.Contains(t, page, "client_id="+suiteKey)

	for name, r := range map[string]clients.SignIn{
		"in the app":        {RedirectURI: portal, State: "s1", Surface: clients.SurfaceInApp},
		"no state":          {RedirectURI: portal},
		"no redirect":       {State: "s1"},
		"another scheme":    {RedirectURI: "javascript:alert(1)", State: "s1"},
		"an unknown screen": {RedirectURI: portal, State: "s1", Surface: 9},
	} {
		page, err := c.AuthorizeURL(r)
		require.ErrorIs(t, err, clients.ErrInvalidArgument, name)
		assert.Empty(t, page, name)
	}
	_, err = c.AuthorizeURL(clients.SignIn{RedirectURI: portal, State: "s1", Surface: clients.SurfaceInApp})
	assert.ErrorContains(t, err, "IdentifyInApp")
}

func TestIdentify(t *testing.T) {
	c, server, clock := simulated(t)
	staff := member(t, server)
	page, err := c.AuthorizeURL(clients.SignIn{RedirectURI: portal, State: "st4te"})
	require.NoError(t, err)
	back := signIn(t, page, staff.UserID)
	assert.Equal(t, "st4te", back.Get("state"))
	who, err := c.Identify(t.Context(), back.Get("authCode"))
	require.NoError(t, err)
	assert.NotEmpty(t, who.OpenID)
	who.OpenID = ""
	assert.Equal(t, &dingtalk.Identity{UserID: staff.UserID, UnionID: staff.DingTalkUnionID, Name: staff.Name}, who)

	_, err = c.Identify(t.Context(), back.Get("authCode"))
	spent := asError(t, err)
	require.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.Equal(t, string(dingtalkapi.NewHostErrorCodeAuthCodeNotFound), spent.Code)
	assert.Equal(t, "getUserToken", spent.Operation)
	assert.False(t, spent.OutcomeUnknown)

	late := signIn(t, page, staff.UserID).Get("authCode")
	clock.Advance(5 * time.Minute)
	_, err = c.Identify(t.Context(), late)
	require.ErrorIs(t, err, clients.ErrUnauthenticated)

	// The page of a third-party app asks for the corp.
	other := thirdParty(t, server, clock)
	page, err = other.AuthorizeURL(clients.SignIn{RedirectURI: portal, State: "s"})
	require.NoError(t, err)
	who, err = other.Identify(t.Context(), signIn(t, page, staff.UserID).Get("authCode"))
	require.NoError(t, err)
	assert.Equal(t, staff.UserID, who.UserID)
	assert.Equal(t, server.Credentials().DingTalk.CorpID, who.CorpID)
	_, err = c.Identify(t.Context(), signIn(t, page, staff.UserID).Get("authCode"))
	require.ErrorIs(t, err, clients.ErrUnauthenticated, "a code of another app")
}

func TestIdentifyInApp(t *testing.T) {
	c, server, clock := simulated(t)
	staff := member(t, server)
	code, err := server.DingTalk().LoginCode(staff.UserID)
	require.NoError(t, err)
	who, err := c.IdentifyInApp(t.Context(), code)
	require.NoError(t, err)
	assert.Equal(t, &dingtalk.Identity{UserID: staff.UserID, UnionID: staff.DingTalkUnionID, Name: staff.Name}, who)
	_, err = c.IdentifyInApp(t.Context(), code)
	require.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.Equal(t, "40078", asError(t, err).Code)

	late, err := server.DingTalk().LoginCode(staff.UserID)
	require.NoError(t, err)
	clock.Advance(5 * time.Minute)
	_, err = c.IdentifyInApp(t.Context(), late)
	require.ErrorIs(t, err, clients.ErrUnauthenticated)

	// Neither kind of code does for the other, and both are refused as codes.
	inApp, err := server.DingTalk().LoginCode(staff.UserID)
	require.NoError(t, err)
	_, err = c.Identify(t.Context(), inApp)
	require.ErrorIs(t, err, clients.ErrUnauthenticated)
	browser, err := server.DingTalk().Authorize(staff.UserID)
	require.NoError(t, err)
	_, err = c.IdentifyInApp(t.Context(), browser)
	require.ErrorIs(t, err, clients.ErrUnauthenticated)
}

func TestIdentifyRefusesWhatIsNoCode(t *testing.T) {
	v := serve(t, always(200, `{}`))
	c := v.client(t)
	for _, code := range []string{"", " code", "code\n"} {
		_, err := c.Identify(t.Context(), code)
		require.ErrorIs(t, err, clients.ErrInvalidArgument, "%q", code)
		_, err = c.IdentifyInApp(t.Context(), code)
		require.ErrorIs(t, err, clients.ErrInvalidArgument, "%q", code)
	}
	assert.Empty(t, v.seen())
	assert.Empty(t, v.fetched())
}

// signInAnswers answers the three calls of Identify, the last of them with found.
func signInAnswers(me, found string) func(http.ResponseWriter, request, int) {
	return func(w http.ResponseWriter, r request, _ int) {
		switch r.path {
		case "/v1.0/oauth2/userAccessToken":
			fmt.Fprintf(w, `{"accessToken":%q,"refreshToken":"r3fresh","expireIn":7200}`, userToken)
		case "/v1.0/contact/users/me":
			fmt.Fprint(w, me)
		default:
			fmt.Fprint(w, found)
		}
	}
}

const meAnswer = `{"nick":"林梅","unionId":"PiiXyz0001iE","openId":"Uq3"}`

func TestIdentifyKnowsWhoIsNoMember(t *testing.T) {
	for name, found := range map[string]string{
		"a stranger":          `{"errcode":60121,"errmsg":"找不到该用户","request_id":"r"}`,
		"an external contact": `{"errcode":0,"result":{"contact_type":1,"userid":"ext1"},"request_id":"r"}`,
	} {
		t.Run(name, func(t *testing.T) {
			who, err := serve(t, signInAnswers(meAnswer, found)).client(t).Identify(t.Context(), "c0de")
			require.NoError(t, err)
			assert.Equal(t, &dingtalk.Identity{UnionID: "PiiXyz0001iE", OpenID: "Uq3", Name: "林梅", External: true}, who)
		})
	}
	_, err := serve(t, signInAnswers(meAnswer, `{"errcode":50002,"errmsg":"不在授权范围","request_id":"r"}`)).client(t).
		Identify(t.Context(), "c0de")
	require.ErrorIs(t, err, clients.ErrPermission, "a member whom the app may not see is no stranger")
	_, err = serve(t, signInAnswers(`{"nick":"林梅"}`, "{}")).client(t).Identify(t.Context(), "c0de")
	require.ErrorIs(t, err, clients.ErrBadResponse)
}

// The token of a person goes where it belongs, and neither it nor the code is in any text.
func TestIdentifyKeepsTheTokenToItself(t *testing.T) {
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	const code = "c0de-planted"
	v := serve(t, signInAnswers(meAnswer, userV2))
	_, err := v.client(t, clients.WithLogger(logger)).Identify(t.Context(), code)
	require.NoError(t, err)
	calls := v.seen()
	require.Len(t, calls, 3)
	assert.JSONEq(t, `{"clientId":"dingAK01","clientSecret":"`+appSecret+
		`","code":"c0de-planted","grantType":"authorization_code"}`, calls[0].body)
	assert.Empty(t, calls[0].header.Get("x-acs-dingtalk-access-token"))
	assert.Equal(t, userToken, calls[1].header.Get("x-acs-dingtalk-access-token"))
	assert.NotContains(t, calls[1].rawQuery, "access_token")
	assert.Equal(t, url.Values{"access_token": {accessToken}}.Encode(), calls[2].rawQuery)

	for _, refusal := range []func(http.ResponseWriter, request, int){
		always(400, `{"code":"invalidParameter.authCode.notFound","requestid":"R","message":"code `+code+`"}`),
		func(w http.ResponseWriter, r request, n int) {
			if n == 1 {
				signInAnswers("", "")(w, r, n)
				return
			}
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"code":"InvalidAuthentication","requestid":"R","message":"token %s of %s"}`, userToken,
				code)
		},
	} {
		v := serve(t, refusal)
		_, err := v.client(t, clients.WithLogger(logger)).Identify(t.Context(), code)
		require.ErrorIs(t, err, clients.ErrUnauthenticated)
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, asError(t, err)), userToken)
		log.WriteString(err.Error())
	}
	assert.NotContains(t, log.String(), userToken)
	assert.NotContains(t, log.String(), "r3fresh")
	assert.NotContains(t, log.String(), appSecret)
}

func TestIdentifySendsACodeOnce(t *testing.T) {
	v := serve(t, always(500, `{"code":"system.error","requestid":"R","message":"系统错误"}`))
	_, err := v.client(t).Identify(t.Context(), "c0de")
	require.ErrorIs(t, err, clients.ErrUnavailable)
	require.ErrorIs(t, err, clients.ErrOutcomeUnknown)
	assert.Len(t, v.seen(), 1)
}

func TestUserToken(t *testing.T) {
	v := serve(t, always(200, meAnswer))
	_, err := v.client(t).GetContactUser(t.Context(), "me")
	require.ErrorIs(t, err, clients.ErrUnauthenticated)
	require.ErrorContains(t, err, "Config.UserToken")
	assert.Empty(t, v.seen())
	assert.Empty(t, v.fetched(), "the app's token does not do")

	me, err := newClient(t, withUser(internalConfig()), v.url).GetContactUser(t.Context(), "me")
	require.NoError(t, err)
	assert.Equal(t, "PiiXyz0001iE", me.UnionID)
	assert.Equal(t, userToken, v.seen()[0].header.Get("x-acs-dingtalk-access-token"))

	// A source of the caller's is asked, and told of a token that was refused.
	source := &renewing{}
	cfg := internalConfig()
	cfg.UserToken.Source = source
	v = serve(t, first(400, `{"code":"InvalidAuthentication","requestid":"R","message":"x"}`, meAnswer))
	_, err = newClient(t, cfg, v.url).GetContactUser(t.Context(), "me")
	require.NoError(t, err)
	assert.Equal(t, []string{"t1", "t2"}, []string{v.seen()[0].header.Get("x-acs-dingtalk-access-token"),
		v.seen()[1].header.Get("x-acs-dingtalk-access-token")})
	cfg.UserToken.Source = broken{}
	_, err = newClient(t, cfg, v.url).GetContactUser(t.Context(), "me")
	require.ErrorIs(t, err, errBroken)
}

// renewing is a source whose tokens are numbered.
type renewing struct{ refused int }

func (s *renewing) Token(context.Context) (token.Token, error) {
	return token.Token{Value: clients.Secret(fmt.Sprint("t", s.refused+1))}, nil
}
func (s *renewing) Invalidate(token.Token) { s.refused++ }

var errBroken = errors.New("the source is broken")

type broken struct{}

func (broken) Token(context.Context) (token.Token, error) { return token.Token{}, errBroken }
func (broken) Invalidate(token.Token)                     {}
