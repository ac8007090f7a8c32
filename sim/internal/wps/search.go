package wps

import (
	"context"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// maxFound is the largest page of what a search found: what an answer may hold at most.
const maxFound = 1000

// everyState are the states of people who are on the staff.
func everyState() []wpsserver.UserStatusFilter {
	return []wpsserver.UserStatusFilter{wpsserver.UserStatusFilterActive, wpsserver.UserStatusFilterNotactive,
		wpsserver.UserStatusFilterDisabled}
}

// allValid tells whether all words are of the document.
func allValid[T interface{ Valid() bool }](words []T) bool {
	return !slices.ContainsFunc(words, func(word T) bool { return !word.Valid() })
}

// covers tells whether a filter lets a word through. One that was left out lets everything through.
func covers[T comparable](filter []T, word T) bool {
	return len(filter) == 0 || slices.Contains(filter, word)
}

// SearchUsers finds people who have the keyword somewhere in a field, whatever the case of letters. Of partners nobody
// is found, and guests there are none.
func (w *Vendor) SearchUsers(ctx context.Context,
	r wpsserver.SearchUsersRequestObject) (wpsserver.SearchUsersResponseObject, error) {
	q := r.Params
	states, fields := desk.ListOf(q.Status), desk.ListOf(q.SearchField)
	sources, newSources, types := desk.ListOf(q.SearchSource), desk.ListOf(q.SearchSourceV2), desk.ListOf(q.UserType)
	switch {
	case blank(q.Keyword):
		return nil, invalid("keyword is required")
	case !allValid(states) || !allValid(fields) || !allValid(sources) || !allValid(newSources) || !allValid(types):
		return nil, invalid("status, search_field, search_source or user_type has a word that is not known")
	}
	if len(states) == 0 {
		states = everyState()
	}
	wanted := make(stateSet)
	for _, state := range states {
		wanted[wpsserver.UserStatus(state)] = true
	}
	list := listName("search users", q.Keyword, wanted.sorted(), fields, sources, newSources, types)
	paging, err := w.pagingUpTo(maxFound, list, &q.PageSize, q.PageToken, q.WithTotal)
	if err != nil {
		return nil, err
	}
	items := []wpsserver.FoundUser{}
	var data wpsserver.FoundUserPage
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		var found []*company.Person
		if covers(sources, wpsserver.UserSearchSourceCompanyUser) &&
			covers(newSources, wpsserver.UserSearchSourceCompanyUser) &&
			covers(types, wpsserver.UserTypeFilterCompanyMember) {
			found = v.find(wanted, func(p *company.Person) bool { return len(v.matches(p, q.Keyword, fields)) > 0 })
		}
		page, next, total := pageOf(w, v, paging, found,
			func(p *company.Person) position { return position{person: p.Key} },
			func(*company.Person) bool { return true })
		for _, p := range page {
			items = append(items, v.foundUser(p, v.matches(p, q.Keyword, fields)))
		}
		data = wpsserver.FoundUserPage{Items: &items, NextPageToken: next, Total: total}
	})
	return wpsserver.SearchUsers200JSONResponse{Msg: w.said(""), Data: &data}, nil
}

// matches returns what of a person the keyword is in, by field. What the app may not read it cannot find.
func (v view) matches(p *company.Person, keyword string,
	fields []wpsserver.UserSearchField) wpsserver.SearchHighlight {
	keyword = strings.ToLower(strings.TrimSpace(keyword))
	out := make(wpsserver.SearchHighlight)
	for _, field := range []struct {
		name  wpsserver.UserSearchField
		text  string
		scope string
	}{
		{wpsserver.UserSearchFieldUserName, p.Name, ""}, {wpsserver.UserSearchFieldLoginName, p.UserID, ""},
		{wpsserver.UserSearchFieldEmail, p.Email, scopeEmail},
		{wpsserver.UserSearchFieldPhone, p.Mobile.Short(), scopePhone},
	} {
		if covers(fields, field.name) && strings.Contains(strings.ToLower(field.text), keyword) &&
			(field.scope == "" || slices.Contains(v.scopes, field.scope)) {
			out[string(field.name)] = []string{keyword}
		}
	}
	return out
}

// foundUser writes a person as a search shows it: the id of a department is dept_id here.
func (v view) foundUser(p *company.Person, matched wpsserver.SearchHighlight) wpsserver.FoundUser {
	u := v.user(p, listFields+" login_name", false)
	out := wpsserver.FoundUser{
		ID: u.ID, UserName: u.UserName, AliasName: new(p.Nickname), LoginName: new(p.UserID), Status: u.Status,
		Role: u.Role, Gender: u.Gender, Email: u.Email, Phone: u.Phone, Avatar: u.Avatar, ExUserID: u.ExUserID,
		Title: u.Title, EmployeeID: u.EmployeeID, Telephone: u.Telephone, WorkPlace: u.WorkPlace, City: u.City,
		Country: u.Country, Ctime: u.Ctime, DefDeptID: u.DefDeptID, HighLight: &matched,
	}
	if !p.Changed.IsZero() {
		out.Mtime = new(p.Changed.Unix())
	}
	if slices.Contains(v.scopes, scopeEmail) && p.CorpEmail != "" {
		out.BizEmail = new(p.CorpEmail)
	}
	if main := v.dir.Department(p.MainDepartment); main != nil && out.DefDeptID != nil {
		out.DefDeptName = new(main.Name)
	}
	depts := []wpsserver.UserDept{}
	for _, m := range p.Memberships {
		dept := v.dir.Department(m.Department)
		if dept == nil || !p.Left.IsZero() || !v.department(m.Department) {
			continue
		}
		depts = append(depts, wpsserver.UserDept{DeptID: new(dept.WPSID), Name: new(dept.Name),
			AbsPath: new(v.path(dept)), IsLeader: new(m.Leader), Order: new(v.part.order(p, m))})
	}
	out.Depts = &depts
	return out
}

// CountUsers counts the people on the staff whom the app sees.
func (w *Vendor) CountUsers(ctx context.Context,
	_ wpsserver.CountUsersRequestObject) (wpsserver.CountUsersResponseObject, error) {
	var count int64
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		for _, p := range d.AllPeople() {
			if v.person(p) {
				count++
			}
		}
	})
	return wpsserver.CountUsers200JSONResponse{Msg: w.said(""), Data: &wpsserver.UserCount{Count: &count}}, nil
}

// SearchDepts finds departments that have the keyword somewhere in their name. Of partners none is found.
func (w *Vendor) SearchDepts(ctx context.Context,
	r wpsserver.SearchDeptsRequestObject) (wpsserver.SearchDeptsResponseObject, error) {
	q := r.Params
	sources := desk.ListOf(q.SearchSource)
	switch {
	case blank(q.Keyword):
		return nil, invalid("keyword is required")
	case !allValid(sources):
		return nil, invalid("search_source has a word that is not known")
	}
	keyword := strings.ToLower(strings.TrimSpace(q.Keyword))
	paging, err := w.pagingUpTo(maxFound, listName("search departments", q.Keyword, sources), &q.PageSize, q.PageToken,
		q.WithTotal)
	if err != nil {
		return nil, err
	}
	items := []wpsserver.FoundDept{}
	var data wpsserver.FoundDeptPage
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		found := slices.DeleteFunc(d.AllDepartments(), func(dept *company.Department) bool {
			return !covers(sources, wpsserver.DeptSearchSourceCompanyDept) || !v.department(dept.Key) ||
				!strings.Contains(strings.ToLower(dept.Name), keyword)
		})
		page, next, total := pageOf(w, v, paging, found,
			func(dept *company.Department) position { return position{dept: dept.Key} },
			func(*company.Department) bool { return true })
		for _, dept := range page {
			items = append(items, v.foundDept(dept, keyword))
		}
		data = wpsserver.FoundDeptPage{Items: &items, NextPageToken: next, Total: total}
	})
	return wpsserver.SearchDepts200JSONResponse{Msg: w.said(""), Data: &data}, nil
}

// foundDept writes a department as a search shows it. When a department changed, the company does not know.
func (v view) foundDept(dept *company.Department, keyword string) wpsserver.FoundDept {
	full := v.dept(dept)
	leaders := []string{}
	for _, leader := range *full.Leaders {
		leaders = append(leaders, *leader.UserID)
	}
	return wpsserver.FoundDept{
		ID: full.ID, Name: full.Name, ParentID: full.ParentID, AbsPath: full.AbsPath, Order: full.Order,
		Ctime: full.Ctime, Mtime: full.Ctime, ExDeptID: full.ExDeptID, LeadersID: &leaders,
		HighLight: &wpsserver.SearchHighlight{"name": []string{keyword}},
	}
}
