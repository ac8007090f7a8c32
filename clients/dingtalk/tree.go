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

// Users yields every member of the departments from roots down, once each, whatever number of departments they are in; DeptIDList
// holds them all, while Leader and DeptOrder speak of the one in which the member was found first. Without roots it starts at the root
// department, 1. It reads the tree level by level, some departments at a time. The first error ends it, as a
// [*clients.PageError] that counts the members before it and names the department.
//
// An app whose contact scope is a part of the corp gets ErrPermission (50004) for the root: give it the departments that GetAuthScopes
// lists as AuthedDept. The single members whom that lists as AuthedUser are in none of them; read these with GetUserV2.
func (c *Client) Users(ctx context.Context, roots ...int64) iter.Seq2[dingtalkapi.DepartmentUserV2, error] {
	return clients.Counted(func(yield func(dingtalkapi.DepartmentUserV2, error) bool) {
		seen := make(map[string]struct{})
		for b, err := range c.tree(ctx, orRoot(roots), c.branchWithUsers) {
			if err != nil {
				yield(dingtalkapi.DepartmentUserV2{}, err)
				return
			}
			for _, user := range b.users {
				if _, ok := seen[user.UserID]; ok {
					continue
				}
				seen[user.UserID] = struct{}{}
				if !yield(user, nil) {
					return
				}
			}
		}
	})
}

// Departments yields the departments from roots down, the roots themselves first, once each, parents before children. Without
// roots it starts at the root department, 1, which has no ParentID. Departments with negative ids (家校通讯录, the home-school
// directory) are yielded but not entered: DingTalk lists them and answers every call about them with 60003. The first error
// ends it; about the contact scope see Users.
func (c *Client) Departments(ctx context.Context, roots ...int64) iter.Seq2[dingtalkapi.DepartmentV2, error] {
	return clients.Counted(func(yield func(dingtalkapi.DepartmentV2, error) bool) {
		roots := unseen(make(map[int64]struct{}), orRoot(roots))
		for root, err := range clients.Ordered(ctx, parallel, roots, c.department) {
			if !yield(root, err) || err != nil {
				return
			}
		}
		for b, err := range c.tree(ctx, roots, c.branch) {
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
	})
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

// tree reads the departments from roots down, each once, and yields them level by level with those children that it has not
// met before. A department that turns up again, below itself for example, is not entered a second time.
func (c *Client) tree(ctx context.Context, roots []int64, read func(context.Context, int64) (branch, error)) iter.Seq2[branch, error] {
	return func(yield func(branch, error) bool) {
		seen := make(map[int64]struct{})
		for level := unseen(seen, roots); len(level) > 0; {
			var next []int64
			for b, err := range clients.Ordered(ctx, parallel, level, read) {
				if err != nil {
					yield(branch{}, err)
					return
				}
				var fresh []dingtalkapi.DepartmentV2
				for _, child := range b.children {
					if len(unseen(seen, []int64{child.DeptID})) == 0 {
						continue
					}
					fresh = append(fresh, child)
					if child.DeptID > 0 {
						next = append(next, child.DeptID)
					}
				}
				b.children = fresh
				if !yield(b, nil) {
					return
				}
			}
			level = next
		}
	}
}

// unseen returns the ids that are not in seen, once each, and puts them there.
func unseen(seen map[int64]struct{}, ids []int64) []int64 {
	var fresh []int64
	for _, id := range ids {
		if _, ok := seen[id]; !ok {
			seen[id] = struct{}{}
			fresh = append(fresh, id)
		}
	}
	return fresh
}

func (c *Client) branch(ctx context.Context, id int64) (branch, error) {
	answer, err := c.ListSubDepartmentsV2(ctx, &dingtalkapi.ListSubDepartmentsV2Request{DeptID: &id})
	if err != nil {
		return branch{}, clients.InDepartment(id, err)
	}
	for _, child := range answer.Result {
		if child.DeptID == 0 {
			return branch{}, clients.InDepartment(id, badAnswer(dingtalkapi.OpListSubDepartmentsV2.ID, "a department has no id"))
		}
	}
	return branch{children: answer.Result}, nil
}

func (c *Client) branchWithUsers(ctx context.Context, id int64) (branch, error) {
	b, err := c.branch(ctx, id)
	if err != nil {
		return branch{}, err
	}
	for user, err := range c.DepartmentUsers(ctx, id) {
		if err != nil {
			return branch{}, clients.InDepartment(id, err)
		}
		b.users = append(b.users, user)
	}
	return b, nil
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
