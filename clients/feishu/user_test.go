package feishu_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// oauth is a vendor that rotates refresh tokens strictly: r-1 gives u-1 and r-2, once.
type oauth struct {
	url   string
	clock *clienttest.Clock

	mu      sync.Mutex
	sent    []map[string]string // token requests
	valid   string              // the refresh token, or code, that works
	issued  int
	dead    bool // no user token is accepted
	offline bool // refresh tokens are given
	lose    bool // the next answer is lost after the pair was rotated
	refuse  string
	users   []string // tokens of user calls
}

func newOAuth(t *testing.T) *oauth {
	o := &oauth{clock: clienttest.NewClock(), valid: "r-1-start", offline: true}
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

func (o *oauth) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case r.URL.Path == tenantPath:
		fmt.Fprint(w, tenantAnswer("t-1", 7200))
	case r.URL.Path == oauthPath:
		o.exchange(w, r)
	case o.dead:
		w.WriteHeader(400)
		fmt.Fprint(w, `{"code":99991677,"msg":"user token expired"}`)
		o.dead = false
	default:
		o.users = append(o.users, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		fmt.Fprint(w, `{"code":0,"data":{"open_id":"ou_1","user":{"open_id":"ou_1"},"users":[],"has_more":false}}`)
	}
}

func (o *oauth) exchange(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var request map[string]string
	_ = json.Unmarshal(body, &request)
	o.sent = append(o.sent, request)
	switch {
	case o.refuse != "":
		w.WriteHeader(400)
		fmt.Fprint(w, o.refuse)
		return
	case request["refresh_token"]+request["code"] != o.valid:
		w.WriteHeader(400)
		fmt.Fprint(w, `{"code":20073,"error":"invalid_grant","error_description":"The refresh token has been used."}`)
		return
	}
	o.issued++
	o.valid = fmt.Sprintf("r-%d-rotated", o.issued+1)
	if o.lose {
		o.lose = false
		hangUp(w)
		return
	}
	answer := map[string]any{"code": 0, "access_token": fmt.Sprint("u-", o.issued), "expires_in": 7200,
		"token_type": "Bearer"}
	if o.offline {
		answer["refresh_token"], answer["refresh_token_expires_in"] = o.valid, 604800
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (o *oauth) grants() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []string
	for _, request := range o.sent {
		all = append(all, request["refresh_token"]+request["code"])
	}
	return all
}

func (o *oauth) change(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
}

func (o *oauth) client(t *testing.T, options ...clients.Option) *feishu.Client {
	return newClientAs(t, o.url, feishu.UserToken{RefreshToken: "r-1-start"},
		append([]clients.Option{clients.WithClock(o.clock)}, options...)...)
}

func whoAmI(t *testing.T, c *feishu.Client) error {
	_, err := c.GetUserInfo(t.Context())
	return err
}

func TestTrapWhoCalls(t *testing.T) {
	o := newOAuth(t)
	c := o.client(t)
	for _, call := range []func(ctx context.Context) error{
		func(ctx context.Context) error { _, err := c.GetUser(ctx, "ou_1", nil); return err },
		func(ctx context.Context) error { _, err := c.GetUser(feishu.AsUser(ctx), "ou_1", nil); return err },
		func(ctx context.Context) error {
			_, err := c.SearchUsers(ctx, &feishuapi.SearchUsersParams{Query: "林"})
			return err
		},
		func(ctx context.Context) error { // takes the app's token only
			_, err := c.UpdateUserID(feishu.AsUser(ctx), "ou_1", nil, &feishuapi.UpdateUserIDRequest{NewUserID: "x"})
			return err
		},
	} {
		require.NoError(t, call(t.Context()))
	}
	assert.Equal(t, []string{"t-1", "u-1", "u-1", "t-1"}, o.users)

	nobody := newClientAs(t, o.url, feishu.UserToken{})
	_, err := nobody.SearchUsers(t.Context(), &feishuapi.SearchUsersParams{Query: "林"})
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "Config.UserToken")
	assert.Len(t, o.users, 4, "a tenant token is not tried in its place")
}

func TestTrapRefreshTokensRotateAndAreSentOnce(t *testing.T) {
	o := newOAuth(t)
	c := o.client(t)
	for range 3 {
		require.NoError(t, whoAmI(t, c))
		o.clock.Advance(2 * time.Hour)
	}
	assert.Equal(t, []string{"r-1-start", "r-2-rotated", "r-3-rotated"}, o.grants())
	assert.Equal(t, map[string]string{"grant_type": "refresh_token", "client_id": appID, "client_secret": appSecret,
		"refresh_token": "r-1-start"}, o.sent[0])
}

func TestTrapARefusedUserTokenIsRenewedOnce(t *testing.T) {
	o := newOAuth(t)
	c := o.client(t)
	require.NoError(t, whoAmI(t, c))
	o.change(func() { o.dead = true })
	require.NoError(t, whoAmI(t, c))
	assert.Equal(t, []string{"r-1-start", "r-2-rotated"}, o.grants())
	assert.Equal(t, []string{"u-1", "u-2"}, o.users)
}

func TestTrapThePairSurvivesARestart(t *testing.T) {
	o := newOAuth(t)
	store := token.NewMemoryStore()
	require.NoError(t, whoAmI(t, o.client(t, clients.WithTokenStore(store))))
	require.NoError(t, whoAmI(t, o.client(t, clients.WithTokenStore(store))), "the token lives")
	assert.Equal(t, []string{"r-1-start"}, o.grants())
	o.clock.Advance(3 * time.Hour)
	require.NoError(t, whoAmI(t, o.client(t, clients.WithTokenStore(store))), "only the refresh token lives")
	assert.Equal(t, []string{"r-1-start", "r-2-rotated"}, o.grants())

	renewed, err := feishu.New(feishu.Config{AppID: appID, AppSecret: "a-new-secret",
		UserToken: feishu.UserToken{RefreshToken: "r-1-start"}},
		clients.WithBaseURL(o.url), clients.WithClock(o.clock), clients.WithTokenStore(store))
	require.NoError(t, err)
	o.clock.Advance(3 * time.Hour)
	require.NoError(t, whoAmI(t, renewed), "a new app secret does not end the consent")
	assert.Equal(t, "r-3-rotated", o.grants()[2])
}

func TestTrapTwoProcessesDoNotSpendOneRefreshToken(t *testing.T) {
	o := newOAuth(t)
	store := token.NewMemoryStore()
	processes := []*feishu.Client{o.client(t, clients.WithTokenStore(store)),
		o.client(t, clients.WithTokenStore(store)), o.client(t, clients.WithTokenStore(store))}
	for range 3 {
		var wg sync.WaitGroup
		for _, c := range processes {
			for range 8 {
				wg.Go(func() { assert.NoError(t, whoAmI(t, c)) })
			}
		}
		wg.Wait()
		o.clock.Advance(3 * time.Hour)
	}
	assert.Equal(t, []string{"r-1-start", "r-2-rotated", "r-3-rotated"}, o.grants())
}

// recordingStore tells when a pair was stored, and fails on request.
type recordingStore struct {
	token.Store
	stored func(token.Token)
	fail   bool
}

func (s *recordingStore) Get(ctx context.Context, key string) (token.Token, error) {
	if s.fail {
		return token.Token{}, errors.New("connection refused")
	}
	return s.Store.Get(ctx, key)
}

func (s *recordingStore) Set(ctx context.Context, key string, t token.Token) error {
	s.stored(t)
	return s.Store.Set(ctx, key, t)
}

func TestTrapThePairIsStoredBeforeItIsUsed(t *testing.T) {
	o := newOAuth(t)
	store := &recordingStore{Store: token.NewMemoryStore(), stored: func(pair token.Token) {
		assert.Empty(t, o.users)
		assert.Equal(t, "r-2-rotated", string(pair.Refresh))
		assert.Equal(t, o.clock.Now().Add(604800*time.Second), pair.RefreshExpiry)
	}}
	require.NoError(t, whoAmI(t, o.client(t, clients.WithTokenStore(store))))
	assert.Len(t, o.users, 1)
}

func TestTrapAStoreThatIsDownDoesNotCostTheConsent(t *testing.T) {
	o := newOAuth(t)
	store := &recordingStore{Store: token.NewMemoryStore(), stored: func(token.Token) {}}
	require.NoError(t, whoAmI(t, o.client(t, clients.WithTokenStore(store))))
	o.clock.Advance(3 * time.Hour)
	store.fail = true
	restarted := o.client(t, clients.WithTokenStore(store))
	assert.ErrorIs(t, whoAmI(t, restarted), clients.ErrUnavailable)
	assert.Equal(t, []string{"r-1-start"}, o.grants(), "the start value, spent long ago, is not sent")
	store.fail = false
	o.clock.Advance(time.Minute)
	assert.NoError(t, whoAmI(t, restarted))
}

func TestTrapConsentThatIsOver(t *testing.T) {
	for _, code := range []int{20026, 20037, 20064, 20073, 20074, 99991669} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			o := newOAuth(t)
			o.refuse = fmt.Sprintf(
				`{"code":%d,"error":"invalid_grant","error_description":"The refresh token is gone."}`, code)
			c := o.client(t)
			for range 5 {
				err := whoAmI(t, c)
				assert.ErrorIs(t, err, clients.ErrUnauthenticated)
				assert.ErrorContains(t, err, "The refresh token is gone.")
				assert.ErrorContains(t, err, "new consent is needed")
				assert.Equal(t, fmt.Sprint(code), failed(t, err).Code)
				o.clock.Advance(24 * time.Hour)
			}
			assert.Len(t, o.grants(), 1, "it is never sent again")
			_, err := c.GetUser(t.Context(), "ou_1", nil)
			assert.NoError(t, err, "the app itself goes on")
		})
	}
}

func TestTrapThePersonWhoLeftIsNotTheUserAskedFor(t *testing.T) {
	for _, code := range []int{20008, 20021, 20024} {
		o := newOAuth(t)
		o.refuse = fmt.Sprintf(`{"code":%d,"error":"invalid_grant","error_description":"no"}`, code)
		_, err := o.client(t).GetUser(feishu.AsUser(t.Context()), "ou_2", nil)
		assert.ErrorIs(t, err, clients.ErrUnauthenticated)
		assert.NotErrorIs(t, err, clients.ErrNotFound)
		assert.NotErrorIs(t, err, clients.ErrInvalidArgument)
	}
}

func TestTrapARefreshTokenThatHasRunOutIsNotSent(t *testing.T) {
	o := newOAuth(t)
	c := o.client(t)
	require.NoError(t, whoAmI(t, c))
	o.clock.Advance(8 * 24 * time.Hour)
	err := whoAmI(t, c)
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "new consent is needed")
	assert.Len(t, o.grants(), 1)
}

func TestTrapTheVendorsTroubleDoesNotEndTheConsent(t *testing.T) {
	o := newOAuth(t)
	o.refuse = `{"code":20072,"error":"temporarily_unavailable","error_description":"The server is temporarily ` +
		`unavailable."}`
	c := o.client(t)
	assert.ErrorIs(t, whoAmI(t, c), clients.ErrUnavailable)
	assert.Len(t, o.grants(), 3, "the server took none of them, so that none was spent")
	o.change(func() { o.refuse = "" })
	o.clock.Advance(time.Minute)
	assert.NoError(t, whoAmI(t, c))
}

func TestABusyTokenEndpointIsAskedAgainWithinTheCall(t *testing.T) {
	busy := object("code", 20072, "error", "temporarily_unavailable")
	for name, tc := range map[string]struct {
		user feishu.UserToken
		path string
		call func(*testing.T, *feishu.Client) error
		busy string
	}{
		"a person's": {feishu.UserToken{RefreshToken: "r-1"}, "/authen/v2/oauth/token",
			func(t *testing.T, c *feishu.Client) error { return whoAmI(t, c) }, busy},
		"the app's": {feishu.UserToken{}, "/auth/v3/tenant_access_token/internal",
			func(t *testing.T, c *feishu.Client) error {
				_, err := c.GetUser(t.Context(), "ou_1", nil)
				return err
			}, "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			var fetched int
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != tc.path {
					fmt.Fprint(w, `{"code":0,"data":{"user":{"open_id":"ou_1"},"open_id":"ou_1"}}`)
					return
				}
				if fetched++; fetched == 1 {
					w.WriteHeader(http.StatusServiceUnavailable)
					fmt.Fprint(w, tc.busy)
					return
				}
				fmt.Fprint(w, object("code", 0, "tenant_access_token", "t", "access_token", "u", "expire", 7200,
					"expires_in", 7200, "refresh_token", "r-2"))
			}))
			defer server.Close()
			clock := clienttest.NewClock()
			c := newClientAs(t, server.URL, tc.user, clients.WithClock(clock))
			require.NoError(t, tc.call(t, c))
			assert.Equal(t, 2, fetched)
			assert.Len(t, clock.Slept(), 1)
		})
	}
}

func TestARefusedGrantNamesTheUserToken(t *testing.T) {
	o := newOAuth(t)
	o.refuse = `{"code":20064,"error":"invalid_grant","error_description":"The refresh token has been revoked."}`
	err := whoAmI(t, o.client(t))
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "the vendor refused Config.UserToken, ")
}

func TestARefusedTokenOfSomebodyElsesIsSentOnce(t *testing.T) {
	v := serve(t, reply(400, `{"code":99991668,"msg":"Invalid access token for authorization."}`))
	c := newClientAs(t, v.url, feishu.UserToken{Source: token.Static("given")}, clients.WithClock(v.clock))
	_, err := c.GetUser(feishu.AsUser(t.Context()), "ou_1", nil)
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.Len(t, v.seen(), 1)
}

func TestTrapALostRefreshIsNotRepeatedBlindly(t *testing.T) {
	o := newOAuth(t)
	o.lose = true
	c := o.client(t)
	assert.ErrorIs(t, whoAmI(t, c), clients.ErrUnavailable)
	assert.Len(t, o.grants(), 1)
	o.clock.Advance(time.Minute)
	err := whoAmI(t, c)
	assert.ErrorContains(t, err, "new consent is needed", "the vendor spent it; there is nothing else to try")
	assert.Len(t, o.grants(), 2)
}

func TestAuthorizationCode(t *testing.T) {
	o := newOAuth(t)
	o.valid = "c-1"
	code := &feishu.AuthorizationCode{Code: "c-1", RedirectURI: "https://portal.example.cn/callback",
		CodeVerifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}
	store := token.NewMemoryStore()
	c := newClientAs(t, o.url, feishu.UserToken{Code: code}, clients.WithClock(o.clock), clients.WithTokenStore(store))
	require.NoError(t, whoAmI(t, c))
	assert.Equal(t, map[string]string{"grant_type": "authorization_code", "client_id": appID,
		"client_secret": appSecret, "code": "c-1",
		"redirect_uri":  "https://portal.example.cn/callback",
		"code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}, o.sent[0])
	o.clock.Advance(3 * time.Hour)
	c = newClientAs(t, o.url, feishu.UserToken{Code: code}, clients.WithClock(o.clock), clients.WithTokenStore(store))
	require.NoError(t, whoAmI(t, c))
	assert.Equal(t, []string{"c-1", "r-2-rotated"}, o.grants())
}

func TestTrapConsentWithoutOfflineAccess(t *testing.T) {
	o := newOAuth(t)
	o.valid, o.offline = "c-1", false
	c := newClientAs(t, o.url, feishu.UserToken{Code: &feishu.AuthorizationCode{Code: "c-1"}},
		clients.WithClock(o.clock))
	require.NoError(t, whoAmI(t, c))
	assert.Equal(t, map[string]string{"grant_type": "authorization_code", "client_id": appID,
		"client_secret": appSecret, "code": "c-1"}, o.sent[0])
	o.clock.Advance(3 * time.Hour)
	err := whoAmI(t, c)
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "offline_access")
	assert.Len(t, o.grants(), 1, "a code works once")
}

func TestTrapACodeThatIsRefusedIsNotSentAgain(t *testing.T) {
	for _, code := range []int{20003, 20004, 20049, 20065, 20071} {
		o := newOAuth(t)
		o.refuse = fmt.Sprintf(`{"code":%d,"error":"invalid_grant","error_description":"no"}`, code)
		c := newClientAs(t, o.url, feishu.UserToken{Code: &feishu.AuthorizationCode{Code: "c-1"}},
			clients.WithClock(o.clock))
		for range 3 {
			assert.ErrorIs(t, whoAmI(t, c), clients.ErrUnauthenticated)
			o.clock.Advance(time.Hour)
		}
		assert.Len(t, o.grants(), 1)
	}
}

func TestTrapRotatedTokensAreSecretToo(t *testing.T) {
	o := newOAuth(t)
	c := o.client(t)
	require.NoError(t, whoAmI(t, c))
	o.clock.Advance(3 * time.Hour)
	o.change(func() {
		o.refuse = `{"code":20073,"error":"invalid_grant","error_description":"r-2-rotated has been used"}`
	})
	err := whoAmI(t, c)
	assert.ErrorContains(t, err, "[redacted] has been used")
	for e := err; e != nil; e = errors.Unwrap(e) {
		assert.NotContains(t, fmt.Sprintf("%+v %#v", e, e), "r-2-rotated")
	}
}

func TestTokensOfSomebodyElse(t *testing.T) {
	o := newOAuth(t)
	c := newClientAs(t, o.url, feishu.UserToken{Source: token.Static("u-external")}, clients.WithClock(o.clock))
	require.NoError(t, whoAmI(t, c))
	assert.Equal(t, []string{"u-external"}, o.users)
	assert.Empty(t, o.grants())
}

// Consent

func TestTrapConsentURL(t *testing.T) {
	c, err := feishu.New(feishu.Config{AppID: appID, AppSecret: appSecret})
	require.NoError(t, err)
	page, err := c.ConsentURL(feishu.ConsentRequest{RedirectURI: "https://portal.example.cn/callback?x=1&y=2",
		Scopes: []string{"contact:user:search", "offline_access"},
		State:  "a+b c", CodeVerifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", AskAgain: true})
	require.NoError(t, err)
	u, err := url.Parse(page)
	require.NoError(t, err)
	assert.Equal(t, "https://accounts.feishu.cn/open-apis/authen/v1/authorize", u.Scheme+"://"+u.Host+u.Path)
	assert.Equal(t, url.Values{"client_id": {appID}, "response_type": {"code"},
		"redirect_uri": {"https://portal.example.cn/callback?x=1&y=2"},
		"scope":        {"contact:user:search offline_access"}, "state": {"a+b c"}, "prompt": {"consent"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}},
		u.Query())
	assert.Contains(t, page, "contact%3Auser%3Asearch%20offline_access", "a space is %20, not +")
	assert.NotContains(t, page, "dBjftJeZ4CVP")

	page, err = c.ConsentURL(feishu.ConsentRequest{RedirectURI: "https://portal.example.cn/"})
	require.NoError(t, err)
	assert.Equal(t,
		"https://accounts.feishu.cn/open-apis/authen/v1/authorize?client_id=cli_demo0001"+
			"&redirect_uri=https%3A%2F%2Fportal.example.cn%2F&response_type=code", page)
}

func TestConsentURLHosts(t *testing.T) {
	for base, want := range map[string]string{
		feishu.BaseURL:                          "https://accounts.feishu.cn/open-apis/authen/v1/authorize?",
		feishu.LarkBaseURL:                      "https://accounts.larksuite.com/open-apis/authen/v1/authorize?",
		"https://feishu.corp.example/open-apis": "https://feishu.corp.example/open-apis/authen/v1/authorize?",
	} {
		page, err := newClient(t, base).ConsentURL(feishu.ConsentRequest{RedirectURI: "https://portal.example.cn/"})
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(page, want), page)
	}
}

func TestConsentURLRefuses(t *testing.T) {
	c := newClient(t, feishu.BaseURL)
	for name, r := range map[string]feishu.ConsentRequest{
		"no redirect":     {},
		"too many scopes": {RedirectURI: "https://x.example/", Scopes: make([]string, 51)},
		"short verifier":  {RedirectURI: "https://x.example/", CodeVerifier: clients.Secret(strings.Repeat("a", 42))},
		"long verifier": {RedirectURI: "https://x.example/",
			CodeVerifier: clients.Secret(strings.Repeat("a", 129))},
		"verifier with 'ü'": {RedirectURI: "https://x.example/", CodeVerifier: clients.Secret(strings.Repeat("ü", 43))},
		"verifier with ' '": {RedirectURI: "https://x.example/",
			CodeVerifier: clients.Secret(strings.Repeat("a", 30) + " " + strings.Repeat("a", 30))},
	} {
		_, err := c.ConsentURL(r)
		assert.ErrorIs(t, err, clients.ErrInvalidArgument, name)
	}
}

func TestNewCodeVerifier(t *testing.T) {
	one, other := feishu.NewCodeVerifier(), feishu.NewCodeVerifier()
	assert.NotEqual(t, one, other)
	_, err := newClient(t, feishu.BaseURL).ConsentURL(feishu.ConsentRequest{RedirectURI: "https://x.example/",
		CodeVerifier: one})
	assert.NoError(t, err)
}
