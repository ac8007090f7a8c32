package desk

import (
	"context"
	"net/http"
	"time"

	"github.com/roster-go/roster/wire"
)

// Vendor is one vendor's part of the simulator. Its package holds nothing but what is peculiar to the vendor;
// everything else is done around it by the pipeline, in this order, the same for every operation:
//
//  1. the request is read whole and entered into the journal;
//  2. a fault that answers in the words of a gateway is struck, see Fault;
//  3. middlewares see the request;
//  4. a fault that refuses in the vendor's words is struck; otherwise Admit judges the credential, its rights and the
//     quotas;
//  5. ServeHTTP, usually the generated strict server, handles the request and writes into a buffer;
//  6. a fault that spoils the answer is struck, and what is left is sent.
//
// To add a vendor, write a package with a New that takes the Desk, and name it in the list of vendors of package sim.
// The package implements this interface, and the generated StrictServerInterface by methods that use company.View and
// company.Change; what only the vendor knows of a person or department is kept in maps by key. A strict method reports
// a failure as an error and nothing else: the ResponseErrorHandlerFunc, RequestErrorHandlerFunc and ErrorHandlerFunc of
// the generated server all call Refuse, so that each failure is written in one place. CallOf gives a method the call
// that it is part of; its clock reading is in Call.Now.
//
// Shared parts: Tokens for tokens of any kind; Quotas, with QuotasFor and Documented for the limits; WriteJSON for what
// the document's types cannot say (a type of one's own may implement the generated Visit method); UnescapeHTML for the
// encoding of what they can; company.Derive and company.DeriveText for ids.
type Vendor interface {
	// Name is the first part of the vendor's paths, and its name for Inject, Calls and the like.
	Name() string

	// Base is what stands between the vendor's prefix and the paths of its document, for example "/cgi-bin". The
	// paths that ServeHTTP gets still have both: "/wecom/cgi-bin/user/get".
	Base() string

	// Operations is what the vendor's document says, usually the Operations of the generated client.
	Operations() []*wire.Operation

	// Admit refuses a call for its credential, its rights or a quota, and remembers in c who calls.
	Admit(c *Call) error

	// ServeHTTP handles a call that was admitted.
	http.Handler

	// Refuse writes a failure as the vendor does. err comes from Admit, from a strict method, from the generated
	// server (a parameter or body that cannot be read) or from Failure.
	Refuse(w http.ResponseWriter, r *http.Request, err error)

	// Failure returns the error that stands for a fault that the vendor words in its own way: a rejected token,
	// throttling, or the code that a FaultVendorError asks for.
	Failure(f Fault) error

	// Causes lists the kinds of causes that the vendor has, see Cause.
	Causes() []CauseKind

	// Permissions lists the permissions of apps that the vendor knows beside those that the document names with
	// operations.
	Permissions() []string

	// Words names the members of the vendor's answers that faults change.
	Words() Words
}

// Words are names of members in a vendor's answers.
type Words struct {
	Envelope []string // members that carry the outcome; a change of type leaves them alone
	Cursor   []string // members that carry the position of the next page
	More     []string // members that are true if there is another page

	Opens  []wire.FieldAccess // which permission opens which member; nil if the vendor sees to it itself
	Hidden map[string]any     // what a member holds that is withheld; those that are not named are left out
}

// WrongMethodError is what Refuse gets for a path that the vendor has under another HTTP method.
type WrongMethodError struct{ Method string }

// Error names the method.
func (e WrongMethodError) Error() string { return "the path does not take the method " + e.Method }

// PathOwner is a vendor whose answer to paths that it does not have is known. Refuse gets an UnknownPathError for them;
// other vendors are not asked.
type PathOwner interface{ RefusesUnknownPaths() }

// UnknownPathError is what Refuse of a PathOwner gets for a path that its document does not have.
type UnknownPathError struct{}

// Error says that there is none.
func (UnknownPathError) Error() string { return "there is no such path" }

// Exempter is a vendor where some callers need no permissions for fields, only what Words.Opens says of others.
type Exempter interface{ Exempt(c *Call) bool }

// Call is one request on its way through the simulator.
type Call struct {
	desk      *Desk
	vendor    Vendor
	Operation *wire.Operation
	fault     *injectedFault // nil if none strikes
	Request   *http.Request  // its body can be read once more by the vendor
	Body      []byte         // the body, whole
	Caller    string         // IP address of the caller
	Now       time.Time      // by the simulator's clock, one time for the whole call
	UnderWay  int            // calls of the same operation that are being answered, this one included
	Grant     Grant          // set by Admit: the token that the call came with
}

type callKey struct{}

// CallOf returns the call that a context belongs to. It is never nil below the pipeline.
func CallOf(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}

// FaultOf tells a middleware which fault strikes the call that a request's context belongs to.
func FaultOf(ctx context.Context) (f Fault, struck bool) {
	if c := CallOf(ctx); c != nil && c.fault != nil {
		return c.fault.Fault, true
	}
	return Fault{}, false
}
