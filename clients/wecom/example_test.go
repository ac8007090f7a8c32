package wecom_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
)

// canned answers by path, in place of the vendor.
func canned(answers map[string]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, answers[r.URL.Path])
	}))
}

func Example() {
	vendor := canned(map[string]string{
		"/gettoken": `{"errcode":0,"errmsg":"ok","access_token":"opaque","expires_in":7200}`,
		"/user/get": `{"errcode":0,"errmsg":"ok","userid":"chen.yq","name":"陈雨晴","department":[12,40],"status":1}`,
	})
	defer vendor.Close()

	c, err := wecom.New(wecom.Config{CorpID: "ww0123456789abcdef", ContactSecret: "s3cr3t", AppSecret: "s3cr3t"},
		clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	user, err := c.GetUser(context.Background(), &wecomapi.GetUserParams{UserID: "chen.yq"})
	if err != nil {
		panic(err)
	}
	fmt.Println(user.Name, user.Department)
	// Output: 陈雨晴 [12 40]
}

func ExampleClient_Users() {
	vendor := canned(map[string]string{
		"/gettoken": `{"errcode":0,"errmsg":"ok","access_token":"opaque","expires_in":7200}`,
		"/department/simplelist": `{"errcode":0,"errmsg":"ok","department_id":[{"id":1,"parentid":0,"order":0},` +
			`{"id":2,"parentid":1,"order":0}]}`,
		"/user/list": `{"errcode":0,"errmsg":"ok","userlist":[{"userid":"wu.lei","name":"吴磊",` +
			`"department":[1,2]}]}`,
	})
	defer vendor.Close()

	c, err := wecom.New(wecom.Config{CorpID: "ww0123456789abcdef", AppSecret: "s3cr3t"}, clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	for user, err := range c.Users(context.Background()) {
		if err != nil {
			fmt.Println("incomplete:", err)
			break
		}
		fmt.Println(user.UserID, user.Department)
	}
	// Output: wu.lei [1 2]
}

func ExampleClient_SyncUsers() {
	vendor := canned(map[string]string{
		"/gettoken":       `{"errcode":0,"errmsg":"ok","access_token":"opaque","expires_in":7200}`,
		"/media/upload":   `{"errcode":0,"errmsg":"","type":"file","media_id":"3a"}`,
		"/batch/syncuser": `{"errcode":0,"errmsg":"ok","jobid":"job-1"}`,
		"/batch/getresult": `{"errcode":0,"errmsg":"ok","status":3,"type":"sync_user","total":1,"percentage":100,` +
			`"result":[{"userid":"wu.lei","errcode":60104,"errmsg":"mobile existed"}]}`,
	})
	defer vendor.Close()

	c, err := wecom.New(wecom.Config{CorpID: "ww0123456789abcdef", ContactSecret: "s3cr3t"},
		clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	file := strings.NewReader("姓名,帐号,手机号,部门\n吴磊,wu.lei,13000002222,12\n")
	_, err = c.SyncUsers(context.Background(), file, wecom.BatchOptions{})
	var rows *wecom.RowsError
	if errors.As(err, &rows) {
		for _, row := range rows.Rows {
			fmt.Println(row)
		}
	}
	// Output: wecom: GetBatchResult: conflict (code 60104): wu.lei: mobile existed
}

// A person signs in with a QR code: the browser goes to the page, comes back with a code, and the code tells who it is.
func ExampleClient_Identify() {
	vendor := canned(map[string]string{
		"/gettoken":         `{"errcode":0,"errmsg":"ok","access_token":"opaque","expires_in":7200}`,
		"/auth/getuserinfo": `{"errcode":0,"errmsg":"ok","userid":"chen.yq"}`,
	})
	defer vendor.Close()

	c, err := wecom.New(wecom.Config{CorpID: "ww0123456789abcdef", AppSecret: "s3cr3t", AgentID: 1000002},
		clients.WithBaseURL(vendor.URL))
	if err != nil {
		panic(err)
	}
	state := "kept-in-the-session" // of a random generator, new each time
	page, err := c.AuthorizeURL(clients.SignIn{RedirectURI: "https://portal.example/back", State: state,
		Surface: clients.SurfaceQRCode})
	if err != nil {
		panic(err)
	}
	address, _, _ := strings.Cut(strings.TrimPrefix(page, vendor.URL), "?")
	fmt.Println(address)

	// The browser is at https://portal.example/back?code=…&state=… now, and state was compared.
	identity, err := c.Identify(context.Background(), "the-code")
	var refused *clients.Error
	switch {
	case errors.As(err, &refused) && slices.Contains([]string{"40029", "42003", "42022"}, refused.Code):
		fmt.Println("the code is spent: back to the page")
	case err != nil:
		panic(err)
	case identity.External:
		fmt.Println("not one of ours")
	default:
		fmt.Println(identity.UserID)
	}
	// Output:
	// /wwlogin/sso/login
	// chen.yq
}
