package wps

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/wire"
)

// grants gets tokens from /oauth2/token.
type grants struct {
	core    *clients.Client
	cfg     Config
	baseURL string   // "": the client's
	base    *url.URL // the same, nil for the client's

	// The token operation in two ways. Authorization codes and refresh tokens work once, and what works once is not
	// sent again when its answer was lost; client_credentials may be.
	once, repeatable *wire.Operation
}

func newGrants(core *clients.Client, cfg Config) (*grants, error) {
	g := &grants{core: core, cfg: cfg}
	if cfg.TokenBaseURL != "" {
		var err error
		if g.baseURL, err = clients.CleanBaseURL(cfg.TokenBaseURL); err != nil {
			return nil, fmt.Errorf("Config.TokenBaseURL: %w", err)
		}
		if g.base, err = clients.ParseBaseURL(g.baseURL); err != nil {
			return nil, fmt.Errorf("Config.TokenBaseURL: %w", err)
		}
	}
	once := *wpsapi.OpOAuthToken
	if cfg.SignTokenCalls {
		once.Security = [][]string{{"kso1"}}
	}
	repeatable := once
	repeatable.Idempotent = true
	g.once, g.repeatable = &once, &repeatable
	return g, nil
}

// tokenCaller carries out calls to the token endpoint as op, where the Config wants them, and all others as they are.
type tokenCaller struct {
	grants *grants
	op     *wire.Operation
}

func (g *grants) caller(op *wire.Operation) wire.Caller { return tokenCaller{g, op} }

// Call implements wire.Caller.
func (t tokenCaller) Call(ctx context.Context, call *wire.Call) error {
	if call.Operation != wpsapi.OpOAuthToken {
		return t.grants.core.Call(ctx, call)
	}
	own := *call
	own.Operation = t.op
	own.Base = t.grants.base
	return t.grants.core.Call(ctx, &own)
}

// tenant is the token of the app for its company.
func (g *grants) tenant() (clients.Credential, error) {
	credential := clients.Credential{Source: g.cfg.TenantToken, Authorize: bearer(g.cfg.IDType)}
	if credential.Source != nil {
		return credential, nil
	}
	source, err := g.core.NewTokenSource(func(ctx context.Context, _ token.Token) (token.Token, error) {
		return g.fetch(ctx, g.repeatable, &wpsapi.OAuthTokenRequest{GrantType: wpsapi.GrantTypeClientCredentials},
			token.Token{})
	}, g.identity("tenant")...)
	credential.Source, credential.Fields = source, "Config.AppID or Config.AppKey"
	return credential, err
}

// user is the token of a signed-in person.
func (g *grants) user() (clients.Credential, error) {
	credential := clients.Credential{Source: g.cfg.UserToken, Authorize: bearer("")}
	switch {
	case credential.Source != nil:
	case g.cfg.User.Refresh != "":
		source, err := g.core.NewRotatingTokenSource(g.refresh, g.identity("user", string(g.cfg.User.Refresh))...)
		if err != nil {
			return clients.Credential{}, err
		}
		credential.Source, credential.Fields = source, "Config.User, Config.AppID or Config.AppKey"
	case g.cfg.User.Value != "":
		credential.Source = token.Static(g.cfg.User.Value)
	default:
		credential.Missing = "Config.User or Config.UserToken"
	}
	return credential, nil
}

func (g *grants) identity(parts ...string) []string {
	return append(parts, g.cfg.AppID, string(g.cfg.AppKey), g.baseURL)
}

// refresh renews a person's token. previous is the newest one known, also to other processes; it is zero at the first
// time.
func (g *grants) refresh(ctx context.Context, previous token.Token) (token.Token, error) {
	now := g.core.Now()
	if previous.Refresh == "" {
		previous = g.cfg.User
		if previous.Value != "" && previous.Expiry.After(now.Add(time.Minute)) {
			return previous, nil
		}
	}
	if !previous.RefreshExpiry.IsZero() && !previous.RefreshExpiry.After(now) {
		return token.Token{}, &clients.Error{Vendor: vendor, Operation: wpsapi.OpOAuthToken.ID,
			Kind:    clients.KindUnauthenticated,
			Message: "the refresh token has run out: the person has to sign in anew"}
	}
	return g.fetch(ctx, g.once, &wpsapi.OAuthTokenRequest{GrantType: wpsapi.GrantTypeRefreshToken,
		RefreshToken: new(string(previous.Refresh))}, previous)
}

func (g *grants) fetch(ctx context.Context, op *wire.Operation, request *wpsapi.OAuthTokenRequest,
	previous token.Token) (token.Token, error) {
	request.ClientID, request.ClientSecret = g.cfg.AppID, string(g.cfg.AppKey)
	asked := g.core.Now()
	answer, err := wpsapi.NewAPI(g.caller(op)).OAuthToken(clients.WithSecrets(ctx, previous.Refresh), request)
	if err != nil {
		return token.Token{}, err
	}
	t := token.Token{Value: clients.Secret(answer.AccessToken),
		Expiry:  asked.Add(token.Lifetime(answer.ExpiresIn, 2*time.Hour)),
		Refresh: clients.Secret(answer.RefreshToken)}
	if t.Refresh == "" {
		t.Refresh, t.RefreshExpiry = previous.Refresh, previous.RefreshExpiry // it stays good
	}
	if answer.RefreshExpiresIn > 0 {
		t.RefreshExpiry = asked.Add(token.Lifetime(int64(answer.RefreshExpiresIn), 0))
	}
	return t, nil
}

// ExchangeCode turns the code of a person who has just signed in into a token for Config.User. redirectURI is the
// address that the code was sent to. A code works once and for about ten minutes: when the answer is lost, the person
// has to sign in again.
//
// Vendor page:
// https://open.wps.cn/documents/app-integration-dev/wps365/server/certification-authorization/get-token/get-user-access-token
func (c *Client) ExchangeCode(ctx context.Context, code, redirectURI string) (token.Token, error) {
	if code == "" {
		return token.Token{}, invalid(wpsapi.OpOAuthToken.ID, "the code is empty")
	}
	return c.grants.fetch(clients.WithSecrets(ctx, clients.Secret(code)), c.grants.once,
		&wpsapi.OAuthTokenRequest{GrantType: wpsapi.GrantTypeAuthorizationCode, Code: &code, RedirectURI: &redirectURI},
		token.Token{})
}

// bearer puts a token into a request, and the headers that the vendor's pages require of every call.
func bearer(idType wpsapi.KsoIDType) func(*http.Request, clients.Secret) {
	authorize := clients.InHeader("Authorization", "Bearer ")
	return func(req *http.Request, t clients.Secret) {
		authorize(req, t)
		if req.Header.Get("Content-Type") == "" {
			req.Header.Set("Content-Type", "application/json") // of calls without a body as well
		}
		if idType != "" && req.Header.Get("X-Kso-Id-Type") == "" {
			req.Header.Set("X-Kso-Id-Type", string(idType))
		}
	}
}
