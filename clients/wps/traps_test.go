package wps_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTrapWhatIsSetReachesTheWireAndWhatIsNotDoesNot(t *testing.T) {
	s := serve(t, reply(done))
	c := s.client(t, wps.Config{})
	for body, send := range map[string]func() error{
		`{"title":"","leader_id":"","titles":{"mode":"general","title_list":[]}}`: func() error {
			_, err := c.UpdateUser(t.Context(), "u", nil, &wpsapi.UpdateUserRequest{Title: new(""), LeaderID: new(""),
				Titles: &wpsapi.UserTitlesInput{Mode: wpsapi.TitleModeGeneral, TitleList: []wpsapi.UserTitleInput{}}})
			return err
		},
		`{}`: func() error {
			_, err := c.UpdateUser(t.Context(), "u", nil, &wpsapi.UpdateUserRequest{})
			return err
		},
		`{"order":0,"leaders":[],"name":""}`: func() error {
			_, err := c.UpdateDept(t.Context(), "d", nil,
				&wpsapi.UpdateDeptRequest{Order: new(int64(0)), Leaders: []wpsapi.DeptLeaderInput{}, Name: new("")})
			return err
		},
		`{"leaders":[{"order":0,"user_id":"u"}]}`: func() error {
			_, err := c.UpdateDept(t.Context(), "d", nil,
				&wpsapi.UpdateDeptRequest{Leaders: []wpsapi.DeptLeaderInput{{UserID: "u"}}})
			return err
		},
		`{"user_order_list":[{"dept_id":"d","order":0,"user_id":"u"}]}`: func() error {
			_, err := c.BatchUpdateUserOrder(t.Context(), nil,
				&wpsapi.BatchUpdateUserOrderRequest{UserOrderList: []wpsapi.UserOrderInput{{DeptID: "d", UserID: "u"}}})
			return err
		},
		`{"user_dept_info_list":[{"user_id":"u","dept_ids":[]}]}`: func() error {
			_, err := c.BatchUpdateUserDept(t.Context(), nil, &wpsapi.BatchUpdateUserDeptRequest{
				UserDeptInfoList: []wpsapi.UserDeptsInput{{UserID: "u", DeptIDs: []string{}}}})
			return err
		},
		`{"user_ids":[]}`: func() error {
			_, err := c.BatchDisableUsers(t.Context(), nil, &wpsapi.BatchDisableUsersRequest{UserIDs: []string{}})
			return err
		},
	} {
		require.NoError(t, send())
		seen := s.seen()
		assert.JSONEq(t, body, seen[len(seen)-1].body)
		assert.NoError(t, seen[len(seen)-1].signature)
	}

	// With nil for what is optional, a create has its required fields and no others.
	s = serve(t, reply(`{"code":0,"data":{"items":[],"id":"u","dept_id":"d"}}`))
	c = s.client(t, wps.Config{})
	_, err := c.CreateUser(t.Context(), nil, &wpsapi.CreateUserRequest{UserName: "罗一", DeptIDs: []string{"Dp7731"}})
	require.NoError(t, err)
	_, err = c.BatchReadDeptMembers(t.Context(), "d", nil,
		&wpsapi.BatchReadDeptMembersRequest{Status: []wpsapi.UserStatus{}, UserIDs: []string{"u"},
			WithUserDetail: new(false)})
	require.NoError(t, err)
	assert.JSONEq(t, `{"user_name":"罗一","dept_ids":["Dp7731"]}`, s.seen()[0].body)
	assert.JSONEq(t, `{"status":[],"user_ids":["u"],"with_user_detail":false}`, s.seen()[1].body)
}

func TestTrapOptionalQueryParametersAreAbsentWhenUnset(t *testing.T) {
	s := serve(t, reply(`{"code":0,"data":{"items":[],"id":"u"}}`))
	c := s.client(t, wps.Config{})
	active := []wpsapi.UserStatus{wpsapi.UserStatusActive}
	for want, send := range map[string]func() error{
		"/v7/users?status=active": func() error {
			_, err := c.ListUsers(t.Context(), &wpsapi.ListUsersParams{Status: active})
			return err
		},
		"/v7/users?status=active&page_size=0&page_token=&with_dept=false&with_total=false": func() error {
			_, err := c.ListUsers(t.Context(),
				&wpsapi.ListUsersParams{Status: active, PageSize: new(int64(0)), PageToken: new(""),
					WithDept: new(false), WithTotal: new(false)})
			return err
		},
		"/v7/depts/d/children": func() error {
			_, err := c.ListChildDepts(t.Context(), "d", &wpsapi.ListChildDeptsParams{})
			return err
		},
		"/v7/depts/d/members?status=active&recursive=true": func() error {
			_, err := c.ListDeptMembers(t.Context(), "d",
				&wpsapi.ListDeptMembersParams{Status: active, Recursive: new(true)})
			return err
		},
		"/v7/users/u": func() error {
			_, err := c.GetUser(t.Context(), "u", nil)
			return err
		},
		"/v7/users/u?with_dept=false": func() error {
			_, err := c.GetUser(t.Context(), "u", &wpsapi.GetUserParams{WithDept: new(false)})
			return err
		},
	} {
		require.NoError(t, send())
		seen := s.seen()
		assert.Equal(t, want, seen[len(seen)-1].uri)
		assert.NoError(t, seen[len(seen)-1].signature)
	}
}

// An empty object would be two bytes, and signed as such.
func TestTrapCallsWithoutABodySendNone(t *testing.T) {
	s := serve(t, reply(done))
	c := s.client(t, wps.Config{})
	_, err := c.DeleteUser(t.Context(), "u", nil)
	require.NoError(t, err)
	_, err = c.DeleteDept(t.Context(), "d", nil)
	require.NoError(t, err)
	_, err = c.AddDeptMember(t.Context(), "d", "u", nil)
	require.NoError(t, err)
	_, err = c.RemoveDeptMember(t.Context(), "d", "u", nil)
	require.NoError(t, err)
	for _, c := range s.seen() {
		assert.Equal(t, "POST", c.method)
		assert.Empty(t, c.body)
		assert.Equal(t, "0", c.header.Get("Content-Length"))
		assert.NoError(t, c.signature)
	}
}

func TestTrapBodiesAreRawUTF8(t *testing.T) {
	s := serve(t, reply(`{"code":0,"data":{"dept_id":"d"}}`))
	_, err := s.client(t, wps.Config{}).CreateDept(t.Context(), nil,
		&wpsapi.CreateDeptRequest{Name: "研发&<测试>", ParentID: "Dp0001"})
	require.NoError(t, err)
	assert.Equal(t, `{"name":"研发&<测试>","parent_id":"Dp0001"}`, s.seen()[0].body)
	assert.NoError(t, s.seen()[0].signature)
}

func TestTrapOnlyGETAndPOST(t *testing.T) {
	for _, op := range wpsapi.Operations() {
		assert.Contains(t, []string{"GET", "POST"}, op.Method, op.ID)
		assert.True(t, strings.HasPrefix(op.Path, "/v7/") || op.Path == "/oauth2/token", op.Path)
	}
}

func TestTrapIdsUnderThreeNames(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/v7/depts/create":
			fmt.Fprint(w, `{"code":0,"data":{"dept_id":"Dp8802","name":"研发二部","order":9007199254740993}}`)
		case "/v7/users/current":
			fmt.Fprint(w, `{"code":0,"data":{"id":"KBx81LmQ","company_id":"Cp01"}}`)
		case "/v7/users/current_id":
			fmt.Fprint(w, `{"code":0,"data":{"user_id":"KBx81LmQ","company_id":"Cp01"}}`)
		}
	})
	c := s.client(t, wps.Config{User: token.Token{Value: userToken}})
	dept, err := c.CreateDept(t.Context(), nil, &wpsapi.CreateDeptRequest{Name: "研发二部", ParentID: "Dp0001"})
	require.NoError(t, err)
	assert.Equal(t, "Dp8802", dept.Data.DeptID)
	assert.EqualValues(t, 9007199254740993, *dept.Data.Order, "beyond what a float64 holds")
	user, err := c.GetCurrentUser(t.Context())
	require.NoError(t, err)
	id, err := c.GetCurrentUserID(t.Context())
	require.NoError(t, err)
	assert.Equal(t, user.Data.ID, id.Data.UserID)
}

// The page calls the new department's id dept_id, the machine-readable description id.
func TestTrapANewDepartmentsIDUnderTwoKeys(t *testing.T) {
	for data, want := range map[string]string{`{"id":"D1"}`: "D1", `{"dept_id":"D2"}`: "D2",
		`{"id":"D3","dept_id":"D3"}`: "D3", `{"id":"","dept_id":"D4"}`: "D4"} {
		s := serve(t, reply(`{"code":0,"data":`+data+`}`))
		answer, err := s.client(t, wps.Config{}).CreateDept(t.Context(), nil,
			&wpsapi.CreateDeptRequest{Name: "研发二部", ParentID: "Dp0001"})
		require.NoError(t, err, data)
		assert.Equal(t, want, wps.NewDeptID(answer.Data), data)
	}
	s := serve(t, reply(`{"code":0,"data":{"name":"研发二部"}}`))
	_, err := s.client(t, wps.Config{}).CreateDept(t.Context(), nil,
		&wpsapi.CreateDeptRequest{Name: "研发二部", ParentID: "Dp0001"})
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.ErrorContains(t, err, "data.id or data.dept_id")
}

func TestTrapNewAttributesUnderTwoKeys(t *testing.T) {
	for _, data := range []string{`{"attr_ids":["at-1","at-2"]}`,
		`{"custom_attrs":[{"id":"at-1","name":"工位"},{"id":"at-2","name":"班次"}]}`} {
		s := serve(t, reply(`{"code":0,"data":`+data+`}`))
		answer, err := s.client(t, wps.Config{}).BatchCreateCustomAttrDefs(t.Context(), nil,
			&wpsapi.BatchCreateCustomAttrDefsRequest{CustomAttrs: []wpsapi.CustomAttrDefInput{
				{Name: "工位", ValueType: wpsapi.CustomAttrTypeText},
				{Name: "班次", ValueType: wpsapi.CustomAttrTypeText}}})
		require.NoError(t, err, data)
		assert.Equal(t, []string{"at-1", "at-2"}, wps.NewAttrIDs(answer.Data), data)
	}
}

// A member without user_info is one of whom nothing is known, not one whose fields are empty; the same holds for marks.
func TestTrapWhatDoesNotComeIsUnknown(t *testing.T) {
	const sent = `{"code":0,"data":{"items":[{"user_id":"a","dept_id":"d"},` +
		`{"user_id":"b","dept_id":"d","user_info":{},"dept_info":{"id":"d","name":"产品部"}}]}}`
	s := serve(t, reply(sent))
	answer, err := s.client(t, wps.Config{}).ListDeptMembers(t.Context(), "d",
		&wpsapi.ListDeptMembersParams{Status: []wpsapi.UserStatus{wpsapi.UserStatusActive}, WithDeptDetail: new(true)})
	require.NoError(t, err)
	assert.Nil(t, answer.Data.Items[0].UserInfo)
	assert.Nil(t, answer.Data.Items[0].DeptInfo)
	assert.Equal(t, &wpsapi.User{}, answer.Data.Items[1].UserInfo)
	assert.Equal(t, "产品部", answer.Data.Items[1].DeptInfo.Name)
	assert.Contains(t, s.seen()[0].uri, "with_dept_detail=true")

	for data, want := range map[string]*bool{`{"id":"r"}`: nil, `{"id":"r","has_permission":false}`: new(false),
		`{"id":"r","has_permission":true}`: new(true)} {
		s := serve(t, reply(`{"code":0,"data":`+data+`}`))
		root, err := s.client(t, wps.Config{}).GetRootDept(t.Context(),
			&wpsapi.GetRootDeptParams{WithPermission: new(true)})
		require.NoError(t, err)
		assert.Equal(t, want, root.Data.HasPermission, data)
	}
}

func TestTrapUnknownFieldsAndEnumValues(t *testing.T) {
	s := serve(t,
		reply(`{"code":0,"new":1,"data":{"id":"u","status":"frozen","role":"super-admin","gender":"undefined",`+
			`"new":{"a":[]},"depts":null}}`))
	user, err := s.client(t, wps.Config{}).GetUser(t.Context(), "u", nil)
	require.NoError(t, err)
	assert.EqualValues(t, "frozen", user.Data.Status)
	assert.Equal(t, wpsapi.UserRoleSuperAdmin, user.Data.Role)
	assert.Equal(t, wpsapi.GenderUndefined, user.Data.Gender, "a word of its own, not the absence of one")
	assert.Empty(t, user.Data.Email, "left out without kso.user_email.read")
}

// The cell that names email is blank in the vendor's table.
func TestTrapAllFieldsOfAMember(t *testing.T) {
	const info = `{"avatar":"a","city":"b","country":"c","email":"d@example.com","employee_id":"e","employer":"f",
		"employment_status":"g",
		"employment_type":"h","gender":"female","id":"i","phone":"j","role":"admin","status":"active","telephone":"k",
			"title":"l","user_name":"m",
		"work_place":"n","def_dept_id":"o"}`
	s := serve(t,
		reply(`{"code":0,"msg":"success","data":{"items":[{"user_id":"i","dept_id":"Dp7731","is_leader":true,`+
			`"order":1,"ctime":2,"mtime":3,"user_info":`+info+`}]}}`))
	members, missing, err := s.client(t, wps.Config{}).DepartmentUsersByID(t.Context(), "Dp7731", []string{"i"})
	require.NoError(t, err)
	assert.Empty(t, missing)
	encoded, err := json.Marshal(members[0].UserInfo)
	require.NoError(t, err)
	assert.JSONEq(t, info, string(encoded))
	assert.Equal(t, "Dp7731", members[0].DeptID, "one string, though the page says a list")
}

func TestTrapCustomAttributesUnderTwoKeys(t *testing.T) {
	for _, key := range []string{"items", "users"} {
		s := serve(t,
			reply(`{"code":0,"data":{"`+key+`":[{"user_id":"u","custom_attrs":[{"attr_id":"at-1",
				"text":"3F-021"}]}]}}`))
		answer, err := s.client(t, wps.Config{}).BatchReadUserCustomAttrs(t.Context(), nil,
			&wpsapi.BatchReadUserCustomAttrsRequest{UserIDs: []string{"u"}})
		require.NoError(t, err)
		assert.Equal(t, "u", append(answer.Data.Items, answer.Data.Users...)[0].UserID)
	}
}

func TestTheDocumentedQuotaIsKept(t *testing.T) {
	s := serve(t, reply(rootAnswer))
	c := newClient(t, wps.Config{}, s.url, clients.WithClock(s.clock))
	began := s.clock.Now()
	for range 21 {
		_, err := c.GetRootDept(t.Context(), nil)
		require.NoError(t, err)
	}
	assert.GreaterOrEqual(t, s.clock.Now().Sub(began), 2*time.Second, "ten calls a second")
}
