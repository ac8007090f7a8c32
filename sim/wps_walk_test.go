package sim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// walk reads all pages of a list.
func (c *wpsCaller) walk(path string, query ...string) (all []map[string]any, pages int) {
	c.t.Helper()
	seen := map[string]bool{}
	for token := ""; ; {
		q := query
		if token != "" {
			q = append(append([]string{}, query...), "page_token", token)
		}
		got := c.get(path, q...)
		pages++
		all = append(all, got.items()...)
		next, ok := got.data()["next_page_token"].(string)
		require.True(c.t, ok, "it is there on the last page too")
		if next == "" {
			return all, pages
		}
		require.False(c.t, seen[next])
		seen[next], token = true, next
	}
}

var wpsAllStates = []string{"status", "active", "status", "notactive", "status", "disabled"}

// wpsMember is a person in a department.
type wpsMember struct {
	user, dept string
	leader     bool
}

func wpsTruth(org *sim.Organisation) map[wpsMember]int {
	out := map[wpsMember]int{}
	for _, p := range org.People() {
		for _, m := range p.Memberships {
			d, _ := org.Department(m.Department)
			out[wpsMember{p.WPSUserID, d.WPSID, m.Leader}]++
		}
	}
	return out
}

func wpsMembersFound(items []map[string]any) map[wpsMember]int {
	out := map[wpsMember]int{}
	for _, item := range items {
		out[wpsMember{item["user_id"].(string), item["dept_id"].(string), item["is_leader"].(bool)}]++
	}
	return out
}

func TestWPSListUsersIsTheOrganisation(t *testing.T) {
	c := wpsOf(t, simtest.Serve(t, sim.WithoutQuotas(), sim.WithPeople(500)), newClock().Now)
	org := c.srv.Organisation()
	want := []string{}
	byStatus := map[sim.Status]int{}
	for _, p := range org.People() {
		want = append(want, p.WPSUserID)
		byStatus[p.Status]++
	}
	for _, size := range []int{7, 50} {
		found, pages := c.walk("/v7/users", append(wpsAllStates, "page_size", fmt.Sprint(size))...)
		assert.Equal(t, want, wpsColumn(found, "id"))
		assert.Equal(t, (500+size-1)/size, pages)
	}
	found, pages := c.walk("/v7/users", wpsAllStates...)
	assert.Len(t, found, 500)
	assert.Equal(t, 50, pages, "10 a page by default")
	for word, status := range map[string]sim.Status{"active": sim.StatusActive, "notactive": sim.StatusNotActivated,
		"disabled": sim.StatusDisabled} {
		found, _ := c.walk("/v7/users", "status", word, "page_size", "50")
		require.Len(t, found, byStatus[status])
		require.NotEmpty(t, found)
		for _, user := range found {
			assert.Equal(t, word, user["status"])
		}
	}
}

func TestWPSDepartmentWalkIsTheOrganisation(t *testing.T) {
	c := wpsOf(t, simtest.Serve(t, sim.WithoutQuotas(), sim.WithPeople(500)), newClock().Now)
	org := c.srv.Organisation()
	root := c.get("/v7/depts/root").data()
	queue, members, names := []map[string]any{root}, []map[string]any{}, map[string]string{}
	for len(queue) > 0 {
		dept := queue[0]
		id := dept["id"].(string)
		children, _ := c.walk("/v7/depts/"+id+"/children", "page_size", "3")
		queue = append(queue[1:], children...)
		for _, child := range children {
			assert.Equal(t, id, child["parent_id"])
			assert.Equal(t, dept["abs_path"].(string)+"/"+child["name"].(string), child["abs_path"])
		}
		names[id] = dept["name"].(string)
		direct, _ := c.walk("/v7/depts/"+id+"/members", append(wpsAllStates, "page_size", "50")...)
		members = append(members, direct...)
	}
	assert.Len(t, names, 60)
	for _, d := range org.Departments() {
		assert.Equal(t, d.Name, names[d.WPSID])
	}
	assert.Equal(t, wpsTruth(org), wpsMembersFound(members))

	// Recursive, a person is there once for each department.
	recursive, _ := c.walk("/v7/depts/"+root["id"].(string)+"/members",
		append(wpsAllStates, "page_size", "50", "recursive", "true")...)
	assert.Equal(t, wpsTruth(org), wpsMembersFound(recursive))
}

func TestWPSTotals(t *testing.T) {
	c := serveWPS(t)
	root := c.root()
	total := func(path string, query ...string) any {
		t.Helper()
		return c.get(path, query...).data()["total"]
	}
	assert.Equal(t, json.Number("60"), total("/v7/users",
		append(wpsAllStates, "with_total", "true", "page_size", "1")...))
	assert.Nil(t, total("/v7/users", "status", "active"))
	assert.Nil(t, total("/v7/users", "status", "active", "with_total", "false"))
	children := len(c.srv.Organisation().Children(root.Key))
	assert.Equal(t, json.Number(fmt.Sprint(children)), total("/v7/depts/"+root.WPSID+"/children", "with_total", "true"))
	pairs := len(wpsTruth(c.srv.Organisation()))
	assert.Equal(t, json.Number(fmt.Sprint(pairs)),
		total("/v7/depts/"+root.WPSID+"/members", append(wpsAllStates, "with_total", "true", "recursive", "true")...))
}

func TestWPSPaging(t *testing.T) {
	c := serveWPS(t)
	root := c.root().WPSID
	for _, size := range []string{"0", "-1", "51", "1000", "x", "1.5"} {
		c.get("/v7/users", "status", "active", "page_size", size).invalid("page_size")
	}
	token := c.get("/v7/users", "status", "active").data()["next_page_token"].(string)
	require.NotEmpty(t, token)
	// the size is no part of the list
	c.get("/v7/users", "status", "active", "page_token", token, "page_size", "3").ok()
	for name, query := range map[string][]string{
		"made up":      {"status", "active", "page_token", "bmV4dA=="},
		"cut":          {"status", "active", "page_token", token[1:]},
		"other states": {"status", "disabled", "page_token", token},
		"more states":  {"status", "active", "status", "disabled", "page_token", token},
	} {
		assert.Contains(t, c.get("/v7/users", query...).fails(http.StatusBadRequest, "400000007").str("desc"),
			"page_token", name)
	}
	c.get("/v7/depts/"+root+"/members", "status", "active", "page_token", token).invalid("page_token")
	c.get("/v7/depts/"+root+"/children", "page_token", token).invalid("page_token")
	c.get("/v7/users", "status", "active", "page_token", "").ok()

	// status is required, and repeated for several values.
	c.get("/v7/users").invalid("status is required")
	c.get("/v7/depts/" + root + "/members").invalid("status is required")
	for _, status := range []string{"", "active,disabled", "Active", "not_active", "dimission"} {
		c.get("/v7/users", "status", status).invalid("status")
	}
	for _, flag := range []string{"with_dept", "with_total"} {
		c.get("/v7/users", "status", "active", flag, "yes").invalid(flag)
	}
}

// Somebody who is removed or added in the middle of a walk makes nobody else disappear.
func TestWPSWalkWhileTheCompanyChanges(t *testing.T) {
	c := serveWPS(t)
	org := c.srv.Organisation()
	people := org.People()
	first := c.get("/v7/users", append(wpsAllStates, "page_size", "20")...)
	require.NoError(t, org.RemovePerson(people[3].Key))
	require.NoError(t, org.RemovePerson(people[19].Key)) // the one that the cursor speaks of
	_, err := org.AddPerson(sim.Person{UserID: "late.comer", Name: "何迟"})
	require.NoError(t, err)
	second := c.get("/v7/users", append(wpsAllStates, "page_size", "50", "page_token",
		first.data()["next_page_token"].(string))...)
	assert.Empty(t, second.data()["next_page_token"])
	want := []string{}
	for _, p := range org.People()[18:] {
		want = append(want, p.WPSUserID)
	}
	assert.Equal(t, want, wpsColumn(second.items(), "id"))
}
