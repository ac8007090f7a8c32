package sim

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

const (
	weComMaxDepth = 15     // levels of the tree
	weComMaxNodes = 30_000 // members and departments directly in a department
	weComMaxID    = 1<<32 - 1
)

// weComDepartment writes a department as WeCom does. As with members, the key decides which oddity it shows: no name_en, no
// department_leader, no order.
func weComDepartment(v weComView, dept *Department) wecomserver.Department {
	out := wecomserver.Department{ID: new(dept.WeComID), Name: new(dept.Name), ParentID: new(weComParent(v.dir, dept))}
	if dept.EnglishName != "" && dept.Key%5 != 3 {
		out.NameEn = new(dept.EnglishName)
	}
	if dept.Key%6 != 2 {
		leaders := []string{}
		for _, p := range v.dir.leaders(dept.Key) {
			leaders = append(leaders, p.UserID)
		}
		out.DepartmentLeader = &leaders
	}
	if dept.Key%11 != 7 {
		out.Order = new(dept.Order)
	}
	return out
}

func weComParent(d *directory, dept *Department) int64 {
	if parent := d.department(dept.Parent); parent != nil {
		return parent.WeComID
	}
	return 0
}

// departmentsBelow returns the departments of the subtree under id, or all of them, that the caller may see.
func (w *weCom) departmentsBelow(v weComView, id *int64) ([]*Department, error) {
	top := RootDepartment
	if id != nil {
		dept := v.dir.findDepartment(ByWeComID, strconv.FormatInt(*id, 10))
		switch {
		case *id <= 0 || *id > weComMaxID:
			return nil, weComError{code: wecomapi.ErrorCodeInvalidDepartmentID}
		case dept == nil:
			return nil, weComError{code: wecomapi.ErrorCodeDepartmentNotFound}
		case !v.department(dept.Key):
			return nil, weComError{code: wecomapi.ErrorCodeNoRightOnTarget}
		}
		top = dept.Key
	}
	var out []*Department
	for _, dept := range v.dir.subtree(top) {
		if v.department(dept.Key) {
			out = append(out, dept)
		}
	}
	return out, nil
}

// ListDepartment reads a part of the tree.
func (w *weCom) ListDepartment(ctx context.Context, r wecomserver.ListDepartmentRequestObject) (wecomserver.ListDepartmentResponseObject, error) {
	list := []wecomserver.Department{}
	var err error
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(callOf(ctx), d)
		var departments []*Department
		departments, err = w.departmentsBelow(v, r.Params.ID)
		for _, dept := range departments {
			list = append(list, weComDepartment(v, dept))
		}
	})
	return wecomserver.ListDepartment200JSONResponse{Department: &list}, err
}

// ListDepartmentSimple reads a part of the tree without names.
func (w *weCom) ListDepartmentSimple(ctx context.Context, r wecomserver.ListDepartmentSimpleRequestObject) (wecomserver.ListDepartmentSimpleResponseObject, error) {
	list := []wecomserver.DepartmentNode{}
	var err error
	w.sim.org.view(func(d *directory) {
		var departments []*Department
		departments, err = w.departmentsBelow(w.viewOf(callOf(ctx), d), r.Params.ID)
		for _, dept := range departments {
			list = append(list, wecomserver.DepartmentNode{ID: new(dept.WeComID), ParentID: new(weComParent(d, dept)), Order: new(dept.Order)})
		}
	})
	return wecomserver.ListDepartmentSimple200JSONResponse{DepartmentID: &list}, err
}

// GetDepartment reads one department.
func (w *weCom) GetDepartment(ctx context.Context, r wecomserver.GetDepartmentRequestObject) (wecomserver.GetDepartmentResponseObject, error) {
	var out wecomserver.GetDepartment200JSONResponse
	var err error
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(callOf(ctx), d)
		dept := d.findDepartment(ByWeComID, strconv.FormatInt(r.Params.ID, 10))
		switch {
		case r.Params.ID <= 0 || r.Params.ID > weComMaxID:
			err = weComError{code: wecomapi.ErrorCodeInvalidDepartmentID}
		case dept == nil:
			err = weComError{code: wecomapi.ErrorCodeDepartmentNotFound}
		case !v.department(dept.Key):
			err = weComError{code: wecomapi.ErrorCodeNoRightOnTarget}
		default:
			out.Department = new(weComDepartment(v, dept))
		}
	})
	return out, err
}

// weComDepartmentName refuses names that WeCom refuses.
func weComDepartmentName(name string) error {
	if n := utf8.RuneCountInString(name); n < 1 || n > 64 {
		return weComError{code: wecomapi.ErrorCodeDepartmentNameLength}
	}
	if strings.ContainsAny(name, `\:*?"<>|｜`) {
		return weComError{code: wecomapi.ErrorCodeDepartmentNameCharacters}
	}
	return nil
}

// weComDepartmentFailure translates what the organisation says of a change.
func weComDepartmentFailure(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrTaken):
		return weComError{code: wecomapi.ErrorCodeDepartmentExists}
	case errors.Is(err, ErrInvalid):
		return weComError{code: wecomapi.ErrorCodeDepartmentCycle}
	}
	return err
}

// weComNewParent finds the department under which height levels of departments are to go, and checks that there is room.
func weComNewParent(d *directory, id int64, height int) (*Department, error) {
	parent := d.findDepartment(ByWeComID, strconv.FormatInt(id, 10))
	switch {
	case id <= 0 || id > weComMaxID:
		return nil, weComError{code: wecomapi.ErrorCodeInvalidParentID}
	case parent == nil:
		return nil, weComError{code: wecomapi.ErrorCodeParentDepartmentNotFound}
	case len(d.path(parent.Key))+height > weComMaxDepth:
		return nil, weComError{code: wecomapi.ErrorCodeDepartmentDepthExceeded}
	case len(d.childKeys[parent.Key])+len(d.memberKeys[parent.Key]) >= weComMaxNodes:
		return nil, weComError{code: wecomapi.ErrorCodeDepartmentNodesExceeded}
	}
	return parent, nil
}

// height is the number of levels that a department and those below it take.
func (d *directory) height(key DepartmentKey) int {
	tallest := 0
	for _, child := range d.childKeys[key] {
		tallest = max(tallest, d.height(child))
	}
	return tallest + 1
}

// weComNewDepartment is a department to be made.
type weComNewDepartment struct {
	id          int64 // 0 to have one chosen
	parent      int64
	name        string
	englishName string
	order       int64
}

// makeDepartment adds a department.
func (w *weCom) makeDepartment(d *directory, c *call, n weComNewDepartment) (*Department, error) {
	if err := weComDepartmentName(n.name); err != nil {
		return nil, err
	}
	if n.id != 0 && (n.id <= 1 || n.id > weComMaxID) {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidDepartmentID}
	}
	if n.order < 0 || n.order > weComMaxID {
		return nil, weComError{code: wecomapi.ErrorCodeInvalidArgs}
	}
	parent, err := weComNewParent(d, n.parent, 1)
	if err != nil {
		return nil, err
	}
	added, err := d.addDepartment(Department{
		Parent: parent.Key, Name: n.name, EnglishName: n.englishName, Order: n.order, WeComID: n.id, Created: c.now,
	})
	return added, weComDepartmentFailure(err)
}

// CreateDepartment adds a department.
func (w *weCom) CreateDepartment(ctx context.Context, r wecomserver.CreateDepartmentRequestObject) (wecomserver.CreateDepartmentResponseObject, error) {
	n := weComNewDepartment{parent: r.Body.ParentID, name: r.Body.Name}
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
	err := w.sim.org.change(func(d *directory) error {
		added, err := w.makeDepartment(d, callOf(ctx), n)
		if err == nil {
			out.ID = new(added.WeComID)
		}
		return err
	})
	return out, err
}

// UpdateDepartment changes a department.
func (w *weCom) UpdateDepartment(_ context.Context, r wecomserver.UpdateDepartmentRequestObject) (wecomserver.UpdateDepartmentResponseObject, error) {
	err := w.sim.org.change(func(d *directory) error {
		return w.changeDepartment(d, r.Body)
	})
	return wecomserver.UpdateDepartment200JSONResponse{}, err
}

func (w *weCom) changeDepartment(d *directory, b *wecomserver.UpdateDepartmentRequest) error {
	switch {
	case b.ID == 0:
		return weComError{code: wecomapi.ErrorCodeDepartmentMissing}
	case b.ID < 0 || b.ID > weComMaxID:
		return weComError{code: wecomapi.ErrorCodeInvalidDepartmentID}
	}
	dept := d.findDepartment(ByWeComID, strconv.FormatInt(b.ID, 10))
	if dept == nil {
		return weComError{code: wecomapi.ErrorCodeDepartmentNotFound}
	}
	if b.Name != nil {
		if err := weComDepartmentName(*b.Name); err != nil {
			return err
		}
	}
	if b.Order != nil && (*b.Order < 0 || *b.Order > weComMaxID) {
		return weComError{code: wecomapi.ErrorCodeInvalidArgs}
	}
	parent := dept.Parent
	if b.ParentID != nil && *b.ParentID != weComParent(d, dept) {
		for _, below := range d.subtree(dept.Key) {
			if below.WeComID == *b.ParentID {
				return weComError{code: wecomapi.ErrorCodeDepartmentCycle}
			}
		}
		to, err := weComNewParent(d, *b.ParentID, d.height(dept.Key))
		if err != nil {
			return err
		}
		parent = to.Key
	}
	return weComDepartmentFailure(d.updateDepartment(dept.Key, func(edit *Department) error {
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
func (w *weCom) DeleteDepartment(_ context.Context, r wecomserver.DeleteDepartmentRequestObject) (wecomserver.DeleteDepartmentResponseObject, error) {
	err := w.sim.org.change(func(d *directory) error {
		dept := d.findDepartment(ByWeComID, strconv.FormatInt(r.Params.ID, 10))
		switch {
		case r.Params.ID <= 0 || r.Params.ID > weComMaxID:
			return weComError{code: wecomapi.ErrorCodeInvalidDepartmentID}
		case dept == nil:
			return weComError{code: wecomapi.ErrorCodeDepartmentNotFound}
		case dept.Key == RootDepartment:
			return weComError{code: wecomapi.ErrorCodeRootDepartmentUndeletable}
		case len(d.memberKeys[dept.Key]) > 0:
			return weComError{code: wecomapi.ErrorCodeDepartmentHasMembers}
		case len(d.childKeys[dept.Key]) > 0:
			return weComError{code: wecomapi.ErrorCodeDepartmentHasChildren}
		}
		return d.removeDepartment(dept.Key)
	})
	return wecomserver.DeleteDepartment200JSONResponse{}, err
}
