package sim

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// createUser adds a member, with an id of DingTalk's making if none is given. It takes part in nothing before the person has
// activated the account.
func (k *dingTalk) createUser(ctx context.Context, userID *string, change dingTalkChange) (*Person, error) {
	c := callOf(ctx)
	var added *Person
	err := k.sim.org.change(func(d *directory) error {
		if err := change.check(); err != nil {
			return err
		}
		p := Person{Key: d.lastPerson + 1, Status: StatusNotActivated, Employment: EmploymentRegular, Created: c.now, Changed: c.now}
		if isBlank(userID) {
			p.GeneratedUserID = true
			p.UserID = unused(func(attempt int) string {
				return deriveText(d.seed, "dingtalk userid", int(p.Key)+attempt<<24, "0123456789", 18)
			}, func(id string) bool { return d.findPerson(ByUserID, id) != nil })
		} else {
			p.UserID = *userID
		}
		switch {
		case utf8.RuneCountInString(p.UserID) > 64:
			return dingTalkError{code: dingtalkapi.ErrorCodeInvalidUser}
		case d.findPerson(ByUserID, p.UserID) != nil:
			return dingTalkError{code: dingtalkapi.ErrorCodeUserIDExists}
		}
		profile, err := change.apply(k.viewOf(c, d), &p)
		if err != nil {
			return err
		}
		if added, err = d.addPerson(p); err != nil {
			return dingTalkUserFailure(err)
		}
		k.setProfile(added.Key, profile)
		return nil
	})
	return added, err
}

// updateUser changes what is said of a member and leaves the rest. missing is the code for an empty id.
func (k *dingTalk) updateUser(ctx context.Context, userID string, missing dingtalkapi.ErrorCode, change dingTalkChange) error {
	c := callOf(ctx)
	return k.sim.org.change(func(d *directory) error {
		v := k.viewOf(c, d)
		p, err := v.person(userID, missing)
		if err != nil {
			return err
		}
		if err := change.check(); err != nil {
			return err
		}
		edited := p.clone()
		edited.Changed = c.now
		profile, err := change.apply(v, &edited)
		if err != nil {
			return err
		}
		if err := d.updatePerson(p.Key, func(p *Person) error { *p = edited; return nil }); err != nil {
			return dingTalkUserFailure(err)
		}
		k.setProfile(p.Key, profile)
		return nil
	})
}

// deleteUser removes a member. gone is the code for somebody who is not there, missing the one for an empty id.
func (k *dingTalk) deleteUser(ctx context.Context, userID string, missing, gone dingtalkapi.ErrorCode) error {
	c := callOf(ctx)
	return k.sim.org.change(func(d *directory) error {
		v := k.viewOf(c, d)
		p, err := v.person(userID, missing)
		var refused dingTalkError
		switch {
		case errors.As(err, &refused) && refused.code == dingtalkapi.ErrorCodeUserNotFound:
			return dingTalkError{code: gone}
		case err != nil:
			return err
		case p.Founder:
			return dingTalkError{code: dingtalkapi.ErrorCodeNoAccess}
		}
		return d.removePerson(p.Key, c.now)
	})
}

// dingTalkUserFailure translates what the organisation says of a change.
func dingTalkUserFailure(err error) error {
	var taken *TakenError
	if errors.As(err, &taken) {
		switch taken.What {
		case ByUserID:
			return dingTalkError{code: dingtalkapi.ErrorCodeUserIDExists}
		case ByMobile:
			return dingTalkError{code: dingtalkapi.ErrorCodeMobileExists}
		case ByEmail, ByCorpEmail:
			return dingTalkError{code: dingtalkapi.ErrorCodeEmailExists}
		}
	}
	return err
}

// CreateUserV1 adds a member. department is text that holds a JSON array; a real array, as older pages have it, is taken as well.
func (k *dingTalk) CreateUserV1(ctx context.Context, r dingtalkserver.CreateUserV1RequestObject) (dingtalkserver.CreateUserV1ResponseObject, error) {
	b := r.Body
	if b.Mobile == "" {
		return nil, dingTalkMissing(dingTalkPlain, "mobile")
	}
	change := dingTalkChange{
		name: &b.Name, mobile: &b.Mobile, title: b.Position, telephone: b.Tel, workPlace: b.WorkPlace, remark: b.Remark, email: b.Email,
		orgEmail: b.OrgEmail, jobNumber: b.JobNumber, manager: b.ManagerUserID, hide: b.IsHide, senior: b.IsSenior, hired: b.HiredDate,
		departments: new([]int64(b.Department)), orders: dingTalkMap(b.OrderInDepts), titles: dingTalkMap(b.PositionInDepts),
		attributes: (*map[string]string)(b.ExtAttr), most: dingTalkLimitsV1(),
	}
	p, err := k.createUser(ctx, b.UserID, change)
	if err != nil {
		return nil, err
	}
	return dingtalkserver.CreateUserV1200JSONResponse{UserID: &p.UserID, UnionID: &p.DingTalkUnionID}, nil
}

// UpdateUserV1 changes a member. The self-defined fields are replaced as a whole.
func (k *dingTalk) UpdateUserV1(ctx context.Context, r dingtalkserver.UpdateUserV1RequestObject) (dingtalkserver.UpdateUserV1ResponseObject, error) {
	b := r.Body
	err := k.updateUser(ctx, b.UserID, dingtalkapi.ErrorCodeUserIDMissing, dingTalkChange{
		name: b.Name, mobile: b.Mobile, title: b.Position, telephone: b.Tel, workPlace: b.WorkPlace, remark: b.Remark, email: b.Email,
		orgEmail: b.OrgEmail, jobNumber: b.JobNumber, manager: b.ManagerUserID, hide: b.IsHide, senior: b.IsSenior, hired: b.HiredDate,
		departments: b.Department, orders: dingTalkMap(b.OrderInDepts), titles: dingTalkMap(b.PositionInDepts),
		attributes: (*map[string]string)(b.ExtAttr), most: dingTalkLimitsV1(),
	})
	return dingtalkserver.UpdateUserV1200JSONResponse{}, err
}

// DeleteUserV1 removes a member.
func (k *dingTalk) DeleteUserV1(ctx context.Context, r dingtalkserver.DeleteUserV1RequestObject) (dingtalkserver.DeleteUserV1ResponseObject, error) {
	err := k.deleteUser(ctx, r.Params.UserID, dingtalkapi.ErrorCodeUserIDMissing, dingtalkapi.ErrorCodeUserNotFound)
	return dingtalkserver.DeleteUserV1200JSONResponse{}, err
}

// DeleteUserV2 removes a member.
func (k *dingTalk) DeleteUserV2(ctx context.Context, r dingtalkserver.DeleteUserV2RequestObject) (dingtalkserver.DeleteUserV2ResponseObject, error) {
	err := k.deleteUser(ctx, r.Body.UserID, dingtalkapi.ErrorCodeInvalidArgumentV2, dingtalkapi.ErrorCodeInvalidUser)
	return dingtalkserver.DeleteUserV2200JSONResponse{}, err
}

// CreateUserV2 adds a member. Only accounts that belong to the corp need no mobile number.
func (k *dingTalk) CreateUserV2(ctx context.Context, r dingtalkserver.CreateUserV2RequestObject) (dingtalkserver.CreateUserV2ResponseObject, error) {
	b := r.Body
	owned := b.ExclusiveAccount != nil && *b.ExclusiveAccount
	departments, err := dingTalkIDs(&b.DeptIDList, ",")
	switch {
	case err != nil:
		return nil, dingTalkError{code: dingtalkapi.ErrorCodeInvalidDepartmentList}
	case isBlank(b.Mobile) && !owned:
		return nil, dingTalkMissing(dingTalkTop, "mobile")
	}
	change := dingTalkChange{
		name: &b.Name, mobile: b.Mobile, title: b.Title, telephone: b.Telephone, workPlace: b.WorkPlace, remark: b.Remark, email: b.Email,
		orgEmail: b.OrgEmail, orgEmailType: (*string)(b.OrgEmailType), jobNumber: b.JobNumber, manager: b.ManagerUserID, hide: b.HideMobile,
		senior: b.SeniorMode, hired: b.HiredDate, departments: &departments, positions: b.DeptPositionList,
		attributes: (*map[string]string)(b.Extension), i18n: (*json.RawMessage)(b.ExtensionI18N),
		exclusive: b.ExclusiveAccount, exclusiveType: (*string)(b.ExclusiveAccountType), loginID: b.LoginID, nickname: b.Nickname,
		most: dingTalkLimitsV2(),
	}
	if err := change.setLists(b.DeptOrderList, b.DeptTitleList); err != nil {
		return nil, err
	}
	p, err := k.createUser(ctx, b.UserID, change)
	if err != nil {
		return nil, err
	}
	result := dingtalkserver.CreatedUser{UserID: &p.UserID, UnionID: &p.DingTalkUnionID}
	return dingtalkserver.CreateUserV2200JSONResponse{Result: &result}, nil
}

// UpdateUserV2 changes a member. The self-defined fields are replaced as a whole unless it is told to add to them.
func (k *dingTalk) UpdateUserV2(ctx context.Context, r dingtalkserver.UpdateUserV2RequestObject) (dingtalkserver.UpdateUserV2ResponseObject, error) {
	b := r.Body
	change := dingTalkChange{
		name: b.Name, mobile: b.Mobile, title: b.Title, telephone: b.Telephone, workPlace: b.WorkPlace, remark: b.Remark, email: b.Email,
		orgEmail: b.OrgEmail, orgEmailType: (*string)(b.OrgEmailType), jobNumber: b.JobNumber, manager: b.ManagerUserID, hide: b.HideMobile,
		senior: b.SeniorMode, hired: b.HiredDate, positions: b.DeptPositionList,
		attributes: (*map[string]string)(b.Extension), i18n: (*json.RawMessage)(b.ExtensionI18N),
		loginID: b.LoginID, nickname: b.Nickname, most: dingTalkLimitsV2(),
	}
	if b.DeptIDList != nil {
		departments, err := dingTalkIDs(b.DeptIDList, ",")
		if err != nil {
			return nil, dingTalkError{code: dingtalkapi.ErrorCodeInvalidDepartmentList}
		}
		change.departments = &departments
	}
	if err := change.setLists(b.DeptOrderList, b.DeptTitleList); err != nil {
		return nil, err
	}
	if b.ExtAttrsUpdateMode != nil {
		if change.addAttributes = *b.ExtAttrsUpdateMode == 1; !change.addAttributes && *b.ExtAttrsUpdateMode != 0 {
			return nil, dingTalkError{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
		}
	}
	if forced := dingTalkNames(b.ForceUpdateFields, ","); forced != nil {
		change.clearManager = slices.Contains(*forced, "manager_userid") && isBlank(b.ManagerUserID)
	}
	err := k.updateUser(ctx, b.UserID, dingtalkapi.ErrorCodeInvalidArgumentV2, change)
	return dingtalkserver.UpdateUserV2200JSONResponse{}, err
}

// setLists takes over the lists of the current calls that name a department in each row.
func (change *dingTalkChange) setLists(orders *[]dingtalkserver.DeptOrderInput, titles *[]dingtalkserver.DeptTitleInput) error {
	if len(listOf(orders)) > 100 || len(listOf(titles)) > 100 {
		return dingTalkError{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	change.orders, change.titles = make(map[int64]int64), make(map[int64]string)
	for _, row := range listOf(orders) {
		change.orders[row.DeptID] = row.Order
	}
	for _, row := range listOf(titles) {
		change.titles[row.DeptID] = row.Title
	}
	return nil
}

// dingTalkMap is what a pointer points to, or nothing.
func dingTalkMap[M ~map[int64]V, V any](m *M) map[int64]V {
	if m == nil {
		return nil
	}
	return *m
}
