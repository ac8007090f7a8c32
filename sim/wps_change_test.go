package sim_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// changes reads a list of changes to its end, in pages of two.
func (c *wpsCaller) changes(path string, since time.Time) []map[string]any {
	c.t.Helper()
	var all []map[string]any
	next := ""
	for {
		got := c.get(path, "last_change_time", strconv.FormatInt(since.Unix(), 10), "page_size", "2",
			"page_token", next)
		all = append(all, got.items()...)
		if next = got.data()["next_page_token"].(string); next == "" {
			return all
		}
	}
}

func TestWPSChangesAreThoseOfTheCompany(t *testing.T) {
	clock := newClock()
	c := wpsOf(t, serve(t, sim.WithoutQuotas(), sim.WithClock(clock.Now)), clock.Now)
	start := clock.Now()
	assert.Empty(t, c.changes("/v7/users/changes", time.Unix(0, 0)), "the company as it was made has no history")

	p, root := c.active(), c.root()
	clock.advance(time.Minute)
	c.post("/v7/users/"+p.WPSUserID+"/update", `{"title":"高级经理"}`).ok()
	clock.advance(time.Minute)
	created := c.post("/v7/users/create",
		map[string]any{"user_name": "罗一", "dept_ids": []string{root.WPSID}}).data()["id"].(string)
	clock.advance(time.Minute)
	// Whoever changes the company, by whatever interface: here the test itself.
	require.NoError(t, c.srv.Organisation().RemovePerson(p.Key))

	got := c.changes("/v7/users/changes", start)
	require.Len(t, got, 3)
	assert.Equal(t, []string{p.WPSUserID, created, p.WPSUserID}, wpsColumn(got, "user_id"))
	assert.Equal(t, []string{"update", "create", "delete"}, wpsColumn(got, "change_type"))
	for i, entry := range got {
		assert.Equal(t, start.Add(time.Duration(i+1)*time.Minute).Unix(), number(t, entry["change_time"]))
	}
	// The second itself is included.
	assert.Len(t, c.changes("/v7/users/changes", start.Add(2*time.Minute)), 2)
	assert.Len(t, c.changes("/v7/users/changes", start.Add(2*time.Minute+time.Second)), 1)

	dept := c.post("/v7/depts/create", map[string]any{"name": "研发九部", "parent_id": root.WPSID}).newDeptID()
	c.post("/v7/depts/"+dept+"/update", `{"name":"研发十部"}`).ok()
	c.post("/v7/depts/"+dept+"/delete", nil).ok()
	departments := c.changes("/v7/depts/changes", start)
	assert.Equal(t, []string{dept, dept, dept}, wpsColumn(departments, "dept_id"))
	assert.Equal(t, []string{"create", "update", "delete"}, wpsColumn(departments, "change_type"))

	// An app that sees a part of the company hears of that part, and of nobody who has left.
	other := c.active()
	c.srv.WPS().SetDataPermission(nil, other.Key)
	c.post("/v7/users/"+other.WPSUserID+"/update", `{"title":"顾问"}`).ok()
	assert.Equal(t, []string{other.WPSUserID}, wpsColumn(c.changes("/v7/users/changes", start), "user_id"))
	assert.Empty(t, c.changes("/v7/depts/changes", start))
}

// number reads a number of an answer.
func number(t *testing.T, v any) int64 {
	t.Helper()
	text, ok := v.(interface{ Int64() (int64, error) })
	require.True(t, ok, "%T", v)
	n, err := text.Int64()
	require.NoError(t, err)
	return n
}

func TestWPSChangesAreRefused(t *testing.T) {
	c := serveWPS(t)
	c.get("/v7/users/changes", "last_change_time", "0", "page_size", "1001").invalid("page_size may be 1 to 1000")
	c.get("/v7/users/changes", "last_change_time", "0", "page_token", "bmV4dA==").invalid("page_token")
	c.get("/v7/depts/changes").badRequest()

	// A cursor is good for its own list only.
	p := c.active()
	for range 2 {
		c.post("/v7/users/"+p.WPSUserID+"/update", `{"title":"顾问"}`).ok()
	}
	next := c.get("/v7/users/changes", "last_change_time", "0", "page_size", "1").data()["next_page_token"].(string)
	require.NotEmpty(t, next)
	c.get("/v7/users/changes", "last_change_time", "1", "page_token", next).invalid("page_token")
	c.get("/v7/depts/changes", "last_change_time", "0", "page_token", next).invalid("page_token")
}

func TestWPSLeavers(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	ids := map[string]any{"user_ids": []string{p.WPSUserID, "ghost"}}
	read := func() []map[string]any { return c.post("/v7/users/batch_read_dimission_users", ids).items() }
	assert.Empty(t, read(), "still here")

	c.post("/v7/users/batch_delete", map[string]any{"user_ids": []string{p.WPSUserID, "ghost"}}).denied()
	c.get("/v7/users/" + p.WPSUserID).ok() // all of them or none
	c.post("/v7/users/batch_delete", map[string]any{"user_ids": []string{p.WPSUserID, p.WPSUserID}}).ok()
	c.get("/v7/users/" + p.WPSUserID).denied()

	got := read()
	require.Len(t, got, 1)
	assert.Equal(t, p.WPSUserID, got[0]["id"])
	assert.Equal(t, p.Name, got[0]["user_name"])
	assert.Equal(t, "dimission", got[0]["status"])
	assert.Equal(t, p.UserID, got[0]["ex_user_id"])
	assert.NotContains(t, got[0], "depts")
	assert.NotContains(t, got[0], "def_dept_id")

	c.srv.WPS().SetDataPermission(nil, c.active().Key)
	assert.Empty(t, read(), "who has left is in no department that the app sees")
	c.post("/v7/users/"+p.WPSUserID+"/recover", nil).denied()
	c.srv.WPS().SetDataPermission([]sim.DepartmentKey{sim.RootDepartment})

	c.post("/v7/users/"+p.WPSUserID+"/recover", nil).ok()
	back := c.again(p.Key)
	assert.Equal(t, p.Memberships, back.Memberships)
	assert.Zero(t, back.Left)
	assert.Empty(t, read())
	c.post("/v7/users/"+p.WPSUserID+"/recover", nil).fails(http.StatusConflict, "400001008")

	founder := c.person(func(p sim.Person) bool { return p.Founder })
	c.post("/v7/users/batch_delete", map[string]any{"user_ids": []string{founder.WPSUserID}}).denied()
}

// Somebody whose department has gone in the meantime comes back to the root.
func TestWPSRecoverWithoutDepartment(t *testing.T) {
	c := serveWPS(t)
	dept := c.post("/v7/depts/create", map[string]any{"name": "研发九部", "parent_id": c.root().WPSID}).newDeptID()
	id := c.post("/v7/users/create",
		map[string]any{"user_name": "罗一", "dept_ids": []string{dept}}).data()["id"].(string)
	c.post("/v7/users/"+id+"/delete", nil).ok()
	c.post("/v7/depts/"+dept+"/delete", nil).ok()
	c.post("/v7/users/"+id+"/recover", nil).ok()
	depts := c.get("/v7/users/" + id + "/depts").items()
	assert.Equal(t, []string{c.root().WPSID}, wpsColumn(depts, "id"))
}

func TestWPSLogout(t *testing.T) {
	c := serveWPS(t)
	p := c.active()
	mine := c.signIn(p)
	me := c.as(mine.str("access_token"))
	me.get("/v7/users/current").ok()
	c.post("/v7/users/batch_logout", map[string]any{"user_ids": []string{p.WPSUserID, "ghost"}}).denied()
	me.get("/v7/users/current").ok() // all of them or none

	c.post("/v7/users/batch_logout", map[string]any{"user_ids": []string{p.WPSUserID}}).ok()
	me.get("/v7/users/current").fails(http.StatusUnauthorized, "401030003")
	c.buy(map[string]string{"grant_type": "refresh_token", "refresh_token": mine.str("refresh_token")}).
		fails(http.StatusBadRequest, "40100009")
	c.get("/v7/users/" + p.WPSUserID).ok() // the app's own token is not a session

	c.as(c.signIn(p).str("access_token")).get("/v7/users/current").ok()
}
