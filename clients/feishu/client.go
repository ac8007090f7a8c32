package feishu

import (
	"context"
	"errors"
	"fmt"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/wire"
)

const vendor = "feishu"

// Base URLs for clients.WithBaseURL. BaseURL is the default.
const (
	BaseURL = "https://open.feishu.cn/open-apis" // tenants in China
	// tenants elsewhere; apps and tokens of Feishu do not work there
	LarkBaseURL = "https://open.larksuite.com/open-apis"
)

// Names that the document gives to the credentials.
const (
	tenantScheme = "tenantToken"
	userScheme   = "userToken"
)

// Config holds the credentials of one self-built app (企业自建应用), from 凭证与基础信息 of the developer console.
type Config struct {
	AppID     string // cli_…
	AppSecret clients.Secret

	// UserToken is the person on whose behalf searches, and calls made with AsUser, are made. Optional.
	UserToken UserToken
}

// Client talks to Feishu or Lark. It is safe for concurrent use; make one and keep it, since it holds the tokens and
// the quotas.
type Client struct {
	*feishuapi.API
	core    *clients.Client
	appID   string
	redeem  redeemer       // trades in codes of sign-in; a function, so that no secret is in what %v prints
	whoever *feishuapi.API // GetUserInfo of those who sign in
	ids     IDTypes
	tickets map[string]token.Source // for pages, by scheme
	turn    chan struct{}           // held by a delicate change
}

// Format prints the fields for every verb, without the credentials.
func (cfg Config) Format(f fmt.State, _ rune) {
	type fields Config
	clients.FormatFields(f, fields(cfg))
}

// New returns a client. It does no I/O: a wrong secret shows at the first call.
func New(cfg Config, options ...clients.Option) (*Client, error) {
	if cfg.AppID == "" {
		return nil, errors.New("feishu: Config.AppID is required")
	}
	if cfg.AppSecret == "" {
		return nil, errors.New("feishu: Config.AppSecret is required")
	}
	if err := errors.Join(clients.CheckField("Config.AppID", cfg.AppID),
		clients.CheckField("Config.AppSecret", cfg.AppSecret)); err != nil {
		return nil, fmt.Errorf("feishu: %w", err)
	}
	if err := cfg.UserToken.check(); err != nil {
		return nil, fmt.Errorf("feishu: %w", err)
	}
	core, err := clients.New(clients.Vendor{
		Name:     vendor,
		BaseURL:  BaseURL,
		Classify: classify,
		Warning:  warning,
		Secrets:  append([]clients.Secret{cfg.AppSecret}, cfg.UserToken.secrets()...),
		Credentials: func(c *clients.Client) (map[string]clients.Credential, error) {
			tenant, tenantErr := tenantCredential(c, cfg)
			user, userErr := userCredential(c, cfg)
			own := bearer(clients.OwnToken{Missing: "nobody is signing in"}, "")
			return map[string]clients.Credential{tenantScheme: tenant, userScheme: user, ownScheme: own},
				errors.Join(tenantErr, userErr)
		},
	}, options...)
	if err != nil {
		return nil, err
	}
	api := feishuapi.NewAPI(core)
	tickets, err := ticketSources(core, api, cfg)
	if err != nil {
		return nil, err
	}
	return &Client{API: api, core: core, appID: cfg.AppID, redeem: newRedeemer(api, cfg), tickets: tickets,
		whoever: newWhoever(core), turn: make(chan struct{}, 1)}, nil
}

// Format prints a name for every verb.
func (c *Client) Format(f fmt.State, _ rune) { fmt.Fprint(f, "feishu.Client") }

// Stats returns what the client has done so far.
func (c *Client) Stats() clients.Stats { return c.core.Stats() }

// Setup returns what the client was made with that is no credential.
func (c *Client) Setup() clients.Setup { return c.core.Setup() }

// AppID returns Config.AppID.
func (c *Client) AppID() string { return c.appID }

// AsUser makes calls with the token of Config.UserToken where an operation takes both the app's and a person's. It
// changes nothing for operations that take only one of them.
func AsUser(ctx context.Context) context.Context { return clients.WithScheme(ctx, userScheme) }

// bearer puts a token where all of Feishu's go.
func bearer(source token.Source, fields string) clients.Credential {
	return clients.Credential{Source: source, Authorize: clients.InHeader("Authorization", "Bearer "), Fields: fields}
}

// tenantCredential fetches tenant tokens. Feishu answers the same one, with what is left of its 7200 s, until less than
// half an hour is left, and then a new one; both work until the old one ends. The margin of 5 minutes that a source
// keeps lies within that half hour. One beyond it would fetch the same token for ever.
func tenantCredential(c *clients.Client, cfg Config) (clients.Credential, error) {
	api := feishuapi.NewAPI(c)
	source, err := c.NewTokenSource(func(ctx context.Context, _ token.Token) (token.Token, error) {
		asked := c.Now()
		answer, err := api.GetTenantAccessTokenInternal(ctx, &feishuapi.GetTenantAccessTokenInternalRequest{
			AppID: cfg.AppID, AppSecret: string(cfg.AppSecret),
		})
		if err != nil {
			return token.Token{}, err
		}
		if answer.Expire <= 0 {
			return token.Token{}, bad(feishuapi.OpGetTenantAccessTokenInternal.ID, "the token comes without a lifetime")
		}
		return token.Token{Value: clients.Secret(answer.TenantAccessToken),
			Expiry: asked.Add(token.Lifetime(answer.Expire, 0))}, nil
	}, "tenant", cfg.AppID, string(cfg.AppSecret))
	return bearer(source, "Config.AppID or Config.AppSecret"), err
}

// bad is an answer that cannot be used.
func bad(operation, message string) error {
	return &clients.Error{Vendor: vendor, Operation: operation, Kind: clients.KindBadResponse, Message: message}
}

// invalid is an argument that is refused before any I/O.
func invalid(operation, message string) error {
	return &clients.Error{Vendor: vendor, Operation: operation, Kind: clients.KindInvalidArgument, Message: message}
}

// delicateQuota counts the changes of people that Feishu takes only once a second.
var delicateQuota = &wire.Operation{ID: feishuapi.OpPatchUser.ID, Limits: []wire.Limit{{Requests: 1, Seconds: 1}}}

// PatchUser is the generated method, kept in line: changes that carry department_ids or is_frozen go one after the
// other, one a second, since Feishu lets parallel ones fail at random.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/user/patch
func (c *Client) PatchUser(ctx context.Context, userID string, params *feishuapi.PatchUserParams,
	body *feishuapi.PatchUserRequest) (*feishuapi.PatchUserAnswer, error) {
	if body == nil || body.DepartmentIDs == nil && body.IsFrozen == nil {
		return c.API.PatchUser(ctx, userID, params, body)
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done(): // the call says so in its own way
	}
	return c.API.PatchUser(clients.WithQuota(ctx, delicateQuota), userID, params, body)
}
