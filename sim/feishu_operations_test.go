package sim_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every operation of the document succeeds once, conforms to the document, and refuses a bad token or bad credentials.
func TestFeishuEveryOperation(t *testing.T) {
	c := newFeishuApp(t)
	c.seen = map[string]bool{}
	demo := c.srv.Credentials().Feishu
	people := feishuPeople(t, c.srv)
	staff, full := people.staff, people.full
	code, err := c.srv.Feishu().Authorize(staff.UserID, sim.FeishuConsent{})
	require.NoError(t, err)
	sid, err := c.srv.Feishu().SignIn(staff.UserID, 1)
	require.NoError(t, err)

	app := feishuObject{"app_id": demo.AppID, "app_secret": demo.AppSecret}
	store := feishuObject{"app_id": demo.StoreAppID, "app_secret": demo.StoreAppSecret,
		"app_ticket": demo.StoreAppTicket}
	c.call("getTenantAccessTokenInternal", app).ok()
	c.call("getAppAccessTokenInternal", app).ok()
	appToken := c.call("getAppAccessToken", store).ok().str("app_access_token")
	c.call("getTenantAccessToken", feishuObject{"app_access_token": appToken, "tenant_key": demo.TenantKey}).ok()
	c.call("resendAppTicket", store).ok()
	user := c.as(c.exchange(feishuObject{"grant_type": "authorization_code", "code": code}).ok().str("access_token"))
	user.call("getUserInfo").ok()
	c.call("getJsapiTicket").ok()

	created := c.call("createUser", feishuObject{"name": "林悦", "mobile": "13900000001",
		"department_ids": []string{full.FeishuOpenID}, "employee_type": 1}).ok()
	id, _ := created.at("data", "user", "open_id").(string)
	c.call("listUsers", query("department_id", full.FeishuOpenID)).ok()
	c.call("getUser", id).ok()
	c.call("patchUser", id, feishuObject{"name": "林月"}).ok()
	c.call("replaceUser", id, feishuObject{"name": "林月", "mobile": "13900000001",
		"department_ids": []string{full.FeishuOpenID}, "employee_type": 1}).ok()
	assert.Equal(t, feishuObject{}, c.call("updateUserId", id, feishuObject{"new_user_id": "linyue"}).ok().at("data"))
	assert.Equal(t, feishuObject{}, c.call("deleteUser", id, feishuObject{}).ok().at("data"))
	assert.Equal(t, feishuObject{}, c.call("resurrectUser", id, feishuObject{}).ok().at("data"))
	c.call("batchGetUserIds", feishuObject{"emails": []string{staff.Email}}).ok()
	c.call("batchGetUsers", query("user_ids", id)).ok()
	c.call("listUsersByDepartment", query("department_id", "0")).ok()
	c.call("batchGetUserBasics", feishuObject{"user_ids": []string{id}}).ok()
	user.call("searchUsersV3", feishuObject{"query": "林"}).ok()
	user.call("searchUsers", query("query", "林")).ok()
	c.call("convertUnionIds", query("union_ids", staff.FeishuUnionID)).ok()
	assert.Equal(t, feishuObject{}, c.call("logoutUser", feishuObject{"logout_type": 3, "sid": sid}).ok().at("data"))

	dept, _ := c.call("createDepartment", feishuObject{"name": "新", "parent_department_id": "0",
		"create_group_chat": true}).ok().at("data", "department", "open_department_id").(string)
	c.call("listDepartments").ok()
	c.call("getDepartment", dept).ok()
	c.call("patchDepartment", dept, feishuObject{"name": "更新"}).ok()
	c.call("replaceDepartment", dept, feishuObject{"name": "更新", "parent_department_id": "0"}).ok()
	c.call("listDepartmentChildren", "0", query("fetch_child", "true")).ok()
	c.call("updateDepartmentId", dept, feishuObject{"new_department_id": "new-one"}).ok()
	c.call("batchGetDepartments", query("department_ids", dept)).ok()
	c.call("listDepartmentParents", query("department_id", dept)).ok()
	user.call("searchDepartments", feishuObject{"query": "更新"}).ok()
	c.call("unbindDepartmentChat", feishuObject{"department_id": dept}).ok()
	c.call("deleteDepartment", dept).ok()
	c.call("listScopes").ok()
	c.call("listAppScopes").ok()
	c.call("listEmployeeTypeEnums").ok()
	c.call("listCustomAttrs").ok()

	c.everyGroup(people)
	c.everyRecord(people)
	c.everyEmployee(people)

	bad := c.as("t-bad")
	for _, id := range c.srv.Operations(sim.VendorFeishu) {
		assert.True(t, c.seen[id], "%s was never answered with a success", id)
		op := feishuOperation(t, id)
		if len(op.Security) > 0 {
			bad.call(id, "x").fails(400, 99991663)
			c.as("").call(id, "x").fails(400, 99991661)
		}
	}
	assert.Len(t, c.seen, 99)
}

// What one vendor changes, all others see.
func TestFeishuSharesTheOrganisation(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	people := feishuPeople(t, c.srv)
	weCom := contactOf(t, c.srv)
	weCom.get("/user/delete", "userid", people.staff.UserID).ok()
	assert.Equal(t, true, c.call("getUser", people.staff.FeishuOpenID).ok().at("data", "user", "status", "is_resigned"))

	c.call("deleteUser", people.frozen.FeishuOpenID, feishuObject{}).ok()
	weCom.get("/user/delete", "userid", people.frozen.UserID).fails(60111)

	full, _ := c.srv.Organisation().Department(people.full.Key)
	c.call("patchDepartment", full.FeishuOpenID, feishuObject{"name": "两边一样"}).ok()
	assert.Contains(t, appOf(t, c.srv).get("/department/get", "id", id(full.WeComID)).ok().text, "两边一样")
}

func TestFeishuConcurrency(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	full := feishuPeople(t, c.srv).full
	before := len(org.People())
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			body := feishuObject{"name": "林悦", "mobile": "13900000001", "department_ids": []string{full.FeishuOpenID},
				"employee_type": 1}
			switch i % 4 {
			case 0: // the same call, sent again and again
				c.call("createUser", query("client_token", "once"), body).ok()
			case 1:
				c.walk(50)
			case 2:
				feishuAppOf(t, c.srv)
			case 3:
				c.call("patchDepartment", full.FeishuOpenID, feishuObject{"order": "7"}).ok()
			}
		})
	}
	wg.Wait()
	assert.Len(t, org.People(), before+1, "once")
	assert.Equal(t, 1, c.srv.TokensIssued(sim.VendorFeishu))
}

func TestFeishuBodies(t *testing.T) {
	c := newFeishuApp(t)
	staff := feishuPeople(t, c.srv).staff
	c.call("patchUser", staff.FeishuOpenID, rawBody(`{"name":"x"}`),
		http.Header{"Content-Type": {"text/plain"}}).fails(400, 99992402)
	c.call("patchUser", staff.FeishuOpenID, rawBody(`{"name":`)).fails(400, 99992402)
	c.call("patchUser", staff.FeishuOpenID, rawBody(`null`)).fails(400, 99992402)

	// Raw UTF-8, with <, > and & as they are.
	got := c.call("patchUser", staff.FeishuOpenID, rawBody(`{"name":"\u6797<b>&\\u003c","unknown_member":1}`)).ok()
	assert.Contains(t, got.text, `"name":"林<b>&\\u003c"`)
	assert.True(t, strings.HasSuffix(got.text, `,"msg":"success"}`))
	assert.Equal(t, `林<b>&\u003c`, c.person(staff.FeishuOpenID).Name)
}
