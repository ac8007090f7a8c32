package dingtalk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
)

var _ desk.PageOwner = (*Vendor)(nil)

// Pages are the page on which people sign in to an app. At DingTalk it is on a host of its own, login.dingtalk.com.
func (k *Vendor) Pages() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"/oauth2/auth": k.signIn}
}

// signIn checks a request to sign in. Whoever agrees goes back with authCode, and code that is the same.
func (k *Vendor) signIn(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	back, err := url.Parse(query.Get("redirect_uri"))
	scopes := strings.Fields(query.Get("scope"))
	chosen := slices.Contains(scopes, "corpid")
	wrong := ""
	switch {
	case secretOf(query.Get("client_id")) == "":
		wrong = "client_id is no app's"
	case err != nil || back.Host == "" || back.Scheme != "http" && back.Scheme != "https":
		wrong = "redirect_uri is not a URL"
	case query.Get("response_type") != "code":
		wrong = "response_type is not code"
	case !slices.Contains(scopes, "openid") || len(scopes) > 2 || len(scopes) == 2 && !chosen:
		wrong = "scope is neither openid nor openid corpid"
	case query.Get("prompt") != "consent":
		wrong = "prompt is not consent"
	case chosen && query.Get("corpId") != "" && query.Get("corpId") != Demo().CorpID:
		wrong = "corpId is not the corp's"
	}
	if wrong != "" {
		desk.SignInRefused(w, wrong)
		return
	}
	k.desk.SignIn(w, r, desk.SignInPage{
		Vendor: "DingTalk 钉钉", RedirectURI: query.Get("redirect_uri"), State: query.Get("state"),
		Declined: url.Values{"error": {"access_denied"}},
		Agree: func(p company.Person) (url.Values, error) {
			if p.Status != company.StatusActive {
				return nil, errors.New("the account is locked, or has not been activated yet")
			}
			code := k.consents.Issue(consent{person: p.Key, client: query.Get("client_id"), chosen: chosen},
				k.desk.Clock(Name))
			return url.Values{"code": {code}, "authCode": {code}}, nil
		},
	})
}
