package directory_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/roster-go/roster/directory"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// taken is a snapshot of a directory.
func taken(t *testing.T, d directory.Directory, o directory.WalkOptions) *directory.Snapshot {
	t.Helper()
	var file bytes.Buffer
	_, err := directory.WriteSnapshot(t.Context(), &file, d, directory.SnapshotOptions{Walk: o, Company: "c"})
	require.NoError(t, err)
	s, err := directory.ReadSnapshot(&file)
	require.NoError(t, err)
	return s
}

// differences are the fields that changed, as "kind id field".
func differences(t *testing.T, old, now *directory.Snapshot, o directory.DiffOptions) []string {
	t.Helper()
	changes, err := directory.Diff(old, now, o)
	require.NoError(t, err)
	found := []string{}
	for c := range changes {
		for _, f := range c.Fields {
			found = append(found, fmt.Sprint(c.Kind, " ", c.ID, " ", f.Field))
		}
	}
	return found
}

// row is a company of u1, of whom the vendor tells what is in more, and of u2, who has everything.
var rowsOfVendors = map[string]func(t *testing.T, more string) directory.Directory{
	"wecom": func(t *testing.T, more string) directory.Directory {
		return weComAt(t, answers{
			"/department/list": `{"errcode":0,"errmsg":"ok","department":[{"id":1,"name":"c","parentid":0,"order":1}]}`,
			"/user/list": `{"errcode":0,"errmsg":"ok","userlist":[{"userid":"u1","name":"n","department":[1]` + more +
				`},{"userid":"u2","name":"n","department":[1],"mobile":"13000000002","telephone":"2",
				"email":"b@example.org"}]}`,
		})
	},
	"dingtalk": func(t *testing.T, more string) directory.Directory {
		return dingTalkAt(t, answers{
			"/auth/scopes": `{"errcode":0,"errmsg":"ok",
				"auth_org_scopes":{"authed_user":[],"authed_dept":[1]}}`,
			"/topapi/v2/department/get":     `{"errcode":0,"errmsg":"ok","result":{"dept_id":1,"name":"corp"}}`,
			"/topapi/v2/department/listsub": `{"errcode":0,"errmsg":"ok","result":[]}`,
			"/topapi/v2/user/list": `{"errcode":0,"errmsg":"ok","result":{"has_more":false,"list":[
				{"userid":"u1","name":"n","dept_id_list":[1]` + more + `},{"userid":"u2","name":"n","dept_id_list":[1],
				"mobile":"13000000002","telephone":"2","email":"b@example.org"}]}}`,
		})
	},
	"feishu": func(t *testing.T, more string) directory.Directory {
		return feishuAt(t, answers{
			"/departments/0":          `400{"code":40008,"msg":"x"}`,
			"/departments/0/children": feishuEmpty,
			"/users/find_by_department": `{"code":0,"data":{"has_more":false,"items":[
				{"open_id":"u1","name":"n"` + more +
				`},{"open_id":"u2","name":"n","mobile":"13000000002","email":"b@example.org"}]}}`,
		})
	},
	"wps": func(t *testing.T, more string) directory.Directory {
		return wpsAt(t, answers{
			"/v7/companies/current": `{"code":0,"data":{"id":"c"}}`,
			"/v7/depts/root":        `{"code":0,"data":{"id":"d1","name":"r","parent_id":"0"}}`,
			"/v7/depts/d1/children": `{"code":0,"data":{"items":[],"next_page_token":""}}`,
			"/v7/contacts/permissions_scope/entities": `{"code":0,"data":{"items":[
				{"scope":"org","entity":{"type":"dept","id":"d1"}}]}}`,
			"/v7/users": `{"code":0,"data":{"items":[{"id":"u1","user_name":"n","depts":[]` + more + `},
				{"id":"u2","user_name":"n","depts":[],"phone":"13000000002","telephone":"2","email":"b@example.org"}],
				"next_page_token":""}}`,
		})
	},
}

func TestANumberOrAddressThatIsTakenAwayIsAChangeAndOneThatIsWithheldIsNot(t *testing.T) {
	for vendor, at := range rowsOfVendors {
		mobile := "mobile"
		if vendor == "wps" {
			mobile = "phone"
		}
		everything := fmt.Sprintf(`,"%s":"13000000001","email":"a@example.org"`, mobile)
		for name, c := range map[string]struct {
			then string
			want []string
		}{
			"the same": {everything, []string{}},
			"no mail":  {fmt.Sprintf(`,"%s":"13000000001","email":""`, mobile), []string{"changed u1 emails"}},
			"no number": {fmt.Sprintf(`,"%s":"","email":"a@example.org"`, mobile),
				[]string{"changed u1 phoneNumbers"}},
			"all is left": {``, []string{}},
		} {
			t.Run(vendor+" "+name, func(t *testing.T) {
				before := taken(t, at(t, everything), directory.WalkOptions{})
				after := taken(t, at(t, c.then), directory.WalkOptions{})
				assert.Equal(t, c.want, differences(t, before, after, directory.DiffOptions{}))
				merged, err := directory.Diff(before, after, directory.DiffOptions{})
				require.NoError(t, err)
				at := directory.Apply(before, merged).Users[0]
				assert.Equal(t, name == "no mail", at.Emails != nil && len(at.Emails) == 0)
				assert.Equal(t, name == "no number", at.PhoneNumbers != nil && len(at.PhoneNumbers) == 0)
			})
		}
	}
}

func TestANumberThatOnePersonWithholdsIsNoChange(t *testing.T) {
	before := taken(t, rowsOfVendors["wecom"](t, `,"mobile":"13000000001","telephone":"1"`), directory.WalkOptions{})
	after := taken(t, rowsOfVendors["wecom"](t, `,"telephone":"9"`), directory.WalkOptions{})
	assert.Equal(t, []string{"phoneNumbers.mobile"}, after.Users[0].Unknown)
	changes, err := directory.Diff(before, after, directory.DiffOptions{})
	require.NoError(t, err)
	kept := []directory.Value{{Value: "+8613000000001", Type: "mobile", Primary: true}, {Value: "9", Type: "work"}}
	assert.Equal(t, kept, directory.Apply(before, changes).Users[0].PhoneNumbers, "the mobile number is kept")

	back := taken(t, rowsOfVendors["wecom"](t, `,"mobile":"13000000003","telephone":"9"`), directory.WalkOptions{})
	assert.Empty(t, differences(t, after, back, directory.DiffOptions{}), "nobody knows whether it changed")
	learned, err := directory.Diff(after, back, directory.DiffOptions{Learned: true})
	require.NoError(t, err)
	assert.Equal(t, back.Users, directory.Apply(after, learned).Users)
}

func TestAPermissionThatIsTakenAwayIsNoChange(t *testing.T) {
	all := `,"mobile":"13000000001","telephone":"1"`
	before := taken(t, rowsOfVendors["dingtalk"](t, all), directory.WalkOptions{})
	after := taken(t, rowsOfVendors["dingtalk"](t, all), directory.WalkOptions{})
	for i := range after.Users { // as without the permission for mobile numbers
		numbers := slices.DeleteFunc(slices.Clone(after.Users[i].PhoneNumbers),
			func(v directory.Value) bool { return v.Type == "mobile" })
		numbers[0].Primary = true
		after.Users[i].PhoneNumbers = numbers
	}
	after.Header.Fields = slices.DeleteFunc(after.Header.Fields,
		func(name string) bool { return name == "phoneNumbers.mobile" })
	assert.Empty(t, differences(t, before, after, directory.DiffOptions{}))
	assert.Empty(t, differences(t, after, before, directory.DiffOptions{}))
}

// withManagers is the corp of twoDepartments with details for all but one person.
func withManagers() answers {
	return twoDepartments().with(answers{
		"/topapi/v2/user/get userid=u1": `{"errcode":0,"errmsg":"ok","result":{"userid":"u1","name":"n1",
			"dept_id_list":[2,4],"active":true,"manager_userid":"u2"}}`,
		"/topapi/v2/user/get userid=u2": `{"errcode":0,"errmsg":"ok","result":{"userid":"u2","name":"n2",
			"dept_id_list":[4],"active":true,"manager_userid":"u3"}}`,
		"/topapi/v2/user/get userid=u3": `{"errcode":0,"errmsg":"ok","result":{"userid":"u3","name":"n3",
			"dept_id_list":[4],"active":true,"manager_userid":""}}`,
	})
}

func TestDetailsThatAreRefusedOfOnePersonAreNotKnown(t *testing.T) {
	details := directory.WalkOptions{Details: true}
	before := taken(t, dingTalkAt(t, withManagers()), details)
	refused := withManagers().with(answers{"/topapi/v2/user/get userid=u1": `{"errcode":50002,"errmsg":"not yours"}`})
	after := taken(t, dingTalkAt(t, refused), details)
	manager := func(change string) bool { return change[len(change)-7:] == "manager" }
	assert.False(t, slices.ContainsFunc(differences(t, before, after, directory.DiffOptions{}), manager))
	assert.False(t, slices.ContainsFunc(differences(t, after, before, directory.DiffOptions{}), manager))
	assert.Contains(t, differences(t, after, before, directory.DiffOptions{Learned: true}), "learned u1 manager")
	none := withManagers().with(answers{"/topapi/v2/user/get userid=u1": `{"errcode":0,"errmsg":"ok",
		"result":{"userid":"u1","name":"n1","dept_id_list":[2,4],"active":true}}`})
	assert.Contains(t, differences(t, before, taken(t, dingTalkAt(t, none), details), directory.DiffOptions{}),
		"changed u1 manager", "who has no manager any more has none")
}

func TestASinglePersonOfTheScopeIsReadAsDeepAsOthers(t *testing.T) {
	a := withManagers().with(answers{
		"/topapi/v2/department/get dept_id=4}": `{"errcode":0,"errmsg":"ok","result":{"dept_id":4,"name":"d4",
			"parent_id":3}}`,
		"/auth/scopes": `{"errcode":0,"errmsg":"ok","auth_org_scopes":{"authed_user":["u9"],"authed_dept":[4]}}`,
		"/topapi/v2/user/get userid=u9": `{"errcode":0,"errmsg":"ok","result":{"userid":"u9","name":"n9",
			"dept_id_list":[2],"active":true,"manager_userid":"u1"}}`,
	})
	without := taken(t, dingTalkAt(t, a), directory.WalkOptions{})
	assert.NotContains(t, without.Header.Fields, "manager")
	with := taken(t, dingTalkAt(t, a), directory.WalkOptions{Details: true})
	assert.Contains(t, with.Header.Fields, "manager")
	for _, c := range differences(t, with, without, directory.DiffOptions{}) {
		assert.NotContains(t, c, "manager", "nobody lost a manager")
	}
}

func TestADepartmentWhoseChildrenAreForbiddenIsSkipped(t *testing.T) {
	a := twoDepartments().with(answers{
		"/topapi/v2/department/listsub dept_id=2}": `{"errcode":50004,"errmsg":"no dept authority"}`,
	})
	_, err := ids(directory.Walk(t.Context(), dingTalkAt(t, a), directory.WalkOptions{}))
	assert.ErrorContains(t, err, "no dept authority", "without a decision it is an error")

	var skipped []string
	skip := directory.WalkOptions{Skip: func(d directory.Department, err error) error {
		assert.Equal(t, "d2", d.Name)
		skipped = append(skipped, d.ID)
		return nil
	}}
	s := taken(t, dingTalkAt(t, a), skip)
	assert.Equal(t, []string{"2"}, skipped)
	assert.Equal(t, []string{"2"}, s.Header.Scope.Skipped)
	require.Len(t, s.Users, 1, "the department's own members are read")
	assert.Equal(t, "u1", s.Users[0].ID)

	skipped = nil
	both := a.with(answers{"/topapi/v2/user/list dept_id=2": `{"errcode":50004,"errmsg":"no dept authority"}`})
	skip.AllowEmpty = true
	taken(t, dingTalkAt(t, both), skip)
	assert.Equal(t, []string{"2"}, skipped, "once")

	stop := directory.WalkOptions{Skip: func(_ directory.Department, err error) error { return err }}
	_, err = ids(directory.Walk(t.Context(), dingTalkAt(t, a), stop))
	assert.ErrorContains(t, err, "no dept authority")
}

func TestADepartmentOfTheScopeIsReadWithoutItsRecord(t *testing.T) {
	refusals := []string{`{"errcode":50004,"errmsg":"x"}`, `{"errcode":60003,"errmsg":"x"}`, `404not found`}
	for _, refusal := range refusals {
		d := dingTalkAt(t, twoDepartments().with(answers{
			"/topapi/v2/department/get": refusal,
			"/auth/scopes": `{"errcode":0,"errmsg":"ok","auth_org_scopes":{"authed_user":[],
				"authed_dept":[2]}}`,
		}))
		s := taken(t, d, directory.WalkOptions{})
		require.Len(t, s.Departments, 3)
		assert.Equal(t, directory.Department{ID: "2", Path: []string{"2"},
			Unknown: []string{"displayName", "externalId", "order", "parentId", "path"}}, s.Departments[0])
		assert.Equal(t, []string{"path"}, s.Departments[1].Unknown)
		assert.Len(t, s.Users, 3)
		named := taken(t, dingTalkAt(t, twoDepartments().with(answers{
			"/topapi/v2/department/get": `{"errcode":0,"errmsg":"ok","result":{"dept_id":2,"name":"d2","parent_id":1}}`,
			"/auth/scopes": `{"errcode":0,"errmsg":"ok",
				"auth_org_scopes":{"authed_user":[],"authed_dept":[2]}}`,
		})), directory.WalkOptions{})
		assert.Empty(t, differences(t, named, s, directory.DiffOptions{}), "no department lost its name")

		_, err := ids(directory.Walk(t.Context(), d, directory.WalkOptions{Roots: []string{"2"}}))
		assert.Error(t, err, "a root that somebody names has to be there")
	}
	for name, batch := range map[string]string{
		"not there": `{"code":0,"msg":"","data":{"items":[]}}`,
		"refused":   `400{"code":40004,"msg":"no dept authority error"}`,
		"no route":  `404not found`,
	} {
		t.Run("feishu "+name, func(t *testing.T) {
			d := feishuAt(t, answers{
				"/departments/0/children": feishuRefusal,
				"/contact/v3/scopes": `{"code":0,"data":{"has_more":false,"department_ids":["od-1"],
					"user_ids":[]}}`,
				"/departments/batch":         batch,
				"/departments/od-1/children": feishuEmpty,
				"/users/find_by_department": `{"code":0,"data":{"has_more":false,
					"items":[{"open_id":"ou_1","name":"n1","department_ids":["od-1"]}]}}`,
			})
			s := taken(t, d, directory.WalkOptions{})
			require.Len(t, s.Departments, 1)
			assert.Equal(t, "od-1", s.Departments[0].ID)
			assert.Contains(t, s.Departments[0].Unknown, "displayName")
			assert.Len(t, s.Users, 1)
			_, err := ids(directory.Walk(t.Context(), d, directory.WalkOptions{Roots: []string{"od-1"}}))
			assert.Error(t, err)
		})
	}
}

func TestAWPSDeploymentWithoutOptionalCallsIsRead(t *testing.T) {
	d := wpsAt(t, answers{
		"/v7/companies/current":                   `404<html>404 Not Found</html>`,
		"/v7/contacts/permissions_scope/entities": `404<html>404 Not Found</html>`,
		"/v7/contacts/permissions_scope":          `404<html>404 Not Found</html>`,
		"/v7/depts/root":                          `{"code":0,"data":{"id":"d1","name":"r","parent_id":"0"}}`,
		"/v7/depts/d1/children":                   `{"code":0,"data":{"items":[],"next_page_token":""}}`,
		"/v7/users": `{"code":0,"data":{"items":[{"id":"u1","user_name":"n","depts":[]}],
			"next_page_token":""}}`,
	})
	var file bytes.Buffer
	_, err := directory.WriteSnapshot(t.Context(), &file, d, directory.SnapshotOptions{})
	assert.NoError(t, err)
}

// namesOfVendors are companies of u1, whose own field has a value. Of names, the vendor tells the company's words for
// fields, options and employee types, or that the app may not read them.
var namesOfVendors = map[string]struct {
	at       func(t *testing.T, names bool, value string) directory.Directory
	named    map[string]string
	standIns []string
}{
	"feishu": {func(t *testing.T, names bool, value string) directory.Directory {
		a := answers{
			"/departments/0":          `400{"code":40008,"msg":"x"}`,
			"/departments/0/children": feishuEmpty,
			"/users/find_by_department": `{"code":0,"data":{"has_more":false,"items":[{"open_id":"u1","name":"n",
				"employee_type":7,"custom_attrs":[{"id":"C-1","type":"TEXT","value":{"text":"` + value + `"}}]}]}}`,
			"/contact/v3/custom_attrs":        feishuNoScope,
			"/contact/v3/employee_type_enums": feishuNoScope,
		}
		if names {
			a["/contact/v3/custom_attrs"] = `{"code":0,"data":{"has_more":false,"items":[
				{"id":"C-1","i18n_name":[{"locale":"zh_cn","value":"工位"}]}]}}`
			a["/contact/v3/employee_type_enums"] = `{"code":0,"data":{"has_more":false,"items":[
				{"enum_value":"7","content":"返聘"}]}}`
		}
		return feishuAt(t, a)
	}, map[string]string{"工位": "blue"}, []string{"attributes", "employeeType"}},
	"wps": {func(t *testing.T, names bool, value string) directory.Directory {
		a := answers{
			"/v7/companies/current": `{"code":0,"data":{"id":"c"}}`,
			"/v7/depts/root":        `{"code":0,"data":{"id":"d1","name":"r","parent_id":"0"}}`,
			"/v7/depts/d1/children": `{"code":0,"data":{"items":[],"next_page_token":""}}`,
			"/v7/contacts/permissions_scope/entities": `{"code":0,"data":{"items":[
				{"scope":"org","entity":{"type":"dept","id":"d1"}}]}}`,
			"/v7/users": `{"code":0,"data":{"items":[{"id":"u1","user_name":"n","depts":[]}],
				"next_page_token":""}}`,
			"/v7/depts/d1/members": `{"code":0,"data":{"items":[],"next_page_token":""}}`,
			"/v7/users/u1":         `{"code":0,"data":{"id":"u1","user_name":"n","depts":[]}}`,
			"/v7/users/custom_attrs/batch_read": `{"code":0,"data":{"items":[{"user_id":"u1","custom_attrs":[
				{"attr_id":"a1","attr_name":"颜色","option":"` + value + `"}]}]}}`,
			"/v7/companies/user_custom_attrs/batch_read": `403{"code":400000003,
				"message":"kso: PermissionDenied: invalid_scope"}`,
		}
		if names {
			a["/v7/companies/user_custom_attrs/batch_read"] = `{"code":0,"data":{"custom_attrs":[{"id":"a1","options":[
				{"key":"blue","name":"蓝"},{"key":"red","name":"红"}]}]}}`
		}
		return wpsAt(t, a)
	}, map[string]string{"颜色": "蓝"}, []string{"attributes"}},
}

func TestIDsThatStandInForNamesAreNoChange(t *testing.T) {
	for vendor, v := range namesOfVendors {
		t.Run(vendor, func(t *testing.T) {
			take := func(names bool, value string) *directory.Snapshot {
				return taken(t, v.at(t, names, value), directory.WalkOptions{Details: true})
			}
			named, ids := take(true, "blue"), take(false, "blue")
			assert.Equal(t, v.named, named.Users[0].Attributes)
			assert.Nil(t, named.Users[0].StandIns)
			assert.NotEqual(t, v.named, ids.Users[0].Attributes)
			assert.NotEmpty(t, ids.Users[0].Attributes, "what can be read is there")
			assert.Equal(t, v.standIns, ids.Users[0].StandIns)

			// The permission goes and comes back.
			assert.Empty(t, differences(t, named, ids, directory.DiffOptions{}))
			assert.Empty(t, differences(t, named, ids, directory.DiffOptions{Learned: true}), "the names are kept")
			assert.Empty(t, differences(t, ids, named, directory.DiffOptions{}))
			changes, err := directory.Diff(ids, named, directory.DiffOptions{Learned: true})
			require.NoError(t, err)
			for c := range changes {
				assert.Equal(t, directory.Learned, c.Kind)
				assert.Equal(t, v.named, c.NewUser.Attributes)
				assert.Nil(t, c.NewUser.StandIns)
			}
			changes, err = directory.Diff(ids, named, directory.DiffOptions{Learned: true})
			require.NoError(t, err)
			assert.Equal(t, named.Users, directory.Apply(ids, changes).Users)

			// Ids are compared with ids, and names with names.
			assert.Equal(t, []string{"changed u1 attributes"},
				differences(t, ids, take(false, "red"), directory.DiffOptions{}))
			assert.Equal(t, []string{"changed u1 attributes"},
				differences(t, named, take(true, "red"), directory.DiffOptions{}))
		})
	}
}
