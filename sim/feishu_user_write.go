package sim

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// feishuChange is what a call says of a person; what is nil is not said.
type feishuChange struct {
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
func (f *feishu) CreateUser(ctx context.Context, r feishuserver.CreateUserRequestObject) (feishuserver.CreateUserResponseObject, error) {
	b, c := r.Body, callOf(ctx)
	change := feishuChange{
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
	out, err := f.once(c, r.Params.ClientToken, func(d *directory) (any, error) {
		return f.createUser(f.viewOf(c, d), b.UserID, change)
	})
	if err != nil {
		return nil, err
	}
	user, _ := out.(feishuserver.User)
	return feishuserver.CreateUser200JSONResponse{Data: &feishuserver.OneUser{User: &user}}, nil
}

func (f *feishu) createUser(v feishuView, id *string, change feishuChange) (feishuserver.User, error) {
	var none feishuserver.User
	switch {
	case !feishuSent(v.c.body, "name"):
		return none, feishuError{code: feishuapi.ErrorCodeNameMissing}
	case !feishuSent(v.c.body, "employee_type"):
		return none, feishuError{code: feishuapi.ErrorCodeMobileOrEmployeeTypeMissing}
	case isBlank(change.mobile) && isBlank(change.email):
		return none, feishuError{code: feishuapi.ErrorCodeEmailOrMobileRequired}
	case isBlank(change.mobile): // tenants of Lark may do without
		return none, feishuError{code: feishuapi.ErrorCodeMobileRequired}
	}
	if err := v.checkContacts(change); err != nil {
		return none, err
	}
	p := Person{Key: v.dir.lastPerson + 1, Status: StatusNotActivated, Created: v.c.now, Changed: v.c.now, Hired: v.c.now}
	if err := v.nameNew(&p, id); err != nil {
		return none, err
	}
	var own feishuPerson
	left, err := v.apply(&p, &own, change)
	if err != nil {
		return none, err
	}
	if change.joined != nil && *change.joined == 0 {
		p.Hired = time.Unix(0, 0).UTC() // where a change would clear it
	}
	added, err := v.dir.addPerson(p)
	if err != nil {
		return none, feishuPersonFailure(err)
	}
	f.keep(added.Key, own)
	f.mu.Lock()
	f.invited = append(f.invited, Invitation{UserID: added.UserID, Operation: v.c.operation.ID, Time: v.c.now})
	f.mu.Unlock()
	return v.show(added, feishuFieldsOfWrite()), left
}

// nameNew gives a new person the ids that the company and Feishu need.
func (v feishuView) nameNew(p *Person, id *string) error {
	if !isBlank(id) {
		if !feishuUserID(*id) {
			return feishuError{code: feishuapi.ErrorCodeInvalidEmployeeID}
		}
		p.FeishuUserID = *id
		if weComUserID(*id) && v.dir.findPerson(ByUserID, *id) == nil {
			p.UserID = *id // one id for all, as far as the other vendors can take it
			return nil
		}
	}
	p.GeneratedUserID = true
	p.UserID = unused(func(attempt int) string {
		return "fs" + deriveText(v.dir.seed, "feishu staff id"+strconv.Itoa(attempt), int(p.Key), hexDigits, 10)
	}, func(id string) bool { return v.dir.findPerson(ByUserID, id) != nil })
	return nil
}

// checkContacts looks for the owners of a new person's mobile number and email.
func (v feishuView) checkContacts(change feishuChange) error {
	if isBlank(change.mobile) || isBlank(change.email) {
		return nil
	}
	number, _ := ParseMobile(*change.mobile)
	byMobile, byEmail := v.dir.findPerson(ByMobile, number.E164()), v.dir.findPerson(ByEmail, *change.email)
	switch {
	case byMobile == nil || byEmail == nil:
		return nil // whichever is taken shows later
	case byMobile == byEmail:
		return feishuError{code: feishuapi.ErrorCodeUserExists}
	}
	return feishuError{code: feishuapi.ErrorCodeContactAccountsConflict}
}

// feishuPersonFailure words what the company refused.
func feishuPersonFailure(err error) error {
	if taken, ok := errors.AsType[*TakenError](err); ok {
		switch taken.What {
		case ByMobile:
			return feishuError{code: feishuapi.ErrorCodeMobileTaken}
		case ByEmail:
			return feishuError{code: feishuapi.ErrorCodeEmailTaken}
		case ByCorpEmail:
			return feishuError{code: feishuapi.ErrorCodeMailboxTaken}
		case ByFeishuUserID:
			return feishuError{code: feishuapi.ErrorCodeUserIDTaken}
		}
	}
	return feishuError{code: feishuapi.ErrorCodeInvalidParameter}
}

// PatchUser changes what is said of a person and leaves the rest.
func (f *feishu) PatchUser(ctx context.Context, r feishuserver.PatchUserRequestObject) (feishuserver.PatchUserResponseObject, error) {
	b, c := r.Body, callOf(ctx)
	if feishuSent(c.body, "department_ids") || feishuSent(c.body, "is_frozen") {
		if err := f.delicate(c); err != nil {
			return nil, err
		}
	}
	out, err := f.changeUser(c, r.UserID, feishuChange{
		name: b.Name, enName: b.EnName, nickname: b.Nickname, email: b.Email, mobile: b.Mobile, avatarKey: b.AvatarKey,
		leader: b.LeaderUserID, city: b.City, country: b.Country, station: b.WorkStation, number: b.EmployeeNo,
		corpEmail: b.EnterpriseEmail, title: b.JobTitle, jobLevel: b.JobLevelID, jobFamily: b.JobFamilyID,
		visible: b.MobileVisible, frozen: b.IsFrozen, gender: b.Gender, joined: b.JoinTime, employeeType: b.EmployeeType,
		departments: b.DepartmentIDs, subscriptions: b.SubscriptionIDs, dotted: b.DottedLineLeaderUserIDs,
		orders: b.Orders, attributes: b.CustomAttrs,
	})
	return feishuserver.PatchUser200JSONResponse{Data: &feishuserver.OneUser{User: &out}}, err
}

// ReplaceUser overwrites a person: what is not said is cleared.
func (f *feishu) ReplaceUser(ctx context.Context, r feishuserver.ReplaceUserRequestObject) (feishuserver.ReplaceUserResponseObject, error) {
	b, c := r.Body, callOf(ctx)
	switch {
	case !feishuSent(c.body, "name"):
		return nil, feishuError{code: feishuapi.ErrorCodeNameMissing}
	case b.Mobile == "":
		return nil, feishuError{code: feishuapi.ErrorCodeMobileRequired}
	case !feishuSent(c.body, "employee_type"):
		return nil, feishuError{code: feishuapi.ErrorCodeMobileOrEmployeeTypeMissing}
	}
	out, err := f.changeUser(c, r.UserID, feishuChange{
		name: &b.Name, enName: orZero(b.EnName), nickname: orZero(b.Nickname), email: orZero(b.Email), mobile: &b.Mobile,
		avatarKey: orZero(b.AvatarKey), leader: orZero(b.LeaderUserID), city: orZero(b.City), country: orZero(b.Country),
		station: orZero(b.WorkStation), number: orZero(b.EmployeeNo), corpEmail: orZero(b.EnterpriseEmail), title: orZero(b.JobTitle),
		visible: b.MobileVisible, frozen: b.IsFrozen, gender: orZero(b.Gender), joined: orZero(b.JoinTime), employeeType: &b.EmployeeType,
		departments: &b.DepartmentIDs, orders: b.Orders, attributes: orZero(b.CustomAttrs), replace: true,
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
func (f *feishu) changeUser(c *call, id string, change feishuChange) (feishuserver.User, error) {
	change.badEmployeeType = feishuapi.ErrorCodeEmployeeTypeOrEmailInvalid
	change.noCity = feishuapi.ErrorCodeUpdatedWithoutCity
	change.noTitle = feishuapi.ErrorCodeUpdatedWithoutJobTitle
	change.noCityAndTitle = feishuapi.ErrorCodeUpdatedWithoutCityAndJobTitle
	var out feishuserver.User
	err := f.sim.org.change(func(d *directory) error {
		v := f.viewOf(c, d)
		p, left, err := v.person(id)
		if err != nil {
			return err
		}
		if left {
			return feishuError{code: feishuapi.ErrorCodeResignedUserUpdateRefused}
		}
		if err := v.mayChange(p); err != nil {
			return err
		}
		edited, own := p.clone(), f.person(p.Key)
		leftOut, err := v.apply(&edited, &own, change)
		if err != nil {
			return err
		}
		edited.Changed = c.now
		err = d.updatePerson(p.Key, func(p *Person) error {
			*p = edited
			return nil
		})
		if err != nil {
			return feishuPersonFailure(err)
		}
		f.keep(p.Key, own)
		out = v.show(d.person(p.Key), feishuFieldsOfWrite())
		return leftOut
	})
	return out, err
}

// mayChange checks what a user token may do: change a few fields, of its owner or, if that is an administrator, of anybody.
func (v feishuView) mayChange(p *Person) error {
	if v.user == 0 {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(v.c.body, &members); err != nil {
		return err
	}
	for name := range members {
		if !slices.Contains([]string{"name", "en_name", "avatar_key"}, name) {
			return feishuError{code: feishuapi.ErrorCodeFieldNotPermitted}
		}
	}
	if owner := v.dir.person(v.user); owner == nil || owner.Key != p.Key && !owner.Admin {
		return feishuError{code: feishuapi.ErrorCodeUserOutOfRange}
	}
	return nil
}
