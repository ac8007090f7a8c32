package sim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFeishuFaultsInTheVendorsWords(t *testing.T) {
	c := newFeishuApp(t)
	people := feishuPeople(t, c.srv)
	user := c.user(people.staff.UserID)
	inject := func(op string, f sim.Fault) {
		f.Times = 1
		c.srv.Inject(sim.VendorFeishu, op, f)
	}
	inject("deleteUser", sim.Fault{Kind: sim.FaultTokenRevoked})
	c.call("deleteUser", people.staff.FeishuOpenID, feishuObject{}).fails(400, 99991663)
	c.person(people.staff.FeishuOpenID) // the request had no effect
	inject("searchUsers", sim.Fault{Kind: sim.FaultTokenRevoked})
	user.call("searchUsers", query("query", "x")).fails(400, 99991668)

	inject("getUser", sim.Fault{Kind: sim.FaultThrottled})
	got := c.call("getUser", people.staff.FeishuOpenID).fails(429, 99991400)
	assert.Empty(t, got.header.Get("x-ogw-ratelimit-reset"), "the headers are not always there")
	inject("searchUsers", sim.Fault{Kind: sim.FaultThrottled, RetryAfter: 1500 * time.Millisecond})
	got = user.call("searchUsers", query("query", "x")).fails(400, 99991400)
	assert.Equal(t, "2", got.header.Get("x-ogw-ratelimit-reset"))
	assert.Equal(t, "2", got.header.Get("Retry-After"))
	assert.Equal(t, "100", got.header.Get("x-ogw-ratelimit-limit"))
	inject("createOauthToken", sim.Fault{Kind: sim.FaultThrottled})
	assert.Equal(t, "request trigger frequency limit", c.exchange(nil).fails(429, 99991400).str("msg"))

	for code, want := range map[string]struct{ status, code int }{
		"":         {500, 2200},
		"43000":    {401, 43000},
		"42008":    {401, 42008},
		"41027":    {504, 41027},
		"41031":    {504, 41031},
		"41028":    {405, 41028},
		"44025":    {400, 44025},
		"48002":    {500, 48002},
		"99991403": {400, 99991403},
	} {
		inject("createUser", sim.Fault{Kind: sim.FaultVendorError, Code: code, Message: "as told"})
		got := c.call("createUser", feishuObject{}).fails(want.status, want.code)
		assert.Equal(t, "as told", got.str("msg"))
	}
	inject("getUser", sim.Fault{Kind: sim.FaultVendorError, Code: "12345678"}) // not in the document
	assert.Equal(t, "unknown error", c.call("getUser", "x").fails(400, 12345678).str("msg"))
	inject("getTenantAccessTokenInternal", sim.Fault{Kind: sim.FaultVendorError, Code: "10015"})
	c.call("getTenantAccessTokenInternal", feishuObject{}).fails(200, 10015)
	inject("createOauthToken", sim.Fault{Kind: sim.FaultVendorError, Code: "20072"})
	assert.Equal(t, "temporarily_unavailable", c.exchange(nil).fails(503, 20072).str("error"))
}

func TestFeishuFaultsOfTheWire(t *testing.T) {
	for kind, check := range map[sim.FaultKind]func(t *testing.T, rsp *http.Response, body string){
		sim.FaultHTMLError: func(t *testing.T, rsp *http.Response, body string) {
			assert.Equal(t, 502, rsp.StatusCode)
			assert.Contains(t, body, "502 Bad Gateway")
		},
		sim.FaultBareError: func(t *testing.T, rsp *http.Response, body string) {
			assert.Equal(t, 500, rsp.StatusCode)
			assert.NotContains(t, body, "code")
		},
		sim.FaultHTMLPage: func(t *testing.T, rsp *http.Response, _ string) {
			assert.Equal(t, "text/html", rsp.Header.Get("Content-Type"))
		},
		sim.FaultEmptyBody: func(t *testing.T, rsp *http.Response, body string) {
			assert.Equal(t, 200, rsp.StatusCode)
			assert.Empty(t, body)
		},
		sim.FaultEmptyObject: func(t *testing.T, _ *http.Response, body string) { assert.Equal(t, "{}", body) },
		sim.FaultRedirect: func(t *testing.T, rsp *http.Response, _ string) {
			assert.Equal(t, 302, rsp.StatusCode)
			assert.True(t, strings.HasPrefix(rsp.Header.Get("Location"), "http://elsewhere.invalid/feishu/open-apis/"))
		},
		sim.FaultTruncated: func(t *testing.T, _ *http.Response, body string) {
			assert.False(t, json.Valid([]byte(body)))
		},
		sim.FaultContentType: func(t *testing.T, rsp *http.Response, _ string) {
			assert.Contains(t, rsp.Header.Get("Content-Type"), "text/plain")
		},
		sim.FaultOversize: func(t *testing.T, _ *http.Response, body string) { assert.Greater(t, len(body), 1<<20) },
		sim.FaultExtraField: func(t *testing.T, _ *http.Response, body string) {
			assert.Contains(t, body, "undeclared_member")
		},
		sim.FaultChangedType: func(t *testing.T, _ *http.Response, body string) {
			assert.Contains(t, body, `"code":0`)
			assert.Contains(t, body, `"data":[`)
		},
		sim.FaultResetBefore: nil,
		sim.FaultResetAfter:  nil,
	} {
		t.Run(string(kind), func(t *testing.T) {
			c := newFeishuApp(t)
			staff := feishuPeople(t, c.srv).staff
			c.srv.Inject(sim.VendorFeishu, "patchUser", sim.Fault{Kind: kind, Times: 1, Bytes: 1 << 20})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch,
				c.srv.FeishuURL()+"/contact/v3/users/"+url.PathEscape(staff.FeishuOpenID),
				strings.NewReader(`{"name":"改了"}`))
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+c.token)
			req.Header.Set("Content-Type", "application/json")
			rsp, err := fresh().Do(req)
			if check == nil {
				require.Error(t, err)
				assert.Equal(t, kind == sim.FaultResetAfter, c.person(staff.FeishuOpenID).Name == "改了")
				return
			}
			require.NoError(t, err)
			defer rsp.Body.Close()
			body, err := io.ReadAll(rsp.Body)
			require.NoError(t, err)
			check(t, rsp, string(body))
		})
	}
}

func TestFeishuFaultsOfWalks(t *testing.T) {
	c := newFeishuApp(t)
	people := feishuPeople(t, c.srv)
	q := query("department_id", people.full.FeishuOpenID, "page_size", "1")
	remove := c.srv.Inject(sim.VendorFeishu, "listUsersByDepartment", sim.Fault{Kind: sim.FaultRepeatCursor})
	first := c.call("listUsersByDepartment", q).ok().at("data", "page_token")
	for range 3 {
		q.Set("page_token", first.(string))
		got := c.call("listUsersByDepartment", q).ok()
		assert.Equal(t, first, got.at("data", "page_token"))
		assert.Equal(t, true, got.at("data", "has_more"))
	}
	remove()

	c.srv.Inject(sim.VendorFeishu, "listUsersByDepartment",
		sim.Fault{Kind: sim.FaultMovePerson, Person: people.staff.UserID, To: people.empty.Key, Times: 1})
	c.call("listUsersByDepartment", query("department_id", "0")).ok()
	assert.Equal(t, people.empty.Key, c.person(people.staff.FeishuOpenID).MainDepartment)
}

func TestFeishuJournalHidesCredentials(t *testing.T) {
	c := newFeishuApp(t)
	staff := feishuPeople(t, c.srv).staff
	user := c.user(staff.UserID)
	user.call("getUserInfo").ok()
	c.call("createUser", query("client_token", "kept"), feishuObject{}).fails(400, 41006)
	c.call("listScopes", query("page_token", "x")).fails(400, 40012)
	for _, r := range c.srv.Requests(sim.VendorFeishu) {
		if strings.Contains(r.Path, "/auth") && r.Operation != "getUserInfo" {
			assert.Empty(t, r.Body, r.Operation)
		}
		for _, secret := range []string{c.token, user.token, c.srv.Credentials().Feishu.AppSecret} {
			assert.NotContains(t, asJSON(t, r), secret)
		}
	}
	requests := c.srv.Requests(sim.VendorFeishu)
	assert.Equal(t, "kept", requests[len(requests)-2].Query.Get("client_token"))
}
