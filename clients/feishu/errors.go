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

// ErrorDetail is the Detail of a [clients.Error]: what Feishu says of a refusal beside code and text. Everything but LogID may be missing.
type ErrorDetail struct {
	// ErrorDetail is the envelope's "error". LogID holds the log id wherever it came from: body or header X-Tt-Logid.
	feishuapi.ErrorDetail

	// MissingScopes are the permissions of which the app or the person's consent lacks at least one (99991672, 99991679).
	MissingScopes []string

	// OAuthError is the class of RFC 6749, such as invalid_grant, when the refusal is about a user token.
	OAuthError string

	// Partial says that the user was written, and only a new city or job title that came with it was not (44054 to 44059). Feishu does
	// not tell the new user's id then; read the user by the mobile number, email or user_id given.
	Partial bool
}

// IsPartial tells whether err says that a user was written, and only a new city or job title that came with it was not. The call must not be
// repeated.
func IsPartial(err error) bool {
	var e *clients.Error
	if !errors.As(err, &e) {
		return false
	}
	detail, ok := e.Detail.(*ErrorDetail)
	return ok && detail.Partial
}

// classify reads the envelope, whatever the HTTP status: Feishu sends refusals under 200, 4xx and 5xx, and dead tokens under 400.
func classify(r *clients.Reply) *clients.Failure {
	value, ok := wire.Lookup(r.Body, "code")
	text := wire.Scalar(value)
	if !ok || text == "0" || text == "null" {
		return nil // whether that is an answer shows in the rest
	}
	code, err := strconv.Atoi(text)
	if err != nil {
		return &clients.Failure{Kind: clients.KindBadResponse, Message: "code is not a number"}
	}
	message, detail := describe(r, code)
	f := &clients.Failure{Kind: kindOf(code, r.Operation), Code: text, Message: message, RequestID: detail.LogID, Detail: detail}
	replay(f, code, r)
	return f
}

// describe takes the envelope apart.
func describe(r *clients.Reply, code int) (string, *ErrorDetail) {
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
		message += " (" + violation.Field + ": " + violation.Description + ")" // without the value, which may be personal data
	}
	switch {
	case detail.Partial:
		message += " (the user was written; do not repeat the call)"
	case consentOver(code):
		message += " (new consent is needed, see Client.AuthorizeURL)"
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
func replay(f *clients.Failure, code int, r *clients.Reply) {
	switch code {
	case 99991663, 99991664, 99991665, 99991668, 99991671, 99991677, 20005, 20006, 20013, 20014:
		// Never on HTTP 401 alone, which is a plain refusal for some codes. Operations without a token cannot renew one.
		if len(r.Operation.Security) > 0 {
			f.Replay = clients.ReplayFreshToken
		}
	case 99991400:
		f.Replay, f.Wait = clients.ReplayLater, rateLimitReset(r.Header)
	case 43024, 43030, 44025: // a parallel change holds a lock, for seconds
		f.Replay, f.Wait, f.Tries = clients.ReplayLater, 2*time.Second, 3
	default:
		switch {
		case f.Kind == clients.KindUnavailable, f.Kind == "" && r.Status >= 500: // nobody says whether anything was done
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
func consentOver(code int) bool {
	switch code {
	case 99991669, 20003, 20004, 20026, 20037, 20064, 20065, 20073, 20074:
		return true
	}
	return false
}

// kindOf is the table of codes, from the general list (open.feishu.cn/document/server-docs/api-call-guide/generic-error-code) and the pages of
// the operations. Codes that are not in it go by the HTTP status.
func kindOf(code int, op *wire.Operation) clients.Kind {
	if code > 40000 && code < 40020 && !strings.HasPrefix(op.Path, "/contact/v3/") {
		return "" // older operations number these differently
	}
	if code >= 1500 && code < 1600 {
		return clients.KindUnavailable // a family of internal errors
	}
	switch code {
	case 99991661, 99991662, 99991663, 99991664, 99991665, 99991668, 99991669, 99991671, 99991673, 99991677,
		10005, 10012, 10014, 10015, 20002, 20005, 20006, 20013, 20014, 20026, 20037, 20064, 20073, 20074:
		return clients.KindUnauthenticated
	case 99991401, 99991672, 99991676, 99991679, 20009, 20010, 20022, 20048, 20066, 20069,
		40004, 40007, 40014, 41022, 41050, 41056, 42008, 43023, 43031, 44029, 44036, 44037, 44039, 44050, 44053, 44062,
		41028, 41029, 41031, 41032, 44001, 44012, 44040, 44052, 44060: // the tenant's plan or settings say no
		return clients.KindPermission
	case 99992351, 99992352, 99992353, 99992357, 99992358, 99992359, 99992360, 99992363, 99992364, 99992379, 99992380,
		20008, 20021, 20023, 40015, 40020, 43021:
		return clients.KindNotFound
	case 99991400, 99991403, 44004, 44009:
		return clients.KindRateLimited
	case 2200, 5000, 20050, 20072, 40003, 40006, 41027, 44049, 48002:
		return clients.KindUnavailable
	case 40021, 41001, 41002, 41003, 41011, 41020, 41034, 41053, 42006, 43000, 43001, 43002, 43003, 43005, 43007, 43011, 43012, 43018, 43022,
		43024, 43030, 44003, 44010, 44011, 44014, 44015, 44024, 44025, 44028, 44030, 44031, 44032, 44033, 44034, 44041, 44042, 44051, 41069,
		41007, 41008, 41013, 41016, 41033, 41068, 43009, 43013, 43017, 43019, 44023, 44047, 44061: // a limit is reached
		return clients.KindConflict
	case 44054, 44055, 44056, 44057, 44058, 44059: // partial
		return clients.KindUnknown
	case 99991201, 99991301, // a wrong base URL, and nobody's absence
		99992361, 99992381, 99992402, 10003, 10016,
		20001, 20003, 20004, 20024, 20036, 20049, 20063, 20065, 20067, 20068, 20070, 20071,
		40001, 40002, 40008, 40010, 40011, 40012, 40013, 40016, 40017, 40018,
		41004, 41005, 41006, 41009, 41010, 41012, 41014, 41015, 41017, 41018, 41019, 41021, 41023, 41024, 41025, 41030, 41035, 41036, 41037, 41038,
		41040, 41041, 41042, 41043, 41044, 41045, 41046, 41047, 41048, 41051, 41052, 41054, 41055, 41057, 41059, 41060, 41063,
		41070, 41071, 41072, 41410, 43004, 43008, 43010, 43016, 43025, 43026, 43028, 43029,
		44002, 44006, 44007, 44008, 44013, 44016, 44017, 44018, 44019, 44020, 44021, 44022, 44035, 44038, 44044, 44045, 44046, 44048,
		44101, 44102, 48001, 1080001, 1084001, 1084002:
		return clients.KindInvalidArgument
	default:
		return ""
	}
}

// warning finds the note that a search leaves when it has cut the query.
func warning(r *clients.Reply) string {
	if r.Operation.ID != feishuapi.OpSearchUsersV3.ID {
		return ""
	}
	value, _ := wire.Lookup(r.Body, "data.notice")
	return wire.Scalar(value)
}
