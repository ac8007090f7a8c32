package sim

import (
	"context"

	"github.com/roster-go/roster/sim/internal/desk"
)

// FaultKind is a way in which a call goes wrong. The text is what a command line would call it.
type FaultKind = desk.FaultKind

// Faults that answer in the vendor's place. The request has no effect.
const (
	// FaultTokenRevoked refuses the token with the vendor's own code. The token itself stays good; see RevokeTokens.
	FaultTokenRevoked FaultKind = desk.FaultTokenRevoked
	// FaultThrottled refuses the call with the vendor's own code for too many calls; with a Retry-After header if
	// Fault.RetryAfter is set.
	FaultThrottled FaultKind = desk.FaultThrottled
	// FaultVendorError refuses the call with the vendor's error Fault.Code, and Fault.Message for a text.
	FaultVendorError FaultKind = desk.FaultVendorError
	// FaultHTMLError answers with status Fault.Status, 502 by default, and the HTML page of a gateway.
	FaultHTMLError FaultKind = desk.FaultHTMLError
	// FaultBareError answers with status Fault.Status, 500 by default, and JSON that has none of the vendor's members.
	FaultBareError FaultKind = desk.FaultBareError
	// FaultHTMLPage answers with status 200 and an HTML page.
	FaultHTMLPage FaultKind = desk.FaultHTMLPage
	// FaultEmptyBody answers with status 200 and nothing.
	FaultEmptyBody FaultKind = desk.FaultEmptyBody
	// FaultEmptyObject answers with status 200 and {}.
	FaultEmptyObject FaultKind = desk.FaultEmptyObject
	// FaultRedirect answers with status Fault.Status, 302 by default, and Fault.Location, by default another host that
	// does not exist.
	FaultRedirect FaultKind = desk.FaultRedirect
	// FaultResetBefore resets the TCP connection before the request is processed.
	FaultResetBefore FaultKind = desk.FaultResetBefore
	// FaultHang leaves the request unanswered until the client goes away or the simulator is closed.
	FaultHang FaultKind = desk.FaultHang
)

// Faults that let the request take effect.
const (
	// FaultResetAfter resets the TCP connection after the request was processed: the state has changed, the answer is
	// lost.
	FaultResetAfter FaultKind = desk.FaultResetAfter
	// FaultSlowBody sends the answer one byte every Fault.Interval, and never its last one: it lasts until the client
	// goes away or the simulator is closed.
	FaultSlowBody FaultKind = desk.FaultSlowBody
	// FaultTruncated sends the first half of the body as if it were the whole.
	FaultTruncated FaultKind = desk.FaultTruncated
	// FaultOversize sends the answer with another member of Fault.Bytes bytes, 64 MiB by default.
	FaultOversize FaultKind = desk.FaultOversize
	// FaultContentType sends the answer as Fault.ContentType, text/plain by default.
	FaultContentType FaultKind = desk.FaultContentType
	// FaultRepeatCursor answers every page with the cursor of the first page that it struck, and says that there is
	// more.
	FaultRepeatCursor FaultKind = desk.FaultRepeatCursor
	// FaultExtraField adds a member that the document does not have; see Fault.Field.
	FaultExtraField FaultKind = desk.FaultExtraField
	// FaultChangedType gives a member another JSON type; see Fault.Field.
	FaultChangedType FaultKind = desk.FaultChangedType
	// FaultMovePerson moves Fault.Person from one department to another before the request is processed, as an
	// administrator would in the middle of a walk. The answer is a good one.
	FaultMovePerson FaultKind = desk.FaultMovePerson
)

// FaultKinds lists all kinds of faults.
func FaultKinds() []FaultKind { return desk.FaultKinds() }

// Fault says how calls go wrong, and which of them. Its Kind is one of the constants above; all other fields have
// defaults:
//
//   - Skip lets so many matching calls pass first, and Times is how many are struck then; 0 strikes all of them;
//   - Status is the HTTP status for FaultHTMLError, FaultBareError and FaultRedirect, and at WPS for FaultVendorError;
//   - RetryAfter is for FaultThrottled: whole seconds in a Retry-After header; 0 sends no such header;
//   - Code is the vendor's code for FaultVendorError, and Message the vendor's text, empty for the usual one;
//   - Location is where FaultRedirect leads to;
//   - Interval is the time between two bytes of FaultSlowBody, 100 ms by default;
//   - Bytes is what FaultOversize adds, 64 MiB by default;
//   - ContentType is what the answer claims to be with FaultContentType;
//   - Field is the member that FaultExtraField adds and FaultChangedType changes, by a path with dots from the top of
//     the answer; numbers count in arrays: "userlist.0.name". Without it, one is chosen;
//   - Person, From and To are the user id and the departments of FaultMovePerson. Without a Person one is chosen who is
//     in a single department; without From it is the person's main department; without To it is the last department.
type Fault = desk.Fault

// FaultOf tells a middleware which fault strikes the call that a request's context belongs to.
func FaultOf(ctx context.Context) (f Fault, struck bool) { return desk.FaultOf(ctx) }

// Inject makes calls of one of the vendor's operations go wrong until remove is called or f.Times is reached. The
// operation "*" stands for all of them, token operations included; names count in any case, so that those of Go methods
// do as well. If several faults would strike a call, the one that was injected first does.
//
// It panics if there is no such vendor or operation: with a fault that never strikes, a test would pass for nothing.
func (s *Simulator) Inject(vendor, operation string, f Fault) (remove func()) {
	return s.desk.Inject(vendor, operation, f)
}
