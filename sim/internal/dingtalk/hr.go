package dingtalk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// maxEmployees is the most that a list of the HR app has on a page.
const maxEmployees = 50

// employeeState is what the HR app says of somebody on the staff: "2" on probation, "3" regular, "-1" nothing.
func employeeState(p *company.Person) string {
	switch {
	case p.Hired.IsZero():
		return "-1"
	case p.Key%9 == 4:
		return "2"
	}
	return "3"
}

// employeePage cuts a page. Only the last one has no next_cursor.
func employeePage(ids []string, offset, size int64) (*dingtalkserver.EmployeeIDPage, error) {
	if offset < 0 || size < 1 || size > maxEmployees {
		return nil, refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	}
	rows, more := rowsOf(ids, offset, size)
	page := &dingtalkserver.EmployeeIDPage{DataList: &rows}
	if more {
		page.NextCursor = new(offset + size)
	}
	return page, nil
}

// ListOnJobEmployees lists the staff by what the HR app says of them.
func (k *Vendor) ListOnJobEmployees(ctx context.Context,
	r dingtalkserver.ListOnJobEmployeesRequestObject) (dingtalkserver.ListOnJobEmployeesResponseObject, error) {
	states := strings.Split(r.Body.StatusList, ",")
	for _, state := range states {
		if !slices.Contains([]string{"2", "3", "5", "-1"}, state) {
			return nil, refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
		}
	}
	ids := []string{}
	company.View(k.desk.Company, func(d *company.Directory) {
		v := k.viewOf(desk.CallOf(ctx), d)
		for _, p := range d.AllPeople() {
			if slices.Contains(states, employeeState(p)) && v.personInScope(p) {
				ids = append(ids, p.UserID)
			}
		}
	})
	page, err := employeePage(ids, r.Body.Offset, r.Body.Size)
	return dingtalkserver.ListOnJobEmployees200JSONResponse{Success: new(true), Result: page}, err
}

// ListPreEntryEmployees lists who is to join. They are not people of the company yet: Controls.ExpectToJoin names them.
func (k *Vendor) ListPreEntryEmployees(_ context.Context,
	r dingtalkserver.ListPreEntryEmployeesRequestObject) (dingtalkserver.ListPreEntryEmployeesResponseObject, error) {
	k.mu.Lock()
	ids := append([]string{}, k.joining...)
	k.mu.Unlock()
	page, err := employeePage(ids, r.Body.Offset, r.Body.Size)
	return dingtalkserver.ListPreEntryEmployees200JSONResponse{Success: new(true), Result: page}, err
}

// ListDismissedEmployees lists who has left.
func (k *Vendor) ListDismissedEmployees(_ context.Context,
	r dingtalkserver.ListDismissedEmployeesRequestObject) (dingtalkserver.ListDismissedEmployeesResponseObject, error) {
	from, size := int64(0), int64(30)
	if r.Params.NextToken != nil {
		from = *r.Params.NextToken
	}
	if r.Params.MaxResults != nil {
		size = *r.Params.MaxResults
	}
	if from < 0 || size < 1 || size > maxEmployees {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidArgument), text: "参数错误"}
	}
	ids := []string{}
	for _, p := range k.desk.Company.FormerPeople() {
		if !slices.Contains(ids, p.UserID) {
			ids = append(ids, p.UserID)
		}
	}
	rows, more := rowsOf(ids, from, size)
	next := from + int64(len(rows))
	if !more {
		next = 0
	}
	return dingtalkserver.ListDismissedEmployees200JSONResponse{HasMore: &more, NextToken: &next,
		UserIDList: &rows}, nil
}

// listedIDs reads the list of userids in a query: JSON texts that hold JSON texts, as on the page, or plain ones, as
// the vendor's own libraries send them.
func listedIDs(query string) ([]string, bool) {
	var ids []string
	if json.Unmarshal([]byte(query), &ids) != nil || len(ids) < 1 || len(ids) > maxEmployees {
		return nil, false
	}
	for i, id := range ids {
		var inner string
		if json.Unmarshal([]byte(id), &inner) == nil {
			ids[i] = inner
		}
	}
	return ids, true
}

// GetDismissionInfos tells when and from where people left. Nothing comes for those who did not.
func (k *Vendor) GetDismissionInfos(_ context.Context,
	r dingtalkserver.GetDismissionInfosRequestObject) (dingtalkserver.GetDismissionInfosResponseObject, error) {
	ids, ok := listedIDs(r.Params.UserIDList)
	if !ok {
		return nil, refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidArgument),
			text: "员工 id列表大小不在[1,50]范围"}
	}
	list := []dingtalkserver.DismissionInfo{}
	company.View(k.desk.Company, func(d *company.Directory) {
		former := d.FormerPeople()
		for _, id := range ids {
			i := slices.IndexFunc(former, func(p *company.Person) bool { return p.UserID == id })
			if i >= 0 {
				list = append(list, dismission(d, former[i]))
			}
		}
	})
	return dingtalkserver.GetDismissionInfos200JSONResponse{Result: &list}, nil
}

// dismission writes how somebody left. Departments that are gone since are left out.
func dismission(d *company.Directory, p *company.Person) dingtalkserver.DismissionInfo {
	year, month, day := p.Left.In(zone()).Date()
	info := dingtalkserver.DismissionInfo{
		UserID: new(p.UserID), Status: new(dingtalkserver.DismissionStatusLeft), PreStatus: new(int64(3)),
		LastWorkDay: new(time.Date(year, month, day, 0, 0, 0, 0, zone()).UnixMilli()),
		ReasonMemo:  new(""), VoluntaryReason: &[]string{"个人原因"}, PassiveReason: &[]string{},
		DeptList: &[]dingtalkserver.DismissionDepartment{},
	}
	for _, m := range p.Memberships {
		dept := d.Department(m.Department)
		if dept == nil {
			continue
		}
		var names []string
		for _, above := range d.Path(dept.Key) {
			names = append(names, above.Name)
		}
		slices.Reverse(names)
		*info.DeptList = append(*info.DeptList,
			dingtalkserver.DismissionDepartment{DeptID: new(dept.DingTalkID), DeptPath: new(strings.Join(names, "-"))})
		if m.Department == p.MainDepartment {
			info.MainDeptID, info.MainDeptName = new(dept.DingTalkID), new(dept.Name)
		}
	}
	return info
}
