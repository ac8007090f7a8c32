package sim

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strconv"
	"time"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// wpsCode is an authorization code.
type wpsCode struct {
	app         string
	person      PersonKey
	scopes      []string
	redirectURI string
	ends        time.Time
}

// wpsRefresh is a refresh token. The next one of the row inherits its end.
type wpsRefresh struct {
	app    string
	person PersonKey
	scopes []string
	ends   time.Time
}

// wpsRefreshLife is how long after signing in tokens can be refreshed.
const wpsRefreshLife = 30 * 24 * time.Hour

// wpsTokenAnswer is a token. refresh_expires_in is a number in the vendor's sample and a string in its table; both are sent.
type wpsTokenAnswer struct {
	AccessToken      string `json:"access_token"`
	ExpiresIn        int64  `json:"expires_in"`
	RefreshToken     string `json:"refresh_token,omitempty"`
	RefreshExpiresIn any    `json:"refresh_expires_in,omitempty"`
	TokenType        string `json:"token_type"`
}

// VisitOAuthTokenResponse writes the token. It takes the place of the document's type, which cannot write both forms.
func (a wpsTokenAnswer) VisitOAuthTokenResponse(w http.ResponseWriter) error {
	writeJSON(w, http.StatusOK, a)
	return nil
}

// OAuthToken sells tokens. Each request gives a new one; those before stay good to their end.
func (w *wps) OAuthToken(ctx context.Context, r wpsserver.OAuthTokenRequestObject) (wpsserver.OAuthTokenResponseObject, error) {
	c, b := callOf(ctx), r.Body
	for _, field := range []struct{ name, value string }{
		{"grant_type", string(b.GrantType)}, {"client_id", b.ClientID}, {"client_secret", b.ClientSecret},
	} {
		if field.value == "" {
			return nil, wpsTokenRefused(field.name + " is required")
		}
	}
	app, known := w.apps[b.ClientID]
	if !known || subtle.ConstantTimeCompare([]byte(app.key), []byte(b.ClientSecret)) == 0 {
		return nil, wpsTokenRefused("client authentication failed")
	}
	switch b.GrantType {
	case wpsserver.GrantTypeClientCredentials:
		return w.sellAppToken(c, app, b)
	case wpsserver.GrantTypeAuthorizationCode:
		return w.exchangeCode(c, app, b)
	case wpsserver.GrantTypeRefreshToken:
		return w.refreshToken(c, app, b)
	}
	return nil, wpsTokenRefused("grant_type is not known")
}

// sellAppToken gives the tenant token of a self-built app, or of a third-party app that names the company and has the newest ticket; a
// third-party app without them gets a token of its own.
func (w *wps) sellAppToken(c *call, app wpsApp, b *wpsserver.OAuthTokenFormdataRequestBody) (wpsserver.OAuthTokenResponseObject, error) {
	g := wpsGrant{app: app.id, kind: wpsTenantToken, scopes: w.sim.config.wps.appScopes()}
	if app.thirdParty {
		ticket, company := wpsTextOf(b.AppTicket), wpsTextOf(b.CompanyID)
		w.mu.Lock()
		newest := w.ticket
		w.mu.Unlock()
		switch {
		case ticket == "" && company == "":
			g.kind = wpsAppToken
		case ticket == "":
			return nil, wpsTokenRefused("app_ticket is required")
		case company == "":
			return nil, wpsTokenRefused("company_id is required")
		case ticket != newest:
			return nil, wpsTokenRefused("app_ticket is not the newest one")
		case company != wpsCredentials().CompanyID:
			return nil, wpsTokenRefused("company_id has not authorised the app")
		}
	}
	return w.issue(c, g), nil
}

func wpsTextOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// issue makes an access token.
func (w *wps) issue(c *call, g wpsGrant) wpsTokenAnswer {
	lifetime := w.sim.config.tokenLifetime(VendorWPS)
	// The form is that of a JSON Web Token; what is in it means nothing.
	held := w.sim.tokens.issue(VendorWPS, g.app+" "+strconv.Itoa(int(g.kind))+" "+strconv.Itoa(int(g.person)), "eyJhbGciOiJFUzI1NiJ9.e30.", 86, c.now, lifetime)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.grants[held.token] = g
	return wpsTokenAnswer{AccessToken: held.token, ExpiresIn: seconds(lifetime), TokenType: "bearer"}
}

// exchangeCode gives a user's token for an authorization code. A code is gone after the first request that names it, whatever comes
// of it.
func (w *wps) exchangeCode(c *call, app wpsApp, b *wpsserver.OAuthTokenFormdataRequestBody) (wpsserver.OAuthTokenResponseObject, error) {
	text, redirectURI := wpsTextOf(b.Code), wpsTextOf(b.RedirectURI)
	switch {
	case text == "":
		return nil, wpsTokenRefused("code is required")
	case redirectURI == "":
		return nil, wpsTokenRefused("redirect_uri is required")
	}
	w.mu.Lock()
	code, known := w.codes[text]
	delete(w.codes, text)
	w.mu.Unlock()
	if !known || code.app != app.id || code.redirectURI != redirectURI || !c.now.Before(code.ends) || !w.maySignIn(code.person) {
		return nil, wpsDeadGrant("the authorization code is used, expired or meant for another app or address")
	}
	out := w.sellUserToken(c, wpsRefresh{app: app.id, person: code.person, scopes: code.scopes, ends: c.now.Add(wpsRefreshLife)})
	out.RefreshExpiresIn = seconds(wpsRefreshLife)
	return out, nil
}

// refreshToken gives a user's token for a refresh token, and a new refresh token that takes its place. What is left of the time for
// refreshing counts down.
func (w *wps) refreshToken(c *call, app wpsApp, b *wpsserver.OAuthTokenFormdataRequestBody) (wpsserver.OAuthTokenResponseObject, error) {
	text := wpsTextOf(b.RefreshToken)
	if text == "" {
		return nil, wpsTokenRefused("refresh_token is required")
	}
	w.mu.Lock()
	old, known := w.refreshes[text]
	if known && old.app == app.id {
		delete(w.refreshes, text)
	}
	w.mu.Unlock()
	if !known || old.app != app.id || !c.now.Before(old.ends) || !w.maySignIn(old.person) {
		return nil, wpsDeadGrant("the refresh token is used or expired")
	}
	out := w.sellUserToken(c, old)
	out.RefreshExpiresIn = strconv.FormatInt(seconds(old.ends.Sub(c.now)), 10)
	return out, nil
}

// sellUserToken makes the pair of tokens of a person.
func (w *wps) sellUserToken(c *call, refresh wpsRefresh) wpsTokenAnswer {
	out := w.issue(c, wpsGrant{app: refresh.app, kind: wpsUserToken, person: refresh.person, scopes: refresh.scopes})
	out.RefreshToken = deriveText(w.sim.config.seed, "wps refresh_token", w.next(), base62Digits, 64)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refreshes[out.RefreshToken] = refresh
	return out
}
