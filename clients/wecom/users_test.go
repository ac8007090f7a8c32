package wecom_test

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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

func userID(m wecomapi.Member) string           { return m.UserID }
func departmentID(d wecomapi.Department) string { return fmt.Sprint(d.ID) }

// people are all lists of people.
var people = map[string]func(context.Context, *wecom.Client) ([]string, error){
	"DepartmentUsers": func(ctx context.Context, c *wecom.Client) ([]string, error) {
		return gather(c.DepartmentUsers(ctx, 1), func(m wecomapi.Member) string { return m.UserID + m.OpenUserID })
	},
	"Users": func(ctx context.Context, c *wecom.Client) ([]string, error) {
		return gather(c.Users(ctx), func(m wecomapi.Member) string { return m.UserID + m.OpenUserID })
	},
	"UserRows": func(ctx context.Context, c *wecom.Client) ([]string, error) {
		return gather(c.UserRows(ctx), func(r wecomapi.DeptUser) string { return r.UserID + r.OpenUserID })
	},
	"GroupRows": func(ctx context.Context, c *wecom.Client) ([]string, error) {
		var names []string
		users, err := wecom.GroupRows(c.UserRows(ctx))
		for _, user := range users {
			names = append(names, user.UserID)
		}
		return names, err
	},
}

func TestTrapNobodyIsLostForWantOfAnID(t *testing.T) {
	for name, list := range people {
		for rows, want := range map[string][]string{
			`{"userid":"a"},{"userid":"A"},{"userid":"b"}`:                  {"a", "b"},
			`{"open_userid":"wo1"},{"open_userid":"wo2"}`:                   {"wo1", "wo2"},
			`{"open_userid":"wo1"},{"open_userid":"WO1"}`:                   {"wo1", "WO1"},
			`{"userid":"a"},{"open_userid":"a"},{"open_userid":"a"}`:        {"a", "a"},
			`{"name":"张一"},{"name":"张二"}`:                                   nil,
			`{"userid":"","open_userid":""},{"userid":"","open_userid":""}`: nil,
		} {
			t.Run(name+" "+rows, func(t *testing.T) {
				v := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
					pairs := strings.ReplaceAll(rows, "}", `,"department":1}`)
					fmt.Fprintf(w, `{"errcode":0,"department_id":[{"id":1}],"userlist":[%s],"dept_user":[%s]}`, rows,
						pairs)
				})
				got, err := list(t.Context(), v.client(t))
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

// corp answers for a tree of departments: 1 has 2 and 3, 2 has 4. Department n has the members n and shared.
func corp(asked *[]string) func(http.ResponseWriter, *http.Request, int) {
	trees := map[string]string{
		"":  `{"id":1,"parentid":0},{"id":2,"parentid":1},{"id":4,"parentid":2},{"id":3,"parentid":1}`,
		"2": `{"id":2,"parentid":1},{"id":4,"parentid":2}`,
		"4": `{"id":4,"parentid":2}`,
		"3": `{"id":3,"parentid":1}`,
	}
	return func(w http.ResponseWriter, r *http.Request, _ int) {
		id := r.URL.Query().Get("id")
		tree, ok := trees[id]
		switch {
		case r.URL.Path == "/user/list":
			of := r.URL.Query().Get("department_id")
			fmt.Fprintf(w, `{"errcode":0,"userlist":[{"userid":"u%s"},{"userid":"shared"}]}`, of)
		case !ok:
			fmt.Fprint(w, `{"errcode":60003,"errmsg":"department not found"}`)
		default:
			*asked = append(*asked, r.URL.Path)
			fmt.Fprintf(w, `{"errcode":0,"department":[%s],"department_id":[%s]}`, tree, tree)
		}
	}
}

func TestWalksFromRoots(t *testing.T) {
	for _, tc := range []struct {
		roots       []int64
		departments []string
		users       []string
		calls       int
	}{
		{nil, []string{"1", "2", "4", "3"}, []string{"u1", "shared", "u2", "u4", "u3"}, 1},
		{[]int64{2}, []string{"2", "4"}, []string{"u2", "shared", "u4"}, 1},
		{[]int64{3, 2, 4}, []string{"3", "2", "4"}, []string{"u3", "shared", "u2", "u4"}, 3},
	} {
		var asked []string
		v := serve(t, corp(&asked))
		c := v.client(t)
		got, err := gather(c.Departments(t.Context(), tc.roots...), departmentID)
		require.NoError(t, err)
		assert.Equal(t, tc.departments, got)
		assert.Equal(t, slices.Repeat([]string{"/department/list"}, tc.calls), asked)
		got, err = gather(c.Users(t.Context(), tc.roots...), userID)
		require.NoError(t, err)
		assert.Equal(t, tc.users, got)
	}

	var asked []string
	c := serve(t, corp(&asked)).client(t)
	for _, roots := range [][]int64{{3, 9}, {9, 0}, {0}} {
		_, departments := gather(c.Departments(t.Context(), roots...), departmentID)
		_, users := gather(c.Users(t.Context(), roots...), userID)
		for _, err := range []error{departments, users} {
			if slices.Contains(roots, 0) {
				assert.ErrorIs(t, err, clients.ErrInvalidArgument, "and not everything below nothing")
				continue
			}
			assert.ErrorIs(t, err, clients.ErrNotFound)
			assert.ErrorContains(t, err, "items read: department 9:")
		}
	}
}

func TestTrapDepartmentWithoutIDIsNoDepartment(t *testing.T) {
	v := serve(t,
		reply(`{"errcode":0,"department":[{"id":1},{"name":"x"}],"department_id":[{"id":1},{}],"userlist":[]}`))
	c := v.client(t)
	_, err := gather(c.Departments(t.Context()), departmentID)
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	_, err = gather(c.Users(t.Context()), userID)
	assert.ErrorIs(t, err, clients.ErrBadResponse)
}

func TestWalksStopWhenTheCallerDoes(t *testing.T) {
	var asked []string
	c := serve(t, corp(&asked)).client(t)
	for _, err := range c.Users(t.Context()) {
		require.NoError(t, err)
		break
	}
	for _, err := range c.Departments(t.Context()) {
		require.NoError(t, err)
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := gather(c.Departments(ctx), departmentID)
	assert.ErrorIs(t, err, clients.ErrCanceled)
}
