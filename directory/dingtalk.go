package directory

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/gen/dingtalkapi"
)

// dingTalkRoot is the corp itself.
const dingTalkRoot = 1

// DingTalk shows DingTalk's directory, as far as the app's contact scope (通讯录权限范围) goes. Ids are userids and
// department ids; the root is 1. The home-school directory (家校通讯录, negative department ids) is no staff and is left
// out: DingTalk answers no call about it.
func DingTalk(c *dingtalk.Client) Directory { return &dingTalkDirectory{c} }

type dingTalkDirectory struct{ c *dingtalk.Client }

func (d *dingTalkDirectory) Vendor() string { return "dingtalk" }

func (d *dingTalkDirectory) Scope(ctx context.Context) (Scope, error) {
	answer, err := d.c.GetAuthScopes(ctx)
	if err != nil {
		return Scope{}, err
	}
	given := answer.AuthOrgScopes
	if slices.Contains(given.AuthedDept, dingTalkRoot) {
		return Scope{Known: true, Whole: true}, nil
	}
	scope := Scope{Known: true, Users: given.AuthedUser}
	for _, id := range given.AuthedDept {
		if id > 0 {
			scope.Departments = append(scope.Departments, textID(id))
		}
	}
	return scope.sorted(), nil
}

func (d *dingTalkDirectory) Departments(ctx context.Context, roots ...string) iter.Seq2[Department, error] {
	if len(roots) == 0 {
		roots = []string{textID(dingTalkRoot)}
	}
	return func(yield func(Department, error) bool) {
		var top []dingtalkapi.DepartmentV2
		for raw, err := range clients.Ordered(ctx, defaultParallel, roots, d.root) {
			if err != nil {
				yield(Department{}, err)
				return
			}
			top = append(top, raw)
		}
		id := func(raw dingtalkapi.DepartmentV2) string { return textID(raw.DeptID) }
		all := tree(ctx, d.Vendor(), dingtalkapi.OpListSubDepartmentsV2.ID, top, id, d.children)
		convert(all, func(raw dingtalkapi.DepartmentV2) Department {
			if raw.Name == "" && raw.ParentID == 0 {
				return withoutRecord(textID(raw.DeptID))
			}
			return dingTalkDepartment(raw)
		})(yield)
	}
}

// root is a department in the form in which its parent lists it.
func (d *dingTalkDirectory) root(ctx context.Context, id string) (dingtalkapi.DepartmentV2, error) {
	ids, err := numbers("dingtalk", "getDepartmentV2", []string{id})
	if err != nil {
		return dingtalkapi.DepartmentV2{}, err
	}
	answer, err := d.c.GetDepartmentV2(ctx, &dingtalkapi.GetDepartmentV2Request{DeptID: ids[0]})
	if nameless(ctx, err) {
		return dingtalkapi.DepartmentV2{DeptID: ids[0]}, nil
	}
	if err != nil {
		return dingtalkapi.DepartmentV2{}, clients.InDepartment(id, err)
	}
	raw := answer.Result
	return dingtalkapi.DepartmentV2{
		DeptID: raw.DeptID, Name: raw.Name, ParentID: raw.ParentID, SourceIdentifier: raw.SourceIdentifier,
		Tags:        raw.Tags,
		AutoAddUser: raw.AutoAddUser, CreateDeptGroup: raw.CreateDeptGroup, FromUnionOrg: raw.FromUnionOrg,
	}, nil
}

func (d *dingTalkDirectory) children(ctx context.Context, departmentID string) ([]dingtalkapi.DepartmentV2, error) {
	ids, err := numbers("dingtalk", "listSubDepartmentsV2", []string{departmentID})
	if err != nil {
		return nil, err
	}
	answer, err := d.c.ListSubDepartmentsV2(ctx, &dingtalkapi.ListSubDepartmentsV2Request{DeptID: &ids[0]})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(answer.Result, func(raw dingtalkapi.DepartmentV2) bool { return raw.DeptID < 0 }), nil
}

// numbers are ids of departments for vendors that count them.
func numbers(vendor, operation string, ids []string) ([]int64, error) {
	var all []int64
	for _, text := range ids {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, &clients.Error{Vendor: vendor, Operation: operation, Kind: clients.KindInvalidArgument,
				Message: fmt.Sprintf("a department id is a number, and not %q", text)}
		}
		all = append(all, id)
	}
	return all, nil
}

func (d *dingTalkDirectory) Members(ctx context.Context, departmentID string) iter.Seq2[User, error] {
	return users(d.rows(ctx, departmentID))
}

// rows tell leader and order of this department only.
func (d *dingTalkDirectory) rows(ctx context.Context, departmentID string) iter.Seq2[row, error] {
	ids, err := numbers("dingtalk", "listDepartmentUsersV2", []string{departmentID})
	if err != nil {
		return failed[row](err)
	}
	return convert(d.c.DepartmentUsers(ctx, ids[0]), func(raw dingtalkapi.DepartmentUserV2) row {
		return row{user: dingTalkUser(dingTalkRow(raw, ids[0])), whole: raw.DeptIDList != nil, own: true}
	})
}

func (d *dingTalkDirectory) User(ctx context.Context, id string) (User, error) {
	answer, err := d.c.GetUserV2(ctx, &dingtalkapi.GetUserV2Request{UserID: id})
	if err != nil {
		return User{}, err
	}
	return dingTalkUser(answer.Result), nil
}

// detail reads what lists lack: the manager, and leader and order of all departments.
func (d *dingTalkDirectory) detail(ctx context.Context, listed row) (row, error) {
	user, err := d.User(ctx, listed.user.ID)
	if err != nil {
		return listed, err
	}
	silent := slices.ContainsFunc(user.Departments, func(m Membership) bool { return m.Leader == nil })
	return row{user: merged(user, listed.user), whole: user.Departments != nil, own: silent, detailed: true}, nil
}

func (d *dingTalkDirectory) beyond() []string { return []string{fieldManager} }

// mergeRaw puts together what rows of several departments tell.
func (d *dingTalkDirectory) mergeRaw(a, b any) any {
	first, ok1 := a.(dingtalkapi.UserV2)
	second, ok2 := b.(dingtalkapi.UserV2)
	if !ok1 || !ok2 {
		return a
	}
	for _, order := range second.DeptOrderList {
		if !slices.ContainsFunc(first.DeptOrderList,
			func(o dingtalkapi.DeptOrder) bool { return o.DeptID == order.DeptID }) {
			first.DeptOrderList = append(slices.Clip(first.DeptOrderList), order)
		}
	}
	for _, leads := range second.LeaderInDept {
		if !slices.ContainsFunc(
			first.LeaderInDept,
			func(l dingtalkapi.LeaderInDept) bool { return l.DeptID == leads.DeptID },
		) {
			first.LeaderInDept = append(slices.Clip(first.LeaderInDept), leads)
		}
	}
	slices.SortFunc(
		first.DeptOrderList,
		func(a, b dingtalkapi.DeptOrder) int { return int(min(max(a.DeptID-b.DeptID, -1), 1)) },
	)
	slices.SortFunc(
		first.LeaderInDept,
		func(a, b dingtalkapi.LeaderInDept) int { return int(min(max(a.DeptID-b.DeptID, -1), 1)) },
	)
	return first
}

func dingTalkDepartment(raw dingtalkapi.DepartmentV2) Department {
	return Department{
		ID:         textID(raw.DeptID),
		ParentID:   textID(raw.ParentID),
		Name:       raw.Name,
		ExternalID: raw.SourceIdentifier,
		Raw:        raw,
	}
}

// dingTalkRow is a row of a department's list in the form of a call for one user.
func dingTalkRow(raw dingtalkapi.DepartmentUserV2, departmentID int64) dingtalkapi.UserV2 {
	u := dingtalkapi.UserV2{
		Active: raw.Active, Admin: raw.Admin, Avatar: raw.Avatar, Boss: raw.Boss, CreateTime: raw.CreateTime,
		DeptIDList:    raw.DeptIDList,
		DisableStatus: raw.DisableStatus, Email: raw.Email, ExclusiveAccount: raw.ExclusiveAccount,
		ExclusiveAccountCorpID: raw.ExclusiveAccountCorpID, ExclusiveAccountCorpName: raw.ExclusiveAccountCorpName,
		ExclusiveAccountType: raw.ExclusiveAccountType, Extension: raw.Extension, HideMobile: raw.HideMobile,
		HiredDate: raw.HiredDate,
		JobNumber: raw.JobNumber, LoginID: raw.LoginID, Mobile: raw.Mobile, Name: raw.Name, Nickname: raw.Nickname,
		OrgEmail:     raw.OrgEmail,
		OrgEmailType: raw.OrgEmailType, Remark: raw.Remark, StateCode: raw.StateCode, Telephone: raw.Telephone,
		Title:   raw.Title,
		UnionID: raw.UnionID, UserID: raw.UserID, WorkPlace: raw.WorkPlace,
	}
	if raw.DeptOrder != nil {
		u.DeptOrderList = []dingtalkapi.DeptOrder{{DeptID: departmentID, Order: raw.DeptOrder}}
	}
	if raw.Leader != nil {
		u.LeaderInDept = []dingtalkapi.LeaderInDept{{DeptID: departmentID, Leader: raw.Leader}}
	}
	return u
}

func dingTalkUser(raw dingtalkapi.UserV2) User {
	u := User{
		ID: raw.UserID, UnionID: raw.UnionID, UserName: raw.UserID, UserNameFrom: UserNameFromUserID,
		DisplayName: raw.Name,
		NickName:    raw.Nickname, Title: raw.Title, PhotoURL: raw.Avatar, Location: raw.WorkPlace,
		EmployeeNo: raw.JobNumber,
		ManagerID:  raw.ManagerUserID, Status: dingTalkStatus(raw.Active, raw.DisableStatus), Raw: raw,
		HireDate: day(time.UnixMilli(orZero(raw.HiredDate))), Attributes: map[string]string(raw.Extension),
	}
	u.Emails = u.contacts(fieldEmails, contact{kindWork, raw.OrgEmail, false},
		contact{kindHome, raw.Email, false})
	mobile := func(number string) string { return withCountry(raw.StateCode, number) }
	u.PhoneNumbers = u.contacts(fieldPhones, contact{kindMobile, mapped(raw.Mobile, mobile), true},
		contact{kindWork, mapped(raw.Telephone, e164), false})
	if raw.DeptIDList == nil && len(raw.LeaderInDept)+len(raw.DeptOrderList) == 0 {
		return u
	}
	u.Departments = []Membership{}
	for _, id := range raw.DeptIDList {
		u.Departments = append(u.Departments, Membership{DepartmentID: textID(id)})
	}
	for _, order := range raw.DeptOrderList {
		u.place(textID(order.DeptID)).Order = orderText(orZero(order.Order))
	}
	for _, leader := range raw.LeaderInDept {
		u.place(textID(leader.DeptID)).Leader = leader.Leader
	}
	return u
}

// dingTalkStatus is not known where the vendor does not say whether the account is active. Only accounts that the
// corp owns can be disabled.
func dingTalkStatus(active, disabled *bool) Status {
	switch {
	case disabled != nil && *disabled:
		return StatusDisabled
	case active == nil:
		return ""
	case *active:
		return StatusActive
	default:
		return StatusPending
	}
}
