package contract

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/roster-go/roster/clients"
)

// Variables of the environment that Run reads besides those of a suite.
const (
	// TestTenantVariable names tenants that are there for tests, with commas between them: the values of the suites'
	// first variables. Only in these does Run write.
	TestTenantVariable = "ROSTER_TEST_TENANT"
	// TestMobileVariable is a phone number of your own, for vendors that create no user without one.
	TestMobileVariable = "ROSTER_TEST_MOBILE"
)

// Suite says what Run checks.
type Suite struct {
	// Vendor is "wecom", "dingtalk", "feishu" or "wps".
	Vendor string

	// Samples are recorded answers, checked without a network: a folder with <vendor>/<operation>/<case>.json, as
	// "roster record" writes them. Nil leaves this part out.
	Samples fs.FS

	// Env names the variables of the environment without which there is no live part. The first one tells the tenants
	// apart.
	Env []string

	// Open makes the client for the live part, with the options given behind its own. Nil leaves this part out.
	//
	//	func(options ...clients.Option) (any, error) {
	//		return wecom.New(wecom.Config{CorpID: os.Getenv("WECOM_CORP_ID"), ...}, options...)
	//	}
	Open func(options ...clients.Option) (any, error)

	// TolerateOutage skips, where an outage fails otherwise.
	TolerateOutage bool

	Validator []Option     // for the validator
	Probe     ProbeOptions // for the live part; Write and Mobile are also set where the environment allows it
}

// T is the part of *testing.T that Run needs, so that programs which are not tests do not link package testing.
type T[Self any] interface {
	Helper()
	Context() context.Context
	Run(name string, f func(Self)) bool
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
}

// Run checks a vendor's contract as a test, for a CI that runs it every day. It has these subtests:
//
//	samples/<operation>  every recorded answer is what the document says
//	live/reachable       the vendor answers, and takes the credentials; fails for an outage, never for a drift
//	live/<operation>     every answer to a read-only call is what the document says; fails for a drift only
//
// The live part runs only with all variables of Suite.Env set; without, it is skipped with a message that names what is
// missing. It writes only if ROSTER_TEST_TENANT names the tenant: it then makes a department and a user, changes and
// deletes them.
//
// t is a *testing.T:
//
//	func TestWeCom(t *testing.T) { contract.Run(t, contract.Suite{Vendor: "wecom", ...}) }
func Run[Test T[Test]](t Test, s Suite) {
	t.Helper()
	v, err := NewValidator(s.Vendor, s.Validator...)
	if err != nil {
		t.Fatalf("%v", err)
		return
	}
	if s.Samples != nil {
		t.Run("samples", func(t Test) { runSamples(t, s, v) })
	}
	if s.Open != nil {
		t.Run("live", func(t Test) { runLive(t, s, v) })
	}
}

func runSamples[Test T[Test]](t Test, s Suite, v *Validator) {
	results, err := v.CheckSamples(s.Samples)
	if err != nil {
		t.Fatalf("%v", err)
		return
	}
	byOperation := make(map[string][]SampleResult)
	var order []string
	for _, r := range results {
		if byOperation[r.Operation] == nil {
			order = append(order, r.Operation)
		}
		byOperation[r.Operation] = append(byOperation[r.Operation], r)
	}
	for _, operation := range order {
		t.Run(operation, func(t Test) {
			for _, r := range byOperation[operation] {
				for _, f := range r.Drift() {
					t.Errorf("DRIFT in sample %s: %s", r.Case, f)
				}
			}
		})
	}
}

func runLive[Test T[Test]](t Test, s Suite, v *Validator) {
	if missing := s.missing(os.Getenv); len(missing) > 0 {
		t.Skipf("the live part is skipped: %s not set in the environment", isOrAre(missing))
		return
	}
	options := s.Probe
	if s.isTestTenant(os.Getenv) {
		t.Logf("writing: %s names this tenant", TestTenantVariable)
		options.Write, options.Mobile = true, cmp.Or(os.Getenv(TestMobileVariable), options.Mobile)
	}
	result, err := Probe(t.Context(), v, s.Open, options)
	if err != nil {
		t.Fatalf("%v", err)
		return
	}
	for _, step := range result.Steps {
		switch {
		case step.Reason == needsMobile:
			t.Logf("not checked: %s: %s: %s: set %s", step.Operation, step.Outcome, step.Reason, TestMobileVariable)
		case step.Outcome != Checked:
			t.Logf("not checked: %s: %s: %s", step.Operation, step.Outcome, step.Reason)
		}
	}
	t.Run("reachable", func(t Test) { reachable(t, s, result) })
	findings := make(map[string][]Entry)
	var order []string
	for _, step := range result.Steps {
		if step.Outcome == Checked && !slices.Contains(order, step.Operation) {
			order = append(order, step.Operation)
		}
	}
	for _, e := range result.Drift() {
		findings[e.Operation] = append(findings[e.Operation], e)
		if !slices.Contains(order, e.Operation) { // a token operation, or a refusal in new words
			order = append(order, e.Operation)
		}
	}
	for _, operation := range order {
		t.Run(operation, func(t Test) {
			for _, e := range findings[operation] {
				t.Errorf("DRIFT: %s", e.Finding)
			}
		})
	}
}

func isOrAre(names []string) string {
	if len(names) == 1 {
		return names[0] + " is"
	}
	return strings.Join(names, " and ") + " are"
}

// reachable fails for whatever kept calls from being checked.
func reachable[Test T[Test]](t Test, s Suite, result *ProbeResult) {
	report := t.Errorf
	if s.TolerateOutage {
		report = t.Skipf
	}
	if result.refused {
		// No outage, whatever is tolerated: it will not pass by itself.
		t.Errorf("REFUSED CREDENTIALS: %s could not be checked: %s: look at %s", s.Vendor, result.Stopped,
			strings.Join(s.Env, ", "))
		return
	}
	if result.Stopped != "" {
		report("OUTAGE: %s could not be checked: %s", s.Vendor, result.Stopped)
		return
	}
	var out []string
	checked := false
	for _, step := range result.Steps {
		checked = checked || step.Outcome == Checked
		if step.Outcome == Outage {
			out = append(out, step.Operation+": "+step.Reason)
		}
	}
	switch {
	case len(out) > 0:
		report("OUTAGE: %d calls could not be checked: %s", len(out), strings.Join(out, "; "))
	case !checked:
		report("OUTAGE: %v", errNothingChecked)
	}
}

var errNothingChecked = errors.New("no call could be checked: the credentials may read nothing")

// missing are the variables of the suite that are not set.
func (s Suite) missing(getenv func(string) string) []string {
	var missing []string
	for _, name := range s.Env {
		if getenv(name) == "" {
			missing = append(missing, name)
		}
	}
	return missing
}

// isTestTenant tells whether the tenant of the credentials is named as one for tests. A mere "1" would be left on by
// mistake.
func (s Suite) isTestTenant(getenv func(string) string) bool {
	if len(s.Env) == 0 || getenv(s.Env[0]) == "" {
		return false
	}
	for name := range strings.SplitSeq(getenv(TestTenantVariable), ",") {
		if strings.TrimSpace(name) == getenv(s.Env[0]) {
			return true
		}
	}
	return false
}
