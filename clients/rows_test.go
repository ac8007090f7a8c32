package clients_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lister is a client of a vendor whose next answers are what its answer is.
type lister struct {
	answer string
	feishu func() ([]feishuapi.User, error)
	v2     func() ([]dingtalkapi.DepartmentUserV2, error)
}

func listers(t *testing.T) *lister {
	l := new(lister)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(strings.ToLower(r.URL.Path), "token") {
			fmt.Fprint(w, `{"code":0,"msg":"ok","tenant_access_token":"t","expire":7200,"accessToken":"t",`+
				`"expireIn":7200}`)
			return
		}
		fmt.Fprint(w, l.answer)
	}))
	t.Cleanup(server.Close)
	options := []clients.Option{clients.WithBaseURL(server.URL), clients.WithLimiter(clients.NoLimit),
		clients.WithRetry(clients.NoRetry)}
	f, err := feishu.New(feishu.Config{AppID: "cli_1", AppSecret: "secret-1"}, options...)
	require.NoError(t, err)
	d, err := dingtalk.New(dingtalk.Config{AppKey: "ding1", AppSecret: "secret-1"}, options...)
	require.NoError(t, err)
	l.feishu = func() ([]feishuapi.User, error) {
		page, err := f.ListUsersByDepartment(t.Context(), &feishuapi.ListUsersByDepartmentParams{DepartmentID: "od-1"})
		if err != nil {
			return nil, err
		}
		return page.Data.Items, nil
	}
	l.v2 = func() ([]dingtalkapi.DepartmentUserV2, error) {
		page, err := d.ListDepartmentUsersV2(t.Context(), &dingtalkapi.ListDepartmentUsersV2Request{DeptID: 1})
		if err != nil {
			return nil, err
		}
		return page.Result.List, nil
	}
	return l
}

func feishuRows(n int, row string) string {
	return `{"code":0,"msg":"ok","data":{"has_more":false,"items":[` + clienttest.Rows(row, n) + `]}}`
}

const feishuRow = `{"open_id":"ou_1","union_id":"on_1","name":"林悦","en_name":"Yue","email":"yue@example.cn",` +
	`"mobile":"+8613700001111","department_ids":["od-1","od-2"],"city":"杭州","country":"CN","employee_no":"E1",` +
	`"orders":[{"department_id":"od-1","user_order":100,"department_order":100}],"job_title":"主管"}`

// Memory that a list has before it is decoded does not show in what it says.
func TestListsWithMemoryOfTheirOwn(t *testing.T) {
	l := listers(t)
	for round := range 2 { // the first answers are decoded without
		l.answer = feishuRows(50, feishuRow)
		first, err := l.feishu()
		require.NoError(t, err)
		require.Len(t, first, 50)
		l.answer = feishuRows(50, `{"open_id":"ou_2"}`)
		second, err := l.feishu()
		require.NoError(t, err)
		assert.Equal(t, feishuapi.User{OpenID: "ou_2"}, second[49], "nothing of the rows before")
		assert.Equal(t, "林悦", first[49].Name, "which stay as they were")

		for _, test := range []struct{ body, want string }{
			{`{"code":0,"data":{"has_more":false}}`, "nil"},
			{`{"code":0,"data":{"has_more":false,"items":null}}`, "nil"},
			{`{"code":0,"data":{"items":[],"has_more":false}}`, "none"},
		} {
			l.answer = test.body
			items, err := l.feishu()
			require.NoError(t, err)
			assert.Empty(t, items)
			assert.Equalf(t, test.want == "nil", items == nil, "round %d: %s", round, test.body)
		}

		l.answer = feishuRows(20, `{"open_id":7}`)
		_, err = l.feishu()
		require.ErrorIs(t, err, clients.ErrBadResponse)
		l.answer = feishuRows(20, "{\"open_id\":\"ou_3\",\"name\":\"a\tb\"}") // mended, and decoded once more
		mended, err := l.feishu()
		require.NoError(t, err)
		require.Len(t, mended, 20)
		assert.Equal(t, "a\tb", mended[19].Name)

		// DingTalk's rows stand beside the mark that makes a page.
		l.answer = `{"errcode":0,"result":{"has_more":false,"list":[` +
			clienttest.Rows(`{"userid":"lin.mei","name":"林梅","dept_id_list":[101,1],"title":"主管"}`, 40) + `]}}`
		rows, err := l.v2()
		require.NoError(t, err)
		require.Len(t, rows, 40)
		l.answer = `{"errcode":0,"result":{"has_more":false}}`
		rows, err = l.v2()
		require.NoError(t, err)
		assert.Nil(t, rows)
	}
}

// Rows of which some are short and some long do not make a list much larger than the answer.
func TestListsHaveLittleMoreMemoryThanTheirAnswers(t *testing.T) {
	l := listers(t)
	l.answer = feishuRows(100, `{}`)
	_, err := l.feishu()
	require.NoError(t, err)
	l.answer = feishuRows(1, `{"open_id":"ou_1","description":"`+strings.Repeat("x", 1<<20)+`"}`)
	items, err := l.feishu()
	require.NoError(t, err)
	require.Len(t, items, 1)
	assert.LessOrEqual(t, cap(items), 4, "a megabyte is no reason for 300,000 rows")
}

// A list that is asked for again takes less of everything than the first one.
func TestRowsAreKnownFromTheSecondAnswerOn(t *testing.T) {
	l := listers(t)
	l.answer = feishuRows(50, feishuRow)
	first, err := l.feishu()
	require.NoError(t, err)
	second, err := l.feishu()
	require.NoError(t, err)
	assert.Equal(t, first, second)
	assert.GreaterOrEqual(t, cap(first), 64, "doubled from 4")
	assert.Equal(t, 50*9/8+1, cap(second))

	l.answer = feishuRows(3, feishuRow)
	few, err := l.feishu()
	require.NoError(t, err)
	require.Len(t, few, 3)
	assert.Less(t, cap(few), 6)
}
