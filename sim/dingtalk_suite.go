package sim

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// dingTalkSignature makes the signature of a third-party or custom app: HMAC-SHA256 with the secret as key over the timestamp, a line
// feed and the ticket. Without any ticket, as opposed to an empty one, there is no line feed either.
func dingTalkSignature(secret, timestamp string, ticket *string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp))
	if ticket != nil {
		mac.Write([]byte("\n" + *ticket))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// checkDingTalkSignature holds the signed query of a call against the secret of its key, byte for byte, and tells whose key it is. The query
// is decoded once: a signature that was encoded twice or not at all differs.
func checkDingTalkSignature(query url.Values, now time.Time) (holder string, ticket *string, err error) {
	demo := dingTalkCredentials()
	millis, err := strconv.ParseInt(query.Get("timestamp"), 10, 64)
	if err != nil || millis < 1e12 { // a time in seconds has fewer digits
		return "", nil, dingTalkError{code: dingtalkapi.ErrorCodeSignatureTimestampMalformed}
	}
	if off := now.Sub(time.UnixMilli(millis)).Abs(); off > time.Minute {
		return "", nil, dingTalkError{code: dingtalkapi.ErrorCodeSignatureClockSkew}
	}
	secrets := map[string]struct{ holder, secret string }{
		demo.SuiteKey:  {dingTalkThirdParty, demo.SuiteSecret},
		demo.CustomKey: {dingTalkCustom, demo.CustomSecret},
	}
	app, ok := secrets[query.Get("accessKey")]
	if !ok {
		return "", nil, dingTalkError{code: dingtalkapi.ErrorCodeSignatureUnknownKey}
	}
	if query.Has("suiteTicket") {
		ticket = new(query.Get("suiteTicket"))
	}
	want := dingTalkSignature(app.secret, query.Get("timestamp"), ticket)
	if !hmac.Equal([]byte(want), []byte(query.Get("signature"))) {
		return "", nil, dingTalkError{code: dingtalkapi.ErrorCodeSignatureMismatch}
	}
	return app.holder, ticket, nil
}

// isNewest tells whether a ticket is the one pushed last to the third-party app.
func (k *dingTalk) isNewest(ticket string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return ticket == k.ticket
}

// GetCorpToken sells a token of a third-party or custom app for the corp, against a signature.
func (k *dingTalk) GetCorpToken(ctx context.Context, r dingtalkserver.GetCorpTokenRequestObject) (dingtalkserver.GetCorpTokenResponseObject, error) {
	c := callOf(ctx)
	holder, ticket, err := checkDingTalkSignature(c.request.URL.Query(), c.now)
	switch {
	case err != nil:
		return nil, err
	case holder == dingTalkThirdParty && (ticket == nil || !k.isNewest(*ticket)): // custom apps may send any
		return nil, dingTalkError{code: dingtalkapi.ErrorCodeUnknownSuiteTicket}
	case r.Body.AuthCorpID == "":
		return nil, dingTalkError{code: dingtalkapi.ErrorCodeAuthCorpIDMissing}
	case r.Body.AuthCorpID != dingTalkCredentials().CorpID:
		return nil, dingTalkError{code: dingtalkapi.ErrorCodeSuiteNotAuthorized}
	}
	token, life := k.corpToken(c, holder)
	return dingtalkserver.GetCorpToken200JSONResponse{AccessToken: &token, ExpiresIn: &life}, nil
}

// GetSuiteToken sells the token of the third-party app itself.
func (k *dingTalk) GetSuiteToken(ctx context.Context, r dingtalkserver.GetSuiteTokenRequestObject) (dingtalkserver.GetSuiteTokenResponseObject, error) {
	demo := dingTalkCredentials()
	switch {
	case r.Body.SuiteKey != demo.SuiteKey || r.Body.SuiteSecret != demo.SuiteSecret:
		return nil, dingTalkError{code: dingtalkapi.ErrorCodeSuiteKeyMismatch}
	case !k.isNewest(r.Body.SuiteTicket):
		return nil, dingTalkError{code: dingtalkapi.ErrorCodeUnknownSuiteTicket}
	}
	token, life := k.corpToken(callOf(ctx), dingTalkSuite)
	return dingtalkserver.GetSuiteToken200JSONResponse{SuiteAccessToken: &token, ExpiresIn: &life}, nil
}

// GetSuiteAccessToken sells the token of the third-party app itself on the new host.
func (k *dingTalk) GetSuiteAccessToken(ctx context.Context, r dingtalkserver.GetSuiteAccessTokenRequestObject) (dingtalkserver.GetSuiteAccessTokenResponseObject, error) {
	demo := dingTalkCredentials()
	switch {
	case r.Body.SuiteKey != demo.SuiteKey || r.Body.SuiteSecret != demo.SuiteSecret:
		return nil, dingTalkError{word: string(dingtalkapi.NewHostErrorCodeInvalidSuiteKey)}
	case !k.isNewest(r.Body.SuiteTicket):
		return nil, dingTalkError{word: string(dingtalkapi.NewHostErrorCodeInvalidSuiteTicket)}
	}
	token, life := k.corpToken(callOf(ctx), dingTalkSuite)
	return dingtalkserver.GetSuiteAccessToken200JSONResponse{AccessToken: &token, ExpireIn: &life}, nil
}

// GetCorpAccessToken sells a token of a third-party or custom app for the corp on the new host, where nothing is signed.
func (k *dingTalk) GetCorpAccessToken(ctx context.Context, r dingtalkserver.GetCorpAccessTokenRequestObject) (dingtalkserver.GetCorpAccessTokenResponseObject, error) {
	demo := dingTalkCredentials()
	holder := dingTalkThirdParty
	switch {
	case r.Body.SuiteKey == demo.CustomKey && r.Body.SuiteSecret == demo.CustomSecret:
		holder = dingTalkCustom
	case r.Body.SuiteKey != demo.SuiteKey || r.Body.SuiteSecret != demo.SuiteSecret:
		return nil, dingTalkError{word: string(dingtalkapi.NewHostErrorCodeInvalidSuiteKey)}
	case !k.isNewest(r.Body.SuiteTicket):
		return nil, dingTalkError{word: string(dingtalkapi.NewHostErrorCodeInvalidSuiteTicket)}
	}
	if r.Body.AuthCorpID != demo.CorpID {
		return nil, dingTalkError{word: string(dingtalkapi.NewHostErrorCodeInvalidAuthorization)}
	}
	token, life := k.corpToken(callOf(ctx), holder)
	return dingtalkserver.GetCorpAccessToken200JSONResponse{AccessToken: &token, ExpireIn: &life}, nil
}
