package feishu_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/gen/feishuapi"
)

// canned answers by path, in place of the vendor.
func canned(answers map[string]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.URL.Path+"?"+r.URL.RawQuery]
		if !ok {
			answer = answers[r.URL.Path]
		}
		fmt.Fprint(w, answer)
	}))
}

const tokenForExamples = `{"code":0,"msg":"ok","tenant_access_token":"opaque","expire":7200}`

func Example() {
	vendor := canned(map[string]string{
		"/auth/v3/tenant_access_token/internal": tokenForExamples,
		"/contact/v3/users/ou_1": `{"code":0,"data":{"user":{"open_id":"ou_1","name":"林悦",` +
			`"department_ids":["od-1"]}},"msg":"success"}`,
	})
	defer vendor.Close()

	c, err := feishu.New(feishu.Config{AppID: "cli_a1b2c3d4", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	answer, err := c.GetUser(context.Background(), "ou_1", nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Data.User.Name, answer.Data.User.DepartmentIDs)
	// Output: 林悦 [od-1]
}

func ExampleClient_Users() {
	vendor := canned(map[string]string{
		"/auth/v3/tenant_access_token/internal": tokenForExamples,
		"/contact/v3/departments/0/children": `{"code":0,"data":{"has_more":false,` +
			`"items":[{"open_department_id":"od-1","name":"数据平台"}]}}`,
		"/contact/v3/users/find_by_department?department_id=0&page_size=50": `{"code":0,"data":{"has_more":false,` +
			`"items":[{"open_id":"ou_2","name":"周正"}]}}`,
		"/contact/v3/users/find_by_department?department_id=od-1&page_size=50": `{"code":0,"data":{"has_more":false,` +
			`"items":[{"open_id":"ou_1","name":"林悦"},{"open_id":"ou_2","name":"周正"}]}}`,
	})
	defer vendor.Close()

	c, err := feishu.New(feishu.Config{AppID: "cli_a1b2c3d4", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	for user, err := range c.Users(context.Background()) {
		if err != nil {
			fmt.Println("incomplete:", err)
			break
		}
		fmt.Println(user.OpenID, user.Name)
	}
	// Output:
	// ou_2 周正
	// ou_1 林悦
}

func ExampleClient_Departments() {
	vendor := canned(map[string]string{
		"/auth/v3/tenant_access_token/internal": tokenForExamples,
		"/contact/v3/departments/0/children": `{"code":0,"data":{"has_more":false,` +
			`"items":[{"department_id":"data","open_department_id":"od-1","name":"数据平台"}]}}`,
	})
	defer vendor.Close()

	c, err := feishu.New(feishu.Config{AppID: "cli_a1b2c3d4", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	c = c.WithIDTypes(feishu.IDTypes{Department: feishuapi.DepartmentIDTypeDepartmentID})
	for department, err := range c.Departments(context.Background()) {
		if err != nil {
			fmt.Println("incomplete:", err)
			break
		}
		fmt.Println(department.DepartmentID, department.Name)
	}
	// Output: data 数据平台
}

func ExampleErrorDetail() {
	vendor := canned(map[string]string{
		"/auth/v3/tenant_access_token/internal": tokenForExamples,
		"/contact/v3/users/ou_1": `{"code":99991672,"msg":"Access denied.","error":{"log_id":"2026",` +
			`"permission_violations":[{"subject":"contact:contact:readonly"}]}}`,
	})
	defer vendor.Close()

	c, err := feishu.New(feishu.Config{AppID: "cli_a1b2c3d4", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	_, err = c.GetUser(context.Background(), "ou_1", nil)
	var e *clients.Error
	if errors.Is(err, clients.ErrPermission) && errors.As(err, &e) {
		if detail, ok := e.Detail.(*feishu.ErrorDetail); ok {
			fmt.Println("ask for", detail.MissingScopes)
		}
	}
	// Output: ask for [contact:contact:readonly]
}

func ExampleClient_JSAPISignature() {
	vendor := canned(map[string]string{
		"/auth/v3/tenant_access_token/internal": tokenForExamples,
		"/jssdk/ticket/get": `{"code":0,"data":{"expire_in":7200,"ticket":"never shown"},` +
			`"msg":"ok"}`,
	})
	defer vendor.Close()

	c, err := feishu.New(feishu.Config{AppID: "cli_a1b2c3d4", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	signature, err := c.JSAPISignature(context.Background(), "https://portal.example.cn/hr?tab=2",
		feishu.JSAPIOptions{})
	if err != nil {
		panic(err)
	}
	fmt.Println(signature.AppID, len(signature.Signature)) // for the page, as JSON
	// Output: cli_a1b2c3d4 40
}

func ExampleClient_ConsentURL() {
	c, err := feishu.New(feishu.Config{AppID: "cli_1", AppSecret: "s3cr3t"})
	if err != nil {
		panic(err)
	}
	page, err := c.ConsentURL(feishu.ConsentRequest{RedirectURI: "https://portal.example.cn/",
		Scopes: []string{"contact:user:search", "offline_access"}, State: "xyz"})
	if err != nil {
		panic(err)
	}
	fmt.Println(page)

	// The browser comes back with code and state. From then on:
	_, err = feishu.New(feishu.Config{AppID: "cli_1", AppSecret: "s3cr3t", UserToken: feishu.UserToken{
		Code: &feishu.AuthorizationCode{Code: "code", RedirectURI: "https://portal.example.cn/"},
	}})
	if err != nil {
		panic(err)
	}
	// Output:
	// https://accounts.feishu.cn/open-apis/authen/v1/authorize?client_id=cli_1&redirect_uri=https%3A%2F%2Fportal.example.cn%2F&response_type=code&scope=contact%3Auser%3Asearch%20offline_access&state=xyz
}
