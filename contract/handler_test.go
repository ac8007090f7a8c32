package contract_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/invoke"
	"github.com/roster-go/roster/internal/samples"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func validators(t testing.TB) []*contract.Validator {
	t.Helper()
	var all []*contract.Validator
	for _, vendor := range contract.Vendors() {
		all = append(all, validator(t, vendor))
	}
	return all
}

// The simulator and the documents agree: every call of every plan, reads and writes, and every operation with the
// request of every sample, whatever the simulator makes of it, is answered as the document says; see package simtest,
// which looks.
func TestEveryAnswerOfTheSimulatorIsWhatTheDocumentSays(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(300), sim.WithDepartments(20), sim.WithoutQuotas())
	simulator := server.Simulator
	for _, v := range validators(t) {
		vendor := v.Vendor()
		open := opener(vendor, server.URL, simulator)
		result, err := contract.Probe(t.Context(), v, open,
			contract.ProbeOptions{Write: true, Mobile: "+86-19900001234"})
		require.NoError(t, err)
		for _, step := range result.Steps {
			if step.Outcome == contract.Outage {
				t.Errorf("%s %s: %s", vendor, step.Operation, step.Reason)
			}
		}

		api, err := open(clients.WithRetry(clients.NoRetry), clients.WithLimiter(clients.NoLimit))
		require.NoError(t, err)
		_, all := load(t, vendor)
		g := generatedOf(vendor)
		for _, sample := range all {
			for _, op := range g.operations {
				if op.ID == sample.Operation && !op.CarriesSecret { // a wrong secret gets the address blocked
					method, err := invoke.Find(api, op)
					require.NoError(t, err)
					_, _ = method.Call(t.Context(), sample.Request)
				}
			}
		}
		// What the client does not call (other apps' tokens, calls as a person) is at least refused as the document
		// says.
		caller := &catcher{base: baseURL(t, vendor, server.URL, simulator)}
		for _, sample := range all {
			if simulator.Calls(vendor, sample.Operation) == 0 {
				sendWithoutCredential(t, g, caller, sample)
			}
		}
		for _, id := range simulator.Operations(vendor) {
			assert.Positivef(t, simulator.Calls(vendor, id), "%s %s was not called: it has neither a sample nor a plan",
				vendor, id)
		}
		t.Logf("%s: %d operations, %d calls", vendor, len(simulator.Operations(vendor)), simulator.Calls(vendor, "*"))
	}
}

func sendWithoutCredential(t *testing.T, g generated, caller *catcher, sample *samples.Sample) {
	t.Helper()
	for _, op := range g.operations {
		if op.ID != sample.Operation {
			continue
		}
		method, err := invoke.Find(g.api(caller), op)
		require.NoError(t, err)
		if _, err := method.Call(t.Context(), sample.Request); err != nil {
			return
		}
		r := caller.request
		req, err := http.NewRequestWithContext(t.Context(), r.Method, r.URL.String(), bytes.NewReader(r.Body))
		require.NoError(t, err)
		req.Header = r.Header
		response, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
	}
}

func TestHandlerSeesWhatIsServedAndChangesNothing(t *testing.T) {
	v := validator(t, "wecom")
	report := contract.NewReport(nil)
	served := contract.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, `{"limit": 5}`, string(body))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, err = io.WriteString(w, `{"errcode":0,"errmsg":"ok","dept_user":[{"userid":"a","department":"1"}]}`)
		assert.NoError(t, err)
		assert.NoError(t, http.NewResponseController(w).Flush())
	}), report, v)
	server := httptest.NewServer(served)
	t.Cleanup(server.Close)
	response, err := http.Post(server.URL+"/cgi-bin/user/list_id", "application/json",
		strings.NewReader(`{"limit": 5}`))
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Contains(t, string(body), `"department":"1"`)
	assert.Equal(t, http.StatusCreated, response.StatusCode)
	var got []string
	for _, e := range report.Entries() {
		got = append(got, string(e.Part)+e.Pointer+" "+string(e.Kind))
	}
	assert.Equal(t, []string{"response body/dept_user/0/department wrong_type", "status undeclared_status"}, got)
}

// A handler that refuses a request may leave the rest of its body unread, which says nothing about the body.
func TestHandlerOfABodyThatIsNotReadToTheEnd(t *testing.T) {
	report := contract.NewReport(nil)
	server := httptest.NewServer(contract.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadFull(r.Body, make([]byte, 5))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"errcode":40014,"errmsg":"no"}`)
		_, isFlusher := w.(http.Flusher)
		assert.True(t, isFlusher)
	}), report, validator(t, "wecom")))
	t.Cleanup(server.Close)
	response, err := http.Post(server.URL+"/cgi-bin/user/list_id", "application/json",
		strings.NewReader(`{"limit": 5}`))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Empty(t, report.Entries())
}

// A decoder stops at the end of the value and may never see the end of the body.
func TestHandlerOfABodyThatADecoderHasRead(t *testing.T) {
	report := contract.NewReport(nil)
	handler := contract.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body any
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&body))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"errcode":40014,"errmsg":"no"}`)
	}), report, validator(t, "wecom"))
	req := httptest.NewRequest(http.MethodPost, "/cgi-bin/user/list_id",
		io.NopCloser(strings.NewReader(`{"limit":"x"}`)))
	req.Header.Set("Content-Type", "application/json")
	handler.ServeHTTP(httptest.NewRecorder(), req)
	require.Len(t, report.Entries(), 1)
	assert.Equal(t, contract.PartRequestBody, report.Entries()[0].Part)
}

func TestHandlerLeavesHijackedConnectionsAlone(t *testing.T) {
	report := contract.NewReport(nil)
	simulator := sim.New(simtest.Checked(t), sim.WithPeople(10), sim.WithDepartments(3))
	server := httptest.NewServer(contract.Handler(simulator, report, validators(t)...))
	t.Cleanup(server.Close)
	simulator.Inject("wecom", "*", sim.Fault{Kind: sim.FaultResetBefore})
	_, err := http.Get(server.URL + "/wecom/cgi-bin/gettoken")
	assert.Error(t, err)
	simulator.Inject("wecom", "*", sim.Fault{Kind: sim.FaultResetAfter})
	_, err = http.Get(server.URL + "/wecom/cgi-bin/gettoken")
	assert.Error(t, err)
	response, err := http.Get(server.URL + "/elsewhere")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Empty(t, report.Entries())
}
