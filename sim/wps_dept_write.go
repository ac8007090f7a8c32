package sim

import (
	"context"
	"errors"
	"slices"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// CreateDept adds a department. Its answer calls the id dept_id.
func (w *wps) CreateDept(ctx context.Context, r wpsserver.CreateDeptRequestObject) (wpsserver.CreateDeptResponseObject, error) {
	b, c := r.Body, callOf(ctx)
	var data wpsserver.NewDept
	err := w.sim.org.change(func(d *directory) error {
		v := w.viewOf(c, d)
		switch {
		case wpsBlank(b.Name):
			return wpsInvalid("name is required")
		case b.ParentID == "":
			return wpsInvalid("parent_id is required")
		}
		parent := v.deptNamed(b.ParentID)
		if parent == nil {
			return wpsNoSuch("department", b.ParentID)
		}
		leaders, err := v.newLeaders(b.Leaders)
		if err != nil {
			return err
		}
		if err := v.freeOutside(b.ExDeptID, 0); err != nil {
			return err
		}
		added, err := d.addDepartment(Department{Parent: parent.Key, Name: b.Name, Created: c.now})
		if err != nil {
			return wpsDeptFailure(err)
		}
		w.rememberDept(added.Key, wpsOrEmpty(b.ExDeptID), b.Order, &leaders)
		whole := v.dept(added)
		data = wpsserver.NewDept{
			DeptID: whole.ID, Name: whole.Name, ParentID: whole.ParentID, AbsPath: whole.AbsPath, Order: whole.Order, Ctime: whole.Ctime,
			ExDeptID: whole.ExDeptID, Leaders: whole.Leaders,
		}
		return nil
	})
	return wpsserver.CreateDept200JSONResponse{Msg: w.done(), Data: &data}, err
}

func wpsOrEmpty(text *string) *string {
	if text == nil {
		return new("")
	}
	return text
}

// newLeaders finds the managers that are to be set.
func (v wpsView) newLeaders(input *[]wpsserver.DeptLeaderInput) ([]wpsLeader, error) {
	if input == nil {
		return nil, nil
	}
	var out []wpsLeader
	for _, entry := range *input {
		p := v.userNamed(entry.UserID)
		if p == nil {
			return nil, wpsNoSuch("user", entry.UserID)
		}
		if slices.ContainsFunc(out, func(l wpsLeader) bool { return l.person == p.Key }) {
			return nil, wpsInvalid("leaders has a user twice")
		}
		out = append(out, wpsLeader{person: p.Key, order: entry.Order})
	}
	return out, nil
}

// freeOutside refuses an id in the outer identity source that another department has.
func (v wpsView) freeOutside(id *string, self DepartmentKey) error {
	if isBlank(id) {
		return nil
	}
	if outside(id, 1, 128) {
		return wpsInvalid("ex_dept_id may have 128 characters at most")
	}
	if other := v.deptNamedOutside(*id); other != nil && other.Key != self {
		return wpsConflict("ex_dept_id " + *id + " is taken")
	}
	return nil
}

// rememberDept keeps what only WPS knows of a department; what is nil stays.
func (w *wps) rememberDept(key DepartmentKey, exID *string, order *int64, leaders *[]wpsLeader) {
	w.mu.Lock()
	defer w.mu.Unlock()
	dept := w.depts[key]
	if exID != nil {
		dept.exID = exID
	}
	if order != nil {
		dept.order = order
	}
	if leaders != nil {
		dept.leaders = *leaders
	}
	w.depts[key] = dept
}

// wpsDeptFailure translates what the organisation says of a change.
func wpsDeptFailure(err error) error {
	var taken *TakenError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &taken):
		return wpsConflict("a department of this name is there already")
	case errors.Is(err, ErrInvalid):
		return wpsInvalid("a department cannot be below itself, and the root not below another")
	}
	return err
}

// UpdateDept changes what is said of a department and leaves the rest.
func (w *wps) UpdateDept(ctx context.Context, r wpsserver.UpdateDeptRequestObject) (wpsserver.UpdateDeptResponseObject, error) {
	c := callOf(ctx)
	err := w.sim.org.change(func(d *directory) error { return w.viewOf(c, d).changeDept(c, r.DeptID, r.Body) })
	return wpsserver.UpdateDept200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

func (v wpsView) changeDept(c *call, id string, b *wpsserver.UpdateDeptRequest) error {
	dept := v.deptNamed(id)
	if dept == nil {
		return wpsNoSuch("department", id)
	}
	if b.Name != nil && wpsBlank(*b.Name) {
		return wpsInvalid("name cannot be empty")
	}
	leaders, err := v.newLeaders(b.Leaders)
	if err != nil {
		return err
	}
	if err := v.freeOutside(b.ExDeptID, dept.Key); err != nil {
		return err
	}
	parent := dept.Parent
	if b.ParentID != nil && (*b.ParentID != "" || dept.Key != RootDepartment) {
		to := v.deptNamed(*b.ParentID)
		if to == nil {
			return wpsNoSuch("department", *b.ParentID)
		}
		parent = to.Key
	}
	err = v.dir.updateDepartment(dept.Key, func(edit *Department) error {
		edit.Parent = parent
		if b.Name != nil {
			edit.Name = *b.Name
		}
		return nil
	})
	if err != nil {
		return wpsDeptFailure(err)
	}
	if b.Leaders == nil {
		v.part.rememberDept(dept.Key, b.ExDeptID, b.Order, nil)
		return nil
	}
	v.part.rememberDept(dept.Key, b.ExDeptID, b.Order, &leaders)
	return v.markLeaders(c, dept.Key, leaders)
}

// markLeaders writes the managers of a department into the places of its members, where the other vendors see them.
func (v wpsView) markLeaders(c *call, dept DepartmentKey, leaders []wpsLeader) error {
	for _, p := range v.dir.members(dept) {
		leads := slices.ContainsFunc(leaders, func(l wpsLeader) bool { return l.person == p.Key })
		if in, _ := p.In(dept); in.Leader == leads {
			continue
		}
		err := v.dir.updatePerson(p.Key, func(p *Person) error {
			for i := range p.Memberships {
				if p.Memberships[i].Department == dept {
					p.Memberships[i].Leader = leads
				}
			}
			p.Changed = c.now
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteDept removes an empty department.
func (w *wps) DeleteDept(ctx context.Context, r wpsserver.DeleteDeptRequestObject) (wpsserver.DeleteDeptResponseObject, error) {
	c := callOf(ctx)
	err := w.sim.org.change(func(d *directory) error {
		dept := w.viewOf(c, d).deptNamed(r.DeptID)
		if dept == nil {
			return wpsNoSuch("department", r.DeptID)
		}
		return wpsRemoveDept(d, dept.Key)
	})
	return wpsserver.DeleteDept200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

func wpsRemoveDept(d *directory, key DepartmentKey) error {
	if key == RootDepartment {
		return wpsDenied("the root cannot be deleted")
	}
	return d.removeDepartment(key)
}

// BatchDeleteDepts removes empty departments, all of them or none. It is there at private deployments only.
func (w *wps) BatchDeleteDepts(ctx context.Context, r wpsserver.BatchDeleteDeptsRequestObject) (wpsserver.BatchDeleteDeptsResponseObject, error) {
	if n := len(r.Body.DeptIDs); n == 0 || n > 50 {
		return nil, wpsInvalid("dept_ids may be 1 to 50")
	}
	c := callOf(ctx)
	err := w.sim.org.change(func(d *directory) error {
		v := w.viewOf(c, d)
		leaving := make(map[DepartmentKey]bool)
		for _, id := range r.Body.DeptIDs {
			dept := v.deptNamed(id)
			if dept == nil {
				return wpsNoSuch("department", id)
			}
			if dept.Key == RootDepartment {
				return wpsDenied("the root cannot be deleted")
			}
			leaving[dept.Key] = true
		}
		for key := range leaving {
			stays := func(child DepartmentKey) bool { return !leaving[child] }
			if len(d.memberKeys[key]) > 0 || slices.ContainsFunc(d.childKeys[key], stays) {
				return wpsConflict("the department is not empty")
			}
		}
		below := d.subtree(RootDepartment) // a parent before its children
		slices.Reverse(below)
		for _, dept := range below {
			if leaving[dept.Key] {
				if err := wpsRemoveDept(d, dept.Key); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return wpsserver.BatchDeleteDepts200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}
