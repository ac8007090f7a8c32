package clients

import (
	"context"
	"errors"

	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/wire"
)

type ownTokenKey struct{}

// WithOwnToken gives the calls made with the context a token of their own, such as that of somebody who is just signing
// in: schemes whose Source is an [OwnToken] use it. It is kept out of every text, as by WithSecrets.
func WithOwnToken(ctx context.Context, t token.Token) context.Context {
	// A function, for the reason that WithSecrets has.
	return context.WithValue(WithSecrets(ctx, t.Value, t.Refresh), ownTokenKey{}, func() token.Token { return t })
}

// OwnToken is the token.Source of WithOwnToken.
type OwnToken struct {
	Otherwise token.Source // for contexts without a token of their own; may be nil
	Missing   string       // says what is missing if there is none either
}

// Token implements token.Source.
func (s OwnToken) Token(ctx context.Context) (token.Token, error) {
	if own, ok := ctx.Value(ownTokenKey{}).(func() token.Token); ok {
		return own(), nil
	}
	if s.Otherwise == nil {
		return token.Token{}, errors.New(s.Missing)
	}
	return s.Otherwise.Token(ctx)
}

// Invalidate implements token.Source. A token of a context ends with it.
func (s OwnToken) Invalidate(bad token.Token) {
	if s.Otherwise != nil {
		s.Otherwise.Invalidate(bad)
	}
}

// As carries out calls as those of op, a variant of their operation, such as one with another credential. Make op once:
// limiters know operations by their addresses.
func (c *Client) As(op *wire.Operation) wire.Caller { return variant{c, op} }

type variant struct {
	core *Client
	op   *wire.Operation
}

// Call implements wire.Caller.
func (v variant) Call(ctx context.Context, call *wire.Call) error {
	own := *call
	own.Operation = v.op
	return v.core.Call(ctx, &own)
}
