package contract_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim"
)

// An answer that has changed since the document was written.
func ExampleValidator_Check() {
	v, err := contract.NewValidator("wecom")
	if err != nil {
		log.Fatal(err)
	}
	findings := v.Check(contract.Exchange{Operation: "GetUser", Response: &contract.Response{
		Status: 200, Header: http.Header{"Content-Type": {"application/json"}},
		Body: []byte(
			`{"errcode":0,"errmsg":"ok","userid":"zhangsan","name":{"given":"三","family":"张"},"shoe_size":42}`),
	}})
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output: wecom GetUser: response body /name: wrong type (breaking): the document says string, came object wecom
	// GetUser: response body /shoe_size: undeclared field (informative): the document says no such field in
	// GetUserAnswer, came number
}

func ExampleValidator_CheckHAR() {
	v, err := contract.NewValidator("wecom")
	if err != nil {
		log.Fatal(err)
	}
	result, err := v.CheckHAR(strings.NewReader(`{"log":{"entries":[{
		"request":{"method":"GET","url":"https://qyapi.weixin.qq.com/cgi-bin/department/list","headers":[]},
		"response":{"status":200,"headers":[],"content":{"mimeType":"application/json","text":"{\"errcode\":0,\"department\":[{\"id\":\"1\"}]}"}}}]}}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Checked, result.Findings[0])
	// Output: 1 wecom ListDepartment: response body /department/0/id: wrong type (breaking): the document says integer,
	// came string
}

// A watched client: the program goes on as ever, and the report says what has changed.
func ExampleTransport() {
	server, err := sim.Listen("127.0.0.1:0", sim.WithPeople(20), sim.WithDepartments(3))
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.Inject("wecom", "GetUser", sim.Fault{Kind: sim.FaultExtraField, Field: "shoe_size"})

	v, err := contract.NewValidator("wecom")
	if err != nil {
		log.Fatal(err)
	}
	watch, err := contract.NewTransport(v, contract.WithRate(0.01), contract.WithFirst(5))
	if err != nil {
		log.Fatal(err)
	}
	demo := server.Credentials().WeCom
	client, err := wecom.New(wecom.Config{CorpID: demo.CorpID, AppSecret: clients.Secret(demo.AppSecret)},
		clients.WithBaseURL(server.WeComURL()), clients.WithMiddleware(watch.Wrap))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	if _, err := client.GetUser(ctx,
		&wecomapi.GetUserParams{UserID: server.Organisation().People()[0].UserID}); err != nil {
		log.Fatal(err)
	}
	if err := watch.Close(ctx); err != nil {
		log.Fatal(err)
	}
	for _, e := range watch.Report().Drift() {
		fmt.Println(e.Count, e.Operation, e.Pointer, e.Kind)
	}
	// Output: 1 GetUser /shoe_size undeclared_field
}

// A check of everything that can be read, and what it comes to.
func ExampleProbe() {
	server, err := sim.Listen("127.0.0.1:0", sim.WithPeople(20), sim.WithDepartments(3))
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.Inject("wecom", "ListDepartment", sim.Fault{Kind: sim.FaultChangedType, Field: "department.0.name"})

	v, err := contract.NewValidator("wecom")
	if err != nil {
		log.Fatal(err)
	}
	demo := server.Credentials().WeCom
	result, err := contract.Probe(context.Background(), v, func(options ...clients.Option) (any, error) {
		return wecom.New(wecom.Config{CorpID: demo.CorpID, AppSecret: clients.Secret(demo.AppSecret),
			ContactSecret: clients.Secret(demo.ContactSecret)},
			append(options, clients.WithBaseURL(server.WeComURL()))...)
	}, contract.ProbeOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Verdict())
	for _, e := range result.Findings {
		fmt.Println(e.Finding)
	}
	// Output: drift wecom ListDepartment: response body /department/0/name: wrong type (breaking): the document says
	// string, came object
}

// What a program that uses the clients has in its own repository; see examples/contract-ci.
func ExampleRun() {
	_ = func(t *testing.T) { // func TestWeCom(t *testing.T) {
		contract.Run(t, contract.Suite{
			Vendor:  "wecom",
			Samples: os.DirFS("testdata"),
			Env:     []string{"WECOM_CORP_ID", "WECOM_APP_SECRET"},
			Open: func(options ...clients.Option) (any, error) {
				return wecom.New(wecom.Config{
					CorpID: os.Getenv("WECOM_CORP_ID"), AppSecret: clients.Secret(os.Getenv("WECOM_APP_SECRET")),
				}, options...)
			},
		})
	}
}
