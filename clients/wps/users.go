package wps

import (
	"context"
	"iter"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/wire"
)

// parallel is how many departments are read at once. The quota of ten calls a second bounds the rest.
const parallel = 8

// statusOrAll is what is asked for: the vendor demands a status on nearly every read. People who have left (dimission) cannot be
// asked for on the public cloud.
func statusOrAll(status []wpsapi.UserStatus) []wpsapi.UserStatus {
	if len(status) > 0 {
		return status
	}
	return []wpsapi.UserStatus{wpsapi.UserStatusActive, wpsapi.UserStatusNotactive, wpsapi.UserStatusDisabled}
}

// page is a page of the list. page_token stands in for next_page_token where that key is missing altogether.
func page[T any](items []T, next wire.Cursor, pageToken string) clients.Page[T] {
	cursor := next.Value
	if !next.Sent {
		cursor = pageToken
	}
	return clients.Page[T]{Items: items, Next: cursor, More: cursor != ""}
}

func cursorOrNil(cursor string) *string {
	if cursor == "" {
		return nil
	}
	return &cursor
}

// Users yields the users of the company in one of the given states, with their departments, once each. Without a status it is all that
// can be asked for everywhere: active, notactive and disabled.
//
// It yields whom the app's data permission (数据权限) covers. An app without any gets an empty list and no error;
// GetContactsPermissionScope tells what it covers.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/address-book/user/get-all-user
func (c *Client) Users(ctx context.Context, status ...wpsapi.UserStatus) iter.Seq2[wpsapi.User, error] {
	users := clients.Pages(ctx, vendor, wpsapi.OpListUsers.ID, func(ctx context.Context, cursor string) (clients.Page[wpsapi.User], error) {
		answer, err := c.ListUsers(ctx, &wpsapi.ListUsersParams{Status: statusOrAll(status), PageSize: &c.pageSize, PageToken: cursorOrNil(cursor),
			WithDept: new(true)})
		if err != nil {
			return clients.Page[wpsapi.User]{}, err
		}
		return page(answer.Data.Items, answer.Data.NextPageToken, answer.Data.PageToken), nil
	})
	return once(wpsapi.OpListUsers.ID, users, func(u wpsapi.User) string { return u.ID })
}

// DepartmentMembers yields the members of the department itself, not of those below it, with their details (user_info). Without a status
// it is active, notactive and disabled.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/address-book/user/get-dept-user
func (c *Client) DepartmentMembers(ctx context.Context, deptID string, status ...wpsapi.UserStatus) iter.Seq2[wpsapi.DeptMember, error] {
	return clients.Pages(ctx, vendor, wpsapi.OpListDeptMembers.ID, func(ctx context.Context, cursor string) (clients.Page[wpsapi.DeptMember], error) {
		answer, err := c.ListDeptMembers(ctx, deptID, &wpsapi.ListDeptMembersParams{Status: statusOrAll(status), PageSize: &c.pageSize,
			PageToken: cursorOrNil(cursor), WithUserDetail: new(true)})
		if err != nil {
			return clients.Page[wpsapi.DeptMember]{}, err
		}
		return page(answer.Data.Items, answer.Data.NextPageToken, answer.Data.PageToken), nil
	})
}

// ChildDepartments yields the departments right below one. Begin with the id that GetRootDept returns.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/address-book/dept/get-dept-list
func (c *Client) ChildDepartments(ctx context.Context, deptID string) iter.Seq2[wpsapi.Dept, error] {
	return clients.Pages(ctx, vendor, wpsapi.OpListChildDepts.ID, func(ctx context.Context, cursor string) (clients.Page[wpsapi.Dept], error) {
		answer, err := c.ListChildDepts(ctx, deptID, &wpsapi.ListChildDeptsParams{PageSize: &c.pageSize, PageToken: cursorOrNil(cursor)})
		if err != nil {
			return clients.Page[wpsapi.Dept]{}, err
		}
		return page(answer.Data.Items, answer.Data.NextPageToken, answer.Data.PageToken), nil
	})
}

// Departments yields the root and all departments below it, once each, parents before their children. It reads one level of the tree
// after the other, some departments at a time. The first error ends it, as a [*clients.PageError] that counts the departments before it.
func (c *Client) Departments(ctx context.Context) iter.Seq2[wpsapi.Dept, error] {
	return clients.Counted(func(yield func(wpsapi.Dept, error) bool) {
		root, err := c.GetRootDept(ctx, nil)
		if err != nil {
			yield(wpsapi.Dept{}, err)
			return
		}
		if !yield(root.Data, nil) {
			return
		}
		// A department that is moved meanwhile may turn up twice, or below itself.
		seen := seen{root.Data.ID: {}}
		for level := []string{root.Data.ID}; len(level) > 0; {
			var next []string
			for children, err := range clients.Ordered(ctx, parallel, level, c.childDepartments) {
				if err != nil {
					yield(wpsapi.Dept{}, err)
					return
				}
				for _, child := range children {
					isNew, err := seen.add(wpsapi.OpListChildDepts.ID, child.ID)
					if isNew && !yield(child, err) || err != nil {
						return
					}
					if isNew {
						next = append(next, child.ID)
					}
				}
			}
			level = next
		}
	})
}

func (c *Client) childDepartments(ctx context.Context, deptID string) ([]wpsapi.Dept, error) {
	children, err := collect(c.ChildDepartments(ctx, deptID))
	return children, clients.InDepartment(deptID, err)
}

// CompanyMembers walks all departments, the root among them, and yields every person once, in the first department where they were met.
// Without a status it is active, notactive and disabled. The first error ends it, as a [*clients.PageError] that counts the people before it
// and names the department.
//
// Users needs fewer calls and names all departments of each person; this walk goes down from the root through what the app may see, and
// knows who leads which department.
func (c *Client) CompanyMembers(ctx context.Context, status ...wpsapi.UserStatus) iter.Seq2[wpsapi.DeptMember, error] {
	return clients.Counted(once(wpsapi.OpListDeptMembers.ID, func(yield func(wpsapi.DeptMember, error) bool) {
		departments, err := collect(c.Departments(ctx))
		if err != nil {
			yield(wpsapi.DeptMember{}, err)
			return
		}
		for members, err := range clients.Ordered(ctx, parallel, departments, func(ctx context.Context, d wpsapi.Dept) ([]wpsapi.DeptMember, error) {
			members, err := collect(c.DepartmentMembers(ctx, d.ID, status...))
			return members, clients.InDepartment(d.ID, err)
		}) {
			if err != nil {
				yield(wpsapi.DeptMember{}, err)
				return
			}
			for _, member := range members {
				if !yield(member, nil) {
					return
				}
			}
		}
	}, func(m wpsapi.DeptMember) string { return m.UserID }))
}

// once leaves out what was yielded before: people are moved while a list is read, and belong to several departments.
func once[T any](operation string, all iter.Seq2[T, error], id func(T) string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		seen := make(seen)
		for item, err := range all {
			isNew := true
			if err == nil {
				isNew, err = seen.add(operation, id(item))
			}
			if isNew && !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// seen are the ids of what was yielded.
type seen map[string]struct{}

// add tells whether id is new. Something without an id cannot be told from others, and an error is better than to lose it.
func (s seen) add(operation, id string) (bool, error) {
	if id == "" {
		return true, &clients.Error{Vendor: vendor, Operation: operation, Kind: clients.KindBadResponse, Message: "an entry of the list has no id"}
	}
	_, known := s[id]
	s[id] = struct{}{}
	return !known, nil
}

func collect[T any](all iter.Seq2[T, error]) ([]T, error) {
	var items []T
	for item, err := range all {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// UserDeptID returns the id of a user's department, which private deployments call dept_id.
func UserDeptID(d wpsapi.UserDept) string {
	if d.ID != "" {
		return d.ID
	}
	return d.DeptID
}
