package feishu

import (
	"context"
	"slices"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/feishuapi"
)

// most is how many ids a look-up takes in one call.
const most = 50

// UsersByID reads people by their ids, 50 a call, and returns them in the order of the ids. An id that is given twice
// counts once. Feishu leaves out in silence who does not exist, has another kind of id or is outside of the contact
// range; missing holds those ids.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/user/batch
func (c *Client) UsersByID(ctx context.Context, ids []string) (users []feishuapi.User, missing []string, err error) {
	return clients.Lookup(ctx, vendor, feishuapi.OpBatchGetUsers.ID, parallel, most, ids, c.ids.userID,
		func(ctx context.Context, ids []string) ([]feishuapi.User, error) {
			answer, err := c.BatchGetUsers(ctx, &feishuapi.BatchGetUsersParams{
				UserIDs: ids, UserIDType: c.ids.user(), DepartmentIDType: c.ids.department(),
			})
			if err != nil {
				return nil, err
			}
			return answer.Data.Items, nil
		})
}

// DepartmentsByID is UsersByID for departments.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/department/batch
func (c *Client) DepartmentsByID(
	ctx context.Context, ids []string,
) (departments []feishuapi.Department, missing []string, err error) {
	return clients.Lookup(ctx, vendor, feishuapi.OpBatchGetDepartments.ID, parallel, most, ids, c.ids.departmentID,
		func(ctx context.Context, ids []string) ([]feishuapi.Department, error) {
			answer, err := c.BatchGetDepartments(ctx, &feishuapi.BatchGetDepartmentsParams{
				DepartmentIDs: ids, UserIDType: c.ids.user(), DepartmentIDType: c.ids.department(),
			})
			if err != nil {
				return nil, err
			}
			return answer.Data.Items, nil
		})
}

// unique returns the values without repetitions, in order.
func unique(values []string) []string {
	seen := make(map[string]struct{}, len(values))
	var kept []string
	for _, value := range values {
		if _, ok := seen[value]; !ok {
			seen[value] = struct{}{}
			kept = append(kept, value)
		}
	}
	return kept
}

// Contacts are what people are looked up by.
type Contacts struct {
	Emails  []string // login emails; business mailboxes are not searched
	Mobiles []string // numbers from outside of mainland China with +country code

	IncludeResigned bool // find people who have left, too
}

// UsersByContact finds the ids of people by email and mobile number, 50 of each a call. Feishu answers every contact,
// those of nobody without an id; unknown holds them. A contact is unknown also when the app may not see the person. A
// person who is found by both is answered twice.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/user/batch_get_id
func (c *Client) UsersByContact(
	ctx context.Context, contacts Contacts,
) (matches []feishuapi.UserIDMatch, unknown []string, err error) {
	var requests []*feishuapi.BatchGetUserIDsRequest
	emails := slices.Collect(slices.Chunk(unique(contacts.Emails), most))
	mobiles := slices.Collect(slices.Chunk(unique(contacts.Mobiles), most))
	for i := range max(len(emails), len(mobiles)) {
		request := &feishuapi.BatchGetUserIDsRequest{}
		if contacts.IncludeResigned {
			request.IncludeResigned = &contacts.IncludeResigned
		}
		if i < len(emails) {
			request.Emails = emails[i]
		}
		if i < len(mobiles) {
			request.Mobiles = mobiles[i]
		}
		requests = append(requests, request)
	}
	answers := clients.Ordered(ctx, parallel, requests,
		func(ctx context.Context, request *feishuapi.BatchGetUserIDsRequest) ([]feishuapi.UserIDMatch, error) {
			answer, err := c.BatchGetUserIDs(ctx, &feishuapi.BatchGetUserIDsParams{UserIDType: c.ids.user()}, request)
			if err != nil {
				return nil, err
			}
			return answer.Data.UserList, nil
		})
	known := make(map[string]struct{})
	for part, err := range answers {
		if err != nil {
			return nil, nil, err
		}
		for _, match := range part {
			if match.UserID != "" {
				// One of the two is empty; emails may come back in another case.
				known[strings.ToLower(match.Email+match.Mobile)] = struct{}{}
				matches = append(matches, match)
			}
		}
	}
	for _, contact := range slices.Concat(unique(contacts.Emails), unique(contacts.Mobiles)) {
		if _, ok := known[strings.ToLower(contact)]; !ok {
			unknown = append(unknown, contact)
		}
	}
	return matches, unknown, nil
}
