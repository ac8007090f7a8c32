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
		status, answer, _ := o.send("GET", "/_sim/", "")
		assert.Equal(t, 200, status)
		assert.Contains(t, answer["operations"], "feishu")
		_, _, page := o.send("GET", "/", "")
		assert.Contains(t, page, server.URL+"/dingtalk")
	})
	t.Run("faults", func(t *testing.T) {
		require.NoError(t, get())
		status, answer, text := o.send("POST", "/_sim/faults",
			`{"vendor":"wecom","operation":"GetUser","kind":"html-error","retryafter":"1s"}`)
		require.Equal(t, 200, status, text)
		assert.ErrorIs(t, get(), clients.ErrUnavailable)
		_, _, text = o.send("GET", "/_sim/faults", "")
		assert.Contains(t, text, `"retryafter":"1s"`)
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
		assert.Equal(t, who.Name, person["Name"])
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
			"tokens/revoke": `{"vendor":"acme"}`,
		} {
			status, answer, _ := o.send("POST", "/_sim/"+path, body)
			assert.Equal(t, 400, status, path)
			assert.NotEmpty(t, answer["error"], path)
		}
		status, answer, _ := o.send("GET", "/_sim/nowhere", "")
		assert.Equal(t, 404, status)
		assert.NotEmpty(t, answer["error"])
	})
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
