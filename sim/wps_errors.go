package sim

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// wpsError is a refusal in the words of WPS. Few of the vendor's codes are known in public. Where none is, a code stands in that follows
// the pattern of those that are, and that no test should rely on: see wpsStandIn.
type wpsError struct {
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
func (e wpsError) Error() string {
	return fmt.Sprintf("%d %d %s: %s", e.status, e.code, e.text, e.desc)
}

// wpsInvalid refuses an argument.
func wpsInvalid(desc string) wpsError {
	return wpsError{status: http.StatusBadRequest, text: "kso: InvalidArgument", desc: desc}
}

// wpsConflict refuses a change that the present state does not allow.
func wpsConflict(desc string) wpsError {
	return wpsError{status: http.StatusConflict, text: "kso: Conflict", desc: desc}
}

// wpsDenied is what WPS says of objects that do not exist or that the app does not see, without telling which, and of what the
// company or the app may not do.
func wpsDenied(desc string) wpsError {
	return wpsError{
		status: http.StatusForbidden, code: wpsserver.ErrorCodePermissionDenied, text: "kso: PermissionDenied err: ErrPrivileges", desc: desc,
	}
}

func wpsNoSuch(what, id string) wpsError {
	return wpsDenied(fmt.Sprintf("%s %q does not exist, or the app does not see it", what, id))
}

// wpsUnsigned refuses a signature.
func wpsUnsigned(text, desc string) wpsError {
	return wpsError{status: http.StatusUnauthorized, text: text, desc: desc}
}

// wpsRejected refuses a token.
func wpsRejected(code wpsserver.ErrorCode, why string) wpsError {
	return wpsError{status: http.StatusUnauthorized, code: code, text: "kso: access_token verify err: " + why}
}

// wpsThrottled refuses a call that is one too many.
func wpsThrottled(wait time.Duration) wpsError {
	return wpsError{status: http.StatusTooManyRequests, text: "kso: too many requests", wait: wait}
}

// wpsNoRoute is the answer to a wrong path or verb.
func wpsNoRoute() wpsError {
	return wpsError{status: http.StatusNotFound, code: wpsserver.ErrorCodeRouteNotFound, text: "404 Route Not Found", documented: true}
}

// wpsTokenRefused refuses a token request.
func wpsTokenRefused(desc string) wpsError {
	return wpsError{status: http.StatusBadRequest, code: wpsserver.ErrorCodeTokenRequestFailed, text: "request failed", desc: desc}
}

// wpsDeadGrant refuses an authorization code or a refresh token.
func wpsDeadGrant(desc string) wpsError {
	return wpsError{status: http.StatusBadRequest, code: wpsserver.ErrorCodeInvalidGrant, text: "invalid_grant", desc: desc}
}

// failure words a fault as WPS does.
func (w *wps) failure(f Fault) error {
	switch f.Kind {
	case FaultTokenRevoked:
		return wpsRejected(wpsserver.ErrorCodeTokenInvalid1006, "token invalid")
	case FaultThrottled:
		return wpsThrottled(0)
	}
	if f.Code == "" {
		return wpsError{status: http.StatusInternalServerError, text: cmp.Or(f.Message, "kso: internal error")}
	}
	code, err := strconv.ParseInt(f.Code, 10, 64)
	if err != nil {
		return wpsError{status: cmp.Or(f.Status, http.StatusBadRequest), word: f.Code, desc: f.Message}
	}
	e := wpsUsual(wpsserver.ErrorCode(code))
	e.status = cmp.Or(f.Status, e.status)
	e.text = cmp.Or(f.Message, e.text)
	return e
}

// wpsUsual returns status and text of a code as they were recorded; for others a status after the code's first digits.
func wpsUsual(code wpsserver.ErrorCode) wpsError {
	switch code {
	case wpsserver.ErrorCodeInvalidScope:
		return wpsMissingScope("")
	case wpsserver.ErrorCodePermissionDenied:
		e := wpsDenied("")
		e.text += ": interface_company_doc"
		return e
	case wpsserver.ErrorCodeRouteNotFound:
		return wpsNoRoute()
	case wpsserver.ErrorCodeNotImplemented:
		return wpsError{status: http.StatusInternalServerError, code: code, text: "method not implemented", documented: true}
	case wpsserver.ErrorCodeTokenInvalid1001, wpsserver.ErrorCodeTokenInvalid1005, wpsserver.ErrorCodeTokenInvalid1006:
		return wpsRejected(code, "token expired")
	case wpsserver.ErrorCodeTokenRequestFailed:
		return wpsTokenRefused("client authentication failed")
	case wpsserver.ErrorCodeInvalidGrant:
		return wpsDeadGrant("the refresh token is used or expired")
	case wpsserver.ErrorCodeTokenServerError:
		return wpsError{status: http.StatusInternalServerError, code: code, text: "server_error", cause: "exec fail"}
	}
	status := http.StatusInternalServerError
	if family, err := strconv.Atoi(fmt.Sprintf("%.3s", strconv.FormatInt(int64(code), 10))); err == nil && family >= 400 && family <= 504 {
		status = family
	}
	return wpsError{status: status, code: code, text: "kso: " + http.StatusText(status)}
}

// wpsStandIn is a code in place of one that is not known: three digits that resemble the HTTP status, and six zeros, or five at the token
// endpoint.
func wpsStandIn(status int, atTokens bool) wpsserver.ErrorCode {
	if atTokens {
		return wpsserver.ErrorCode(status * 100_000)
	}
	return wpsserver.ErrorCode(status * 1_000_000)
}

// refuse writes a failure as WPS does: a real HTTP status, a code, and the text under the key that this kind of failure was seen
// with.
func (w *wps) refuse(out http.ResponseWriter, r *http.Request, err error) {
	e := asWPSError(err)
	atTokens := callOf(r.Context()).operation.ID == wpsTokenOperation
	if e.code == 0 {
		e.code = wpsStandIn(e.status, atTokens)
	}
	answer := wpsserver.ErrorAnswer{Code: &e.code}
	switch {
	case e.word != "":
		answer = wpsserver.ErrorAnswer{Error: &e.word, ErrorDescription: &e.desc}
	case atTokens:
		answer.Msg = &e.text
		answer.Debug = &wpsserver.ErrorDebug{Desc: wpsPresent(e.desc), Cause: wpsPresent(e.cause)}
	case w.private():
		answer.Msg, answer.Detail, answer.Data = &e.text, wpsPresent(e.desc), new(wpsserver.NoData)
	case e.documented || e.more != nil:
		answer.Msg = &e.text
	default:
		answer.Message, answer.Desc = &e.text, wpsPresent(e.desc)
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
	out.Header().Set(wpsRequestIDHeader, w.requestID())
	out.Header().Set("Content-Type", wpsJSON)
	writeJSON(out, e.status, answer)
}

// wpsPresent is a text that is left out if it is empty.
func wpsPresent(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// refusesUnknownPaths makes refuse answer them: what WPS says to a wrong path is known.
func (w *wps) refusesUnknownPaths() {}

// asWPSError makes the vendor's error of whatever went wrong.
func asWPSError(err error) wpsError {
	var own wpsError
	var missing *wpsserver.RequiredParamError
	var malformed *wpsserver.InvalidParamFormatError
	var method errWrongMethod
	var unknownPath errUnknownPath
	var taken *TakenError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &unknownPath):
		return wpsNoRoute()
	case errors.As(err, &method):
		if method.method == http.MethodGet || method.method == http.MethodPost {
			return wpsNoRoute()
		}
		return wpsError{status: http.StatusMethodNotAllowed, text: "405 Method Not Allowed", documented: true}
	case errors.As(err, &missing):
		return wpsInvalid(missing.ParamName + " is required")
	case errors.As(err, &malformed):
		return wpsInvalid(malformed.ParamName + " is malformed")
	case errors.As(err, &taken):
		return wpsConflict(fmt.Sprintf("%v %q is taken", taken.What, taken.Value))
	case errors.Is(err, ErrNotEmpty):
		return wpsConflict("the department is not empty")
	case errors.Is(err, ErrUnknown):
		return wpsDenied("the object does not exist")
	}
	return wpsInvalid("the request is malformed")
}
