package wps

import (
	"context"
	"slices"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// GetDept reads one department.
func (w *Vendor) GetDept(ctx context.Context,
	r wpsserver.GetDeptRequestObject) (wpsserver.GetDeptResponseObject, error) {
	var data wpsserver.Dept
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		dept := v.deptNamed(r.DeptID)
		if dept == nil {
			err = noSuch("department", r.DeptID)
			return
		}
		data = v.dept(dept)
	})
	return wpsserver.GetDept200JSONResponse{Msg: w.said(""), Data: &data}, err
}

// maxParents is the largest page of the departments above one.
const maxParents = 100

// ListDeptParents lists the departments above one that the app sees, the nearest first.
func (w *Vendor) ListDeptParents(ctx context.Context,
	r wpsserver.ListDeptParentsRequestObject) (wpsserver.ListDeptParentsResponseObject, error) {
	paging, err := w.pagingUpTo(maxParents, listName("parents", r.DeptID), &r.Params.PageSize, r.Params.PageToken, nil)
	if err != nil {
		return nil, err
	}
	var data wpsserver.DeptPage
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		dept := v.deptNamed(r.DeptID)
		if dept == nil {
			err = noSuch("department", r.DeptID)
			return
		}
		above := d.Path(dept.Key)[1:]
		// Places, not keys: a department that was moved may be younger than those above it, or older.
		place := func(dept *company.Department) position {
			return position{dept: company.DepartmentKey(slices.Index(above, dept) + 1)}
		}
		page, next, _ := pageOf(w, v, paging, above, place,
			func(dept *company.Department) bool { return v.department(dept.Key) })
		data = wpsserver.DeptPage{Items: v.deptList(page).Items, NextPageToken: next}
	})
	return wpsserver.ListDeptParents200JSONResponse{Msg: w.said(""), Data: &data}, err
}
