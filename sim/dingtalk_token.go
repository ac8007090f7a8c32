package sim

import (
	"context"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// internalToken sells the token of the internal app. Asked again while it lives it is the same, and lives as long as a new one from
// then on: several processes of one app do not disturb each other. Both hosts sell the same one.
func (k *dingTalk) internalToken(c *call) (token string, expiresIn int64) {
	lifetime := k.sim.config.tokenLifetime(VendorDingTalk)
	g, ok := k.sim.tokens.current(VendorDingTalk, dingTalkInternal, c.now)
	if ok {
		k.sim.tokens.extend(VendorDingTalk, g.token, c.now.Add(lifetime))
	} else {
		g = k.sim.tokens.issue(VendorDingTalk, dingTalkInternal, "", 32, c.now, lifetime)
	}
	return g.token, seconds(lifetime)
}

// corpToken sells a token of an app that is not the corp's own: another one each time. Whether the older ones stay good is not
// documented; here they do, to their end.
func (k *dingTalk) corpToken(c *call, holder string) (token string, expiresIn int64) {
	lifetime := k.sim.config.tokenLifetime(VendorDingTalk)
	return k.sim.tokens.issue(VendorDingTalk, holder, "", 32, c.now, lifetime).token, seconds(lifetime)
}

// GetToken sells the token of the internal app.
func (k *dingTalk) GetToken(ctx context.Context, r dingtalkserver.GetTokenRequestObject) (dingtalkserver.GetTokenResponseObject, error) {
	demo := dingTalkCredentials()
	switch {
	case r.Params.AppKey == "" || r.Params.AppSecret == "":
		return nil, dingTalkMissing(dingTalkPlain, "appkey")
	case r.Params.AppKey != demo.AppKey || r.Params.AppSecret != demo.AppSecret:
		return nil, dingTalkError{code: dingtalkapi.ErrorCodeInvalidAppSecret}
	}
	token, life := k.internalToken(callOf(ctx))
	return dingtalkserver.GetToken200JSONResponse{AccessToken: &token, ExpiresIn: &life}, nil
}

// GetAppAccessToken sells the token of the internal app on the new host.
func (k *dingTalk) GetAppAccessToken(ctx context.Context, r dingtalkserver.GetAppAccessTokenRequestObject) (dingtalkserver.GetAppAccessTokenResponseObject, error) {
	demo := dingTalkCredentials()
	if r.Body.AppKey != demo.AppKey || r.Body.AppSecret != demo.AppSecret {
		return nil, dingTalkError{word: string(dingtalkapi.NewHostErrorCodeInvalidClientIDOrSecret)}
	}
	token, life := k.internalToken(callOf(ctx))
	return dingtalkserver.GetAppAccessToken200JSONResponse{AccessToken: &token, ExpireIn: &life}, nil
}

// GetCorpScopedToken sells the token of any app for one corp.
func (k *dingTalk) GetCorpScopedToken(ctx context.Context, r dingtalkserver.GetCorpScopedTokenRequestObject) (dingtalkserver.GetCorpScopedTokenResponseObject, error) {
	demo, c := dingTalkCredentials(), callOf(ctx)
	var token string
	var life int64
	switch {
	case r.Body.GrantType != dingtalkserver.GrantTypeClientCredentials:
		return nil, dingTalkError{word: string(dingtalkapi.NewHostErrorCodeUnsupportedGrantType)}
	case r.CorpID != demo.CorpID:
		return nil, dingTalkError{word: string(dingtalkapi.NewHostErrorCodeUnknownError)} // seen, with its 500
	case r.Body.ClientID == demo.AppKey && r.Body.ClientSecret == demo.AppSecret:
		token, life = k.internalToken(c)
	case r.Body.ClientID == demo.SuiteKey && r.Body.ClientSecret == demo.SuiteSecret:
		token, life = k.corpToken(c, dingTalkThirdParty)
	case r.Body.ClientID == demo.CustomKey && r.Body.ClientSecret == demo.CustomSecret:
		token, life = k.corpToken(c, dingTalkCustom)
	default:
		return nil, dingTalkError{word: string(dingtalkapi.NewHostErrorCodeInvalidClient)}
	}
	return dingtalkserver.GetCorpScopedToken200JSONResponse{AccessToken: &token, ExpiresIn: &life}, nil
}
