package sim

import (
	"context"
	"errors"
	"strconv"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// weComPending is the department that takes in members without a department, and departments that nobody created.
const weComPending = "其他（待设置部门）"

// weComChange is what a call or a row of an import says of a member; what is nil is not said.
type weComChange struct {
	name, alias, mobile, position, email, bizMail, telephone, avatar, externalPosition, address, newUserID *string
	gender                                                                                                 *wecomserver.GenderInput
	enable, mainDepartment                                                                                 *int64
	departments, orders, leads                                                                             *[]int64
	directLeader                                                                                           *[]string
	attributes                                                                                             *wecomserver.ExtAttrInput
	external                                                                                               *wecomserver.ExternalProfileInput
	mailAliases                                                                                            *wecomserver.BizMailAliasInput
}

// CreateUser adds a member.
func (w *weCom) CreateUser(ctx context.Context, r wecomserver.CreateUserRequestObject) (wecomserver.CreateUserResponseObject, error) {
	b, c := r.Body, callOf(ctx)
	change := weComChange{
		name: &b.Name, alias: b.Alias, mobile: b.Mobile, position: b.Position, email: b.Email, bizMail: b.BizMail,
		telephone: b.Telephone, avatar: b.AvatarMediaID, externalPosition: b.ExternalPosition, address: b.Address,
		gender: b.Gender, enable: b.Enable, mainDepartment: b.MainDepartment,
		departments: b.Department, orders: b.Order, leads: b.IsLeaderInDept, directLeader: b.DirectLeader,
		attributes: b.ExtAttr, external: b.ExternalProfile,
	}
	var created []wecomserver.CreatedDepartment
	err := w.sim.org.change(func(d *directory) error {
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
func (w *weCom) UpdateUser(ctx context.Context, r wecomserver.UpdateUserRequestObject) (wecomserver.UpdateUserResponseObject, error) {
	b, c := r.Body, callOf(ctx)
	change := weComChange{
		name: b.Name, alias: b.Alias, mobile: b.Mobile, position: b.Position, email: b.Email, bizMail: b.BizMail,
		telephone: b.Telephone, avatar: b.AvatarMediaID, externalPosition: b.ExternalPosition, address: b.Address, newUserID: b.NewUserID,
		gender: b.Gender, enable: b.Enable, mainDepartment: b.MainDepartment,
		departments: b.Department, orders: b.Order, leads: b.IsLeaderInDept, directLeader: b.DirectLeader,
		attributes: b.ExtAttr, external: b.ExternalProfile, mailAliases: b.BizMailAlias,
	}
	err := w.sim.org.change(func(d *directory) error { return w.updateMember(d, c, b.UserID, change) })
	return wecomserver.UpdateUser200JSONResponse{}, err
}

// createMember adds a member and says which departments were created on the way.
func (w *weCom) createMember(d *directory, c *call, userID string, change weComChange) ([]wecomserver.CreatedDepartment, error) {
	switch {
	case userID == "":
		return nil, weComError{code: wecomapi.ErrorCodeUserIDMissing}
	case !weComUserID(userID):
		return nil, weComError{code: wecomapi.ErrorCodeInvalidUserID}
	case d.findPerson(ByUserID, userID) != nil:
		return nil, weComError{code: wecomapi.ErrorCodeUserIDExists}
	}
	if change.name == nil {
		change.name = new("")
	}
	if change.departments == nil || len(*change.departments) == 0 {
		change.departments = &[]int64{0}
		if change.orders != nil || change.leads != nil {
			return nil, weComError{code: wecomapi.ErrorCodeDepartmentRequired}
		}
	}
	if err := w.checkChange(c, change); err != nil {
		return nil, err
	}
	if isBlank(change.mobile) && isBlank(change.email) {
		return nil, weComError{code: wecomapi.ErrorCodeMobileAndEmailEmpty}
	}
	p := Person{Key: d.lastPerson + 1, UserID: userID, Status: StatusNotActivated, Employment: EmploymentRegular, Created: c.now}
	created, err := w.apply(d, c, &p, change)
	if err != nil {
		return nil, err
	}
	added, err := d.addPerson(p)
	if err != nil {
		return nil, weComMemberFailure(err)
	}
	w.remember(added.Key, change)
	return created, nil
}

// updateMember changes a member.
func (w *weCom) updateMember(d *directory, c *call, userID string, change weComChange) error {
	if userID == "" {
		return weComError{code: wecomapi.ErrorCodeUserIDMissing}
	}
	p := d.findPerson(ByUserID, userID)
	if p == nil {
		return weComError{code: wecomapi.ErrorCodeUserIDNotFound}
	}
	if change.departments != nil && len(*change.departments) == 0 {
		return weComError{code: wecomapi.ErrorCodeDepartmentRequired}
	}
	if change.departments == nil && change.orders != nil {
		return weComError{code: wecomapi.ErrorCodeInvalidArgs}
	}
	if p.Status == StatusActive {
		change.mobile = nil // accepted and ignored once the account is activated
	}
	if err := w.checkChange(c, change); err != nil {
		return err
	}
	if id := change.newUserID; id != nil && *id != p.UserID {
		switch {
		case !p.GeneratedUserID:
			return weComError{code: wecomapi.ErrorCodeUserIDUnchangeable}
		case !weComUserID(*id):
			return weComError{code: wecomapi.ErrorCodeInvalidUserID}
		}
	}
	edited := p.clone()
	if _, err := w.apply(d, c, &edited, change); err != nil {
		return err
	}
	if err := d.updatePerson(p.Key, func(p *Person) error { *p = edited; return nil }); err != nil {
		return weComMemberFailure(err)
	}
	w.remember(p.Key, change)
	return nil
}

// weComMemberFailure translates what the organisation says of a change.
func weComMemberFailure(err error) error {
	var taken *TakenError
	if errors.As(err, &taken) {
		switch taken.What {
		case ByUserID:
			return weComError{code: wecomapi.ErrorCodeUserIDExists}
		case ByMobile:
			return weComError{code: wecomapi.ErrorCodeMobileExists}
		case ByEmail:
			return weComError{code: wecomapi.ErrorCodeEmailExists}
		case ByCorpEmail:
			return weComError{code: wecomapi.ErrorCodeBizMailExists}
		}
	}
	return err
}

// apply writes a change that was checked into p, and creates the departments that it needs.
func (w *weCom) apply(d *directory, c *call, p *Person, change weComChange) ([]wecomserver.CreatedDepartment, error) {
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
		p.Mobile, _ = ParseMobile(*change.mobile)
	}
	if change.avatar != nil {
		p.AvatarURL = "https://img.example.org/media/" + *change.avatar
	}
	if change.gender != nil {
		n, _ := strconv.Atoi(string(*change.gender))
		p.Gender = Gender(n)
	}
	if change.enable != nil {
		switch {
		case *change.enable == 0:
			p.Status = StatusDisabled
		case p.Status == StatusDisabled:
			p.Status = StatusActive
		}
	}
	if change.directLeader != nil {
		p.Manager = 0
		for _, id := range *change.directLeader {
			leader := d.findPerson(ByUserID, id)
			if leader == nil {
				return nil, weComError{code: wecomapi.ErrorCodeUserIDNotFound}
			}
			p.Manager = leader.Key
		}
	}
	weComApplyAttributes(p, change.attributes)
	p.Changed = c.now
	if err := d.checkTaken(p); err != nil { // before departments come to be that nobody will be in
		return nil, weComMemberFailure(err)
	}
	return w.applyDepartments(d, c, p, change)
}

// applyDepartments puts p into the departments of a change. Those that do not exist are created among the pending ones, unless
// something else about the departments is wrong.
func (w *weCom) applyDepartments(d *directory, c *call, p *Person, change weComChange) ([]wecomserver.CreatedDepartment, error) {
	memberships := p.Memberships
	var created []wecomserver.CreatedDepartment
	if change.departments != nil {
		if main := change.mainDepartment; main != nil && !contains(*change.departments, *main) {
			return nil, weComError{code: wecomapi.ErrorCodeInvalidDepartmentList}
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
				m = Membership{Department: dept.Key, DingTalkOrder: d.dingTalkOrder(p.Key, dept.Key)}
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
			return nil, weComError{code: wecomapi.ErrorCodeLeaderListLengthMismatch}
		}
		for i := range memberships {
			memberships[i].Leader = (*change.leads)[i] == 1
		}
	}
	p.Memberships = memberships
	if change.mainDepartment != nil {
		main := d.findDepartment(ByWeComID, strconv.FormatInt(*change.mainDepartment, 10))
		if main == nil {
			return nil, weComError{code: wecomapi.ErrorCodeInvalidDepartmentList}
		}
		if _, in := p.In(main.Key); !in {
			return nil, weComError{code: wecomapi.ErrorCodeInvalidDepartmentList}
		}
		p.MainDepartment = main.Key
	}
	return created, nil
}

// departmentFor finds the department with an id; 0 and unknown ids lead to the pending ones.
func (w *weCom) departmentFor(d *directory, c *call, id int64) (dept *Department, isNew bool, err error) {
	if id != 0 {
		if dept := d.findDepartment(ByWeComID, strconv.FormatInt(id, 10)); dept != nil {
			return dept, false, nil
		}
	}
	pending := d.departmentNamed(RootDepartment, weComPending)
	if pending == nil {
		pending, err = w.makeDepartment(d, c, weComNewDepartment{parent: 1, name: weComPending})
		if err != nil {
			return nil, false, err
		}
	}
	if id == 0 {
		return pending, false, nil
	}
	dept, err = w.makeDepartment(d, c, weComNewDepartment{id: id, parent: pending.WeComID, name: strconv.FormatInt(id, 10)})
	return dept, err == nil, err
}

// remember keeps what only WeCom knows of a member.
func (w *weCom) remember(key PersonKey, change weComChange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	profile := w.profiles[key]
	if change.externalPosition != nil {
		profile.externalPosition = *change.externalPosition
	}
	if change.external != nil {
		profile.external = weComExternalProfile(*change.external)
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
func (w *weCom) DeleteUser(ctx context.Context, r wecomserver.DeleteUserRequestObject) (wecomserver.DeleteUserResponseObject, error) {
	err := w.sim.org.change(func(d *directory) error {
		if r.Params.UserID == "" {
			return weComError{code: wecomapi.ErrorCodeUserIDMissing}
		}
		p := d.findPerson(ByUserID, r.Params.UserID)
		switch {
		case p == nil:
			return weComError{code: wecomapi.ErrorCodeUserIDNotFound}
		case p.Founder:
			return weComError{code: wecomapi.ErrorCodeCreatorUndeletable}
		}
		return d.removePerson(p.Key, callOf(ctx).now)
	})
	return wecomserver.DeleteUser200JSONResponse{}, err
}

// DeleteBatchUser removes members, all of them or none.
func (w *weCom) DeleteBatchUser(ctx context.Context, r wecomserver.DeleteBatchUserRequestObject) (wecomserver.DeleteBatchUserResponseObject, error) {
	if n := len(r.Body.UserIDList); n < 1 || n > 200 {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidUserIDListLength}
	}
	err := w.sim.org.change(func(d *directory) error {
		leaving := make(map[PersonKey]bool)
		for _, id := range r.Body.UserIDList {
			p := d.findPerson(ByUserID, id)
			switch {
			case p == nil:
				return weComError{code: wecomapi.ErrorCodeInvalidUserIDList}
			case p.Founder:
				return weComError{code: wecomapi.ErrorCodeCreatorUndeletable}
			}
			leaving[p.Key] = true
		}
		for key := range leaving {
			if err := d.removePerson(key, callOf(ctx).now); err != nil {
				return err
			}
		}
		return nil
	})
	return wecomserver.DeleteBatchUser200JSONResponse{}, err
}
