package wps_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gather reads a list to its end or its error.
func gather[T any](all iter.Seq2[T, error], name func(T) string) ([]string, error) {
	var names []string
	for item, err := range all {
		if err != nil {
			return names, err
		}
		names = append(names, name(item))
	}
	return names, nil
}

func userID(u wpsapi.User) string         { return u.ID }
func memberID(m wpsapi.DeptMember) string { return m.UserID }
func deptID(d wpsapi.Dept) string         { return d.ID }

// lists are the three lists with a cursor, each with the key of its ids.
func lists(c *wps.Client) map[string]func(context.Context) ([]string, error) {
	return map[string]func(context.Context) ([]string, error){
		"id users": func(ctx context.Context) ([]string, error) { return gather(c.Users(ctx), userID) },
		"id children": func(ctx context.Context) ([]string, error) {
			return gather(c.ChildDepartments(ctx, "Dp0001"), deptID)
		},
		"user_id members": func(ctx context.Context) ([]string, error) {
			return gather(c.DepartmentUsers(ctx, "Dp0001"), memberID)
		},
	}
}

func TestTrapCursors(t *testing.T) {
	const a, b = `[{"id":"a","user_id":"a"}]`, `[{"id":"b","user_id":"b"}]`
	for _, c := range []struct {
		name  string
		pages []string // data of the answers
		want  []string
		sent  []string // cursors
		err   string
	}{
		{"one page, empty cursor", []string{`{"items":` + a + `,"next_page_token":""}`}, []string{"a"}, []string{""},
			""},
		{"one page, no cursor", []string{`{"items":` + a + `}`}, []string{"a"}, []string{""}, ""},
		{"one page, null cursor", []string{`{"items":` + a + `,"next_page_token":null}`}, []string{"a"}, []string{""},
			""},
		{"two pages", []string{`{"items":` + a + `,"next_page_token":"p+2/="}`, `{"items":` + b +
			`,"next_page_token":""}`},
			[]string{"a", "b"}, []string{"", "p+2/="}, ""},
		{"an empty page is not the end", []string{`{"items":[],"next_page_token":"2"}`,
			`{"items":[],"next_page_token":"3"}`, `{"items":` + b + `}`},
			[]string{"b"}, []string{"", "2", "3"}, ""},
		{"a page without items is not the end",
			[]string{`{"next_page_token":"2"}`, `{"items":null,"next_page_token":"3"}`, `{"items":` + b + `}`},
			[]string{"b"}, []string{"", "2", "3"}, ""},
		{"a null list and nothing else", []string{`{"items":null}`}, nil, []string{""}, ""},
		{"a null list and an empty cursor", []string{`{"items":null,"next_page_token":""}`}, nil, []string{""}, ""},
		{"an empty cursor and nothing else", []string{`{"next_page_token":""}`}, nil, []string{""}, ""},
		{"nothing", []string{`{}`}, nil, []string{""}, "data.items or data.next_page_token"},
		{"page_token stands in", []string{`{"items":` + a + `,"page_token":"2"}`, `{"items":` + b + `}`},
			[]string{"a", "b"}, []string{"", "2"}, ""},
		{"page_token means nothing beside an empty one",
			[]string{`{"items":` + a + `,"next_page_token":"","page_token":"2"}`}, []string{"a"}, []string{""}, ""},
		{"page_token means nothing beside a null",
			[]string{`{"items":` + a + `,"page_token":"2","next_page_token":null}`}, []string{"a"}, []string{""}, ""},
		{"page_token means nothing beside another",
			[]string{`{"items":` + a + `,"next_page_token":"2","page_token":"1"}`, `{"items":` + b + `}`},
			[]string{"a", "b"}, []string{"", "2"}, ""},
		{"a cursor that stands still", []string{`{"items":` + a + `,"next_page_token":"2"}`, `{"items":` + b +
			`,"next_page_token":"2"}`},
			[]string{"a", "b"}, []string{"", "2"}, "same cursor again"},
		{"a page_token that stands still",
			[]string{`{"items":` + a + `,"page_token":"2"}`, `{"items":` + b + `,"page_token":"2"}`},
			[]string{"a", "b"}, []string{"", "2"}, "same cursor again"},
		{"cursors in a circle", []string{`{"items":` + a + `,"next_page_token":"2"}`, `{"items":` + b +
			`,"next_page_token":"3"}`,
			`{"items":[],"next_page_token":"2"}`}, []string{"a", "b"}, []string{"", "2", "3"}, "same cursor again"},
		{"a cursor of another type", []string{`{"items":` + a + `,"next_page_token":7}`}, nil, []string{""},
			"want a string or null"},
		{"no list", []string{`null`}, nil, []string{""}, "data.items"},
		{"the second page fails", []string{`{"items":` + a + `,"next_page_token":"2"}`, `null`}, []string{"a"},
			[]string{"", "2"}, "1 items of 1 pages"},
	} {
		var sent []string
		s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
			sent = append(sent, r.URL.Query().Get("page_token"))
			assert.Equal(t, n > 1, r.URL.Query().Has("page_token"), "it is left out for the first page")
			assert.Equal(t, "50", r.URL.Query().Get("page_size"), "the default is 10")
			if assert.LessOrEqual(t, n, len(c.pages), c.name) {
				fmt.Fprintf(w, `{"code":0,"msg":"","data":%s}`, c.pages[n-1])
			}
		})
		for name := range lists(nil) {
			s.mu.Lock()
			s.calls, sent = nil, nil
			s.mu.Unlock()
			got, err := lists(s.client(t, wps.Config{}))[name](t.Context())
			assert.Equal(t, c.want, got, "%s: %s", name, c.name)
			assert.Equal(t, c.sent, sent, "%s: %s", name, c.name)
			for _, call := range s.seen() {
				assert.NoError(t, call.signature)
			}
			if c.err == "" {
				assert.NoError(t, err, "%s: %s", name, c.name)
				continue
			}
			assert.ErrorContains(t, err, c.err, "%s: %s", name, c.name)
			assert.ErrorIs(t, err, clients.ErrBadResponse)
			var incomplete *clients.PageError
			assert.ErrorAs(t, err, &incomplete)
		}
	}
}

func TestPageSizeCanBeChanged(t *testing.T) {
	s := serve(t, reply(`{"code":0,"data":{"items":[]}}`))
	for name := range lists(nil) {
		_, err := lists(s.client(t, wps.Config{PageSize: 7}))[name](t.Context())
		require.NoError(t, err)
	}
	for _, c := range s.seen() {
		assert.Contains(t, c.uri, "page_size=7")
	}
}

func TestTrapStatusIsRequiredAndRepeatsItsKey(t *testing.T) {
	s := serve(t, reply(`{"code":0,"data":{"items":[]}}`))
	c := s.client(t, wps.Config{})
	for range c.Users(t.Context()) {
		t.Fatal()
	}
	for range c.WithStatus(wpsapi.UserStatusDimission).Users(t.Context()) {
		t.Fatal()
	}
	for range c.DepartmentUsers(t.Context(), "Dp0001") {
		t.Fatal()
	}
	for range c.WithStatus(wpsapi.UserStatusActive, wpsapi.UserStatusDisabled).DepartmentUsers(t.Context(), "Dp0001") {
		t.Fatal()
	}
	var queries []string
	for _, c := range s.seen() {
		_, query, _ := strings.Cut(c.uri, "?")
		queries = append(queries, query)
	}
	assert.Equal(t, []string{
		"status=active&status=notactive&status=disabled&page_size=50&with_dept=true",
		"status=dimission&page_size=50&with_dept=true",
		"status=active&status=notactive&status=disabled&page_size=50&with_user_detail=true",
		"status=active&status=disabled&page_size=50&with_user_detail=true",
	}, queries)
}

// company is a directory with cursors; pages are one entry long.
type company struct {
	mu       sync.Mutex // a walk that ends early leaves calls behind that are still being answered
	children map[string][]string
	members  map[string][]string
	fail     string // path that fails
	unlisted string // who is in a department and is not looked up
}

func (c *company) change(edit func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	edit()
}

func (c *company) serve(w http.ResponseWriter, r *http.Request, _ int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.URL.Path == c.fail {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"code":403000001,"msg":"x"}`)
		return
	}
	parts := strings.Split(r.URL.Path, "/")
	switch r.URL.Path {
	case "/v7/depts/root":
		fmt.Fprint(w, `{"code":0,"data":{"id":"root"}}`)
		return
	case "/v7/users/batch_read", "/v7/depts/batch_read":
		var request struct {
			UserIDs []string `json:"user_ids"`
			DeptIDs []string `json:"dept_ids"`
		}
		_ = json.NewDecoder(r.Body).Decode(&request)
		var items []string
		for _, id := range append(request.UserIDs, request.DeptIDs...) {
			if id != c.unlisted {
				items = append(items, fmt.Sprintf(`{"id":%q,"user_name":"looked up"}`, id))
			}
		}
		fmt.Fprintf(w, `{"code":0,"data":{"items":[%s]}}`, strings.Join(items, ","))
		return
	}
	all, item := c.children[parts[3]], `{"id":%q,"parent_id":%q}`
	if parts[4] == "members" {
		all, item = c.members[parts[3]], `{"user_id":%q,"dept_id":%q,"user_info":{"user_name":"as in the row"}}`
	}
	from := 0
	_, _ = fmt.Sscan(r.URL.Query().Get("page_token"), &from)
	items, next := "null", "" // of a leaf
	if from < len(all) {
		items = "[" + fmt.Sprintf(item, all[from], parts[3]) + "]"
	}
	if from+1 < len(all) {
		next = fmt.Sprint(from + 1)
	}
	fmt.Fprintf(w, `{"code":0,"data":{"items":%s,"next_page_token":%q}}`, items, next)
}

func TestDepartmentsWalksTheWholeTree(t *testing.T) {
	tree := &company{children: map[string][]string{"root": {"a", "b", "c"}, "a": {"a1", "a2"}, "c": {"c1"},
		"c1": {"c11"}}}
	s := serve(t, tree.serve)
	c := s.client(t, wps.Config{})
	got, err := gather(c.Departments(t.Context()), deptID)
	require.NoError(t, err)
	assert.Equal(t, []string{"root", "a", "b", "c", "a1", "a2", "c1", "c11"}, got,
		"parents before their children, in the vendor's order")

	// A department that is moved below its own child, or that comes twice, ends neither the walk nor is it lost.
	tree.change(func() { tree.children["c11"], tree.children["a"] = []string{"c", "root", "d"}, []string{"a1", "a1"} })
	got, err = gather(c.Departments(t.Context()), deptID)
	require.NoError(t, err)
	assert.Equal(t, []string{"root", "a", "b", "c", "a1", "c1", "c11", "d"}, got)

	tree.change(func() { tree.fail = "/v7/depts/c1/children" })
	got, err = gather(c.Departments(t.Context()), deptID)
	assert.ErrorIs(t, err, clients.ErrPermission)
	assert.NotContains(t, got, "c11")
	tree.change(func() { tree.fail = "/v7/depts/root" })
	got, err = gather(c.Departments(t.Context()), deptID)
	assert.ErrorIs(t, err, clients.ErrPermission)
	assert.Empty(t, got)

	tree.change(func() { tree.fail, tree.children["b"] = "", []string{""} })
	_, err = gather(c.Departments(t.Context()), deptID)
	assert.ErrorIs(t, err, clients.ErrBadResponse, "an entry without an id would be lost")
}

func TestDepartmentsFromSeveralRoots(t *testing.T) {
	tree := &company{children: map[string][]string{"root": {"a", "b"}, "a": {"a1"}, "b": {"b1"}}, unlisted: "gone"}
	c := serve(t, tree.serve).client(t, wps.Config{})
	got, err := gather(c.Departments(t.Context(), "b", "a1", "a", "b"), deptID)
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "a1", "a", "b1"}, got)
	got, err = gather(c.Departments(t.Context(), "a", "gone"), deptID)
	assert.ErrorIs(t, err, clients.ErrNotFound)
	assert.ErrorContains(t, err, "department gone:")
	assert.Empty(t, got)
	_, err = gather(c.Departments(t.Context(), ""), deptID)
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
}

func TestUsersOfDepartmentsYieldsEverybodyOnce(t *testing.T) {
	tree := &company{
		children: map[string][]string{"root": {"a", "b"}, "a": {"a1"}},
		members:  map[string][]string{"root": {"boss"}, "a": {"x", "y"}, "b": {"y", "z", "boss"}, "a1": {"w", "x"}},
		unlisted: "z",
	}
	s := serve(t, tree.serve)
	c := s.client(t, wps.Config{})
	name := func(u wpsapi.User) string { return u.ID + "/" + u.UserName }
	got, err := gather(c.Users(t.Context(), "root"), name)
	require.NoError(t, err)
	assert.Equal(t, []string{"boss/looked up", "x/looked up", "y/looked up", "z/as in the row", "w/looked up"}, got)
	got, err = gather(c.Users(t.Context(), "a", "b", "a1", "a"), userID)
	require.NoError(t, err)
	assert.Equal(t, []string{"x", "y", "z", "boss", "w"}, got, "roots overlap")

	tree.change(func() { tree.fail = "/v7/depts/b/members" })
	_, err = gather(c.WithStatus(wpsapi.UserStatusActive).Users(t.Context(), "root"), userID)
	assert.ErrorIs(t, err, clients.ErrPermission)
	assert.ErrorContains(t, err, "department b:")
	tree.change(func() { tree.fail = "/v7/depts/root/children" })
	got, err = gather(c.Users(t.Context(), "root"), userID)
	assert.ErrorIs(t, err, clients.ErrPermission)
	assert.Empty(t, got)

	tree.change(func() { tree.fail, tree.members["a1"] = "", []string{"", "v"} })
	_, err = gather(c.Users(t.Context(), "root"), userID)
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.ErrorContains(t, err, "department a1:")
	_, err = gather(c.Users(t.Context(), ""), userID)
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
}

func TestUsersYieldsEverybodyOnce(t *testing.T) {
	pages := []string{`{"items":[{"id":"a"},{"id":"b"}],"next_page_token":"2"}`, `{"items":[{"id":"b"},{"id":"c"}]}`}
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, n int) {
		fmt.Fprintf(w, `{"code":0,"data":%s}`, pages[(n-1)%len(pages)])
	})
	got, err := gather(s.client(t, wps.Config{}).Users(t.Context()), userID)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "c"}, got)

	pages[1] = `{"items":[{"user_name":"x"},{"id":"c"}]}`
	_, err = gather(s.client(t, wps.Config{}).Users(t.Context()), userID)
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.ErrorContains(t, err, "no id")
}

func TestIteratorsStopWhenTheCallerDoes(t *testing.T) {
	tree := &company{children: map[string][]string{"root": {"a", "b"}},
		members: map[string][]string{"root": {"u", "v"}, "a": {"w"}, "b": {"x"}}}
	s := serve(t, tree.serve)
	c := s.client(t, wps.Config{})
	for d, err := range c.Departments(t.Context()) {
		require.NoError(t, err)
		if d.ID == "a" {
			break
		}
	}
	for d, err := range c.Departments(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, "root", d.ID)
		break
	}
	for _, err := range c.Users(t.Context(), "root") {
		require.NoError(t, err)
		break
	}
	for _, err := range c.DepartmentUsers(t.Context(), "root") {
		require.NoError(t, err)
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range c.DepartmentUsers(ctx, "root") {
		cancel() // between two pages
		last = err
	}
	assert.ErrorIs(t, last, clients.ErrCanceled)
}

func TestTrapEmptyWithoutDataPermission(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.URL.Path == "/v7/contacts/permissions_scope" {
			fmt.Fprint(w, `{"code":0,"msg":"","data":{"items":[{"scope":"org","dept_ids":[]}]}}`)
			return
		}
		fmt.Fprint(w, `{"code":0,"msg":"","data":{"items":[],"next_page_token":""}}`)
	})
	c := s.client(t, wps.Config{})
	got, err := gather(c.Users(t.Context()), userID)
	require.NoError(t, err)
	assert.Empty(t, got)
	scope, err := c.GetContactsPermissionScope(t.Context(),
		&wpsapi.GetContactsPermissionScopeParams{Scopes: []wpsapi.ContactScope{wpsapi.ContactScopeOrg}})
	require.NoError(t, err)
	assert.Empty(t, scope.Data.Items[0].DeptIDs)
}

// lookUp answers batchReadDeptMembers with whoever is asked for, in another order, without those for whom leaveOut is
// true.
func lookUp(leaveOut func(id string) bool) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, r *http.Request, _ int) {
		var request struct {
			UserIDs []string `json:"user_ids"`
		}
		_ = json.NewDecoder(r.Body).Decode(&request)
		var items []string
		for _, id := range slices.Backward(request.UserIDs) {
			if !leaveOut(id) {
				items = append(items, fmt.Sprintf(`{"user_id":%q,"dept_id":"Dp7731","user_info":{"id":%q}}`, id, id))
			}
		}
		fmt.Fprintf(w, `{"code":0,"msg":"success","data":{"items":[%s]}}`, strings.Join(items, ","))
	}
}

func TestTrapDepartmentUsersByIDMatchesByIdAndNamesWhoIsMissing(t *testing.T) {
	s := serve(t, lookUp(func(id string) bool { return strings.HasSuffix(id, "7") }))
	var ids, want, gone []string
	for i := range 123 {
		id := fmt.Sprintf("u-%d", i)
		ids = append(ids, id, id) // twice
		if i%10 == 7 {
			gone = append(gone, id)
		} else {
			want = append(want, id)
		}
	}
	members, missing, err := s.client(t, wps.Config{}).DepartmentUsersByID(t.Context(), "Dp7731", ids)
	require.NoError(t, err)
	var got []string
	for _, member := range members {
		got = append(got, member.UserID)
		assert.Equal(t, member.UserID, member.UserInfo.ID)
	}
	assert.Equal(t, want, got)
	assert.Equal(t, gone, missing)

	var sizes []int
	for _, c := range s.seen() {
		var body wpsapi.BatchReadDeptMembersRequest
		require.NoError(t, json.Unmarshal([]byte(c.body), &body))
		sizes = append(sizes, len(body.UserIDs))
		assert.Equal(t, []wpsapi.UserStatus{"active", "notactive", "disabled"}, body.Status)
		assert.True(t, *body.WithUserDetail)
		assert.Equal(t, "/v7/depts/Dp7731/members/batch_read", c.uri)
		assert.NoError(t, c.signature)
	}
	assert.ElementsMatch(t, []int{50, 50, 23}, sizes)
}

func TestDepartmentUsersByIDOfOthers(t *testing.T) {
	s := serve(t, reply(`{"code":0,"data":{"items":[{"user_id":"u-9"},{"user_id":"u-2"}]}}`))
	c := s.client(t, wps.Config{BatchLimit: 3}).WithStatus(wpsapi.UserStatusActive)
	members, missing, err := c.DepartmentUsersByID(t.Context(), "Dp7731", []string{"nine@example.com", "u-2"})
	require.NoError(t, err)
	assert.Equal(t, []wpsapi.DeptMember{{UserID: "u-2"}, {UserID: "u-9"}}, members, "nobody is lost")
	assert.Equal(t, []string{"nine@example.com"}, missing)
	assert.JSONEq(t, `{"status":["active"],"user_ids":["nine@example.com","u-2"],"with_user_detail":true}`,
		s.seen()[0].body)
}

func TestLookUpsOfNobody(t *testing.T) {
	s := serve(t, reply(done))
	c := s.client(t, wps.Config{})
	members, missing, err := c.DepartmentUsersByID(t.Context(), "Dp7731", nil)
	require.NoError(t, err)
	assert.Empty(t, members)
	assert.Empty(t, missing)
	_, _, err = c.DepartmentUsersByID(t.Context(), "Dp7731", []string{"u-1", ""})
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	_, _, err = c.DepartmentUsersByID(t.Context(), "", []string{"u-1"})
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	_, _, err = c.UsersByID(t.Context(), []string{""})
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	_, _, err = c.DepartmentsByID(t.Context(), []string{""})
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.Empty(t, s.seen())
}

func TestLookUpsAreAllOrAnError(t *testing.T) {
	whole := lookUp(func(string) bool { return false })
	s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 2 {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"code":403000001,"msg":"x"}`)
			return
		}
		whole(w, r, n)
	})
	c := s.client(t, wps.Config{BatchLimit: 1})
	members, missing, err := c.DepartmentUsersByID(t.Context(), "Dp7731", []string{"u-1", "u-2", "u-3"})
	assert.ErrorIs(t, err, clients.ErrPermission)
	assert.Nil(t, members)
	assert.Nil(t, missing)
}

func TestUsersByID(t *testing.T) {
	s := serve(t, reply(`{"code":0,"data":{"items":[{"id":"u-2","depts":[{"id":"d"}]},{"id":"u-1"}]}}`))
	users, missing, err := s.client(t, wps.Config{}).UsersByID(t.Context(), []string{"u-1", "u-3", "u-2", "u-1"})
	require.NoError(t, err)
	assert.Equal(t, []wpsapi.User{{ID: "u-1"}, {ID: "u-2", Depts: []wpsapi.UserDept{{ID: "d"}}}}, users,
		"in the order asked for")
	assert.Equal(t, []string{"u-3"}, missing)
	assert.JSONEq(t, `{"status":["active","notactive","disabled"],"user_ids":["u-1","u-3","u-2"],"with_dept":true}`,
		s.seen()[0].body)
}

func TestTrapDepartmentIdsOfUsers(t *testing.T) {
	s := serve(t,
		reply(`{"code":0,"data":{"id":"u","depts":[{"id":"a","name":"A"},{"dept_id":"b","is_leader":true,`+
			`"order":4294967297},{"id":"c","dept_id":"c"},{}]}}`))
	user, err := s.client(t, wps.Config{}).GetUser(t.Context(), "u", &wpsapi.GetUserParams{WithDept: new(true)})
	require.NoError(t, err)
	var ids []string
	for _, d := range user.Data.Depts {
		ids = append(ids, wps.UserDeptID(d))
	}
	assert.Equal(t, []string{"a", "b", "c", ""}, ids)
	assert.EqualValues(t, 4294967297, *user.Data.Depts[1].Order)
	assert.Nil(t, user.Data.Depts[0].Order)
}

func TestTrapNobodyIsLostForWantOfAnID(t *testing.T) {
	name := func(u wpsapi.User) string { return u.ID + u.ExUserID }
	people := map[string]func(context.Context, *wps.Client) ([]string, error){
		"Users": func(ctx context.Context, c *wps.Client) ([]string, error) {
			return gather(c.Users(ctx), name)
		},
		"Users of Dp01": func(ctx context.Context, c *wps.Client) ([]string, error) {
			return gather(c.Users(ctx, "Dp01"), name)
		},
		"DepartmentUsers": func(ctx context.Context, c *wps.Client) ([]string, error) {
			return gather(c.DepartmentUsers(ctx, "Dp01"), func(m wpsapi.DeptMember) string {
				if m.UserID == "" {
					return name(*m.UserInfo)
				}
				return m.UserID
			})
		},
	}
	// Rows of users, and the same as rows of members.
	for users, tc := range map[string]struct {
		members string
		want    []string
	}{
		`{"id":"a"},{"id":"b"},{"id":"a"}`: {`{"user_id":"a"},{"user_id":"b"},{"user_id":"a"}`,
			[]string{"a", "b"}},
		`{"ex_user_id":"x"},{"ex_user_id":"y"}`: {`{"user_info":{"ex_user_id":"x"}},{"user_info":{"ex_user_id":"y"}}`,
			[]string{"x", "y"}},
		`{"id":"x"},{"id":"y"},{"id":"x"}`: {`{"user_info":{"id":"x"}},{"user_id":"y"},{"user_id":"x"}`,
			[]string{"x", "y"}},
		`{"user_name":"x"},{"user_name":"y"}`: {`{"user_info":{"user_name":"x"}},{"user_info":{"user_name":"y"}}`,
			nil},
		`{"id":""},{"id":""}`: {`{"user_id":"","dept_id":"Dp01"},{"user_id":"","dept_id":"Dp01"}`,
			nil},
	} {
		for list, read := range people {
			t.Run(list+" "+users, func(t *testing.T) {
				s := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
					items := users
					switch {
					case strings.HasSuffix(r.URL.Path, "/children"):
						items = ""
					case strings.HasSuffix(r.URL.Path, "/members"):
						items = tc.members
					case strings.HasSuffix(r.URL.Path, "/batch_read"):
						items = `{"id":"a"},{"id":"b"},{"id":"x"},{"id":"y"}`
					}
					fmt.Fprintf(w, `{"code":0,"data":{"items":[%s]}}`, items)
				})
				got, err := read(t.Context(), s.client(t, wps.Config{}))
				assert.Equal(t, tc.want, got)
				if tc.want != nil {
					require.NoError(t, err)
					return
				}
				assert.ErrorIs(t, err, clients.ErrBadResponse)
				assert.ErrorContains(t, err, "no id that tells it from others")
				var page *clients.PageError
				assert.ErrorAs(t, err, &page)
			})
		}
	}
	s := serve(t,
		reply(`{"code":0,"data":{"items":[{"user_info":{"user_name":"x"}},{"user_info":{"user_name":"y"}}]}}`))
	_, _, err := s.client(t, wps.Config{}).DepartmentUsersByID(t.Context(), "Dp01", []string{"a", "b"})
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	_, _, err = s.client(t, wps.Config{}).UsersByID(t.Context(), []string{"a", "b"})
	assert.ErrorIs(t, err, clients.ErrBadResponse)
}
