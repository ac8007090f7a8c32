package dingtalk

import (
	"slices"
	"strconv"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/wire"
)

// The holders of DingTalk's tokens. The first three have access tokens, the suite's is for calls that the document does
// not have.
const (
	holderInternal   = "internal app"
	holderThirdParty = "third-party app"
	holderCustom     = "custom app"
	holderSuite      = "suite"
	holderUser       = "user" // a person, for the app that the person signed in to
)

// internalOnly tells whether an operation is closed to third-party and custom apps.
func internalOnly(operation string) bool {
	switch operation {
	case "createUserV1", "updateUserV1", "deleteUserV1", "createUserV2", "updateUserV2", "deleteUserV2",
		"createDepartmentV1", "updateDepartmentV1", "deleteDepartmentV1", "createDepartmentV2", "updateDepartmentV2",
		"deleteDepartmentV2",
		"getUserIdByMobileV1", "getUserIdByMobileV2", "listInactiveUsersV1", "listInactiveUsersV2", "listLeaveRecords",
		"createRole", "updateRole", "deleteRole", "createRoleGroup", "addRolesToUsers", "removeRolesFromUsers",
		"setRoleScope", "enableOrgAccount", "disableOrgAccount", "getOrgAccountStatus", "signOutOrgAccount",
		"listHideSettings", "setHideSetting", "listRestrictions", "setRestriction", "deleteRestriction",
		"getSeniorSettings":
		return true
	}
	return false
}

// checkToken finds the token where the host looks for it, and nowhere else.
func (k *Vendor) checkToken(c *desk.Call) error {
	token := c.Request.URL.Query().Get("access_token")
	switch hostOf(c.Request) {
	case hostNew:
		token = c.Request.Header.Get("x-acs-dingtalk-access-token")
	case hostTop:
		if values, ok := formOf(c); ok && token == "" { // seen: one in a form is read
			token = values.Get("access_token")
		}
	}
	if token == "" {
		return refusal{code: dingtalkapi.ErrorCodeAccessTokenMissing}
	}
	g, state := k.desk.Tokens.Check(Name, token, c.Now)
	switch {
	case state == desk.TokenExpired:
		return refusal{code: dingtalkapi.ErrorCodeAccessTokenExpired}
	case state != desk.TokenGood || g.Holder == holderSuite || (g.Holder == holderUser) != forPeople(c.Operation):
		return refusal{code: dingtalkapi.ErrorCodeInvalidAccessToken}
	}
	c.Grant = g
	return nil
}

// forPeople tells whether an operation takes a person's token and not an app's.
func forPeople(op *wire.Operation) bool {
	return slices.ContainsFunc(op.Security,
		func(schemes []string) bool { return slices.Contains(schemes, "userToken") })
}

// allowed refuses a call that the app may not make.
func (k *Vendor) allowed(c *desk.Call) error {
	op := c.Operation
	internal := c.Grant.Holder == holderInternal
	if internal && op.Deprecated && k.config.NewApp || !internal && internalOnly(op.ID) {
		return refusal{code: dingtalkapi.ErrorCodePermissionDenied, points: op.Scopes}
	}
	if k.desk.Lacks(Name, op.ID, desk.CausePermissionMissing) {
		return refusal{code: dingtalkapi.ErrorCodePermissionDenied, points: op.Scopes}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	var lacking []string
	for _, point := range op.Scopes {
		if k.withdrawn[point] || k.desk.Lacks(Name, point, desk.CausePermissionMissing) {
			lacking = append(lacking, point)
		}
	}
	if lacking != nil {
		return refusal{code: dingtalkapi.ErrorCodePermissionDenied, points: lacking}
	}
	return nil
}

// view is what a caller may see of the corp.
type view struct {
	k          *Vendor
	dir        *company.Directory
	thirdParty bool // a third-party or custom app
	personal   bool // mobile number and personal information come along

	whole  bool // the contact scope is the whole corp
	tops   []company.DepartmentKey
	people []company.PersonKey
}

// viewOf returns what the caller of c may see.
func (k *Vendor) viewOf(c *desk.Call, d *company.Directory) view {
	k.mu.Lock()
	defer k.mu.Unlock()
	third := c.Grant.Holder != holderInternal
	v := view{
		k: k, dir: d, thirdParty: third, personal: !third && !k.config.Impersonal,
		whole: k.whole, tops: k.departments, people: k.people,
	}
	if r, ok := k.desk.RangeOf(Name); ok {
		v.whole, v.tops, v.people = r.Whole(), r.Departments, r.People(d)
	}
	return v
}

// inScope tells whether a department is in the contact scope: it or one above it was given to the app.
func (v view) inScope(key company.DepartmentKey) bool {
	return v.whole || slices.ContainsFunc(v.dir.Path(key),
		func(dept *company.Department) bool { return slices.Contains(v.tops, dept.Key) })
}

// personInScope tells whether a person is in the contact scope.
func (v view) personInScope(p *company.Person) bool {
	return v.whole || slices.Contains(v.people, p.Key) ||
		slices.ContainsFunc(p.Memberships, func(m company.Membership) bool { return v.inScope(m.Department) })
}

// anybody finds a person, whether in the contact scope or not. missing is the code for an empty id.
func (v view) anybody(userID string, missing dingtalkapi.ErrorCode) (*company.Person, error) {
	p := v.dir.FindPerson(company.ByUserID, userID)
	switch {
	case userID == "":
		return nil, refusal{code: missing}
	case p == nil:
		return nil, refusal{code: dingtalkapi.ErrorCodeUserNotFound}
	}
	return p, nil
}

// person finds a person in the contact scope.
func (v view) person(userID string, missing dingtalkapi.ErrorCode) (*company.Person, error) {
	p, err := v.anybody(userID, missing)
	if err == nil && !v.personInScope(p) {
		return nil, refusal{code: dingtalkapi.ErrorCodeUserOutOfScope}
	}
	return p, err
}

// anyDepartment finds a department, whether in the contact scope or not. Departments with negative ids can be listed,
// but not found.
func (v view) anyDepartment(id int64) (*company.Department, error) {
	dept := v.dir.FindDepartment(company.ByDingTalkID, strconv.FormatInt(id, 10))
	if dept == nil || id <= 0 {
		return nil, refusal{code: dingtalkapi.ErrorCodeDepartmentNotFound}
	}
	return dept, nil
}

// department finds a department in the contact scope.
func (v view) department(id int64) (*company.Department, error) {
	dept, err := v.anyDepartment(id)
	if err == nil && !v.inScope(dept.Key) {
		return nil, refusal{code: dingtalkapi.ErrorCodeDepartmentOutOfScope}
	}
	return dept, err
}
