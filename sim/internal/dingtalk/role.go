package dingtalk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

const (
	// defaultRoles is the role group of the vendor's own roles, whose members follow from what people are.
	defaultRoles int64 = 30
	// companyRoles is the role group of the company's roles, unless a call has put them into another.
	companyRoles int64 = 7000

	roleMainAdmin, roleSubAdmin, roleManager, roleHead int64 = 33, 34, 35, 36

	maxRoleNames = 20  // roles, or people who get them, in one call
	maxRoleLoses = 100 // people who lose roles in one call
	maxRoleScope = 50  // departments
)

// roleGroup is a role group (角色组). The company knows roles, but no groups of them.
type roleGroup struct {
	id   int64
	name string
}

// roleGroups are those of a fresh corp.
func roleGroups() []roleGroup { return []roleGroup{{defaultRoles, "默认"}, {companyRoles, "岗位"}} }

// role is a role (角色).
type role struct {
	id    int64
	name  string
	group roleGroup
	kind  *int64           // nil for a role that the corp made itself
	key   company.GroupKey // 0 for a role of the vendor's own
	has   func(*company.Person) bool
	names []company.PersonKey // of a company's role, in their order
}

// system tells whether the vendor made the role.
func (r role) system() bool { return r.key == 0 }

// roleScope is somebody's share in a role.
type roleScope struct {
	role   company.GroupKey
	person company.PersonKey
}

// groupOf returns the role group of a company's role. k.mu is held.
func (k *Vendor) groupOf(key company.GroupKey) roleGroup {
	id, ok := k.roleHomes[key]
	if !ok {
		id = companyRoles
	}
	for _, g := range k.roleGroups {
		if g.id == id {
			return g
		}
	}
	return roleGroup{}
}

// roles returns all roles by group: first the vendor's own.
func (v view) roles() []role {
	v.k.mu.Lock()
	defer v.k.mu.Unlock()
	system := v.k.roleGroups[0]
	own := func(id int64, name string, kind int64, has func(*company.Person) bool) role {
		return role{id: id, name: name, group: system, kind: &kind, has: has}
	}
	out := []role{
		own(roleHead, "负责人", 103, func(*company.Person) bool { return false }),
		own(roleManager, "主管", 104, company.LeadsSomewhere),
		own(roleMainAdmin, "主管理员", 101, func(p *company.Person) bool { return p.Founder }),
		own(roleSubAdmin, "子管理员", 102, func(p *company.Person) bool { return p.Admin && !p.Founder }),
	}
	for _, g := range v.dir.Groups(company.Role) {
		out = append(out, role{
			id: companyRoles + int64(g.Key), name: g.Name, group: v.k.groupOf(g.Key), key: g.Key, names: g.People,
			has: func(p *company.Person) bool { return slices.Contains(g.People, p.Key) },
		})
	}
	slices.SortStableFunc(out, func(a, b role) int { return v.k.placeOf(a.group) - v.k.placeOf(b.group) })
	return out
}

// placeOf is a role group's place among the groups. k.mu is held.
func (k *Vendor) placeOf(g roleGroup) int { return slices.Index(k.roleGroups, g) }

// role finds a role.
func (v view) role(id int64) (role, bool) {
	roles := v.roles()
	i := slices.IndexFunc(roles, func(r role) bool { return r.id == id })
	if i < 0 {
		return role{}, false
	}
	return roles[i], true
}

// rolesOf returns the roles of a person, nil for none.
func (v view) rolesOf(p *company.Person) []role {
	return slices.Clip(slices.DeleteFunc(v.roles(), func(r role) bool { return !r.has(p) }))
}

// roleMembers are the people who have a role and whom the app may see.
func (v view) roleMembers(r role) []*company.Person {
	var out []*company.Person
	if r.system() {
		for _, p := range v.dir.AllPeople() {
			if r.has(p) && v.personInScope(p) {
				out = append(out, p)
			}
		}
		return out
	}
	for _, key := range r.names {
		if p := v.dir.Person(key); p != nil && v.personInScope(p) {
			out = append(out, p)
		}
	}
	return out
}

// rolePage checks the two values that make a page, and only together.
func rolePage(offset, size *int64, most int64) (from, rows int64, err error) {
	if offset == nil || size == nil {
		return 0, 20, nil
	}
	switch {
	case *offset < 0:
		err = refusal{code: dingtalkapi.ErrorCodeInvalidOffset}
	case *size < 1 || *size > most:
		err = refusal{code: dingtalkapi.ErrorCodeInvalidSize}
	}
	return *offset, *size, err
}

// ListRoles lists the roles, in role groups. The vendor does not say what a page counts; here it counts roles, which
// leaves a group on two pages at times. A group without roles counts as one.
func (k *Vendor) ListRoles(ctx context.Context,
	r dingtalkserver.ListRolesRequestObject) (dingtalkserver.ListRolesResponseObject, error) {
	from, size, err := rolePage(r.Body.Offset, r.Body.Size, 200)
	if err != nil {
		return nil, err
	}
	var rows []role
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		roles := v.roles()
		for _, g := range k.groups() {
			before := len(rows)
			for _, r := range roles {
				if r.group == g {
					rows = append(rows, r)
				}
			}
			if len(rows) == before {
				rows = append(rows, role{group: g})
			}
		}
	})
	rows, more := rowsOf(rows, from, size)
	list := []dingtalkserver.RoleGroup{}
	for _, r := range rows {
		if n := len(list); n == 0 || *list[n-1].GroupID != r.group.id {
			list = append(list, dingtalkserver.RoleGroup{GroupID: new(r.group.id), Name: new(r.group.name),
				Roles: &[]dingtalkserver.RoleBrief{}})
		}
		if roles := list[len(list)-1].Roles; r.id != 0 {
			*roles = append(*roles, dingtalkserver.RoleBrief{ID: new(r.id), Name: new(r.name)})
		}
	}
	return dingtalkserver.ListRoles200JSONResponse{
		Result: &dingtalkserver.RoleGroupPage{HasMore: &more, List: &list}}, nil
}

// groups returns the role groups.
func (k *Vendor) groups() []roleGroup {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.roleGroups)
}

// ListRoleMembers lists who has a role.
func (k *Vendor) ListRoleMembers(ctx context.Context,
	r dingtalkserver.ListRoleMembersRequestObject) (dingtalkserver.ListRoleMembersResponseObject, error) {
	from, size, err := rolePage(r.Body.Offset, r.Body.Size, maxPage)
	if err != nil {
		return nil, err
	}
	list, more := []dingtalkserver.RoleMember{}, false
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		found, ok := v.role(r.Body.RoleID)
		if !ok {
			err = refusal{code: dingtalkapi.ErrorCodeInvalidRole}
			return
		}
		var rows []*company.Person
		rows, more = rowsOf(v.roleMembers(found), from, size)
		for _, p := range rows {
			list = append(list, dingtalkserver.RoleMember{UserID: new(p.UserID), Name: new(p.Name),
				ManageScopes: v.scopes(roleScope{found.key, p.Key})})
		}
	})
	return dingtalkserver.ListRoleMembers200JSONResponse{
		Result: &dingtalkserver.RoleMemberPage{HasMore: &more, List: &list}}, err
}

// scopes are the departments for which somebody has a role, nil for all.
func (v view) scopes(share roleScope) *[]dingtalkserver.RoleScopeDepartment {
	v.k.mu.Lock()
	keys := v.k.roleScopes[share]
	v.k.mu.Unlock()
	var out []dingtalkserver.RoleScopeDepartment
	for _, key := range keys {
		if d := v.dir.Department(key); d != nil {
			out = append(out, dingtalkserver.RoleScopeDepartment{DeptID: new(d.DingTalkID), Name: new(d.Name)})
		}
	}
	if out == nil {
		return nil
	}
	return &out
}

// GetRole reads the name of a role.
func (k *Vendor) GetRole(ctx context.Context,
	r dingtalkserver.GetRoleRequestObject) (dingtalkserver.GetRoleResponseObject, error) {
	var out dingtalkserver.RoleDetail
	err := error(refusal{code: dingtalkapi.ErrorCodeInvalidRole})
	company.View(k.desk.Company, func(d *company.Directory) {
		if found, ok := k.viewOf(desk.CallOf(ctx), d).role(r.Body.RoleID); ok {
			out, err = dingtalkserver.RoleDetail{Name: new(found.name), GroupID: new(found.group.id)}, nil
		}
	})
	return dingtalkserver.GetRole200JSONResponse{Role: &out}, err
}

// GetRoleGroup reads the name of a role group and its roles.
func (k *Vendor) GetRoleGroup(ctx context.Context,
	r dingtalkserver.GetRoleGroupRequestObject) (dingtalkserver.GetRoleGroupResponseObject, error) {
	groups := k.groups()
	i := slices.IndexFunc(groups, func(g roleGroup) bool { return g.id == r.Body.GroupID })
	if i < 0 {
		return nil, refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	roles := []dingtalkserver.RoleOfGroup{}
	company.View(k.desk.Company, func(d *company.Directory) {
		for _, found := range k.viewOf(desk.CallOf(ctx), d).roles() {
			if found.group == groups[i] {
				roles = append(roles, dingtalkserver.RoleOfGroup{RoleID: new(found.id), RoleName: new(found.name)})
			}
		}
	})
	return dingtalkserver.GetRoleGroup200JSONResponse{
		RoleGroup: &dingtalkserver.RoleGroupDetail{GroupName: &groups[i].name, Roles: &roles}}, nil
}

// CreateRoleGroup makes a role group.
func (k *Vendor) CreateRoleGroup(_ context.Context,
	r dingtalkserver.CreateRoleGroupRequestObject) (dingtalkserver.CreateRoleGroupResponseObject, error) {
	if r.Body.Name == "" {
		return nil, missingParam(hostPlain, "name")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	id := int64(900_000 + len(k.roleGroups))
	k.roleGroups = append(k.roleGroups, roleGroup{id, r.Body.Name})
	return dingtalkserver.CreateRoleGroup200JSONResponse{GroupID: &id}, nil
}

// roleFailure words what the company says of a change of a role.
func roleFailure(err error) error {
	if errors.As(err, new(*company.TakenError)) {
		return refusal{code: dingtalkapi.ErrorCodeRoleNameExists}
	}
	return err
}

// CreateRole makes a role in a role group that the corp has made.
func (k *Vendor) CreateRole(ctx context.Context,
	r dingtalkserver.CreateRoleRequestObject) (dingtalkserver.CreateRoleResponseObject, error) {
	known := slices.ContainsFunc(k.groups(),
		func(g roleGroup) bool { return g.id == r.Body.GroupID && g.id != defaultRoles })
	switch {
	case r.Body.RoleName == "" || r.Body.GroupID == 0:
		return nil, refusal{code: dingtalkapi.ErrorCodeRoleMissing}
	case !known:
		return nil, refusal{code: dingtalkapi.ErrorCodeInvalidRoleGroup}
	}
	var id int64
	now := desk.CallOf(ctx).Now
	err := company.Change(k.desk.Company, func(d *company.Directory) error {
		added, err := d.AddGroup(company.Group{Kind: company.Role, Name: r.Body.RoleName, Created: now})
		if err != nil {
			return roleFailure(err)
		}
		id = companyRoles + int64(added.Key)
		k.mu.Lock()
		defer k.mu.Unlock()
		k.roleHomes[added.Key] = r.Body.GroupID
		return nil
	})
	return dingtalkserver.CreateRole200JSONResponse{RoleID: &id}, err
}

// UpdateRole renames a role of the corp's own.
func (k *Vendor) UpdateRole(ctx context.Context,
	r dingtalkserver.UpdateRoleRequestObject) (dingtalkserver.UpdateRoleResponseObject, error) {
	if r.Body.RoleName == "" {
		return nil, refusal{code: dingtalkapi.ErrorCodeParameterMissing}
	}
	err := company.Change(k.desk.Company, func(d *company.Directory) error {
		found, ok := k.viewOf(desk.CallOf(ctx), d).role(r.Body.RoleID)
		if !ok || found.system() { // the page has no other code for the vendor's own
			return refusal{code: dingtalkapi.ErrorCodeInvalidRole}
		}
		return roleFailure(d.UpdateGroup(found.key, func(g *company.Group) error {
			g.Name = r.Body.RoleName
			return nil
		}))
	})
	return dingtalkserver.UpdateRole200JSONResponse{}, err
}

// DeleteRole deletes a role that nobody has any more. The page demands that, and does not name the code of the refusal.
func (k *Vendor) DeleteRole(ctx context.Context,
	r dingtalkserver.DeleteRoleRequestObject) (dingtalkserver.DeleteRoleResponseObject, error) {
	err := company.Change(k.desk.Company, func(d *company.Directory) error {
		found, ok := k.viewOf(desk.CallOf(ctx), d).role(r.Body.RoleID)
		switch {
		case !ok:
			return refusal{code: dingtalkapi.ErrorCodeInvalidRole}
		case found.system():
			return refusal{code: dingtalkapi.ErrorCodeSystemRoleRefused}
		case len(found.names) > 0:
			return refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
		}
		return d.RemoveGroup(found.key)
	})
	return dingtalkserver.DeleteRole200JSONResponse{}, err
}

// changeRoles changes who has which of the corp's own roles. Either all of it is done or nothing.
func (k *Vendor) changeRoles(ctx context.Context, roleIDs, userIDs string, mostUsers int,
	change func(people []company.PersonKey, p company.PersonKey) []company.PersonKey) error {
	ids, names := strings.Split(roleIDs, ","), strings.Split(userIDs, ",")
	if len(ids) > maxRoleNames || len(names) > mostUsers {
		return refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	return company.Change(k.desk.Company, func(d *company.Directory) error {
		v := k.viewOf(desk.CallOf(ctx), d)
		var roles []role
		for _, text := range ids {
			id, err := strconv.ParseInt(text, 10, 64)
			found, ok := v.role(id)
			if err != nil || !ok || found.system() {
				return refusal{code: dingtalkapi.ErrorCodeInvalidRole}
			}
			roles = append(roles, found)
		}
		var people []company.PersonKey
		for _, userID := range names {
			p := d.FindPerson(company.ByUserID, userID)
			if p == nil || userID == "" {
				return refusal{code: dingtalkapi.ErrorCodeInvalidUser}
			}
			people = append(people, p.Key)
		}
		for _, found := range roles {
			if err := d.UpdateGroup(found.key, func(g *company.Group) error {
				for _, key := range people {
					if g.People = change(g.People, key); !slices.Contains(g.People, key) {
						k.forgetScope(roleScope{found.key, key})
					}
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// forgetScope makes a role, if it is given again, one for all departments.
func (k *Vendor) forgetScope(share roleScope) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.roleScopes, share)
}

// AddRolesToUsers gives people roles.
func (k *Vendor) AddRolesToUsers(ctx context.Context,
	r dingtalkserver.AddRolesToUsersRequestObject) (dingtalkserver.AddRolesToUsersResponseObject, error) {
	err := k.changeRoles(ctx, r.Body.RoleIDs, r.Body.UserIDs, maxRoleNames,
		func(people []company.PersonKey, p company.PersonKey) []company.PersonKey {
			if slices.Contains(people, p) {
				return people
			}
			return append(people, p)
		})
	return dingtalkserver.AddRolesToUsers200JSONResponse{}, err
}

// RemoveRolesFromUsers takes roles from people.
func (k *Vendor) RemoveRolesFromUsers(ctx context.Context,
	r dingtalkserver.RemoveRolesFromUsersRequestObject) (dingtalkserver.RemoveRolesFromUsersResponseObject, error) {
	err := k.changeRoles(ctx, r.Body.RoleIDs, r.Body.UserIDs, maxRoleLoses,
		func(people []company.PersonKey, p company.PersonKey) []company.PersonKey {
			return slices.DeleteFunc(people, func(key company.PersonKey) bool { return key == p })
		})
	return dingtalkserver.RemoveRolesFromUsers200JSONResponse{}, err
}

// SetRoleScope limits a role that somebody has to some departments.
func (k *Vendor) SetRoleScope(ctx context.Context,
	r dingtalkserver.SetRoleScopeRequestObject) (dingtalkserver.SetRoleScopeResponseObject, error) {
	var err error
	company.View(k.desk.Company, func(d *company.Directory) {
		err = k.setRoleScope(k.viewOf(desk.CallOf(ctx), d), r.Body)
	})
	return dingtalkserver.SetRoleScope200JSONResponse{}, err
}

func (k *Vendor) setRoleScope(v view, b *dingtalkserver.SetRoleScopeRequest) error {
	found, ok := v.role(b.RoleID)
	p := v.dir.FindPerson(company.ByUserID, b.UserID)
	switch {
	case b.UserID == "":
		return refusal{code: dingtalkapi.ErrorCodeUserNotInCorp}
	case !ok:
		return refusal{code: dingtalkapi.ErrorCodeUnknownRole}
	case p == nil:
		return refusal{code: dingtalkapi.ErrorCodeEmployeeNotFound}
	case !found.has(p):
		return refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	var keys []company.DepartmentKey
	if !desk.IsBlank(b.DeptIDs) {
		for text := range strings.SplitSeq(*b.DeptIDs, ",") {
			id, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
			}
			dept, err := v.anyDepartment(id)
			if err != nil {
				return err
			}
			keys = append(keys, dept.Key)
		}
	}
	if len(keys) > maxRoleScope {
		return refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.roleScopes[roleScope{found.key, p.Key}] = keys
	return nil
}
