package wecom

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wecomapi"
)

// Where people sign in, unless Config.SignInURL or clients.WithBaseURL says otherwise.
const (
	inAppHost = "https://open.weixin.qq.com"
	webHost   = "https://login.work.weixin.qq.com"
	authorize = "authorize" // what errors of AuthorizeURL call it
)

// AuthorizeURL is WeCom's page to which a browser is sent to sign a person in. From there it goes to RedirectURI with
// the parameters code and state, or with state alone if the person refuses. code is for Identify: compare state first,
// which is what keeps somebody else's code from being slipped in.
//
// For clients.SurfaceInApp the page is opened inside WeCom's own app, where nobody is asked anything (scope
// snsapi_base); see AuthorizePrivateURL for private fields. For clients.SurfaceBrowser and clients.SurfaceQRCode there
// is one page, which shows a QR code for WeCom's app and, on a desk with WeCom running, a button. It needs
// Config.AgentID, except for third-party apps, whose own id stands there. To show the QR code on a page of your own,
// give the parameters of the address to ww.createWWLoginPanel of WeCom's script.
//
// RedirectURI must be on a trusted domain of the app (可信域名), port included; Identify is refused with 50001 otherwise.
// Keep State to letters and digits, at most 128 of them.
//
// Vendor pages: https://developer.work.weixin.qq.com/document/path/91022 and
// https://developer.work.weixin.qq.com/document/path/98152
func (c *Client) AuthorizeURL(r clients.SignIn) (string, error) {
	if err := r.Check(); err != nil {
		return "", invalid(authorize, err.Error())
	}
	if r.Surface == clients.SurfaceInApp {
		return c.inAppURL(r, "snsapi_base"), nil
	}
	query := url.Values{"login_type": {"ServiceApp"}, "appid": {c.suiteID}, "redirect_uri": {r.RedirectURI},
		"state": {r.State}}
	if c.suiteID == "" {
		if c.agentID == 0 {
			return "", invalid(authorize, "nothing but Config.AgentID tells the page which app it is about")
		}
		query.Set("login_type", "CorpApp")
		query.Set("appid", c.corpID)
		query.Set("agentid", strconv.FormatInt(c.agentID, 10))
	}
	return cmp.Or(c.signInURL, webHost) + "/wwlogin/sso/login?" + encoded(query), nil
}

// AuthorizePrivateURL is AuthorizeURL for a page inside WeCom's own app that asks the person for private fields (scope
// snsapi_privateinfo): Identity.UserTicket is there afterwards, for members whom the app may see. Surface must be
// clients.SurfaceInApp, and Config.AgentID is needed, except for third-party apps. Which fields the app may ask for is
// set in the console.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/91022
func (c *Client) AuthorizePrivateURL(r clients.SignIn) (string, error) {
	err := r.Check()
	switch {
	case err != nil:
	case r.Surface != clients.SurfaceInApp:
		err = errors.New("SignIn.Surface: WeCom asks for private fields inside its own app only, with SurfaceInApp")
	case c.suiteID == "" && c.agentID == 0:
		err = errors.New("without Config.AgentID WeCom asks for nothing private")
	}
	if err != nil {
		return "", invalid(authorize, err.Error())
	}
	return c.inAppURL(r, "snsapi_privateinfo"), nil
}

// inAppURL is the page for WeCom's own app, which looks for the fragment.
func (c *Client) inAppURL(r clients.SignIn, scope string) string {
	query := url.Values{"appid": {cmp.Or(c.suiteID, c.corpID)}, "redirect_uri": {r.RedirectURI},
		"response_type": {"code"}, "scope": {scope}, "state": {r.State}}
	if c.suiteID == "" && c.agentID != 0 {
		query.Set("agentid", strconv.FormatInt(c.agentID, 10))
	}
	return cmp.Or(c.signInURL, inAppHost) + "/connect/oauth2/authorize?" + encoded(query) + "#wechat_redirect"
}

// encoded writes a space as %20, which is one everywhere.
func encoded(query url.Values) string { return strings.ReplaceAll(query.Encode(), "+", "%20") }

// Identity is who has signed in. What is not known is empty.
type Identity struct {
	// UserID is the member's userid. For a member of a linked corp (企业互联, 上下游) it is "corpid/userid", which no
	// userid of one's own corp can be. Third-party apps get it encrypted. Empty for somebody who is no member at all.
	UserID string

	// OpenUserID is the member for all apps of one provider. Third-party apps only.
	OpenUserID string

	// CorpID is the member's corp.
	CorpID string

	// OpenID is the WeChat id of somebody who is no member, for this corp (for this provider, with third-party apps).
	OpenID string

	// ExternalUserID is somebody who is no member but a customer of one whom the app may see.
	ExternalUserID string

	// UserTicket opens the member's private fields for half an hour: give it to GetUserDetailByTicket, third-party apps
	// to GetThirdPartyUserDetail. Only after AuthorizePrivateURL, for members whom the app may see.
	UserTicket clients.Secret

	// External marks somebody who is not a member of the client's corp: a stranger, a customer, a member of a linked
	// corp. For a third-party app without Config.AuthCorpID every corp is its own.
	External bool
}

// Identify tells who has signed in on a page of AuthorizeURL, for the code that the browser brought back. It is one
// call, GetUserInfo, or GetThirdPartyUserInfo for third-party apps. Anybody with WeChat can open a page: look at
// External before letting somebody in.
//
// A code works once, for five minutes, and for the app that the page was about. One that was used, has expired or never
// was is ErrUnauthenticated with Code "40029", "42003" or "42022": send the person to AuthorizeURL again. With another
// code it is the app's secret that is refused, and sending people round does not help. Since the call spends the code,
// it is not repeated when its outcome is unknown (ErrOutcomeUnknown): never call again with the same code. A redirect
// domain that the app does not trust is ErrPermission, code "50001".
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/91023
func (c *Client) Identify(ctx context.Context, code string) (*Identity, error) {
	op := wecomapi.OpGetUserInfo
	if c.suiteID != "" {
		op = wecomapi.OpGetThirdPartyUserInfo
	}
	if code == "" || len(code) > 512 {
		return nil, invalid(op.ID, "the code is empty or longer than the 512 bytes that one may have")
	}
	ctx = clients.WithSecrets(ctx, clients.Secret(code))
	if c.suiteID != "" {
		return c.identifyThirdParty(ctx, code)
	}
	answer, err := c.GetUserInfo(ctx, &wecomapi.GetUserInfoParams{Code: code})
	if err != nil {
		return nil, err
	}
	who := &Identity{UserID: answer.UserID, OpenID: answer.OpenID, ExternalUserID: answer.ExternalUserID,
		UserTicket: clients.Secret(answer.UserTicket), External: answer.UserID == ""}
	if who.UserID != "" {
		who.CorpID = c.corpID
		if corp, _, linked := strings.Cut(who.UserID, "/"); linked {
			who.CorpID, who.External = corp, !strings.EqualFold(corp, c.corpID)
		}
	}
	return who, nil
}

func (c *Client) identifyThirdParty(ctx context.Context, code string) (*Identity, error) {
	answer, err := c.GetThirdPartyUserInfo(ctx, &wecomapi.GetThirdPartyUserInfoParams{Code: code})
	if err != nil {
		return nil, err
	}
	who := &Identity{UserID: answer.UserID, OpenUserID: answer.OpenUserID, CorpID: answer.CorpID,
		OpenID: answer.OpenID, UserTicket: clients.Secret(answer.UserTicket)}
	member := who.UserID != "" || who.OpenUserID != ""
	who.External = !member || c.corpID != "" && who.CorpID != c.corpID
	return who, nil
}
