package feishu_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/samples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	appID       = "cli_demo0001"
	appSecret   = "app+S3cret/=&<planted>"
	tenantToken = "t-demo/+&=<planted>"
	userToken   = "eyJdemo/+&=<planted>"
	firstRenew  = "eyJfirst/+=&<planted>"
	nextRenew   = "eyJnext/+=&<planted>"

	tenantPath = "/auth/v3/tenant_access_token/internal"
	oauthPath  = "/authen/v2/oauth/token"
)

func newClient(t testing.TB, baseURL string, options ...clients.Option) *feishu.Client {
	t.Helper()
	return newClientAs(t, baseURL, feishu.UserToken{RefreshToken: firstRenew}, options...)
}

func newClientAs(t testing.TB, baseURL string, user feishu.UserToken, options ...clients.Option) *feishu.Client {
	t.Helper()
	c, err := feishu.New(feishu.Config{AppID: appID, AppSecret: appSecret, UserToken: user},
		append([]clients.Option{clients.WithBaseURL(baseURL)}, options...)...)
	require.NoError(t, err)
	return c
}

func object(pairs ...any) string {
	members := make(map[string]any)
	for i := 0; i < len(pairs); i += 2 {
		members[pairs[i].(string)] = pairs[i+1]
	}
	text, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func answerToken(w http.ResponseWriter, r *http.Request) bool {
	switch r.URL.Path {
	case tenantPath:
		fmt.Fprint(w, object("code", 0, "msg", "ok", "tenant_access_token", tenantToken, "expire", 7200))
	case oauthPath:
		fmt.Fprint(w, object("code", 0, "access_token", userToken, "expires_in", 7200, "refresh_token", nextRenew,
			"refresh_token_expires_in", 604800))
	default:
		return false
	}
	return true
}

func TestSuite(t *testing.T) {
	suite := clienttest.Suite{
		Vendor:     "feishu",
		Testdata:   "../../testdata",
		Operations: feishuapi.Operations(),
		New: func(t testing.TB, baseURL string, options ...clients.Option) any {
			return newClient(t, baseURL, options...)
		},
		Token: answerToken,
		RejectToken: samples.Response{Status: 400,
			Body: []byte(
				`{"code":99991663,"error":{"log_id":"2026010112000000000000000000000B"},"msg":"Invalid access token ` +
					`for ` +
					`authorization."}`)},
		RejectSecret: samples.Response{Status: 200, Body: []byte(`{"code":10014,"msg":"app secret invalid %s"}`)},
		Secrets:      []string{appSecret, tenantToken, userToken, firstRenew, nextRenew},
		Credential:   []string{"Authorization"},
		Code: func(body []byte) string {
			var envelope struct{ Code json.Number }
			_ = json.Unmarshal(body, &envelope)
			if envelope.Code == "0" {
				return ""
			}
			return envelope.Code.String()
		},
		Refusals: []clienttest.Refusal{
			{List: "ErrorCode", Operation: "getUser", Response: func(code string) samples.Response {
				return samples.Response{Status: 200, Body: []byte(`{"code":` + code + `,"msg":"refused"}`)}
			}},
		},
	}
	suite.Run(t)
}

// vendor is a server that hands out tenant tokens, t-1, t-2 and so on, and answers everything else by handle. Calls are
// counted from 1.
type vendor struct {
	url    string
	clock  *clienttest.Clock
	mu     sync.Mutex
	tokens int
	calls  []call
}

type call struct{ method, path, query, token, body string }

func (c call) String() string { return c.method + " " + c.path + "?" + c.query + " " + c.token }

func (v *vendor) seen() []call {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]call(nil), v.calls...)
}

func (v *vendor) fetched() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.tokens
}

func serve(t testing.TB, handle func(w http.ResponseWriter, r *http.Request, n int)) *vendor {
	t.Helper()
	v := &vendor{clock: clienttest.NewClock()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v.mu.Lock()
		if r.URL.Path == tenantPath {
			v.tokens++
			fmt.Fprint(w, object("code", 0, "msg", "ok", "tenant_access_token", fmt.Sprint("t-", v.tokens), "expire",
				7200))
			v.mu.Unlock()
			return
		}
		v.calls = append(v.calls, call{r.Method, r.URL.EscapedPath(), r.URL.RawQuery,
			strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), string(body)})
		n := len(v.calls)
		v.mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		handle(w, r, n)
	}))
	t.Cleanup(server.Close)
	v.url = server.URL
	return v
}

func (v *vendor) client(t testing.TB, options ...clients.Option) *feishu.Client {
	return newClientAs(t, v.url, feishu.UserToken{},
		append([]clients.Option{clients.WithClock(v.clock)}, options...)...)
}

// reply answers every call alike.
func reply(status int, body string) func(http.ResponseWriter, *http.Request, int) {
	return replies(status, body)
}

// replies answers the nth call with the nth pair of status and body, and those beyond with the last.
func replies(pairs ...any) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, n int) {
		i := 2 * min(n-1, len(pairs)/2-1)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(pairs[i].(int))
		fmt.Fprint(w, pairs[i+1].(string))
	}
}

// hangUp drops the connection after the request was read.
func hangUp(w http.ResponseWriter) {
	if connection, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = connection.Close()
	}
}

func failed(t *testing.T, err error) *clients.Error {
	t.Helper()
	var e *clients.Error
	require.ErrorAs(t, err, &e)
	return e
}

const (
	oneUser  = `{"code":0,"data":{"user":{"open_id":"ou_1","union_id":"on_1","name":"林悦"}},"msg":"success"}`
	deadTenn = `{"code":99991663,"error":{"log_id":"L"},"msg":"Invalid access token for authorization."}`
)

func TestNewRefusesAnIncompleteConfig(t *testing.T) {
	for want, cfg := range map[string]feishu.Config{
		"AppID":     {AppSecret: "s"},
		"AppSecret": {AppID: "a"},
		"one of": {AppID: "a", AppSecret: "s",
			UserToken: feishu.UserToken{RefreshToken: "r", Code: &feishu.AuthorizationCode{Code: "c"}}},
		"Code.Code": {AppID: "a", AppSecret: "s", UserToken: feishu.UserToken{Code: &feishu.AuthorizationCode{}}},
	} {
		_, err := feishu.New(cfg)
		assert.ErrorContains(t, err, want)
	}
}

func TestStats(t *testing.T) {
	v := serve(t, reply(200, oneUser))
	c := v.client(t)
	_, err := c.GetUser(t.Context(), "ou_1", nil)
	require.NoError(t, err)
	assert.EqualValues(t, 1, c.Stats().Tokens)
	assert.EqualValues(t, 2, c.Stats().Requests)
}
