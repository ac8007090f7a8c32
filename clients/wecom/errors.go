package wecom

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/wire"
)

// ErrorDetail is the Detail of a [clients.Error]: what WeCom packs into errmsg beside the text.
type ErrorDetail struct {
	Hint   string // what WeCom's support asks for
	FromIP string // the address that WeCom saw; with code 60020 it is the one to add to the trusted addresses (企业可信IP)
}

var (
	hint   = regexp.MustCompile(`hint: \[([^\]]*)\]`)
	fromIP = regexp.MustCompile(`from ip: ([0-9a-fA-F.:]+)`)
)

// classify reads the envelope: HTTP 200 with an errcode, which may be absent when all is well.
func classify(r *clients.Reply) *clients.Failure {
	value, ok := wire.Lookup(r.Body, "errcode")
	code := wire.Scalar(value)
	if !ok || code == "" || code == "null" {
		return nil
	}
	number, err := strconv.ParseInt(code, 10, 64)
	switch {
	case err != nil:
		return &clients.Failure{Kind: clients.KindBadResponse, Message: "errcode is not a number"}
	case number == 0:
		return nil
	}
	var envelope struct{ ErrMsg string }
	_ = json.Unmarshal(r.Body, &envelope) // what is malformed is reported as such by the caller

	detail := &ErrorDetail{Hint: r.Scrub(firstMatch(hint, envelope.ErrMsg)),
		FromIP: r.Scrub(firstMatch(fromIP, envelope.ErrMsg))}
	message, _, _ := strings.Cut(envelope.ErrMsg, ", hint:")
	if number == 60020 && detail.FromIP != "" {
		message += ", from ip: " + detail.FromIP
	}
	kind := clients.KindOf(r.Operation, wecomapi.ErrorCode(number))
	f := &clients.Failure{Kind: kind, Code: code, Message: message, RequestID: detail.Hint, Detail: detail}
	replay(f, number, len(r.Operation.Security) == 0)
	return f
}

func firstMatch(re *regexp.Regexp, text string) string {
	if match := re.FindStringSubmatch(text); match != nil {
		return match[1]
	}
	return ""
}

// replay says what is done about a code. The token operation itself is never repeated on a refusal: WeCom blocks an
// address that keeps sending a wrong secret for an hour.
func replay(f *clients.Failure, code int64, tokenOperation bool) {
	switch code {
	case -1: // system busy; nobody says whether anything was done
		f.Replay, f.Tries = clients.ReplayIfIdempotent, 3
	case 6000: // version conflict with a parallel write
		f.Replay, f.Tries = clients.ReplayLater, 3
	case 40001, 40014, 42001, 40082, 42009: // refused before anything was done; the last two by the suite's token
		if !tokenOperation {
			f.Replay = clients.ReplayFreshToken
		}
	case 45009:
		f.Wait = time.Minute
		if !tokenOperation {
			f.Replay, f.Tries = clients.ReplayLater, 3
		}
	case 45033, 45035: // too many at once
		f.Replay, f.Wait = clients.ReplayLater, time.Second
	}
}

// warning finds the note that WeCom leaves when it dropped a field of the wrong JSON type and carried out the rest.
func warning(r *clients.Reply) string {
	value, ok := wire.Lookup(r.Body, "errmsg")
	if !ok {
		return ""
	}
	text := wire.Scalar(value)
	if !strings.Contains(strings.ToLower(text), "warning:") {
		return ""
	}
	return text
}
