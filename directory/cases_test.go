package directory_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answers are a vendor's, by path and, behind a blank, something that the query or body of the call has. An answer
// that begins with three digits has them for its HTTP status.
type answers map[string]string

func (a answers) serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		said := strings.NewReplacer(`"`, "", ":", "=").Replace(string(body)) + "&" + r.URL.RawQuery + "&"
		best, found := "", ""
		for key, answer := range a {
			path, more, _ := strings.Cut(key, " ")
			if strings.HasSuffix(r.URL.Path, path) && (more == "" || strings.Contains(said, more)) &&
				len(key) > len(best) {
				best, found = key, answer
			}
		}
		w.Header().Set("Content-Type", "application/json")
		switch {
		case best == "":
			w.WriteHeader(http.StatusInternalServerError)
			t.Errorf("nobody expected %s %s", r.URL, body)
		case found[0] != '{':
			var status int
			_, _ = fmt.Sscan(found[:3], &status)
			w.WriteHeader(status)
			found = found[3:]
		}
		fmt.Fprint(w, found)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (a answers) with(more answers) answers {
	all := answers{}
	for _, from := range []answers{a, more} {
		for key, answer := range from {
			all[key] = answer
		}
	}
	return all
}

func dingTalkAt(t *testing.T, a answers) directory.Directory {
	t.Helper()
	url := a.with(answers{"/v1.0/oauth2/accessToken": `{"accessToken":"t","expireIn":7200}`}).serve(t)
	c, err := dingtalk.New(
		dingtalk.Config{AppKey: "k", AppSecret: "s"},
		clients.WithBaseURL(url),
		clients.WithClock(clienttest.NewClock()),
	)
	require.NoError(t, err)
	return directory.DingTalk(c)
}

func feishuAt(t *testing.T, a answers) directory.Directory {
	t.Helper()
	url := a.with(answers{"/auth/v3/tenant_access_token/internal": `{"code":0,"msg":"ok","tenant_access_token":"t-1",
			"expire":7200}`}).
		serve(t)
	c, err := feishu.New(
		feishu.Config{AppID: "cli_1", AppSecret: "s"},
		clients.WithBaseURL(url),
		clients.WithClock(clienttest.NewClock()),
	)
	require.NoError(t, err)
	return directory.Feishu(c)
}

func wpsAt(t *testing.T, a answers) directory.Directory {
	t.Helper()
	url := a.with(answers{"/oauth2/token": `{"access_token":"t","expires_in":7200,"token_type":"bearer"}`}).serve(t)
	c, err := wps.New(
		wps.Config{AppID: "AK", AppKey: "k"},
		clients.WithBaseURL(url),
		clients.WithClock(clienttest.NewClock()),
	)
	require.NoError(t, err)
	return directory.WPS(c)
}

func weComAt(t *testing.T, a answers) directory.Directory {
	t.Helper()
	url := a.with(answers{"/gettoken": `{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200}`}).serve(t)
	var agent int64
	if a["/agent/get"] != "" {
		agent = 7
	}
	c, err := wecom.New(
		wecom.Config{CorpID: "c", AppSecret: "s", AgentID: agent},
		clients.WithBaseURL(url),
		clients.WithClock(clienttest.NewClock()),
	)
	require.NoError(t, err)
	return directory.WeCom(c)
}

// walkedUsers are the users of a walk by their ids.
func walkedUsers(t *testing.T, d directory.Directory, o directory.WalkOptions) map[string]directory.User {
	t.Helper()
	all := map[string]directory.User{}
	for u, err := range directory.Walk(t.Context(), d, o) {
		require.NoError(t, err)
		require.NotContains(t, all, u.ID)
		all[u.ID] = u
	}
	return all
}

const nothingMore = `{"errcode":0,"errmsg":"ok","result":{"has_more":false,"list":[]}}`

// twoDepartments is a corp in which u1 is in 2 and 4 and leads 4.
func twoDepartments() answers {
	return answers{
		"/auth/scopes": `{"errcode":0,"errmsg":"ok","auth_org_scopes":{"authed_user":[],
			"authed_dept":[1]}}`,
		"/topapi/v2/department/get":     `{"errcode":0,"errmsg":"ok","result":{"dept_id":1,"name":"corp"}}`,
		"/topapi/v2/department/listsub": `{"errcode":0,"errmsg":"ok","result":[]}`,
		"/topapi/v2/department/listsub dept_id=1}": `{"errcode":0,"errmsg":"ok","result":[{"dept_id":-7,"name":"S",
			"parent_id":1},{"dept_id":2,"name":"d2","parent_id":1,"ext":"{}"}]}`,
		"/topapi/v2/department/listsub dept_id=2}": `{"errcode":0,"errmsg":"ok","result":[{"dept_id":3,"name":"d3",
			"parent_id":2}]}`,
		"/topapi/v2/department/listsub dept_id=3}": `{"errcode":0,"errmsg":"ok","result":[{"dept_id":4,"name":"d4",
			"parent_id":3}]}`,
		"/topapi/v2/department/listsub dept_id=-7}": `{"errcode":60003,"errmsg":"x"}`,
		"/topapi/v2/user/list":                      nothingMore,
		"/topapi/v2/user/list dept_id=-7":           `{"errcode":60003,"errmsg":"x"}`,
		"/topapi/v2/user/list dept_id=2": `{"errcode":0,"errmsg":"ok","result":{"has_more":false,
			"list":[{"userid":"u1","unionid":"x1","name":"n1","dept_id_list":[2,4],"dept_order":176299999999999512,
			"leader":false,"active":true}]}}`,
		"/topapi/v2/user/list dept_id=4": `{"errcode":0,"errmsg":"ok","result":{"has_more":false,
			"list":[{"userid":"u1","unionid":"x1","name":"n1","dept_id_list":[2,4],"dept_order":1,"leader":true,
				"active":true},
			{"userid":"u2","name":"n2","dept_id_list":[4],"leader":false,"active":false},{"userid":"u3",
				"dept_id_list":[4,9],
			"leader":false}]}}`,
	}
}

func TestRowsOfOnePersonAreMerged(t *testing.T) {
	for _, parallel := range []int{1, 2, 8} {
		for range 5 {
			d := dingTalkAt(t, twoDepartments())
			leaders := map[string][]string{}
			got := walkedUsers(
				t,
				d,
				directory.WalkOptions{Parallel: parallel,
					Read: func(d directory.Department) { leaders[d.ID] = d.LeaderIDs }},
			)
			require.Len(t, got, 3)
			assert.Equal(t, []directory.Membership{
				{
					DepartmentID: "2",
					Leader:       new(false),
					Order:        "176299999999999512",
				}, {DepartmentID: "4", Leader: new(true), Order: "1"},
			}, got["u1"].Departments)
			assert.Equal(t, "x1", got["u1"].UnionID)
			assert.Equal(
				t,
				[]directory.Membership{{DepartmentID: "4", Leader: new(false)}},
				got["u2"].Departments,
				"an order that nobody set is absent",
			)
			assert.Equal(
				t,
				[]directory.Membership{{DepartmentID: "4", Leader: new(false)}, {DepartmentID: "9"}},
				got["u3"].Departments,
				"9 is out of scope: nothing more will come",
			)
			assert.Equal(t, directory.StatusActive, got["u1"].Status)
			assert.Equal(t, directory.StatusPending, got["u2"].Status)
			active, known := got["u3"].Active()
			assert.False(t, active)
			assert.False(t, known, "a row without active does not say that it is not")
			assert.Equal(t, map[string][]string{"1": {}, "2": {}, "3": {}, "4": {"u1"}}, leaders)
		}
	}
}

// Rows of one person that contradict each other give the same person, whichever came first.
func TestRowsThatContradictEachOther(t *testing.T) {
	one := func(department, title string) answers {
		return answers{"/topapi/v2/user/list dept_id=" + department: `{"errcode":0,"errmsg":"ok","result":{
			"has_more":false,"list":[{"userid":"u1","name":"n1","title":"` + title + `","dept_id_list":[2,4],
			"leader":` + fmt.Sprint(department == "4") + `}]}}`}
	}
	a := twoDepartments().with(one("2", "of 2")).with(one("4", "of 4")).with(answers{
		"/topapi/v2/department/get dept_id=2": `{"errcode":0,"errmsg":"ok","result":{"dept_id":2,"name":"d2"}}`,
		"/topapi/v2/department/get dept_id=4": `{"errcode":0,"errmsg":"ok","result":{"dept_id":4,"name":"d4"}}`,
		"/topapi/v2/user/get userid=u1": `{"errcode":0,"errmsg":"ok","result":{"userid":"u1","title":"own",
			"dept_id_list":[2,4]}}`,
	})
	for _, roots := range [][]string{{"2", "4"}, {"4", "2"}} {
		for details, want := range map[bool]string{false: "of 2", true: "own"} {
			u := walkedUsers(t, dingTalkAt(t, a),
				directory.WalkOptions{Parallel: 1, Roots: roots, Details: details})["u1"]
			assert.Equal(t, want, u.Title)
			assert.Equal(t, []directory.Membership{{DepartmentID: "2", Leader: new(false)},
				{DepartmentID: "4", Leader: new(true)}}, u.Departments)
		}
	}
}

func TestADepartmentThatIsSkippedHoldsNobodyBack(t *testing.T) {
	for _, refusal := range []string{`{"errcode":50004,"errmsg":"x"}`, `{"errcode":60003,"errmsg":"x"}`} {
		d := dingTalkAt(t, twoDepartments().with(answers{"/topapi/v2/user/list dept_id=2": refusal}))
		var left []string
		note := func(d directory.Department) { left = append(left, d.ID) }
		got := walkedUsers(t, d, directory.WalkOptions{Gone: note, Skip: func(d directory.Department, _ error) error {
			note(d)
			return nil
		}})
		assert.Equal(t, []string{"2"}, left)
		assert.Equal(
			t,
			[]directory.Membership{{DepartmentID: "2"}, {DepartmentID: "4", Leader: new(true), Order: "1"}},
			got["u1"].Departments,
		)
	}
}

func TestDingTalksDetails(t *testing.T) {
	a := twoDepartments().with(answers{
		"/topapi/v2/user/get userid=u1": `{"errcode":0,"errmsg":"ok","result":{"userid":"u1","unionid":"x1","name":"n1",
			"dept_id_list":[2,4],"active":true,"manager_userid":"u2",
			"dept_order_list":[{"dept_id":4,"order":1},{"dept_id":2,"order":176299999999999512}],
			"leader_in_dept":[{"dept_id":2,"leader":false},{"dept_id":4,"leader":true}]}}`,
		"/topapi/v2/user/get userid=u2": `{"errcode":60121,"errmsg":"gone"}`,
		"/topapi/v2/user/get userid=u3": `{"errcode":50002,"errmsg":"not yours"}`,
	})
	d := dingTalkAt(t, a)
	plain := walkedUsers(t, dingTalkAt(t, twoDepartments()), directory.WalkOptions{})
	got := walkedUsers(t, d, directory.WalkOptions{Details: true})
	assert.Len(t, got, 2, "u2 is gone")
	assert.Equal(t, "u2", got["u1"].ManagerID)
	assert.Equal(t, plain["u1"].Departments, got["u1"].Departments)
	remains := plain["u3"]
	remains.Unknown = []string{"manager"}
	assert.Equal(t, remains, got["u3"], "what the list tells remains, and that there is more is said")
	one, err := d.User(t.Context(), "u1")
	require.NoError(t, err)
	assert.IsType(t, one.Raw, got["u1"].Raw)
	assert.IsType(t, one.Raw, plain["u1"].Raw, "Raw has one type")

	refused := dingTalkAt(
		t,
		twoDepartments().with(answers{"/topapi/v2/user/get": `{"errcode":50002,"errmsg":"not yours"}`}),
	)
	_, err = ids(directory.Walk(t.Context(), refused, directory.WalkOptions{Details: true}))
	assert.ErrorIs(t, err, clients.ErrPermission, "nobody's details may be read")
}

func TestDingTalkWalksItsScope(t *testing.T) {
	d := dingTalkAt(t, twoDepartments().with(answers{
		"/topapi/v2/department/get dept_id=1}": `{"errcode":50004,"errmsg":"x"}`,
		"/topapi/v2/department/get dept_id=4}": `{"errcode":0,"errmsg":"ok","result":{"dept_id":4,"name":"d4",
			"parent_id":3}}`,
		"/auth/scopes": `{"errcode":0,"errmsg":"ok","auth_user_field":["name"],"condition_field":[],
			"auth_org_scopes":{"authed_user":["u9","u1"],"authed_dept":[4]}}`,
		"/topapi/v2/user/get userid=u9": `{"errcode":0,"errmsg":"ok","result":{"userid":"u9","name":"n9",
			"dept_id_list":[2],"active":true}}`,
	}))
	got := walkedUsers(t, d, directory.WalkOptions{})
	assert.ElementsMatch(t, []string{"u1", "u2", "u3", "u9"}, keys(got))
	assert.Equal(t, []directory.Membership{{DepartmentID: "2"}}, got["u9"].Departments)
	scope, err := d.Scope(t.Context())
	require.NoError(t, err)
	assert.Equal(t, directory.Scope{Known: true, Departments: []string{"4"}, Users: []string{"u1", "u9"}}, scope)
}

func keys[V any](m map[string]V) []string {
	all := []string{}
	for key := range m {
		all = append(all, key)
	}
	return all
}

const (
	feishuRefusal = `400{"code":40004,"msg":"no dept authority error"}`
	feishuNoScope = `400{"code":99991672,"msg":"Access denied. One of the following scopes is required"}`
	feishuEmpty   = `{"code":0,"msg":"success","data":{"has_more":false,"items":[]}}`
)

func TestFeishuWalksItsScope(t *testing.T) {
	a := answers{
		"/departments/0/children":                    feishuRefusal,
		"/users/find_by_department department_id=0&": feishuRefusal,
		"/contact/v3/scopes": `{"code":0,"msg":"","data":{"has_more":false,
			"department_ids":["od-1"],"user_ids":["ou_9"],"group_ids":[]}}`,
		"/departments/batch": `{"code":0,"msg":"",
			"data":{"items":[{"open_department_id":"od-1","name":"one","parent_department_id":"0","leaders":null}]}}`,
		"/departments/od-1/children": `{"code":0,"msg":"","data":{"has_more":false,
			"items":[{"open_department_id":"od-2","name":"two","parent_department_id":"od-1","leaders":[{"leaderType":1,
			"leaderID":"ou_1"}]}]}}`,
		"/users/find_by_department department_id=od-1&": `{"code":0,"msg":"","data":{"has_more":false,
			"items":[{"open_id":"ou_1","union_id":"on_1","name":"n1","department_ids":["od-1","od-2","od-x"],
			"orders":[{"department_id":"od-2","user_order":5,"department_order":9},{"department_id":"od-1",
				"user_order":0,
			"department_order":1}]}]}}`,
		"/users/find_by_department department_id=od-2&": `{"code":0,"msg":"","data":{"has_more":false,
			"items":[{"open_id":"ou_1","union_id":"on_1","name":"n1","department_ids":["od-1","od-2","od-x"],
			"orders":[{"department_id":"od-2","user_order":5,"department_order":9},{"department_id":"od-1",
				"user_order":0,
			"department_order":1}]}]}}`,
		"/contact/v3/users/ou_9": `{"code":0,"msg":"","data":{"user":{"open_id":"ou_9",
			"union_id":"on_9","user_id":"u9"}}}`,
	}
	d := feishuAt(t, a)
	paths := map[string][]string{}
	got := walkedUsers(t, d, directory.WalkOptions{Department: func(d directory.Department) { paths[d.ID] = d.Path }})
	assert.ElementsMatch(t, []string{"ou_1", "ou_9"}, keys(got))
	assert.Equal(t, map[string][]string{"od-1": {"one"}, "od-2": {"one", "two"}}, paths)
	assert.Equal(t, []directory.Membership{
		{DepartmentID: "od-1", Leader: new(false), Primary: new(false)},
		{DepartmentID: "od-2", Leader: new(true), Primary: new(true), Order: "5"},
		{DepartmentID: "od-x", Primary: new(false)},
	}, got["ou_1"].Departments)
	assert.Equal(t, directory.UserNameFromOpenID, got["ou_1"].UserNameFrom)
	assert.Equal(t, "ou_1", got["ou_1"].UserName)
	assert.Equal(t, directory.UserNameFromFeishuID, got["ou_9"].UserNameFrom)
	assert.Nil(t, got["ou_9"].Departments, "not known is not none")

	_, err := ids(directory.Walk(t.Context(), feishuAt(t, a.with(answers{
		"/contact/v3/scopes": `{"code":0,"msg":"","data":{"has_more":false,"department_ids":[],"user_ids":[],
			"group_ids":["g-1","g-2"]}}`,
		"/member/simplelist": feishuNoScope,
	})), directory.WalkOptions{}))
	assert.ErrorIs(t, err, clients.ErrPermission)
	assert.ErrorContains(t, err, "(g-1)")
}

func TestAStatusThatTheAppMayNotReadIsNotInactive(t *testing.T) {
	d := feishuAt(t, answers{
		"/departments/0":          `400{"code":40008,"msg":"x"}`,
		"/departments/0/children": feishuEmpty,
		"/users/find_by_department": `{"code":0,"data":{"has_more":false,"items":[{"name":"n1","email":"a@example.org",
			"employee_no":"7","open_id":"ou_1","union_id":"on_1","user_id":"u1"}]}}`,
	})
	got := walkedUsers(t, d, directory.WalkOptions{Status: []directory.Status{directory.StatusActive}})
	require.Contains(t, got, "ou_1", "a filter leaves out nobody whose state is not known")
	_, known := got["ou_1"].Active()
	assert.False(t, known)
	data, err := json.Marshal(got["ou_1"])
	require.NoError(t, err)
	assert.JSONEq(
		t,
		`{"id":"ou_1","unionId":"on_1","userName":"u1","userNameFrom":"user_id","displayName":"n1","employeeNumber":"7",
		"emails":[{"value":"a@example.org","type":"home","primary":true}],"departments":[{"value":"0"}]}`,
		string(data),
	)

	data, err = json.Marshal(directory.User{ID: "u", Status: directory.StatusDisabled, Emails: []directory.Value{}})
	require.NoError(t, err)
	assert.JSONEq(
		t,
		`{"id":"u","userName":"","displayName":"","status":"disabled","active":false,"emails":[]}`,
		string(data),
	)
}

func TestFeishusOwnWords(t *testing.T) {
	d := feishuAt(t, answers{
		"/contact/v3/users/ou_1": `{"code":0,"msg":"","data":{"user":{"open_id":"ou_1","employee_type":7,
			"join_time":1718035200,"custom_attrs":[
			{"id":"C-1","type":"TEXT","value":{"text":"3F-12"}},{"id":"C-2","type":"ENUMERATION",
				"value":{"option_id":"o",
			"option_value":"blue"}}]}}}`,
		"/contact/v3/custom_attrs": `{"code":0,"msg":"","data":{"has_more":false,"items":[{"id":"C-1",
			"i18n_name":[{"locale":"en_us","value":"Desk"},{"locale":"zh_cn","value":"工位"}]}]}}`,
		"/contact/v3/employee_type_enums": `{"code":0,"msg":"","data":{"has_more":false,"items":[{"enum_value":"7",
			"content":"返聘"}]}}`,
	})
	u, err := d.User(t.Context(), "ou_1")
	require.NoError(t, err)
	assert.Equal(t, "返聘", u.EmployeeType)
	assert.Equal(t, "2024-06-11", u.HireDate)
	assert.Equal(t, map[string]string{"工位": "3F-12", "C-2": "blue"}, u.Attributes)
}

func TestAPermissionThatIsNotSetIsNoEmptyCompany(t *testing.T) {
	a := answers{
		"/v7/depts/root":        `{"code":0,"data":{"id":"d1","name":"r","parent_id":"0"}}`,
		"/v7/depts/d1/children": `{"code":0,"data":{"items":[],"next_page_token":""}}`,
		"/v7/users":             `{"code":0,"data":{"items":[],"next_page_token":""}}`,
		"/v7/contacts/permissions_scope/entities": `{"code":0,"data":{"items":[]}}`,
	}
	_, err := ids(
		directory.Walk(t.Context(), wpsAt(t, a),
			directory.WalkOptions{Status: []directory.Status{directory.StatusActive}}),
	)
	assert.ErrorIs(t, err, directory.ErrEmpty)
	var empty *directory.EmptyError
	require.ErrorAs(t, err, &empty)
	assert.Equal(t, 1, empty.Departments)
	assert.ErrorContains(t, err, "数据权限")
}

func TestOneSpellingOfTelephoneNumbers(t *testing.T) {
	const want = "+8613000000001"
	number := func(d directory.Directory, id string) string {
		u, err := d.User(t.Context(), id)
		require.NoError(t, err)
		require.NotEmpty(t, u.PhoneNumbers)
		return u.PhoneNumbers[0].Value
	}
	weCom := func(mobile string) string {
		return number(weComAt(t, answers{"/user/get": `{"errcode":0,"userid":"u","mobile":"` + mobile + `"}`}), "u")
	}
	dingTalk := func(code, mobile string) string {
		return number(
			dingTalkAt(
				t,
				answers{
					"/topapi/v2/user/get": `{"errcode":0,"result":{"userid":"u","state_code":"` + code + `",
			"mobile":"` + mobile + `"}}`,
				},
			),
			"u",
		)
	}
	assert.Equal(t, want, weCom("13000000001"))
	assert.Equal(t, want, weCom("+86 13000000001"))
	assert.Equal(t, want, weCom("130-0000-0001"))
	assert.Equal(t, want, dingTalk("86", "13000000001"))
	assert.Equal(
		t,
		want,
		number(feishuAt(t, answers{"/users/u": `{"code":0,"data":{"user":{"open_id":"u","mobile":"+8613000000001"}}}`}),
			"u"),
	)
	assert.Equal(t, want, number(wpsAt(t, answers{"/users/u": `{"code":0,"data":{"id":"u","phone":"13000000001"}}`}),
		"u"))
	assert.Equal(t, "+85255500001", dingTalk("852", "55500001"))
	assert.Equal(t, "+85255500001", weCom("+852-5550 0001"))
	asTheyCame := []string{"0571-8800", "8613000000001", "400 800 1234", "10086", "+0123456789", "ext. 12",
		"1300000000"}
	for _, kept := range asTheyCame {
		assert.Equal(t, kept, weCom(kept), "what is not certain is left as it came")
	}
}

func TestWeComsMarksThatAreMissing(t *testing.T) {
	d := weComAt(t, answers{
		"/department/list": `{"errcode":0,"department":[{"id":1,"name":"corp","order":0},{"id":2,"name":"two",
			"parentid":1,"department_leader":["Boss"]}]}`,
		"/user/list department_id=1&": `{"errcode":0,"userlist":[{"userid":"boss","department":[1,2],
			"is_leader_in_dept":[],
			"status":1}]}`,
		"/user/list department_id=2&": `{"errcode":0,"userlist":[{"userid":"BOSS","department":[1,2],
			"is_leader_in_dept":[],
			"status":1},{"userid":"u","department":[2],"order":[0],"main_department":2}]}`,
	})
	got := walkedUsers(t, d, directory.WalkOptions{Parallel: 1})
	assert.Equal(
		t,
		[]directory.Membership{{DepartmentID: "1"}, {DepartmentID: "2", Leader: new(true)}},
		got["boss"].Departments,
	)
	assert.Equal(
		t,
		[]directory.Membership{{DepartmentID: "2", Leader: new(false), Primary: new(true)}},
		got["u"].Departments,
	)
	assert.Empty(t, got["u"].Status)
}
