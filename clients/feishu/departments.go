package feishu

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/feishuapi"
)

// Departments yields the departments from roots down, the roots themselves first, once each. Without roots it starts at
// the root department, "0", of which Feishu has no object: then everything below it is what comes. Where Feishu finds a
// tree too big to list at once (43010) it is read level by level. The first error ends it, as a [*clients.PageError]
// that counts the departments before it and names the one that could not be read.
//
// A person's token sees 1000 departments at most: walk as the app.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/department/children
func (c *Client) Departments(ctx context.Context, roots ...string) iter.Seq2[feishuapi.Department, error] {
	departments := func(yield func(feishuapi.Department, error) bool) {
		named := slices.DeleteFunc(slices.Clone(roots), func(id string) bool { return id == root })
		found, missing, err := c.DepartmentsByID(ctx, named)
		if err == nil && len(missing) > 0 {
			err = clients.InDepartment(missing[0],
				&clients.Error{Vendor: vendor, Operation: feishuapi.OpBatchGetDepartments.ID,
					Kind: clients.KindNotFound, Message: "there is no such department, or the app may not see it"})
		}
		if err != nil {
			yield(feishuapi.Department{}, err)
			return
		}
		for _, department := range found {
			if !yield(department, nil) {
				return
			}
		}
		for _, id := range orRoot(roots) {
			for department, err := range c.DepartmentsBelow(ctx, id) {
				if !yield(department, err) || err != nil {
					return
				}
			}
		}
	}
	return clients.Counted(clients.Once(vendor, feishuapi.OpListDepartmentChildren.ID, c.ids.departmentID, departments))
}

func orRoot(roots []string) []string {
	if len(roots) == 0 {
		return []string{root}
	}
	return roots
}

// DepartmentsBelow yields all departments below one, as Departments does, but not the one itself, whose record is not
// read.
func (c *Client) DepartmentsBelow(ctx context.Context, id string) iter.Seq2[feishuapi.Department, error] {
	return func(yield func(feishuapi.Department, error) bool) {
		yielded := false
		for department, err := range c.children(ctx, id, true) {
			if tooBig(err) && !yielded {
				c.levels(ctx, id)(yield)
				return
			}
			yielded = true
			if !yield(department, clients.InDepartment(id, err)) {
				return
			}
		}
	}
}

// tooBig tells whether Feishu refuses to list a whole tree.
func tooBig(err error) bool {
	var e *clients.Error
	return errors.As(err, &e) && e.Code == "43010"
}

// levels yields the departments below one level by level.
func (c *Client) levels(ctx context.Context, id string) iter.Seq2[feishuapi.Department, error] {
	return func(yield func(feishuapi.Department, error) bool) {
		read := func(ctx context.Context, id string) (children []feishuapi.Department, below []string, err error) {
			children, err = clients.Collect(c.children(ctx, id, false))
			for _, child := range children {
				below = append(below, c.ids.departmentID(child))
			}
			return children, below, err
		}
		tree := clients.Tree(ctx, vendor, feishuapi.OpListDepartmentChildren.ID, parallel, []string{id}, read)
		for children, err := range tree {
			if err != nil {
				yield(feishuapi.Department{}, err)
				return
			}
			for _, child := range children {
				if !yield(child, nil) {
					return
				}
			}
		}
	}
}

func (c *Client) children(ctx context.Context, id string, all bool) iter.Seq2[feishuapi.Department, error] {
	return list(ctx, feishuapi.OpListDepartmentChildren.ID, c.ids.departmentID,
		func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.Department], error) {
			answer, err := c.ListDepartmentChildren(ctx, id, &feishuapi.ListDepartmentChildrenParams{
				UserIDType: c.ids.user(), DepartmentIDType: c.ids.department(), FetchChild: &all,
				PageSize: new(int64(pageSize)), PageToken: pageToken,
			})
			if err != nil {
				return clients.Page[feishuapi.Department]{}, err
			}
			return departmentPage(answer.Data), nil
		})
}

func departmentPage(p feishuapi.DepartmentPage) clients.Page[feishuapi.Department] {
	return clients.Page[feishuapi.Department]{Items: p.Items, Next: p.PageToken, More: p.HasMore}
}

// DepartmentParents yields the departments above one, the nearest first. The root is never among them, and neither is
// what lies outside of the app's contact range.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/department/parent
func (c *Client) DepartmentParents(ctx context.Context, id string) iter.Seq2[feishuapi.Department, error] {
	return list(ctx, feishuapi.OpListDepartmentParents.ID, c.ids.departmentID,
		func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.Department], error) {
			answer, err := c.ListDepartmentParents(ctx, &feishuapi.ListDepartmentParentsParams{
				DepartmentID: id, UserIDType: c.ids.user(), DepartmentIDType: c.ids.department(),
				PageSize: new(int64(pageSize)), PageToken: pageToken,
			})
			if err != nil {
				return clients.Page[feishuapi.Department]{}, err
			}
			return departmentPage(answer.Data), nil
		})
}

// FindDepartments yields departments whose default name matches words; translated names are not searched. It needs
// Config.UserToken and finds what that person may see.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/department/search
func (c *Client) FindDepartments(ctx context.Context, words string) iter.Seq2[feishuapi.Department, error] {
	return list(ctx, feishuapi.OpSearchDepartments.ID, c.ids.departmentID,
		func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.Department], error) {
			answer, err := c.SearchDepartments(ctx, &feishuapi.SearchDepartmentsParams{
				UserIDType: c.ids.user(), DepartmentIDType: c.ids.department(),
				PageSize: new(int64(pageSize)), PageToken: pageToken,
			}, &feishuapi.SearchDepartmentsRequest{Query: words})
			if err != nil {
				return clients.Page[feishuapi.Department]{}, err
			}
			return departmentPage(answer.Data), nil
		})
}

// Scope is the app's contact range (通讯录权限范围): whom and what the administrator lets it see. For the whole company it
// names the departments of the first level and those people who belong to the root itself.
type Scope struct {
	UserIDs       []string // of the kind IDTypes.User
	DepartmentIDs []string // of the kind IDTypes.Department
	GroupIDs      []string
}

// Scopes reads the app's contact range to its end.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/scope/list
func (c *Client) Scopes(ctx context.Context) (*Scope, error) {
	scope := &Scope{}
	part := func(r feishuapi.ContactRange) string {
		return fmt.Sprintf("%q", []any{r.UserIDs, r.DepartmentIDs, r.GroupIDs})
	}
	parts := list(ctx, feishuapi.OpListScopes.ID, part,
		func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.ContactRange], error) {
			answer, err := c.ListScopes(ctx, &feishuapi.ListScopesParams{
				UserIDType: c.ids.user(), DepartmentIDType: c.ids.department(),
				PageSize: new(int64(100)), PageToken: pageToken,
			})
			if err != nil {
				return clients.Page[feishuapi.ContactRange]{}, err
			}
			part := answer.Data
			return clients.Page[feishuapi.ContactRange]{
				Items: []feishuapi.ContactRange{part}, Next: part.PageToken, More: part.HasMore,
			}, nil
		})
	for part, err := range parts {
		if err != nil {
			return nil, err
		}
		// A page may end in the middle of any of the three.
		scope.UserIDs = append(scope.UserIDs, part.UserIDs...)
		scope.DepartmentIDs = append(scope.DepartmentIDs, part.DepartmentIDs...)
		scope.GroupIDs = append(scope.GroupIDs, part.GroupIDs...)
	}
	return scope, nil
}

// CustomAttrs yields the tenant's own user fields (自定义用户字段), by whose id User.CustomAttrs refers to them. Feishu lists
// text, link, single-choice and phone fields.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/custom_attr/list
func (c *Client) CustomAttrs(ctx context.Context) iter.Seq2[feishuapi.CustomAttr, error] {
	return list(ctx, feishuapi.OpListCustomAttrs.ID, func(a feishuapi.CustomAttr) string { return a.ID },
		func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.CustomAttr], error) {
			answer, err := c.ListCustomAttrs(ctx, &feishuapi.ListCustomAttrsParams{
				PageSize: new(int64(100)), PageToken: pageToken,
			})
			if err != nil {
				return clients.Page[feishuapi.CustomAttr]{}, err
			}
			return clients.Page[feishuapi.CustomAttr]{
				Items: answer.Data.Items, Next: answer.Data.PageToken, More: answer.Data.HasMore,
			}, nil
		})
}

// EmployeeTypes yields the tenant's kinds of employment (人员类型). User.EmployeeType is the number that EnumValue holds as
// text.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/employee_type_enum/list
func (c *Client) EmployeeTypes(ctx context.Context) iter.Seq2[feishuapi.EmployeeType, error] {
	return list(ctx, feishuapi.OpListEmployeeTypeEnums.ID,
		func(e feishuapi.EmployeeType) clients.Key { return clients.KeyOf(e.EnumID, e.EnumValue) },
		func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.EmployeeType], error) {
			answer, err := c.ListEmployeeTypeEnums(ctx, &feishuapi.ListEmployeeTypeEnumsParams{
				PageSize: new(int64(100)), PageToken: pageToken,
			})
			if err != nil {
				return clients.Page[feishuapi.EmployeeType]{}, err
			}
			return clients.Page[feishuapi.EmployeeType]{
				Items: answer.Data.Items, Next: answer.Data.PageToken, More: answer.Data.HasMore,
			}, nil
		})
}
