package feishu

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// requestShape is what the document says of an operation's request, as far as it is checked for all operations alike.
type requestShape struct {
	body          bool // a JSON body
	userIDs       bool // the parameter user_id_type
	departmentIDs bool // the parameter department_id_type
	employeeIDs   bool // the parameter employee_id_type
}

// shapes reads the shapes off the generated interface, so that the document stays the only list.
func shapes() map[string]requestShape {
	out := make(map[string]requestShape)
	server := reflect.TypeFor[feishuserver.StrictServerInterface]()
	for i := range server.NumMethod() {
		method := server.Method(i)
		request := method.Type.In(1)
		var shape requestShape
		_, shape.body = request.FieldByName("Body")
		if params, ok := request.FieldByName("Params"); ok {
			_, shape.userIDs = params.Type.FieldByName("UserIDType")
			_, shape.departmentIDs = params.Type.FieldByName("DepartmentIDType")
			_, shape.employeeIDs = params.Type.FieldByName("EmployeeIDType")
		}
		out[strings.ToLower(method.Name)] = shape
	}
	return out
}

// readRequest checks what all operations have in common: the kinds of ids, and that a body is there and says that it is
// JSON.
func (f *Vendor) readRequest(c *desk.Call, r *http.Request) error {
	shape := f.shapes[strings.ToLower(c.Operation.ID)]
	query := r.URL.Query()
	if kind := query.Get("user_id_type"); shape.userIDs && kind != "" {
		if !feishuserver.UserIDType(kind).Valid() {
			return fieldRefusal("user_id_type", kind, "one of open_id, union_id, user_id")
		}
		if kind == string(feishuserver.UserIDTypeUserID) {
			if err := f.needs(c, scopeUserID); err != nil {
				return err
			}
		}
	}
	if kind := query.Get("employee_id_type"); shape.employeeIDs && kind != "" {
		if !feishuserver.EmployeeIDType(kind).Valid() {
			return fieldRefusal("employee_id_type", kind, "one of open_id, union_id, employee_id")
		}
		if kind == string(feishuserver.EmployeeIDTypeEmployeeID) {
			if err := f.needs(c, scopeEmployeeID); err != nil {
				return err
			}
		}
	}
	if kind := query.Get("department_id_type"); shape.departmentIDs && kind != "" &&
		!feishuserver.DepartmentIDType(kind).Valid() {
		return fieldRefusal("department_id_type", kind, "one of open_department_id, department_id")
	}
	if !shape.body {
		return nil
	}
	if len(bytes.TrimSpace(c.Body)) == 0 && slices.Contains(bodiless(), c.Operation.ID) {
		r.Body = io.NopCloser(strings.NewReader("{}"))
		return nil
	}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/json" {
		return unreadable(c.Operation.ID, fieldRefusal("Content-Type", media, "application/json"))
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(c.Body, &members); err != nil || members == nil {
		return unreadable(c.Operation.ID, fieldRefusal("body", "", "not a JSON object"))
	}
	return nil
}

// bodiless are the operations whose body may be left out: nothing in it is required.
func bodiless() []string {
	return []string{"deleteUser", "resurrectUser", "deleteEmployee", "resurrectEmployee"}
}

// unreadable is the refusal of a request that cannot be read: each family of operations has its own word for it.
func unreadable(operation string, usual refusal) refusal {
	switch operation {
	case "getTenantAccessTokenInternal", "getAppAccessTokenInternal", "getAppAccessToken", "getTenantAccessToken",
		"resendAppTicket":
		return refusal{code: feishuapi.ErrorCodeMalformedAppCredential}
	case "createOauthToken":
		return refusal{code: feishuapi.ErrorCodeOAuthRequestMalformed}
	case "logoutUser":
		return refusal{code: feishuapi.ErrorCodeLogoutInvalidParameter}
	case "searchUsers", "searchUsersV3", "searchDepartments":
		return refusal{code: feishuapi.ErrorCodeSearchInvalidParameter}
	}
	return usual
}

// sent tells whether a body has a member, which the types of required members do not tell.
func sent(body []byte, name string) bool {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return false
	}
	value, ok := members[name]
	return ok && string(value) != "null"
}
