package dingtalk

import (
	"context"
	"fmt"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/dingtalkapi"
)

// TokenHost says which of DingTalk's token calls a client makes.
type TokenHost int

const (
	// TokenHostDefault is TokenHostNew for internal apps, whose token from there is documented to work on both hosts
	// and whose secret then travels in a body instead of a URL. It is TokenHostOld for third-party apps, for which only
	// that call is known to give a token that oapi.dingtalk.com takes, where nearly all operations are.
	TokenHostDefault TokenHost = iota

	// TokenHostOld is oapi.dingtalk.com: GET /gettoken, and for third-party apps the signed POST
	// /service/get_corp_token.
	TokenHostOld

	// TokenHostNew is api.dingtalk.com: POST /v1.0/oauth2/accessToken, and for third-party apps POST
	// /v1.0/oauth2/corpAccessToken.
	TokenHostNew
)

// tokenLife is how long DingTalk's tokens live, by its documentation. It counts when an answer does not say, or says
// nothing sensible; taking that for "expired" would fetch tokens in a tight loop, and fetching is throttled.
const tokenLife = 2 * time.Hour

func (cfg *Config) credentials(c *clients.Client) (map[string]clients.Credential, error) {
	// Processes that fetch from different places must not take each other's tokens from a store.
	source, err := c.NewTokenSource(cfg.fetcher(c), fmt.Sprint(cfg.TokenHost), cfg.NewHostURL,
		cfg.AppKey, string(cfg.AppSecret), cfg.SuiteKey, string(cfg.SuiteSecret), cfg.AuthCorpID)
	fields := "Config.AppKey or Config.AppSecret"
	if cfg.SuiteKey != "" {
		fields = "Config.SuiteKey, Config.SuiteSecret or Config.AuthCorpID"
	}
	return map[string]clients.Credential{
		"oapiToken": {Source: source, Query: "access_token", Fields: fields},
		"acsToken": {Source: source, Authorize: clients.InHeader("x-acs-dingtalk-access-token", ""),
			Fields: fields},
		"userToken": {Source: clients.OwnToken{Otherwise: cfg.UserToken.Source,
			Missing: "nothing was sent: the call needs a person's token, and Config.UserToken is not set"},
			Authorize: clients.InHeader("x-acs-dingtalk-access-token", ""), Fields: "Config.UserToken"},
		"isvSignature": cfg.signature(),
	}, err
}

// fetcher returns the one call that gets tokens. An internal app that asks again gets the same token with a new lease
// of life, so that several processes do not disturb each other; a third-party app gets another one each time.
func (cfg *Config) fetcher(c *clients.Client) token.FetchFunc {
	api := dingtalkapi.NewAPI(c)
	fetch := cfg.fromNewHost
	switch {
	case cfg.SuiteKey != "" && cfg.TokenHost == TokenHostNew:
		fetch = cfg.corpFromNewHost
	case cfg.SuiteKey != "":
		fetch = cfg.corpFromOldHost
	case cfg.TokenHost == TokenHostOld:
		fetch = cfg.fromOldHost
	}
	return func(ctx context.Context, _ token.Token) (token.Token, error) {
		asked := c.Now()
		value, seconds, err := fetch(ctx, api)
		if err != nil {
			return token.Token{}, err
		}
		return token.Token{Value: clients.Secret(value), Expiry: asked.Add(token.Lifetime(seconds, tokenLife))}, nil
	}
}

func (cfg *Config) fromNewHost(ctx context.Context, api *dingtalkapi.API) (string, int64, error) {
	answer, err := api.GetAppAccessToken(ctx,
		&dingtalkapi.GetAppAccessTokenRequest{AppKey: cfg.AppKey, AppSecret: string(cfg.AppSecret)})
	if err != nil {
		return "", 0, err
	}
	return answer.AccessToken, answer.ExpireIn, nil
}

func (cfg *Config) fromOldHost(ctx context.Context, api *dingtalkapi.API) (string, int64, error) {
	answer, err := api.GetToken(ctx, &dingtalkapi.GetTokenParams{AppKey: cfg.AppKey, AppSecret: string(cfg.AppSecret)})
	if err != nil {
		return "", 0, err
	}
	return answer.AccessToken, answer.ExpiresIn, nil
}

func (cfg *Config) corpFromOldHost(ctx context.Context, api *dingtalkapi.API) (string, int64, error) {
	answer, err := api.GetCorpToken(ctx, &dingtalkapi.GetCorpTokenRequest{AuthCorpID: cfg.AuthCorpID})
	if err != nil {
		return "", 0, err
	}
	return answer.AccessToken, answer.ExpiresIn, nil
}

func (cfg *Config) corpFromNewHost(ctx context.Context, api *dingtalkapi.API) (string, int64, error) {
	ticket, err := ticketSource(cfg.SuiteTicket).Token(ctx)
	if err != nil {
		return "", 0, err
	}
	answer, err := api.GetCorpAccessToken(clients.WithSecrets(ctx, ticket.Value),
		&dingtalkapi.GetCorpAccessTokenRequest{
			SuiteKey: cfg.SuiteKey, SuiteSecret: string(cfg.SuiteSecret), AuthCorpID: cfg.AuthCorpID,
			SuiteTicket: string(ticket.Value),
		})
	if err != nil {
		return "", 0, err
	}
	return answer.AccessToken, answer.ExpireIn, nil
}
