package wps

import (
	"context"
	"errors"
	"slices"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// CreateDept adds a department. Its answer calls the id dept_id at private deployments and for every other department,
// else id.
func (w *Vendor) CreateDept(ctx context.Context,
	r wpsserver.CreateDeptRequestObject) (wpsserver.CreateDeptResponseObject, error) {
	b, c := r.Body, desk.CallOf(ctx)
	var data wpsserver.NewDept
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		v := w.viewOf(c, d)
		switch {
		case blank(b.Name):
			return invalid("name is required")
		case b.ParentID == "":
			return invalid("parent_id is required")
		}
		parent := v.deptNamed(b.ParentID)
		if parent == nil {
			return noSuch("department", b.ParentID)
		}
		leaders, err := v.newLeaders(b.Leaders)
		if err != nil {
			return err
		}
		if err := v.freeOutside(b.ExDeptID, 0); err != nil {
			return err
		}
		added, err := d.AddDepartment(company.Department{Parent: parent.Key, Name: b.Name, Created: c.Now})
		if err != nil {
			return deptFailure(err)
		}
		w.rememberDept(added.Key, orEmpty(b.ExDeptID), b.Order, &leaders)
		whole := v.dept(added)
		data = wpsserver.NewDept{
			Name: whole.Name, ParentID: whole.ParentID, AbsPath: whole.AbsPath, Order: whole.Order, Ctime: whole.Ctime,
			ExDeptID: whole.ExDeptID, Leaders: whole.Leaders,
		}
		if w.private() || added.Key%2 == 1 {
			data.DeptID = whole.ID
		} else {
			data.ID = whole.ID
		}
		return nil
	})
	return wpsserver.CreateDept200JSONResponse{Msg: w.done(), Data: &data}, err
}

func orEmpty(text *string) *string {
	if text == nil {
		return new("")
	}
	return text
}

// newLeaders finds the managers that are to be set.
func (v view) newLeaders(input *[]wpsserver.DeptLeaderInput) ([]deptLeader, error) {
	if input == nil {
		return nil, nil
	}
	var out []deptLeader
	for _, entry := range *input {
		p := v.userNamed(entry.UserID)
		if p == nil {
			return nil, noSuch("user", entry.UserID)
		}
		if slices.ContainsFunc(out, func(l deptLeader) bool { return l.person == p.Key }) {
			return nil, invalid("leaders has a user twice")
		}
		out = append(out, deptLeader{person: p.Key, order: entry.Order})
	}
	return out, nil
}

// freeOutside refuses an id in the outer identity source that another department has.
func (v view) freeOutside(id *string, self company.DepartmentKey) error {
	if desk.IsBlank(id) {
		return nil
	}
	if desk.Outside(id, 1, 128) {
		return invalid("ex_dept_id may have 128 characters at most")
	}
	if other := v.deptNamedOutside(*id); other != nil && other.Key != self {
		return conflict(wpsserver.ErrorCodeDeptExDeptIDExists, "ex_dept_id "+*id+" is taken")
	}
	return nil
}

// rememberDept keeps what only WPS knows of a department; what is nil stays.
func (w *Vendor) rememberDept(key company.DepartmentKey, exID *string, order *int64, leaders *[]deptLeader) {
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

// deptFailure translates what the organisation says of a change.
func deptFailure(err error) error {
	var taken *company.TakenError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &taken):
		return conflict(wpsserver.ErrorCodeDeptNameExists, "a department of this name is there already")
	case errors.Is(err, company.ErrInvalid):
		return invalid("a department cannot be below itself, and the root not below another")
	}
	return err
}

// UpdateDept changes what is said of a department and leaves the rest.
func (w *Vendor) UpdateDept(ctx context.Context,
	r wpsserver.UpdateDeptRequestObject) (wpsserver.UpdateDeptResponseObject, error) {
	c := desk.CallOf(ctx)
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		return w.viewOf(c, d).changeDept(c, r.DeptID, r.Body)
	})
	return wpsserver.UpdateDept200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

func (v view) changeDept(c *desk.Call, id string, b *wpsserver.UpdateDeptRequest) error {
	dept := v.deptNamed(id)
	if dept == nil {
		return noSuch("department", id)
	}
	if b.Name != nil && blank(*b.Name) {
		return invalid("name cannot be empty")
	}
	leaders, err := v.newLeaders(b.Leaders)
	if err != nil {
		return err
	}
	if err := v.freeOutside(b.ExDeptID, dept.Key); err != nil {
		return err
	}
	parent := dept.Parent
	if b.ParentID != nil && (*b.ParentID != "" && *b.ParentID != noParent || dept.Key != company.RootDepartment) {
		to := v.deptNamed(*b.ParentID)
		if to == nil {
			return noSuch("department", *b.ParentID)
		}
		parent = to.Key
	}
	err = v.dir.UpdateDepartment(dept.Key, func(edit *company.Department) error {
		edit.Parent = parent
		if b.Name != nil {
			edit.Name = *b.Name
		}
		return nil
	})
	if err != nil {
		return deptFailure(err)
	}
	if b.Leaders == nil {
		v.part.rememberDept(dept.Key, b.ExDeptID, b.Order, nil)
		return nil
	}
	v.part.rememberDept(dept.Key, b.ExDeptID, b.Order, &leaders)
	return v.markLeaders(c, dept.Key, leaders)
}

// markLeaders writes the managers of a department into the places of its members, where the other vendors see them.
func (v view) markLeaders(c *desk.Call, dept company.DepartmentKey, leaders []deptLeader) error {
	for _, p := range v.dir.Members(dept) {
		leads := slices.ContainsFunc(leaders, func(l deptLeader) bool { return l.person == p.Key })
		if in, _ := p.In(dept); in.Leader == leads {
			continue
		}
		err := v.dir.UpdatePerson(p.Key, func(p *company.Person) error {
			for i := range p.Memberships {
				if p.Memberships[i].Department == dept {
					p.Memberships[i].Leader = leads
				}
			}
			p.Changed = c.Now
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteDept removes an empty department.
func (w *Vendor) DeleteDept(ctx context.Context,
	r wpsserver.DeleteDeptRequestObject) (wpsserver.DeleteDeptResponseObject, error) {
	c := desk.CallOf(ctx)
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		dept := w.viewOf(c, d).deptNamed(r.DeptID)
		if dept == nil {
			return noSuch("department", r.DeptID)
		}
		return removeDept(d, dept.Key)
	})
	return wpsserver.DeleteDept200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

func removeDept(d *company.Directory, key company.DepartmentKey) error {
	if key == company.RootDepartment {
		return denied("the root cannot be deleted")
	}
	return d.RemoveDepartment(key)
}

// BatchDeleteDepts removes empty departments, all of them or none. It is there at private deployments only.
func (w *Vendor) BatchDeleteDepts(ctx context.Context,
	r wpsserver.BatchDeleteDeptsRequestObject) (wpsserver.BatchDeleteDeptsResponseObject, error) {
	if n := len(r.Body.DeptIDs); n == 0 || n > 50 {
		return nil, invalid("dept_ids may be 1 to 50")
	}
	c := desk.CallOf(ctx)
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		v := w.viewOf(c, d)
		leaving := make(map[company.DepartmentKey]bool)
		for _, id := range r.Body.DeptIDs {
			dept := v.deptNamed(id)
			if dept == nil {
				return noSuch("department", id)
			}
			if dept.Key == company.RootDepartment {
				return denied("the root cannot be deleted")
			}
			leaving[dept.Key] = true
		}
		for key := range leaving {
			stays := func(child *company.Department) bool { return !leaving[child.Key] }
			if d.MemberCount(key) > 0 || slices.ContainsFunc(d.Children(key), stays) {
				return conflict(wpsserver.ErrorCodeDeptIsNotEmpty, "the department is not empty")
			}
		}
		below := d.Subtree(company.RootDepartment) // a parent before its children
		slices.Reverse(below)
		for _, dept := range below {
			if leaving[dept.Key] {
				if err := removeDept(d, dept.Key); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return wpsserver.BatchDeleteDepts200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}
