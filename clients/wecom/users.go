package wecom

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wecomapi"
)

// parallel is how many departments are read at once. WeCom allows far more; it answers 45033 to those who overdo it.
const parallel = 8

// DepartmentUsers yields the members that belong to the department itself, not to those below it. The root department is 1. It
// is one call: WeCom does not page this list and answers 45029 when it is too long.
func (c *Client) DepartmentUsers(ctx context.Context, departmentID int64) iter.Seq2[wecomapi.Member, error] {
	return func(yield func(wecomapi.Member, error) bool) {
		answer, err := c.GetUserList(ctx, &wecomapi.GetUserListParams{DepartmentID: departmentID})
		if err != nil {
			yield(wecomapi.Member{}, err)
			return
		}
		for _, member := range answer.UserList {
			if !yield(member, nil) {
				return
			}
		}
	}
}

// Users yields every member whom the app may see, once each, whatever number of departments they are in; Member.Department holds
// them all. It lists the departments and then reads them, some at a time. The first error ends it, as a [*clients.PageError] that counts the
// members before it and names the department.
//
// It needs Config.AppSecret. When Config.ContactSecret is set as well the departments come from there, and a department outside of the
// app's visible range then ends the walk with ErrPermission instead of being left out.
func (c *Client) Users(ctx context.Context) iter.Seq2[wecomapi.Member, error] {
	return clients.Counted(func(yield func(wecomapi.Member, error) bool) {
		departments, err := c.ListDepartmentSimple(ctx, &wecomapi.ListDepartmentSimpleParams{})
		if err != nil {
			yield(wecomapi.Member{}, err)
			return
		}
		seen := make(map[string]struct{})
		lists := clients.Ordered(ctx, parallel, departments.DepartmentID,
			func(ctx context.Context, d wecomapi.DepartmentNode) (*wecomapi.GetUserListAnswer, error) {
				list, err := c.GetUserList(ctx, &wecomapi.GetUserListParams{DepartmentID: d.ID})
				return list, clients.InDepartment(d.ID, err)
			})
		for list, err := range lists {
			if err != nil {
				yield(wecomapi.Member{}, err)
				return
			}
			for _, member := range list.UserList {
				key := FoldUserID(member.UserID)
				if _, ok := seen[key]; ok {
					continue
				}
				seen[key] = struct{}{}
				if !yield(member, nil) {
					return
				}
			}
		}
	})
}

// Member returns what GetUser returns, in the type that the lists have. Somebody whom the app may not see is ErrPermission, somebody
// who does not exist ErrNotFound.
func (c *Client) Member(ctx context.Context, userID string) (wecomapi.Member, error) {
	answer, err := c.GetUser(ctx, &wecomapi.GetUserParams{UserID: userID})
	if err != nil {
		return wecomapi.Member{}, err
	}
	// The document has two schemas with the same members, of which GetUser's has the envelope as well. Going through JSON keeps
	// the two together when the document gains a field.
	var member wecomapi.Member
	data, err := json.Marshal(answer)
	if err == nil {
		err = json.Unmarshal(data, &member)
	}
	if err != nil {
		return wecomapi.Member{}, fmt.Errorf("wecom: GetUser: %w", err)
	}
	return member, nil
}

// FoldUserID returns the form in which two userids are equal if WeCom takes them for the same: it ignores case.
func FoldUserID(userID string) string { return strings.ToLower(userID) }

// UserRows yields what user/list_id lists, all pages of it: a row for each pair of a member and a department, so that a member
// in three departments comes three times, possibly on different pages. GroupRows puts them together. It needs Config.ContactSecret
// and sees the whole corp, ids only.
func (c *Client) UserRows(ctx context.Context) iter.Seq2[wecomapi.DeptUser, error] {
	const pageSize = 10_000 // the vendor's maximum; it documents no default
	return clients.Pages(ctx, "wecom", wecomapi.OpListUserID.ID, func(ctx context.Context, cursor string) (clients.Page[wecomapi.DeptUser], error) {
		request := &wecomapi.ListUserIDRequest{Limit: pageSize}
		if cursor != "" {
			request.Cursor = &cursor
		}
		answer, err := c.ListUserID(ctx, request)
		if err != nil {
			return clients.Page[wecomapi.DeptUser]{}, err
		}
		return clients.Page[wecomapi.DeptUser]{Items: answer.DeptUser, Next: answer.NextCursor, More: answer.NextCursor != ""}, nil
	})
}

// UserDepartments is a member's id with all its departments.
type UserDepartments struct {
	UserID      string
	Departments []int64
}

// GroupRows reads rows to their end and returns each member once, in the order of first sight, with all departments.
func GroupRows(rows iter.Seq2[wecomapi.DeptUser, error]) ([]UserDepartments, error) {
	var users []UserDepartments
	index := make(map[string]int)
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		id := row.UserID
		if id == "" {
			id = row.OpenUserID // third-party apps get this one instead
		}
		key := FoldUserID(id)
		i, ok := index[key]
		if !ok {
			i = len(users)
			index[key] = i
			users = append(users, UserDepartments{UserID: id})
		}
		users[i].Departments = append(users[i].Departments, row.Department)
	}
	return users, nil
}
