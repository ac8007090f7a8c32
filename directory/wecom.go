package directory

import (
	"context"
	"iter"
	"strconv"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
)

// WeCom shows WeCom's directory: what the self-built app (Config.AppSecret) may see. Ids are userids and department ids; the root is 1.
//
// With Config.ContactSecret the departments that the app may not see are listed too, without their names; reading their members is
// clients.ErrPermission. Without it nobody can know of them, and the directory is what the app's visible range (可见范围) makes of it.
func WeCom(c *wecom.Client) Directory { return &weComDirectory{c} }

type weComDirectory struct{ c *wecom.Client }

func (d *weComDirectory) Vendor() string { return "wecom" }

func (d *weComDirectory) Departments(ctx context.Context) iter.Seq2[Department, error] {
	return func(yield func(Department, error) bool) {
		visible, err := d.c.ListDepartment(ctx, nil)
		if err != nil {
			yield(Department{}, err)
			return
		}
		listed := make(map[int64]struct{}, len(visible.Department))
		for _, raw := range visible.Department {
			listed[raw.ID] = struct{}{}
			if !yield(weComDepartment(raw), nil) {
				return
			}
		}
		if !d.c.HasContactSecret() {
			return
		}
		all, err := d.c.ListDepartmentSimple(clients.WithScheme(ctx, "contactToken"), nil)
		if err != nil {
			yield(Department{}, err)
			return
		}
		for _, node := range all.DepartmentID {
			if _, ok := listed[node.ID]; ok {
				continue
			}
			if !yield(weComDepartment(wecomapi.Department{ID: node.ID, ParentID: node.ParentID, Order: node.Order}), nil) {
				return
			}
		}
	}
}

func (d *weComDirectory) Members(ctx context.Context, departmentID string) iter.Seq2[User, error] {
	id, err := strconv.ParseInt(departmentID, 10, 64)
	if err != nil {
		return func(yield func(User, error) bool) {
			yield(User{}, &clients.Error{Vendor: "wecom", Operation: "GetUserList", Kind: clients.KindInvalidArgument, Message: "a department id of WeCom is a number"})
		}
	}
	return convert(d.c.DepartmentUsers(ctx, id), weComUser)
}

func (d *weComDirectory) User(ctx context.Context, id string) (User, error) {
	member, err := d.c.User(ctx, id)
	if err != nil {
		return User{}, err
	}
	return weComUser(member), nil
}

func weComDepartment(raw wecomapi.Department) Department {
	department := Department{ID: strconv.FormatInt(raw.ID, 10), Name: raw.Name, LeaderIDs: raw.DepartmentLeader, Order: strconv.FormatInt(raw.Order, 10), Raw: raw}
	if raw.ParentID != 0 {
		department.ParentID = strconv.FormatInt(raw.ParentID, 10)
	}
	return department
}

func weComUser(raw wecomapi.Member) User {
	u := User{
		// The vendor ignores the case of userids and may write one in two ways; the folded form is the same for both.
		ID: wecom.FoldUserID(raw.UserID), UserName: raw.UserID, DisplayName: raw.Name, NickName: raw.Alias, Title: raw.Position,
		PhotoURL: raw.Avatar, Location: raw.Address, Raw: raw,
	}
	if u.NickName == "" {
		u.NickName = raw.EnglishName
	}
	switch raw.Status {
	case 1:
		u.Status = StatusActive
	case 2:
		u.Status = StatusDisabled
	case 4:
		u.Status = StatusPending
	case 5:
		u.Status = StatusLeft
	}
	u.Active = u.Status.usable()
	switch raw.Gender {
	case "1":
		u.Gender = GenderMale
	case "2":
		u.Gender = GenderFemale
	}
	if len(raw.DirectLeader) > 0 {
		u.ManagerID = wecom.FoldUserID(raw.DirectLeader[0])
	}
	u.Emails = addValue(u.Emails, raw.BizMail, "work")
	u.Emails = addValue(u.Emails, raw.Email, "work")
	u.PhoneNumbers = addValue(u.PhoneNumbers, raw.Mobile, "mobile")
	u.PhoneNumbers = addValue(u.PhoneNumbers, raw.Telephone, "work")
	for i, id := range raw.Department {
		m := Membership{DepartmentID: strconv.FormatInt(id, 10), Primary: id == raw.MainDepartment}
		// The arrays are parallel, but may be shorter or absent.
		if i < len(raw.Order) {
			m.Order = strconv.FormatInt(raw.Order[i], 10)
		}
		if i < len(raw.IsLeaderInDept) {
			m.Leader = raw.IsLeaderInDept[i] == 1
		}
		u.Departments = append(u.Departments, m)
	}
	return u
}
