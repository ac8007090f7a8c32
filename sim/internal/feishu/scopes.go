package feishu

import (
	"slices"
	"strings"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/desk"
)

// The scopes that open fields. Those that open operations stand in the document.
const (
	scopeContactRead      = "contact:contact:readonly"
	scopeContactReadAsApp = "contact:contact:readonly_as_app"
	scopeContactAccess    = "contact:contact:access_as_app"

	scopeUserID         = "contact:user.employee_id:readonly"
	scopeUserBase       = "contact:user.base:readonly"
	scopeUserEmail      = "contact:user.email:readonly"
	scopeUserPhone      = "contact:user.phone:readonly"
	scopeUserGender     = "contact:user.gender:readonly"
	scopeUserEmployee   = "contact:user.employee:readonly"
	scopeEmployeeNumber = "contact:user.employee_number:read"
	scopeUserDepartment = "contact:user.department:readonly"
	scopeUserGeo        = "contact:user.user_geo"
	scopeJobLevel       = "contact:user.job_level:readonly"
	scopeJobFamily      = "contact:user.job_family:readonly"
	scopeSubscriptions  = "contact:user.subscription_ids:write"
	scopeAssignInfo     = "contact:user.assign_info:read"
	scopeDepartmentPath = "contact:user.department_path:readonly"
	scopeDottedLine     = "contact:user.dotted_line_leader_info.read"

	scopeDepartmentBase = "contact:department.base:readonly"
	scopeDepartmentTree = "contact:department.organize:readonly"
	scopeDepartmentHRBP = "contact:department.hrbp:readonly"

	scopeEmployeeID = "directory:employee.base.external_id:read"

	scopeOffline = "offline_access" // refresh tokens; the app need not have it
)

// contactRead returns the scopes that open most fields at once.
func contactRead() []string {
	return []string{scopeContactRead, scopeContactReadAsApp, scopeContactAccess}
}

// Scopes returns every scope of Feishu's document, sorted: what the demo apps have if no option takes any away.
func Scopes() []string {
	all := append(contactRead(), scopeUserID, scopeUserBase, scopeUserEmail, scopeUserPhone, scopeUserGender,
		scopeUserEmployee,
		scopeEmployeeNumber, scopeUserDepartment, scopeUserGeo, scopeJobLevel, scopeJobFamily, scopeSubscriptions,
		scopeAssignInfo,
		scopeDepartmentPath, scopeDottedLine, scopeDepartmentBase, scopeDepartmentTree, scopeDepartmentHRBP)
	all = append(all, scopeEmployeeID)
	for _, field := range employeeFields() {
		all = append(all, field.scopes...)
	}
	for _, field := range directoryFields() {
		all = append(all, field.scopes...)
	}
	for _, op := range feishuapi.Operations() {
		all = append(all, op.Scopes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// grantedScopes is what the options leave to the demo apps.
func (f *Vendor) grantedScopes() map[string]bool {
	cfg := f.config
	list := cfg.Only
	if list == nil {
		list = Scopes()
	}
	granted := make(map[string]bool)
	for _, scope := range list {
		granted[scope] = !slices.Contains(cfg.Without, scope)
	}
	return granted
}

// openTo returns what tells whether a call has one of some scopes: the app must have been granted it, and for a user
// token the user must have agreed to it as well.
func (f *Vendor) openTo(c *desk.Call) func(scopes ...string) bool {
	f.mu.Lock()
	consent := f.consents[c.Grant.Token]
	f.mu.Unlock()
	return func(scopes ...string) bool {
		return slices.ContainsFunc(scopes, func(scope string) bool {
			return f.granted(scope) && (consent == nil || slices.Contains(consent.scopes, scope))
		})
	}
}

// needs refuses a call without any of the scopes.
func (f *Vendor) needs(c *desk.Call, scopes ...string) error {
	if len(scopes) == 0 || f.openTo(c)(scopes...) {
		return nil
	}
	if slices.ContainsFunc(scopes, f.granted) {
		return refusal{code: feishuapi.ErrorCodeUserConsentMissing, missing: scopes,
			required: "action_privilege_required"}
	}
	return lacks(scopes)
}

// lacks refuses an app that was granted none of the scopes.
func lacks(scopes []string) refusal {
	return refusal{
		code:     feishuapi.ErrorCodeScopeMissing,
		text:     "Access denied. One of the following scopes is required: [" + strings.Join(scopes, ", ") + "]",
		missing:  scopes,
		required: "action_scope_required",
	}
}
