package wps

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/wpsapi"
)

const (
	vendor  = "wps"
	baseURL = "https://openapi.wps.cn"

	pageSize   = 50 // the vendor's maximum; its default is 10
	batchLimit = 50 // the vendor names none; other lists of ids that do have one stop here
)

// Config holds the credentials of an app and what differs between deployments. AppID and AppKey are all that the public
// cloud needs.
type Config struct {
	AppID  string         // APPID, from the app's page of the developer console
	AppKey clients.Secret // APPKEY. A reset ends the old one at once, for tokens and signatures alike

	// User is the token of a signed-in person, as ExchangeCode returned it, for the operations that need one. It is
	// renewed by its refresh token, each of which works once: use a token.Store that outlives the process, and give the
	// same User after a restart. A User without Refresh is used as it is.
	User token.Token

	// UserToken hands out the tokens of a person, if somebody else looks after them. It takes the place of User.
	UserToken token.Source

	// RedirectURI is where people come back to after they have signed in on the page of AuthorizeURL, one of the
	// addresses in the developer console. AuthorizeURL and Identify need it, and nothing else does.
	RedirectURI string

	// TenantToken hands out the tokens of the company, if they are not to be had for AppID and AppKey alone:
	// third-party apps (服务商应用) need a ticket as well.
	TenantToken token.Source

	// Signing says whether calls are signed. The platform checks signatures only when the app's switch 安全设置 > 接口签名 is
	// on; a signature that nobody checks does no harm.
	Signing Signing

	// UnsignedPathPrefix is the part of the base URL's path that is not signed. Empty: all of that path if it ends in
	// /openapi, as on private deployments, and nothing otherwise. "/": nothing.
	UnsignedPathPrefix string

	// SignTokenCalls signs the calls to the token endpoint too, which some private deployments want. The public cloud
	// does not.
	SignTokenCalls bool

	// TokenBaseURL is where /oauth2/token is, if not below the base URL.
	TokenBaseURL string

	// FollowServerClock signs by the vendor's clock, learned from the Date header of its answers, on machines whose own
	// clock is wrong. How far a clock may be off is not documented.
	FollowServerClock bool

	// IDType is sent as X-Kso-Id-Type with every call made as the app that does not set one itself. Private deployments
	// document it.
	IDType wpsapi.KsoIDType

	// Codes says what codes mean that this package does not know, or knows wrongly: the vendor's list is not public.
	Codes map[wpsapi.ErrorCode]Meaning

	PageSize   int64 // of the iterators, 1 to 50. Zero: 50
	BatchLimit int   // ids in one call of the look-ups by id. Zero: 50
}

// Signing says whether calls are signed.
type Signing int

// The modes of signing.
const (
	SignAlways Signing = iota
	SignNever          // for apps whose switch 接口签名 is off
)

// Client talks to WPS 365. It is safe for concurrent use; make one and keep it, since it holds the tokens and the
// quotas.
type Client struct {
	*wpsapi.API
	core        *clients.Client
	grants      *grants
	whoever     *wpsapi.API // GetCurrentUser of those who sign in
	appID       string
	redirectURI string
	pageSize    int64
	batchLimit  int
	status      []wpsapi.UserStatus // empty: see WithStatus
}

// Format prints the fields for every verb, without the credentials.
func (cfg Config) Format(f fmt.State, _ rune) {
	type fields Config
	clients.FormatFields(f, fields(cfg))
}

// New returns a client. It does no I/O: a wrong key shows at the first call.
func New(cfg Config, options ...clients.Option) (*Client, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("wps: %w", err)
	}
	clock := &vendorClock{follow: cfg.FollowServerClock}
	classifier := &classifier{codes: maps.Clone(cfg.Codes), clock: clock}
	var grants *grants
	core, err := clients.New(clients.Vendor{
		Name:     vendor,
		BaseURL:  baseURL,
		URLs:     map[string]string{"Config.TokenBaseURL": cfg.TokenBaseURL},
		Classify: classifier.classify,
		Secrets:  []clients.Secret{cfg.AppKey, cfg.User.Value, cfg.User.Refresh},
		Credentials: func(c *clients.Client) (map[string]clients.Credential, error) {
			clock.now = c.Now
			var err error
			if grants, err = newGrants(c, cfg); err != nil {
				return nil, err
			}
			tenant, tenantErr := grants.tenant()
			user, userErr := grants.user()
			sign, signErr := signature(cfg, c.BaseURL(), clock)
			own := clients.Credential{Source: clients.OwnToken{Missing: "nobody is signing in"}, Authorize: bearer("")}
			return map[string]clients.Credential{"bearer": tenant, "userBearer": user, ownScheme: own, "kso1": sign},
				errors.Join(tenantErr, userErr, signErr)
		},
	}, options...)
	if err != nil {
		return nil, err
	}
	c := &Client{API: wpsapi.NewAPI(grants.caller(grants.once)), core: core, grants: grants, whoever: newWhoever(core),
		appID: cfg.AppID, redirectURI: cfg.RedirectURI, pageSize: cfg.PageSize, batchLimit: cfg.BatchLimit}
	if c.pageSize == 0 {
		c.pageSize = pageSize
	}
	if c.batchLimit == 0 {
		c.batchLimit = batchLimit
	}
	return c, nil
}

func (cfg *Config) check() error {
	misfit := errors.Join(clients.CheckField("Config.AppID", cfg.AppID),
		clients.CheckField("Config.AppKey", cfg.AppKey),
		clients.CheckField("Config.User.Value", cfg.User.Value),
		clients.CheckField("Config.User.Refresh", cfg.User.Refresh))
	switch {
	case cfg.AppID == "":
		return errors.New("Config.AppID is required")
	case cfg.AppKey == "":
		return errors.New("Config.AppKey is required")
	case misfit != nil:
		return misfit
	case cfg.UserToken != nil && cfg.User != (token.Token{}):
		return errors.New("Config.User and Config.UserToken exclude each other")
	case cfg.Signing != SignAlways && cfg.Signing != SignNever:
		return errors.New("Config.Signing is neither SignAlways nor SignNever")
	case cfg.SignTokenCalls && cfg.Signing == SignNever:
		return errors.New("Config.SignTokenCalls contradicts SignNever")
	case cfg.PageSize < 0 || cfg.PageSize > pageSize:
		return fmt.Errorf("Config.PageSize is %d, want 1 to %d", cfg.PageSize, pageSize)
	case cfg.BatchLimit < 0:
		return fmt.Errorf("Config.BatchLimit is %d", cfg.BatchLimit)
	case cfg.RedirectURI != "":
		err := clients.SignIn{RedirectURI: cfg.RedirectURI, State: "any"}.Check()
		if err != nil {
			return errors.New(strings.Replace(err.Error(), "SignIn.", "Config.", 1))
		}
		return nil
	default:
		return nil
	}
}

// Format prints a name for every verb.
func (c *Client) Format(f fmt.State, _ rune) { fmt.Fprint(f, "wps.Client") }

// Stats returns what the client has done so far.
func (c *Client) Stats() clients.Stats { return c.core.Stats() }

// Setup returns what the client was made with that is no credential.
func (c *Client) Setup() clients.Setup { return c.core.Setup() }

// AppID returns Config.AppID.
func (c *Client) AppID() string { return c.appID }
