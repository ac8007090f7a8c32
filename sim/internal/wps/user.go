package wps

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// userProfile is what only WPS knows of a person.
type userProfile struct {
	country, employer, loginName, source string
	employmentStatus, employmentType     *string // nil: as the staff record says
	secret                               bool    // the gender is kept private
}

// The members of users, which differ by operation.
const (
	userFields = "city country ctime depts email employee_id employer employment_status employment_type " +
		"ex_user_id gender id leader_id phone role status telephone title type type_v2 user_name work_place def_dept_id"
	listFields = "avatar city country ctime depts email employee_id employer employment_status employment_type " +
		"ex_user_id gender id phone role status telephone title type type_v2 user_name work_place " +
		"def_dept_id"
	contactFields = "avatar ctime depts email employee_id ex_user_id gender id phone role status title user_name"
	outsideFields = "avatar ctime email ex_user_id id phone role status title user_name"
	memberFields  = "avatar city country email employee_id employer employment_status employment_type gender id " +
		"phone role status telephone title user_name work_place def_dept_id"
	newFields = "ex_user_id id role status type type_v2 user_name"

	// What private deployments add.
	privateFields = "avatar login_name source"
	newPrivate    = "depts login_name"
)

// user writes a person with the members of an operation, as far as the app was granted them.
//
// Real answers differ in what an unset text looks like: absent, or empty. Here the person's key decides.
func (v view) user(p *company.Person, fields string, withDepts bool) wpsserver.User {
	w := v.part
	w.mu.Lock()
	profile := w.profiles[p.Key]
	w.mu.Unlock()
	u := wpsserver.User{
		ID:         new(p.WPSUserID),
		UserName:   new(p.Name),
		Status:     new(status(p)),
		Role:       new(role(p)),
		ExUserID:   new(exUserID(p)),
		Ctime:      new(p.Created.Unix()),
		Avatar:     text(p, p.AvatarURL),
		Title:      text(p, p.Position),
		EmployeeID: text(p, p.EmployeeNumber),
		Telephone:  text(p, p.Telephone),
		WorkPlace:  text(p, p.WorkPlace),
		City:       text(p, p.City),
		Country:    text(p, profile.country),
		Employer:   text(p, profile.employer),
		Type:       new(wpsserver.UserTypeCompanyUser),
		TypeV2:     new(wpsserver.UserTypeV2CompanyMember),
	}
	u.EmploymentStatus = text(p, employmentStatus(p, profile))
	u.EmploymentType = text(p, employmentType(p, profile))
	if slices.Contains(v.scopes, scopeEmail) {
		u.Email = text(p, p.Email)
	}
	if slices.Contains(v.scopes, scopePhone) {
		u.Phone = text(p, p.Mobile.Short())
	}
	if slices.Contains(v.scopes, scopeGender) {
		u.Gender = new(gender(p, profile))
	}
	if manager := v.dir.Person(p.Manager); manager != nil && v.person(manager) {
		u.LeaderID = new(manager.WPSUserID)
	}
	if main := v.dir.Department(p.MainDepartment); main != nil && p.Left.IsZero() && v.department(main.Key) {
		u.DefDeptID = new(main.WPSID)
	}
	if withDepts {
		u.Depts = new(v.userDepts(p))
	}
	if w.private() {
		fields += " " + privateFields
		u.LoginName, u.Source = new(cmp.Or(profile.loginName, p.UserID)), new(cmp.Or(profile.source, "inner"))
	}
	return only(u, fields)
}

// only takes away all members but those named.
func only(u wpsserver.User, fields string) wpsserver.User {
	names := strings.Fields(fields)
	value := reflect.ValueOf(&u).Elem()
	for i := range value.NumField() {
		name, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("json"), ",")
		if !slices.Contains(names, name) {
			value.Field(i).SetZero()
		}
	}
	return u
}

// text is a text that may be unset.
func text(p *company.Person, text string) *string {
	if text == "" && p.Key%3 == 0 {
		return nil
	}
	return &text
}

// exUserID is the id in the outer identity source: that of the platform if none was set.
func exUserID(p *company.Person) string {
	if p.GeneratedUserID {
		return p.WPSUserID
	}
	return p.UserID
}

func status(p *company.Person) wpsserver.UserStatus {
	switch {
	case !p.Left.IsZero():
		return wpsserver.UserStatusDimission
	case p.Status == company.StatusDisabled:
		return wpsserver.UserStatusDisabled
	case p.Status == company.StatusNotActivated:
		return wpsserver.UserStatusNotactive
	}
	return wpsserver.UserStatusActive
}

func role(p *company.Person) wpsserver.UserRole {
	switch {
	case p.Founder:
		return wpsserver.UserRoleSuperAdmin
	case p.Admin:
		return wpsserver.UserRoleAdmin
	}
	return wpsserver.UserRoleNormal
}

func gender(p *company.Person, profile userProfile) wpsserver.Gender {
	switch {
	case profile.secret:
		return wpsserver.GenderSecrecy
	case p.Gender == company.GenderMale:
		return wpsserver.GenderMale
	case p.Gender == company.GenderFemale:
		return wpsserver.GenderFemale
	}
	return wpsserver.GenderUndefined
}

// employmentType is one of the two words for companies, or nothing for contracts that they do not name.
func employmentType(p *company.Person, profile userProfile) string {
	switch {
	case profile.employmentType != nil:
		return *profile.employmentType
	case p.Employment == company.EmploymentRegular:
		return "permanent"
	case p.Employment == company.EmploymentIntern:
		return "intern"
	}
	return ""
}

func employmentStatus(p *company.Person, profile userProfile) string {
	switch {
	case profile.employmentStatus != nil:
		return *profile.employmentStatus
	case p.Key%40 == 17:
		return "probationary"
	}
	return ""
}

// userDepts writes the departments of a person that the app sees. Private deployments call the id dept_id, some beside
// id and some in place of it, and add to it.
func (v view) userDepts(p *company.Person) []wpsserver.UserDept {
	out := []wpsserver.UserDept{}
	for _, m := range p.Memberships {
		dept := v.dir.Department(m.Department)
		if dept == nil || !p.Left.IsZero() || !v.department(m.Department) {
			continue
		}
		ud := wpsserver.UserDept{ID: new(dept.WPSID), Name: new(dept.Name), AbsPath: new(v.path(dept))}
		if v.part.private() {
			ud.DeptID = new(dept.WPSID)
			if p.Key%2 == 1 {
				ud.ID = nil
			}
			ud.IsDefDept = new(p.MainDepartment == dept.Key)
			ud.IsLeader = new(m.Leader)
			ud.Order = new(v.part.order(p, m))
		}
		out = append(out, ud)
	}
	return out
}

// place is a person's place in a department.
type place struct {
	person company.PersonKey
	dept   company.DepartmentKey
}

// order is the rank of a member. Ranks are larger than 32 bits for some, as they are at WPS.
func (w *Vendor) order(p *company.Person, m company.Membership) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if order, set := w.orders[place{p.Key, m.Department}]; set {
		return order
	}
	if p.Key%16 == 3 {
		return m.Order + 1<<32
	}
	return m.Order
}
