package sim_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (c *weComCaller) gettoken(corpID, secret string) reply {
	q := url.Values{}
	if corpID != "" {
		q.Set("corpid", corpID)
	}
	if secret != "" {
		q.Set("corpsecret", secret)
	}
	return c.raw(http.MethodGet, "/gettoken", q, "")
}

func TestWeComTokenRefusals(t *testing.T) {
	srv := serve(t)
	c := &weComCaller{t: t, srv: srv}
	demo := srv.Credentials().WeCom
	c.gettoken("", demo.AppSecret).fails(41002)
	c.gettoken(demo.CorpID, "").fails(41004)
	c.gettoken("ww0000", demo.AppSecret).fails(40013)
	c.gettoken(demo.CorpID, "short").fails(40001)
	wrong := c.gettoken(demo.CorpID, strings.Repeat("x", len(demo.AppSecret))).fails(40091)
	assert.Contains(t, wrong.str("errmsg"), "secret is invalid, hint: [")
	assert.Contains(t, wrong.str("errmsg"), "from ip: 127.0.0.1")
	assert.Zero(t, srv.TokensIssued(sim.VendorWeCom))
}

func TestWeComTokenLife(t *testing.T) {
	k := newClock()
	srv := serve(t, sim.WithClock(k.Now))
	c := &weComCaller{t: t, srv: srv}
	demo := srv.Credentials().WeCom

	first := c.gettoken(demo.CorpID, demo.AppSecret).ok()
	assert.Equal(t, "7200", fmt.Sprint(first.body["expires_in"]))
	assert.LessOrEqual(t, len(first.str("access_token")), 512)

	k.advance(time.Hour)
	again := c.gettoken(demo.CorpID, demo.AppSecret).ok()
	assert.Equal(t, first.str("access_token"), again.str("access_token"), "asked again, the same token comes")
	assert.Equal(t, "3600", fmt.Sprint(again.body["expires_in"]), "with what is left of its life")
	contact := c.gettoken(demo.CorpID, demo.ContactSecret).ok().str("access_token")
	assert.NotEqual(t, first.str("access_token"), contact, "one token a secret")

	k.advance(55 * time.Minute)
	next := c.gettoken(demo.CorpID, demo.AppSecret).ok().str("access_token")
	assert.NotEqual(t, first.str("access_token"), next)
	assert.Equal(t, 3, srv.TokensIssued(sim.VendorWeCom))
	for _, token := range []string{first.str("access_token"), next} {
		c.token = token
		c.get("/department/simplelist").ok()
	}

	k.advance(5 * time.Minute)
	c.token = first.str("access_token")
	c.get("/department/simplelist").fails(42001)
	c.token = next
	c.get("/department/simplelist").ok()
	srv.RevokeTokens(sim.VendorWeCom)
	c.get("/department/simplelist").fails(40014)
	c.token = c.buy(demo.AppSecret)
	c.get("/department/simplelist").ok()
}

func TestWeComTokenLifetimeOption(t *testing.T) {
	k := newClock()
	srv := serve(t, sim.WithClock(k.Now), sim.WithTokenLifetime(sim.VendorWeCom, time.Minute),
		sim.WithTokenLifetime(sim.VendorFeishu, time.Hour))
	c := appOf(t, srv)
	k.advance(59 * time.Second)
	c.get("/department/simplelist").ok()
	k.advance(time.Second)
	c.get("/department/simplelist").fails(42001)
}

func TestWeComTokenMustBeInTheQuery(t *testing.T) {
	srv := serve(t)
	c := appOf(t, srv)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.WeComURL()+"/user/getuserid",
		bytes.NewReader([]byte(`{"access_token":"`+c.token+`","mobile":"13000000001"}`)))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+c.token)
	do(t, req).fails(41001)

	c.token = "made-up"
	c.get("/department/simplelist").fails(40014)
}

func TestWeComBlocksAfterWrongSecrets(t *testing.T) {
	k := newClock()
	srv := serve(t, sim.WithClock(k.Now))
	c := &weComCaller{t: t, srv: srv}
	demo := srv.Credentials().WeCom
	wrong := strings.Repeat("x", len(demo.AppSecret))
	tries := 0
	for c.gettoken(demo.CorpID, wrong).code() == 40091 {
		tries++
		require.Less(t, tries, 100)
	}
	c.gettoken(demo.CorpID, wrong).fails(45009)
	c.gettoken(demo.CorpID, demo.AppSecret).fails(45009)
	k.advance(time.Hour)
	c.gettoken(demo.CorpID, demo.AppSecret).ok()
}

func TestWeComRights(t *testing.T) {
	c := newCorp(t)
	calls := map[string]func(*weComCaller) reply{
		"GetUser":               func(w *weComCaller) reply { return w.get("/user/get", "userid", c.staff.UserID) },
		"GetUserList":           func(w *weComCaller) reply { return w.get("/user/list", "department_id", "1") },
		"GetUserSimplelist":     func(w *weComCaller) reply { return w.get("/user/simplelist", "department_id", "1") },
		"GetAgent":              func(w *weComCaller) reply { return w.get("/agent/get", "agentid", "1") },
		"ListDepartment":        func(w *weComCaller) reply { return w.get("/department/list") },
		"GetDepartment":         func(w *weComCaller) reply { return w.get("/department/get", "id", "1") },
		"ListUserId":            func(w *weComCaller) reply { return w.post("/user/list_id", `{"limit":1}`) },
		"ListDepartmentSimple":  func(w *weComCaller) reply { return w.get("/department/simplelist") },
		"CreateUser":            func(w *weComCaller) reply { return w.post("/user/create", `{}`) },
		"UpdateUser":            func(w *weComCaller) reply { return w.post("/user/update", `{}`) },
		"DeleteUser":            func(w *weComCaller) reply { return w.get("/user/delete") },
		"DeleteBatchUser":       func(w *weComCaller) reply { return w.post("/user/batchdelete", `{}`) },
		"CreateDepartment":      func(w *weComCaller) reply { return w.post("/department/create", `{}`) },
		"UpdateDepartment":      func(w *weComCaller) reply { return w.post("/department/update", `{}`) },
		"DeleteDepartment":      func(w *weComCaller) reply { return w.get("/department/delete") },
		"SyncBatchUser":         func(w *weComCaller) reply { return w.post("/batch/syncuser", `{}`) },
		"ReplaceBatchUser":      func(w *weComCaller) reply { return w.post("/batch/replaceuser", `{}`) },
		"ReplaceBatchParty":     func(w *weComCaller) reply { return w.post("/batch/replaceparty", `{}`) },
		"GetBatchResult":        func(w *weComCaller) reply { return w.get("/batch/getresult") },
		"GetActiveStat":         func(w *weComCaller) reply { return w.post("/user/get_active_stat", `{}`) },
		"GetJoinQrcode":         func(w *weComCaller) reply { return w.get("/corp/get_join_qrcode") },
		"AuthsuccUser":          func(w *weComCaller) reply { return w.get("/user/authsucc") },
		"GetUseridByMobile":     func(w *weComCaller) reply { return w.post("/user/getuserid", `{}`) },
		"GetUseridByEmail":      func(w *weComCaller) reply { return w.post("/user/get_userid_by_email", `{}`) },
		"ConvertUseridToOpenid": func(w *weComCaller) reply { return w.post("/user/convert_to_openid", `{}`) },
		"ConvertOpenidToUserid": func(w *weComCaller) reply { return w.post("/user/convert_to_userid", `{}`) },
		"InviteUser":            func(w *weComCaller) reply { return w.post("/batch/invite", `{}`) },
		"TfaSucc":               func(w *weComCaller) reply { return w.post("/user/tfa_succ", `{}`) },
		"UseridToOpenUserid":    func(w *weComCaller) reply { return w.post("/batch/userid_to_openuserid", `{}`) },
	}
	const may = 0
	rights := []struct {
		operation              string
		contact, app, provider int // the code of the refusal, 0 if the secret may call
	}{
		{"GetUser", 48009, may, may},
		{"GetUserList", 48009, may, may},
		{"GetUserSimplelist", 48009, may, may},
		{"ListDepartment", 48009, may, may},
		{"GetAgent", 48002, may, may},
		{"GetDepartment", 48009, may, may},
		{"ListUserId", may, 48002, 48002},
		{"ListDepartmentSimple", may, may, may},
		{"CreateUser", may, 48002, 48002},
		{"UpdateUser", may, 48002, 48002},
		{"DeleteUser", may, 48002, 48002},
		{"DeleteBatchUser", may, 48002, 48002},
		{"CreateDepartment", may, 48002, 48002},
		{"UpdateDepartment", may, 48002, 48002},
		{"DeleteDepartment", may, 48002, 48002},
		{"SyncBatchUser", may, 48002, 48002},
		{"ReplaceBatchUser", may, 48002, 48002},
		{"ReplaceBatchParty", may, 48002, 48002},
		{"GetBatchResult", may, 48002, 48002},
		{"GetActiveStat", may, 48002, 48002},
		{"GetJoinQrcode", may, 48002, 48002},
		{"AuthsuccUser", may, 48002, 48002},
		{"GetUseridByMobile", 48002, may, may},
		{"GetUseridByEmail", 48002, may, may},
		{"ConvertUseridToOpenid", 48002, may, may},
		{"ConvertOpenidToUserid", 48002, may, may},
		{"InviteUser", 48002, may, may},
		{"TfaSucc", may, may, may},
		{"UseridToOpenUserid", 48002, 48002, may},
	}
	check := func(operation string, w *weComCaller, want int) {
		got := calls[operation](w).code()
		if want == may {
			assert.NotContains(t, []int{48002, 48009}, got, operation)
		} else {
			assert.Equal(t, want, got, operation)
		}
	}
	for _, r := range rights {
		check(r.operation, c.contact, r.contact)
		check(r.operation, c.app, r.app)
		check(r.operation, c.provider, r.provider)
	}
	text := c.contact.get("/user/get", "userid", c.staff.UserID).fails(48009).str("errmsg")
	assert.Contains(t, text, "api forbidden for contact assistant")
}

func TestWeComOldCallerMayReadDetails(t *testing.T) {
	c := newCorp(t, sim.WithWeComOldCaller())
	c.contact.get("/user/get", "userid", c.staff.UserID).ok()
	c.app.post("/user/list_id", `{"limit":1}`).fails(48002)
}

func TestWeComQuotas(t *testing.T) {
	t.Run("documented for a corp and path", func(t *testing.T) {
		k := newClock()
		srv := serve(t, sim.WithClock(k.Now))
		app, contact := appOf(t, srv), contactOf(t, srv)
		for range 9_999 { // past the network, which would take its time
			req := httptest.NewRequest(http.MethodGet,
				strings.TrimPrefix(app.url("/department/simplelist", "id", "-1"), srv.URL), nil)
			srv.ServeHTTP(httptest.NewRecorder(), req)
		}
		contact.get("/department/simplelist", "id", "-1").fails(60123)
		app.get("/department/simplelist", "id", "-1").fails(45009)
		contact.get("/department/simplelist", "id", "-1").fails(45009) // the corp is counted, not the secret
		app.get("/department/get", "id", "-1").fails(60123)            // and each path by itself
		k.advance(59 * time.Second)
		app.get("/department/simplelist", "id", "-1").fails(45009)
		k.advance(time.Second)
		app.get("/department/simplelist", "id", "-1").fails(60123)
	})
	t.Run("set by option", func(t *testing.T) {
		k := newClock()
		srv := serve(t, sim.WithClock(k.Now), sim.WithQuota(sim.VendorWeCom, "GetUser", 2, time.Minute),
			sim.WithQuota(sim.VendorWeCom, "GetToken", 3, time.Minute))
		app := appOf(t, srv)
		app.get("/user/get", "userid", "x").fails(60111)
		app.get("/user/get", "userid", "x").fails(60111)
		limited := app.get("/user/get", "userid", "x").fails(45009)
		assert.Contains(t, limited.str("errmsg"), "api freq out of limit")
		assert.Empty(t, limited.header.Get("Retry-After"), "nothing tells how long to wait")
		appOf(t, srv)
		appOf(t, srv)
		app.gettoken(srv.Credentials().WeCom.CorpID, srv.Credentials().WeCom.AppSecret).fails(45009)
		k.advance(time.Minute)
		app.get("/user/get", "userid", "x").fails(60111)
	})
	t.Run("debug calls", func(t *testing.T) {
		app := appOf(t, serve(t, sim.WithClock(newClock().Now)))
		for range 5 {
			app.get("/department/simplelist", "debug", "1").ok()
		}
		app.get("/department/simplelist", "debug", "1").fails(45009)
		app.get("/department/simplelist").ok()
	})
	t.Run("lifted", func(t *testing.T) {
		app := appOf(t, serve(t, sim.WithoutQuotas(), sim.WithClock(newClock().Now)))
		for range 20 {
			app.get("/department/simplelist", "debug", "1").ok()
		}
	})
	t.Run("misses", func(t *testing.T) {
		k := newClock()
		app := appOf(t, serve(t, sim.WithClock(k.Now))) // 60 people, so the cap is 90 and a fifth of it 18
		for range 19 {
			app.post("/user/getuserid", `{"mobile":"13999999999"}`).fails(46004)
		}
		app.post("/user/getuserid", `{"mobile":"13999999999"}`).fails(45009)
		app.post("/user/getuserid", `{"mobile":"13000000001"}`).fails(45009) // for everybody
		app.post("/user/get_userid_by_email", `{"email":"a@b.example"}`).fails(46004)
		k.advance(24 * time.Hour)
		app.token = app.buy(app.srv.Credentials().WeCom.AppSecret)
		app.post("/user/getuserid", `{"mobile":"13000000001"}`).ok()
	})
}
