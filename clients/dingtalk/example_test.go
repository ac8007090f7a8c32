package dingtalk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/gen/dingtalkapi"
)

// canned answers by path, in place of DingTalk. The answers of one path come one after another, the last one again and
// again.
func canned(answers map[string][]string) *httptest.Server {
	var mu sync.Mutex
	served := map[string]int{}
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1.0/oauth2/accessToken" {
			fmt.Fprint(w, `{"accessToken":"opaque","expireIn":7200}`)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		list := answers[r.URL.Path]
		fmt.Fprint(w, list[min(served[r.URL.Path], len(list)-1)])
		served[r.URL.Path]++
	}))
}

func Example() {
	vendor := canned(map[string][]string{
		"/topapi/v2/user/get": {
			`{"errcode":0,"errmsg":"ok","result":{"userid":"lin.mei01","name":"林梅","dept_id_list":[101,1]},` +
				`"request_id":"x4"}`},
	})
	defer vendor.Close()

	c, err := dingtalk.New(dingtalk.Config{AppKey: "ding0a1b2c3d", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	user, err := c.GetUserV2(context.Background(), &dingtalkapi.GetUserV2Request{UserID: "lin.mei01"})
	if err != nil {
		panic(err)
	}
	fmt.Println(user.Result.Name, user.Result.DeptIDList)
	// Output: 林梅 [101 1]
}

// A third-party app takes its tickets from where its callback puts them.
func ExampleConfig() {
	latest := func(context.Context) (clients.Secret, error) {
		return "", errors.New("no ticket has been pushed yet")
	}
	c, err := dingtalk.New(dingtalk.Config{SuiteKey: "suite0a1b2c3d", SuiteSecret: "s3cr3t", SuiteTicket: latest,
		AuthCorpID: "ding0a1b2c3d"})
	if err != nil {
		panic(err)
	}
	_, err = c.GetUserCountV2(context.Background(), &dingtalkapi.GetUserCountV2Request{OnlyActive: true})
	fmt.Println(err)
	// Output: dingtalk: getUserCountV2: unauthenticated: no token: dingtalk: getCorpToken: unauthenticated: no token: Config.SuiteTicket failed: no ticket has been pushed yet
}

func ExampleClient_Users() {
	vendor := canned(map[string][]string{
		"/topapi/v2/department/listsub": {
			`{"errcode":0,"errmsg":"ok","result":[{"dept_id":101,"name":"生产部","parent_id":1}],"request_id":"z4"}`,
			`{"errcode":0,"errmsg":"ok","result":[],"request_id":"z5"}`,
		},
		"/auth/scopes": {`{"errcode":0,"errmsg":"ok","auth_org_scopes":{"authed_dept":[1],"authed_user":[]}}`},
		"/topapi/user/listid": {
			`{"errcode":0,"errmsg":"ok","result":{"userid_list":["lin.mei01","wu.q7"]},"request_id":"x8"}`,
		},
		"/topapi/v2/user/list": {
			`{"errcode":0,"errmsg":"ok","result":{"has_more":false,"list":[{"userid":"lin.mei01","name":"林梅",` +
				`"dept_id_list":[101,1]}]},"request_id":"x5"}`,
			`{"errcode":0,"errmsg":"ok","result":{"has_more":true,"next_cursor":1,"list":[{"userid":"lin.mei01",` +
				`"name":"林梅","dept_id_list":[101,1]}]},"request_id":"x6"}`,
			`{"errcode":0,"errmsg":"ok","result":{"has_more":false,"list":[{"userid":"wu.q7","name":"吴青",` +
				`"dept_id_list":[101]}]},"request_id":"x7"}`,
		},
	})
	defer vendor.Close()

	c, err := dingtalk.New(dingtalk.Config{AppKey: "ding0a1b2c3d", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	for user, err := range c.Users(context.Background()) {
		if err != nil {
			fmt.Println("incomplete:", err)
			break
		}
		fmt.Println(user.UserID, user.DeptIDList)
	}
	// Output:
	// lin.mei01 [101 1]
	// wu.q7 [101]
}

func ExampleClient_Departments() {
	vendor := canned(map[string][]string{
		"/topapi/v2/department/get": {
			`{"errcode":0,"errmsg":"ok","result":{"dept_id":1,"name":"示例集团"},"request_id":"z3"}`},
		"/topapi/v2/department/listsub": {
			`{"errcode":0,"errmsg":"ok","result":[{"dept_id":101,"name":"生产部","parent_id":1}],"request_id":"z4"}`,
			`{"errcode":0,"errmsg":"ok","result":[],"request_id":"z5"}`,
		},
	})
	defer vendor.Close()

	c, err := dingtalk.New(dingtalk.Config{AppKey: "ding0a1b2c3d", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	for department, err := range c.Departments(context.Background()) {
		if err != nil {
			fmt.Println("incomplete:", err)
			break
		}
		fmt.Println(department.DeptID, department.Name, department.ParentID)
	}
	// Output:
	// 1 示例集团 0
	// 101 生产部 1
}

func ExampleClient_DepartmentUsers() {
	vendor := canned(map[string][]string{
		"/topapi/v2/user/list": {`{"errcode":50004,"errmsg":"企业部门不在授权范围","request_id":"x8"}`},
	})
	defer vendor.Close()

	c, err := dingtalk.New(dingtalk.Config{AppKey: "ding0a1b2c3d", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	for user, err := range c.DepartmentUsers(context.Background(), 305) {
		if errors.Is(err, clients.ErrPermission) {
			fmt.Println("not in the app's contact scope; GetAuthScopes tells what is")
			break
		}
		if err != nil {
			fmt.Println("incomplete:", err)
			break
		}
		fmt.Println(user.UserID)
	}
	// Output: not in the app's contact scope; GetAuthScopes tells what is
}

func ExampleClient_FindUserIDs() {
	vendor := canned(map[string][]string{
		"/v1.0/contact/users/search": {`{"hasMore":false,"totalCount":2,"list":["lin.mei01","lin.mei02"]}`},
	})
	defer vendor.Close()

	c, err := dingtalk.New(dingtalk.Config{AppKey: "ding0a1b2c3d", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	var found []string
	for userID, err := range c.FindUserIDs(context.Background(), dingtalkapi.SearchUsersRequest{QueryWord: "林梅"}) {
		if err != nil {
			fmt.Println("incomplete:", err)
			break
		}
		found = append(found, userID)
	}
	fmt.Println(strings.Join(found, " "))
	// Output: lin.mei01 lin.mei02
}

func ExampleErrorDetail() {
	vendor := canned(map[string][]string{
		"/topapi/v2/department/get": {
			`{"errcode":88,"sub_code":"60011","sub_msg":"应用尚未开通所需的权限：[qyapi_get_department_list]","errmsg":"…",` +
				`"request_id":"r"}`},
	})
	defer vendor.Close()

	c, err := dingtalk.New(dingtalk.Config{AppKey: "ding0a1b2c3d", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	_, err = c.GetDepartmentV2(context.Background(), &dingtalkapi.GetDepartmentV2Request{DeptID: 101})
	var e *clients.Error
	if errors.As(err, &e) {
		if detail, ok := e.Detail.(*dingtalk.ErrorDetail); ok {
			fmt.Println(e.Kind, e.Code, detail.Permissions)
		}
	}
	// Output: permission 60011 [qyapi_get_department_list]
}

// A person signs in on DingTalk's page: the browser goes to the address that AuthorizeURL makes, and comes back with
// authCode and state.
func ExampleClient_Identify() {
	vendor := canned(map[string][]string{
		"/v1.0/oauth2/userAccessToken": {`{"accessToken":"t","refreshToken":"r","expireIn":7200}`},
		"/v1.0/contact/users/me":       {`{"nick":"小梅","unionId":"PiiXyz0001iE","openId":"Uq3Xyz0001iE"}`},
		"/topapi/user/getbyunionid": {
			`{"errcode":0,"errmsg":"ok","result":{"contact_type":0,"userid":"lin.mei01"},"request_id":"y4"}`},
	})
	defer vendor.Close()

	c, err := dingtalk.New(dingtalk.Config{AppKey: "ding0a1b2c3d", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	state := "n0nce" // rand.Text(), kept in the person's session
	page, err := c.AuthorizeURL(clients.SignIn{RedirectURI: "https://portal.example.cn/callback", State: state})
	if err != nil {
		panic(err)
	}
	_ = page // http.Redirect(w, r, page, http.StatusFound)

	// What the browser brings back:
	back := url.Values{"state": {"n0nce"}, "authCode": {"f85c6"}}
	if back.Get("state") != state {
		fmt.Println("somebody else's sign-in")
		return
	}
	who, err := c.Identify(context.Background(), back.Get("authCode"))
	switch {
	case errors.Is(err, clients.ErrUnauthenticated):
		fmt.Println("the code was used before, or is too old: sign in again")
	case err != nil:
		fmt.Println(err)
	case who.External:
		fmt.Println("no member of the corp:", who.Name)
	default:
		fmt.Println(who.UserID, who.Name)
	}
	// Output: lin.mei01 小梅
}
