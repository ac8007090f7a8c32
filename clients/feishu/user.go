package feishu

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/feishuapi"
)

// UserToken says where the tokens of one person come from. Set one field, or none for nobody; a program that acts for
// several people makes a client for each.
//
// RefreshToken and Code are where it starts: the first call that needs a token trades them in, and from then on each
// refresh token is sent once and replaced by the one that came for it. The pair is kept in the client's token store
// before it is used. With a store that outlives the process (clients.WithTokenStore), a program that starts again with
// the same Config goes on from there; without one the start value, which works only once, is spent and new consent is
// needed. Clients that act for the same person must share the store. The consent must include the scope offline_access,
// or it ends with its first token, after two hours; it ends in any case after 365 days.
//
// When the consent is over, calls fail with ErrUnauthenticated and say so, and nothing more is sent.
type UserToken struct {
	// RefreshToken is one that the person's consent gave, unused. One of the old endpoints under authen/v1 does not do.
	RefreshToken clients.Secret

	// Code is what came to the redirect address of an ConsentURL.
	Code *AuthorizationCode

	// Source hands out tokens that somebody else looks after, such as token.Static.
	Source token.Source
}

// AuthorizationCode is a person's consent on its way to becoming a token. It is good for 5 minutes, and once.
type AuthorizationCode struct {
	Code         clients.Secret // the parameter code of the redirect
	RedirectURI  string         // as given to ConsentURL
	CodeVerifier clients.Secret // as given to ConsentURL, if it was
}

// Format prints the fields for every verb, without the credentials.
func (c AuthorizationCode) Format(f fmt.State, _ rune) {
	type fields AuthorizationCode
	clients.FormatFields(f, fields(c))
}

func (u UserToken) check() error {
	set := 0
	for _, given := range []bool{u.RefreshToken != "", u.Code != nil, u.Source != nil} {
		if given {
			set++
		}
	}
	switch {
	case set > 1:
		return errors.New("Config.UserToken: set one of RefreshToken, Code and Source")
	case u.Code != nil && u.Code.Code == "":
		return errors.New("Config.UserToken.Code.Code is required")
	case u.Code != nil:
		return errors.Join(clients.CheckField("Config.UserToken.Code.Code", u.Code.Code),
			clients.CheckField("Config.UserToken.Code.CodeVerifier", u.Code.CodeVerifier))
	}
	return clients.CheckField("Config.UserToken.RefreshToken", u.RefreshToken)
}

// secrets are what must never be shown.
func (u UserToken) secrets() []clients.Secret {
	secrets := []clients.Secret{u.RefreshToken}
	if u.Code != nil {
		secrets = append(secrets, u.Code.Code, u.Code.CodeVerifier)
	}
	return secrets
}

// start is what the first token is had for.
func (u UserToken) start() clients.Secret {
	if u.Code != nil {
		return u.Code.Code
	}
	return u.RefreshToken
}

func userCredential(c *clients.Client, cfg Config) (clients.Credential, error) {
	if cfg.UserToken.Source != nil {
		return bearer(cfg.UserToken.Source, ""), nil
	}
	if cfg.UserToken.start() == "" {
		return clients.Credential{Missing: "Config.UserToken"}, nil
	}
	u := &userTokens{core: c, api: feishuapi.NewAPI(c), cfg: cfg}
	// The start value is the secret that tells one consent from another. The app's secret is not part of the name: a
	// new one does not end the consent, and must not lose the pair that was stored for it.
	source, err := c.NewRotatingTokenSource(u.fetch, "user", cfg.AppID, string(cfg.UserToken.start()))
	return bearer(source, "Config.UserToken, Config.AppID or Config.AppSecret"), err
}

// userTokens renews a person's tokens. Its source calls fetch one at a time.
type userTokens struct {
	core *clients.Client
	api  *feishuapi.API
	cfg  Config

	over  clients.Secret // the code or refresh token that was refused for good
	cause error
}

func (u *userTokens) fetch(ctx context.Context, previous token.Token) (token.Token, error) {
	request, grant, err := u.request(previous)
	if err != nil {
		return token.Token{}, err
	}
	if grant == u.over {
		return token.Token{}, u.cause
	}
	asked := u.core.Now()
	answer, err := u.api.CreateOAuthToken(clients.WithSecrets(ctx, grant), request)
	if err != nil {
		if final(err) {
			u.over, u.cause = grant, err
		}
		return token.Token{}, err
	}
	// A lifetime that is missing must not cost the refresh token that came with it.
	t := token.Token{Value: clients.Secret(answer.AccessToken),
		Expiry:  asked.Add(token.Lifetime(answer.ExpiresIn, time.Second)),
		Refresh: clients.Secret(answer.RefreshToken)}
	if answer.RefreshTokenExpiresIn > 0 {
		t.RefreshExpiry = asked.Add(token.Lifetime(answer.RefreshTokenExpiresIn, 0))
	}
	return t, nil
}

// final tells whether a grant has been refused for what it is: then it is never sent again.
func final(err error) bool {
	var e *clients.Error
	if !errors.As(err, &e) || len(e.Code) != 5 && e.Code != "99991669" {
		return false
	}
	return strings.HasPrefix(e.Code, "20") &&
		(e.Kind == clients.KindInvalidArgument || e.Kind == clients.KindNotFound) ||
		e.Kind == clients.KindUnauthenticated
}

// request says what to trade in: the refresh token of the previous pair or, without one, the start value.
func (u *userTokens) request(previous token.Token) (*feishuapi.CreateOAuthTokenRequest, clients.Secret, error) {
	request := &feishuapi.CreateOAuthTokenRequest{
		ClientID: u.cfg.AppID, ClientSecret: string(u.cfg.AppSecret), GrantType: feishuapi.OAuthGrantTypeRefreshToken,
	}
	grant := previous.Refresh
	switch code := u.cfg.UserToken.Code; {
	case grant != "":
		if !previous.RefreshExpiry.IsZero() && !u.core.Now().Before(previous.RefreshExpiry) {
			return nil, "", consentNeeded("the refresh token has run out")
		}
	case !previous.Expiry.IsZero():
		return nil, "",
			consentNeeded(
				"the user token came without a refresh token, for which the consent must include offline_access")
	case code != nil:
		request.GrantType = feishuapi.OAuthGrantTypeAuthorizationCode
		request.Code = new(string(code.Code))
		if code.RedirectURI != "" {
			request.RedirectURI = &code.RedirectURI
		}
		if code.CodeVerifier != "" {
			request.CodeVerifier = new(string(code.CodeVerifier))
		}
		return request, code.Code, nil
	default:
		grant = u.cfg.UserToken.RefreshToken
	}
	request.RefreshToken = new(string(grant))
	return request, grant, nil
}

func consentNeeded(why string) error {
	return &clients.Error{Vendor: vendor, Operation: feishuapi.OpCreateOAuthToken.ID, Kind: clients.KindUnauthenticated,
		Message: why + " (new consent is needed, see Client.ConsentURL)"}
}

// ConsentRequest says what a person is asked to consent to.
type ConsentRequest struct {
	RedirectURI string   // where the person comes back to, one of the app's 重定向 URL; required
	Scopes      []string // at most 50; offline_access is needed for tokens that can be renewed

	// State comes back with the redirect. Make it hard to guess, tie it to the browser that is sent away, and compare
	// it there: it is what keeps others from slipping their own consent in.
	State string

	// CodeVerifier, from NewCodeVerifier, binds the code to whoever asked for it. Give the same one in the
	// AuthorizationCode.
	CodeVerifier clients.Secret

	// AskAgain shows the page also to a person who has consented before.
	AskAgain bool
}

const consent = "authorize" // what errors of ConsentURL and AuthorizeURL call it

// ConsentURL is the page where a person consents to scopes, for calls with the person's token; AuthorizeURL is for
// signing in and nothing else. From there the browser goes to RedirectURI with code and state, or
// with error=access_denied.
//
// Vendor page: https://open.feishu.cn/document/common-capabilities/sso/api/obtain-oauth-code
func (c *Client) ConsentURL(r ConsentRequest) (string, error) {
	switch {
	case r.RedirectURI == "":
		return "", invalid(consent, "ConsentRequest.RedirectURI is required")
	case len(r.Scopes) > 50:
		return "", invalid(consent, "ConsentRequest.Scopes: at most 50 can be asked for at once")
	case r.CodeVerifier != "" && !verifies(string(r.CodeVerifier)):
		return "",
			invalid(consent,
				"ConsentRequest.CodeVerifier: want 43 to 128 letters, digits and -._~, as NewCodeVerifier makes them")
	}
	query := url.Values{"client_id": {c.appID}, "response_type": {"code"}, "redirect_uri": {r.RedirectURI}}
	if len(r.Scopes) > 0 {
		query.Set("scope", strings.Join(r.Scopes, " "))
	}
	if r.State != "" {
		query.Set("state", r.State)
	}
	if r.CodeVerifier != "" {
		sum := sha256.Sum256([]byte(r.CodeVerifier))
		query.Set("code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]))
		query.Set("code_challenge_method", "S256")
	}
	if r.AskAgain {
		query.Set("prompt", "consent")
	}
	return c.authorizePage() + "?" + strings.ReplaceAll(query.Encode(), "+", "%20"), nil
}

// authorizePage has a host of its own, except behind a base URL that somebody else has chosen.
func (c *Client) authorizePage() string {
	base := c.core.BaseURL()
	switch base {
	case BaseURL:
		base = "https://accounts.feishu.cn/open-apis"
	case LarkBaseURL:
		base = "https://accounts.larksuite.com/open-apis"
	}
	return base + "/authen/v1/authorize"
}

// NewCodeVerifier returns a fresh verifier of PKCE (RFC 7636).
func NewCodeVerifier() clients.Secret { return clients.Secret(rand.Text() + rand.Text()) }

// verifies tells whether a verifier has the form that RFC 7636 gives it.
func verifies(verifier string) bool {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	return len(verifier) >= 43 && len(verifier) <= 128 && strings.Trim(verifier, unreserved) == ""
}
