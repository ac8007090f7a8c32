package sim_test

import (
	"net/http"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDingTalkUnknownPaths(t *testing.T) {
	srv := serve(t)
	c := &dingCaller{t: t, srv: srv, token: "secret"}
	for _, path := range []string{"/user/unknown", "/v1.0/contact/unknown", "/oauth2/corpAccessToken", "/v2/user/get"} {
		got := c.post(path, map[string]any{})
		require.Equal(t, http.StatusOK, got.status, path)
		assert.JSONEq(t, `{"errcode":404,"errmsg":"请求的URI地址不存在"}`, got.text, path)
	}
	top := c.post("/topapi/v2/user/gett", map[string]any{})
	require.Equal(t, http.StatusOK, top.status)
	assert.Equal(t, []string{"errcode", "errmsg", "request_id", "sub_msg"}, dingKeys(top.body), "no sub_code")
	assert.Equal(t, 22, top.code())
	assert.Equal(t, "Invalid method[submsg="+top.str("sub_msg")+"]", top.str("errmsg"))
	assert.Equal(t, 5, srv.Calls(sim.VendorDingTalk, ""))
	assert.Equal(t, 200, srv.Requests(sim.VendorDingTalk)[0].Status)
	assert.Equal(t, []string{"[removed]"}, srv.Requests(sim.VendorDingTalk)[0].Query["access_token"])
}

func TestDingTalkWrongMethods(t *testing.T) {
	c := newDingCorp(t)
	c.app.post("/user/delete", map[string]any{"userid": c.staff.UserID}).errs(43001)
	c.app.get("/user/create").errs(43002)
	c.app.get("/topapi/v2/user/delete").errs(43002)
	c.app.newHost("/v1.0/contact/departments/search", nil, nil).refused(404, "InvalidAction.NotFound")
	head := c.app.call(http.MethodHead, "/user/delete",
		map[string][]string{"access_token": {c.app.token}, "userid": {c.staff.UserID}}, nil, nil)
	assert.Equal(t, http.StatusOK, head.status)
	c.person(c.staff.UserID)
}

func TestDingTalkBodies(t *testing.T) {
	c := newDingCorp(t)
	query := map[string][]string{"access_token": {c.app.token}}
	plain := func(contentType, body string) dingReply {
		header := http.Header{}
		if contentType != "" {
			header.Set("Content-Type", contentType)
		} else {
			header["Content-Type"] = nil
		}
		return c.app.call(http.MethodPost, "/user/update", query, header, body)
	}
	update := `{"userid":"` + c.staff.UserID + `"}`
	plain("", update).errs(43004)
	plain("text/plain", update).errs(43005)
	plain("application/x-www-form-urlencoded", "userid="+c.staff.UserID).errs(43005)
	plain("application/json", "").errs(44002)
	plain("application/json", "[]").errs(43009)
	plain("application/json", "{").errs(47001)
	plain("application/json; charset=utf-8", update).fine()
	plain("application/json", `{"userId":"`+c.staff.UserID+`"}`).errs(41009) // names count letter by letter
	plain("application/json", `{"userid":"`+c.staff.UserID+`","isHide":"true"}`).fine()
	assert.True(t, c.person(c.staff.UserID).MobileHidden, "quoted flags are taken")
	plain("application/json", `{"userid":"`+c.staff.UserID+`","isHide":"yes"}`).errs(40035)

	top := func(contentType, body string) dingReply {
		return c.app.call(http.MethodPost, "/topapi/v2/user/list", query, http.Header{"Content-Type": {contentType}},
			body)
	}
	top("application/x-www-form-urlencoded", "dept_id=1&cursor=0&size=10").fine()
	top("application/x-www-form-urlencoded", "dept_id=one&cursor=0&size=10").errs(400002)
	top("application/json", `{"dept_id":"1","cursor":0,"size":10}`).fine()
	top("application/json", "{").errs(400002)
	top("text/plain", `{"dept_id":1,"cursor":0,"size":10}`).errs(400002)
	c.app.call(http.MethodPost, "/topapi/user/listadmin", query, nil, nil).fine()
	lists := c.app.call(http.MethodPost, "/topapi/v2/user/update", query,
		http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		"userid="+c.staff.UserID+`&dept_order_list=[{"dept_id":`+id(c.full.DingTalkID)+`,"order":5}]`)
	lists.fine()
	in, _ := new(c.person(c.staff.UserID)).In(c.full.Key)
	assert.EqualValues(t, 5, in.DingTalkOrder)

	search := func(contentType, body string) dingReply {
		return c.app.call(http.MethodPost, "/v1.0/contact/users/search", nil,
			http.Header{"Content-Type": {contentType}, "x-acs-dingtalk-access-token": {c.app.token}}, body)
	}
	search("application/x-www-form-urlencoded", "queryWord=a&offset=0&size=1").refused(400, "Missingbody")
	search("application/json", "{").refused(400, "invalidParameter.param.invalid")
	search("application/json", `{"queryWord":"a","offset":"0","size":1}`).refused(400, "invalidParameter.param.invalid")
}
