package clients

import (
	"net/http"
	"net/url"
	"time"

	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/wire"
)

// Vendor is what this package has to know about one vendor. The vendors' packages fill it in; programs have no use for
// it.
type Vendor struct {
	Name    string // as it stands in errors
	BaseURL string // where the calls go unless WithBaseURL says otherwise

	// URLs are those of the Config beside the base URL, by the name of their field. Like that they must not be plain
	// http, see WithPlainHTTP.
	URLs map[string]string

	// ServerURL maps the server of an operation that lives on another host to the base URL to use. base is the one that
	// WithBaseURL has set, "" if it has not. Nil: the operation's server as it stands in the document.
	ServerURL func(op *wire.Operation, base string) string

	// Credentials maps the document's security schemes to what satisfies them. It is called once, with the client that
	// fetches tokens.
	Credentials func(c *Client) (map[string]Credential, error)

	// Classify is the vendor's table. It returns nil when the envelope says that the call succeeded; whether the body
	// then answers the call, this package checks itself.
	Classify func(r *Reply) *Failure

	// Warning returns what the vendor complains of in an answer that it calls a success, or "".
	Warning func(r *Reply) string

	// Secrets never appear in any text, wherever that comes from.
	Secrets []Secret
}

// Credential satisfies one security scheme.
type Credential struct {
	// Source hands out the token for Authorize; nil if the scheme needs none.
	Source token.Source

	// Query names the query parameter that the token goes into; "" if it goes elsewhere.
	Query string

	// Authorize puts the token where the scheme wants it, if that is not in the query. It may set headers and nothing
	// else.
	Authorize func(req *http.Request, t Secret)

	// Sign signs the request as it will be sent, after every Authorize. It is called for each attempt, with the bytes
	// of the body.
	Sign func(req *http.Request, body []byte, now time.Time) error

	// Fields names the Config fields that Source's tokens are fetched with, for the error of a vendor who refuses them.
	Fields string

	// Missing names the Config fields without which the scheme cannot be satisfied. It makes calls that need the scheme
	// fail before any I/O.
	Missing string
}

// addQuery adds a parameter to those that are there, as they are.
func addQuery(u *url.URL, name, value string) {
	if value = url.QueryEscape(value); u.RawQuery == "" {
		u.RawQuery = name + "=" + value
		return
	}
	u.RawQuery = u.RawQuery + "&" + name + "=" + value
}

// InHeader puts a token into a header, behind prefix.
func InHeader(name, prefix string) func(*http.Request, Secret) {
	name = http.CanonicalHeaderKey(name)
	return func(req *http.Request, t Secret) { req.Header[name] = []string{prefix + string(t)} }
}

// Reply is what came back.
type Reply struct {
	Operation *wire.Operation
	Status    int
	Header    http.Header
	Body      []byte // a JSON object; not yet known to be well-formed. It is lent: do not keep it
	attempt   *attempt
}

// Scrub makes a text of the vendor's fit for a Failure's Detail: without credentials, at most about 1 KiB of it, and in
// one line.
func (r *Reply) Scrub(text string) string { return printable(scrub(cut(text), r.attempt.secrets())) }

// Failure is a reply that is not a success.
type Failure struct {
	Kind      Kind // "": what the HTTP status says
	Code      string
	Message   string
	RequestID string
	Detail    any

	Replay Replay
	Wait   time.Duration // wait at least this long before a replay
	Tries  int           // attempts in all, if fewer than the client makes; 0 for no such bound
}

// Replay says when a failed call may be sent again.
type Replay int

// The reasons to send a call again.
const (
	ReplayNever        Replay = iota
	ReplayFreshToken          // the token was refused before anything was done: once, with a new token
	ReplayLater               // the call was refused before anything was done, and will be taken later
	ReplayIfIdempotent        // nobody knows what was done
)
