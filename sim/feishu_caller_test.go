package sim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// feishuCaller calls a simulated Feishu with one token.
type feishuCaller struct {
	t     *testing.T
	srv   *sim.Server
	token string
	seen  map[string]bool // operations that were answered with a success, unless nil
}

// newFeishuApp starts a simulator and buys the tenant token of the self-built app.
func newFeishuApp(t *testing.T, opts ...sim.Option) *feishuCaller {
	t.Helper()
	return feishuAppOf(t, serve(t, opts...))
}

func feishuAppOf(t *testing.T, srv *sim.Server) *feishuCaller {
	t.Helper()
	c := &feishuCaller{t: t, srv: srv}
	demo := srv.Credentials().Feishu
	c.token = c.call("getTenantAccessTokenInternal",
		feishuObject{"app_id": demo.AppID, "app_secret": demo.AppSecret}).ok().str("tenant_access_token")
	return c
}

// as returns a caller with another token.
func (c *feishuCaller) as(token string) *feishuCaller {
	other := *c
	other.token = token
	return &other
}

// user lets a person consent to everything and returns a caller with the user token.
func (c *feishuCaller) user(userID string, scopes ...string) *feishuCaller {
	c.t.Helper()
	code, err := c.srv.Feishu().Authorize(userID, sim.FeishuConsent{Scopes: scopes})
	require.NoError(c.t, err)
	return c.as(c.exchange(feishuObject{"grant_type": "authorization_code", "code": code}).ok().str("access_token"))
}

// exchange calls the OAuth endpoint as the self-built app.
func (c *feishuCaller) exchange(body feishuObject) feishuReply {
	c.t.Helper()
	demo := c.srv.Credentials().Feishu
	whole := feishuObject{"client_id": demo.AppID, "client_secret": demo.AppSecret}
	for name, value := range body {
		whole[name] = value
	}
	return c.as("").call("createOauthToken", whole)
}

// feishuObject is a request body, or a part of an answer.
type feishuObject = map[string]any

// rawBody is a request body as it is.
type rawBody string

// query makes query parameters of pairs.
func query(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return q
}

// feishuReply is an answer of an operation.
type feishuReply struct {
	reply
	op string
}

// call calls an operation by its name. Texts among the arguments are the values of the path, url.Values the query, an
// http.Header further headers, anything else the body.
func (c *feishuCaller) call(id string, args ...any) feishuReply {
	c.t.Helper()
	op := feishuOperation(c.t, id)
	path, q, body := op.Path, url.Values{}, ""
	var segments []string
	header := http.Header{}
	for _, arg := range args {
		switch arg := arg.(type) {
		case string:
			segments = append(segments, url.PathEscape(arg))
		case url.Values:
			q = arg
		case http.Header:
			header = arg
		case rawBody:
			body = string(arg)
		default:
			text, err := json.Marshal(arg)
			require.NoError(c.t, err)
			body = string(text)
		}
	}
	path = regexp.MustCompile(`\{[a-z_]+\}`).ReplaceAllStringFunc(path, func(name string) string {
		if len(segments) == 0 {
			return name
		}
		first := segments[0]
		if len(segments) > 1 { // the last one is good for all that are left
			segments = segments[1:]
		}
		return first
	})
	req, err := http.NewRequestWithContext(c.t.Context(), op.Method, c.srv.FeishuURL()+path+"?"+q.Encode(),
		strings.NewReader(body))
	require.NoError(c.t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	got := feishuReply{reply: do(c.t, req), op: id}
	assert.Regexp(c.t, `^20[0-9]{12}[0-9A-F]{18}$`, got.header.Get("X-Tt-Logid"), id)
	assert.Equal(c.t, "application/json; charset=utf-8", got.header.Get("Content-Type"), id)
	assert.Empty(c.t, got.header.Get("Sim-Refusal"), "internal")
	if c.seen != nil && got.code() == 0 {
		c.seen[id] = true
	}
	return got
}

func feishuOperation(t *testing.T, id string) *wire.Operation {
	t.Helper()
	for _, op := range feishuapi.Operations() {
		if op.ID == id {
			return op
		}
	}
	require.Fail(t, "there is no operation "+id)
	return nil
}

// code is the member code; -999 if there is none.
func (r feishuReply) code() int {
	n, ok := r.body["code"].(json.Number)
	if !ok {
		return -999
	}
	i, err := n.Int64()
	require.NoError(r.t, err)
	return int(i)
}

// ok checks a success.
func (r feishuReply) ok() feishuReply {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, r.status, r.text)
	require.Equal(r.t, 0, r.code(), r.text)
	assert.NotContains(r.t, r.body, "error")
	return r
}

// fails checks a refusal: HTTP status, code, and the trace id in header and body.
func (r feishuReply) fails(status, code int) feishuReply {
	r.t.Helper()
	require.Equal(r.t, code, r.code(), r.text)
	require.Equal(r.t, status, r.status, r.text)
	switch {
	case r.op == "createOauthToken", strings.HasPrefix(feishuOperation(r.t, r.op).Path, "/auth/v3/"):
	default:
		detail, ok := r.body["error"].(feishuObject)
		require.True(r.t, ok, r.text)
		assert.Equal(r.t, r.header.Get("X-Tt-Logid"), detail["log_id"])
	}
	return r
}

// at returns what is at a path of the answer, nil if there is nothing.
func (r feishuReply) at(path ...string) any {
	r.t.Helper()
	var v any = r.body
	for _, name := range path {
		if list, ok := v.([]any); ok { // its place, from 0 on
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(list) {
				return nil
			}
			v = list[i]
			continue
		}
		members, ok := v.(feishuObject)
		if !ok {
			return nil
		}
		v = members[name]
	}
	return v
}

// object is at for an object that must be there.
func (r feishuReply) object(path ...string) feishuObject {
	r.t.Helper()
	object, ok := r.at(path...).(feishuObject)
	require.True(r.t, ok, "%v in %s", path, r.text)
	return object
}

// list is at for a list that must be there.
func (r feishuReply) list(path ...string) []any {
	r.t.Helper()
	list, ok := r.at(path...).([]any)
	require.True(r.t, ok, "%v in %s", path, r.text)
	return list
}

// feishuTestPeople are people with known features, and departments with and without members.
type feishuTestPeople struct {
	staff, admin, frozen, unjoined sim.Person
	full, empty                    sim.Department
}

func feishuPeople(t *testing.T, srv *sim.Server) feishuTestPeople {
	t.Helper()
	var out feishuTestPeople
	for _, p := range srv.Organisation().People() {
		switch {
		case p.Admin:
			out.admin = p
		case p.Status == sim.StatusDisabled:
			out.frozen = p
		case p.Status == sim.StatusNotActivated:
			out.unjoined = p
		case p.Email != "" && p.Mobile.Country == "86" && p.CorpEmail != "" && p.EnglishName != "" &&
			len(p.Memberships) == 1 && p.MainDepartment != sim.RootDepartment && p.Manager != 0:
			out.staff = p
		}
	}
	for _, d := range srv.Organisation().Departments() {
		if len(srv.Organisation().Children(d.Key)) > 0 || d.Key == sim.RootDepartment {
			continue
		}
		if len(srv.Organisation().Members(d.Key)) == 0 {
			out.empty = d
		} else {
			out.full = d
		}
	}
	require.NotZero(t, out.staff.Key)
	require.NotZero(t, out.admin.Key)
	require.NotZero(t, out.frozen.Key)
	require.NotZero(t, out.unjoined.Key)
	require.NotZero(t, out.full.Key)
	require.NotZero(t, out.empty.Key)
	return out
}
