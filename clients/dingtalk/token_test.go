package dingtalk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

// countingTransport answers everything alike, without a network.
type countingTransport struct {
	sent   atomic.Int64
	last   atomic.Pointer[http.Request]
	answer func(http.ResponseWriter, request, int)
}

func (c *countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	c.last.Store(r)
	recorder := newRecorder()
	c.answer(recorder, request{}, int(c.sent.Add(1)))
	response := recorder.Result()
	response.Request = r
	return response, nil
}

func TestTokenCallOfEachKindOfApp(t *testing.T) {
	for _, tc := range []struct {
		name, path, body string
		cfg              func() dingtalk.Config
		host             dingtalk.TokenHost
		query            url.Values
	}{
		{"internal", "/v1.0/oauth2/accessToken", `{"appKey":"dingAK01","appSecret":"app+S3cret/=&<planted>"}`,
			internalConfig, dingtalk.TokenHostDefault, url.Values{}},
		{"internal, new", "/v1.0/oauth2/accessToken", `{"appKey":"dingAK01","appSecret":"app+S3cret/=&<planted>"}`,
			internalConfig, dingtalk.TokenHostNew, url.Values{}},
		{"internal, old", "/gettoken", ``, internalConfig, dingtalk.TokenHostOld,
			url.Values{"appkey": {appKey}, "appsecret": {appSecret}}},
		{"suite", "/service/get_corp_token", `{"auth_corpid":"dingcorp77aa"}`, suiteConfig, dingtalk.TokenHostDefault,
			nil},
		{"suite, old", "/service/get_corp_token", `{"auth_corpid":"dingcorp77aa"}`, suiteConfig, dingtalk.TokenHostOld,
			nil},
		{"suite, new", "/v1.0/oauth2/corpAccessToken",
			`{"authCorpId":"dingcorp77aa","suiteKey":"suitek3y","suiteSecret":"suite+S3cret/=&<planted>",` +
				`"suiteTicket":"t1cket+/=&<planted>"}`,
			suiteConfig, dingtalk.TokenHostNew, url.Values{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := serve(t, func(w http.ResponseWriter, r request, _ int) {
				if r.path == "/user/get" {
					fmt.Fprint(w, userV1)
					return
				}
				fmt.Fprint(w, found)
			})
			cfg := tc.cfg()
			cfg.TokenHost = tc.host
			c := newClient(t, cfg, v.url)
			require.NoError(t, getV1(t, c))
			require.NoError(t, search(t, c))
			require.Len(t, v.fetched(), 1, "one token serves both hosts")
			got := v.fetched()[0]
			assert.Equal(t, tc.path, got.path)
			if tc.body != "" {
				assert.JSONEq(t, tc.body, got.body)
			}
			if tc.query != nil {
				query, err := url.ParseQuery(got.rawQuery)
				require.NoError(t, err)
				assert.Equal(t, tc.query, query)
			}
			calls := v.seen()
			assert.Equal(t, "access_token="+url.QueryEscape(accessToken)+"&userid=lin.mei01", sorted(calls[0].rawQuery))
			assert.Empty(t, calls[0].header.Get("x-acs-dingtalk-access-token"), "the old host reads the query only")
			assert.Equal(t, accessToken, calls[1].header.Get("x-acs-dingtalk-access-token"))
			assert.Empty(t, calls[1].rawQuery, "the new host reads the header only")
		})
	}
}

func sorted(rawQuery string) string {
	values, _ := url.ParseQuery(rawQuery)
	return values.Encode()
}

func TestTrapTokenWithoutLifetimeIsNotFetchedAgainAndAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		life time.Duration
	}{
		"absent":   {`{"accessToken":"tok-1"}`, 2 * time.Hour},
		"null":     {`{"accessToken":"tok-1","expireIn":null}`, 2 * time.Hour},
		"zero":     {`{"accessToken":"tok-1","expireIn":0}`, 2 * time.Hour},
		"negative": {`{"accessToken":"tok-1","expireIn":-1}`, 2 * time.Hour},
		"stated":   {`{"accessToken":"tok-1","expireIn":1000}`, 1000 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			clock := serve(t, always(200, "")).clock
			var fetched atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/user/get" {
					fmt.Fprint(w, userV1)
					return
				}
				fetched.Add(1)
				fmt.Fprint(w, tc.body)
			}))
			defer server.Close()
			c := newClient(t, internalConfig(), server.URL, clients.WithClock(clock))
			for range 10 {
				require.NoError(t, getV1(t, c))
			}
			assert.EqualValues(t, 1, fetched.Load())
			clock.Advance(tc.life - 10*time.Minute)
			require.NoError(t, getV1(t, c))
			assert.EqualValues(t, 1, fetched.Load(), "not before it nears its end")
			clock.Advance(10 * time.Minute)
			require.NoError(t, getV1(t, c))
			assert.EqualValues(t, 2, fetched.Load())
		})
	}
}

func TestTokensOfDifferentAppsAreKeptApart(t *testing.T) {
	v := serve(t, always(200, userV1))
	store := token.NewMemoryStore()
	with := func(change func(*dingtalk.Config)) dingtalk.Config {
		cfg := suiteConfig()
		change(&cfg)
		return cfg
	}
	other := internalConfig()
	other.AppSecret = "another-secret"
	for i, cfg := range []dingtalk.Config{
		internalConfig(), other, suiteConfig(),
		with(func(c *dingtalk.Config) { c.AuthCorpID = "another-corp" }),
		with(func(c *dingtalk.Config) { c.SuiteKey = "another-suite" }),
	} {
		for range 2 {
			require.NoError(t, getV1(t, newClient(t, cfg, v.url, clients.WithTokenStore(store))))
			assert.Len(t, v.fetched(), i+1)
		}
	}
}

func TestTicketThatCannotBeHadFailsTheCall(t *testing.T) {
	missing := errors.New("no ticket has been pushed yet")
	for _, host := range []dingtalk.TokenHost{dingtalk.TokenHostOld, dingtalk.TokenHostNew} {
		v := serve(t, always(200, userV1))
		cfg := suiteConfig()
		cfg.TokenHost = host
		cfg.SuiteTicket = func(context.Context) (clients.Secret, error) { return "", missing }
		err := getV1(t, newClient(t, cfg, v.url))
		assert.ErrorIs(t, err, clients.ErrUnauthenticated)
		assert.ErrorIs(t, err, missing)
		assert.ErrorContains(t, err, "Config.SuiteTicket")
		assert.Empty(t, v.fetched())
		assert.Empty(t, v.seen())
	}
}

// Without WithBaseURL each operation goes to the host that its document names.
func TestHosts(t *testing.T) {
	const oapi, newHost = "https://oapi.dingtalk.com", "https://api.dingtalk.com"
	answer := func(w http.ResponseWriter, _ request, _ int) {
		fmt.Fprint(w, `{"errcode":0,"userid":"u","accessToken":"tok-1","list":[],"hasMore":false}`)
	}
	for name, tc := range map[string]struct {
		newHostURL, base    string
		wantOAPI, wantNewly string
	}{
		"defaults": {"", "", oapi, newHost},
		"one base": {"", "https://proxy.example/dingtalk/", "https://proxy.example/dingtalk",
			"https://proxy.example/dingtalk"},
		"two bases": {"https://two.example/b/", "https://one.example/a", "https://one.example/a",
			"https://two.example/b"},
		"the new one only":   {"https://two.example", "", oapi, "https://two.example"},
		"one base, no slash": {"", "https://proxy.example", "https://proxy.example", "https://proxy.example"},
	} {
		t.Run(name, func(t *testing.T) {
			transport := &countingTransport{answer: answer}
			cfg := internalConfig()
			cfg.NewHostURL = tc.newHostURL
			options := []clients.Option{clients.WithHTTPClient(&http.Client{Transport: transport})}
			if tc.base != "" {
				options = append(options, clients.WithBaseURL(tc.base))
			}
			c, err := dingtalk.New(cfg, options...)
			require.NoError(t, err)
			where := func() string {
				u := transport.last.Load().URL
				return u.Scheme + "://" + u.Host + u.Path
			}
			require.NoError(t, getV1(t, c))
			assert.Equal(t, tc.wantOAPI+"/user/get", where())
			require.NoError(t, search(t, c))
			assert.Equal(t, tc.wantNewly+"/v1.0/contact/users/search", where())
			_, err = c.GetAppAccessToken(t.Context(), &dingtalkapi.GetAppAccessTokenRequest{})
			require.NoError(t, err)
			assert.Equal(t, tc.wantNewly+"/v1.0/oauth2/accessToken", where())
		})
	}
}

// issuing answers the nth fetch of a token by answer, and all that has a token with a user.
func issuing(t *testing.T, answer func(w http.ResponseWriter, n int64)) (string, *atomic.Int64) {
	t.Helper()
	fetched := new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/user/get" {
			fmt.Fprint(w, userV1)
			return
		}
		answer(w, fetched.Add(1))
	}))
	t.Cleanup(server.Close)
	return server.URL, fetched
}

func TestATokenOfASecondIsNotFetchedForEachCall(t *testing.T) {
	for _, life := range []string{"1", "2", "9223372036854775807"} {
		url, fetched := issuing(t, func(w http.ResponseWriter, _ int64) {
			fmt.Fprintf(w, `{"accessToken":"t","expireIn":%s}`, life)
		})
		c := newClient(t, internalConfig(), url, clients.WithClock(clienttest.NewClock()))
		for range 10 {
			require.NoError(t, getV1(t, c))
		}
		assert.EqualValues(t, 1, fetched.Load(), life)
	}
}

func TestATokenEndpointThatIsBusyIsAskedAgainWithinTheCall(t *testing.T) {
	for name, tc := range map[string]struct {
		host   dingtalk.TokenHost
		status int
		body   string
	}{
		"old, busy":             {dingtalk.TokenHostOld, 200, `{"errcode":-1,"errmsg":"系统繁忙"}`},
		"old, gateway":          {dingtalk.TokenHostOld, 503, "<html>"},
		"new, out of order":     {dingtalk.TokenHostNew, 503, `{"code":"ServiceUnavailable","message":"later"}`},
		"new, gateway":          {dingtalk.TokenHostNew, 502, "<html>"},
		"new, throttled":        {dingtalk.TokenHostNew, 403, `{"code":"Forbidden.AccessDenied.QpsLimitForApi"}`},
		"new, 429 with no code": {dingtalk.TokenHostNew, 429, "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			url, fetched := issuing(t, func(w http.ResponseWriter, n int64) {
				if n == 1 {
					w.WriteHeader(tc.status)
					fmt.Fprint(w, tc.body)
					return
				}
				fmt.Fprint(w, `{"errcode":0,"access_token":"t","accessToken":"t"}`)
			})
			cfg := internalConfig()
			cfg.TokenHost = tc.host
			require.NoError(t, getV1(t, newClient(t, cfg, url, clients.WithClock(clienttest.NewClock()))))
			assert.EqualValues(t, 2, fetched.Load())
		})
	}
}

func TestARefusedIDOrSecretSaysSo(t *testing.T) {
	const internal, suite = "Config.AppKey or Config.AppSecret",
		"Config.SuiteKey, Config.SuiteSecret or Config.AuthCorpID"
	for _, tc := range []struct {
		cfg    dingtalk.Config
		host   dingtalk.TokenHost
		status int
		body   string
		fields string
	}{
		{internalConfig(), dingtalk.TokenHostOld, 200, `{"errcode":40001,"errmsg":"why"}`, internal},
		{internalConfig(), dingtalk.TokenHostOld, 200, `{"errcode":40013,"errmsg":"why"}`, internal},
		{internalConfig(), dingtalk.TokenHostOld, 200, `{"errcode":40089,"errmsg":"why"}`, internal},
		{internalConfig(), dingtalk.TokenHostOld, 200, `{"errcode":40096,"errmsg":"why"}`, internal},
		{internalConfig(), dingtalk.TokenHostNew, 400, `{"code":"invalidClientIdOrSecret","message":"why"}`, internal},
		{internalConfig(), dingtalk.TokenHostNew, 400, `{"code":"invalid.client","message":"why"}`, internal},
		{suiteConfig(), dingtalk.TokenHostOld, 200, `{"errcode":40089,"errmsg":"why"}`, suite},
		{suiteConfig(), dingtalk.TokenHostNew, 400, `{"code":"invalidClientIdOrSecret","message":"why"}`, suite},
	} {
		t.Run(tc.body, func(t *testing.T) {
			url, fetched := issuing(t, func(w http.ResponseWriter, _ int64) {
				w.WriteHeader(tc.status)
				fmt.Fprint(w, tc.body)
			})
			tc.cfg.TokenHost = tc.host
			c := newClient(t, tc.cfg, url, clients.WithClock(clienttest.NewClock()))
			for range 3 {
				err := getV1(t, c)
				assert.ErrorIs(t, err, clients.ErrUnauthenticated)
				assert.ErrorContains(t, err, "the vendor refused "+tc.fields)
				assert.ErrorContains(t, err, "why")
				var e *clients.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, tc.status, e.HTTPStatus)
				assert.NotEmpty(t, e.Code)
				assert.IsType(t, &dingtalk.ErrorDetail{}, e.Detail)
			}
			assert.EqualValues(t, 1, fetched.Load())
		})
	}
}

func TestATicketThatPanicsFailsTheCall(t *testing.T) {
	for _, host := range []dingtalk.TokenHost{dingtalk.TokenHostOld, dingtalk.TokenHostNew} {
		v := serve(t, always(200, userV1))
		cfg := suiteConfig()
		cfg.TokenHost = host
		cfg.SuiteTicket = func(context.Context) (clients.Secret, error) { panic("no ticket, " + suiteSecret) }
		err := getV1(t, newClient(t, cfg, v.url))
		assert.ErrorIs(t, err, clients.ErrUnauthenticated)
		assert.ErrorContains(t, err, "the fetch panicked: no ticket")
		assert.NotContains(t, err.Error(), suiteSecret)
		assert.Empty(t, v.fetched())
	}
}

func TestATicketWithALineEndIsNotSent(t *testing.T) {
	for _, host := range []dingtalk.TokenHost{dingtalk.TokenHostOld, dingtalk.TokenHostNew} {
		v := serve(t, always(200, userV1))
		cfg := suiteConfig()
		cfg.TokenHost = host
		cfg.SuiteTicket = dingtalk.StaticTicket(ticket + "\n")
		err := getV1(t, newClient(t, cfg, v.url))
		assert.ErrorContains(t, err, "Config.SuiteTicket gave a ticket with white space")
		assert.NotContains(t, err.Error(), ticket)
		assert.Empty(t, v.fetched())
	}
}
