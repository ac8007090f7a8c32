//lint:file-ignore SA1019 the older calls have to work as well

package dingtalk_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The older deletes are GETs. net/http would send one again by itself when the kept-alive connection dies before an
// answer.
func TestTrapDeleteOverAConnectionThatDiesIsSentOnce(t *testing.T) {
	for path, remove := range map[string]func(*dingtalk.Client) error{
		"/user/delete": func(c *dingtalk.Client) error {
			_, err := c.DeleteUserV1(t.Context(), &dingtalkapi.DeleteUserV1Params{UserID: "lin.mei01"})
			return err
		},
		"/department/delete": func(c *dingtalk.Client) error {
			_, err := c.DeleteDepartmentV1(t.Context(), &dingtalkapi.DeleteDepartmentV1Params{ID: "90210001"})
			return err
		},
	} {
		t.Run(path, func(t *testing.T) {
			var mu sync.Mutex
			var deletes []string
			connections := map[string]bool{}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if answerToken(w, r) {
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if r.URL.Path != path {
					connections[r.RemoteAddr] = true
					fmt.Fprint(w, userV1)
					return
				}
				body, _ := io.ReadAll(r.Body)
				assert.Empty(t, body)
				assert.Equal(t, http.MethodGet, r.Method)
				assert.Truef(t, connections[r.RemoteAddr], "the connection is one that was used before")
				deletes = append(deletes, r.URL.RawQuery)
				connection, _, err := w.(http.Hijacker).Hijack()
				if assert.NoError(t, err) {
					_ = connection.Close()
				}
			}))
			defer server.Close()
			c := newClient(t, internalConfig(), server.URL)
			require.NoError(t, getV1(t, c))
			err := remove(c)
			mu.Lock()
			defer mu.Unlock()
			assert.ErrorIs(t, err, clients.ErrUnavailable, "nobody knows what was done, and the caller is told so")
			assert.Len(t, deletes, 1)
			assert.Equal(t, 1, asError(t, err).Attempts)
		})
	}
}

func TestTrapDeleteRefusedForItsTokenIsSentAgain(t *testing.T) {
	v := serve(t, first(200, `{"errcode":40014,"errmsg":"不合法的access_token"}`, `{"errcode":0,"errmsg":"deleted"}`))
	_, err := v.client(t).DeleteUserV1(t.Context(), &dingtalkapi.DeleteUserV1Params{UserID: "lin.mei01"})
	require.NoError(t, err)
	assert.Len(t, v.seen(), 2)
}

// DingTalk takes 20 calls of one operation a second. The clock of this test moves only when somebody waits.
func TestQuotaOfTwentyCallsASecond(t *testing.T) {
	v := serve(t, always(200, userV1))
	c := v.client(t)
	began := v.clock.Now()
	var at []time.Time
	const calls = 100
	for range calls {
		require.NoError(t, getV1(t, c))
		at = append(at, v.clock.Now())
	}
	assert.GreaterOrEqual(t, v.clock.Now().Sub(began), calls/20*time.Second-time.Second,
		"the last second's worth may come at its beginning")
	for i := range at[20:] {
		assert.Greater(t, at[i+20].Sub(at[i]), time.Second-time.Millisecond, "no 21 calls within a second")
	}
	assert.Equal(t, c.Stats().Waited, v.clock.Now().Sub(began))

	before := v.clock.Now()
	_, err := c.GetUserIDByMobileV1(t.Context(), &dingtalkapi.GetUserIDByMobileV1Params{Mobile: "13900001111"})
	require.NoError(t, err)
	assert.Equal(t, before, v.clock.Now(), "each operation has a quota of its own")

	for _, op := range dingtalkapi.Operations() {
		if op.CarriesSecret {
			continue
		}
		assert.Equalf(t, []wire.Limit{{Requests: 20, Seconds: 1}}, op.Limits, op.ID)
	}
}

func TestRateLimitOfManyAtOnce(t *testing.T) {
	v := serve(t, always(200, userV1))
	c := v.client(t)
	began := v.clock.Now()
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() { assert.NoError(t, getV1(t, c)) })
	}
	wg.Wait()
	assert.GreaterOrEqual(t, v.clock.Now().Sub(began), 4*time.Second)
}

// What the caller sets reaches the wire, also when it is false, 0, "" or empty; what is not set does not.
func TestPresence(t *testing.T) {
	no, zero, empty := false, int64(0), ""
	old := "0"
	for name, tc := range map[string]struct {
		call func(*dingtalk.Client) error
		want string
	}{
		"createUserV1, required only": {func(c *dingtalk.Client) error {
			_, err := c.CreateUserV1(t.Context(),
				&dingtalkapi.CreateUserV1Request{Name: "林梅", Mobile: "13900001111", Department: []int64{101, 1}})
			return err
		}, `{"name":"林梅","mobile":"13900001111","department":"[101,1]"}`},
		"createUserV1, zero values": {func(c *dingtalk.Client) error {
			_, err := c.CreateUserV1(t.Context(), &dingtalkapi.CreateUserV1Request{
				Name: "<林&梅>", Mobile: "13900001111", Department: []int64{}, IsHide: &no, IsSenior: &no,
				HiredDate: &zero, Email: &empty,
				ExtAttr: wire.StringMapText{}, OrderInDepts: wire.DeptInts{}, PositionInDepts: wire.DeptStrings{},
			})
			return err
		}, `{"name":"<林&梅>","mobile":"13900001111","department":"[]","isHide":false,"isSenior":false,"hiredDate":0,` +
			`"email":"",` +
			`"extattr":"{}","orderInDepts":"{}","positionInDepts":"{}"}`},
		"updateUserV1": {func(c *dingtalk.Client) error {
			_, err := c.UpdateUserV1(t.Context(),
				&dingtalkapi.UpdateUserV1Request{UserID: "u", IsHide: &no, Department: []int64{}, Remark: &empty})
			return err
		}, `{"userid":"u","isHide":false,"department":[],"remark":""}`},
		"updateUserV1, nothing": {func(c *dingtalk.Client) error {
			_, err := c.UpdateUserV1(t.Context(), &dingtalkapi.UpdateUserV1Request{UserID: "u"})
			return err
		}, `{"userid":"u"}`},
		"updateUserV2": {func(c *dingtalk.Client) error {
			_, err := c.UpdateUserV2(t.Context(), &dingtalkapi.UpdateUserV2Request{
				UserID: "u", HideMobile: &no, SeniorMode: &no, HiredDate: &zero, ManagerUserID: &empty,
				ForceUpdateFields: ptr("manager_userid"),
				DeptOrderList:     []dingtalkapi.DeptOrderInput{}, ExtAttrsUpdateMode: &zero,
			})
			return err
		}, `{"userid":"u","hide_mobile":false,"senior_mode":false,"hired_date":0,"manager_userid":"",` +
			`"force_update_fields":"manager_userid",` +
			`"dept_order_list":[],"ext_attrs_update_mode":0}`},
		"createDepartmentV1": {func(c *dingtalk.Client) error {
			_, err := c.CreateDepartmentV1(t.Context(),
				&dingtalkapi.CreateDepartmentV1Request{Name: "质检组", ParentID: "1", Order: &old, CreateDeptGroup: &no})
			return err
		}, `{"name":"质检组","parentid":"1","order":"0","createDeptGroup":false}`},
		"updateDepartmentV2": {func(c *dingtalk.Client) error {
			_, err := c.UpdateDepartmentV2(t.Context(),
				&dingtalkapi.UpdateDepartmentV2Request{DeptID: 101, HideDept: &no, Order: &zero, DeptPermits: &empty})
			return err
		}, `{"dept_id":101,"hide_dept":false,"order":0,"dept_permits":""}`},
		"getUserCountV2": {func(c *dingtalk.Client) error {
			_, err := c.GetUserCountV2(t.Context(), &dingtalkapi.GetUserCountV2Request{OnlyActive: false})
			return err
		}, `{"only_active":false}`},
		"listAdminsV2": {func(c *dingtalk.Client) error {
			_, err := c.ListAdminsV2(t.Context(), &dingtalkapi.ListAdminsV2Request{})
			return err
		}, `{}`},
		"listSubDepartmentsV2": {func(c *dingtalk.Client) error {
			_, err := c.ListSubDepartmentsV2(t.Context(), &dingtalkapi.ListSubDepartmentsV2Request{})
			return err
		}, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			v := serve(t, always(200, `{"errcode":60011,"errmsg":"x"}`))
			require.ErrorIs(t, tc.call(v.client(t)), clients.ErrPermission)
			require.Len(t, v.seen(), 1)
			assert.JSONEq(t, tc.want, v.seen()[0].body)
			assert.NotContains(t, v.seen()[0].body, `\u003c`)
			assert.Equal(t, "application/json", v.seen()[0].header.Get("Content-Type"))
		})
	}
}

func TestPresenceInQueries(t *testing.T) {
	no, yes, zero, empty := false, true, int64(0), ""
	for want, call := range map[string]func(*dingtalk.Client) error{
		"userid=lin.mei01": func(c *dingtalk.Client) error { return getV1(t, c) },
		"lang=&userid=lin.mei01": func(c *dingtalk.Client) error {
			_, err := c.GetUserV1(t.Context(), &dingtalkapi.GetUserV1Params{UserID: "lin.mei01", Lang: &empty})
			return err
		},
		"": func(c *dingtalk.Client) error {
			_, err := c.ListDepartmentsV1(t.Context(), &dingtalkapi.ListDepartmentsV1Params{})
			return err
		},
		"fetch_child=false": func(c *dingtalk.Client) error {
			_, err := c.ListDepartmentsV1(t.Context(), &dingtalkapi.ListDepartmentsV1Params{FetchChild: &no})
			return err
		},
		"fetch_child=true&id=1": func(c *dingtalk.Client) error {
			_, err := c.ListDepartmentsV1(t.Context(),
				&dingtalkapi.ListDepartmentsV1Params{FetchChild: &yes, ID: ptr("1")})
			return err
		},
		"department_id=1": func(c *dingtalk.Client) error {
			_, err := c.ListDepartmentUsersSimpleV1(t.Context(),
				&dingtalkapi.ListDepartmentUsersSimpleV1Params{DepartmentID: 1})
			return err
		},
		"department_id=1&offset=0&size=0": func(c *dingtalk.Client) error {
			_, err := c.ListDepartmentUsersSimpleV1(t.Context(),
				&dingtalkapi.ListDepartmentUsersSimpleV1Params{DepartmentID: 1, Offset: &zero, Size: &zero})
			return err
		},
		"onlyActive=0": func(c *dingtalk.Client) error {
			_, err := c.GetUserCountV1(t.Context(), &dingtalkapi.GetUserCountV1Params{OnlyActive: 0})
			return err
		},
		"userId=lin.mei01": func(c *dingtalk.Client) error {
			_, err := c.ListParentDepartmentsByUserV1(t.Context(),
				&dingtalkapi.ListParentDepartmentsByUserV1Params{UserID: "lin.mei01"})
			return err
		},
		"deptId=101": func(c *dingtalk.Client) error {
			_, err := c.ListDepartmentUserIDsV1(t.Context(), &dingtalkapi.ListDepartmentUserIDsV1Params{DeptID: "101"})
			return err
		},
	} {
		t.Run(want, func(t *testing.T) {
			v := serveAll(t, always(200, `{"errcode":60011,"errmsg":"x"}`), nil)
			require.ErrorIs(t, call(v.client(t)), clients.ErrPermission)
			require.Len(t, v.seen(), 1)
			query, err := url.ParseQuery(v.seen()[0].rawQuery)
			require.NoError(t, err)
			query.Del("access_token")
			assert.Equal(t, want, query.Encode())
			assert.Empty(t, v.seen()[0].body)
		})
	}
}

func TestTrapListOfAdminsHasTwoNames(t *testing.T) {
	for _, name := range []string{"adminList", "admin_list"} {
		v := serveAll(t, always(200, `{"errcode":0,"errmsg":"ok","`+name+`":[{"sys_level":1,"userid":"boss01"}]}`), nil)
		answer, err := v.client(t).ListAdminsV1(t.Context())
		require.NoError(t, err)
		both := append(answer.AdminList, answer.AdminListAlt...)
		require.Len(t, both, 1)
		assert.Equal(t, "boss01", both[0].UserID)
	}
}

func TestTrapTicketShowsInNoError(t *testing.T) {
	for _, host := range []dingtalk.TokenHost{dingtalk.TokenHostOld, dingtalk.TokenHostNew} {
		cfg := suiteConfig()
		cfg.TokenHost = host
		quoting := &countingTransport{answer: always(400,
			`{"code":"invalidSuiteTicket","message":"no such ticket: `+ticket+` `+url.QueryEscape(ticket)+`"}`)}
		c := newClient(t, cfg, "https://vendor.invalid", clients.WithHTTPClient(&http.Client{Transport: quoting}),
			clients.WithClock(clienttest.NewClock()))
		err := getV1(t, c)
		require.ErrorIs(t, err, clients.ErrUnauthenticated)
		assert.NotContains(t, err.Error(), "planted")
		assert.NotContains(t, fmt.Sprintf("%+v", asError(t, err).Detail), "planted")
	}
}

func ptr[T any](v T) *T { return &v }

func TestTrapCustomFieldsAreAMapInBothVersions(t *testing.T) {
	const text = `"{\"工位\":\"3F-12\",\"层\":3}"`
	want := map[string]string{"工位": "3F-12", "层": "3"}
	v := serve(t, func(w http.ResponseWriter, r request, _ int) {
		switch r.path {
		case "/user/get":
			fmt.Fprintf(w, `{"errcode":0,"userid":"lin.mei01","extattr":%s}`, text)
		case "/topapi/v2/user/get":
			fmt.Fprintf(w, `{"errcode":0,"result":{"userid":"lin.mei01","extension":%s}}`, text)
		default:
			fmt.Fprintf(w, `{"errcode":0,"result":{"has_more":false,"list":[{"userid":"a","extension":%s},`+
				`{"userid":"b","extension":""},{"userid":"c"}]}}`, text)
		}
	})
	c := v.client(t)
	old, err := c.GetUserV1(t.Context(), &dingtalkapi.GetUserV1Params{UserID: "lin.mei01"})
	require.NoError(t, err)
	assert.Equal(t, want, map[string]string(old.ExtAttr))
	user, err := c.GetUserV2(t.Context(), &dingtalkapi.GetUserV2Request{UserID: "lin.mei01"})
	require.NoError(t, err)
	assert.Equal(t, want, map[string]string(user.Result.Extension))
	rows, err := collect(c.DepartmentUsers(t.Context(), 101))
	require.NoError(t, err)
	assert.Equal(t, want, map[string]string(rows[0].Extension))
	assert.Nil(t, rows[1].Extension)
	assert.Nil(t, rows[2].Extension)
}

func TestTrapWhatDoesNotComeIsUnknown(t *testing.T) {
	v := serve(t, always(200, `{"errcode":0,"hasMore":false,"userlist":[{"userid":"a","order":0,"isLeader":false},`+
		`{"userid":"b"}]}`))
	rows, err := collect(v.client(t).DepartmentUsersV1(t.Context(), 101))
	require.NoError(t, err)
	assert.Equal(t, dingtalkapi.DepartmentUserV1{UserID: "a", Order: new(int64(0)), IsLeader: new(false)}, rows[0])
	assert.Equal(t, dingtalkapi.DepartmentUserV1{UserID: "b"}, rows[1])
}
