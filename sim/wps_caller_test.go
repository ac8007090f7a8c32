package sim_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wpsCaller calls a simulated WPS as one app and signs as the vendor's page says.
type wpsCaller struct {
	t        *testing.T
	srv      *sim.Server
	now      func() time.Time
	app, key string
	token    string
	header   http.Header // of further headers
}

// serveWPS starts a small company without quotas and returns a caller with a tenant token.
func serveWPS(t *testing.T, opts ...sim.Option) *wpsCaller {
	t.Helper()
	return wpsOf(t, serve(t, append([]sim.Option{sim.WithoutQuotas()}, opts...)...), time.Now)
}

// wpsOf returns a caller with a tenant token of the self-built app.
func wpsOf(t *testing.T, srv *sim.Server, now func() time.Time) *wpsCaller {
	t.Helper()
	demo := srv.Credentials().WPS
	c := &wpsCaller{t: t, srv: srv, now: now, app: demo.AppID, key: demo.AppKey}
	c.token = c.buy(nil).str("access_token")
	return c
}

// as returns a caller with another token.
func (c *wpsCaller) as(token string) *wpsCaller {
	other := *c
	other.token = token
	return &other
}

// with returns a caller with another header.
func (c *wpsCaller) with(name, value string) *wpsCaller {
	other := *c
	other.header = c.header.Clone()
	if other.header == nil {
		other.header = http.Header{}
	}
	other.header.Set(name, value)
	return &other
}

// form posts to the token endpoint.
func (c *wpsCaller) form(values url.Values) wpsReply {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.srv.WPSURL()+"/oauth2/token",
		strings.NewReader(values.Encode()))
	require.NoError(c.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(req)
}

// buy asks for a token, by default with client_credentials; fields are added, and those with an empty value left out.
func (c *wpsCaller) buy(fields map[string]string) wpsReply {
	c.t.Helper()
	values := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.app}, "client_secret": {c.key}}
	for name, value := range fields {
		values.Set(name, value)
		if value == "" {
			values.Del(name)
		}
	}
	return c.form(values)
}

// wpsSign makes a signature: a third implementation, beside those of the client and of the simulator.
func wpsSign(key, method, uri, contentType, date, body string) string {
	hash := ""
	if body != "" {
		sum := sha256.Sum256([]byte(body))
		hash = hex.EncodeToString(sum[:])
	}
	mac := hmac.New(sha256.New, []byte(key))
	for _, part := range []string{"KSO-1", method, uri, contentType, date, hash} {
		mac.Write([]byte(part))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// request makes a signed request for a path below the deployment's prefix.
func (c *wpsCaller) request(method, uri, body string) *http.Request {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.WPSURL()+uri, strings.NewReader(body))
	require.NoError(c.t, err)
	date := c.now().UTC().Format(http.TimeFormat)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("X-Kso-Date", date)
	req.Header.Set("X-Kso-Authorization", "KSO-1 "+c.app+":"+wpsSign(c.key, method, uri, "application/json", date,
		body))
	for name, values := range c.header {
		req.Header[name] = values
	}
	return req
}

func (c *wpsCaller) do(req *http.Request) wpsReply {
	c.t.Helper()
	r := wpsReply{do(c.t, req)}
	assert.Len(c.t, r.header.Get("X-Request-Id"), 32)
	assert.Equal(c.t, "application/json; charset=utf-8", r.header.Get("Content-Type"))
	return r
}

// get calls an operation; query is name, value, name, value, and a name may be repeated.
func (c *wpsCaller) get(path string, query ...string) wpsReply {
	c.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		q.Add(query[i], query[i+1])
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return c.do(c.request(http.MethodGet, path, ""))
}

// post calls an operation with a body: nil for none, a text as it is, anything else as JSON.
func (c *wpsCaller) post(path string, body any) wpsReply {
	c.t.Helper()
	text, ok := body.(string)
	if !ok && body != nil {
		b, err := json.Marshal(body)
		require.NoError(c.t, err)
		text = string(b)
	}
	return c.do(c.request(http.MethodPost, path, text))
}

// wpsReply is an answer of WPS.
type wpsReply struct{ reply }

// ok checks a success.
func (r wpsReply) ok() wpsReply {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, r.status, r.text)
	require.Equal(r.t, json.Number("0"), r.body["code"], r.text)
	return r
}

// fails checks a refusal; without a code there is none.
func (r wpsReply) fails(status int, code string) wpsReply {
	r.t.Helper()
	require.Equal(r.t, status, r.status, r.text)
	got, _ := r.body["code"].(json.Number)
	require.Equal(r.t, code, got.String(), r.text)
	return r
}

// invalid checks the refusal of an argument.
func (r wpsReply) invalid(desc string) {
	r.t.Helper()
	r.fails(http.StatusBadRequest, "400000007")
	assert.Contains(r.t, r.body["desc"], desc)
}

// denied checks the refusal of an object that is not there or not visible.
func (r wpsReply) denied() {
	r.t.Helper()
	r.fails(http.StatusForbidden, "403000001")
	assert.Contains(r.t, r.str("message"), "PermissionDenied")
}

// data is the member data.
func (r wpsReply) data() map[string]any {
	r.t.Helper()
	data, ok := r.ok().body["data"].(map[string]any)
	require.True(r.t, ok, r.text)
	return data
}

// newDeptID is the id of a department that was created, which has one of two keys.
func (r wpsReply) newDeptID() string {
	r.t.Helper()
	data := r.data()
	id, isID := data["id"].(string)
	deptID, isDeptID := data["dept_id"].(string)
	require.NotEqual(r.t, isID, isDeptID, r.text)
	return id + deptID
}

// items is the member items of data.
func (r wpsReply) items() []map[string]any {
	r.t.Helper()
	return r.list("items")
}

func (r wpsReply) list(name string) []map[string]any {
	r.t.Helper()
	list, ok := r.data()[name].([]any)
	require.True(r.t, ok, r.text)
	out := make([]map[string]any, len(list))
	for i := range list {
		out[i] = list[i].(map[string]any)
	}
	return out
}

// wpsColumn collects a member of objects.
func wpsColumn(items []map[string]any, name string) []string {
	out := []string{}
	for _, item := range items {
		text, _ := item[name].(string)
		out = append(out, text)
	}
	return out
}

// person returns a person of the company who fits.
func (c *wpsCaller) person(fits func(sim.Person) bool) sim.Person {
	c.t.Helper()
	for _, p := range c.srv.Organisation().People() {
		if fits(p) {
			return p
		}
	}
	require.Fail(c.t, "nobody fits")
	return sim.Person{}
}

// active is a person in one department who is neither founder nor locked out, and has everything.
func (c *wpsCaller) active() sim.Person {
	c.t.Helper()
	return c.person(func(p sim.Person) bool {
		return p.Status == sim.StatusActive && !p.Founder && !p.Admin && len(p.Memberships) == 1 && p.Manager != 0 &&
			p.Email != "" && p.Mobile.Number != "" && !p.GeneratedUserID &&
			p.AvatarURL != "" && p.Position != ""
	})
}

// again reads the person with the key.
func (c *wpsCaller) again(key sim.PersonKey) sim.Person {
	c.t.Helper()
	p, ok := c.srv.Organisation().Person(key)
	require.True(c.t, ok)
	return p
}

// dept reads the department with the key.
func (c *wpsCaller) dept(key sim.DepartmentKey) sim.Department {
	c.t.Helper()
	d, ok := c.srv.Organisation().Department(key)
	require.True(c.t, ok)
	return d
}

// other is a department that the person is not in.
func (c *wpsCaller) other(p sim.Person) sim.Department {
	c.t.Helper()
	for _, d := range c.srv.Organisation().Departments()[1:] {
		if _, in := p.In(d.Key); !in {
			return d
		}
	}
	require.Fail(c.t, "in every department")
	return sim.Department{}
}

func (c *wpsCaller) root() sim.Department { return c.dept(sim.RootDepartment) }
