package feishu

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// The vendor's limits on roles.
const (
	maxRoles       = 500
	maxRoleMembers = 1000
	maxRoleChanges = 100
)

// charge is what a member of a role looks after. It is replaced as a whole, never changed.
type charge struct {
	all         bool
	departments []company.DepartmentKey
}

// roleMember names a member of a role.
type roleMember struct {
	role   company.GroupKey
	person company.PersonKey
}

// chargeOf returns what a member of a role looks after. Of those who were there from the start every third looks after
// everything and every third after a department.
func (v view) chargeOf(m roleMember) charge {
	v.f.mu.Lock()
	own, said := v.f.charges[m]
	v.f.mu.Unlock()
	if said {
		return own
	}
	p := v.dir.Person(m.person)
	switch {
	case p == nil || int(m.role) > v.f.firstRoles:
		return charge{}
	case p.Key%3 == 0:
		return charge{all: true}
	case p.Key%3 == 1 && p.MainDepartment != 0:
		return charge{departments: []company.DepartmentKey{p.MainDepartment}}
	}
	return charge{}
}

// roleID is the id of a role.
func (f *Vendor) roleID(key company.GroupKey) string {
	return company.DeriveText(f.desk.Seed, "feishu role", int(key), "0123456789abcdefghijklmnopqrstuvwxyz", 15)
}

// role finds a functional role.
func (v view) role(id string) (*company.Group, error) {
	for _, g := range v.dir.Groups(company.Role) {
		if id == v.f.roleID(g.Key) {
			return g, nil
		}
	}
	return nil, refusal{code: feishuapi.ErrorCodeRoleNotFound}
}

// roleName refuses names that a role cannot have.
func roleName(name string) error {
	if name == "" || runes(name) > 50 {
		return fieldRefusal("role_name", "", "1 to 50 characters")
	}
	return nil
}

// CreateFunctionalRole makes a role without members.
func (f *Vendor) CreateFunctionalRole(ctx context.Context,
	r feishuserver.CreateFunctionalRoleRequestObject) (feishuserver.CreateFunctionalRoleResponseObject, error) {
	if err := roleName(r.Body.RoleName); err != nil {
		return nil, err
	}
	var id string
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		if len(d.Groups(company.Role)) >= maxRoles {
			return refusal{code: feishuapi.ErrorCodeRoleLimitReached}
		}
		g, err := d.AddGroup(company.Group{Kind: company.Role, Name: r.Body.RoleName, Created: desk.CallOf(ctx).Now})
		if err != nil {
			return groupFailure(err, feishuapi.ErrorCodeRoleNameTaken)
		}
		id = f.roleID(g.Key)
		return nil
	})
	return feishuserver.CreateFunctionalRole200JSONResponse{Data: &feishuserver.NewRoleID{RoleID: &id}}, err
}

// changeRole finds a role and changes it.
func (f *Vendor) changeRole(ctx context.Context, id string, change func(v view, g *company.Group) error) error {
	return company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(desk.CallOf(ctx), d)
		g, err := v.role(id)
		if err != nil {
			return err
		}
		return change(v, g)
	})
}

// UpdateFunctionalRole renames a role.
func (f *Vendor) UpdateFunctionalRole(ctx context.Context,
	r feishuserver.UpdateFunctionalRoleRequestObject) (feishuserver.UpdateFunctionalRoleResponseObject, error) {
	if err := roleName(r.Body.RoleName); err != nil {
		return nil, err
	}
	err := f.changeRole(ctx, r.RoleID, func(v view, g *company.Group) error {
		err := v.dir.UpdateGroup(g.Key, func(edited *company.Group) error {
			edited.Name = r.Body.RoleName
			return nil
		})
		if err != nil {
			return groupFailure(err, feishuapi.ErrorCodeRoleNameTaken)
		}
		return nil
	})
	return feishuserver.UpdateFunctionalRole200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// DeleteFunctionalRole deletes a role that has no members any more.
func (f *Vendor) DeleteFunctionalRole(ctx context.Context,
	r feishuserver.DeleteFunctionalRoleRequestObject) (feishuserver.DeleteFunctionalRoleResponseObject, error) {
	err := f.changeRole(ctx, r.RoleID, func(v view, g *company.Group) error {
		if len(g.People) > 0 {
			return refusal{code: feishuapi.ErrorCodeRoleHasMembers}
		}
		return v.dir.RemoveGroup(g.Key)
	})
	return feishuserver.DeleteFunctionalRole200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// showRoleMember shows a member of a role.
func (v view) showRoleMember(role company.GroupKey, person company.PersonKey) feishuserver.FunctionalRoleMember {
	out := feishuserver.FunctionalRoleMember{UserID: new(v.personID(person)),
		ScopeType: new(feishuserver.FunctionalRoleScopeNone)}
	in := v.chargeOf(roleMember{role, person})
	switch {
	case in.all:
		out.ScopeType = new(feishuserver.FunctionalRoleScopeAll)
	case len(in.departments) > 0:
		ids := []string{}
		for _, key := range in.departments {
			if id := v.departmentID(key); id != "" {
				ids = append(ids, id)
			}
		}
		out.ScopeType, out.DepartmentIDs = new(feishuserver.FunctionalRoleScopePart), &ids
	}
	return out
}

// ListFunctionalRoleMembers lists the members of a role.
func (f *Vendor) ListFunctionalRoleMembers(ctx context.Context, r feishuserver.ListFunctionalRoleMembersRequestObject,
) (feishuserver.ListFunctionalRoleMembersResponseObject, error) {
	size := r.Params.PageSize
	if size != nil && *size == 0 {
		size = nil
	}
	p, err := f.page(pageRule{of: "members of role " + r.RoleID, usual: 20, largest: 100, size: size,
		token:   r.Params.PageToken,
		badSize: feishuapi.ErrorCodeInvalidParameter, badAt: feishuapi.ErrorCodeInvalidParameter})
	if err != nil {
		return nil, err
	}
	items := []feishuserver.FunctionalRoleMember{}
	var token string
	var more bool
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(desk.CallOf(ctx), d)
		var g *company.Group
		if g, err = v.role(r.RoleID); err != nil {
			return
		}
		var page []company.PersonKey
		page, token, more = cut(f, slices.Sorted(slices.Values(g.People)), p,
			func(key company.PersonKey) int { return int(key) })
		for _, key := range page {
			items = append(items, v.showRoleMember(g.Key, key))
		}
	})
	return feishuserver.ListFunctionalRoleMembers200JSONResponse{Data: &feishuserver.FunctionalRoleMemberPage{
		HasMore: &more, Members: &items, PageToken: pageToken(p, token, more, true),
	}}, err
}

// GetFunctionalRoleMember tells what a member of a role looks after.
func (f *Vendor) GetFunctionalRoleMember(ctx context.Context,
	r feishuserver.GetFunctionalRoleMemberRequestObject) (feishuserver.GetFunctionalRoleMemberResponseObject, error) {
	var out feishuserver.FunctionalRoleMember
	var err error
	company.View(f.desk.Company, func(d *company.Directory) {
		v := f.viewOf(desk.CallOf(ctx), d)
		var g *company.Group
		if g, err = v.role(r.RoleID); err != nil {
			return
		}
		p, _ := v.findPerson(r.MemberID)
		if p == nil || !slices.Contains(g.People, p.Key) {
			err = refusal{code: feishuapi.ErrorCodeRoleMemberNotFound}
			return
		}
		out = v.showRoleMember(g.Key, p.Key)
	})
	return feishuserver.GetFunctionalRoleMember200JSONResponse{
		Data: &feishuserver.OneFunctionalRoleMember{Member: &out}}, err
}

// eachRoleMember does something with each of several people, and returns what became of each.
func (f *Vendor) eachRoleMember(ctx context.Context, role string, members []string,
	do func(v view, g *company.Group, p *company.Person) (feishuserver.FunctionalRoleMemberReason, error),
) ([]feishuserver.FunctionalRoleMemberResult, error) {
	if len(members) == 0 || len(members) > maxRoleChanges {
		return nil, fieldRefusal("members", "", "1 to 100 people")
	}
	out := []feishuserver.FunctionalRoleMemberResult{}
	err := f.changeRole(ctx, role, func(v view, g *company.Group) error {
		for _, id := range members {
			p, left := v.findPerson(id)
			reason := feishuserver.FunctionalRoleMemberReasonInvalidUserID
			switch {
			case p == nil || left:
			case !v.seesPerson(p):
				reason = feishuserver.FunctionalRoleMemberReasonForbidden
			default:
				var err error
				if reason, err = do(v, v.dir.Group(g.Key), p); err != nil {
					return err
				}
			}
			out = append(out, feishuserver.FunctionalRoleMemberResult{UserID: new(id), Reason: &reason})
		}
		return nil
	})
	return out, err
}

// BatchCreateFunctionalRoleMembers puts people into a role.
func (f *Vendor) BatchCreateFunctionalRoleMembers(ctx context.Context,
	r feishuserver.BatchCreateFunctionalRoleMembersRequestObject,
) (feishuserver.BatchCreateFunctionalRoleMembersResponseObject, error) {
	results, err := f.eachRoleMember(ctx, r.RoleID, r.Body.Members,
		func(v view, g *company.Group, p *company.Person) (feishuserver.FunctionalRoleMemberReason, error) {
			switch {
			case slices.Contains(g.People, p.Key):
				return feishuserver.FunctionalRoleMemberReasonAlreadyMember, nil
			case len(g.People) >= maxRoleMembers:
				return 0, refusal{code: feishuapi.ErrorCodeRoleFull}
			}
			f.look(roleMember{g.Key, p.Key}, charge{})
			return feishuserver.FunctionalRoleMemberReasonDone, v.dir.UpdateGroup(g.Key, func(g *company.Group) error {
				g.People = append(g.People, p.Key)
				return nil
			})
		})
	return feishuserver.BatchCreateFunctionalRoleMembers200JSONResponse{
		Data: &feishuserver.FunctionalRoleMemberResults{Results: &results}}, err
}

// look notes what a member of a role looks after.
func (f *Vendor) look(m roleMember, after charge) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.charges[m] = after
}

// BatchDeleteFunctionalRoleMembers takes people out of a role.
func (f *Vendor) BatchDeleteFunctionalRoleMembers(ctx context.Context,
	r feishuserver.BatchDeleteFunctionalRoleMembersRequestObject,
) (feishuserver.BatchDeleteFunctionalRoleMembersResponseObject, error) {
	results, err := f.eachRoleMember(ctx, r.RoleID, desk.ListOf(r.Body.Members),
		func(v view, g *company.Group, p *company.Person) (feishuserver.FunctionalRoleMemberReason, error) {
			if !slices.Contains(g.People, p.Key) {
				return feishuserver.FunctionalRoleMemberReasonNoMember, nil
			}
			return feishuserver.FunctionalRoleMemberReasonDone, v.dir.UpdateGroup(g.Key, func(g *company.Group) error {
				g.People = slices.DeleteFunc(g.People, func(key company.PersonKey) bool { return key == p.Key })
				return nil
			})
		})
	return feishuserver.BatchDeleteFunctionalRoleMembers200JSONResponse{
		Data: &feishuserver.RemovedFunctionalRoleMembers{Result: &results}}, err
}

// SetFunctionalRoleMemberScopes says what members of a role look after.
func (f *Vendor) SetFunctionalRoleMemberScopes(ctx context.Context,
	r feishuserver.SetFunctionalRoleMemberScopesRequestObject,
) (feishuserver.SetFunctionalRoleMemberScopesResponseObject, error) {
	wanted := r.Body.Departments
	if len(wanted) == 0 || len(wanted) > maxRoleChanges {
		return nil, fieldRefusal("departments", "", "1 to 100 departments")
	}
	results, err := f.eachRoleMember(ctx, r.RoleID, r.Body.Members,
		func(v view, g *company.Group, p *company.Person) (feishuserver.FunctionalRoleMemberReason, error) {
			if !slices.Contains(g.People, p.Key) {
				return feishuserver.FunctionalRoleMemberReasonNoMember, nil
			}
			var after charge
			for _, id := range wanted {
				dept := v.dir.FindDepartment(v.byDepartment, id)
				switch {
				case dept == nil || id == "":
					return 0, refusal{code: feishuapi.ErrorCodeRoleDepartmentInvalid}
				case !v.seesDepartment(dept.Key):
					return 0, refusal{code: feishuapi.ErrorCodeRoleDepartmentForbidden}
				}
				after.departments = append(after.departments, dept.Key)
			}
			f.look(roleMember{g.Key, p.Key}, after)
			return feishuserver.FunctionalRoleMemberReasonDone, nil
		})
	return feishuserver.SetFunctionalRoleMemberScopes200JSONResponse{
		Data: &feishuserver.FunctionalRoleMemberResults{Results: &results}}, err
}

// runes is the length of a text in characters.
func runes(text string) int { return utf8.RuneCountInString(text) }
