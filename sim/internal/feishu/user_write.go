package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// userChange is what a call says of a person; what is nil is not said.
type userChange struct {
	name, enName, nickname, email, mobile, avatarKey, leader *string
	city, country, station, number, corpEmail, title         *string
	jobLevel, jobFamily, geo                                 *string
	visible, frozen                                          *bool
	gender                                                   *feishuserver.Gender
	joined, employeeType                                     *int64
	departments, subscriptions, dotted                       *[]string
	orders                                                   *[]feishuserver.UserOrderInput
	attributes                                               *[]feishuserver.UserCustomAttrInput
	badEmployeeType                                          feishuapi.ErrorCode // for an unknown employee type
	noCity, noTitle, noCityAndTitle                          feishuapi.ErrorCode // for what was left out
	replace                                                  bool                // what is not said is cleared
}

// CreateUser adds a person, who gets an invitation.
func (f *Vendor) CreateUser(ctx context.Context,
	r feishuserver.CreateUserRequestObject) (feishuserver.CreateUserResponseObject, error) {
	b, c := r.Body, desk.CallOf(ctx)
	change := userChange{
		name: &b.Name, enName: b.EnName, nickname: b.Nickname, email: b.Email, mobile: b.Mobile, avatarKey: b.AvatarKey,
		leader: b.LeaderUserID, city: b.City, country: b.Country, station: b.WorkStation, number: b.EmployeeNo,
		corpEmail: b.EnterpriseEmail, title: b.JobTitle, jobLevel: b.JobLevelID, jobFamily: b.JobFamilyID, geo: b.Geo,
		visible: b.MobileVisible, gender: b.Gender, joined: b.JoinTime, employeeType: &b.EmployeeType,
		departments: &b.DepartmentIDs, subscriptions: b.SubscriptionIDs, dotted: b.DottedLineLeaderUserIDs,
		orders: b.Orders, attributes: b.CustomAttrs,
		badEmployeeType: feishuapi.ErrorCodeInvalidEmployeeType,
		noCity:          feishuapi.ErrorCodeCreatedWithoutCity,
		noTitle:         feishuapi.ErrorCodeCreatedWithoutJobTitle,
		noCityAndTitle:  feishuapi.ErrorCodeCreatedWithoutCityAndJobTitle,
	}
	out, err := f.once(c, r.Params.ClientToken, func(d *company.Directory) (any, error) {
		v := f.viewOf(c, d)
		switch {
		case !sent(c.Body, "name"):
			return nil, refusal{code: feishuapi.ErrorCodeNameMissing}
		case !sent(c.Body, "employee_type"):
			return nil, refusal{code: feishuapi.ErrorCodeMobileOrEmployeeTypeMissing}
		}
		added, left, err := f.createUser(v, b.UserID, change)
		if err != nil {
			return nil, err
		}
		return v.show(added, fieldsOfWrite()), left
	})
	if err != nil {
		return nil, err
	}
	user, _ := out.(feishuserver.User)
	return feishuserver.CreateUser200JSONResponse{Data: &feishuserver.OneUser{User: &user}}, nil
}

// createUser adds a person. leftOut is a refusal for what was left out where the rest is written.
func (f *Vendor) createUser(v view, id *string, change userChange) (added *company.Person, leftOut, err error) {
	switch {
	case desk.IsBlank(change.mobile) && desk.IsBlank(change.email):
		return nil, nil, refusal{code: feishuapi.ErrorCodeEmailOrMobileRequired}
	case desk.IsBlank(change.mobile): // tenants of Lark may do without
		return nil, nil, refusal{code: feishuapi.ErrorCodeMobileRequired}
	}
	if err := v.checkContacts(change); err != nil {
		return nil, nil, err
	}
	p := company.Person{Key: v.dir.NextPersonKey(), Status: company.StatusNotActivated, Created: v.c.Now,
		Changed: v.c.Now, Hired: v.c.Now}
	if err := v.nameNew(&p, id); err != nil {
		return nil, nil, err
	}
	var own person
	leftOut, err = v.apply(&p, &own, change)
	if err != nil {
		return nil, nil, err
	}
	if change.joined != nil && *change.joined == 0 {
		p.Hired = time.Unix(0, 0).UTC() // where a change would clear it
	}
	if added, err = v.dir.AddPerson(p); err != nil {
		return nil, nil, personFailure(err)
	}
	f.keep(added.Key, own)
	f.mu.Lock()
	f.invited = append(f.invited, desk.Invitation{UserID: added.UserID, Operation: v.c.Operation.ID, Time: v.c.Now})
	f.mu.Unlock()
	return added, leftOut, nil
}

// nameNew gives a new person the ids that the company and Feishu need.
func (v view) nameNew(p *company.Person, id *string) error {
	if !desk.IsBlank(id) {
		if !userID(*id) {
			return refusal{code: feishuapi.ErrorCodeInvalidEmployeeID}
		}
		p.FeishuUserID = *id
		if company.ValidUserID(*id) && v.dir.FindPerson(company.ByUserID, *id) == nil {
			p.UserID = *id // one id for all, as far as the other vendors can take it
			return nil
		}
	}
	p.GeneratedUserID = true
	p.UserID = company.Unused(func(attempt int) string {
		return "fs" + company.DeriveText(v.dir.Seed, "feishu staff id"+strconv.Itoa(attempt), int(p.Key),
			company.HexDigits, 10)
	}, func(id string) bool { return v.dir.FindPerson(company.ByUserID, id) != nil })
	return nil
}

// checkContacts looks for the owners of a new person's mobile number and email.
func (v view) checkContacts(change userChange) error {
	if desk.IsBlank(change.mobile) || desk.IsBlank(change.email) {
		return nil
	}
	number, _ := company.ParseMobile(*change.mobile)
	byMobile, byEmail := v.dir.FindPerson(company.ByMobile, number.E164()),
		v.dir.FindPerson(company.ByEmail, *change.email)
	switch {
	case byMobile == nil || byEmail == nil:
		return nil // whichever is taken shows later
	case byMobile == byEmail:
		return refusal{code: feishuapi.ErrorCodeUserExists}
	}
	return refusal{code: feishuapi.ErrorCodeContactAccountsConflict}
}

// personFailure words what the company refused.
func personFailure(err error) error {
	if taken, ok := errors.AsType[*company.TakenError](err); ok {
		switch taken.What {
		case company.ByMobile:
			return refusal{code: feishuapi.ErrorCodeMobileTaken}
		case company.ByEmail:
			return refusal{code: feishuapi.ErrorCodeEmailTaken}
		case company.ByCorpEmail:
			return refusal{code: feishuapi.ErrorCodeMailboxTaken}
		case company.ByFeishuUserID:
			return refusal{code: feishuapi.ErrorCodeUserIDTaken}
		}
	}
	return refusal{code: feishuapi.ErrorCodeInvalidParameter}
}

// PatchUser changes what is said of a person and leaves the rest.
func (f *Vendor) PatchUser(ctx context.Context,
	r feishuserver.PatchUserRequestObject) (feishuserver.PatchUserResponseObject, error) {
	b, c := r.Body, desk.CallOf(ctx)
	if sent(c.Body, "department_ids") || sent(c.Body, "is_frozen") {
		if err := f.delicate(c); err != nil {
			return nil, err
		}
	}
	out, err := f.changeUser(c, r.UserID, userChange{
		name: b.Name, enName: b.EnName, nickname: b.Nickname, email: b.Email, mobile: b.Mobile, avatarKey: b.AvatarKey,
		leader: b.LeaderUserID, city: b.City, country: b.Country, station: b.WorkStation, number: b.EmployeeNo,
		corpEmail: b.EnterpriseEmail, title: b.JobTitle, jobLevel: b.JobLevelID, jobFamily: b.JobFamilyID,
		visible: b.MobileVisible, frozen: b.IsFrozen, gender: b.Gender, joined: b.JoinTime,
		employeeType: b.EmployeeType,
		departments:  b.DepartmentIDs, subscriptions: b.SubscriptionIDs, dotted: b.DottedLineLeaderUserIDs,
		orders: b.Orders, attributes: b.CustomAttrs,
	})
	return feishuserver.PatchUser200JSONResponse{Data: &feishuserver.OneUser{User: &out}}, err
}

// ReplaceUser overwrites a person: what is not said is cleared.
func (f *Vendor) ReplaceUser(ctx context.Context,
	r feishuserver.ReplaceUserRequestObject) (feishuserver.ReplaceUserResponseObject, error) {
	b, c := r.Body, desk.CallOf(ctx)
	switch {
	case !sent(c.Body, "name"):
		return nil, refusal{code: feishuapi.ErrorCodeNameMissing}
	case b.Mobile == "":
		return nil, refusal{code: feishuapi.ErrorCodeMobileRequired}
	case !sent(c.Body, "employee_type"):
		return nil, refusal{code: feishuapi.ErrorCodeMobileOrEmployeeTypeMissing}
	}
	out, err := f.changeUser(c, r.UserID, userChange{
		name: &b.Name, enName: orZero(b.EnName), nickname: orZero(b.Nickname), email: orZero(b.Email),
		mobile:    &b.Mobile,
		avatarKey: orZero(b.AvatarKey), leader: orZero(b.LeaderUserID), city: orZero(b.City),
		country: orZero(b.Country),
		station: orZero(b.WorkStation), number: orZero(b.EmployeeNo), corpEmail: orZero(b.EnterpriseEmail),
		title:   orZero(b.JobTitle),
		visible: b.MobileVisible, frozen: b.IsFrozen, gender: orZero(b.Gender), joined: orZero(b.JoinTime),
		employeeType: &b.EmployeeType,
		departments:  &b.DepartmentIDs, orders: b.Orders, attributes: orZero(b.CustomAttrs), replace: true,
	})
	return feishuserver.ReplaceUser200JSONResponse{Data: &feishuserver.OneUser{User: &out}}, err
}

// orZero returns a pointer to zero in place of nil.
func orZero[T any](v *T) *T {
	if v == nil {
		return new(T)
	}
	return v
}

// changeUser changes a person and shows the result.
func (f *Vendor) changeUser(c *desk.Call, id string, change userChange) (feishuserver.User, error) {
	change.badEmployeeType = feishuapi.ErrorCodeEmployeeTypeOrEmailInvalid
	change.noCity = feishuapi.ErrorCodeUpdatedWithoutCity
	change.noTitle = feishuapi.ErrorCodeUpdatedWithoutJobTitle
	change.noCityAndTitle = feishuapi.ErrorCodeUpdatedWithoutCityAndJobTitle
	var out feishuserver.User
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		p, left, err := v.person(id)
		if err != nil {
			return err
		}
		if left {
			return refusal{code: feishuapi.ErrorCodeResignedUserUpdateRefused}
		}
		if err := v.mayChange(p); err != nil {
			return err
		}
		edited, own := company.Clone(p), f.person(p.Key)
		leftOut, err := v.apply(&edited, &own, change)
		if err != nil {
			return err
		}
		edited.Changed = c.Now
		err = d.UpdatePerson(p.Key, func(p *company.Person) error {
			*p = edited
			return nil
		})
		if err != nil {
			return personFailure(err)
		}
		f.keep(p.Key, own)
		out = v.show(d.Person(p.Key), fieldsOfWrite())
		return leftOut
	})
	return out, err
}

// mayChange checks what a user token may do: change a few fields, of its owner or, if that is an administrator, of
// anybody.
func (v view) mayChange(p *company.Person) error {
	if v.user == 0 {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(v.c.Body, &members); err != nil {
		return err
	}
	for name := range members {
		if !slices.Contains([]string{"name", "en_name", "avatar_key"}, name) {
			return refusal{code: feishuapi.ErrorCodeFieldNotPermitted}
		}
	}
	if owner := v.dir.Person(v.user); owner == nil || owner.Key != p.Key && !owner.Admin {
		return refusal{code: feishuapi.ErrorCodeUserOutOfRange}
	}
	return nil
}
