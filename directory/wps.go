package directory

import (
	"context"
	"iter"
	"strconv"

	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/wpsapi"
)

// WPS shows WPS 365's directory, as far as the app's data permission (数据权限) goes: whom it does not cover is left out by the vendor, without
// an error. Ids are the vendor's user and department ids.
func WPS(c *wps.Client) Directory { return &wpsDirectory{c} }

type wpsDirectory struct{ c *wps.Client }

func (d *wpsDirectory) Vendor() string { return "wps" }

func (d *wpsDirectory) Departments(ctx context.Context) iter.Seq2[Department, error] {
	return convert(d.c.Departments(ctx), wpsDepartment)
}

// Members reads each member once more: a row of the list names one department, and a User has all of them.
func (d *wpsDirectory) Members(ctx context.Context, departmentID string) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		for member, err := range d.c.DepartmentUsers(ctx, departmentID) {
			var user User
			if err == nil {
				user, err = d.User(ctx, member.UserID)
			}
			if !yield(user, err) || err != nil {
				return
			}
		}
	}
}

// Users makes Walk list the company at once: that names all departments of everybody.
func (d *wpsDirectory) Users(ctx context.Context) iter.Seq2[User, error] {
	return convert(d.c.Users(ctx), wpsUser)
}

func (d *wpsDirectory) User(ctx context.Context, id string) (User, error) {
	answer, err := d.c.GetUser(ctx, id, &wpsapi.GetUserParams{WithDept: new(true)})
	if err != nil {
		return User{}, err
	}
	return wpsUser(answer.Data), nil
}

func wpsDepartment(raw wpsapi.Dept) Department {
	department := Department{ID: raw.ID, ParentID: raw.ParentID, Name: raw.Name, ExternalID: raw.ExDeptID, Order: strconv.FormatInt(raw.Order, 10), Raw: raw}
	if department.ParentID == "0" {
		department.ParentID = ""
	}
	for _, leader := range raw.Leaders {
		department.LeaderIDs = append(department.LeaderIDs, leader.UserID)
	}
	return department
}

func wpsUser(raw wpsapi.User) User {
	u := User{
		ID: raw.ID, ExternalID: raw.ExUserID, UserName: raw.LoginName, DisplayName: raw.UserName, Title: raw.Title, PhotoURL: raw.Avatar,
		Location: raw.WorkPlace, EmployeeNo: raw.EmployeeID, ManagerID: raw.LeaderID, Raw: raw,
	}
	// user_name is what the person is called and need not be unique.
	for _, unique := range []string{raw.ExUserID, raw.ID} {
		if u.UserName == "" {
			u.UserName = unique
		}
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
	u.Active = u.Status.usable()
	switch raw.Gender {
	case wpsapi.GenderMale:
		u.Gender = GenderMale
	case wpsapi.GenderFemale:
		u.Gender = GenderFemale
	}
	u.Emails = addValue(nil, raw.Email, "work")
	u.PhoneNumbers = addValue(addValue(nil, raw.Phone, "mobile"), raw.Telephone, "work")
	for _, d := range raw.Depts {
		id := d.ID
		if id == "" {
			id = d.DeptID // private deployments
		}
		m := Membership{DepartmentID: id, Leader: d.IsLeader, Primary: d.IsDefDept || id == raw.DefDeptID}
		if d.Order != 0 {
			m.Order = strconv.FormatInt(d.Order, 10)
		}
		u.Departments = append(u.Departments, m)
	}
	return u
}
