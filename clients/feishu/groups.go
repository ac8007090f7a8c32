package feishu

import (
	"context"
	"iter"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/feishuapi"
)

// largePage is the vendor's maximum for groups, roles, units and directory/v1.
const largePage = 100

// Groups yields the user groups in the app's contact range, the ordinary ones and then those whose members follow from
// a rule. Their members are had from GroupMembers.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/group/simplelist
func (c *Client) Groups(ctx context.Context) iter.Seq2[feishuapi.UserGroup, error] {
	return clients.Counted(func(yield func(feishuapi.UserGroup, error) bool) {
		for _, kind := range []feishuapi.UserGroupType{
			feishuapi.UserGroupTypeOrdinary, feishuapi.UserGroupTypeDynamic,
		} {
			groups := list(ctx, feishuapi.OpListGroups.ID, func(g feishuapi.UserGroup) string { return g.ID },
				func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.UserGroup], error) {
					answer, err := c.ListGroups(ctx, &feishuapi.ListGroupsParams{
						Type: &kind, PageSize: new(int64(largePage)), PageToken: pageToken,
					})
					if err != nil {
						return clients.Page[feishuapi.UserGroup]{}, err
					}
					return clients.Page[feishuapi.UserGroup]{
						Items: answer.Data.GroupList, Next: answer.Data.PageToken, More: answer.Data.HasMore,
					}, nil
				})
			for group, err := range groups {
				if !yield(group, err) || err != nil {
					return
				}
			}
		}
	})
}

// GroupMembers returns who is in a user group by itself, and the departments that are, with all who are in them and
// below. The ids are of the kinds of WithIDTypes.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/group-member/simplelist
func (c *Client) GroupMembers(ctx context.Context, id string) (users, departments []string, err error) {
	if users, err = c.groupMembers(ctx, id, feishuapi.GroupMemberTypeUser, string(c.ids.User)); err != nil {
		return nil, nil, err
	}
	departments, err = c.groupMembers(ctx, id, feishuapi.GroupMemberTypeDepartment, string(c.ids.Department))
	if err != nil {
		return nil, nil, err
	}
	return users, departments, nil
}

func (c *Client) groupMembers(
	ctx context.Context, id string, kind feishuapi.GroupMemberType, ids string,
) ([]string, error) {
	params := feishuapi.ListGroupMembersParams{MemberType: &kind, PageSize: new(int64(largePage))}
	if ids != "" {
		params.MemberIDType = &ids
	}
	return clients.Collect(list(ctx, feishuapi.OpListGroupMembers.ID, func(id string) string { return id },
		func(ctx context.Context, pageToken *string) (clients.Page[string], error) {
			params := params
			params.PageToken = pageToken
			answer, err := c.ListGroupMembers(ctx, id, &params)
			if err != nil {
				return clients.Page[string]{}, err
			}
			page := clients.Page[string]{Next: answer.Data.PageToken, More: answer.Data.HasMore}
			for _, member := range answer.Data.MemberList {
				page.Items = append(page.Items, member.MemberID)
			}
			return page, nil
		}))
}

// RoleMembers yields the members of a functional role with what they look after. Feishu lists no roles: their ids come
// from CreateFunctionalRole or from the console.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/functional_role-member/list
func (c *Client) RoleMembers(ctx context.Context, id string) iter.Seq2[feishuapi.FunctionalRoleMember, error] {
	return list(ctx, feishuapi.OpListFunctionalRoleMembers.ID,
		func(m feishuapi.FunctionalRoleMember) string { return m.UserID },
		func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.FunctionalRoleMember], error) {
			answer, err := c.ListFunctionalRoleMembers(ctx, id, &feishuapi.ListFunctionalRoleMembersParams{
				UserIDType: c.ids.user(), DepartmentIDType: c.ids.department(),
				PageSize: new(int64(largePage)), PageToken: pageToken,
			})
			if err != nil {
				return clients.Page[feishuapi.FunctionalRoleMember]{}, err
			}
			return clients.Page[feishuapi.FunctionalRoleMember]{
				Items: answer.Data.Members, Next: answer.Data.PageToken, More: answer.Data.HasMore,
			}, nil
		})
}
