package sim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// send calls an operation of the new host with any method.
func (c *dingCaller) send(method, path string, body any) dingReply {
	c.t.Helper()
	return c.call(method, path, nil, http.Header{"x-acs-dingtalk-access-token": {c.token}}, body)
}

// at is a member of the answer, by the names on the way to it.
func (r dingReply) at(names ...string) any {
	r.t.Helper()
	var value any = r.body
	for _, name := range names {
		object, ok := value.(map[string]any)
		require.True(r.t, ok, "%s in %s", name, r.text)
		value = object[name]
	}
	return value
}

// intAt is a member that is a number.
func (r dingReply) intAt(name string) int64 {
	r.t.Helper()
	return dingNumber(r.t, r.at(name))
}

func dingNumber(t *testing.T, value any) int64 {
	t.Helper()
	number, ok := value.(json.Number)
	require.True(t, ok, "%v", value)
	n, err := number.Int64()
	require.NoError(t, err)
	return n
}

// userToken trades a code or refresh token in, as the internal app.
func (c *dingCaller) userToken(grant, name, value string) dingReply {
	c.t.Helper()
	demo := c.srv.Credentials().DingTalk
	return c.call(http.MethodPost, "/v1.0/oauth2/userAccessToken", nil, nil, dingObject{"clientId": demo.AppKey,
		"clientSecret": demo.AppSecret, "grantType": grant, name: value})
}

func (c *dingCaller) byCode(code string) dingReply {
	c.t.Helper()
	return c.userToken("authorization_code", "code", code)
}

// as is a caller with the token of a person.
func (c *dingCorp) as(p sim.Person) *dingCaller {
	c.Helper()
	code, err := c.srv.DingTalk().Authorize(p.UserID)
	require.NoError(c, err)
	return &dingCaller{t: c.T, srv: c.srv, token: c.app.byCode(code).done().str("accessToken")}
}

// owned makes a member whose account belongs to the corp.
func (c *dingCorp) owned() string {
	c.Helper()
	c.app.post("/topapi/v2/user/create", dingObject{"userid": "owned", "name": "专属", "dept_id_list": "1",
		"mobile": "13900001234", "exclusive_account": true, "exclusive_account_type": "dingtalk",
		"login_id": "owned01", "init_password": "made-up-1"}).fine()
	return "owned"
}

// role is the first role that the corp has made itself and somebody has, and its id at DingTalk.
func (c *dingCorp) role() (sim.Group, int64) {
	c.Helper()
	for _, g := range c.srv.Organisation().Groups(sim.Role) {
		if len(g.People) > 2 {
			return g, 7000 + int64(g.Key)
		}
	}
	require.Fail(c, "nobody has a role")
	return sim.Group{}, 0
}

const dingOwnGroup = 7000 // of the roles that the corp has made itself

func dingTalkPeopleCases() map[string]dingCase {
	top := func(code int) func(dingReply) dingReply { return func(r dingReply) dingReply { return r.errs(code) } }
	refused := func(status int, code string) func(dingReply) dingReply {
		return func(r dingReply) dingReply { return r.refused(status, code) }
	}
	post := func(path string, body func(*dingCorp) any) func(*dingCorp) dingReply {
		return func(c *dingCorp) dingReply { return c.app.post(path, body(c)) }
	}
	send := func(method, path string, body func(*dingCorp) any) func(*dingCorp) dingReply {
		return func(c *dingCorp) dingReply { return c.app.send(method, path, body(c)) }
	}
	fixed := func(body dingObject) func(*dingCorp) any { return func(*dingCorp) any { return body } }
	withRole := func(name string, more dingObject) func(*dingCorp) any {
		return func(c *dingCorp) any {
			_, role := c.role()
			body := dingObject{name: role}
			for key, value := range more {
				body[key] = value
			}
			return body
		}
	}
	account := func(c *dingCorp) any { return dingObject{"userId": c.owned()} }
	own := func(c *dingCorp) any { return dingObject{"userId": c.staff.UserID} }
	const accounts, hide, restrictions, fields = "/v1.0/contact/orgAccounts/", "/v1.0/contact/contactHideSettings",
		"/v1.0/contact/restrictions/settings", "/v1.0/contact/staffAttributes/visibilitySettings"
	return map[string]dingCase{
		"getUserToken": {
			good: func(c *dingCorp) dingReply {
				code, err := c.srv.DingTalk().Authorize(c.staff.UserID)
				require.NoError(c, err)
				return c.app.byCode(code)
			},
			bad:   func(c *dingCorp) dingReply { return c.app.byCode("unknown") },
			fails: refused(400, "invalidParameter.authCode.notFound"),
		},
		"getContactUser": {
			good:  func(c *dingCorp) dingReply { return c.as(c.staff).newHost("/v1.0/contact/users/me", nil, nil) },
			bad:   func(c *dingCorp) dingReply { return c.as(c.staff).newHost("/v1.0/contact/users/ghost", nil, nil) },
			fails: refused(404, "invalidParameter.user.notFound"),
		},
		"listRoles": {
			good:  post("/topapi/role/list", fixed(dingObject{"offset": 0, "size": 200})),
			bad:   post("/topapi/role/list", fixed(dingObject{"offset": 0, "size": 201})),
			fails: top(40069),
		},
		"listRoleMembers": {
			good:  post("/topapi/role/simplelist", withRole("role_id", dingObject{"offset": 0, "size": 100})),
			bad:   post("/topapi/role/simplelist", fixed(dingObject{"role_id": 1})),
			fails: top(33011),
		},
		"getRole": {
			good:  post("/topapi/role/getrole", withRole("roleId", nil)),
			bad:   post("/topapi/role/getrole", fixed(dingObject{"roleId": 1})),
			fails: top(33011),
		},
		"getRoleGroup": {
			good:  post("/topapi/role/getrolegroup", fixed(dingObject{"group_id": dingOwnGroup})),
			bad:   post("/topapi/role/getrolegroup", fixed(dingObject{"group_id": 1})),
			fails: top(400002),
		},
		"createRole": {
			good:  post("/role/add_role", fixed(dingObject{"roleName": "质检员", "groupId": dingOwnGroup})),
			bad:   post("/role/add_role", fixed(dingObject{"roleName": "质检员", "groupId": dingOwnGroup})),
			fails: top(34021),
		},
		"updateRole": {
			good:  post("/role/update_role", withRole("roleId", dingObject{"roleName": "改名"})),
			bad:   post("/role/update_role", withRole("roleId", dingObject{"roleName": ""})),
			fails: top(660000),
		},
		"deleteRole": {
			good: func(c *dingCorp) dingReply {
				made := c.app.post("/role/add_role", dingObject{"roleName": "临时", "groupId": dingOwnGroup}).fine()
				return c.app.post("/topapi/role/deleterole", dingObject{"role_id": made.intAt("roleId")})
			},
			bad:   post("/topapi/role/deleterole", fixed(dingObject{"role_id": 33})),
			fails: top(23004),
		},
		"createRoleGroup": {
			good:  post("/role/add_role_group", fixed(dingObject{"name": "生产岗位"})),
			bad:   post("/role/add_role_group", fixed(dingObject{"name": ""})),
			fails: top(40035),
		},
		"addRolesToUsers": {
			good: func(c *dingCorp) dingReply {
				_, role := c.role()
				return c.app.post("/topapi/role/addrolesforemps",
					dingObject{"roleIds": id(role), "userIds": c.staff.UserID})
			},
			bad: func(c *dingCorp) dingReply {
				_, role := c.role()
				return c.app.post("/topapi/role/addrolesforemps", dingObject{"roleIds": id(role), "userIds": "ghost"})
			},
			fails: top(33012),
		},
		"removeRolesFromUsers": {
			good: func(c *dingCorp) dingReply {
				_, role := c.role()
				return c.app.post("/topapi/role/removerolesforemps",
					dingObject{"roleIds": id(role), "userIds": c.staff.UserID + "," + c.founder.UserID})
			},
			bad:   post("/topapi/role/removerolesforemps", fixed(dingObject{"roleIds": "33", "userIds": "x"})),
			fails: top(33011),
		},
		"setRoleScope": {
			good: func(c *dingCorp) dingReply {
				group, role := c.role()
				p, _ := c.srv.Organisation().Person(group.People[0])
				return c.app.post("/topapi/role/scope/update", dingObject{"userid": p.UserID, "role_id": role,
					"dept_ids": id(c.full.DingTalkID)})
			},
			bad:   post("/topapi/role/scope/update", withRole("role_id", dingObject{"userid": "ghost"})),
			fails: top(46004),
		},
		"listOnJobEmployees": {
			good: post("/topapi/smartwork/hrm/employee/queryonjob",
				fixed(dingObject{"status_list": "2,3,5,-1", "offset": 0, "size": 50})),
			bad: post("/topapi/smartwork/hrm/employee/queryonjob",
				fixed(dingObject{"status_list": "9", "offset": 0, "size": 50})),
			fails: top(400002),
		},
		"listPreEntryEmployees": {
			good:  post("/topapi/smartwork/hrm/employee/querypreentry", fixed(dingObject{"offset": 0, "size": 50})),
			bad:   post("/topapi/smartwork/hrm/employee/querypreentry", fixed(dingObject{"offset": 0, "size": 51})),
			fails: top(400002),
		},
		"listDismissedEmployees": {
			good: func(c *dingCorp) dingReply { return c.app.newHost("/v1.0/hrm/employees/dismissions", nil, nil) },
			bad: func(c *dingCorp) dingReply {
				return c.app.newHost("/v1.0/hrm/employees/dismissions", url.Values{"maxResults": {"51"}}, nil)
			},
			fails: refused(400, "invalidParameter"),
		},
		"getDismissionInfos": {
			good: func(c *dingCorp) dingReply {
				return c.app.newHost("/v1.0/hrm/employees/dimissionInfos",
					url.Values{"userIdList": {`["\"ghost\""]`}}, nil)
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.newHost("/v1.0/hrm/employees/dimissionInfos", url.Values{"userIdList": {"[]"}}, nil)
			},
			fails: refused(400, "invalidParameter"),
		},
		"enableOrgAccount": {
			good: send(http.MethodPost, accounts+"enable", account),
			bad:  send(http.MethodPost, accounts+"enable", own), fails: refused(400, "exclusive.account.only"),
		},
		"disableOrgAccount": {
			good: send(http.MethodPost, accounts+"disable", account),
			bad:  send(http.MethodPost, accounts+"disable", own), fails: refused(400, "exclusive.account.only"),
		},
		"getOrgAccountStatus": {
			good: func(c *dingCorp) dingReply {
				return c.app.newHost(accounts+"status", url.Values{"userId": {c.owned()}}, nil)
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.newHost(accounts+"status", url.Values{"userId": {"ghost"}}, nil)
			},
			fails: refused(400, "user.not.exist"),
		},
		"signOutOrgAccount": {
			good: send(http.MethodPost, accounts+"signOut", account),
			bad:  send(http.MethodPost, accounts+"signOut", fixed(dingObject{})), fails: refused(400, "invalid.param"),
		},
		"listHideSettings": {
			good: func(c *dingCorp) dingReply { return c.app.newHost(hide, url.Values{"nextToken": {"0"}}, nil) },
			bad: func(c *dingCorp) dingReply {
				return c.app.newHost(hide, url.Values{"maxResults": {"101"}}, nil)
			},
			fails: refused(400, "parameter.error"),
		},
		"setHideSetting": {
			good: send(http.MethodPut, hide, fixed(dingObject{"name": "新项目", "objectStaffIds": []string{"a"}})),
			bad:  send(http.MethodPut, hide, fixed(dingObject{"id": 1})), fails: refused(400, "parameter.error"),
		},
		"listRestrictions": {
			good: func(c *dingCorp) dingReply { return c.app.newHost(restrictions, nil, nil) },
			bad: func(c *dingCorp) dingReply {
				return c.app.newHost(restrictions, url.Values{"maxResults": {"0"}}, nil)
			},
			fails: refused(400, "parameter.error"),
		},
		"setRestriction": {
			good: send(http.MethodPut, restrictions,
				fixed(dingObject{"type": "onlySelf", "subjectDeptIds": []int{1}})),
			bad:   send(http.MethodPut, restrictions, fixed(dingObject{"type": "nobody"})),
			fails: refused(400, "typeInvalid"),
		},
		"deleteRestriction": {
			good: func(c *dingCorp) dingReply {
				made := c.app.send(http.MethodPut, restrictions, dingObject{"type": "onlySelf",
					"subjectUserIds": []string{c.staff.UserID}}).done()
				return c.app.send(http.MethodDelete, fmt.Sprint(restrictions, "/", made.intAt("result")), nil)
			},
			bad:   func(c *dingCorp) dingReply { return c.app.send(http.MethodDelete, restrictions+"/1", nil) },
			fails: refused(400, "idInvalid"),
		},
		"listAttributeVisibility": {
			good: func(c *dingCorp) dingReply { return c.app.newHost(fields, url.Values{"nextToken": {"-1"}}, nil) },
			bad: func(c *dingCorp) dingReply {
				return c.app.newHost(fields, url.Values{"maxResults": {"101"}}, nil)
			},
			fails: refused(400, "parameter.error"),
		},
		"setAttributeVisibility": {
			good: send(http.MethodPost, fields, fixed(dingObject{"hideFields": []string{"mobile"}})),
			bad:  send(http.MethodPost, fields, fixed(dingObject{"id": 1})), fails: refused(400, "parameter.error"),
		},
		"deleteAttributeVisibility": {
			good: func(c *dingCorp) dingReply {
				made := c.app.send(http.MethodPost, fields, dingObject{"hideFields": []string{"mobile"}}).done()
				return c.app.send(http.MethodDelete, fmt.Sprint(fields, "/", made.intAt("result")), nil)
			},
			bad:   func(c *dingCorp) dingReply { return c.app.send(http.MethodDelete, fields+"/1", nil) },
			fails: refused(400, "parameter.error"),
		},
		"getSeniorSettings": {
			good: func(c *dingCorp) dingReply {
				return c.app.newHost("/v1.0/contact/seniorSettings", url.Values{"seniorStaffId": {c.staff.UserID}}, nil)
			},
			bad: func(c *dingCorp) dingReply {
				return c.app.newHost("/v1.0/contact/seniorSettings", url.Values{"seniorStaffId": {"ghost"}}, nil)
			},
			fails: refused(500, "parameter.userNotExists"),
		},
	}
}

func TestDingTalkRolesAreTheCompanys(t *testing.T) {
	c := newDingCorp(t)
	org := c.srv.Organisation()
	shown := map[string]string{} // group by role
	for offset := 0; ; offset += 3 {
		page := c.app.post("/topapi/role/list", dingObject{"offset": offset, "size": 3}).fine().result()
		for _, g := range page["list"].([]any) {
			group := g.(map[string]any)
			for _, r := range group["roles"].([]any) {
				shown[r.(map[string]any)["name"].(string)+fmt.Sprint(group["groupId"])] = group["name"].(string)
			}
		}
		if page["hasMore"] == false {
			break
		}
	}
	for _, g := range org.Groups(sim.Role) {
		assert.Equal(t, "岗位", shown[g.Name+"7000"], g.Name)
	}
	assert.Equal(t, "默认", shown["主管理员30"])
	assert.Len(t, shown, 4+len(org.Groups(sim.Role)))

	members := func(role int64) (ids []string) {
		page := c.app.post("/topapi/role/simplelist", dingObject{"role_id": role, "offset": 0, "size": 100}).fine()
		for _, row := range page.result()["list"].([]any) {
			ids = append(ids, row.(map[string]any)["userid"].(string))
		}
		return ids
	}
	group, role := c.role()
	var want []string
	for _, key := range group.People {
		p, _ := org.Person(key)
		want = append(want, p.UserID)
	}
	assert.Equal(t, want, members(role))
	assert.Equal(t, []string{c.founder.UserID}, members(33))

	// What is written is the company's, and shows in the people's records.
	made := c.app.post("/role/add_role_group", dingObject{"name": "生产岗位"}).fine().intAt("groupId")
	fresh := c.app.post("/role/add_role", dingObject{"roleName": "质检员", "groupId": made}).fine().intAt("roleId")
	c.app.post("/topapi/role/addrolesforemps", dingObject{"roleIds": id(fresh), "userIds": c.staff.UserID}).fine()
	c.app.post("/topapi/role/addrolesforemps", dingObject{"roleIds": id(fresh), "userIds": c.staff.UserID}).fine()
	added := org.Groups(sim.Role)
	assert.Equal(t, []sim.PersonKey{c.staff.Key}, added[len(added)-1].People)
	assert.Equal(t, "质检员", added[len(added)-1].Name)
	record := c.app.post("/topapi/v2/user/get", dingObject{"userid": c.staff.UserID}).fine().result()
	assert.Contains(t, record["role_list"],
		map[string]any{"id": json.Number(id(fresh)), "name": "质检员", "group_name": "生产岗位"})
	c.app.post("/topapi/role/deleterole", dingObject{"role_id": fresh}).errs(400002)

	scope := dingObject{"userid": c.staff.UserID, "role_id": fresh, "dept_ids": id(c.full.DingTalkID)}
	c.app.post("/topapi/role/scope/update", scope).fine()
	scoped := func() any {
		page := c.app.post("/topapi/role/simplelist", dingObject{"role_id": fresh, "offset": 0, "size": 100}).fine()
		return page.at("result", "list").([]any)[0].(map[string]any)["manageScopes"]
	}
	assert.Equal(t, []any{map[string]any{"dept_id": json.Number(id(c.full.DingTalkID)), "name": c.full.Name}}, scoped())
	delete(scope, "dept_ids")
	c.app.post("/topapi/role/scope/update", scope).fine()
	assert.Nil(t, scoped())
	scope["dept_ids"] = "77"
	c.app.post("/topapi/role/scope/update", scope).errs(60003)
	scope["role_id"] = 1
	c.app.post("/topapi/role/scope/update", scope).errs(60301)

	// Whoever leaves leaves the roles.
	require.NoError(t, org.RemovePerson(c.staff.Key))
	assert.Empty(t, members(fresh))
	c.app.post("/topapi/role/deleterole", dingObject{"role_id": fresh}).fine()
	c.app.post("/topapi/role/getrole", dingObject{"roleId": fresh}).errs(33011)
	dingThirdParty(t, c.srv).post("/role/add_role_group", dingObject{"name": "x"}).errs(60011)
}

func TestDingTalkJoinersAndLeavers(t *testing.T) {
	c := newDingCorp(t)
	org := c.srv.Organisation()
	onJob := func(states string) (ids []any) {
		for offset := 0; ; {
			page := c.app.post("/topapi/smartwork/hrm/employee/queryonjob",
				dingObject{"status_list": states, "offset": offset, "size": 7}).fine().result()
			ids = append(ids, page["data_list"].([]any)...)
			next, more := page["next_cursor"]
			if !more {
				return ids
			}
			offset = int(dingNumber(t, next))
		}
	}
	assert.Len(t, onJob("2,3,5,-1"), len(org.People()))
	assert.Len(t, slices.Concat(onJob("2"), onJob("3"), onJob("-1")), len(org.People()))

	c.srv.DingTalk().ExpectToJoin("15994884216176833")
	page := c.app.post("/topapi/smartwork/hrm/employee/querypreentry", dingObject{"offset": 0, "size": 50}).fine()
	assert.Equal(t, []any{"15994884216176833"}, page.at("result", "data_list"))

	require.NoError(t, org.RemovePerson(c.staff.Key))
	require.NoError(t, org.RemovePerson(c.inactive.Key))
	first := c.app.newHost("/v1.0/hrm/employees/dismissions", url.Values{"maxResults": {"1"}}, nil).done()
	assert.Equal(t, true, first.at("hasMore"))
	second := c.app.newHost("/v1.0/hrm/employees/dismissions",
		url.Values{"maxResults": {"1"}, "nextToken": {fmt.Sprint(first.intAt("nextToken"))}}, nil).done()
	assert.Equal(t, false, second.at("hasMore"))
	assert.ElementsMatch(t, []any{c.staff.UserID, c.inactive.UserID},
		slices.Concat(first.at("userIdList").([]any), second.at("userIdList").([]any)))

	for _, list := range []string{`["\"%s\"","\"%s\""]`, `["%s","%s"]`} {
		infos := c.app.newHost("/v1.0/hrm/employees/dimissionInfos",
			url.Values{"userIdList": {fmt.Sprintf(list, c.staff.UserID, c.founder.UserID)}}, nil).done()
		rows := infos.at("result").([]any)
		require.Len(t, rows, 1, "the founder has not left")
		row := rows[0].(map[string]any)
		assert.Equal(t, c.staff.UserID, row["userId"])
		assert.EqualValues(t, 2, dingNumber(t, row["status"]))
		assert.Equal(t, c.full.Name, row["mainDeptName"])
		day := time.UnixMilli(dingNumber(t, row["lastWorkDay"]))
		assert.Less(t, c.clock.Now().Sub(day), 24*time.Hour)
	}
}

func TestDingTalkSignIn(t *testing.T) {
	c := newDingCorp(t)
	demo := c.srv.Credentials().DingTalk
	code, err := c.srv.DingTalk().Authorize(c.staff.UserID)
	require.NoError(t, err)
	got := c.app.byCode(code).done()
	assert.EqualValues(t, 7200, got.intAt("expireIn"))
	assert.NotContains(t, got.body, "corpId")
	c.app.byCode(code).refused(400, "invalidParameter.authCode.notFound")

	person := &dingCaller{t: t, srv: c.srv, token: got.str("accessToken")}
	me := person.newHost("/v1.0/contact/users/me", nil, nil).done()
	assert.Equal(t, c.staff.DingTalkUnionID, me.str("unionId"))
	assert.Equal(t, c.staff.Mobile.Number, me.str("mobile"))
	assert.NotContains(t, me.body, "userid")
	person.newHost("/v1.0/contact/users/"+c.staff.DingTalkUnionID, nil, nil).done()
	c.srv.DingTalk().Withdraw("Contact.User.mobile")
	assert.NotContains(t, person.newHost("/v1.0/contact/users/me", nil, nil).done().body, "mobile")
	c.srv.DingTalk().Withdraw("Contact.User.Read")
	person.newHost("/v1.0/contact/users/me", nil, nil).refused(403,
		"Forbidden.AccessDenied.AccessTokenPermissionDenied")
	c.srv.DingTalk().Grant("Contact.User.Read")

	// Tokens of people and of apps do not stand in for each other.
	c.app.newHost("/v1.0/contact/users/me", nil, nil).refused(400, "InvalidAuthentication")
	person.newHost("/v1.0/contact/users/search", nil, dingObject{"queryWord": "a", "offset": 0, "size": 1}).
		refused(400, "InvalidAuthentication")
	person.post("/topapi/user/count", dingObject{"only_active": true}).gateway("40014")

	next := c.app.userToken("refresh_token", "refreshToken", got.str("refreshToken")).done()
	assert.NotEqual(t, got.str("accessToken"), next.str("accessToken"))
	c.app.userToken("refresh_token", "refreshToken", got.str("refreshToken")).
		refused(400, "invalidParameter.authCode.notFound")
	c.app.userToken("refresh_token", "refreshToken", "").refused(400, "parameter.error")
	c.app.userToken("password", "code", "x").refused(400, "unsupported.grant.type")
	c.clock.advance(31 * 24 * time.Hour)
	c.app.userToken("refresh_token", "refreshToken", next.str("refreshToken")).
		refused(400, "invalidParameter.authCode.notFound")
	person.newHost("/v1.0/contact/users/me", nil, nil).refused(400, "InvalidAuthentication")

	late, err := c.srv.DingTalk().Authorize(c.staff.UserID)
	require.NoError(t, err)
	c.clock.advance(5 * time.Minute)
	c.app.byCode(late).refused(400, "invalidParameter.authCode.notFound")
	_, err = c.srv.DingTalk().Authorize("ghost")
	require.ErrorIs(t, err, sim.ErrUnknown)
	c.app.call(http.MethodPost, "/v1.0/oauth2/userAccessToken", nil, nil, dingObject{"clientId": demo.AppKey,
		"clientSecret": "wrong", "grantType": "authorization_code", "code": "x"}).
		refused(400, "invalidClientIdOrSecret")
	idle, err := c.srv.DingTalk().Authorize(c.inactive.UserID)
	require.NoError(t, err)
	c.app.byCode(idle).refused(400, "invalidParameter.authCode.notFound")
}

func TestDingTalkSignInPage(t *testing.T) {
	c := newDingCorp(t)
	demo := c.srv.Credentials().DingTalk
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	good := func() url.Values {
		return url.Values{"client_id": {demo.AppKey}, "response_type": {"code"}, "scope": {"openid"},
			"prompt": {"consent"}, "redirect_uri": {"https://portal.example.cn/callback?a=1"}, "state": {"s 1"}}
	}
	open := func(query url.Values) *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
			c.srv.DingTalkURL()+"/oauth2/auth?"+query.Encode(), nil)
		require.NoError(t, err)
		rsp, err := client.Do(req)
		require.NoError(t, err)
		t.Cleanup(func() { _ = rsp.Body.Close() })
		return rsp
	}
	back := func(query url.Values) url.Values {
		rsp := open(query)
		require.Equal(t, http.StatusFound, rsp.StatusCode)
		to, err := rsp.Location()
		require.NoError(t, err)
		assert.Equal(t, "https://portal.example.cn/callback", strings.TrimSuffix(to.String(), "?"+to.RawQuery))
		return to.Query()
	}
	rsp := open(good())
	assert.Equal(t, http.StatusOK, rsp.StatusCode)
	assert.Equal(t, "text/html; charset=utf-8", rsp.Header.Get("Content-Type"))

	query := good()
	query.Set("sim_user", c.staff.UserID)
	to := back(query)
	assert.Equal(t, "1", to.Get("a"))
	assert.Equal(t, "s 1", to.Get("state"))
	assert.Equal(t, to.Get("code"), to.Get("authCode"))
	c.app.byCode(to.Get("authCode")).done()

	// The code of one app is nothing to another.
	query.Set("client_id", demo.SuiteKey)
	query.Set("scope", "openid corpid")
	query.Set("corpId", demo.CorpID)
	other := back(query).Get("authCode")
	c.app.byCode(other).refused(400, "invalidParameter.authCode.notFound")
	sold := c.app.call(http.MethodPost, "/v1.0/oauth2/userAccessToken", nil, nil, dingObject{"clientId": demo.SuiteKey,
		"clientSecret": demo.SuiteSecret, "grantType": "authorization_code",
		"code": back(query).Get("authCode")}).done()
	assert.Equal(t, demo.CorpID, sold.str("corpId"))
	person := &dingCaller{t: t, srv: c.srv, token: sold.str("accessToken")}
	assert.Regexp(t, `^\d{3}\*+\d{4}$`, person.newHost("/v1.0/contact/users/me", nil, nil).done().str("mobile"))

	query = good()
	query.Set("sim_decline", "1")
	assert.Equal(t, url.Values{"a": {"1"}, "state": {"s 1"}, "error": {"access_denied"}}, back(query))

	for name, value := range map[string]string{"client_id": "ghost", "response_type": "token", "scope": "corpid",
		"prompt": "none", "redirect_uri": "javascript:alert(1)", "sim_user": c.inactive.UserID} {
		query = good()
		query.Set(name, value)
		assert.Equal(t, http.StatusBadRequest, open(query).StatusCode, name)
	}
}

func TestDingTalkOwnedAccounts(t *testing.T) {
	c := newDingCorp(t)
	owned := c.owned()
	locked := func() any {
		return c.app.newHost("/v1.0/contact/orgAccounts/status", url.Values{"userId": {owned}}, nil).done().
			at("disable")
	}
	assert.Equal(t, false, locked())
	c.app.send(http.MethodPost, "/v1.0/contact/orgAccounts/disable", dingObject{"userId": owned}).done()
	assert.Equal(t, true, locked())
	assert.Equal(t, sim.StatusDisabled, c.person(owned).Status)
	c.app.send(http.MethodPost, "/v1.0/contact/orgAccounts/enable", dingObject{"userId": owned}).done()
	assert.Equal(t, false, locked())
}

func TestDingTalkSettingsThatHide(t *testing.T) {
	c := newDingCorp(t)
	const path = "/v1.0/contact/contactHideSettings"
	for i := range 3 {
		c.app.send(http.MethodPut, path, dingObject{"name": fmt.Sprint("rule ", i), "active": true}).done()
	}
	first := c.app.newHost(path, url.Values{"nextToken": {"0"}, "maxResults": {"2"}}, nil).done()
	assert.Equal(t, true, first.at("hasMore"))
	second := c.app.newHost(path, url.Values{"nextToken": {fmt.Sprint(first.intAt("nextToken"))}, "maxResults": {"2"}},
		nil).done()
	assert.NotContains(t, second.body, "nextToken")
	last := second.at("list").([]any)[0].(map[string]any)
	assert.Equal(t, "rule 2", last["name"])
	c.app.send(http.MethodPut, path, dingObject{"id": last["id"], "name": "renamed"}).done()
	rest := c.app.newHost(path, url.Values{"nextToken": {fmt.Sprint(first.intAt("nextToken"))}}, nil).done()
	assert.Equal(t, "renamed", rest.at("list").([]any)[0].(map[string]any)["name"])
	c.app.send(http.MethodPut, path, dingObject{"objectDeptIds": make([]int, 51)}).refused(400, "parameter.error")

	const restrictions = "/v1.0/contact/restrictions/settings"
	for want, body := range map[string]dingObject{
		"subjectNodeEmpty":  {"type": "onlySelf"},
		"subjectNodeExceed": {"type": "onlySelf", "subjectDeptIds": make([]int, 51)},
		"excludeNodeExceed": {"type": "excludeNode", "subjectDeptIds": []int{1}, "excludeTagIds": make([]int, 51)},
		"userIdInvalid":     {"type": "onlySelf", "subjectUserIds": []string{"ghost"}},
		"idInvalid":         {"type": "onlySelf", "subjectDeptIds": []int{1}, "id": 7},
	} {
		c.app.send(http.MethodPut, restrictions, body).refused(400, want)
	}
}
