package contract_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func small(t testing.TB) *sim.Server {
	return simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8), sim.WithoutQuotas())
}

func outcomes(r *contract.ProbeResult) map[string]contract.Outcome {
	out := make(map[string]contract.Outcome)
	for _, s := range r.Steps {
		out[s.Operation] = s.Outcome
	}
	return out
}

func TestProbeOfACleanVendor(t *testing.T) {
	server := small(t)
	for _, vendor := range contract.Vendors() {
		r := probe(t, vendor, server, contract.ProbeOptions{})
		assert.Equal(t, contract.Clean, r.Verdict(), vendor)
		assert.Empty(t, r.Findings, vendor)
		assert.Empty(t, r.Stopped)
		checked := 0
		for _, s := range r.Steps {
			kind, _ := contract.Planned(vendor, s.Operation)
			assert.Equal(t, "read", kind, s.Operation)
			switch s.Outcome {
			case contract.Checked:
				checked++
				assert.Empty(t, s.Reason)
			case contract.Skipped: // calls as a person, for whom there is no token here
				assert.Contains(t, s.Reason, "Token, which is not set", s.Operation)
			default:
				assert.Contains(t, s.Reason, "permission, code 48002", s.Operation)
			}
		}
		assert.Greater(t, r.Exchanges, checked, "the token operation counts, too")
		t.Logf("%s: %d of %d calls checked", vendor, checked, len(r.Steps))
	}
}

// One planted drift is named, and nothing else is; wherever it is planted.
func TestProbeNamesExactlyThePlantedDrift(t *testing.T) {
	server := small(t)
	planted := 0
	for _, vendor := range contract.Vendors() {
		t.Run(vendor, func(t *testing.T) {
			v := validator(t, vendor)
			clean := outcomes(probe(t, vendor, server, contract.ProbeOptions{}))
			for _, operation := range v.Operations() {
				if clean[operation] != contract.Checked {
					continue
				}
				for _, kind := range []sim.FaultKind{sim.FaultExtraField, sim.FaultChangedType} {
					planted++
					remove := server.Inject(vendor, operation, sim.Fault{Kind: kind})
					r, err := contract.Probe(t.Context(), v, opener(vendor, server.URL, server.Simulator),
						contract.ProbeOptions{})
					remove()
					require.NoError(t, err)
					assert.Equalf(t, contract.Drifted, r.Verdict(), "%s %s", operation, kind)
					for _, e := range r.Findings {
						assert.Equalf(t, operation, e.Operation, "%s: %s", kind, e.Finding)
						if kind == sim.FaultExtraField {
							assert.Equal(t, "/undeclared_member", e.Pointer)
						}
					}
				}
			}
		})
	}
	t.Logf("%d planted, all of them found", planted)
}

// A drift in what later calls need is reported like any other, and those calls are left out.
func TestProbeGoesOnAfterADriftInAnID(t *testing.T) {
	for vendor, drift := range map[string][2]string{
		"wecom": {"ListDepartment", "department.0.id"}, "dingtalk": {"listSubDepartmentsV2", "result.0.dept_id"},
		"wps": {"getRootDept", "data.id"},
	} {
		t.Run(vendor, func(t *testing.T) {
			server := small(t)
			server.Inject(vendor, drift[0], sim.Fault{Kind: sim.FaultChangedType, Field: drift[1]})
			r := probe(t, vendor, server, contract.ProbeOptions{})
			assert.Equal(t, contract.Drifted, r.Verdict())
			assert.Empty(t, r.Stopped)
			require.NotEmpty(t, r.Findings)
			for _, e := range r.Findings {
				assert.Equal(t, drift[0], e.Operation)
			}
		})
	}
}

func TestProbeSeesTheTokenOperation(t *testing.T) {
	server := small(t)
	server.Inject("wecom", "GetToken", sim.Fault{Kind: sim.FaultExtraField})
	r := probe(t, "wecom", server, contract.ProbeOptions{})
	require.Equal(t, contract.Drifted, r.Verdict())
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "GetToken", r.Findings[0].Operation)
	assert.NotContains(t, everything(t, []contract.Finding{r.Findings[0].Finding}), "demo-")
}

func TestProbeSeesNewWordsForARefusal(t *testing.T) {
	server := small(t)
	server.Inject("wecom", "GetUser",
		sim.Fault{Kind: sim.FaultVendorError, Code: "987654", Message: "zhangsan has left"})
	r := probe(t, "wecom", server, contract.ProbeOptions{})
	assert.Equal(t, contract.Drifted, r.Verdict())
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "987654", r.Findings[0].Code)
	for _, s := range r.Steps {
		assert.NotContains(t, s.Reason, "zhangsan")
	}
}

// A signature that is refused under a code that the document lacks is no drift: something is wrong with the
// credentials.
func TestProbeOfRefusedCredentialsIsNoDrift(t *testing.T) {
	server := small(t)
	open := func(options ...clients.Option) (any, error) {
		demo := server.Credentials().WPS
		return wps.New(wps.Config{AppID: demo.AppID, AppKey: clients.Secret(demo.AppKey), Signing: wps.SignNever},
			append([]clients.Option{clients.WithBaseURL(server.WPSURL())}, options...)...)
	}
	r, err := contract.Probe(t.Context(), validator(t, "wps"), open, contract.ProbeOptions{})
	require.NoError(t, err)
	assert.Equal(t, contract.Unchecked, r.Verdict())
	assert.Contains(t, r.Stopped, "unauthenticated, code 401000000")
	assert.Empty(t, r.Drift())
	lines, failed := runSuite(t, contract.Suite{Vendor: "wps", Open: open})
	assert.True(t, failed)
	assert.Len(t, having(lines, "REFUSED CREDENTIALS"), 1)
	assert.Empty(t, having(lines, "OUTAGE"), "it will not pass by itself")
	assert.Empty(t, having(lines, "DRIFT"))
}

// An outage is never a drift, and a drift beside an outage is still one.
func TestProbeTellsOutagesFromDrift(t *testing.T) {
	for name, fault := range map[string]sim.Fault{
		"gateway page":   {Kind: sim.FaultHTMLError},
		"bare error":     {Kind: sim.FaultBareError},
		"throttled":      {Kind: sim.FaultThrottled},
		"reset":          {Kind: sim.FaultResetBefore},
		"reset, too far": {Kind: sim.FaultResetAfter},
	} {
		t.Run(name, func(t *testing.T) {
			server := small(t)
			fault.RetryAfter = time.Hour // nobody waits for that
			server.Inject("wecom", "GetUserList", fault)
			quick := contract.ProbeOptions{Client: []clients.Option{clients.WithRetry(clients.NoRetry)}}
			r := probe(t, "wecom", server, quick)
			assert.Equal(t, contract.Unchecked, r.Verdict())
			for _, e := range r.Findings {
				assert.True(t, e.Outage, e.Finding)
			}
			assert.Equal(t, contract.Outage, outcomes(r)["GetUserList"])

			server.Inject("wecom", "ListDepartment", sim.Fault{Kind: sim.FaultExtraField})
			assert.Equal(t, contract.Drifted, probe(t, "wecom", server, quick).Verdict())
		})
	}
}

// Answers that are no answers, with a success for a status, are a drift: no gateway speaks so.
func TestProbeOfAnswersThatAreNone(t *testing.T) {
	for _, kind := range []sim.FaultKind{sim.FaultHTMLPage, sim.FaultEmptyBody, sim.FaultEmptyObject,
		sim.FaultTruncated, sim.FaultContentType, sim.FaultRedirect} {
		server := small(t)
		server.Inject("wecom", "GetUserList", sim.Fault{Kind: kind})
		r := probe(t, "wecom", server,
			contract.ProbeOptions{Client: []clients.Option{clients.WithRetry(clients.NoRetry)}})
		assert.Equal(t, contract.Drifted, r.Verdict(), kind)
		for _, e := range r.Findings {
			assert.Equal(t, "GetUserList", e.Operation, kind)
		}
	}
}

func TestProbeStopsWhenThereIsNoPoint(t *testing.T) {
	server := small(t)
	v := validator(t, "wecom")
	open := func(base, secret string) contract.Opener {
		return func(options ...clients.Option) (any, error) {
			return wecom.New(wecom.Config{CorpID: server.Credentials().WeCom.CorpID,
				ContactSecret: clients.Secret(secret), AppSecret: clients.Secret(secret)},
				append([]clients.Option{clients.WithBaseURL(base), clients.WithRetry(clients.NoRetry)}, options...)...)
		}
	}
	r, err := contract.Probe(t.Context(), v, open(server.URL+"/wecom/cgi-bin", "wrong-secret-planted"),
		contract.ProbeOptions{})
	require.NoError(t, err)
	assert.Equal(t, contract.Unchecked, r.Verdict())
	assert.Contains(t, r.Stopped, "unauthenticated, code 4")
	assert.NotContains(t, r.Stopped, "planted")
	assert.Equal(t, 1, server.Calls("wecom", "*"), "a wrong secret is sent once")

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	r, err = contract.Probe(t.Context(), v, open("http://"+listener.Addr().String(), "s"),
		contract.ProbeOptions{Client: []clients.Option{clients.WithRetry(clients.NoRetry)}})
	require.NoError(t, err)
	assert.Equal(t, contract.Unchecked, r.Verdict())
	assert.Contains(t, r.Stopped, "refused")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err = contract.Probe(ctx, v, open(server.URL+"/wecom/cgi-bin", server.Credentials().WeCom.AppSecret),
		contract.ProbeOptions{})
	require.NoError(t, err)
	assert.Equal(t, contract.Unchecked, r.Verdict())
}

func TestProbeWrites(t *testing.T) {
	for _, vendor := range contract.Vendors() {
		t.Run(vendor, func(t *testing.T) {
			server := small(t)
			people, departments := len(server.Organisation().People()), len(server.Organisation().Departments())
			r := probe(t, vendor, server, contract.ProbeOptions{Write: true, Mobile: "+86-19900001234"})
			assert.Equal(t, contract.Clean, r.Verdict(), r)
			for _, s := range r.Steps {
				if kind, _ := contract.Planned(vendor, s.Operation); kind == "write" && s.Outcome != contract.Checked {
					assert.Equal(t, "batchDeleteDepts", s.Operation, s.Reason) // for private deployments
				}
			}
			assert.Len(t, server.Organisation().Departments(), departments, "what was made is gone")
			assert.Len(t, server.Organisation().People(), people)
		})
	}
}

// Without a number of the caller's own, nobody is created who would get a message.
func TestProbeWritesWithoutANumber(t *testing.T) {
	server := small(t)
	r := probe(t, "feishu", server, contract.ProbeOptions{Write: true})
	i := slices.IndexFunc(r.Steps, func(s contract.ProbeStep) bool { return s.Operation == "createUser" })
	require.GreaterOrEqual(t, i, 0)
	assert.Equal(t, contract.ProbeStep{Operation: "createUser", Outcome: contract.Skipped,
		Reason: "needs a phone number of your own for a new user"}, r.Steps[i])
	assert.Equal(t, contract.Checked, outcomes(r)["createDepartment"])
	assert.Equal(t, contract.Checked, outcomes(r)["deleteDepartment"])
}

// What was made is taken back even when the calls end early.
func TestProbeCleansUpAfterAnOutage(t *testing.T) {
	server := small(t)
	departments := len(server.Organisation().Departments())
	server.Inject("wecom", "UpdateDepartment", sim.Fault{Kind: sim.FaultResetBefore})
	r := probe(t, "wecom", server,
		contract.ProbeOptions{Write: true, Client: []clients.Option{clients.WithRetry(clients.NoRetry)}})
	assert.NotEmpty(t, r.Stopped)
	assert.Equal(t, contract.Skipped, outcomes(r)["UpdateUser"])
	assert.Equal(t, contract.Checked, outcomes(r)["DeleteDepartment"])
	assert.Len(t, server.Organisation().Departments(), departments)
}

func TestProbeErrors(t *testing.T) {
	v := validator(t, "wecom")
	broken := errors.New("broken")
	_, err := contract.Probe(t.Context(), v, func(...clients.Option) (any, error) { return nil, broken },
		contract.ProbeOptions{})
	assert.ErrorIs(t, err, broken)
	_, err = contract.Probe(t.Context(), v, func(...clients.Option) (any, error) { return "no client", nil },
		contract.ProbeOptions{})
	assert.ErrorContains(t, err, "no method for operation")
	_, err = contract.Probe(t.Context(), v, nil, contract.ProbeOptions{})
	assert.ErrorContains(t, err, "no function that makes a client")
	_, err = contract.Record(t.Context(), v, nil, "GetUser", contract.RecordOptions{Arguments: []string{"userid=a"}})
	assert.ErrorContains(t, err, "no function that makes a client")
	own, err := contract.NewDocumentValidator("own",
		[]byte(`{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{}}`))
	require.NoError(t, err)
	_, err = contract.Probe(t.Context(), own, nil, contract.ProbeOptions{})
	assert.ErrorContains(t, err, `no calls are known for vendor "own"`)
}

// A client that goes its own way is not reported as clean.
func TestProbeOfAClientThatIgnoresItsOptions(t *testing.T) {
	server := small(t)
	r, err := contract.Probe(t.Context(), validator(t, "wecom"), func(options ...clients.Option) (any, error) {
		return opener("wecom", server.URL, server.Simulator)(append(options, clients.WithHTTPClient(&http.Client{}))...)
	}, contract.ProbeOptions{})
	require.NoError(t, err)
	assert.Equal(t, contract.Unchecked, r.Verdict())
	assert.Contains(t, r.Steps[0].Reason, "did not send the call through the transport")
}

// Reads are what the document calls harmless to repeat, and nothing that says of itself that it changes something.
func TestPlannedReadsOnlyRead(t *testing.T) {
	for _, vendor := range contract.Vendors() {
		v := validator(t, vendor)
		operations := operationsOf(contract.Sealed(v))
		reads := 0
		for _, id := range v.Operations() {
			kind, reason := contract.Planned(vendor, id)
			switch kind {
			case "read":
				reads++
				assert.Equal(t, true, operations[id].Extensions["x-idempotent"], "%s %s", vendor, id)
				for _, verb := range []string{"create", "update", "delete", "add", "remove", "patch", "replace",
					"disable", "enable", "invite", "sync", "succ", "logout", "unbind", "upload", "resend",
					"resurrect"} {
					name := strings.TrimPrefix(strings.ToLower(id), "batch")
					assert.Falsef(t, strings.HasPrefix(name, verb) || strings.HasSuffix(name, verb), "%s %s", vendor,
						id)
				}
			case "":
				assert.NotEmpty(t, reason, "%s %s", vendor, id)
			}
		}
		assert.GreaterOrEqual(t, reads, 14, vendor)
	}
	kind, reason := contract.Planned("wecom", "NoSuch")
	assert.Equal(t, "unknown operation", kind+reason)
	_, reason = contract.Planned("slack", "x")
	assert.Contains(t, reason, "slack")
	assert.True(t, slices.IsSorted(contract.Vendors()))
}
