package wps

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
)

// codeLife is how long an authorization code is good.
const codeLife = 10 * time.Minute

// Pages is the page where people sign in.
func (w *Vendor) Pages() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"/oauth2/auth": w.authorize}
}

// authorize asks a person to sign in. What WPS shows for a request that is wrong is not known, and neither is what
// comes back from somebody who declines: here it is what RFC 6749 has.
func (w *Vendor) authorize(out http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	app, known := w.apps[query.Get("client_id")]
	redirect, err := url.Parse(query.Get("redirect_uri"))
	var scopes []string
	for _, scope := range strings.Split(query.Get("scope"), ",") { // not blanks, as elsewhere
		if scope = strings.TrimSpace(scope); scope != "" {
			scopes = append(scopes, scope)
		}
	}
	granted := w.config.appScopes()
	missing := slices.IndexFunc(scopes, func(s string) bool { return !slices.Contains(granted, s) })
	switch {
	case !known:
		desk.SignInRefused(out, "there is no app with this client_id")
	case query.Get("response_type") != "code":
		desk.SignInRefused(out, "response_type must be code")
	case err != nil || redirect.Host == "":
		desk.SignInRefused(out, "redirect_uri is not a URL")
	case len(scopes) == 0:
		desk.SignInRefused(out, "scope is required: words with commas between them")
	case missing >= 0:
		desk.SignInRefused(out, "invalid_scope: the app was not granted "+scopes[missing])
	default:
		w.desk.SignIn(out, r, desk.SignInPage{
			Vendor: "WPS 365", RedirectURI: query.Get("redirect_uri"), State: query.Get("state"),
			Agree: func(p company.Person) (url.Values, error) {
				code, err := w.signIn(app.id, p, query.Get("redirect_uri"), scopes)
				return url.Values{"code": {code}}, err
			},
			Declined: url.Values{"error": {"access_denied"}},
		})
	}
}

// signIn makes the code that a person who has signed in brings to an app. Signing in activates the account.
func (w *Vendor) signIn(app string, p company.Person, redirectURI string, scopes []string) (string, error) {
	switch p.Status {
	case company.StatusDisabled:
		return "", fmt.Errorf("sim: signing in while disabled %w", company.ErrInvalid)
	case company.StatusNotActivated:
		err := w.desk.Company.UpdatePerson(p.Key, func(p *company.Person) error {
			if p.Status == company.StatusDisabled {
				return errors.New("sim: disabled in the meantime")
			}
			p.Status = company.StatusActive
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	code := company.DeriveText(w.desk.Seed, "wps code", w.next(), company.Base62Digits, 40)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.codes[code] = authCode{app: app, person: p.Key, scopes: scopes, redirectURI: redirectURI,
		ends: w.desk.Clock(Name).Add(codeLife)}
	return code, nil
}
