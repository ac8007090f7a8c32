package directory

import (
	"context"
	"iter"
	"strconv"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/gen/dingtalkapi"
)

// DingTalk shows DingTalk's directory from the given departments down, from the root (1) when none is given. An app whose contact scope is
// a part of the corp has to name the departments of its scope. Ids are userids and department ids. The home-school directory
// (家校通讯录, negative department ids) is no staff and is left out: DingTalk answers no call about it.
func DingTalk(c *dingtalk.Client, roots ...int64) Directory { return &dingTalkDirectory{c, roots} }

type dingTalkDirectory struct {
	c     *dingtalk.Client
	roots []int64
}

func (d *dingTalkDirectory) Vendor() string { return "dingtalk" }

func (d *dingTalkDirectory) Departments(ctx context.Context) iter.Seq2[Department, error] {
	return func(yield func(Department, error) bool) {
		for raw, err := range d.c.Departments(ctx, d.roots...) {
			if err != nil {
				yield(Department{}, err)
				return
			}
			if raw.DeptID > 0 && !yield(dingTalkDepartment(raw), nil) {
				return
			}
		}
	}
}

func (d *dingTalkDirectory) Members(ctx context.Context, departmentID string) iter.Seq2[User, error] {
	id, err := strconv.ParseInt(departmentID, 10, 64)
	if err != nil {
		return func(yield func(User, error) bool) {
			yield(User{}, &clients.Error{Vendor: "dingtalk", Operation: "listDepartmentUsersV2", Kind: clients.KindInvalidArgument,
				Message: "a department id of DingTalk is a number"})
		}
	}
	return convert(d.c.DepartmentUsers(ctx, id), func(raw dingtalkapi.DepartmentUserV2) User {
		u := dingTalkMember(raw)
		for i := range u.Departments {
			// The row speaks of this department only.
			if u.Departments[i].DepartmentID == departmentID {
				u.Departments[i].Leader, u.Departments[i].Order = raw.Leader, strconv.FormatInt(raw.DeptOrder, 10)
			}
		}
		return u
	})
}

func (d *dingTalkDirectory) User(ctx context.Context, id string) (User, error) {
	answer, err := d.c.GetUserV2(ctx, &dingtalkapi.GetUserV2Request{UserID: id})
	if err != nil {
		return User{}, err
	}
	raw := answer.Result
	u := User{
		ID: raw.UserID, UserName: raw.UserID, DisplayName: raw.Name, NickName: raw.Nickname, Title: raw.Title, PhotoURL: raw.Avatar, Location: raw.WorkPlace,
		EmployeeNo: raw.JobNumber, ManagerID: raw.ManagerUserID, Raw: raw,
	}
	u.Status = dingTalkStatus(raw.Active, raw.DisableStatus)
	u.Active = u.Status.usable()
	u.Emails = addValue(addValue(nil, raw.OrgEmail, "work"), raw.Email, "work")
	u.PhoneNumbers = dingTalkPhones(raw.StateCode, raw.Mobile, raw.Telephone)
	for _, id := range raw.DeptIDList {
		m := Membership{DepartmentID: strconv.FormatInt(id, 10)}
		for _, order := range raw.DeptOrderList {
			if order.DeptID == id {
				m.Order = strconv.FormatInt(order.Order, 10)
			}
		}
		for _, leader := range raw.LeaderInDept {
			if leader.DeptID == id {
				m.Leader = leader.Leader
			}
		}
		u.Departments = append(u.Departments, m)
	}
	return u, nil
}

func dingTalkDepartment(raw dingtalkapi.DepartmentV2) Department {
	department := Department{ID: strconv.FormatInt(raw.DeptID, 10), Name: raw.Name, ExternalID: raw.SourceIdentifier, Raw: raw}
	if raw.ParentID != 0 {
		department.ParentID = strconv.FormatInt(raw.ParentID, 10)
	}
	return department
}

func dingTalkMember(raw dingtalkapi.DepartmentUserV2) User {
	u := User{
		ID: raw.UserID, UserName: raw.UserID, DisplayName: raw.Name, NickName: raw.Nickname, Title: raw.Title, PhotoURL: raw.Avatar, Location: raw.WorkPlace,
		EmployeeNo: raw.JobNumber, Raw: raw,
	}
	u.Status = dingTalkStatus(raw.Active, raw.DisableStatus)
	u.Active = u.Status.usable()
	u.Emails = addValue(addValue(nil, raw.OrgEmail, "work"), raw.Email, "work")
	u.PhoneNumbers = dingTalkPhones(raw.StateCode, raw.Mobile, raw.Telephone)
	for _, id := range raw.DeptIDList {
		u.Departments = append(u.Departments, Membership{DepartmentID: strconv.FormatInt(id, 10)})
	}
	return u
}

func dingTalkStatus(active, disabled bool) Status {
	switch {
	case disabled:
		return StatusDisabled
	case active:
		return StatusActive
	default:
		return StatusPending
	}
}

// dingTalkPhones joins the country code, which DingTalk keeps apart, to foreign numbers only, as people write them.
func dingTalkPhones(stateCode, mobile, telephone string) []Value {
	if mobile != "" && stateCode != "" && stateCode != "86" {
		mobile = "+" + stateCode + "-" + mobile
	}
	return addValue(addValue(nil, mobile, "mobile"), telephone, "work")
}
