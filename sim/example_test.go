package sim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/roster-go/roster/sim"
)

// A program in any language talks to the simulator as to the vendor: it buys a token and calls.
func Example() {
	srv, err := sim.Listen("127.0.0.1:0", sim.WithPeople(100), sim.WithDepartments(10))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()

	demo := srv.Credentials().WeCom
	var token struct {
		AccessToken string `json:"access_token"`
	}
	get(srv.WeComURL()+"/gettoken", url.Values{"corpid": {demo.CorpID}, "corpsecret": {demo.AppSecret}}, &token)

	var list struct {
		Users []struct {
			UserID string `json:"userid"`
		} `json:"userlist"`
	}
	query := url.Values{"access_token": {token.AccessToken}, "department_id": {"1"}, "fetch_child": {"1"}}
	get(srv.WeComURL()+"/user/simplelist", query, &list)
	fmt.Println("people:", len(list.Users))

	// Behind the wire: what came, and what goes wrong from now on.
	fmt.Println("tokens asked for:", srv.Calls(sim.VendorWeCom, "GetToken"))
	srv.Inject(sim.VendorWeCom, "*", sim.Fault{Kind: sim.FaultThrottled, Times: 1})
	var refusal struct {
		ErrCode int `json:"errcode"`
	}
	get(srv.WeComURL()+"/user/simplelist", query, &refusal)
	fmt.Println("throttled:", refusal.ErrCode)

	// Output:
	// people: 100
	// tokens asked for: 1
	// throttled: 45009
}

func get(address string, query url.Values, out any) {
	rsp, err := http.Get(address + "?" + query.Encode())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rsp.Body.Close()
	if err := json.NewDecoder(rsp.Body).Decode(out); err != nil {
		fmt.Println(err)
	}
}
