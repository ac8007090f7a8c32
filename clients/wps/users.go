package wps

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/wire"
)

// permissionPage is the largest page of entities of a data permission.
const permissionPage = 100

// parallel is how many departments are read at once. The quota of ten calls a second bounds the rest.
const parallel = 8

// WithStatus returns the same client with iterators and look-ups that ask for people in these states: those of this
// package. Without a status, and unless this is called, they ask for active, notactive and disabled, which is everybody
// who can be asked for on the public cloud: people who have left (dimission) can not. The generated methods have
// parameters for that, since the vendor demands a status on nearly every read.
func (c *Client) WithStatus(status ...wpsapi.UserStatus) *Client {
	other := *c
	other.status = slices.Clone(status)
	return &other
}

// statuses are the states that are asked for.
func (c *Client) statuses() []wpsapi.UserStatus {
	if len(c.status) > 0 {
		return c.status
	}
	return []wpsapi.UserStatus{wpsapi.UserStatusActive, wpsapi.UserStatusNotactive, wpsapi.UserStatusDisabled}
}

// What tells people apart: the id, and the one that the company gave to those who come without.
func userKey(u wpsapi.User) clients.Key { return clients.KeyOf(u.ID, u.ExUserID) }
func memberKey(m wpsapi.DeptMember) clients.Key {
	return clients.KeyOf(memberID(m), infoOf(m).ExUserID)
}
func memberID(m wpsapi.DeptMember) string { return cmp.Or(m.UserID, infoOf(m).ID) }
func deptID(d wpsapi.Dept) string         { return d.ID }

// infoOf is what a row says of the person: nothing, if it has no user_info.
func infoOf(m wpsapi.DeptMember) wpsapi.User {
	if m.UserInfo == nil {
		return wpsapi.User{}
	}
	return *m.UserInfo
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

// once reads a list of the vendor's to its end and yields what is on it once.
func once[T any, K comparable](ctx context.Context, operation string, key func(T) K,
	fetch func(ctx context.Context, cursor string) (clients.Page[T], error),
) iter.Seq2[T, error] {
	return clients.List(ctx, vendor, operation, key, fetch)
}

// DepartmentUsers yields the members of the department itself, not of those below it, once each. A row has the person's
// fields in UserInfo, nil if the vendor sent none, and what concerns this department only beside it. The root
// department's id is what GetRootDept returns.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/address-book/user/get-dept-user
func (c *Client) DepartmentUsers(ctx context.Context, id string) iter.Seq2[wpsapi.DeptMember, error] {
	return once(ctx, wpsapi.OpListDeptMembers.ID, memberKey,
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.DeptMember], error) {
			answer, err := c.ListDeptMembers(ctx, id,
				&wpsapi.ListDeptMembersParams{Status: c.statuses(), PageSize: &c.pageSize,
					PageToken: cursorOrNil(cursor), WithUserDetail: new(true)})
			if err != nil {
				return clients.Page[wpsapi.DeptMember]{}, err
			}
			return page(answer.Data.Items, answer.Data.NextPageToken, answer.Data.PageToken), nil
		})
}

// Users yields everybody in the departments from roots down, once each, whatever number of departments they are in;
// User.Depts holds them all. Without roots it is the whole company, which the vendor lists by itself. With roots it
// reads the tree level by level, some departments at a time, and then looks its members up (UsersByID). The first error
// ends it, as a [*clients.PageError] that counts the people before it and, with roots, names the department.
//
// It yields whom the app's data permission (数据权限) covers. An app without any gets an empty list and no error;
// PermissionEntities tells what it covers.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/address-book/user/get-all-user
func (c *Client) Users(ctx context.Context, roots ...string) iter.Seq2[wpsapi.User, error] {
	if len(roots) > 0 {
		return clients.Counted(clients.Once(vendor, wpsapi.OpListDeptMembers.ID, userKey, c.members(ctx, roots)))
	}
	return once(ctx, wpsapi.OpListUsers.ID, userKey,
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.User], error) {
			answer, err := c.ListUsers(ctx, &wpsapi.ListUsersParams{Status: c.statuses(), PageSize: &c.pageSize,
				PageToken: cursorOrNil(cursor), WithDept: new(true)})
			if err != nil {
				return clients.Page[wpsapi.User]{}, err
			}
			return page(answer.Data.Items, answer.Data.NextPageToken, answer.Data.PageToken), nil
		})
}

// members yields the members of the departments from roots down.
func (c *Client) members(ctx context.Context, roots []string) iter.Seq2[wpsapi.User, error] {
	return func(yield func(wpsapi.User, error) bool) {
		for b, err := range c.tree(ctx, roots, c.branchWithUsers) {
			if err != nil {
				yield(wpsapi.User{}, err)
				return
			}
			for _, user := range b.users {
				if !yield(user, nil) {
					return
				}
			}
		}
	}
}

// Departments yields the departments from roots down, the roots themselves first, once each, parents before their
// children. Without roots it starts at the root department. It reads the tree level by level, some departments at a
// time. The first error ends it, as a [*clients.PageError] that counts the departments before it and names the one that
// could not be read.
func (c *Client) Departments(ctx context.Context, roots ...string) iter.Seq2[wpsapi.Dept, error] {
	return clients.Counted(clients.Once(vendor, wpsapi.OpListChildDepts.ID, deptID,
		func(yield func(wpsapi.Dept, error) bool) {
			top, err := c.roots(ctx, roots)
			if err != nil {
				yield(wpsapi.Dept{}, err)
				return
			}
			var ids []string
			for _, department := range top {
				if !yield(department, nil) {
					return
				}
				ids = append(ids, department.ID)
			}
			for b, err := range c.tree(ctx, ids, c.branch) {
				if err != nil {
					yield(wpsapi.Dept{}, err)
					return
				}
				for _, child := range b.children {
					if !yield(child, nil) {
						return
					}
				}
			}
		}))
}

// roots returns the departments where a walk starts.
func (c *Client) roots(ctx context.Context, ids []string) ([]wpsapi.Dept, error) {
	if len(ids) == 0 {
		answer, err := c.GetRootDept(ctx, nil)
		if err != nil {
			return nil, err
		}
		return []wpsapi.Dept{answer.Data}, nil
	}
	found, missing, err := c.DepartmentsByID(ctx, ids)
	if err == nil && len(missing) > 0 {
		err = clients.InDepartment(missing[0], &clients.Error{Vendor: vendor, Operation: wpsapi.OpBatchReadDepts.ID,
			Kind: clients.KindNotFound, Message: "there is no such department, or the app may not see it"})
	}
	return found, err
}

// ChildDepartments yields the departments right below one, once each. The root department's id is what GetRootDept
// returns.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/address-book/dept/get-dept-list
func (c *Client) ChildDepartments(ctx context.Context, id string) iter.Seq2[wpsapi.Dept, error] {
	return once(ctx, wpsapi.OpListChildDepts.ID, deptID,
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.Dept], error) {
			answer, err := c.ListChildDepts(ctx, id, &wpsapi.ListChildDeptsParams{
				PageSize: &c.pageSize, PageToken: cursorOrNil(cursor),
			})
			if err != nil {
				return clients.Page[wpsapi.Dept]{}, err
			}
			return page(answer.Data.Items, answer.Data.NextPageToken, answer.Data.PageToken), nil
		})
}

// PermissionEntities yields what the app's data permission (数据权限) covers, once each: people, departments with all
// below them, and user groups.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) PermissionEntities(ctx context.Context) iter.Seq2[wpsapi.PermissionEntity, error] {
	key := func(p wpsapi.PermissionEntity) wpsapi.PermissionEntityRef { return p.Entity }
	return once(ctx, wpsapi.OpListContactsPermissionScopeEntities.ID, key,
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.PermissionEntity], error) {
			answer, err := c.ListContactsPermissionScopeEntities(ctx,
				&wpsapi.ListContactsPermissionScopeEntitiesParams{
					Scopes:   []wpsapi.ContactScope{wpsapi.ContactScopeOrg},
					PageSize: permissionPage, PageToken: cursorOrNil(cursor),
				})
			if err != nil {
				return clients.Page[wpsapi.PermissionEntity]{}, err
			}
			return page(answer.Data.Items, answer.Data.NextPageToken, ""), nil
		})
}

// branch is a department with what is directly in it.
type branch struct {
	children []wpsapi.Dept
	users    []wpsapi.User
}

func (c *Client) tree(
	ctx context.Context, roots []string, read func(context.Context, string) (branch, error),
) iter.Seq2[branch, error] {
	return clients.Tree(ctx, vendor, wpsapi.OpListChildDepts.ID, parallel, roots,
		func(ctx context.Context, id string) (branch, []string, error) {
			b, err := read(ctx, id)
			var below []string
			for _, child := range b.children {
				below = append(below, child.ID)
			}
			return b, below, err
		})
}

func (c *Client) branch(ctx context.Context, id string) (branch, error) {
	children, err := clients.Collect(c.ChildDepartments(ctx, id))
	return branch{children: children}, err
}

func (c *Client) branchWithUsers(ctx context.Context, id string) (branch, error) {
	b, err := c.branch(ctx, id)
	if err != nil {
		return branch{}, err
	}
	members, err := clients.Collect(c.DepartmentUsers(ctx, id))
	if err != nil {
		return branch{}, err
	}
	b.users, err = c.details(ctx, members)
	return b, err
}

// details looks members up, since their rows do not name their other departments. Who cannot be looked up is as the row
// has it.
func (c *Client) details(ctx context.Context, members []wpsapi.DeptMember) ([]wpsapi.User, error) {
	ids := make([]string, 0, len(members))
	for _, member := range members {
		if id := memberID(member); id != "" {
			ids = append(ids, id)
		}
	}
	found, _, err := c.UsersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]wpsapi.User, len(found))
	for _, user := range found {
		byID[user.ID] = user
	}
	users := make([]wpsapi.User, len(members))
	for i, member := range members {
		id := memberID(member)
		user, ok := byID[id]
		if !ok {
			user = infoOf(member)
			user.ID = id
		}
		users[i] = user
	}
	return users, nil
}

// UserDeptID returns the id of a user's department, which private deployments call dept_id.
func UserDeptID(d wpsapi.UserDept) string { return cmp.Or(d.ID, d.DeptID) }

// NewDeptID returns the id of a department that CreateDept made. It comes as id or as dept_id.
func NewDeptID(d wpsapi.NewDept) string { return cmp.Or(d.ID, d.DeptID) }

// NewAttrIDs returns the ids of the attributes that BatchCreateCustomAttrDefs made. They come by themselves or in the
// definitions.
func NewAttrIDs(made wpsapi.NewCustomAttrDefs) []string {
	if made.AttrIDs != nil {
		return made.AttrIDs
	}
	var ids []string
	for _, definition := range made.CustomAttrs {
		ids = append(ids, definition.ID)
	}
	return ids
}
