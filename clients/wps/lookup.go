package wps

import (
	"context"
	"slices"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wpsapi"
)

// UsersByID reads people by their ids, Config.BatchLimit of them in a call, with their departments, and returns them in
// the order of the ids. An id that is given twice counts once. The vendor is silent about whom it leaves out, because
// they do not exist, are in another state (WithStatus) or are not visible to the app; missing holds those ids.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/address-book/user/batch-get-user
func (c *Client) UsersByID(ctx context.Context, ids []string) (users []wpsapi.User, missing []string, err error) {
	id := func(u wpsapi.User) string { return u.ID }
	return clients.Lookup(ctx, vendor, wpsapi.OpBatchReadUsers.ID, parallel, c.batchLimit, ids, id,
		func(ctx context.Context, ids []string) ([]wpsapi.User, error) {
			answer, err := c.BatchReadUsers(ctx, nil,
				&wpsapi.BatchReadUsersRequest{Status: c.statuses(), UserIDs: ids, WithDept: new(true)})
			if err != nil {
				return nil, err
			}
			return answer.Data.Items, nil
		})
}

// DepartmentUsersByID is UsersByID for the members of one department: missing holds the ids of those, too, who are not
// in it. A row has the person's fields in UserInfo. Somebody who came under an id that was not asked for, as happens
// when names, addresses or numbers are given in place of ids, stands behind the others.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/address-book/user/batch-get-dept-user
func (c *Client) DepartmentUsersByID(
	ctx context.Context, id string, ids []string,
) (users []wpsapi.DeptMember, missing []string, err error) {
	return clients.Lookup(ctx, vendor, wpsapi.OpBatchReadDeptMembers.ID, parallel, c.batchLimit, ids, memberID,
		func(ctx context.Context, ids []string) ([]wpsapi.DeptMember, error) {
			answer, err := c.BatchReadDeptMembers(ctx, id, nil,
				&wpsapi.BatchReadDeptMembersRequest{Status: c.statuses(), UserIDs: ids, WithUserDetail: new(true)})
			if err != nil {
				return nil, err
			}
			return answer.Data.Items, nil
		})
}

// CustomAttrsByID is UsersByID for people's custom attributes. Whoever has none is in the answer, with an empty list.
//
// Vendor page:
// https://open.wps.cn/documents/app-integration-dev/wps365/server/address-book/user/batch-get-user-attribute
func (c *Client) CustomAttrsByID(
	ctx context.Context, ids []string,
) (users []wpsapi.UserCustomAttrs, missing []string, err error) {
	id := func(u wpsapi.UserCustomAttrs) string { return u.UserID }
	return clients.Lookup(ctx, vendor, wpsapi.OpBatchReadUserCustomAttrs.ID, parallel, c.batchLimit, ids, id,
		func(ctx context.Context, ids []string) ([]wpsapi.UserCustomAttrs, error) {
			answer, err := c.BatchReadUserCustomAttrs(ctx, nil, &wpsapi.BatchReadUserCustomAttrsRequest{UserIDs: ids})
			if err != nil {
				return nil, err
			}
			return slices.Concat(answer.Data.Items, answer.Data.Users), nil // the clouds call the list differently
		})
}

// DepartmentsByID is UsersByID for departments.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/address-book/dept/batch-dept-info
func (c *Client) DepartmentsByID(
	ctx context.Context, ids []string,
) (departments []wpsapi.Dept, missing []string, err error) {
	return clients.Lookup(ctx, vendor, wpsapi.OpBatchReadDepts.ID, parallel, c.batchLimit, ids, deptID,
		func(ctx context.Context, ids []string) ([]wpsapi.Dept, error) {
			answer, err := c.BatchReadDepts(ctx, nil, &wpsapi.BatchReadDeptsRequest{DeptIDs: ids})
			if err != nil {
				return nil, err
			}
			return answer.Data.Items, nil
		})
}

// formerLimit is how many people who have left can be read in a call.
const formerLimit = 50

// FormerUsersByID is UsersByID for people who have left, without their departments. missing holds those as well who
// have not left. The app needs the permission kso.contact.dimission_user.read. There is no list of people who have
// left: UserChanges has their ids.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) FormerUsersByID(
	ctx context.Context, ids []string,
) (users []wpsapi.User, missing []string, err error) {
	id := func(u wpsapi.User) string { return u.ID }
	limit := min(c.batchLimit, formerLimit)
	return clients.Lookup(ctx, vendor, wpsapi.OpBatchReadDimissionUsers.ID, parallel, limit, ids, id,
		func(ctx context.Context, ids []string) ([]wpsapi.User, error) {
			answer, err := c.BatchReadDimissionUsers(ctx, &wpsapi.BatchReadDimissionUsersRequest{UserIDs: ids})
			if err != nil {
				return nil, err
			}
			return answer.Data.Items, nil
		})
}

// DepartmentCustomAttrsByID is UsersByID for the custom attributes of departments.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) DepartmentCustomAttrsByID(
	ctx context.Context, ids []string,
) (departments []wpsapi.DeptCustomAttrs, missing []string, err error) {
	id := func(d wpsapi.DeptCustomAttrs) string { return d.DeptID }
	return clients.Lookup(ctx, vendor, wpsapi.OpBatchReadDeptCustomAttrs.ID, parallel, c.batchLimit, ids, id,
		func(ctx context.Context, ids []string) ([]wpsapi.DeptCustomAttrs, error) {
			answer, err := c.BatchReadDeptCustomAttrs(ctx, &wpsapi.BatchReadDeptCustomAttrsRequest{DeptIDs: ids})
			if err != nil {
				return nil, err
			}
			return answer.Data.Depts, nil
		})
}
