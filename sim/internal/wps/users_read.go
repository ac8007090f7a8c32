package wps

import (
	"context"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// on tells whether an optional switch is on. All of them are off if left out.
func on(b *bool) bool { return b != nil && *b }

// ListUsers lists the people that the app sees.
func (w *Vendor) ListUsers(ctx context.Context,
	r wpsserver.ListUsersRequestObject) (wpsserver.ListUsersResponseObject, error) {
	states, err := w.statesOf(r.Params.Status)
	if err != nil {
		return nil, err
	}
	paging, err := w.pagingOf(listName("users", states.sorted()), r.Params.PageSize, r.Params.PageToken,
		r.Params.WithTotal)
	if err != nil {
		return nil, err
	}
	var data wpsserver.UserPage
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		page, next, total := pageOf(w, v, paging, v.people(states),
			func(p *company.Person) position { return position{person: p.Key} }, v.person)
		data.Items, data.NextPageToken, data.Total = v.users(page, listFields, on(r.Params.WithDept)), next, total
	})
	return wpsserver.ListUsers200JSONResponse{Msg: w.said(""), Data: &data}, nil
}

// users writes several people.
func (v view) users(people []*company.Person, fields string, withDepts bool) *[]wpsserver.User {
	out := make([]wpsserver.User, 0, len(people))
	for _, p := range people {
		out = append(out, v.user(p, fields, withDepts))
	}
	return &out
}

// GetUser reads one person.
func (w *Vendor) GetUser(ctx context.Context,
	r wpsserver.GetUserRequestObject) (wpsserver.GetUserResponseObject, error) {
	var data wpsserver.User
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		p := v.userNamed(r.UserID)
		if p == nil {
			err = noSuch("user", r.UserID)
			return
		}
		data = v.user(p, userFields, on(r.Params.WithDept))
	})
	return wpsserver.GetUser200JSONResponse{Msg: w.done(), Data: &data}, err
}

// lookUp returns the people in one of the states for whom the request has one of values. Who does not exist or is not
// visible is missing, and nobody is there twice.
func (w *Vendor) lookUp(c *desk.Call, name string, values []string, filter []wpsserver.UserStatusFilter, fields string,
	withDepts bool, has func(view, *company.Person) string) (*wpsserver.UserList, error) {
	states, err := w.statesOf(filter)
	switch {
	case err != nil:
		return nil, err
	case len(values) == 0:
		return nil, invalid(name + " is required")
	}
	var data wpsserver.UserList
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(c, d)
		found := v.find(states, func(p *company.Person) bool {
			value := has(v, p)
			return value != "" && slices.Contains(values, value)
		})
		data.Items = v.users(found, fields, withDepts)
	})
	return &data, nil
}

// BatchReadUsers reads people by id.
func (w *Vendor) BatchReadUsers(ctx context.Context,
	r wpsserver.BatchReadUsersRequestObject) (wpsserver.BatchReadUsersResponseObject, error) {
	b := r.Body
	data, err := w.lookUp(desk.CallOf(ctx), "user_ids", b.UserIDs, b.Status, listFields, on(b.WithDept),
		func(v view, p *company.Person) string {
			if v.external {
				return exUserID(p)
			}
			return p.WPSUserID
		})
	return wpsserver.BatchReadUsers200JSONResponse{Msg: w.said(""), Data: data}, err
}

// GetUsersByPhones reads people by mobile number, with or without a country code.
func (w *Vendor) GetUsersByPhones(ctx context.Context,
	r wpsserver.GetUsersByPhonesRequestObject) (wpsserver.GetUsersByPhonesResponseObject, error) {
	b := r.Body
	numbers := make([]string, 0, len(b.Phones))
	for _, text := range b.Phones {
		m, _ := company.ParseMobile(text) // what is no number is nobody's
		numbers = append(numbers, m.E164())
	}
	data, err := w.lookUp(desk.CallOf(ctx), "phones", numbers, b.Status, contactFields, on(b.WithDept),
		func(_ view, p *company.Person) string { return p.Mobile.E164() })
	return wpsserver.GetUsersByPhones200JSONResponse{Msg: w.said(""), Data: data}, err
}

// GetUsersByEmails reads people by mail address.
func (w *Vendor) GetUsersByEmails(ctx context.Context,
	r wpsserver.GetUsersByEmailsRequestObject) (wpsserver.GetUsersByEmailsResponseObject, error) {
	b := r.Body
	if len(b.Emails) > 100 {
		return nil, invalid("emails may be 100 at most")
	}
	addresses := make([]string, 0, len(b.Emails))
	for _, address := range b.Emails {
		if desk.Outside(&address, 1, 128) {
			return nil, invalid("emails may have 1 to 128 characters each")
		}
		addresses = append(addresses, strings.ToLower(address))
	}
	data, err := w.lookUp(desk.CallOf(ctx), "emails", addresses, b.Status, contactFields, on(b.WithDept),
		func(_ view, p *company.Person) string { return strings.ToLower(p.Email) })
	return wpsserver.GetUsersByEmails200JSONResponse{Msg: w.said(""), Data: data}, err
}

// GetUsersByExUserIDs reads people by their ids in the outer identity source.
func (w *Vendor) GetUsersByExUserIDs(ctx context.Context,
	r wpsserver.GetUsersByExUserIDsRequestObject) (wpsserver.GetUsersByExUserIDsResponseObject, error) {
	b := r.Body
	data, err := w.lookUp(desk.CallOf(ctx), "ex_user_ids", b.ExUserIDs, b.Status, outsideFields, false,
		func(_ view, p *company.Person) string { return exUserID(p) })
	return wpsserver.GetUsersByExUserIDs200JSONResponse{Msg: w.said(""), Data: data}, err
}

// ListUserDepts reads all departments of a person that the app sees.
func (w *Vendor) ListUserDepts(ctx context.Context,
	r wpsserver.ListUserDeptsRequestObject) (wpsserver.ListUserDeptsResponseObject, error) {
	items := []wpsserver.Dept{}
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		p := v.userNamed(r.UserID)
		if p == nil {
			err = noSuch("user", r.UserID)
			return
		}
		for _, m := range p.Memberships {
			if v.department(m.Department) {
				items = append(items, v.dept(d.Department(m.Department)))
			}
		}
	})
	return wpsserver.ListUserDepts200JSONResponse{Msg: w.said(""), Data: &wpsserver.DeptList{Items: &items}}, err
}

// GetCurrentUser reads the person whose token came along.
func (w *Vendor) GetCurrentUser(ctx context.Context,
	_ wpsserver.GetCurrentUserRequestObject) (wpsserver.GetCurrentUserResponseObject, error) {
	p, err := w.currentPerson(ctx)
	return wpsserver.GetCurrentUser200JSONResponse{Msg: w.said(""), Data: &wpsserver.CurrentUser{
		ID: &p.WPSUserID, UserName: &p.Name, Avatar: &p.AvatarURL, CompanyID: new(Demo().CompanyID),
		ExUserID: new(exUserID(&p)), Type: new(wpsserver.UserTypeCompanyUser),
		TypeV2: new(wpsserver.UserTypeV2CompanyMember),
	}}, err
}

// GetCurrentUserID reads the ids of the person whose token came along. The key is user_id here.
func (w *Vendor) GetCurrentUserID(ctx context.Context,
	_ wpsserver.GetCurrentUserIDRequestObject) (wpsserver.GetCurrentUserIDResponseObject, error) {
	p, err := w.currentPerson(ctx)
	return wpsserver.GetCurrentUserID200JSONResponse{Msg: w.said(""), Data: &wpsserver.CurrentUserID{
		UserID: &p.WPSUserID, CompanyID: new(Demo().CompanyID),
	}}, err
}

func (w *Vendor) currentPerson(ctx context.Context) (company.Person, error) {
	p, ok := w.desk.Company.Person(w.grantOf(desk.CallOf(ctx)).person)
	if !ok { // removed since the token was looked at
		return p, rejected(wpsserver.ErrorCodeTokenInvalid, "token invalid")
	}
	return p, nil
}
