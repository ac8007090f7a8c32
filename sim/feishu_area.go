package sim

import (
	"net/http"
	"slices"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// feishuArea is what the demo apps may see: the contact range. It is replaced as a whole, never changed.
type feishuArea struct {
	limited     bool // false for all members
	departments []DepartmentKey
	userIDs     []string // people granted one by one, by user id of the company
	hidden      func(Person) bool
}

func newFeishuArea(departments []DepartmentKey, userIDs []string, hidden func(Person) bool) feishuArea {
	return feishuArea{
		limited:     !slices.Contains(departments, RootDepartment),
		departments: slices.Clone(departments),
		userIDs:     slices.Clone(userIDs),
		hidden:      hidden,
	}
}

// feishuView is what a caller sees of the company, and by which ids.
type feishuView struct {
	f    *feishu
	c    *call
	dir  *directory
	may  func(scopes ...string) bool
	area feishuArea
	user PersonKey // whose token it is, 0 for an app

	byUser       PersonID
	byDepartment DepartmentID
}

// viewOf returns what the caller of c sees.
func (f *feishu) viewOf(c *call, d *directory) feishuView {
	v := feishuView{f: f, c: c, dir: d, may: f.openTo(c), byUser: feishuUserKind(c.request), byDepartment: feishuDepartmentKind(c.request)}
	f.mu.Lock()
	defer f.mu.Unlock()
	v.area = f.area
	if consent := f.consents[c.grant.token]; consent != nil {
		v.user, v.area.limited = consent.person, false // people see the whole company
	}
	return v
}

// feishuUserKind is the kind of user ids that a request speaks of.
func feishuUserKind(r *http.Request) PersonID {
	switch feishuserver.UserIDType(r.URL.Query().Get("user_id_type")) {
	case feishuserver.UserIDTypeUserID:
		return ByFeishuUserID
	case feishuserver.UserIDTypeUnionID:
		return ByFeishuUnionID
	}
	return ByFeishuOpenID
}

// feishuDepartmentKind is the kind of department ids that a request speaks of.
func feishuDepartmentKind(r *http.Request) DepartmentID {
	if r.URL.Query().Get("department_id_type") == string(feishuserver.DepartmentIDTypeDepartmentID) {
		return ByFeishuID
	}
	return ByFeishuOpenDepartmentID
}

// seesDepartment tells whether a department is in the range: it or one above it was given to the app. The root needs the range of
// all members.
func (v feishuView) seesDepartment(key DepartmentKey) bool {
	if !v.area.limited {
		return true
	}
	return slices.ContainsFunc(v.dir.path(key), func(dept *Department) bool { return slices.Contains(v.area.departments, dept.Key) })
}

// seesPerson tells whether a person is in the range, with the departments there were at the end for one who has left.
func (v feishuView) seesPerson(p *Person) bool {
	if v.area.hidden != nil && p.Key != v.user && v.area.hidden(Clone(p)) {
		return false
	}
	return !v.area.limited || slices.Contains(v.area.userIDs, p.UserID) ||
		slices.ContainsFunc(p.Memberships, func(m Membership) bool { return v.seesDepartment(m.Department) })
}

// findPerson finds a person by an id of the kind asked for, on the staff or among those who left. It does not look at the range.
func (v feishuView) findPerson(id string) (p *Person, left bool) {
	if p := v.dir.findPerson(v.byUser, id); p != nil && id != "" {
		return p, false
	}
	for _, p := range v.dir.formerPeople() {
		if id != "" && IDOf(p, v.byUser) == id {
			return p, true
		}
	}
	return nil, false
}

// person is findPerson for operations that fail without the person.
func (v feishuView) person(id string) (p *Person, left bool, err error) {
	p, left = v.findPerson(id)
	switch {
	case id == "":
		return nil, false, feishuError{code: feishuapi.ErrorCodeUserIDMissing}
	case p == nil:
		return nil, false, v.unknownPerson(id)
	case !v.seesPerson(p):
		return nil, false, feishuError{code: feishuapi.ErrorCodeUserOutOfRange}
	}
	return p, left, nil
}

// unknownPerson is the refusal of an id that nobody has, or that is of another kind.
func (v feishuView) unknownPerson(id string) error {
	code := feishuapi.ErrorCodeOpenIDNotFound
	switch v.byUser {
	case ByFeishuUserID:
		code = feishuapi.ErrorCodeUserIDNotFound
	case ByFeishuUnionID:
		code = feishuapi.ErrorCodeUnionIDNotFound
	}
	return feishuError{code: code, text: v.f.text(code) + ": [" + id + "]"}
}

// department finds a department by an id of the kind asked for, and refuses one outside the range with the code outside.
func (v feishuView) department(id string, outside feishuapi.ErrorCode) (*Department, error) {
	dept := v.dir.findDepartment(v.byDepartment, id)
	v.f.mu.Lock()
	gone := v.f.gone[id]
	v.f.mu.Unlock()
	switch {
	case id == "":
		return nil, feishuError{code: feishuapi.ErrorCodeDepartmentIDMissing}
	case dept == nil && gone:
		return nil, feishuError{code: feishuapi.ErrorCodeDepartmentNotFound}
	case dept == nil:
		code := feishuapi.ErrorCodeOpenDepartmentIDNotFound
		if v.byDepartment == ByFeishuID {
			code = feishuapi.ErrorCodeDepartmentIDNotFound
		}
		return nil, feishuError{code: code, text: v.f.text(code) + ": [" + id + "]"}
	case !v.seesDepartment(dept.Key):
		return nil, feishuError{code: outside}
	}
	return dept, nil
}

// personID is an id of the kind asked for, "" for somebody who is not on the staff.
func (v feishuView) personID(key PersonKey) string {
	if p := v.dir.person(key); p != nil {
		return IDOf(p, v.byUser)
	}
	return ""
}

// departmentID is an id of the kind asked for, "" for a department that is gone.
func (v feishuView) departmentID(key DepartmentKey) string {
	if dept := v.dir.department(key); dept != nil {
		return DepartmentIDOf(dept, v.byDepartment)
	}
	return ""
}
