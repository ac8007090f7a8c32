package wps

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wpsapi"
)

const (
	authorize   = "authorize"          // what errors of AuthorizeURL call it
	signInScope = "kso.user_base.read" // what GetCurrentUser needs
	ownScheme   = "signInBearer"       // the token of somebody who is just signing in
)

// AuthorizeURL is the page on which a person signs in, in any browser. From there the browser goes to RedirectURI with
// the parameters code and state, or with error. The code is for Identify: compare state first, which is what keeps
// somebody else's code from being slipped in.
//
// WPS wants the address of the return once more beside the code, so that Config.RedirectURI is required, and
// SignIn.RedirectURI must be the same. The page asks for the permission kso.user_base.read and nothing else; the app
// needs it too. Its host is the client's base URL, or Config.TokenBaseURL if that is set.
//
// The vendor documents this one page, clients.SurfaceBrowser. The other surfaces are refused with ErrInvalidArgument.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) AuthorizeURL(r clients.SignIn) (string, error) {
	err := r.Check()
	switch {
	case err != nil:
	case r.Surface != clients.SurfaceBrowser:
		err = fmt.Errorf("SignIn.Surface: WPS 365 documents a page for any browser and none for %v", r.Surface)
	case c.redirectURI == "":
		err = errors.New("Config.RedirectURI is required: Identify needs it, because WPS wants it beside the code")
	case r.RedirectURI != c.redirectURI:
		err = errors.New("SignIn.RedirectURI differs from Config.RedirectURI, which Identify names to WPS")
	}
	if err != nil {
		return "", invalid(authorize, err.Error())
	}
	base := c.grants.baseURL
	if base == "" {
		base = c.core.BaseURL()
	}
	query := url.Values{"client_id": {c.appID}, "response_type": {"code"}, "redirect_uri": {r.RedirectURI},
		"scope": {signInScope}, "state": {r.State}} // several scopes would have commas between them
	return base + "/oauth2/auth?" + strings.ReplaceAll(query.Encode(), "+", "%20"), nil
}

// Identity is who has signed in.
type Identity struct {
	UserID    string // as GetUser takes it
	CompanyID string // the person's company: another one than the app's for a guest
	ExUserID  string // id in the outer identity source; "" if WPS does not say
	Name      string

	// External marks a guest from outside the company. It is nil if WPS does not say.
	External *bool
}

// Identify tells who has signed in on the page of AuthorizeURL, for the code that the browser brought back. It makes
// two calls: the code becomes a token of the person, which tells the ids (GetCurrentUser). The person's token and the
// refresh token that comes with it are forgotten here; ExchangeCode keeps them.
//
// A code works once and for about ten minutes. One that is unknown, spent, too old, or was sent to another address
// gives ErrUnauthenticated with Code "40100009" (invalid_grant), without telling which: send the person to AuthorizeURL
// again. A wrong Config.AppKey is ErrUnauthenticated too, with Code "40100008". Since the first call spends the code,
// so does every failure after it, and one whose outcome is unknown may have: never call again with the same code.
//
// Vendor page:
// https://open.wps.cn/documents/app-integration-dev/wps365/server/certification-authorization/user-authorization/user-info
func (c *Client) Identify(ctx context.Context, code string) (*Identity, error) {
	operation := wpsapi.OpOAuthToken.ID
	if err := clients.CheckField("code", clients.Secret(code)); err != nil {
		return nil, invalid(operation, err.Error())
	}
	if c.redirectURI == "" {
		return nil, invalid(operation, "Config.RedirectURI is required: WPS wants it beside the code")
	}
	own, err := c.ExchangeCode(ctx, code, c.redirectURI)
	if err != nil {
		return nil, err
	}
	answer, err := c.whoever.GetCurrentUser(clients.WithOwnToken(ctx, own))
	if err != nil {
		return nil, err
	}
	user := answer.Data
	who := &Identity{UserID: user.ID, CompanyID: user.CompanyID, ExUserID: user.ExUserID, Name: user.UserName}
	switch {
	case user.TypeV2 == wpsapi.UserTypeV2ExternalGuest || user.Type == wpsapi.UserTypeExternalContact:
		who.External = new(true)
	case user.TypeV2 == wpsapi.UserTypeV2CompanyMember || user.Type == wpsapi.UserTypeCompanyUser:
		who.External = new(false)
	}
	return who, nil
}

// newWhoever is GetCurrentUser with the token in the context.
func newWhoever(core *clients.Client) *wpsapi.API {
	op := *wpsapi.OpGetCurrentUser
	op.Security = [][]string{{ownScheme, "kso1"}}
	return wpsapi.NewAPI(core.As(&op))
}
