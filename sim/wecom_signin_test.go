package sim_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const backTo = "https://portal.example.com/back?keep=1"

// inApp is the query of the page in WeCom's own app.
func (c *corp) inApp(more ...string) url.Values {
	query := url.Values{"appid": {c.srv.Credentials().WeCom.CorpID}, "redirect_uri": {backTo},
		"response_type": {"code"},
		"scope":         {"snsapi_base"}, "state": {"s-1"}, "agentid": {"1000002"}}
	for i := 0; i+1 < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	return query
}

func TestWeComSignInInTheApp(t *testing.T) {
	c := newCorp(t)
	const page = "/wecom/connect/oauth2/authorize"
	status, header, text := c.open(page + "?" + c.inApp().Encode())
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, "text/html; charset=utf-8", header.Get("Content-Type"))
	assert.Contains(t, text, "Who is signing in?")
	assert.Contains(t, text, "not a member of the corp")

	back := c.browse(page, c.inApp("sim_user", c.staff.UserID))
	assert.Equal(t, "1", back.Get("keep"), "the address keeps its query")
	assert.Equal(t, "s-1", back.Get("state"))
	got := c.app.get("/auth/getuserinfo", "code", back.Get("code")).ok()
	assert.Equal(t, c.staff.UserID, got.str("userid"))
	assert.NotContains(t, got.body, "user_ticket", "nobody was asked for private fields")
	c.app.get("/auth/getuserinfo", "code", back.Get("code")).fails(40029)

	private := c.inApp("sim_user", c.staff.UserID, "scope", "snsapi_privateinfo")
	ticket := c.app.get("/auth/getuserinfo", "code", c.browse(page, private).Get("code")).ok().str("user_ticket")
	detail := map[string]any{"user_ticket": ticket}
	assert.Equal(t, c.staff.Mobile.Number, c.app.post("/auth/getuserdetail", detail).ok().str("mobile"))
	c.clock.advance(30 * time.Minute)
	c.app.post("/auth/getuserdetail", detail).fails(40029)

	c.srv.WeCom().LimitApps(nil, c.founder.Key)
	got = c.app.get("/auth/getuserinfo", "code", c.browse(page, private).Get("code")).ok()
	assert.Equal(t, c.staff.UserID, got.str("userid"), "whether or not the app may see the member")
	assert.NotContains(t, got.body, "user_ticket")

	late := c.browse(page, c.inApp("sim_user", c.staff.UserID)).Get("code")
	c.clock.advance(5 * time.Minute)
	c.app.get("/auth/getuserinfo", "code", late).fails(42003)
	c.app.get("/auth/getuserinfo", "code", "").fails(41008)

	refused := c.browse(page, c.inApp("sim_decline", "1"))
	assert.False(t, refused.Has("code"))
	assert.Equal(t, "s-1", refused.Get("state"))
	for _, who := range []string{"~outsider", "~customer"} {
		got = c.app.get("/auth/getuserinfo", "code", c.browse(page, c.inApp("sim_user", who)).Get("code")).ok()
		assert.NotEmpty(t, got.str("openid"))
		assert.NotContains(t, got.body, "userid")
		assert.Equal(t, who == "~customer", got.body["external_userid"] != nil)
	}
	gone := c.browse(page, c.inApp("sim_user", c.staff.UserID)).Get("code")
	c.contact.get("/user/delete", "userid", c.staff.UserID).ok()
	c.app.get("/auth/getuserinfo", "code", gone).fails(60111)
}

// The pages are at the root as well, and say what is wrong with their address.
func TestWeComSignInPages(t *testing.T) {
	c := newCorp(t)
	demo := c.srv.Credentials().WeCom
	web := func(more ...string) string {
		query := url.Values{"login_type": {"CorpApp"}, "appid": {demo.CorpID}, "agentid": {"1000002"},
			"redirect_uri": {backTo}, "state": {"s"}, "sim_user": {c.staff.UserID}}
		for i := 0; i+1 < len(more); i += 2 {
			query.Set(more[i], more[i+1])
		}
		return "/wwlogin/sso/login?" + query.Encode()
	}
	inApp := func(more ...string) string {
		return "/connect/oauth2/authorize?" + c.inApp(append(more, "sim_user", c.staff.UserID)...).Encode()
	}
	for target, want := range map[string]int{
		web(): http.StatusFound,
		web("login_type", "ServiceApp", "appid", demo.SuiteID): http.StatusFound,
		web("agentid", "5000000042"):                           http.StatusFound,
		web("login_type", "ServiceApp"):                        http.StatusBadRequest,
		web("login_type", ""):                                  http.StatusBadRequest,
		web("agentid", "7"):                                    http.StatusBadRequest,
		web("appid", "ww0"):                                    http.StatusBadRequest,
		web("redirect_uri", "javascript:alert(1)"):             http.StatusBadRequest,
		web("redirect_uri", "/back"):                           http.StatusBadRequest,
		web("sim_user", "ghost"):                               http.StatusBadRequest,
		web("sim_user", c.inactive.UserID):                     http.StatusBadRequest,
		inApp():                                                http.StatusFound,
		inApp("response_type", "token"):                        http.StatusBadRequest,
		inApp("scope", "all"):                                  http.StatusBadRequest,
		inApp("appid", "ww0"):                                  http.StatusBadRequest,
		inApp("agentid", "7"):                                  http.StatusBadRequest,
	} {
		status, _, text := c.open(target)
		assert.Equal(t, want, status, "%s: %s", target, text)
	}
	provider := c.browse("/wwlogin/sso/login", url.Values{"login_type": {"CorpApp"}, "appid": {demo.CorpID},
		"agentid": {"5000000042"}, "redirect_uri": {backTo}, "sim_user": {c.staff.UserID}}).Get("code")
	c.app.get("/auth/getuserinfo", "code", provider).fails(40029)
	c.provider.get("/auth/getuserinfo", "code", provider).ok()
}
