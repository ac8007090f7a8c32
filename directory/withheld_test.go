package directory_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// weComStaff and feishuStaff are companies of two people, of whom the vendor tells more.
func weComStaff(t *testing.T, first, second string) directory.Directory {
	return weComAt(t, answers{
		"/department/list": `{"errcode":0,"errmsg":"ok","department":[{"id":1,"name":"c","parentid":0,"order":1}]}`,
		"/user/list": `{"errcode":0,"errmsg":"ok","userlist":[{"userid":"u1","name":"n","department":[1]` + first +
			`},{"userid":"u2","name":"n","department":[1]` + second + `}]}`,
	})
}

func feishuStaff(t *testing.T, first, second string) directory.Directory {
	return feishuAt(t, answers{
		"/departments/0":          `400{"code":40008,"msg":"x"}`,
		"/departments/0/children": feishuEmpty,
		"/users/find_by_department": `{"code":0,"data":{"has_more":false,"items":[{"open_id":"u1","name":"n"` + first +
			`},{"open_id":"u2","name":"n"` + second + `}]}}`,
	})
}

// What an app may not read any more is no change, however much of the same list it may read; what is empty now is one.
func TestOneKindOfAListIsWithheldOrTakenAway(t *testing.T) {
	for name, c := range map[string]struct {
		staff        func(t *testing.T, first, second string) directory.Directory
		before, then [2]string
		want         []string
	}{
		"WeCom's mobile numbers are withheld": {weComStaff,
			[2]string{`,"mobile":"13000000001","telephone":"","email":"a@x"`,
				`,"mobile":"13000000002","telephone":"","email":"b@x"`},
			[2]string{`,"telephone":"","email":"a@x"`, `,"telephone":"","email":"b@x"`}, []string{}},
		"Feishu's work mail is withheld": {feishuStaff,
			[2]string{`,"enterprise_email":"a@c","email":""`, `,"enterprise_email":"b@c","email":""`},
			[2]string{`,"email":""`, `,"email":""`}, []string{}},
		"Feishu's user_id is withheld": {feishuStaff,
			[2]string{`,"user_id":"zhang"`, `,"user_id":"li"`}, [2]string{``, ``}, []string{}},
		"the only landline is taken away": {weComStaff,
			[2]string{`,"mobile":"13000000001","telephone":"7"`, `,"mobile":"13000000002","telephone":""`},
			[2]string{`,"mobile":"13000000001","telephone":""`, `,"mobile":"13000000002","telephone":""`},
			[]string{"changed u1 phoneNumbers"}},
		"the first landline is there": {weComStaff,
			[2]string{`,"mobile":"13000000001","telephone":""`, `,"mobile":"13000000002","telephone":""`},
			[2]string{`,"mobile":"13000000001","telephone":"7"`, `,"mobile":"13000000002","telephone":""`},
			[]string{"changed u1 phoneNumbers"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := taken(t, c.staff(t, c.before[0], c.before[1]), directory.WalkOptions{})
			then := taken(t, c.staff(t, c.then[0], c.then[1]), directory.WalkOptions{})
			assert.Equal(t, c.want, differences(t, before, then, directory.DiffOptions{}))
		})
	}
}

func TestExclusionsOfAScopeInParts(t *testing.T) {
	names := func(s *directory.Snapshot) (all []string) {
		for _, u := range s.Users {
			all = append(all, u.ID)
		}
		return all
	}
	w := wpsAt(t, answers{
		"/v7/companies/current": `{"code":0,"data":{"id":"c"}}`,
		"/v7/depts/root":        `{"code":0,"data":{"id":"d0","name":"r","parent_id":"0"}}`,
		"/v7/depts/batch_read":  `{"code":0,"data":{"items":[{"id":"d1","name":"d1","parent_id":"d0"}]}}`,
		"/v7/depts/d1/children": `{"code":0,"data":{"items":[{"id":"d2","name":"d2","parent_id":"d1"}],
			"next_page_token":""}}`,
		"/v7/depts/d2/children": `{"code":0,"data":{"items":[],"next_page_token":""}}`,
		"/v7/contacts/permissions_scope/entities": `{"code":0,"data":{"items":[
			{"scope":"org","entity":{"type":"dept","id":"d1"}},{"scope":"org","entity":{"type":"user","id":"u9"}}]}}`,
		"/v7/users": `{"code":0,"data":{"items":[{"id":"u1","user_name":"n","depts":[{"id":"d1","dept_id":"d1"}]},
			{"id":"u2","user_name":"n","depts":[{"id":"d2","dept_id":"d2"}]},
			{"id":"u9","user_name":"n","depts":[{"id":"d7","dept_id":"d7"}]},{"id":"u0","user_name":"n","depts":[]}],
			"next_page_token":""}}`,
		"/v7/users/u9": `{"code":0,"data":{"id":"u9","user_name":"n","depts":[{"id":"d7","dept_id":"d7"}]}}`,
	})
	assert.Equal(t, []string{"u0", "u1", "u9"}, names(taken(t, w, directory.WalkOptions{Exclude: []string{"d2"}})),
		"a person of no department, and one who was given one by one, are not left out")

	single := twoDepartments().with(answers{
		"/auth/scopes": `{"errcode":0,"errmsg":"ok","auth_org_scopes":{"authed_user":["u9"],"authed_dept":[2]}}`,
		"/topapi/v2/department/get dept_id=2}": `{"errcode":0,"errmsg":"ok","result":{"dept_id":2,"name":"d2",
			"parent_id":1}}`,
		"/topapi/v2/department/get dept_id=4}": `{"errcode":0,"errmsg":"ok","result":{"dept_id":4,"name":"d4",
			"parent_id":3}}`,
		"/topapi/v2/user/get userid=u9": `{"errcode":0,"errmsg":"ok","result":{"userid":"u9","name":"n9",
			"dept_id_list":[4],"active":true}}`,
	})
	without := taken(t, dingTalkAt(t, single), directory.WalkOptions{Exclude: []string{"4"}})
	assert.NotContains(t, names(without), "u9", "who is in a department that is left out is left out")

	nested := single.with(answers{
		"/auth/scopes": `{"errcode":0,"errmsg":"ok","auth_org_scopes":{"authed_user":[],"authed_dept":[2,4]}}`,
	})
	s := taken(t, dingTalkAt(t, nested), directory.WalkOptions{Exclude: []string{"3"}})
	require.Len(t, s.Departments, 1, "4 is below 3, also if it was given by itself")
	assert.Equal(t, "2", s.Departments[0].ID)
}

func TestARootThatIsForbiddenIsNotSkippedInSilence(t *testing.T) {
	d := feishuAt(t, answers{
		"/departments/0/children": feishuRefusal,
		"/departments/batch":      feishuRefusal,
	})
	skip := func(directory.Department, error) error { return nil }
	_, err := ids(directory.Walk(t.Context(), d, directory.WalkOptions{Roots: []string{"od-9"}, Skip: skip}))
	assert.ErrorIs(t, err, clients.ErrPermission)
}

// Somebody of another company whom the vendor's page lets through is let in by nobody.
func TestSomebodyOfAnotherCompanyIsNotSignedIn(t *testing.T) {
	fei := feishuAt(t, answers{
		"/oauth/token": `{"code":0,"access_token":"u-1","expires_in":7200,"token_type":"Bearer"}`,
		"/authen/v1/user_info": `{"code":0,"data":{"open_id":"ou_evil","union_id":"on_evil","tenant_key":"OTHER",
			"name":"mallory"}}`,
		"/contact/v3/users/ou_evil": `400{"code":41050,"msg":"no user authority error"}`,
	})
	_, err := fei.(directory.SignIn).Identify(t.Context(), "code", clients.SurfaceBrowser)
	assert.ErrorIs(t, err, clients.ErrPermission)
}
