package wps

import (
	"context"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// BatchEnableUsers lets disabled people in again.
func (w *Vendor) BatchEnableUsers(ctx context.Context,
	r wpsserver.BatchEnableUsersRequestObject) (wpsserver.BatchEnableUsersResponseObject, error) {
	err := w.changePeople(desk.CallOf(ctx), r.Body.UserIDs, func(p *company.Person) error {
		if p.Status == company.StatusDisabled {
			p.Status = company.StatusActive
		}
		return nil
	})
	return wpsserver.BatchEnableUsers200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// BatchDisableUsers locks people out.
func (w *Vendor) BatchDisableUsers(ctx context.Context,
	r wpsserver.BatchDisableUsersRequestObject) (wpsserver.BatchDisableUsersResponseObject, error) {
	err := w.changePeople(desk.CallOf(ctx), r.Body.UserIDs, func(p *company.Person) error {
		if p.Founder {
			return denied("a super-admin cannot be disabled")
		}
		p.Status = company.StatusDisabled
		return nil
	})
	return wpsserver.BatchDisableUsers200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// changePeople changes several people, all of them or none.
func (w *Vendor) changePeople(c *desk.Call, ids []string, edit func(*company.Person) error) error {
	if len(ids) == 0 {
		return invalid("user_ids is required")
	}
	return company.Change(w.desk.Company, func(d *company.Directory) error {
		v := w.viewOf(c, d)
		for _, id := range ids {
			p := v.userNamed(id)
			if p == nil {
				return noSuch("user", id)
			}
			trial := company.Clone(p)
			if err := edit(&trial); err != nil {
				return err
			}
		}
		for _, id := range ids {
			err := d.UpdatePerson(v.userNamed(id).Key, func(p *company.Person) error {
				p.Changed = c.Now
				return edit(p)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// BatchUpdateUserOrder sets the ranks of people in departments, all of them or none.
func (w *Vendor) BatchUpdateUserOrder(ctx context.Context,
	r wpsserver.BatchUpdateUserOrderRequestObject) (wpsserver.BatchUpdateUserOrderResponseObject, error) {
	c := desk.CallOf(ctx)
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		v := w.viewOf(c, d)
		if len(r.Body.UserOrderList) == 0 {
			return invalid("user_order_list is required")
		}
		places := make(map[place]int64)
		for _, entry := range r.Body.UserOrderList {
			p, dept, err := v.member(entry.DeptID, entry.UserID)
			if err != nil {
				return err
			}
			places[place{p.Key, dept.Key}] = entry.Order
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		for place, order := range places {
			w.orders[place] = order
		}
		return nil
	})
	return wpsserver.BatchUpdateUserOrder200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// member finds a person in a department.
func (v view) member(deptID, userID string) (*company.Person, *company.Department, error) {
	dept := v.deptNamed(deptID)
	if dept == nil {
		return nil, nil, noSuch("department", deptID)
	}
	p := v.userNamed(userID)
	if p == nil {
		return nil, nil, noSuch("user", userID)
	}
	if _, in := p.In(dept.Key); !in {
		return nil, nil, denied("user " + userID + " is not a member of department " + deptID)
	}
	return p, dept, nil
}

// BatchUpdateUserDept puts people into departments in place of those where they are, all of them or none.
func (w *Vendor) BatchUpdateUserDept(ctx context.Context,
	r wpsserver.BatchUpdateUserDeptRequestObject) (wpsserver.BatchUpdateUserDeptResponseObject, error) {
	c := desk.CallOf(ctx)
	err := company.Change(w.desk.Company, func(d *company.Directory) error {
		v := w.viewOf(c, d)
		if len(r.Body.UserDeptInfoList) == 0 {
			return invalid("user_dept_info_list is required")
		}
		moved := make([]company.Person, 0, len(r.Body.UserDeptInfoList))
		for _, entry := range r.Body.UserDeptInfoList {
			p := v.userNamed(entry.UserID)
			switch {
			case p == nil:
				return noSuch("user", entry.UserID)
			case len(entry.DeptIDs) == 0:
				return invalid("dept_ids is required")
			}
			edited := company.Clone(p)
			if err := v.enter(&edited, entry.DeptIDs); err != nil {
				return err
			}
			moved = append(moved, edited)
		}
		for _, edited := range moved {
			err := d.UpdatePerson(edited.Key, func(p *company.Person) error {
				p.Memberships, p.Changed = edited.Memberships, c.Now
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return wpsserver.BatchUpdateUserDept200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}
