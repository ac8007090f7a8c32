package feishu

import (
	"context"
	"slices"
	"strings"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// GetUser reads one person, also one who has left.
func (f *Vendor) GetUser(ctx context.Context,
	r feishuserver.GetUserRequestObject) (feishuserver.GetUserResponseObject, error) {
	c := desk.CallOf(ctx)
	var user feishuserver.User
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		var p *company.Person
		if p, _, err = v.person(r.UserID); err == nil {
			user = v.show(p, fieldsOfGet())
		}
	})
	return feishuserver.GetUser200JSONResponse{Data: &feishuserver.OneUser{User: &user}}, err
}

// checkIDs refuses a list of ids that is empty, too long, or holds ids of another kind.
func (v view) checkIDs(ids []string, most int) error {
	if len(ids) == 0 {
		return fieldRefusal("user_ids", "", "is required")
	}
	if len(ids) > most {
		return refusal{code: feishuapi.ErrorCodeInvalidPageSize}
	}
	prefix := map[company.PersonID]string{company.ByFeishuOpenID: "ou_", company.ByFeishuUnionID: "on_"}[v.byUser]
	for _, id := range ids {
		switch {
		case strings.Contains(id, ","):
			return fieldRefusal("user_ids", id, "a comma list is one id")
		case id == "" || !strings.HasPrefix(id, prefix):
			return v.unknownPerson(id)
		}
	}
	return nil
}

// BatchGetUsers reads people. Whoever is unknown or outside the range is left out.
func (f *Vendor) BatchGetUsers(ctx context.Context,
	r feishuserver.BatchGetUsersRequestObject) (feishuserver.BatchGetUsersResponseObject, error) {
	c := desk.CallOf(ctx)
	items := []feishuserver.User{}
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		if err = v.checkIDs(r.Params.UserIDs, 50); err != nil {
			return
		}
		seen := make(map[company.PersonKey]bool)
		for _, id := range r.Params.UserIDs {
			if p, _ := v.findPerson(id); p != nil && !seen[p.Key] && v.seesPerson(p) {
				seen[p.Key] = true
				items = append(items, v.show(p, fieldsOfBatch()))
			}
		}
	})
	return feishuserver.BatchGetUsers200JSONResponse{Data: &feishuserver.UserItems{Items: &items}}, err
}

// users makes a page of people: cut first, and only then rid of those whom the caller does not see.
func (v view) users(people []*company.Person, p pageAsked, emptyAtEnd bool) *feishuserver.UserPage {
	page, token, more := cut(v.f, people, p, func(p *company.Person) int { return int(p.Key) })
	items := []feishuserver.User{}
	for _, person := range page {
		if v.seesPerson(person) {
			items = append(items, v.show(person, fieldsOfList()))
		}
	}
	return &feishuserver.UserPage{
		HasMore:   &more,
		Items:     when(more || len(items) > 0, items), // a list that is all there, and empty, is left out
		PageToken: pageToken(p, token, more, emptyAtEnd),
	}
}

// ListUsersByDepartment lists the direct members of a department.
func (f *Vendor) ListUsersByDepartment(ctx context.Context,
	r feishuserver.ListUsersByDepartmentRequestObject) (feishuserver.ListUsersByDepartmentResponseObject, error) {
	c := desk.CallOf(ctx)
	var out *feishuserver.UserPage
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		var dept *company.Department
		if dept, err = v.department(r.Params.DepartmentID, feishuapi.ErrorCodeDepartmentOutOfRange); err != nil {
			return
		}
		var p pageAsked
		p, err = f.page(pageRule{
			of: "members of " + dept.FeishuOpenID, usual: 10, largest: 50, size: r.Params.PageSize,
			token: r.Params.PageToken,
		})
		if err == nil {
			out = v.users(d.MembersByKey(dept.Key), p, true)
		}
	})
	return feishuserver.ListUsersByDepartment200JSONResponse{Data: out}, err
}

// ListUsers is the older form: without a department it lists those who were granted to the app one by one.
func (f *Vendor) ListUsers(ctx context.Context,
	r feishuserver.ListUsersRequestObject) (feishuserver.ListUsersResponseObject, error) {
	c := desk.CallOf(ctx)
	var out *feishuserver.UserPage
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		var people []*company.Person
		list := "granted people"
		if desk.IsBlank(r.Params.DepartmentID) {
			for _, p := range d.AllPeople() {
				if v.area.limited && slices.Contains(v.area.userIDs, p.UserID) {
					people = append(people, p)
				}
			}
		} else {
			var dept *company.Department
			if dept, err = v.department(*r.Params.DepartmentID, feishuapi.ErrorCodeDepartmentOutOfRange); err != nil {
				return
			}
			list, people = "users of "+dept.FeishuOpenID, d.MembersByKey(dept.Key)
		}
		var p pageAsked
		if p, err = f.page(pageRule{of: list, usual: 10, largest: 100, size: r.Params.PageSize,
			token: r.Params.PageToken}); err == nil {
			out = v.users(people, p, false)
		}
	})
	return feishuserver.ListUsers200JSONResponse{Data: out}, err
}

// BatchGetUserIDs looks people up by email and mobile number. Nothing found is no refusal.
func (f *Vendor) BatchGetUserIDs(ctx context.Context,
	r feishuserver.BatchGetUserIDsRequestObject) (feishuserver.BatchGetUserIDsResponseObject, error) {
	c := desk.CallOf(ctx)
	emails, mobiles := desk.ListOf(r.Body.Emails), desk.ListOf(r.Body.Mobiles)
	if len(emails) > 50 || len(mobiles) > 50 {
		return nil, refusal{code: feishuapi.ErrorCodeInvalidPageSize}
	}
	list := []feishuserver.UserIDMatch{}
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		left := r.Body.IncludeResigned != nil && *r.Body.IncludeResigned
		for _, email := range emails {
			match := feishuserver.UserIDMatch{Email: new(email)}
			v.match(&match, v.contact(company.ByEmail, email, left))
			list = append(list, match)
		}
		for _, mobile := range mobiles {
			match := feishuserver.UserIDMatch{Mobile: new(mobile)}
			number, _ := company.ParseMobile(mobile)
			v.match(&match, v.contact(company.ByMobile, number.E164(), left))
			list = append(list, match)
		}
	})
	return feishuserver.BatchGetUserIDs200JSONResponse{Data: &feishuserver.UserIDMatches{UserList: &list}}, nil
}

// contact finds a person by a contact, among those who left only if wanted.
func (v view) contact(kind company.PersonID, value string, left bool) *company.Person {
	if value == "" {
		return nil
	}
	if p := v.dir.FindPerson(kind, value); p != nil || !left {
		return p
	}
	for _, p := range v.dir.FormerPeople() {
		if company.HasID(p, kind, value) {
			return p
		}
	}
	return nil
}

// match fills in who was found.
func (v view) match(m *feishuserver.UserIDMatch, p *company.Person) {
	if p == nil || !v.seesPerson(p) {
		return
	}
	m.UserID = new(company.IDOf(p, v.byUser))
	m.Status = when(v.may(append(contactRead(), scopeUserEmployee)...), statusOf(p))
}

// BatchGetUserBasics reads names, without regard to the contact range.
func (f *Vendor) BatchGetUserBasics(ctx context.Context,
	r feishuserver.BatchGetUserBasicsRequestObject) (feishuserver.BatchGetUserBasicsResponseObject, error) {
	c := desk.CallOf(ctx)
	users := []feishuserver.UserBasic{}
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		if err = v.checkIDs(r.Body.UserIDs, 10); err != nil {
			return
		}
		for _, id := range r.Body.UserIDs {
			if p, left := v.findPerson(id); p != nil && !left {
				users = append(users, feishuserver.UserBasic{
					UserID: new(id), Name: new(p.Name),
					I18NName: &feishuserver.NameTranslations{ZhCN: new(p.Name), JaJP: new(""),
						EnUS: new(p.EnglishName)},
				})
			}
		}
	})
	return feishuserver.BatchGetUserBasics200JSONResponse{Data: &feishuserver.UserBasics{Users: &users}}, err
}

// ConvertUnionIDs turns union ids into the other ids.
func (f *Vendor) ConvertUnionIDs(ctx context.Context,
	r feishuserver.ConvertUnionIDsRequestObject) (feishuserver.ConvertUnionIDsResponseObject, error) {
	c := desk.CallOf(ctx)
	owners := make(map[string]feishuserver.UnionIDOwner)
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		v.byUser = company.ByFeishuUnionID
		if err = v.checkIDs(r.Params.UnionIDs, 100); err != nil {
			return
		}
		for _, id := range r.Params.UnionIDs {
			if p, _ := v.findPerson(id); p != nil && v.seesPerson(p) {
				owners[id] = feishuserver.UnionIDOwner{OpenID: new(p.FeishuOpenID),
					UserID: when(v.may(scopeUserID), p.FeishuUserID)}
			}
		}
	})
	return feishuserver.ConvertUnionIDs200JSONResponse{Data: &feishuserver.UnionIDOwners{UserInfos: &owners}}, err
}
