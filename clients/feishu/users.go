package feishu

import (
	"context"
	"iter"
	"slices"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/feishuapi"
)

const (
	root = "0" // the root department, in every kind of id

	// parallel is how many departments are read at once. The quota of 1000 calls a minute is what bounds a walk, not
	// this.
	parallel = 8

	pageSize = 50 // the vendor's maximum for users and departments; its default is 10
)

// IDTypes are the kinds of ids that iterators and look-ups take and ask for. "" is the vendor's default: open_id and
// open_department_id. They govern arguments, and the ids of others in an answer (leaders, departments of a user); the
// three ids of a user are always answered as they are.
type IDTypes struct {
	User       feishuapi.UserIDType // user_id needs the permission contact:user.employee_id:readonly
	Department feishuapi.DepartmentIDType
}

// WithIDTypes returns the same client with other kinds of ids for its iterators and look-ups: those of this package.
// The generated methods have parameters for that.
func (c *Client) WithIDTypes(types IDTypes) *Client {
	other := *c
	other.ids = types
	return &other
}

// user is the query parameter, nil for the default.
func (t IDTypes) user() *feishuapi.UserIDType {
	if t.User == "" {
		return nil
	}
	return &t.User
}

func (t IDTypes) department() *feishuapi.DepartmentIDType {
	if t.Department == "" {
		return nil
	}
	return &t.Department
}

// userID is the id of the kind that was asked for.
func (t IDTypes) userID(u feishuapi.User) string {
	switch t.User {
	case feishuapi.UserIDTypeUserID:
		return u.UserID
	case feishuapi.UserIDTypeUnionID:
		return u.UnionID
	default:
		return u.OpenID
	}
}

func (t IDTypes) departmentID(d feishuapi.Department) string {
	if t.Department == feishuapi.DepartmentIDTypeDepartmentID {
		return d.DepartmentID
	}
	return d.OpenDepartmentID
}

// list reads a list of the vendor's to its end and yields what is on it once.
func list[T any, K comparable](ctx context.Context, operation string, key func(T) K,
	fetch func(ctx context.Context, pageToken *string) (clients.Page[T], error),
) iter.Seq2[T, error] {
	return clients.List(ctx, vendor, operation, key,
		func(ctx context.Context, cursor string) (clients.Page[T], error) {
			if cursor == "" {
				return fetch(ctx, nil)
			}
			return fetch(ctx, &cursor)
		})
}

// userKey is the open_id, which every app gets, or another id of those who come without.
func userKey(u feishuapi.User) clients.Key { return clients.KeyOf(u.OpenID, u.UnionID, u.UserID) }

// DepartmentUsers yields the people of the department itself, not of those below it, once each. "0" is the root, which
// an app may read only if its contact range is the whole company (40004, ErrPermission).
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/user/find_by_department
func (c *Client) DepartmentUsers(ctx context.Context, id string) iter.Seq2[feishuapi.User, error] {
	return list(ctx, feishuapi.OpListUsersByDepartment.ID, userKey,
		func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.User], error) {
			return c.userPage(ctx, id, pageToken)
		})
}

func (c *Client) userPage(ctx context.Context, id string, pageToken *string) (clients.Page[feishuapi.User], error) {
	answer, err := c.ListUsersByDepartment(ctx, &feishuapi.ListUsersByDepartmentParams{
		DepartmentID: id, UserIDType: c.ids.user(), DepartmentIDType: c.ids.department(),
		PageSize: new(int64(pageSize)), PageToken: pageToken,
	})
	if err != nil {
		return clients.Page[feishuapi.User]{}, err
	}
	return clients.Page[feishuapi.User]{
		Items: answer.Data.Items, Next: answer.Data.PageToken, More: answer.Data.HasMore,
	}, nil
}

// Users yields everybody in the departments from roots down, once each, whatever number of departments they are in;
// User.DepartmentIDs holds them all, if the app may read that. Without roots it starts at the root department, "0", and
// is the whole company. It lists the departments and then reads them, some at a time. The first error ends it, as a
// [*clients.PageError] that counts the people before it and names the department.
//
// An app whose contact range is not the whole company gets ErrPermission (40004) for the root: use UsersInRange.
func (c *Client) Users(ctx context.Context, roots ...string) iter.Seq2[feishuapi.User, error] {
	if slices.Contains(roots, "") {
		return clients.Counted(func(yield func(feishuapi.User, error) bool) {
			yield(feishuapi.User{}, invalid(feishuapi.OpListDepartmentChildren.ID, "a root department has no id"))
		})
	}
	return clients.Counted(clients.Once(vendor, feishuapi.OpListUsersByDepartment.ID, userKey,
		c.members(ctx, orRoot(roots))))
}

// UsersInRange yields everybody whom the administrator has put into the app's contact range, once each: those granted
// one by one, those of the departments granted, with all departments below, and those of the user groups granted: their
// people and their departments. Groups need contact:group:readonly.
func (c *Client) UsersInRange(ctx context.Context) iter.Seq2[feishuapi.User, error] {
	return clients.Counted(clients.Once(vendor, feishuapi.OpListUsersByDepartment.ID, userKey,
		func(yield func(feishuapi.User, error) bool) {
			fail := func(err error) { yield(feishuapi.User{}, err) }
			scope, err := c.Scopes(ctx)
			if err != nil {
				fail(err)
				return
			}
			for _, id := range scope.GroupIDs {
				users, departments, err := c.GroupMembers(ctx, id)
				if err != nil {
					fail(err)
					return
				}
				scope.UserIDs = append(scope.UserIDs, users...)
				scope.DepartmentIDs = append(scope.DepartmentIDs, departments...)
			}
			granted, missing, err := c.UsersByID(ctx, unique(scope.UserIDs))
			if err == nil && len(missing) > 0 {
				err = bad(feishuapi.OpBatchGetUsers.ID, "people of the contact range are not answered")
			}
			if err != nil {
				fail(err)
				return
			}
			for _, user := range granted {
				if !yield(user, nil) {
					return
				}
			}
			c.members(ctx, unique(scope.DepartmentIDs))(yield)
		}))
}

// subtrees returns the ids of roots and of all departments below them.
func (c *Client) subtrees(ctx context.Context, roots []string) ([]string, error) {
	ids := clients.Once(vendor, feishuapi.OpListDepartmentChildren.ID, func(id string) string { return id },
		func(yield func(string, error) bool) {
			for _, id := range roots {
				if !yield(id, nil) {
					return
				}
			}
			for _, id := range roots {
				for department, err := range c.DepartmentsBelow(ctx, id) {
					if !yield(c.ids.departmentID(department), err) || err != nil {
						return
					}
				}
			}
		})
	return clients.Collect(ids)
}

// members yields the people of the departments from roots down. The first pages are read ahead, some at a time; the
// others follow when they are wanted, so that no more than a page a department is held.
func (c *Client) members(ctx context.Context, roots []string) iter.Seq2[feishuapi.User, error] {
	type first struct {
		department string
		page       clients.Page[feishuapi.User]
	}
	return func(yield func(feishuapi.User, error) bool) {
		ids, err := c.subtrees(ctx, roots)
		if err != nil {
			yield(feishuapi.User{}, err)
			return
		}
		firsts := clients.Ordered(ctx, parallel, ids, func(ctx context.Context, id string) (first, error) {
			page, err := c.userPage(ctx, id, nil)
			return first{id, page}, clients.InDepartment(id, err)
		})
		for head, err := range firsts {
			if err != nil {
				yield(feishuapi.User{}, err)
				return
			}
			users := list(ctx, feishuapi.OpListUsersByDepartment.ID, userKey,
				func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.User], error) {
					if pageToken == nil {
						return head.page, nil
					}
					return c.userPage(ctx, head.department, pageToken)
				})
			for user, err := range users {
				if !yield(user, clients.InDepartment(head.department, err)) || err != nil {
					return
				}
			}
		}
	}
}

// FindUsers yields colleagues whose name matches words, by the older search (GET /search/v1/user). It needs
// Config.UserToken. People of other tenants and people who left are not found.
//
// Vendor page: https://open.feishu.cn/document/ukTMukTMukTM/uMTM4UjLzEDO14yMxgTN
func (c *Client) FindUsers(ctx context.Context, words string) iter.Seq2[feishuapi.FoundUser, error] {
	key := func(u feishuapi.FoundUser) clients.Key { return clients.KeyOf(u.OpenID, u.UserID) }
	return list(ctx, feishuapi.OpSearchUsers.ID, key,
		func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.FoundUser], error) {
			answer, err := c.SearchUsers(ctx, &feishuapi.SearchUsersParams{
				Query: words, PageSize: new(int64(200)), PageToken: pageToken,
			})
			if err != nil {
				return clients.Page[feishuapi.FoundUser]{}, err
			}
			return clients.Page[feishuapi.FoundUser]{
				Items: answer.Data.Users, Next: answer.Data.PageToken, More: answer.Data.HasMore,
			}, nil
		})
}

// FindUsersV3 yields people who match a query, a filter or both, by the newer search. It needs Config.UserToken. A
// filter that is set to false means "must not": leave out what does not matter. Feishu cuts queries at 50 characters,
// which comes as a warning (clients.WithWarningHandler).
func (c *Client) FindUsersV3(
	ctx context.Context, request *feishuapi.SearchUsersV3Request,
) iter.Seq2[feishuapi.UserHit, error] {
	id := func(hit feishuapi.UserHit) string { return hit.ID }
	return list(ctx, feishuapi.OpSearchUsersV3.ID, id,
		func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.UserHit], error) {
			answer, err := c.SearchUsersV3(ctx, &feishuapi.SearchUsersV3Params{
				PageSize: new(int64(30)), PageToken: pageToken,
			}, request)
			if err != nil {
				return clients.Page[feishuapi.UserHit]{}, err
			}
			return clients.Page[feishuapi.UserHit]{
				Items: answer.Data.Items, Next: answer.Data.PageToken, More: answer.Data.HasMore,
			}, nil
		})
}
