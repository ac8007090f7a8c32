package wecom

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wecomapi"
)

// parallel is how many departments are read at once. WeCom allows far more; it answers 45033 to those who overdo it.
const parallel = 8

// DepartmentUsers yields the members of the department itself, not of those below it, once each. The root department is
// 1. It is one call: WeCom does not page this list and answers 45029 when it is too long.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/90201
func (c *Client) DepartmentUsers(ctx context.Context, id int64) iter.Seq2[wecomapi.Member, error] {
	operation := wecomapi.OpGetUserList.ID
	return clients.List(ctx, vendor, operation, memberKey,
		func(ctx context.Context, _ string) (clients.Page[wecomapi.Member], error) {
			answer, err := c.GetUserList(ctx, &wecomapi.GetUserListParams{DepartmentID: id})
			if err != nil {
				return clients.Page[wecomapi.Member]{}, err
			}
			return clients.Page[wecomapi.Member]{Items: answer.UserList}, nil
		})
}

// memberKey is the userid, and the open_userid of those who come without, as they do to third-party apps.
func memberKey(m wecomapi.Member) clients.Key {
	return clients.KeyOf(FoldUserID(m.UserID), m.OpenUserID)
}

// Users yields every member of the departments from roots down, once each, whatever number of departments they are in;
// Member.Department holds them all. Without roots it is everybody whom the app may see. It lists the departments and
// then reads them, some at a time. The first error ends it, as a [*clients.PageError] that counts the members before it
// and names the department.
//
// It needs Config.AppSecret. When Config.ContactSecret is set as well the departments come from there, and a department
// outside of the app's visible range then ends the walk with ErrPermission instead of being left out.
func (c *Client) Users(ctx context.Context, roots ...int64) iter.Seq2[wecomapi.Member, error] {
	members := func(yield func(wecomapi.Member, error) bool) {
		id := func(d wecomapi.DepartmentNode) int64 { return d.ID }
		departments, err := clients.Collect(departments(ctx, wecomapi.OpListDepartmentSimple.ID, roots, id,
			func(ctx context.Context, root *int64) ([]wecomapi.DepartmentNode, error) {
				answer, err := c.ListDepartmentSimple(ctx, &wecomapi.ListDepartmentSimpleParams{ID: root})
				if err != nil {
					return nil, err
				}
				return answer.DepartmentID, nil
			}))
		if err != nil {
			yield(wecomapi.Member{}, err)
			return
		}
		lists := clients.Ordered(ctx, parallel, departments,
			func(ctx context.Context, d wecomapi.DepartmentNode) ([]wecomapi.Member, error) {
				list, err := clients.Collect(c.DepartmentUsers(ctx, d.ID))
				return list, clients.InDepartment(d.ID, err)
			})
		for list, err := range lists {
			if err != nil {
				yield(wecomapi.Member{}, err)
				return
			}
			for _, member := range list {
				if !yield(member, nil) {
					return
				}
			}
		}
	}
	return clients.Counted(clients.Once(vendor, wecomapi.OpGetUserList.ID, memberKey, members))
}

// Departments yields the departments from roots down, once each, in the vendor's order. Without roots it is every
// department that the app may see. It is one call for each root. The first error ends it, as a [*clients.PageError]
// that counts the departments before it and names the root that could not be read. It needs Config.AppSecret.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/90208
func (c *Client) Departments(ctx context.Context, roots ...int64) iter.Seq2[wecomapi.Department, error] {
	id := func(d wecomapi.Department) int64 { return d.ID }
	return clients.Counted(departments(ctx, wecomapi.OpListDepartment.ID, roots, id,
		func(ctx context.Context, root *int64) ([]wecomapi.Department, error) {
			answer, err := c.ListDepartment(ctx, &wecomapi.ListDepartmentParams{ID: root})
			if err != nil {
				return nil, err
			}
			return answer.Department, nil
		}))
}

// departments yields what list returns for each root, or once for nil if there are no roots. WeCom lists a whole tree
// in one answer.
func departments[D any](ctx context.Context, operation string, roots []int64, id func(D) int64,
	list func(ctx context.Context, root *int64) ([]D, error),
) iter.Seq2[D, error] {
	trees := []*int64{nil}
	if len(roots) > 0 {
		trees = nil
		for _, root := range roots {
			trees = append(trees, &root)
		}
	}
	return clients.Once(vendor, operation, id, func(yield func(D, error) bool) {
		var zero D
		if slices.Contains(roots, 0) {
			yield(zero, invalid(operation, "a root department has no id"))
			return
		}
		for tree, err := range clients.Ordered(ctx, parallel, trees,
			func(ctx context.Context, root *int64) ([]D, error) {
				tree, err := list(ctx, root)
				if root != nil {
					err = clients.InDepartment(*root, err)
				}
				return tree, err
			}) {
			if err != nil {
				yield(zero, err)
				return
			}
			for _, department := range tree {
				if !yield(department, nil) {
					return
				}
			}
		}
	})
}

// User returns what GetUser returns, in the type that the lists have. Somebody whom the app may not see is
// ErrPermission, somebody who does not exist ErrNotFound.
func (c *Client) User(ctx context.Context, userID string) (wecomapi.Member, error) {
	answer, err := c.GetUser(ctx, &wecomapi.GetUserParams{UserID: userID})
	if err != nil {
		return wecomapi.Member{}, err
	}
	// The document has two schemas with the same members, of which GetUser's has the envelope as well. Going through
	// JSON keeps the two together when the document gains a field.
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

// UserRows yields what user/list_id lists, all pages of it: a row for each pair of a member and a department, so that a
// member in three departments comes three times, possibly on different pages. GroupRows puts them together. It needs
// Config.ContactSecret and sees the whole corp, ids only.
//
// Vendor page: https://developer.work.weixin.qq.com/document/path/96067
func (c *Client) UserRows(ctx context.Context) iter.Seq2[wecomapi.DeptUser, error] {
	operation := wecomapi.OpListUserID.ID
	const pageSize = 10_000 // the vendor's maximum; it documents no default
	return clients.List(ctx, vendor, operation, pairOf,
		func(ctx context.Context, cursor string) (clients.Page[wecomapi.DeptUser], error) {
			request := &wecomapi.ListUserIDRequest{Limit: pageSize}
			if cursor != "" {
				request.Cursor = &cursor
			}
			answer, err := c.ListUserID(ctx, request)
			if err != nil {
				return clients.Page[wecomapi.DeptUser]{}, err
			}
			return clients.Page[wecomapi.DeptUser]{
				Items: answer.DeptUser, Next: answer.NextCursor, More: answer.NextCursor != "",
			}, nil
		})
}

// pair is what a row is about. The zero pair is a row that names nobody.
type pair struct {
	member     clients.Key
	department int64
}

func pairOf(row wecomapi.DeptUser) pair {
	member := rowKey(row)
	if member == (clients.Key{}) {
		return pair{}
	}
	return pair{member, row.Department}
}

func rowKey(row wecomapi.DeptUser) clients.Key {
	return clients.KeyOf(FoldUserID(row.UserID), row.OpenUserID)
}

// UserDepartments is a member's id with all its departments.
type UserDepartments struct {
	UserID      string // third-party apps get the open_userid instead
	Departments []int64
}

// GroupRows reads rows to their end and returns each member once, in the order of first sight, with all departments. A
// row without an id is ErrBadResponse.
func GroupRows(rows iter.Seq2[wecomapi.DeptUser, error]) ([]UserDepartments, error) {
	var users []UserDepartments
	seen := clients.NewSeen[clients.Key](vendor, wecomapi.OpListUserID.ID)
	index := make(map[clients.Key]int)
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		key := rowKey(row)
		first, err := seen.First(key)
		if err != nil {
			return nil, err
		}
		if first {
			index[key] = len(users)
			users = append(users, UserDepartments{UserID: cmp.Or(row.UserID, row.OpenUserID)})
		}
		i := index[key]
		users[i].Departments = append(users[i].Departments, row.Department)
	}
	return users, nil
}
