package sim

import (
	"cmp"
	"context"
	"slices"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// wpsMembership is a person in a department.
type wpsMembership struct {
	person *Person
	place  Membership
}

func (m wpsMembership) position() wpsPosition { return wpsPosition{m.place.Department, m.person.Key} }

// memberships returns the members of departments who are in one of the states, department by department: a person in two of them is
// there twice.
func (v wpsView) memberships(departments []*Department, states wpsStates) []wpsMembership {
	var out []wpsMembership
	for _, dept := range departments {
		for _, p := range v.dir.members(dept.Key) {
			if place, _ := p.In(dept.Key); states[wpsStatus(p)] {
				out = append(out, wpsMembership{p, place})
			}
		}
	}
	slices.SortFunc(out, func(a, b wpsMembership) int {
		return cmp.Or(cmp.Compare(a.place.Department, b.place.Department), cmp.Compare(a.person.Key, b.person.Key))
	})
	return out
}

// members writes several members.
func (v wpsView) members(list []wpsMembership, withDetail bool) *[]wpsserver.DeptMember {
	out := make([]wpsserver.DeptMember, 0, len(list))
	for _, m := range list {
		member := wpsserver.DeptMember{
			UserID: new(m.person.WPSUserID), DeptID: new(v.dir.department(m.place.Department).WPSID), IsLeader: new(m.place.Leader),
			Order: new(v.part.order(m.person, m.place)), Ctime: new(m.person.Created.Unix()), Mtime: new(m.person.Changed.Unix()),
		}
		if withDetail {
			member.UserInfo = new(v.user(m.person, wpsMemberFields, false))
		}
		out = append(out, member)
	}
	return &out
}

// ListDeptMembers lists the members of a department, and of those below it if wanted.
func (w *wps) ListDeptMembers(ctx context.Context, r wpsserver.ListDeptMembersRequestObject) (wpsserver.ListDeptMembersResponseObject, error) {
	states, err := w.statesOf(r.Params.Status)
	if err != nil {
		return nil, err
	}
	recursive := wpsOn(r.Params.Recursive)
	paging, err := w.pagingOf(wpsListName("members", r.DeptID, recursive, states.sorted()), r.Params.PageSize, r.Params.PageToken, r.Params.WithTotal)
	if err != nil {
		return nil, err
	}
	var data wpsserver.MemberPage
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(callOf(ctx), d)
		var dept *Department
		if dept, err = v.listedDept(r.DeptID); err != nil {
			return
		}
		departments := []*Department{dept}
		if recursive {
			departments = d.subtree(dept.Key)
		}
		page, next, total := wpsPage(w, v, paging, v.memberships(departments, states), wpsMembership.position,
			func(m wpsMembership) bool { return v.department(m.place.Department) })
		data.Items, data.NextPageToken, data.Total = v.members(page, wpsOn(r.Params.WithUserDetail)), next, total
	})
	return wpsserver.ListDeptMembers200JSONResponse{Msg: w.said(""), Data: &data}, err
}

// BatchReadDeptMembers reads given people in one department. Who is not in it, is in another state or is not visible is missing, and
// the others come in an order that is not that of the request.
func (w *wps) BatchReadDeptMembers(ctx context.Context, r wpsserver.BatchReadDeptMembersRequestObject) (wpsserver.BatchReadDeptMembersResponseObject, error) {
	b := r.Body
	states, err := w.statesOf(b.Status)
	switch {
	case err != nil:
		return nil, err
	case len(b.Status) > 3:
		return nil, wpsInvalid("status may be 3 values at most")
	case len(b.UserIDs) == 0:
		return nil, wpsInvalid("user_ids is required")
	}
	var data wpsserver.MemberList
	w.sim.org.view(func(d *directory) {
		v := w.viewOf(callOf(ctx), d)
		var dept *Department
		if dept, err = v.listedDept(r.DeptID); err != nil {
			return
		}
		found := slices.DeleteFunc(v.memberships([]*Department{dept}, states), func(m wpsMembership) bool {
			id := m.person.WPSUserID
			if v.external {
				id = wpsExUserID(m.person)
			}
			return !slices.Contains(b.UserIDs, id) || !v.department(dept.Key)
		})
		data.Items = v.members(found, wpsOn(b.WithUserDetail))
	})
	return wpsserver.BatchReadDeptMembers200JSONResponse{Msg: w.done(), Data: &data}, err
}

// AddDeptMember puts a person into a department. It is no error if the person is there already.
func (w *wps) AddDeptMember(ctx context.Context, r wpsserver.AddDeptMemberRequestObject) (wpsserver.AddDeptMemberResponseObject, error) {
	_, err := w.changePerson(callOf(ctx), r.UserID, func(v wpsView, p *Person) error {
		dept := v.deptNamed(r.DeptID)
		if dept == nil {
			return wpsNoSuch("department", r.DeptID)
		}
		if _, in := p.In(dept.Key); !in {
			p.Memberships = append(p.Memberships, v.newPlace(p, dept))
		}
		return nil
	})
	return wpsserver.AddDeptMember200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// RemoveDeptMember takes a person out of a department, the last one too.
func (w *wps) RemoveDeptMember(ctx context.Context, r wpsserver.RemoveDeptMemberRequestObject) (wpsserver.RemoveDeptMemberResponseObject, error) {
	_, err := w.changePerson(callOf(ctx), r.UserID, func(v wpsView, p *Person) error {
		_, dept, err := v.member(r.DeptID, r.UserID)
		if err != nil {
			return err
		}
		p.Memberships = slices.DeleteFunc(p.Memberships, func(m Membership) bool { return m.Department == dept.Key })
		return nil
	})
	return wpsserver.RemoveDeptMember200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}
