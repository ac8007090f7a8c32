package feishu

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// refusal is a refusal in Feishu's words.
type refusal struct {
	code     feishuapi.ErrorCode
	text     string                        // "" for the usual text
	fields   []feishuserver.FieldViolation // 99992402
	missing  []string                      // scopes, each of which would do: 99991672, 99991679
	lenient  bool                          // comes with HTTP 200
	nothing  bool                          // data is there, and empty
	required string                        // type of the violations of missing
}

// Error is for the simulator's own use; refuse makes the text on the wire.
func (e refusal) Error() string { return fmt.Sprintf("code %d %s", e.code, e.text) }

// tokenRefused is a token that is refused for no fault of its own: the code follows from the kind of token.
type tokenRefused struct{}

func (tokenRefused) Error() string { return "the token was withdrawn" }

// throttling is one call too many.
type throttling struct {
	limit int           // of the window; 0 leaves the headers out
	wait  time.Duration // until the next call may come
}

func (throttling) Error() string { return "too many calls" }

// fieldRefusal is the refusal of one parameter or member.
func fieldRefusal(name, value, why string) refusal {
	return refusal{code: feishuapi.ErrorCodeFieldValidationFailed, fields: []feishuserver.FieldViolation{
		{Field: &name, Value: &value, Description: &why},
	}}
}

// refusalHeader marks an answer of the generated server as a refusal. It never reaches the wire.
const refusalHeader = "Sim-Refusal"

// refuseWithin is refuse for the generated server.
func (f *Vendor) refuseWithin(out http.ResponseWriter, r *http.Request, err error) {
	f.Refuse(out, r, err)
	out.Header().Set(refusalHeader, "yes")
}

// Refuse writes a failure as Feishu does: an HTTP status that goes with the code, and the code in JSON.
func (f *Vendor) Refuse(out http.ResponseWriter, r *http.Request, err error) {
	c := desk.CallOf(r.Context())
	if throttled, ok := errors.AsType[throttling](err); ok && throttled.limit > 0 {
		out.Header().Set("x-ogw-ratelimit-limit", strconv.Itoa(throttled.limit))
		out.Header().Set("x-ogw-ratelimit-reset", strconv.FormatInt(desk.Seconds(throttled.wait+time.Second-1), 10))
	}
	e := asRefusal(c, err)
	text := e.text
	if text == "" {
		text = f.text(e.code)
	}
	id := f.trace(out, c)
	body := map[string]any{"code": e.code}
	gateway := e.code >= 99990000 // refused before the operation saw the call
	switch {
	case c.Operation.ID == "createOauthToken" && !gateway:
		body["error"], body["error_description"] = oauthClass(e.code), text
	case c.Operation.ID == "createOauthToken" || strings.HasPrefix(c.Operation.Path, "/auth/v3/"):
		body["msg"] = text
	default:
		body["msg"], body["error"] = text, detail(e, id)
	}
	if e.nothing {
		body["data"] = struct{}{}
	}
	out.Header().Set("Content-Type", contentType)
	desk.WriteJSON(out, status(e, c.Operation.ID, c.Operation.Path), body)
}

// detail is the member "error" of a refusal.
func detail(e refusal, logID string) feishuserver.ErrorDetail {
	detail := feishuserver.ErrorDetail{LogID: &logID}
	if len(e.fields) > 0 {
		detail.FieldViolations = &e.fields
	}
	if len(e.missing) > 0 {
		var violations []feishuserver.PermissionViolation
		for _, scope := range e.missing {
			violations = append(violations,
				feishuserver.PermissionViolation{Type: new(e.required), Subject: new(scope)})
		}
		detail.PermissionViolations = &violations
		detail.Helps = &[]feishuserver.ErrorHelp{{
			Description: new("Grant the scope on this page."),
			URL:         new("https://open.feishu.cn/app/" + Demo().AppID + "/auth?q=" + strings.Join(e.missing, ",")),
		}}
		detail.Troubleshooter = new("https://open.feishu.cn/search?log_id=" + logID)
	}
	return detail
}

// trace puts the trace id into the header and returns it: the time, and a number.
func (f *Vendor) trace(out http.ResponseWriter, c *desk.Call) string {
	id := out.Header().Get("X-Tt-Logid")
	if id == "" {
		id = fmt.Sprintf("%s%018X", c.Now.Format("20060102150405"), f.next())
		out.Header().Set("X-Tt-Logid", id)
	}
	return id
}

// asRefusal words whatever went wrong.
func asRefusal(c *desk.Call, err error) refusal {
	if e, ok := errors.AsType[refusal](err); ok {
		return e
	}
	if _, ok := errors.AsType[throttling](err); ok {
		return refusal{code: feishuapi.ErrorCodeRateLimited}
	}
	if _, ok := errors.AsType[tokenRefused](err); ok {
		if userToken(bearer(c.Request)) {
			return refusal{code: feishuapi.ErrorCodeUserTokenInvalid}
		}
		return refusal{code: feishuapi.ErrorCodeTenantTokenInvalid}
	}
	if _, ok := errors.AsType[desk.WrongMethodError](err); ok {
		return refusal{code: feishuapi.ErrorCodeMethodNotAllowed}
	}
	if _, ok := errors.AsType[desk.UnknownPathError](err); ok {
		return refusal{code: feishuapi.ErrorCodePathNotFound}
	}
	if e, ok := errors.AsType[*feishuserver.RequiredParamError](err); ok {
		if e.ParamName == "department_id" {
			return refusal{code: feishuapi.ErrorCodeDepartmentIDMissing}
		}
		return unreadable(c.Operation.ID, fieldRefusal(e.ParamName, "", "is required"))
	}
	if e, ok := errors.AsType[*feishuserver.InvalidParamFormatError](err); ok {
		value := c.Request.URL.Query().Get(e.ParamName)
		return unreadable(c.Operation.ID, fieldRefusal(e.ParamName, value, "has the wrong type"))
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return unreadable(c.Operation.ID, fieldRefusal(e.Field, e.Value, "is not of the type "+e.Type.String()))
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return unreadable(c.Operation.ID, fieldRefusal("body", "", "is not JSON"))
	}
	return refusal{code: feishuapi.ErrorCodeInternalErrorUnderLoad}
}

// status is the HTTP status that goes with a code. It says little: 401 is not about tokens, 504 not about gateways.
func status(e refusal, operation, path string) int {
	if e.lenient || strings.HasPrefix(path, "/auth/v3/") && e.code >= 10000 && e.code < 20000 {
		return http.StatusOK
	}
	switch e.code {
	case feishuapi.ErrorCodeAppTokenInvalid:
		if operation == "getTenantAccessToken" {
			return http.StatusOK
		}
	case feishuapi.ErrorCodeRateLimited:
		if strings.HasPrefix(path, "/contact/v3/") || strings.HasPrefix(path, "/directory/v1/") ||
			strings.HasPrefix(path, "/authen/v2/") {
			return http.StatusTooManyRequests
		}
	case feishuapi.ErrorCodeMethodNotAllowed, feishuapi.ErrorCodePermissionRulesOutdated:
		return http.StatusMethodNotAllowed
	case feishuapi.ErrorCodePathNotFound, feishuapi.ErrorCodeRoleNotFound, feishuapi.ErrorCodeRoleMemberNotFound,
		feishuapi.ErrorCodeJobFamilyNotFound:
		return http.StatusNotFound
	case feishuapi.ErrorCodeJobLevelNotFound: // of employee types it says that a name is taken
		if !strings.HasSuffix(operation, "EmployeeTypeEnum") {
			return http.StatusNotFound
		}
	case feishuapi.ErrorCodeInvalidJobFamilyName:
		if operation == "getJobFamily" {
			return http.StatusNotFound
		}
	case feishuapi.ErrorCodeGroupOutOfRange, feishuapi.ErrorCodeAllMembersRangeRequired:
		return http.StatusForbidden
	case feishuapi.ErrorCodeDepartmentExists, feishuapi.ErrorCodeInvalidTenant, feishuapi.ErrorCodeTenantMismatch:
		return http.StatusUnauthorized
	case feishuapi.ErrorCodeDepartmentNameMissing:
		if operation == "createDepartment" {
			return http.StatusUnauthorized
		}
	case feishuapi.ErrorCodeUserOutOfRange:
		if operation == "deleteUser" || strings.Contains(operation, "Group") {
			return http.StatusForbidden
		}
	case feishuapi.ErrorCodeDepartmentOutOfRange, feishuapi.ErrorCodeDepartmentIDChangeForbidden,
		feishuapi.ErrorCodeParentDepartmentOutOfRange,
		feishuapi.ErrorCodeDepartmentHasNoChat, feishuapi.ErrorCodeFieldNotPermitted,
		feishuapi.ErrorCodeLicenceForbidden:
		return http.StatusForbidden
	case feishuapi.ErrorCodeContactAccountsConflict, feishuapi.ErrorCodeUserExists,
		feishuapi.ErrorCodeDepartmentUnitDuplicated,
		feishuapi.ErrorCodeDepartmentUnitInUse, feishuapi.ErrorCodeDepartmentUnitAmbiguous:
		return http.StatusConflict
	case feishuapi.ErrorCodeAccountCreationFailed, feishuapi.ErrorCodePositionsDisabled,
		feishuapi.ErrorCodeSeveralDepartmentsDisabled:
		return http.StatusGatewayTimeout
	case feishuapi.ErrorCodeSearchInternalError, feishuapi.ErrorCodeOAuthInternalError,
		feishuapi.ErrorCodeInternalError,
		feishuapi.ErrorCodeInternalErrorUnderLoad, feishuapi.ErrorCodeInternalErrorSlowDown:
		return http.StatusInternalServerError
	case feishuapi.ErrorCodeOAuthUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}
