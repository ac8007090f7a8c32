package contract

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/contract/internal/anonymize"
	"github.com/roster-go/roster/internal/invoke"
	"github.com/roster-go/roster/wire"
)

// RecordOptions say how Record records.
type RecordOptions struct {
	// Arguments are the call's arguments, "name=value": parameters of the path, the query and headers, and members of
	// the body. An argument that is a list may be given several times; one that is an object is JSON.
	Arguments []string
	// Body is the request's body as JSON, in place of arguments for it.
	Body []byte

	// Key decides which made-up values stand for the real ones. With the same key the same value is replaced alike in
	// every recording. Who has the key can turn the replacement round, so it is a secret. Nil takes a random one.
	Key []byte
	// Secrets must not be in a recording, in any form: those of the configuration. Tokens that are seen on the way are
	// added.
	Secrets []string

	// Simulated says that no vendor was asked: the sample's confidence is "sim" in place of "live".
	Simulated bool

	// Write allows operations that are not known to only read.
	Write bool

	Through http.RoundTripper // http.DefaultTransport if nil
	Now     func() time.Time  // time.Now if nil
	Client  []clients.Option  // further options for the client
}

// Recording is what Record has recorded.
type Recording struct {
	Operation string
	Case      string    // a name for the file: "success", or "error-" and the code
	File      []byte    // the sample
	Findings  []Finding // what was found in the answer
}

// ErrNotRead is the error of Record for an operation that is not known to only read, unless RecordOptions.Write allows
// it.
var ErrNotRead = errors.New("the call is not known to only read")

// Record makes a call through a client and returns it as a sample, in which everything personal is replaced by made-up
// values of the same form. The operation goes by its operationId or by the name of its method, in whatever case. There
// is an error and no sample if a secret, or a personal value that should have been replaced, is still in there. A call
// that the vendor refuses is recorded like any other; one that is not answered in JSON is not.
//
// The vendor's own sentences (errmsg and the like) stay, but for what was replaced elsewhere and what looks like a
// number, an address or somebody who is named: they are what a sample of a refusal is for. Read them before you share a
// recording.
func Record(ctx context.Context, v *Validator, open Opener, operation string, o RecordOptions) (*Recording, error) {
	op, err := v.document.Named(operation)
	if err != nil {
		return nil, err
	}
	operation = op.ID
	if kind, reason := Planned(v.Vendor(), operation); kind != "read" && !o.Write {
		return nil, fmt.Errorf("contract: %s: %w: %s", operation, ErrNotRead, cmp.Or(reason, "it writes"))
	}
	request, err := op.Arguments(o.Arguments, o.Body)
	if err != nil {
		return nil, fmt.Errorf("contract: %s: %w", operation, err)
	}
	if open == nil {
		return nil, errNoOpener
	}
	if o.Through == nil {
		o.Through = http.DefaultTransport
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if len(o.Key) == 0 {
		o.Key = make([]byte, 32)
		_, _ = rand.Read(o.Key) // never fails
	}
	tap := newTap(v, o.Through, o.Now)
	tap.secrets = &anonymize.Secrets{}
	tap.secrets.Add(o.Secrets...)
	api, err := open(append(tap.options(), o.Client...)...)
	if err != nil {
		return nil, err
	}
	method, err := invoke.Find(api, &wire.Operation{ID: op.ID, Method: op.Method, Path: op.Path})
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	_, failed := method.Call(ctx, request)
	response := tap.answer(operation)
	if response == nil {
		if failed == nil {
			failed = errors.New("the client did not send the call through the transport that it was given")
		}
		return nil, fmt.Errorf("contract: nothing was recorded: %w", failed)
	}
	s := anonymize.NewSampler(v.document, o.Key, tap.secrets, o.Now())
	s.Simulated = o.Simulated
	name, file, err := s.Sample(op, request, anonymize.Answer(*response))
	if err != nil {
		return nil, fmt.Errorf("contract: %s: nothing was recorded: %w", operation, err)
	}
	findings := v.Check(Exchange{Operation: operation, Response: response})
	return &Recording{Operation: operation, Case: name, File: file, Findings: findings}, nil
}
