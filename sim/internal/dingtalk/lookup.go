package dingtalk

import (
	"context"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// userIDByMobile finds the member with a mobile number. Those who left are not found.
func (k *Vendor) userIDByMobile(text string) (string, error) {
	mobile, ok := company.ParseMobile(text)
	if !ok {
		return "", refusal{code: dingtalkapi.ErrorCodeInvalidPhoneNumber}
	}
	p, ok := k.desk.Company.FindPerson(company.ByMobile, mobile.E164())
	if !ok {
		return "", refusal{code: dingtalkapi.ErrorCodeUserNotFound}
	}
	return p.UserID, nil
}

// GetUserIDByMobileV1 finds the member with a mobile number.
func (k *Vendor) GetUserIDByMobileV1(_ context.Context,
	r dingtalkserver.GetUserIDByMobileV1RequestObject) (dingtalkserver.GetUserIDByMobileV1ResponseObject, error) {
	if r.Params.Mobile == "" {
		return nil, missingParam(hostPlain, "mobile")
	}
	id, err := k.userIDByMobile(r.Params.Mobile)
	return dingtalkserver.GetUserIDByMobileV1200JSONResponse{UserID: &id}, err
}

// GetUserIDByMobileV2 finds the member with a mobile number, and if wanted the accounts of the corp with that number.
func (k *Vendor) GetUserIDByMobileV2(_ context.Context,
	r dingtalkserver.GetUserIDByMobileV2RequestObject) (dingtalkserver.GetUserIDByMobileV2ResponseObject, error) {
	id, err := k.userIDByMobile(r.Body.Mobile)
	if err != nil {
		return nil, err
	}
	owned := []string{}
	if r.Body.SupportExclusiveAccountSearch != nil && *r.Body.SupportExclusiveAccountSearch {
		if p, ok := k.desk.Company.FindPerson(company.ByUserID, id); ok && k.profile(p.Key).exclusive {
			owned = append(owned, id)
		}
	}
	result := dingtalkserver.UserIDByMobile{UserID: &id, ExclusiveAccountUserIDList: &owned}
	return dingtalkserver.GetUserIDByMobileV2200JSONResponse{Result: &result}, nil
}

// userIDByUnionID finds the person with a unionid. Only staff is known, no external contacts.
func (k *Vendor) userIDByUnionID(unionID string) (string, error) {
	p, ok := k.desk.Company.FindPerson(company.ByDingTalkUnionID, unionID)
	if !ok || unionID == "" {
		return "", refusal{code: dingtalkapi.ErrorCodeUserNotFound}
	}
	return p.UserID, nil
}

// GetUserIDByUnionIDV1 finds the person with a unionid.
func (k *Vendor) GetUserIDByUnionIDV1(_ context.Context,
	r dingtalkserver.GetUserIDByUnionIDV1RequestObject) (dingtalkserver.GetUserIDByUnionIDV1ResponseObject, error) {
	if r.Params.UnionID == "" {
		return nil, missingParam(hostPlain, "unionid")
	}
	id, err := k.userIDByUnionID(r.Params.UnionID)
	return dingtalkserver.GetUserIDByUnionIDV1200JSONResponse{ContactType: new(int64(0)), UserID: &id}, err
}

// GetUserIDByUnionIDV2 finds the person with a unionid.
func (k *Vendor) GetUserIDByUnionIDV2(_ context.Context,
	r dingtalkserver.GetUserIDByUnionIDV2RequestObject) (dingtalkserver.GetUserIDByUnionIDV2ResponseObject, error) {
	if r.Body.UnionID == "" || len(r.Body.UnionID) > 100 {
		return nil, refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	id, err := k.userIDByUnionID(r.Body.UnionID)
	result := dingtalkserver.UserIDByUnionID{ContactType: new(int64(0)), UserID: &id}
	return dingtalkserver.GetUserIDByUnionIDV2200JSONResponse{Result: &result}, err
}

// count counts the staff, or those of them who have activated their accounts.
func (k *Vendor) count(onlyActive bool) *int64 {
	var n int64
	company.View(k.desk.Company, func(d *company.Directory) {
		for _, p := range d.AllPeople() {
			if !onlyActive || active(p) {
				n++
			}
		}
	})
	return &n
}

// GetUserCountV1 counts the staff: 0 asks for everybody, 1 for those who have activated their accounts.
func (k *Vendor) GetUserCountV1(_ context.Context,
	r dingtalkserver.GetUserCountV1RequestObject) (dingtalkserver.GetUserCountV1ResponseObject, error) {
	if r.Params.OnlyActive != dingtalkserver.OnlyActiveEverybody &&
		r.Params.OnlyActive != dingtalkserver.OnlyActiveActivated {
		return nil, refusal{code: dingtalkapi.ErrorCodeInvalidParameter}
	}
	return dingtalkserver.GetUserCountV1200JSONResponse{
		Count: k.count(r.Params.OnlyActive == dingtalkserver.OnlyActiveActivated)}, nil
}

// GetUserCountV2 counts the staff.
func (k *Vendor) GetUserCountV2(_ context.Context,
	r dingtalkserver.GetUserCountV2RequestObject) (dingtalkserver.GetUserCountV2ResponseObject, error) {
	return dingtalkserver.GetUserCountV2200JSONResponse{
		Result: &dingtalkserver.UserCount{Count: k.count(r.Body.OnlyActive)}}, nil
}

// admins returns the administrators with their level: 1 for the main one, 2 for the others.
func (k *Vendor) admins() (userIDs []string, levels []int64) {
	company.View(k.desk.Company, func(d *company.Directory) {
		for _, p := range d.AllPeople() {
			if level := adminLevel(p); level > 0 {
				userIDs, levels = append(userIDs, p.UserID), append(levels, level)
			}
		}
	})
	return userIDs, levels
}

func adminLevel(p *company.Person) int64 {
	switch {
	case p.Founder:
		return 1
	case p.Admin:
		return 2
	}
	return 0
}

// ListAdminsV1 lists the administrators. The vendor's page and its own library disagree about the name of the list;
// which of them a tenant shows depends on the seed here: an odd one, such as the default, follows the page.
func (k *Vendor) ListAdminsV1(context.Context,
	dingtalkserver.ListAdminsV1RequestObject) (dingtalkserver.ListAdminsV1ResponseObject, error) {
	list := []dingtalkserver.AdminV1{}
	userIDs, levels := k.admins()
	for i := range userIDs {
		list = append(list, dingtalkserver.AdminV1{UserID: &userIDs[i], SysLevel: &levels[i]})
	}
	if k.desk.Seed%2 == 0 {
		return dingtalkserver.ListAdminsV1200JSONResponse{AdminListAlt: &list}, nil
	}
	return dingtalkserver.ListAdminsV1200JSONResponse{AdminList: &list}, nil
}

// ListAdminsV2 lists the administrators.
func (k *Vendor) ListAdminsV2(context.Context,
	dingtalkserver.ListAdminsV2RequestObject) (dingtalkserver.ListAdminsV2ResponseObject, error) {
	list := []dingtalkserver.AdminV2{}
	userIDs, levels := k.admins()
	for i := range userIDs {
		list = append(list, dingtalkserver.AdminV2{UserID: &userIDs[i], SysLevel: &levels[i]})
	}
	return dingtalkserver.ListAdminsV2200JSONResponse{Result: &list}, nil
}

// GetAdminScope lists the departments that an administrator manages: the root for the main one, the main department for
// the others, none for everybody else.
func (k *Vendor) GetAdminScope(ctx context.Context,
	r dingtalkserver.GetAdminScopeRequestObject) (dingtalkserver.GetAdminScopeResponseObject, error) {
	ids := []int64{}
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		var p *company.Person
		if p, err = k.viewOf(desk.CallOf(ctx), d).anybody(r.Body.UserID,
			dingtalkapi.ErrorCodeEmptyParameter); err != nil {
			return
		}
		switch adminLevel(p) {
		case 1:
			ids = append(ids, d.Department(company.RootDepartment).DingTalkID)
		case 2:
			if dept := d.Department(p.MainDepartment); dept != nil {
				ids = append(ids, dept.DingTalkID)
			}
		}
	})
	return dingtalkserver.GetAdminScope200JSONResponse{DeptIDs: &ids}, err
}

// GetUserByAuthCode tells who opened the app in a DingTalk client. The code is spent, whatever comes of it.
func (k *Vendor) GetUserByAuthCode(ctx context.Context,
	r dingtalkserver.GetUserByAuthCodeRequestObject) (dingtalkserver.GetUserByAuthCodeResponseObject, error) {
	k.mu.Lock()
	login, ok := k.codes[r.Body.Code]
	delete(k.codes, r.Body.Code)
	k.mu.Unlock()
	p, found := k.desk.Company.Person(login.person)
	if !ok || !found || !desk.CallOf(ctx).Now.Before(login.ends) {
		return nil, refusal{code: dingtalkapi.ErrorCodeInvalidAuthCode}
	}
	level := adminLevel(&p)
	return dingtalkserver.GetUserByAuthCode200JSONResponse{Result: &dingtalkserver.SignedInUser{
		UserID: &p.UserID, UnionID: &p.DingTalkUnionID, Name: &p.Name, Sys: new(level > 0), SysLevel: &level,
		DeviceID: new(company.DeriveText(k.desk.Seed, "dingtalk device", int(p.Key), company.HexDigits, 16)),
		AssociatedUnionID: new("N2o" + company.DeriveText(k.desk.Seed, "dingtalk associated unionid", int(p.Key),
			company.Base62Digits, 17)),
	}}, nil
}

// GetAuthScopes tells what the app may see.
func (k *Vendor) GetAuthScopes(ctx context.Context,
	_ dingtalkserver.GetAuthScopesRequestObject) (dingtalkserver.GetAuthScopesResponseObject, error) {
	departments, people, fields := []int64{}, []string{}, []string{"name", "position", "userid", "department"}
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		if v.whole {
			departments = append(departments, d.Department(company.RootDepartment).DingTalkID)
		}
		for _, key := range v.tops {
			if dept := d.Department(key); dept != nil {
				departments = append(departments, dept.DingTalkID)
			}
		}
		for _, key := range v.people {
			if p := d.Person(key); p != nil {
				people = append(people, p.UserID)
			}
		}
		if v.personal {
			fields = append(fields, "mobile", "email", "jobnumber", "remark", "workPlace", "extattr")
		}
	})
	return dingtalkserver.GetAuthScopes200JSONResponse{
		AuthUserField: &fields, ConditionField: &[]string{},
		AuthOrgScopes: &dingtalkserver.AuthOrgScopes{AuthedDept: &departments, AuthedUser: &people},
	}, nil
}
