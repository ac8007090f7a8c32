package wps

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strconv"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// authCode is an authorization code.
type authCode struct {
	app         string
	person      company.PersonKey
	scopes      []string
	redirectURI string
	ends        time.Time
}

// refreshGrant is a refresh token. The next one of the row inherits its end.
type refreshGrant struct {
	app    string
	person company.PersonKey
	scopes []string
	ends   time.Time
}

// refreshLife is how long after signing in tokens can be refreshed.
const refreshLife = 30 * 24 * time.Hour

// tokenAnswer is a token. refresh_expires_in is a number in the vendor's sample and a string in its table; both are
// sent.
type tokenAnswer struct {
	AccessToken      string `json:"access_token"`
	ExpiresIn        int64  `json:"expires_in"`
	RefreshToken     string `json:"refresh_token,omitempty"`
	RefreshExpiresIn any    `json:"refresh_expires_in,omitempty"`
	TokenType        string `json:"token_type"`
}

// VisitOAuthTokenResponse writes the token. It takes the place of the document's type, which cannot write both forms.
func (a tokenAnswer) VisitOAuthTokenResponse(w http.ResponseWriter) error {
	desk.WriteJSON(w, http.StatusOK, a)
	return nil
}

// OAuthToken sells tokens. Each request gives a new one; those before stay good to their end.
func (w *Vendor) OAuthToken(ctx context.Context,
	r wpsserver.OAuthTokenRequestObject) (wpsserver.OAuthTokenResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body
	for _, field := range []struct{ name, value string }{
		{"grant_type", string(b.GrantType)}, {"client_id", b.ClientID}, {"client_secret", b.ClientSecret},
	} {
		if field.value == "" {
			return nil, tokenRefused(field.name + " is required")
		}
	}
	app, known := w.apps[b.ClientID]
	if !known || subtle.ConstantTimeCompare([]byte(app.key), []byte(b.ClientSecret)) == 0 {
		return nil, wrongClient()
	}
	if w.unreleased() {
		return nil, unauthorizedClient()
	}
	switch b.GrantType {
	case wpsserver.GrantTypeClientCredentials:
		return w.sellAppToken(c, app, b)
	case wpsserver.GrantTypeAuthorizationCode:
		return w.exchangeCode(c, app, b)
	case wpsserver.GrantTypeRefreshToken:
		return w.refreshToken(c, app, b)
	}
	e := tokenRefused("grant_type is not known")
	e.code, e.text = wpsserver.ErrorCodeOAuth2UnsupportedGrantType, "unsupported_grant_type"
	return nil, e
}

// sellAppToken gives the tenant token of a self-built app, or of a third-party app that names the company and has the
// newest ticket; a third-party app without them gets a token of its own.
func (w *Vendor) sellAppToken(c *desk.Call, app demoApp,
	b *wpsserver.OAuthTokenFormdataRequestBody) (wpsserver.OAuthTokenResponseObject, error) {
	g := grant{app: app.id, kind: tenantToken, scopes: w.config.appScopes()}
	if app.thirdParty || w.desk.Suffers(Name, desk.CauseSecretOfAnotherKind) {
		ticket, company := textOf(b.AppTicket), textOf(b.CompanyID)
		w.mu.Lock()
		newest := w.ticket
		w.mu.Unlock()
		switch {
		case ticket == "" && company == "":
			g.kind = appToken
		case ticket == "":
			return nil, tokenRefused("app_ticket is required")
		case company == "":
			return nil, tokenRefused("company_id is required")
		case ticket != newest:
			return nil, tokenRefused("app_ticket is not the newest one")
		case company != Demo().CompanyID:
			return nil, tokenRefused("company_id has not authorised the app")
		}
	}
	return w.issue(c, g), nil
}

func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// issue makes an access token. What is said of its life is a second less, as on the wire.
func (w *Vendor) issue(c *desk.Call, g grant) tokenAnswer {
	lifetime := w.desk.TokenLifetime(Name)
	// The form is that of a JSON Web Token; what is in it means nothing.
	held := w.desk.Tokens.Issue(Name, g.app+" "+strconv.Itoa(int(g.kind))+" "+strconv.Itoa(int(g.person)),
		"eyJhbGciOiJFUzI1NiJ9.e30.", 86, c.Now, lifetime)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.grants[held.Token] = g
	return tokenAnswer{AccessToken: held.Token, ExpiresIn: max(1, desk.Seconds(lifetime)-1), TokenType: "bearer"}
}

// exchangeCode gives a user's token for an authorization code. A code is gone after the first request that names it,
// whatever comes of it.
func (w *Vendor) exchangeCode(c *desk.Call, app demoApp,
	b *wpsserver.OAuthTokenFormdataRequestBody) (wpsserver.OAuthTokenResponseObject, error) {
	text, redirectURI := textOf(b.Code), textOf(b.RedirectURI)
	switch {
	case text == "":
		return nil, tokenRefused("code is required")
	case redirectURI == "":
		return nil, tokenRefused("redirect_uri is required")
	}
	w.mu.Lock()
	code, known := w.codes[text]
	delete(w.codes, text)
	w.mu.Unlock()
	if !known || code.app != app.id || code.redirectURI != redirectURI || !c.Now.Before(code.ends) ||
		!w.maySignIn(code.person) {
		return nil, deadGrant("the authorization code is used, expired or meant for another app or address")
	}
	out := w.sellUserToken(c, refreshGrant{app: app.id, person: code.person, scopes: code.scopes,
		ends: c.Now.Add(refreshLife)})
	out.RefreshExpiresIn = desk.Seconds(refreshLife)
	return out, nil
}

// refreshToken gives a user's token for a refresh token, and a new refresh token that takes its place. What is left of
// the time for refreshing counts down.
func (w *Vendor) refreshToken(c *desk.Call, app demoApp,
	b *wpsserver.OAuthTokenFormdataRequestBody) (wpsserver.OAuthTokenResponseObject, error) {
	text := textOf(b.RefreshToken)
	if text == "" {
		return nil, tokenRefused("refresh_token is required")
	}
	w.mu.Lock()
	old, known := w.refreshes[text]
	if known && old.app == app.id {
		delete(w.refreshes, text)
	}
	w.mu.Unlock()
	if !known || old.app != app.id || !c.Now.Before(old.ends) || !w.maySignIn(old.person) {
		return nil, deadGrant("the refresh token is used or expired")
	}
	out := w.sellUserToken(c, old)
	out.RefreshExpiresIn = strconv.FormatInt(desk.Seconds(old.ends.Sub(c.Now)), 10)
	return out, nil
}

// sellUserToken makes the pair of tokens of a person.
func (w *Vendor) sellUserToken(c *desk.Call, refresh refreshGrant) tokenAnswer {
	out := w.issue(c, grant{app: refresh.app, kind: userToken, person: refresh.person, scopes: refresh.scopes})
	out.RefreshToken = company.DeriveText(w.desk.Seed, "wps refresh_token", w.next(), company.Base62Digits, 64)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refreshes[out.RefreshToken] = refresh
	return out
}
