package sim

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// wpsProfile is what only WPS knows of a person.
type wpsProfile struct {
	country, employer, loginName, source string
	employmentStatus, employmentType     *string // nil: as the staff record says
	secret                               bool    // the gender is kept private
}

// The members of users, which differ by operation.
const (
	wpsUserFields    = "city country ctime depts email employee_id employer employment_status employment_type ex_user_id gender id leader_id phone role status telephone title user_name work_place def_dept_id"
	wpsListFields    = "avatar city country ctime depts email employee_id employer employment_status employment_type ex_user_id gender id phone role status telephone title user_name work_place def_dept_id"
	wpsContactFields = "avatar ctime depts email employee_id ex_user_id gender id phone role status title user_name"
	wpsOutsideFields = "avatar ctime email ex_user_id id phone role status title user_name"
	wpsMemberFields  = "avatar city country email employee_id employer employment_status employment_type gender id phone role status telephone title user_name work_place def_dept_id"
	wpsNewFields     = "ex_user_id id role status user_name"

	// What private deployments add.
	wpsPrivateFields = "avatar login_name source"
	wpsNewPrivate    = "depts login_name"
)

// user writes a person with the members of an operation, as far as the app was granted them.
//
// Real answers differ in what an unset text looks like: absent, or empty. Here the person's key decides.
func (v wpsView) user(p *Person, fields string, withDepts bool) wpsserver.User {
	w := v.part
	w.mu.Lock()
	profile := w.profiles[p.Key]
	w.mu.Unlock()
	u := wpsserver.User{
		ID:         new(p.WPSUserID),
		UserName:   new(p.Name),
		Status:     new(wpsStatus(p)),
		Role:       new(wpsRole(p)),
		ExUserID:   new(wpsExUserID(p)),
		Ctime:      new(p.Created.Unix()),
		Avatar:     wpsText(p, p.AvatarURL),
		Title:      wpsText(p, p.Position),
		EmployeeID: wpsText(p, p.EmployeeNumber),
		Telephone:  wpsText(p, p.Telephone),
		WorkPlace:  wpsText(p, p.WorkPlace),
		City:       wpsText(p, p.City),
		Country:    wpsText(p, profile.country),
		Employer:   wpsText(p, profile.employer),
	}
	u.EmploymentStatus = wpsText(p, wpsEmploymentStatus(p, profile))
	u.EmploymentType = wpsText(p, wpsEmploymentType(p, profile))
	if slices.Contains(v.scopes, wpsScopeEmail) {
		u.Email = wpsText(p, p.Email)
	}
	if slices.Contains(v.scopes, wpsScopePhone) {
		u.Phone = wpsText(p, p.Mobile.Short())
	}
	if slices.Contains(v.scopes, wpsScopeGender) {
		u.Gender = new(wpsGender(p, profile))
	}
	if manager := v.dir.person(p.Manager); manager != nil && v.person(manager) {
		u.LeaderID = new(manager.WPSUserID)
	}
	if main := v.dir.department(p.MainDepartment); main != nil && p.Left.IsZero() && v.department(main.Key) {
		u.DefDeptID = new(main.WPSID)
	}
	if withDepts {
		u.Depts = new(v.userDepts(p))
	}
	if w.private() {
		fields += " " + wpsPrivateFields
		u.LoginName, u.Source = new(cmp.Or(profile.loginName, p.UserID)), new(cmp.Or(profile.source, "inner"))
	}
	return wpsOnly(u, fields)
}

// wpsOnly takes away all members but those named.
func wpsOnly(u wpsserver.User, fields string) wpsserver.User {
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

// wpsText is a text that may be unset.
func wpsText(p *Person, text string) *string {
	if text == "" && p.Key%3 == 0 {
		return nil
	}
	return &text
}

// wpsExUserID is the id in the outer identity source: that of the platform if none was set.
func wpsExUserID(p *Person) string {
	if p.GeneratedUserID {
		return p.WPSUserID
	}
	return p.UserID
}

func wpsStatus(p *Person) wpsserver.UserStatus {
	switch {
	case !p.Left.IsZero():
		return wpsserver.UserStatusDimission
	case p.Status == StatusDisabled:
		return wpsserver.UserStatusDisabled
	case p.Status == StatusNotActivated:
		return wpsserver.UserStatusNotactive
	}
	return wpsserver.UserStatusActive
}

func wpsRole(p *Person) wpsserver.UserRole {
	switch {
	case p.Founder:
		return wpsserver.UserRoleSuperAdmin
	case p.Admin:
		return wpsserver.UserRoleAdmin
	}
	return wpsserver.UserRoleNormal
}

func wpsGender(p *Person, profile wpsProfile) wpsserver.Gender {
	switch {
	case profile.secret:
		return wpsserver.GenderSecrecy
	case p.Gender == GenderMale:
		return wpsserver.GenderMale
	case p.Gender == GenderFemale:
		return wpsserver.GenderFemale
	}
	return wpsserver.GenderUndefined
}

// wpsEmploymentType is one of the two words for companies, or nothing for contracts that they do not name.
func wpsEmploymentType(p *Person, profile wpsProfile) string {
	switch {
	case profile.employmentType != nil:
		return *profile.employmentType
	case p.Employment == EmploymentRegular:
		return "permanent"
	case p.Employment == EmploymentIntern:
		return "intern"
	}
	return ""
}

func wpsEmploymentStatus(p *Person, profile wpsProfile) string {
	switch {
	case profile.employmentStatus != nil:
		return *profile.employmentStatus
	case p.Key%40 == 17:
		return "probationary"
	}
	return ""
}

// userDepts writes the departments of a person that the app sees. Private deployments call the id dept_id, some beside id and some in
// place of it, and add to it.
func (v wpsView) userDepts(p *Person) []wpsserver.UserDept {
	out := []wpsserver.UserDept{}
	for _, m := range p.Memberships {
		dept := v.dir.department(m.Department)
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

// wpsPlace is a person's place in a department.
type wpsPlace struct {
	person PersonKey
	dept   DepartmentKey
}

// order is the rank of a member. Ranks are larger than 32 bits for some, as they are at WPS.
func (w *wps) order(p *Person, m Membership) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if order, set := w.orders[wpsPlace{p.Key, m.Department}]; set {
		return order
	}
	if p.Key%16 == 3 {
		return m.Order + 1<<32
	}
	return m.Order
}
