package feishu

import (
	"context"
	"net/url"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/feishuapi"
)

// ownScheme is the token of somebody who is just signing in.
const ownScheme = "signInToken"

// AuthorizeURL is the page where a person signs in. From there the browser goes to RedirectURI, which must be one of
// the app's 重定向 URL, with code and state, or with error=access_denied and state. The code is for Identify: compare
// state first, which is what keeps somebody else's code from being slipped in.
//
// The page is the same in any browser and inside Feishu's app (clients.SurfaceBrowser, clients.SurfaceInApp), where the
// person is known and mostly sees no question. For clients.SurfaceQRCode it is the address that Feishu's QR code script
// takes as "goto"; the page that shows the QR code adds &tmp_code=… to it and goes there once the code was scanned. The
// last is known from what others use, not from a page of the vendor's today.
//
// No scopes are asked for: who somebody is needs none. ConsentURL asks for some. The host is accounts.feishu.cn,
// accounts.larksuite.com behind LarkBaseURL, and the client's own behind any other base URL.
//
// Vendor page: https://open.feishu.cn/document/common-capabilities/sso/api/obtain-oauth-code
func (c *Client) AuthorizeURL(r clients.SignIn) (string, error) {
	if err := r.Check(); err != nil {
		return "", invalid(consent, err.Error())
	}
	page := c.authorizePage()
	if r.Surface == clients.SurfaceQRCode {
		switch c.core.BaseURL() {
		case BaseURL:
			page = "https://passport.feishu.cn/suite/passport/oauth/authorize"
		case LarkBaseURL:
			page = "https://passport.larksuite.com/suite/passport/oauth/authorize"
		}
	}
	query := url.Values{"client_id": {c.appID}, "response_type": {"code"}, "redirect_uri": {r.RedirectURI},
		"state": {r.State}}
	return page + "?" + strings.ReplaceAll(query.Encode(), "+", "%20"), nil
}

// Identity is who has signed in. What the app may not read is empty.
type Identity struct {
	OpenID    string // for this app alone; always there
	UnionID   string // for all apps of one developer; always there
	UserID    string // in the tenant; needs contact:user.employee_id:readonly
	TenantKey string // the person's tenant
	Name      string
}

// Identify tells who has signed in on the page of AuthorizeURL, for the code that the browser brought back. It makes
// two calls: the code becomes a token of the person (CreateOAuthToken), which tells the ids (GetUserInfo). The person's
// token is forgotten here; Config.UserToken keeps one.
//
// A code works once, and for 5 minutes. One that was used gives ErrUnauthenticated with Code "20065" or "20003", one
// that is too old the same with "20004": send the person to AuthorizeURL again. Since the first call spends the code,
// so does every failure after it, and one whose outcome is unknown may have: never call again with the same code.
// Somebody who may not use the app gives ErrPermission (20010), somebody who has left ErrNotFound (20021).
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/authen-v1/user_info/get
func (c *Client) Identify(ctx context.Context, code string) (*Identity, error) {
	operation := feishuapi.OpCreateOAuthToken.ID
	if code == "" {
		return nil, invalid(operation, "the code is empty")
	}
	if err := clients.CheckField("code", clients.Secret(code)); err != nil {
		return nil, invalid(operation, err.Error())
	}
	answer, err := c.redeem(clients.WithSecrets(ctx, clients.Secret(code)), code)
	if err != nil {
		return nil, err
	}
	own := token.Token{Value: clients.Secret(answer.AccessToken), Refresh: clients.Secret(answer.RefreshToken)}
	info, err := c.whoever.GetUserInfo(clients.WithOwnToken(ctx, own))
	if err != nil {
		return nil, err
	}
	who := info.Data
	return &Identity{OpenID: who.OpenID, UnionID: who.UnionID, UserID: who.UserID, TenantKey: who.TenantKey,
		Name: who.Name}, nil
}

// redeemer makes a token of a code.
type redeemer func(ctx context.Context, code string) (*feishuapi.CreateOAuthTokenAnswer, error)

func newRedeemer(api *feishuapi.API, cfg Config) redeemer {
	return func(ctx context.Context, code string) (*feishuapi.CreateOAuthTokenAnswer, error) {
		return api.CreateOAuthToken(ctx, &feishuapi.CreateOAuthTokenRequest{
			ClientID: cfg.AppID, ClientSecret: string(cfg.AppSecret),
			GrantType: feishuapi.OAuthGrantTypeAuthorizationCode, Code: &code,
		})
	}
}

// newWhoever is GetUserInfo with the token in the context.
func newWhoever(core *clients.Client) *feishuapi.API {
	op := *feishuapi.OpGetUserInfo
	op.Security = [][]string{{ownScheme}}
	return feishuapi.NewAPI(core.As(&op))
}
