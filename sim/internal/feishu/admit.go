package feishu

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/wire"
)

// The holders of Feishu's tokens.
const (
	selfBuilt   = "self-built app"     // app and tenant token in one
	storeApp    = "store app"          // its app token, which buys tenant tokens and nothing else
	storeTenant = "store app's tenant" // its tenant token
	user        = "user"               // a user token; whose, says feishu.consents
)

// The names that the document gives to the credentials.
const (
	tenantScheme = "tenantToken"
	userScheme   = "userToken"
)

// Admit judges the token, the scopes and the quotas.
func (f *Vendor) Admit(c *desk.Call) error {
	if len(c.Operation.Security) == 0 { // whoever asks for a token has none
		return f.withinQuota(c)
	}
	if err := f.authenticate(c); err != nil {
		return err
	}
	if err := f.barred(c); err != nil {
		return err
	}
	if err := f.needs(c, c.Operation.Scopes...); err != nil {
		return err
	}
	if c.Grant.Holder == storeTenant && slices.Contains(selfBuiltOnly(), c.Operation.ID) {
		return refusal{code: feishuapi.ErrorCodeTokenLacksPermission}
	}
	return f.withinQuota(c)
}

// selfBuiltOnly are the operations that store apps may not call.
func selfBuiltOnly() []string {
	return []string{
		"createUser", "createDepartment", "logoutUser",
		"createGroup", "patchGroup", "deleteGroup", "addGroupMember", "removeGroupMember", "batchAddGroupMembers",
		"batchRemoveGroupMembers", "createFunctionalRole", "updateFunctionalRole", "deleteFunctionalRole",
		"listFunctionalRoleMembers", "getFunctionalRoleMember", "batchCreateFunctionalRoleMembers",
		"batchDeleteFunctionalRoleMembers", "setFunctionalRoleMemberScopes", "createJobLevel", "updateJobLevel",
		"deleteJobLevel", "createJobFamily", "updateJobFamily", "deleteJobFamily", "createUnit", "listUnits", "getUnit",
		"patchUnit", "deleteUnit", "listUnitDepartments", "bindUnitDepartment", "unbindUnitDepartment",
		"createEmployeeTypeEnum", "updateEmployeeTypeEnum", "deleteEmployeeTypeEnum", "createEmployee", "patchEmployee",
		"deleteEmployee", "resurrectEmployee", "setEmployeeToBeResigned", "setEmployeeRegular",
		"createDirectoryDepartment", "patchDirectoryDepartment", "deleteDirectoryDepartment",
	}
}

// bearer returns the token of a request.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// userToken tells whether a token has the form of a user's: those of the newer endpoint look like a JWT.
func userToken(token string) bool {
	return strings.HasPrefix(token, "eyJ") || strings.HasPrefix(token, "u-")
}

// authenticate checks the token and that the operation takes its kind.
func (f *Vendor) authenticate(c *desk.Call) error {
	token := bearer(c.Request)
	if token == "" { // a token in the query counts as missing
		return refusal{code: feishuapi.ErrorCodeTokenMissing}
	}
	user := userToken(token)
	if !user && !strings.HasPrefix(token, "t-") && !strings.HasPrefix(token, "a-") {
		return refusal{code: feishuapi.ErrorCodeTokenMalformed}
	}
	g, state := f.desk.Tokens.Check(Name, token, c.Now)
	takesUsers := takes(c.Operation, userScheme)
	if !user {
		switch {
		case state != desk.TokenGood, g.Holder == storeApp:
			return refusal{code: feishuapi.ErrorCodeTenantTokenInvalid}
		case !takes(c.Operation, tenantScheme):
			if c.Operation.ID == "searchUsers" { // the oldest of them treats it as a broken user token
				return refusal{code: feishuapi.ErrorCodeUserTokenInvalid}
			}
			return refusal{code: feishuapi.ErrorCodeTenantTokenInvalid}
		}
		c.Grant = g
		return nil
	}
	switch {
	case state == desk.TokenExpired:
		return refusal{code: feishuapi.ErrorCodeUserTokenExpired}
	case state == desk.TokenRevoked && c.Operation.ID == "getUserInfo": // known to the gateway, not to the operation
		return refusal{code: feishuapi.ErrorCodeUserTokenRejected, lenient: true}
	case state != desk.TokenGood:
		return refusal{code: feishuapi.ErrorCodeUserTokenInvalid}
	case !takesUsers:
		return refusal{code: feishuapi.ErrorCodeUserTokenInvalid, text: "user access token not support"}
	}
	c.Grant = g
	return f.checkUser(c)
}

// checkUser refuses the token of somebody who may not work any more.
func (f *Vendor) checkUser(c *desk.Call) error {
	f.mu.Lock()
	consent := f.consents[c.Grant.Token]
	f.mu.Unlock()
	code := feishuapi.ErrorCodeOAuthUserNotFound
	company.View(f.desk.Company, func(d *company.Directory) {
		if consent == nil {
			return
		}
		switch p := d.Person(consent.person); {
		case p == nil && d.FormerPerson(consent.person) != nil:
			code = feishuapi.ErrorCodeOAuthUserResigned
		case p == nil:
		case p.Status == company.StatusDisabled:
			code = feishuapi.ErrorCodeOAuthUserFrozen
		case p.Status == company.StatusNotActivated:
			code = feishuapi.ErrorCodeOAuthUserNotRegistered
		default:
			code = 0
		}
	})
	switch {
	case code == 0:
		return nil
	case c.Operation.ID == "getUserInfo": // it words its own refusals, with HTTP 200
		return refusal{code: code, lenient: true}
	}
	return refusal{code: feishuapi.ErrorCodeUserTokenInvalid}
}

// takes tells whether an operation takes tokens of a kind.
func takes(op *wire.Operation, scheme string) bool {
	return slices.ContainsFunc(op.Security, func(together []string) bool { return slices.Contains(together, scheme) })
}

// withinQuota counts the call. A quota of Feishu belongs to an operation, an app and a tenant, whatever the token.
func (f *Vendor) withinQuota(c *desk.Call) error {
	if err := f.withinMonth(c); err != nil {
		return err
	}
	app := selfBuilt
	if c.Grant.Holder == storeTenant {
		app = storeApp
	}
	limits := f.desk.QuotasFor(Name, c.Operation.ID, desk.Documented(c.Operation.Limits))
	return f.take(c, app+" "+c.Operation.ID, limits)
}

// take counts a call against limits.
func (f *Vendor) take(c *desk.Call, key string, limits []desk.Quota) error {
	wait, ok := f.desk.Quotas.Take(Name+" "+key, c.Now, limits)
	if ok {
		return nil
	}
	e := throttling{wait: wait}
	for _, limit := range limits {
		// The window that was used up: the shortest that lasts as long as the wait.
		if limit.Window >= wait && (e.limit == 0 || limit.Requests < e.limit) {
			e.limit = limit.Requests
		}
	}
	return e
}

// withinMonth counts the call against the plan.
func (f *Vendor) withinMonth(c *desk.Call) error {
	limit := f.config.MonthlyCalls
	if limit == 0 {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	month := c.Now.Format("2006-01")
	f.months[month]++
	if f.months[month] > limit {
		return refusal{code: feishuapi.ErrorCodeMonthlyQuotaUsedUp}
	}
	return nil
}

// delicate counts the changes of people that Feishu takes only once a second, beside the quota of the operation.
func (f *Vendor) delicate(c *desk.Call) error {
	return f.take(c, "delicate", f.desk.QuotasFor(Name, "delicate", []desk.Quota{{Requests: 1, Window: time.Second}}))
}
