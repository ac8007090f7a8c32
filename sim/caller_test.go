package sim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// weComCaller calls a simulated WeCom as one app.
type weComCaller struct {
	t     *testing.T
	srv   *sim.Server
	token string
}

// weComAs buys a token and returns a caller that uses it.
func weComAs(t *testing.T, srv *sim.Server, secret string) *weComCaller {
	t.Helper()
	c := &weComCaller{t: t, srv: srv}
	c.token = c.buy(secret)
	return c
}

func contactOf(t *testing.T, srv *sim.Server) *weComCaller {
	return weComAs(t, srv, srv.Credentials().WeCom.ContactSecret)
}

func appOf(t *testing.T, srv *sim.Server) *weComCaller {
	return weComAs(t, srv, srv.Credentials().WeCom.AppSecret)
}

func providerOf(t *testing.T, srv *sim.Server) *weComCaller {
	return weComAs(t, srv, srv.Credentials().WeCom.ProviderAppSecret)
}

func (c *weComCaller) buy(secret string) string {
	c.t.Helper()
	got := c.raw(http.MethodGet, "/gettoken",
		url.Values{"corpid": {c.srv.Credentials().WeCom.CorpID}, "corpsecret": {secret}}, "")
	require.Equal(c.t, 0, got.code(), got.text)
	return got.str("access_token")
}

// reply is an answer, with its JSON decoded.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (c *weComCaller) raw(method, path string, query url.Values, body string) reply {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.WeComURL()+path+"?"+query.Encode(),
		strings.NewReader(body))
	require.NoError(c.t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return do(c.t, req)
}

func do(t *testing.T, req *http.Request) reply {
	t.Helper()
	rsp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer rsp.Body.Close()
	text, err := io.ReadAll(rsp.Body)
	require.NoError(t, err)
	r := reply{t: t, status: rsp.StatusCode, header: rsp.Header, text: string(text)}
	dec := json.NewDecoder(strings.NewReader(r.text))
	dec.UseNumber()
	_ = dec.Decode(&r.body) // whoever needs it will see that it is nil
	return r
}

func (c *weComCaller) get(path string, query ...string) reply {
	c.t.Helper()
	q := url.Values{"access_token": {c.token}}
	for i := 0; i+1 < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	return c.raw(http.MethodGet, path, q, "")
}

func (c *weComCaller) post(path string, body any) reply {
	c.t.Helper()
	text, ok := body.(string)
	if !ok {
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		require.NoError(c.t, enc.Encode(body))
		text = b.String()
	}
	return c.raw(http.MethodPost, path, url.Values{"access_token": {c.token}}, text)
}

// code is errcode; -999 if there is none.
func (r reply) code() int {
	n, ok := r.body["errcode"].(json.Number)
	if !ok {
		return -999
	}
	i, err := n.Int64()
	require.NoError(r.t, err)
	return int(i)
}

func (r reply) ok() reply {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, r.status)
	require.Equal(r.t, 0, r.code(), r.text)
	assert.Empty(r.t, r.header.Get("Error-Code"))
	return r
}

// fails checks a refusal: HTTP 200, the code in body and header, and the parts of errmsg.
func (r reply) fails(code int) reply {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, r.status)
	require.Equal(r.t, code, r.code(), r.text)
	return r
}

func (r reply) str(name string) string {
	r.t.Helper()
	s, ok := r.body[name].(string)
	require.True(r.t, ok, "%s in %s", name, r.text)
	return s
}

// decode reads the answer into a value of choice.
func (r reply) decode(out any) {
	r.t.Helper()
	require.NoError(r.t, json.Unmarshal([]byte(r.text), out))
}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func small() []sim.Option { return []sim.Option{sim.WithDepartments(12), sim.WithPeople(60)} }

func serve(t *testing.T, opts ...sim.Option) *sim.Server {
	t.Helper()
	return simtest.Serve(t, append(small(), opts...)...)
}
