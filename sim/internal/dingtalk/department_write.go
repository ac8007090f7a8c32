package dingtalk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// departmentChange is what a call says of a department; what is nil is not said.
type departmentChange struct {
	name                                             *string
	parent, order                                    *int64
	source, owner, brief, telephone, extension, code *string
	group, autoAdd, autoApprove, groupSub            *bool
	groupOuter, groupHidden                          *bool
	hide, outer, outerOnlySelf                       *bool
	deptPermits, outerDepts                          *[]string
	userPermits, outerUsers                          *[]string
	managers                                         *[]string

	permits  int                   // how many ids a list of permits takes
	together bool                  // and whether both kinds of ids count together
	badOwner dingtalkapi.ErrorCode // for an owner of the chat group who is nobody
}

// check refuses what is beyond the limits of the vendor's pages.
func (change departmentChange) check() error {
	if change.name != nil {
		if n := utf8.RuneCountInString(*change.name); n < 1 || n > 64 {
			return refusal{code: dingtalkapi.ErrorCodeInvalidDepartmentName}
		}
		if strings.ContainsAny(*change.name, "-,，") {
			return refusal{code: dingtalkapi.ErrorCodeIllegalDepartmentName}
		}
	}
	if desk.Outside(change.brief, 0, 255) || desk.Outside(change.telephone, 0, 50) || desk.Outside(change.code, 0, 30) {
		return refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	for _, lists := range [][2]*[]string{{change.deptPermits, change.userPermits},
		{change.outerDepts, change.outerUsers}} {
		departments, people := len(desk.ListOf(lists[0])), len(desk.ListOf(lists[1]))
		if max(departments, people) > change.permits || change.together && departments+people > change.permits {
			return refusal{code: dingtalkapi.ErrorCodeInvalidVisibleIDs}
		}
	}
	return nil
}

// applySetting writes a change into what only DingTalk knows of a department.
func (change departmentChange) applySetting(v view, s *department) error {
	if change.order != nil {
		s.order = *change.order
	}
	for field, value := range map[*string]*string{
		&s.source: change.source, &s.brief: change.brief, &s.telephone: change.telephone,
		&s.extension: change.extension, &s.code: change.code,
	} {
		if value != nil {
			*field = *value
		}
	}
	for field, value := range map[*bool]*bool{
		&s.group: change.group, &s.autoAdd: change.autoAdd, &s.autoApprove: change.autoApprove,
		&s.groupSub:   change.groupSub,
		&s.groupOuter: change.groupOuter, &s.groupHidden: change.groupHidden,
		&s.hide: change.hide, &s.outer: change.outer, &s.outerOnlySelf: change.outerOnlySelf,
	} {
		if value != nil {
			*field = *value
		}
	}
	if !desk.IsBlank(change.owner) {
		if v.dir.FindPerson(company.ByUserID, *change.owner) == nil {
			return refusal{code: change.badOwner}
		}
		s.owner = *change.owner
	}
	for field, value := range map[*[]int64]*[]string{&s.deptPermits: change.deptPermits,
		&s.outerDepts: change.outerDepts} {
		if value != nil {
			ids, err := v.knownDepartments(*value)
			if err != nil {
				return err
			}
			*field = ids
		}
	}
	for field, value := range map[*[]string]*[]string{&s.userPermits: change.userPermits,
		&s.outerUsers: change.outerUsers} {
		if value == nil {
			continue
		}
		for _, id := range *value {
			if v.dir.FindPerson(company.ByUserID, id) == nil {
				return refusal{code: dingtalkapi.ErrorCodeInvalidVisibleIDs}
			}
		}
		*field = *value
	}
	return nil
}

// knownDepartments reads the ids of departments that have to exist.
func (v view) knownDepartments(list []string) ([]int64, error) {
	ids := []int64{}
	for _, text := range list {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || v.dir.FindDepartment(company.ByDingTalkID, strconv.FormatInt(id, 10)) == nil {
			return nil, refusal{code: dingtalkapi.ErrorCodeInvalidVisibleIDs}
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// newParent finds the department below which another one is to go.
func (v view) newParent(id int64) (*company.Department, error) {
	parent, err := v.department(id)
	var refused refusal
	if errors.As(err, &refused) && refused.code == dingtalkapi.ErrorCodeDepartmentNotFound {
		return nil, refusal{code: dingtalkapi.ErrorCodeParentDepartmentNotFound}
	}
	return parent, err
}

// departmentFailure translates what the organisation says of a change.
func departmentFailure(err error) error {
	if errors.Is(err, company.ErrTaken) {
		return refusal{code: dingtalkapi.ErrorCodeDepartmentNameExists}
	}
	return err
}

// createDepartment adds a department.
func (k *Vendor) createDepartment(ctx context.Context, change departmentChange) (*int64, error) {
	c := desk.CallOf(ctx)
	var id *int64
	err := company.Change(k.desk.Company, func(d *company.Directory) error {
		if err := change.check(); err != nil {
			return err
		}
		v := k.viewOf(c, d)
		parent, err := v.newParent(*change.parent)
		if err != nil {
			return err
		}
		var s department
		if err := change.applySetting(v, &s); err != nil {
			return err
		}
		added, err := d.AddDepartment(company.Department{Parent: parent.Key, Name: *change.name, Created: c.Now})
		if err != nil {
			return departmentFailure(err)
		}
		if change.order == nil {
			s.order = added.DingTalkID
		}
		k.setSetting(added.Key, s)
		id = new(added.DingTalkID)
		return nil
	})
	return id, err
}

// updateDepartment changes what is said of a department and leaves the rest.
func (k *Vendor) updateDepartment(ctx context.Context, id int64, change departmentChange) error {
	c := desk.CallOf(ctx)
	return company.Change(k.desk.Company, func(d *company.Directory) error {
		v := k.viewOf(c, d)
		dept, err := v.department(id)
		switch {
		case err != nil:
			return err
		case dept.Key == company.RootDepartment:
			return refusal{code: dingtalkapi.ErrorCodeRootUpdateRefused}
		}
		if err := change.check(); err != nil {
			return err
		}
		parent := dept.Parent
		if change.parent != nil {
			to, err := v.newParent(*change.parent)
			if err != nil {
				return err
			}
			if slices.Contains(d.Path(to.Key), dept) {
				return refusal{code: dingtalkapi.ErrorCodeDepartmentCycle}
			}
			parent = to.Key
		}
		for _, id := range desk.ListOf(change.managers) {
			p := d.FindPerson(company.ByUserID, id)
			if p == nil || !d.IsMember(p.Key, dept.Key) {
				return refusal{code: dingtalkapi.ErrorCodeDepartmentManagerNotFound}
			}
		}
		s := k.setting(dept)
		if err := change.applySetting(v, &s); err != nil {
			return err
		}
		err = d.UpdateDepartment(dept.Key, func(edit *company.Department) error {
			edit.Parent = parent
			if change.name != nil {
				edit.Name = *change.name
			}
			return nil
		})
		if err != nil {
			return departmentFailure(err)
		}
		k.setSetting(dept.Key, s)
		return change.applyManagers(d, c, dept.Key)
	})
}

// applyManagers makes those who were named the leaders of the department, and nobody else.
func (change departmentChange) applyManagers(d *company.Directory, c *desk.Call, key company.DepartmentKey) error {
	if change.managers == nil {
		return nil
	}
	leads := make(map[company.PersonKey]bool)
	for _, id := range *change.managers {
		leads[d.FindPerson(company.ByUserID, id).Key] = true
	}
	for _, p := range d.Members(key) {
		if in, _ := p.In(key); in.Leader == leads[p.Key] {
			continue
		}
		err := d.UpdatePerson(p.Key, func(p *company.Person) error {
			for i := range p.Memberships {
				if p.Memberships[i].Department == key {
					p.Memberships[i].Leader = leads[p.Key]
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

// deleteDepartment removes an empty department.
func (k *Vendor) deleteDepartment(ctx context.Context, id int64) error {
	return company.Change(k.desk.Company, func(d *company.Directory) error {
		dept, err := k.viewOf(desk.CallOf(ctx), d).department(id)
		switch {
		case err != nil:
			return err
		case dept.Key == company.RootDepartment:
			return refusal{code: dingtalkapi.ErrorCodeRootDeleteRefused}
		case d.MemberCount(dept.Key) > 0:
			return refusal{code: dingtalkapi.ErrorCodeDepartmentHasMembers}
		case d.ChildCount(dept.Key) > 0:
			return refusal{code: dingtalkapi.ErrorCodeDepartmentHasChildren}
		}
		return d.RemoveDepartment(dept.Key)
	})
}

// DeleteDepartmentV1 removes an empty department.
func (k *Vendor) DeleteDepartmentV1(ctx context.Context,
	r dingtalkserver.DeleteDepartmentV1RequestObject) (dingtalkserver.DeleteDepartmentV1ResponseObject, error) {
	id, err := departmentID(r.Params.ID)
	if err != nil {
		return nil, err
	}
	return dingtalkserver.DeleteDepartmentV1200JSONResponse{}, k.deleteDepartment(ctx, id)
}

// DeleteDepartmentV2 removes an empty department.
func (k *Vendor) DeleteDepartmentV2(ctx context.Context,
	r dingtalkserver.DeleteDepartmentV2RequestObject) (dingtalkserver.DeleteDepartmentV2ResponseObject, error) {
	return dingtalkserver.DeleteDepartmentV2200JSONResponse{}, k.deleteDepartment(ctx, r.Body.DeptID)
}

const (
	permitsV1 = 200
	permitsV2 = 50
)

// numbers reads the numbers that the older calls have as text.
func numbers(parent, order *string) (parentID, orderNumber *int64, err error) {
	if parent != nil {
		id, err := strconv.ParseInt(*parent, 10, 64)
		if err != nil {
			return nil, nil, refusal{code: dingtalkapi.ErrorCodeInvalidParentDepartment}
		}
		parentID = &id
	}
	if order != nil {
		n, err := strconv.ParseInt(*order, 10, 64)
		if err != nil {
			return nil, nil, refusal{code: dingtalkapi.ErrorCodeInvalidOrder}
		}
		orderNumber = &n
	}
	return parentID, orderNumber, nil
}

// CreateDepartmentV1 adds a department. Parent and order are text here.
func (k *Vendor) CreateDepartmentV1(ctx context.Context,
	r dingtalkserver.CreateDepartmentV1RequestObject) (dingtalkserver.CreateDepartmentV1ResponseObject, error) {
	b := r.Body
	parent, order, err := numbers(&b.ParentID, b.Order)
	if err != nil {
		return nil, err
	}
	id, err := k.createDepartment(ctx, departmentChange{
		name: &b.Name, parent: parent, order: order, source: b.SourceIdentifier, extension: b.Ext,
		group:       b.CreateDeptGroup,
		autoApprove: b.AutoApproveApply, hide: b.DeptHiding, outer: b.OuterDept, outerOnlySelf: b.OuterDeptOnlySelf,
		deptPermits: names(b.DeptPermits, "|"), userPermits: names(b.UserPermits, "|"),
		outerDepts: names(b.OuterPermitDepts, "|"), outerUsers: names(b.OuterPermitUsers, "|"),
		permits: permitsV1,
	})
	return dingtalkserver.CreateDepartmentV1200JSONResponse{ID: id}, err
}

// UpdateDepartmentV1 changes a department. Lists have bars between the items.
func (k *Vendor) UpdateDepartmentV1(ctx context.Context,
	r dingtalkserver.UpdateDepartmentV1RequestObject) (dingtalkserver.UpdateDepartmentV1ResponseObject, error) {
	b := r.Body
	parent, order, err := numbers(b.ParentID, b.Order)
	if err != nil {
		return nil, err
	}
	err = k.updateDepartment(ctx, b.ID, departmentChange{
		name: b.Name, parent: parent, order: order, source: b.SourceIdentifier, owner: b.OrgDeptOwner, extension: b.Ext,
		group: b.CreateDeptGroup, autoAdd: b.AutoAddUser, autoApprove: b.AutoApproveApply,
		groupSub:   b.GroupContainSubDept,
		groupOuter: b.GroupContainOuterDept, groupHidden: b.GroupContainHiddenDept,
		hide: b.DeptHiding, outer: b.OuterDept, outerOnlySelf: b.OuterDeptOnlySelf,
		deptPermits: names(b.DeptPermits, "|"), userPermits: names(b.UserPermits, "|"),
		outerDepts: names(b.OuterPermitDepts, "|"), outerUsers: names(b.OuterPermitUsers, "|"),
		managers: names(b.DeptManagerUserIDList, "|"), permits: permitsV1,
		badOwner: dingtalkapi.ErrorCodeGroupOwnerNotFound,
	})
	return dingtalkserver.UpdateDepartmentV1200JSONResponse{ID: &b.ID}, err
}

// CreateDepartmentV2 adds a department.
func (k *Vendor) CreateDepartmentV2(ctx context.Context,
	r dingtalkserver.CreateDepartmentV2RequestObject) (dingtalkserver.CreateDepartmentV2ResponseObject, error) {
	b := r.Body
	id, err := k.createDepartment(ctx, departmentChange{
		name: &b.Name, parent: &b.ParentID, order: b.Order, source: b.SourceIdentifier, brief: b.Brief,
		telephone: b.Telephone,
		extension: b.Extension, group: b.CreateDeptGroup, autoApprove: b.AutoApproveApply, hide: b.HideDept,
		outer:         b.OuterDept,
		outerOnlySelf: b.OuterDeptOnlySelf,
		deptPermits:   names(b.DeptPermits, ","), userPermits: names(b.UserPermits, ","),
		outerDepts: names(b.OuterPermitDepts, ","), outerUsers: names(b.OuterPermitUsers, ","),
		permits: permitsV2,
	})
	return dingtalkserver.CreateDepartmentV2200JSONResponse{Result: &dingtalkserver.CreatedDepartment{DeptID: id}}, err
}

// UpdateDepartmentV2 changes a department. An empty list of managers changes nothing unless it is forced.
func (k *Vendor) UpdateDepartmentV2(ctx context.Context,
	r dingtalkserver.UpdateDepartmentV2RequestObject) (dingtalkserver.UpdateDepartmentV2ResponseObject, error) {
	b := r.Body
	managers := names(b.DeptManagerUserIDList, ",")
	if len(desk.ListOf(managers)) == 0 {
		managers = nil
		if slices.Contains(desk.ListOf(names(b.ForceUpdateFields, ",")), "dept_manager_userid_list") {
			managers = &[]string{}
		}
	}
	err := k.updateDepartment(ctx, b.DeptID, departmentChange{
		name: b.Name, parent: b.ParentID, order: b.Order, source: b.SourceIdentifier, owner: b.OrgDeptOwner,
		brief:     b.Brief,
		telephone: b.Telephone, extension: b.Extension, code: b.Code, group: b.CreateDeptGroup, autoAdd: b.AutoAddUser,
		autoApprove: b.AutoApproveApply, groupSub: b.GroupContainSubDept, groupOuter: b.GroupContainOuterDept,
		groupHidden: b.GroupContainHiddenDept, hide: b.HideDept, outer: b.OuterDept, outerOnlySelf: b.OuterDeptOnlySelf,
		deptPermits: names(b.DeptPermits, ","), userPermits: names(b.UserPermits, ","),
		outerDepts: names(b.OuterPermitDepts, ","), outerUsers: names(b.OuterPermitUsers, ","),
		managers: managers, permits: permitsV2, together: true, badOwner: dingtalkapi.ErrorCodeInvalidGroupOwner,
	})
	return dingtalkserver.UpdateDepartmentV2200JSONResponse{}, err
}
