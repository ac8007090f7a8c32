package sim

import (
	"context"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// BatchEnableUsers lets disabled people in again.
func (w *wps) BatchEnableUsers(ctx context.Context, r wpsserver.BatchEnableUsersRequestObject) (wpsserver.BatchEnableUsersResponseObject, error) {
	err := w.changePeople(callOf(ctx), r.Body.UserIDs, func(p *Person) error {
		if p.Status == StatusDisabled {
			p.Status = StatusActive
		}
		return nil
	})
	return wpsserver.BatchEnableUsers200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// BatchDisableUsers locks people out.
func (w *wps) BatchDisableUsers(ctx context.Context, r wpsserver.BatchDisableUsersRequestObject) (wpsserver.BatchDisableUsersResponseObject, error) {
	err := w.changePeople(callOf(ctx), r.Body.UserIDs, func(p *Person) error {
		if p.Founder {
			return wpsDenied("a super-admin cannot be disabled")
		}
		p.Status = StatusDisabled
		return nil
	})
	return wpsserver.BatchDisableUsers200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// changePeople changes several people, all of them or none.
func (w *wps) changePeople(c *call, ids []string, edit func(*Person) error) error {
	if len(ids) == 0 {
		return wpsInvalid("user_ids is required")
	}
	return w.sim.org.change(func(d *directory) error {
		v := w.viewOf(c, d)
		for _, id := range ids {
			p := v.userNamed(id)
			if p == nil {
				return wpsNoSuch("user", id)
			}
			trial := p.clone()
			if err := edit(&trial); err != nil {
				return err
			}
		}
		for _, id := range ids {
			err := d.updatePerson(v.userNamed(id).Key, func(p *Person) error {
				p.Changed = c.now
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
func (w *wps) BatchUpdateUserOrder(ctx context.Context, r wpsserver.BatchUpdateUserOrderRequestObject) (wpsserver.BatchUpdateUserOrderResponseObject, error) {
	c := callOf(ctx)
	err := w.sim.org.change(func(d *directory) error {
		v := w.viewOf(c, d)
		if len(r.Body.UserOrderList) == 0 {
			return wpsInvalid("user_order_list is required")
		}
		places := make(map[wpsPlace]int64)
		for _, entry := range r.Body.UserOrderList {
			p, dept, err := v.member(entry.DeptID, entry.UserID)
			if err != nil {
				return err
			}
			places[wpsPlace{p.Key, dept.Key}] = entry.Order
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
func (v wpsView) member(deptID, userID string) (*Person, *Department, error) {
	dept := v.deptNamed(deptID)
	if dept == nil {
		return nil, nil, wpsNoSuch("department", deptID)
	}
	p := v.userNamed(userID)
	if p == nil {
		return nil, nil, wpsNoSuch("user", userID)
	}
	if _, in := p.In(dept.Key); !in {
		return nil, nil, wpsDenied("user " + userID + " is not a member of department " + deptID)
	}
	return p, dept, nil
}

// BatchUpdateUserDept puts people into departments in place of those where they are, all of them or none.
func (w *wps) BatchUpdateUserDept(ctx context.Context, r wpsserver.BatchUpdateUserDeptRequestObject) (wpsserver.BatchUpdateUserDeptResponseObject, error) {
	c := callOf(ctx)
	err := w.sim.org.change(func(d *directory) error {
		v := w.viewOf(c, d)
		if len(r.Body.UserDeptInfoList) == 0 {
			return wpsInvalid("user_dept_info_list is required")
		}
		moved := make([]Person, 0, len(r.Body.UserDeptInfoList))
		for _, entry := range r.Body.UserDeptInfoList {
			p := v.userNamed(entry.UserID)
			switch {
			case p == nil:
				return wpsNoSuch("user", entry.UserID)
			case len(entry.DeptIDs) == 0:
				return wpsInvalid("dept_ids is required")
			}
			edited := p.clone()
			if err := v.enter(&edited, entry.DeptIDs); err != nil {
				return err
			}
			moved = append(moved, edited)
		}
		for _, edited := range moved {
			err := d.updatePerson(edited.Key, func(p *Person) error {
				p.Memberships, p.Changed = edited.Memberships, c.now
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
