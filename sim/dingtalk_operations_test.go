package sim_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// signedQuery is the query of a call that the third-party app makes now.
func (c *dingCorp) signedQuery(secret string) url.Values {
	demo := c.srv.Credentials().DingTalk
	stamp := strconv.FormatInt(c.clock.Now().UnixMilli(), 10)
	return url.Values{
		"accessKey": {demo.SuiteKey}, "timestamp": {stamp}, "suiteTicket": {demo.SuiteTicket},
		"signature": {signDing(secret, stamp+"\n"+demo.SuiteTicket)},
	}
}

// dingCase is a call that succeeds and one that is refused.
type dingCase struct {
	good  func(c *dingCorp) dingReply
	bad   func(c *dingCorp) dingReply
	fails func(dingReply) dingReply
}

func TestDingTalkEveryOperation(t *testing.T) {
	type m = map[string]any
	demo := sim.New(small()...).Credentials().DingTalk
	token := func(c *dingCorp, path string, body any) dingReply {
		return c.app.call(http.MethodPost, path, nil, nil, body)
	}
	cases := map[string]dingCase{
		"getToken": {
			good:  func(c *dingCorp) dingReply { return c.app.gettoken(demo.AppKey, demo.AppSecret) },
			bad:   func(c *dingCorp) dingReply { return c.app.gettoken(demo.AppKey, "wrong") },
			fails: func(r dingReply) dingReply { return r.errs(40096) },
		},
		"getAppAccessToken": {
			good: func(c *dingCorp) dingReply {
				return token(c, "/v1.0/oauth2/accessToken", m{"appKey": demo.AppKey, "appSecret": demo.AppSecret})
			},
			bad: func(c *dingCorp) dingReply {
				return token(c, "/v1.0/oauth2/accessToken", m{"appKey": demo.AppKey, "appSecret": "wrong"})
			},
			fails: func(r dingReply) dingReply { return r.refused(400, "invalidClientIdOrSecret") },
		},
		"getCorpScopedToken": {
			good: func(c *dingCorp) dingReply {
				return token(c, "/v1.0/oauth2/"+demo.CorpID+"/token",
					m{"client_id": demo.AppKey, "client_secret": demo.AppSecret, "grant_type": "client_credentials"})
			},
			bad: func(c *dingCorp) dingReply {
				return token(c, "/v1.0/oauth2/nonsense/token",
					m{"client_id": demo.AppKey, "client_secret": demo.AppSecret, "grant_type": "client_credentials"})
			},
			fails: func(r dingReply) dingReply { return r.refused(500, "unknownError") },
		},
		"getSuiteToken": {
			good: func(c *dingCorp) dingReply {
				return token(c, "/service/get_suite_token",
					m{"suite_key": demo.SuiteKey, "suite_secret": demo.SuiteSecret, "suite_ticket": demo.SuiteTicket})
			},
			bad: func(c *dingCorp) dingReply {
				return token(c, "/service/get_suite_token",
					m{"suite_key": demo.SuiteKey, "suite_secret": demo.SuiteSecret, "suite_ticket": "old"})
			},
			fails: func(r dingReply) dingReply { return r.errs(40085) },
		},
		"getCorpToken": {
			good: func(c *dingCorp) dingReply {
				return c.app.call("POST", "/service/get_corp_token", c.signedQuery(demo.SuiteSecret), nil,
					m{"auth_corpid": demo.CorpID})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.call("POST", "/service/get_corp_token", c.signedQuery("wrong"), nil,
					m{"auth_corpid": demo.CorpID})
			},
			fails: func(r dingReply) dingReply { return r.errs(853004) },
		},
		"getSuiteAccessToken": {
			good: func(c *dingCorp) dingReply {
				return token(c, "/v1.0/oauth2/suiteAccessToken",
					m{"suiteKey": demo.SuiteKey, "suiteSecret": demo.SuiteSecret, "suiteTicket": demo.SuiteTicket})
			},
			bad: func(c *dingCorp) dingReply {
				return token(c, "/v1.0/oauth2/suiteAccessToken",
					m{"suiteKey": "unknown", "suiteSecret": demo.SuiteSecret, "suiteTicket": demo.SuiteTicket})
			},
			fails: func(r dingReply) dingReply { return r.refused(400, "invalidSuiteKey") },
		},
		"getCorpAccessToken": {
			good: func(c *dingCorp) dingReply {
				return token(c, "/v1.0/oauth2/corpAccessToken",
					m{"suiteKey": demo.SuiteKey, "suiteSecret": demo.SuiteSecret, "suiteTicket": demo.SuiteTicket,
						"authCorpId": demo.CorpID})
			},
			bad: func(c *dingCorp) dingReply {
				return token(c, "/v1.0/oauth2/corpAccessToken",
					m{"suiteKey": demo.SuiteKey, "suiteSecret": demo.SuiteSecret, "suiteTicket": demo.SuiteTicket,
						"authCorpId": "dingother"})
			},
			fails: func(r dingReply) dingReply { return r.refused(400, "invalidAuthInfo") },
		},

		"createUserV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/user/create",
					m{"userid": "lin.mei01", "name": "林梅", "mobile": "13900001111", "department": "[" +
						id(c.empty.DingTalkID) + "]"})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/user/create",
					m{"userid": c.staff.UserID, "name": "林梅", "mobile": "13900002222", "department": "[1]"})
			},
			fails: func(r dingReply) dingReply { return r.errs(60102) },
		},
		"updateUserV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/user/update", m{"userid": c.staff.UserID, "position": "主管"})
			},
			bad:   func(c *dingCorp) dingReply { return c.app.post("/user/update", m{"userid": "ghost"}) },
			fails: func(r dingReply) dingReply { return r.errs(60121) },
		},
		"deleteUserV1": {
			good:  func(c *dingCorp) dingReply { return c.app.get("/user/delete", "userid", c.staff.UserID) },
			bad:   func(c *dingCorp) dingReply { return c.app.get("/user/delete", "userid", c.staff.UserID) },
			fails: func(r dingReply) dingReply { return r.errs(60121) },
		},
		"getUserV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.get("/user/get", "userid", c.staff.UserID, "lang", "zh_CN")
			},
			bad:   func(c *dingCorp) dingReply { return c.app.get("/user/get", "userid", "ghost") },
			fails: func(r dingReply) dingReply { return r.errs(60121) },
		},
		"listDepartmentUsersSimpleV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.get("/user/simplelist", "department_id", id(c.full.DingTalkID))
			},
			bad:   func(c *dingCorp) dingReply { return c.app.get("/user/simplelist", "department_id", "77") },
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"listDepartmentUserIdsV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.get("/user/getDeptMember", "deptId", id(c.full.DingTalkID))
			},
			bad:   func(c *dingCorp) dingReply { return c.app.get("/user/getDeptMember", "deptId", "-7") },
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"listDepartmentUsersV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.get("/user/listbypage", "department_id", id(c.full.DingTalkID), "offset", "0", "size",
					"100")
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.get("/user/listbypage", "department_id", "1", "offset", "0", "size", "101")
			},
			fails: func(r dingReply) dingReply { return r.errs(40069) },
		},
		"getUserCountV1": {
			good:  func(c *dingCorp) dingReply { return c.app.get("/user/get_org_user_count", "onlyActive", "0") },
			bad:   func(c *dingCorp) dingReply { return c.app.get("/user/get_org_user_count", "onlyActive", "2") },
			fails: func(r dingReply) dingReply { return r.errs(40035) },
		},
		"listInactiveUsersV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/inactive/user/get", m{"query_date": "20260228", "offset": 0, "size": 100})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/inactive/user/get", m{"query_date": "2026-02-28", "offset": 0, "size": 100})
			},
			fails: func(r dingReply) dingReply { return r.errs(400002) },
		},
		"getUserIdByMobileV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.get("/user/get_by_mobile", "mobile", c.staff.Mobile.Number)
			},
			bad:   func(c *dingCorp) dingReply { return c.app.get("/user/get_by_mobile", "mobile", "13999999999") },
			fails: func(r dingReply) dingReply { return r.errs(60121) },
		},
		"getUserIdByUnionIdV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.get("/user/getUseridByUnionid", "unionid", c.staff.DingTalkUnionID)
			},
			bad:   func(c *dingCorp) dingReply { return c.app.get("/user/getUseridByUnionid", "unionid", "nobody") },
			fails: func(r dingReply) dingReply { return r.errs(60121) },
		},
		"listAdminsV1": {
			good: func(c *dingCorp) dingReply { return c.app.get("/user/get_admin") },
			bad: func(c *dingCorp) dingReply {
				return (&dingCaller{t: c.T, srv: c.srv, token: "made-up"}).get("/user/get_admin")
			},
			fails: func(r dingReply) dingReply { return r.errs(40014) },
		},
		"createDepartmentV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/department/create",
					m{"name": "质检组", "parentid": "1", "order": "3", "createDeptGroup": false})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/department/create", m{"name": "空部门", "parentid": "1"})
			},
			fails: func(r dingReply) dingReply { return r.errs(60021) },
		},
		"deleteDepartmentV1": {
			good:  func(c *dingCorp) dingReply { return c.app.get("/department/delete", "id", id(c.empty.DingTalkID)) },
			bad:   func(c *dingCorp) dingReply { return c.app.get("/department/delete", "id", "1") },
			fails: func(r dingReply) dingReply { return r.errs(60007) },
		},
		"updateDepartmentV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/department/update", m{"id": c.empty.DingTalkID, "name": "质检一组"})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/department/update", m{"id": 1, "parentid": id(c.empty.DingTalkID)})
			},
			fails: func(r dingReply) dingReply { return r.errs(60018) },
		},
		"getDepartmentV1": {
			good:  func(c *dingCorp) dingReply { return c.app.get("/department/get", "id", id(c.full.DingTalkID)) },
			bad:   func(c *dingCorp) dingReply { return c.app.get("/department/get", "id", "-7") },
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"listDepartmentsV1": {
			good:  func(c *dingCorp) dingReply { return c.app.get("/department/list", "fetch_child", "true") },
			bad:   func(c *dingCorp) dingReply { return c.app.get("/department/list", "id", "77") },
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"listSubDepartmentIdsV1": {
			good:  func(c *dingCorp) dingReply { return c.app.get("/department/list_ids", "id", "1") },
			bad:   func(c *dingCorp) dingReply { return c.app.get("/department/list_ids", "id", "one") },
			fails: func(r dingReply) dingReply { return r.errs(40009) },
		},
		"listParentDepartmentsByDepartmentV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.get("/department/list_parent_depts_by_dept", "id", id(c.full.DingTalkID))
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.get("/department/list_parent_depts_by_dept", "id", "77")
			},
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"listParentDepartmentsByUserV1": {
			good: func(c *dingCorp) dingReply {
				return c.app.get("/department/list_parent_depts", "userId", c.staff.UserID)
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.get("/department/list_parent_depts", "userid", c.staff.UserID)
			},
			fails: func(r dingReply) dingReply { return r.errs(41009) },
		},

		"createUserV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/user/create",
					m{"name": "林梅", "mobile": "13900001111", "dept_id_list": id(c.empty.DingTalkID) + ",1",
						"extension": `{"工位":"3F-12"}`})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/user/create",
					m{"name": "林梅", "mobile": c.staff.Mobile.Number, "dept_id_list": "1"})
			},
			fails: func(r dingReply) dingReply { return r.errs(60104) },
		},
		"updateUserV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/user/update", m{"userid": c.staff.UserID, "title": "主管"})
			},
			bad:   func(c *dingCorp) dingReply { return c.app.post("/topapi/v2/user/update", m{"userid": "ghost"}) },
			fails: func(r dingReply) dingReply { return r.errs(60121) },
		},
		"deleteUserV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/user/delete", m{"userid": c.staff.UserID})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/user/delete", m{"userid": c.staff.UserID})
			},
			fails: func(r dingReply) dingReply { return r.errs(33012) },
		},
		"getUserV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/user/get", m{"userid": c.staff.UserID, "language": "zh_CN"})
			},
			bad:   func(c *dingCorp) dingReply { return c.app.post("/topapi/v2/user/get", m{"userid": "ghost"}) },
			fails: func(r dingReply) dingReply { return r.errs(60121) },
		},
		"listDepartmentUsersV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/user/list", m{"dept_id": c.full.DingTalkID, "cursor": 0, "size": 100})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/user/list", m{"dept_id": c.full.DingTalkID, "cursor": 0, "size": 101})
			},
			fails: func(r dingReply) dingReply { return r.errs(400002) },
		},
		"listDepartmentUsersSimpleV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/user/listsimple", m{"dept_id": c.full.DingTalkID, "cursor": 0, "size": 1})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/user/listsimple", m{"dept_id": -7, "cursor": 0, "size": 1})
			},
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"listDepartmentUserIdsV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/user/listid", m{"dept_id": c.full.DingTalkID})
			},
			bad:   func(c *dingCorp) dingReply { return c.app.post("/topapi/user/listid", m{"dept_id": 77}) },
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"getUserIdByMobileV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/user/getbymobile", m{"mobile": c.staff.Mobile.Number})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/user/getbymobile", m{"mobile": "1390000"})
			},
			fails: func(r dingReply) dingReply { return r.errs(40104) },
		},
		"getUserIdByUnionIdV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/user/getbyunionid", m{"unionid": c.staff.DingTalkUnionID})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/user/getbyunionid", m{"unionid": "stranger"})
			},
			fails: func(r dingReply) dingReply { return r.errs(60121) },
		},
		"getUserCountV2": {
			good:  func(c *dingCorp) dingReply { return c.app.post("/topapi/user/count", m{"only_active": true}) },
			bad:   func(c *dingCorp) dingReply { return c.app.post("/topapi/user/count", m{}) },
			fails: func(r dingReply) dingReply { return r.errs(400002) },
		},
		"listAdminsV2": {
			good: func(c *dingCorp) dingReply { return c.app.post("/topapi/user/listadmin", m{}) },
			bad: func(c *dingCorp) dingReply {
				return (&dingCaller{t: c.T, srv: c.srv, token: "made-up"}).post("/topapi/user/listadmin", m{})
			},
			fails: func(r dingReply) dingReply { return r.gateway("40014") },
		},
		"listInactiveUsersV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/inactive/user/v2/get",
					m{"is_active": false, "offset": 0, "size": 2, "query_date": "20260228"})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/inactive/user/v2/get",
					m{"is_active": false, "offset": 0, "size": 2, "query_date": "20260101"})
			},
			fails: func(r dingReply) dingReply { return r.errs(400002) },
		},
		"getAdminScope": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/user/get_admin_scope", m{"userid": c.founder.UserID})
			},
			bad:   func(c *dingCorp) dingReply { return c.app.post("/topapi/user/get_admin_scope", m{"userid": ""}) },
			fails: func(r dingReply) dingReply { return r.errs(40036) },
		},
		"getUserByAuthCode": {
			good: func(c *dingCorp) dingReply {
				code, err := c.srv.DingTalk().LoginCode(c.staff.UserID)
				require.NoError(c, err)
				return c.app.post("/topapi/v2/user/getuserinfo", m{"code": code})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/user/getuserinfo", m{"code": "unknown"})
			},
			fails: func(r dingReply) dingReply { return r.errs(40078) },
		},
		"getAuthScopes": {
			good:  func(c *dingCorp) dingReply { return c.app.get("/auth/scopes") },
			bad:   func(c *dingCorp) dingReply { return (&dingCaller{t: c.T, srv: c.srv}).get("/auth/scopes") },
			fails: func(r dingReply) dingReply { return r.errs(41001) },
		},
		"createDepartmentV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/create",
					m{"name": "质检组", "parent_id": c.full.DingTalkID, "order": 3})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/create", m{"name": "质检组", "parent_id": 77})
			},
			fails: func(r dingReply) dingReply { return r.errs(60004) },
		},
		"updateDepartmentV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/update",
					m{"dept_id": c.full.DingTalkID, "dept_manager_userid_list": c.staff.UserID})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/update",
					m{"dept_id": c.empty.DingTalkID, "dept_manager_userid_list": c.staff.UserID})
			},
			fails: func(r dingReply) dingReply { return r.errs(60068) },
		},
		"deleteDepartmentV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/delete", m{"dept_id": c.empty.DingTalkID})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/delete", m{"dept_id": c.empty.DingTalkID})
			},
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"getDepartmentV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/get", m{"dept_id": c.full.DingTalkID})
			},
			bad:   func(c *dingCorp) dingReply { return c.app.post("/topapi/v2/department/get", m{"dept_id": 77}) },
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"listSubDepartmentsV2": {
			good:  func(c *dingCorp) dingReply { return c.app.post("/topapi/v2/department/listsub", m{}) },
			bad:   func(c *dingCorp) dingReply { return c.app.post("/topapi/v2/department/listsub", m{"dept_id": -1}) },
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"listSubDepartmentIdsV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/listsubid", m{"dept_id": 1})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/listsubid", m{"dept_id": 77})
			},
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"listParentDepartmentsByDepartmentV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/listparentbydept", m{"dept_id": c.full.DingTalkID})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/listparentbydept", m{"dept_id": 77})
			},
			fails: func(r dingReply) dingReply { return r.errs(60003) },
		},
		"listParentDepartmentsByUserV2": {
			good: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/listparentbyuser", m{"userid": c.staff.UserID})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.post("/topapi/v2/department/listparentbyuser", m{"userid": "ghost"})
			},
			fails: func(r dingReply) dingReply { return r.errs(60121) },
		},
		"searchUsers": {
			good: func(c *dingCorp) dingReply {
				return c.app.newHost("/v1.0/contact/users/search", nil,
					m{"queryWord": c.staff.Name, "offset": 0, "size": 10})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.newHost("/v1.0/contact/users/search", nil, m{"queryWord": "", "offset": 0, "size": 10})
			},
			fails: func(r dingReply) dingReply { return r.refused(400, "invalidParameter.param.invalid") },
		},
		"searchDepartments": {
			good: func(c *dingCorp) dingReply {
				return c.app.newHost("/v1.0/contact/departments/search", nil,
					m{"queryWord": c.full.Name, "offset": 0, "size": 10})
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.newHost("/v1.0/contact/departments/search", nil, m{"queryWord": c.full.Name, "offset": 0})
			},
			fails: func(r dingReply) dingReply { return r.refused(400, "invalidParameter.param.invalid") },
		},
		"listLeaveRecords": {
			good: func(c *dingCorp) dingReply {
				require.NoError(c, c.srv.Organisation().RemovePerson(c.staff.Key))
				return c.app.newHost("/v1.0/contact/empLeaveRecords", url.Values{
					"startTime": {c.clock.Now().Add(-time.Hour).Format(time.RFC3339)}, "maxResults": {"50"},
					"nextToken": {"0"},
				}, nil)
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.newHost("/v1.0/contact/empLeaveRecords",
					url.Values{"startTime": {"2020-01-01T00:00:00Z"}, "maxResults": {"50"}}, nil)
			},
			fails: func(r dingReply) dingReply { return r.refused(400, "invalidParameter.param.invalid") },
		},
	}

	for operation, tc := range dingTalkPeopleCases() {
		cases[operation] = tc
	}
	srv := serve(t)
	for _, operation := range srv.Operations(sim.VendorDingTalk) {
		_, ok := cases[operation]
		assert.True(t, ok, "%s: no case in sim/dingtalk_operations_test.go", operation)
	}
	assert.Equal(t, //nolint:testifylint // Len prints the cases
		len(srv.Operations(sim.VendorDingTalk)), len(cases), "a case for an operation that the document has not")

	for operation, tc := range cases {
		t.Run(operation, func(t *testing.T) {
			c := newDingCorp(t)
			before := c.srv.Calls(sim.VendorDingTalk, operation)
			good := tc.good(c)
			if good.body["errcode"] == nil {
				good.done()
			} else {
				good.fine()
			}
			switch operation {
			case "updateUserV2", "listInactiveUsersV1", "listInactiveUsersV2", "listRoles", "listRoleMembers",
				"getRole", "deleteRole", "addRolesToUsers", "removeRolesFromUsers":
				assert.NotContains(t, good.body, "errmsg", "seen without")
			default:
				if strings.HasPrefix(good.path, "/v1.0/") {
					assert.NotContains(t, good.body, "errcode")
				} else {
					assert.Equal(t, "ok", good.str("errmsg"))
				}
			}

			tc.fails(tc.bad(c))
			assert.GreaterOrEqual(t, c.srv.Calls(sim.VendorDingTalk, operation), before+2)
		})
	}
}

// Whatever the simulator shows of anybody, oddities included, is what the document says of the wire; see package
// simtest.
func TestDingTalkShowsEverybody(t *testing.T) {
	srv := simtest.Serve(t, sim.WithoutQuotas(), sim.WithDingTalkHomeSchoolDirectory())
	for name, c := range map[string]*dingCaller{"internal": dingInternal(t, srv),
		"third-party": dingThirdParty(t, srv)} {
		t.Run(name, func(t *testing.T) {
			c.t = t
			for _, p := range srv.Organisation().People()[:150] {
				c.get("/user/get", "userid", p.UserID).fine()
				c.post("/topapi/v2/user/get", map[string]any{"userid": p.UserID}).fine()
			}
			for _, d := range srv.Organisation().Departments() {
				c.get("/department/get", "id", id(d.DingTalkID)).fine()
				c.post("/topapi/v2/department/get", map[string]any{"dept_id": d.DingTalkID}).fine()
				c.post("/topapi/v2/department/listsub", map[string]any{"dept_id": d.DingTalkID}).fine()
				c.get("/department/list", "id", id(d.DingTalkID)).fine()
				c.get("/user/listbypage", "department_id", id(d.DingTalkID), "offset", "0", "size", "100").fine()
				c.post("/topapi/v2/user/list", map[string]any{"dept_id": d.DingTalkID, "cursor": 0, "size": 100}).fine()
			}
		})
	}
}
