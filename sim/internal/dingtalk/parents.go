package dingtalk

import (
	"context"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// pathIDs are the ids from a department up to the root, itself first.
func (v view) pathIDs(key company.DepartmentKey) []int64 {
	ids := []int64{}
	for _, dept := range v.dir.Path(key) {
		ids = append(ids, dept.DingTalkID)
	}
	return ids
}

// parentsOfDepartment finds the path of a department, whatever the contact scope.
func (k *Vendor) parentsOfDepartment(ctx context.Context, id int64) (ids []int64, err error) {
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		if dept, err = v.anyDepartment(id); err == nil {
			ids = v.pathIDs(dept.Key)
		}
	})
	return ids, err
}

// parentsOfUser finds a path for each department of a person, whatever the contact scope.
func (k *Vendor) parentsOfUser(ctx context.Context, userID string,
	missing dingtalkapi.ErrorCode) (paths [][]int64, err error) {
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		var p *company.Person
		if p, err = v.anybody(userID, missing); err != nil {
			return
		}
		paths = [][]int64{}
		for _, m := range p.Memberships {
			paths = append(paths, v.pathIDs(m.Department))
		}
	})
	return paths, err
}

// ListParentDepartmentsByDepartmentV1 lists the ids from a department up to the root.
func (k *Vendor) ListParentDepartmentsByDepartmentV1(ctx context.Context,
	r dingtalkserver.ListParentDepartmentsByDepartmentV1RequestObject) (
	dingtalkserver.ListParentDepartmentsByDepartmentV1ResponseObject, error) {
	id, err := departmentID(r.Params.ID)
	if err != nil {
		return nil, err
	}
	ids, err := k.parentsOfDepartment(ctx, id)
	return dingtalkserver.ListParentDepartmentsByDepartmentV1200JSONResponse{ParentIDs: &ids}, err
}

// ListParentDepartmentsByDepartmentV2 lists the ids from a department up to the root.
func (k *Vendor) ListParentDepartmentsByDepartmentV2(ctx context.Context,
	r dingtalkserver.ListParentDepartmentsByDepartmentV2RequestObject) (
	dingtalkserver.ListParentDepartmentsByDepartmentV2ResponseObject, error) {
	ids, err := k.parentsOfDepartment(ctx, r.Body.DeptID)
	result := dingtalkserver.ParentDepartmentsV2{ParentIDList: &ids}
	return dingtalkserver.ListParentDepartmentsByDepartmentV2200JSONResponse{Result: &result}, err
}

// ListParentDepartmentsByUserV1 lists the paths of a person's departments, a list of lists.
func (k *Vendor) ListParentDepartmentsByUserV1(ctx context.Context,
	r dingtalkserver.ListParentDepartmentsByUserV1RequestObject) (
	dingtalkserver.ListParentDepartmentsByUserV1ResponseObject, error) {
	paths, err := k.parentsOfUser(ctx, r.Params.UserID, dingtalkapi.ErrorCodeUserIDMissing)
	return dingtalkserver.ListParentDepartmentsByUserV1200JSONResponse{Department: new(dingtalkserver.IntLists(paths))},
		err
}

// ListParentDepartmentsByUserV2 lists the paths of a person's departments.
func (k *Vendor) ListParentDepartmentsByUserV2(ctx context.Context,
	r dingtalkserver.ListParentDepartmentsByUserV2RequestObject) (
	dingtalkserver.ListParentDepartmentsByUserV2ResponseObject, error) {
	paths, err := k.parentsOfUser(ctx, r.Body.UserID, dingtalkapi.ErrorCodeInvalidArgumentV2)
	list := []dingtalkserver.ParentDepartmentPath{}
	for _, path := range paths {
		list = append(list, dingtalkserver.ParentDepartmentPath{ParentDeptIDList: &path})
	}
	return dingtalkserver.ListParentDepartmentsByUserV2200JSONResponse{
		Result: &dingtalkserver.UserParentDepartmentsV2{ParentList: &list}}, err
}
