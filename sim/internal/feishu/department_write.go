package feishu

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// The vendor's limits on the tree, and the simulator's on changes of an id, for which the vendor names no number.
const (
	maxLevels   = 25
	maxChildren = 1000
	maxHRBPs    = 500
	maxRenames  = 3
)

// departmentChange is what a call says of a department; what is nil is not said.
type departmentChange struct {
	name, parent, leader, order, id *string
	names                           *feishuserver.NameTranslationsInput
	leaders                         *[]feishuserver.DepartmentLeaderInput
	chat                            *bool
	chatTypes                       *[]int64
	units, hrbps                    *[]string
	replace                         bool // what is not said is cleared
}

// departmentPlan is a change that was held against the company: nothing can go wrong with it any more but a clash of
// names or ids.
type departmentPlan struct {
	own     department
	parent  company.DepartmentKey
	leads   bool // own.leaders was set
	english *string
}

// CreateDepartment adds a department.
func (f *Vendor) CreateDepartment(ctx context.Context,
	r feishuserver.CreateDepartmentRequestObject) (feishuserver.CreateDepartmentResponseObject, error) {
	b, c := r.Body, desk.CallOf(ctx)
	change := departmentChange{
		name: &b.Name, parent: &b.ParentDepartmentID, leader: b.LeaderUserID, order: b.Order, id: b.DepartmentID,
		names: b.I18NName, leaders: b.Leaders, chat: b.CreateGroupChat, chatTypes: b.GroupChatEmployeeTypes,
		units: b.UnitIDs, hrbps: b.DepartmentHRBPs,
	}
	out, err := f.once(c, r.Params.ClientToken, func(d *company.Directory) (any, error) {
		key, err := f.createDepartment(d, c, change)
		if err != nil {
			return nil, err
		}
		return f.viewOf(c, d).showDepartment(d.Department(key)), nil
	})
	if err != nil {
		return nil, err
	}
	department, _ := out.(feishuserver.Department)
	return feishuserver.CreateDepartment200JSONResponse{Data: &feishuserver.OneDepartment{Department: &department}}, nil
}

func (f *Vendor) createDepartment(d *company.Directory, c *desk.Call,
	change departmentChange) (company.DepartmentKey, error) {
	v := f.viewOf(c, d)
	if *change.name == "" {
		return 0, refusal{code: feishuapi.ErrorCodeDepartmentNameMissing}
	}
	if *change.parent == "" {
		return 0, refusal{code: feishuapi.ErrorCodeParentDepartmentIDMissing}
	}
	plan, err := v.plan(nil, change)
	if err != nil {
		return 0, err
	}
	dept := company.Department{Parent: plan.parent, Name: *change.name, Order: newOrder, Created: c.Now}
	if plan.english != nil {
		dept.EnglishName = *plan.english
	}
	if change.id != nil {
		if !departmentID(*change.id) {
			return 0, refusal{code: feishuapi.ErrorCodeInvalidDepartmentID}
		}
		// The very department, once more.
		if there := d.FindDepartment(company.ByFeishuID, *change.id); there != nil && there.Parent == dept.Parent &&
			there.Name == dept.Name {
			return 0, refusal{code: feishuapi.ErrorCodeDepartmentExists}
		}
		dept.FeishuID = *change.id
	}
	added, err := d.AddDepartment(dept)
	if err != nil {
		return 0, departmentFailure(err)
	}
	if plan.own.chat == nil {
		plan.own.chat = new(false)
	}
	f.forget(added)
	v.lead(added.Key, plan)
	f.keepDepartment(added.Key, plan.own)
	return added.Key, nil
}

// newOrder is where new departments stand in the company's own order: where other vendors put them as well.
const newOrder = 100_000_000

// forget makes an id that was used before one of a department that is there.
func (f *Vendor) forget(dept *company.Department) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.gone, dept.FeishuID)
	delete(f.gone, dept.FeishuOpenID)
}

// PatchDepartment changes what is said of a department and leaves the rest.
func (f *Vendor) PatchDepartment(ctx context.Context,
	r feishuserver.PatchDepartmentRequestObject) (feishuserver.PatchDepartmentResponseObject, error) {
	b := r.Body
	out, err := f.changeDepartment(desk.CallOf(ctx), r.DepartmentID, departmentChange{
		name: b.Name, parent: b.ParentDepartmentID, leader: b.LeaderUserID, order: b.Order, names: b.I18NName,
		leaders: b.Leaders,
		chat:    b.CreateGroupChat, chatTypes: b.GroupChatEmployeeTypes, hrbps: b.DepartmentHRBPs,
	})
	return feishuserver.PatchDepartment200JSONResponse{Data: &feishuserver.OneDepartment{Department: &out}}, err
}

// ReplaceDepartment overwrites a department: what is not said is cleared, except the order and what cannot be said.
func (f *Vendor) ReplaceDepartment(ctx context.Context,
	r feishuserver.ReplaceDepartmentRequestObject) (feishuserver.ReplaceDepartmentResponseObject, error) {
	b := r.Body
	if b.Name == "" {
		return nil, refusal{code: feishuapi.ErrorCodeDepartmentNameMissing}
	}
	if b.ParentDepartmentID == "" {
		return nil, refusal{code: feishuapi.ErrorCodeParentDepartmentMissing}
	}
	change := departmentChange{
		name: &b.Name, parent: &b.ParentDepartmentID, leader: b.LeaderUserID, order: b.Order, names: b.I18NName,
		leaders: b.Leaders,
		chat:    b.CreateGroupChat, chatTypes: b.GroupChatEmployeeTypes, replace: true,
	}
	if change.names == nil {
		change.names = &feishuserver.NameTranslationsInput{}
	}
	if change.leaders == nil {
		change.leaders = &[]feishuserver.DepartmentLeaderInput{}
	}
	if change.chatTypes == nil {
		change.chatTypes = &[]int64{}
	}
	out, err := f.changeDepartment(desk.CallOf(ctx), r.DepartmentID, change)
	return feishuserver.ReplaceDepartment200JSONResponse{Data: &feishuserver.OneDepartment{Department: &out}}, err
}

// changeDepartment changes a department and shows it.
func (f *Vendor) changeDepartment(c *desk.Call, id string, change departmentChange) (feishuserver.Department, error) {
	var out feishuserver.Department
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		v := f.viewOf(c, d)
		dept, err := v.ownDepartment(id, feishuapi.ErrorCodeDepartmentOutOfRange)
		if err != nil {
			return err
		}
		if change.name != nil && *change.name == "" {
			return refusal{code: feishuapi.ErrorCodeDepartmentNameMissing}
		}
		if err := v.change(dept, change, nil); err != nil {
			return err
		}
		out = v.showDepartment(d.Department(dept.Key))
		return nil
	})
	return out, err
}

// change changes a department, and gives it another id of the tenant's own if there is one.
func (v view) change(dept *company.Department, change departmentChange, id *string) error {
	plan, err := v.plan(dept, change)
	if err != nil {
		return err
	}
	err = v.dir.UpdateDepartment(dept.Key, func(edited *company.Department) error {
		edited.Parent = plan.parent
		if change.name != nil {
			edited.Name = *change.name
		}
		if plan.english != nil {
			edited.EnglishName = *plan.english
		}
		if !desk.IsBlank(id) {
			edited.FeishuID = *id
		}
		return nil
	})
	if err != nil {
		return departmentFailure(err)
	}
	v.lead(dept.Key, plan)
	v.f.keepDepartment(dept.Key, plan.own)
	return nil
}

// ownDepartment is department for changes, which the root does not take.
func (v view) ownDepartment(id string, outside feishuapi.ErrorCode) (*company.Department, error) {
	dept, err := v.department(id, outside)
	if id == "0" { // whatever the range
		return nil, refusal{code: feishuapi.ErrorCodeRootDepartmentNotAllowed}
	}
	return dept, err
}

// plan checks what a change would do to the company. dept is nil for a new department.
func (v view) plan(dept *company.Department, change departmentChange) (departmentPlan, error) {
	var plan departmentPlan
	var key company.DepartmentKey
	if dept != nil {
		key, plan.parent, plan.own = dept.Key, dept.Parent, v.f.own(dept.Key)
	}
	if change.name != nil && strings.Contains(*change.name, "/") {
		return plan, refusal{code: feishuapi.ErrorCodeDepartmentNameHasSlash}
	}
	if change.parent != nil {
		parent, err := v.newParent(*change.parent, dept)
		if err != nil {
			return plan, err
		}
		plan.parent = parent
	}
	siblings := slices.DeleteFunc(v.dir.Children(plan.parent),
		func(sibling *company.Department) bool { return sibling.Key == key })
	if err := v.planNames(&plan, change, siblings); err != nil {
		return plan, err
	}
	if err := v.planOrder(&plan, change, siblings); err != nil {
		return plan, err
	}
	if err := v.planChat(&plan, key, change); err != nil {
		return plan, err
	}
	if err := v.planPeople(&plan, dept, change); err != nil {
		return plan, err
	}
	return plan, nil
}

// newParent finds the parent for a department, nil for a new one, and checks that there is room.
func (v view) newParent(id string, dept *company.Department) (company.DepartmentKey, error) {
	parent, err := v.department(id, feishuapi.ErrorCodeParentDepartmentOutOfRange)
	if err != nil {
		return 0, err
	}
	height := 1
	if dept != nil {
		if dept.Parent == parent.Key {
			return parent.Key, nil
		}
		for _, below := range v.dir.Subtree(dept.Key) {
			if below.Key == parent.Key {
				return 0, refusal{code: feishuapi.ErrorCodeInvalidParameter}
			}
			height = max(height, len(v.dir.Path(below.Key))-len(v.dir.Path(dept.Key))+1)
		}
	}
	switch {
	case len(v.dir.Children(parent.Key)) >= maxChildren:
		return 0, refusal{code: feishuapi.ErrorCodeTooManyChildren}
	case len(v.dir.Path(parent.Key))-1+height > maxLevels: // the root is not a level
		return 0, refusal{code: feishuapi.ErrorCodeDepartmentTooDeep}
	}
	return parent.Key, nil
}

// planNames plans the translations.
func (v view) planNames(plan *departmentPlan, change departmentChange, siblings []*company.Department) error {
	if change.names == nil {
		return nil
	}
	text := func(s *string, old string) string {
		switch {
		case s != nil:
			return *s
		case change.replace:
			return ""
		}
		return old
	}
	plan.own.zh, plan.own.ja = text(change.names.ZhCN, plan.own.zh), text(change.names.JaJP, plan.own.ja)
	if change.names.EnUS == nil && !change.replace {
		return nil
	}
	plan.english = new(text(change.names.EnUS, ""))
	for _, sibling := range siblings {
		if *plan.english != "" && sibling.EnglishName == *plan.english {
			return refusal{code: feishuapi.ErrorCodeI18NNameTaken}
		}
	}
	return nil
}

// planOrder plans the place among the siblings, which nobody else may have.
func (v view) planOrder(plan *departmentPlan, change departmentChange, siblings []*company.Department) error {
	if desk.IsBlank(change.order) {
		return nil
	}
	order, err := strconv.ParseInt(*change.order, 10, 64)
	if err != nil || order < 0 {
		return fieldRefusal("order", *change.order, "not a whole number from 0 on")
	}
	for _, sibling := range siblings {
		if orderOf(sibling, v.f.own(sibling.Key)) == order {
			return refusal{code: feishuapi.ErrorCodeDepartmentOrderTaken}
		}
	}
	plan.own.order = &order
	return nil
}

// planChat plans the group and the unit.
func (v view) planChat(plan *departmentPlan, key company.DepartmentKey, change departmentChange) error {
	if change.chat != nil && *change.chat {
		plan.own.chat = new(true) // false opens none, and closes none either
	}
	if change.chatTypes != nil {
		for _, value := range *change.chatTypes {
			if _, ok := v.f.types.with(value); !ok {
				return refusal{code: feishuapi.ErrorCodeInvalidChatEmployeeType}
			}
		}
		plan.own.chatTypes = append([]int64{}, *change.chatTypes...)
	}
	if change.units == nil {
		return nil
	}
	units := *change.units
	if len(units) > 1 {
		return refusal{code: feishuapi.ErrorCodeDepartmentUnitDuplicated}
	}
	for _, unit := range units {
		if v.f.units.find(unit) < 0 {
			return refusal{code: feishuapi.ErrorCodeInvalidUnit}
		}
		for _, other := range v.dir.AllDepartments() {
			if other.Key != key && slices.Contains(v.f.own(other.Key).units, unit) {
				return refusal{code: feishuapi.ErrorCodeDepartmentUnitInUse}
			}
		}
	}
	plan.own.units = slices.Clone(units)
	return nil
}

// planPeople plans leaders and HRBPs.
func (v view) planPeople(plan *departmentPlan, dept *company.Department, change departmentChange) error {
	if change.hrbps != nil {
		if len(*change.hrbps) > maxHRBPs {
			return refusal{code: feishuapi.ErrorCodeInvalidHRBP}
		}
		plan.own.hrbps = nil
		for _, id := range *change.hrbps {
			p, left := v.findPerson(id)
			if p == nil || left {
				return refusal{code: feishuapi.ErrorCodeInvalidHRBP}
			}
			plan.own.hrbps = append(plan.own.hrbps, p.Key)
		}
	}
	input := change.leaders
	if change.leader != nil && (input == nil || len(*input) == 0) {
		// The primary leader alone; the deputies stay, unless the whole department is replaced.
		input = &[]feishuserver.DepartmentLeaderInput{}
		if *change.leader != "" {
			*input = append(*input, feishuserver.DepartmentLeaderInput{LeaderType: feishuserver.LeaderTypePrimary,
				LeaderID: *change.leader})
		}
		if dept != nil && change.leaders == nil {
			for _, l := range v.leaders(dept, v.f.own(dept.Key)) {
				if id := v.personID(l.person); l.deputy && id != *change.leader {
					*input = append(*input,
						feishuserver.DepartmentLeaderInput{LeaderType: feishuserver.LeaderTypeDeputy, LeaderID: id})
				}
			}
		}
	}
	if input == nil {
		return nil
	}
	plan.leads, plan.own.leaders = true, nil
	for _, l := range *input {
		p, left := v.findPerson(l.LeaderID)
		switch {
		case !l.LeaderType.Valid():
			return fieldRefusal("leaders.leaderType", strconv.Itoa(int(l.LeaderType)), "1 or 2")
		case p == nil:
			return v.unknownPerson(l.LeaderID)
		case left:
			return refusal{code: feishuapi.ErrorCodeLeaderResigned}
		case p.Status == company.StatusNotActivated:
			return refusal{code: feishuapi.ErrorCodeLeaderNotJoined}
		case slices.ContainsFunc(plan.own.leaders, func(other leader) bool { return other.person == p.Key }):
			return refusal{code: feishuapi.ErrorCodeLeaderRepeated}
		}
		plan.own.leaders = append(plan.own.leaders,
			leader{person: p.Key, deputy: l.LeaderType == feishuserver.LeaderTypeDeputy})
	}
	return nil
}

// lead marks the members who lead from now on, and unmarks the others.
func (v view) lead(key company.DepartmentKey, plan departmentPlan) {
	if !plan.leads {
		return
	}
	for _, p := range v.dir.Members(key) {
		leads := slices.ContainsFunc(plan.own.leaders, func(l leader) bool { return l.person == p.Key })
		if m, _ := p.In(key); m.Leader == leads {
			continue
		}
		// It cannot fail: nothing is changed but the mark.
		_ = v.dir.UpdatePerson(p.Key, func(p *company.Person) error {
			for i := range p.Memberships {
				if p.Memberships[i].Department == key {
					p.Memberships[i].Leader = leads
				}
			}
			return nil
		})
	}
}

// departmentID tells whether a department may have an id of the tenant's own.
func departmentID(id string) bool {
	ok, err := regexp.MatchString(`^[a-zA-Z0-9][a-zA-Z0-9_\-@.]{0,63}$`, id)
	return err == nil && ok && !strings.HasPrefix(id, "od-") && id != "0" && id != "1"
}

// departmentFailure words what the company refused.
func departmentFailure(err error) error {
	if taken, ok := errors.AsType[*company.TakenError](err); ok {
		if taken.What == company.ByFeishuID {
			return refusal{code: feishuapi.ErrorCodeDepartmentIDTaken}
		}
		return refusal{code: feishuapi.ErrorCodeDepartmentNameTaken}
	}
	return refusal{code: feishuapi.ErrorCodeInvalidParameter}
}

// DeleteDepartment deletes an empty department.
func (f *Vendor) DeleteDepartment(ctx context.Context,
	r feishuserver.DeleteDepartmentRequestObject) (feishuserver.DeleteDepartmentResponseObject, error) {
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		return f.viewOf(desk.CallOf(ctx), d).deleteDepartment(r.DepartmentID)
	})
	return feishuserver.DeleteDepartment200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// deleteDepartment deletes a department if it is empty.
func (v view) deleteDepartment(id string) error {
	dept, err := v.ownDepartment(id, feishuapi.ErrorCodeDepartmentOutOfRange)
	switch {
	case err != nil:
		return err
	case !v.seesDepartment(dept.Parent):
		return refusal{code: feishuapi.ErrorCodeParentDepartmentOutOfRange}
	case v.dir.MemberCount(dept.Key) > 0:
		return refusal{code: feishuapi.ErrorCodeDepartmentHasMembers}
	case len(v.dir.Children(dept.Key)) > 0:
		return refusal{code: feishuapi.ErrorCodeDepartmentHasChildren}
	}
	if err := v.dir.RemoveDepartment(dept.Key); err != nil {
		return departmentFailure(err)
	}
	v.f.mu.Lock()
	defer v.f.mu.Unlock()
	v.f.gone[dept.FeishuID], v.f.gone[dept.FeishuOpenID] = true, true
	delete(v.f.departments, dept.Key)
	return nil
}

// UpdateDepartmentID gives a department another id.
func (f *Vendor) UpdateDepartmentID(ctx context.Context,
	r feishuserver.UpdateDepartmentIDRequestObject) (feishuserver.UpdateDepartmentIDResponseObject, error) {
	c := desk.CallOf(ctx)
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		dept, err := f.viewOf(c, d).ownDepartment(r.DepartmentID, feishuapi.ErrorCodeDepartmentIDChangeForbidden)
		if err != nil {
			return err
		}
		own := f.own(dept.Key)
		switch {
		case !departmentID(r.Body.NewDepartmentID):
			return refusal{code: feishuapi.ErrorCodeInvalidDepartmentID}
		case d.FindDepartment(company.ByFeishuID, r.Body.NewDepartmentID) != nil:
			return refusal{code: feishuapi.ErrorCodeDepartmentIDTaken}
		case own.renamed >= maxRenames:
			return refusal{code: feishuapi.ErrorCodeDepartmentIDChangeLimit}
		}
		err = d.UpdateDepartment(dept.Key, func(edited *company.Department) error {
			edited.FeishuID = r.Body.NewDepartmentID
			return nil
		})
		if err != nil {
			return departmentFailure(err)
		}
		own.renamed++
		f.keepDepartment(dept.Key, own)
		return nil
	})
	return feishuserver.UpdateDepartmentID200JSONResponse{Data: &feishuserver.Nothing{}}, err
}

// UnbindDepartmentChat makes the department's group an ordinary one.
func (f *Vendor) UnbindDepartmentChat(ctx context.Context,
	r feishuserver.UnbindDepartmentChatRequestObject) (feishuserver.UnbindDepartmentChatResponseObject, error) {
	c := desk.CallOf(ctx)
	err := company.Change(f.desk.Company, func(d *company.Directory) error {
		dept, err := f.viewOf(c, d).ownDepartment(r.Body.DepartmentID, feishuapi.ErrorCodeDepartmentOutOfRange)
		if err != nil {
			return err
		}
		own := f.own(dept.Key)
		if !own.hasChat(dept.Key) {
			return refusal{code: feishuapi.ErrorCodeDepartmentHasNoChat}
		}
		own.chat = new(false)
		f.keepDepartment(dept.Key, own)
		return nil
	})
	return feishuserver.UnbindDepartmentChat200JSONResponse{Data: &feishuserver.Nothing{}}, err
}
