package wps_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// issuer is a token endpoint that rotates refresh tokens as the vendor does: each works once.
type issuer struct {
	url    string
	clock  *clienttest.Clock
	mu     sync.Mutex
	forms  []url.Values
	valid  string // the refresh token that works
	answer func(w http.ResponseWriter, form url.Values, n int) bool
	bearer []string
	reject string // the access token that is refused
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{clock: clienttest.NewClock(), valid: "rt-1"}
	server := httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if r.URL.Path != "/oauth2/token" {
		i.bearer = append(i.bearer, r.Header.Get("Authorization"))
		if r.Header.Get("Authorization") == "Bearer "+i.reject {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"code":400001001,"msg":"x"}`)
			return
		}
		fmt.Fprint(w, `{"code":0,"data":{"id":"KBx81LmQ"}}`)
		return
	}
	if err := r.ParseForm(); err != nil {
		return
	}
	i.forms = append(i.forms, r.PostForm)
	n := len(i.forms)
	if i.answer != nil && i.answer(w, r.PostForm, n) {
		return
	}
	if r.PostForm.Get("grant_type") == "refresh_token" {
		if r.PostForm.Get("refresh_token") != i.valid {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w,
				`{"code":40100009,"msg":"invalid_grant","debug":{"desc":"the refresh token %s is used or expired"}}`,
				r.PostForm.Get("refresh_token"))
			return
		}
		i.valid = fmt.Sprintf("rt-%d", n+1)
	}
	fmt.Fprintf(w,
		`{"access_token":"at-%d","expires_in":7200,"refresh_token":%q,"refresh_expires_in":"2592000",`+
			`"token_type":"bearer"}`, n, i.valid)
}

func (i *issuer) client(t *testing.T, cfg wps.Config, options ...clients.Option) *wps.Client {
	t.Helper()
	return newClient(t, cfg, i.url, append([]clients.Option{clients.WithClock(i.clock),
		clients.WithLimiter(clients.NoLimit)}, options...)...)
}

func (i *issuer) grants() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	var all []string
	for _, form := range i.forms {
		all = append(all, form.Get("grant_type")+" "+form.Get("refresh_token")+form.Get("code"))
	}
	return all
}

func TestTokenIsFetchedAgainBeforeItsEnd(t *testing.T) {
	s := serve(t, reply(rootAnswer))
	c := s.client(t, wps.Config{})
	get := func() {
		t.Helper()
		_, err := c.GetRootDept(t.Context(), nil)
		require.NoError(t, err)
	}
	get()
	s.clock.Advance(2*time.Hour - 5*time.Minute - time.Second)
	get()
	assert.Len(t, s.tokenCalls(), 1)
	s.clock.Advance(2 * time.Second) // within the margin: it is renewed behind the call
	get()
	assert.Eventually(t, func() bool { return len(s.tokenCalls()) == 2 }, 10*time.Second, time.Millisecond)
	assert.EqualValues(t, 2, c.Stats().Tokens)
}

func TestTrapTokenAnswers(t *testing.T) {
	for body, want := range map[string]error{
		`{"access_token":"x","expires_in":7200,"token_type":"bearer"}`: nil,
		`{"access_token":"x"}`:                                                nil, // two hours
		`{"access_token":"x","expires_in":-1}`:                                nil,
		`{"access_token":"x","expires_in":9223372036854775807}`:               nil,
		`{"access_token":"x","expires_in":7200,"code":0,"msg":"ok"}`:          nil,
		`{"access_token":"x","expires_in":7200,"refresh_expires_in":"none"}`:  clients.ErrBadResponse,
		`{"expires_in":7200,"token_type":"bearer"}`:                           clients.ErrBadResponse,
		`{"access_token":"","expires_in":7200}`:                               clients.ErrBadResponse,
		`{"code":0,"msg":"ok","data":{"access_token":"x","expires_in":7200}}`: clients.ErrBadResponse,
		`{}`: clients.ErrBadResponse,
		`{"code":40100008,"msg":"request failed"}`: clients.ErrUnauthenticated,
		`{"code":40000005,"msg":"request failed"}`: clients.ErrPermission,
		`{"code":40000005,"msg":"request failed",
			"debug":{"desc":"invalid_client"}}`: clients.ErrUnauthenticated,
		`{"error":"invalid_scope",
			"error_description":"the scope is not granted to the app"}`: clients.ErrPermission,
		`{"error":"invalid_client"}`: clients.ErrUnauthenticated,
		`{"code":40100009,"msg":"invalid_grant",
			"debug":{"desc":"the refresh token is used or expired"}}`: clients.ErrUnauthenticated,
	} {
		i := newIssuer(t)
		i.answer = func(w http.ResponseWriter, _ url.Values, _ int) bool {
			fmt.Fprint(w, body)
			return true
		}
		_, err := i.client(t, wps.Config{}).GetUser(t.Context(), "u", nil)
		if want == nil {
			assert.NoError(t, err, body)
			continue
		}
		assert.ErrorIs(t, err, want, body)
		assert.Len(t, i.grants(), 1, "%s: what the vendor refuses is not sent again", body)
		assert.Empty(t, i.bearer)
	}
}

func TestTokenEndpointKinds(t *testing.T) {
	for body, want := range map[string]clients.Kind{
		`{"code":40000001,"msg":"request failed","debug":{"desc":"x"}}`: clients.KindInvalidArgument,
		`{"code":40000005,"msg":"request failed","debug":{"desc":"x"}}`: clients.KindPermission,
		`{"code":40100008,"msg":"request failed","debug":{"desc":"x"}}`: clients.KindUnauthenticated,
		`{"code":50300007,"msg":"x"}`:                                   clients.KindUnavailable,
		`{"code":50000006,"msg":"server_error"}`:                        clients.KindUnavailable,
		`{"code":40100009,"msg":"invalid_grant"}`:                       clients.KindUnauthenticated,
		`{"error":"invalid_grant"}`:                                     clients.KindUnauthenticated,
		`{"error":"invalid_request"}`:                                   clients.KindInvalidArgument,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, body)
		}))
		c := newClient(t, wps.Config{}, s.URL, clients.WithRetry(clients.NoRetry))
		_, err := c.OAuthToken(t.Context(),
			&wpsapi.OAuthTokenRequest{GrantType: wpsapi.GrantTypeClientCredentials, ClientID: appID,
				ClientSecret: appKey})
		var e *clients.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, want, e.Kind, body)
		s.Close()
	}
}

func TestTrapAWrongKeyIsTriedOnce(t *testing.T) {
	i := newIssuer(t)
	i.answer = func(w http.ResponseWriter, _ url.Values, _ int) bool {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"code":40100008,"msg":"request failed"}`)
		return true
	}
	for nth, cfg := range []wps.Config{{}, {SignTokenCalls: true}} {
		c := i.client(t, cfg)
		for range 3 {
			_, err := c.GetUser(t.Context(), "u", nil)
			assert.ErrorIs(t, err, clients.ErrUnauthenticated)
		}
		assert.Len(t, i.grants(), nth+1)
	}
}

// client_credentials may be asked for again when the answer was lost; what works once may not.
func TestTrapOnlyClientCredentialsAreRepeated(t *testing.T) {
	lost := func(w http.ResponseWriter, _ url.Values, n int) bool {
		if n > 1 {
			return false
		}
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"code":50000006,"msg":"server_error","debug":{"cause":"exec fail"}}`)
		return true
	}
	i := newIssuer(t)
	i.answer = lost
	_, err := i.client(t, wps.Config{}).GetUser(t.Context(), "u", nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"client_credentials ", "client_credentials "}, i.grants())

	i = newIssuer(t)
	i.answer = lost
	c := i.client(t, wps.Config{})
	_, err = c.ExchangeCode(t.Context(), "code-1", "https://app.example.com/callback")
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.Equal(t, []string{"authorization_code code-1"}, i.grants())

	i = newIssuer(t)
	i.answer = lost
	_, err = i.client(t, wps.Config{User: token.Token{Refresh: "rt-1"}}).GetCurrentUser(t.Context())
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.Equal(t, []string{"refresh_token rt-1"}, i.grants())

	i = newIssuer(t)
	i.answer = lost
	_, err = i.client(t, wps.Config{}).OAuthToken(t.Context(),
		&wpsapi.OAuthTokenRequest{GrantType: wpsapi.GrantTypeRefreshToken, ClientID: appID,
			ClientSecret: appKey, RefreshToken: new("rt-1")})
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.Len(t, i.grants(), 1)

	for _, op := range wpsapi.Operations() {
		assert.False(t, op.ID == "oauthToken" && op.Idempotent, "the document's own operation is left alone")
	}
}

func TestExchangeCode(t *testing.T) {
	i := newIssuer(t)
	c := i.client(t, wps.Config{})
	user, err := c.ExchangeCode(t.Context(), "code-1", "https://app.example.com/callback")
	require.NoError(t, err)
	now := i.clock.Now()
	assert.Equal(t, token.Token{Value: "at-1", Expiry: now.Add(2 * time.Hour), Refresh: "rt-1",
		RefreshExpiry: now.Add(2592000 * time.Second)}, user)
	assert.Equal(t, url.Values{"grant_type": {"authorization_code"}, "client_id": {appID}, "client_secret": {appKey},
		"code":         {"code-1"},
		"redirect_uri": {"https://app.example.com/callback"}}, i.forms[0])

	i.answer = func(w http.ResponseWriter, form url.Values, _ int) bool {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"code":40100009,"msg":"invalid_grant: %s","debug":{"desc":"%s"}}`, form.Get("code"), form)
		return true
	}
	_, err = c.ExchangeCode(t.Context(), "code-2", "https://app.example.com/callback")
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.NotContains(t, fmt.Sprintf("%v %+v", err, detailOf(t, err)), "code-2")
}

func TestTrapRefreshTokensRotate(t *testing.T) {
	i := newIssuer(t)
	store := token.NewMemoryStore()
	user := token.Token{Value: "at-0", Expiry: i.clock.Now().Add(2 * time.Hour), Refresh: "rt-1",
		RefreshExpiry: i.clock.Now().Add(time.Hour * 720)}
	c := i.client(t, wps.Config{User: user}, clients.WithTokenStore(store))
	who := func(c *wps.Client) error {
		t.Helper()
		answer, err := c.GetCurrentUser(t.Context())
		if err == nil {
			assert.Equal(t, "KBx81LmQ", answer.Data.ID)
		}
		return err
	}
	require.NoError(t, who(c))
	assert.Empty(t, i.grants(), "the token that was given is good")

	i.clock.Advance(3 * time.Hour)
	require.NoError(t, who(c))
	i.clock.Advance(3 * time.Hour)
	require.NoError(t, who(c))
	assert.Equal(t, []string{"refresh_token rt-1", "refresh_token rt-2"}, i.grants())

	// After a restart the newest refresh token comes out of the store, not out of the Config.
	i.clock.Advance(3 * time.Hour)
	require.NoError(t, who(i.client(t, wps.Config{User: user}, clients.WithTokenStore(store))))
	assert.Equal(t, "refresh_token rt-3", i.grants()[2])
	assert.Equal(t, []string{"Bearer at-0", "Bearer at-1", "Bearer at-2", "Bearer at-3"}, i.bearer)

	// A refresh token that is in no Config stays out of errors as well.
	i.mu.Lock()
	i.valid = "gone"
	i.mu.Unlock()
	i.clock.Advance(3 * time.Hour)
	err := who(i.client(t, wps.Config{User: user}, clients.WithTokenStore(store)))
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.Equal(t, "refresh_token rt-4", i.grants()[3])
	assert.NotContains(t, fmt.Sprintf("%+v", err), "rt-4")

	// Without that store it is used up, and the person has to sign in again.
	err = who(i.client(t, wps.Config{User: user}))
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	var e *clients.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "40100009", e.Code)
	assert.NotContains(t, fmt.Sprintf("%+v", err), "rt-1")
}

func TestARefusedUserTokenIsRenewedOnce(t *testing.T) {
	i := newIssuer(t)
	i.reject = "at-0"
	user := token.Token{Value: "at-0", Expiry: i.clock.Now().Add(2 * time.Hour), Refresh: "rt-1"}
	_, err := i.client(t, wps.Config{User: user}).GetCurrentUserID(t.Context())
	assert.ErrorIs(t, err, clients.ErrBadResponse, "the answer has no user_id; what counts is that it came")
	assert.Equal(t, []string{"refresh_token rt-1"}, i.grants())
	assert.Equal(t, []string{"Bearer at-0", "Bearer at-1"}, i.bearer)
}

func TestTrapARefreshWithoutANewRefreshTokenKeepsTheOld(t *testing.T) {
	i := newIssuer(t)
	i.answer = func(w http.ResponseWriter, form url.Values, n int) bool {
		fmt.Fprintf(w, `{"access_token":"at-%d","expires_in":7200,"refresh_expires_in":%d,"token_type":"bearer"}`, n,
			20_000)
		return true
	}
	c := i.client(t, wps.Config{User: token.Token{Refresh: "rt-1"}})
	for range 2 {
		_, err := c.GetCurrentUser(t.Context())
		require.NoError(t, err)
		i.clock.Advance(3 * time.Hour)
	}
	assert.Equal(t, []string{"refresh_token rt-1", "refresh_token rt-1"}, i.grants())

	i.clock.Advance(3 * time.Hour) // refresh_expires_in is the time that is left, counted from the last answer
	_, err := c.GetCurrentUser(t.Context())
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "sign in anew")
	assert.Len(t, i.grants(), 2, "nothing was sent")
}

type brokenStore struct{ token.Store }

func (brokenStore) Get(context.Context, string) (token.Token, error) {
	return token.Token{}, errors.New("store is down")
}

func TestTrapABrokenStoreIsNotHiddenBehindUnauthenticated(t *testing.T) {
	i := newIssuer(t)
	_, err := i.client(t, wps.Config{User: token.Token{Refresh: "rt-1"}},
		clients.WithTokenStore(brokenStore{})).GetCurrentUser(t.Context())
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.ErrorContains(t, err, "store is down")
	assert.Empty(t, i.grants(), "a refresh token that another process may have used up is not sent")
}

func TestOtherSourcesOfTokens(t *testing.T) {
	i := newIssuer(t)
	c := i.client(t, wps.Config{TenantToken: token.Static("of-the-ticket"), UserToken: token.Static("of-the-vault")})
	_, err := c.GetUser(t.Context(), "u", nil)
	require.NoError(t, err)
	_, err = c.GetCurrentUser(t.Context())
	require.NoError(t, err)
	_, err = i.client(t, wps.Config{User: token.Token{Value: "alone"}}).GetCurrentUser(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"Bearer of-the-ticket", "Bearer of-the-vault", "Bearer alone"}, i.bearer)
	assert.Empty(t, i.grants())
}

func TestTokenBaseURL(t *testing.T) {
	elsewhere := newIssuer(t)
	s := serve(t, reply(rootAnswer))
	c := s.client(t, wps.Config{TokenBaseURL: elsewhere.url + "/"})
	_, err := c.GetRootDept(t.Context(), nil)
	require.NoError(t, err)
	_, err = c.OAuthToken(t.Context(), &wpsapi.OAuthTokenRequest{GrantType: wpsapi.GrantTypeClientCredentials})
	require.NoError(t, err)
	assert.Len(t, elsewhere.grants(), 2)
	assert.Empty(t, s.tokenCalls())
}

// Two apps, and the app and its user, have tokens of their own in one store.
func TestTokensAreKeptApart(t *testing.T) {
	i := newIssuer(t)
	store := token.NewMemoryStore()
	for _, cfg := range []wps.Config{{}, {AppID: "AK2", AppKey: "key2"}, {AppID: "AK2", AppKey: "key3"}, {}} {
		cfg.User = token.Token{Refresh: clients.Secret("rt-of-" + cfg.AppID)}
		c := i.client(t, cfg, clients.WithTokenStore(store))
		_, err := c.GetUser(t.Context(), "u", nil)
		require.NoError(t, err)
	}
	assert.Len(t, i.grants(), 3, "the fourth client finds the first one's token")
}

func TestATokenOfASecondIsNotFetchedForEachCall(t *testing.T) {
	for _, life := range []string{"1", "2"} {
		i := newIssuer(t)
		i.answer = func(w http.ResponseWriter, _ url.Values, _ int) bool {
			fmt.Fprintf(w, `{"access_token":"x","expires_in":%s}`, life)
			return true
		}
		c := i.client(t, wps.Config{})
		for range 10 {
			_, err := c.GetRootDept(t.Context(), nil)
			require.NoError(t, err)
		}
		assert.Len(t, i.grants(), 1, life)
	}
}

func TestABusyTokenEndpointIsAskedAgainWithinTheCall(t *testing.T) {
	for _, tc := range []struct {
		body      string
		tenant    int // attempts with what may be sent twice
		user      int // and with what works once
		available bool
	}{
		{`{"code":50300007,"msg":"x"}`, 2, 2, true},
		{`{"error":"temporarily_unavailable"}`, 2, 2, true},
		{`{"code":50000006,"msg":"server_error"}`, 2, 1, false},
		{`<html>`, 2, 1, false},
	} {
		for _, user := range []bool{false, true} {
			i := newIssuer(t)
			i.answer = func(w http.ResponseWriter, _ url.Values, n int) bool {
				if n > 1 {
					return false
				}
				w.WriteHeader(http.StatusServiceUnavailable)
				fmt.Fprint(w, tc.body)
				return true
			}
			cfg, want := wps.Config{}, tc.tenant
			if user {
				cfg.User, want = token.Token{Refresh: "rt-1"}, tc.user
			}
			c := i.client(t, cfg)
			var err error
			if user {
				_, err = c.GetCurrentUser(t.Context())
			} else {
				_, err = c.GetRootDept(t.Context(), nil)
			}
			assert.Equal(t, !user || tc.available, err == nil, "%s: %v", tc.body, err)
			assert.Len(t, i.grants(), want, tc.body)
		}
	}
}

func TestARefusedIDOrKeySaysSo(t *testing.T) {
	for _, body := range []string{`{"code":40100008,"msg":"request failed"}`,
		`{"code":40000005,"msg":"request failed","debug":{"desc":"invalid_client"}}`, `{"error":"invalid_client"}`,
		`{"code":40000001,"msg":"request failed"}`} {
		i := newIssuer(t)
		i.answer = func(w http.ResponseWriter, _ url.Values, _ int) bool {
			w.Header().Set("X-Request-Id", "req-1")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, body)
			return true
		}
		c := i.client(t, wps.Config{})
		for range 3 {
			_, err := c.GetRootDept(t.Context(), nil)
			assert.ErrorIs(t, err, clients.ErrUnauthenticated)
			assert.ErrorContains(t, err, "the vendor refused Config.AppID or Config.AppKey")
			var e *clients.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "req-1", e.RequestID)
			assert.Equal(t, http.StatusBadRequest, e.HTTPStatus)
			assert.NotEmpty(t, e.Code)
			assert.IsType(t, &wps.ErrorDetail{}, e.Detail)
		}
		assert.NotEmpty(t, i.grants())
	}
	i := newIssuer(t)
	_, err := i.client(t, wps.Config{User: token.Token{Refresh: "rt-0"}}).GetCurrentUser(t.Context())
	assert.ErrorContains(t, err, "the vendor refused Config.User, ")
}

func TestARefusedTokenOfSomebodyElsesIsSentOnce(t *testing.T) {
	for name, cfg := range map[string]wps.Config{
		"a person's":       {User: token.Token{Value: "given"}},
		"a person's, held": {UserToken: token.Static("given")},
	} {
		i := newIssuer(t)
		i.reject = "given"
		_, err := i.client(t, cfg).GetCurrentUser(t.Context())
		assert.ErrorIs(t, err, clients.ErrUnauthenticated, name)
		assert.Len(t, i.bearer, 1, name)
	}
	i := newIssuer(t)
	i.reject = "given"
	_, err := i.client(t, wps.Config{TenantToken: token.Static("given")}).GetRootDept(t.Context(), nil)
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.Len(t, i.bearer, 1)
}
