package feishu

import (
	"cmp"
	"context"
	"slices"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// userTreeLimit is where the tree below a department ends for user tokens.
const userTreeLimit = 1000

// GetDepartment reads one department.
func (f *Vendor) GetDepartment(ctx context.Context,
	r feishuserver.GetDepartmentRequestObject) (feishuserver.GetDepartmentResponseObject, error) {
	c := desk.CallOf(ctx)
	var out feishuserver.Department
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		var dept *company.Department
		if dept, err = v.department(r.DepartmentID, feishuapi.ErrorCodeDepartmentOutOfRange); err == nil {
			out = v.showDepartment(dept)
		}
	})
	return feishuserver.GetDepartment200JSONResponse{Data: &feishuserver.OneDepartment{Department: &out}}, err
}

// BatchGetDepartments reads departments. What is unknown or outside the range is left out.
func (f *Vendor) BatchGetDepartments(ctx context.Context,
	r feishuserver.BatchGetDepartmentsRequestObject) (feishuserver.BatchGetDepartmentsResponseObject, error) {
	c := desk.CallOf(ctx)
	if len(r.Params.DepartmentIDs) > 50 {
		return nil, refusal{code: feishuapi.ErrorCodeInvalidPageSize}
	}
	items := []feishuserver.Department{}
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		seen := make(map[company.DepartmentKey]bool)
		for _, id := range r.Params.DepartmentIDs {
			dept := d.FindDepartment(v.byDepartment, id)
			if dept != nil && !seen[dept.Key] && v.seesDepartment(dept.Key) {
				seen[dept.Key] = true
				items = append(items, v.showDepartment(dept))
			}
		}
	})
	return feishuserver.BatchGetDepartments200JSONResponse{Data: &feishuserver.DepartmentItems{Items: &items}}, nil
}

// below returns the departments below another in the order in which they came to be: its children, or with all
// everything.
func (v view) below(key company.DepartmentKey, all bool) ([]*company.Department, error) {
	if !all {
		return v.dir.Children(key), nil
	}
	list := v.dir.Subtree(key)[1:]
	if limit := v.f.config.RecursionLimit; limit > 0 && len(list) > limit {
		return nil, refusal{code: feishuapi.ErrorCodeDepartmentTooBig}
	}
	if v.user != 0 && len(list) > userTreeLimit { // the nearest ones, as far as they go
		slices.SortStableFunc(list, func(a, b *company.Department) int {
			return cmp.Compare(len(v.dir.Path(a.Key)), len(v.dir.Path(b.Key)))
		})
		list = list[:userTreeLimit]
	}
	slices.SortFunc(list, func(a, b *company.Department) int { return cmp.Compare(a.Key, b.Key) })
	return list, nil
}

// children lists the departments below another.
func (f *Vendor) children(c *desk.Call, id string, all *bool, p pageRule,
	emptyAtEnd bool) (*feishuserver.DepartmentPage, error) {
	var out *feishuserver.DepartmentPage
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		var dept *company.Department
		if dept, err = v.department(id, feishuapi.ErrorCodeDepartmentOutOfRange); err != nil {
			return
		}
		recursive := all != nil && *all
		p.of = "children of " + dept.FeishuOpenID
		if recursive {
			p.of = "tree of " + dept.FeishuOpenID
		}
		var page pageAsked
		if page, err = f.page(p); err != nil {
			return
		}
		var list []*company.Department
		if list, err = v.below(dept.Key, recursive); err == nil {
			out = v.departments(list, page, emptyAtEnd)
		}
	})
	return out, err
}

// ListDepartmentChildren lists the departments below another, the root never among them.
func (f *Vendor) ListDepartmentChildren(ctx context.Context,
	r feishuserver.ListDepartmentChildrenRequestObject) (feishuserver.ListDepartmentChildrenResponseObject, error) {
	pages := pageRule{usual: 10, largest: 50, size: r.Params.PageSize, token: r.Params.PageToken}
	out, err := f.children(desk.CallOf(ctx), r.DepartmentID, r.Params.FetchChild, pages, true)
	return feishuserver.ListDepartmentChildren200JSONResponse{Data: out}, err
}

// ListDepartments is the older form.
func (f *Vendor) ListDepartments(ctx context.Context,
	r feishuserver.ListDepartmentsRequestObject) (feishuserver.ListDepartmentsResponseObject, error) {
	parent := "0"
	if !desk.IsBlank(r.Params.ParentDepartmentID) {
		parent = *r.Params.ParentDepartmentID
	}
	pages := pageRule{usual: 10, largest: 50, size: r.Params.PageSize, token: r.Params.PageToken}
	out, err := f.children(desk.CallOf(ctx), parent, r.Params.FetchChild, pages, false)
	return feishuserver.ListDepartments200JSONResponse{Data: out}, err
}

// ListDepartmentParents lists the departments above another, nearest first, as far as the range goes and without the
// root.
func (f *Vendor) ListDepartmentParents(ctx context.Context,
	r feishuserver.ListDepartmentParentsRequestObject) (feishuserver.ListDepartmentParentsResponseObject, error) {
	c := desk.CallOf(ctx)
	var out *feishuserver.DepartmentPage
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(c, d)
		var dept *company.Department
		if dept, err = v.department(r.Params.DepartmentID, feishuapi.ErrorCodeDepartmentOutOfRange); err != nil {
			return
		}
		var p pageAsked
		p, err = f.page(pageRule{
			of: "parents of " + dept.FeishuOpenID, usual: 20, largest: 50, size: r.Params.PageSize,
			token: r.Params.PageToken,
		})
		if err != nil {
			return
		}
		var above []*company.Department
		for _, parent := range d.Path(dept.Parent) {
			if parent.Key != company.RootDepartment && v.seesDepartment(parent.Key) {
				above = append(above, parent)
			}
		}
		page, token, more := cut(f, above, p,
			func(dept *company.Department) int { return 1 + slices.Index(above, dept) })
		items := []feishuserver.Department{}
		for _, dept := range page {
			items = append(items, v.showDepartment(dept))
		}
		out = &feishuserver.DepartmentPage{HasMore: &more, Items: &items, PageToken: pageToken(p, token, more, false)}
	})
	return feishuserver.ListDepartmentParents200JSONResponse{Data: out}, err
}
