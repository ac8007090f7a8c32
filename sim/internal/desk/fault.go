package desk

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
)

// FaultKind is a way in which a call goes wrong. The text is what a command line would call it.
type FaultKind string

// Faults that answer in the vendor's place. The request has no effect.
const (
	// FaultTokenRevoked refuses the token with the vendor's own code. The token itself stays good; see RevokeTokens.
	FaultTokenRevoked FaultKind = "token-revoked"
	// FaultThrottled refuses the call with the vendor's own code for too many calls; with a Retry-After header if
	// Fault.RetryAfter is set.
	FaultThrottled FaultKind = "throttled"
	// FaultVendorError refuses the call with the vendor's error Fault.Code, and Fault.Message for a text.
	FaultVendorError FaultKind = "vendor-error"
	// FaultHTMLError answers with status Fault.Status, 502 by default, and the HTML page of a gateway.
	FaultHTMLError FaultKind = "html-error"
	// FaultBareError answers with status Fault.Status, 500 by default, and JSON that has none of the vendor's members.
	FaultBareError FaultKind = "bare-error"
	// FaultHTMLPage answers with status 200 and an HTML page.
	FaultHTMLPage FaultKind = "html-page"
	// FaultEmptyBody answers with status 200 and nothing.
	FaultEmptyBody FaultKind = "empty-body"
	// FaultEmptyObject answers with status 200 and {}.
	FaultEmptyObject FaultKind = "empty-object"
	// FaultRedirect answers with status Fault.Status, 302 by default, and Fault.Location, by default another host that
	// does not exist.
	FaultRedirect FaultKind = "redirect"
	// FaultResetBefore resets the TCP connection before the request is processed.
	FaultResetBefore FaultKind = "reset-before"
	// FaultHang leaves the request unanswered until the client goes away or the simulator is closed.
	FaultHang FaultKind = "hang"
)

// Faults that let the request take effect.
const (
	// FaultResetAfter resets the TCP connection after the request was processed: the state has changed, the answer is
	// lost.
	FaultResetAfter FaultKind = "reset-after"
	// FaultSlowBody sends the answer one byte every Fault.Interval, and never its last one: it lasts until the client
	// goes away or the simulator is closed.
	FaultSlowBody FaultKind = "slow-body"
	// FaultTruncated sends the first half of the body as if it were the whole.
	FaultTruncated FaultKind = "truncated"
	// FaultOversize sends the answer with another member of Fault.Bytes bytes, 64 MiB by default.
	FaultOversize FaultKind = "oversize"
	// FaultContentType sends the answer as Fault.ContentType, text/plain by default.
	FaultContentType FaultKind = "content-type"
	// FaultRepeatCursor answers every page with the cursor of the first page that it struck, and says that there is
	// more.
	FaultRepeatCursor FaultKind = "repeat-cursor"
	// FaultExtraField adds a member that the document does not have; see Fault.Field.
	FaultExtraField FaultKind = "extra-field"
	// FaultChangedType gives a member another JSON type; see Fault.Field.
	FaultChangedType FaultKind = "changed-type"
	// FaultMovePerson moves Fault.Person from one department to another before the request is processed, as an
	// administrator would in the middle of a walk. The answer is a good one.
	FaultMovePerson FaultKind = "move-person"
)

// FaultKinds lists all kinds of faults.
func FaultKinds() []FaultKind {
	return []FaultKind{
		FaultTokenRevoked, FaultThrottled, FaultVendorError, FaultHTMLError, FaultBareError, FaultHTMLPage,
		FaultEmptyBody,
		FaultEmptyObject, FaultRedirect, FaultResetBefore, FaultHang, FaultResetAfter, FaultSlowBody, FaultTruncated,
		FaultOversize,
		FaultContentType, FaultRepeatCursor, FaultExtraField, FaultChangedType, FaultMovePerson,
	}
}

// Fault says how calls go wrong, and which of them.
type Fault struct {
	Kind FaultKind

	// Skip lets so many matching calls pass first.
	Skip int
	// Times is how many calls are struck then; 0 strikes all of them.
	Times int

	// HTTP status for FaultHTMLError, FaultBareError and FaultRedirect; at WPS also for FaultVendorError
	Status      int
	RetryAfter  time.Duration // FaultThrottled: whole seconds in a Retry-After header; 0 sends no such header
	Code        string        // FaultVendorError: the vendor's code
	Message     string        // FaultVendorError: the vendor's text; empty for the usual one
	Location    string        // FaultRedirect: where to
	Interval    time.Duration // FaultSlowBody: time between two bytes, 100 ms by default
	Bytes       int64         // FaultOversize: bytes to add
	ContentType string        // FaultContentType: what the answer claims to be

	// Field is the member that FaultExtraField adds and FaultChangedType changes, by a path with dots from the top of
	// the answer; numbers count in arrays: "userlist.0.name". Without it, one is chosen.
	Field string

	// Person, From and To are the user id and the departments of FaultMovePerson. Without a Person one is chosen who
	// is in a single department; without From it is the person's main department; without To it is the last
	// department.
	Person   string
	From, To company.DepartmentKey
}

// refuses tells whether the fault is a refusal in the vendor's own words.
func (f Fault) refuses() bool {
	return f.Kind == FaultTokenRevoked || f.Kind == FaultThrottled || f.Kind == FaultVendorError
}

// faultList holds the faults in the order in which they were injected.
type faultList struct {
	mu   sync.Mutex
	list []*injectedFault
}

// injectedFault is a fault with what happened to it so far.
type injectedFault struct {
	Fault
	vendor, operation string
	seen, struck      int

	mu         sync.Mutex
	cursor     any    // what FaultRepeatCursor repeats
	cursorName string // and its name in the answer
}

// Inject makes calls of one of the vendor's operations go wrong until remove is called or f.Times is reached. The
// operation "*" stands for all of them, token operations included; names count in any case, so that those of Go methods
// do as well. If several faults would strike a call, the one that was injected first does.
//
// It panics if there is no such vendor or operation: with a fault that never strikes, a test would pass for nothing.
func (d *Desk) Inject(vendor, operation string, f Fault) (remove func()) {
	injected := &injectedFault{Fault: f, vendor: vendor, operation: d.nameOf(vendor, operation)}
	l := d.faults
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, injected)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.list = slices.DeleteFunc(l.list, func(other *injectedFault) bool { return other == injected })
	}
}

// nameOf is the operationId of an operation.
func (d *Desk) nameOf(vendor, operation string) string {
	if operation == "*" && d.known[vendor] != nil {
		return operation
	}
	for _, id := range d.known[vendor] {
		if strings.EqualFold(id, operation) {
			return id
		}
	}
	panic(fmt.Sprintf("sim: Inject: vendor %q has no operation %q; see Simulator.Operations", vendor, operation))
}

// next returns the fault that strikes a call, nil for none.
func (l *faultList) next(vendor, operation string) *injectedFault {
	l.mu.Lock()
	defer l.mu.Unlock()
	var strike *injectedFault
	for _, f := range l.list {
		if f.vendor != vendor || f.operation != "*" && f.operation != operation {
			continue
		}
		f.seen++
		if strike == nil && f.seen > f.Skip && (f.Times == 0 || f.struck < f.Times) {
			f.struck++
			strike = f
		}
	}
	return strike
}
