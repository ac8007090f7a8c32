package dingtalk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// hasLoggedIn tells whether a person logged in on a day: something made up from the day. Whoever has not activated the
// account or is locked did not.
func hasLoggedIn(d *company.Directory, p *company.Person, date string) bool {
	return p.Status == company.StatusActive && company.Derive(d.Seed, "dingtalk login "+date, int(p.Key))%100 < 85
}

// activity lists who did or did not log in on a day, yyyyMMdd in China, in some departments or everywhere.
func (k *Vendor) activity(c *desk.Call, date string, loggedIn bool, departments []int64, offset,
	size int64) (ids []string, more bool, err error) {
	bad := refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	day, err := time.ParseInLocation("20060102", date, zone())
	now := c.Now.In(zone())
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone())
	if err != nil || day.After(today) || day.Before(today.AddDate(0, -1, 0)) {
		return nil, false, bad
	}
	if offset < 0 || size < 1 || size > maxPage {
		return nil, false, bad
	}
	ids = []string{}
	company.View(k.desk.Company, func(d *company.Directory) {
		var keys []company.DepartmentKey
		for _, id := range departments {
			dept := d.FindDepartment(company.ByDingTalkID, strconv.FormatInt(id, 10))
			if dept == nil {
				err = bad
				return
			}
			keys = append(keys, dept.Key)
		}
		for _, p := range d.AllPeople() {
			wanted := keys == nil || slices.ContainsFunc(p.Memberships,
				func(m company.Membership) bool { return slices.Contains(keys, m.Department) })
			if wanted && hasLoggedIn(d, p, date) == loggedIn {
				ids = append(ids, p.UserID)
			}
		}
	})
	ids, more = rowsOf(ids, offset, size)
	return ids, more, err
}

// ListInactiveUsersV1 lists who did not log in on a day. It is a topapi route, although it is one of the older calls.
func (k *Vendor) ListInactiveUsersV1(ctx context.Context,
	r dingtalkserver.ListInactiveUsersV1RequestObject) (dingtalkserver.ListInactiveUsersV1ResponseObject, error) {
	ids, more, err := k.activity(desk.CallOf(ctx), r.Body.QueryDate, false, nil, r.Body.Offset, r.Body.Size)
	return dingtalkserver.ListInactiveUsersV1200JSONResponse{
		Result: &dingtalkserver.InactiveUsersV1{HasMore: &more, List: &ids}}, err
}

// ListInactiveUsersV2 lists who did or did not log in on a day. next_cursor is the next offset.
func (k *Vendor) ListInactiveUsersV2(ctx context.Context,
	r dingtalkserver.ListInactiveUsersV2RequestObject) (dingtalkserver.ListInactiveUsersV2ResponseObject, error) {
	departments, err := idList(r.Body.DeptIDs, ",")
	if err != nil || len(departments) > 100 {
		return nil, refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	ids, more, err := k.activity(desk.CallOf(ctx), r.Body.QueryDate, r.Body.IsActive, departments, r.Body.Offset,
		r.Body.Size)
	page := dingtalkserver.InactiveUsersV2{HasMore: &more, List: &ids}
	if more {
		page.NextCursor = new(r.Body.Offset + r.Body.Size)
	}
	return dingtalkserver.ListInactiveUsersV2200JSONResponse{Result: &page}, err
}

// idList reads ids that stand in one text; nil or "" is none.
func idList(text *string, separator string) ([]int64, error) {
	if desk.IsBlank(text) {
		return nil, nil
	}
	var ids []int64
	for part := range strings.SplitSeq(*text, separator) {
		id, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}
