package feishu

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/wire"
)

// ErrorDetail is the Detail of a [clients.Error]: what Feishu says of a refusal beside code and text. Everything but
// LogID may be missing.
type ErrorDetail struct {
	// ErrorDetail is the envelope's "error". LogID holds the log id wherever it came from: body or header X-Tt-Logid.
	feishuapi.ErrorDetail

	// MissingScopes are the permissions of which the app or the person's consent lacks at least one (99991672,
	// 99991679).
	MissingScopes []string

	// OAuthError is the class of RFC 6749, such as invalid_grant, when the refusal is about a user token.
	OAuthError string

	// Partial says that the user was written, and only a new city or job title that came with it was not (44054 to
	// 44059). Feishu does not tell the new user's id then; read the user by the mobile number, email or user_id given.
	Partial bool
}

// IsPartial tells whether err says that a user was written, and only a new city or job title that came with it was not.
// The call must not be repeated.
func IsPartial(err error) bool {
	var e *clients.Error
	if !errors.As(err, &e) {
		return false
	}
	detail, ok := e.Detail.(*ErrorDetail)
	return ok && detail.Partial
}

// classify reads the envelope, whatever the HTTP status: Feishu sends refusals under 200, 4xx and 5xx, and dead tokens
// under 400.
func classify(r *clients.Reply) *clients.Failure {
	value, ok := wire.Lookup(r.Body, "code")
	text := wire.Scalar(value)
	if !ok || text == "null" {
		return nil // whether that is an answer shows in the rest
	}
	code, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return &clients.Failure{Kind: clients.KindBadResponse, Message: "code is not a number"}
	case code == 0:
		return nil
	}
	message, detail := describe(r, code)
	f := &clients.Failure{Kind: kindOf(code, r.Operation), Code: text, Message: message, RequestID: detail.LogID,
		Detail: detail}
	replay(f, code, r)
	return f
}

// describe takes the envelope apart.
func describe(r *clients.Reply, code int64) (string, *ErrorDetail) {
	var envelope struct {
		Msg         string
		Error       json.RawMessage // an object, or a word where OAuth is concerned
		Description string          `json:"error_description"`
	}
	_ = json.Unmarshal(r.Body, &envelope) // what is malformed is reported as such by the caller
	detail := &ErrorDetail{Partial: code >= 44054 && code <= 44059}

	var tree any
	_ = json.Unmarshal(envelope.Error, &tree)
	switch tree := scrubbed(tree, r.Scrub).(type) {
	case string:
		detail.OAuthError = tree
	case map[string]any:
		if clean, err := json.Marshal(tree); err == nil {
			_ = json.Unmarshal(clean, &detail.ErrorDetail) // members of other types are left out
		}
	}
	for _, id := range []string{detail.LogIDLegacy, r.Header.Get("X-Tt-Logid"), r.Header.Get("X-Request-Id")} {
		if detail.LogID == "" {
			detail.LogID = r.Scrub(id)
		}
	}
	detail.LogIDLegacy = ""
	for _, violation := range detail.PermissionViolations {
		for _, scope := range []string{violation.Subject, violation.Scope} {
			if scope != "" && !slices.Contains(detail.MissingScopes, scope) {
				detail.MissingScopes = append(detail.MissingScopes, scope)
			}
		}
	}

	message := envelope.Msg
	for _, other := range []string{envelope.Description, detail.OAuthError, detail.Message} {
		if message == "" {
			message = other
		}
	}
	if len(detail.MissingScopes) > 0 {
		message += " (missing: " + strings.Join(detail.MissingScopes, " or ") + ")"
	}
	for _, violation := range detail.FieldViolations {
		// without the value, which may be personal data
		message += " (" + violation.Field + ": " + violation.Description + ")"
	}
	switch {
	case detail.Partial:
		message += " (the user was written; do not repeat the call)"
	case consentOver(code):
		message += " (new consent is needed, see Client.ConsentURL)"
	}
	return message, detail
}

// scrubbed takes credentials out of all strings of decoded JSON.
func scrubbed(v any, scrub func(string) string) any {
	switch v := v.(type) {
	case string:
		return scrub(v)
	case []any:
		for i := range v {
			v[i] = scrubbed(v[i], scrub)
		}
	case map[string]any:
		for key := range v {
			v[key] = scrubbed(v[key], scrub)
		}
	}
	return v
}

// replay says what is done about a code.
func replay(f *clients.Failure, code int64, r *clients.Reply) {
	switch code {
	case 99991663, 99991664, 99991665, 99991668, 99991671, 99991677, 20005, 20006, 20013, 20014:
		// Never on HTTP 401 alone, which is a plain refusal for some codes. Operations without a token cannot renew
		// one.
		if len(r.Operation.Security) > 0 {
			f.Replay = clients.ReplayFreshToken
		}
	case 99991400:
		f.Replay, f.Wait = clients.ReplayLater, rateLimitReset(r.Header)
	// temporarily_unavailable, by RFC 6749: the server could not take the request, a single-use token neither
	case 20072:
		f.Replay, f.Tries = clients.ReplayLater, 3
	case 43024, 43030, 44025: // a parallel change holds a lock, for seconds
		f.Replay, f.Wait, f.Tries = clients.ReplayLater, 2*time.Second, 3
	default:
		switch {
		// nobody says whether anything was done
		case f.Kind == clients.KindUnavailable, f.Kind == "" && r.Status >= 500:
			f.Replay = clients.ReplayIfIdempotent
		case f.Kind == "" && r.Status == http.StatusTooManyRequests:
			f.Replay, f.Wait = clients.ReplayLater, rateLimitReset(r.Header)
		}
	}
}

// rateLimitReset reads how long Feishu wants to be left alone.
func rateLimitReset(h http.Header) time.Duration {
	seconds, err := strconv.ParseFloat(h.Get("X-Ogw-Ratelimit-Reset"), 64)
	if err != nil || !(seconds > 0 && seconds < 1e8) { // written so that NaN is refused
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

// consentOver tells whether a code means that what a person's consent gave is used up or withdrawn.
func consentOver(code int64) bool {
	switch code {
	case 99991669, 20003, 20004, 20026, 20037, 20064, 20065, 20073, 20074:
		return true
	}
	return false
}

// kindOf is what the document says of a code. Of a family of internal errors it lists only the first.
func kindOf(code int64, op *wire.Operation) clients.Kind {
	if code >= 1500 && code < 1600 {
		return clients.KindUnavailable
	}
	return clients.KindOf(op, feishuapi.ErrorCode(code))
}

// warning finds the note that a search leaves when it has cut the query.
func warning(r *clients.Reply) string {
	if r.Operation.ID != feishuapi.OpSearchUsersV3.ID {
		return ""
	}
	value, _ := wire.Lookup(r.Body, "data.notice")
	return wire.Scalar(value)
}
