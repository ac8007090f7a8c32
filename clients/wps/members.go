package wps

import (
	"context"
	"slices"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wpsapi"
)

// Members is what ReadDeptMembers found.
type Members struct {
	Found   []wpsapi.DeptMember // in the order of the ids, with details (user_info)
	Missing []string            // ids without an answer: not in the department, in another state, or not visible to the app

	// Others came under ids that were not asked for, as happens when names, addresses or numbers are given in place of ids.
	Others []wpsapi.DeptMember
}

// ReadDeptMembers looks up any number of people in one department, Config.BatchLimit of them in a call. Without a status it is active,
// notactive and disabled. An id that is given twice counts once. The vendor is silent about whom it leaves out; Members.Missing names them.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/address-book/user/batch-get-dept-user
func (c *Client) ReadDeptMembers(ctx context.Context, deptID string, userIDs []string, status ...wpsapi.UserStatus) (*Members, error) {
	if slices.Contains(userIDs, "") {
		return nil, invalid(wpsapi.OpBatchReadDeptMembers.ID, "one of the ids is empty")
	}
	found := make(map[string]wpsapi.DeptMember, len(userIDs)) // an id that was asked for, and its answer if it came
	var asked []string
	for _, id := range userIDs {
		if _, ok := found[id]; !ok {
			found[id] = wpsapi.DeptMember{}
			asked = append(asked, id)
		}
	}
	members := &Members{}
	chunks := slices.Collect(slices.Chunk(asked, c.batchLimit))
	for items, err := range clients.Ordered(ctx, parallel, chunks, func(ctx context.Context, ids []string) ([]wpsapi.DeptMember, error) {
		answer, err := c.BatchReadDeptMembers(ctx, deptID, nil,
			&wpsapi.BatchReadDeptMembersRequest{Status: statusOrAll(status), UserIDs: ids, WithUserDetail: new(true)})
		if err != nil {
			return nil, err
		}
		return answer.Data.Items, nil
	}) {
		if err != nil {
			return nil, err
		}
		for _, member := range items {
			if _, ok := found[member.UserID]; ok {
				found[member.UserID] = member
			} else {
				members.Others = append(members.Others, member)
			}
		}
	}
	for _, id := range asked {
		if member := found[id]; member.UserID != "" {
			members.Found = append(members.Found, member)
		} else {
			members.Missing = append(members.Missing, id)
		}
	}
	return members, nil
}
