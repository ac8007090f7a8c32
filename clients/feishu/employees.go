package feishu

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/feishuapi"
)

// Numbers of what is abnormal about a record of directory/v1. A field without permission is absent, as everywhere at
// Feishu; a record that is withheld or half read is an error here.
const (
	serviceFailed = 2000
	unknownUser   = 2002
)

// employeeID is what every employee is asked for: without it the id that comes means nothing.
const employeeID = "base_info.employee_id"

// Employees yields the people directly in a department who stand at a point in the life of a job, with the fields that
// are asked for, such as "base_info.*" and "work_info.staff_status"; the id always comes. Those who have left cannot be
// listed: look them up by id with EmployeesByID, or by mobile number, mail or employee number with FilterEmployees.
//
// A record that the app may not read ends it with ErrPermission, and one that Feishu could not read whole with
// ErrUnavailable, where FilterEmployees would leave it out.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/directory-v1/employee/filter
func (c *Client) Employees(
	ctx context.Context, department string, status feishuapi.StaffStatus, fields ...string,
) iter.Seq2[feishuapi.Employee, error] {
	operation := feishuapi.OpFilterEmployees.ID
	quoted, _ := json.Marshal(department) // a text can always be encoded
	request := feishuapi.FilterEmployeesRequest{
		Filter: feishuapi.DirectoryFilter{Conditions: []feishuapi.DirectoryCondition{
			{Field: "base_info.departments.department_id", Operator: feishuapi.DirectoryConditionOperatorEq,
				Value: string(quoted)},
			{Field: "work_info.staff_status", Operator: feishuapi.DirectoryConditionOperatorEq,
				Value: fmt.Sprint(int64(status))},
		}},
		RequiredFields: withID(fields),
	}
	return list(ctx, operation, func(e feishuapi.Employee) string { return e.BaseInfo.EmployeeID },
		func(ctx context.Context, pageToken *string) (clients.Page[feishuapi.Employee], error) {
			request := request
			request.PageRequest = feishuapi.DirectoryPageRequest{PageSize: new(int64(largePage)), PageToken: pageToken}
			answer, err := c.FilterEmployees(ctx, &feishuapi.FilterEmployeesParams{
				EmployeeIDType: c.ids.employee(), DepartmentIDType: c.ids.department(),
			}, &request)
			if err == nil {
				_, err = abnormal(operation, answer.Data.Abnormals)
			}
			if err != nil {
				return clients.Page[feishuapi.Employee]{}, err
			}
			return clients.Page[feishuapi.Employee]{Items: answer.Data.Employees,
				Next: answer.Data.PageResponse.PageToken, More: answer.Data.PageResponse.HasMore}, nil
		})
}

// EmployeesByID reads people by their ids, 100 a call, those who have left among them (base_info.is_resigned,
// work_info.staff_status), with the fields that are asked for. missing holds the ids that nobody has. A record that the
// app may not read is ErrPermission.
//
// Vendor page: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/directory-v1/employee/mget
func (c *Client) EmployeesByID(
	ctx context.Context, ids []string, fields ...string,
) (employees []feishuapi.Employee, missing []string, err error) {
	operation := feishuapi.OpMgetEmployees.ID
	return clients.Lookup(ctx, vendor, operation, parallel, largePage, ids,
		func(e feishuapi.Employee) string { return e.BaseInfo.EmployeeID },
		func(ctx context.Context, ids []string) ([]feishuapi.Employee, error) {
			answer, err := c.MgetEmployees(ctx, &feishuapi.MgetEmployeesParams{
				EmployeeIDType: c.ids.employee(), DepartmentIDType: c.ids.department(),
			}, &feishuapi.MgetEmployeesRequest{EmployeeIDs: ids, RequiredFields: withID(fields)})
			if err != nil {
				return nil, err
			}
			unknown, err := abnormal(operation, answer.Data.Abnormals)
			if err != nil {
				return nil, err
			}
			return slices.DeleteFunc(answer.Data.Employees, func(e feishuapi.Employee) bool {
				return slices.Contains(unknown, e.BaseInfo.EmployeeID)
			}), nil
		})
}

// withID adds the id to the fields that are asked for.
func withID(fields []string) []string {
	if slices.Contains(fields, employeeID) {
		return fields
	}
	return append([]string{employeeID}, fields...)
}

// employee is the query parameter of directory/v1, nil for the default. What contact v3 calls user_id is employee_id
// there.
func (t IDTypes) employee() *feishuapi.EmployeeIDType {
	switch t.User {
	case feishuapi.UserIDTypeUserID:
		return new(feishuapi.EmployeeIDTypeEmployeeID)
	case feishuapi.UserIDTypeUnionID:
		return new(feishuapi.EmployeeIDTypeUnionID)
	}
	return nil
}

// abnormal makes an error of records that are withheld or were not read whole, and returns the ids that nobody has.
func abnormal(operation string, records []feishuapi.AbnormalRecord) (unknown []string, err error) {
	for _, record := range records {
		if record.RowError != nil && *record.RowError != 0 {
			return nil, &clients.Error{Vendor: vendor, Operation: operation, Kind: clients.KindPermission,
				Code:    fmt.Sprint(*record.RowError),
				Message: "a record is withheld from the app: it is outside of its range"}
		}
		for field, code := range record.FieldErrors {
			switch code {
			case serviceFailed:
				return nil, &clients.Error{Vendor: vendor, Operation: operation, Kind: clients.KindUnavailable,
					Code: fmt.Sprint(code), Message: "the field " + field + " of a record could not be read"}
			case unknownUser:
				unknown = append(unknown, record.ID)
			}
		}
	}
	return unknown, nil
}
