package dingtalk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// signature makes the signature of a third-party or custom app: HMAC-SHA256 with the secret as key over the timestamp,
// a line feed and the ticket. Without any ticket, as opposed to an empty one, there is no line feed either.
func signature(secret, timestamp string, ticket *string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp))
	if ticket != nil {
		mac.Write([]byte("\n" + *ticket))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// checkSignature verifies the signed query of a call with the secret of its key, byte for byte, and tells whose key it
// is. The query is decoded once: a signature that was encoded twice or not at all differs.
func checkSignature(query url.Values, now time.Time) (holder string, ticket *string, err error) {
	demo := Demo()
	millis, err := strconv.ParseInt(query.Get("timestamp"), 10, 64)
	if err != nil || millis < 1e12 { // a time in seconds has fewer digits
		return "", nil, refusal{code: dingtalkapi.ErrorCodeSignatureTimestampMalformed}
	}
	if off := now.Sub(time.UnixMilli(millis)).Abs(); off > time.Minute {
		return "", nil, refusal{code: dingtalkapi.ErrorCodeSignatureClockSkew}
	}
	secrets := map[string]struct{ holder, secret string }{
		demo.SuiteKey:  {holderThirdParty, demo.SuiteSecret},
		demo.CustomKey: {holderCustom, demo.CustomSecret},
	}
	app, ok := secrets[query.Get("accessKey")]
	if !ok {
		return "", nil, refusal{code: dingtalkapi.ErrorCodeSignatureUnknownKey}
	}
	if query.Has("suiteTicket") {
		ticket = new(query.Get("suiteTicket"))
	}
	want := signature(app.secret, query.Get("timestamp"), ticket)
	if !hmac.Equal([]byte(want), []byte(query.Get("signature"))) {
		return "", nil, refusal{code: dingtalkapi.ErrorCodeSignatureMismatch}
	}
	return app.holder, ticket, nil
}

// isNewest tells whether a ticket is the one pushed last to the third-party app.
func (k *Vendor) isNewest(ticket string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return ticket == k.ticket
}

// GetCorpToken sells a token of a third-party or custom app for the corp, against a signature.
func (k *Vendor) GetCorpToken(ctx context.Context,
	r dingtalkserver.GetCorpTokenRequestObject) (dingtalkserver.GetCorpTokenResponseObject, error) {
	c := desk.CallOf(ctx)
	holder, ticket, err := checkSignature(c.Request.URL.Query(), c.Now)
	switch {
	case err != nil:
		return nil, err
	case holder == holderThirdParty && (ticket == nil || !k.isNewest(*ticket)): // custom apps may send any
		return nil, refusal{code: dingtalkapi.ErrorCodeUnknownSuiteTicket}
	case r.Body.AuthCorpID == "":
		return nil, refusal{code: dingtalkapi.ErrorCodeAuthCorpIDMissing}
	case r.Body.AuthCorpID != Demo().CorpID:
		return nil, refusal{code: dingtalkapi.ErrorCodeSuiteNotAuthorized}
	}
	token, life := k.corpToken(c, holder)
	return dingtalkserver.GetCorpToken200JSONResponse{AccessToken: &token, ExpiresIn: &life}, nil
}

// GetSuiteToken sells the token of the third-party app itself.
func (k *Vendor) GetSuiteToken(ctx context.Context,
	r dingtalkserver.GetSuiteTokenRequestObject) (dingtalkserver.GetSuiteTokenResponseObject, error) {
	demo := Demo()
	switch {
	case r.Body.SuiteKey != demo.SuiteKey || r.Body.SuiteSecret != demo.SuiteSecret:
		return nil, refusal{code: dingtalkapi.ErrorCodeSuiteKeyMismatch}
	case !k.isNewest(r.Body.SuiteTicket):
		return nil, refusal{code: dingtalkapi.ErrorCodeUnknownSuiteTicket}
	}
	token, life := k.corpToken(desk.CallOf(ctx), holderSuite)
	return dingtalkserver.GetSuiteToken200JSONResponse{SuiteAccessToken: &token, ExpiresIn: &life}, nil
}

// GetSuiteAccessToken sells the token of the third-party app itself on the new host.
func (k *Vendor) GetSuiteAccessToken(ctx context.Context,
	r dingtalkserver.GetSuiteAccessTokenRequestObject) (dingtalkserver.GetSuiteAccessTokenResponseObject, error) {
	demo := Demo()
	switch {
	case r.Body.SuiteKey != demo.SuiteKey || r.Body.SuiteSecret != demo.SuiteSecret:
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidSuiteKey)}
	case !k.isNewest(r.Body.SuiteTicket):
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidSuiteTicket)}
	}
	token, life := k.corpToken(desk.CallOf(ctx), holderSuite)
	return dingtalkserver.GetSuiteAccessToken200JSONResponse{AccessToken: &token, ExpireIn: &life}, nil
}

// GetCorpAccessToken sells a token of a third-party or custom app for the corp on the new host, where nothing is
// signed.
func (k *Vendor) GetCorpAccessToken(ctx context.Context,
	r dingtalkserver.GetCorpAccessTokenRequestObject) (dingtalkserver.GetCorpAccessTokenResponseObject, error) {
	demo := Demo()
	holder := holderThirdParty
	switch {
	case r.Body.SuiteKey == demo.CustomKey && r.Body.SuiteSecret == demo.CustomSecret:
		holder = holderCustom
	case r.Body.SuiteKey != demo.SuiteKey || r.Body.SuiteSecret != demo.SuiteSecret:
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidSuiteKey)}
	case !k.isNewest(r.Body.SuiteTicket):
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidSuiteTicket)}
	}
	if r.Body.AuthCorpID != demo.CorpID {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidAuthorization)}
	}
	token, life := k.corpToken(desk.CallOf(ctx), holder)
	return dingtalkserver.GetCorpAccessToken200JSONResponse{AccessToken: &token, ExpireIn: &life}, nil
}
