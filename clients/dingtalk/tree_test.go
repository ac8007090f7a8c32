package dingtalk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func contextWithCancel(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(t.Context())
}

// company is a tree of departments with members, as DingTalk answers for it.
type company struct {
	children map[int64][]int64
	members  map[int64][]string

	mu     sync.Mutex
	asked  map[string]int
	refuse map[int64]string // an error instead of what is in the department
}

// wide is a company with a thousand members, each of whom is in two departments, in a tree of several levels.
func wide() *company {
	c := &company{children: map[int64][]int64{}, members: map[int64][]string{}}
	for id := int64(1); id <= 40; id++ {
		for child := id*3 - 1; child <= id*3+1 && child <= 40; child++ {
			c.children[id] = append(c.children[id], child)
		}
	}
	for i := range 1000 {
		id := fmt.Sprintf("user%04d", i)
		here := int64(i%40) + 1
		c.members[here] = append(c.members[here], id)
		c.members[int64(i*7%40)+1] = append(c.members[int64(i*7%40)+1], id)
	}
	for id := range c.members {
		slices.Sort(c.members[id])
		c.members[id] = slices.Compact(c.members[id])
	}
	// A big department of several pages, and one at the root.
	for i := range 230 {
		c.members[1] = append(c.members[1], fmt.Sprintf("root%04d", i))
	}
	return c
}

func (c *company) handle(w http.ResponseWriter, r request, _ int) {
	var body struct {
		DeptID int64 `json:"dept_id"`
		Cursor int64 `json:"cursor"`
		Size   int64 `json:"size"`
	}
	_ = json.Unmarshal([]byte(r.body), &body)
	c.mu.Lock()
	if c.asked == nil {
		c.asked = map[string]int{}
	}
	c.asked[fmt.Sprint(r.path, " ", body.DeptID, " ", body.Cursor)]++
	refusal := c.refuse[body.DeptID]
	c.mu.Unlock()
	if refusal == "" && body.DeptID < 0 {
		refusal = `{"errcode":60003,"errmsg":"部门不存在","request_id":"r"}`
	}
	if refusal != "" {
		fmt.Fprint(w, refusal)
		return
	}
	switch r.path {
	case "/topapi/v2/department/get":
		parent := ""
		if body.DeptID != 1 {
			parent = `"parent_id":1,`
		}
		fmt.Fprintf(w,
			`{"errcode":0,"errmsg":"ok","result":{%s"dept_id":%d,"name":"部门%d","auto_add_user":true},"request_id":"r"}`,
			parent, body.DeptID, body.DeptID)
	case "/topapi/v2/department/listsub":
		rows := []map[string]any{}
		for _, id := range c.children[body.DeptID] {
			rows = append(rows, map[string]any{"dept_id": id, "name": fmt.Sprint("部门", id), "parent_id": body.DeptID})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"errcode": 0, "errmsg": "ok", "result": rows, "request_id": "r"})
	case "/topapi/v2/user/list":
		all := c.members[body.DeptID]
		end := min(body.Cursor+body.Size, int64(len(all)))
		next := int64(0)
		if end < int64(len(all)) {
			next = end
		}
		fmt.Fprint(w, topapi(userObjects, "list")(all[min(body.Cursor, end):end], next > 0, next))
	default:
		fmt.Fprint(w, `{"errcode":404,"errmsg":"请求的URI地址不存在"}`)
	}
}

// times is how often each page was asked for.
func (c *company) times() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.asked)
}

func (c *company) everybody() []string {
	all := map[string]bool{}
	for _, members := range c.members {
		for _, id := range members {
			all[id] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func userID(u dingtalkapi.DepartmentUserV2) string { return u.UserID }

func TestUsersYieldsEverybodyOnce(t *testing.T) {
	everything := wide()
	v := serve(t, everything.handle)
	c := v.client(t)
	for range 2 {
		got, err := collect(ids(c.Users(t.Context()), userID))
		require.NoError(t, err)
		slices.Sort(got)
		assert.Equal(t, everything.everybody(), got)
	}
	for call, times := range everything.times() {
		assert.Equalf(t, 2, times, "%s is asked once in each walk", call)
	}
}

func TestDepartmentsYieldsEveryDepartmentOnce(t *testing.T) {
	v := serve(t, wide().handle)
	got, err := collect(v.client(t).Departments(t.Context()))
	require.NoError(t, err)
	met := map[int64]bool{}
	for _, d := range got {
		assert.False(t, met[d.DeptID])
		assert.Truef(t, d.DeptID == 1 || met[d.ParentID], "department %d comes before its parent", d.DeptID)
		met[d.DeptID] = true
	}
	assert.Len(t, met, 40)
	assert.Equal(t, dingtalkapi.DepartmentV2{DeptID: 1, Name: "部门1", AutoAddUser: new(true)}, got[0],
		"the root comes first and has no parent")
}

func TestWalksFromSeveralRoots(t *testing.T) {
	tree := &company{
		children: map[int64][]int64{101: {102}, 102: {103}, 200: {}},
		members:  map[int64][]string{101: {"a"}, 102: {"b", "a"}, 103: {"c"}, 200: {"d", "c"}},
		refuse:   map[int64]string{1: `{"errcode":50004,"errmsg":"企业部门不在授权范围","request_id":"r"}`},
	}
	c := serve(t, tree.handle).client(t)
	got, err := collect(ids(c.Users(t.Context(), 101, 200, 102, 101), userID))
	require.NoError(t, err)
	slices.Sort(got)
	assert.Equal(t, []string{"a", "b", "c", "d"}, got)
	departments, err := collect(c.Departments(t.Context(), 101, 200, 102, 101))
	require.NoError(t, err)
	var order []int64
	for _, d := range departments {
		order = append(order, d.DeptID)
	}
	assert.Equal(t, []int64{101, 200, 102, 103}, order)
	assert.Equal(t, 1, tree.times()["/topapi/v2/user/list 102 0"])

	_, err = collect(c.Users(t.Context()))
	assert.ErrorIs(t, err, clients.ErrPermission)
	assert.ErrorContains(t, err, "department 1:")
	_, err = collect(c.Departments(t.Context()))
	assert.ErrorIs(t, err, clients.ErrPermission)
}

func TestTrapNegativeDepartmentsAreNotEntered(t *testing.T) {
	tree := &company{
		children: map[int64][]int64{1: {-7, 101, -1}, 101: {-1}},
		members:  map[int64][]string{1: {"a"}, 101: {"b"}},
	}
	c := serve(t, tree.handle).client(t)
	got, err := collect(ids(c.Users(t.Context()), userID))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, got)
	departments, err := collect(c.Departments(t.Context()))
	require.NoError(t, err)
	var order []int64
	for _, d := range departments {
		order = append(order, d.DeptID)
	}
	assert.Equal(t, []int64{1, -7, 101, -1}, order)
}

func TestTrapCyclesEnd(t *testing.T) {
	tree := &company{
		children: map[int64][]int64{1: {1, 101}, 101: {102, 101}, 102: {1, 101}},
		members:  map[int64][]string{1: {"a"}, 101: {"b"}, 102: {"c"}},
	}
	c := serve(t, tree.handle).client(t)
	got, err := collect(ids(c.Users(t.Context()), userID))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "c"}, got)
	departments, err := collect(c.Departments(t.Context()))
	require.NoError(t, err)
	assert.Len(t, departments, 3)
}

func TestWalkEndsWithTheFirstErrorAndNamesTheDepartment(t *testing.T) {
	tree := wide()
	tree.refuse = map[int64]string{
		17: `{"errcode":88,"sub_code":"60011","sub_msg":"缺 [qyapi_get_department_member]","errmsg":"x",` +
			`"request_id":"r"}`}
	v := serve(t, tree.handle)
	_, err := collect(v.client(t).Users(t.Context()))
	require.ErrorIs(t, err, clients.ErrPermission)
	assert.ErrorContains(t, err, "department 17:")
	assert.Equal(t, "60011", asError(t, err).Code)
	_, err = collect(v.client(t).Departments(t.Context()))
	assert.ErrorIs(t, err, clients.ErrPermission)
}

func TestWalkWithDepartmentWithoutIDIsIncomplete(t *testing.T) {
	tree := &company{children: map[int64][]int64{1: {101, 0}}}
	c := serve(t, tree.handle).client(t)
	_, err := collect(c.Users(t.Context()))
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	_, err = collect(c.Departments(t.Context()))
	assert.ErrorIs(t, err, clients.ErrBadResponse)
}

func TestWalkStopsWhenTheCallerDoes(t *testing.T) {
	tree := wide()
	v := serve(t, tree.handle)
	c := v.client(t)
	for _, err := range c.Users(t.Context()) {
		require.NoError(t, err)
		break
	}
	for _, err := range c.Departments(t.Context()) {
		require.NoError(t, err)
		break
	}
	calls := len(v.seen())
	assert.Less(t, calls, 12)

	ctx, cancel := contextWithCancel(t)
	cancel()
	_, err := collect(c.Users(ctx))
	assert.ErrorIs(t, err, clients.ErrCanceled)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Len(t, v.seen(), calls)
}

func TestMembersOfRestrictedAccessAreIncluded(t *testing.T) {
	v := serve(t, always(200, `{"errcode":0,"result":{"has_more":false,"list":[]}}`))
	c := v.client(t)
	_, err := collect(c.DepartmentUsers(t.Context(), 101))
	require.NoError(t, err)
	_, err = collect(c.DepartmentUsersSimple(t.Context(), 101))
	require.NoError(t, err)
	for _, call := range v.seen() {
		assert.JSONEq(t, `{"dept_id":101,"cursor":0,"size":100,"contain_access_limit":true}`, call.body)
	}
}
