package wps

import (
	"context"
	"iter"
	"strconv"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wpsapi"
)

const (
	parentPage = 100 // the vendor's maximum, of the departments above one
	rulePage   = 20  // the vendor's maximum, of visibility rules
)

// changeKey tells entries of a list of changes apart.
type changeKey struct {
	id, of string
	kind   wpsapi.ChangeType
	at     int64
}

// seconds is a time of the wire, 0 if none came.
func seconds(at *int64) int64 {
	if at == nil {
		return 0
	}
	return *at
}

// UserChanges yields what happened to people since a time, once each: who was created, changed or deleted, in the order
// of the vendor. A change says only that something happened; read the person for what is true now, with UsersByID or,
// for a deletion, FormerUsersByID. A zero time asks for all that the vendor has kept; for how long it keeps changes is
// not documented, so that a program that was away for long should read everything anew.
//
// The vendor documents neither the unit of its times, which is taken for seconds as everywhere else, nor whether it
// returns changes of the very second that is asked for. UserChanges asks for one second more and leaves out what is too
// old: changes of the second of since are yielded. Remember the time before the first call for the next run.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) UserChanges(ctx context.Context, since time.Time) iter.Seq2[wpsapi.UserChange, error] {
	from := sinceSeconds(since)
	key := func(e wpsapi.UserChange) changeKey {
		return changeKey{e.ID, e.UserID, e.ChangeType, seconds(e.ChangeTime)}
	}
	old := func(e wpsapi.UserChange) bool { return isOld(e.ChangeTime, from) }
	return newer(old, once(ctx, wpsapi.OpListUserChanges.ID, key,
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.UserChange], error) {
			answer, err := c.ListUserChanges(ctx, &wpsapi.ListUserChangesParams{LastChangeTime: max(from-1, 0),
				PageSize: &c.pageSize, PageToken: cursorOrNil(cursor)})
			if err != nil {
				return clients.Page[wpsapi.UserChange]{}, err
			}
			return page(answer.Data.Items, answer.Data.NextPageToken, ""), nil
		}))
}

// DepartmentChanges is UserChanges for departments. Read a department that was created or changed with DepartmentsByID.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) DepartmentChanges(ctx context.Context, since time.Time) iter.Seq2[wpsapi.DeptChange, error] {
	from := sinceSeconds(since)
	key := func(e wpsapi.DeptChange) changeKey {
		return changeKey{e.ID, e.DeptID, e.ChangeType, seconds(e.ChangeTime)}
	}
	old := func(e wpsapi.DeptChange) bool { return isOld(e.ChangeTime, from) }
	return newer(old, once(ctx, wpsapi.OpListDeptChanges.ID, key,
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.DeptChange], error) {
			answer, err := c.ListDeptChanges(ctx, &wpsapi.ListDeptChangesParams{LastChangeTime: max(from-1, 0),
				PageSize: &c.pageSize, PageToken: cursorOrNil(cursor)})
			if err != nil {
				return clients.Page[wpsapi.DeptChange]{}, err
			}
			return page(answer.Data.Items, answer.Data.NextPageToken, ""), nil
		}))
}

func sinceSeconds(since time.Time) int64 { return max(since.Unix(), 0) }

// isOld tells whether a change is surely from before a second.
func isOld(at *int64, from int64) bool { return at != nil && *at < from }

// newer leaves out what is old.
func newer[T any](old func(T) bool, all iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range all {
			if err == nil && old(item) {
				continue
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

// FindUsers yields the people whom a search finds by words: in the name, the mail address, the mobile number or the
// name they sign in with, once each. They are those that WithStatus asks for; a search finds people who have left, too,
// if it asks for dimission. How the vendor matches is not documented. SearchUsers has more conditions.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) FindUsers(ctx context.Context, words string) iter.Seq2[wpsapi.FoundUser, error] {
	key := func(u wpsapi.FoundUser) clients.Key { return clients.KeyOf(u.ID, u.ExUserID) }
	return once(ctx, wpsapi.OpSearchUsers.ID, key,
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.FoundUser], error) {
			answer, err := c.SearchUsers(ctx, &wpsapi.SearchUsersParams{Keyword: words, Status: c.statuses(),
				PageSize: c.pageSize, PageToken: cursorOrNil(cursor)})
			if err != nil {
				return clients.Page[wpsapi.FoundUser]{}, err
			}
			return page(answer.Data.Items, answer.Data.NextPageToken, ""), nil
		})
}

// FindDepartments yields the departments whose names a search finds by words, once each. How the vendor matches is not
// documented.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) FindDepartments(ctx context.Context, words string) iter.Seq2[wpsapi.FoundDept, error] {
	key := func(d wpsapi.FoundDept) string { return d.ID }
	return once(ctx, wpsapi.OpSearchDepts.ID, key,
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.FoundDept], error) {
			answer, err := c.SearchDepts(ctx, &wpsapi.SearchDeptsParams{Keyword: words, PageSize: c.pageSize,
				PageToken: cursorOrNil(cursor)})
			if err != nil {
				return clients.Page[wpsapi.FoundDept]{}, err
			}
			return page(answer.Data.Items, answer.Data.NextPageToken, ""), nil
		})
}

// DepartmentParents yields the departments above one, once each. The vendor promises no order and does not say whether
// the department itself is among them: go by ParentID.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) DepartmentParents(ctx context.Context, id string) iter.Seq2[wpsapi.Dept, error] {
	return once(ctx, wpsapi.OpListDeptParents.ID, deptID,
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.Dept], error) {
			answer, err := c.ListDeptParents(ctx, id,
				&wpsapi.ListDeptParentsParams{PageSize: parentPage, PageToken: cursorOrNil(cursor)})
			if err != nil {
				return clients.Page[wpsapi.Dept]{}, err
			}
			return page(answer.Data.Items, answer.Data.NextPageToken, answer.Data.PageToken), nil
		})
}

// VisibilityRules yields the rules by which people see each other in the address book, once each. The vendor counts
// them off: a rule that is deleted while they are read moves the later ones up, and one of those may be missed without
// a trace. Read them while nobody changes them. A list that ends before the number that the vendor tells is
// ErrBadResponse.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) VisibilityRules(ctx context.Context) iter.Seq2[wpsapi.VisibilityRule, error] {
	operation := wpsapi.OpListVisibilityRules.ID
	return once(ctx, operation, func(r wpsapi.VisibilityRule) string { return r.ID },
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.VisibilityRule], error) {
			var offset int64
			if cursor != "" {
				offset, _ = strconv.ParseInt(cursor, 10, 64) // written below
			}
			answer, err := c.ListVisibilityRules(ctx, &wpsapi.ListVisibilityRulesParams{Offset: &offset,
				Limit: new(int64(rulePage)), WithTotal: new(true)})
			if err != nil {
				return clients.Page[wpsapi.VisibilityRule]{}, err
			}
			rules := answer.Data.Rules
			next := offset + int64(len(rules))
			if len(rules) == 0 && next < answer.Data.Total {
				return clients.Page[wpsapi.VisibilityRule]{}, &clients.Error{Vendor: vendor, Operation: operation,
					Kind: clients.KindBadResponse, Message: "the list ends at rule " + strconv.FormatInt(next, 10) +
						", and there are " + strconv.FormatInt(answer.Data.Total, 10)}
			}
			// Should the number not come, a whole page promises more.
			more := next < answer.Data.Total || answer.Data.Total == 0 && len(rules) >= rulePage
			return clients.Page[wpsapi.VisibilityRule]{Items: rules, Next: strconv.FormatInt(next, 10), More: more}, nil
		})
}

// Partners yields the companies that the company works together with (关联组织), once each.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) Partners(ctx context.Context) iter.Seq2[wpsapi.Partner, error] {
	return once(ctx, wpsapi.OpListPartners.ID, func(p wpsapi.Partner) string { return p.ID },
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.Partner], error) {
			answer, err := c.ListPartners(ctx,
				&wpsapi.ListPartnersParams{PageSize: &c.pageSize, PageToken: cursorOrNil(cursor)})
			if err != nil {
				return clients.Page[wpsapi.Partner]{}, err
			}
			return page(answer.Data.Partners, answer.Data.NextPageToken, ""), nil
		})
}

// PartnerChildDepartments yields the departments right below one of a partner's, once each; "0" is above all of them.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) PartnerChildDepartments(
	ctx context.Context, partner, department string,
) iter.Seq2[wpsapi.PartnerDept, error] {
	return once(ctx, wpsapi.OpListPartnerChildDepts.ID, func(d wpsapi.PartnerDept) string { return d.DeptID },
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.PartnerDept], error) {
			answer, err := c.ListPartnerChildDepts(ctx, partner, department,
				&wpsapi.ListPartnerChildDeptsParams{PageSize: &c.pageSize, PageToken: cursorOrNil(cursor)})
			if err != nil {
				return clients.Page[wpsapi.PartnerDept]{}, err
			}
			return page(answer.Data.Depts, answer.Data.NextPageToken, ""), nil
		})
}

// PartnerDepartmentUsers yields the people in a partner's department itself, once each.
//
// Vendor page: https://open.wps.cn/documents/app-integration-dev/wps365/server/
func (c *Client) PartnerDepartmentUsers(
	ctx context.Context, partner, department string,
) iter.Seq2[wpsapi.PartnerUser, error] {
	return once(ctx, wpsapi.OpListPartnerMembers.ID, func(u wpsapi.PartnerUser) string { return u.UserID },
		func(ctx context.Context, cursor string) (clients.Page[wpsapi.PartnerUser], error) {
			answer, err := c.ListPartnerMembers(ctx, partner, department,
				&wpsapi.ListPartnerMembersParams{PageSize: &c.pageSize, PageToken: cursorOrNil(cursor)})
			if err != nil {
				return clients.Page[wpsapi.PartnerUser]{}, err
			}
			return page(answer.Data.Users, answer.Data.NextPageToken, ""), nil
		})
}
