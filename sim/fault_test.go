package sim_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fresh is a client that never uses a connection twice, so that net/http repeats nothing by itself.
func fresh() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (c *weComCaller) url(path string, query ...string) string {
	q := url.Values{"access_token": {c.token}}
	for i := 0; i+1 < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	return c.srv.WeComURL() + path + "?" + q.Encode()
}

func TestFaultsInTheVendorsPlace(t *testing.T) {
	const vendor = sim.VendorWeCom
	for name, tc := range map[string]struct {
		fault       sim.Fault
		status      int
		contentType string
		check       func(t *testing.T, header http.Header, body string)
	}{
		"token revoked": {
			fault: sim.Fault{Kind: sim.FaultTokenRevoked}, status: 200, contentType: "application/json; charset=UTF-8",
			check: func(t *testing.T, h http.Header, body string) {
				assert.Contains(t, body, `"errcode":40014`)
				assert.Equal(t, "40014", h.Get("Error-Code"))
			},
		},
		"throttled": {
			fault: sim.Fault{Kind: sim.FaultThrottled}, status: 200, contentType: "application/json; charset=UTF-8",
			check: func(t *testing.T, h http.Header, body string) {
				assert.Contains(t, body, `"errcode":45009`)
				assert.Empty(t, h.Get("Retry-After"))
			},
		},
		"throttled with Retry-After": {
			fault: sim.Fault{Kind: sim.FaultThrottled, RetryAfter: 1500 * time.Millisecond}, status: 200,
			contentType: "application/json; charset=UTF-8",
			check:       func(t *testing.T, h http.Header, _ string) { assert.Equal(t, "2", h.Get("Retry-After")) },
		},
		"vendor error": {
			fault: sim.Fault{Kind: sim.FaultVendorError, Code: "6000"}, status: 200,
			contentType: "application/json; charset=UTF-8",
			check:       func(t *testing.T, _ http.Header, body string) { assert.Contains(t, body, `"errcode":6000`) },
		},
		"vendor error with a text": {
			fault: sim.Fault{Kind: sim.FaultVendorError, Code: "-1", Message: "try later"}, status: 200,
			contentType: "application/json; charset=UTF-8",
			check: func(t *testing.T, _ http.Header, body string) {
				assert.Contains(t, body, `"errmsg":"try later, hint`)
			},
		},
		"vendor error without a code": {
			fault: sim.Fault{Kind: sim.FaultVendorError}, status: 200, contentType: "application/json; charset=UTF-8",
			check: func(t *testing.T, _ http.Header, body string) { assert.Contains(t, body, `"errcode":-1`) },
		},
		"html 502": {
			fault: sim.Fault{Kind: sim.FaultHTMLError}, status: 502, contentType: "text/html",
			check: func(t *testing.T, _ http.Header, body string) { assert.Contains(t, body, "502 Bad Gateway") },
		},
		"html 500": {fault: sim.Fault{Kind: sim.FaultHTMLError, Status: 500}, status: 500, contentType: "text/html"},
		"bare 500": {
			fault: sim.Fault{Kind: sim.FaultBareError}, status: 500, contentType: "application/json; charset=UTF-8",
			check: func(t *testing.T, _ http.Header, body string) {
				assert.True(t, json.Valid([]byte(body)))
				assert.NotContains(t, body, "errcode")
			},
		},
		"html with 200": {fault: sim.Fault{Kind: sim.FaultHTMLPage}, status: 200, contentType: "text/html"},
		"empty body": {
			fault: sim.Fault{Kind: sim.FaultEmptyBody}, status: 200, contentType: "application/json; charset=UTF-8",
			check: func(t *testing.T, _ http.Header, body string) { assert.Empty(t, body) },
		},
		"empty object": {
			fault: sim.Fault{Kind: sim.FaultEmptyObject}, status: 200, contentType: "application/json; charset=UTF-8",
			check: func(t *testing.T, _ http.Header, body string) { assert.Equal(t, "{}", body) },
		},
		"redirect": {
			fault: sim.Fault{Kind: sim.FaultRedirect}, status: 302,
			check: func(t *testing.T, h http.Header, _ string) {
				assert.Equal(t, "http://elsewhere.invalid/wecom/cgi-bin/user/delete", h.Get("Location"))
			},
		},
		"redirect somewhere": {
			fault: sim.Fault{Kind: sim.FaultRedirect, Status: 307, Location: "http://other.invalid/x"}, status: 307,
			check: func(t *testing.T, h http.Header, _ string) {
				assert.Equal(t, "http://other.invalid/x", h.Get("Location"))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCorp(t)
			remove := c.srv.Inject(vendor, "DeleteUser", tc.fault)
			rsp, err := fresh().Get(c.contact.url("/user/delete", "userid", c.staff.UserID))
			require.NoError(t, err)
			defer rsp.Body.Close()
			body, err := io.ReadAll(rsp.Body)
			require.NoError(t, err)
			assert.Equal(t, tc.status, rsp.StatusCode)
			assert.Equal(t, tc.contentType, rsp.Header.Get("Content-Type"))
			if tc.check != nil {
				tc.check(t, rsp.Header, string(body))
			}
			c.person(c.staff.UserID) // the request had no effect
			requests := c.srv.Requests(vendor)
			last := requests[len(requests)-1]
			assert.Equal(t, tc.status, last.Status)
			assert.Equal(t, tc.fault.Kind, last.Fault)
			remove()
			remove()
			c.contact.get("/user/delete", "userid", c.staff.UserID).ok()
		})
	}
}

func TestFaultResets(t *testing.T) {
	for kind, effect := range map[sim.FaultKind]bool{sim.FaultResetBefore: false, sim.FaultResetAfter: true} {
		t.Run(string(kind), func(t *testing.T) {
			c := newCorp(t)
			c.srv.Inject(sim.VendorWeCom, "DeleteUser", sim.Fault{Kind: kind, Times: 1})
			_, err := fresh().Get(c.contact.url("/user/delete", "userid", c.staff.UserID))
			require.Error(t, err)
			assert.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), err)
			assert.Equal(t, 1, c.srv.Calls(sim.VendorWeCom, "DeleteUser"))
			_, found := c.srv.Organisation().FindPerson(sim.ByUserID, c.staff.UserID)
			assert.Equal(t, effect, !found)
		})
	}
}

func TestFaultHang(t *testing.T) {
	t.Run("until the client goes away", func(t *testing.T) {
		c := newCorp(t)
		c.srv.Inject(sim.VendorWeCom, "GetUser", sim.Fault{Kind: sim.FaultHang})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.app.url("/user/get", "userid", "x"), nil)
		require.NoError(t, err)
		_, err = fresh().Do(req)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	t.Run("until the simulator closes", func(t *testing.T) {
		c := newCorp(t)
		c.srv.Inject(sim.VendorWeCom, "GetUser", sim.Fault{Kind: sim.FaultHang})
		failed := make(chan error, 1)
		go func() {
			_, err := fresh().Get(c.app.url("/user/get", "userid", "x"))
			failed <- err
		}()
		c.srv.Close()
		require.Error(t, <-failed)
	})
}

func TestFaultSlowBody(t *testing.T) {
	c := newCorp(t)
	c.srv.Inject(sim.VendorWeCom, "GetUser", sim.Fault{Kind: sim.FaultSlowBody, Interval: time.Microsecond})
	rsp, err := fresh().Get(c.app.url("/user/get", "userid", c.staff.UserID))
	require.NoError(t, err)
	defer rsp.Body.Close()
	first := make([]byte, 600)
	_, err = io.ReadFull(rsp.Body, first)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(first), `{"errcode":0`))
	assert.False(t, json.Valid(first))
	c.srv.Simulator.Close()
	_, err = io.Copy(io.Discard, rsp.Body)
	require.NoError(t, err, "ends when the simulator closes")
}

func TestFaultsOnTheAnswer(t *testing.T) {
	c := newCorp(t)
	inject := func(operation string, f sim.Fault) {
		f.Times = 1
		c.srv.Inject(sim.VendorWeCom, operation, f)
	}
	get := func() reply { return c.app.get("/user/get", "userid", c.staff.UserID) }
	whole := get().ok().text

	inject("GetUser", sim.Fault{Kind: sim.FaultTruncated})
	assert.Equal(t, whole[:len(whole)/2], get().text)

	inject("GetUser", sim.Fault{Kind: sim.FaultContentType})
	got := get()
	assert.Equal(t, "text/plain; charset=utf-8", got.header.Get("Content-Type"))
	assert.Equal(t, whole, got.text)
	inject("GetUser", sim.Fault{Kind: sim.FaultContentType, ContentType: "text/html"})
	assert.Equal(t, "text/html", get().header.Get("Content-Type"))

	inject("GetUser", sim.Fault{Kind: sim.FaultOversize, Bytes: 1 << 20})
	got = get().ok()
	assert.Greater(t, len(got.text), 1<<20)
	assert.True(t, json.Valid([]byte(got.text)))
	assert.Equal(t, c.staff.UserID, got.str("userid"))

	inject("GetUser", sim.Fault{Kind: sim.FaultExtraField})
	assert.Contains(t, get().ok().body, "undeclared_member")
	inject("GetUserList", sim.Fault{Kind: sim.FaultExtraField, Field: "userlist.0.brand_new"})
	list := c.app.get("/user/list", "department_id", "1").ok()
	assert.Contains(t, list.body["userlist"].([]any)[0], "brand_new")

	inject("GetUser", sim.Fault{Kind: sim.FaultChangedType, Field: "mobile"})
	assert.IsType(t, map[string]any{}, get().ok().body["mobile"])
	inject("GetUser", sim.Fault{Kind: sim.FaultChangedType, Field: "status"})
	assert.IsType(t, "", get().ok().body["status"])
	inject("GetUser", sim.Fault{Kind: sim.FaultChangedType})
	assert.NotEqual(t, whole, get().ok().text)
	inject("ListDepartmentSimple", sim.Fault{Kind: sim.FaultChangedType})
	assert.IsType(t, map[string]any{}, c.app.get("/department/simplelist").ok().body["department_id"])
	inject("ListDepartmentSimple", sim.Fault{Kind: sim.FaultChangedType, Field: "department_id.0"})
	assert.IsType(t, []any{}, c.app.get("/department/simplelist").ok().body["department_id"].([]any)[0])
	// there is no such place
	inject("ListDepartmentSimple", sim.Fault{Kind: sim.FaultChangedType, Field: "department_id.x.y"})
	c.app.get("/department/simplelist").ok()
}

func TestFaultRepeatCursor(t *testing.T) {
	c := newCorp(t)
	c.srv.Inject(sim.VendorWeCom, "ListUserId", sim.Fault{Kind: sim.FaultRepeatCursor})
	body := map[string]any{"limit": 20}
	first := c.contact.post("/user/list_id", body).ok().str("next_cursor")
	for range 3 {
		body["cursor"] = first
		assert.Equal(t, first, c.contact.post("/user/list_id", body).ok().str("next_cursor"))
	}
}

func TestFaultMovePerson(t *testing.T) {
	c := newCorp(t)
	c.srv.Inject(sim.VendorWeCom, "GetUserList",
		sim.Fault{Kind: sim.FaultMovePerson, Person: c.staff.UserID, To: c.empty.Key, Skip: 1, Times: 1})
	c.app.get("/user/list", "department_id", id(c.full.WeComID)).ok()
	assert.Equal(t, c.staff.MainDepartment, c.person(c.staff.UserID).MainDepartment)
	c.app.get("/user/list", "department_id", "1").ok()
	assert.Equal(t, c.empty.Key, c.person(c.staff.UserID).MainDepartment)

	before := c.srv.Organisation().People()
	c.srv.Inject(sim.VendorWeCom, "GetUserList", sim.Fault{Kind: sim.FaultMovePerson, Times: 1})
	c.app.get("/user/list", "department_id", "1").ok()
	assert.NotEqual(t, before, c.srv.Organisation().People(), "somebody was moved")
	c.srv.Inject(sim.VendorWeCom, "GetUserList", sim.Fault{Kind: sim.FaultMovePerson, Person: "ghost"})
	c.app.get("/user/list", "department_id", "1").ok()
}

func TestFaultSkipTimesAndOrder(t *testing.T) {
	srv := serve(t)
	app := appOf(t, srv)
	call := func() int { return app.get("/department/simplelist").code() }
	srv.Inject(sim.VendorWeCom, "*", sim.Fault{Kind: sim.FaultVendorError, Code: "1", Skip: 2, Times: 2})
	srv.Inject(sim.VendorWeCom, "ListDepartmentSimple",
		sim.Fault{Kind: sim.FaultVendorError, Code: "2", Skip: 3, Times: 2})
	srv.Inject(sim.VendorFeishu, "*", sim.Fault{Kind: sim.FaultHang})
	srv.Inject(sim.VendorWeCom, "GetUser", sim.Fault{Kind: sim.FaultHang})
	var codes []int
	for range 7 {
		codes = append(codes, call())
	}
	assert.Equal(t, []int{0, 0, 1, 1, 2, 2, 0}, codes)
	for _, name := range [][2]string{{sim.VendorWeCom, "GetNobody"}, {sim.VendorWeCom, ""}, {"nobody", "*"}} {
		assert.Panics(t, func() { srv.Inject(name[0], name[1], sim.Fault{}) }, "a fault that would never strike")
	}
	remove := srv.Inject(sim.VendorWeCom, "listDEPARTMENTsimple", sim.Fault{Kind: sim.FaultVendorError, Code: "3"})
	assert.Equal(t, 3, call())
	remove()
	assert.Len(t, sim.FaultKinds(), 20)

	srv.Inject(sim.VendorWeCom, "GetToken", sim.Fault{Kind: sim.FaultEmptyObject, Times: 1})
	demo := srv.Credentials().WeCom
	assert.Equal(t, "{}", app.gettoken(demo.CorpID, demo.AppSecret).text)
	app.gettoken(demo.CorpID, demo.AppSecret).ok()
}
