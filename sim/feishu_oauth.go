package sim

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// How long what a consent gives is good.
const (
	feishuCodeLife    = 5 * time.Minute
	feishuRefreshLife = 7 * 24 * time.Hour
	feishuConsentLife = 365 * 24 * time.Hour
)

// feishuConsent is what a person agreed to. It is never changed.
type feishuConsent struct {
	person PersonKey
	scopes []string
	given  time.Time
}

// feishuAuthorization is an authorization code.
type feishuAuthorization struct {
	consent *feishuConsent
	request FeishuConsent
	expires time.Time
	used    bool
}

// feishuRefresh is a refresh token.
type feishuRefresh struct {
	consent       *feishuConsent
	expires       time.Time
	used, revoked bool
}

// feishuOAuthClass is the word of RFC 6749 for a code.
func feishuOAuthClass(code feishuapi.ErrorCode) string {
	switch code {
	case feishuapi.ErrorCodeOAuthClientRejected, feishuapi.ErrorCodeAppNotFound:
		return "invalid_client"
	case feishuapi.ErrorCodeOAuthMissingParameter, feishuapi.ErrorCodeOAuthRequestMalformed, feishuapi.ErrorCodeAuthenticationAmbiguous:
		return "invalid_request"
	case feishuapi.ErrorCodeGrantTypeUnsupported:
		return "unsupported_grant_type"
	case feishuapi.ErrorCodeScopeDuplicated, feishuapi.ErrorCodeScopeNotGranted:
		return "invalid_scope"
	case feishuapi.ErrorCodeOAuthUnavailable:
		return "temporarily_unavailable"
	case feishuapi.ErrorCodeOAuthInternalError, feishuapi.ErrorCodeInternalErrorUnderLoad:
		return "server_error"
	}
	return "invalid_grant"
}

// CreateOAuthToken sells a user token for a code or a refresh token.
func (f *feishu) CreateOAuthToken(ctx context.Context, r feishuserver.CreateOAuthTokenRequestObject) (feishuserver.CreateOAuthTokenResponseObject, error) {
	c, b := callOf(ctx), r.Body
	if err := feishuClient(c, b); err != nil {
		return nil, err
	}
	var consent *feishuConsent
	var spend *bool // set once nothing can go wrong any more
	var err error
	f.issueMu.Lock()
	defer f.issueMu.Unlock()
	switch b.GrantType {
	case feishuserver.OAuthGrantTypeAuthorizationCode:
		consent, spend, err = f.redeemCode(c, b)
	case feishuserver.OAuthGrantTypeRefreshToken:
		consent, spend, err = f.redeemRefresh(c, b)
	case "":
		err = feishuError{code: feishuapi.ErrorCodeOAuthRequestMalformed}
	default:
		err = feishuError{code: feishuapi.ErrorCodeGrantTypeUnsupported}
	}
	if err != nil {
		return nil, err
	}
	if consent, err = narrowed(consent, b.Scope); err != nil {
		return nil, err
	}
	if err := f.mayConsent(consent); err != nil {
		return nil, err
	}
	*spend = true
	return f.userToken(c, consent), nil
}

// feishuClient checks the app that asks.
func feishuClient(c *call, b *feishuserver.CreateOAuthTokenRequest) error {
	demo := feishuCredentials()
	if c.request.Header.Get("Authorization") != "" {
		return feishuError{code: feishuapi.ErrorCodeAuthenticationAmbiguous}
	}
	if b.ClientID == "" || b.ClientSecret == "" {
		return feishuError{code: feishuapi.ErrorCodeOAuthRequestMalformed}
	}
	secret := demo.AppSecret
	switch b.ClientID {
	case demo.AppID:
	case demo.StoreAppID:
		secret = demo.StoreAppSecret
	default:
		return feishuError{code: feishuapi.ErrorCodeAppNotFound}
	}
	if b.ClientSecret != secret {
		return feishuError{code: feishuapi.ErrorCodeOAuthClientRejected}
	}
	return nil
}

// redeemCode checks an authorization code. All of them were given to the self-built app.
func (f *feishu) redeemCode(c *call, b *feishuserver.CreateOAuthTokenRequest) (*feishuConsent, *bool, error) {
	if isBlank(b.Code) {
		return nil, nil, feishuError{code: feishuapi.ErrorCodeOAuthMissingParameter}
	}
	f.mu.Lock()
	code := f.codes[*b.Code]
	f.mu.Unlock()
	var redirect string
	if b.RedirectURI != nil {
		redirect = *b.RedirectURI
	}
	switch {
	case code == nil:
		return nil, nil, feishuError{code: feishuapi.ErrorCodeAuthorizationCodeNotFound}
	case b.ClientID != feishuCredentials().AppID:
		return nil, nil, feishuError{code: feishuapi.ErrorCodeGrantOfAnotherApp}
	case code.used:
		return nil, nil, feishuError{code: feishuapi.ErrorCodeAuthorizationCodeUsed}
	case !c.now.Before(code.expires):
		return nil, nil, feishuError{code: feishuapi.ErrorCodeAuthorizationCodeExpired}
	case redirect != code.request.RedirectURI:
		return nil, nil, feishuError{code: feishuapi.ErrorCodeRedirectURIMismatch}
	case !provesKey(code.request, b.CodeVerifier):
		return nil, nil, feishuError{code: feishuapi.ErrorCodePKCECheckFailed}
	}
	return code.consent, &code.used, nil
}

// provesKey checks the PKCE verifier against what the authorize page was given (RFC 7636).
func provesKey(request FeishuConsent, verifier *string) bool {
	if request.CodeChallenge == "" {
		return true
	}
	if verifier == nil || len(*verifier) < 43 || len(*verifier) > 128 {
		return false
	}
	proof := *verifier
	if request.CodeChallengeMethod == "S256" {
		sum := sha256.Sum256([]byte(proof))
		proof = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(proof), []byte(request.CodeChallenge)) == 1
}

// redeemRefresh checks a refresh token.
func (f *feishu) redeemRefresh(c *call, b *feishuserver.CreateOAuthTokenRequest) (*feishuConsent, *bool, error) {
	if isBlank(b.RefreshToken) {
		return nil, nil, feishuError{code: feishuapi.ErrorCodeOAuthMissingParameter}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	refresh := f.refreshes[*b.RefreshToken]
	switch {
	case refresh == nil:
		return nil, nil, feishuError{code: feishuapi.ErrorCodeRefreshTokenInvalid}
	case b.ClientID != feishuCredentials().AppID:
		return nil, nil, feishuError{code: feishuapi.ErrorCodeGrantOfAnotherApp}
	case refresh.used:
		return nil, nil, feishuError{code: feishuapi.ErrorCodeRefreshTokenUsed}
	case refresh.revoked:
		return nil, nil, feishuError{code: feishuapi.ErrorCodeRefreshTokenRevoked}
	case !c.now.Before(refresh.expires):
		return nil, nil, feishuError{code: feishuapi.ErrorCodeRefreshTokenExpired}
	}
	return refresh.consent, &refresh.used, nil
}

// narrowed is the consent with fewer scopes, if fewer were asked for.
func narrowed(consent *feishuConsent, scope *string) (*feishuConsent, error) {
	if isBlank(scope) {
		return consent, nil
	}
	wanted := strings.Fields(*scope)
	sorted := slices.Sorted(slices.Values(wanted))
	if len(slices.Compact(sorted)) != len(wanted) {
		return nil, feishuError{code: feishuapi.ErrorCodeScopeDuplicated}
	}
	for _, s := range wanted {
		if !slices.Contains(consent.scopes, s) {
			return nil, feishuError{code: feishuapi.ErrorCodeScopeNotGranted}
		}
	}
	return &feishuConsent{person: consent.person, scopes: wanted, given: consent.given}, nil
}

// mayConsent checks that the person can still work.
func (f *feishu) mayConsent(consent *feishuConsent) error {
	var err error
	f.sim.org.view(func(d *directory) {
		switch p := d.person(consent.person); {
		case p == nil:
			err = feishuError{code: feishuapi.ErrorCodeOAuthUserNotFound}
		case p.Status != StatusActive:
			err = feishuError{code: feishuapi.ErrorCodeOAuthUserStatusInvalid}
		}
	})
	return err
}

// userToken issues a user token, and the next refresh token if the person agreed to offline access. It never outlives the
// consent.
func (f *feishu) userToken(c *call, consent *feishuConsent) feishuserver.CreateOAuthToken200JSONResponse {
	// Real ones are as long as this: 1 to 2 KB.
	const header, length = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.", 1400
	g := f.sim.tokens.issue(VendorFeishu, feishuUser, header, length, c.now, f.sim.config.tokenLifetime(VendorFeishu))
	out := feishuserver.CreateOAuthToken200JSONResponse{
		AccessToken: &g.token,
		ExpiresIn:   new(seconds(g.expires.Sub(c.now))),
		TokenType:   new("Bearer"),
		Scope:       new(strings.Join(consent.scopes, " ")),
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.consents[g.token] = consent
	if slices.Contains(consent.scopes, scopeOffline) {
		f.serial++
		refresh := header + deriveText(f.sim.config.seed, "feishu refresh", f.serial, base64Digits, length)
		expires := c.now.Add(feishuRefreshLife)
		if end := consent.given.Add(feishuConsentLife); end.Before(expires) {
			expires = end
		}
		f.refreshes[refresh] = &feishuRefresh{consent: consent, expires: expires}
		out.RefreshToken = &refresh
		out.RefreshTokenExpiresIn = new(seconds(expires.Sub(c.now)))
	}
	return out
}

// GetUserInfo tells whose user token it is.
func (f *feishu) GetUserInfo(ctx context.Context, _ feishuserver.GetUserInfoRequestObject) (feishuserver.GetUserInfoResponseObject, error) {
	c := callOf(ctx)
	f.mu.Lock()
	consent := f.consents[c.grant.token]
	f.mu.Unlock()
	may := f.openTo(c)
	var out feishuserver.LoginUser
	f.sim.org.view(func(d *directory) {
		p := d.person(consent.person)
		if p == nil {
			return // gone since the token was checked
		}
		avatar := feishuAvatar(p)
		out = feishuserver.LoginUser{
			Name:            new(p.Name),
			EnName:          new(p.EnglishName),
			AvatarURL:       avatar.AvatarOrigin,
			AvatarThumb:     avatar.Avatar72,
			AvatarMiddle:    avatar.Avatar240,
			AvatarBig:       avatar.Avatar640,
			OpenID:          new(p.FeishuOpenID),
			UnionID:         new(p.FeishuUnionID),
			TenantKey:       new(feishuCredentials().TenantKey),
			UserID:          when(may(scopeUserID), p.FeishuUserID),
			Email:           when(may(scopeUserEmail), p.Email),
			Mobile:          when(may(scopeUserPhone), p.Mobile.E164()),
			EnterpriseEmail: when(may(append(feishuContactRead(), scopeUserEmployee)...), p.CorpEmail),
			EmployeeNo:      when(may(append(feishuContactRead(), scopeUserEmployee, scopeEmployeeNumber)...), p.EmployeeNumber),
		}
	})
	return feishuserver.GetUserInfo200JSONResponse{Data: &out}, nil
}

// when returns a value that is there only if a condition holds.
func when[T any](there bool, value T) *T {
	if !there {
		return nil
	}
	return &value
}
