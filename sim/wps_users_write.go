package sim

import (
	"context"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// wpsChange is what a call says of a person; what is nil is not said.
type wpsChange struct {
	name, mainDept, exUserID, email, phone, title, number, employmentStatus, employmentType *string
	employer, leader, telephone, workPlace, city, country, avatar, loginName, source        *string
	gender                                                                                  *wpsserver.GenderInput
}

// CreateUser adds a person, who has not signed in yet.
func (w *wps) CreateUser(ctx context.Context, r wpsserver.CreateUserRequestObject) (wpsserver.CreateUserResponseObject, error) {
	b, c := r.Body, callOf(ctx)
	change := wpsChange{
		name: &b.UserName, mainDept: b.DefDeptID, exUserID: b.ExUserID, email: b.Email, phone: b.Phone, title: b.Title, number: b.EmployeeID,
		employmentStatus: b.EmploymentStatus, employmentType: b.EmploymentType, employer: b.Employer, leader: b.LeaderID,
		telephone: b.Telephone, workPlace: b.WorkPlace, city: b.City, country: b.Country, avatar: b.Avatar, loginName: b.LoginName,
		source: b.Source, gender: b.Gender,
	}
	var data wpsserver.User
	err := w.sim.org.change(func(d *directory) error {
		v := w.viewOf(c, d)
		if len(b.DeptIDs) == 0 {
			return wpsInvalid("dept_ids is required")
		}
		p := Person{Status: StatusNotActivated, Employment: EmploymentRegular, Created: c.now, Key: d.lastPerson + 1, GeneratedUserID: true}
		d.assignIDs(&p)
		p.UserID = unused(func(attempt int) string {
			return p.WPSUserID + strings.Repeat("0", attempt)
		}, func(id string) bool { return d.findPerson(ByUserID, id) != nil })
		if err := v.enter(&p, b.DeptIDs); err != nil {
			return err
		}
		if err := v.apply(&p, change); err != nil {
			return err
		}
		p.Changed = c.now
		added, err := d.addPerson(p)
		if err != nil {
			return err
		}
		w.remember(added.Key, change)
		fields := wpsNewFields
		if w.private() {
			fields += " " + wpsNewPrivate
		}
		data = v.user(added, fields, w.private())
		return nil
	})
	return wpsserver.CreateUser200JSONResponse{Msg: w.said(""), Data: &data}, err
}

// UpdateUser changes what is said of a person and leaves the rest. An empty text clears.
func (w *wps) UpdateUser(ctx context.Context, r wpsserver.UpdateUserRequestObject) (wpsserver.UpdateUserResponseObject, error) {
	b, c := r.Body, callOf(ctx)
	change := wpsChange{
		name: b.UserName, mainDept: b.DefDeptID, exUserID: b.ExUserID, email: b.Email, phone: b.Phone, title: b.Title, number: b.EmployeeID,
		employmentStatus: b.EmploymentStatus, employmentType: b.EmploymentType, employer: b.Employer, leader: b.LeaderID,
		telephone: b.Telephone, workPlace: b.WorkPlace, city: b.City, country: b.Country, avatar: b.Avatar, loginName: b.LoginName,
		source: b.Source, gender: b.Gender,
	}
	key, err := w.changePerson(c, r.UserID, func(v wpsView, p *Person) error { return v.apply(p, change) })
	if err == nil {
		w.remember(key, change)
	}
	return wpsserver.UpdateUser200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// changePerson changes one person and says who it was.
func (w *wps) changePerson(c *call, id string, edit func(wpsView, *Person) error) (PersonKey, error) {
	var key PersonKey
	err := w.sim.org.change(func(d *directory) error {
		v := w.viewOf(c, d)
		old := v.userNamed(id)
		if old == nil {
			return wpsNoSuch("user", id)
		}
		key = old.Key
		return d.updatePerson(key, func(p *Person) error {
			p.Changed = c.now
			return edit(v, p)
		})
	})
	return key, err
}

// DeleteUser takes a person off the staff.
func (w *wps) DeleteUser(ctx context.Context, r wpsserver.DeleteUserRequestObject) (wpsserver.DeleteUserResponseObject, error) {
	c := callOf(ctx)
	err := w.sim.org.change(func(d *directory) error {
		p := w.viewOf(c, d).userNamed(r.UserID)
		switch {
		case p == nil:
			return wpsNoSuch("user", r.UserID)
		case p.Founder:
			return wpsDenied("a super-admin cannot be deleted")
		}
		return d.removePerson(p.Key, c.now)
	})
	return wpsserver.DeleteUser200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// enter puts a person into departments, and only these. A place that the person has already is kept.
func (v wpsView) enter(p *Person, ids []string) error {
	var memberships []Membership
	for _, id := range ids {
		dept := v.deptNamed(id)
		if dept == nil {
			return wpsNoSuch("department", id)
		}
		if slices.ContainsFunc(memberships, func(m Membership) bool { return m.Department == dept.Key }) {
			return wpsInvalid("dept_ids has a department twice")
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
func (v wpsView) newPlace(p *Person, dept *Department) Membership {
	v.part.mu.Lock()
	defer v.part.mu.Unlock()
	delete(v.part.orders, wpsPlace{p.Key, dept.Key}) // of an earlier stay
	return Membership{
		Department: dept.Key, DingTalkOrder: v.dir.dingTalkOrder(p.Key, dept.Key),
		Leader: slices.ContainsFunc(v.part.depts[dept.Key].leaders, func(l wpsLeader) bool { return l.person == p.Key }),
	}
}

// check holds a change against what the fields may be.
func (change wpsChange) check() error {
	switch {
	case change.name != nil && wpsBlank(*change.name):
		return wpsInvalid("user_name is required")
	case outside(change.exUserID, 0, 128):
		return wpsInvalid("ex_user_id may have 128 characters at most")
	case !isBlank(change.email) && !validMail(*change.email, 128):
		return wpsInvalid("email is malformed")
	case !isBlank(change.phone) && !validMobile(*change.phone):
		return wpsInvalid("phone is malformed")
	case change.gender != nil && !change.gender.Valid():
		return wpsInvalid("gender may be male, female or secrecy")
	}
	return nil
}

// apply writes a change into p.
func (v wpsView) apply(p *Person, change wpsChange) error {
	if err := change.check(); err != nil {
		return err
	}
	for _, text := range []struct{ field, value *string }{
		{&p.Name, change.name}, {&p.Email, change.email}, {&p.Position, change.title}, {&p.EmployeeNumber, change.number},
		{&p.Telephone, change.telephone}, {&p.WorkPlace, change.workPlace}, {&p.City, change.city}, {&p.AvatarURL, change.avatar},
	} {
		if text.value != nil {
			*text.field = *text.value
		}
	}
	if change.phone != nil {
		p.Mobile, _ = ParseMobile(*change.phone)
	}
	if change.exUserID != nil {
		if err := v.nameOutside(p, *change.exUserID); err != nil {
			return err
		}
	}
	if change.gender != nil {
		p.Gender = map[wpsserver.GenderInput]Gender{
			wpsserver.GenderInputMale: GenderMale, wpsserver.GenderInputFemale: GenderFemale,
		}[*change.gender]
	}
	if change.leader != nil {
		p.Manager = 0
		if *change.leader != "" {
			leader := v.userNamed(*change.leader)
			if leader == nil {
				return wpsNoSuch("user", *change.leader)
			}
			p.Manager = leader.Key
		}
	}
	if !isBlank(change.mainDept) {
		main := v.deptNamed(*change.mainDept)
		if main == nil {
			return wpsNoSuch("department", *change.mainDept)
		}
		if _, in := p.In(main.Key); !in {
			return wpsInvalid("def_dept_id is not one of the user's departments")
		}
		p.MainDepartment = main.Key
	}
	return nil
}

// nameOutside gives a person an id in the outer identity source, or takes it away.
func (v wpsView) nameOutside(p *Person, id string) error {
	if id == "" {
		p.UserID, p.GeneratedUserID = p.WPSUserID, true
		return nil
	}
	if other := v.userNamedOutside(id); other != nil && other.Key != p.Key {
		return wpsConflict("ex_user_id " + id + " is taken")
	}
	p.UserID, p.GeneratedUserID = id, false
	return nil
}

// remember keeps what only WPS knows of a person.
func (w *wps) remember(key PersonKey, change wpsChange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	profile := w.profiles[key]
	for _, text := range []struct{ field, value *string }{
		{&profile.country, change.country}, {&profile.employer, change.employer}, {&profile.loginName, change.loginName}, {&profile.source, change.source},
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
