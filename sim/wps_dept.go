package sim

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// wpsDept is what only WPS knows of a department.
type wpsDept struct {
	exID    *string // nil: as it came to be; "": none was set
	order   *int64  // nil: as the company has it
	leaders []wpsLeader
}

// wpsLeader is a manager (部门主管) of a department, who need not be one of its members.
type wpsLeader struct {
	person PersonKey
	order  int64
}

// exDeptID is the id in the outer identity source: that of the platform if none was set. One department in three of the made-up company
// has one.
func (w *wps) exDeptID(dept *Department) string {
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
func (v wpsView) path(dept *Department) string {
	var names []string
	for _, above := range v.dir.path(dept.Key) {
		names = append(names, above.Name)
	}
	slices.Reverse(names)
	return strings.Join(names, "/")
}

// leaders returns the managers of a department by their order: members who lead it, with the order that was set through WPS or
// else one after the other, and those from elsewhere who were set through WPS.
func (v wpsView) leaders(dept *Department) []wpsserver.DeptLeader {
	v.part.mu.Lock()
	set := v.part.depts[dept.Key].leaders
	v.part.mu.Unlock()
	var all []wpsLeader
	for i, p := range v.dir.leaders(dept.Key) {
		leader := wpsLeader{person: p.Key, order: int64(i + 1)}
		if known := slices.IndexFunc(set, func(l wpsLeader) bool { return l.person == p.Key }); known >= 0 {
			leader = set[known]
		}
		all = append(all, leader)
	}
	for _, leader := range set {
		if p := v.dir.person(leader.person); p != nil {
			if _, in := p.In(dept.Key); !in {
				all = append(all, leader)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b wpsLeader) int { return cmp.Compare(a.order, b.order) })
	out := []wpsserver.DeptLeader{}
	for _, leader := range all {
		if p := v.dir.person(leader.person); v.person(p) {
			out = append(out, wpsserver.DeptLeader{UserID: new(p.WPSUserID), Order: new(leader.order)})
		}
	}
	return out
}

// dept writes a department. The root has no parent, which the public cloud says by "" and private deployments by "0".
func (v wpsView) dept(dept *Department) wpsserver.Dept {
	out := wpsserver.Dept{
		ID: new(dept.WPSID), Name: new(dept.Name), ParentID: new(""), AbsPath: new(v.path(dept)), Order: new(v.part.deptOrder(dept)),
		Ctime: new(dept.Created.Unix()), ExDeptID: new(v.part.exDeptID(dept)), Leaders: new(v.leaders(dept)),
	}
	if v.part.private() {
		out.ParentID, out.Source, out.Type = new("0"), new("inner"), new("dept")
	}
	if parent := v.dir.department(dept.Parent); parent != nil {
		out.ParentID = new(parent.WPSID)
	}
	return out
}

// deptOrder is the rank of a department, which needs more than 32 bits for some.
func (w *wps) deptOrder(dept *Department) int64 {
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
func (w *wps) GetRootDept(ctx context.Context, _ wpsserver.GetRootDeptRequestObject) (wpsserver.GetRootDeptResponseObject, error) {
	var data wpsserver.Dept
	w.sim.org.view(func(d *directory) { data = w.viewOf(callOf(ctx), d).dept(d.department(RootDepartment)) })
	return wpsserver.GetRootDept200JSONResponse{Msg: w.done(), Data: &data}, nil
}

// listedDept finds the department whose children or members are listed. One that the app does not see has none for it, and only one
// that does not exist is an error.
func (v wpsView) listedDept(id string) (*Department, error) {
	whole := v
	whole.tops = []DepartmentKey{RootDepartment}
	dept := whole.deptNamed(id)
	if dept == nil {
		return nil, wpsNoSuch("department", id)
	}
	return dept, nil
}

// ListChildDepts lists the departments directly below one.
func (w *wps) ListChildDepts(ctx context.Context, r wpsserver.ListChildDeptsRequestObject) (wpsserver.ListChildDeptsResponseObject, error) {
	paging, err := w.pagingOf(wpsListName("children", r.DeptID), r.Params.PageSize, r.Params.PageToken, r.Params.WithTotal)
	if err != nil {
		return nil, err
	}
	var data wpsserver.DeptPage
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(callOf(ctx), d)
		var dept *Department
		if dept, err = v.listedDept(r.DeptID); err != nil {
			return
		}
		page, next, total := wpsPage(w, v, paging, d.children(dept.Key),
			func(child *Department) wpsPosition { return wpsPosition{dept: child.Key} },
			func(child *Department) bool { return v.department(child.Key) })
		data.Items, data.NextPageToken, data.Total = v.deptList(page).Items, next, total
	})
	return wpsserver.ListChildDepts200JSONResponse{Msg: w.said(""), Data: &data}, err
}

// deptList writes several departments.
func (v wpsView) deptList(departments []*Department) *wpsserver.DeptList {
	items := make([]wpsserver.Dept, 0, len(departments))
	for _, dept := range departments {
		items = append(items, v.dept(dept))
	}
	return &wpsserver.DeptList{Items: &items}
}

// BatchReadDepts reads departments by id. Who does not exist or is not visible is missing.
func (w *wps) BatchReadDepts(ctx context.Context, r wpsserver.BatchReadDeptsRequestObject) (wpsserver.BatchReadDeptsResponseObject, error) {
	data, err := w.findDepts(callOf(ctx), "dept_ids", r.Body.DeptIDs, func(v wpsView, dept *Department) string {
		if v.external {
			return w.exDeptID(dept)
		}
		return dept.WPSID
	})
	return wpsserver.BatchReadDepts200JSONResponse{Msg: w.said(""), Data: data}, err
}

// GetDeptsByExIDs reads departments by their ids in the outer identity source.
func (w *wps) GetDeptsByExIDs(ctx context.Context, r wpsserver.GetDeptsByExIDsRequestObject) (wpsserver.GetDeptsByExIDsResponseObject, error) {
	data, err := w.findDepts(callOf(ctx), "ex_dept_ids", r.Body.ExDeptIDs, func(_ wpsView, dept *Department) string { return w.exDeptID(dept) })
	return wpsserver.GetDeptsByExIDs200JSONResponse{Msg: w.said(""), Data: data}, err
}

// findDepts returns the visible departments for which the request has one of values.
func (w *wps) findDepts(c *call, name string, values []string, has func(wpsView, *Department) string) (*wpsserver.DeptList, error) {
	if len(values) == 0 {
		return nil, wpsInvalid(name + " is required")
	}
	var data *wpsserver.DeptList
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(c, d)
		data = v.deptList(slices.DeleteFunc(d.allDepartments(), func(dept *Department) bool {
			return !slices.Contains(values, has(v, dept)) || !v.department(dept.Key)
		}))
	})
	return data, nil
}
