package directory_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Where an app was given single people only, no department is listed, and none can be left out.
func TestNothingCanBeLeftOutOfSinglePeople(t *testing.T) {
	d := dingTalkAt(t, answers{
		"/auth/scopes": `{"errcode":0,"errmsg":"ok","auth_org_scopes":{"authed_user":["u9"],"authed_dept":[]}}`,
		"/topapi/v2/user/get userid=u9": `{"errcode":0,"errmsg":"ok","result":{"userid":"u9","name":"n9",
			"dept_id_list":[5],"active":true}}`,
	})
	_, err := ids(directory.Walk(t.Context(), d, directory.WalkOptions{Exclude: []string{"5"}}))
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.Contains(t, walkedUsers(t, d, directory.WalkOptions{}), "u9")
}

// Without the permission for it Feishu does not say what a department is below.
func TestWhatIsBelowADepartmentIsNotGuessed(t *testing.T) {
	list := func(parent string) answers {
		return answers{
			"/departments/0": `{"code":0,"data":{"department":{"open_department_id":"0","name":"corp"}}}`,
			"/departments/0/children": `{"code":0,"data":{"has_more":false,"items":[
				{"open_department_id":"od-1","name":"one"` + parent + `"0"},
				{"open_department_id":"od-2","name":"two"` + parent + `"od-1"}]}}`,
			"/users/find_by_department": feishuEmpty,
			"/users/find_by_department department_id=0&": `{"code":0,"data":{"has_more":false,
				"items":[{"open_id":"ou_0","name":"n","department_ids":["0"]}]}}`,
			"/users/find_by_department department_id=od-2&": `{"code":0,"data":{"has_more":false,
				"items":[{"open_id":"ou_2","name":"n","department_ids":["od-2"]}]}}`,
		}
	}
	without := directory.WalkOptions{Exclude: []string{"od-1"}}
	assert.ElementsMatch(t, []string{"ou_0"},
		keys(walkedUsers(t, feishuAt(t, list(`,"parent_department_id":`)), without)))
	d := feishuAt(t, list(`,"i18n_name":{},"chat_id":`))
	_, err := ids(directory.Walk(t.Context(), d, without))
	assert.ErrorIs(t, err, clients.ErrPermission)
	assert.ErrorContains(t, err, "od-1")
	assert.Len(t, walkedUsers(t, d, directory.WalkOptions{}), 2)
}

// Details and exclusions together lose nobody whom either alone has.
func TestWhoIsInNoDepartmentIsNotLeftOut(t *testing.T) {
	d := wpsAt(t, answers{
		"/v7/depts/root":        `{"code":0,"data":{"id":"d1","name":"r","parent_id":"0"}}`,
		"/v7/depts/d1/children": `{"code":0,"data":{"items":[{"id":"d2","name":"x","parent_id":"d1"}]}}`,
		"/v7/depts/d2/children": `{"code":0,"data":{"items":[],"next_page_token":""}}`,
		"/v7/depts/d1/members":  `{"code":0,"data":{"items":[],"next_page_token":""}}`,
		"/v7/contacts/permissions_scope/entities": `{"code":0,"data":{"items":[
			{"scope":"org","entity":{"type":"dept","id":"d1"}}]}}`,
		"/v7/users": `{"code":0,"data":{"items":[{"id":"u1","user_name":"n","depts":[]},
			{"id":"u2","user_name":"n","depts":[{"id":"d2"}]}],"next_page_token":""}}`,
		"/v7/users/u1":                      `{"code":0,"data":{"id":"u1","user_name":"n","depts":[]}}`,
		"/v7/users/u2":                      `{"code":0,"data":{"id":"u2","user_name":"n","depts":[{"id":"d2"}]}}`,
		"/v7/users/custom_attrs/batch_read": `403{"code":403000001,"msg":"no"}`,
	})
	for _, details := range []bool{false, true} {
		got := walkedUsers(t, d, directory.WalkOptions{Details: details, Exclude: []string{"d2"}})
		require.Equal(t, []string{"u1"}, keys(got), "details %v", details)
	}
}
