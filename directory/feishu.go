package directory

import (
	"context"
	"iter"
	"strconv"

	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/gen/feishuapi"
)

// feishuRoot is the company itself. Feishu has no department object for it, and people who are in no other department.
const feishuRoot = "0"

// Feishu shows the directory of Feishu or Lark, as far as the app's contact range (通讯录权限范围) goes. Users' ids are open_ids, which differ from
// app to app, and departments' are open_department_ids; the root is "0".
func Feishu(c *feishu.Client) Directory { return &feishuDirectory{c} }

type feishuDirectory struct{ c *feishu.Client }

func (d *feishuDirectory) Vendor() string { return "feishu" }

func (d *feishuDirectory) Departments(ctx context.Context) iter.Seq2[Department, error] {
	return func(yield func(Department, error) bool) {
		if !yield(Department{ID: feishuRoot}, nil) {
			return
		}
		for raw, err := range d.c.Departments(ctx) {
			if err != nil {
				yield(Department{}, err)
				return
			}
			if !yield(feishuDepartment(raw), nil) {
				return
			}
		}
	}
}

func (d *feishuDirectory) Members(ctx context.Context, departmentID string) iter.Seq2[User, error] {
	return convert(d.c.DepartmentUsers(ctx, departmentID), feishuUser)
}

func (d *feishuDirectory) User(ctx context.Context, id string) (User, error) {
	answer, err := d.c.GetUser(ctx, id, nil)
	if err != nil {
		return User{}, err
	}
	return feishuUser(answer.Data.User), nil
}

func feishuDepartment(raw feishuapi.Department) Department {
	d := Department{ID: raw.OpenDepartmentID, ParentID: raw.ParentDepartmentID, Name: raw.Name, ExternalID: raw.DepartmentID, Order: raw.Order, Raw: raw}
	for _, leader := range raw.Leaders {
		d.LeaderIDs = append(d.LeaderIDs, leader.LeaderID)
	}
	if len(d.LeaderIDs) == 0 && raw.LeaderUserID != "" {
		d.LeaderIDs = []string{raw.LeaderUserID}
	}
	return d
}

func feishuUser(raw feishuapi.User) User {
	u := User{
		ID: raw.OpenID, UserName: raw.UserID, DisplayName: raw.Name, NickName: raw.Nickname, Title: raw.JobTitle, PhotoURL: raw.Avatar.AvatarOrigin,
		Location: raw.WorkStation, EmployeeNo: raw.EmployeeNo, ManagerID: raw.LeaderUserID, Raw: raw,
	}
	if u.UserName == "" {
		u.UserName = raw.OpenID // without the scope for user_id
	}
	if u.NickName == "" {
		u.NickName = raw.EnName
	}
	if u.Location == "" {
		u.Location = raw.City
	}
	if s := raw.Status; s != nil {
		switch {
		case s.IsResigned || s.IsExited:
			u.Status = StatusLeft
		case s.IsFrozen:
			u.Status = StatusDisabled
		case s.IsActivated:
			u.Status = StatusActive
		default:
			u.Status = StatusPending
		}
	}
	u.Active = u.Status.usable()
	switch raw.Gender {
	case feishuapi.GenderMale:
		u.Gender = GenderMale
	case feishuapi.GenderFemale:
		u.Gender = GenderFemale
	}
	u.Emails = addValue(u.Emails, raw.EnterpriseEmail, "work")
	u.Emails = addValue(u.Emails, raw.Email, "work")
	u.PhoneNumbers = addValue(u.PhoneNumbers, raw.Mobile, "mobile")
	orders := make(map[string]feishuapi.UserOrder, len(raw.Orders))
	for _, order := range raw.Orders {
		orders[order.DepartmentID] = order
	}
	for _, id := range raw.DepartmentIDs {
		m := Membership{DepartmentID: id}
		if order, ok := orders[id]; ok {
			m.Order, m.Primary = strconv.FormatInt(order.UserOrder, 10), order.IsPrimaryDept
		}
		u.Departments = append(u.Departments, m)
	}
	return u
}
