package wecom

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/wecomapi"
)

const (
	vendor  = "wecom"
	baseURL = "https://qyapi.weixin.qq.com/cgi-bin"
)

// Config holds the credentials of one corp: CorpID and at least one secret, or the five fields of a third-party app.
// The rest is optional.
type Config struct {
	CorpID string // 企业ID, from 我的企业 of the admin console

	// ContactSecret is the secret of 通讯录同步 (contact sync): writes, batch jobs, ids of the whole corp.
	ContactSecret clients.Secret

	// AppSecret is the secret of a self-built app (自建应用): details of the members whom the app may see.
	AppSecret clients.Secret

	// AgentID is the AgentId of that app, by which it can ask for its own visible range (GetAgent) and is known to the
	// page on which people sign in.
	AgentID int64

	// SuiteID and SuiteSecret of a third-party app (第三方应用), from the provider's console. For an app that a provider
	// develops for one corp (代开发), CorpID and the permanent code as AppSecret are enough; a client with SuiteID and
	// SuiteSecret of its template gets that code (GetPermanentCode).
	SuiteID     string
	SuiteSecret clients.Secret

	// SuiteTicket returns the latest ticket that WeCom has pushed to the app's callback: every ten minutes, each good
	// for 30. It is asked for each token of the app, with a context that bounds the call, and must be safe for
	// concurrent use.
	SuiteTicket func(context.Context) (clients.Secret, error)

	// AuthCorpID is the corp that has authorised the third-party app and whose directory the client reads, and
	// PermanentCode (永久授权码) what GetPermanentCode gave for it. Without them the client only settles authorisations and
	// tells who has signed in.
	AuthCorpID    string
	PermanentCode clients.Secret

	// SignInURL is where people sign in, in place of https://open.weixin.qq.com and https://login.work.weixin.qq.com.
	// Empty: those, or what clients.WithBaseURL says, without its last part, cgi-bin. Set it where the base URL is a
	// proxy that only this program can reach.
	SignInURL string
}

// Client talks to WeCom. It is safe for concurrent use; make one and keep it, since it holds the tokens and the quotas.
type Client struct {
	*wecomapi.API
	core    *clients.Client
	contact bool
	corpID  string
	agentID int64

	suiteID   string // "" for apps of the corp's own
	signInURL string // "" for WeCom's own pages
}

// Format prints the fields for every verb, without the credentials.
func (cfg Config) Format(f fmt.State, _ rune) {
	type fields Config
	clients.FormatFields(f, fields(cfg))
}

// New returns a client. It does no I/O: a wrong secret shows at the first call.
func New(cfg Config, options ...clients.Option) (*Client, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("wecom: %w", err)
	}
	core, err := clients.New(clients.Vendor{
		Name:     vendor,
		BaseURL:  baseURL,
		URLs:     map[string]string{"Config.SignInURL": cfg.SignInURL},
		Classify: classify,
		Warning:  warning,
		Secrets:  []clients.Secret{cfg.ContactSecret, cfg.AppSecret, cfg.SuiteSecret, cfg.PermanentCode},
		Credentials: func(c *clients.Client) (map[string]clients.Credential, error) {
			contact, contactErr := credential(c, cfg.CorpID, cfg.ContactSecret, "Config.ContactSecret")
			app, appErr := credential(c, cfg.CorpID, cfg.AppSecret, "Config.AppSecret")
			if cfg.SuiteID != "" {
				app, appErr = cfg.corpToken(c)
			}
			suite, suiteErr := cfg.suiteToken(c)
			return map[string]clients.Credential{"contactToken": contact, "appToken": app, "suiteToken": suite},
				errors.Join(contactErr, appErr, suiteErr)
		},
	}, options...)
	if err != nil {
		return nil, err
	}
	signIn := cfg.SignInURL
	if own := core.BaseURL(); signIn == "" && own != baseURL {
		signIn = strings.TrimSuffix(own, "/cgi-bin")
	}
	return &Client{API: wecomapi.NewAPI(core), core: core, contact: cfg.ContactSecret != "",
		corpID: cmp.Or(cfg.CorpID, cfg.AuthCorpID), agentID: cfg.AgentID, suiteID: cfg.SuiteID, signInURL: signIn}, nil
}

// check finds what is missing or contradictory, and cleans SignInURL.
func (cfg *Config) check() error {
	own := cfg.CorpID != "" || cfg.ContactSecret != "" || cfg.AppSecret != ""
	suite := cfg.SuiteID != "" || cfg.SuiteSecret != "" || cfg.SuiteTicket != nil || cfg.AuthCorpID != "" ||
		cfg.PermanentCode != ""
	required := func(missing bool, field string) error {
		if missing {
			return fmt.Errorf("%s is required", "Config."+field)
		}
		return nil
	}
	if own && suite {
		return errors.New("Config holds both an app of the corp's own (CorpID, ContactSecret, AppSecret) and a " +
			"third-party app (Suite…, AuthCorpID, PermanentCode); make two clients")
	}
	if err := errors.Join(clients.CheckField("Config.CorpID", cfg.CorpID),
		clients.CheckField("Config.ContactSecret", cfg.ContactSecret),
		clients.CheckField("Config.AppSecret", cfg.AppSecret), clients.CheckField("Config.SuiteID", cfg.SuiteID),
		clients.CheckField("Config.SuiteSecret", cfg.SuiteSecret),
		clients.CheckField("Config.AuthCorpID", cfg.AuthCorpID),
		clients.CheckField("Config.PermanentCode", cfg.PermanentCode)); err != nil {
		return err
	}
	if cfg.SignInURL != "" {
		var err error
		if cfg.SignInURL, err = clients.CleanBaseURL(cfg.SignInURL); err != nil {
			return fmt.Errorf("Config.SignInURL: %w", err)
		}
	}
	switch {
	case suite:
		return errors.Join(required(cfg.SuiteID == "", "SuiteID"), required(cfg.SuiteSecret == "", "SuiteSecret"),
			required(cfg.SuiteTicket == nil, "SuiteTicket"),
			required(cfg.AuthCorpID == "" && cfg.PermanentCode != "", "AuthCorpID"),
			required(cfg.AuthCorpID != "" && cfg.PermanentCode == "", "PermanentCode"))
	case cfg.CorpID == "":
		return required(true, "CorpID")
	default:
		return required(cfg.ContactSecret == "" && cfg.AppSecret == "", "ContactSecret or Config.AppSecret")
	}
}

// Format prints a name for every verb.
func (c *Client) Format(f fmt.State, _ rune) { fmt.Fprint(f, "wecom.Client") }

// Stats returns what the client has done so far.
func (c *Client) Stats() clients.Stats { return c.core.Stats() }

// Setup returns what the client was made with that is no credential.
func (c *Client) Setup() clients.Setup { return c.core.Setup() }

// CorpID returns Config.CorpID or Config.AuthCorpID: the corp whose directory the client reads, "" for a third-party
// app without one.
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
