package sim_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pair is a person in a department, in the vendor's ids.
type pair struct {
	user       string
	department int64
}

// truth is what a complete walk must find.
func truth(org *sim.Organisation) map[pair]int {
	out := map[pair]int{}
	for _, p := range org.People() {
		for _, m := range p.Memberships {
			d, _ := org.Department(m.Department)
			out[pair{p.UserID, d.WeComID}]++
		}
	}
	return out
}

type idPage struct {
	NextCursor *string `json:"next_cursor"`
	DeptUser   []struct {
		UserID     string `json:"userid"`
		Department int64  `json:"department"`
	} `json:"dept_user"`
}

func TestWeComListIDsAreTheOrganisation(t *testing.T) {
	srv := simtest.Serve(t)
	c := contactOf(t, srv)
	for _, limit := range []int{7, 100, 10000} {
		found := map[pair]int{}
		body := map[string]any{"limit": limit}
		pages := 0
		for {
			var page idPage
			c.post("/user/list_id", body).ok().decode(&page)
			pages++
			require.LessOrEqual(t, len(page.DeptUser), limit)
			for _, row := range page.DeptUser {
				found[pair{row.UserID, row.Department}]++
			}
			if page.NextCursor == nil || *page.NextCursor == "" {
				break
			}
			require.NotEqual(t, body["cursor"], *page.NextCursor)
			body["cursor"] = *page.NextCursor
		}
		assert.Equal(t, truth(srv.Organisation()), found, "limit %d", limit)
		if limit == 10000 {
			assert.Equal(t, 1, pages)
		}
	}
}

func TestWeComDepartmentWalkIsTheOrganisation(t *testing.T) {
	srv := simtest.Serve(t)
	app := appOf(t, srv)
	var tree struct {
		Nodes []struct {
			ID       int64 `json:"id"`
			ParentID int64 `json:"parentid"`
			Order    int64 `json:"order"`
		} `json:"department_id"`
	}
	app.get("/department/simplelist").ok().decode(&tree)
	require.Len(t, tree.Nodes, 60)
	found := map[pair]int{}
	for _, node := range tree.Nodes {
		var list struct {
			Users []struct {
				UserID string `json:"userid"`
			} `json:"userlist"`
		}
		app.get("/user/list", "department_id", strconv.FormatInt(node.ID, 10)).ok().decode(&list)
		for _, u := range list.Users {
			found[pair{u.UserID, node.ID}]++
		}
	}
	assert.Equal(t, truth(srv.Organisation()), found)

	var all struct {
		Users []struct {
			UserID string `json:"userid"`
		} `json:"userlist"`
	}
	app.get("/user/simplelist", "department_id", "1", "fetch_child", "1").ok().decode(&all)
	assert.Len(t, all.Users, 2000, "everybody once")
}

func TestWeComCursorIsChecked(t *testing.T) {
	c := contactOf(t, serve(t))
	other := contactOf(t, serve(t, sim.WithSeed(9)))
	foreign := other.post("/user/list_id", map[string]any{"limit": 2}).ok().str("next_cursor")

	c.post("/user/list_id", map[string]any{"limit": 2, "cursor": foreign}).fails(50100)
	c.post("/user/list_id", map[string]any{"limit": 2, "cursor": "no cursor"}).fails(60268)
	c.post("/user/list_id", map[string]any{"limit": 2, "cursor": "MQ"}).fails(60268)
	c.post("/user/list_id", map[string]any{"limit": 0}).fails(40035)
	c.post("/user/list_id", map[string]any{"limit": 10001}).fails(40035)
	c.post("/user/list_id", map[string]any{"limit": 2, "cursor": ""}).ok()
}

func TestWeComCursorSurvivesChanges(t *testing.T) {
	srv := serve(t)
	c := contactOf(t, srv)
	var page idPage
	c.post("/user/list_id", map[string]any{"limit": 5}).ok().decode(&page)
	last := page.DeptUser[4]
	p, ok := srv.Organisation().FindPerson(sim.ByUserID, last.UserID)
	require.True(t, ok)
	require.NoError(t, srv.Organisation().RemovePerson(p.Key))

	var rest idPage
	c.post("/user/list_id", map[string]any{"limit": 10000, "cursor": *page.NextCursor}).ok().decode(&rest)
	seen := map[string]bool{}
	for _, row := range append(page.DeptUser, rest.DeptUser...) {
		seen[strings.ToLower(row.UserID)] = true
	}
	for _, p := range srv.Organisation().People() {
		assert.True(t, seen[strings.ToLower(p.UserID)], p.UserID)
	}
}
