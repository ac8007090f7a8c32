package sim_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// intAt reads a whole number of an answer.
func (r feishuReply) intAt(path ...string) int {
	r.t.Helper()
	n, ok := r.at(path...).(interface{ Int64() (int64, error) })
	require.True(r.t, ok, "%v in %s", path, r.text)
	i, err := n.Int64()
	require.NoError(r.t, err)
	return int(i)
}

func TestFeishuTokenRefusals(t *testing.T) {
	c := (&feishuCaller{t: t, srv: serve(t)})
	demo := c.srv.Credentials().Feishu
	for _, op := range []string{"getTenantAccessTokenInternal", "getAppAccessTokenInternal"} {
		ask := func(id, secret string) feishuReply {
			return c.call(op, feishuObject{"app_id": id, "app_secret": secret})
		}
		got := ask(demo.AppID, "wrong").fails(200, 10014)
		assert.Equal(t, "app secret invalid", got.str("msg"))
		assert.Equal(t, feishuObject{}, got.at("data"))
		assert.Equal(t, "app id not exists", ask("cli_unknown", demo.AppSecret).fails(200, 10014).str("msg"))
		ask("app", demo.AppSecret).fails(200, 10003)
		ask(demo.AppID, "").fails(200, 10003)
		ask(demo.StoreAppID, demo.StoreAppSecret).fails(200, 10014)
		c.call(op, rawBody("{")).fails(200, 10003)
		c.call(op, rawBody(`{"app_id":7}`)).fails(200, 10003)
		c.call(op, rawBody("app_id=x"), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}).fails(200,
			10003)
	}
	assert.Zero(t, c.srv.TokensIssued(sim.VendorFeishu))
}

// While 30 minutes or more are left, the same token is answered with what is left of it; below that a new one, and both
// are good.
func TestFeishuTokenOverlap(t *testing.T) {
	k := newClock()
	c := &feishuCaller{t: t, srv: serve(t, sim.WithClock(k.Now))}
	demo := c.srv.Credentials().Feishu
	ask := func() feishuReply {
		return c.call("getTenantAccessTokenInternal",
			feishuObject{"app_id": demo.AppID, "app_secret": demo.AppSecret}).ok()
	}
	works := func(token string) { c.as(token).call("getDepartment", "0").ok() }
	first := ask()
	token := first.str("tenant_access_token")
	assert.Regexp(t, "^t-", token)
	assert.Equal(t, 7200, first.intAt("expire"))
	assert.Equal(t, "ok", first.str("msg"))
	assert.NotContains(t, first.body, "data")

	k.advance(90 * time.Minute)
	again := ask()
	assert.Equal(t, token, again.str("tenant_access_token"), "30 minutes are left")
	assert.Equal(t, 1800, again.intAt("expire"))

	k.advance(time.Second)
	next := ask()
	assert.NotEqual(t, token, next.str("tenant_access_token"))
	assert.Equal(t, 7200, next.intAt("expire"))
	works(token)
	works(next.str("tenant_access_token"))

	app := c.call("getAppAccessTokenInternal", feishuObject{"app_id": demo.AppID, "app_secret": demo.AppSecret}).ok()
	assert.Equal(t, next.str("tenant_access_token"), app.str("app_access_token"))
	assert.Equal(t, next.str("tenant_access_token"), app.str("tenant_access_token"))

	k.advance(1799 * time.Second)
	c.as(token).call("getDepartment", "0").fails(400, 99991663)
	works(next.str("tenant_access_token"))
	assert.Equal(t, 2, c.srv.TokensIssued(sim.VendorFeishu))

	c.srv.RevokeTokens(sim.VendorFeishu)
	c.as(next.str("tenant_access_token")).call("getDepartment", "0").fails(400, 99991663)
	works(ask().str("tenant_access_token"))
}

func TestFeishuTokenLifetimeOption(t *testing.T) {
	k := newClock()
	c := newFeishuApp(t, sim.WithClock(k.Now), sim.WithTokenLifetime(sim.VendorFeishu, time.Minute))
	k.advance(45 * time.Second)
	assert.Equal(t, c.token, feishuAppOf(t, c.srv).token)
	k.advance(time.Second)
	assert.NotEqual(t, c.token, feishuAppOf(t, c.srv).token)
}

func TestFeishuStoreApp(t *testing.T) {
	c := &feishuCaller{t: t, srv: serve(t)}
	demo := c.srv.Credentials().Feishu
	app := func(id, secret, ticket string) feishuReply {
		return c.call("getAppAccessToken", feishuObject{"app_id": id, "app_secret": secret, "app_ticket": ticket})
	}
	app(demo.StoreAppID, demo.StoreAppSecret, "old").fails(200, 10012)
	app(demo.StoreAppID, "wrong", demo.StoreAppTicket).fails(200, 10014)
	app(demo.AppID, demo.AppSecret, demo.StoreAppTicket).fails(200, 10014)
	appToken := app(demo.StoreAppID, demo.StoreAppSecret, demo.StoreAppTicket).ok().str("app_access_token")
	assert.Regexp(t, "^a-", appToken)

	tenant := func(token, key string) feishuReply {
		return c.call("getTenantAccessToken", feishuObject{"app_access_token": token, "tenant_key": key})
	}
	tenant("a-wrong", demo.TenantKey).fails(200, 99991664)
	tenant(appToken, "somebody else").fails(200, 10005)
	token := tenant(appToken, demo.TenantKey).ok().str("tenant_access_token")

	store := c.as(token)
	store.call("getDepartment", "0").ok()
	store.call("createUser", feishuObject{"name": "x"}).fails(400, 99991676)
	c.as(appToken).call("getDepartment", "0").fails(400, 99991663)

	resend := func(id, secret string) feishuReply {
		return c.call("resendAppTicket", feishuObject{"app_id": id, "app_secret": secret})
	}
	resend(demo.StoreAppID, demo.StoreAppSecret).ok()
	resend(demo.AppID, demo.AppSecret).fails(200, 10016)
	resend(demo.AppID, "wrong").fails(200, 10014)
}

func TestFeishuTokensInRequests(t *testing.T) {
	c := newFeishuApp(t)
	staff := feishuPeople(t, c.srv).staff
	user := c.user(staff.UserID)
	c.as("").call("getDepartment", "0").fails(400, 99991661)
	c.as("").call("getDepartment", "0", query("access_token", c.token)).fails(400, 99991661)
	c.as("").call("getDepartment", "0", http.Header{"Authorization": {"Basic " + c.token}}).fails(400, 99991661)
	c.as("Bearer "+c.token).call("getDepartment", "0").fails(400, 99991671)
	c.as("t-unknown").call("getDepartment", "0").fails(400, 99991663)
	c.as("u-unknown").call("getDepartment", "0").fails(400, 99991668)
	c.as("eyJunknown").call("getDepartment", "0").fails(400, 99991668)

	// Neither kind of token does for the other's operations.
	c.call("searchUsers", query("query", "x")).fails(400, 99991668)
	c.call("searchDepartments", feishuObject{"query": "x"}).fails(400, 99991663)
	c.call("searchUsersV3", feishuObject{"query": "x"}).fails(400, 99991663)
	c.call("getUserInfo").fails(400, 99991663)
	assert.Equal(t, "user access token not support", user.call("listScopes").fails(400, 99991668).str("msg"))
	user.call("createUser", feishuObject{}).fails(400, 99991668)
}

func TestFeishuUserTokenLife(t *testing.T) {
	k := newClock()
	c := newFeishuApp(t, sim.WithClock(k.Now))
	people := feishuPeople(t, c.srv)
	user := c.user(people.staff.UserID)
	k.advance(2*time.Hour - time.Second)
	user.call("getUserInfo").ok()
	k.advance(time.Second)
	user.call("getUserInfo").fails(400, 99991677)
	user.call("searchUsers", query("query", "x")).fails(400, 99991677)

	user = c.user(people.staff.UserID)
	require.NoError(t, c.srv.Feishu().RevokeConsent(people.staff.UserID))
	user.call("searchUsers", query("query", "x")).fails(400, 99991668)
	user.call("getUserInfo").fails(200, 20005) // its own refusals come with HTTP 200

	user = c.user(people.staff.UserID)
	require.NoError(t, c.srv.Organisation().UpdatePerson(people.staff.Key, func(p *sim.Person) error {
		p.Status = sim.StatusDisabled
		return nil
	}))
	user.call("getUserInfo").fails(200, 20022)
	user.call("searchUsers", query("query", "x")).fails(400, 99991668)
	require.NoError(t, c.srv.Organisation().UpdatePerson(people.staff.Key, func(p *sim.Person) error {
		p.Status = sim.StatusNotActivated
		return nil
	}))
	user.call("getUserInfo").fails(200, 20023)
	require.NoError(t, c.srv.Organisation().RemovePerson(people.staff.Key))
	user.call("getUserInfo").fails(200, 20021)
}

func TestFeishuJsapiTicket(t *testing.T) {
	k := newClock()
	c := newFeishuApp(t, sim.WithClock(k.Now))
	staff := feishuPeople(t, c.srv).staff
	first := c.call("getJsapiTicket").ok()
	assert.Equal(t, "ok", first.str("msg"))
	assert.Equal(t, 7200, first.intAt("data", "expire_in"))
	k.advance(time.Minute)
	again := c.call("getJsapiTicket").ok()
	assert.Equal(t, first.at("data", "ticket"), again.at("data", "ticket"))
	assert.Equal(t, 7140, again.intAt("data", "expire_in"))
	assert.NotEqual(t, first.at("data", "ticket"),
		c.user(staff.UserID).call("getJsapiTicket").ok().at("data", "ticket"), "one for each identity")
	k.advance(90 * time.Minute)
	assert.NotEqual(t, first.at("data", "ticket"),
		c.as(feishuAppOf(t, c.srv).token).call("getJsapiTicket").ok().at("data", "ticket"))
}

func TestFeishuScopes(t *testing.T) {
	const read = "contact:contact.base:readonly"
	c := newFeishuApp(t, sim.WithFeishuScopes(read, "contact:user.id:readonly"))
	staff := feishuPeople(t, c.srv).staff

	// The smallest scopes: ids and mobile_visible.
	user := c.call("getUser", staff.FeishuOpenID).ok().object("data", "user")
	assert.Equal(t, feishuObject{"open_id": staff.FeishuOpenID, "union_id": staff.FeishuUnionID,
		"mobile_visible": !staff.MobileHidden}, user)
	dept := c.call("getDepartment", "0").ok().object("data", "department")
	assert.Equal(t, feishuObject{"open_department_id": "0"}, dept)
	match := c.call("batchGetUserIds", feishuObject{"emails": []string{staff.Email}}).ok().list("data", "user_list")
	assert.Equal(t, []any{feishuObject{"email": staff.Email, "user_id": staff.FeishuOpenID}}, match)

	// An operation without its scope, and how to get it.
	got := c.call("createUser", feishuObject{}).fails(400, 99991672)
	violations := got.list("error", "permission_violations")
	assert.Equal(t, []any{feishuObject{"type": "action_scope_required", "subject": "contact:contact"}}, violations)
	assert.Contains(t, got.list("error", "helps")[0].(feishuObject)["url"], "q=contact:contact")
	assert.Contains(t, got.str("msg"), "[contact:contact]")

	// A user id of the tenant needs a scope of its own.
	c.call("getUser", staff.FeishuUserID, query("user_id_type", "user_id")).fails(400, 99991672)

	c = newFeishuApp(t, sim.WithoutFeishuScopes("contact:user.phone:readonly", "contact:user.employee_id:readonly"))
	user = c.call("getUser", staff.FeishuOpenID).ok().object("data", "user")
	assert.NotContains(t, user, "mobile")
	assert.NotContains(t, user, "user_id")
	assert.Contains(t, user, "email")
	assert.Contains(t, user, "job_title")

	// Any one of several scopes opens a name.
	for _, scope := range []string{"contact:user.base:readonly", "contact:contact:readonly",
		"contact:contact:readonly_as_app", "contact:contact:access_as_app"} {
		c = newFeishuApp(t, sim.WithFeishuScopes(read, scope))
		assert.Equal(t, staff.Name, c.call("getUser", staff.FeishuOpenID).ok().at("data", "user", "name"), scope)
	}

	// What the app has, but the user has not agreed to.
	c = newFeishuApp(t)
	got = c.user(staff.UserID, "contact:user:search").call("getUser", staff.FeishuOpenID).fails(400, 99991679)
	assert.Equal(t, "action_privilege_required", got.list("error", "permission_violations")[0].(feishuObject)["type"])
	user = c.user(staff.UserID, read).call("getUser", staff.FeishuOpenID).ok().object("data", "user")
	assert.NotContains(t, user, "name")

	assert.Contains(t, sim.FeishuScopes(), "contact:user:search")
	assert.Contains(t, sim.FeishuScopes(), "contact:user.job_level:readonly")
}

func TestFeishuQuotas(t *testing.T) {
	k := newClock()
	c := newFeishuApp(t, sim.WithClock(k.Now))
	staff := feishuPeople(t, c.srv).staff
	get := func() feishuReply { return c.call("getUser", staff.FeishuOpenID) }
	for range 50 {
		get().ok()
	}
	got := get().fails(429, 99991400)
	assert.Equal(t, "50", got.header.Get("x-ogw-ratelimit-limit"))
	assert.Equal(t, "1", got.header.Get("x-ogw-ratelimit-reset"))
	assert.Empty(t, got.header.Get("Retry-After"))
	c.call("batchGetUsers", query("user_ids", staff.FeishuOpenID)).ok() // another operation
	k.advance(time.Second)
	get().ok()

	// The minute's quota, with what is left of the minute.
	for range 19 {
		for range 50 {
			if got = get(); got.status != 200 {
				break
			}
		}
		k.advance(time.Second)
	}
	got = get().fails(429, 99991400)
	assert.Equal(t, "1000", got.header.Get("x-ogw-ratelimit-limit"))
	assert.Equal(t, "40", got.header.Get("x-ogw-ratelimit-reset"))

	// Changes of departments and freezing: once a second, all people together.
	c.call("patchUser", staff.FeishuOpenID, feishuObject{"is_frozen": false}).ok()
	got = c.call("patchUser", staff.FeishuOpenID, feishuObject{"department_ids": []string{"0"}}).fails(429, 99991400)
	assert.Equal(t, "1", got.header.Get("x-ogw-ratelimit-limit"))
	c.call("patchUser", staff.FeishuOpenID, feishuObject{"nickname": "x"}).ok()

	// Older operations throttle with HTTP 400.
	srv := serve(t, sim.WithQuota(sim.VendorFeishu, "getTenantAccessTokenInternal", 1, time.Minute),
		sim.WithQuota(sim.VendorFeishu, "searchUsers", 1, time.Minute))
	c = feishuAppOf(t, srv)
	demo := srv.Credentials().Feishu
	got = c.call("getTenantAccessTokenInternal",
		feishuObject{"app_id": demo.AppID, "app_secret": demo.AppSecret}).fails(400, 99991400)
	reset, err := strconv.Atoi(got.header.Get("x-ogw-ratelimit-reset"))
	require.NoError(t, err)
	assert.InDelta(t, 60, reset, 1)
	user := c.user(staff.UserID)
	user.call("searchUsers", query("query", "x")).ok()
	user.call("searchUsers", query("query", "x")).fails(400, 99991400)

	c = newFeishuApp(t, sim.WithoutQuotas())
	for range 60 {
		c.call("patchUser", staff.FeishuOpenID, feishuObject{"is_frozen": false}).ok()
	}
}

func TestFeishuFreePlan(t *testing.T) {
	k := newClock()
	c := newFeishuApp(t, sim.WithClock(k.Now), sim.WithFeishuFreePlan(4))
	staff := feishuPeople(t, c.srv).staff
	c.call("getDepartment", "0").ok()
	c.call("deleteUser", staff.FeishuOpenID, feishuObject{}).ok()
	c.call("resurrectUser", staff.FeishuOpenID, feishuObject{}).fails(400, 44029)
	c.call("getDepartment", "0").fails(400, 99991403)
	k.advance(31 * 24 * time.Hour)
	feishuAppOf(t, c.srv)
}

func TestFeishuPathsAndMethods(t *testing.T) {
	c := newFeishuApp(t)
	for _, tc := range []struct {
		method, path string
		status       int
		code         string
	}{
		{http.MethodGet, "/contact/v3/nothing", 404, "99991201"},
		{http.MethodPost, "/contact/v3/scopes", 405, "99991301"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tc.method, c.srv.FeishuURL()+tc.path, strings.NewReader(""))
		require.NoError(t, err)
		got := do(t, req)
		assert.Equal(t, tc.status, got.status, tc.path)
		assert.Contains(t, got.text, `"code":`+tc.code)
		assert.NotEmpty(t, got.header.Get("X-Tt-Logid"))
	}
}
