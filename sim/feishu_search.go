package sim

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// searchPage reads the paging parameters of a search, which has its own code for what is wrong with them.
func (f *feishu) searchPage(p feishuPages) (feishuPage, error) {
	p.badSize, p.badAt = feishuapi.ErrorCodeSearchInvalidParameter, feishuapi.ErrorCodeSearchInvalidParameter
	return f.page(p)
}

// named tells whether a person's name contains the words of a query.
func named(p *Person, query string) bool {
	query = strings.ToLower(strings.TrimSpace(query))
	return strings.Contains(strings.ToLower(p.Name), query) || strings.Contains(strings.ToLower(p.EnglishName), query)
}

// SearchUsers finds colleagues by name. Its page token is the number of those found so far.
func (f *feishu) SearchUsers(ctx context.Context, r feishuserver.SearchUsersRequestObject) (feishuserver.SearchUsersResponseObject, error) {
	c := callOf(ctx)
	if strings.TrimSpace(r.Params.Query) == "" {
		return nil, feishuError{code: feishuapi.ErrorCodeSearchInvalidParameter}
	}
	p, err := f.searchPage(feishuPages{usual: 20, largest: 200, size: r.Params.PageSize, token: r.Params.PageToken, numeric: true})
	if err != nil {
		return nil, err
	}
	users := []feishuserver.FoundUser{}
	var token string
	var more bool
	f.sim.org.view(func(d *directory) {
		v := f.viewOf(c, d)
		v.byDepartment = ByFeishuOpenDepartmentID // always
		found := slices.DeleteFunc(d.allPeople(), func(p *Person) bool { return !named(p, r.Params.Query) || !v.seesPerson(p) })
		place := make(map[PersonKey]int)
		for i, p := range found {
			place[p.Key] = i + 1
		}
		var page []*Person
		page, token, more = feishuCut(f, found, p, func(p *Person) int { return place[p.Key] })
		for _, person := range page {
			departments := []string{}
			for _, m := range person.Memberships {
				departments = append(departments, v.departmentID(m.Department))
			}
			users = append(users, feishuserver.FoundUser{
				Avatar:        new(feishuAvatar(person)),
				DepartmentIDs: &departments,
				Name:          new(person.Name),
				OpenID:        new(person.FeishuOpenID),
				UserID:        when(v.may(scopeUserID), person.FeishuUserID),
			})
		}
	})
	return feishuserver.SearchUsers200JSONResponse{Data: &feishuserver.FoundUserPage{
		HasMore: &more, PageToken: feishuPageToken(p, token, more, false), Users: &users,
	}}, nil
}

// feishuQueryLimit is how many characters of a query the newer search reads.
const feishuQueryLimit = 50

// SearchUsersV3 finds people by name and filters.
func (f *feishu) SearchUsersV3(ctx context.Context, r feishuserver.SearchUsersV3RequestObject) (feishuserver.SearchUsersV3ResponseObject, error) {
	c := callOf(ctx)
	var query string
	var notice *string
	if r.Body.Query != nil {
		query = *r.Body.Query
	}
	if utf8.RuneCountInString(query) > feishuQueryLimit {
		query, notice = string([]rune(query)[:feishuQueryLimit]), new("query was cut to 50 characters")
	}
	var filter feishuserver.SearchUsersV3Filter
	if r.Body.Filter != nil {
		filter = *r.Body.Filter
	}
	if query == "" && filter == (feishuserver.SearchUsersV3Filter{}) || len(listOf(filter.UserIDs)) > 100 {
		return nil, feishuError{code: feishuapi.ErrorCodeSearchInvalidParameter}
	}
	p, err := f.searchPage(feishuPages{of: "people named " + query, usual: 20, largest: 30, size: r.Params.PageSize, token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	items := []feishuserver.UserHit{}
	var token string
	var more bool
	f.sim.org.view(func(d *directory) {
		v := f.viewOf(c, d)
		people := d.allPeople()
		if filter.IsResigned != nil && *filter.IsResigned {
			people = append(people, d.formerPeople()...)
		}
		slices.SortFunc(people, func(a, b *Person) int { return int(a.Key) - int(b.Key) })
		people = slices.DeleteFunc(people, func(p *Person) bool {
			return !named(p, query) || !v.seesPerson(p) || !passes(p, filter)
		})
		var page []*Person
		page, token, more = feishuCut(f, people, p, func(p *Person) int { return int(p.Key) })
		for _, person := range page {
			items = append(items, v.hit(person, query))
		}
	})
	return feishuserver.SearchUsersV3200JSONResponse{Data: &feishuserver.UserHitPage{
		HasMore: &more, Items: &items, Notice: notice, PageToken: &token, // empty at the end, also of a single page
	}}, nil
}

// passes holds a person against a filter. False means "must not". Nobody here belongs to another tenant, and everybody has been in
// contact with everybody.
func passes(p *Person, filter feishuserver.SearchUsersV3Filter) bool {
	agrees := func(wanted *bool, is bool) bool { return wanted == nil || *wanted == is }
	return (filter.UserIDs == nil || slices.Contains(*filter.UserIDs, p.FeishuOpenID)) &&
		agrees(filter.IsResigned, !p.Left.IsZero()) &&
		agrees(filter.HasContact, true) &&
		agrees(filter.HasEnterpriseEmail, p.CorpEmail != "")
}

// hit shows a person who was found, the words that were looked for between <h> and </h>.
func (v feishuView) hit(p *Person, query string) feishuserver.UserHit {
	display := p.Name
	if query != "" {
		display = strings.ReplaceAll(display, query, "<h>"+query+"</h>")
	}
	display += "\n"
	if dept := v.dir.department(p.MainDepartment); dept != nil {
		display += dept.Name + "\n"
	}
	names := map[string]string{"zh_cn": p.Name}
	if p.EnglishName != "" {
		names["en_us"] = p.EnglishName
	}
	return feishuserver.UserHit{
		ID:          new(p.FeishuOpenID),
		DisplayInfo: &display,
		MetaData: &feishuserver.UserHitMeta{
			ChatID:                new(""),
			I18NNames:             &names,
			IsCrossTenant:         new(false),
			IsRegistered:          new(p.Status != StatusNotActivated),
			MailAddress:           when(p.Email != "", p.Email),
			EnterpriseMailAddress: when(p.CorpEmail != "", p.CorpEmail),
		},
	}
}

// SearchDepartments finds departments by their default name.
func (f *feishu) SearchDepartments(ctx context.Context, r feishuserver.SearchDepartmentsRequestObject) (feishuserver.SearchDepartmentsResponseObject, error) {
	c := callOf(ctx)
	query := strings.ToLower(strings.TrimSpace(r.Body.Query))
	if query == "" {
		return nil, feishuError{code: feishuapi.ErrorCodeSearchInvalidParameter}
	}
	p, err := f.searchPage(feishuPages{of: "departments named " + query, usual: 20, largest: 50, size: r.Params.PageSize, token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	var out *feishuserver.DepartmentPage
	f.sim.org.view(func(d *directory) {
		found := slices.DeleteFunc(d.allDepartments(), func(dept *Department) bool {
			return dept.Key == RootDepartment || !strings.Contains(strings.ToLower(dept.Name), query)
		})
		out = f.viewOf(c, d).departments(found, p, true)
		out.PageToken = feishuEmptyToken(out.PageToken)
	})
	return feishuserver.SearchDepartments200JSONResponse{Data: out}, nil
}

// feishuEmptyToken makes an empty token of none.
func feishuEmptyToken(token *string) *string {
	if token == nil {
		return new("")
	}
	return token
}
