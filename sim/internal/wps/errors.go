package wps

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// refusal is a refusal in the words of WPS. The vendor lists its codes and their names, but not which HTTP status comes
// with them. Where no code fits, one stands in that follows their pattern and that no test should rely on: standIn.
type refusal struct {
	status     int
	code       wpsserver.ErrorCode // 0: not known
	text       string
	desc       string
	cause      string         // token endpoint: debug.cause in place of debug.desc
	word       string         // token endpoint: the error of RFC 6749, in place of everything else
	more       map[string]any // with calls that document it
	documented bool           // the text comes as msg, as documented, in place of message
	wait       time.Duration  // for Retry-After; 0 for none
}

// Error is for the simulator's own use; refuse makes the text on the wire.
func (e refusal) Error() string {
	return fmt.Sprintf("%d %d %s: %s", e.status, e.code, e.text, e.desc)
}

// invalid refuses an argument.
func invalid(desc string) refusal {
	return refusal{status: http.StatusBadRequest, code: wpsserver.ErrorCodeCommonInvalidArgument,
		text: "kso: InvalidArgument", desc: desc}
}

// conflict refuses a change that the present state does not allow.
func conflict(code wpsserver.ErrorCode, desc string) refusal {
	return refusal{status: http.StatusConflict, code: code, text: "kso: Conflict", desc: desc}
}

// denied is what WPS says of objects that do not exist or that the app does not see, without telling which, and of what
// the company or the app may not do.
func denied(desc string) refusal {
	return refusal{
		status: http.StatusForbidden, code: wpsserver.ErrorCodeCommonNoPermission,
		text: "kso: PermissionDenied err: ErrPrivileges", desc: desc,
	}
}

func noSuch(what, id string) refusal {
	return denied(fmt.Sprintf("%s %q does not exist, or the app does not see it", what, id))
}

// unsigned refuses a signature.
func unsigned(text, desc string) refusal {
	return refusal{status: http.StatusUnauthorized, text: text, desc: desc}
}

// rejected refuses a token.
func rejected(code wpsserver.ErrorCode, why string) refusal {
	return refusal{status: http.StatusUnauthorized, code: code, text: "kso: access_token verify err: " + why}
}

// throttled refuses a call that is one too many.
func throttled(wait time.Duration) refusal {
	return refusal{status: http.StatusTooManyRequests, code: wpsserver.ErrorCodeCommonRateLimitExceeded,
		text: "kso: too many requests", wait: wait}
}

// noRoute is the answer to a wrong path or verb.
func noRoute() refusal {
	return refusal{status: http.StatusNotFound, code: wpsserver.ErrorCodeCommonNotFound, text: "404 Route Not Found",
		documented: true}
}

// tokenRefused refuses a token request.
func tokenRefused(desc string) refusal {
	return refusal{status: http.StatusBadRequest, code: wpsserver.ErrorCodeOAuth2InvalidRequest,
		text: "invalid_request", desc: desc}
}

// wrongClient refuses an app id or its key.
func wrongClient() refusal {
	return refusal{status: http.StatusUnauthorized, code: wpsserver.ErrorCodeOAuth2InvalidClient,
		text: "invalid_client", desc: "client authentication failed"}
}

// deadGrant refuses an authorization code or a refresh token.
func deadGrant(desc string) refusal {
	return refusal{status: http.StatusBadRequest, code: wpsserver.ErrorCodeOAuth2InvalidGrant, text: "invalid_grant",
		desc: desc}
}

// Failure words a fault as WPS does.
func (w *Vendor) Failure(f desk.Fault) error {
	switch f.Kind {
	case desk.FaultTokenRevoked:
		return rejected(wpsserver.ErrorCodeTokenInvalid, "token invalid")
	case desk.FaultThrottled:
		return throttled(0)
	}
	if f.Code == "" {
		return refusal{status: http.StatusInternalServerError, text: cmp.Or(f.Message, "kso: internal error")}
	}
	code, err := strconv.ParseInt(f.Code, 10, 64)
	if err != nil {
		return refusal{status: cmp.Or(f.Status, http.StatusBadRequest), word: f.Code, desc: f.Message}
	}
	e := usual(wpsserver.ErrorCode(code))
	e.status = cmp.Or(f.Status, e.status)
	e.text = cmp.Or(f.Message, e.text)
	return e
}

// usual returns status and text of a code as they were recorded; for others a status after the code's first digits.
func usual(code wpsserver.ErrorCode) refusal {
	switch code {
	case wpsserver.ErrorCodeCommonValueInvalidError:
		return missingScope("")
	case wpsserver.ErrorCodeCommonNoPermission:
		e := denied("")
		e.text += ": interface_company_doc"
		return e
	case wpsserver.ErrorCodeCommonNotFound:
		return noRoute()
	case wpsserver.ErrorCodeCommonInternalServerError:
		return refusal{status: http.StatusInternalServerError, code: code, text: "method not implemented",
			documented: true}
	case wpsserver.ErrorCodeTokenInvalid1001, wpsserver.ErrorCodeTokenInvalid1005, wpsserver.ErrorCodeTokenExpired:
		return rejected(code, "token expired")
	case wpsserver.ErrorCodeTokenInvalid:
		return rejected(code, "token invalid")
	case wpsserver.ErrorCodeOAuth2InvalidRequest:
		return tokenRefused("the request is malformed")
	case wpsserver.ErrorCodeOAuth2InvalidClient:
		return wrongClient()
	case wpsserver.ErrorCodeOAuth2InvalidGrant:
		return deadGrant("the refresh token is used or expired")
	case wpsserver.ErrorCodeOAuth2ServerError:
		return refusal{status: http.StatusInternalServerError, code: code, text: "server_error", cause: "exec fail"}
	}
	status := http.StatusInternalServerError
	if family, err := strconv.Atoi(fmt.Sprintf("%.3s", strconv.FormatInt(int64(code), 10))); err == nil &&
		family >= 400 && family <= 504 {
		status = family
	}
	return refusal{status: status, code: code, text: "kso: " + http.StatusText(status)}
}

// standIn is a code in place of one that is not known: three digits that resemble the HTTP status, and six zeros, or
// five at the token endpoint.
func standIn(status int, atTokens bool) wpsserver.ErrorCode {
	if atTokens {
		return wpsserver.ErrorCode(status * 100_000)
	}
	return wpsserver.ErrorCode(status * 1_000_000)
}

// Refuse writes a failure as WPS does: a real HTTP status, a code, and the text under the key that this kind of failure
// was seen with.
func (w *Vendor) Refuse(out http.ResponseWriter, r *http.Request, err error) {
	e := asRefusal(err)
	atTokens := desk.CallOf(r.Context()).Operation.ID == tokenOperation
	if e.code == 0 {
		e.code = standIn(e.status, atTokens)
	}
	answer := wpsserver.ErrorAnswer{Code: &e.code}
	switch {
	case e.word != "":
		answer = wpsserver.ErrorAnswer{Error: &e.word, ErrorDescription: &e.desc}
	case atTokens:
		answer.Msg = &e.text
		answer.Debug = &wpsserver.ErrorDebug{Desc: present(e.desc), Cause: present(e.cause)}
	case w.private():
		answer.Msg, answer.Detail, answer.Data = &e.text, present(e.desc), new(wpsserver.NoData)
	case e.documented || e.more != nil:
		answer.Msg = &e.text
	default:
		answer.Message, answer.Desc = &e.text, present(e.desc)
	}
	if e.more != nil {
		more := wpsserver.ErrorMore(e.more)
		answer.More = &more
	}
	if e.wait > 0 && w.config.RetryAfter {
		out.Header().Set("Retry-After", strconv.FormatInt(int64((e.wait+time.Second-1)/time.Second), 10))
	}
	if e.status == http.StatusMethodNotAllowed {
		out.Header().Set("Allow", "GET, POST")
	}
	out.Header().Set(requestIDHeader, w.requestID())
	out.Header().Set("Content-Type", jsonType)
	desk.WriteJSON(out, e.status, answer)
}

// present is a text that is left out if it is empty.
func present(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// RefusesUnknownPaths makes refuse answer them: what WPS says to a wrong path is known.
func (w *Vendor) RefusesUnknownPaths() {}

// asRefusal makes the vendor's error of whatever went wrong.
func asRefusal(err error) refusal {
	var own refusal
	var missing *wpsserver.RequiredParamError
	var malformed *wpsserver.InvalidParamFormatError
	var method desk.WrongMethodError
	var unknownPath desk.UnknownPathError
	var taken *company.TakenError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &unknownPath):
		return noRoute()
	case errors.As(err, &method):
		if method.Method == http.MethodGet || method.Method == http.MethodPost {
			return noRoute()
		}
		return refusal{status: http.StatusMethodNotAllowed, text: "405 Method Not Allowed", documented: true}
	case errors.As(err, &missing):
		return invalid(missing.ParamName + " is required")
	case errors.As(err, &malformed):
		return invalid(malformed.ParamName + " is malformed")
	case errors.As(err, &taken):
		return conflict(takenCode(taken), fmt.Sprintf("%v %q is taken", taken.What, taken.Value))
	case errors.Is(err, company.ErrNotEmpty):
		return conflict(wpsserver.ErrorCodeDeptIsNotEmpty, "the department is not empty")
	case errors.Is(err, company.ErrUnknown):
		return denied("the object does not exist")
	}
	return invalid("the request is malformed")
}

// takenCode is the code for a value that somebody else has.
func takenCode(taken *company.TakenError) wpsserver.ErrorCode {
	switch taken.What {
	case company.ByMobile:
		return wpsserver.ErrorCodeUserPhoneExists
	case company.ByEmail:
		return wpsserver.ErrorCodeUserEmailExists
	}
	return wpsserver.ErrorCodeCommonResourceAlreadyExist
}
