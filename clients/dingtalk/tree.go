package dingtalk

import (
	"context"
	"iter"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/dingtalkapi"
)

const (
	rootDepartment = 1

	// parallel is how many departments are read at once: enough for the 20 calls a second that DingTalk takes.
	parallel = 8
)

// Users yields every member of the departments from roots down, once each, whatever number of departments they are in;
// DeptIDList holds them all, while Leader and DeptOrder speak of the one in which the member was found first. Without
// roots it starts at the root department, 1. It reads the tree level by level, some departments at a time. The first
// error ends it, as a [*clients.PageError] that counts the members before it and names the department.
//
// An app whose contact scope is a part of the corp gets ErrPermission (50004) for the root: give it the departments
// that GetAuthScopes lists as AuthedDept. The single members whom that lists as AuthedUser are in none of them; read
// these with GetUserV2.
func (c *Client) Users(ctx context.Context, roots ...int64) iter.Seq2[dingtalkapi.DepartmentUserV2, error] {
	members := func(yield func(dingtalkapi.DepartmentUserV2, error) bool) {
		for b, err := range tree(ctx, roots, c.branchWithUsers) {
			if err != nil {
				yield(dingtalkapi.DepartmentUserV2{}, err)
				return
			}
			for _, user := range b.users {
				if !yield(user, nil) {
					return
				}
			}
		}
	}
	return clients.Counted(clients.Once(vendorName, dingtalkapi.OpListDepartmentUsersV2.ID, userKey, members))
}

// Departments yields the departments from roots down, the roots themselves first, once each, parents before their
// children. Without roots it starts at the root department, 1, which has no ParentID. It reads the tree level by level,
// some departments at a time. The first error ends it, as a [*clients.PageError] that counts the departments before it
// and names the one that could not be read.
//
// Departments with negative ids (家校通讯录, the home-school directory) are yielded but not entered: DingTalk lists them and
// answers every call about them with 60003. About the contact scope see Users.
func (c *Client) Departments(ctx context.Context, roots ...int64) iter.Seq2[dingtalkapi.DepartmentV2, error] {
	departments := func(yield func(dingtalkapi.DepartmentV2, error) bool) {
		for root, err := range clients.Ordered(ctx, parallel, orRoot(roots), c.department) {
			if !yield(root, err) || err != nil {
				return
			}
		}
		for b, err := range tree(ctx, roots, c.branch) {
			if err != nil {
				yield(dingtalkapi.DepartmentV2{}, err)
				return
			}
			for _, child := range b.children {
				if !yield(child, nil) {
					return
				}
			}
		}
	}
	id := func(d dingtalkapi.DepartmentV2) int64 { return d.DeptID }
	return clients.Counted(clients.Once(vendorName, dingtalkapi.OpListSubDepartmentsV2.ID, id, departments))
}

func orRoot(roots []int64) []int64 {
	if len(roots) == 0 {
		return []int64{rootDepartment}
	}
	return roots
}

// branch is a department with what is directly in it.
type branch struct {
	children []dingtalkapi.DepartmentV2
	users    []dingtalkapi.DepartmentUserV2
}

func tree(
	ctx context.Context, roots []int64, read func(context.Context, int64) (branch, error),
) iter.Seq2[branch, error] {
	return clients.Tree(ctx, vendorName, dingtalkapi.OpListSubDepartmentsV2.ID, parallel, orRoot(roots),
		func(ctx context.Context, id int64) (branch, []int64, error) {
			b, err := read(ctx, id)
			var below []int64
			for _, child := range b.children {
				if child.DeptID >= 0 { // and 0 is for Tree to refuse
					below = append(below, child.DeptID)
				}
			}
			return b, below, err
		})
}

func (c *Client) branch(ctx context.Context, id int64) (branch, error) {
	answer, err := c.ListSubDepartmentsV2(ctx, &dingtalkapi.ListSubDepartmentsV2Request{DeptID: &id})
	if err != nil {
		return branch{}, err
	}
	return branch{children: answer.Result}, nil
}

func (c *Client) branchWithUsers(ctx context.Context, id int64) (branch, error) {
	b, err := c.branch(ctx, id)
	if err != nil {
		return branch{}, err
	}
	b.users, err = clients.Collect(c.DepartmentUsers(ctx, id))
	return b, err
}

// department is a department in the form in which its parent lists it.
func (c *Client) department(ctx context.Context, id int64) (dingtalkapi.DepartmentV2, error) {
	answer, err := c.GetDepartmentV2(ctx, &dingtalkapi.GetDepartmentV2Request{DeptID: id})
	if err != nil {
		return dingtalkapi.DepartmentV2{}, clients.InDepartment(id, err)
	}
	d := answer.Result
	return dingtalkapi.DepartmentV2{
		DeptID: d.DeptID, Name: d.Name, ParentID: d.ParentID, SourceIdentifier: d.SourceIdentifier, Tags: d.Tags,
		AutoAddUser: d.AutoAddUser, CreateDeptGroup: d.CreateDeptGroup, FromUnionOrg: d.FromUnionOrg,
	}, nil
}
