package wecom

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/wecomapi"
)

const (
	vendor  = "wecom"
	baseURL = "https://qyapi.weixin.qq.com/cgi-bin"
)

// Config holds the credentials of one corp. CorpID and at least one secret are required.
type Config struct {
	CorpID string // 企业ID, from 我的企业 of the admin console

	// ContactSecret is the secret of 通讯录同步 (contact sync): writes, batch jobs, ids of the whole corp.
	ContactSecret clients.Secret

	// AppSecret is the secret of a self-built app (自建应用): details of the members whom the app may see.
	AppSecret clients.Secret

	// AgentID is the AgentId of that app, by which it can ask for its own visible range (GetAgent). Optional.
	AgentID int64
}

// Client talks to WeCom. It is safe for concurrent use; make one and keep it, since it holds the tokens and the quotas.
type Client struct {
	*wecomapi.API
	core    *clients.Client
	contact bool
	corpID  string
	agentID int64
}

// New returns a client. It does no I/O: a wrong secret shows at the first call.
func New(cfg Config, options ...clients.Option) (*Client, error) {
	if cfg.CorpID == "" {
		return nil, errors.New("wecom: Config.CorpID is required")
	}
	if err := errors.Join(clients.CheckField("Config.CorpID", cfg.CorpID),
		clients.CheckField("Config.ContactSecret", cfg.ContactSecret),
		clients.CheckField("Config.AppSecret", cfg.AppSecret)); err != nil {
		return nil, fmt.Errorf("wecom: %w", err)
	}
	if cfg.ContactSecret == "" && cfg.AppSecret == "" {
		return nil, errors.New("wecom: Config.ContactSecret or Config.AppSecret is required")
	}
	core, err := clients.New(clients.Vendor{
		Name:     vendor,
		BaseURL:  baseURL,
		Classify: classify,
		Warning:  warning,
		Secrets:  []clients.Secret{cfg.ContactSecret, cfg.AppSecret},
		Credentials: func(c *clients.Client) (map[string]clients.Credential, error) {
			contact, contactErr := credential(c, cfg.CorpID, cfg.ContactSecret, "Config.ContactSecret")
			app, appErr := credential(c, cfg.CorpID, cfg.AppSecret, "Config.AppSecret")
			return map[string]clients.Credential{"contactToken": contact, "appToken": app},
				errors.Join(contactErr, appErr)
		},
	}, options...)
	if err != nil {
		return nil, err
	}
	return &Client{API: wecomapi.NewAPI(core), core: core, contact: cfg.ContactSecret != "",
		corpID: cfg.CorpID, agentID: cfg.AgentID}, nil
}

// Stats returns what the client has done so far.
func (c *Client) Stats() clients.Stats { return c.core.Stats() }

// CorpID returns Config.CorpID.
func (c *Client) CorpID() string { return c.corpID }

// AgentID returns Config.AgentID, 0 if it was not given.
func (c *Client) AgentID() int64 { return c.agentID }

// HasContactSecret tells whether Config.ContactSecret was given, with which the ids of the whole corp can be listed,
// whatever the app may see.
func (c *Client) HasContactSecret() bool { return c.contact }

// credential is a token source for one secret: WeCom's tokens belong to a secret, not to a corp.
func credential(c *clients.Client, corpID string, secret clients.Secret, field string) (clients.Credential, error) {
	if secret == "" {
		return clients.Credential{Missing: field}, nil
	}
	api := wecomapi.NewAPI(c)
	source, err := c.NewTokenSource(func(ctx context.Context, _ token.Token) (token.Token, error) {
		asked := c.Now()
		answer, err := api.GetToken(ctx, &wecomapi.GetTokenParams{CorpID: corpID, CorpSecret: string(secret)})
		if err != nil {
			return token.Token{}, err
		}
		return token.Token{Value: clients.Secret(answer.AccessToken),
			Expiry: asked.Add(token.Lifetime(answer.ExpiresIn, 2*time.Hour))}, nil
	}, corpID, string(secret))
	return clients.Credential{Source: source, Query: "access_token",
		Fields: "Config.CorpID or " + field}, err
}
