package wps

import (
	"context"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// userChange is what a call says of a person; what is nil is not said.
type userChange struct {
	name, mainDept, exUserID, email, phone, title, number, employmentStatus, employmentType *string
	employer, leader, telephone, workPlace, city, country, avatar, loginName, source        *string
	gender                                                                                  *wpsserver.GenderInput
}

// CreateUser adds a person, who has not signed in yet.
func (w *Vendor) CreateUser(ctx context.Context,
	r wpsserver.CreateUserRequestObject) (wpsserver.CreateUserResponseObject, error) {
	b, c := r.Body, desk.CallOf(ctx)
	change := userChange{
		name: &b.UserName, mainDept: b.DefDeptID, exUserID: b.ExUserID, email: b.Email, phone: b.Phone, title: b.Title,
		number:           b.EmployeeID,
		employmentStatus: b.EmploymentStatus, employmentType: b.EmploymentType, employer: b.Employer,
		leader:    b.LeaderID,
		telephone: b.Telephone, workPlace: b.WorkPlace, city: b.City, country: b.Country, avatar: b.Avatar,
		loginName: b.LoginName,
		source:    b.Source, gender: b.Gender,
	}
	var data wpsserver.User
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		v := w.viewOf(c, d)
		if len(b.DeptIDs) == 0 {
			return invalid("dept_ids is required")
		}
		p := company.Person{Status: company.StatusNotActivated, Employment: company.EmploymentRegular, Created: c.Now,
			Key: d.NextPersonKey(), GeneratedUserID: true}
		d.AssignIDs(&p)
		p.UserID = company.Unused(func(attempt int) string {
			return p.WPSUserID + strings.Repeat("0", attempt)
		}, func(id string) bool { return d.FindPerson(company.ByUserID, id) != nil })
		if err := v.enter(&p, b.DeptIDs); err != nil {
			return err
		}
		if err := v.apply(&p, change); err != nil {
			return err
		}
		p.Changed = c.Now
		added, err := d.AddPerson(p)
		if err != nil {
			return err
		}
		w.remember(added.Key, change)
		fields := newFields
		if w.private() {
			fields += " " + newPrivate
		}
		data = v.user(added, fields, w.private())
		return nil
	})
	return wpsserver.CreateUser200JSONResponse{Msg: w.said(""), Data: &data}, err
}

// UpdateUser changes what is said of a person and leaves the rest. An empty text clears.
func (w *Vendor) UpdateUser(ctx context.Context,
	r wpsserver.UpdateUserRequestObject) (wpsserver.UpdateUserResponseObject, error) {
	b, c := r.Body, desk.CallOf(ctx)
	change := userChange{
		name: b.UserName, mainDept: b.DefDeptID, exUserID: b.ExUserID, email: b.Email, phone: b.Phone, title: b.Title,
		number:           b.EmployeeID,
		employmentStatus: b.EmploymentStatus, employmentType: b.EmploymentType, employer: b.Employer,
		leader:    b.LeaderID,
		telephone: b.Telephone, workPlace: b.WorkPlace, city: b.City, country: b.Country, avatar: b.Avatar,
		loginName: b.LoginName,
		source:    b.Source, gender: b.Gender,
	}
	key, err := w.changePerson(c, r.UserID, func(v view, p *company.Person) error { return v.apply(p, change) })
	if err == nil {
		w.remember(key, change)
	}
	return wpsserver.UpdateUser200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// changePerson changes one person and says who it was.
func (w *Vendor) changePerson(c *desk.Call, id string,
	edit func(view, *company.Person) error) (company.PersonKey, error) {
	var key company.PersonKey
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		v := w.viewOf(c, d)
		old := v.userNamed(id)
		if old == nil {
			return noSuch("user", id)
		}
		key = old.Key
		return d.UpdatePerson(key, func(p *company.Person) error {
			p.Changed = c.Now
			return edit(v, p)
		})
	})
	return key, err
}

// DeleteUser takes a person off the staff.
func (w *Vendor) DeleteUser(ctx context.Context,
	r wpsserver.DeleteUserRequestObject) (wpsserver.DeleteUserResponseObject, error) {
	c := desk.CallOf(ctx)
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		p := w.viewOf(c, d).userNamed(r.UserID)
		switch {
		case p == nil:
			return noSuch("user", r.UserID)
		case p.Founder:
			return denied("a super-admin cannot be deleted")
		}
		return d.RemovePerson(p.Key, c.Now)
	})
	return wpsserver.DeleteUser200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// enter puts a person into departments, and only these. A place that the person has already is kept.
func (v view) enter(p *company.Person, ids []string) error {
	var memberships []company.Membership
	for _, id := range ids {
		dept := v.deptNamed(id)
		if dept == nil {
			return noSuch("department", id)
		}
		if slices.ContainsFunc(memberships, func(m company.Membership) bool { return m.Department == dept.Key }) {
			return invalid("dept_ids has a department twice")
		}
		m, was := p.In(dept.Key)
		if !was {
			m = v.newPlace(p, dept)
		}
		memberships = append(memberships, m)
	}
	p.Memberships = memberships
	return nil
}

// newPlace is a person's place in a department that is new to the person, who may have been made its manager before.
func (v view) newPlace(p *company.Person, dept *company.Department) company.Membership {
	v.part.mu.Lock()
	defer v.part.mu.Unlock()
	delete(v.part.orders, place{p.Key, dept.Key}) // of an earlier stay
	return company.Membership{
		Department: dept.Key, DingTalkOrder: v.dir.DingTalkOrder(p.Key, dept.Key),
		Leader: slices.ContainsFunc(v.part.depts[dept.Key].leaders,
			func(l deptLeader) bool { return l.person == p.Key }),
	}
}

// check refuses a change that the fields do not allow.
func (change userChange) check() error {
	switch {
	case change.name != nil && blank(*change.name):
		return invalid("user_name is required")
	case desk.Outside(change.exUserID, 0, 128):
		return invalid("ex_user_id may have 128 characters at most")
	case !desk.IsBlank(change.email) && !company.ValidMail(*change.email, 128):
		return invalid("email is malformed")
	case !desk.IsBlank(change.phone) && !company.ValidMobile(*change.phone):
		return invalid("phone is malformed")
	case change.gender != nil && !change.gender.Valid():
		return invalid("gender may be undefined, male, female or secrecy")
	}
	return nil
}

// apply writes a change into p.
func (v view) apply(p *company.Person, change userChange) error {
	if err := change.check(); err != nil {
		return err
	}
	for _, text := range []struct{ field, value *string }{
		{&p.Name, change.name}, {&p.Email, change.email}, {&p.Position, change.title},
		{&p.EmployeeNumber, change.number},
		{&p.Telephone, change.telephone}, {&p.WorkPlace, change.workPlace}, {&p.City, change.city},
		{&p.AvatarURL, change.avatar},
	} {
		if text.value != nil {
			*text.field = *text.value
		}
	}
	if change.phone != nil {
		p.Mobile, _ = company.ParseMobile(*change.phone)
	}
	if change.exUserID != nil {
		if err := v.nameOutside(p, *change.exUserID); err != nil {
			return err
		}
	}
	if change.gender != nil {
		p.Gender = map[wpsserver.GenderInput]company.Gender{
			wpsserver.GenderInputMale: company.GenderMale, wpsserver.GenderInputFemale: company.GenderFemale,
		}[*change.gender]
	}
	if change.leader != nil {
		p.Manager = 0
		if *change.leader != "" {
			leader := v.userNamed(*change.leader)
			if leader == nil {
				return noSuch("user", *change.leader)
			}
			p.Manager = leader.Key
		}
	}
	if !desk.IsBlank(change.mainDept) {
		main := v.deptNamed(*change.mainDept)
		if main == nil {
			return noSuch("department", *change.mainDept)
		}
		if _, in := p.In(main.Key); !in {
			return invalid("def_dept_id is not one of the user's departments")
		}
		p.MainDepartment = main.Key
	}
	return nil
}

// nameOutside gives a person an id in the outer identity source, or takes it away.
func (v view) nameOutside(p *company.Person, id string) error {
	if id == "" {
		p.UserID, p.GeneratedUserID = p.WPSUserID, true
		return nil
	}
	if other := v.userNamedOutside(id); other != nil && other.Key != p.Key {
		return conflict(wpsserver.ErrorCodeUserExUserIDExists, "ex_user_id "+id+" is taken")
	}
	p.UserID, p.GeneratedUserID = id, false
	return nil
}

// remember keeps what only WPS knows of a person.
func (w *Vendor) remember(key company.PersonKey, change userChange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	profile := w.profiles[key]
	for _, text := range []struct{ field, value *string }{
		{&profile.country, change.country}, {&profile.employer, change.employer},
		{&profile.loginName, change.loginName}, {&profile.source, change.source},
	} {
		if text.value != nil {
			*text.field = *text.value
		}
	}
	if change.employmentStatus != nil {
		profile.employmentStatus = change.employmentStatus
	}
	if change.employmentType != nil {
		profile.employmentType = change.employmentType
	}
	if change.gender != nil {
		profile.secret = *change.gender == wpsserver.GenderInputSecrecy
	}
	w.profiles[key] = profile
}
