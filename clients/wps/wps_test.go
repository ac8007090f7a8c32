package wps_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/clients/wps/kso1"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/samples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	appID        = "AK20260101ROSTER"
	appKey       = "app+K3y/=&<planted>"
	accessToken  = "t0ken+/=&<planted>"
	userToken    = "us3r+t0ken/=&<planted>"
	refreshToken = "r3fresh+/=&<planted>"
)

func newClient(t testing.TB, cfg wps.Config, baseURL string, options ...clients.Option) *wps.Client {
	t.Helper()
	if cfg.AppID == "" {
		cfg.AppID, cfg.AppKey = appID, appKey
	}
	c, err := wps.New(cfg, append([]clients.Option{clients.WithBaseURL(baseURL)}, options...)...)
	require.NoError(t, err)
	return c
}

func quote(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted)
}

func answerToken(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path != "/oauth2/token" {
		return false
	}
	fmt.Fprintf(w, `{"access_token":%s,"expires_in":7200,"token_type":"bearer"}`, quote(accessToken))
	return true
}

func TestSuite(t *testing.T) {
	suite := clienttest.Suite{
		Vendor:     "wps",
		Testdata:   "../../testdata",
		Operations: wpsapi.Operations(),
		New: func(t testing.TB, baseURL string, options ...clients.Option) any {
			user := token.Token{Value: userToken, Refresh: refreshToken, Expiry: time.Now().Add(time.Hour)}
			return newClient(t, wps.Config{User: user}, baseURL, options...)
		},
		Token: answerToken,
		RejectToken: samples.Response{Status: 401,
			Body: []byte(`{"code":400001001,"message":"kso: access_token verify err: token expired"}`)},
		RejectSecret: samples.Response{Status: 401,
			Body: []byte(
				`{"code":40100008,"msg":"invalid_client","debug":{"desc":"client authentication failed: %s"}}`)},
		Secrets: []string{appKey, accessToken, userToken, refreshToken},
		Code: func(body []byte) string {
			var envelope struct {
				Code  json.Number
				Error any
			}
			_ = json.Unmarshal(body, &envelope)
			if word, ok := envelope.Error.(string); ok {
				return word
			}
			return strings.TrimPrefix(envelope.Code.String(), "0")
		},
		Refusals: []clienttest.Refusal{
			{List: "ErrorCode", Operation: "getRootDept", Response: func(code string) samples.Response {
				return samples.Response{Status: 200, Body: []byte(`{"code":` + code + `,"msg":"refused"}`)}
			}},
		},
	}
	suite.Run(t)
}

// call is what reached the vendor.
type call struct {
	method, uri, body string
	header            http.Header
	signature         error // nil if it is right
	signedAt          time.Time
}

// server answers tokens and hands everything else to handle, with the number of the call.
type server struct {
	url    string
	clock  *clienttest.Clock
	signer kso1.Signer

	mu     sync.Mutex
	calls  []call
	tokens []call
	refuse bool // calls with a wrong signature
}

func (s *server) seen() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

func (s *server) tokenCalls() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.tokens...)
}

func (s *server) record(r *http.Request) (c call, nth int, isToken bool) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	c = call{method: r.Method, uri: r.RequestURI, body: string(body), header: r.Header}
	c.signedAt, c.signature = s.signer.Verify(r, body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/oauth2/token") {
		s.tokens = append(s.tokens, c)
		return c, len(s.tokens), true
	}
	s.calls = append(s.calls, c)
	return c, len(s.calls), false
}

func serve(t testing.TB, handle func(w http.ResponseWriter, r *http.Request, n int)) *server {
	t.Helper()
	s := &server{clock: clienttest.NewClock(), signer: kso1.Signer{AccessKey: appID, SecretKey: appKey}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, n, isToken := s.record(r)
		switch {
		case isToken:
			fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":7200,"token_type":"bearer"}`, n)
		case s.refuse && c.signature != nil:
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `{"code":403999999,"msg":%s}`, quote(c.signature.Error()))
		default:
			handle(w, r, n)
		}
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *server) client(t testing.TB, cfg wps.Config, options ...clients.Option) *wps.Client {
	t.Helper()
	return newClient(t, cfg, s.url, append([]clients.Option{clients.WithClock(s.clock),
		clients.WithLimiter(clients.NoLimit)}, options...)...)
}

func reply(body string) func(http.ResponseWriter, *http.Request, int) {
	return replyStatus(http.StatusOK, body)
}

func replyStatus(status int, body string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

const (
	rootAnswer = `{"code":0,"msg":"","data":{"id":"Dp0001","name":"示例公司"}}`
	done       = `{"code":0,"msg":"success"}`
)

func TestConfigIsChecked(t *testing.T) {
	good := wps.Config{AppID: appID, AppKey: appKey}
	for want, change := range map[string]func(*wps.Config){
		"AppID":              func(c *wps.Config) { c.AppID = "" },
		"AppKey":             func(c *wps.Config) { c.AppKey = "" },
		"exclude":            func(c *wps.Config) { c.User.Value, c.UserToken = "u", token.Static("u") },
		"neither":            func(c *wps.Config) { c.Signing = 7 },
		"contradicts":        func(c *wps.Config) { c.Signing, c.SignTokenCalls = wps.SignNever, true },
		"PageSize":           func(c *wps.Config) { c.PageSize = 51 },
		"BatchLimit":         func(c *wps.Config) { c.BatchLimit = -1 },
		"TokenBaseURL":       func(c *wps.Config) { c.TokenBaseURL = "ftp://x" },
		"UnsignedPathPrefix": func(c *wps.Config) { c.UnsignedPathPrefix = "/openapi" },
	} {
		cfg := good
		change(&cfg)
		_, err := wps.New(cfg)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "wps: ")
	}
	_, err := wps.New(good, clients.WithBaseURL("https://x/?a=b"))
	assert.Error(t, err)
	c, err := wps.New(good)
	require.NoError(t, err)
	assert.Zero(t, c.Stats())
}

func TestAMissingUserTokenIsNamedBeforeAnyIO(t *testing.T) {
	s := serve(t, reply(done))
	_, err := s.client(t, wps.Config{}).GetCurrentUser(t.Context())
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "Config.User or Config.UserToken")
	assert.Empty(t, s.seen())
	assert.Empty(t, s.tokenCalls())
}

func TestArgumentsAreCheckedBeforeAnyIO(t *testing.T) {
	s := serve(t, reply(done))
	c := s.client(t, wps.Config{})
	for _, id := range []string{"", ".", ".."} {
		_, err := c.GetUser(t.Context(), id, nil)
		assert.ErrorIs(t, err, clients.ErrInvalidArgument)
		_, err = c.RemoveDeptMember(t.Context(), "Dp7731", id, nil)
		assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	}
	_, err := c.ListUsers(t.Context(), nil)
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	_, err = c.UpdateUser(t.Context(), "u", nil, nil)
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	_, err = c.ExchangeCode(t.Context(), "", "https://app.example.com/callback")
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.Empty(t, s.seen())
	assert.Empty(t, s.tokenCalls())
}
