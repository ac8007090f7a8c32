package sim

import (
	"cmp"
	"context"
	"slices"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// feishuUserTreeLimit is where the tree below a department ends for user tokens.
const feishuUserTreeLimit = 1000

// GetDepartment reads one department.
func (f *feishu) GetDepartment(ctx context.Context, r feishuserver.GetDepartmentRequestObject) (feishuserver.GetDepartmentResponseObject, error) {
	c := callOf(ctx)
	var out feishuserver.Department
	var err error
	f.sim.org.view(func(d *directory) {
		v := f.viewOf(c, d)
		var dept *Department
		if dept, err = v.department(r.DepartmentID, feishuapi.ErrorCodeDepartmentOutOfRange); err == nil {
			out = v.showDepartment(dept)
		}
	})
	return feishuserver.GetDepartment200JSONResponse{Data: &feishuserver.OneDepartment{Department: &out}}, err
}

// BatchGetDepartments reads departments. What is unknown or outside the range is left out.
func (f *feishu) BatchGetDepartments(ctx context.Context, r feishuserver.BatchGetDepartmentsRequestObject) (feishuserver.BatchGetDepartmentsResponseObject, error) {
	c := callOf(ctx)
	if len(r.Params.DepartmentIDs) > 50 {
		return nil, feishuError{code: feishuapi.ErrorCodeInvalidPageSize}
	}
	items := []feishuserver.Department{}
	f.sim.org.view(func(d *directory) {
		v := f.viewOf(c, d)
		seen := make(map[DepartmentKey]bool)
		for _, id := range r.Params.DepartmentIDs {
			dept := d.findDepartment(v.byDepartment, id)
			if dept != nil && !seen[dept.Key] && v.seesDepartment(dept.Key) {
				seen[dept.Key] = true
				items = append(items, v.showDepartment(dept))
			}
		}
	})
	return feishuserver.BatchGetDepartments200JSONResponse{Data: &feishuserver.DepartmentItems{Items: &items}}, nil
}

// below returns the departments below another in the order in which they came to be: its children, or with all everything.
func (v feishuView) below(key DepartmentKey, all bool) ([]*Department, error) {
	if !all {
		return v.dir.children(key), nil
	}
	list := v.dir.subtree(key)[1:]
	if limit := v.f.sim.config.feishu.recursionLimit; limit > 0 && len(list) > limit {
		return nil, feishuError{code: feishuapi.ErrorCodeDepartmentTooBig}
	}
	if v.user != 0 && len(list) > feishuUserTreeLimit { // the nearest ones, as far as they go
		slices.SortStableFunc(list, func(a, b *Department) int {
			return cmp.Compare(len(v.dir.path(a.Key)), len(v.dir.path(b.Key)))
		})
		list = list[:feishuUserTreeLimit]
	}
	slices.SortFunc(list, func(a, b *Department) int { return cmp.Compare(a.Key, b.Key) })
	return list, nil
}

// children lists the departments below another.
func (f *feishu) children(c *call, id string, all *bool, p feishuPages, emptyAtEnd bool) (*feishuserver.DepartmentPage, error) {
	var out *feishuserver.DepartmentPage
	var err error
	f.sim.org.view(func(d *directory) {
		v := f.viewOf(c, d)
		var dept *Department
		if dept, err = v.department(id, feishuapi.ErrorCodeDepartmentOutOfRange); err != nil {
			return
		}
		recursive := all != nil && *all
		p.of = "children of " + dept.FeishuOpenID
		if recursive {
			p.of = "tree of " + dept.FeishuOpenID
		}
		var page feishuPage
		if page, err = f.page(p); err != nil {
			return
		}
		var list []*Department
		if list, err = v.below(dept.Key, recursive); err == nil {
			out = v.departments(list, page, emptyAtEnd)
		}
	})
	return out, err
}

// ListDepartmentChildren lists the departments below another, the root never among them.
func (f *feishu) ListDepartmentChildren(ctx context.Context, r feishuserver.ListDepartmentChildrenRequestObject) (feishuserver.ListDepartmentChildrenResponseObject, error) {
	pages := feishuPages{usual: 10, largest: 50, size: r.Params.PageSize, token: r.Params.PageToken}
	out, err := f.children(callOf(ctx), r.DepartmentID, r.Params.FetchChild, pages, true)
	return feishuserver.ListDepartmentChildren200JSONResponse{Data: out}, err
}

// ListDepartments is the older form.
func (f *feishu) ListDepartments(ctx context.Context, r feishuserver.ListDepartmentsRequestObject) (feishuserver.ListDepartmentsResponseObject, error) {
	parent := "0"
	if !isBlank(r.Params.ParentDepartmentID) {
		parent = *r.Params.ParentDepartmentID
	}
	pages := feishuPages{usual: 10, largest: 50, size: r.Params.PageSize, token: r.Params.PageToken}
	out, err := f.children(callOf(ctx), parent, r.Params.FetchChild, pages, false)
	return feishuserver.ListDepartments200JSONResponse{Data: out}, err
}

// ListDepartmentParents lists the departments above another, nearest first, as far as the range goes and without the root.
func (f *feishu) ListDepartmentParents(ctx context.Context, r feishuserver.ListDepartmentParentsRequestObject) (feishuserver.ListDepartmentParentsResponseObject, error) {
	c := callOf(ctx)
	var out *feishuserver.DepartmentPage
	var err error
	f.sim.org.view(func(d *directory) {
		v := f.viewOf(c, d)
		var dept *Department
		if dept, err = v.department(r.Params.DepartmentID, feishuapi.ErrorCodeDepartmentOutOfRange); err != nil {
			return
		}
		var p feishuPage
		p, err = f.page(feishuPages{
			of: "parents of " + dept.FeishuOpenID, usual: 20, largest: 50, size: r.Params.PageSize, token: r.Params.PageToken,
		})
		if err != nil {
			return
		}
		var above []*Department
		for _, parent := range d.path(dept.Parent) {
			if parent.Key != RootDepartment && v.seesDepartment(parent.Key) {
				above = append(above, parent)
			}
		}
		page, token, more := feishuCut(f, above, p, func(dept *Department) int { return 1 + slices.Index(above, dept) })
		items := []feishuserver.Department{}
		for _, dept := range page {
			items = append(items, v.showDepartment(dept))
		}
		out = &feishuserver.DepartmentPage{HasMore: &more, Items: &items, PageToken: feishuPageToken(p, token, more, false)}
	})
	return feishuserver.ListDepartmentParents200JSONResponse{Data: out}, err
}
