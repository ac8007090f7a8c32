package feishu_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const portal = "https://portal.example.cn/back?keep=1"

// simulated starts a simulator and makes a client of it.
func simulated(t *testing.T, options ...sim.Option) (*feishu.Client, *sim.Server) {
	t.Helper()
	server := sim.Serve(t, append([]sim.Option{simtest.Checked(t), sim.WithPeople(200)}, options...)...)
	demo := server.Credentials().Feishu
	c, err := feishu.New(feishu.Config{AppID: demo.AppID, AppSecret: clients.Secret(demo.AppSecret)},
		clients.WithBaseURL(server.FeishuURL()))
	require.NoError(t, err)
	return c, server
}

// staffOf returns somebody who can sign in.
func staffOf(t *testing.T, server *sim.Server) sim.Person {
	t.Helper()
	for _, p := range server.Organisation().People() {
		if p.Status == sim.StatusActive && p.MainDepartment != sim.RootDepartment && p.MainDepartment != 0 && !p.Admin {
			return p
		}
	}
	require.Fail(t, "nobody can sign in")
	return sim.Person{}
}

// signIn opens the page as a browser does, and returns what the redirect address gets.
func signIn(t *testing.T, page string, choice ...string) url.Values {
	t.Helper()
	u, err := url.Parse(page)
	require.NoError(t, err)
	query := u.Query()
	query.Set(choice[0], choice[1])
	u.RawQuery = query.Encode()
	browser := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	rsp, err := browser.Get(u.String())
	require.NoError(t, err)
	defer rsp.Body.Close()
	require.Equal(t, http.StatusFound, rsp.StatusCode)
	to, err := rsp.Location()
	require.NoError(t, err)
	assert.Equal(t, "portal.example.cn", to.Host)
	assert.Equal(t, "1", to.Query().Get("keep"))
	return to.Query()
}

func TestSignInPages(t *testing.T) {
	request := clients.SignIn{RedirectURI: portal, State: "s+"}
	for _, c := range []struct {
		base    string
		surface clients.Surface
		want    string
	}{
		{feishu.BaseURL, clients.SurfaceBrowser, "https://accounts.feishu.cn/open-apis/authen/v1/authorize"},
		{feishu.BaseURL, clients.SurfaceInApp, "https://accounts.feishu.cn/open-apis/authen/v1/authorize"},
		{feishu.BaseURL, clients.SurfaceQRCode, "https://passport.feishu.cn/suite/passport/oauth/authorize"},
		{feishu.LarkBaseURL, clients.SurfaceBrowser, "https://accounts.larksuite.com/open-apis/authen/v1/authorize"},
		{feishu.LarkBaseURL, clients.SurfaceQRCode, "https://passport.larksuite.com/suite/passport/oauth/authorize"},
		{"https://own.example/open-apis", clients.SurfaceQRCode, "https://own.example/open-apis/authen/v1/authorize"},
	} {
		request.Surface = c.surface
		page, err := newClient(t, c.base).AuthorizeURL(request)
		require.NoError(t, err)
		u, err := url.Parse(page)
		require.NoError(t, err)
		assert.Equal(t, c.want, u.Scheme+"://"+u.Host+u.Path)
		assert.Equal(t, url.Values{"client_id": {appID}, "response_type": {"code"}, "redirect_uri": {portal},
			"state": {"s+"}}, u.Query())
		assert.NotContains(t, page, "+", "a plus would be read as a space")
	}
	_, err := newClient(t, feishu.BaseURL).AuthorizeURL(clients.SignIn{RedirectURI: portal})
	require.ErrorIs(t, err, clients.ErrInvalidArgument, "without a state")
}

func TestIdentify(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c, server := simulated(t, sim.WithClock(func() time.Time { return now }))
	staff := staffOf(t, server)
	page, err := c.AuthorizeURL(clients.SignIn{RedirectURI: portal, State: "st4te"})
	require.NoError(t, err)

	back := signIn(t, page, "sim_user", staff.UserID)
	assert.Equal(t, "st4te", back.Get("state"))
	code := back.Get("code")
	who, err := c.Identify(t.Context(), code)
	require.NoError(t, err)
	assert.Equal(t, staff.FeishuOpenID, who.OpenID)
	assert.Equal(t, staff.FeishuUnionID, who.UnionID)
	assert.Equal(t, staff.Name, who.Name)
	assert.Equal(t, server.Credentials().Feishu.TenantKey, who.TenantKey)

	// A code is good once, and for five minutes.
	_, err = c.Identify(t.Context(), code)
	require.ErrorIs(t, err, clients.ErrUnauthenticated)
	var e *clients.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "20065", e.Code)
	assert.False(t, e.OutcomeUnknown)
	assert.NotContains(t, err.Error(), code)
	late := signIn(t, page, "sim_user", staff.UserID).Get("code")
	now = now.Add(5 * time.Minute)
	_, err = c.Identify(t.Context(), late)
	require.ErrorIs(t, err, clients.ErrUnauthenticated)
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "20004", e.Code)
	_, err = c.Identify(t.Context(), "never")
	require.ErrorIs(t, err, clients.ErrUnauthenticated)

	assert.Equal(t, url.Values{"keep": {"1"}, "error": {"access_denied"}, "state": {"st4te"}},
		signIn(t, page, "sim_decline", "1"))
	for _, bad := range []string{"", " code", "code\n"} {
		_, err = c.Identify(t.Context(), bad)
		require.ErrorIs(t, err, clients.ErrInvalidArgument, "%q", bad)
	}
}

func TestGroupsAndRoles(t *testing.T) {
	c, server := simulated(t)
	org := server.Organisation()
	var names []string
	for group, err := range c.Groups(t.Context()) {
		require.NoError(t, err)
		names = append(names, group.Name)
	}
	var want []string
	for _, g := range org.Groups(sim.Tag) {
		want = append(want, g.Name)
		users, departments, err := c.GroupMembers(t.Context(), server.Feishu().GroupID(g.Key))
		require.NoError(t, err)
		assert.Len(t, users, len(g.People))
		assert.Len(t, departments, len(g.Departments))
	}
	assert.Equal(t, want, names)
	for _, g := range org.Groups(sim.Role) {
		members, err := clients.Collect(c.RoleMembers(t.Context(), server.Feishu().RoleID(g.Key)))
		require.NoError(t, err)
		assert.Len(t, members, len(g.People))
	}
	_, _, err := c.GroupMembers(t.Context(), "g0")
	require.ErrorIs(t, err, clients.ErrNotFound)
	_, err = clients.Collect(c.RoleMembers(t.Context(), "none"))
	require.ErrorIs(t, err, clients.ErrNotFound)
}

// A range that names groups is their people and those of their departments.
func TestRangeOfGroups(t *testing.T) {
	c, server := simulated(t)
	org := server.Organisation()
	staff := staffOf(t, server)
	var other sim.DepartmentKey
	for _, d := range org.Children(sim.RootDepartment) {
		if d.Key != staff.MainDepartment && len(org.Members(d.Key)) > 0 {
			other = d.Key
		}
	}
	tag, err := org.AddGroup(sim.Group{Kind: sim.Tag, Name: "范围", People: []sim.PersonKey{staff.Key},
		Departments: []sim.DepartmentKey{other}})
	require.NoError(t, err)
	server.Feishu().LimitAppsToGroups(tag.Key)
	want := map[string]bool{staff.FeishuOpenID: true}
	for _, d := range org.Subtree(other) {
		for _, p := range org.Members(d.Key) {
			want[p.FeishuOpenID] = true
		}
	}
	got := map[string]bool{}
	for user, err := range c.UsersInRange(t.Context()) {
		require.NoError(t, err)
		got[user.OpenID] = true
	}
	assert.Equal(t, want, got)
}

func TestEmployees(t *testing.T) {
	c, server := simulated(t)
	org := server.Organisation()
	staff := staffOf(t, server)
	home, _ := org.Department(staff.MainDepartment)
	var want, got []string
	for _, p := range org.Members(home.Key) {
		want = append(want, p.FeishuOpenID)
	}
	for e, err := range c.Employees(t.Context(), home.FeishuOpenID, feishuapi.StaffStatusEmployed, "base_info.name") {
		require.NoError(t, err)
		assert.NotEmpty(t, e.BaseInfo.Name.Name.DefaultValue)
		got = append(got, e.BaseInfo.EmployeeID)
	}
	assert.ElementsMatch(t, want, got)
	_, err := clients.Collect(c.Employees(t.Context(), home.FeishuOpenID, feishuapi.StaffStatusResigned))
	require.ErrorIs(t, err, clients.ErrInvalidArgument, "those who have left cannot be listed")

	require.NoError(t, org.RemovePerson(staff.Key))
	found, missing, err := c.EmployeesByID(t.Context(), []string{staff.FeishuOpenID, "ou_ghost"},
		"base_info.is_resigned", "work_info.staff_status")
	require.NoError(t, err)
	assert.Equal(t, []string{"ou_ghost"}, missing)
	require.Len(t, found, 1)
	assert.Equal(t, new(true), found[0].BaseInfo.IsResigned)
	assert.Equal(t, feishuapi.StaffStatusResigned, found[0].WorkInfo.StaffStatus)

	// A record that is withheld is no absence.
	server.Feishu().LimitApps(nil, staff.UserID)
	_, _, err = c.EmployeesByID(t.Context(), []string{org.People()[0].FeishuOpenID})
	require.ErrorIs(t, err, clients.ErrPermission)
}
