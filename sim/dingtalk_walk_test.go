package sim_test

import (
	"encoding/json"
	"testing"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dingTruth is what a complete walk must find.
func dingTruth(org *sim.Organisation) map[pair]int {
	out := map[pair]int{}
	for _, p := range org.People() {
		for _, m := range p.Memberships {
			d, _ := org.Department(m.Department)
			out[pair{p.UserID, d.DingTalkID}]++
		}
	}
	return out
}

// dingTree walks the tree by its direct children.
func dingTree(c *dingCaller) map[int64]int64 {
	c.t.Helper()
	parents := map[int64]int64{1: 0}
	for queue := []int64{1}; len(queue) > 0; queue = queue[1:] {
		var answer struct {
			Result []struct {
				ID     int64 `json:"dept_id"`
				Parent int64 `json:"parent_id"`
			} `json:"result"`
		}
		c.post("/topapi/v2/department/listsub", map[string]any{"dept_id": queue[0]}).fine().decode(&answer)
		for _, child := range answer.Result {
			require.NotContains(c.t, parents, child.ID)
			require.Equal(c.t, queue[0], child.Parent, "direct children only")
			parents[child.ID] = child.Parent
			queue = append(queue, child.ID)
		}
	}
	return parents
}

func TestDingTalkTreesAreTheOrganisation(t *testing.T) {
	srv := simtest.Serve(t, sim.WithoutQuotas())
	c := dingInternal(t, srv)
	want := map[int64]int64{}
	for _, d := range srv.Organisation().Departments() {
		parent, _ := srv.Organisation().Department(d.Parent)
		want[d.DingTalkID] = parent.DingTalkID
	}
	require.Len(t, want, 60)
	assert.Equal(t, want, dingTree(c))

	var list struct {
		Department []struct {
			ID     int64  `json:"id"`
			Parent *int64 `json:"parentid"`
		} `json:"department"`
	}
	c.get("/department/list", "fetch_child", "true").fine().decode(&list)
	got := map[int64]int64{}
	for _, d := range list.Department {
		if d.Parent == nil {
			assert.EqualValues(t, 1, d.ID, "only the root has no parentid")
			got[d.ID] = 0
			continue
		}
		got[d.ID] = *d.Parent
	}
	assert.Equal(t, want, got)

	c.get("/department/list").fine().decode(&list)
	assert.Len(t, list.Department, 1+len(srv.Organisation().Children(sim.RootDepartment)), "the root and its children")
	first := srv.Organisation().Children(sim.RootDepartment)[0]
	c.get("/department/list", "id", id(first.DingTalkID), "fetch_child", "true").fine().decode(&list)
	assert.Len(t, list.Department, len(srv.Organisation().Subtree(first.Key))-1, "without the department itself")

	for _, d := range srv.Organisation().Departments() {
		var v1 struct {
			IDs []int64 `json:"sub_dept_id_list"`
		}
		var v2 struct {
			Result struct {
				IDs []int64 `json:"dept_id_list"`
			} `json:"result"`
		}
		c.get("/department/list_ids", "id", id(d.DingTalkID)).fine().decode(&v1)
		c.post("/topapi/v2/department/listsubid", map[string]any{"dept_id": d.DingTalkID}).fine().decode(&v2)
		assert.Len(t, v1.IDs, len(srv.Organisation().Children(d.Key)))
		assert.Equal(t, v1.IDs, v2.Result.IDs)
	}
}

func TestDingTalkMemberListsAreTheOrganisation(t *testing.T) {
	srv := simtest.Serve(t, sim.WithoutQuotas())
	c := dingInternal(t, srv)
	want := dingTruth(srv.Organisation())
	departments := srv.Organisation().Departments()
	type row struct {
		UserID string `json:"userid"`
	}

	for path, size := range map[string]int{"/topapi/v2/user/list": 100, "/topapi/user/listsimple": 7} {
		found, short, empty := map[pair]int{}, 0, 0
		for _, d := range departments {
			for cursor := int64(0); ; {
				r := c.post(path, map[string]any{"dept_id": d.DingTalkID, "cursor": cursor, "size": size}).fine()
				var page struct {
					Result struct {
						More bool   `json:"has_more"`
						Next *int64 `json:"next_cursor"`
						List []row  `json:"list"`
					} `json:"result"`
				}
				r.decode(&page)
				require.LessOrEqual(t, len(page.Result.List), size)
				for _, u := range page.Result.List {
					found[pair{u.UserID, d.DingTalkID}]++
				}
				if !page.Result.More {
					assert.NotContains(t, r.result(), "next_cursor", "the last page has none")
					if len(page.Result.List) == 0 {
						empty++
					}
					break
				}
				if len(page.Result.List) < size {
					short++
				}
				require.NotNil(t, page.Result.Next)
				require.Greater(t, *page.Result.Next, cursor)
				cursor = *page.Result.Next
			}
		}
		assert.Equal(t, want, found, path)
		assert.Positive(t, empty, "some departments are empty")
		if size < 100 {
			assert.Positive(t, short, "a page may be short although there are more")
		}
	}

	for path, size := range map[string]int{"/user/listbypage": 100, "/user/simplelist": 9} {
		found := map[pair]int{}
		for _, d := range departments {
			for offset := 0; ; offset += size { // rows, not pages
				var page struct {
					More bool  `json:"hasMore"`
					List []row `json:"userlist"`
				}
				c.get(path, "department_id", id(d.DingTalkID), "offset", id(int64(offset)), "size",
					id(int64(size))).fine().decode(&page)
				for _, u := range page.List {
					found[pair{u.UserID, d.DingTalkID}]++
				}
				if !page.More {
					break
				}
				require.Len(t, page.List, size)
			}
		}
		assert.Equal(t, want, found, path)
	}

	whole, v1, v2, absent := map[pair]int{}, map[pair]int{}, map[pair]int{}, 0
	for _, d := range departments {
		r := c.get("/user/simplelist", "department_id", id(d.DingTalkID)).fine()
		var list struct {
			List []row `json:"userlist"`
		}
		r.decode(&list)
		if more, ok := r.body["hasMore"]; ok {
			assert.Equal(t, false, more)
		} else {
			absent++
		}
		var ids struct {
			IDs    []string `json:"userIds"`
			Result struct {
				IDs []string `json:"userid_list"`
			} `json:"result"`
		}
		c.get("/user/getDeptMember", "deptId", id(d.DingTalkID)).fine().decode(&ids)
		c.post("/topapi/user/listid", map[string]any{"dept_id": d.DingTalkID}).fine().decode(&ids)
		for _, u := range list.List {
			whole[pair{u.UserID, d.DingTalkID}]++
		}
		for i := range ids.IDs {
			v1[pair{ids.IDs[i], d.DingTalkID}]++
			v2[pair{ids.Result.IDs[i], d.DingTalkID}]++
		}
	}
	assert.Equal(t, want, whole)
	assert.Equal(t, want, v1)
	assert.Equal(t, want, v2)
	assert.Positive(t, absent, "hasMore may be missing")
}

func TestDingTalkListOrderAndArguments(t *testing.T) {
	c := newDingCorp(t, sim.WithoutQuotas())
	list := func(order string) []string {
		var page struct {
			List []struct {
				UserID string      `json:"userid"`
				Order  json.Number `json:"order"`
			} `json:"userlist"`
		}
		c.app.get("/user/listbypage", "department_id", id(c.full.DingTalkID), "offset", "0", "size", "100", "order",
			order).fine().decode(&page)
		var ids []string
		last := int64(1<<63 - 1)
		for _, u := range page.List {
			ids = append(ids, u.UserID)
			if order == "custom" {
				n, _ := u.Order.Int64() // 0 without one
				assert.LessOrEqual(t, n, last, "larger first")
				last = n
			}
		}
		return ids
	}
	custom := list("custom")
	require.Greater(t, len(custom), 1)
	assert.ElementsMatch(t, custom, list("entry_asc"))
	up, down := list("entry_asc"), list("entry_desc")
	for i := range up {
		assert.Equal(t, up[i], down[len(down)-1-i])
	}
	require.NoError(t, c.srv.Organisation().UpdatePerson(c.staff.Key,
		func(p *sim.Person) error { p.Position = "新"; return nil }))
	assert.Equal(t, c.staff.UserID, list("modify_desc")[0])
	assert.Equal(t, c.staff.UserID, list("modify_asc")[len(custom)-1])

	page := func(query ...string) dingReply {
		return c.app.get("/user/simplelist", append([]string{"department_id", "1"}, query...)...)
	}
	page("order", "name").errs(40070)
	page("offset", "0").errs(40069)
	page("size", "10").errs(40068)
	page("offset", "-1", "size", "10").errs(40068)
	page("offset", "x", "size", "10").errs(40068)
	page("offset", "0", "size", "0").errs(40069)
	page("offset", "9999999999999999", "size", "10").fine()
	c.app.get("/user/simplelist", "department_id", "one").errs(40009)
	c.app.get("/user/simplelist").errs(40035)
	c.app.get("/user/listbypage", "department_id", "1").errs(40035)

	v2 := func(change func(map[string]any)) dingReply {
		body := map[string]any{"dept_id": 1, "cursor": 0, "size": 10}
		change(body)
		return c.app.post("/topapi/v2/user/list", body)
	}
	v2(func(b map[string]any) { b["order_field"] = "name" }).errs(400002)
	v2(func(b map[string]any) { b["cursor"] = -1 }).errs(400002)
	v2(func(b map[string]any) { b["cursor"] = 100_001 }).errs(400002)
	v2(func(b map[string]any) { b["cursor"] = "next" }).errs(400002)
	v2(func(b map[string]any) { delete(b, "size") }).errs(400002)
	last := v2(func(b map[string]any) { b["cursor"] = 100_000 }).fine()
	assert.Empty(t, last.result()["list"])
}

func TestDingTalkHomeSchoolDirectory(t *testing.T) {
	c := newDingCorp(t, sim.WithDingTalkHomeSchoolDirectory())
	assert.Contains(t, c.app.get("/department/list").fine().text, `"id":-7`)
	assert.Contains(t, c.app.post("/topapi/v2/department/listsub", map[string]any{}).fine().text, `"dept_id":-7`)
	assert.Contains(t, c.app.get("/department/list_ids", "id", "1").fine().text, "-7]")
	assert.Contains(t, c.app.post("/topapi/v2/department/listsubid", map[string]any{"dept_id": 1}).fine().text, "-7]")
	c.app.get("/department/get", "id", "-7").errs(60003)
	c.app.get("/user/simplelist", "department_id", "-7").errs(60003)
	c.app.post("/topapi/v2/department/listsub", map[string]any{"dept_id": -7}).errs(60003)
	c.app.post("/topapi/v2/user/list", map[string]any{"dept_id": -7, "cursor": 0, "size": 10}).errs(60003)
}
