package wecom

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

const (
	maxDepth = 15     // levels of the tree
	maxNodes = 30_000 // members and departments directly in a department
	maxID    = 1<<32 - 1
)

// department writes a department as WeCom does. As with members, the key decides which oddity it shows: no name_en, no
// department_leader, no order.
func department(v view, dept *company.Department) wecomserver.Department {
	out := wecomserver.Department{ID: new(dept.WeComID), Name: new(dept.Name), ParentID: new(parentID(v.dir, dept))}
	if v.third {
		out.Name = new(strconv.FormatInt(dept.WeComID, 10))
	} else if dept.EnglishName != "" && dept.Key%5 != 3 {
		out.NameEn = new(dept.EnglishName)
	}
	if dept.Key%6 != 2 {
		leaders := []string{}
		for _, p := range v.dir.Leaders(dept.Key) {
			leaders = append(leaders, v.id(p))
		}
		out.DepartmentLeader = &leaders
	}
	if dept.Key%11 != 7 {
		out.Order = new(dept.Order)
	}
	return out
}

func parentID(d *company.Directory, dept *company.Department) int64 {
	if parent := d.Department(dept.Parent); parent != nil {
		return parent.WeComID
	}
	return 0
}

// departmentsBelow returns the departments of the subtree under id, or all of them, that the caller may see. 0 is what
// clients send that do not tell it from nothing.
func (w *Vendor) departmentsBelow(v view, id *int64) ([]*company.Department, error) {
	top := company.RootDepartment
	if id != nil && *id != 0 {
		dept := v.dir.FindDepartment(company.ByWeComID, strconv.FormatInt(*id, 10))
		switch {
		case *id < 0 || *id > maxID:
			return nil, refusal{code: wecomapi.ErrorCodeInvalidDepartmentID}
		case dept == nil:
			return nil, refusal{code: wecomapi.ErrorCodeDepartmentNotFound}
		case !v.department(dept.Key):
			return nil, refusal{code: wecomapi.ErrorCodeNoRightOnTarget}
		}
		top = dept.Key
	}
	var out []*company.Department
	for _, dept := range v.dir.Subtree(top) {
		if v.department(dept.Key) {
			out = append(out, dept)
		}
	}
	return out, nil
}

// ListDepartment reads a part of the tree.
func (w *Vendor) ListDepartment(ctx context.Context,
	r wecomserver.ListDepartmentRequestObject) (wecomserver.ListDepartmentResponseObject, error) {
	list := []wecomserver.Department{}
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		var departments []*company.Department
		departments, err = w.departmentsBelow(v, r.Params.ID)
		for _, dept := range departments {
			list = append(list, department(v, dept))
		}
	})
	return wecomserver.ListDepartment200JSONResponse{Department: &list}, err
}

// ListDepartmentSimple reads a part of the tree without names.
func (w *Vendor) ListDepartmentSimple(ctx context.Context,
	r wecomserver.ListDepartmentSimpleRequestObject) (wecomserver.ListDepartmentSimpleResponseObject, error) {
	list := []wecomserver.DepartmentNode{}
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		var departments []*company.Department
		departments, err = w.departmentsBelow(w.viewOf(desk.CallOf(ctx), d), r.Params.ID)
		for _, dept := range departments {
			list = append(list, wecomserver.DepartmentNode{ID: new(dept.WeComID), ParentID: new(parentID(d, dept)),
				Order: new(dept.Order)})
		}
	})
	return wecomserver.ListDepartmentSimple200JSONResponse{DepartmentID: &list}, err
}

// GetDepartment reads one department.
func (w *Vendor) GetDepartment(ctx context.Context,
	r wecomserver.GetDepartmentRequestObject) (wecomserver.GetDepartmentResponseObject, error) {
	var out wecomserver.GetDepartment200JSONResponse
	var err error
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		dept := d.FindDepartment(company.ByWeComID, strconv.FormatInt(r.Params.ID, 10))
		switch {
		case r.Params.ID <= 0 || r.Params.ID > maxID:
			err = refusal{code: wecomapi.ErrorCodeInvalidDepartmentID}
		case dept == nil:
			err = refusal{code: wecomapi.ErrorCodeDepartmentNotFound}
		case !v.department(dept.Key):
			err = refusal{code: wecomapi.ErrorCodeNoRightOnTarget}
		default:
			out.Department = new(department(v, dept))
		}
	})
	return out, err
}

// departmentName refuses names that WeCom refuses.
func departmentName(name string) error {
	if n := utf8.RuneCountInString(name); n < 1 || n > 64 {
		return refusal{code: wecomapi.ErrorCodeDepartmentNameLength}
	}
	if strings.ContainsAny(name, `\:*?"<>|｜`) {
		return refusal{code: wecomapi.ErrorCodeDepartmentNameCharacters}
	}
	return nil
}

// departmentFailure translates what the organisation says of a change.
func departmentFailure(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, company.ErrTaken):
		return refusal{code: wecomapi.ErrorCodeDepartmentExists}
	case errors.Is(err, company.ErrInvalid):
		return refusal{code: wecomapi.ErrorCodeDepartmentCycle}
	}
	return err
}

// newParent finds the department under which height levels of departments are to go, and checks that there is room.
func newParent(d *company.Directory, id int64, height int) (*company.Department, error) {
	parent := d.FindDepartment(company.ByWeComID, strconv.FormatInt(id, 10))
	switch {
	case id <= 0 || id > maxID:
		return nil, refusal{code: wecomapi.ErrorCodeInvalidParentID}
	case parent == nil:
		return nil, refusal{code: wecomapi.ErrorCodeParentDepartmentNotFound}
	case len(d.Path(parent.Key))+height > maxDepth:
		return nil, refusal{code: wecomapi.ErrorCodeDepartmentDepthExceeded}
	case d.ChildCount(parent.Key)+d.MemberCount(parent.Key) >= maxNodes:
		return nil, refusal{code: wecomapi.ErrorCodeDepartmentNodesExceeded}
	}
	return parent, nil
}

// newDepartment is a department to be made.
type newDepartment struct {
	id          int64 // 0 to have one chosen
	parent      int64
	name        string
	englishName string
	order       int64
}

// makeDepartment adds a department.
func (w *Vendor) makeDepartment(d *company.Directory, c *desk.Call, n newDepartment) (*company.Department, error) {
	if err := departmentName(n.name); err != nil {
		return nil, err
	}
	if n.id != 0 && (n.id <= 1 || n.id > maxID) {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidDepartmentID}
	}
	if n.order < 0 || n.order > maxID {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidArgs}
	}
	parent, err := newParent(d, n.parent, 1)
	if err != nil {
		return nil, err
	}
	added, err := d.AddDepartment(company.Department{
		Parent: parent.Key, Name: n.name, EnglishName: n.englishName, Order: n.order, WeComID: n.id, Created: c.Now,
	})
	return added, departmentFailure(err)
}

// CreateDepartment adds a department.
func (w *Vendor) CreateDepartment(ctx context.Context,
	r wecomserver.CreateDepartmentRequestObject) (wecomserver.CreateDepartmentResponseObject, error) {
	n := newDepartment{parent: r.Body.ParentID, name: r.Body.Name}
	if r.Body.ID != nil {
		if n.id = *r.Body.ID; n.id == 0 {
			n.id = -1
		}
	}
	if r.Body.NameEn != nil {
		n.englishName = *r.Body.NameEn
	}
	if r.Body.Order != nil {
		n.order = *r.Body.Order
	}
	var out wecomserver.CreateDepartment200JSONResponse
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		added, err := w.makeDepartment(d, desk.CallOf(ctx), n)
		if err == nil {
			out.ID = new(added.WeComID)
		}
		return err
	})
	return out, err
}

// UpdateDepartment changes a department.
func (w *Vendor) UpdateDepartment(_ context.Context,
	r wecomserver.UpdateDepartmentRequestObject) (wecomserver.UpdateDepartmentResponseObject, error) {
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		return w.changeDepartment(d, r.Body)
	})
	return wecomserver.UpdateDepartment200JSONResponse{}, err
}

func (w *Vendor) changeDepartment(d *company.Directory, b *wecomserver.UpdateDepartmentRequest) error {
	switch {
	case b.ID == 0:
		return refusal{code: wecomapi.ErrorCodeDepartmentMissing}
	case b.ID < 0 || b.ID > maxID:
		return refusal{code: wecomapi.ErrorCodeInvalidDepartmentID}
	}
	dept := d.FindDepartment(company.ByWeComID, strconv.FormatInt(b.ID, 10))
	if dept == nil {
		return refusal{code: wecomapi.ErrorCodeDepartmentNotFound}
	}
	if b.Name != nil {
		if err := departmentName(*b.Name); err != nil {
			return err
		}
	}
	if b.Order != nil && (*b.Order < 0 || *b.Order > maxID) {
		return refusal{code: wecomapi.ErrorCodeInvalidArgs}
	}
	parent := dept.Parent
	if b.ParentID != nil && *b.ParentID != parentID(d, dept) {
		for _, below := range d.Subtree(dept.Key) {
			if below.WeComID == *b.ParentID {
				return refusal{code: wecomapi.ErrorCodeDepartmentCycle}
			}
		}
		to, err := newParent(d, *b.ParentID, d.Height(dept.Key))
		if err != nil {
			return err
		}
		parent = to.Key
	}
	return departmentFailure(d.UpdateDepartment(dept.Key, func(edit *company.Department) error {
		edit.Parent = parent
		if b.Name != nil {
			edit.Name = *b.Name
		}
		if b.NameEn != nil {
			edit.EnglishName = *b.NameEn
		}
		if b.Order != nil {
			edit.Order = *b.Order
		}
		return nil
	}))
}

// DeleteDepartment removes an empty department.
func (w *Vendor) DeleteDepartment(_ context.Context,
	r wecomserver.DeleteDepartmentRequestObject) (wecomserver.DeleteDepartmentResponseObject, error) {
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		dept := d.FindDepartment(company.ByWeComID, strconv.FormatInt(r.Params.ID, 10))
		switch {
		case r.Params.ID <= 0 || r.Params.ID > maxID:
			return refusal{code: wecomapi.ErrorCodeInvalidDepartmentID}
		case dept == nil:
			return refusal{code: wecomapi.ErrorCodeDepartmentNotFound}
		case dept.Key == company.RootDepartment:
			return refusal{code: wecomapi.ErrorCodeRootDepartmentUndeletable}
		case d.MemberCount(dept.Key) > 0:
			return refusal{code: wecomapi.ErrorCodeDepartmentHasMembers}
		case d.ChildCount(dept.Key) > 0:
			return refusal{code: wecomapi.ErrorCodeDepartmentHasChildren}
		}
		return d.RemoveDepartment(dept.Key)
	})
	return wecomserver.DeleteDepartment200JSONResponse{}, err
}
