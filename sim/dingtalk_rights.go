package sim

import (
	"slices"
	"strconv"

	"github.com/roster-go/roster/gen/dingtalkapi"
)

// The holders of DingTalk's tokens. The first three have access tokens, the last one is for calls that the document does not have.
const (
	dingTalkInternal   = "internal app"
	dingTalkThirdParty = "third-party app"
	dingTalkCustom     = "custom app"
	dingTalkSuite      = "suite"
)

// dingTalkInternalOnly tells whether an operation is closed to third-party and custom apps.
func dingTalkInternalOnly(operation string) bool {
	switch operation {
	case "createUserV1", "updateUserV1", "deleteUserV1", "createUserV2", "updateUserV2", "deleteUserV2",
		"createDepartmentV1", "updateDepartmentV1", "deleteDepartmentV1", "createDepartmentV2", "updateDepartmentV2", "deleteDepartmentV2",
		"getUserIdByMobileV1", "getUserIdByMobileV2", "listInactiveUsersV1", "listInactiveUsersV2", "listLeaveRecords":
		return true
	}
	return false
}

// checkToken finds the token where the host looks for it, and nowhere else.
func (k *dingTalk) checkToken(c *call) error {
	token := c.request.URL.Query().Get("access_token")
	switch dingTalkHostOf(c.request) {
	case dingTalkNew:
		token = c.request.Header.Get("x-acs-dingtalk-access-token")
	case dingTalkTop:
		if values, ok := dingTalkForm(c); ok && token == "" { // seen: one in a form is read
			token = values.Get("access_token")
		}
	}
	if token == "" {
		return dingTalkError{code: dingtalkapi.ErrorCodeAccessTokenMissing}
	}
	g, state := k.desk.Tokens.check(dingTalkName, token, c.now)
	switch {
	case state == tokenExpired:
		return dingTalkError{code: dingtalkapi.ErrorCodeAccessTokenExpired}
	case state != tokenGood || g.holder == dingTalkSuite:
		return dingTalkError{code: dingtalkapi.ErrorCodeInvalidAccessToken}
	}
	c.grant = g
	return nil
}

// allowed refuses a call that the app may not make.
func (k *dingTalk) allowed(c *call) error {
	op := c.operation
	internal := c.grant.holder == dingTalkInternal
	if internal && op.Deprecated && k.config.NewApp || !internal && dingTalkInternalOnly(op.ID) {
		return dingTalkError{code: dingtalkapi.ErrorCodePermissionDenied, points: op.Scopes}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	var lacking []string
	for _, point := range op.Scopes {
		if k.withdrawn[point] {
			lacking = append(lacking, point)
		}
	}
	if lacking != nil {
		return dingTalkError{code: dingtalkapi.ErrorCodePermissionDenied, points: lacking}
	}
	return nil
}

// dingTalkView is what a caller may see of the corp.
type dingTalkView struct {
	k          *dingTalk
	dir        *directory
	thirdParty bool // a third-party or custom app
	personal   bool // mobile number and personal information come along

	whole  bool // the contact scope is the whole corp
	tops   []DepartmentKey
	people []PersonKey
}

// viewOf returns what the caller of c may see.
func (k *dingTalk) viewOf(c *call, d *directory) dingTalkView {
	k.mu.Lock()
	defer k.mu.Unlock()
	third := c.grant.holder != dingTalkInternal
	return dingTalkView{
		k: k, dir: d, thirdParty: third, personal: !third && !k.config.Impersonal,
		whole: k.whole, tops: k.departments, people: k.people,
	}
}

// inScope tells whether a department is in the contact scope: it or one above it was given to the app.
func (v dingTalkView) inScope(key DepartmentKey) bool {
	return v.whole || slices.ContainsFunc(v.dir.path(key), func(dept *Department) bool { return slices.Contains(v.tops, dept.Key) })
}

// personInScope tells whether a person is in the contact scope.
func (v dingTalkView) personInScope(p *Person) bool {
	return v.whole || slices.Contains(v.people, p.Key) ||
		slices.ContainsFunc(p.Memberships, func(m Membership) bool { return v.inScope(m.Department) })
}

// anybody finds a person, whether in the contact scope or not. missing is the code for an empty id.
func (v dingTalkView) anybody(userID string, missing dingtalkapi.ErrorCode) (*Person, error) {
	p := v.dir.findPerson(ByUserID, userID)
	switch {
	case userID == "":
		return nil, dingTalkError{code: missing}
	case p == nil:
		return nil, dingTalkError{code: dingtalkapi.ErrorCodeUserNotFound}
	}
	return p, nil
}

// person finds a person in the contact scope.
func (v dingTalkView) person(userID string, missing dingtalkapi.ErrorCode) (*Person, error) {
	p, err := v.anybody(userID, missing)
	if err == nil && !v.personInScope(p) {
		return nil, dingTalkError{code: dingtalkapi.ErrorCodeUserOutOfScope}
	}
	return p, err
}

// anyDepartment finds a department, whether in the contact scope or not. Departments with negative ids can be listed, but not
// found.
func (v dingTalkView) anyDepartment(id int64) (*Department, error) {
	dept := v.dir.findDepartment(ByDingTalkID, strconv.FormatInt(id, 10))
	if dept == nil || id <= 0 {
		return nil, dingTalkError{code: dingtalkapi.ErrorCodeDepartmentNotFound}
	}
	return dept, nil
}

// department finds a department in the contact scope.
func (v dingTalkView) department(id int64) (*Department, error) {
	dept, err := v.anyDepartment(id)
	if err == nil && !v.inScope(dept.Key) {
		return nil, dingTalkError{code: dingtalkapi.ErrorCodeDepartmentOutOfScope}
	}
	return dept, err
}
