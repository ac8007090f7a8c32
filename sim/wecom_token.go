package sim

import (
	"context"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// weComWrongSecrets is how many wrong secrets in a row an IP address may send before it is blocked for an hour. The vendor
// does not say how many it takes.
const weComWrongSecrets = 10

// admitTokenRequest refuses blocked addresses and too many requests for tokens.
func (w *weCom) admitTokenRequest(c *call) error {
	w.mu.Lock()
	until := w.blocked[c.caller]
	w.mu.Unlock()
	if c.now.Before(until) {
		return weComError{code: wecomapi.ErrorCodeFrequencyExceeded}
	}
	return w.withinQuota(c)
}

// GetToken sells a token. Asked again it gives the same token, with what is left of its life; a new one when less than ten
// minutes are left, or half of the life of a token that does not live that long. The old one stays good to its end.
func (w *weCom) GetToken(ctx context.Context, r wecomserver.GetTokenRequestObject) (wecomserver.GetTokenResponseObject, error) {
	c := callOf(ctx)
	holder, err := w.holderOf(c, r.Params.CorpID, r.Params.CorpSecret)
	if err != nil {
		return nil, err
	}
	lifetime := w.sim.config.tokenLifetime(VendorWeCom)
	g, ok := w.sim.tokens.current(VendorWeCom, holder, c.now)
	if !ok || g.expires.Sub(c.now) < min(10*time.Minute, lifetime/2) {
		g = w.sim.tokens.issue(VendorWeCom, holder, "", 160, c.now, lifetime)
	}
	return wecomserver.GetToken200JSONResponse{AccessToken: &g.token, ExpiresIn: new(seconds(g.expires.Sub(c.now)))}, nil
}

// holderOf checks corp id and secret.
func (w *weCom) holderOf(c *call, corpID, secret string) (string, error) {
	demo := w.sim.Credentials().WeCom
	switch {
	case corpID == "":
		return "", weComError{code: wecomapi.ErrorCodeCorpIDMissing}
	case secret == "":
		return "", weComError{code: wecomapi.ErrorCodeSecretMissing}
	case corpID != demo.CorpID:
		return "", weComError{code: wecomapi.ErrorCodeInvalidCorpID}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch secret {
	case demo.ContactSecret:
		w.wrongSecret[c.caller] = 0
		return weComContact, nil
	case demo.AppSecret:
		w.wrongSecret[c.caller] = 0
		return weComApp, nil
	case demo.ProviderAppSecret:
		w.wrongSecret[c.caller] = 0
		return weComProvider, nil
	}
	w.wrongSecret[c.caller]++
	if w.wrongSecret[c.caller] >= weComWrongSecrets {
		w.wrongSecret[c.caller] = 0
		w.blocked[c.caller] = c.now.Add(time.Hour)
	}
	if len(secret) != len(demo.AppSecret) { // both codes are documented; a text that cannot be a secret gets the one
		return "", weComError{code: wecomapi.ErrorCodeInvalidSecret}
	}
	return "", weComError{code: wecomapi.ErrorCodeSecretRejected}
}
