package dingtalk

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/dingtalkapi"
)

const (
	maxPage       = 100 // rows of a page, the vendor's maximum for lists of members
	maxLeaves     = 50  // the same for leave records
	defaultSearch = 20  // for the searches, which document no maximum
	maxEmpty      = 10  // empty pages in a row that promise more
)

// page is one page of a list whose pages are found by a number, be it a cursor or the first row.
type page[T any] struct {
	items []T
	more  bool
	next  int64 // where the next page begins, 0 if the vendor does not say
	total int64 // rows of the whole list, 0 if the vendor does not say
	again bool  // it may bring nothing new, since it was read because rows had moved up
	turn  int   // how often the list has been gone back in, so that a number may come again
}

// list reads a list to its end and yields each row once. The vendor's flag alone says whether there is more: pages may
// be short, or empty, and the last one has no cursor. Members who join or leave in the meantime shift the rows, so a
// row may come twice. key tells rows apart.
func list[T any, K comparable](ctx context.Context, operation string, key func(T) K,
	fetch func(ctx context.Context, from int64) (page[T], error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		listInto(ctx, operation, key, clients.NewSeen[K](vendorName, operation), fetch)(yield)
	}
}

// listInto is list with what is remembered of the rows. Those of a page are in it once fetch has returned the page.
func listInto[T any, K comparable](ctx context.Context, operation string, key func(T) K, seen *clients.Seen[K],
	fetch func(ctx context.Context, from int64) (page[T], error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		l := lister[T, K]{operation: operation, key: key, seen: seen}
		clients.Pages(ctx, vendorName, operation, func(ctx context.Context, cursor string) (clients.Page[T], error) {
			number, _, _ := strings.Cut(cursor, " ")
			from, _ := strconv.ParseInt(number, 10, 64) // "" is the first page
			p, err := fetch(ctx, from)
			if err != nil {
				return clients.Page[T]{}, err
			}
			items, err := l.take(p)
			if err != nil {
				return clients.Page[T]{}, err
			}
			result := clients.Page[T]{Items: items, More: p.more}
			if p.next > 0 {
				result.Next = strconv.FormatInt(p.next, 10)
				if p.turn > 0 {
					result.Next += " " + strconv.Itoa(p.turn)
				}
			}
			return result, nil
		})(yield)
	}
}

// lister keeps a walk honest: it would rather fail than go round for ever or stop early.
type lister[T any, K comparable] struct {
	operation string
	key       func(T) K
	seen      *clients.Seen[K]
	pages     int
	empty     int // in a row
}

// take returns the rows of p that are new.
func (l *lister[T, K]) take(p page[T]) ([]T, error) {
	fresh, err := clients.Fresh(l.seen, p.items, l.key)
	if err != nil {
		return nil, err
	}
	l.pages++
	if len(p.items) > 0 {
		l.empty = 0
	} else {
		l.empty++
	}
	switch {
	case p.more && (len(fresh) == 0 && len(p.items) > 0 && !p.again || l.empty > maxEmpty):
		return nil, badAnswer(l.operation, "the vendor promises more pages and gives nothing new")
	case !p.more && l.pages > 1 && int64(l.seen.Len()) < p.total:
		return nil, badAnswer(l.operation, fmt.Sprintf("the vendor counts %d rows and gave %d", p.total, l.seen.Len()))
	}
	return fresh, nil
}

// badAnswer is an answer that decodes well and makes no sense.
func badAnswer(operation, message string) error {
	return &clients.Error{Vendor: vendorName, Operation: operation, Kind: clients.KindBadResponse, Message: message}
}

// orElse is n if somebody has set it, and otherwise if not.
func orElse(n, otherwise int64) int64 {
	if n > 0 {
		return n
	}
	return otherwise
}

// What tells people apart: the userid, and the unionid of those who come without.
func userKey(u dingtalkapi.DepartmentUserV2) clients.Key   { return clients.KeyOf(u.UserID, u.UnionID) }
func userKeyV1(u dingtalkapi.DepartmentUserV1) clients.Key { return clients.KeyOf(u.UserID, u.UnionID) }

func briefKey(u dingtalkapi.UserBrief) clients.Key { return clients.KeyOf(u.UserID) }

// itself is the key of a list of ids.
func itself[ID comparable](id ID) ID { return id }

// DepartmentUsers yields the members of the department itself, not of those below it, once each. The root department is
// 1. Members of restricted access are included. Nobody who is a member all the time is missing, whoever else is deleted
// or moved away in the meantime; "Pages that shift" in the package documentation says what that costs.
//
// Vendor page: https://open.dingtalk.com/document/development/queries-the-complete-information-of-a-department-user
func (c *Client) DepartmentUsers(ctx context.Context, id int64) iter.Seq2[dingtalkapi.DepartmentUserV2, error] {
	everybody := true
	return members[dingtalkapi.DepartmentUserV2]{
		operation: dingtalkapi.OpListDepartmentUsersV2.ID, key: userKey, ids: c.memberIDs(id),
		page: func(ctx context.Context, from int64) (page[dingtalkapi.DepartmentUserV2], error) {
			answer, err := c.ListDepartmentUsersV2(ctx, &dingtalkapi.ListDepartmentUsersV2Request{
				DeptID: id, Cursor: from, Size: maxPage, ContainAccessLimit: &everybody,
			})
			if err != nil {
				return page[dingtalkapi.DepartmentUserV2]{}, err
			}
			r := answer.Result
			return page[dingtalkapi.DepartmentUserV2]{items: r.List, more: r.HasMore, next: r.NextCursor}, nil
		},
		one: func(ctx context.Context, userID string) (dingtalkapi.DepartmentUserV2, bool, error) {
			return c.member(ctx, userID, id)
		},
	}.read(ctx, c)
}

// DepartmentUsersSimple yields ids and names of whom DepartmentUsers yields.
//
// Vendor page: https://open.dingtalk.com/document/development/queries-the-simple-information-of-a-department-user
func (c *Client) DepartmentUsersSimple(ctx context.Context, id int64) iter.Seq2[dingtalkapi.UserBrief, error] {
	everybody := true
	return members[dingtalkapi.UserBrief]{
		operation: dingtalkapi.OpListDepartmentUsersSimpleV2.ID, key: briefKey, ids: c.memberIDs(id),
		page: func(ctx context.Context, from int64) (page[dingtalkapi.UserBrief], error) {
			answer, err := c.ListDepartmentUsersSimpleV2(ctx, &dingtalkapi.ListDepartmentUsersSimpleV2Request{
				DeptID: id, Cursor: from, Size: maxPage, ContainAccessLimit: &everybody,
			})
			if err != nil {
				return page[dingtalkapi.UserBrief]{}, err
			}
			r := answer.Result
			return page[dingtalkapi.UserBrief]{items: r.List, more: r.HasMore, next: r.NextCursor}, nil
		},
		one: func(ctx context.Context, userID string) (dingtalkapi.UserBrief, bool, error) {
			u, there, err := c.member(ctx, userID, id)
			return dingtalkapi.UserBrief{UserID: u.UserID, Name: u.Name}, there, err
		},
	}.read(ctx, c)
}

// DepartmentUsersV1 yields the members of one department through the older call. Its offset counts rows.
//
// Vendor page: https://open.dingtalk.com/document/development/obtain-department-members-details
//
// Deprecated: new apps cannot have the permission for the older call; use DepartmentUsers.
func (c *Client) DepartmentUsersV1(ctx context.Context, id int64) iter.Seq2[dingtalkapi.DepartmentUserV1, error] {
	return members[dingtalkapi.DepartmentUserV1]{
		operation: dingtalkapi.OpListDepartmentUsersV1.ID, key: userKeyV1, ids: c.memberIDsV1(id),
		page: func(ctx context.Context, from int64) (page[dingtalkapi.DepartmentUserV1], error) {
			answer, err := c.ListDepartmentUsersV1(ctx, &dingtalkapi.ListDepartmentUsersV1Params{
				DepartmentID: id, Offset: from, Size: maxPage,
			})
			if err != nil {
				return page[dingtalkapi.DepartmentUserV1]{}, err
			}
			return page[dingtalkapi.DepartmentUserV1]{items: answer.UserList, more: answer.HasMore,
				next: from + maxPage}, nil
		},
		one: func(ctx context.Context, userID string) (dingtalkapi.DepartmentUserV1, bool, error) {
			return c.memberV1(ctx, userID, id)
		},
	}.read(ctx, c)
}

// DepartmentUsersSimpleV1 yields ids and names of whom DepartmentUsersV1 yields.
//
// Vendor page: https://open.dingtalk.com/document/development/obtain-the-basic-information-of-department-users
//
// Deprecated: new apps cannot have the permission for the older call; use DepartmentUsersSimple.
func (c *Client) DepartmentUsersSimpleV1(ctx context.Context, id int64) iter.Seq2[dingtalkapi.UserBrief, error] {
	size := int64(maxPage)
	return members[dingtalkapi.UserBrief]{
		operation: dingtalkapi.OpListDepartmentUsersSimpleV1.ID, key: briefKey, ids: c.memberIDsV1(id),
		page: func(ctx context.Context, from int64) (page[dingtalkapi.UserBrief], error) {
			answer, err := c.ListDepartmentUsersSimpleV1(ctx, &dingtalkapi.ListDepartmentUsersSimpleV1Params{
				DepartmentID: id, Offset: &from, Size: &size,
			})
			if err != nil {
				return page[dingtalkapi.UserBrief]{}, err
			}
			return page[dingtalkapi.UserBrief]{items: answer.UserList, more: answer.HasMore, next: from + size}, nil
		},
		one: func(ctx context.Context, userID string) (dingtalkapi.UserBrief, bool, error) {
			u, there, err := c.memberV1(ctx, userID, id)
			return dingtalkapi.UserBrief{UserID: u.UserID, Name: u.Name}, there, err
		},
	}.read(ctx, c)
}

// InactiveUserIDs yields the userids of those who did not log in on a day, or did, by request.IsActive. request.Offset
// is ignored, request.Size is 100 unless set.
//
// Vendor page:
// https://open.dingtalk.com/document/development/queries-the-inactive-users-or-active-users-under-an-enterprise
func (c *Client) InactiveUserIDs(
	ctx context.Context, request dingtalkapi.ListInactiveUsersV2Request,
) iter.Seq2[string, error] {
	request.Size = orElse(request.Size, maxPage)
	return list(ctx, dingtalkapi.OpListInactiveUsersV2.ID, itself[string],
		func(ctx context.Context, from int64) (page[string], error) {
			request := request
			request.Offset = from
			answer, err := c.ListInactiveUsersV2(ctx, &request)
			if err != nil {
				return page[string]{}, err
			}
			r := answer.Result
			return page[string]{items: r.List, more: r.HasMore, next: orElse(r.NextCursor, from+request.Size)}, nil
		})
}

// InactiveUserIDsV1 yields the userids of those who did not log in on a day in China, yyyyMMdd, at most a month back.
// The data of a day is complete from 09:00 of the next.
//
// Vendor page: https://open.dingtalk.com/document/development/query-data-of-inactive-users
//
// Deprecated: new apps cannot have the permission for the older call; use InactiveUserIDs.
func (c *Client) InactiveUserIDsV1(ctx context.Context, day string) iter.Seq2[string, error] {
	return list(ctx, dingtalkapi.OpListInactiveUsersV1.ID, itself[string],
		func(ctx context.Context, from int64) (page[string], error) {
			answer, err := c.ListInactiveUsersV1(ctx, &dingtalkapi.ListInactiveUsersV1Request{
				QueryDate: day, Offset: from, Size: maxPage,
			})
			if err != nil {
				return page[string]{}, err
			}
			return page[string]{items: answer.Result.List, more: answer.Result.HasMore, next: from + maxPage}, nil
		})
}

// FindUserIDs yields the userids that searchUsers finds, all pages of it. request.Offset is ignored, request.Size is 20
// unless set. Whether the vendor's offset counts rows or pages is not clear from its page; this counts rows, and fails
// if the vendor then gives less than it counts.
//
// Vendor page: https://open.dingtalk.com/document/development/address-book-search-user-id
func (c *Client) FindUserIDs(ctx context.Context, request dingtalkapi.SearchUsersRequest) iter.Seq2[string, error] {
	request.Size = orElse(request.Size, defaultSearch)
	return list(ctx, dingtalkapi.OpSearchUsers.ID, itself[string],
		func(ctx context.Context, from int64) (page[string], error) {
			request := request
			request.Offset = from
			answer, err := c.SearchUsers(ctx, &request)
			if err != nil {
				return page[string]{}, err
			}
			return page[string]{items: answer.List, more: answer.HasMore, next: from + request.Size,
				total: answer.TotalCount}, nil
		})
}

// FindDepartmentIDs yields the department ids that searchDepartments finds, as FindUserIDs does for members.
//
// Vendor page: https://open.dingtalk.com/document/development/address-book-search-department-id
func (c *Client) FindDepartmentIDs(
	ctx context.Context, request dingtalkapi.SearchDepartmentsRequest,
) iter.Seq2[int64, error] {
	request.Size = orElse(request.Size, defaultSearch)
	return list(ctx, dingtalkapi.OpSearchDepartments.ID, itself[int64],
		func(ctx context.Context, from int64) (page[int64], error) {
			request := request
			request.Offset = from
			answer, err := c.SearchDepartments(ctx, &request)
			if err != nil {
				return page[int64]{}, err
			}
			return page[int64]{items: answer.List, more: answer.HasMore, next: from + request.Size,
				total: answer.TotalCount}, nil
		})
}

// LeaveRecords yields who left the corp between params.StartTime and params.EndTime, at most 365 days apart.
// params.NextToken is ignored, params.MaxResults is 50 unless set.
//
// Vendor page: https://open.dingtalk.com/document/development/query-the-details-of-employees-who-have-left-office
func (c *Client) LeaveRecords(
	ctx context.Context, params dingtalkapi.ListLeaveRecordsParams,
) iter.Seq2[dingtalkapi.LeaveRecord, error] {
	params.MaxResults = orElse(params.MaxResults, maxLeaves)
	type leave struct{ userID, time string } // somebody may leave twice
	key := func(r dingtalkapi.LeaveRecord) leave { return leave{r.UserID, r.LeaveTime} }
	return clients.List(ctx, vendorName, dingtalkapi.OpListLeaveRecords.ID, key,
		func(ctx context.Context, cursor string) (clients.Page[dingtalkapi.LeaveRecord], error) {
			params := params
			if cursor == "" {
				cursor = "0" // what the vendor calls the first page
			}
			params.NextToken = &cursor
			answer, err := c.ListLeaveRecords(ctx, &params)
			if err != nil {
				return clients.Page[dingtalkapi.LeaveRecord]{}, err
			}
			return clients.Page[dingtalkapi.LeaveRecord]{
				Items: answer.Records, Next: answer.NextToken, More: answer.NextToken != "",
			}, nil
		})
}
