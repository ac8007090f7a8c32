package sim_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// struck makes one call go wrong and returns its answer.
func (c *wpsCaller) struck(operation string, f sim.Fault, req *http.Request) wpsReply {
	c.t.Helper()
	f.Times = 1
	c.srv.Inject(sim.VendorWPS, operation, f)
	rsp, err := fresh().Do(req)
	require.NoError(c.t, err)
	defer rsp.Body.Close()
	text, err := io.ReadAll(rsp.Body)
	require.NoError(c.t, err)
	r := wpsReply{reply{t: c.t, status: rsp.StatusCode, header: rsp.Header, text: string(text)}}
	dec := json.NewDecoder(strings.NewReader(r.text))
	dec.UseNumber()
	_ = dec.Decode(&r.body) // whoever needs it will see that it is nil
	return r
}

func TestWPSFaultsInTheVendorsPlace(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	for name, tc := range map[string]struct {
		fault  sim.Fault
		status int
		code   string
		text   string // part of the body
	}{
		"token revoked": {sim.Fault{Kind: sim.FaultTokenRevoked}, 401, "401030003",
			"access_token verify err"},
		"throttled": {sim.Fault{Kind: sim.FaultThrottled}, 429, "400000001", "too many requests"},
		"throttled with a wait": {sim.Fault{Kind: sim.FaultThrottled, RetryAfter: 1500 * time.Millisecond}, 429,
			"400000001", "too many requests"},
		"scope": {sim.Fault{Kind: sim.FaultVendorError, Code: "400000003"}, 403, "400000003",
			"invalid_scope"},
		"edition": {sim.Fault{Kind: sim.FaultVendorError, Code: "403000001"}, 403, "403000001",
			"ErrPrivileges: interface_company_doc"},
		"not implemented": {sim.Fault{Kind: sim.FaultVendorError, Code: "500000004"}, 500, "500000004",
			"method not implemented"},
		"expired": {sim.Fault{Kind: sim.FaultVendorError, Code: "400001001"}, 401, "400001001",
			"token expired"},
		"route": {sim.Fault{Kind: sim.FaultVendorError, Code: "404000001"}, 404, "404000001",
			"Route"},
		"code alone tells": {sim.Fault{Kind: sim.FaultVendorError, Code: "403000001", Status: 200,
			Message: "permission denied"}, 200, "403000001", "permission denied"},
		"another code": {sim.Fault{Kind: sim.FaultVendorError, Code: "409000007"}, 409, "409000007",
			"Conflict"},
		"another code of no shape": {sim.Fault{Kind: sim.FaultVendorError, Code: "77"}, 500, "77", "kso"},
		"no code":                  {sim.Fault{Kind: sim.FaultVendorError}, 500, "500000000", "internal error"},
		"RFC 6749": {sim.Fault{Kind: sim.FaultVendorError, Code: "invalid_scope",
			Message: "not granted"}, 400, "", `"error":"invalid_scope"`},
		"gateway":      {sim.Fault{Kind: sim.FaultHTMLError}, 502, "", "502 Bad Gateway"},
		"bare":         {sim.Fault{Kind: sim.FaultBareError, Status: 503}, 503, "", "internal"},
		"html":         {sim.Fault{Kind: sim.FaultHTMLPage}, 200, "", "<html>"},
		"empty":        {sim.Fault{Kind: sim.FaultEmptyBody}, 200, "", ""},
		"empty object": {sim.Fault{Kind: sim.FaultEmptyObject}, 200, "", "{}"},
		"redirect":     {sim.Fault{Kind: sim.FaultRedirect, Status: 307}, 307, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.struck("deleteUser", tc.fault, c.request(http.MethodPost, "/v7/users/"+p.WPSUserID+"/delete", ""))
			got.fails(tc.status, tc.code)
			assert.Contains(t, got.text, tc.text)
			wait := ""
			if tc.fault.RetryAfter > 0 {
				wait = "2"
			}
			assert.Equal(t, wait, got.header.Get("Retry-After"))
			assert.Equal(t, p, c.again(p.Key), "the request had no effect")
		})
	}
}

func TestWPSFaultsOfTheTokenEndpoint(t *testing.T) {
	c := serveWPS(t)
	for code, want := range map[string]struct {
		status int
		text   string
	}{
		"40100008": {401, `"debug":{"desc":"client authentication failed"}`},
		"40100009": {400, `"msg":"invalid_grant"`},
		"50000006": {500, `"debug":{"cause":"exec fail"}`},
	} {
		c.srv.Inject(sim.VendorWPS, "oauthToken", sim.Fault{Kind: sim.FaultVendorError, Code: code, Times: 1})
		got := c.buy(nil).fails(want.status, code)
		assert.Contains(t, got.text, want.text)
	}
	c.srv.Inject(sim.VendorWPS, "oauthToken", sim.Fault{Kind: sim.FaultThrottled, Times: 1, RetryAfter: time.Second})
	assert.Equal(t, "1", c.buy(nil).fails(http.StatusTooManyRequests, "400000001").header.Get("Retry-After"))
	c.srv.Inject(sim.VendorWPS, "oauthToken", sim.Fault{Kind: sim.FaultEmptyObject, Times: 1})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.srv.WPSURL()+"/oauth2/token",
		strings.NewReader(""))
	require.NoError(t, err)
	assert.Equal(t, "{}", do(t, req).text)
	c.buy(nil).str("access_token")
}

func TestWPSFaultResets(t *testing.T) {
	for kind, effect := range map[sim.FaultKind]bool{sim.FaultResetBefore: false, sim.FaultResetAfter: true} {
		t.Run(string(kind), func(t *testing.T) {
			c := serveWPS(t)
			p := c.active()
			c.srv.Inject(sim.VendorWPS, "deleteUser", sim.Fault{Kind: kind, Times: 1})
			_, err := fresh().Do(c.request(http.MethodPost, "/v7/users/"+p.WPSUserID+"/delete", ""))
			require.Error(t, err)
			assert.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), err)
			_, found := c.srv.Organisation().Person(p.Key)
			assert.Equal(t, effect, !found)
		})
	}
}

func TestWPSFaultHangAndSlowBody(t *testing.T) {
	c := serveWPS(t)
	c.srv.Inject(sim.VendorWPS, "getRootDept", sim.Fault{Kind: sim.FaultHang, Times: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := fresh().Do(c.request(http.MethodGet, "/v7/depts/root", "").WithContext(ctx))
	require.ErrorIs(t, err, context.DeadlineExceeded)

	c.srv.Inject(sim.VendorWPS, "getRootDept", sim.Fault{Kind: sim.FaultSlowBody, Interval: time.Microsecond, Times: 1})
	rsp, err := fresh().Do(c.request(http.MethodGet, "/v7/depts/root", ""))
	require.NoError(t, err)
	defer rsp.Body.Close()
	first := make([]byte, 400)
	_, err = io.ReadFull(rsp.Body, first)
	require.NoError(t, err)
	assert.False(t, json.Valid(first))
	c.srv.Simulator.Close()
	_, err = io.Copy(io.Discard, rsp.Body)
	require.NoError(t, err)
}

func TestWPSFaultsOnTheAnswer(t *testing.T) {
	c := serveWPS(t)
	path := "/v7/users/" + c.active().WPSUserID
	get := func(f sim.Fault) wpsReply { return c.struck("getUser", f, c.request(http.MethodGet, path, "")) }
	whole := c.get(path).ok().text
	assert.Equal(t, whole[:len(whole)/2], get(sim.Fault{Kind: sim.FaultTruncated}).text)
	assert.Equal(t, "text/html", get(sim.Fault{Kind: sim.FaultContentType,
		ContentType: "text/html"}).header.Get("Content-Type"))
	assert.Greater(t, len(get(sim.Fault{Kind: sim.FaultOversize, Bytes: 1 << 20}).ok().text), 1<<20)
	assert.Contains(t, get(sim.Fault{Kind: sim.FaultExtraField, Field: "data.brand_new"}).data(), "brand_new")
	assert.IsType(t, map[string]any{}, get(sim.Fault{Kind: sim.FaultChangedType,
		Field: "data.user_name"}).data()["user_name"])
	changed := get(sim.Fault{Kind: sim.FaultChangedType}).ok()
	assert.IsType(t, []any{}, changed.body["data"], "not the envelope's")

	c.srv.Inject(sim.VendorWPS, "listUsers", sim.Fault{Kind: sim.FaultRepeatCursor})
	query := append(wpsAllStates, "page_size", "50")
	first := c.get("/v7/users", query...).data()["next_page_token"].(string)
	require.NotEmpty(t, first)
	for range 3 {
		assert.Equal(t, first, c.get("/v7/users", append(query, "page_token", first)...).data()["next_page_token"])
	}
}

func TestWPSFaultMovePerson(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	to := c.other(p)
	c.srv.Inject(sim.VendorWPS, "listDeptMembers",
		sim.Fault{Kind: sim.FaultMovePerson, Person: p.UserID, To: to.Key, Times: 1})
	got := c.get("/v7/depts/"+to.WPSID+"/members", "status", "active", "page_size", "50").items()
	assert.Contains(t, wpsColumn(got, "user_id"), p.WPSUserID)
}
