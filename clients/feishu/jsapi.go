package feishu

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/gen/feishuapi"
)

// JSAPIOptions says how a page address is signed. The zero value is right for the H5 JSAPI.
type JSAPIOptions struct {
	// StripQuery signs the address without its query, as the web components want it.
	StripQuery bool
}

// JSAPISignature is what a page passes to the JSAPI's config, all of it together. As JSON it has the names that the
// JSAPI expects.
type JSAPISignature struct {
	AppID     string `json:"appId"`
	Timestamp int64  `json:"timestamp"` // milliseconds, for the page a number
	NonceStr  string `json:"nonceStr"`
	Signature string `json:"signature"`
}

// JSAPISignature signs the address of a web page, so that the page may call the JSAPI. pageURL is the address as the
// browser shows it, neither encoded nor decoded on the way; what follows # is not part of it. The ticket behind the
// signature is kept for its two hours and never given out. Web components may want a person's ticket: see [AsUser].
//
// Vendor page: https://open.feishu.cn/document/ukTMukTMukTM/uYTM5UjL2ETO14iNxkTN/h5_js_sdk/authorization
func (c *Client) JSAPISignature(ctx context.Context, pageURL string, o JSAPIOptions) (*JSAPISignature, error) {
	if scheme, rest, ok := strings.Cut(pageURL, "://"); !ok || rest == "" || !strings.EqualFold(scheme, "http") &&
		!strings.EqualFold(scheme, "https") {
		return nil, invalid(feishuapi.OpGetJSAPITicket.ID, "the page's address must begin with http:// or https://")
	}
	tickets, ok := c.tickets[clients.PreferredScheme(ctx)]
	if !ok {
		tickets = c.tickets[tenantScheme]
	}
	ticket, err := tickets.Token(ctx)
	if err != nil {
		if ctx.Err() != nil {
			_, err = c.GetJSAPITicket(ctx) // sends nothing any more, and words that error as those of all calls
		}
		return nil, err
	}
	now, nonce := c.core.Now().UnixMilli(), rand.Text()
	return &JSAPISignature{AppID: c.appID, Timestamp: now, NonceStr: nonce,
		Signature: sign(ticket.Value, nonce, now, pageURL, o)}, nil
}

// sign is lower-case hex SHA-1 over the four values in this order, none of them encoded.
func sign(ticket clients.Secret, nonce string, timestamp int64, pageURL string, o JSAPIOptions) string {
	pageURL, _, _ = strings.Cut(pageURL, "#")
	if o.StripQuery {
		pageURL, _, _ = strings.Cut(pageURL, "?")
	}
	sum := sha1.Sum(fmt.Appendf(nil, "jsapi_ticket=%s&noncestr=%s&timestamp=%d&url=%s", string(ticket), nonce,
		timestamp, pageURL))
	return hex.EncodeToString(sum[:])
}

// ticketSources keep one ticket for the app and one for the person: the quota of the operation is very small.
func ticketSources(c *clients.Client, api *feishuapi.API, cfg Config) (map[string]token.Source, error) {
	person := cfg.UserToken.start()
	if person == "" {
		person = clients.Secret(rand.Text()) // nobody knows who it is: a shared store must not mix people up
	}
	sources := make(map[string]token.Source)
	for scheme, identity := range map[string]clients.Secret{tenantScheme: cfg.AppSecret, userScheme: person} {
		source, err := c.NewTokenSource(func(ctx context.Context, _ token.Token) (token.Token, error) {
			asked := c.Now()
			answer, err := api.GetJSAPITicket(clients.WithScheme(ctx, scheme))
			if err != nil {
				return token.Token{}, err
			}
			if answer.Data.ExpireIn <= 0 {
				return token.Token{}, bad(feishuapi.OpGetJSAPITicket.ID, "the ticket comes without a lifetime")
			}
			return token.Token{Value: clients.Secret(answer.Data.Ticket),
				Expiry: asked.Add(token.Lifetime(answer.Data.ExpireIn, 0))}, nil
		}, "jsapi", scheme, cfg.AppID, string(identity))
		if err != nil {
			return nil, err
		}
		sources[scheme] = source
	}
	return sources, nil
}
