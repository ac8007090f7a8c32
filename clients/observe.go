package clients

import (
	"context"
	"net/http"
	"time"

	"github.com/roster-go/roster/clients/token"
)

// Setup is what a client was made with that is no credential.
type Setup struct {
	BaseURL    string      // where the calls go, without a slash at its end
	TokenStore token.Store // nil: tokens stay in the client
}

// Setup returns what the client was made with.
func (c *Client) Setup() Setup { return Setup{BaseURL: c.BaseURL(), TokenStore: c.set.store} }

// Answer is what there is to know about an answer before it is read.
type Answer struct {
	Operation string // operationId
	Status    int
	Header    http.Header // of the answer, without cookies; not to be changed

	// Sent and Received are when the request was sent and when the answer began, by the client's clock.
	Sent, Received time.Time
}

type answersKey struct{}

// WithAnswers tells heard about each answer to the calls that are made with the context, refusals and repeats included,
// and to the requests for tokens that they cause. heard must be safe for concurrent use.
func WithAnswers(ctx context.Context, heard func(Answer)) context.Context {
	return context.WithValue(ctx, answersKey{}, heard)
}

// tell hands an answer to whoever wants to know.
func (c *Client) tell(ctx context.Context, operation string, response *http.Response, sent time.Time) {
	heard, ok := ctx.Value(answersKey{}).(func(Answer))
	if !ok {
		return
	}
	header := response.Header.Clone()
	header.Del("Set-Cookie")
	heard(Answer{Operation: operation, Status: response.StatusCode, Header: header, Sent: sent,
		Received: c.set.clock.Now()})
}
