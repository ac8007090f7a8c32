package wps

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// dept is what only WPS knows of a department.
type dept struct {
	exID    *string // nil: as it came to be; "": none was set
	order   *int64  // nil: as the company has it
	leaders []deptLeader
}

// deptLeader is a manager (部门主管) of a department, who need not be one of its members.
type deptLeader struct {
	person company.PersonKey
	order  int64
}

// exDeptID is the id in the outer identity source: that of the platform if none was set. One department in three of the
// made-up company has one.
func (w *Vendor) exDeptID(dept *company.Department) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	own := w.depts[dept.Key].exID
	switch {
	case own != nil && *own != "":
		return *own
	case own == nil && dept.Key%3 == 0:
		return fmt.Sprintf("ou-%d", dept.Key)
	}
	return dept.WPSID
}

// path is the names from the root down to a department.
func (v view) path(dept *company.Department) string {
	var names []string
	for _, above := range v.dir.Path(dept.Key) {
		names = append(names, above.Name)
	}
	slices.Reverse(names)
	return strings.Join(names, "/")
}

// leaders returns the managers of a department by their order: members who lead it, with the order that was set through
// WPS or else one after the other, and those from elsewhere who were set through WPS.
func (v view) leaders(dept *company.Department) []wpsserver.DeptLeader {
	v.part.mu.Lock()
	set := v.part.depts[dept.Key].leaders
	v.part.mu.Unlock()
	var all []deptLeader
	for i, p := range v.dir.Leaders(dept.Key) {
		leader := deptLeader{person: p.Key, order: int64(i + 1)}
		if known := slices.IndexFunc(set, func(l deptLeader) bool { return l.person == p.Key }); known >= 0 {
			leader = set[known]
		}
		all = append(all, leader)
	}
	for _, leader := range set {
		if p := v.dir.Person(leader.person); p != nil {
			if _, in := p.In(dept.Key); !in {
				all = append(all, leader)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b deptLeader) int { return cmp.Compare(a.order, b.order) })
	out := []wpsserver.DeptLeader{}
	for _, leader := range all {
		if p := v.dir.Person(leader.person); v.person(p) {
			out = append(out, wpsserver.DeptLeader{UserID: new(p.WPSUserID), Order: new(leader.order)})
		}
	}
	return out
}

// noParent is the id of the parent of the root, which has none.
const noParent = "0"

// dept writes a department.
func (v view) dept(dept *company.Department) wpsserver.Dept {
	out := wpsserver.Dept{
		ID: new(dept.WPSID), Name: new(dept.Name), ParentID: new(noParent), AbsPath: new(v.path(dept)),
		Order: new(v.part.deptOrder(dept)),
		Ctime: new(dept.Created.Unix()), ExDeptID: new(v.part.exDeptID(dept)), Leaders: new(v.leaders(dept)),
	}
	if v.part.private() {
		out.Source, out.Type = new("inner"), new("dept")
	}
	if parent := v.dir.Department(dept.Parent); parent != nil {
		out.ParentID = new(parent.WPSID)
	}
	return out
}

// deptOrder is the rank of a department, which needs more than 32 bits for some.
func (w *Vendor) deptOrder(dept *company.Department) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch set := w.depts[dept.Key].order; {
	case set != nil:
		return *set
	case dept.Order == 1<<32-1:
		return dept.Order + 2
	}
	return dept.Order
}

// GetRootDept reads the company's root. Every app sees it.
func (w *Vendor) GetRootDept(ctx context.Context,
	r wpsserver.GetRootDeptRequestObject) (wpsserver.GetRootDeptResponseObject, error) {
	var data wpsserver.Dept
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		data = v.dept(d.Department(company.RootDepartment))
		if on(r.Params.WithPermission) {
			data.HasPermission = new(v.everything())
		}
	})
	return wpsserver.GetRootDept200JSONResponse{Msg: w.done(), Data: &data}, nil
}

// listedDept finds the department whose children or members are listed. One that the app does not see has none for it,
// and only one that does not exist is an error.
func (v view) listedDept(id string) (*company.Department, error) {
	whole := v
	whole.tops = []company.DepartmentKey{company.RootDepartment}
	dept := whole.deptNamed(id)
	if dept == nil {
		return nil, noSuch("department", id)
	}
	return dept, nil
}

// ListChildDepts lists the departments directly below one.
func (w *Vendor) ListChildDepts(ctx context.Context,
	r wpsserver.ListChildDeptsRequestObject) (wpsserver.ListChildDeptsResponseObject, error) {
	paging, err := w.pagingOf(listName("children", r.DeptID), r.Params.PageSize, r.Params.PageToken, r.Params.WithTotal)
	if err != nil {
		return nil, err
	}
	var data wpsserver.DeptPage
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		if dept, err = v.listedDept(r.DeptID); err != nil {
			return
		}
		page, next, total := pageOf(w, v, paging, d.Children(dept.Key),
			func(child *company.Department) position { return position{dept: child.Key} },
			func(child *company.Department) bool { return v.department(child.Key) })
		data.Items, data.NextPageToken, data.Total = v.deptList(page).Items, next, total
		for i := range *data.Items {
			if on(r.Params.WithPermission) { // the others are not listed
				(*data.Items)[i].HasPermission = new(true)
			}
		}
	})
	return wpsserver.ListChildDepts200JSONResponse{Msg: w.said(""), Data: &data}, err
}

// deptList writes several departments.
func (v view) deptList(departments []*company.Department) *wpsserver.DeptList {
	items := make([]wpsserver.Dept, 0, len(departments))
	for _, dept := range departments {
		items = append(items, v.dept(dept))
	}
	return &wpsserver.DeptList{Items: &items}
}

// BatchReadDepts reads departments by id. Who does not exist or is not visible is missing.
func (w *Vendor) BatchReadDepts(ctx context.Context,
	r wpsserver.BatchReadDeptsRequestObject) (wpsserver.BatchReadDeptsResponseObject, error) {
	data, err := w.findDepts(desk.CallOf(ctx), "dept_ids", r.Body.DeptIDs,
		func(v view, dept *company.Department) string {
			if v.external {
				return w.exDeptID(dept)
			}
			return dept.WPSID
		})
	return wpsserver.BatchReadDepts200JSONResponse{Msg: w.said(""), Data: data}, err
}

// GetDeptsByExIDs reads departments by their ids in the outer identity source.
func (w *Vendor) GetDeptsByExIDs(ctx context.Context,
	r wpsserver.GetDeptsByExIDsRequestObject) (wpsserver.GetDeptsByExIDsResponseObject, error) {
	data, err := w.findDepts(desk.CallOf(ctx), "ex_dept_ids", r.Body.ExDeptIDs,
		func(_ view, dept *company.Department) string { return w.exDeptID(dept) })
	return wpsserver.GetDeptsByExIDs200JSONResponse{Msg: w.said(""), Data: data}, err
}

// findDepts returns the visible departments for which the request has one of values.
func (w *Vendor) findDepts(c *desk.Call, name string, values []string,
	has func(view, *company.Department) string) (*wpsserver.DeptList, error) {
	if len(values) == 0 {
		return nil, invalid(name + " is required")
	}
	var data *wpsserver.DeptList
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(c, d)
		data = v.deptList(slices.DeleteFunc(d.AllDepartments(), func(dept *company.Department) bool {
			return !slices.Contains(values, has(v, dept)) || !v.department(dept.Key)
		}))
	})
	return data, nil
}
