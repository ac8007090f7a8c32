package sim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnknownPathsListTheKnown(t *testing.T) {
	srv := serve(t)
	for _, path := range []string{"/", "/wecom/cgi-bin/user/unknown?access_token=secret", "/nowhere"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+path, nil)
		require.NoError(t, err)
		got := do(t, req)
		assert.Equal(t, http.StatusNotFound, got.status)
		assert.Equal(t, "text/plain; charset=utf-8", got.header.Get("Content-Type"))
		assert.Contains(t, got.text, "GET    /wecom/cgi-bin/user/get\n")
	}
	assert.Equal(t, 1, srv.Calls(sim.VendorWeCom, ""))
	assert.Equal(t, []string{"[removed]"}, srv.Requests(sim.VendorWeCom)[0].Query["access_token"])
}

func TestJournal(t *testing.T) {
	k := newClock()
	srv := serve(t, sim.WithClock(k.Now))
	app := appOf(t, srv)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		app.url("/user/getuserid", "page_token", "kept"), strings.NewReader(`{"mobile":"13000000001"}`))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer secret")
	req.Header.Set("User-Agent", "tester")
	do(t, req).ok()

	requests := srv.Requests(sim.VendorWeCom)
	require.Len(t, requests, 2)
	token, call := requests[0], requests[1]
	assert.Equal(t, "GetToken", token.Operation)
	assert.Equal(t, []string{"[removed]"}, token.Query["corpsecret"])
	assert.Equal(t, srv.Credentials().WeCom.CorpID, token.Query.Get("corpid"))

	assert.Equal(t, "GetUseridByMobile", call.Operation)
	assert.Equal(t, http.MethodPost, call.Method)
	assert.Equal(t, "/wecom/cgi-bin/user/getuserid", call.Path)
	assert.Equal(t, "[removed]", call.Query.Get("access_token"))
	assert.Equal(t, "kept", call.Query.Get("page_token"))
	assert.Equal(t, "[removed]", call.Header.Get("Authorization"))
	assert.Equal(t, "tester", call.Header.Get("User-Agent"))
	assert.JSONEq(t, `{"mobile":"13000000001"}`, string(call.Body))
	assert.Equal(t, k.Now(), call.Time)
	assert.Equal(t, 200, call.Status)

	assert.Equal(t, 1, srv.Calls(sim.VendorWeCom, "GetToken"))
	assert.Equal(t, 2, srv.Calls(sim.VendorWeCom, "*"))
	assert.Zero(t, srv.Calls(sim.VendorFeishu, "*"))
	assert.Empty(t, srv.Requests(sim.VendorFeishu))

	requests[1].Body[0], requests[1].Query["access_token"][0] = 'x', "x"
	assert.Equal(t, byte('{'), srv.Requests(sim.VendorWeCom)[1].Body[0], "a copy")
}

func TestWrongMethods(t *testing.T) {
	c := newCorp(t)
	for _, method := range []string{http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
		req, err := http.NewRequestWithContext(t.Context(), method,
			c.contact.url("/user/delete", "userid", c.staff.UserID), nil)
		require.NoError(t, err)
		got := do(t, req)
		assert.Equal(t, "40058", got.header.Get("Error-Code"), method)
	}
	c.person(c.staff.UserID)
	assert.Equal(t, 4, c.srv.Calls(sim.VendorWeCom, ""))
}

func TestOversizeRequest(t *testing.T) {
	app := appOf(t, serve(t))
	got := app.post("/user/list_id", `{"limit":1,"padding":"`+strings.Repeat("x", 33<<20)+`"}`)
	assert.Equal(t, http.StatusRequestEntityTooLarge, got.status)
}

func TestServerAndVendors(t *testing.T) {
	srv, err := sim.Listen("127.0.0.1:0", append(small(), simtest.Checked(t))...)
	require.NoError(t, err)
	defer srv.Close()
	assert.Equal(t, srv.URL+"/wecom/cgi-bin", srv.WeComURL())
	assert.Equal(t, srv.URL+"/dingtalk", srv.DingTalkURL())
	assert.Equal(t, srv.URL+"/feishu/open-apis", srv.FeishuURL())
	assert.Equal(t, srv.URL+"/wps", srv.WPSURL())
	assert.Contains(t, srv.Vendors(), sim.VendorWeCom)
	assert.Contains(t, srv.Operations(sim.VendorWeCom), "GetUser")
	assert.Empty(t, srv.Operations("nobody"))
	demo := srv.Credentials()
	assert.NotEqual(t, demo.WeCom.AppSecret, demo.WeCom.ContactSecret)

	_, err = sim.Listen(strings.TrimPrefix(srv.URL, "http://"), simtest.Checked(t))
	require.Error(t, err, "the address is taken")
	srv.Close()
	_, err = http.Get(srv.URL)
	require.Error(t, err)
}

func TestEqualSimulatorsAnswerEqually(t *testing.T) {
	answers := func() []string {
		k := newClock()
		c := appOf(t, serve(t, sim.WithClock(k.Now)))
		return []string{
			c.token, c.get("/user/list", "department_id", "1", "fetch_child", "1").text,
			c.get("/department/list").text, c.get("/user/get", "userid", "ghost").text,
		}
	}
	first := answers()
	assert.Equal(t, first, answers())
}
