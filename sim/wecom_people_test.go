package sim_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWeComInviteUser(t *testing.T) {
	c := newCorp(t)
	type m = map[string]any
	tags := c.srv.Organisation().Groups(sim.Tag)
	empty := len(tags)
	fill := func(people ...sim.PersonKey) {
		require.NoError(t, c.srv.Organisation().UpdateGroup(tags[empty-1].Key, func(g *sim.Group) error {
			g.People, g.Departments = people, nil
			return nil
		}))
	}
	fill()
	got := c.app.post("/batch/invite", m{"user": []string{c.inactive.UserID, c.staff.UserID, "ghost"},
		"party": []int64{1, 987}, "tag": []int{empty, 99}}).ok()
	assert.Equal(t, `["ghost"]`, asJSON(t, got.body["invaliduser"]))
	assert.Equal(t, `[987]`, asJSON(t, got.body["invalidparty"]))
	assert.Equal(t, `[99]`, asJSON(t, got.body["invalidtag"]))
	invited := c.srv.WeCom().Invited()
	require.Len(t, invited, 1, "those who have activated their accounts get nothing")
	assert.Equal(t, sim.Invitation{UserID: c.inactive.UserID, Operation: "InviteUser", Time: c.clock.Now()}, invited[0])

	clean := c.app.post("/batch/invite", m{"party": []int64{1}}).ok()
	for _, list := range []string{"invaliduser", "invalidparty", "invalidtag"} {
		assert.NotContains(t, clean.body, list)
	}
	inRoot := c.inactive.MainDepartment
	d, _ := c.srv.Organisation().Department(inRoot)
	c.app.post("/batch/invite", m{"party": []int64{d.WeComID}}).ok()
	assert.Len(t, c.srv.WeCom().Invited(), 2)

	fill(c.staff.Key, c.inactive.Key)
	c.app.post("/batch/invite", m{"tag": []int{empty}}).ok()
	assert.Len(t, c.srv.WeCom().Invited(), 3, "who is in a tag is reached through it")

	c.app.post("/batch/invite", m{}).fails(82001)
	c.app.post("/batch/invite", m{"user": []string{}, "party": []int64{}}).fails(82001)
	c.app.post("/batch/invite", m{"user": []string{"ghost"}, "party": []int64{987}, "tag": []int64{99}}).fails(81013)
	c.app.post("/batch/invite", m{"user": make([]string, 1001)}).fails(40032)
	c.app.post("/batch/invite", m{"party": numbersTo(101)}).fails(82002)
	c.app.post("/batch/invite", m{"tag": numbersTo(101)}).fails(82003)
}

func TestWeComIdentities(t *testing.T) {
	c := newCorp(t)
	type m = map[string]any
	assert.Equal(t, c.staff.WeChatOpenID, c.app.post("/user/convert_to_openid",
		m{"userid": c.staff.UserID}).ok().str("openid"))
	assert.NotEmpty(t, c.app.post("/user/convert_to_openid",
		m{"userid": c.staff.UserID, "agentid": 1000002}).ok().str("appid"))
	assert.Equal(t, c.staff.UserID, c.app.post("/user/convert_to_userid",
		m{"openid": c.staff.WeChatOpenID}).ok().str("userid"))
	c.app.post("/user/convert_to_openid", m{"userid": "ghost"}).fails(60111)
	c.app.post("/user/convert_to_openid", m{}).fails(41009)

	assert.Equal(t, c.staff.UserID, c.app.post("/user/getuserid",
		m{"mobile": "+86 " + c.staff.Mobile.Number}).ok().str("userid"))
	c.app.post("/user/getuserid", m{"mobile": "1234"}).fails(60103)
	assert.Equal(t, c.staff.UserID, c.app.post("/user/get_userid_by_email",
		m{"email": c.staff.Email, "email_type": 2}).ok().str("userid"))
	c.app.post("/user/get_userid_by_email", m{"email": c.staff.Email, "email_type": 3}).fails(40035)
	c.app.post("/user/get_userid_by_email", m{}).fails(40063)

	got := c.provider.post("/batch/userid_to_openuserid", m{"userid_list": []string{c.staff.UserID, "ghost"}}).ok()
	assert.JSONEq(t, `[{"userid":"`+c.staff.UserID+`","open_userid":"`+c.staff.WeComOpenUserID+`"}]`,
		asJSON(t, got.body["open_userid_list"]))
	assert.Equal(t, `["ghost"]`, asJSON(t, got.body["invalid_userid_list"]))
	c.provider.post("/batch/userid_to_openuserid", m{"userid_list": []string{}}).fails(40063)

	back := m{"open_userid_list": []string{c.staff.WeComOpenUserID, "x"},
		"source_agentid": c.srv.Credentials().WeCom.ProviderAppAgentID}
	got = c.app.post("/batch/openuserid_to_userid", back).ok()
	assert.JSONEq(t, `[{"userid":"`+c.staff.UserID+`","open_userid":"`+c.staff.WeComOpenUserID+`"}]`,
		asJSON(t, got.body["userid_list"]))
	assert.Equal(t, `["x"]`, asJSON(t, got.body["invalid_open_userid_list"]))
	c.app.post("/batch/openuserid_to_userid", m{"open_userid_list": []string{"x"}}).fails(41011)
	c.app.post("/batch/openuserid_to_userid",
		m{"open_userid_list": make([]string, 1001), "source_agentid": 5000000042}).fails(40032)

	c.contact.post("/user/get_active_stat", m{}).fails(40063)
	c.contact.post("/user/get_active_stat", m{"date": "20260101"}).fails(40058)
	c.contact.post("/user/get_active_stat", m{"date": "2026-03-03"}).fails(40058)
	c.contact.post("/user/get_active_stat", m{"date": "2026-01-31"}).ok() // thirty days back
	c.contact.post("/user/get_active_stat", m{"date": "2026-01-29"}).fails(40058)
	assert.Contains(t, c.contact.get("/corp/get_join_qrcode").ok().str("join_qrcode"), "qr_size=1")
}

func TestWeComVerification(t *testing.T) {
	c := newCorp(t)
	type m = map[string]any
	c.contact.get("/user/authsucc", "userid", c.inactive.UserID).ok()
	assert.Equal(t, sim.StatusActive, c.person(c.inactive.UserID).Status)
	c.contact.get("/user/authsucc", "userid", c.inactive.UserID).ok()
	c.contact.get("/user/authsucc", "userid", "ghost").fails(60111)

	pass := func() string {
		code, err := c.srv.WeCom().OpenVerificationPage(c.staff.UserID)
		require.NoError(t, err)
		got := c.app.post("/auth/get_tfa_info", m{"code": code}).ok()
		assert.Equal(t, c.staff.UserID, got.str("userid"))
		c.app.post("/auth/get_tfa_info", m{"code": code}).fails(40029) // once
		return got.str("tfa_code")
	}
	tfaCode := pass()
	c.app.post("/user/tfa_succ", m{"userid": c.founder.UserID, "tfa_code": tfaCode}).fails(40029)
	c.app.post("/user/tfa_succ", m{"userid": c.staff.UserID, "tfa_code": tfaCode}).ok()
	c.app.post("/user/tfa_succ", m{"userid": c.staff.UserID, "tfa_code": tfaCode}).fails(40029) // once
	c.app.post("/user/tfa_succ", m{"userid": "ghost", "tfa_code": "x"}).fails(60111)
	c.app.post("/user/tfa_succ", m{"tfa_code": "x"}).fails(41009)

	late := pass()
	c.clock.advance(5 * time.Minute)
	c.app.post("/user/tfa_succ", m{"userid": c.staff.UserID, "tfa_code": late}).fails(40029)
}

// At most twenty calls of the second verification may be under way. The bubble tells when they are.
func TestWeComConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sim.New(append(small(), simtest.Checked(t))...)
		demo := s.Credentials().WeCom
		buy := httptest.NewRequest("GET", "/wecom/cgi-bin/gettoken?corpid="+demo.CorpID+"&corpsecret="+demo.AppSecret,
			nil)
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, buy)
		_, rest, _ := strings.Cut(rec.Body.String(), `"access_token":"`)
		token, _, _ := strings.Cut(rest, `"`)

		call := func(ctx context.Context) *httptest.ResponseRecorder {
			req := httptest.NewRequest("POST", "/wecom/cgi-bin/auth/get_tfa_info?access_token="+url.QueryEscape(token),
				strings.NewReader(`{"code":"x"}`))
			rec := httptest.NewRecorder()
			s.ServeHTTP(rec, req.WithContext(ctx))
			return rec
		}
		ctx, cancel := context.WithCancel(t.Context())
		s.Inject(sim.VendorWeCom, "GetTfaInfo", sim.Fault{Kind: sim.FaultHang, Times: 20})
		for range 20 {
			go call(ctx)
		}
		synctest.Wait()
		assert.Contains(t, call(t.Context()).Body.String(), `"errcode":45033`)
		cancel()
		synctest.Wait()
		assert.Contains(t, call(t.Context()).Body.String(), `"errcode":40029`)
	})
}

// Whatever the simulator shows of anybody, oddities included, is what the document says of the wire; see package
// simtest.
func TestWeComShowsEverybody(t *testing.T) {
	srv := simtest.Serve(t)
	app, provider, contact := appOf(t, srv), providerOf(t, srv), contactOf(t, srv)
	for _, c := range []*weComCaller{app, provider} {
		c.get("/user/list", "department_id", "1", "fetch_child", "1").ok()
	}
	app.get("/user/simplelist", "department_id", "1", "fetch_child", "1").ok()
	app.get("/department/list").ok()
	contact.get("/department/simplelist").ok()
	contact.post("/user/list_id", `{"limit":10000}`).ok()
	for _, p := range srv.Organisation().People()[:100] {
		app.get("/user/get", "userid", p.UserID).ok()
	}
}
