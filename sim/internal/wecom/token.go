package wecom

import (
	"context"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// wrongSecrets is how many wrong secrets in a row an IP address may send before it is blocked for an hour. The vendor
// does not say how many it takes.
const wrongSecrets = 10

// admitTokenRequest refuses blocked addresses and too many requests for tokens.
func (w *Vendor) admitTokenRequest(c *desk.Call) error {
	w.mu.Lock()
	until := w.blocked[c.Caller]
	w.mu.Unlock()
	if c.Now.Before(until) {
		return refusal{code: wecomapi.ErrorCodeFrequencyExceeded}
	}
	return w.withinQuota(c)
}

// sell returns a holder's token. Asked again it gives the same one, with what is left of its life; a new one when less
// than ten minutes are left, or half of the life of a token that does not live that long. The old one stays good to its
// end.
func (w *Vendor) sell(c *desk.Call, holder string) desk.Grant {
	lifetime := w.desk.TokenLifetime(Name)
	g, ok := w.desk.Tokens.Current(Name, holder, c.Now)
	if !ok || g.Expires.Sub(c.Now) < min(10*time.Minute, lifetime/2) {
		g = w.desk.Tokens.Issue(Name, holder, "", 160, c.Now, lifetime)
	}
	return g
}

// GetToken sells a token.
func (w *Vendor) GetToken(ctx context.Context,
	r wecomserver.GetTokenRequestObject) (wecomserver.GetTokenResponseObject, error) {
	c := desk.CallOf(ctx)
	holder, err := w.holderOf(c, r.Params.CorpID, r.Params.CorpSecret)
	if err != nil {
		return nil, err
	}
	g := w.sell(c, holder)
	return wecomserver.GetToken200JSONResponse{AccessToken: &g.Token,
		ExpiresIn: new(desk.Seconds(g.Expires.Sub(c.Now)))}, nil
}

// holderOf checks corp id and secret.
func (w *Vendor) holderOf(c *desk.Call, corpID, secret string) (string, error) {
	demo := Demo()
	switch {
	case corpID == "":
		return "", refusal{code: wecomapi.ErrorCodeCorpIDMissing}
	case secret == "":
		return "", refusal{code: wecomapi.ErrorCodeSecretMissing}
	case corpID != demo.CorpID:
		return "", refusal{code: wecomapi.ErrorCodeInvalidCorpID}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.desk.Suffers(Name, desk.CauseSecretOfAnotherKind) {
		demo.ContactSecret, demo.AppSecret = demo.AppSecret, demo.ContactSecret
	}
	switch secret {
	case demo.ContactSecret:
		w.wrongSecret[c.Caller] = 0
		return holderContact, nil
	case demo.AppSecret:
		w.wrongSecret[c.Caller] = 0
		return holderApp, nil
	case demo.ProviderAppSecret:
		w.wrongSecret[c.Caller] = 0
		return holderProvider, nil
	}
	w.wrongSecret[c.Caller]++
	if w.wrongSecret[c.Caller] >= wrongSecrets {
		w.wrongSecret[c.Caller] = 0
		w.blocked[c.Caller] = c.Now.Add(time.Hour)
	}
	if len(secret) != len(demo.AppSecret) { // both codes are documented; a text that cannot be a secret gets the one
		return "", refusal{code: wecomapi.ErrorCodeInvalidSecret}
	}
	return "", refusal{code: wecomapi.ErrorCodeSecretRejected}
}
