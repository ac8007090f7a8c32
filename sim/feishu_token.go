package sim

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// feishuApp checks the credentials of an app and returns the holder of its tokens.
func feishuApp(id, secret string) (string, error) {
	demo := feishuCredentials()
	if !strings.HasPrefix(id, "cli_") || secret == "" {
		return "", feishuError{code: feishuapi.ErrorCodeMalformedAppCredential}
	}
	holder, right := feishuSelfBuilt, demo.AppSecret
	switch id {
	case demo.AppID:
	case demo.StoreAppID:
		holder, right = feishuStoreApp, demo.StoreAppSecret
	default:
		return "", feishuError{code: feishuapi.ErrorCodeAppUnavailable}
	}
	if secret != right { // the same code, and an empty data that recordings show
		return "", feishuError{code: feishuapi.ErrorCodeAppUnavailable, text: "app secret invalid", nothing: true}
	}
	return holder, nil
}

// token sells a token. While half an hour of its life is left it is the same one, with what is left of it; then a new one, and the
// old one stays good to its end. Lives of other lengths, which only an option makes, are split in the same proportion.
func (f *feishu) token(c *call, holder, prefix string) (token string, expire int64) {
	f.issueMu.Lock()
	defer f.issueMu.Unlock()
	lifetime := f.sim.config.tokenLifetime(VendorFeishu)
	g, ok := f.sim.tokens.current(VendorFeishu, holder, c.now)
	if !ok || g.expires.Sub(c.now) < min(30*time.Minute, lifetime/4) {
		g = f.sim.tokens.issue(VendorFeishu, holder, prefix, 40, c.now, lifetime)
	}
	return g.token, seconds(g.expires.Sub(c.now))
}

// GetTenantAccessTokenInternal sells the tenant token of the self-built app.
func (f *feishu) GetTenantAccessTokenInternal(ctx context.Context, r feishuserver.GetTenantAccessTokenInternalRequestObject) (feishuserver.GetTenantAccessTokenInternalResponseObject, error) {
	holder, err := feishuApp(r.Body.AppID, r.Body.AppSecret)
	if err != nil {
		return nil, err
	}
	if holder != feishuSelfBuilt {
		return nil, feishuError{code: feishuapi.ErrorCodeAppUnavailable, text: "app type invalid"}
	}
	token, expire := f.token(callOf(ctx), holder, "t-")
	return feishuserver.GetTenantAccessTokenInternal200JSONResponse{TenantAccessToken: &token, Expire: &expire}, nil
}

// GetAppAccessTokenInternal sells the same token under two names.
func (f *feishu) GetAppAccessTokenInternal(ctx context.Context, r feishuserver.GetAppAccessTokenInternalRequestObject) (feishuserver.GetAppAccessTokenInternalResponseObject, error) {
	holder, err := feishuApp(r.Body.AppID, r.Body.AppSecret)
	if err != nil {
		return nil, err
	}
	if holder != feishuSelfBuilt {
		return nil, feishuError{code: feishuapi.ErrorCodeAppUnavailable, text: "app type invalid"}
	}
	token, expire := f.token(callOf(ctx), holder, "t-")
	return feishuserver.GetAppAccessTokenInternal200JSONResponse{AppAccessToken: &token, TenantAccessToken: &token, Expire: &expire}, nil
}

// GetAppAccessToken sells the app token of the store app for the ticket that was pushed to it.
func (f *feishu) GetAppAccessToken(ctx context.Context, r feishuserver.GetAppAccessTokenRequestObject) (feishuserver.GetAppAccessTokenResponseObject, error) {
	holder, err := feishuApp(r.Body.AppID, r.Body.AppSecret)
	switch {
	case err != nil:
		return nil, err
	case holder != feishuStoreApp:
		return nil, feishuError{code: feishuapi.ErrorCodeAppUnavailable, text: "app type invalid"}
	case r.Body.AppTicket != feishuCredentials().StoreAppTicket:
		return nil, feishuError{code: feishuapi.ErrorCodeAppTicketStale}
	}
	token, expire := f.token(callOf(ctx), holder, "a-")
	return feishuserver.GetAppAccessToken200JSONResponse{AppAccessToken: &token, Expire: &expire}, nil
}

// GetTenantAccessToken sells the store app's token for the one tenant there is.
func (f *feishu) GetTenantAccessToken(ctx context.Context, r feishuserver.GetTenantAccessTokenRequestObject) (feishuserver.GetTenantAccessTokenResponseObject, error) {
	c := callOf(ctx)
	g, state := f.sim.tokens.check(VendorFeishu, r.Body.AppAccessToken, c.now)
	switch {
	case state != tokenGood, g.holder != feishuStoreApp:
		return nil, feishuError{code: feishuapi.ErrorCodeAppTokenInvalid}
	case r.Body.TenantKey != feishuCredentials().TenantKey:
		return nil, feishuError{code: feishuapi.ErrorCodeAppNotAuthorized}
	}
	token, expire := f.token(c, feishuStoreTenant, "t-")
	return feishuserver.GetTenantAccessToken200JSONResponse{TenantAccessToken: &token, Expire: &expire}, nil
}

// ResendAppTicket pushes the ticket again. There is nobody to push it to.
func (f *feishu) ResendAppTicket(_ context.Context, r feishuserver.ResendAppTicketRequestObject) (feishuserver.ResendAppTicketResponseObject, error) {
	holder, err := feishuApp(r.Body.AppID, r.Body.AppSecret)
	if err != nil {
		return nil, err
	}
	if holder != feishuStoreApp {
		return nil, feishuError{code: feishuapi.ErrorCodeAppTicketResendRefused}
	}
	return feishuserver.ResendAppTicket200JSONResponse{}, nil
}

// feishuTicketLife is how long a ticket for pages is good.
const feishuTicketLife = 2 * time.Hour

// feishuTicket is a ticket for pages.
type feishuTicket struct {
	text    string
	expires time.Time
}

// GetJSAPITicket sells the ticket for pages: one for each identity, the same one by the rule of the tokens.
func (f *feishu) GetJSAPITicket(ctx context.Context, _ feishuserver.GetJSAPITicketRequestObject) (feishuserver.GetJSAPITicketResponseObject, error) {
	c := callOf(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	owner := c.grant.holder
	if consent := f.consents[c.grant.token]; consent != nil {
		owner += strconv.Itoa(int(consent.person))
	}
	ticket := f.tickets[owner]
	if ticket.expires.Sub(c.now) < 30*time.Minute {
		f.serial++
		ticket = feishuTicket{deriveText(f.sim.config.seed, "feishu ticket", f.serial, hexDigits, 40), c.now.Add(feishuTicketLife)}
		f.tickets[owner] = ticket
	}
	return feishuserver.GetJSAPITicket200JSONResponse{
		Data: &feishuserver.JSAPITicket{Ticket: &ticket.text, ExpireIn: new(seconds(ticket.expires.Sub(c.now)))},
	}, nil
}
