package wire

import (
	"context"
	"net/url"
	"strings"
)

// Call is one use of an operation: made by a generated method, which names path values, query, header and body, and
// carried out by a Caller, which makes a request from it with Request. The functions of this package that take a Call
// add to it.
type Call struct {
	Operation *Operation

	// Base is where the call goes in place of the Caller's base URL; nil for that one. Its path does not end in a
	// slash.
	Base *url.URL

	// Out is the pointer that the answer is decoded into, once.
	Out any

	// Invalid is the first thing found wrong with the arguments; a Caller reports it before any I/O.
	Invalid error

	// target is the escaped path and, behind it, the escaped query, without the question mark between them. It stays
	// empty while the path template is all there is.
	target  []byte
	filled  int  // how much of the path template stands in target
	query   int  // where the query begins in target, if done
	done    bool // the path is complete
	escaped bool // a path value had something to escape

	header      []field
	contentType string
	body        []byte
	hasBody     bool
}

// field is a header.
type field struct{ name, value string }

// Caller carries out calls: it authorizes, sends, replays and decodes them.
type Caller interface {
	// Call fills call.Out or returns an error that says why it did not.
	Call(ctx context.Context, call *Call) error
}

// Sets tells whether the call says something of a member of its JSON body, named as in Missing, or of a query
// parameter.
func (c *Call) Sets(name string) bool {
	if _, ok := Lookup(c.body, name); ok {
		return true
	}
	if !c.done || c.query >= len(c.target) {
		return false
	}
	for pair := range strings.SplitSeq(string(c.target[c.query:]), "&") {
		if key, _, _ := strings.Cut(pair, "="); key == name {
			return true
		}
	}
	return false
}

// fail keeps the first problem only: it is the one that the caller has to fix first.
func (c *Call) fail(err error) {
	if c.Invalid == nil {
		c.Invalid = err
	}
}
