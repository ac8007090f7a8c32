package wps_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/wpsapi"
)

// canned answers by path, in place of the vendor.
func canned(answers map[string]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth2/token" {
			fmt.Fprint(w, `{"access_token":"opaque","expires_in":7200,"token_type":"bearer"}`)
			return
		}
		fmt.Fprint(w, answers[r.URL.Path])
	}))
}

func Example() {
	vendor := canned(map[string]string{
		"/v7/users/KBx81LmQ": `{"code":0,"msg":"success","data":{"id":"KBx81LmQ","user_name":"林小满",` +
			`"status":"active","title":"产品经理"}}`,
	})
	defer vendor.Close()

	c, err := wps.New(wps.Config{AppID: "AK20260101ABCD", AppKey: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	user, err := c.GetUser(context.Background(), "KBx81LmQ", nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(user.Data.UserName, user.Data.Title)
	// Output: 林小满 产品经理
}

func Example_errors() {
	vendor := canned(map[string]string{
		"/v7/depts/root": `{"code":400000003,"message":"kso: PermissionDenied access_token verify err: invalid_scope"}`,
	})
	defer vendor.Close()

	c, err := wps.New(wps.Config{AppID: "AK20260101ABCD", AppKey: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	_, err = c.GetRootDept(context.Background(), nil)
	var failed *clients.Error
	if errors.Is(err, clients.ErrPermission) && errors.As(err, &failed) {
		fmt.Println(failed.Code, "needs one of", failed.Detail.(*wps.ErrorDetail).Scopes)
	}
	// Output: 400000003 needs one of [kso.contact.read kso.contact.readwrite]
}

func ExampleClient_Users() {
	vendor := canned(map[string]string{
		"/v7/users": `{"code":0,"msg":"","data":{"items":[{"id":"KBx81LmQ","user_name":"林小满",` +
			`"depts":[{"id":"Dp7731","name":"产品部"}]}],"next_page_token":""}}`,
	})
	defer vendor.Close()

	c, err := wps.New(wps.Config{AppID: "AK20260101ABCD", AppKey: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	for user, err := range c.Users(context.Background()) {
		if err != nil {
			fmt.Println("incomplete:", err)
			break
		}
		fmt.Println(user.UserName, user.Depts[0].Name)
	}
	// Output: 林小满 产品部
}

func ExampleClient_Departments() {
	vendor := canned(map[string]string{
		"/v7/depts/root": `{"code":0,"data":{"id":"Dp0001","name":"示例公司","abs_path":"示例公司"}}`,
		"/v7/depts/Dp0001/children": `{"code":0,"data":{"items":[{"id":"Dp7731","name":"产品部",` +
			`"abs_path":"示例公司/产品部"}],"next_page_token":""}}`,
		"/v7/depts/Dp7731/children": `{"code":0,"data":{"items":[],"next_page_token":""}}`,
	})
	defer vendor.Close()

	c, err := wps.New(wps.Config{AppID: "AK20260101ABCD", AppKey: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	for department, err := range c.Departments(context.Background()) {
		if err != nil {
			fmt.Println("incomplete:", err)
			break
		}
		fmt.Println(department.ID, department.AbsPath)
	}
	// Output:
	// Dp0001 示例公司
	// Dp7731 示例公司/产品部
}

func ExampleClient_DepartmentUsersByID() {
	vendor := canned(map[string]string{
		"/v7/depts/Dp7731/members/batch_read": `{"code":0,"msg":"success","data":{"items":[{"user_id":"KBx81LmQ",` +
			`"dept_id":"Dp7731","is_leader":true,"user_info":{"user_name":"林小满"}}]}}`,
	})
	defer vendor.Close()

	c, err := wps.New(wps.Config{AppID: "AK20260101ABCD", AppKey: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	members, missing, err := c.DepartmentUsersByID(context.Background(), "Dp7731", []string{"KBx90TtR", "KBx81LmQ"})
	if err != nil {
		panic(err)
	}
	fmt.Println(members[0].UserInfo.UserName, missing)
	// Output: 林小满 [KBx90TtR]
}

// Somebody signs in: the browser goes to the page, comes back with a code, and the code tells who it is.
func ExampleClient_Identify() {
	vendor := canned(map[string]string{
		"/v7/users/current": `{"code":0,"msg":"","data":{"id":"KBx81LmQ","user_name":"林小满","company_id":"Cp01"}}`,
	})
	defer vendor.Close()

	const callback = "https://portal.example.cn/callback"
	c, err := wps.New(wps.Config{AppID: "AK20260101ABCD", AppKey: "s3cr3t", RedirectURI: callback},
		clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	// Make a new state for each browser, and keep it in the person's session.
	page, err := c.AuthorizeURL(clients.SignIn{RedirectURI: callback, State: "9aF2xk"})
	if err != nil {
		panic(err)
	}
	address, _, _ := strings.Cut(page, "?")
	fmt.Println(strings.TrimPrefix(address, vendor.URL))

	// At the callback, once the state is known to be the session's:
	who, err := c.Identify(context.Background(), "code-of-the-callback")
	if errors.Is(err, clients.ErrUnauthenticated) {
		fmt.Println("the code is spent or too old: go to the page again")
		return
	}
	if err != nil {
		panic(err)
	}
	fmt.Println(who.UserID, who.Name)
	// Output:
	// /oauth2/auth
	// KBx81LmQ 林小满
}

// Who has left since the last run, in words of the record that is left of them.
func ExampleClient_UserChanges() {
	vendor := canned(map[string]string{
		"/v7/users/changes": `{"code":0,"msg":"","data":{"items":[{"id":"9001","user_id":"KBx90TtR",` +
			`"change_type":"delete","change_time":1735689660}],"next_page_token":""}}`,
		"/v7/users/batch_read_dimission_users": `{"code":0,"msg":"","data":{"items":[{"id":"KBx90TtR",` +
			`"user_name":"何止","status":"dimission"}]}}`,
	})
	defer vendor.Close()

	c, err := wps.New(wps.Config{AppID: "AK20260101ABCD", AppKey: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	lastRun := time.Unix(1735689600, 0)
	var gone []string
	for change, err := range c.UserChanges(context.Background(), lastRun) {
		if err != nil {
			fmt.Println("incomplete:", err)
			return
		}
		if change.ChangeType == wpsapi.ChangeTypeDelete {
			gone = append(gone, change.UserID)
		}
	}
	people, _, err := c.FormerUsersByID(context.Background(), gone)
	if err != nil {
		panic(err)
	}
	for _, person := range people {
		fmt.Println(person.UserName, person.Status)
	}
	// Output: 何止 dimission
}

// A private deployment signs by the path below /openapi.
func Example_privateDeployment() {
	vendor := canned(map[string]string{
		"/openapi/v7/companies/current": `{"code":0,"data":{"id":"Cp01","name":"示例公司"}}`,
	})
	defer vendor.Close()
	token := vendor.URL // this one has its token endpoint at the top

	c, err := wps.New(wps.Config{AppID: "AK20260101ABCD", AppKey: "s3cr3t", TokenBaseURL: token},
		clients.WithBaseURL(vendor.URL+"/openapi"))
	if err != nil {
		panic(err)
	}
	company, err := c.GetCurrentCompany(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(company.Data.Name)
	// Output: 示例公司
}
