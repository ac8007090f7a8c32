package dingtalk

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/wire"
)

const (
	vendorName = "dingtalk"
	baseURL    = "https://oapi.dingtalk.com"
)

// Config holds the credentials of one app: AppKey and AppSecret for an internal one, the four fields that follow them
// for a third-party or custom one. The rest has defaults.
type Config struct {
	// AppKey and AppSecret of an internal app (企业内部应用), now also called Client ID and Client Secret; from its page
	// 凭证与基础信息.
	AppKey    string
	AppSecret clients.Secret

	// SuiteKey and SuiteSecret of a third-party app (第三方企业应用), or customKey and customSecret of a custom app.
	SuiteKey    string
	SuiteSecret clients.Secret

	// SuiteTicket returns the latest ticket that DingTalk has pushed to the app's callback. It is asked for each token,
	// with a context that bounds the call, and must be safe for concurrent use. Custom apps may use any text; see
	// StaticTicket.
	SuiteTicket func(context.Context) (clients.Secret, error)

	// AuthCorpID is the corp (企业) that authorised the third-party app and whose directory the client reads.
	AuthCorpID string

	// TokenHost says where tokens come from. The default is right unless one of the hosts cannot be reached.
	TokenHost TokenHost

	// UserToken is the person on whose behalf GetContactUser is called. Optional; Identify does without.
	UserToken UserToken

	// NewHostURL replaces https://api.dingtalk.com for the calls that live there. Empty: what clients.WithBaseURL says,
	// for both hosts.
	NewHostURL string
}

// Client talks to DingTalk. It is safe for concurrent use; make one and keep it, since it holds the token and the
// quotas.
type Client struct {
	*dingtalkapi.API
	core  *clients.Client
	sight *sight

	appKey, authCorpID string

	clientID string // what the sign-in page knows the app by: AppKey, or SuiteKey

	// redeem trades a code in for the token of a person. It holds the secret, which no print of a Client shows then.
	redeem func(ctx context.Context, code string) (*dingtalkapi.GetUserTokenAnswer, error)
}

// Format prints the fields for every verb, without the credentials.
func (cfg Config) Format(f fmt.State, _ rune) {
	type fields Config
	clients.FormatFields(f, fields(cfg))
}

// New returns a client. It does no I/O: a wrong secret shows at the first call.
func New(cfg Config, options ...clients.Option) (*Client, error) {
	err := cfg.check()
	if err != nil {
		return nil, err
	}
	var core *clients.Client
	core, err = clients.New(clients.Vendor{
		Name:    vendorName,
		BaseURL: baseURL,
		URLs:    map[string]string{"Config.NewHostURL": cfg.NewHostURL},
		ServerURL: func(op *wire.Operation, base string) string {
			switch {
			case cfg.NewHostURL != "":
				return cfg.NewHostURL
			case base != "":
				return base
			default:
				return op.Server
			}
		},
		// Calls, and so answers, come only after New is done.
		Classify:    func(r *clients.Reply) *clients.Failure { return classify(r, core.Now()) },
		Secrets:     []clients.Secret{cfg.AppSecret, cfg.SuiteSecret},
		Credentials: cfg.credentials,
	}, options...)
	if err != nil {
		return nil, err
	}
	api := dingtalkapi.NewAPI(core)
	return &Client{API: api, core: core, sight: newSight(), appKey: cfg.AppKey, authCorpID: cfg.AuthCorpID,
		clientID: cmp.Or(cfg.AppKey, cfg.SuiteKey), redeem: cfg.redeemer(api)}, nil
}

// Format prints a name for every verb.
func (c *Client) Format(f fmt.State, _ rune) { fmt.Fprint(f, "dingtalk.Client") }

// Stats returns what the client has done so far.
func (c *Client) Stats() clients.Stats { return c.core.Stats() }

// Setup returns what the client was made with that is no credential.
func (c *Client) Setup() clients.Setup { return c.core.Setup() }

// AppKey returns Config.AppKey, "" for third-party apps.
func (c *Client) AppKey() string { return c.appKey }

// AuthCorpID returns Config.AuthCorpID, "" for internal apps.
func (c *Client) AuthCorpID() string { return c.authCorpID }

// check finds what is missing or contradictory, and cleans NewHostURL.
func (cfg *Config) check() error {
	internal := cfg.AppKey != "" || cfg.AppSecret != ""
	suite := cfg.SuiteKey != "" || cfg.SuiteSecret != "" || cfg.SuiteTicket != nil || cfg.AuthCorpID != ""
	required := func(missing bool, field string) error {
		if missing {
			return fmt.Errorf("dingtalk: Config.%s is required", field)
		}
		return nil
	}
	var err error
	switch {
	case internal && suite:
		return errors.New(
			"dingtalk: Config holds both an internal app (AppKey, AppSecret) and a third-party app (Suite…, " +
				"AuthCorpID); make two clients")
	case suite:
		err = errors.Join(required(cfg.SuiteKey == "", "SuiteKey"), required(cfg.SuiteSecret == "", "SuiteSecret"),
			required(cfg.SuiteTicket == nil, "SuiteTicket"), required(cfg.AuthCorpID == "", "AuthCorpID"))
	default:
		err = errors.Join(required(cfg.AppKey == "", "AppKey"), required(cfg.AppSecret == "", "AppSecret"))
	}
	if err != nil {
		return err
	}
	if err = errors.Join(clients.CheckField("Config.AppKey", cfg.AppKey),
		clients.CheckField("Config.AppSecret", cfg.AppSecret), clients.CheckField("Config.SuiteKey", cfg.SuiteKey),
		clients.CheckField("Config.SuiteSecret", cfg.SuiteSecret),
		clients.CheckField("Config.AuthCorpID", cfg.AuthCorpID)); err != nil {
		return fmt.Errorf("dingtalk: %w", err)
	}
	if cfg.TokenHost < TokenHostDefault || cfg.TokenHost > TokenHostNew {
		return errors.New("dingtalk: Config.TokenHost is none of the constants")
	}
	if cfg.NewHostURL != "" {
		if cfg.NewHostURL, err = clients.CleanBaseURL(cfg.NewHostURL); err != nil {
			return fmt.Errorf("dingtalk: Config.NewHostURL: %w", err)
		}
	}
	return nil
}
