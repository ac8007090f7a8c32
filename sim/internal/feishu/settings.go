package feishu

import (
	"context"
	"slices"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// ListCustomAttrs lists the tenant's own fields: texts, links and single choices only.
func (f *Vendor) ListCustomAttrs(_ context.Context,
	r feishuserver.ListCustomAttrsRequestObject) (feishuserver.ListCustomAttrsResponseObject, error) {
	p, err := f.page(pageRule{of: "custom attrs", usual: 20, largest: 100, size: r.Params.PageSize,
		token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	listed := slices.DeleteFunc(attributes(), func(a attribute) bool {
		return a.kind == feishuserver.CustomAttrTypePictureEnum || a.kind == feishuserver.CustomAttrTypeGenericUser
	})
	number := func(a attribute) int {
		return 1 + slices.IndexFunc(listed, func(other attribute) bool { return other.id == a.id })
	}
	page, token, more := cut(f, listed, p, number)
	items := []feishuserver.CustomAttr{}
	for _, a := range page {
		item := feishuserver.CustomAttr{ID: new(a.id), Type: new(a.kind), I18NName: &[]feishuserver.LocaleText{
			{Locale: new("zh_cn"), Value: new(a.zh)}, {Locale: new("en_us"), Value: new(a.en)},
		}}
		if len(a.options) > 0 {
			var options []feishuserver.CustomAttrOption
			for _, o := range a.options {
				options = append(options, feishuserver.CustomAttrOption{ID: new(o.id), Value: new(o.value)})
			}
			item.Options = &feishuserver.CustomAttrOptions{
				DefaultOptionID: new(a.options[0].id),
				OptionType:      new(feishuserver.CustomAttrOptionTypeText),
				Options:         &options,
			}
		}
		items = append(items, item)
	}
	return feishuserver.ListCustomAttrs200JSONResponse{Data: &feishuserver.CustomAttrPage{
		Items: &items, HasMore: &more, PageToken: pageToken(p, token, more, false),
	}}, nil
}

// grant is an entry of the contact range: a person, a department or a group.
type grant struct {
	person     string
	department string
	group      string
	position   int
}

// ListScopes lists the contact range. With the range of all members it is what is directly below the root.
func (f *Vendor) ListScopes(ctx context.Context,
	r feishuserver.ListScopesRequestObject) (feishuserver.ListScopesResponseObject, error) {
	c := desk.CallOf(ctx)
	p, err := f.page(pageRule{of: "scopes", usual: 50, largest: 100, size: r.Params.PageSize,
		token: r.Params.PageToken})
	if err != nil {
		return nil, err
	}
	var all []grant
	company.View(f.desk.Company, func(d *company.Directory) { all = f.viewOf(c, d).grants() })
	page, token, more := cut(f, all, p, func(g grant) int { return g.position })
	var users, groups []string
	departments := []string{}
	for _, g := range page {
		switch {
		case g.person != "":
			users = append(users, g.person)
		case g.department != "":
			departments = append(departments, g.department)
		default:
			groups = append(groups, g.group)
		}
	}
	// A list without entries is empty, null or not there: all three are seen.
	return feishuserver.ListScopes200JSONResponse{Data: &feishuserver.ContactRange{
		UserIDs: when(len(users) > 0, users), DepartmentIDs: &departments, GroupIDs: &groups,
		HasMore: &more, PageToken: pageToken(p, token, more, false),
	}}, nil
}

// grants lists the contact range: people first, then departments, then groups, each by key.
func (v view) grants() []grant {
	const departments, groups = 1 << 29, 1 << 30 // where their positions begin
	var out []grant
	for _, p := range v.dir.AllPeople() {
		_, inRoot := p.In(company.RootDepartment)
		if v.area.limited && slices.Contains(v.area.userIDs, p.UserID) || !v.area.limited && inRoot && v.seesPerson(p) {
			out = append(out, grant{person: company.IDOf(p, v.byUser), position: int(p.Key)})
		}
	}
	for _, dept := range v.dir.AllDepartments() {
		if v.area.limited && slices.Contains(v.area.departments, dept.Key) || !v.area.limited &&
			dept.Parent == company.RootDepartment {
			out = append(out, grant{department: company.DepartmentIDOf(dept, v.byDepartment), position: departments +
				int(dept.Key)})
		}
	}
	for _, g := range v.dir.Groups(company.Tag) {
		if v.seesGroup(g) {
			out = append(out, grant{group: v.f.groupID(g.Key), position: groups + int(g.Key)})
		}
	}
	return out
}

// ListAppScopes lists what the app has asked for: everything there is, granted unless an option has taken it away.
func (f *Vendor) ListAppScopes(context.Context,
	feishuserver.ListAppScopesRequestObject) (feishuserver.ListAppScopesResponseObject, error) {
	scopes := []feishuserver.AppScope{}
	for _, name := range Scopes() {
		status := feishuserver.GrantStatusNotGranted
		if f.granted(name) {
			status = feishuserver.GrantStatusGranted
		}
		scopes = append(scopes, feishuserver.AppScope{ScopeName: &name, GrantStatus: &status,
			ScopeType: new(feishuserver.ScopeTypeTenant)})
	}
	return feishuserver.ListAppScopes200JSONResponse{Data: &feishuserver.AppScopes{Scopes: &scopes}}, nil
}
