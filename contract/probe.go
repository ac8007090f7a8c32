package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/contract/internal/document"
	"github.com/roster-go/roster/contract/internal/plan"
	"github.com/roster-go/roster/internal/invoke"
	"github.com/roster-go/roster/wire"
)

// Opener makes a client, with the options that it is given behind its own: Probe looks at the traffic through them.
//
//	func(options ...clients.Option) (any, error) { return wecom.New(config, options...) }
type Opener func(options ...clients.Option) (any, error)

var errNoOpener = errors.New("contract: there is no function that makes a client")

// Outcome is how a call of Probe ended.
type Outcome string

// The outcomes.
const (
	Checked Outcome = "checked" // the vendor's answer was checked against the document
	Refused Outcome = "refused" // the vendor said no, in words that the document knows: no permission, for example
	Outage  Outcome = "outage"  // no answer of the vendor's came
	Skipped Outcome = "skipped" // the call was not made
)

// ProbeStep is one call of Probe.
type ProbeStep struct {
	Operation string  `json:"operation"`
	Outcome   Outcome `json:"outcome"`
	Reason    string  `json:"reason,omitempty"` // why it is not Checked; holds no value of an answer
}

// ProbeResult is what Probe has seen.
type ProbeResult struct {
	Vendor string      `json:"vendor"`
	Steps  []ProbeStep `json:"steps"`
	// requests whose answers were checked against the document, those for tokens included
	Exchanges int     `json:"exchanges"`
	Findings  []Entry `json:"findings"`

	// Stopped says why the calls ended early: the credentials were refused, or nobody is there. Empty if they did not.
	Stopped string `json:"stopped,omitempty"`

	refused   bool   // Stopped is about credentials
	refusedBy string // the vendor's code for the refusal that Stopped is about
}

// CredentialsRefused tells whether the calls ended early because the vendor refused the credentials.
func (r *ProbeResult) CredentialsRefused() bool { return r.refused }

// Drift returns the findings that are about the contract. The code of the refusal that ended the calls is left out,
// documented or not: credentials that are wrong say nothing about the vendor.
func (r *ProbeResult) Drift() []Entry {
	var out []Entry
	for _, e := range r.Findings {
		refusal := e.Kind == KindUndocumentedCode && e.Code != "" && e.Code == r.refusedBy
		if e.Drift() && !refusal {
			out = append(out, e)
		}
	}
	return out
}

// Verdict sums a check up in three words, which "roster check" turns into its exit code.
type Verdict string

// The verdicts.
const (
	Clean   Verdict = "clean" // all answers were as the document says
	Drifted Verdict = "drift" // at least one was not
	// Unchecked: no drift was seen, but something could not be checked for an outage, refused credentials, or because
	// there was nothing to look at.
	Unchecked Verdict = "unchecked"
)

// Verdict returns the verdict. A drift counts more than an outage beside it; a call that the vendor refuses for want of
// a permission does not make the rest unchecked.
func (r *ProbeResult) Verdict() Verdict {
	if len(r.Drift()) > 0 {
		return Drifted
	}
	checked := false
	for _, s := range r.Steps {
		checked = checked || s.Outcome == Checked
		if s.Outcome == Outage {
			return Unchecked
		}
	}
	if r.Stopped != "" || !checked {
		return Unchecked
	}
	return Clean
}

// ProbeOptions say how Probe probes. The zero value makes read-only calls.
type ProbeOptions struct {
	// Write creates, changes and deletes a user and a department, too. Only ever in a tenant that is there for tests.
	Write bool
	// Mobile is a phone number of your own for vendors that want one for each user, since they send messages there.
	// Without one such calls are left out.
	Mobile string

	Through http.RoundTripper // http.DefaultTransport if nil
	Now     func() time.Time  // time.Now if nil; some calls ask for yesterday
	Client  []clients.Option  // further options for the client
}

// testMobile is the name in plans of the phone number that ProbeOptions.Mobile holds.
const testMobile = "test_mobile"

// ownAgent is the name in plans of the id of the app that calls, where the client was told it.
const ownAgent = "agent"

const needsAgent = "needs Config.AgentID"

const needsMobile = "needs a phone number of your own for a new user"

// Probe makes read-only calls through a client, one after the other, and checks every answer against the document:
// those of token operations and refusals included. Ids for later calls come from the answers to earlier ones; nothing
// else is kept. The error is about the client or the options; what went wrong with calls is in the result.
//
// Planned says which operations are called.
func Probe(ctx context.Context, v *Validator, open Opener, o ProbeOptions) (*ProbeResult, error) {
	if o.Through == nil {
		o.Through = http.DefaultTransport
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	known := make(map[string]string)
	if o.Write && o.Mobile != "" {
		known[testMobile] = o.Mobile
	}
	p, err := plan.Of(v.Vendor())
	if err != nil {
		return nil, err
	}
	if open == nil {
		return nil, errNoOpener
	}
	tap := newTap(v, o.Through, o.Now)
	api, err := open(append(tap.options(), o.Client...)...)
	if err != nil {
		return nil, err
	}
	if app, ok := api.(interface{ AgentID() int64 }); ok && app.AgentID() != 0 {
		known[ownAgent] = strconv.FormatInt(app.AgentID(), 10)
	}
	r := &prober{validator: v, api: api, tap: tap, values: plan.Start(o.Now(), known),
		result: &ProbeResult{Vendor: v.Vendor()}}
	steps := p.Reads
	if o.Write {
		steps = append(steps, p.Writes...)
	}
	for i, s := range steps {
		wrote := i > len(p.Reads) && r.called > len(p.Reads)
		if r.result.Stopped != "" && !(s.Always && wrote) {
			r.note(s.Operation, Skipped, "the calls ended early")
			continue
		}
		if err := r.run(ctx, s); err != nil {
			return nil, err
		}
		if r.result.Stopped == "" {
			r.called = i + 1
		}
	}
	r.result.Exchanges = tap.exchanges()
	r.result.Findings = tap.report.Entries()
	return r.result, nil
}

// prober is a Probe under way.
type prober struct {
	validator *Validator
	api       any
	tap       *tap
	values    plan.Values
	result    *ProbeResult
	called    int // steps that went through before the calls ended early
}

func (r *prober) note(operation string, outcome Outcome, reason string) {
	r.result.Steps = append(r.result.Steps, ProbeStep{operation, outcome, reason})
}

// run makes one call.
func (r *prober) run(ctx context.Context, s plan.Step) error {
	op := r.validator.document.Operations[s.Operation]
	if op == nil {
		return fmt.Errorf("contract: the document of %s has no operation %s", r.validator.Vendor(), s.Operation)
	}
	request, missing := s.Request(r.values)
	if missing != "" {
		reason := "needs " + strings.ReplaceAll(missing, "_", " ") + ", which no answer gave"
		if missing == testMobile {
			reason = needsMobile
		}
		if missing == ownAgent {
			reason = needsAgent
		}
		r.note(s.Operation, Skipped, reason)
		return nil
	}
	method, err := invoke.Find(r.api, &wire.Operation{ID: op.ID, Method: op.Method, Path: op.Path})
	if err != nil {
		return fmt.Errorf("contract: %w", err)
	}
	before := r.tap.drifts(s.Operation)
	r.tap.forget(s.Operation)
	if s.Always {
		ctx = context.WithoutCancel(ctx) // what was made is taken back even if the caller has had enough
	}
	_, err = method.Call(ctx, request)
	var wrong *invoke.ArgumentError
	if errors.As(err, &wrong) { // its text quotes the value
		r.note(s.Operation, Skipped, "an earlier answer gave a value of the wrong type for an argument")
		return nil
	}
	answer := r.tap.answer(s.Operation)
	if answer != nil {
		r.values.Keep(s, answer.Body)
	}
	seen := answer != nil
	unauthenticated := errors.Is(err, clients.ErrUnauthenticated)
	outcome, reason := judge(err, seen, !unauthenticated && r.tap.drifts(s.Operation) > before)
	r.note(s.Operation, outcome, reason)
	if outcome == Refused && unauthenticated || outcome == Outage && !seen {
		// Going on with refused credentials gets addresses blocked, and going on without a vendor takes long.
		r.result.Stopped, r.result.refusedBy = reason, codeOf(err)
		r.result.refused = unauthenticated
	}
	return nil
}

// codeOf is the vendor's code at the bottom of an error: that of the token operation, if it was the one that failed.
func codeOf(err error) string {
	code := ""
	for e := (*clients.Error)(nil); errors.As(err, &e); err = e.Unwrap() {
		code = cmp.Or(e.Code, code)
	}
	return code
}

// judge says how a call ended.
func judge(err error, seen, drifted bool) (Outcome, string) {
	var e *clients.Error
	switch {
	case err == nil && seen, drifted:
		return Checked, ""
	case err == nil:
		return Skipped, "the client did not send the call through the transport that it was given"
	case !errors.As(err, &e):
		return Outage, "the client failed"
	case e.Attempts == 0 && e.Unwrap() == nil && e.Kind == clients.KindUnauthenticated,
		e.Attempts == 0 && e.Kind == clients.KindInvalidArgument:
		// a credential that the client was not given, or an argument that it does not take
		return Skipped, plainError(e)
	}
	switch e.Kind {
	case clients.KindUnavailable, clients.KindBadResponse, clients.KindRateLimited, clients.KindCanceled:
		return Outage, plainError(e)
	default:
		return Refused, plainError(e)
	}
}

// plainError says what went wrong without the vendor's text, which may quote what was sent.
func plainError(e *clients.Error) string {
	text := string(e.Kind)
	if e.Code != "" {
		text += ", code " + document.ShowCode(e.Code)
	}
	if e.HTTPStatus != 0 {
		text += fmt.Sprintf(", HTTP %d", e.HTTPStatus)
		return text
	}
	if e.Code == "" && e.Message != "" { // the client's own words
		text += ": " + e.Message
	}
	var inner *clients.Error
	switch cause := e.Unwrap(); {
	case cause == nil, e.Code != "":
	case errors.As(cause, &inner):
		text += ": " + plainError(inner)
	default:
		text += ": " + cause.Error()
	}
	return text
}

// Planned tells what Probe does with an operation: "read", "write" (only in a test tenant), or "" and the reason why it
// is not tried.
func Planned(vendor, operation string) (kind, reason string) {
	p, err := plan.Of(vendor)
	if err != nil {
		return "", err.Error()
	}
	return p.Kind(operation)
}
