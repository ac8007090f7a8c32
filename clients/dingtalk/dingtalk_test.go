//lint:file-ignore SA1019 the older calls have to work as well

package dingtalk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/samples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	appKey      = "dingAK01"
	appSecret   = "app+S3cret/=&<planted>"
	suiteKey    = "suitek3y"
	suiteSecret = "suite+S3cret/=&<planted>"
	ticket      = "t1cket+/=&<planted>"
	corpID      = "dingcorp77aa"
	accessToken = "t0ken+/=&<planted>"
	userToken   = "user+t0ken/=&<planted>"
)

func internalConfig() dingtalk.Config {
	return dingtalk.Config{AppKey: appKey, AppSecret: appSecret}
}

// withUser adds the token of a person to a Config.
func withUser(cfg dingtalk.Config) dingtalk.Config {
	cfg.UserToken.Source = token.Static(userToken)
	return cfg
}

func suiteConfig() dingtalk.Config {
	return dingtalk.Config{SuiteKey: suiteKey, SuiteSecret: suiteSecret, SuiteTicket: dingtalk.StaticTicket(ticket),
		AuthCorpID: corpID}
}

func newClient(t testing.TB, cfg dingtalk.Config, baseURL string, options ...clients.Option) *dingtalk.Client {
	t.Helper()
	c, err := dingtalk.New(cfg, append([]clients.Option{clients.WithBaseURL(baseURL)}, options...)...)
	require.NoError(t, err)
	return c
}

// answerToken answers the four calls that a client may get its token from.
func answerToken(w http.ResponseWriter, r *http.Request) bool {
	token, _ := json.Marshal(accessToken)
	switch r.URL.Path {
	case "/gettoken", "/service/get_corp_token":
		fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok","access_token":%s,"expires_in":7200}`, token)
	case "/v1.0/oauth2/accessToken", "/v1.0/oauth2/corpAccessToken":
		fmt.Fprintf(w, `{"accessToken":%s,"expireIn":7200}`, token)
	default:
		return false
	}
	return true
}

// code is the vendor's code in an error body, whichever of the envelopes it has.
func code(body []byte) string {
	var envelope struct {
		ErrCode json.Number `json:"errcode"`
		SubCode string      `json:"sub_code"`
		ErrMsg  string      `json:"errmsg"`
		Code    string      `json:"code"`
		Status  json.Number `json:"status"`
	}
	_ = json.Unmarshal(body, &envelope)
	switch {
	case envelope.SubCode != "":
		return envelope.SubCode
	case envelope.ErrCode == "88":
		_, rest, _ := strings.Cut(envelope.ErrMsg, "subcode=")
		sub, _, _ := strings.Cut(rest, ",")
		return sub
	case envelope.ErrCode == "0":
		return ""
	case envelope.ErrCode != "":
		return envelope.ErrCode.String()
	case envelope.Code != "":
		return envelope.Code
	default:
		return envelope.Status.String()
	}
}

func suite() clienttest.Suite {
	return clienttest.Suite{
		Vendor:      "dingtalk",
		Testdata:    "../../testdata",
		Operations:  dingtalkapi.Operations(),
		Token:       answerToken,
		RejectToken: samples.Response{Status: 200, Body: []byte(`{"errcode":40014,"errmsg":"不合法的access_token"}`)},
		Secrets:     []string{appSecret, suiteSecret, ticket, accessToken, userToken},
		Credential:  []string{"access_token", "accessKey", "timestamp", "suiteTicket", "signature"},
		Code:        code,
		Refusals: []clienttest.Refusal{
			{List: "ErrorCode", Operation: "getUserV1", Response: func(code string) samples.Response {
				return samples.Response{Status: 200, Body: []byte(`{"errcode":` + code + `,"errmsg":"refused"}`)}
			}},
			{List: "SubCode", Operation: "getUserV2", Response: func(code string) samples.Response {
				body := `{"errcode":88,"sub_code":"` + code + `","errmsg":"refused","request_id":"r1"}`
				return samples.Response{Status: 200, Body: []byte(body)}
			}},
			{List: "NewHostErrorCode", Operation: "searchUsers", Response: func(code string) samples.Response {
				body := `{"code":"` + code + `","requestid":"R-1","message":"refused"}`
				return samples.Response{Status: 400, Body: []byte(body)}
			}},
		},
	}
}

func TestSuiteThirdPartyApp(t *testing.T) {
	s := suite()
	s.New = func(t testing.TB, baseURL string, options ...clients.Option) any {
		return newClient(t, withUser(suiteConfig()), baseURL, options...)
	}
	s.RejectSecret = samples.Response{Status: 200, Body: []byte(`{"errcode":853004,"errmsg":"signature参数不正确 %s"}`)}
	s.Run(t)
}

// withSigned is an internal app's client whose one signed call goes through a third-party app's.
type withSigned struct {
	*dingtalk.Client
	signed *dingtalk.Client
}

func (c withSigned) GetCorpToken(ctx context.Context,
	body *dingtalkapi.GetCorpTokenRequest) (*dingtalkapi.GetCorpTokenAnswer, error) {
	return c.signed.GetCorpToken(ctx, body)
}

func TestSuiteInternalApp(t *testing.T) {
	s := suite()
	s.New = func(t testing.TB, baseURL string, options ...clients.Option) any {
		return withSigned{newClient(t, withUser(internalConfig()), baseURL, options...),
			newClient(t, suiteConfig(), baseURL, options...)}
	}
	s.RejectSecret = samples.Response{Status: 400,
		Body: []byte(
			`{"code":"invalidClientIdOrSecret","requestid":"2F6C8E10-7B1D-7A53-9C44-0D3E5A7B9F30",` +
				`"message":"无效的clientId或者clientSecret %s"}`)}
	s.Run(t)
}

// request is what a vendor was sent.
type request struct {
	method, path, rawQuery, body string
	header                       http.Header
}

// vendor is a server that answers tokens by itself, as well as what lists of members ask about themselves (the whole
// corp is visible, and nobody is missing), and everything else by handle, whose n counts from 1.
type vendor struct {
	url   string
	clock *clienttest.Clock

	mu     sync.Mutex
	tokens []request
	calls  []request
}

func serve(t testing.TB, handle func(w http.ResponseWriter, r request, n int)) *vendor {
	t.Helper()
	return serveAll(t, handle, map[string]string{
		"/auth/scopes":        `{"errcode":0,"errmsg":"ok","auth_org_scopes":{"authed_dept":[1],"authed_user":[]}}`,
		"/topapi/user/listid": `{"errcode":0,"errmsg":"ok","result":{"userid_list":[]}}`,
		"/user/getDeptMember": `{"errcode":0,"errmsg":"ok","userIds":[]}`,
	})
}

// serveAll leaves all calls but those aside to handle.
func serveAll(t testing.TB, handle func(w http.ResponseWriter, r request, n int), aside map[string]string) *vendor {
	t.Helper()
	v := &vendor{clock: clienttest.NewClock()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := request{method: r.Method, path: r.URL.Path, rawQuery: r.URL.RawQuery, body: string(body),
			header: r.Header}
		if answerToken(w, r) {
			v.mu.Lock()
			v.tokens = append(v.tokens, got)
			v.mu.Unlock()
			return
		}
		if answer := aside[r.URL.Path]; answer != "" {
			fmt.Fprint(w, answer)
			return
		}
		v.mu.Lock()
		v.calls = append(v.calls, got)
		n := len(v.calls)
		v.mu.Unlock()
		handle(w, got, n)
	}))
	t.Cleanup(server.Close)
	v.url = server.URL
	return v
}

func (v *vendor) client(t testing.TB, options ...clients.Option) *dingtalk.Client {
	t.Helper()
	return newClient(t, internalConfig(), v.url, append([]clients.Option{clients.WithClock(v.clock)}, options...)...)
}

func (v *vendor) seen() []request {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]request(nil), v.calls...)
}

func (v *vendor) fetched() []request {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]request(nil), v.tokens...)
}

// always answers every call alike.
func always(status int, body string) func(http.ResponseWriter, request, int) {
	return func(w http.ResponseWriter, _ request, _ int) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// first answers the first call with refusal and the others with body.
func first(status int, refusal, body string) func(http.ResponseWriter, request, int) {
	return func(w http.ResponseWriter, _ request, n int) {
		if n == 1 {
			w.WriteHeader(status)
			fmt.Fprint(w, refusal)
			return
		}
		fmt.Fprint(w, body)
	}
}

const (
	userV1 = `{"errcode":0,"errmsg":"ok","userid":"lin.mei01","name":"林梅"}`
	userV2 = `{"errcode":0,"errmsg":"ok","result":{"userid":"lin.mei01","name":"林梅"},"request_id":"x4"}`
	found  = `{"hasMore":false,"totalCount":1,"list":["lin.mei01"]}`
)

func getV1(t testing.TB, c *dingtalk.Client) error {
	t.Helper()
	_, err := c.GetUserV1(t.Context(), &dingtalkapi.GetUserV1Params{UserID: "lin.mei01"})
	return err
}

func getV2(t testing.TB, c *dingtalk.Client) error {
	t.Helper()
	_, err := c.GetUserV2(t.Context(), &dingtalkapi.GetUserV2Request{UserID: "lin.mei01"})
	return err
}

func search(t testing.TB, c *dingtalk.Client) error {
	t.Helper()
	_, err := c.SearchUsers(t.Context(), &dingtalkapi.SearchUsersRequest{QueryWord: "林梅", Size: 10})
	return err
}

func asError(t testing.TB, err error) *clients.Error {
	t.Helper()
	var e *clients.Error
	require.ErrorAs(t, err, &e)
	return e
}

func TestConfig(t *testing.T) {
	with := func(cfg dingtalk.Config, change func(*dingtalk.Config)) dingtalk.Config {
		change(&cfg)
		return cfg
	}
	for name, tc := range map[string]struct {
		cfg  dingtalk.Config
		want string
	}{
		"empty":        {dingtalk.Config{}, "AppKey"},
		"no secret":    {dingtalk.Config{AppKey: appKey}, "AppSecret"},
		"no key":       {dingtalk.Config{AppSecret: appSecret}, "AppKey"},
		"no ticket":    {with(suiteConfig(), func(c *dingtalk.Config) { c.SuiteTicket = nil }), "SuiteTicket"},
		"no corp":      {with(suiteConfig(), func(c *dingtalk.Config) { c.AuthCorpID = "" }), "AuthCorpID"},
		"no suite key": {with(suiteConfig(), func(c *dingtalk.Config) { c.SuiteKey = "" }), "SuiteKey"},
		"no suite":     {dingtalk.Config{AuthCorpID: corpID}, "SuiteSecret"},
		"both":         {with(suiteConfig(), func(c *dingtalk.Config) { c.AppKey = appKey }), "both"},
		"host with a ?": {with(internalConfig(), func(c *dingtalk.Config) { c.NewHostURL = "https://h/?a=b" }),
			"NewHostURL"},
		"host of ftp":    {with(internalConfig(), func(c *dingtalk.Config) { c.NewHostURL = "ftp://h" }), "NewHostURL"},
		"unknown source": {with(internalConfig(), func(c *dingtalk.Config) { c.TokenHost = 7 }), "TokenHost"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dingtalk.New(tc.cfg)
			require.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, "dingtalk: ")
			assert.NotContains(t, err.Error(), "planted")
		})
	}
	for _, cfg := range []dingtalk.Config{internalConfig(), suiteConfig()} {
		_, err := dingtalk.New(cfg)
		assert.NoError(t, err)
		assert.NotContains(t, fmt.Sprintf("%+v %#v", cfg, cfg), "planted")
	}
}

func TestSignedCallWithoutSuiteFailsBeforeAnyIO(t *testing.T) {
	v := serve(t, always(200, `{}`))
	_, err := v.client(t).GetCorpToken(t.Context(), &dingtalkapi.GetCorpTokenRequest{AuthCorpID: corpID})
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "Config.SuiteKey")
	assert.Empty(t, v.seen())
	assert.Empty(t, v.fetched())
}
