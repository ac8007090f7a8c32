package feishu

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// app checks the credentials of an app and returns the holder of its tokens.
func (f *Vendor) app(id, secret string) (string, error) {
	demo := Demo()
	if f.desk.Suffers(Name, desk.CauseSecretOfAnotherKind) {
		demo.AppID = "" // Lark's
	}
	if !strings.HasPrefix(id, "cli_") || secret == "" {
		return "", refusal{code: feishuapi.ErrorCodeMalformedAppCredential}
	}
	holder, right := selfBuilt, demo.AppSecret
	switch id {
	case demo.AppID:
	case demo.StoreAppID:
		holder, right = storeApp, demo.StoreAppSecret
	default:
		return "", refusal{code: feishuapi.ErrorCodeAppUnavailable}
	}
	if secret != right { // the same code, and an empty data that recordings show
		return "", refusal{code: feishuapi.ErrorCodeAppUnavailable, text: "app secret invalid", nothing: true}
	}
	return holder, nil
}

// token sells a token. While half an hour of its life is left it is the same one, with what is left of it; then a new
// one, and the old one stays good to its end. Lives of other lengths, which only an option makes, are split in the same
// proportion.
func (f *Vendor) token(c *desk.Call, holder, prefix string) (token string, expire int64) {
	f.issueMu.Lock()
	defer f.issueMu.Unlock()
	lifetime := f.desk.TokenLifetime(Name)
	g, ok := f.desk.Tokens.Current(Name, holder, c.Now)
	if !ok || g.Expires.Sub(c.Now) < min(30*time.Minute, lifetime/4) {
		g = f.desk.Tokens.Issue(Name, holder, prefix, 40, c.Now, lifetime)
	}
	return g.Token, desk.Seconds(g.Expires.Sub(c.Now))
}

// GetTenantAccessTokenInternal sells the tenant token of the self-built app.
func (f *Vendor) GetTenantAccessTokenInternal(ctx context.Context,
	r feishuserver.GetTenantAccessTokenInternalRequestObject) (feishuserver.GetTenantAccessTokenInternalResponseObject,
	error) {
	holder, err := f.app(r.Body.AppID, r.Body.AppSecret)
	if err != nil {
		return nil, err
	}
	if holder != selfBuilt {
		return nil, refusal{code: feishuapi.ErrorCodeAppUnavailable, text: "app type invalid"}
	}
	token, expire := f.token(desk.CallOf(ctx), holder, "t-")
	return feishuserver.GetTenantAccessTokenInternal200JSONResponse{TenantAccessToken: &token, Expire: &expire}, nil
}

// GetAppAccessTokenInternal sells the same token under two names.
func (f *Vendor) GetAppAccessTokenInternal(ctx context.Context,
	r feishuserver.GetAppAccessTokenInternalRequestObject) (feishuserver.GetAppAccessTokenInternalResponseObject,
	error) {
	holder, err := f.app(r.Body.AppID, r.Body.AppSecret)
	if err != nil {
		return nil, err
	}
	if holder != selfBuilt {
		return nil, refusal{code: feishuapi.ErrorCodeAppUnavailable, text: "app type invalid"}
	}
	token, expire := f.token(desk.CallOf(ctx), holder, "t-")
	return feishuserver.GetAppAccessTokenInternal200JSONResponse{AppAccessToken: &token, TenantAccessToken: &token,
		Expire: &expire}, nil
}

// GetAppAccessToken sells the app token of the store app for the ticket that was pushed to it.
func (f *Vendor) GetAppAccessToken(ctx context.Context,
	r feishuserver.GetAppAccessTokenRequestObject) (feishuserver.GetAppAccessTokenResponseObject, error) {
	holder, err := f.app(r.Body.AppID, r.Body.AppSecret)
	switch {
	case err != nil:
		return nil, err
	case holder != storeApp:
		return nil, refusal{code: feishuapi.ErrorCodeAppUnavailable, text: "app type invalid"}
	case r.Body.AppTicket != Demo().StoreAppTicket:
		return nil, refusal{code: feishuapi.ErrorCodeAppTicketStale}
	}
	token, expire := f.token(desk.CallOf(ctx), holder, "a-")
	return feishuserver.GetAppAccessToken200JSONResponse{AppAccessToken: &token, Expire: &expire}, nil
}

// GetTenantAccessToken sells the store app's token for the one tenant there is.
func (f *Vendor) GetTenantAccessToken(ctx context.Context,
	r feishuserver.GetTenantAccessTokenRequestObject) (feishuserver.GetTenantAccessTokenResponseObject, error) {
	c := desk.CallOf(ctx)
	g, state := f.desk.Tokens.Check(Name, r.Body.AppAccessToken, c.Now)
	switch {
	case state != desk.TokenGood, g.Holder != storeApp:
		return nil, refusal{code: feishuapi.ErrorCodeAppTokenInvalid}
	case r.Body.TenantKey != Demo().TenantKey:
		return nil, refusal{code: feishuapi.ErrorCodeAppNotAuthorized}
	}
	token, expire := f.token(c, storeTenant, "t-")
	return feishuserver.GetTenantAccessToken200JSONResponse{TenantAccessToken: &token, Expire: &expire}, nil
}

// ResendAppTicket pushes the ticket again. There is nobody to push it to.
func (f *Vendor) ResendAppTicket(_ context.Context,
	r feishuserver.ResendAppTicketRequestObject) (feishuserver.ResendAppTicketResponseObject, error) {
	holder, err := f.app(r.Body.AppID, r.Body.AppSecret)
	if err != nil {
		return nil, err
	}
	if holder != storeApp {
		return nil, refusal{code: feishuapi.ErrorCodeAppTicketResendRefused}
	}
	return feishuserver.ResendAppTicket200JSONResponse{}, nil
}

// ticketLife is how long a ticket for pages is good.
const ticketLife = 2 * time.Hour

// jsapiTicket is a ticket for pages.
type jsapiTicket struct {
	text    string
	expires time.Time
}

// GetJSAPITicket sells the ticket for pages: one for each identity, the same one by the rule of the tokens.
func (f *Vendor) GetJSAPITicket(ctx context.Context,
	_ feishuserver.GetJSAPITicketRequestObject) (feishuserver.GetJSAPITicketResponseObject, error) {
	c := desk.CallOf(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	owner := c.Grant.Holder
	if consent := f.consents[c.Grant.Token]; consent != nil {
		owner += strconv.Itoa(int(consent.person))
	}
	ticket := f.tickets[owner]
	if ticket.expires.Sub(c.Now) < 30*time.Minute {
		f.serial++
		ticket = jsapiTicket{company.DeriveText(f.desk.Seed, "feishu ticket", f.serial, company.HexDigits, 40),
			c.Now.Add(ticketLife)}
		f.tickets[owner] = ticket
	}
	return feishuserver.GetJSAPITicket200JSONResponse{
		Data: &feishuserver.JSAPITicket{Ticket: &ticket.text, ExpireIn: new(desk.Seconds(ticket.expires.Sub(c.Now)))},
	}, nil
}
