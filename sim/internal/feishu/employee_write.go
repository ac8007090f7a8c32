package feishu

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// employeeChange is a change of an employee in the words of contact v3, and what those do not have.
type employeeChange struct {
	userChange

	id, signature, place, extension *string
}

// names puts the parts of a name in.
func (e *employeeChange) names(name *feishuserver.EmployeeNameInput) {
	if name == nil {
		return
	}
	e.name, e.enName, e.nickname = &name.Name.DefaultValue, english(name.Name.I18NValue), name.AnotherName
}

// places puts the departments in.
func (e *employeeChange) places(in *[]feishuserver.EmployeeOrderInput) error {
	if in == nil {
		return nil
	}
	if len(*in) > 10 {
		return refusal{code: feishuapi.ErrorCodeEmployeeDepartmentLimit}
	}
	ids, orders := []string{}, []feishuserver.UserOrderInput{}
	for _, place := range *in {
		if desk.IsBlank(place.DepartmentID) {
			return refusal{code: feishuapi.ErrorCodeEmployeeDepartmentNotFound}
		}
		order := feishuserver.UserOrderInput{DepartmentID: place.DepartmentID, IsPrimaryDept: place.IsMainDepartment}
		for text, number := range map[*string]**int64{
			place.OrderWeightInDepartment: &order.UserOrder, place.OrderWeightAmongDepartments: &order.DepartmentOrder,
		} {
			if desk.IsBlank(text) {
				continue
			}
			n, err := strconv.ParseInt(*text, 10, 64)
			if err != nil {
				return refusal{code: feishuapi.ErrorCodeDirectoryParameterInvalid}
			}
			*number = &n
		}
		ids, orders = append(ids, *place.DepartmentID), append(orders, order)
	}
	e.departments, e.orders = &ids, &orders
	return nil
}

// joinedOn puts the first day in.
func (e *employeeChange) joinedOn(date *string) error {
	if date == nil {
		return nil
	}
	t, err := time.Parse(time.DateOnly, *date)
	if err != nil {
		return refusal{code: feishuapi.ErrorCodeJoinDateInvalid}
	}
	e.joined = new(t.Unix())
	return nil
}

// titled puts the job title in: the text of one that the tenant has.
func (e *employeeChange) titled(v view, id *string) error {
	switch {
	case id == nil:
		return nil
	case *id == "" || *id == "0":
		e.title = new("")
		return nil
	}
	list := v.f.words(v.dir, titles, jobTitleOf)
	i := slices.IndexFunc(list, func(w word) bool { return w.id == *id })
	if i < 0 {
		return refusal{code: feishuapi.ErrorCodeJobTitleInvalid}
	}
	e.title = &list[i].text
	return nil
}

// custom puts the tenant's own fields in.
func (e *employeeChange) custom(v view, in *[]feishuserver.DirectoryFieldValueInput) error {
	if in == nil {
		return nil
	}
	out := []feishuserver.UserCustomAttrInput{}
	for _, field := range *in {
		value := feishuserver.UserCustomAttrValueInput{}
		switch {
		case field.TextValue != nil:
			value.Text = &field.TextValue.DefaultValue
		case field.URLValue != nil:
			value.Text, value.URL = &field.URLValue.LinkText.DefaultValue, &field.URLValue.URL
			value.PCURL = &field.URLValue.PCURL
		case field.EnumValue != nil && len(field.EnumValue.EnumIDs) == 1:
			value.OptionID = &field.EnumValue.EnumIDs[0]
		case len(desk.ListOf(field.UserValues)) == 1 && len((*field.UserValues)[0].IDs) == 1:
			p, _ := v.findPerson((*field.UserValues)[0].IDs[0])
			if p == nil {
				return refusal{code: feishuapi.ErrorCodeCustomFieldInvalid}
			}
			value.GenericUser = &feishuserver.GenericUserInput{ID: p.FeishuUserID, Type: 1}
		default:
			return refusal{code: feishuapi.ErrorCodeCustomFieldInvalid}
		}
		out = append(out, feishuserver.UserCustomAttrInput{ID: field.FieldKey, Value: &value})
	}
	e.attributes = &out
	return nil
}

// stationed puts the desk in.
func (e *employeeChange) stationed(text *feishuserver.DirectoryTextInput) {
	if text != nil {
		e.station = &text.DefaultValue
	}
}

// CreateEmployee adds somebody to the staff.
func (f *Vendor) CreateEmployee(ctx context.Context,
	r feishuserver.CreateEmployeeRequestObject) (feishuserver.CreateEmployeeResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body.Employee
	var id string
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		if err := v.mayManage(); err != nil {
			return err
		}
		e := employeeChange{userChange: userChange{
			mobile: b.Mobile, avatarKey: b.AvatarKey, email: b.Email, corpEmail: b.EnterpriseEmail, gender: b.Gender,
			leader: b.LeaderID, dotted: b.DottedLineLeaderIDs, country: b.WorkCountryOrRegion, number: b.JobNumber,
			employeeType: b.EmploymentType, badEmployeeType: feishuapi.ErrorCodeInvalidEmployeeType,
		}, id: b.CustomEmployeeID, place: b.WorkPlaceID, extension: b.ExtensionNumber}
		if o := r.Body.Options; o != nil {
			e.geo, e.subscriptions = o.GeoName, o.SubscriptionIDs
		}
		e.names(b.Name)
		e.stationed(b.WorkStation)
		for _, err := range []error{e.places(b.EmployeeOrderInDepartments), e.joinedOn(b.JoinDate),
			e.titled(v, b.JobTitleID), e.custom(v, b.CustomFieldValues), v.extensionFree(0, e.extension)} {
			if err != nil {
				return err
			}
		}
		switch {
		case e.name == nil:
			return refusal{code: feishuapi.ErrorCodeDirectoryParameterInvalid}
		case len(desk.ListOf(e.departments)) == 0:
			return refusal{code: feishuapi.ErrorCodeEmployeeDepartmentMissing}
		}
		if e.employeeType == nil {
			e.employeeType = new(int64(company.EmploymentRegular))
		}
		added, leftOut, err := f.createUser(v, e.id, e.userChange)
		if err != nil {
			return directoryFailure(err)
		}
		own := f.person(added.Key)
		e.keep(&own)
		f.keep(added.Key, own)
		id = company.IDOf(added, v.byUser)
		return leftOut
	})
	return feishuserver.CreateEmployee200JSONResponse{Data: &feishuserver.NewEmployeeID{EmployeeID: &id}}, err
}

// keep notes what contact v3 does not have.
func (e *employeeChange) keep(own *person) {
	set(&own.signature, e.signature)
	set(&own.place, e.place)
	set(&own.extension, e.extension)
}

// extensionFree refuses an extension that somebody else has.
func (v view) extensionFree(key company.PersonKey, extension *string) error {
	switch {
	case desk.IsBlank(extension):
		return nil
	case runes(*extension) > 99:
		return refusal{code: feishuapi.ErrorCodeExtensionTooLong}
	}
	for _, p := range v.dir.AllPeople() {
		if p.Key != key && v.f.person(p.Key).extension == *extension {
			return refusal{code: feishuapi.ErrorCodeExtensionTaken}
		}
	}
	return nil
}

// changed finds an employee for a change.
func (v view) changed(id string) (p *company.Person, left bool, err error) {
	if err := v.mayManage(); err != nil {
		return nil, false, err
	}
	p, left, err = v.person(id)
	return p, left, directoryFailure(err)
}

// PatchEmployee changes somebody on the staff, or a part of what is known of somebody who has left.
func (f *Vendor) PatchEmployee(ctx context.Context,
	r feishuserver.PatchEmployeeRequestObject) (feishuserver.PatchEmployeeResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body.Employee
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		p, left, err := v.changed(r.EmployeeID)
		if err != nil {
			return err
		}
		locked := b.Email != nil || b.Mobile != nil || b.EmployeeOrderInDepartments != nil || b.LeaderID != nil ||
			b.IsFrozen != nil || b.WorkPlaceID != nil
		if left && locked {
			return refusal{code: feishuapi.ErrorCodeStaffStatusNotChanged}
		}
		e := employeeChange{userChange: userChange{
			mobile: b.Mobile, avatarKey: b.AvatarKey, email: b.Email, corpEmail: b.EnterpriseEmail, gender: b.Gender,
			leader: b.LeaderID, dotted: b.DottedLineLeaderIDs, country: b.WorkCountryOrRegion, number: b.JobNumber,
			employeeType: b.EmploymentType, jobLevel: b.JobLevelID, jobFamily: b.JobFamilyID, frozen: b.IsFrozen,
			badEmployeeType: feishuapi.ErrorCodeInvalidEmployeeType,
		}, signature: b.Description, place: b.WorkPlaceID, extension: b.ExtensionNumber}
		e.names(b.Name)
		e.stationed(b.WorkStation)
		for _, err := range []error{e.places(b.EmployeeOrderInDepartments), e.joinedOn(b.JoinDate),
			e.titled(v, b.JobTitleID), e.custom(v, b.CustomFieldValues), v.extensionFree(p.Key, e.extension)} {
			if err != nil {
				return err
			}
		}
		own := f.person(p.Key)
		if err := patchLeaving(p, &own, b); err != nil {
			return err
		}
		edited := company.Clone(p)
		leftOut, err := v.apply(&edited, &own, e.userChange)
		if err != nil {
			return directoryFailure(err)
		}
		e.keep(&own)
		if !desk.IsBlank(b.CustomEmployeeID) {
			if !userID(*b.CustomEmployeeID) {
				return refusal{code: feishuapi.ErrorCodeEmployeeIDInvalid}
			}
			edited.FeishuUserID = *b.CustomEmployeeID
		}
		edited.Changed = c.Now
		if left {
			d.UpdateFormer(p.Key, func(former *company.Person) { *former = edited })
		} else if err := d.UpdatePerson(p.Key, func(p *company.Person) error {
			*p = edited
			return nil
		}); err != nil {
			return directoryFailure(personFailure(err))
		}
		f.keep(p.Key, own)
		return leftOut
	})
	return feishuserver.PatchEmployee200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// patchLeaving changes what is known of somebody's leaving.
func patchLeaving(p *company.Person, own *person, b feishuserver.EmployeeChange) error {
	if b.ResignDate == nil && b.ResignReason == nil && b.ResignRemark == nil && b.ResignType == nil {
		return nil
	}
	if p.Left.IsZero() && own.leaving == nil {
		return refusal{code: feishuapi.ErrorCodeResignInfoLocked}
	}
	var l leaving
	set(&l, own.leaving)
	set(&l.date, b.ResignDate)
	set(&l.remark, b.ResignRemark)
	if b.ResignReason != nil {
		l.reason = *b.ResignReason
		if l.reason == feishuserver.ResignReasonCleared {
			l.reason = ""
		}
	}
	if b.ResignType != nil {
		l.kind = *b.ResignType
		if l.kind == feishuserver.ResignTypeCleared {
			l.kind = ""
		}
	}
	if err := checkLeaving(p, l); err != nil {
		return err
	}
	own.leaving = &l
	return nil
}

// checkLeaving refuses a leaving whose parts do not go together.
func checkLeaving(p *company.Person, l leaving) error {
	if l.date != "" {
		t, err := time.Parse(time.DateOnly, l.date)
		if err != nil || t.Before(p.Hired.Truncate(24*time.Hour)) {
			return refusal{code: feishuapi.ErrorCodeResignDateInvalid}
		}
	}
	switch {
	case l.kind != "" && !l.kind.Valid():
		return refusal{code: feishuapi.ErrorCodeResignTypeInvalid}
	case l.reason != "" && !l.reason.Valid():
		return refusal{code: feishuapi.ErrorCodeResignReasonInvalid}
	case l.reason == "" || l.kind == "":
		return nil
	}
	reason, err := strconv.Atoi(string(l.reason))
	if err != nil {
		return refusal{code: feishuapi.ErrorCodeResignReasonInvalid}
	}
	goesWith := feishuserver.ResignTypeOther
	switch {
	case reason <= 14:
		goesWith = feishuserver.ResignTypeVoluntary
	case reason >= 17 && reason <= 24:
		goesWith = feishuserver.ResignTypeInvoluntary
	}
	if goesWith != l.kind {
		return refusal{code: feishuapi.ErrorCodeResignReasonInvalid}
	}
	return nil
}

// DeleteEmployee takes somebody off the staff.
func (f *Vendor) DeleteEmployee(ctx context.Context,
	r feishuserver.DeleteEmployeeRequestObject) (feishuserver.DeleteEmployeeResponseObject, error) {
	c := desk.CallOf(ctx)
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		p, left, err := v.changed(r.EmployeeID)
		if err != nil {
			return err
		}
		own := f.person(p.Key)
		switch {
		case left:
			return refusal{code: feishuapi.ErrorCodeStaffStatusNotChanged}
		case p.Founder:
			return refusal{code: feishuapi.ErrorCodeEmployeeFounderProtected}
		case !own.restored.IsZero() && c.Now.Before(own.restored.Add(time.Hour)):
			return refusal{code: feishuapi.ErrorCodeEmployeeDeletedTooSoon}
		}
		if o := r.Body.Options; o != nil && o.ResignedEmployeeResourceReceiver != nil {
			for _, id := range receivers(o.ResignedEmployeeResourceReceiver) {
				if err := v.checkAcceptor(p, id); err != nil {
					return refusal{code: feishuapi.ErrorCodeDirectoryDependencyForbidden}
				}
			}
		}
		if err := d.RemovePerson(p.Key, c.Now); err != nil {
			return directoryFailure(personFailure(err))
		}
		if own.leaving != nil {
			gone := *own.leaving
			gone.coming = false
			own.leaving = &gone
			f.keep(p.Key, own)
		}
		f.endSessions(p.Key, nil)
		return nil
	})
	return feishuserver.DeleteEmployee200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// receivers are those who take over. What they take over is not simulated.
func receivers(b *feishuserver.ResignedEmployeeReceivers) []*string {
	return []*string{
		b.DepartmentChatAcceptorEmployeeID, b.ExternalChatAcceptorEmployeeID, b.DocsAcceptorEmployeeID,
		b.CalendarAcceptorEmployeeID, b.ApplicationAcceptorEmployeeID, b.HelpdeskAcceptorEmployeeID,
		b.ApprovalAcceptorEmployeeID, b.EmailAcceptorEmployeeID, b.MinutesAcceptorEmployeeID,
		b.SurveyAcceptorEmployeeID, b.AnyCrossAcceptorEmployeeID,
	}
}

// ResurrectEmployee puts somebody back on the staff.
func (f *Vendor) ResurrectEmployee(ctx context.Context,
	r feishuserver.ResurrectEmployeeRequestObject) (feishuserver.ResurrectEmployeeResponseObject, error) {
	c, b := desk.CallOf(ctx), r.Body
	if f.config.MonthlyCalls > 0 {
		return nil, refusal{code: feishuapi.ErrorCodeRestorePlanForbidden}
	}
	var e employeeChange
	if err := e.places(b.EmployeeOrderInDepartments); err != nil {
		return nil, err
	}
	var departments []feishuserver.RestoredDepartment
	for _, o := range desk.ListOf(e.orders) {
		place := feishuserver.RestoredDepartment{DepartmentID: *o.DepartmentID, UserOrder: o.UserOrder,
			DepartmentOrder: o.DepartmentOrder}
		departments = append(departments, place)
	}
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		p, left, err := v.changed(r.EmployeeID)
		switch {
		case err != nil:
			return err
		case !left, c.Now.Sub(p.Left) > restorable:
			return refusal{code: feishuapi.ErrorCodeStaffStatusNotChanged}
		case c.Now.Before(p.Left.Add(f.config.CleanUp)):
			return refusal{code: feishuapi.ErrorCodeRestoreDuringDeletion}
		}
		places, main, ranks, err := v.restoredPlaces(p, departments)
		if err != nil {
			return directoryFailure(err)
		}
		if err := v.restore(p, places, main); err != nil {
			return directoryFailure(err)
		}
		own := f.person(p.Key)
		own.restored, own.ranks, own.leaving = c.Now, ranks, nil
		if b.Options != nil && b.Options.SubscriptionIDs != nil {
			own.subscriptions = append([]string{}, *b.Options.SubscriptionIDs...)
		}
		f.keep(p.Key, own)
		return nil
	})
	return feishuserver.ResurrectEmployee200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// SetEmployeeToBeResigned notes that somebody is going to leave.
func (f *Vendor) SetEmployeeToBeResigned(ctx context.Context,
	r feishuserver.SetEmployeeToBeResignedRequestObject) (feishuserver.SetEmployeeToBeResignedResponseObject, error) {
	b := r.Body.Employee
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		p, left, err := f.viewOf(desk.CallOf(ctx), d).changed(r.EmployeeID)
		if err != nil {
			return err
		}
		own := f.person(p.Key)
		if left || own.leaving != nil {
			return refusal{code: feishuapi.ErrorCodeStaffStatusNotChanged}
		}
		l := leaving{coming: true, date: b.ResignDate, reason: b.ResignReason, kind: b.ResignType}
		set(&l.remark, b.ResignRemark)
		switch {
		case l.date == "":
			return refusal{code: feishuapi.ErrorCodeResignDateInvalid}
		case l.reason == "" || l.reason == feishuserver.ResignReasonCleared:
			return refusal{code: feishuapi.ErrorCodeResignReasonInvalid}
		case l.kind == "" || l.kind == feishuserver.ResignTypeCleared:
			return refusal{code: feishuapi.ErrorCodeResignTypeInvalid}
		}
		if err := checkLeaving(p, l); err != nil {
			return err
		}
		own.leaving = &l
		f.keep(p.Key, own)
		return nil
	})
	return feishuserver.SetEmployeeToBeResigned200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// SetEmployeeRegular takes back that somebody is going to leave.
func (f *Vendor) SetEmployeeRegular(ctx context.Context,
	r feishuserver.SetEmployeeRegularRequestObject) (feishuserver.SetEmployeeRegularResponseObject, error) {
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		p, left, err := f.viewOf(desk.CallOf(ctx), d).changed(r.EmployeeID)
		if err != nil {
			return err
		}
		own := f.person(p.Key)
		if left || own.leaving == nil {
			return refusal{code: feishuapi.ErrorCodeStaffStatusNotChanged}
		}
		own.leaving = nil
		f.keep(p.Key, own)
		return nil
	})
	return feishuserver.SetEmployeeRegular200JSONResponse{Data: &feishuserver.Nothing{}}, err
}
