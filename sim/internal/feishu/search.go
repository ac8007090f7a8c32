package feishu

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// searchPage reads the paging parameters of a search, which has its own code for what is wrong with them.
func (f *Vendor) searchPage(p pageRule) (pageAsked, error) {
	p.badSize, p.badAt = feishuapi.ErrorCodeSearchInvalidParameter, feishuapi.ErrorCodeSearchInvalidParameter
	return f.page(p)
}

// named tells whether a person's name contains the words of a query.
func named(p *company.Person, query string) bool {
	query = strings.ToLower(strings.TrimSpace(query))
	return strings.Contains(strings.ToLower(p.Name), query) || strings.Contains(strings.ToLower(p.EnglishName), query)
}

// SearchUsers finds colleagues by name. Its page token is the number of those found so far.
func (f *Vendor) SearchUsers(ctx context.Context,
	r feishuserver.SearchUsersRequestObject) (feishuserver.SearchUsersResponseObject, error) {
	c := desk.CallOf(ctx)
	if strings.TrimSpace(r.Params.Query) == "" {
		return nil, refusal{code: feishuapi.ErrorCodeSearchInvalidParameter}
	}
	p, err := f.searchPage(pageRule{usual: 20, largest: 200, size: r.Params.PageSize, token: r.Params.PageToken,
		numeric: true})
	if err != nil {
		return nil, err
	}
	users := []feishuserver.FoundUser{}
	var token string
	var more bool
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		v.byDepartment = company.ByFeishuOpenDepartmentID // always
		found := slices.DeleteFunc(d.AllPeople(),
			func(p *company.Person) bool { return !named(p, r.Params.Query) || !v.seesPerson(p) })
		place := make(map[company.PersonKey]int)
		for i, p := range found {
			place[p.Key] = i + 1
		}
		var page []*company.Person
		page, token, more = cut(f, found, p, func(p *company.Person) int { return place[p.Key] })
		for _, person := range page {
			departments := []string{}
			for _, m := range person.Memberships {
				departments = append(departments, v.departmentID(m.Department))
			}
			users = append(users, feishuserver.FoundUser{
				Avatar:        new(avatarOf(person)),
				DepartmentIDs: &departments,
				Name:          new(person.Name),
				OpenID:        new(person.FeishuOpenID),
				UserID:        when(v.may(scopeUserID), person.FeishuUserID),
			})
		}
	})
	return feishuserver.SearchUsers200JSONResponse{Data: &feishuserver.FoundUserPage{
		HasMore: &more, PageToken: pageToken(p, token, more, false), Users: &users,
	}}, nil
}

// queryLimit is how many characters of a query the newer search reads.
const queryLimit = 50

// SearchUsersV3 finds people by name and filters.
func (f *Vendor) SearchUsersV3(ctx context.Context,
	r feishuserver.SearchUsersV3RequestObject) (feishuserver.SearchUsersV3ResponseObject, error) {
	c := desk.CallOf(ctx)
	var query string
	var notice *string
	if r.Body.Query != nil {
		query = *r.Body.Query
	}
	if utf8.RuneCountInString(query) > queryLimit {
		query, notice = string([]rune(query)[:queryLimit]), new("query was cut to 50 characters")
	}
	var filter feishuserver.SearchUsersV3Filter
	if r.Body.Filter != nil {
		filter = *r.Body.Filter
	}
	if query == "" && filter == (feishuserver.SearchUsersV3Filter{}) || len(desk.ListOf(filter.UserIDs)) > 100 {
		return nil, refusal{code: feishuapi.ErrorCodeSearchInvalidParameter}
	}
	p, err := f.searchPage(pageRule{of: "people named " + query, usual: 20, largest: 30, size: r.Params.PageSize,
		token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	items := []feishuserver.UserHit{}
	var token string
	var more bool
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		people := d.AllPeople()
		if filter.IsResigned != nil && *filter.IsResigned {
			people = append(people, d.FormerPeople()...)
		}
		slices.SortFunc(people, func(a, b *company.Person) int { return int(a.Key) - int(b.Key) })
		people = slices.DeleteFunc(people, func(p *company.Person) bool {
			return !named(p, query) || !v.seesPerson(p) || !passes(p, filter)
		})
		var page []*company.Person
		page, token, more = cut(f, people, p, func(p *company.Person) int { return int(p.Key) })
		for _, person := range page {
			items = append(items, v.hit(person, query))
		}
	})
	return feishuserver.SearchUsersV3200JSONResponse{Data: &feishuserver.UserHitPage{
		HasMore: &more, Items: &items, Notice: notice, PageToken: &token, // empty at the end, also of a single page
	}}, nil
}

// passes tells whether a person passes a filter. False means "must not". Nobody here belongs to another tenant, and
// everybody has been in contact with everybody.
func passes(p *company.Person, filter feishuserver.SearchUsersV3Filter) bool {
	agrees := func(wanted *bool, is bool) bool { return wanted == nil || *wanted == is }
	return (filter.UserIDs == nil || slices.Contains(*filter.UserIDs, p.FeishuOpenID)) &&
		agrees(filter.IsResigned, !p.Left.IsZero()) &&
		agrees(filter.HasContact, true) &&
		agrees(filter.HasEnterpriseEmail, p.CorpEmail != "")
}

// hit shows a person who was found, the words that were looked for between <h> and </h>.
func (v view) hit(p *company.Person, query string) feishuserver.UserHit {
	display := p.Name
	if query != "" {
		display = strings.ReplaceAll(display, query, "<h>"+query+"</h>")
	}
	display += "\n"
	if dept := v.dir.Department(p.MainDepartment); dept != nil {
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
			IsRegistered:          new(p.Status != company.StatusNotActivated),
			MailAddress:           when(p.Email != "", p.Email),
			EnterpriseMailAddress: when(p.CorpEmail != "", p.CorpEmail),
		},
	}
}

// SearchDepartments finds departments by their default name.
func (f *Vendor) SearchDepartments(ctx context.Context,
	r feishuserver.SearchDepartmentsRequestObject) (feishuserver.SearchDepartmentsResponseObject, error) {
	c := desk.CallOf(ctx)
	query := strings.ToLower(strings.TrimSpace(r.Body.Query))
	if query == "" {
		return nil, refusal{code: feishuapi.ErrorCodeSearchInvalidParameter}
	}
	p, err := f.searchPage(pageRule{of: "departments named " + query, usual: 20, largest: 50, size: r.Params.PageSize,
		token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	var out *feishuserver.DepartmentPage
	company.View(f.desk.Company, func(d *company.Directory) {
		found := slices.DeleteFunc(d.AllDepartments(), func(dept *company.Department) bool {
			return dept.Key == company.RootDepartment || !strings.Contains(strings.ToLower(dept.Name), query)
		})
		out = f.viewOf(c, d).departments(found, p, true)
		out.PageToken = emptyToken(out.PageToken)
	})
	return feishuserver.SearchDepartments200JSONResponse{Data: out}, nil
}

// emptyToken makes an empty token of none.
func emptyToken(token *string) *string {
	if token == nil {
		return new("")
	}
	return token
}
