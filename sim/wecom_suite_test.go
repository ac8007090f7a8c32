package sim_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWeComSuite(t *testing.T) {
	c := newCorp(t)
	type m = map[string]any
	demo := c.srv.Credentials().WeCom

	newer := c.srv.WeCom().PushSuiteTicket()
	c.suiteToken(newer).ok()
	c.suiteToken(demo.SuiteTicket).ok()
	c.clock.advance(30 * time.Minute)
	c.suiteToken(demo.SuiteTicket).fails(40085)
	token := c.suiteToken(newer).ok().str("suite_access_token")
	c.app.post("/service/get_suite_token", m{"suite_id": "ww0", "suite_secret": demo.SuiteSecret,
		"suite_ticket": newer}).fails(40083)
	c.app.post("/service/get_suite_token", m{"suite_id": demo.SuiteID, "suite_secret": "x",
		"suite_ticket": newer}).fails(40080)
	c.app.post("/service/get_suite_token", m{"suite_id": demo.SuiteID, "suite_secret": demo.SuiteSecret}).fails(41023)

	call := func(path string, body any) reply {
		return c.app.raw("POST", path, url.Values{"suite_access_token": {token}}, asJSON(t, body))
	}
	c.app.post("/service/get_corp_token", c.permanent()).fails(41022)
	c.app.get("/user/get", "userid", c.staff.UserID).ok()
	c.app.raw("GET", "/user/get", url.Values{"access_token": {token}, "userid": {"x"}}, "").fails(40014)

	code := c.srv.WeCom().InstallSuite()
	installed := call("/service/v2/get_permanent_code", m{"auth_code": code}).ok()
	call("/service/v2/get_permanent_code", m{"auth_code": code}).fails(40078)
	call("/service/get_corp_token", c.permanent()).fails(40084)
	own := m{"auth_corpid": demo.CorpID, "permanent_code": installed.str("permanent_code")}
	app := &weComCaller{t: t, srv: c.srv, token: call("/service/get_corp_token", own).ok().str("access_token")}
	late := c.srv.WeCom().InstallSuite()
	c.clock.advance(10 * time.Minute)
	call("/service/v2/get_permanent_code", m{"auth_code": late}).fails(40078)

	// A third-party app knows people by ids of its own, and has no names and no private fields.
	app.get("/user/get", "userid", c.staff.UserID).fails(60111)
	who := app.get("/user/get", "userid", c.staff.WeComOpenUserID).ok()
	assert.Equal(t, c.staff.WeComOpenUserID, who.str("userid"))
	assert.Equal(t, c.staff.WeComOpenUserID, who.str("name"))
	assert.Equal(t, c.staff.WeComOpenUserID, who.str("open_userid"))
	assert.NotContains(t, who.body, "mobile")
	list := app.get("/user/simplelist", "department_id", "1", "fetch_child", "1").ok().text
	assert.NotContains(t, list, c.staff.Name)
	assert.NotContains(t, app.get("/department/list").ok().text, c.full.Name)
	app.post("/user/list_id", m{"limit": 10}).fails(48002)
	app.post("/user/update", m{"userid": c.staff.WeComOpenUserID, "position": "x"}).fails(48002)

	var tags struct {
		List []json.RawMessage `json:"taglist"`
	}
	app.get("/tag/list").ok().decode(&tags)
	assert.Empty(t, tags.List, "others' tags are not its business")
	app.get("/tag/get", "tagid", "1").fails(60011)
	made := app.post("/tag/create", m{"tagname": "第三方的"}).ok().body["tagid"]
	app.post("/tag/addtagusers", m{"tagid": made, "userlist": []string{c.staff.WeComOpenUserID}}).ok()
	app.get("/tag/list").ok().decode(&tags)
	assert.Len(t, tags.List, 1)

	var info struct {
		Auth struct {
			Agents []struct {
				ID        int64 `json:"agentid"`
				Privilege struct {
					Users   []string `json:"allow_user"`
					Parties []int64  `json:"allow_party"`
				} `json:"privilege"`
			} `json:"agent"`
		} `json:"auth_info"`
	}
	call("/service/v2/get_auth_info", own).ok().decode(&info)
	require.Len(t, info.Auth.Agents, 1)
	assert.Equal(t, []int64{1}, info.Auth.Agents[0].Privilege.Parties)
	app.get("/agent/get", "agentid", id(info.Auth.Agents[0].ID)).ok()
	c.srv.WeCom().LimitApps(nil, c.staff.Key)
	call("/service/v2/get_auth_info", own).ok().decode(&info)
	assert.Equal(t, []string{c.staff.WeComOpenUserID}, info.Auth.Agents[0].Privilege.Users)

	c.clock.advance(2 * time.Hour)
	call("/service/get_corp_token", own).fails(42009)
	app.get("/agent/get", "agentid", id(demo.SuiteAgentID)).fails(42001)
}
