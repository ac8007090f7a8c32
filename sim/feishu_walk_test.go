package sim_test

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pages walks a list to its end and returns the entries and the number of pages.
func (c *feishuCaller) pages(op, list string, args ...any) (items []feishuObject, pages int) {
	c.t.Helper()
	q := url.Values{}
	for _, arg := range args {
		if given, ok := arg.(url.Values); ok {
			q = given
		}
	}
	for {
		got := c.call(op, append(slices.Clone(args), q)...).ok()
		pages++
		entries, _ := got.at("data", list).([]any)
		for _, entry := range entries {
			items = append(items, entry.(feishuObject))
		}
		next, _ := got.at("data", "page_token").(string)
		if got.at("data", "has_more") != true {
			assert.Empty(c.t, next)
			return items, pages
		}
		require.NotEmpty(c.t, next)
		require.NotEqual(c.t, q.Get("page_token"), next)
		q.Set("page_token", next)
	}
}

// feishuPair is a person in a department, in the vendor's ids.
type feishuPair struct{ user, department string }

func feishuTruth(org *sim.Organisation, keep func(sim.Person) bool) map[feishuPair]int {
	out := map[feishuPair]int{}
	for _, p := range org.People() {
		for _, m := range p.Memberships {
			if d, _ := org.Department(m.Department); keep(p) {
				out[feishuPair{p.FeishuOpenID, d.FeishuOpenID}]++
			}
		}
	}
	return out
}

// walk visits all departments and the root.
func (c *feishuCaller) walk(size int) map[feishuPair]int {
	c.t.Helper()
	departments := []string{"0"}
	tree, _ := c.pages("listDepartmentChildren", "items", "0",
		query("fetch_child", "true", "page_size", strconv.Itoa(size)))
	for _, dept := range tree {
		departments = append(departments, dept["open_department_id"].(string))
	}
	found := map[feishuPair]int{}
	for _, dept := range departments {
		people, _ := c.pages("listUsersByDepartment", "items",
			query("department_id", dept, "page_size", strconv.Itoa(size)))
		for _, p := range people {
			found[feishuPair{p["open_id"].(string), dept}]++
		}
	}
	return found
}

func TestFeishuWalkIsTheOrganisation(t *testing.T) {
	for _, size := range []int{1, 7, 50} {
		srv := serve(t, sim.WithoutQuotas())
		if size == 50 {
			srv = simtest.Serve(t, sim.WithoutQuotas())
		}
		c := feishuAppOf(t, srv)
		assert.Equal(t, feishuTruth(srv.Organisation(), func(sim.Person) bool { return true }), c.walk(size),
			"page size %d", size)
	}
}

// Taken out of pages after these were cut, the hidden leave short pages and empty ones.
func TestFeishuHiddenPeopleLeaveEmptyPages(t *testing.T) {
	hidden := func(p sim.Person) bool { return p.Key%3 != 0 }
	c := newFeishuApp(t, sim.WithoutQuotas(), sim.WithFeishuHidden(hidden))
	assert.Equal(t, feishuTruth(c.srv.Organisation(), func(p sim.Person) bool { return !hidden(p) }), c.walk(1))

	full := feishuPeople(t, c.srv).full
	var empty bool
	q := query("department_id", full.FeishuOpenID, "page_size", "1")
	for range c.srv.Organisation().Members(full.Key) {
		got := c.call("listUsersByDepartment", q).ok()
		if got.at("data", "has_more") == true && len(got.list("data", "items")) == 0 {
			empty = true
		}
		next, _ := got.at("data", "page_token").(string)
		q.Set("page_token", next)
	}
	assert.True(t, empty, "an empty page with more to come")

	gone := c.srv.Organisation().People()[0]
	c.call("getUser", gone.FeishuOpenID).fails(400, 41050)
	assert.Empty(t, c.call("batchGetUsers", query("user_ids", gone.FeishuOpenID)).ok().list("data", "items"))
	user := c.user(gone.UserID)
	user.call("getUser", gone.FeishuOpenID).ok() // people see themselves
}

func TestFeishuPageShapes(t *testing.T) {
	c := newFeishuApp(t)
	people := feishuPeople(t, c.srv)
	list := func(pairs ...string) feishuReply {
		return c.call("listUsersByDepartment",
			query(append([]string{"department_id", people.full.FeishuOpenID}, pairs...)...))
	}
	members := len(c.srv.Organisation().Members(people.full.Key))
	require.Greater(t, members, 1)

	single := list("page_size", "50").ok()
	assert.NotContains(t, single.object("data"), "page_token", "a single page has no token")
	first := list("page_size", "1").ok()
	assert.Len(t, first.list("data", "items"), 1)
	token := first.object("data")["page_token"].(string)
	for _, c := range "/+=%" {
		assert.Contains(t, token, string(c), "needs encoding, once")
	}
	last := list("page_size", "50", "page_token", token).ok()
	assert.Len(t, last.list("data", "items"), members-1)
	assert.Empty(t, last.object("data")["page_token"])
	assert.Contains(t, last.object("data"), "page_token", "empty on the last of several pages")
	decoded, err := url.PathUnescape(token)
	require.NoError(t, err)
	require.NotEqual(t, token, decoded)
	again := list("page_size", "50", "page_token", decoded).ok()
	assert.Equal(t, last.list("data", "items"), again.list("data", "items"), "by a caller that decodes tokens")
	list("page_size", "50", "page_token", strings.TrimSuffix(token, "+1%2B=")).fails(400, 40012)

	nobody := c.call("listUsersByDepartment", query("department_id", people.empty.FeishuOpenID)).ok()
	assert.Equal(t, feishuObject{"has_more": false}, nobody.object("data"))
	none := c.call("listDepartmentChildren", people.empty.FeishuOpenID).ok()
	assert.Equal(t, feishuObject{"has_more": false}, none.object("data"))

	// Without a size it is ten.
	assert.Len(t, c.call("listDepartments", query("fetch_child", "true")).ok().list("data", "items"), 10)

	list("page_size", "0").fails(400, 40011)
	list("page_size", "51").fails(400, 40011)
	list("page_size", "").fails(400, 99992402)
	list("page_size", "ten").fails(400, 99992402)
	list("page_token", "made-up").fails(400, 40012)
	list("page_token", url.QueryEscape(token)).fails(400, 40012) // encoded twice
	unescaped, err := url.QueryUnescape(token)
	require.NoError(t, err)
	list("page_token", unescaped).fails(400, 40012) // decoded
	other := newFeishuApp(t, sim.WithSeed(9))
	dept := feishuPeople(t, other.srv).full
	foreign, _ := other.call("listUsersByDepartment",
		query("department_id", dept.FeishuOpenID, "page_size", "1")).ok().at("data", "page_token").(string)
	list("page_token", foreign).fails(400, 40012)
	c.call("listDepartmentChildren", "0", query("page_token", token)).fails(400, 40012) // of another list
	list("page_token", "").ok()
}

func TestFeishuPagesSurviveChanges(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	full := feishuPeople(t, c.srv).full
	members := org.Members(full.Key)
	first := c.call("listUsersByDepartment", query("department_id", full.FeishuOpenID, "page_size", "1")).ok()
	shown := first.list("data", "items")[0].(feishuObject)["open_id"].(string)
	p, ok := org.FindPerson(sim.ByFeishuOpenID, shown)
	require.True(t, ok)
	require.NoError(t, org.RemovePerson(p.Key))
	token, _ := first.at("data", "page_token").(string)
	rest, _ := c.pages("listUsersByDepartment", "items",
		query("department_id", full.FeishuOpenID, "page_size", "1", "page_token", token))
	assert.Len(t, rest, len(members)-1)
}

func TestFeishuScopesListIsTheRange(t *testing.T) {
	c := newFeishuApp(t, sim.WithoutQuotas())
	org := c.srv.Organisation()
	collect := func(size string) (users, departments, groups []string) {
		q := query("page_size", size)
		for {
			got := c.call("listScopes", q).ok()
			sum := 0
			for name, into := range map[string]*[]string{"user_ids": &users, "department_ids": &departments,
				"group_ids": &groups} {
				ids, _ := got.at("data", name).([]any)
				sum += len(ids)
				for _, id := range ids {
					*into = append(*into, id.(string))
				}
			}
			limit, err := strconv.Atoi(size)
			require.NoError(t, err)
			assert.LessOrEqual(t, sum, limit, "the page size bounds the sum")
			if got.at("data", "has_more") != true {
				return users, departments, groups
			}
			q.Set("page_token", got.at("data", "page_token").(string))
		}
	}
	var roots, children []string
	for _, p := range org.People() {
		if _, in := p.In(sim.RootDepartment); in {
			roots = append(roots, p.FeishuOpenID)
		}
	}
	for _, d := range org.Children(sim.RootDepartment) {
		children = append(children, d.FeishuOpenID)
	}
	for _, size := range []string{"1", "3", "100"} {
		users, departments, groups := collect(size)
		assert.ElementsMatch(t, roots, users, "all members: those directly in the root")
		assert.ElementsMatch(t, children, departments, "and the first level")
		assert.Len(t, groups, len(org.Groups(sim.Tag)), "all user groups")
	}
	people := feishuPeople(t, c.srv)
	c.srv.Feishu().LimitApps([]sim.DepartmentKey{people.full.Key}, people.staff.UserID)
	users, departments, groups := collect("2")
	assert.Equal(t, []string{people.staff.FeishuOpenID}, users)
	assert.Equal(t, []string{people.full.FeishuOpenID}, departments)
	assert.Empty(t, groups)
	c.call("listScopes", query("page_size", "101")).fails(400, 40011)
	c.call("listScopes", query("page_token", "x")).fails(400, 40012)
}

func TestFeishuRecursionLimit(t *testing.T) {
	c := newFeishuApp(t, sim.WithFeishuRecursionLimit(5))
	c.call("listDepartmentChildren", "0", query("fetch_child", "true")).fails(400, 43010)
	c.call("listDepartmentChildren", "0", query("fetch_child", "false")).ok()
	small := feishuPeople(t, c.srv).full
	c.call("listDepartmentChildren", small.FeishuOpenID, query("fetch_child", "true")).ok()
}

func TestFeishuUserTokensSeeTheTreeToALimit(t *testing.T) {
	srv := simtest.Serve(t, sim.WithDepartments(1100), sim.WithPeople(100), sim.WithoutQuotas())
	c := feishuAppOf(t, srv)
	var staff sim.Person
	for _, p := range srv.Organisation().People() {
		if p.Status == sim.StatusActive {
			staff = p
		}
	}
	tree, _ := c.pages("listDepartmentChildren", "items", "0", query("fetch_child", "true", "page_size", "50"))
	assert.Len(t, tree, 1099)
	tree, _ = c.user(staff.UserID).pages("listDepartmentChildren", "items", "0",
		query("fetch_child", "true", "page_size", "50"))
	assert.Len(t, tree, 1000)
}
