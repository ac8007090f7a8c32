package feishu

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// How long what a consent gives is good.
const (
	codeLife    = 5 * time.Minute
	refreshLife = 7 * 24 * time.Hour
	consentLife = 365 * 24 * time.Hour
)

// agreement is what a person agreed to. It is never changed.
type agreement struct {
	person company.PersonKey
	scopes []string
	given  time.Time
}

// authorization is an authorization code.
type authorization struct {
	consent *agreement
	request Consent
	expires time.Time
	used    bool
}

// refreshToken is a refresh token.
type refreshToken struct {
	consent       *agreement
	expires       time.Time
	used, revoked bool
}

// oauthClass is the word of RFC 6749 for a code.
func oauthClass(code feishuapi.ErrorCode) string {
	switch code {
	case feishuapi.ErrorCodeOAuthClientRejected, feishuapi.ErrorCodeAppNotFound:
		return "invalid_client"
	case feishuapi.ErrorCodeOAuthMissingParameter, feishuapi.ErrorCodeOAuthRequestMalformed,
		feishuapi.ErrorCodeAuthenticationAmbiguous:
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
func (f *Vendor) CreateOAuthToken(ctx context.Context,
	r feishuserver.CreateOAuthTokenRequestObject) (feishuserver.CreateOAuthTokenResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body
	if err := client(c, b); err != nil {
		return nil, err
	}
	var consent *agreement
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
		err = refusal{code: feishuapi.ErrorCodeOAuthRequestMalformed}
	default:
		err = refusal{code: feishuapi.ErrorCodeGrantTypeUnsupported}
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

// client checks the app that asks.
func client(c *desk.Call, b *feishuserver.CreateOAuthTokenRequest) error {
	demo := Demo()
	if c.Request.Header.Get("Authorization") != "" {
		return refusal{code: feishuapi.ErrorCodeAuthenticationAmbiguous}
	}
	if b.ClientID == "" || b.ClientSecret == "" {
		return refusal{code: feishuapi.ErrorCodeOAuthRequestMalformed}
	}
	secret := demo.AppSecret
	switch b.ClientID {
	case demo.AppID:
	case demo.StoreAppID:
		secret = demo.StoreAppSecret
	default:
		return refusal{code: feishuapi.ErrorCodeAppNotFound}
	}
	if b.ClientSecret != secret {
		return refusal{code: feishuapi.ErrorCodeOAuthClientRejected}
	}
	return nil
}

// redeemCode checks an authorization code. All of them were given to the self-built app.
func (f *Vendor) redeemCode(c *desk.Call, b *feishuserver.CreateOAuthTokenRequest) (*agreement, *bool, error) {
	if desk.IsBlank(b.Code) {
		return nil, nil, refusal{code: feishuapi.ErrorCodeOAuthMissingParameter}
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
		return nil, nil, refusal{code: feishuapi.ErrorCodeAuthorizationCodeNotFound}
	case b.ClientID != Demo().AppID:
		return nil, nil, refusal{code: feishuapi.ErrorCodeGrantOfAnotherApp}
	case code.used:
		return nil, nil, refusal{code: feishuapi.ErrorCodeAuthorizationCodeUsed}
	case !c.Now.Before(code.expires):
		return nil, nil, refusal{code: feishuapi.ErrorCodeAuthorizationCodeExpired}
	case redirect != "" && redirect != code.request.RedirectURI: // it may be left out
		return nil, nil, refusal{code: feishuapi.ErrorCodeRedirectURIMismatch}
	case !provesKey(code.request, b.CodeVerifier):
		return nil, nil, refusal{code: feishuapi.ErrorCodePKCECheckFailed}
	}
	return code.consent, &code.used, nil
}

// provesKey checks the PKCE verifier against what the authorize page was given (RFC 7636).
func provesKey(request Consent, verifier *string) bool {
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
func (f *Vendor) redeemRefresh(c *desk.Call, b *feishuserver.CreateOAuthTokenRequest) (*agreement, *bool, error) {
	if desk.IsBlank(b.RefreshToken) {
		return nil, nil, refusal{code: feishuapi.ErrorCodeOAuthMissingParameter}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	refresh := f.refreshes[*b.RefreshToken]
	switch {
	case refresh == nil:
		return nil, nil, refusal{code: feishuapi.ErrorCodeRefreshTokenInvalid}
	case b.ClientID != Demo().AppID:
		return nil, nil, refusal{code: feishuapi.ErrorCodeGrantOfAnotherApp}
	case refresh.used:
		return nil, nil, refusal{code: feishuapi.ErrorCodeRefreshTokenUsed}
	case refresh.revoked:
		return nil, nil, refusal{code: feishuapi.ErrorCodeRefreshTokenRevoked}
	case !c.Now.Before(refresh.expires):
		return nil, nil, refusal{code: feishuapi.ErrorCodeRefreshTokenExpired}
	}
	return refresh.consent, &refresh.used, nil
}

// narrowed is the consent with fewer scopes, if fewer were asked for.
func narrowed(consent *agreement, scope *string) (*agreement, error) {
	if desk.IsBlank(scope) {
		return consent, nil
	}
	wanted := strings.Fields(*scope)
	sorted := slices.Sorted(slices.Values(wanted))
	if len(slices.Compact(sorted)) != len(wanted) {
		return nil, refusal{code: feishuapi.ErrorCodeScopeDuplicated}
	}
	for _, s := range wanted {
		if !slices.Contains(consent.scopes, s) {
			return nil, refusal{code: feishuapi.ErrorCodeScopeNotGranted}
		}
	}
	return &agreement{person: consent.person, scopes: wanted, given: consent.given}, nil
}

// mayConsent checks that the person can still work.
func (f *Vendor) mayConsent(consent *agreement) error {
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		switch p := d.Person(consent.person); {
		case p == nil:
			err = refusal{code: feishuapi.ErrorCodeOAuthUserNotFound}
		case p.Status != company.StatusActive:
			err = refusal{code: feishuapi.ErrorCodeOAuthUserStatusInvalid}
		}
	})
	return err
}

// userToken issues a user token, and the next refresh token if the person agreed to offline access. It never outlives
// the consent.
func (f *Vendor) userToken(c *desk.Call, consent *agreement) feishuserver.CreateOAuthToken200JSONResponse {
	// Real ones are as long as this: 1 to 2 KB.
	const header, length = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.", 1400
	g := f.desk.Tokens.Issue(Name, user, header, length, c.Now, f.desk.TokenLifetime(Name))
	out := feishuserver.CreateOAuthToken200JSONResponse{
		AccessToken: &g.Token,
		ExpiresIn:   new(desk.Seconds(g.Expires.Sub(c.Now))),
		TokenType:   new("Bearer"),
		Scope:       new(strings.Join(consent.scopes, " ")),
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.consents[g.Token] = consent
	if slices.Contains(consent.scopes, scopeOffline) {
		f.serial++
		refresh := header + company.DeriveText(f.desk.Seed, "feishu refresh", f.serial, company.Base64Digits, length)
		expires := c.Now.Add(refreshLife)
		if end := consent.given.Add(consentLife); end.Before(expires) {
			expires = end
		}
		f.refreshes[refresh] = &refreshToken{consent: consent, expires: expires}
		out.RefreshToken = &refresh
		out.RefreshTokenExpiresIn = new(desk.Seconds(expires.Sub(c.Now)))
	}
	return out
}

// GetUserInfo tells whose user token it is.
func (f *Vendor) GetUserInfo(ctx context.Context,
	_ feishuserver.GetUserInfoRequestObject) (feishuserver.GetUserInfoResponseObject, error) {
	c := desk.CallOf(ctx)
	f.mu.Lock()
	consent := f.consents[c.Grant.Token]
	f.mu.Unlock()
	may := f.openTo(c)
	var out feishuserver.LoginUser
	company.View(f.desk.Company, func(d *company.Directory) {
		p := d.Person(consent.person)
		if p == nil {
			return // gone since the token was checked
		}
		avatar := avatarOf(p)
		out = feishuserver.LoginUser{
			Name:            new(p.Name),
			EnName:          new(p.EnglishName),
			AvatarURL:       avatar.AvatarOrigin,
			AvatarThumb:     avatar.Avatar72,
			AvatarMiddle:    avatar.Avatar240,
			AvatarBig:       avatar.Avatar640,
			OpenID:          new(p.FeishuOpenID),
			UnionID:         new(p.FeishuUnionID),
			TenantKey:       new(Demo().TenantKey),
			UserID:          when(may(scopeUserID), p.FeishuUserID),
			Email:           when(may(scopeUserEmail), p.Email),
			Mobile:          when(may(scopeUserPhone), p.Mobile.E164()),
			EnterpriseEmail: when(may(append(contactRead(), scopeUserEmployee)...), p.CorpEmail),
			EmployeeNo: when(may(append(contactRead(), scopeUserEmployee, scopeEmployeeNumber)...),
				p.EmployeeNumber),
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
