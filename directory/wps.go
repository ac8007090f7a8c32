package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/wpsapi"
)

// WPS shows WPS 365's directory, as far as the app's data permission (数据权限) goes: whom it does not cover is left out
// by the vendor, without an error. Ids are the vendor's user and department ids.
func WPS(c *wps.Client) Directory { return &wpsDirectory{c: c} }

type wpsDirectory struct {
	c *wps.Client

	ownMu sync.Mutex
	own   string // the company's id, once it is known

	options words // names of the options of custom attributes, by the attribute's id and the option's key
}

func (d *wpsDirectory) Vendor() string { return "wps" }

// maxPermissions is how many entries each list of getContactsPermissionScope has at most.
const maxPermissions = 1500

// Scope is not known where the answer names nothing at all, or the deployment has no such call.
func (d *wpsDirectory) Scope(ctx context.Context) (Scope, error) {
	scope, err := d.entities(ctx)
	if lacksCall(err) {
		scope, err = d.lists(ctx)
	}
	if lacksCall(err) {
		return Scope{}, nil
	}
	if err != nil {
		return Scope{}, err
	}
	if len(scope.Departments)+len(scope.Users)+len(scope.Groups) == 0 {
		return Scope{}, nil
	}
	root, err := d.c.GetRootDept(ctx, nil)
	if err != nil {
		return Scope{}, err
	}
	if slices.Contains(scope.Departments, root.Data.ID) {
		return Scope{Known: true, Whole: true}, nil
	}
	scope.Known = true
	return scope.sorted(), nil
}

// lacksCall tells whether a deployment does not have a call.
func lacksCall(err error) bool {
	var refused *clients.Error
	return notFound(err) || errors.As(err, &refused) &&
		(refused.Code == strconv.Itoa(int(wpsapi.ErrorCodeCommonNotFound)) ||
			refused.Code == strconv.Itoa(int(wpsapi.ErrorCodeCommonInternalServerError)))
}

// entities reads the data permission page by page.
func (d *wpsDirectory) entities(ctx context.Context) (Scope, error) {
	var scope Scope
	for part, err := range d.c.PermissionEntities(ctx) {
		if err != nil {
			return Scope{}, err
		}
		switch part.Entity.Type {
		case wpsapi.PermissionEntityTypeDept:
			scope.Departments = append(scope.Departments, part.Entity.ID)
		case wpsapi.PermissionEntityTypeUser:
			scope.Users = append(scope.Users, part.Entity.ID)
		case wpsapi.PermissionEntityTypeGroup:
			scope.Groups = append(scope.Groups, part.Entity.ID)
		default:
			scope.Groups = append(scope.Groups, string(part.Entity.Type)+" "+part.Entity.ID)
		}
	}
	return scope, nil
}

// lists reads the data permission with the older call, whose lists are cut.
func (d *wpsDirectory) lists(ctx context.Context) (Scope, error) {
	answer, err := d.c.GetContactsPermissionScope(ctx,
		&wpsapi.GetContactsPermissionScopeParams{Scopes: []wpsapi.ContactScope{wpsapi.ContactScopeOrg}})
	if err != nil {
		return Scope{}, err
	}
	var scope Scope
	for _, part := range answer.Data.Items {
		if part.Scope == wpsapi.ContactScopeOrg {
			scope.Departments = append(scope.Departments, part.DeptIDs...)
			scope.Users = append(scope.Users, part.UserIDs...)
			scope.Groups = append(scope.Groups, part.GroupIDs...)
		}
	}
	if max(len(scope.Departments), len(scope.Users), len(scope.Groups)) >= maxPermissions {
		return Scope{}, badRow("wps", fmt.Sprintf("the data permission has %d entries or more of a kind, "+
			"which is where its list is cut", maxPermissions))
	}
	return scope, nil
}

func (d *wpsDirectory) Departments(ctx context.Context, roots ...string) iter.Seq2[Department, error] {
	return func(yield func(Department, error) bool) {
		top, err := d.departments(ctx, roots)
		if len(roots) == 0 {
			var root *wpsapi.GetRootDeptAnswer
			if root, err = d.c.GetRootDept(ctx, nil); err == nil {
				top = []wpsapi.Dept{root.Data}
			}
		}
		if err != nil {
			yield(Department{}, err)
			return
		}
		id := func(raw wpsapi.Dept) string { return raw.ID }
		convert(tree(ctx, d.Vendor(), wpsapi.OpListChildDepts.ID, top, id, d.children), wpsDepartment)(yield)
	}
}

// departments reads departments by their ids, all of which have to be there.
func (d *wpsDirectory) departments(ctx context.Context, ids []string) ([]wpsapi.Dept, error) {
	var all []wpsapi.Dept
	for chunk := range slices.Chunk(ids, 50) {
		answer, err := d.c.BatchReadDepts(ctx, nil, &wpsapi.BatchReadDeptsRequest{DeptIDs: chunk})
		if nameless(ctx, err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, answer.Data.Items...)
	}
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(raw wpsapi.Dept) bool { return raw.ID == id }) {
			err := &clients.Error{Vendor: "wps", Operation: "batchReadDepts", Kind: clients.KindNotFound,
				Message: fmt.Sprintf("department %s is not answered: it does not exist, or the app may not see it", id)}
			if !nameless(ctx, err) {
				return nil, err
			}
			all = append(all, wpsapi.Dept{ID: id})
		}
	}
	return all, nil
}

func (d *wpsDirectory) children(ctx context.Context, departmentID string) ([]wpsapi.Dept, error) {
	var all []wpsapi.Dept
	for raw, err := range d.c.ChildDepartments(ctx, departmentID) {
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}

// Members yields the rows of a department's list. They name this department only, with leader and order, which
// nothing else tells on the public cloud.
func (d *wpsDirectory) Members(ctx context.Context, departmentID string) iter.Seq2[User, error] {
	return users(d.rows(ctx, departmentID))
}

func (d *wpsDirectory) rows(ctx context.Context, departmentID string) iter.Seq2[row, error] {
	return convert(d.c.DepartmentUsers(ctx, departmentID), func(raw wpsapi.DeptMember) row {
		var info wpsapi.User
		if raw.UserInfo != nil {
			info = *raw.UserInfo
		}
		info.ID = raw.UserID
		user := wpsUser(info)
		m := Membership{DepartmentID: departmentID, Leader: raw.IsLeader, Order: orderText(orZero(raw.Order))}
		if info.DefDeptID != "" {
			m.Primary = new(info.DefDeptID == departmentID)
		}
		user.Departments = []Membership{m}
		return row{user: user, own: true}
	})
}

// everybody makes Walk list the company at once: that names all departments of everybody.
func (d *wpsDirectory) everybody(ctx context.Context) iter.Seq2[row, error] {
	return convert(d.c.Users(ctx), func(raw wpsapi.User) row {
		return row{user: wpsUser(raw), whole: raw.Depts != nil}
	})
}

func (d *wpsDirectory) User(ctx context.Context, id string) (User, error) {
	answer, err := d.c.GetUser(ctx, id, &wpsapi.GetUserParams{WithDept: new(true)})
	if err != nil {
		return User{}, err
	}
	return wpsUser(answer.Data), nil
}

// detail reads what lists lack: the manager and, for a row of a department's list, all departments.
func (d *wpsDirectory) detail(ctx context.Context, listed row) (row, error) {
	user, err := d.User(ctx, listed.user.ID)
	if err != nil {
		return listed, err
	}
	whole := user.Departments != nil
	return row{user: merged(user, listed.user), whole: whole, own: listed.own, detailed: true}, nil
}

func (d *wpsDirectory) beyond() []string { return []string{fieldManager, fieldPhoto} }

// attributes reads the company's own fields. Without the permission for them nobody's are known.
func (d *wpsDirectory) attributes(ctx context.Context, ids []string) (map[string]ownFields, error) {
	people, _, err := d.c.CustomAttrsByID(ctx, ids)
	if errors.Is(err, clients.ErrPermission) || lacksCall(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all := make(map[string]ownFields, len(people))
	for _, p := range people {
		if p.CustomAttrs == nil {
			continue // who has none has an empty list
		}
		own := ownFields{values: make(map[string]string, len(p.CustomAttrs))}
		for _, attr := range p.CustomAttrs {
			name := attr.AttrName
			if _, taken := own.values[name]; taken || name == "" {
				name = attr.AttrID
			}
			text, standIn, err := d.attributeText(ctx, attr)
			if err != nil {
				return nil, err
			}
			own.values[name], own.standIn = text, own.standIn || standIn
		}
		all[p.UserID] = own
	}
	return all, nil
}

// attributeText is the value of an attribute as people read it: an option's name, a link's address, other people's and
// departments' ids. standIn says that it is an option's key, since the app may not read the names.
func (d *wpsDirectory) attributeText(ctx context.Context, attr wpsapi.CustomAttrValue) (text string, standIn bool,
	err error) {
	if attr.Option == "" {
		return cmp.Or(attr.Text, attr.URL.Link, attr.RelationUser, strings.Join(attr.RelationDepts, ",")), false, nil
	}
	names, ok, err := d.options.read(func(yield func(id, name string) bool) error {
		answer, err := d.c.BatchReadCustomAttrDefs(ctx, nil)
		if err != nil {
			return err
		}
		for _, def := range answer.Data.CustomAttrs {
			for _, option := range def.Options {
				yield(def.ID+"\n"+option.Key, option.Name)
			}
		}
		return nil
	})
	return cmp.Or(names[attr.AttrID+"\n"+attr.Option], attr.Option), !ok, err
}

// mergeRaw keeps what only the list of a department has: the picture.
func (d *wpsDirectory) mergeRaw(a, b any) any {
	first, ok1 := a.(wpsapi.User)
	second, ok2 := b.(wpsapi.User)
	if ok1 && ok2 && first.Avatar == "" {
		first.Avatar = second.Avatar
	}
	if !ok1 {
		return a
	}
	return first
}

func wpsDepartment(raw wpsapi.Dept) Department {
	if raw.Name == "" && raw.ParentID == "" {
		return withoutRecord(raw.ID)
	}
	department := Department{
		ID:         raw.ID,
		ParentID:   raw.ParentID,
		Name:       raw.Name,
		ExternalID: raw.ExDeptID,
		Order:      orderText(orZero(raw.Order)),
		Raw:        raw,
	}
	if department.ParentID == "0" {
		department.ParentID = ""
	}
	if raw.Leaders != nil {
		department.LeaderIDs = []string{}
	}
	for _, leader := range raw.Leaders {
		department.LeaderIDs = append(department.LeaderIDs, leader.UserID)
	}
	slices.Sort(department.LeaderIDs)
	return department
}

func wpsUser(raw wpsapi.User) User {
	u := User{
		ID: raw.ID, ExternalID: raw.ExUserID, UserName: raw.LoginName, UserNameFrom: UserNameFromLoginName,
		DisplayName: raw.UserName,
		Title:       raw.Title, PhotoURL: raw.Avatar, Location: raw.WorkPlace, EmployeeNo: raw.EmployeeID,
		EmployeeType: raw.EmploymentType,
		ManagerID:    raw.LeaderID, Raw: raw,
	}
	// user_name is what the person is called and need not be unique.
	if u.UserName == "" {
		u.UserName, u.UserNameFrom = raw.ExUserID, UserNameFromExternalID
	}
	if u.UserName == "" {
		u.UserName, u.UserNameFrom = raw.ID, UserNameFromID
	}
	switch raw.Status {
	case wpsapi.UserStatusActive:
		u.Status = StatusActive
	case wpsapi.UserStatusNotactive:
		u.Status = StatusPending
	case wpsapi.UserStatusDisabled:
		u.Status = StatusDisabled
	case wpsapi.UserStatusDimission:
		u.Status = StatusLeft
	}
	switch raw.Gender {
	case wpsapi.GenderMale:
		u.Gender = GenderMale
	case wpsapi.GenderFemale:
		u.Gender = GenderFemale
	}
	u.Emails = u.contacts(fieldEmails, contact{kindHome, raw.Email, false})
	u.PhoneNumbers = u.contacts(fieldPhones, contact{kindMobile, mapped(raw.Phone, e164), true},
		contact{kindWork, mapped(raw.Telephone, e164), false})
	if raw.Depts == nil {
		return u
	}
	u.Departments = []Membership{}
	for _, d := range raw.Depts {
		m := Membership{DepartmentID: wps.UserDeptID(d), Leader: d.IsLeader, Primary: d.IsDefDept,
			Order: orderText(orZero(d.Order))}
		if m.Primary == nil && raw.DefDeptID != "" {
			m.Primary = new(m.DepartmentID == raw.DefDeptID)
		}
		u.Departments = append(u.Departments, m)
	}
	return u
}
