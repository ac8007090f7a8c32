package dingtalk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
)

// Signature is what DingTalk calls the signature of a third-party app's request: HMAC-SHA256 with the suite secret as
// key over the time in milliseconds, a line feed and the suite ticket, in standard Base64. An empty ticket keeps the
// line feed. The client signs its own calls by itself; this is for calls that it does not have, such as
// service/get_auth_info. Encode the result once when it goes into a query.
//
// Vendor page:
// https://open.dingtalk.com/document/development/the-signature-calculation-method-of-the-third-party-access-interface
func Signature(secret clients.Secret, at time.Time, ticket clients.Secret) string {
	return sign(secret, millis(at)+"\n"+string(ticket))
}

// SignatureWithoutTicket is the variant over the time alone, without the line feed, that the calls of personal login
// (sns/getuserinfo_bycode) take.
//
// Vendor page: https://open.dingtalk.com/document/development/signature-personal-registration
func SignatureWithoutTicket(secret clients.Secret, at time.Time) string {
	return sign(secret, millis(at))
}

func sign(secret clients.Secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func millis(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

// StaticTicket returns a SuiteTicket that always gives the same text: enough for custom apps and tests, which may use
// any. The ticket of a third-party app changes about every five hours.
func StaticTicket(ticket clients.Secret) func(context.Context) (clients.Secret, error) {
	return func(context.Context) (clients.Secret, error) { return ticket, nil }
}

// ticketSource hands out the suite ticket as if it were a token, which puts it among what must not show in the call's
// errors.
type ticketSource func(context.Context) (clients.Secret, error)

func (s ticketSource) Token(ctx context.Context) (token.Token, error) {
	ticket, err := s(ctx)
	if err != nil {
		return token.Token{}, fmt.Errorf("Config.SuiteTicket failed: %w", err)
	}
	if strings.TrimSpace(string(ticket)) != string(ticket) {
		return token.Token{},
			errors.New("Config.SuiteTicket gave a ticket with white space around it, such as a line end")
	}
	return token.Token{Value: ticket}, nil
}

// Invalidate does nothing: the next ticket comes when DingTalk pushes it.
func (s ticketSource) Invalidate(token.Token) {}

const ticketParameter = "suiteTicket"

// signature is the security scheme isvSignature. Only the ticket and the time are signed, neither body nor path.
func (cfg *Config) signature() clients.Credential {
	if cfg.SuiteKey == "" {
		return clients.Credential{Missing: "Config.SuiteKey"}
	}
	return clients.Credential{
		Source: ticketSource(cfg.SuiteTicket),
		Query:  ticketParameter,
		Sign: func(req *http.Request, _ []byte, now time.Time) error {
			query := req.URL.Query()
			query.Set("accessKey", cfg.SuiteKey)
			query.Set("timestamp", millis(now))
			query.Set("signature", Signature(cfg.SuiteSecret, now, clients.Secret(query.Get(ticketParameter))))
			// Encode is the one and only encoding. It writes a space as "+", which DingTalk's own code turns into %20.
			req.URL.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
			return nil
		},
	}
}
