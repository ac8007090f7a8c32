package dingtalk

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/dingtalkapi"
)

const (
	signInPage = "https://login.dingtalk.com"
	authorize  = "authorize" // what errors of AuthorizeURL call it
)

// UserToken says where the tokens of one person come from, for the calls that take a person's token and not the app's.
// A program that acts for several people makes a client for each.
type UserToken struct {
	// Source hands out tokens that somebody else looks after, such as token.Static. GetUserToken gives them, for a code
	// or for the refresh token that came with the last one.
	Source token.Source
}

// AuthorizeURL is DingTalk's page on which a person signs in, with the QR code that DingTalk's app reads and other ways
// beside it. From there the browser goes to RedirectURI with the parameters state and authCode (and code, which is the
// same), or with error. authCode is for Identify: compare state first, which is what keeps somebody else's code from
// being slipped in.
//
// There is one page, for clients.SurfaceBrowser and clients.SurfaceQRCode. To show the QR code on a page of your own,
// give the parameters of the address to DTFrameLogin of DingTalk's script. There is none for clients.SurfaceInApp,
// which is refused with ErrInvalidArgument: a page inside DingTalk's app calls dd.requestAuthCode, sees no other page,
// and has a code for IdentifyInApp.
//
// The page of an internal app lets only members of the corp in. That of a third-party app asks for Config.AuthCorpID.
// The host is login.dingtalk.com, except behind a base URL that somebody has chosen (clients.WithBaseURL).
//
// Vendor page: https://open.dingtalk.com/document/development/obtain-identity-credentials
func (c *Client) AuthorizeURL(r clients.SignIn) (string, error) {
	err := r.Check()
	if err == nil && r.Surface == clients.SurfaceInApp {
		err = errors.New("SignIn.Surface: inside its app DingTalk has no page for this; " +
			"call dd.requestAuthCode there, and IdentifyInApp with what it gives")
	}
	if err != nil {
		return "", &clients.Error{Vendor: vendorName, Operation: authorize, Kind: clients.KindInvalidArgument,
			Message: err.Error()}
	}
	query := url.Values{"client_id": {c.clientID}, "response_type": {"code"}, "redirect_uri": {r.RedirectURI},
		"state": {r.State}, "prompt": {"consent"}, "scope": {"openid"}}
	if c.authCorpID != "" {
		query.Set("scope", "openid corpid")
		query.Set("corpId", c.authCorpID)
	}
	base := signInPage
	if own := c.core.BaseURL(); own != baseURL {
		base = own
	}
	return base + "/oauth2/auth?" + strings.ReplaceAll(query.Encode(), "+", "%20"), nil
}

// Identity is who has signed in. What is not known is empty.
type Identity struct {
	UserID  string // in the corp; empty for External
	UnionID string // in the corp and in others, for the apps of one developer
	OpenID  string // in this app alone; not from IdentifyInApp
	Name    string // after IdentifyInApp that of the corp, else what the person goes by at DingTalk
	CorpID  string // the corp that the person chose on the page; only if the page asked

	// External marks somebody who is no member of the corp: an external contact, or a stranger, to whom the page of a
	// third-party app is open.
	External bool
}

// Identify tells who has signed in on the page of AuthorizeURL, for the authCode that the browser brought back. It
// makes three calls: the code becomes a token of the person (GetUserToken), the token tells the unionid
// (GetContactUser), and the app's own token turns that into a userid (GetUserIDByUnionIDV2). The person's token and the
// refresh token that comes with it are forgotten here. The app needs the permission Contact.User.Read.
//
// A code works once; DingTalk does not say how long it lives, take it for five minutes. One that is unknown, spent or
// too old gives ErrUnauthenticated with Code "invalidParameter.authCode.notFound": send the person to AuthorizeURL
// again. Since the first call spends the code, so does every failure after it, and a failure whose outcome is unknown
// may have: never call again with the same code.
//
// A code that dd.requestAuthCode gave inside DingTalk's app is of another kind, and for IdentifyInApp. Nothing in a
// code tells the two apart, and trying one after the other would spend a code on the way, so there are two methods.
//
// Vendor page: https://open.dingtalk.com/document/development/tutorial-obtaining-user-personal-information
func (c *Client) Identify(ctx context.Context, code string) (*Identity, error) {
	if err := checkCode(dingtalkapi.OpGetUserToken.ID, code); err != nil {
		return nil, err
	}
	answer, err := c.redeem(clients.WithSecrets(ctx, clients.Secret(code)), code)
	if err != nil {
		return nil, err
	}
	own := token.Token{Value: clients.Secret(answer.AccessToken), Refresh: clients.Secret(answer.RefreshToken)}
	me, err := c.GetContactUser(clients.WithOwnToken(ctx, own), "me")
	if err != nil {
		return nil, err
	}
	who := &Identity{UnionID: me.UnionID, OpenID: me.OpenID, Name: me.Nick, CorpID: answer.CorpID}
	found, err := c.GetUserIDByUnionIDV2(ctx, &dingtalkapi.GetUserIDByUnionIDV2Request{UnionID: me.UnionID})
	switch {
	case errors.Is(err, clients.ErrNotFound):
		who.External = true
	case err != nil:
		return nil, err
	default:
		who.UserID = found.Result.UserID
		if kind := found.Result.ContactType; kind != nil && *kind == contactExternal {
			who.UserID, who.External = "", true
		}
	}
	return who, nil
}

func (cfg *Config) redeemer(
	api *dingtalkapi.API,
) func(ctx context.Context, code string) (*dingtalkapi.GetUserTokenAnswer, error) {
	id, secret := cmp.Or(cfg.AppKey, cfg.SuiteKey), cmp.Or(cfg.AppSecret, cfg.SuiteSecret)
	return func(ctx context.Context, code string) (*dingtalkapi.GetUserTokenAnswer, error) {
		return api.GetUserToken(ctx, &dingtalkapi.GetUserTokenRequest{ClientID: id, ClientSecret: string(secret),
			Code: &code, GrantType: dingtalkapi.UserGrantTypeAuthorizationCode})
	}
}

// contactExternal is the contact_type of an external contact, who has an id of its own kind.
const contactExternal = 1

// IdentifyInApp tells who opened a page or mini-program inside DingTalk's app, for the code that dd.requestAuthCode
// (dd.getAuthCode in mini-programs) gave there. It makes one call, GetUserByAuthCode.
//
// A code works once and lives five minutes. One that is unknown, spent or too old gives ErrUnauthenticated with Code
// "40078": have the page ask for another one, which needs nobody's consent. As with Identify, never call again with the
// same code. There is no state here: tie the code to the session in which the page was served.
//
// Vendor page: https://open.dingtalk.com/document/development/obtain-the-userid-of-a-user-by-using-the-log-free
func (c *Client) IdentifyInApp(ctx context.Context, code string) (*Identity, error) {
	if err := checkCode(dingtalkapi.OpGetUserByAuthCode.ID, code); err != nil {
		return nil, err
	}
	answer, err := c.GetUserByAuthCode(clients.WithSecrets(ctx, clients.Secret(code)),
		&dingtalkapi.GetUserByAuthCodeRequest{Code: code})
	if err != nil {
		return nil, err
	}
	r := answer.Result
	return &Identity{UserID: r.UserID, UnionID: r.UnionID, Name: r.Name}, nil
}

// checkCode refuses what cannot be a code before it is sent.
func checkCode(operation, code string) error {
	err := clients.CheckField("code", clients.Secret(code))
	if err == nil && code == "" {
		err = errors.New("the code is empty")
	}
	if err != nil {
		return &clients.Error{Vendor: vendorName, Operation: operation, Kind: clients.KindInvalidArgument,
			Message: err.Error()}
	}
	return nil
}
