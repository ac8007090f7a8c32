package wecom

import (
	"context"
	"errors"
	"strconv"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// pendingName is the department that takes in members without a department, and departments that nobody created.
const pendingName = "其他（待设置部门）"

// memberChange is what a call or a row of an import says of a member; what is nil is not said.
type memberChange struct {
	name, alias, mobile, position, email, bizMail           *string
	telephone, avatar, externalPosition, address, newUserID *string
	gender                                                  *wecomserver.GenderInput
	enable, mainDepartment                                  *int64
	departments, orders, leads                              *[]int64
	directLeader                                            *[]string
	attributes                                              *wecomserver.ExtAttrInput
	external                                                *wecomserver.ExternalProfileInput
	mailAliases                                             *wecomserver.BizMailAliasInput
}

// CreateUser adds a member.
func (w *Vendor) CreateUser(ctx context.Context,
	r wecomserver.CreateUserRequestObject) (wecomserver.CreateUserResponseObject, error) {
	b, c := r.Body, desk.CallOf(ctx)
	change := memberChange{
		name: &b.Name, alias: b.Alias, mobile: b.Mobile, position: b.Position, email: b.Email, bizMail: b.BizMail,
		telephone: b.Telephone, avatar: b.AvatarMediaID, externalPosition: b.ExternalPosition, address: b.Address,
		gender: b.Gender, enable: b.Enable, mainDepartment: b.MainDepartment,
		departments: b.Department, orders: b.Order, leads: b.IsLeaderInDept, directLeader: b.DirectLeader,
		attributes: b.ExtAttr, external: b.ExternalProfile,
	}
	var created []wecomserver.CreatedDepartment
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		var err error
		created, err = w.createMember(d, c, b.UserID, change)
		return err
	})
	if err != nil {
		return nil, err
	}
	if b.ToInvite == nil || *b.ToInvite { // left out means yes
		w.invite(c, b.UserID)
	}
	var out wecomserver.CreateUser200JSONResponse
	if len(created) > 0 {
		out.CreatedDepartmentList = &wecomserver.CreatedDepartmentList{DepartmentInfo: &created}
	}
	return out, nil
}

// UpdateUser changes what is said of a member and leaves the rest.
func (w *Vendor) UpdateUser(ctx context.Context,
	r wecomserver.UpdateUserRequestObject) (wecomserver.UpdateUserResponseObject, error) {
	b, c := r.Body, desk.CallOf(ctx)
	change := memberChange{
		name: b.Name, alias: b.Alias, mobile: b.Mobile, position: b.Position, email: b.Email, bizMail: b.BizMail,
		telephone: b.Telephone, avatar: b.AvatarMediaID, externalPosition: b.ExternalPosition, address: b.Address,
		newUserID: b.NewUserID,
		gender:    b.Gender, enable: b.Enable, mainDepartment: b.MainDepartment,
		departments: b.Department, orders: b.Order, leads: b.IsLeaderInDept, directLeader: b.DirectLeader,
		attributes: b.ExtAttr, external: b.ExternalProfile, mailAliases: b.BizMailAlias,
	}
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		return w.updateMember(d, c, b.UserID, change)
	})
	return wecomserver.UpdateUser200JSONResponse{}, err
}

// createMember adds a member and says which departments were created on the way.
func (w *Vendor) createMember(d *company.Directory, c *desk.Call, userID string,
	change memberChange) ([]wecomserver.CreatedDepartment, error) {
	switch {
	case userID == "":
		return nil, refusal{code: wecomapi.ErrorCodeUserIDMissing}
	case !company.ValidUserID(userID):
		return nil, refusal{code: wecomapi.ErrorCodeInvalidUserID}
	case d.FindPerson(company.ByUserID, userID) != nil:
		return nil, refusal{code: wecomapi.ErrorCodeUserIDExists}
	}
	if change.name == nil {
		change.name = new("")
	}
	if change.departments == nil || len(*change.departments) == 0 {
		change.departments = &[]int64{0}
		if change.orders != nil || change.leads != nil {
			return nil, refusal{code: wecomapi.ErrorCodeDepartmentRequired}
		}
	}
	if err := w.checkChange(c, change); err != nil {
		return nil, err
	}
	if desk.IsBlank(change.mobile) && desk.IsBlank(change.email) {
		return nil, refusal{code: wecomapi.ErrorCodeMobileAndEmailEmpty}
	}
	p := company.Person{Key: d.NextPersonKey(), UserID: userID, Status: company.StatusNotActivated,
		Employment: company.EmploymentRegular, Created: c.Now}
	created, err := w.apply(d, c, &p, change)
	if err != nil {
		return nil, err
	}
	added, err := d.AddPerson(p)
	if err != nil {
		return nil, memberFailure(err)
	}
	w.remember(added.Key, change)
	return created, nil
}

// updateMember changes a member.
func (w *Vendor) updateMember(d *company.Directory, c *desk.Call, userID string, change memberChange) error {
	if userID == "" {
		return refusal{code: wecomapi.ErrorCodeUserIDMissing}
	}
	p := d.FindPerson(company.ByUserID, userID)
	if p == nil {
		return refusal{code: wecomapi.ErrorCodeUserIDNotFound}
	}
	if change.departments != nil && len(*change.departments) == 0 {
		return refusal{code: wecomapi.ErrorCodeDepartmentRequired}
	}
	if change.departments == nil && change.orders != nil {
		return refusal{code: wecomapi.ErrorCodeInvalidArgs}
	}
	if p.Status == company.StatusActive {
		change.mobile = nil // accepted and ignored once the account is activated
	}
	if err := w.checkChange(c, change); err != nil {
		return err
	}
	if id := change.newUserID; id != nil && *id != p.UserID {
		switch {
		case !p.GeneratedUserID:
			return refusal{code: wecomapi.ErrorCodeUserIDUnchangeable}
		case !company.ValidUserID(*id):
			return refusal{code: wecomapi.ErrorCodeInvalidUserID}
		}
	}
	edited := company.Clone(p)
	if _, err := w.apply(d, c, &edited, change); err != nil {
		return err
	}
	if err := d.UpdatePerson(p.Key, func(p *company.Person) error { *p = edited; return nil }); err != nil {
		return memberFailure(err)
	}
	w.remember(p.Key, change)
	return nil
}

// memberFailure translates what the organisation says of a change.
func memberFailure(err error) error {
	var taken *company.TakenError
	if errors.As(err, &taken) {
		switch taken.What {
		case company.ByUserID:
			return refusal{code: wecomapi.ErrorCodeUserIDExists}
		case company.ByMobile:
			return refusal{code: wecomapi.ErrorCodeMobileExists}
		case company.ByEmail:
			return refusal{code: wecomapi.ErrorCodeEmailExists}
		case company.ByCorpEmail:
			return refusal{code: wecomapi.ErrorCodeBizMailExists}
		}
	}
	return err
}

// apply writes a change that was checked into p, and creates the departments that it needs.
func (w *Vendor) apply(d *company.Directory, c *desk.Call, p *company.Person,
	change memberChange) ([]wecomserver.CreatedDepartment, error) {
	set := func(field *string, value *string) {
		if value != nil {
			*field = *value
		}
	}
	set(&p.Name, change.name)
	set(&p.Nickname, change.alias)
	set(&p.Position, change.position)
	set(&p.Email, change.email)
	set(&p.CorpEmail, change.bizMail)
	set(&p.Telephone, change.telephone)
	set(&p.Address, change.address)
	if change.newUserID != nil && *change.newUserID != p.UserID {
		p.UserID, p.GeneratedUserID = *change.newUserID, false
	}
	if change.mobile != nil {
		p.Mobile, _ = company.ParseMobile(*change.mobile)
	}
	if change.avatar != nil {
		p.AvatarURL = "https://img.example.org/media/" + *change.avatar
	}
	if change.gender != nil {
		n, _ := strconv.Atoi(string(*change.gender))
		p.Gender = company.Gender(n)
	}
	if change.enable != nil {
		switch {
		case *change.enable == 0:
			p.Status = company.StatusDisabled
		case p.Status == company.StatusDisabled:
			p.Status = company.StatusActive
		}
	}
	if change.directLeader != nil {
		p.Manager = 0
		for _, id := range *change.directLeader {
			leader := d.FindPerson(company.ByUserID, id)
			if leader == nil {
				return nil, refusal{code: wecomapi.ErrorCodeUserIDNotFound}
			}
			p.Manager = leader.Key
		}
	}
	applyAttributes(p, change.attributes)
	p.Changed = c.Now
	if err := d.CheckTaken(p); err != nil { // before departments come to be that nobody will be in
		return nil, memberFailure(err)
	}
	return w.applyDepartments(d, c, p, change)
}

// applyDepartments puts p into the departments of a change. Those that do not exist are created among the pending ones,
// unless something else about the departments is wrong.
func (w *Vendor) applyDepartments(d *company.Directory, c *desk.Call, p *company.Person,
	change memberChange) ([]wecomserver.CreatedDepartment, error) {
	memberships := p.Memberships
	var created []wecomserver.CreatedDepartment
	if change.departments != nil {
		if main := change.mainDepartment; main != nil && !contains(*change.departments, *main) {
			return nil, refusal{code: wecomapi.ErrorCodeInvalidDepartmentList}
		}
		memberships = nil
		for i, id := range *change.departments {
			dept, isNew, err := w.departmentFor(d, c, id)
			if err != nil {
				return nil, err
			}
			if isNew {
				created = append(created, wecomserver.CreatedDepartment{Name: new(dept.Name), ID: new(dept.WeComID)})
			}
			m, was := p.In(dept.Key)
			if !was {
				m = company.Membership{Department: dept.Key, DingTalkOrder: d.DingTalkOrder(p.Key, dept.Key)}
			}
			if change.orders != nil {
				m.Order = (*change.orders)[i]
			}
			if change.leads != nil {
				m.Leader = (*change.leads)[i] == 1
			}
			memberships = append(memberships, m)
		}
	} else if change.leads != nil {
		if len(*change.leads) != len(memberships) {
			return nil, refusal{code: wecomapi.ErrorCodeLeaderListLengthMismatch}
		}
		for i := range memberships {
			memberships[i].Leader = (*change.leads)[i] == 1
		}
	}
	p.Memberships = memberships
	if change.mainDepartment != nil {
		main := d.FindDepartment(company.ByWeComID, strconv.FormatInt(*change.mainDepartment, 10))
		if main == nil {
			return nil, refusal{code: wecomapi.ErrorCodeInvalidDepartmentList}
		}
		if _, in := p.In(main.Key); !in {
			return nil, refusal{code: wecomapi.ErrorCodeInvalidDepartmentList}
		}
		p.MainDepartment = main.Key
	}
	return created, nil
}

// departmentFor finds the department with an id; 0 and unknown ids lead to the pending ones.
func (w *Vendor) departmentFor(d *company.Directory, c *desk.Call,
	id int64) (dept *company.Department, isNew bool, err error) {
	if id != 0 {
		if dept := d.FindDepartment(company.ByWeComID, strconv.FormatInt(id, 10)); dept != nil {
			return dept, false, nil
		}
	}
	pending := d.DepartmentNamed(company.RootDepartment, pendingName)
	if pending == nil {
		pending, err = w.makeDepartment(d, c, newDepartment{parent: 1, name: pendingName})
		if err != nil {
			return nil, false, err
		}
	}
	if id == 0 {
		return pending, false, nil
	}
	dept, err = w.makeDepartment(d, c, newDepartment{id: id, parent: pending.WeComID, name: strconv.FormatInt(id, 10)})
	return dept, err == nil, err
}

// remember keeps what only WeCom knows of a member.
func (w *Vendor) remember(key company.PersonKey, change memberChange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	profile := w.profiles[key]
	if change.externalPosition != nil {
		profile.externalPosition = *change.externalPosition
	}
	if change.external != nil {
		profile.external = externalProfile(*change.external)
	}
	if change.mailAliases != nil {
		profile.mailAliases = nil
		if change.mailAliases.Item != nil {
			profile.mailAliases = *change.mailAliases.Item
		}
	}
	w.profiles[key] = profile
}

// DeleteUser removes a member.
func (w *Vendor) DeleteUser(ctx context.Context,
	r wecomserver.DeleteUserRequestObject) (wecomserver.DeleteUserResponseObject, error) {
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		if r.Params.UserID == "" {
			return refusal{code: wecomapi.ErrorCodeUserIDMissing}
		}
		p := d.FindPerson(company.ByUserID, r.Params.UserID)
		switch {
		case p == nil:
			return refusal{code: wecomapi.ErrorCodeUserIDNotFound}
		case p.Founder:
			return refusal{code: wecomapi.ErrorCodeCreatorUndeletable}
		}
		return d.RemovePerson(p.Key, desk.CallOf(ctx).Now)
	})
	return wecomserver.DeleteUser200JSONResponse{}, err
}

// DeleteBatchUser removes members, all of them or none.
func (w *Vendor) DeleteBatchUser(ctx context.Context,
	r wecomserver.DeleteBatchUserRequestObject) (wecomserver.DeleteBatchUserResponseObject, error) {
	if n := len(r.Body.UserIDList); n < 1 || n > 200 {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidUserIDListLength}
	}
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		leaving := make(map[company.PersonKey]bool)
		for _, id := range r.Body.UserIDList {
			p := d.FindPerson(company.ByUserID, id)
			switch {
			case p == nil:
				return refusal{code: wecomapi.ErrorCodeInvalidUserIDList}
			case p.Founder:
				return refusal{code: wecomapi.ErrorCodeCreatorUndeletable}
			}
			leaving[p.Key] = true
		}
		for key := range leaving {
			if err := d.RemovePerson(key, desk.CallOf(ctx).Now); err != nil {
				return err
			}
		}
		return nil
	})
	return wecomserver.DeleteBatchUser200JSONResponse{}, err
}
