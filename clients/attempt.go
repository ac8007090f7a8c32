package clients

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/wire"
)

// attempt is what the stages of one attempt share. It is the context of the attempt's request, below which contexts of
// user middleware may sit.
type attempt struct {
	context.Context // the call's, ended by limits as well

	operation   *wire.Operation
	credentials []Credential
	tokens      []token.Token // of the credentials that have a Source, under the same index
	only        [1]token.Token
	known       []Secret // what must not show, apart from the tokens
	idempotent  bool
	limits      limits
	flight      flight // if no middleware stands between
	reply       Reply

	sent     atomic.Int32 // how often the request was handed to the network's side
	unsent   atomic.Int32 // how many of these are proven to have reached nobody
	impugned atomic.Bool  // net/http refused the request as malformed
}

type attemptKey struct{}

// Value implements context.Context.
func (a *attempt) Value(key any) any {
	switch key.(type) {
	case attemptKey:
		return a
	case operationKey:
		return a.operation
	default:
		return a.Context.Value(key)
	}
}

// Format keeps the tokens to itself: contexts are printed.
func (a *attempt) Format(f fmt.State, _ rune) { fmt.Fprint(f, a.String()) }

// String implements fmt.Stringer, which contexts that are derived from this one ask for.
func (a *attempt) String() string { return "an attempt of " + a.operation.ID }

// maybeSent tells whether something may have reached the vendor.
func (a *attempt) maybeSent() bool { return a.sent.Load() > a.unsent.Load() }

// token is that of the credential i, "" if that has no Source.
func (a *attempt) token(i int) Secret {
	if i < len(a.tokens) {
		return a.tokens[i].Value
	}
	return ""
}

// secrets are what must not show in any text of this attempt.
func (a *attempt) secrets() []Secret {
	if a == nil {
		return nil
	}
	return withTokens(a.known, a.tokens)
}

func withTokens(secrets []Secret, tokens []token.Token) []Secret {
	if len(tokens) == 0 {
		return secrets
	}
	all := slices.Clone(secrets)
	for _, t := range tokens {
		all = append(all, t.Value)
	}
	return all
}

// authorize gets the tokens of the credentials.
func (a *attempt) authorize(ctx context.Context) *Error {
	a.tokens = a.only[:0]
	for i, credential := range a.credentials {
		if credential.Source == nil {
			continue
		}
		t, err := credential.Source.Token(ctx)
		if err != nil {
			return tokenError(ctx, err, credential.Fields)
		}
		for len(a.tokens) <= i {
			a.tokens = append(a.tokens, token.Token{})
		}
		a.tokens[i] = t
	}
	return nil
}
