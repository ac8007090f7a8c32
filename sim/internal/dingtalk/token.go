package dingtalk

import (
	"context"
	"net/http"
	"net/url"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// internalToken sells the token of the internal app. Asked again while it lives it is the same, and lives as long as a
// new one from then on: several processes of one app do not disturb each other. Both hosts sell the same one.
func (k *Vendor) internalToken(c *desk.Call) (token string, expiresIn int64) {
	lifetime := k.desk.TokenLifetime(Name)
	g, ok := k.desk.Tokens.Current(Name, holderInternal, c.Now)
	if ok {
		k.desk.Tokens.Extend(Name, g.Token, c.Now.Add(lifetime))
	} else {
		g = k.desk.Tokens.Issue(Name, holderInternal, "", 32, c.Now, lifetime)
	}
	return g.Token, desk.Seconds(lifetime)
}

// corpToken sells a token of an app that is not the corp's own: another one each time. Whether the older ones stay good
// is not documented; here they do, to their end.
func (k *Vendor) corpToken(c *desk.Call, holder string) (token string, expiresIn int64) {
	lifetime := k.desk.TokenLifetime(Name)
	return k.desk.Tokens.Issue(Name, holder, "", 32, c.Now, lifetime).Token, desk.Seconds(lifetime)
}

// withNewNames gives the credentials of /gettoken the names that they have today. Apps of before 2018 had none of their
// own and sent corpid and corpsecret; the vendor's SDK still knows them, and the refusal still names corpid.
func withNewNames(c *desk.Call, r *http.Request) *http.Request {
	query := r.URL.Query()
	if c.Operation.ID != "getToken" || query.Has("appkey") || !query.Has("corpid") {
		return r
	}
	key, secret := query.Get("corpid"), query.Get("corpsecret")
	if demo := Demo(); key == demo.CorpID {
		key = demo.AppKey
	}
	r = r.Clone(r.Context())
	r.URL.RawQuery = url.Values{"appkey": {key}, "appsecret": {secret}}.Encode()
	return r
}

// GetToken sells the token of the internal app.
func (k *Vendor) GetToken(ctx context.Context,
	r dingtalkserver.GetTokenRequestObject) (dingtalkserver.GetTokenResponseObject, error) {
	demo, c := k.internalApp(), desk.CallOf(ctx)
	wrong := r.Params.AppKey != demo.AppKey || r.Params.AppSecret != demo.AppSecret
	switch {
	case r.Params.AppKey == "" || r.Params.AppSecret == "":
		return nil, missingParam(hostPlain, "appkey")
	case wrong && !c.Request.URL.Query().Has("appkey"):
		return nil, refusal{code: dingtalkapi.ErrorCodeInvalidCorpSecret}
	case wrong:
		return nil, refusal{code: dingtalkapi.ErrorCodeInvalidAppSecret}
	}
	token, life := k.internalToken(c)
	return dingtalkserver.GetToken200JSONResponse{AccessToken: &token, ExpiresIn: &life}, nil
}

// GetAppAccessToken sells the token of the internal app on the new host.
func (k *Vendor) GetAppAccessToken(ctx context.Context,
	r dingtalkserver.GetAppAccessTokenRequestObject) (dingtalkserver.GetAppAccessTokenResponseObject, error) {
	demo := k.internalApp()
	if r.Body.AppKey != demo.AppKey || r.Body.AppSecret != demo.AppSecret {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidClientIDOrSecret)}
	}
	token, life := k.internalToken(desk.CallOf(ctx))
	return dingtalkserver.GetAppAccessToken200JSONResponse{AccessToken: &token, ExpireIn: &life}, nil
}

// GetCorpScopedToken sells the token of any app for one corp.
func (k *Vendor) GetCorpScopedToken(ctx context.Context,
	r dingtalkserver.GetCorpScopedTokenRequestObject) (dingtalkserver.GetCorpScopedTokenResponseObject, error) {
	demo, c := k.internalApp(), desk.CallOf(ctx)
	var token string
	var life int64
	switch {
	case r.Body.GrantType != dingtalkserver.GrantTypeClientCredentials:
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeUnsupportedGrantType)}
	case r.CorpID != demo.CorpID:
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeUnknownError)} // seen, with its 500
	case r.Body.ClientID == demo.AppKey && r.Body.ClientSecret == demo.AppSecret:
		token, life = k.internalToken(c)
	case r.Body.ClientID == demo.SuiteKey && r.Body.ClientSecret == demo.SuiteSecret:
		token, life = k.corpToken(c, holderThirdParty)
	case r.Body.ClientID == demo.CustomKey && r.Body.ClientSecret == demo.CustomSecret:
		token, life = k.corpToken(c, holderCustom)
	default:
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidClient)}
	}
	return dingtalkserver.GetCorpScopedToken200JSONResponse{AccessToken: &token, ExpiresIn: &life}, nil
}
