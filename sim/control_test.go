package sim_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// orders sends to the control interface as a test in another language would.
type orders struct {
	t   *testing.T
	url string
}

func (o orders) send(method, path, body string) (status int, answer map[string]any, text string) {
	o.t.Helper()
	request, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, strings.NewReader(body))
	require.NoError(o.t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(o.t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	require.NoError(o.t, err)
	_ = json.Unmarshal(data, &answer)
	return response.StatusCode, answer, string(data)
}

func TestControl(t *testing.T) {
	control := sim.NewControl(simtest.Checked(t), sim.WithPeople(50), sim.WithDepartments(5))
	server := httptest.NewServer(control)
	t.Cleanup(server.Close)
	o := orders{t, server.URL}
	demo := control.Simulator().Credentials().WeCom
	who := control.Simulator().Organisation().People()[7]
	c, err := wecom.New(wecom.Config{CorpID: demo.CorpID, AppSecret: clients.Secret(demo.AppSecret),
		ContactSecret: clients.Secret(demo.ContactSecret)},
		clients.WithBaseURL(server.URL+"/wecom/cgi-bin"), clients.WithRetry(clients.NoRetry))
	require.NoError(t, err)
	get := func() error {
		_, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: who.UserID})
		return err
	}

	t.Run("what there is", func(t *testing.T) {
		status, answer, text := o.send("GET", "/_sim/", "")
		assert.Equal(t, 200, status)
		assert.Contains(t, text, "POST /_sim/reset")
		assert.NotContains(t, text, "{$}")
		assert.Contains(t, answer["operations"], "feishu")
		_, _, page := o.send("GET", "/", "")
		assert.Contains(t, page, server.URL+"/dingtalk")
	})
	t.Run("faults", func(t *testing.T) {
		require.NoError(t, get())
		status, answer, text := o.send("POST", "/_sim/faults",
			`{"vendor":"wecom","operation":"GetUser","kind":"html-error","retry_after":"1s"}`)
		require.Equal(t, 200, status, text)
		assert.ErrorIs(t, get(), clients.ErrUnavailable)
		_, _, text = o.send("GET", "/_sim/faults", "")
		assert.JSONEq(t,
			`[{"id":1,"vendor":"wecom","operation":"GetUser","kind":"html-error","retry_after":"1s"}]`, text)
		assert.InDelta(t, 1, answer["id"], 0)
		o.send("DELETE", "/_sim/faults/1", "")
		assert.NoError(t, get())
		o.send("POST", "/_sim/faults", `{"vendor":"wecom","operation":"*","kind":"empty-object"}`)
		assert.ErrorIs(t, get(), clients.ErrBadResponse)
		o.send("DELETE", "/_sim/faults", "")
		assert.NoError(t, get())
	})
	t.Run("tokens and the clock", func(t *testing.T) {
		issued := func() int { return control.Simulator().TokensIssued(sim.VendorWeCom) }
		before := issued()
		o.send("POST", "/_sim/tokens/revoke", `{"vendor":"wecom"}`)
		require.NoError(t, get())
		assert.Equal(t, before+1, issued())
		status, answer, _ := o.send("POST", "/_sim/clock", `{"advance":"3h"}`)
		assert.Equal(t, 200, status)
		now, err := time.Parse(time.RFC3339, answer["now"].(string))
		require.NoError(t, err)
		assert.InDelta(t, 3, time.Until(now).Hours(), 0.1)
		require.NoError(t, get(), "the token has run out, and is renewed")
		assert.Equal(t, before+2, issued())
	})
	t.Run("the truth, and back to it", func(t *testing.T) {
		_, truth, _ := o.send("GET", "/_sim/organisation", "")
		assert.Len(t, truth["people"], 50)
		assert.Len(t, truth["departments"], 5)
		_, person, _ := o.send("GET", "/_sim/people/"+who.UserID, "")
		assert.Equal(t, who.Name, person["name"])
		_, err := c.DeleteUser(t.Context(), &wecomapi.DeleteUserParams{UserID: who.UserID})
		require.NoError(t, err)
		status, _, _ := o.send("GET", "/_sim/people/"+who.UserID, "")
		assert.Equal(t, 404, status)
		_, _, journal := o.send("GET", "/_sim/requests/wecom", "")
		assert.Contains(t, journal, "DeleteUser")
		assert.NotContains(t, journal, demo.AppSecret)
		o.send("POST", "/_sim/reset", "")
		status, _, _ = o.send("GET", "/_sim/people/"+who.UserID, "")
		assert.Equal(t, 200, status)
		_, answer, _ := o.send("GET", "/_sim/clock", "")
		assert.NotEmpty(t, answer["now"])
	})
	t.Run("bad orders", func(t *testing.T) {
		for path, body := range map[string]string{
			"faults":        `{"vendor":"acme","operation":"*","kind":"hang"}`,
			"faults?1":      `{"vendor":"wecom","operation":"Nothing","kind":"hang"}`,
			"faults?2":      `{"vendor":"wecom","operation":"*","kind":"nonsense"}`,
			"faults?3":      `{"vendor":"wecom","speling":1}`,
			"faults?4":      `not JSON`,
			"clock":         `{"advance":"-1h"}`,
			"faults?5":      `{"vendor":"wecom","operation":"*","kind":"html-error","status":99}`,
			"faults?6":      `{"vendor":"wecom","operation":"*","kind":"hang","times":-1}`,
			"faults?7":      `{"vendor":"wecom","operation":"*","kind":"hang"} and more`,
			"faults?8":      `{"vendor":"wecom","operation":"*","kind":"slow-body","interval":"soon"}`,
			"faults?9":      ``,
			"clock?1":       ``,
			"tokens/revoke": `{"vendor":"acme"}`,
		} {
			status, answer, _ := o.send("POST", "/_sim/"+path, body)
			assert.Equal(t, 400, status, path)
			assert.NotEmpty(t, answer["error"], path)
		}
		_, _, text := o.send("GET", "/_sim/faults", "")
		assert.Equal(t, "[]\n", text)
		for _, call := range []string{"GET nowhere", "PUT faults", "GET reset", "DELETE faults/1", "DELETE faults/x",
			"GET people/nobody", "GET requests/acme"} {
			method, path, _ := strings.Cut(call, " ")
			status, answer, _ := o.send(method, "/_sim/"+path, "")
			assert.Equal(t, 404, status, call)
			assert.NotEmpty(t, answer["error"], call)
		}
	})
}

// The truth is written in words that another language can read without this package.
func TestTheTruthAsJSON(t *testing.T) {
	server := httptest.NewServer(sim.NewControl(simtest.Checked(t)))
	t.Cleanup(server.Close)
	_, truth, text := orders{t, server.URL}.send("GET", "/_sim/organisation", "")
	assert.NotContains(t, text, "null")
	assert.NotRegexp(t, `"[A-Z]\w*":`, text, "a member without a name of its own")
	for _, value := range []string{`"status":"not_activated"`, `"gender":"female"`, `"employment":"intern"`,
		`"mobile":{"country":"86","number":"1`, `"wecom_id":1,`, `"dingtalk_order":"`} {
		assert.Contains(t, text, value)
	}
	for _, person := range truth["people"].([]any) {
		for _, member := range []string{"user_id", "name", "status", "memberships", "feishu_open_id"} {
			assert.Contains(t, person, member)
		}
	}
}

// What a program injects at the start is there again after a reset, and nothing else is.
func TestFaultsAndResets(t *testing.T) {
	control := sim.NewControl(simtest.Checked(t), sim.WithPeople(5), sim.WithDepartments(2))
	server := httptest.NewServer(control)
	t.Cleanup(server.Close)
	o := orders{t, server.URL}
	require.NoError(t, control.Inject("wecom", "*", sim.Fault{Kind: sim.FaultEmptyObject, Times: 1}))
	assert.Error(t, control.Inject("wecom", "Nothing", sim.Fault{Kind: sim.FaultEmptyObject}))
	assert.Error(t, control.Inject("wecom", "*", sim.Fault{}))
	o.send("POST", "/_sim/faults", `{"vendor":"wecom","operation":"*","kind":"html-page"}`)
	for range 2 {
		_, _, text := o.send("GET", "/wecom/cgi-bin/gettoken", "")
		assert.Equal(t, "{}", strings.TrimSpace(text), "the first fault")
		_, _, text = o.send("POST", "/_sim/reset", "")
		assert.Equal(t, "{}\n", text)
		_, _, text = o.send("GET", "/_sim/faults", "")
		assert.JSONEq(t, `[{"id":1,"vendor":"wecom","operation":"*","kind":"empty-object","times":1}]`, text)
	}
}

// A request that a fault leaves open does not outlive the simulator that a reset takes away.
func TestAResetEndsWhatHangs(t *testing.T) {
	control := sim.NewControl(simtest.Checked(t), sim.WithPeople(5), sim.WithDepartments(2))
	server := httptest.NewServer(control)
	t.Cleanup(server.Close)
	require.NoError(t, control.Inject("wecom", "GetToken", sim.Fault{Kind: sim.FaultHang, Times: 1}))
	hanging := control.Simulator()
	ended := make(chan error, 1)
	go func() {
		response, err := http.Get(server.URL + "/wecom/cgi-bin/gettoken")
		if err == nil {
			response.Body.Close()
		}
		ended <- err
	}()
	require.Eventually(t, func() bool { return hanging.Calls("wecom", "GetToken") == 1 }, time.Minute,
		time.Millisecond)
	orders{t, server.URL}.send("POST", "/_sim/reset", "")
	assert.Error(t, <-ended)
}

// A simulator that takes no orders says so in JSON, does nothing, and does not offer them on its page.
func TestRefusedOrders(t *testing.T) {
	control := sim.NewControl(simtest.Checked(t), sim.WithPeople(5), sim.WithDepartments(2))
	control.Refusal = "no orders here"
	server := httptest.NewServer(control)
	t.Cleanup(server.Close)
	o, before := orders{t, server.URL}, control.Simulator()
	for _, call := range []string{"POST /_sim/reset", "POST //_sim/reset", "POST /x/../_sim/reset", "GET /_sim/",
		"GET /_sim", "POST /%5fsim/reset", "GET /_sim/organisation"} {
		method, path, _ := strings.Cut(call, " ")
		status, answer, _ := o.send(method, path, "")
		assert.Equal(t, 403, status, call)
		assert.Equal(t, "no orders here", answer["error"], call)
	}
	assert.Same(t, before, control.Simulator())
	status, _, page := o.send("GET", "/", "")
	assert.Equal(t, 200, status)
	assert.NotContains(t, page, sim.ControlPrefix)
}

// The page is whole in itself.
func TestTheFrontPageWorksOffline(t *testing.T) {
	control := sim.NewControl(simtest.Checked(t), sim.WithPeople(5), sim.WithDepartments(2))
	server := httptest.NewServer(control)
	t.Cleanup(server.Close)
	status, _, page := orders{t, server.URL}.send("GET", "/", "")
	assert.Equal(t, 200, status)
	for _, want := range []string{"5 people", "/wecom/cgi-bin", "/dingtalk", "/feishu/open-apis", "/wps", "/docs/",
		sim.ControlPrefix} {
		assert.Contains(t, page, want)
	}
	assert.NotRegexp(t, `(src|href)="?(https?:)?//`, page)
	assert.NotContains(t, page, "<script")

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	require.NoError(t, err)
	request.Host = `"><script>alert(1)</script>`
	recorder := httptest.NewRecorder()
	control.ServeHTTP(recorder, request)
	assert.NotContains(t, recorder.Body.String(), "<script")

	status, _, text := orders{t, server.URL}.send("POST", "/", "")
	assert.Equal(t, 404, status)
	assert.Contains(t, text, "There is nothing at /")
}

func ExampleNewControl() {
	control := sim.NewControl(sim.WithPeople(50), sim.WithDepartments(5))
	server := httptest.NewServer(control)
	defer server.Close()
	request, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL+"/_sim/faults",
		strings.NewReader(`{"vendor":"feishu","operation":"GetUser","kind":"throttled","times":1}`))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return
	}
	defer response.Body.Close()
	_, _ = io.Copy(os.Stdout, response.Body)
	// Output: {"id":1}
}

func TestControlOfCauses(t *testing.T) {
	control := sim.NewControl(simtest.Checked(t), sim.WithPeople(50), sim.WithDepartments(5))
	server := httptest.NewServer(control)
	t.Cleanup(server.Close)
	t.Cleanup(control.Close)
	o := orders{t, server.URL}
	demo := control.Simulator().Credentials().WeCom
	code := func() float64 {
		_, answer, _ := o.send("GET", "/wecom/cgi-bin/gettoken?corpid="+demo.CorpID+"&corpsecret="+demo.AppSecret, "")
		_, answer, _ = o.send("GET", "/wecom/cgi-bin/department/list?access_token="+answer["access_token"].(string), "")
		return answer["errcode"].(float64)
	}
	require.NoError(t, control.Provoke(sim.VendorWeCom, sim.Cause{Kind: sim.CauseAddressRefused}))
	assert.InDelta(t, 60020, code(), 0)
	require.ErrorContains(t, control.Provoke(sim.VendorWeCom, sim.Cause{Kind: sim.CauseEditionLacks}),
		"wecom has")

	for _, body := range []string{`{}`, `{"vendor":"telex","kind":"range-empty"}`, `{"vendor":"wecom","kind":"luck"}`,
		`{"vendor":"wps","kind":"clock-off","by":"soon"}`,
		`{"vendor":"wps","kind":"permission-missing","names":["x"]}`} {
		status, answer, _ := o.send("POST", "/_sim/causes", body)
		assert.Equal(t, 400, status, body)
		assert.NotEmpty(t, answer["error"], body)
	}

	_, answer, _ := o.send("POST", "/_sim/causes", `{"vendor":"wps","kind":"clock-off","by":"7m","window":"1m"}`)
	assert.InDelta(t, 2, answer["id"], 0)
	_, _, text := o.send("GET", "/_sim/causes", "")
	assert.JSONEq(t, `[{"id":1,"vendor":"wecom","kind":"address-refused"},`+
		`{"id":2,"vendor":"wps","kind":"clock-off","by":"7m0s","window":"1m0s"}]`, text)
	_, _, text = o.send("GET", "/_sim/", "")
	assert.Contains(t, text, `"causes":{"dingtalk":["permission-missing"`)

	status, _, _ := o.send("DELETE", "/_sim/causes/1", "")
	assert.Equal(t, 200, status)
	assert.InDelta(t, 0, code(), 0)
	status, _, _ = o.send("DELETE", "/_sim/causes/1", "")
	assert.Equal(t, 404, status)
	o.send("POST", "/_sim/reset", "") // the cause of Control.Provoke comes back, the other does not
	assert.InDelta(t, 60020, code(), 0)
	_, _, text = o.send("GET", "/_sim/causes", "")
	assert.JSONEq(t, `[{"id":1,"vendor":"wecom","kind":"address-refused"}]`, text)
	o.send("DELETE", "/_sim/causes", "")
	assert.InDelta(t, 0, code(), 0)
}
