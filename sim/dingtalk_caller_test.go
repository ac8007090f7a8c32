package sim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dingObject is the body of a request, or a part of an answer.
type dingObject = map[string]any

// dingCaller calls a simulated DingTalk as one app.
type dingCaller struct {
	t     *testing.T
	srv   *sim.Server
	token string
}

// dingInternal is the corp's own app, with a token.
func dingInternal(t *testing.T, srv *sim.Server) *dingCaller {
	t.Helper()
	c := &dingCaller{t: t, srv: srv}
	demo := srv.Credentials().DingTalk
	c.token = c.gettoken(demo.AppKey, demo.AppSecret).fine().str("access_token")
	return c
}

// dingThirdParty is the third-party app, with a token.
func dingThirdParty(t *testing.T, srv *sim.Server) *dingCaller {
	t.Helper()
	c := &dingCaller{t: t, srv: srv}
	demo := srv.Credentials().DingTalk
	got := c.call(http.MethodPost, "/v1.0/oauth2/corpAccessToken", nil, nil, map[string]any{
		"suiteKey": demo.SuiteKey, "suiteSecret": demo.SuiteSecret, "authCorpId": demo.CorpID,
		"suiteTicket": demo.SuiteTicket,
	})
	c.token = got.done().str("accessToken")
	return c
}

func (c *dingCaller) gettoken(key, secret string) dingReply {
	c.t.Helper()
	return c.call(http.MethodGet, "/gettoken", url.Values{"appkey": {key}, "appsecret": {secret}}, nil, nil)
}

// dingReply is an answer with the checks that DingTalk's three envelopes need.
type dingReply struct {
	reply
	path string
}

// call sends a request; body is a text, or something to encode.
func (c *dingCaller) call(method, path string, query url.Values, header http.Header, body any) dingReply {
	c.t.Helper()
	text, isText := body.(string)
	if body != nil && !isText {
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		require.NoError(c.t, enc.Encode(body))
		text = b.String()
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.DingTalkURL()+path+"?"+query.Encode(),
		strings.NewReader(text))
	require.NoError(c.t, err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	return dingReply{reply: do(c.t, req), path: path}
}

// get calls an operation of oapi with the token and pairs of names and values.
func (c *dingCaller) get(path string, query ...string) dingReply {
	c.t.Helper()
	q := url.Values{"access_token": {c.token}}
	for i := 0; i+1 < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	return c.call(http.MethodGet, path, q, nil, nil)
}

func (c *dingCaller) post(path string, body any) dingReply {
	c.t.Helper()
	return c.call(http.MethodPost, path, url.Values{"access_token": {c.token}}, nil, body)
}

// newHost calls an operation of the new host: GET without a body, POST with one.
func (c *dingCaller) newHost(path string, query url.Values, body any) dingReply {
	c.t.Helper()
	method := http.MethodGet
	if body != nil {
		method = http.MethodPost
	}
	return c.call(method, path, query, http.Header{"x-acs-dingtalk-access-token": {c.token}}, body)
}

func (r dingReply) isTop() bool { return strings.HasPrefix(r.path, "/topapi/") }

// fine checks a success on oapi.
func (r dingReply) fine() dingReply {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, r.status)
	require.Equal(r.t, 0, r.code(), r.text)
	if r.isTop() {
		assert.NotEmpty(r.t, r.str("request_id"))
		assert.Equal(r.t, "application/json;charset=UTF-8", r.header.Get("Content-Type"))
	} else {
		assert.NotContains(r.t, r.body, "request_id")
		assert.Equal(r.t, "application/json", r.header.Get("Content-Type"))
	}
	return r
}

// done checks a success on the new host.
func (r dingReply) done() dingReply {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, r.status, r.text)
	assert.Equal(r.t, "application/json;charset=utf-8", r.header.Get("Content-Type"))
	assert.NotContains(r.t, r.body, "errcode")
	return r
}

// errs checks a refusal of an operation on oapi: HTTP 200, the code as a number, and no more than belongs to the
// envelope.
func (r dingReply) errs(code int) dingReply {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, r.status)
	require.Equal(r.t, code, r.code(), r.text)
	want := []string{"errcode", "errmsg"}
	if r.isTop() {
		want = append(want, "request_id")
	}
	assert.ElementsMatch(r.t, want, dingKeys(r.body))
	return r
}

// gateway checks a refusal of the gateway before topapi: the code is a text in sub_code.
func (r dingReply) gateway(subCode string) dingReply {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, r.status)
	require.Equal(r.t, 88, r.code(), r.text)
	assert.ElementsMatch(r.t, []string{"errcode", "errmsg", "request_id", "sub_code", "sub_msg"}, dingKeys(r.body))
	assert.Equal(r.t, subCode, r.str("sub_code"))
	assert.Equal(r.t, "ding talk error[subcode="+subCode+",submsg="+r.str("sub_msg")+"]", r.str("errmsg"))
	return r
}

// refused checks a refusal of the new host.
func (r dingReply) refused(status int, code string) dingReply {
	r.t.Helper()
	require.Equal(r.t, status, r.status, r.text)
	assert.Equal(r.t, code, r.str("code"))
	assert.ElementsMatch(r.t, []string{"code", "message", "requestid"}, dingKeys(r.body))
	assert.Regexp(r.t, `^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`, r.str("requestid"))
	assert.Equal(r.t, "application/json;charset=utf-8", r.header.Get("Content-Type"))
	return r
}

// result is the member result of a topapi answer, an object.
func (r dingReply) result() map[string]any {
	r.t.Helper()
	out, ok := r.body["result"].(map[string]any)
	require.True(r.t, ok, r.text)
	return out
}

func dingKeys(m map[string]any) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// dingCorp is a served simulator with a caller for the corp's own app, and some people and departments of it.
type dingCorp struct {
	*testing.T
	srv             *sim.Server
	app             *dingCaller
	clock           *clock
	founder, staff  sim.Person // the main administrator, and an active member in one department below the root
	inactive        sim.Person // somebody who has not activated the account
	empty, full     sim.Department
	sub, grandchild sim.Department // a department with a child, and that child
}

func newDingCorp(t *testing.T, opts ...sim.Option) *dingCorp {
	t.Helper()
	k := newClock()
	srv := serve(t, append([]sim.Option{sim.WithClock(k.Now)}, opts...)...)
	c := &dingCorp{T: t, srv: srv, clock: k, app: dingInternal(t, srv)}
	org := srv.Organisation()
	for _, p := range slices.Backward(org.People()) {
		switch {
		case p.Founder:
			c.founder = p
		case p.Status == sim.StatusNotActivated:
			c.inactive = p
		case p.Status == sim.StatusActive && len(p.Memberships) == 1 && p.Mobile.Country == "86" && p.CorpEmail != "" &&
			p.Email != "" &&
			p.MainDepartment != sim.RootDepartment && !p.Admin && p.Manager != 0:
			c.staff = p
		}
	}
	var err error
	c.empty, err = org.AddDepartment(sim.Department{Parent: sim.RootDepartment, Name: "空部门"})
	require.NoError(t, err)
	c.full, _ = org.Department(c.staff.MainDepartment)
	for _, d := range org.Departments() {
		if children := org.Children(d.Key); d.Key != sim.RootDepartment && len(children) > 0 {
			c.sub, c.grandchild = d, children[0]
		}
	}
	require.NotZero(t, c.founder.Key)
	require.NotZero(t, c.staff.Key)
	require.NotZero(t, c.inactive.Key)
	require.NotZero(t, c.grandchild.Key)
	return c
}

// person is what the organisation knows of somebody now.
func (c *dingCorp) person(userID string) sim.Person {
	c.Helper()
	p, ok := c.srv.Organisation().FindPerson(sim.ByUserID, userID)
	require.True(c, ok, userID)
	return p
}

// department is what the organisation knows of a department now.
func (c *dingCorp) department(dingTalkID int64) sim.Department {
	c.Helper()
	d, ok := c.srv.Organisation().FindDepartment(sim.ByDingTalkID, id(dingTalkID))
	require.True(c, ok, dingTalkID)
	return d
}
