package sim

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/wire"
)

// The holders of Feishu's tokens.
const (
	feishuSelfBuilt   = "self-built app"     // app and tenant token in one
	feishuStoreApp    = "store app"          // its app token, which buys tenant tokens and nothing else
	feishuStoreTenant = "store app's tenant" // its tenant token
	feishuUser        = "user"               // a user token; whose, says feishu.consents
)

// The names that the document gives to the credentials.
const (
	feishuTenantScheme = "tenantToken"
	feishuUserScheme   = "userToken"
)

// admit judges the token, the scopes and the quotas.
func (f *feishu) admit(c *call) error {
	if len(c.operation.Security) == 0 { // whoever asks for a token has none
		return f.withinQuota(c)
	}
	if err := f.authenticate(c); err != nil {
		return err
	}
	if err := f.needs(c, c.operation.Scopes...); err != nil {
		return err
	}
	if c.grant.holder == feishuStoreTenant && slices.Contains(feishuSelfBuiltOnly(), c.operation.ID) {
		return feishuError{code: feishuapi.ErrorCodeTokenLacksPermission}
	}
	return f.withinQuota(c)
}

// feishuSelfBuiltOnly are the operations that store apps may not call.
func feishuSelfBuiltOnly() []string { return []string{"createUser", "createDepartment", "logoutUser"} }

// feishuBearer returns the token of a request.
func feishuBearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// feishuUserToken tells whether a token has the form of a user's: those of the newer endpoint look like a JWT.
func feishuUserToken(token string) bool {
	return strings.HasPrefix(token, "eyJ") || strings.HasPrefix(token, "u-")
}

// authenticate checks the token and that the operation takes its kind.
func (f *feishu) authenticate(c *call) error {
	token := feishuBearer(c.request)
	if token == "" { // a token in the query counts as missing
		return feishuError{code: feishuapi.ErrorCodeTokenMissing}
	}
	user := feishuUserToken(token)
	if !user && !strings.HasPrefix(token, "t-") && !strings.HasPrefix(token, "a-") {
		return feishuError{code: feishuapi.ErrorCodeTokenMalformed}
	}
	g, state := f.desk.Tokens.check(feishuName, token, c.now)
	takesUsers := feishuTakes(c.operation, feishuUserScheme)
	if !user {
		switch {
		case state != tokenGood, g.holder == feishuStoreApp:
			return feishuError{code: feishuapi.ErrorCodeTenantTokenInvalid}
		case !feishuTakes(c.operation, feishuTenantScheme):
			if c.operation.ID == "searchUsers" { // the oldest of them treats it as a broken user token
				return feishuError{code: feishuapi.ErrorCodeUserTokenInvalid}
			}
			return feishuError{code: feishuapi.ErrorCodeTenantTokenInvalid}
		}
		c.grant = g
		return nil
	}
	switch {
	case state == tokenExpired:
		return feishuError{code: feishuapi.ErrorCodeUserTokenExpired}
	case state == tokenRevoked && c.operation.ID == "getUserInfo": // known to the gateway, not to the operation
		return feishuError{code: feishuapi.ErrorCodeUserTokenRejected, lenient: true}
	case state != tokenGood:
		return feishuError{code: feishuapi.ErrorCodeUserTokenInvalid}
	case !takesUsers:
		return feishuError{code: feishuapi.ErrorCodeUserTokenInvalid, text: "user access token not support"}
	}
	c.grant = g
	return f.checkUser(c)
}

// checkUser refuses the token of somebody who may not work any more.
func (f *feishu) checkUser(c *call) error {
	f.mu.Lock()
	consent := f.consents[c.grant.token]
	f.mu.Unlock()
	code := feishuapi.ErrorCodeOAuthUserNotFound
	View(f.desk.Company, func(d *directory) {
		if consent == nil {
			return
		}
		switch p := d.person(consent.person); {
		case p == nil && d.formerPerson(consent.person) != nil:
			code = feishuapi.ErrorCodeOAuthUserResigned
		case p == nil:
		case p.Status == StatusDisabled:
			code = feishuapi.ErrorCodeOAuthUserFrozen
		case p.Status == StatusNotActivated:
			code = feishuapi.ErrorCodeOAuthUserNotRegistered
		default:
			code = 0
		}
	})
	switch {
	case code == 0:
		return nil
	case c.operation.ID == "getUserInfo": // it words its own refusals, with HTTP 200
		return feishuError{code: code, lenient: true}
	}
	return feishuError{code: feishuapi.ErrorCodeUserTokenInvalid}
}

// feishuTakes tells whether an operation takes tokens of a kind.
func feishuTakes(op *wire.Operation, scheme string) bool {
	return slices.ContainsFunc(op.Security, func(together []string) bool { return slices.Contains(together, scheme) })
}

// withinQuota counts the call. A quota of Feishu belongs to an operation, an app and a tenant, whatever the token.
func (f *feishu) withinQuota(c *call) error {
	if err := f.withinMonth(c); err != nil {
		return err
	}
	app := feishuSelfBuilt
	if c.grant.holder == feishuStoreTenant {
		app = feishuStoreApp
	}
	limits := f.desk.quotasFor(feishuName, c.operation.ID, documented(c.operation.Limits))
	return f.take(c, app+" "+c.operation.ID, limits)
}

// take counts a call against limits.
func (f *feishu) take(c *call, key string, limits []quota) error {
	wait, ok := f.desk.Quotas.take(feishuName+" "+key, c.now, limits)
	if ok {
		return nil
	}
	e := feishuThrottled{wait: wait}
	for _, limit := range limits {
		// The window that was used up: the shortest that lasts as long as the wait.
		if limit.Window >= wait && (e.limit == 0 || limit.Requests < e.limit) {
			e.limit = limit.Requests
		}
	}
	return e
}

// withinMonth counts the call against the plan.
func (f *feishu) withinMonth(c *call) error {
	limit := f.config.MonthlyCalls
	if limit == 0 {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	month := c.now.Format("2006-01")
	f.months[month]++
	if f.months[month] > limit {
		return feishuError{code: feishuapi.ErrorCodeMonthlyQuotaUsedUp}
	}
	return nil
}

// delicate counts the changes of people that Feishu takes only once a second, beside the quota of the operation.
func (f *feishu) delicate(c *call) error {
	return f.take(c, "delicate", f.desk.quotasFor(feishuName, "delicate", []quota{{Requests: 1, Window: time.Second}}))
}
