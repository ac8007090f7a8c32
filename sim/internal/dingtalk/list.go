package dingtalk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

const (
	maxPage   = 100
	maxCursor = 100_000
)

// members returns the people directly in a department in the order asked for. The usual order is the administrators':
// larger first, and those whom nobody has sorted behind them.
func (v view) members(dept *company.Department, order *dingtalkserver.UserOrder) ([]*company.Person, bool) {
	people := v.dir.Members(dept.Key)
	by := func(compare func(a, b *company.Person) int) {
		slices.SortFunc(people, func(a, b *company.Person) int {
			return cmp.Or(compare(a, b), cmp.Compare(a.Key, b.Key))
		})
	}
	wanted := dingtalkserver.UserOrderCustom
	if order != nil {
		wanted = *order
	}
	switch wanted {
	case dingtalkserver.UserOrderCustom, "":
		by(func(a, b *company.Person) int {
			inA, _ := a.In(dept.Key)
			inB, _ := b.In(dept.Key)
			return cmp.Compare(inB.DingTalkOrder, inA.DingTalkOrder)
		})
	case dingtalkserver.UserOrderEntryAsc:
		by(func(a, b *company.Person) int { return a.Created.Compare(b.Created) })
	case dingtalkserver.UserOrderEntryDesc:
		by(func(a, b *company.Person) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.Key, a.Key)) })
	case dingtalkserver.UserOrderModifyAsc:
		by(func(a, b *company.Person) int { return a.Changed.Compare(b.Changed) })
	case dingtalkserver.UserOrderModifyDesc:
		by(func(a, b *company.Person) int { return cmp.Or(b.Changed.Compare(a.Changed), cmp.Compare(b.Key, a.Key)) })
	default:
		return nil, false
	}
	return people, true
}

// rowsV1 is a page of the older calls: offset counts rows, so that somebody who joins or leaves in between shifts them.
func (v view) rowsV1(department int64, order *dingtalkserver.UserOrder, offset,
	size int64) (dept *company.Department, rows []*company.Person, more bool, err error) {
	if dept, err = v.department(department); err != nil {
		return nil, nil, false, err
	}
	people, ok := v.members(dept, order)
	switch {
	case !ok:
		err = refusal{code: dingtalkapi.ErrorCodeInvalidSortOrder}
	case offset < 0:
		err = refusal{code: dingtalkapi.ErrorCodeInvalidOffset}
	case size < 1 || size > maxPage:
		err = refusal{code: dingtalkapi.ErrorCodeInvalidSize}
	}
	if err != nil {
		return nil, nil, false, err
	}
	rows, more = rowsOf(people, offset, size)
	return dept, rows, more, nil
}

// rowsOf returns size rows from offset on, and whether there are others behind them.
func rowsOf[T any](rows []T, offset, size int64) ([]T, bool) {
	n := int64(len(rows))
	from := min(offset, n)
	to := min(from+min(size, n), n)
	return rows[from:to], to < n
}

// departmentUserV1 is a row of listDepartmentUsersV1. Its extattr is an object, or text that holds one.
type departmentUserV1 struct {
	dingtalkserver.DepartmentUserV1
	ExtAttr any `json:"extattr,omitempty"`
}

type departmentUsersV1 struct {
	ErrCode  int                `json:"errcode"`
	HasMore  bool               `json:"hasMore"`
	UserList []departmentUserV1 `json:"userlist"`
}

// VisitListDepartmentUsersV1Response writes the page.
func (l departmentUsersV1) VisitListDepartmentUsersV1Response(w http.ResponseWriter) error {
	desk.WriteJSON(w, http.StatusOK, l)
	return nil
}

// ListDepartmentUsersV1 reads a page of the members of a department.
func (k *Vendor) ListDepartmentUsersV1(ctx context.Context,
	r dingtalkserver.ListDepartmentUsersV1RequestObject) (dingtalkserver.ListDepartmentUsersV1ResponseObject, error) {
	out := departmentUsersV1{UserList: []departmentUserV1{}}
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		var rows []*company.Person
		dept, rows, out.HasMore, err = v.rowsV1(r.Params.DepartmentID, r.Params.Order, r.Params.Offset, r.Params.Size)
		for _, p := range rows {
			out.UserList = append(out.UserList, v.departmentUserV1(p, dept))
		}
	})
	return out, err
}

// departmentUserV1 writes a person as a member of one department: order and isLeader speak of that one.
func (v view) departmentUserV1(p *company.Person, dept *company.Department) departmentUserV1 {
	u := v.userV1(p)
	in, _ := p.In(dept.Key)
	row := departmentUserV1{
		DepartmentUserV1: dingtalkserver.DepartmentUserV1{
			UserID: u.UserID, UnionID: u.UnionID, Name: u.Name, Position: u.Position, JobNumber: u.JobNumber,
			Avatar: u.Avatar,
			Mobile: u.Mobile, Tel: u.Tel, WorkPlace: u.WorkPlace, Remark: u.Remark, Email: u.Email,
			OrgEmail: u.OrgEmail,
			IsAdmin:  u.IsAdmin, IsBoss: u.IsBoss, IsHide: u.IsHide, IsLeader: new(in.Leader), Active: u.Active,
			Department: new(v.departmentIDs(p)), HiredDate: u.HiredDate,
		},
		ExtAttr: u.ExtAttr,
	}
	if in.DingTalkOrder != 0 {
		row.Order = new(in.DingTalkOrder)
	}
	return row
}

// ListDepartmentUsersSimpleV1 reads ids and names of the members of a department: a page, or all of them if neither
// offset nor size is given. Then hasMore may be missing.
func (k *Vendor) ListDepartmentUsersSimpleV1(ctx context.Context,
	r dingtalkserver.ListDepartmentUsersSimpleV1RequestObject) (
	dingtalkserver.ListDepartmentUsersSimpleV1ResponseObject, error) {
	list := []dingtalkserver.UserBrief{}
	var more *bool
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		var rows []*company.Person
		switch {
		case r.Params.Offset == nil && r.Params.Size == nil:
			if dept, err = v.department(r.Params.DepartmentID); err != nil {
				return
			}
			var ok bool
			if rows, ok = v.members(dept, r.Params.Order); !ok {
				err = refusal{code: dingtalkapi.ErrorCodeInvalidSortOrder}
			}
			if dept.Key%2 == 0 {
				more = new(false)
			}
		case r.Params.Offset == nil:
			err = refusal{code: dingtalkapi.ErrorCodeInvalidOffset}
		case r.Params.Size == nil:
			err = refusal{code: dingtalkapi.ErrorCodeInvalidSize}
		default:
			more = new(false)
			_, rows, *more, err = v.rowsV1(r.Params.DepartmentID, r.Params.Order, *r.Params.Offset, *r.Params.Size)
		}
		list = briefs(rows)
	})
	return dingtalkserver.ListDepartmentUsersSimpleV1200JSONResponse{HasMore: more, UserList: &list}, err
}

func briefs(people []*company.Person) []dingtalkserver.UserBrief {
	list := make([]dingtalkserver.UserBrief, 0, len(people))
	for _, p := range people {
		list = append(list, dingtalkserver.UserBrief{UserID: new(p.UserID), Name: new(p.Name)})
	}
	return list
}

// rowsV2 is a page of the current calls. In some departments it is one short of what was asked for; only has_more tells
// the end, and the last page has no next_cursor.
func (v view) rowsV2(department int64, order *dingtalkserver.UserOrder, cursor,
	size int64) (dept *company.Department, rows []*company.Person, next *int64, err error) {
	if cursor < 0 || cursor > maxCursor || size < 1 || size > maxPage {
		return nil, nil, nil, refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	if dept, err = v.department(department); err != nil {
		return nil, nil, nil, err
	}
	people, ok := v.members(dept, order)
	if !ok {
		return nil, nil, nil, refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	if dept.Key%4 == 2 && size > 1 {
		size--
	}
	rows, more := rowsOf(people, cursor, size)
	if more {
		next = new(cursor + size)
	}
	return dept, rows, next, nil
}

// ListDepartmentUsersV2 reads a page of the members of a department.
func (k *Vendor) ListDepartmentUsersV2(ctx context.Context,
	r dingtalkserver.ListDepartmentUsersV2RequestObject) (dingtalkserver.ListDepartmentUsersV2ResponseObject, error) {
	list := []dingtalkserver.DepartmentUserV2{}
	var next *int64
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		var rows []*company.Person
		dept, rows, next, err = v.rowsV2(r.Body.DeptID, r.Body.OrderField, r.Body.Cursor, r.Body.Size)
		for _, p := range rows {
			row := v.rowV2(p)
			in, _ := p.In(dept.Key)
			row.Leader = new(in.Leader)
			if in.DingTalkOrder != 0 {
				row.DeptOrder = new(in.DingTalkOrder)
			}
			list = append(list, row)
		}
	})
	page := dingtalkserver.DepartmentUsersV2{HasMore: new(next != nil), NextCursor: next, List: &list}
	return dingtalkserver.ListDepartmentUsersV2200JSONResponse{Result: &page}, err
}

// ListDepartmentUsersSimpleV2 reads a page of ids and names of the members of a department.
func (k *Vendor) ListDepartmentUsersSimpleV2(ctx context.Context,
	r dingtalkserver.ListDepartmentUsersSimpleV2RequestObject) (
	dingtalkserver.ListDepartmentUsersSimpleV2ResponseObject, error) {
	var page dingtalkserver.DepartmentUsersSimpleV2
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		var rows []*company.Person
		_, rows, page.NextCursor, err = k.viewOf(desk.CallOf(ctx), d).rowsV2(r.Body.DeptID, r.Body.OrderField,
			r.Body.Cursor, r.Body.Size)
		page.List, page.HasMore = new(briefs(rows)), new(page.NextCursor != nil)
	})
	return dingtalkserver.ListDepartmentUsersSimpleV2200JSONResponse{Result: &page}, err
}

// userIDs lists the ids of all members of a department, whatever the contact scope.
func (k *Vendor) userIDs(ctx context.Context, department int64) ([]string, error) {
	ids := []string{}
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		if dept, err = v.anyDepartment(department); err != nil {
			return
		}
		people, _ := v.members(dept, nil)
		for _, p := range people {
			ids = append(ids, p.UserID)
		}
	})
	return ids, err
}

// ListDepartmentUserIDsV1 lists the ids of the members of a department.
func (k *Vendor) ListDepartmentUserIDsV1(ctx context.Context,
	r dingtalkserver.ListDepartmentUserIDsV1RequestObject) (dingtalkserver.ListDepartmentUserIDsV1ResponseObject,
	error) {
	department, err := strconv.ParseInt(r.Params.DeptID, 10, 64)
	if err != nil {
		return nil, refusal{code: dingtalkapi.ErrorCodeInvalidDepartment}
	}
	ids, err := k.userIDs(ctx, department)
	return dingtalkserver.ListDepartmentUserIDsV1200JSONResponse{UserIDs: &ids}, err
}

// ListDepartmentUserIDsV2 lists the ids of the members of a department.
func (k *Vendor) ListDepartmentUserIDsV2(ctx context.Context,
	r dingtalkserver.ListDepartmentUserIDsV2RequestObject) (dingtalkserver.ListDepartmentUserIDsV2ResponseObject,
	error) {
	ids, err := k.userIDs(ctx, r.Body.DeptID)
	return dingtalkserver.ListDepartmentUserIDsV2200JSONResponse{
		Result: &dingtalkserver.DepartmentUserIDsV2{UserIDList: &ids}}, err
}
