package dingtalk

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// createUser adds a member, with an id of DingTalk's making if none is given. It takes part in nothing before the
// person has activated the account.
func (k *Vendor) createUser(ctx context.Context, userID *string, change userChange) (*company.Person, error) {
	c := desk.CallOf(ctx)
	var added *company.Person
	err := company.Change(k.desk.Company, func(d *company.Directory) error {
		if err := change.check(); err != nil {
			return err
		}
		p := company.Person{Key: d.NextPersonKey(), Status: company.StatusNotActivated,
			Employment: company.EmploymentRegular, Created: c.Now, Changed: c.Now}
		if desk.IsBlank(userID) {
			p.GeneratedUserID = true
			p.UserID = company.Unused(func(attempt int) string {
				return company.DeriveText(d.Seed, "dingtalk userid", int(p.Key)+attempt<<24, "0123456789", 18)
			}, func(id string) bool { return d.FindPerson(company.ByUserID, id) != nil })
		} else {
			p.UserID = *userID
		}
		switch {
		case utf8.RuneCountInString(p.UserID) > 64:
			return refusal{code: dingtalkapi.ErrorCodeInvalidUser}
		case d.FindPerson(company.ByUserID, p.UserID) != nil:
			return refusal{code: dingtalkapi.ErrorCodeUserIDExists}
		}
		profile, err := change.apply(k.viewOf(c, d), &p)
		if err != nil {
			return err
		}
		if added, err = d.AddPerson(p); err != nil {
			return userFailure(err)
		}
		k.setProfile(added.Key, profile)
		return nil
	})
	return added, err
}

// updateUser changes what is said of a member and leaves the rest. missing is the code for an empty id.
func (k *Vendor) updateUser(ctx context.Context, userID string, missing dingtalkapi.ErrorCode,
	change userChange) error {
	c := desk.CallOf(ctx)
	return company.Change(k.desk.Company, func(d *company.Directory) error {
		v := k.viewOf(c, d)
		p, err := v.person(userID, missing)
		if err != nil {
			return err
		}
		if err := change.check(); err != nil {
			return err
		}
		edited := company.Clone(p)
		edited.Changed = c.Now
		profile, err := change.apply(v, &edited)
		if err != nil {
			return err
		}
		if err := d.UpdatePerson(p.Key, func(p *company.Person) error { *p = edited; return nil }); err != nil {
			return userFailure(err)
		}
		k.setProfile(p.Key, profile)
		return nil
	})
}

// deleteUser removes a member. gone is the code for somebody who is not there, missing the one for an empty id.
func (k *Vendor) deleteUser(ctx context.Context, userID string, missing, gone dingtalkapi.ErrorCode) error {
	c := desk.CallOf(ctx)
	return company.Change(k.desk.Company, func(d *company.Directory) error {
		v := k.viewOf(c, d)
		p, err := v.person(userID, missing)
		var refused refusal
		switch {
		case errors.As(err, &refused) && refused.code == dingtalkapi.ErrorCodeUserNotFound:
			return refusal{code: gone}
		case err != nil:
			return err
		case p.Founder:
			return refusal{code: dingtalkapi.ErrorCodeNoAccess}
		}
		return d.RemovePerson(p.Key, c.Now)
	})
}

// userFailure translates what the organisation says of a change.
func userFailure(err error) error {
	var taken *company.TakenError
	if errors.As(err, &taken) {
		switch taken.What {
		case company.ByUserID:
			return refusal{code: dingtalkapi.ErrorCodeUserIDExists}
		case company.ByMobile:
			return refusal{code: dingtalkapi.ErrorCodeMobileExists}
		case company.ByEmail, company.ByCorpEmail:
			return refusal{code: dingtalkapi.ErrorCodeEmailExists}
		}
	}
	return err
}

// CreateUserV1 adds a member. department is text that holds a JSON array; a real array, as older pages have it, is
// taken as well.
func (k *Vendor) CreateUserV1(ctx context.Context,
	r dingtalkserver.CreateUserV1RequestObject) (dingtalkserver.CreateUserV1ResponseObject, error) {
	b := r.Body
	if b.Mobile == "" {
		return nil, missingParam(hostPlain, "mobile")
	}
	change := userChange{
		name: &b.Name, mobile: &b.Mobile, title: b.Position, telephone: b.Tel, workPlace: b.WorkPlace, remark: b.Remark,
		email:    b.Email,
		orgEmail: b.OrgEmail, jobNumber: b.JobNumber, manager: b.ManagerUserID, hide: b.IsHide, senior: b.IsSenior,
		hired:       b.HiredDate,
		departments: new([]int64(b.Department)), orders: mapOf(b.OrderInDepts), titles: mapOf(b.PositionInDepts),
		attributes: (*map[string]string)(b.ExtAttr), most: limitsV1(),
	}
	p, err := k.createUser(ctx, b.UserID, change)
	if err != nil {
		return nil, err
	}
	return dingtalkserver.CreateUserV1200JSONResponse{UserID: &p.UserID, UnionID: &p.DingTalkUnionID}, nil
}

// UpdateUserV1 changes a member. The self-defined fields are replaced as a whole.
func (k *Vendor) UpdateUserV1(ctx context.Context,
	r dingtalkserver.UpdateUserV1RequestObject) (dingtalkserver.UpdateUserV1ResponseObject, error) {
	b := r.Body
	err := k.updateUser(ctx, b.UserID, dingtalkapi.ErrorCodeUserIDMissing, userChange{
		name: b.Name, mobile: b.Mobile, title: b.Position, telephone: b.Tel, workPlace: b.WorkPlace, remark: b.Remark,
		email:    b.Email,
		orgEmail: b.OrgEmail, jobNumber: b.JobNumber, manager: b.ManagerUserID, hide: b.IsHide, senior: b.IsSenior,
		hired:       b.HiredDate,
		departments: b.Department, orders: mapOf(b.OrderInDepts), titles: mapOf(b.PositionInDepts),
		attributes: (*map[string]string)(b.ExtAttr), most: limitsV1(),
	})
	return dingtalkserver.UpdateUserV1200JSONResponse{}, err
}

// DeleteUserV1 removes a member.
func (k *Vendor) DeleteUserV1(ctx context.Context,
	r dingtalkserver.DeleteUserV1RequestObject) (dingtalkserver.DeleteUserV1ResponseObject, error) {
	err := k.deleteUser(ctx, r.Params.UserID, dingtalkapi.ErrorCodeUserIDMissing, dingtalkapi.ErrorCodeUserNotFound)
	return dingtalkserver.DeleteUserV1200JSONResponse{}, err
}

// DeleteUserV2 removes a member.
func (k *Vendor) DeleteUserV2(ctx context.Context,
	r dingtalkserver.DeleteUserV2RequestObject) (dingtalkserver.DeleteUserV2ResponseObject, error) {
	err := k.deleteUser(ctx, r.Body.UserID, dingtalkapi.ErrorCodeInvalidArgumentV2, dingtalkapi.ErrorCodeInvalidUser)
	return dingtalkserver.DeleteUserV2200JSONResponse{}, err
}

// CreateUserV2 adds a member. Only accounts that belong to the corp need no mobile number.
func (k *Vendor) CreateUserV2(ctx context.Context,
	r dingtalkserver.CreateUserV2RequestObject) (dingtalkserver.CreateUserV2ResponseObject, error) {
	b := r.Body
	owned := b.ExclusiveAccount != nil && *b.ExclusiveAccount
	departments, err := idList(&b.DeptIDList, ",")
	switch {
	case err != nil:
		return nil, refusal{code: dingtalkapi.ErrorCodeInvalidDepartmentList}
	case desk.IsBlank(b.Mobile) && !owned:
		return nil, missingParam(hostTop, "mobile")
	}
	change := userChange{
		name: &b.Name, mobile: b.Mobile, title: b.Title, telephone: b.Telephone, workPlace: b.WorkPlace,
		remark: b.Remark, email: b.Email,
		orgEmail: b.OrgEmail, orgEmailType: (*string)(b.OrgEmailType), jobNumber: b.JobNumber, manager: b.ManagerUserID,
		hide:   b.HideMobile,
		senior: b.SeniorMode, hired: b.HiredDate, departments: &departments, positions: b.DeptPositionList,
		attributes: (*map[string]string)(b.Extension), i18n: b.ExtensionI18N,
		exclusive: b.ExclusiveAccount, exclusiveType: (*string)(b.ExclusiveAccountType), loginID: b.LoginID,
		nickname: b.Nickname,
		most:     limitsV2(),
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
func (k *Vendor) UpdateUserV2(ctx context.Context,
	r dingtalkserver.UpdateUserV2RequestObject) (dingtalkserver.UpdateUserV2ResponseObject, error) {
	b := r.Body
	change := userChange{
		name: b.Name, mobile: b.Mobile, title: b.Title, telephone: b.Telephone, workPlace: b.WorkPlace,
		remark: b.Remark, email: b.Email,
		orgEmail: b.OrgEmail, orgEmailType: (*string)(b.OrgEmailType), jobNumber: b.JobNumber, manager: b.ManagerUserID,
		hide:   b.HideMobile,
		senior: b.SeniorMode, hired: b.HiredDate, positions: b.DeptPositionList,
		attributes: (*map[string]string)(b.Extension), i18n: b.ExtensionI18N,
		loginID: b.LoginID, nickname: b.Nickname, most: limitsV2(),
	}
	if b.DeptIDList != nil {
		departments, err := idList(b.DeptIDList, ",")
		if err != nil {
			return nil, refusal{code: dingtalkapi.ErrorCodeInvalidDepartmentList}
		}
		change.departments = &departments
	}
	if err := change.setLists(b.DeptOrderList, b.DeptTitleList); err != nil {
		return nil, err
	}
	if b.ExtAttrsUpdateMode != nil {
		if change.addAttributes = *b.ExtAttrsUpdateMode == 1; !change.addAttributes && *b.ExtAttrsUpdateMode != 0 {
			return nil, refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
		}
	}
	if forced := names(b.ForceUpdateFields, ","); forced != nil {
		change.clearManager = slices.Contains(*forced, "manager_userid") && desk.IsBlank(b.ManagerUserID)
	}
	err := k.updateUser(ctx, b.UserID, dingtalkapi.ErrorCodeInvalidArgumentV2, change)
	return dingtalkserver.UpdateUserV2200JSONResponse{}, err
}

// setLists takes over the lists of the current calls that name a department in each row.
func (change *userChange) setLists(orders *[]dingtalkserver.DeptOrderInput,
	titles *[]dingtalkserver.DeptTitleInput) error {
	if len(desk.ListOf(orders)) > 100 || len(desk.ListOf(titles)) > 100 {
		return refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	change.orders, change.titles = make(map[int64]int64), make(map[int64]string)
	for _, row := range desk.ListOf(orders) {
		change.orders[row.DeptID] = row.Order
	}
	for _, row := range desk.ListOf(titles) {
		change.titles[row.DeptID] = row.Title
	}
	return nil
}

// mapOf is what a pointer points to, or nothing.
func mapOf[M ~map[int64]V, V any](m *M) map[int64]V {
	if m == nil {
		return nil
	}
	return *m
}
