package contract_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeT is a test that keeps what is said of it.
type fakeT struct {
	ctx    context.Context
	name   string
	lines  *[]string
	failed bool
	ended  bool
}

func (f *fakeT) Helper()                  {}
func (f *fakeT) Context() context.Context { return f.ctx }

func (f *fakeT) say(what, format string, args []any) {
	*f.lines = append(*f.lines, strings.TrimPrefix(f.name+" ", "/")+what+": "+fmt.Sprintf(format, args...))
}

type end struct{}

func (f *fakeT) Run(name string, run func(*fakeT)) bool {
	sub := &fakeT{ctx: f.ctx, name: f.name + "/" + name, lines: f.lines}
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(end{}) {
				panic(r)
			}
		}()
		run(sub)
	}()
	f.failed = f.failed || sub.failed
	if !sub.failed && !sub.ended {
		sub.say("ok", "", nil)
	}
	return !sub.failed
}

func (f *fakeT) Logf(format string, args ...any) { f.say("log", format, args) }

func (f *fakeT) Errorf(format string, args ...any) {
	f.failed = true
	f.say("fail", format, args)
}

func (f *fakeT) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	panic(end{})
}

func (f *fakeT) Skipf(format string, args ...any) {
	f.ended = true
	f.say("skip", format, args)
	panic(end{})
}

// runSuite runs a suite and returns what was said, one line each.
func runSuite(t *testing.T, s contract.Suite) (lines []string, failed bool) {
	t.Helper()
	top := &fakeT{ctx: t.Context(), lines: &lines}
	top.Run("", func(f *fakeT) { contract.Run(f, s) })
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "/")
	}
	return lines, top.failed
}

func having(lines []string, part string) []string {
	var out []string
	for _, line := range lines {
		if strings.Contains(line, part) {
			out = append(out, line)
		}
	}
	return out
}

func suiteFor(t *testing.T, server *sim.Server) contract.Suite {
	t.Setenv("TEST_CORP_ID", server.Credentials().WeCom.CorpID)
	t.Setenv(contract.TestTenantVariable, "")
	return contract.Suite{
		Vendor: "wecom", Samples: os.DirFS("../testdata"), Env: []string{"TEST_CORP_ID"},
		Open:  opener("wecom", server.URL, server.Simulator),
		Probe: contract.ProbeOptions{Client: []clients.Option{clients.WithRetry(clients.NoRetry)}},
	}
}

// Our own CI: the offline part over our own samples and the live part against the simulator, for all vendors, with
// nothing skipped.
func TestRun(t *testing.T) {
	server := small(t)
	for _, vendor := range contract.Vendors() {
		t.Run(vendor, func(t *testing.T) {
			contract.Run(t, contract.Suite{Vendor: vendor, Samples: os.DirFS("../testdata"),
				Open: opener(vendor, server.URL, server.Simulator)})
		})
	}
}

func TestRunSaysWhatIsWhat(t *testing.T) {
	server := small(t)
	lines, failed := runSuite(t, suiteFor(t, server))
	assert.False(t, failed)
	assert.Contains(t, lines, "samples/GetUser ok: ")
	assert.Contains(t, lines, "live/reachable ok: ")
	assert.Contains(t, lines, "live/GetUser ok: ")
	assert.Equal(t, []string{"live log: not checked: UseridToOpenUserid: refused: permission, code 48002, HTTP 200"},
		having(lines, "log:"))
	assert.Zero(t, server.Calls("wecom", "CreateUser"), "read-only")
	assert.Empty(t, having(lines, "skip"))
}

func TestRunOfADrift(t *testing.T) {
	server := small(t)
	server.Inject("wecom", "GetUserList", sim.Fault{Kind: sim.FaultExtraField})
	server.Inject("wecom", "GetToken", sim.Fault{Kind: sim.FaultExtraField})
	lines, failed := runSuite(t, suiteFor(t, server))
	assert.True(t, failed)
	assert.Equal(t, []string{
		"live/GetUserList fail: DRIFT: wecom GetUserList: response body /undeclared_member: undeclared field " +
			"(informative): the document says no such field in GetUserListAnswer, came string",
		"live/GetToken fail: DRIFT: wecom GetToken: response body /undeclared_member: undeclared field " +
			"(informative): the document says no such field in GetTokenAnswer, came string",
	}, having(lines, "fail:"))
	assert.Contains(t, lines, "live/reachable ok: ")
}

func TestRunOfAnOutage(t *testing.T) {
	server := small(t)
	server.Inject("wecom", "GetUserList", sim.Fault{Kind: sim.FaultHTMLError})
	lines, failed := runSuite(t, suiteFor(t, server))
	assert.True(t, failed)
	require.Len(t, having(lines, "fail:"), 1)
	assert.Contains(t, having(lines, "fail:")[0],
		"live/reachable fail: OUTAGE: 1 calls could not be checked: GetUserList: bad_response, HTTP 502")

	tolerant := suiteFor(t, server)
	tolerant.TolerateOutage = true
	lines, failed = runSuite(t, tolerant)
	assert.False(t, failed)
	assert.Contains(t, having(lines, "skip:")[0], "live/reachable skip: OUTAGE")

	server.Inject("wecom", "*", sim.Fault{Kind: sim.FaultResetBefore})
	lines, failed = runSuite(t, suiteFor(t, server))
	assert.True(t, failed)
	assert.Contains(t, having(lines, "fail:")[0],
		"live/reachable fail: OUTAGE: wecom could not be checked: unavailable")
}

func TestRunOfCredentialsThatMayReadNothing(t *testing.T) {
	server := small(t)
	server.Inject("wecom", "*", sim.Fault{Kind: sim.FaultVendorError, Code: "48002", Skip: 2})
	lines, failed := runSuite(t, suiteFor(t, server))
	assert.False(t, failed, "the token and one call went through: %v", lines)

	server = small(t)
	for _, operation := range server.Operations("wecom") {
		if operation != "GetToken" {
			server.Inject("wecom", operation, sim.Fault{Kind: sim.FaultVendorError, Code: "48002"})
		}
	}
	lines, failed = runSuite(t, suiteFor(t, server))
	assert.True(t, failed)
	assert.Contains(t, having(lines, "fail:")[0], "no call could be checked")
}

func TestRunWithoutCredentials(t *testing.T) {
	s := suiteFor(t, small(t))
	s.Env = []string{"TEST_CORP_ID", "TEST_MISSING_ONE"}
	lines, failed := runSuite(t, s)
	assert.False(t, failed)
	assert.Equal(t, []string{"live skip: the live part is skipped: TEST_MISSING_ONE is not set in the environment"},
		having(lines, "skip:"))
	s.Env = append(s.Env, "TEST_MISSING_TWO")
	lines, _ = runSuite(t, s)
	assert.Equal(t, []string{"live skip: the live part is skipped: TEST_MISSING_ONE and TEST_MISSING_TWO are not " +
		"set in the environment"}, having(lines, "skip:"))
}

func TestRunWritesOnlyWhereItMay(t *testing.T) {
	server := small(t)
	s := suiteFor(t, server)
	for _, tenant := range []string{"1", "another-corp", server.Credentials().WeCom.CorpID + "x"} {
		t.Setenv(contract.TestTenantVariable, tenant)
		_, failed := runSuite(t, s)
		assert.False(t, failed)
		assert.Zero(t, server.Calls("wecom", "CreateDepartment"), tenant)
	}
	t.Setenv(contract.TestTenantVariable, "another-corp, "+server.Credentials().WeCom.CorpID)
	lines, failed := runSuite(t, s)
	assert.False(t, failed, lines)
	assert.Equal(t, 1, server.Calls("wecom", "CreateDepartment"))
	assert.Contains(t, lines, "live log: writing: ROSTER_TEST_TENANT names this tenant")
	assert.Contains(t, lines, "live/CreateDepartment ok: ")
	s.Env = nil
	lines, _ = runSuite(t, s)
	assert.Empty(t, having(lines, "writing"), "nothing tells which tenant it is")
}

func TestRunOfSamples(t *testing.T) {
	file := func(body string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(`{"response": {"status": 200, "header": {"Content-Type": ` +
			`"application/json"}, "body": ` + body + `}}`)}
	}
	var own fs.FS = fstest.MapFS{
		"wecom/ListDepartment/success.json":     file(`{"errcode": 0, "department": [{"id": "1"}]}`),
		"wecom/ListDepartmentSimple/error.json": file(`{"errcode": 60003}`),
	}
	lines, failed := runSuite(t, contract.Suite{Vendor: "wecom", Samples: own})
	assert.True(t, failed)
	assert.Equal(t, []string{
		"samples/ListDepartment fail: DRIFT in sample success: wecom ListDepartment: response body " +
			"/department/0/id: wrong type (breaking): the document says integer, came string",
		"samples/ListDepartmentSimple ok: ",
	}, lines)
}

func TestRunOfABadSuite(t *testing.T) {
	for name, s := range map[string]contract.Suite{
		"vendor":  {Vendor: "slack"},
		"samples": {Vendor: "wecom", Samples: fstest.MapFS{}},
		"client": {Vendor: "wecom",
			Open: func(...clients.Option) (any, error) { return nil, fmt.Errorf("no client") }},
	} {
		lines, failed := runSuite(t, s)
		assert.True(t, failed, name)
		assert.NotEmpty(t, having(lines, "fail:"), name)
	}
}
