package sim_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
)

func TestDingTalkQuotas(t *testing.T) {
	t.Run("20 calls a second for an app and operation", func(t *testing.T) {
		c := newDingCorp(t)
		isv := dingThirdParty(t, c.srv)
		plain, top, newHost := dingPlaces(c.app, c.staff.UserID)
		for range 20 {
			plain().fine()
			top().fine()
			newHost().done()
		}
		// The clock says 09:00:00 UTC; the window ends a second later, at 17:00:01 in China.
		const text = "接口调用过于频繁，处罚将在 2026-03-02 17:00:01 结束"
		limited := plain().errs(90018)
		assert.Equal(t, text, limited.str("errmsg"))
		assert.Empty(t, limited.header.Get("Retry-After"), "no header tells how long to wait")
		assert.Equal(t, text, top().gateway("90018").str("sub_msg"))
		newHost().refused(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi")

		c.app.get("/user/get_admin").fine() // each operation by itself
		otherPlain, _, otherNew := dingPlaces(isv, c.staff.UserID)
		otherPlain().fine() // and each app
		for range 20 {
			otherNew()
		}
		otherNew().refused(403, "Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi")

		c.clock.advance(999 * time.Millisecond)
		plain().errs(90018)
		c.clock.advance(time.Millisecond)
		plain().fine()
		top().fine()
		newHost().done()
	})
	t.Run("whoever waits for the end that is named waits enough", func(t *testing.T) {
		c := newDingCorp(t, sim.WithQuota(sim.VendorDingTalk, "getUserV1", 1, time.Second))
		c.clock.advance(300 * time.Millisecond)
		plain, _, _ := dingPlaces(c.app, c.staff.UserID)
		plain().fine()
		assert.Contains(t, plain().errs(90018).str("errmsg"), "17:00:02", "the window ends at 01.3")
	})
	t.Run("tokens", func(t *testing.T) {
		c := newDingCorp(t, sim.WithQuota(sim.VendorDingTalk, "getToken", 2, time.Minute))
		demo := c.srv.Credentials().DingTalk
		c.app.gettoken(demo.AppKey, demo.AppSecret).fine()
		c.app.gettoken(demo.AppKey, demo.AppSecret).errs(90018)
	})
	t.Run("lifted", func(t *testing.T) {
		c := newDingCorp(t, sim.WithoutQuotas())
		plain, _, _ := dingPlaces(c.app, c.staff.UserID)
		for range 30 {
			plain().fine()
		}
	})
}

// banned checks that nothing in an answer looks like a success or an error of DingTalk.
func (r dingReply) banned(status int) dingReply {
	r.t.Helper()
	assert.Equal(r.t, status, r.status)
	assert.NotContains(r.t, r.body, "errcode")
	assert.NotContains(r.t, r.body, "code")
	return r
}

func TestDingTalkBansAddresses(t *testing.T) {
	t.Run("for calling too often", func(t *testing.T) {
		k := newClock()
		srv := serve(t, sim.WithClock(k.Now))
		target := strings.TrimPrefix(srv.DingTalkURL(), srv.URL) + "/gettoken?appkey=x&appsecret=x"
		for range 10_000 { // past the network, which would take its time
			req := httptest.NewRequest(http.MethodGet, target, nil)
			req.RemoteAddr = "127.0.0.1:1"
			srv.ServeHTTP(httptest.NewRecorder(), req)
		}
		demo := srv.Credentials().DingTalk
		c := &dingCaller{t: t, srv: srv, token: "x"}
		notice := c.gettoken(demo.AppKey, demo.AppSecret).banned(403)
		assert.Equal(t, []string{"punish", "source", "status", "uuid", "wait"}, dingKeys(notice.body))
		assert.Equal(t, "deny", notice.str("punish"))
		_, top, newHost := dingPlaces(c, "x")
		top().banned(403)
		newHost().banned(403)
		req := httptest.NewRequest(http.MethodGet, target, nil)
		req.RemoteAddr = "192.0.2.7:1"
		other := httptest.NewRecorder()
		srv.ServeHTTP(other, req)
		assert.Contains(t, other.Body.String(), "40096", "another address is not banned")
		k.advance(5*time.Minute - time.Second)
		c.gettoken(demo.AppKey, demo.AppSecret).banned(403)
		k.advance(time.Second)
		c.gettoken(demo.AppKey, demo.AppSecret).fine()
	})
	t.Run("10,000 in more than 20 seconds is not too often", func(t *testing.T) {
		k := newClock()
		srv := serve(t, sim.WithClock(k.Now), sim.WithQuota(sim.VendorDingTalk, "address", 3, 20*time.Second))
		c := &dingCaller{t: t, srv: srv}
		for range 9 {
			c.gettoken("x", "x").errs(40096)
			k.advance(10 * time.Second)
		}
	})
	t.Run("when a test says so", func(t *testing.T) {
		c := newDingCorp(t)
		plain, top, newHost := dingPlaces(c.app, c.staff.UserID)
		c.srv.DingTalk().Ban(sim.DingTalkBan{})
		plain().banned(403)
		c.srv.DingTalk().Ban(sim.DingTalkBan{Status: 200})
		assert.Contains(t, top().banned(200).body, "punish")
		c.srv.DingTalk().Ban(sim.DingTalkBan{HTML: true})
		page := newHost().banned(200)
		assert.Equal(t, "text/html; charset=utf-8", page.header.Get("Content-Type"))
		assert.True(t, strings.HasPrefix(page.text, "<!DOCTYPE html>"))
		c.srv.DingTalk().LiftBan()
		plain().fine()
		c.srv.DingTalk().Ban(sim.DingTalkBan{})
		c.clock.advance(5 * time.Minute)
		plain().fine()
	})
}
