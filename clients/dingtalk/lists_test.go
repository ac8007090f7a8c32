//lint:file-ignore SA1019 the older calls have to work as well

package dingtalk_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// collect reads a list to its end or its error.
func collect[T any](rows iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for row, err := range rows {
		if err != nil {
			return all, err
		}
		all = append(all, row)
	}
	return all, nil
}

// sources are all lists of userids that are paged, with how each of them asks and is answered.
var sources = []struct {
	name   string
	list   func(*dingtalk.Client, *testing.T) iter.Seq2[string, error]
	from   func(request) int64 // where the page that was asked for begins
	size   func(request) int64
	encode func(ids []string, more bool, next int64) string // next is 0 where the last page has no cursor
}{
	{
		"DepartmentUsers", func(c *dingtalk.Client, t *testing.T) iter.Seq2[string, error] {
			return ids(c.DepartmentUsers(t.Context(), 101),
				func(u dingtalkapi.DepartmentUserV2) string { return u.UserID })
		}, inBody("cursor"), inBody("size"), topapi(userObjects, "list"),
	}, {
		"DepartmentUsersSimple", func(c *dingtalk.Client, t *testing.T) iter.Seq2[string, error] {
			return ids(c.DepartmentUsersSimple(t.Context(), 101),
				func(u dingtalkapi.UserBrief) string { return u.UserID })
		}, inBody("cursor"), inBody("size"), topapi(userObjects, "list"),
	}, {
		"InactiveUserIDs", func(c *dingtalk.Client, t *testing.T) iter.Seq2[string, error] {
			return c.InactiveUserIDs(t.Context(), dingtalkapi.ListInactiveUsersV2Request{QueryDate: "20240611"})
		}, inBody("offset"), inBody("size"), topapi(plainIDs, "list"),
	}, {
		"InactiveUserIDsV1", func(c *dingtalk.Client, t *testing.T) iter.Seq2[string, error] {
			return c.InactiveUserIDsV1(t.Context(), "20240611")
		},
		inBody("offset"), inBody("size"), func(ids []string, more bool, _ int64) string {
			return fmt.Sprintf(`{"errcode":0,"result":{"has_more":%v,"list":%s},"request_id":"r"}`, more, plainIDs(ids))
		},
	}, {
		"DepartmentUsersV1", func(c *dingtalk.Client, t *testing.T) iter.Seq2[string, error] {
			return ids(c.DepartmentUsersV1(t.Context(), 101),
				func(u dingtalkapi.DepartmentUserV1) string { return u.UserID })
		}, inQuery("offset"), inQuery("size"), flat,
	}, {
		"DepartmentUsersSimpleV1", func(c *dingtalk.Client, t *testing.T) iter.Seq2[string, error] {
			return ids(c.DepartmentUsersSimpleV1(t.Context(), 101),
				func(u dingtalkapi.UserBrief) string { return u.UserID })
		}, inQuery("offset"), inQuery("size"), flat,
	}, {
		"FindUserIDs", func(c *dingtalk.Client, t *testing.T) iter.Seq2[string, error] {
			return c.FindUserIDs(t.Context(), dingtalkapi.SearchUsersRequest{QueryWord: "林"})
		}, inBody("offset"), inBody("size"), func(ids []string, more bool, _ int64) string {
			return fmt.Sprintf(`{"hasMore":%v,"list":%s}`, more, plainIDs(ids))
		},
	}, {
		"FindDepartmentIDs", func(c *dingtalk.Client, t *testing.T) iter.Seq2[string, error] {
			return ids(c.FindDepartmentIDs(t.Context(), dingtalkapi.SearchDepartmentsRequest{QueryWord: "质检"}),
				func(id int64) string { return fmt.Sprint(id) })
		}, inBody("offset"), inBody("size"), func(ids []string, more bool, _ int64) string {
			return fmt.Sprintf(`{"hasMore":%v,"list":[%s]}`, more, strings.Join(ids, ","))
		},
	},
}

func ids[T any](rows iter.Seq2[T, error], id func(T) string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for row, err := range rows {
			text := ""
			if err == nil {
				text = id(row)
			}
			if !yield(text, err) {
				return
			}
		}
	}
}

func inBody(name string) func(request) int64 {
	return func(r request) int64 {
		var body map[string]any
		_ = json.Unmarshal([]byte(r.body), &body)
		value, ok := body[name].(float64)
		if !ok {
			return -1
		}
		return int64(value)
	}
}

func inQuery(name string) func(request) int64 {
	return func(r request) int64 {
		query, _ := url.ParseQuery(r.rawQuery)
		n, err := strconv.ParseInt(query.Get(name), 10, 64)
		if err != nil {
			return -1
		}
		return n
	}
}

func plainIDs(ids []string) string {
	encoded, _ := json.Marshal(append([]string{}, ids...))
	return string(encoded)
}

func userObjects(ids []string) string {
	users := []map[string]string{}
	for _, id := range ids {
		users = append(users, map[string]string{"userid": id, "name": "n"})
	}
	encoded, _ := json.Marshal(users)
	return string(encoded)
}

func topapi(encode func([]string) string, name string) func([]string, bool, int64) string {
	return func(ids []string, more bool, next int64) string {
		cursor := ""
		if next != 0 {
			cursor = fmt.Sprintf(`"next_cursor":%d,`, next)
		}
		return fmt.Sprintf(`{"errcode":0,"errmsg":"ok","result":{"has_more":%v,%s%q:%s},"request_id":"r"}`, more,
			cursor, name, encode(ids))
	}
}

func flat(ids []string, more bool, _ int64) string {
	return fmt.Sprintf(`{"errcode":0,"errmsg":"ok","hasMore":%v,"userlist":%s}`, more, userObjects(ids))
}

// numbered are n ids, which are numbers so that they fit departments as well.
func numbered(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint(1000 + i)
	}
	return ids
}

func TestListsAreReadToTheEnd(t *testing.T) {
	for _, source := range sources {
		for _, n := range []int{0, 1, 99, 100, 101, 250} {
			t.Run(fmt.Sprint(source.name, n), func(t *testing.T) {
				all := numbered(n)
				v := serve(t, func(w http.ResponseWriter, r request, _ int) {
					from, size := source.from(r), source.size(r)
					if from < 0 || size < 1 || size > 100 {
						fmt.Fprint(w, `{"errcode":40035,"errmsg":"不合法的参数"}`)
						return
					}
					end := min(from+size, int64(len(all)))
					next := int64(0)
					if end < int64(len(all)) {
						next = end
					}
					fmt.Fprint(w, source.encode(all[min(from, end):end], next > 0, next))
				})
				c := v.client(t)
				for round := range 2 { // a list can be ranged over again
					got, err := collect(source.list(c, t))
					require.NoError(t, err)
					assert.Equal(t, all, append([]string{}, got...))
					size := int(source.size(v.seen()[0]))
					assert.Len(t, v.seen(), (round+1)*max(1, (n+size-1)/size), "no page twice")
				}
			})
		}
	}
}

func TestListsStopWhenTheCallerDoes(t *testing.T) {
	for _, source := range sources {
		t.Run(source.name, func(t *testing.T) {
			v := serve(t, func(w http.ResponseWriter, _ request, n int) {
				fmt.Fprint(w, source.encode(numbered(n * 10)[(n-1)*10:], true, int64(n)*100))
			})
			for _, err := range source.list(v.client(t), t) {
				require.NoError(t, err)
				break
			}
			assert.Len(t, v.seen(), 1)
		})
	}
}

// Short and empty pages in the middle are no end; the flag decides.
func TestTrapShortPagesAreNotTheEnd(t *testing.T) {
	pages := [][]string{{"1", "2"}, {}, {"3"}, {}, {"4"}}
	for _, source := range sources {
		t.Run(source.name, func(t *testing.T) {
			v := serve(t, func(w http.ResponseWriter, _ request, n int) {
				more := n < len(pages)
				next := int64(0)
				if more {
					next = int64(n) * 100
				}
				fmt.Fprint(w, source.encode(pages[n-1], more, next))
			})
			got, err := collect(source.list(v.client(t), t))
			require.NoError(t, err)
			assert.Equal(t, []string{"1", "2", "3", "4"}, got)
		})
	}
}

func TestTrapRowsThatShiftAreYieldedOnce(t *testing.T) {
	pages := [][]string{{"1", "2"}, {"2", "3"}}
	for _, source := range sources {
		t.Run(source.name, func(t *testing.T) {
			v := serve(t, func(w http.ResponseWriter, _ request, n int) {
				fmt.Fprint(w, source.encode(pages[n-1], n == 1, map[bool]int64{true: 2}[n == 1]))
			})
			got, err := collect(source.list(v.client(t), t))
			require.NoError(t, err)
			assert.Equal(t, []string{"1", "2", "3"}, got)
		})
	}
}

func TestTrapListsThatGoRoundEnd(t *testing.T) {
	for _, source := range sources {
		for name, tc := range map[string]struct {
			rows  []string
			calls int
		}{
			"the same page for ever":  {[]string{"1", "2"}, 2},
			"empty pages without end": {nil, 11},
		} {
			t.Run(source.name+" "+name, func(t *testing.T) {
				v := serve(t, func(w http.ResponseWriter, _ request, n int) {
					fmt.Fprint(w, source.encode(tc.rows, true, int64(n)*100))
				})
				got, err := collect(source.list(v.client(t), t))
				require.ErrorIs(t, err, clients.ErrBadResponse)
				var incomplete *clients.PageError
				require.ErrorAs(t, err, &incomplete)
				assert.Equal(t, len(tc.rows), incomplete.Items)
				assert.Len(t, got, len(tc.rows))
				assert.Len(t, v.seen(), tc.calls)
			})
		}
	}
}

func TestTrapCursorsThatRepeatOrLackEndTheList(t *testing.T) {
	for _, source := range sources[:2] {
		for name, cursor := range map[string]int64{"repeats": 100, "lacks": 0} {
			t.Run(source.name+" "+name, func(t *testing.T) {
				v := serve(t, func(w http.ResponseWriter, _ request, n int) {
					fmt.Fprint(w, source.encode(numbered(n)[n-1:], true, cursor))
				})
				_, err := collect(source.list(v.client(t), t))
				require.ErrorIs(t, err, clients.ErrBadResponse)
				assert.LessOrEqual(t, len(v.seen()), 2)
			})
		}
	}
}

func TestTrapRowWithoutIDIsNoRow(t *testing.T) {
	for _, source := range sources[:7] {
		t.Run(source.name, func(t *testing.T) {
			v := serve(t, func(w http.ResponseWriter, _ request, _ int) {
				fmt.Fprint(w, source.encode([]string{"1", ""}, false, 0))
			})
			_, err := collect(source.list(v.client(t), t))
			assert.ErrorIs(t, err, clients.ErrBadResponse)
		})
	}
}

func TestListWithoutTheFlagIsNoAnswer(t *testing.T) {
	for _, body := range []string{`{"errcode":0,"result":{"list":[{"userid":"1"}],"next_cursor":100}}`,
		`{"errcode":0,"result":{}}`, `{"errcode":0,"errmsg":"ok"}`} {
		_, err := collect(serve(t, always(200, body)).client(t).DepartmentUsers(t.Context(), 1))
		assert.ErrorIs(t, err, clients.ErrBadResponse)
	}
	_, err := collect(serve(t, always(200,
		`{"errcode":0,"userlist":[{"userid":"1"}]}`)).client(t).DepartmentUsersV1(t.Context(), 1))
	assert.ErrorIs(t, err, clients.ErrBadResponse)
}

func TestListErrorTellsHowFarItGot(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, _ request, n int) {
		if n == 1 {
			fmt.Fprint(w, sources[0].encode(numbered(100), true, 100))
			return
		}
		fmt.Fprint(w, `{"errcode":50004,"errmsg":"企业部门不在授权范围","request_id":"r"}`)
	})
	got, err := collect(v.client(t).DepartmentUsers(t.Context(), 101))
	require.ErrorIs(t, err, clients.ErrPermission)
	assert.Len(t, got, 100)
	var incomplete *clients.PageError
	require.ErrorAs(t, err, &incomplete)
	assert.Equal(t, 1, incomplete.Pages)
}

// The older offset counts rows. Sending page numbers gave 100 overlapping pages.
func TestTrapOffsetCountsRows(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, _ request, n int) {
		fmt.Fprint(w, flat(numbered(n * 7)[(n-1)*7:], n < 3, 0)) // pages short of their size
	})
	_, err := collect(v.client(t).DepartmentUsersV1(t.Context(), 101))
	require.NoError(t, err)
	var offsets []int64
	for _, call := range v.seen() {
		offsets = append(offsets, inQuery("offset")(call))
	}
	assert.Equal(t, []int64{0, 100, 200}, offsets)
}

// Whether the searches count rows or pages is not documented. Whichever it is, nobody is lost in silence.
func TestTrapSearchThatCountsPagesIsNoticed(t *testing.T) {
	all := numbered(45)
	v := serve(t, func(w http.ResponseWriter, r request, _ int) {
		from, size := inBody("offset")(r)*inBody("size")(r), inBody("size")(r)
		end := min(from+size, int64(len(all)))
		fmt.Fprintf(w, `{"hasMore":%v,"totalCount":45,"list":%s}`, end < int64(len(all)),
			plainIDs(all[min(from, end):end]))
	})
	got, err := collect(v.client(t).FindUserIDs(t.Context(), dingtalkapi.SearchUsersRequest{QueryWord: "林"}))
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.ErrorContains(t, err, "counts 45 rows and gave 20")
	assert.Len(t, got, 20)
}

func TestSearchKeepsTheCallersRequest(t *testing.T) {
	v := serve(t, always(200, found))
	exact := int64(1)
	_, err := collect(v.client(t).FindUserIDs(t.Context(),
		dingtalkapi.SearchUsersRequest{QueryWord: "林梅", Offset: 7, Size: 10, FullMatchField: &exact}))
	require.NoError(t, err)
	assert.JSONEq(t, `{"queryWord":"林梅","offset":0,"size":10,"fullMatchField":1}`, v.seen()[0].body)
}

func TestInactiveUsersKeepTheCallersRequest(t *testing.T) {
	v := serve(t, always(200, `{"errcode":0,"result":{"has_more":false,"list":["wu.q7"]},"request_id":"y7"}`))
	departments := "101,102"
	got, err := collect(v.client(t).InactiveUserIDs(t.Context(),
		dingtalkapi.ListInactiveUsersV2Request{QueryDate: "20240611", DeptIDs: &departments, Offset: 9, Size: 50}))
	require.NoError(t, err)
	assert.Equal(t, []string{"wu.q7"}, got)
	assert.JSONEq(t, `{"is_active":false,"dept_ids":"101,102","offset":0,"size":50,"query_date":"20240611"}`,
		v.seen()[0].body)
}

func TestLeaveRecords(t *testing.T) {
	pages := []string{
		`{"nextToken":"DCCD7A656F","records":[{"userId":"wu.q7"},{"userId":"he.s2"}]}`,
		`{"nextToken":"EE01","records":[]}`,
		`{"records":[{"userId":"wu.q7","leaveTime":"2024-06-07T11:47:37Z"}]}`, // left twice
	}
	v := serve(t, func(w http.ResponseWriter, _ request, n int) { fmt.Fprint(w, pages[(n-1)%3]) })
	params := dingtalkapi.ListLeaveRecordsParams{StartTime: "2024-06-01T00:00:00Z"}
	records, err := collect(v.client(t).LeaveRecords(t.Context(), params))
	require.NoError(t, err)
	require.Len(t, records, 3)
	assert.Equal(t, "2024-06-07T11:47:37Z", records[2].LeaveTime)
	var asked []string
	for _, call := range v.seen() {
		query, err := url.ParseQuery(call.rawQuery)
		require.NoError(t, err)
		asked = append(asked, query.Get("nextToken"))
		assert.Equal(t, "50", query.Get("maxResults"))
		assert.False(t, query.Has("endTime"))
	}
	assert.Equal(t, []string{"0", "DCCD7A656F", "EE01"}, asked)
	assert.Nil(t, params.NextToken)

	v = serve(t, always(200, `{"nextToken":"DCCD7A656F","records":[{"userId":"wu.q7"}]}`))
	_, err = collect(v.client(t).LeaveRecords(t.Context(), params))
	assert.ErrorIs(t, err, clients.ErrBadResponse, "a token that comes back")
	assert.Len(t, v.seen(), 2)
}

// Orders lie beyond 2^53, where float64 loses digits.
func TestTrapOrdersSurvive(t *testing.T) {
	const order = 176300000000000513
	require.NotEqual(t, int64(order), int64(float64(order)))
	member := `"userid":"lin.mei01","name":"林梅","dept_id_list":[9007199254740993],"dept_order":176300000000000513`
	v := serve(t, func(w http.ResponseWriter, r request, _ int) {
		switch r.path {
		case "/topapi/v2/user/list":
			fmt.Fprint(w, `{"errcode":0,"result":{"has_more":false,"list":[{`+member+`}]}}`)
		case "/topapi/v2/user/get":
			fmt.Fprint(w,
				`{"errcode":0,"result":{"userid":"lin.mei01","dept_order_list":[{"dept_id":101,`+
					`"order":176300000000000513}]}}`)
		case "/user/listbypage":
			fmt.Fprint(w,
				`{"errcode":0,"hasMore":false,"userlist":[{"userid":"lin.mei01","order":176300000000000513}]}`)
		default:
			fmt.Fprint(w,
				`{"errcode":0,"userid":"lin.mei01","orderInDepts":"{101:176300000000000513, `+
					`1:-9223372036854775808}","isLeaderInDepts":"{101:true, 1:false}"}`)
		}
	})
	c := v.client(t)
	users, err := collect(c.DepartmentUsers(t.Context(), 101))
	require.NoError(t, err)
	assert.EqualValues(t, order, *users[0].DeptOrder)
	assert.Equal(t, []int64{9007199254740993}, users[0].DeptIDList)
	detail, err := c.GetUserV2(t.Context(), &dingtalkapi.GetUserV2Request{UserID: "lin.mei01"})
	require.NoError(t, err)
	assert.EqualValues(t, order, *detail.Result.DeptOrderList[0].Order)
	old, err := collect(c.DepartmentUsersV1(t.Context(), 101))
	require.NoError(t, err)
	assert.EqualValues(t, order, *old[0].Order)
	user, err := c.GetUserV1(t.Context(), &dingtalkapi.GetUserV1Params{UserID: "lin.mei01"})
	require.NoError(t, err)
	assert.EqualValues(t, order, user.OrderInDepts[101])
	assert.EqualValues(t, math.MinInt64, user.OrderInDepts[1])
	assert.True(t, user.IsLeaderInDepts[101])
}

func TestListsEndWithTheContext(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, _ request, n int) {
		fmt.Fprint(w, sources[0].encode(numbered(n)[n-1:], true, int64(n)))
	})
	ctx, cancel := contextWithCancel(t)
	var got int
	var failed error
	for _, err := range v.client(t).DepartmentUsers(ctx, 101) {
		if failed = err; err != nil {
			break
		}
		got++
		cancel()
	}
	assert.Equal(t, 1, got)
	assert.ErrorIs(t, failed, clients.ErrCanceled)
	var incomplete *clients.PageError
	assert.ErrorAs(t, failed, &incomplete)
	assert.True(t, slices.ContainsFunc(v.seen(), func(r request) bool { return r.path == "/topapi/v2/user/list" }))
}

func TestTrapNobodyIsLostForWantOfAUserid(t *testing.T) {
	name := func(u dingtalkapi.DepartmentUserV2) string { return u.UserID + u.UnionID }
	people := map[string]func(*dingtalk.Client) ([]string, error){
		"DepartmentUsers": func(c *dingtalk.Client) ([]string, error) {
			return collect(ids(c.DepartmentUsers(t.Context(), 1), name))
		},
		"DepartmentUsersV1": func(c *dingtalk.Client) ([]string, error) {
			return collect(ids(c.DepartmentUsersV1(t.Context(), 1),
				func(u dingtalkapi.DepartmentUserV1) string { return u.UserID + u.UnionID }))
		},
		"Users": func(c *dingtalk.Client) ([]string, error) { return collect(ids(c.Users(t.Context()), name)) },
	}
	for list, read := range people {
		for rows, want := range map[string][]string{
			`{"userid":"a"},{"userid":"A"},{"userid":"a"}`:        {"a", "A"},
			`{"unionid":"x"},{"unionid":"y"},{"unionid":"x"}`:     {"x", "y"},
			`{"userid":"x"},{"unionid":"x"}`:                      {"x", "x"},
			`{"name":"林梅"},{"name":"林兰"}`:                         nil,
			`{"userid":"","unionid":""},{"userid":"","name":"n"}`: nil,
		} {
			t.Run(list+" "+rows, func(t *testing.T) {
				v := serve(t, func(w http.ResponseWriter, r request, _ int) {
					switch r.path {
					case "/topapi/v2/department/listsub":
						fmt.Fprint(w, `{"errcode":0,"result":[]}`)
					case "/user/listbypage":
						fmt.Fprintf(w, `{"errcode":0,"hasMore":false,"userlist":[%s]}`, rows)
					default:
						fmt.Fprintf(w, `{"errcode":0,"result":{"has_more":false,"list":[%s]}}`, rows)
					}
				})
				got, err := read(v.client(t))
				assert.Equal(t, want, got)
				if want != nil {
					require.NoError(t, err)
					return
				}
				assert.ErrorIs(t, err, clients.ErrBadResponse)
				assert.ErrorContains(t, err, "no id that tells it from others")
			})
		}
	}
}
