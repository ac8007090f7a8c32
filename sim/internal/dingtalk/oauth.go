package dingtalk

import (
	"context"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

const (
	// consentLife is how long an authorization code is good. The vendor says so of login codes only.
	consentLife = 5 * time.Minute
	refreshLife = 30 * 24 * time.Hour

	pointMobile = "Contact.User.mobile"
)

// consent is what somebody has agreed to: to sign in to an app.
type consent struct {
	person company.PersonKey
	client string // the app's key
	chosen bool   // the person was asked for a corp
}

// secretOf returns the secret of an app, "" for one that is not known.
func secretOf(client string) string {
	demo := Demo()
	return map[string]string{demo.AppKey: demo.AppSecret, demo.SuiteKey: demo.SuiteSecret,
		demo.CustomKey: demo.CustomSecret}[client]
}

// GetUserToken sells the token of a person for an authorization code or a refresh token. Each of them works once.
func (k *Vendor) GetUserToken(ctx context.Context,
	r dingtalkserver.GetUserTokenRequestObject) (dingtalkserver.GetUserTokenResponseObject, error) {
	b, c := r.Body, desk.CallOf(ctx)
	if secret := secretOf(b.ClientID); secret == "" || secret != b.ClientSecret {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidClientIDOrSecret)}
	}
	codes, text := k.consents, b.Code
	switch b.GrantType {
	case dingtalkserver.UserGrantTypeAuthorizationCode:
	case dingtalkserver.UserGrantTypeRefreshToken:
		codes, text = k.refreshes, b.RefreshToken
	default:
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeUnsupportedGrantType)}
	}
	if desk.IsBlank(text) {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeParameterError)}
	}
	given, state := codes.Take(*text, c.Now)
	p, found := k.desk.Company.Person(given.person)
	if state != desk.CodeGood || given.client != b.ClientID || !found || p.Status != company.StatusActive {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeAuthCodeNotFound)}
	}
	life := k.desk.TokenLifetime(Name)
	g := k.desk.Tokens.Issue(Name, holderUser, "", 32, c.Now, life)
	refresh := k.refreshes.Issue(given, c.Now)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.signedIn[g.Token] = given
	out := dingtalkserver.GetUserToken200JSONResponse{AccessToken: &g.Token, RefreshToken: &refresh,
		ExpireIn: new(desk.Seconds(life))}
	if given.chosen {
		out.CorpID = new(Demo().CorpID)
	}
	return out, nil
}

// GetContactUser tells whose user token it is. Nobody else's record is shown: whether it would be, the vendor does not
// say.
func (k *Vendor) GetContactUser(ctx context.Context,
	r dingtalkserver.GetContactUserRequestObject) (dingtalkserver.GetContactUserResponseObject, error) {
	c := desk.CallOf(ctx)
	k.mu.Lock()
	given := k.signedIn[c.Grant.Token]
	hidden := k.withdrawn[pointMobile]
	k.mu.Unlock()
	p, found := k.desk.Company.Person(given.person)
	if !found || r.UnionID != "me" && r.UnionID != p.DingTalkUnionID {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeUserNotFound)}
	}
	out := dingtalkserver.GetContactUser200JSONResponse{
		Nick: new(p.Name), AvatarURL: textOrNot(&p, p.AvatarURL), UnionID: new(p.DingTalkUnionID), Email: text(p.Email),
		OpenID: new(company.DeriveText(k.desk.Seed, "dingtalk openid "+given.client, int(p.Key), company.Base62Digits,
			20)),
	}
	if number := p.Mobile.Number; number != "" && !hidden {
		if given.client != Demo().AppKey && len(number) > 7 {
			number = number[:3] + strings.Repeat("*", len(number)-7) + number[len(number)-4:]
		}
		out.Mobile, out.StateCode = &number, new(p.Mobile.Country)
	}
	return out, nil
}
