package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// feishuShape is what the document says of an operation's request, as far as it is checked for all operations alike.
type feishuShape struct {
	body          bool // a JSON body
	userIDs       bool // the parameter user_id_type
	departmentIDs bool // the parameter department_id_type
}

// feishuShapes reads the shapes off the generated interface, so that the document stays the only list.
func feishuShapes() map[string]feishuShape {
	out := make(map[string]feishuShape)
	server := reflect.TypeFor[feishuserver.StrictServerInterface]()
	for i := range server.NumMethod() {
		method := server.Method(i)
		request := method.Type.In(1)
		var shape feishuShape
		_, shape.body = request.FieldByName("Body")
		if params, ok := request.FieldByName("Params"); ok {
			_, shape.userIDs = params.Type.FieldByName("UserIDType")
			_, shape.departmentIDs = params.Type.FieldByName("DepartmentIDType")
		}
		out[strings.ToLower(method.Name)] = shape
	}
	return out
}

// readRequest checks what all operations have in common: the kinds of ids, and that a body is there and says that it is JSON.
func (f *feishu) readRequest(c *call, r *http.Request) error {
	shape := f.shapes[strings.ToLower(c.operation.ID)]
	query := r.URL.Query()
	if kind := query.Get("user_id_type"); shape.userIDs && kind != "" {
		if !feishuserver.UserIDType(kind).Valid() {
			return feishuField("user_id_type", kind, "one of open_id, union_id, user_id")
		}
		if kind == string(feishuserver.UserIDTypeUserID) {
			if err := f.needs(c, scopeUserID); err != nil {
				return err
			}
		}
	}
	if kind := query.Get("department_id_type"); shape.departmentIDs && kind != "" && !feishuserver.DepartmentIDType(kind).Valid() {
		return feishuField("department_id_type", kind, "one of open_department_id, department_id")
	}
	if !shape.body {
		return nil
	}
	if len(bytes.TrimSpace(c.body)) == 0 && (c.operation.ID == "deleteUser" || c.operation.ID == "resurrectUser") {
		r.Body = io.NopCloser(strings.NewReader("{}")) // nothing in it is required
		return nil
	}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/json" {
		return feishuUnreadable(c.operation.ID, feishuField("Content-Type", media, "application/json"))
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(c.body, &members); err != nil || members == nil {
		return feishuUnreadable(c.operation.ID, feishuField("body", "", "not a JSON object"))
	}
	return nil
}

// feishuUnreadable is the refusal of a request that cannot be read: each family of operations has its own word for it.
func feishuUnreadable(operation string, usual feishuError) feishuError {
	switch operation {
	case "getTenantAccessTokenInternal", "getAppAccessTokenInternal", "getAppAccessToken", "getTenantAccessToken", "resendAppTicket":
		return feishuError{code: feishuapi.ErrorCodeMalformedAppCredential}
	case "createOauthToken":
		return feishuError{code: feishuapi.ErrorCodeOAuthRequestMalformed}
	case "logoutUser":
		return feishuError{code: feishuapi.ErrorCodeLogoutInvalidParameter}
	case "searchUsers", "searchUsersV3", "searchDepartments":
		return feishuError{code: feishuapi.ErrorCodeSearchInvalidParameter}
	}
	return usual
}

// feishuSent tells whether a body has a member, which the types of required members do not tell.
func feishuSent(body []byte, name string) bool {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return false
	}
	value, ok := members[name]
	return ok && string(value) != "null"
}
