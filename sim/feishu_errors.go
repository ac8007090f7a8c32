package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// feishuError is a refusal in Feishu's words.
type feishuError struct {
	code     feishuapi.ErrorCode
	text     string                        // "" for the usual text
	fields   []feishuserver.FieldViolation // 99992402
	missing  []string                      // scopes, each of which would do: 99991672, 99991679
	lenient  bool                          // comes with HTTP 200
	nothing  bool                          // data is there, and empty
	required string                        // type of the violations of missing
}

// Error is for the simulator's own use; refuse makes the text on the wire.
func (e feishuError) Error() string { return fmt.Sprintf("code %d %s", e.code, e.text) }

// feishuTokenRefused is a token that is refused for no fault of its own: the code follows from the kind of token.
type feishuTokenRefused struct{}

func (feishuTokenRefused) Error() string { return "the token was withdrawn" }

// feishuThrottled is one call too many.
type feishuThrottled struct {
	limit int           // of the window; 0 leaves the headers out
	wait  time.Duration // until the next call may come
}

func (feishuThrottled) Error() string { return "too many calls" }

// feishuField is the refusal of one parameter or member.
func feishuField(name, value, why string) feishuError {
	return feishuError{code: feishuapi.ErrorCodeFieldValidationFailed, fields: []feishuserver.FieldViolation{
		{Field: &name, Value: &value, Description: &why},
	}}
}

// feishuRefusal marks an answer of the generated server as a refusal. It never reaches the wire.
const feishuRefusal = "Sim-Refusal"

// refuseWithin is refuse for the generated server.
func (f *feishu) refuseWithin(out http.ResponseWriter, r *http.Request, err error) {
	f.refuse(out, r, err)
	out.Header().Set(feishuRefusal, "yes")
}

// refuse writes a failure as Feishu does: an HTTP status that goes with the code, and the code in JSON.
func (f *feishu) refuse(out http.ResponseWriter, r *http.Request, err error) {
	c := callOf(r.Context())
	if throttled, ok := errors.AsType[feishuThrottled](err); ok && throttled.limit > 0 {
		out.Header().Set("x-ogw-ratelimit-limit", strconv.Itoa(throttled.limit))
		out.Header().Set("x-ogw-ratelimit-reset", strconv.FormatInt(seconds(throttled.wait+time.Second-1), 10))
	}
	e := asFeishuError(c, err)
	text := e.text
	if text == "" {
		text = f.text(e.code)
	}
	id := f.trace(out, c)
	body := map[string]any{"code": e.code}
	gateway := e.code >= 99990000 // refused before the operation saw the call
	switch {
	case c.operation.ID == "createOauthToken" && !gateway:
		body["error"], body["error_description"] = feishuOAuthClass(e.code), text
	case c.operation.ID == "createOauthToken" || strings.HasPrefix(c.operation.Path, "/auth/v3/"):
		body["msg"] = text
	default:
		body["msg"], body["error"] = text, feishuDetail(e, id)
	}
	if e.nothing {
		body["data"] = struct{}{}
	}
	out.Header().Set("Content-Type", feishuContentType)
	writeJSON(out, feishuStatus(e, c.operation.ID, c.operation.Path), body)
}

// feishuDetail is the member "error" of a refusal.
func feishuDetail(e feishuError, logID string) feishuserver.ErrorDetail {
	detail := feishuserver.ErrorDetail{LogID: &logID}
	if len(e.fields) > 0 {
		detail.FieldViolations = &e.fields
	}
	if len(e.missing) > 0 {
		var violations []feishuserver.PermissionViolation
		for _, scope := range e.missing {
			violations = append(violations, feishuserver.PermissionViolation{Type: new(e.required), Subject: new(scope)})
		}
		detail.PermissionViolations = &violations
		detail.Helps = &[]feishuserver.ErrorHelp{{
			Description: new("Grant the scope on this page."),
			URL:         new("https://open.feishu.cn/app/" + feishuCredentials().AppID + "/auth?q=" + strings.Join(e.missing, ",")),
		}}
		detail.Troubleshooter = new("https://open.feishu.cn/search?log_id=" + logID)
	}
	return detail
}

// trace puts the trace id into the header and returns it: the time, and a number.
func (f *feishu) trace(out http.ResponseWriter, c *call) string {
	id := out.Header().Get("X-Tt-Logid")
	if id == "" {
		id = fmt.Sprintf("%s%018X", c.now.Format("20060102150405"), f.next())
		out.Header().Set("X-Tt-Logid", id)
	}
	return id
}

// asFeishuError words whatever went wrong.
func asFeishuError(c *call, err error) feishuError {
	if e, ok := errors.AsType[feishuError](err); ok {
		return e
	}
	if _, ok := errors.AsType[feishuThrottled](err); ok {
		return feishuError{code: feishuapi.ErrorCodeRateLimited}
	}
	if _, ok := errors.AsType[feishuTokenRefused](err); ok {
		if feishuUserToken(feishuBearer(c.request)) {
			return feishuError{code: feishuapi.ErrorCodeUserTokenInvalid}
		}
		return feishuError{code: feishuapi.ErrorCodeTenantTokenInvalid}
	}
	if _, ok := errors.AsType[errWrongMethod](err); ok {
		return feishuError{code: feishuapi.ErrorCodeMethodNotAllowed}
	}
	if _, ok := errors.AsType[errUnknownPath](err); ok {
		return feishuError{code: feishuapi.ErrorCodePathNotFound}
	}
	if e, ok := errors.AsType[*feishuserver.RequiredParamError](err); ok {
		if e.ParamName == "department_id" {
			return feishuError{code: feishuapi.ErrorCodeDepartmentIDMissing}
		}
		return feishuUnreadable(c.operation.ID, feishuField(e.ParamName, "", "is required"))
	}
	if e, ok := errors.AsType[*feishuserver.InvalidParamFormatError](err); ok {
		value := c.request.URL.Query().Get(e.ParamName)
		return feishuUnreadable(c.operation.ID, feishuField(e.ParamName, value, "has the wrong type"))
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return feishuUnreadable(c.operation.ID, feishuField(e.Field, e.Value, "is not of the type "+e.Type.String()))
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return feishuUnreadable(c.operation.ID, feishuField("body", "", "is not JSON"))
	}
	return feishuError{code: feishuapi.ErrorCodeInternalErrorUnderLoad}
}

// feishuStatus is the HTTP status that goes with a code. It says little: 401 is not about tokens, 504 not about gateways.
func feishuStatus(e feishuError, operation, path string) int {
	if e.lenient || strings.HasPrefix(path, "/auth/v3/") && e.code >= 10000 && e.code < 20000 {
		return http.StatusOK
	}
	switch e.code {
	case feishuapi.ErrorCodeAppTokenInvalid:
		if operation == "getTenantAccessToken" {
			return http.StatusOK
		}
	case feishuapi.ErrorCodeRateLimited:
		if strings.HasPrefix(path, "/contact/v3/") || strings.HasPrefix(path, "/authen/v2/") {
			return http.StatusTooManyRequests
		}
	case feishuapi.ErrorCodeMethodNotAllowed, feishuapi.ErrorCodePermissionRulesOutdated:
		return http.StatusMethodNotAllowed
	case feishuapi.ErrorCodePathNotFound:
		return http.StatusNotFound
	case feishuapi.ErrorCodeDepartmentExists, feishuapi.ErrorCodeInvalidTenant, feishuapi.ErrorCodeTenantMismatch:
		return http.StatusUnauthorized
	case feishuapi.ErrorCodeDepartmentNameMissing:
		if operation == "createDepartment" {
			return http.StatusUnauthorized
		}
	case feishuapi.ErrorCodeUserOutOfRange:
		if operation == "deleteUser" {
			return http.StatusForbidden
		}
	case feishuapi.ErrorCodeDepartmentOutOfRange, feishuapi.ErrorCodeDepartmentIDChangeForbidden, feishuapi.ErrorCodeParentDepartmentOutOfRange,
		feishuapi.ErrorCodeDepartmentHasNoChat, feishuapi.ErrorCodeFieldNotPermitted, feishuapi.ErrorCodeLicenceForbidden:
		return http.StatusForbidden
	case feishuapi.ErrorCodeContactAccountsConflict, feishuapi.ErrorCodeUserExists, feishuapi.ErrorCodeDepartmentUnitDuplicated,
		feishuapi.ErrorCodeDepartmentUnitInUse, feishuapi.ErrorCodeDepartmentUnitAmbiguous:
		return http.StatusConflict
	case feishuapi.ErrorCodeAccountCreationFailed, feishuapi.ErrorCodePositionsDisabled, feishuapi.ErrorCodeSeveralDepartmentsDisabled:
		return http.StatusGatewayTimeout
	case feishuapi.ErrorCodeSearchInternalError, feishuapi.ErrorCodeOAuthInternalError, feishuapi.ErrorCodeInternalError,
		feishuapi.ErrorCodeInternalErrorUnderLoad, feishuapi.ErrorCodeInternalErrorSlowDown:
		return http.StatusInternalServerError
	case feishuapi.ErrorCodeOAuthUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}
