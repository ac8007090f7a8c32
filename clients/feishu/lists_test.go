package feishu_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// company is a tenant: departments by parent, people by department. Ids are open ids; the custom id of od-x is x.
type company struct {
	children map[string][]string
	people   map[string][]string
	page     int  // entries a page, whatever is asked for
	tooBig   bool // no tree is listed at once
	narrow   bool // the root is outside of the range
	scope    map[string]any
}

func (o *company) tree(id string, all bool) []string {
	var ids []string
	for _, child := range o.children[id] {
		ids = append(ids, child)
		if all {
			ids = append(ids, o.tree(child, true)...)
		}
	}
	return ids
}

// write answers with the page of entries that page_token asks for. Tokens hold what has to be escaped.
func (o *company) write(w http.ResponseWriter, query url.Values, entries []map[string]any) {
	offset := 0
	if pageToken := query.Get("page_token"); pageToken != "" {
		if n, err := fmt.Sscanf(pageToken, "AQD9/%d+%%2B=", &offset); n != 1 || err != nil {
			w.WriteHeader(400)
			fmt.Fprint(w, `{"code":40012,"msg":"page token is invalid error"}`)
			return
		}
	}
	end := min(offset+o.page, len(entries))
	data := map[string]any{"items": entries[offset:end], "has_more": end < len(entries)}
	if end < len(entries) {
		data["page_token"] = fmt.Sprintf("AQD9/%d+%%2B=", end)
	} else if offset > 0 {
		data["page_token"] = ""
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"code": 0, "msg": "success", "data": data})
}

func person(id string) map[string]any {
	return map[string]any{"open_id": "ou_" + id, "union_id": "on_" + id, "user_id": id, "name": id}
}

func department(id string) map[string]any {
	return map[string]any{"open_department_id": id, "department_id": strings.TrimPrefix(id, "od-"), "name": id}
}

func (o *company) handle(w http.ResponseWriter, r *http.Request, _ int) {
	query := r.URL.Query()
	open := func(id string) string {
		if query.Get("department_id_type") == "department_id" && id != "0" {
			return "od-" + id
		}
		return id
	}
	switch path := r.URL.Path; {
	case path == "/contact/v3/users/find_by_department":
		id := open(query.Get("department_id"))
		if o.narrow && id == "0" {
			w.WriteHeader(403)
			fmt.Fprint(w, `{"code":40004,"msg":"no dept authority error"}`)
			return
		}
		var entries []map[string]any
		for _, p := range o.people[id] {
			entries = append(entries, person(p))
		}
		o.write(w, query, entries)
	case strings.HasSuffix(path, "/children"):
		id := open(strings.TrimSuffix(strings.TrimPrefix(path, "/contact/v3/departments/"), "/children"))
		all := query.Get("fetch_child") == "true"
		switch {
		case all && o.tooBig:
			w.WriteHeader(400)
			fmt.Fprint(w, `{"code":43010,"msg":"dept is too big"}`)
			return
		case o.narrow && id == "0":
			w.WriteHeader(403)
			fmt.Fprint(w, `{"code":40004,"msg":"no dept authority error"}`)
			return
		}
		var entries []map[string]any
		for _, d := range o.tree(id, all) {
			entries = append(entries, department(d))
		}
		o.write(w, query, entries)
	case path == "/contact/v3/departments/batch":
		var entries []map[string]any
		for _, id := range query["department_ids"] {
			if id != "od-gone" {
				entries = append(entries, department(open(id)))
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"code": 0, "data": map[string]any{"items": entries}})
	case path == "/contact/v3/scopes":
		_ = json.NewEncoder(w).Encode(map[string]any{"code": 0, "data": o.scope})
	case path == "/contact/v3/users/batch":
		var entries []map[string]any
		for _, id := range query["user_ids"] {
			if !strings.HasPrefix(id, "ou_gone") {
				entries = append(entries, person(strings.TrimPrefix(id, "ou_")))
			}
		}
		o.page = 1000
		o.write(w, url.Values{}, entries)
	default:
		w.WriteHeader(404)
		fmt.Fprint(w, `{"code":99991201,"msg":"no such path"}`)
	}
}

func ids[T any](t *testing.T, seq func(func(T, error) bool), id func(T) string) []string {
	t.Helper()
	var all []string
	for item, err := range seq {
		require.NoError(t, err)
		all = append(all, id(item))
	}
	return all
}

func userID(u feishuapi.User) string       { return u.OpenID }
func openID(d feishuapi.Department) string { return d.OpenDepartmentID }

// people numbers people of a department.
func people(prefix string, n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprint(prefix, i))
	}
	return all
}

func bigCompany() *company {
	o := &company{page: 3, children: map[string][]string{"0": {"od-a", "od-b"}, "od-a": {"od-a1", "od-a2"},
		"od-a2": {"od-a21"}}, people: map[string][]string{
		"0": {"chair", "a0"}, "od-a": people("a", 7), "od-b": {"b0", "a3"}, "od-a1": nil, "od-a2": {"chair"},
		"od-a21": people("deep", 4),
	}}
	for i := range 40 {
		id := fmt.Sprint("od-c", i)
		o.children["od-b"] = append(o.children["od-b"], id)
		o.people[id] = []string{fmt.Sprint("c", i), "b0"}
	}
	return o
}

func (o *company) everybody() []string {
	var all []string
	for _, members := range o.people {
		for _, p := range members {
			all = append(all, "ou_"+p)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestTrapUsersAreAllThereOnceAlsoThoseOfTheRoot(t *testing.T) {
	for name, change := range map[string]func(*company){
		"at once":        func(*company) {},
		"level by level": func(o *company) { o.tooBig = true },
		"pages of one":   func(o *company) { o.page = 1 },
		"one page":       func(o *company) { o.page = 1000 },
	} {
		t.Run(name, func(t *testing.T) {
			o := bigCompany()
			change(o)
			v := serve(t, o.handle)
			got := ids(t, v.client(t).Users(t.Context()), userID)
			assert.Equal(t, []string{"ou_chair", "ou_a0", "ou_a1"}, got[:3],
				"in the order of the departments, root first")
			slices.Sort(got)
			assert.Equal(t, o.everybody(), got)
		})
	}
}

func TestTrapKindsOfIdsAreNotMixed(t *testing.T) {
	o := bigCompany()
	v := serve(t, o.handle)
	c := v.client(t).WithIDTypes(feishu.IDTypes{User: feishuapi.UserIDTypeUserID,
		Department: feishuapi.DepartmentIDTypeDepartmentID})
	got := ids(t, c.Users(t.Context()), userID)
	assert.Len(t, got, len(o.everybody()))
	for _, call := range v.seen() {
		assert.Contains(t, call.query, "user_id_type=user_id")
		assert.Contains(t, call.query, "department_id_type=department_id")
		assert.NotContains(t, call.query, "od-", "what was listed as custom ids is asked for as custom ids")
	}
	for _, call := range serveUsers(t, o).seen() {
		assert.NotContains(t, call.query, "id_type", "unset kinds are absent")
	}

	v = serve(t, reply(200, `{"code":0,"data":{"has_more":false,"items":[{"open_department_id":"od-1"}]}}`))
	_, err := collect(v.client(t).WithIDTypes(feishu.IDTypes{
		Department: feishuapi.DepartmentIDTypeDepartmentID}).Users(t.Context()))
	assert.ErrorIs(t, err, clients.ErrBadResponse, "a department without the id that is needed is no silent gap")
}

func serveUsers(t *testing.T, o *company) *vendor {
	v := serve(t, o.handle)
	_, err := collect(v.client(t).Users(t.Context()))
	require.NoError(t, err)
	return v
}

func collect[T any](seq func(func(T, error) bool)) ([]T, error) {
	var all []T
	for item, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}

func TestUsersWithANarrowRange(t *testing.T) {
	o := bigCompany()
	o.narrow = true
	o.scope = map[string]any{"user_ids": []string{"ou_chair", "ou_solo"},
		"department_ids": []string{"od-a2", "od-a", "od-a21"}, "has_more": false}
	v := serve(t, o.handle)
	c := v.client(t)
	_, err := collect(c.Users(t.Context()))
	assert.ErrorIs(t, err, clients.ErrPermission)
	assert.Equal(t, "40004", failed(t, err).Code)

	got := ids(t, c.UsersInRange(t.Context()), userID)
	want := []string{"ou_chair", "ou_solo"}
	for _, p := range append(people("a", 7), people("deep", 4)...) {
		want = append(want, "ou_"+p)
	}
	slices.Sort(got)
	slices.Sort(want)
	assert.Equal(t, want, got)
	var members int
	for _, call := range v.seen() {
		if strings.HasSuffix(call.path, "find_by_department") && !strings.Contains(call.query, "page_token") {
			members++
		}
	}
	assert.Equal(t, 4, members, "overlapping grants are read once")

	o.scope = map[string]any{"user_ids": []string{"ou_gone"}}
	_, err = collect(c.UsersInRange(t.Context()))
	assert.ErrorIs(t, err, clients.ErrBadResponse, "nobody is left out in silence")
	o.scope = map[string]any{"group_ids": []string{"g1"}}
	_, err = collect(c.UsersInRange(t.Context()))
	assert.ErrorContains(t, err, "listGroupMembers", "nor is a group whose members cannot be read")
}

func TestUsersStopWhenTheCallerStops(t *testing.T) {
	v := serve(t, bigCompany().handle)
	c := v.client(t)
	for range c.Users(t.Context()) {
		break
	}
	for range c.UsersInRange(t.Context()) {
		break
	}
	for range c.Departments(t.Context()) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	var last error
	for _, err := range c.Users(ctx) {
		if n++; n == 5 {
			cancel()
		}
		last = err
	}
	cancel()
	assert.ErrorIs(t, last, clients.ErrCanceled)
	assert.ErrorIs(t, last, context.Canceled)
}

func TestUsersEndWithTheFirstError(t *testing.T) {
	for _, where := range []string{"children", "first page", "later page"} {
		t.Run(where, func(t *testing.T) {
			o := bigCompany()
			v := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
				query := r.URL.Query()
				if where == "children" && strings.HasSuffix(r.URL.Path, "/children") && query.Has("page_token") ||
					where == "first page" && query.Get("department_id") == "od-c7" ||
					where == "later page" && query.Get("department_id") == "od-a" && query.Has("page_token") {
					w.WriteHeader(400)
					fmt.Fprint(w, `{"code":40015,"msg":"gone"}`)
					return
				}
				o.handle(w, r, n)
			})
			errs := 0
			for _, err := range v.client(t).Users(t.Context()) {
				if err != nil {
					errs++
					assert.ErrorIs(t, err, clients.ErrNotFound)
				}
			}
			assert.Equal(t, 1, errs, "once, and nothing after it")
		})
	}
}

func TestDepartments(t *testing.T) {
	o := bigCompany()
	v := serve(t, o.handle)
	c := v.client(t)
	assert.Equal(t, o.tree("0", true), ids(t, c.Departments(t.Context()), openID))
	assert.Equal(t, o.tree("0", true), ids(t, c.Departments(t.Context(), "0"), openID))
	assert.Equal(t, []string{"od-a", "od-a1", "od-a2", "od-a21"}, ids(t, c.Departments(t.Context(), "od-a"), openID))
	assert.Equal(t, []string{"od-a2", "od-a", "od-a21", "od-a1"},
		ids(t, c.Departments(t.Context(), "od-a2", "od-a", "od-a2"), openID),
		"roots first, and what they share once")
	_, err := collect(c.Departments(t.Context(), "od-a", "od-gone"))
	assert.ErrorIs(t, err, clients.ErrNotFound)
	assert.ErrorContains(t, err, "department od-gone:")
	_, err = collect(c.Departments(t.Context(), ""))
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	o.tooBig = true
	assert.ElementsMatch(t, o.tree("0", true), ids(t, c.Departments(t.Context()), openID))
	assert.Equal(t, []string{"ou_b0", "ou_a3"}, ids(t, c.DepartmentUsers(t.Context(), "od-b"), userID))
}

func TestTrapPageTokensAreEncodedOnce(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			fmt.Fprint(w, `{"code":0,"data":{"has_more":true,"items":[],"page_token":"AQD9/demo+1%2B="}}`)
			return
		}
		assert.Equal(t, "AQD9/demo+1%2B=", r.URL.Query().Get("page_token"))
		fmt.Fprint(w, `{"code":0,"data":{"has_more":false,"items":[{"open_id":"ou_1"}],"page_token":""}}`)
	})
	assert.Equal(t, []string{"ou_1"}, ids(t, v.client(t).DepartmentUsers(t.Context(), "od-1"), userID),
		"an empty page is not the end")
	require.Len(t, v.seen(), 2, "an empty token on the last page does not go round")
	assert.Equal(t, "department_id=od-1&page_size=50", v.seen()[0].query)
	assert.Equal(t, "department_id=od-1&page_size=50&page_token=AQD9%2Fdemo%2B1%252B%3D", v.seen()[1].query)
}

func TestTrapPagesThatDoNotEnd(t *testing.T) {
	for name, body := range map[string]string{
		"the same token":  `{"code":0,"data":{"has_more":true,"items":[{"open_id":"ou_1"}],"page_token":"x"}}`,
		"more, no token":  `{"code":0,"data":{"has_more":true,"items":[{"open_id":"ou_1"}],"page_token":""}}`,
		"more, no member": `{"code":0,"data":{"has_more":true,"items":[{"open_id":"ou_1"}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			v := serve(t, reply(200, body))
			_, err := collect(v.client(t).DepartmentUsers(t.Context(), "od-1"))
			assert.ErrorIs(t, err, clients.ErrBadResponse)
			var page *clients.PageError
			assert.ErrorAs(t, err, &page)
			assert.LessOrEqual(t, len(v.seen()), 2)
		})
	}
}

func TestTrapNullAndAbsentLists(t *testing.T) {
	for _, body := range []string{`{"code":0,"data":{"has_more":false,"items":null}}`,
		`{"code":0,"data":{"has_more":false}}`, `{"code":0,"data":{"items":[]}}`} {
		all, err := collect(serve(t, reply(200, body)).client(t).DepartmentUsers(t.Context(), "od-1"))
		assert.NoError(t, err)
		assert.Empty(t, all)
	}
	_, err := collect(serve(t, reply(200, `{"code":0,"data":{}}`)).client(t).DepartmentUsers(t.Context(), "od-1"))
	assert.ErrorIs(t, err, clients.ErrBadResponse, "and no list at all is no empty list")
}

// TestOtherLists reads two pages of each.
func TestOtherLists(t *testing.T) {
	user := feishu.UserToken{Source: token.Static("u-1")}
	for name, tc := range map[string]struct {
		first, second string
		read          func(ctx context.Context, c *feishu.Client) (int, error)
		path, query   string
		token, body   string
	}{
		"DepartmentParents": {`{"has_more":true,"page_token":"n","items":[{"open_department_id":"od-2"}]}`,
			`{"has_more":false,"items":[{"open_department_id":"od-1"}]}`,
			func(ctx context.Context, c *feishu.Client) (int, error) {
				all, err := collect(c.DepartmentParents(ctx, "od-3"))
				return len(all), err
			}, "/contact/v3/departments/parent", "department_id=od-3&page_size=50", "t-1", ""},
		"FindUsers": {`{"has_more":true,"page_token":"200","users":[{"open_id":"ou_1"}]}`,
			`{"has_more":false,"users":[{"open_id":"ou_2"}]}`,
			func(ctx context.Context, c *feishu.Client) (int, error) {
				all, err := collect(c.FindUsers(ctx, "林"))
				return len(all), err
			}, "/search/v1/user", "query=%E6%9E%97&page_size=200", "u-1", ""},
		"FindUsersV3": {`{"has_more":true,"page_token":"n","items":[{"id":"ou_1"}]}`,
			`{"has_more":false,"items":[{"id":"ou_2"}],"page_token":""}`,
			func(ctx context.Context, c *feishu.Client) (int, error) {
				all, err := collect(c.FindUsersV3(ctx,
					&feishuapi.SearchUsersV3Request{Query: new("林"),
						Filter: &feishuapi.SearchUsersV3Filter{ExcludeOuterContact: new(true)}}))
				return len(all), err
			}, "/contact/v3/users/search", "page_size=30", "u-1",
			`{"query":"林","filter":{"exclude_outer_contact":true}}`},
		"FindDepartments": {`{"has_more":true,"page_token":"n","items":[{"open_department_id":"od-2"}]}`,
			`{"has_more":false,"items":[{"open_department_id":"od-1"}]}`,
			func(ctx context.Context, c *feishu.Client) (int, error) {
				all, err := collect(c.FindDepartments(ctx, "数据"))
				return len(all), err
			}, "/contact/v3/departments/search", "page_size=50", "u-1", `{"query":"数据"}`},
		"CustomAttrs": {`{"has_more":true,"page_token":"n","items":[{"id":"C-1"}]}`,
			`{"has_more":false,"items":[{"id":"C-2"}]}`,
			func(ctx context.Context, c *feishu.Client) (int, error) {
				all, err := collect(c.CustomAttrs(ctx))
				return len(all), err
			}, "/contact/v3/custom_attrs", "page_size=100", "t-1", ""},
		"EmployeeTypes": {`{"has_more":true,"page_token":"n","items":[{"enum_value":"1"}]}`,
			`{"has_more":false,"items":[{"enum_value":"2"}]}`,
			func(ctx context.Context, c *feishu.Client) (int, error) {
				all, err := collect(c.EmployeeTypes(ctx))
				return len(all), err
			}, "/contact/v3/employee_type_enums", "page_size=100", "t-1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := serve(t, replies(200, `{"code":0,"data":`+tc.first+`}`, 200, `{"code":0,"data":`+tc.second+`}`, 400,
				`{"code":40012,"msg":"bad"}`))
			c := newClientAs(t, v.url, user, clients.WithClock(v.clock))
			n, err := tc.read(t.Context(), c)
			require.NoError(t, err)
			assert.Equal(t, 2, n)
			require.Len(t, v.seen(), 2)
			first := v.seen()[0]
			assert.Equal(t, []string{tc.path, tc.query, tc.token}, []string{first.path, first.query, first.token})
			if tc.body != "" {
				assert.JSONEq(t, tc.body, first.body)
				assert.JSONEq(t, tc.body, v.seen()[1].body, "the query comes with every page")
			}
			assert.Contains(t, v.seen()[1].query, "page_token=")
			_, err = tc.read(t.Context(), c)
			assert.ErrorIs(t, err, clients.ErrInvalidArgument)
		})
	}
}

func TestTrapScopesAreThreeListsOverAllPages(t *testing.T) {
	v := serve(t, replies(200, `{"code":0,"data":{"user_ids":["ou_1","ou_2"],"has_more":true,"page_token":"n1"}}`,
		200, `{"code":0,"data":{"user_ids":["ou_3"],"department_ids":["od-1"],"has_more":true,"page_token":"n2"}}`,
		200, `{"code":0,"data":{"department_ids":["od-2"],"group_ids":["g1"],"has_more":false}}`, 400,
		`{"code":40012,"msg":"x"}`))
	c := v.client(t)
	got, err := c.Scopes(t.Context())
	require.NoError(t, err)
	assert.Equal(t, &feishu.Scope{UserIDs: []string{"ou_1", "ou_2", "ou_3"}, DepartmentIDs: []string{"od-1", "od-2"},
		GroupIDs: []string{"g1"}}, got)
	assert.Equal(t, "page_size=100", v.seen()[0].query)
	got, err = c.Scopes(t.Context())
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.Nil(t, got)
}

func TestTrapACutQueryIsAWarning(t *testing.T) {
	v := serve(t, reply(200, `{"code":0,"data":{"has_more":false,"items":[],"notice":"query is cut"}}`))
	var warnings []string
	c := newClientAs(t, v.url, feishu.UserToken{Source: token.Static("u-1")},
		clients.WithWarningHandler(func(_ context.Context, w clients.Warning) {
			warnings = append(warnings, w.Operation+": "+w.Message)
		}))
	_, err := collect(c.FindUsersV3(t.Context(), &feishuapi.SearchUsersV3Request{Query: new(strings.Repeat("x", 51))}))
	require.NoError(t, err)
	assert.Equal(t, []string{"searchUsersV3: query is cut"}, warnings)
}

// Look-ups

func TestTrapIdsThatAreLeftOutInSilence(t *testing.T) {
	var mu sync.Mutex
	var sizes []int
	v := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		asked := r.URL.Query()["user_ids"]
		mu.Lock()
		sizes = append(sizes, len(asked))
		mu.Unlock()
		var entries []map[string]any
		for _, id := range slices.Backward(asked) { // in another order
			if !strings.HasSuffix(id, "7") {
				entries = append(entries, map[string]any{"open_id": id, "name": id})
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"code": 0, "data": map[string]any{"items": entries}})
	})
	var want []string
	for i := range 120 {
		want = append(want, fmt.Sprint("ou_", i))
	}
	users, missing, err := v.client(t).UsersByID(t.Context(), append(want, want[:30]...))
	require.NoError(t, err)
	slices.Sort(sizes)
	assert.Equal(t, []int{20, 50, 50}, sizes, "repeated ids count once")
	assert.Len(t, users, 108)
	assert.Equal(t, []string{"ou_0", "ou_1"}, []string{users[0].OpenID, users[1].OpenID}, "in the order asked for")
	assert.Equal(t, []string{"ou_7", "ou_17", "ou_27", "ou_37", "ou_47", "ou_57", "ou_67", "ou_77", "ou_87", "ou_97",
		"ou_107", "ou_117"}, missing)

	users, missing, err = v.client(t).UsersByID(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, users)
	assert.Empty(t, missing)
	assert.Len(t, v.seen(), 3, "nothing is asked for nobody")
}

func TestLookupsByOtherKinds(t *testing.T) {
	v := serve(t, replies(200, `{"code":0,"data":{"items":[{"open_department_id":"od-1","department_id":"one"}]}}`,
		200, `{"code":0,"data":{"items":[{"open_id":"ou_1","union_id":"on_1"}]}}`, 200,
		`{"code":0,"data":{"items":[{"open_id":"ou_1"}]}}`, 400, `{"code":99992351,"msg":"x"}`))
	c := v.client(t).WithIDTypes(feishu.IDTypes{User: feishuapi.UserIDTypeUnionID,
		Department: feishuapi.DepartmentIDTypeDepartmentID})
	departments, missing, err := c.DepartmentsByID(t.Context(), []string{"two", "one"})
	require.NoError(t, err)
	assert.Equal(t, "od-1", departments[0].OpenDepartmentID)
	assert.Equal(t, []string{"two"}, missing)
	assert.Equal(t, "department_ids=two&department_ids=one&user_id_type=union_id&department_id_type=department_id",
		v.seen()[0].query)
	_, missing, err = c.UsersByID(t.Context(), []string{"on_1"})
	require.NoError(t, err)
	assert.Empty(t, missing)
	_, _, err = c.UsersByID(t.Context(), []string{"on_1"})
	assert.ErrorIs(t, err, clients.ErrBadResponse, "without the id nobody knows whom the answer is about")
	_, _, err = c.UsersByID(t.Context(), []string{"on_1"})
	assert.ErrorIs(t, err, clients.ErrNotFound)
}

func TestTrapContactsOfNobodyComeWithoutAnId(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		var request struct {
			Emails, Mobiles []string
			Resigned        *bool `json:"include_resigned"`
		}
		require.NoError(t, json.NewDecoder(r.Body).Decode(&request))
		assert.LessOrEqual(t, len(request.Emails), 50)
		assert.LessOrEqual(t, len(request.Mobiles), 50)
		list := []map[string]any{}
		for _, email := range request.Emails {
			entry := map[string]any{"email": strings.ToLower(email)}
			if !strings.HasPrefix(email, "nobody") {
				entry["user_id"] = "ou_" + strings.ToLower(email)
			}
			list = append(list, entry)
		}
		for _, mobile := range request.Mobiles {
			list = append(list, map[string]any{"mobile": mobile, "user_id": "ou_" + mobile})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"code": 0, "data": map[string]any{"user_list": list}})
	})
	contacts := feishu.Contacts{Emails: []string{"Lin.Yue@corp.example", "nobody@corp.example"},
		Mobiles: []string{"+8613000000001", "+8613000000001"}}
	for i := range 60 {
		contacts.Emails = append(contacts.Emails, fmt.Sprintf("p%d@corp.example", i))
	}
	c := v.client(t)
	matches, unknown, err := c.UsersByContact(t.Context(), contacts)
	require.NoError(t, err)
	assert.Len(t, matches, 62)
	assert.Equal(t, []string{"nobody@corp.example"}, unknown)
	assert.Len(t, v.seen(), 2)
	for _, call := range v.seen() {
		assert.NotContains(t, call.body, "include_resigned")
	}

	_, _, err = c.UsersByContact(t.Context(), feishu.Contacts{Mobiles: []string{"1"}, IncludeResigned: true})
	require.NoError(t, err)
	assert.JSONEq(t, `{"mobiles":["1"],"include_resigned":true}`, v.seen()[2].body)
	matches, unknown, err = c.UsersByContact(t.Context(), feishu.Contacts{})
	require.NoError(t, err)
	assert.Empty(t, matches)
	assert.Empty(t, unknown)
	assert.Len(t, v.seen(), 3)

	_, _, err = serve(t, reply(400, `{"code":99991672,"msg":"x"}`)).client(t).UsersByContact(t.Context(), contacts)
	assert.ErrorIs(t, err, clients.ErrPermission)
}

func TestUsersFromSeveralRoots(t *testing.T) {
	o := bigCompany()
	o.narrow = true
	c := serve(t, o.handle).client(t)
	got := ids(t, c.Users(t.Context(), "od-a2", "od-a1", "od-a21"), userID)
	assert.Equal(t, []string{"ou_chair", "ou_deep0", "ou_deep1", "ou_deep2", "ou_deep3"}, got)
	_, err := collect(c.Users(t.Context(), ""))
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
}

func TestTrapTooBigTreesEndWithErrorsToo(t *testing.T) {
	v := serve(t, replies(400, `{"code":43010,"msg":"dept is too big"}`, 200,
		`{"code":0,"data":{"has_more":false,"items":[{"open_department_id":"od-1"}]}}`, 400,
		`{"code":40003,"msg":"internal"}`))
	all, err := collect(v.client(t, clients.WithRetry(clients.NoRetry)).Departments(t.Context()))
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.Len(t, all, 1)

	v = serve(t, replies(400, `{"code":43010,"msg":"dept is too big"}`, 200,
		`{"code":0,"data":{"has_more":false,"items":[{"name":"x"}]}}`))
	_, err = collect(v.client(t).Departments(t.Context()))
	assert.ErrorIs(t, err, clients.ErrBadResponse)
}

func TestTrapNobodyIsLostForWantOfAnID(t *testing.T) {
	name := func(u feishuapi.User) string { return u.OpenID + u.UnionID + u.UserID }
	found := func(u feishuapi.FoundUser) string { return u.OpenID + u.UserID }
	gather := func(seq iter.Seq2[feishuapi.User, error]) ([]string, error) {
		users, err := collect(seq)
		var names []string
		for _, user := range users {
			names = append(names, name(user))
		}
		return names, err
	}
	people := map[string]func(context.Context, *feishu.Client) ([]string, error){
		"DepartmentUsers": func(ctx context.Context, c *feishu.Client) ([]string, error) {
			return gather(c.DepartmentUsers(ctx, "0"))
		},
		"Users": func(ctx context.Context, c *feishu.Client) ([]string, error) { return gather(c.Users(ctx)) },
		"UsersInRange": func(ctx context.Context, c *feishu.Client) ([]string, error) {
			return gather(c.UsersInRange(ctx))
		},
		"FindUsers": func(ctx context.Context, c *feishu.Client) ([]string, error) {
			users, err := collect(c.FindUsers(ctx, "x"))
			var names []string
			for _, user := range users {
				names = append(names, found(user))
			}
			return names, err
		},
	}
	for list, read := range people {
		for rows, want := range map[string][]string{
			`{"open_id":"a"},{"open_id":"b"},{"open_id":"a"}`:        {"a", "b"},
			`{"user_id":"x"},{"user_id":"y"},{"user_id":"x"}`:        {"x", "y"},
			`{"open_id":"x"},{"user_id":"x"}`:                        {"x", "x"},
			`{"name":"林"},{"name":"林"}`:                              nil,
			`{"open_id":"","union_id":""},{"open_id":"","name":"n"}`: nil,
		} {
			t.Run(list+" "+rows, func(t *testing.T) {
				v := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
					switch {
					case r.URL.Path == "/contact/v3/scopes":
						fmt.Fprint(w, `{"code":0,"data":{"department_ids":["od-1"],"has_more":false}}`)
					case strings.HasSuffix(r.URL.Path, "/children"):
						fmt.Fprint(w, `{"code":0,"data":{"has_more":false,"items":[]}}`)
					default:
						fmt.Fprintf(w, `{"code":0,"data":{"has_more":false,"items":[%s],"users":[%s]}}`, rows, rows)
					}
				})
				got, err := read(t.Context(), newClientAs(t, v.url, feishu.UserToken{Source: token.Static("u-1")}))
				assert.Equal(t, want, got)
				if want != nil {
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
}

func TestTrapHitsAndDepartmentsWithoutAnID(t *testing.T) {
	v := serve(t, reply(200, `{"code":0,"data":{"has_more":false,"items":[{"name":"x"},{"name":"y"}]}}`))
	c := newClientAs(t, v.url, feishu.UserToken{Source: token.Static("u-1")})
	var errs []error
	_, err := collect(c.FindUsersV3(t.Context(), &feishuapi.SearchUsersV3Request{Query: new("x")}))
	errs = append(errs, err)
	for _, list := range []iter.Seq2[feishuapi.Department, error]{
		c.FindDepartments(t.Context(), "x"), c.DepartmentParents(t.Context(), "od-1"), c.Departments(t.Context()),
	} {
		_, err := collect(list)
		errs = append(errs, err)
	}
	for _, err := range errs {
		assert.ErrorIs(t, err, clients.ErrBadResponse)
		assert.ErrorContains(t, err, "no id")
	}
}
