package wps

import (
	"cmp"
	"context"
	"slices"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// membership is a person in a department.
type membership struct {
	person *company.Person
	place  company.Membership
}

func (m membership) position() position { return position{m.place.Department, m.person.Key} }

// memberships returns the members of departments who are in one of the states, department by department: a person in
// two of them is there twice.
func (v view) memberships(departments []*company.Department, states stateSet) []membership {
	var out []membership
	for _, dept := range departments {
		for _, p := range v.dir.Members(dept.Key) {
			if place, _ := p.In(dept.Key); states[status(p)] {
				out = append(out, membership{p, place})
			}
		}
	}
	slices.SortFunc(out, func(a, b membership) int {
		return cmp.Or(cmp.Compare(a.place.Department, b.place.Department), cmp.Compare(a.person.Key, b.person.Key))
	})
	return out
}

// members writes several members.
func (v view) members(list []membership, withDetail, withDept bool) *[]wpsserver.DeptMember {
	out := make([]wpsserver.DeptMember, 0, len(list))
	for _, m := range list {
		member := wpsserver.DeptMember{
			UserID: new(m.person.WPSUserID), DeptID: new(v.dir.Department(m.place.Department).WPSID),
			IsLeader: new(m.place.Leader),
			Order:    new(v.part.order(m.person, m.place)), Ctime: new(m.person.Created.Unix()),
			Mtime: new(m.person.Changed.Unix()),
		}
		if withDetail {
			member.UserInfo = new(v.user(m.person, memberFields, false))
		}
		if withDept {
			dept := v.dir.Department(m.place.Department)
			member.DeptInfo = &wpsserver.DeptBrief{
				ID: new(dept.WPSID), Name: new(dept.Name), AbsPath: new(v.path(dept)),
			}
		}
		out = append(out, member)
	}
	return &out
}

// ListDeptMembers lists the members of a department, and of those below it if wanted.
func (w *Vendor) ListDeptMembers(ctx context.Context,
	r wpsserver.ListDeptMembersRequestObject) (wpsserver.ListDeptMembersResponseObject, error) {
	states, err := w.statesOf(r.Params.Status)
	if err != nil {
		return nil, err
	}
	recursive := on(r.Params.Recursive)
	paging, err := w.pagingOf(listName("members", r.DeptID, recursive, states.sorted()), r.Params.PageSize,
		r.Params.PageToken, r.Params.WithTotal)
	if err != nil {
		return nil, err
	}
	var data wpsserver.MemberPage
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		if dept, err = v.listedDept(r.DeptID); err != nil {
			return
		}
		departments := []*company.Department{dept}
		if recursive {
			departments = d.Subtree(dept.Key)
		}
		page, next, total := pageOf(w, v, paging, v.memberships(departments, states), membership.position,
			func(m membership) bool { return v.department(m.place.Department) })
		data.Items, data.NextPageToken, data.Total = v.members(page,
			on(r.Params.WithUserDetail), on(r.Params.WithDeptDetail)), next, total
	})
	return wpsserver.ListDeptMembers200JSONResponse{Msg: w.said(""), Data: &data}, err
}

// BatchReadDeptMembers reads given people in one department. Who is not in it, is in another state or is not visible is
// missing, and the others come in an order that is not that of the request.
func (w *Vendor) BatchReadDeptMembers(ctx context.Context,
	r wpsserver.BatchReadDeptMembersRequestObject) (wpsserver.BatchReadDeptMembersResponseObject, error) {
	b := r.Body
	states, err := w.statesOf(b.Status)
	switch {
	case err != nil:
		return nil, err
	case len(b.Status) > 3:
		return nil, invalid("status may be 3 values at most")
	case len(b.UserIDs) == 0:
		return nil, invalid("user_ids is required")
	}
	var data wpsserver.MemberList
	company.View(w.desk.Company, func(d *company.Directory) {
		v := w.viewOf(desk.CallOf(ctx), d)
		var dept *company.Department
		if dept, err = v.listedDept(r.DeptID); err != nil {
			return
		}
		found := slices.DeleteFunc(v.memberships([]*company.Department{dept}, states), func(m membership) bool {
			id := m.person.WPSUserID
			if v.external {
				id = exUserID(m.person)
			}
			return !slices.Contains(b.UserIDs, id) || !v.department(dept.Key)
		})
		data.Items = v.members(found, on(b.WithUserDetail), on(b.WithDeptDetail))
	})
	return wpsserver.BatchReadDeptMembers200JSONResponse{Msg: w.done(), Data: &data}, err
}

// AddDeptMember puts a person into a department. It is no error if the person is there already.
func (w *Vendor) AddDeptMember(ctx context.Context,
	r wpsserver.AddDeptMemberRequestObject) (wpsserver.AddDeptMemberResponseObject, error) {
	_, err := w.changePerson(desk.CallOf(ctx), r.UserID, func(v view, p *company.Person) error {
		dept := v.deptNamed(r.DeptID)
		if dept == nil {
			return noSuch("department", r.DeptID)
		}
		if _, in := p.In(dept.Key); !in {
			p.Memberships = append(p.Memberships, v.newPlace(p, dept))
		}
		return nil
	})
	return wpsserver.AddDeptMember200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}

// RemoveDeptMember takes a person out of a department, the last one too.
func (w *Vendor) RemoveDeptMember(ctx context.Context,
	r wpsserver.RemoveDeptMemberRequestObject) (wpsserver.RemoveDeptMemberResponseObject, error) {
	_, err := w.changePerson(desk.CallOf(ctx), r.UserID, func(v view, p *company.Person) error {
		_, dept, err := v.member(r.DeptID, r.UserID)
		if err != nil {
			return err
		}
		p.Memberships = slices.DeleteFunc(p.Memberships,
			func(m company.Membership) bool { return m.Department == dept.Key })
		return nil
	})
	return wpsserver.RemoveDeptMember200JSONResponse{Msg: w.done(), Data: w.noData()}, err
}
