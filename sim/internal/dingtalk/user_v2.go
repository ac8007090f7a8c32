package dingtalk

import (
	"context"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// GetUserV2 reads one member. A login id, which only accounts of the corp have, counts more than the user id.
func (k *Vendor) GetUserV2(ctx context.Context,
	r dingtalkserver.GetUserV2RequestObject) (dingtalkserver.GetUserV2ResponseObject, error) {
	var out dingtalkserver.GetUserV2200JSONResponse
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		id := r.Body.UserID
		if r.Body.LoginID != nil && *r.Body.LoginID != "" {
			id = v.userOfLogin(*r.Body.LoginID)
		}
		if len(id) > 64 {
			err = refusal{code: dingtalkapi.ErrorCodeInvalidUser}
			return
		}
		var p *company.Person
		if p, err = v.person(id, dingtalkapi.ErrorCodeInvalidArgumentV2); err == nil {
			out.Result = new(v.userV2(p))
		}
	})
	return out, err
}

// userOfLogin is the user id of the account with a login id.
func (v view) userOfLogin(loginID string) string {
	for _, p := range v.dir.AllPeople() {
		if v.k.profile(p.Key).loginID == loginID {
			return p.UserID
		}
	}
	return loginID // of nobody
}

// userV2 writes a person as the current calls do. As with userV1, the key decides which oddity shows.
func (v view) userV2(p *company.Person) dingtalkserver.UserV2 {
	key := int(p.Key)
	profile := v.k.profile(p.Key)
	row := v.rowV2(p)
	u := dingtalkserver.UserV2{
		UserID: row.UserID, UnionID: row.UnionID, Name: row.Name, Avatar: row.Avatar, StateCode: row.StateCode,
		Mobile:     row.Mobile,
		HideMobile: row.HideMobile, Active: row.Active, Admin: row.Admin, Boss: row.Boss,
		ExclusiveAccount: row.ExclusiveAccount,
		Telephone:        row.Telephone, JobNumber: row.JobNumber, Title: row.Title, Email: row.Email,
		WorkPlace: row.WorkPlace,
		Remark:    row.Remark, Extension: row.Extension, OrgEmail: row.OrgEmail, OrgEmailType: row.OrgEmailType,
		HiredDate:  row.HiredDate,
		DeptIDList: row.DeptIDList, CreateTime: row.CreateTime, LoginID: row.LoginID, Nickname: row.Nickname,
		ExclusiveAccountType: row.ExclusiveAccountType, DisableStatus: row.DisableStatus,

		RealAuthed: new(active(p)), Senior: new(profile.senior), ManagerUserID: v.manager(p),
		DeptPositionList: v.positions(p, profile),
	}
	orders, leads := []dingtalkserver.DeptOrder{}, []dingtalkserver.LeaderInDept{}
	for _, m := range p.Memberships {
		id := v.dir.Department(m.Department).DingTalkID
		leads = append(leads, dingtalkserver.LeaderInDept{DeptID: &id, Leader: new(m.Leader)})
		if m.DingTalkOrder != 0 {
			orders = append(orders, dingtalkserver.DeptOrder{DeptID: &id, Order: new(m.DingTalkOrder)})
		}
	}
	u.DeptOrderList, u.LeaderInDept = &orders, &leads
	if roles := v.rolesOf(p); len(roles) > 0 {
		list := make([]dingtalkserver.RoleV2, 0, len(roles))
		for _, role := range roles {
			list = append(list, dingtalkserver.RoleV2{ID: new(role.id), Name: new(role.name),
				GroupName: new(role.group.name)})
		}
		u.RoleList = &list
	}
	if key%4 == 2 {
		u.UnionEmpExt = &dingtalkserver.UnionEmpExt{}
	}
	if profile.i18n != nil && v.personal {
		u.ExtensionI18N = new(profile.i18n)
	}
	return u
}

// positions lists what a person is in which department: what was written, and for some what follows from the rest.
func (v view) positions(p *company.Person, profile userProfile) *[]dingtalkserver.DeptPosition {
	if len(profile.positions) == 0 && p.Key%5 != 1 {
		return nil
	}
	list := make([]dingtalkserver.DeptPosition, 0, len(p.Memberships))
	for _, m := range p.Memberships {
		position, written := profile.positions[m.Department]
		if !written {
			position = userPosition{title: p.Position, workPlace: p.WorkPlace, main: m.Department == p.MainDepartment}
		}
		row := dingtalkserver.DeptPosition{DeptID: new(v.dir.Department(m.Department).DingTalkID),
			IsMain: new(position.main), Title: new(position.title)}
		if v.personal {
			row.WorkPlace = new(position.workPlace)
		}
		list = append(list, row)
	}
	return &list
}

// rowV2 writes the members that a person has both alone and in a list.
func (v view) rowV2(p *company.Person) dingtalkserver.DepartmentUserV2 {
	key := int(p.Key)
	profile := v.k.profile(p.Key)
	u := dingtalkserver.DepartmentUserV2{
		UserID: new(p.UserID), UnionID: new(p.DingTalkUnionID), Name: new(p.Name), Avatar: textOrNot(p, p.AvatarURL),
		HideMobile: new(p.MobileHidden), Active: new(active(p)), Admin: new(p.Admin), Boss: new(p.Founder),
		ExclusiveAccount: new(profile.exclusive), JobNumber: textOrNot(p, p.EmployeeNumber),
		Title:      textOrNot(p, p.Position),
		DeptIDList: new(v.departmentIDs(p)),
	}
	if p.Status == company.StatusDisabled {
		u.DisableStatus = new(true)
	}
	if key%3 == 0 {
		u.CreateTime = new(p.Created.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	if profile.exclusive {
		u.LoginID, u.Nickname, u.ExclusiveAccountType = text(profile.loginID), text(profile.nickname),
			text(profile.exclusiveType)
	}
	if !v.personal {
		return u
	}
	if p.Mobile.Number != "" {
		u.Mobile, u.StateCode = new(p.Mobile.Number), new(p.Mobile.Country)
	}
	u.Telephone = textOrNot(p, p.Telephone)
	u.Email, u.WorkPlace, u.Remark = text(p.Email), text(p.WorkPlace), text(p.Remark)
	u.OrgEmail = text(p.CorpEmail)
	u.HiredDate = hired(p, profile)
	if p.CorpEmail != "" {
		u.OrgEmailType = text(profile.orgEmailType)
	}
	if attributes := attributesOf(p); attributes != nil {
		u.Extension = new(dingtalkserver.ExtensionMap(attributes))
	}
	return u
}

// text is a field that the wire has only if it is not empty.
func text(text string) *string {
	if text == "" {
		return nil
	}
	return new(text)
}
