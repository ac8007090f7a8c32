package dingtalk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// checkSearch refuses searches for nothing and pages that are none. No maximum for the size of a page is documented.
func checkSearch(word string, offset, size int64) error {
	switch {
	case word == "":
		return argument("queryWord")
	case offset < 0:
		return argument("offset")
	case size < 1:
		return argument("size")
	}
	return nil
}

// SearchUsers finds members by name: those whose name holds the word, or is the word if that is asked for. offset
// counts rows.
func (k *Vendor) SearchUsers(ctx context.Context,
	r dingtalkserver.SearchUsersRequestObject) (dingtalkserver.SearchUsersResponseObject, error) {
	if err := checkSearch(r.Body.QueryWord, r.Body.Offset, r.Body.Size); err != nil {
		return nil, err
	}
	whole := r.Body.FullMatchField != nil && *r.Body.FullMatchField == 1
	ids := []string{}
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		for _, p := range d.AllPeople() {
			if v.personInScope(p) && (p.Name == r.Body.QueryWord || !whole &&
				strings.Contains(p.Name, r.Body.QueryWord)) {
				ids = append(ids, p.UserID)
			}
		}
	})
	total := int64(len(ids))
	ids, more := rowsOf(ids, r.Body.Offset, r.Body.Size)
	return dingtalkserver.SearchUsers200JSONResponse{HasMore: &more, TotalCount: &total, List: &ids}, nil
}

// SearchDepartments finds departments by name.
func (k *Vendor) SearchDepartments(ctx context.Context,
	r dingtalkserver.SearchDepartmentsRequestObject) (dingtalkserver.SearchDepartmentsResponseObject, error) {
	if err := checkSearch(r.Body.QueryWord, r.Body.Offset, r.Body.Size); err != nil {
		return nil, err
	}
	ids := []int64{}
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		for _, dept := range d.AllDepartments() {
			if v.inScope(dept.Key) && strings.Contains(dept.Name, r.Body.QueryWord) {
				ids = append(ids, dept.DingTalkID)
			}
		}
	})
	total := int64(len(ids))
	ids, more := rowsOf(ids, r.Body.Offset, r.Body.Size)
	return dingtalkserver.SearchDepartments200JSONResponse{HasMore: &more, TotalCount: &total, List: &ids}, nil
}

// leaveToken is where a page of leave records ends: a key that nobody can make up.
func (k *Vendor) leaveToken(key company.PersonKey) string {
	return fmt.Sprintf("%05X%05X", int(key), company.Derive(k.desk.Seed, "dingtalk leave records", int(key))&0xfffff)
}

// afterLeaveToken is the key behind which a page begins.
func (k *Vendor) afterLeaveToken(token *string) (company.PersonKey, bool) {
	if token == nil || *token == "" || *token == "0" {
		return 0, true
	}
	var key int
	if len(*token) != 10 {
		return 0, false
	}
	_, err := fmt.Sscanf((*token)[:5], "%05X", &key)
	return company.PersonKey(key), err == nil && k.leaveToken(company.PersonKey(key)) == *token
}

// ListLeaveRecords lists who left within a span of time.
func (k *Vendor) ListLeaveRecords(ctx context.Context,
	r dingtalkserver.ListLeaveRecordsRequestObject) (dingtalkserver.ListLeaveRecordsResponseObject, error) {
	c := desk.CallOf(ctx)
	from, err := time.Parse(time.RFC3339, r.Params.StartTime)
	if err != nil {
		return nil, argument("startTime")
	}
	to := c.Now
	if !desk.IsBlank(r.Params.EndTime) {
		if to, err = time.Parse(time.RFC3339, *r.Params.EndTime); err != nil {
			return nil, argument("endTime")
		}
	}
	after, ok := k.afterLeaveToken(r.Params.NextToken)
	switch {
	case to.Before(from) || to.Sub(from) > 365*24*time.Hour:
		return nil, argument("startTime")
	case !ok:
		return nil, argument("nextToken")
	case r.Params.MaxResults < 1 || r.Params.MaxResults > 50:
		return nil, argument("maxResults")
	}
	records := []dingtalkserver.LeaveRecord{}
	var next *string
	for _, p := range k.desk.Company.FormerPeople() {
		if p.Key <= after || p.Left.Before(from) || p.Left.After(to) {
			continue
		}
		if int64(len(records)) == r.Params.MaxResults {
			next = new(k.leaveToken(after))
			break
		}
		after = p.Key
		record := dingtalkserver.LeaveRecord{
			UserID: new(p.UserID), Name: new(p.Name), LeaveTime: new(p.Left.UTC().Format(time.RFC3339)),
			LeaveReason: new("oapi"),
		}
		if p.Mobile.Number != "" && !k.config.Impersonal {
			record.Mobile, record.StateCode = new(p.Mobile.Number), new(p.Mobile.Country)
		}
		records = append(records, record)
	}
	return dingtalkserver.ListLeaveRecords200JSONResponse{Records: &records, NextToken: next}, nil
}
