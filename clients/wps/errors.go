package wps

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/wire"
)

// ErrorDetail is the Detail of a [clients.Error]: what WPS says beside code and text.
type ErrorDetail struct {
	// Explanation is the longer text that comes under one of many names, for example which scopes are missing.
	// Error.Message has it too.
	Explanation string

	// Scopes are the permissions of which the call needs one, if the token lacks all of them.
	Scopes []string

	// Privilege is what the company's edition (套餐) lacks, for example "interface_company_doc". No permission of the app
	// helps.
	Privilege string

	// SignatureRefused tells that the KSO-1 signature was not accepted. ClockAhead is then how far the vendor's clock
	// is ahead of this machine's.
	SignatureRefused bool
	ClockAhead       time.Duration

	// Body is what came, without credentials, up to 4 KiB.
	Body string
}

// Meaning is how failures with a code are treated.
type Meaning struct {
	Kind   clients.Kind   // "": by HTTP status
	Replay clients.Replay // clients.ReplayFreshToken renews the token and repeats the call once
}

// errorBody is every form of a failure that has been seen.
type errorBody struct {
	Msg, Message     string
	Error            string
	ErrorDescription string `json:"error_description"`
	Desc, Detail     string
	Debug            struct{ Desc, Cause string }
	More             json.RawMessage
	RequestID        string `json:"request_id"`
	OtherRequestID   string `json:"_request_id"`
}

func (b *errorBody) text() string { return cmp.Or(b.Msg, b.Message, b.Error) }

func (b *errorBody) explanation() string {
	var more string
	if json.Unmarshal(b.More, &more) != nil {
		more = string(b.More)
	}
	return cmp.Or(b.Desc, b.Detail, b.Debug.Desc, b.Debug.Cause, b.ErrorDescription, more)
}

type classifier struct {
	codes map[wpsapi.ErrorCode]Meaning
	clock *vendorClock
}

// classify reads the envelope: {"code":0} is a success. The token endpoint sends its successes without envelope and its
// failures either with a code or in the words of RFC 6749.
func (c *classifier) classify(r *clients.Reply) *clients.Failure {
	c.clock.observe(r.Header)
	value, _ := wire.Lookup(r.Body, "code")
	code := wire.Scalar(value)
	hasCode := code != "" && code != "null"
	number, err := strconv.ParseInt(code, 10, 64)
	if hasCode && err != nil {
		return &clients.Failure{Kind: clients.KindBadResponse, Message: "code is not a whole number"}
	}
	if hasCode = hasCode && number != 0; !hasCode && r.Operation.ID != wpsapi.OpOAuthToken.ID {
		return nil
	}
	var body errorBody
	// what has another type is left out; what is malformed is reported as such by the caller
	_ = json.Unmarshal(r.Body, &body)
	e := evidence{status: r.Status, text: strings.ToLower(body.text() + " " + body.explanation())}
	switch {
	case hasCode:
		e.code = wpsapi.ErrorCode(number)
	case body.Error != "":
		code = r.Scrub(body.Error)
	default:
		return nil
	}
	meaning := c.meaning(r.Operation, e)
	detail := &ErrorDetail{Explanation: r.Scrub(body.explanation()), Body: quoted(r)}
	f := &clients.Failure{Kind: meaning.Kind, Replay: meaning.Replay, Code: code, Message: body.text(), Detail: detail,
		RequestID: cmp.Or(r.Header.Get("X-Request-Id"), body.RequestID, body.OtherRequestID)}
	if detail.Explanation != "" && !strings.Contains(f.Message, detail.Explanation) {
		f.Message = strings.TrimPrefix(f.Message+": "+body.explanation(), ": ")
	}
	if e.says("invalid_scope") {
		detail.Scopes = slices.Clone(r.Operation.Scopes)
	}
	if match := privilege.FindStringSubmatch(body.text()); match != nil {
		detail.Privilege = r.Scrub(match[1])
	}
	if detail.SignatureRefused = e.signatureRefused(); detail.SignatureRefused {
		detail.ClockAhead = c.clock.ahead(r.Header)
		f.Message += fmt.Sprintf(
			" (check Config.AppKey, Config.UnsignedPathPrefix and the clock: the vendor's is %s ahead)",
			detail.ClockAhead)
	}
	return f
}

// quoted is the body for people to read.
func quoted(r *clients.Reply) string {
	const most = 4 << 10 // more than is shown of it
	// With escaped slashes, credentials would not be known for what they are.
	body := strings.ReplaceAll(string(r.Body[:min(len(r.Body), most)]), `\/`, "/")
	return strings.ToValidUTF8(r.Scrub(body), "")
}

var privilege = regexp.MustCompile(`ErrPrivileges: (\S+)`)

// evidence is what a failure is judged by. Some codes are used for more than their name says, and others are not
// listed, so that status and text count as well.
type evidence struct {
	code   wpsapi.ErrorCode
	status int
	text   string // in lower case
}

func (e evidence) says(word string) bool { return strings.Contains(e.text, word) }

func (c *classifier) meaning(op *wire.Operation, e evidence) Meaning {
	if m, ok := c.codes[e.code]; ok {
		return m
	}
	kind := clients.KindOf(op, e.code)
	switch {
	case e.says("invalid_scope"), e.says("errprivileges"), e.code == wpsapi.ErrorCodeCommonNoPermission:
		return Meaning{Kind: clients.KindPermission} // a new token would have the same rights
	case e.code == wpsapi.ErrorCodeOAuth2TemporarilyUnavailable,
		op.ID == wpsapi.OpOAuthToken.ID && e.says("temporarily_unavailable"):
		// By RFC 6749 the server could not take the request, and so has not spent what works once.
		return Meaning{Kind: clients.KindUnavailable, Replay: clients.ReplayLater}
	case e.says("route not found"):
		return Meaning{Kind: clients.KindInvalidArgument} // a wrong base URL is not somebody who does not exist
	case kind == clients.KindNotFound, kind == clients.KindConflict, kind == clients.KindRateLimited:
		return Meaning{Kind: kind, Replay: replayOf(kind, e)} // plain enough, whatever status and words come along
	case e.signatureRefused(), e.says("invalid_client"), e.says("invalid_grant"),
		e.code == wpsapi.ErrorCodeOAuth2InvalidClient, e.code == wpsapi.ErrorCodeOAuth2InvalidGrant:
		return Meaning{Kind: clients.KindUnauthenticated}
	case e.status == http.StatusUnauthorized, e.tokenRefused():
		return Meaning{Kind: clients.KindUnauthenticated, Replay: clients.ReplayFreshToken}
	case e.code == wpsapi.ErrorCodeCommonValueInvalidError && e.status == http.StatusForbidden:
		return Meaning{Kind: clients.KindPermission} // recorded where a scope is missing
	case kind != "":
		return Meaning{Kind: kind, Replay: replayOf(kind, e)}
	}
	if e.says("permissiondenied") {
		return Meaning{Kind: clients.KindPermission}
	}
	return meaningOfStatus(e.statusOrFamily())
}

func (e evidence) signatureRefused() bool {
	// tokens are signed as well
	return e.says("kso1sign") || e.says("kso-date") || e.says("signature") && !e.says("token")
}

// tokenRefused goes by the words that other clients look for. A failure of the server has not refused anything, and a
// page_token is another thing.
func (e evidence) tokenRefused() bool {
	text := strings.ReplaceAll(e.text, "page_token", "")
	return e.status < 500 && (strings.Contains(text, "access_token verify err") ||
		strings.Contains(text, "token") && (e.says("expired") || e.says("invalid")))
}

// statusOrFamily is the HTTP status or, where that says little, the code's first three digits, which resemble one.
func (e evidence) statusOrFamily() int {
	saysLittle := e.status < 300 || e.status == http.StatusBadRequest || e.status == http.StatusInternalServerError
	if digits := strconv.FormatInt(int64(e.code), 10); saysLittle && len(digits) >= 8 {
		family, _ := strconv.Atoi(digits[:3])
		return family
	}
	return e.status
}

// replayOf says what is done about a code of the document's list.
func replayOf(kind clients.Kind, e evidence) clients.Replay {
	switch e.code {
	case wpsapi.ErrorCodeUnauthenticated, wpsapi.ErrorCodeTokenInvalid1001, wpsapi.ErrorCodeTokenInvalid1005,
		wpsapi.ErrorCodeCommonAuthError, wpsapi.ErrorCodeSessionInvalid, wpsapi.ErrorCodeUserNotLogin,
		wpsapi.ErrorCodeAccountNotLogin, wpsapi.ErrorCodeTokenExpired, wpsapi.ErrorCodeTokenInvalid,
		wpsapi.ErrorCodeOAuth2InvalidToken, wpsapi.ErrorCodeDeprecatedUnauthenticated:
		return clients.ReplayFreshToken
	case wpsapi.ErrorCodeCommonLocked, wpsapi.ErrorCodeDeptOrderIsRefactoring,
		wpsapi.ErrorCodeDeptMemberOrderIsRefactoring:
		return clients.ReplayLater // another change is under way and was let go first
	}
	switch {
	case kind == clients.KindRateLimited:
		return clients.ReplayLater
	case kind == clients.KindUnavailable && !e.says("not implemented"): // that stays so
		return clients.ReplayIfIdempotent
	default:
		return clients.ReplayNever
	}
}

func meaningOfStatus(status int) Meaning {
	switch {
	case status == http.StatusUnauthorized:
		return Meaning{Kind: clients.KindUnauthenticated}
	case status == http.StatusForbidden:
		return Meaning{Kind: clients.KindPermission}
	case status == http.StatusNotFound:
		return Meaning{Kind: clients.KindNotFound}
	case status == http.StatusConflict:
		return Meaning{Kind: clients.KindConflict}
	case status == http.StatusTooManyRequests:
		return Meaning{Kind: clients.KindRateLimited, Replay: clients.ReplayLater}
	case status >= 500 && status < 600:
		return Meaning{Kind: clients.KindUnavailable, Replay: clients.ReplayIfIdempotent}
	case status >= 400 && status < 500:
		return Meaning{Kind: clients.KindInvalidArgument}
	default:
		return Meaning{Kind: clients.KindUnknown}
	}
}

// invalid is an argument that is refused before any I/O.
func invalid(operation, message string) error {
	return &clients.Error{Vendor: vendor, Operation: operation, Kind: clients.KindInvalidArgument, Message: message}
}
