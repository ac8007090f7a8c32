package wecom_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vendor is a server that answers tokens by secret and everything else by handle.
type vendor struct {
	url    string
	clock  *clienttest.Clock
	mu     sync.Mutex
	calls  []string // path and token
	bodies []string
}

func (v *vendor) seen() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string(nil), v.calls...)
}

func serve(t *testing.T, handle func(w http.ResponseWriter, r *http.Request, n int)) *vendor {
	t.Helper()
	v := &vendor{clock: clienttest.NewClock()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gettoken" {
			// One token a secret, as the vendor does it.
			kind := map[string]string{contactSecret: "contact", appSecret: "app"}[r.URL.Query().Get("corpsecret")]
			fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok","access_token":"token-of-%s","expires_in":7200}`, kind)
			return
		}
		body, _ := io.ReadAll(r.Body)
		v.mu.Lock()
		v.calls = append(v.calls, r.URL.Path+" "+r.URL.Query().Get("access_token"))
		v.bodies = append(v.bodies, string(body))
		n := len(v.calls)
		v.mu.Unlock()
		handle(w, r, n)
	}))
	t.Cleanup(server.Close)
	v.url = server.URL
	return v
}

func (v *vendor) client(t *testing.T, options ...clients.Option) *wecom.Client {
	return newClient(t, v.url, append([]clients.Option{clients.WithClock(v.clock)}, options...)...)
}

func reply(body string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) { fmt.Fprint(w, body) }
}

func TestTrapErrcodeDecidesAndItsAbsenceMeansSuccess(t *testing.T) {
	v := serve(t, reply(`{"userid":"u","name":"n"}`))
	user, err := v.client(t).GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
	require.NoError(t, err)
	assert.Equal(t, "n", user.Name)

	v = serve(t, reply(`{"errmsg":"ok"}`))
	_, err = v.client(t).GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
	assert.ErrorIs(t, err, clients.ErrBadResponse, "without what was asked for it is no answer")
	assert.ErrorContains(t, err, "userid")
}

func TestTrapErrorWithEmptyFieldsOfTheSuccessShape(t *testing.T) {
	v := serve(t,
		reply(`{"errcode":60111,"errmsg":"userid not found","department":[],"order":[],"is_leader_in_dept":[]}`))
	_, err := v.client(t).GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
	assert.ErrorIs(t, err, clients.ErrNotFound)
}

func TestTrapErrcodeAsText(t *testing.T) {
	v := serve(t, reply(`{"errcode":"0","errmsg":"ok","jobid":"j"}`))
	job, err := v.client(t).SyncBatchUser(t.Context(), &wecomapi.SyncBatchUserRequest{MediaID: "m"})
	require.NoError(t, err)
	assert.Equal(t, "j", job.JobID)
	v = serve(t, reply(`{"errcode":"302008","errmsg":"running"}`))
	_, err = v.client(t).SyncBatchUser(t.Context(), &wecomapi.SyncBatchUserRequest{MediaID: "m"})
	assert.ErrorIs(t, err, clients.ErrConflict)
}

func TestTrapTwoSecrets(t *testing.T) {
	v := serve(t, reply(`{"errcode":0,"errmsg":"ok","userid":"u"}`))
	c := v.client(t)
	_, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
	require.NoError(t, err)
	_, err = c.CreateUser(t.Context(), &wecomapi.CreateUserRequest{UserID: "u", Name: "n"})
	require.NoError(t, err)
	assert.Equal(t, []string{"/user/get token-of-app", "/user/create token-of-contact"}, v.seen())

	only, err := wecom.New(wecom.Config{CorpID: "ww1", AppSecret: appSecret}, clients.WithBaseURL(v.url))
	require.NoError(t, err)
	_, err = only.CreateUser(t.Context(), &wecomapi.CreateUserRequest{UserID: "u", Name: "n"})
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "Config.ContactSecret")
	assert.Len(t, v.seen(), 2, "nothing was sent")
}

func TestTrapWideIdsAndOrders(t *testing.T) {
	v := serve(t,
		reply(`{"errcode":0,"errmsg":"ok","userid":"u","department":[4294967295,2315041299],"order":[2147484646,`+
			`4294967295]}`))
	user, err := v.client(t).GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
	require.NoError(t, err)
	assert.Equal(t, []int64{4294967295, 2315041299}, user.Department)
	assert.Equal(t, []int64{2147484646, 4294967295}, user.Order)
}

func TestTrapParallelArraysOfDifferentLength(t *testing.T) {
	v := serve(t,
		reply(`{"errcode":0,"errmsg":"ok","userlist":[{"userid":"u","department":[1,2],"is_leader_in_dept":[]},`+
			`{"userid":"v","department":[3],"order":null}]}`))
	list, err := v.client(t).GetUserList(t.Context(), &wecomapi.GetUserListParams{DepartmentID: 1})
	require.NoError(t, err)
	assert.Len(t, list.UserList[0].Department, 2)
	assert.Empty(t, list.UserList[0].IsLeaderInDept)
}

func TestTrapInvitationsGoOutUnlessFalseReachesTheWire(t *testing.T) {
	v := serve(t, reply(`{"errcode":0,"errmsg":"created"}`))
	c := v.client(t)
	_, err := c.CreateUser(t.Context(), &wecomapi.CreateUserRequest{UserID: "u", Name: "n", ToInvite: new(false),
		Enable: new(int64(0)), Department: []int64{}, Position: new("")})
	require.NoError(t, err)
	_, err = c.CreateUser(t.Context(), &wecomapi.CreateUserRequest{UserID: "u", Name: "n"})
	require.NoError(t, err)
	_, err = c.UpdateUser(t.Context(), &wecomapi.UpdateUserRequest{UserID: "u", IsLeaderInDept: []int64{0},
		DirectLeader: []string{}, BizMailAlias: &wecomapi.BizMailAliasInput{Item: []string{}}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"userid":"u","name":"n","to_invite":false,"enable":0,"department":[],"position":""}`,
		v.bodies[0])
	assert.JSONEq(t, `{"userid":"u","name":"n"}`, v.bodies[1])
	assert.JSONEq(t, `{"userid":"u","is_leader_in_dept":[0],"direct_leader":[],"biz_mail_alias":{"item":[]}}`,
		v.bodies[2])
}

func TestTrapOptionalQueryParametersAreAbsentWhenUnset(t *testing.T) {
	var query string
	v := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		query = r.URL.RawQuery
		fmt.Fprint(w, `{"errcode":0,"errmsg":"ok","userlist":[],"department_id":[]}`)
	})
	c := v.client(t)
	_, err := c.GetUserList(t.Context(), &wecomapi.GetUserListParams{DepartmentID: 7})
	require.NoError(t, err)
	assert.Equal(t, "department_id=7&access_token=token-of-app", query)
	_, err = c.ListDepartmentSimple(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, "access_token=token-of-contact", query)
}

func TestTrapNoHTMLEscaping(t *testing.T) {
	v := serve(t, reply(`{"errcode":0,"errmsg":"updated"}`))
	_, err := v.client(t).UpdateUser(t.Context(), &wecomapi.UpdateUserRequest{UserID: "u", Name: new("研发 <A&B>")})
	require.NoError(t, err)
	assert.Equal(t, `{"name":"研发 <A&B>","userid":"u"}`, v.bodies[0])
}

func TestTrapTokenAndUseridAreEscapedInTheQuery(t *testing.T) {
	// Query-escaping: a + / or = in a token, an @ in a userid.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gettoken" {
			fmt.Fprint(w, `{"access_token":"tok-+/=","expires_in":7200}`)
			return
		}
		assert.Contains(t, r.URL.RawQuery, "access_token=tok-%2B%2F%3D")
		assert.Equal(t, "Li@x.y_z-1", r.URL.Query().Get("userid"))
		fmt.Fprint(w, `{"errcode":0,"errmsg":"ok","userid":"Li@x.y_z-1"}`)
	}))
	defer server.Close()
	_, err := newClient(t, server.URL).GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "Li@x.y_z-1"})
	require.NoError(t, err)
}

func TestTrapGenderMayBeEmpty(t *testing.T) {
	v := serve(t, reply(`{"errcode":0,"errmsg":"ok","userid":"u","gender":""}`))
	user, err := v.client(t).GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
	require.NoError(t, err)
	assert.Empty(t, user.Gender)
}

func TestTrapUnknownFieldsAndEnumValues(t *testing.T) {
	v := serve(t, reply(`{"errcode":0,"errmsg":"ok","userid":"u","status":77,"brand_new":{"a":[1]},"gender":"9"}`))
	user, err := v.client(t).GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
	require.NoError(t, err)
	assert.EqualValues(t, 77, user.Status)
	assert.False(t, user.Status.Valid())
	assert.EqualValues(t, "9", user.Gender)
}

func TestTrapInvalidUserAsTextWithBars(t *testing.T) {
	v := serve(t, reply(`{"errcode":0,"errmsg":"ok","invaliduser":"a|b"}`))
	answer, err := v.client(t).InviteUser(t.Context(), &wecomapi.InviteUserRequest{User: []string{"a", "b", "c"}})
	require.NoError(t, err)
	assert.EqualValues(t, []string{"a", "b"}, answer.InvalidUser)
}

func TestTrapSilentPartialSuccess(t *testing.T) {
	v := serve(t, reply(`{"errcode":0,"errmsg":"updated. Warning: wrong json format. "}`))
	var warnings []clients.Warning
	c := v.client(t, clients.WithWarningHandler(func(_ context.Context, w clients.Warning) {
		warnings = append(warnings, w)
	}))
	_, err := c.UpdateUser(t.Context(), &wecomapi.UpdateUserRequest{UserID: "u"})
	require.NoError(t, err)
	require.Len(t, warnings, 1)
	assert.Equal(t, "UpdateUser", warnings[0].Operation)
	assert.Contains(t, warnings[0].Message, "wrong json format")
}

func TestTrapReplay(t *testing.T) {
	for name, tc := range map[string]struct {
		body  string
		times int // refusals before success
		slept []time.Duration
		err   error
		calls int
	}{
		"40014 once": {`{"errcode":40014,"errmsg":"invalid access_token"}`, 1, nil, nil, 2},
		"42001 once": {`{"errcode":42001,"errmsg":"access_token expired"}`, 1, nil, nil, 2},
		"40001 once": {`{"errcode":40001,"errmsg":"invalid credential"}`, 1, nil, nil, 2},
		"40014 for ever": {`{"errcode":40014,"errmsg":"invalid access_token"}`, 99, nil,
			clients.ErrUnauthenticated, 2},
		"41001": {`{"errcode":41001,"errmsg":"access_token missing"}`, 99, nil,
			clients.ErrUnauthenticated, 1},
		"42007 is not ours": {`{"errcode":42007,"errmsg":"pre auth code expired"}`, 99, nil,
			clients.ErrUnauthenticated, 1},
		"60020": {
			`{"errcode":60020,"errmsg":"not allow to access from your ip, hint: [7], from ip: 198.51.100.20, more ` +
				`info"}`, 99, nil, clients.ErrPermission, 1},
		"45009 waits": {`{"errcode":45009,"errmsg":"api freq out of limit"}`, 1, []time.Duration{time.Minute},
			nil, 2},
		"45009 is given up": {`{"errcode":45009,"errmsg":"api freq out of limit"}`, 99,
			[]time.Duration{time.Minute, time.Minute}, clients.ErrRateLimited, 3},
		"45036":               {`{"errcode":45036,"errmsg":"data access limit"}`, 99, nil, clients.ErrRateLimited, 1},
		"-1 three times":      {`{"errcode":-1,"errmsg":"system busy"}`, 99, nil, clients.ErrUnavailable, 3},
		"6000 three times":    {`{"errcode":6000,"errmsg":"version conflict"}`, 99, nil, clients.ErrConflict, 3},
		"60111 is final":      {`{"errcode":60111,"errmsg":"userid not found"}`, 99, nil, clients.ErrNotFound, 1},
		"60021 is permission": {`{"errcode":60021,"errmsg":"not in scope"}`, 99, nil, clients.ErrPermission, 1},
		"48009 is permission": {`{"errcode":48009,"errmsg":"api forbidden for contact assistant"}`, 99, nil,
			clients.ErrPermission, 1},
		"unheard of": {`{"errcode":999999,"errmsg":"?"}`, 99, nil, clients.ErrUnknown, 1},
	} {
		t.Run(name, func(t *testing.T) {
			v := serve(t, func(w http.ResponseWriter, _ *http.Request, n int) {
				if n <= tc.times {
					fmt.Fprint(w, tc.body)
					return
				}
				fmt.Fprint(w, `{"errcode":0,"errmsg":"ok","userid":"u"}`)
			})
			_, err := v.client(t).GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
			if tc.err == nil {
				assert.NoError(t, err)
			} else {
				assert.ErrorIs(t, err, tc.err)
			}
			assert.Len(t, v.seen(), tc.calls)
			if tc.slept != nil {
				assert.Equal(t, tc.slept, v.clock.Slept())
			}
		})
	}
}

func TestTrapSystemBusyIsNotRepeatedForCreates(t *testing.T) {
	v := serve(t, reply(`{"errcode":-1,"errmsg":"system busy"}`))
	_, err := v.client(t).CreateUser(t.Context(), &wecomapi.CreateUserRequest{UserID: "u", Name: "n"})
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.Len(t, v.seen(), 1)
}

func TestTrapAWrongSecretIsTriedOnce(t *testing.T) {
	// The vendor blocks an address for an hour that keeps sending a wrong secret.
	for _, code := range []int{40001, 40013, 40091, 45009} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			var tokens int
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				tokens++
				fmt.Fprintf(w,
					`{"errcode":%d,"errmsg":"no, hint: [17], from ip: 198.51.100.20, more info at `+
						`https://open.work.weixin.qq.com/devtool/query?e=%d"}`, code, code)
			}))
			defer server.Close()
			c := newClient(t, server.URL, clients.WithClock(clienttest.NewClock()))
			for range 10 {
				_, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
				require.Error(t, err)
				var e *clients.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, fmt.Sprint(code), e.Code)
			}
			assert.Equal(t, 1, tokens)
		})
	}
}

func TestTrapTokenAnswerWithoutAToken(t *testing.T) {
	for _, body := range []string{`{}`, `{"errcode":0,"errmsg":"ok"}`,
		`{"errcode":0,"access_token":"","expires_in":7200}`, `{"access_token":null}`} {
		var calls []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls = append(calls, r.URL.Path)
			fmt.Fprint(w, body)
		}))
		_, err := newClient(t, server.URL).GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
		server.Close()
		assert.ErrorIs(t, err, clients.ErrBadResponse, body)
		assert.Equal(t, []string{"/gettoken"}, calls, "no call goes out with an empty token")
	}
}

func TestTrapTheCallersAddressStaysOutOfTheMessage(t *testing.T) {
	v := serve(t,
		reply(`{"errcode":40003,"errmsg":"invalid userid, hint: [1700000000123], from ip: 198.51.100.20, more info `+
			`at https://open.work.weixin.qq.com/devtool/query?e=40003"}`))
	_, err := v.client(t).GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
	var e *clients.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "invalid userid", e.Message)
	assert.Equal(t, "1700000000123", e.RequestID)
	assert.NotContains(t, err.Error(), "198.51.100.20")
	assert.Equal(t, &wecom.ErrorDetail{Hint: "1700000000123", FromIP: "198.51.100.20"}, e.Detail)
}

func TestTrapOneInvalidIdFailsTheWholeBatchDelete(t *testing.T) {
	v := serve(t, reply(`{"errcode":40031,"errmsg":"invalid useridlist"}`))
	_, err := v.client(t).DeleteBatchUser(t.Context(),
		&wecomapi.DeleteBatchUserRequest{UserIDList: []string{"a", "ghost"}})
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.Len(t, v.seen(), 1)
}

func TestTrapCursor(t *testing.T) {
	// Rows are pairs of user and department, also across pages; an empty page is not the end.
	pages := map[string]string{
		"": `{"errcode":0,"dept_user":[{"userid":"A","department":1},{"userid":"b","department":1}],` +
			`"next_cursor":"p2"}`,
		"p2": `{"errcode":0,"dept_user":[],"next_cursor":"p3"}`,
		"p3": `{"errcode":0,"dept_user":[{"userid":"a","department":4294967290},{"open_userid":"wo1",` +
			`"department":2}],"next_cursor":""}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gettoken" {
			fmt.Fprint(w, `{"access_token":"t","expires_in":7200}`)
			return
		}
		var request struct {
			Cursor string
			Limit  int
		}
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&request))
		assert.Equal(t, 10000, request.Limit, "the vendor documents no default")
		fmt.Fprint(w, pages[request.Cursor])
	}))
	defer server.Close()
	users, err := wecom.GroupRows(newClient(t, server.URL).UserRows(t.Context()))
	require.NoError(t, err)
	assert.Equal(t, []wecom.UserDepartments{{UserID: "A", Departments: []int64{1, 4294967290}},
		{UserID: "b", Departments: []int64{1}}, {UserID: "wo1", Departments: []int64{2}}}, users)
}

func TestTrapStaleCursorIsAnErrorNotTheEnd(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, _ *http.Request, n int) {
		if n == 1 {
			fmt.Fprint(w, `{"errcode":0,"dept_user":[{"userid":"a","department":1}],"next_cursor":"p2"}`)
			return
		}
		fmt.Fprint(w, `{"errcode":60268,"errmsg":"invalid cursor"}`)
	})
	users, err := wecom.GroupRows(v.client(t).UserRows(t.Context()))
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	var p *clients.PageError
	require.ErrorAs(t, err, &p)
	assert.Equal(t, 1, p.Items)
	assert.Nil(t, users)
	assert.Len(t, v.seen(), 2)
}

func TestTrapAReplyTooLargeIsAnError(t *testing.T) {
	v := serve(t, reply(`{"errcode":45029,"errmsg":"reply too large"}`))
	for _, err := range v.client(t).DepartmentUsers(t.Context(), 1) {
		assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	}
}

func TestMemberIsWhatGetUserSays(t *testing.T) {
	v := serve(t,
		reply(`{"errcode":0,"errmsg":"ok","userid":"u","department":[4294967295],"extattr":{"attrs":[{"type":0,`+
			`"name":"工号","text":{"value":"<7>"}}]},"status":4}`))
	member, err := v.client(t).User(t.Context(), "u")
	require.NoError(t, err)
	assert.Equal(t, "u", member.UserID)
	assert.Equal(t, []int64{4294967295}, member.Department)
	assert.Equal(t, "<7>", member.ExtAttr.Attrs[0].Text.Value)
}

func TestUsersYieldsEachMemberOnceOrAnError(t *testing.T) {
	members := map[string]string{
		"1": `{"userid":"root.person","department":[1]}`,
		"2": `{"userid":"both","department":[2,3]},{"userid":"two","department":[2]}`,
		"3": `{"userid":"Both","department":[2,3]}`,
	}
	failing := ""
	v := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		id := r.URL.Query().Get("department_id")
		switch {
		case r.URL.Path == "/department/simplelist":
			fmt.Fprint(w,
				`{"errcode":0,"department_id":[{"id":1,"parentid":0},{"id":2,"parentid":1},{"id":3,"parentid":2},`+
					`{"id":4,"parentid":1}]}`)
		case id == failing:
			fmt.Fprint(w, `{"errcode":60003,"errmsg":"department not found"}`)
		default:
			fmt.Fprintf(w, `{"errcode":0,"userlist":[%s]}`, members[id])
		}
	})
	c := v.client(t)
	var got []string
	for user, err := range c.Users(t.Context()) {
		require.NoError(t, err)
		got = append(got, user.UserID)
	}
	assert.Equal(t, []string{"root.person", "both", "two"}, got)

	failing = "3"
	var last error
	for _, err := range c.Users(t.Context()) {
		last = err
	}
	assert.ErrorIs(t, last, clients.ErrNotFound, "a department that vanishes in mid-walk is not a silent gap")
}

func TestConfigNamesWhatIsMissing(t *testing.T) {
	_, err := wecom.New(wecom.Config{AppSecret: "s"})
	assert.ErrorContains(t, err, "Config.CorpID")
	_, err = wecom.New(wecom.Config{CorpID: "ww"})
	assert.ErrorContains(t, err, "Config.ContactSecret or Config.AppSecret")
	_, err = wecom.New(wecom.Config{CorpID: "ww", AppSecret: "s"}, clients.WithBaseURL("https://x.example/?a=b"))
	assert.ErrorContains(t, err, "WithBaseURL")
	text := fmt.Sprintf("%v %+v %#v", wecom.Config{AppSecret: appSecret}, wecom.Config{AppSecret: appSecret},
		wecom.Config{ContactSecret: contactSecret})
	assert.NotContains(t, text, "planted")
}

func TestArgumentsAreCheckedBeforeAnyIO(t *testing.T) {
	v := serve(t, reply(`{}`))
	c := v.client(t)
	_, err := c.GetUser(t.Context(), nil)
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.ErrorContains(t, err, "userid")
	_, err = c.CreateUser(t.Context(), nil)
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	_, err = c.Upload(t.Context(), wecomapi.UploadMediaParamsTypeFile, "x.csv", strings.NewReader("tiny"))
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	_, err = c.Upload(t.Context(), wecomapi.UploadMediaParamsTypeFile, "名单.csv", strings.NewReader("long enough"))
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.Empty(t, v.seen())
}

func TestTrapAnAttributeWithoutATypeIsNoText(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		fmt.Fprint(w, `{"errcode":0,"userid":"u","enable":0,"extattr":{"attrs":[{"name":"a","value":"old"},`+
			`{"type":0,"name":"b","text":{"value":"new"}}]}}`)
	})
	user, err := v.client(t).GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
	require.NoError(t, err)
	assert.Nil(t, user.ExtAttr.Attrs[0].Type)
	assert.Equal(t, new(wecomapi.AttrTypeText), user.ExtAttr.Attrs[1].Type)
	assert.Equal(t, new(int64(0)), user.Enable)
	assert.Nil(t, user.HideMobile)
}
