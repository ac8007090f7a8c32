package feishu

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
)

// Pages makes the vendor a desk.PageOwner: the page where people sign in and consent.
func (f *Vendor) Pages() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{f.Base() + "/authen/v1/authorize": f.authorizePage}
}

// authorizePage asks who signs in, and sends the browser back with a code or with a no.
func (f *Vendor) authorizePage(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	consent := Consent{Scopes: append([]string{}, strings.Fields(query.Get("scope"))...),
		RedirectURI: query.Get("redirect_uri"), CodeChallenge: query.Get("code_challenge"),
		CodeChallengeMethod: query.Get("code_challenge_method")}
	switch {
	case query.Get("client_id") != Demo().AppID:
		desk.SignInRefused(w, "no self-built app has this client_id")
		return
	case query.Get("response_type") != "code":
		desk.SignInRefused(w, "response_type must be code")
		return
	case consent.RedirectURI == "":
		desk.SignInRefused(w, "redirect_uri is missing (20029)")
		return
	case len(consent.Scopes) > 50:
		desk.SignInRefused(w, "more than 50 scopes")
		return
	}
	for _, scope := range consent.Scopes {
		if !f.granted(scope) && scope != scopeOffline {
			desk.SignInRefused(w, "the app does not have the scope "+scope+" (20027)")
			return
		}
	}
	f.desk.SignIn(w, r, desk.SignInPage{
		Vendor: "Feishu 飞书", RedirectURI: consent.RedirectURI, State: query.Get("state"),
		Agree: func(p company.Person) (url.Values, error) {
			code, err := f.Controls().Authorize(p.UserID, consent)
			return url.Values{"code": {code}}, err
		},
		Declined: url.Values{"error": {"access_denied"}},
	})
}
