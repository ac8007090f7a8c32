package feishu

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// area is what the demo apps may see: the contact range. It is replaced as a whole, never changed.
type area struct {
	limited     bool // false for all members
	departments []company.DepartmentKey
	userIDs     []string // people granted one by one, by user id of the company
	groups      []company.GroupKey
	hidden      func(company.Person) bool
}

func newArea(departments []company.DepartmentKey, userIDs []string, hidden func(company.Person) bool) area {
	return area{
		limited:     !slices.Contains(departments, company.RootDepartment),
		departments: slices.Clone(departments),
		userIDs:     slices.Clone(userIDs),
		hidden:      hidden,
	}
}

// view is what a caller sees of the company, and by which ids.
type view struct {
	f    *Vendor
	c    *desk.Call
	dir  *company.Directory
	may  func(scopes ...string) bool
	area area
	user company.PersonKey // whose token it is, 0 for an app

	byUser       company.PersonID
	byDepartment company.DepartmentID
}

// viewOf returns what the caller of c sees.
func (f *Vendor) viewOf(c *desk.Call, d *company.Directory) view {
	v := view{f: f, c: c, dir: d, may: f.openTo(c), byUser: userKind(c.Request),
		byDepartment: departmentKind(c.Request)}
	f.mu.Lock()
	defer f.mu.Unlock()
	v.area = f.area
	if r, ok := f.desk.RangeOf(Name); ok {
		v.area = newArea(r.Departments, r.UserIDs, f.area.hidden)
	}
	if consent := f.consents[c.Grant.Token]; consent != nil {
		v.user, v.area.limited = consent.person, false // people see the whole company
	}
	return v
}

// userKind is the kind of user ids that a request speaks of.
func userKind(r *http.Request) company.PersonID {
	query := r.URL.Query()
	switch cmp.Or(query.Get("user_id_type"), query.Get("employee_id_type")) {
	case string(feishuserver.UserIDTypeUserID), string(feishuserver.EmployeeIDTypeEmployeeID):
		return company.ByFeishuUserID
	case string(feishuserver.UserIDTypeUnionID):
		return company.ByFeishuUnionID
	}
	return company.ByFeishuOpenID
}

// departmentKind is the kind of department ids that a request speaks of.
func departmentKind(r *http.Request) company.DepartmentID {
	if r.URL.Query().Get("department_id_type") == string(feishuserver.DepartmentIDTypeDepartmentID) {
		return company.ByFeishuID
	}
	return company.ByFeishuOpenDepartmentID
}

// seesDepartment tells whether a department is in the range: it or one above it was given to the app. The root needs
// the range of all members.
func (v view) seesDepartment(key company.DepartmentKey) bool {
	if !v.area.limited {
		return true
	}
	return slices.ContainsFunc(v.dir.Path(key), func(dept *company.Department) bool {
		return slices.Contains(v.area.departments, dept.Key) ||
			v.granted(func(g *company.Group) bool { return slices.Contains(g.Departments, dept.Key) })
	})
}

// granted tells whether one of the groups that were given to the app is as wanted.
func (v view) granted(is func(*company.Group) bool) bool {
	return slices.ContainsFunc(v.area.groups, func(key company.GroupKey) bool {
		g := v.dir.Group(key)
		return g != nil && is(g)
	})
}

// seesPerson tells whether a person is in the range, with the departments there were at the end for one who has left.
func (v view) seesPerson(p *company.Person) bool {
	if v.area.hidden != nil && p.Key != v.user && v.area.hidden(company.Clone(p)) {
		return false
	}
	return !v.area.limited || slices.Contains(v.area.userIDs, p.UserID) ||
		v.granted(func(g *company.Group) bool { return slices.Contains(g.People, p.Key) }) ||
		slices.ContainsFunc(p.Memberships, func(m company.Membership) bool { return v.seesDepartment(m.Department) })
}

// findPerson finds a person by an id of the kind asked for, on the staff or among those who left. It does not look at
// the range.
func (v view) findPerson(id string) (p *company.Person, left bool) {
	if p := v.dir.FindPerson(v.byUser, id); p != nil && id != "" {
		return p, false
	}
	for _, p := range v.dir.FormerPeople() {
		if id != "" && company.IDOf(p, v.byUser) == id {
			return p, true
		}
	}
	return nil, false
}

// person is findPerson for operations that fail without the person.
func (v view) person(id string) (p *company.Person, left bool, err error) {
	p, left = v.findPerson(id)
	switch {
	case id == "":
		return nil, false, refusal{code: feishuapi.ErrorCodeUserIDMissing}
	case p == nil:
		return nil, false, v.unknownPerson(id)
	case !v.seesPerson(p):
		return nil, false, refusal{code: feishuapi.ErrorCodeUserOutOfRange}
	}
	return p, left, nil
}

// unknownPerson is the refusal of an id that nobody has, or that is of another kind.
func (v view) unknownPerson(id string) error {
	code := feishuapi.ErrorCodeOpenIDNotFound
	switch v.byUser {
	case company.ByFeishuUserID:
		code = feishuapi.ErrorCodeUserIDNotFound
	case company.ByFeishuUnionID:
		code = feishuapi.ErrorCodeUnionIDNotFound
	}
	return refusal{code: code, text: v.f.text(code) + ": [" + id + "]"}
}

// department finds a department by an id of the kind asked for, and refuses one outside the range with the code
// outside.
func (v view) department(id string, outside feishuapi.ErrorCode) (*company.Department, error) {
	dept := v.dir.FindDepartment(v.byDepartment, id)
	v.f.mu.Lock()
	gone := v.f.gone[id]
	v.f.mu.Unlock()
	switch {
	case id == "":
		return nil, refusal{code: feishuapi.ErrorCodeDepartmentIDMissing}
	case dept == nil && gone:
		return nil, refusal{code: feishuapi.ErrorCodeDepartmentNotFound}
	case dept == nil:
		code := feishuapi.ErrorCodeOpenDepartmentIDNotFound
		if v.byDepartment == company.ByFeishuID {
			code = feishuapi.ErrorCodeDepartmentIDNotFound
		}
		return nil, refusal{code: code, text: v.f.text(code) + ": [" + id + "]"}
	case !v.seesDepartment(dept.Key):
		return nil, refusal{code: outside}
	}
	return dept, nil
}

// personID is an id of the kind asked for, "" for somebody who is not on the staff.
func (v view) personID(key company.PersonKey) string {
	if p := v.dir.Person(key); p != nil {
		return company.IDOf(p, v.byUser)
	}
	return ""
}

// departmentID is an id of the kind asked for, "" for a department that is gone.
func (v view) departmentID(key company.DepartmentKey) string {
	if dept := v.dir.Department(key); dept != nil {
		return company.DepartmentIDOf(dept, v.byDepartment)
	}
	return ""
}
