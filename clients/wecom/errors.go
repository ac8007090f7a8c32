package wecom

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
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

// classify is WeCom's table: HTTP 200 with an errcode, which may be absent when all is well.
func classify(r *clients.Reply) *clients.Failure {
	value, ok := wire.Lookup(r.Body, "errcode")
	code := wire.Scalar(value)
	if !ok || code == "0" || code == "" || code == "null" {
		return nil
	}
	number, err := strconv.Atoi(code)
	if err != nil {
		return &clients.Failure{Kind: clients.KindBadResponse, Message: "errcode is not a number"}
	}
	var envelope struct{ ErrMsg string }
	_ = json.Unmarshal(r.Body, &envelope) // what is malformed is reported as such by the caller

	detail := &ErrorDetail{Hint: firstMatch(hint, envelope.ErrMsg), FromIP: firstMatch(fromIP, envelope.ErrMsg)}
	message, _, _ := strings.Cut(envelope.ErrMsg, ", hint:")
	if number == 60020 && detail.FromIP != "" {
		message += ", from ip: " + detail.FromIP
	}
	f := &clients.Failure{Kind: kindOf(number), Code: code, Message: message, RequestID: detail.Hint, Detail: detail}
	replay(f, number, len(r.Operation.Security) == 0)
	return f
}

func firstMatch(re *regexp.Regexp, text string) string {
	if match := re.FindStringSubmatch(text); match != nil {
		return match[1]
	}
	return ""
}

// replay says what is done about a code. The token operation itself is never repeated on a refusal: WeCom blocks an address that
// keeps sending a wrong secret for an hour.
func replay(f *clients.Failure, code int, tokenOperation bool) {
	switch code {
	case -1: // system busy; nobody says whether anything was done
		f.Replay, f.Tries = clients.ReplayIfIdempotent, 3
	case 6000: // version conflict with a parallel write
		f.Replay, f.Tries = clients.ReplayLater, 3
	case 40001, 40014, 42001: // refused before anything was done
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

// kindOf is the table of codes from the global error page, developer.work.weixin.qq.com/document/path/90313.
func kindOf(code int) clients.Kind {
	switch code {
	case 40001, 40013, 40014, 40082, 40091, 41001, 41002, 41004, 42001, 42007, 42009, 45031:
		return clients.KindUnauthenticated
	case 48001, 48002, 48004, 48006, 48008, 48009, 50002, 50003, 60011, 60020, 60021, 60031, 60274, 60275, 301005, 301007:
		return clients.KindPermission
	case 40088, 40089, 46004, 60003, 60111, 60146, 60147, 60148:
		return clients.KindNotFound
	case 6000, 45026, 45035, 60005, 60006, 60008, 60102, 60104, 60106, 60145, 60270, 680048, 301036, 302008:
		return clients.KindConflict
	case 45009, 45033, 45036:
		return clients.KindRateLimited
	case -1, 60142, 302005:
		return clients.KindUnavailable
	case 40003, 40004, 40005, 40007, 40029, 40031, 40032, 40033, 40035, 40056, 40058, 40063, 40066, 40068, 40073, 40092,
		41006, 41009, 41011, 41019, 44001, 45001, 45029, 50100, 60268,
		60001, 60004, 60007, 60009, 60010, 60103, 60105, 60110, 60112, 60123, 60124, 60125, 60127, 60129, 60132, 60141, 60143,
		60150, 60151, 60152, 60257, 60269, 60271, 60272, 60273, 680047, 680049, 680050,
		81001, 81002, 81013, 82001, 82002, 82003, 301012, 301013, 301014, 301015, 301021, 302003, 302004, 302006, 302007:
		return clients.KindInvalidArgument
	default:
		return clients.KindUnknown
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
