package dingtalk

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/wire"
)

// ErrorDetail is the Detail of a [clients.Error] that DingTalk answered with: the envelope as it came. (The Detail of a
// banned address is a [*dingtalkapi.BanNotice] instead.)
type ErrorDetail struct {
	ErrCode string // errcode; "" on api.dingtalk.com. 88 and 15 only say that the gateway speaks
	SubCode string // the gateway's code, from sub_code or, in older answers, from the text of errmsg
	ErrMsg  string // errmsg, or message on api.dingtalk.com
	SubMsg  string // why the gateway refused

	// Permissions are the permission points that the app lacks, when the answer names them, such as "qyapi_get_member"
	// or "Contact.User.Read".
	Permissions []string
}

const (
	codeGateway       = "88" // topapi: the gateway refused; the code is in sub_code
	codeRemoteService = "15" // topapi: the service behind the gateway failed

	// banTime is how long an address is banned that made 10,000 calls within 20 seconds.
	banTime = 5 * time.Minute

	throttlePause = time.Second
	// after the bans of an app or corp, whose length DingTalk does not publish, and quotas by the minute
	banPause = time.Minute
)

// classify reads the envelope. There are three of them: errcode on oapi.dingtalk.com, errcode with sub_code behind its
// gateway, and an HTTP status with code on api.dingtalk.com. A path that does not exist has an errcode on either host.
func classify(r *clients.Reply, now time.Time) *clients.Failure {
	value, ok := wire.Lookup(r.Body, "errcode")
	errCode := wire.Scalar(value)
	success := r.Status >= 200 && r.Status <= 299
	switch {
	case ok && errCode != "" && errCode != "null":
		return oapiFailure(r, errCode, now)
	case isBan(r.Body):
		return banned(r)
	case !success:
		return newHostFailure(r, now)
	case r.Operation.Server == "":
		return &clients.Failure{Kind: clients.KindBadResponse, Message: "the answer has no errcode"}
	default:
		return nil
	}
}

// isBan tells whether a body without errcode is the notice that the address is banned. It comes with any HTTP status.
func isBan(body []byte) bool {
	if _, ok := wire.Lookup(body, "punish"); ok {
		return true
	}
	status, _ := wire.Lookup(body, "status")
	return wire.Scalar(status) == "1111"
}

func banned(r *clients.Reply) *clients.Failure {
	var notice dingtalkapi.BanNotice
	_ = json.Unmarshal(r.Body, &notice) // what is malformed is reported as such by the caller
	notice.Punish, notice.Source, notice.UUID = r.Scrub(notice.Punish), r.Scrub(notice.Source), r.Scrub(notice.UUID)
	return &clients.Failure{
		Kind: clients.KindRateLimited, Code: "1111", RequestID: notice.UUID, Detail: &notice, Wait: banTime,
		Message: "this IP address made too many calls and is banned for five minutes",
	}
}

var (
	subCodeInText    = regexp.MustCompile(`subcode=([^,\]]+)`)
	permissionPoints = regexp.MustCompile(`\[([A-Za-z][\w.\-]*(?:\s*[,，]\s*[A-Za-z][\w.\-]*)*)\]`)
	separators       = regexp.MustCompile(`\s*[,，]\s*`)
)

func oapiFailure(r *clients.Reply, errCode string, now time.Time) *clients.Failure {
	number, err := strconv.Atoi(errCode)
	if err != nil {
		return &clients.Failure{Kind: clients.KindBadResponse, Message: "errcode is not a number"}
	}
	if number == 0 {
		return nil
	}
	var text struct {
		ErrMsg    string `json:"errmsg"`
		SubMsg    string `json:"sub_msg"`
		RequestID string `json:"request_id"`
	}
	_ = json.Unmarshal(r.Body, &text)
	detail := &ErrorDetail{ErrCode: errCode, ErrMsg: r.Scrub(text.ErrMsg), SubMsg: r.Scrub(text.SubMsg)}
	f := &clients.Failure{Code: errCode, Message: text.ErrMsg, RequestID: text.RequestID, Detail: detail}
	if errCode == codeGateway || errCode == codeRemoteService {
		value, _ := wire.Lookup(r.Body, "sub_code")
		detail.SubCode = r.Scrub(wire.Scalar(value))
		if match := subCodeInText.FindStringSubmatch(detail.ErrMsg); match != nil &&
			(detail.SubCode == "" || detail.SubCode == "null") {
			detail.SubCode = match[1]
		}
		if detail.SubCode != "" && detail.SubCode != "null" {
			f.Code = detail.SubCode
		}
	}
	if text.SubMsg != "" {
		f.Message = text.SubMsg
	}
	f.Kind = kindOf(f.Code, r.Operation)
	if f.Kind == "" && errCode == codeRemoteService {
		f.Kind = clients.KindUnavailable
	}
	if f.Kind == clients.KindPermission {
		detail.Permissions = permissions(r, f.Message)
	}
	replay(f, r, now)
	return f
}

func permissions(r *clients.Reply, text string) []string {
	match := permissionPoints.FindStringSubmatch(text)
	if match == nil {
		return nil
	}
	points := separators.Split(match[1], -1)
	for i := range points {
		points[i] = r.Scrub(points[i])
	}
	return points
}

// newHostFailure is an error of api.dingtalk.com. What counts is the code: the same one comes with several HTTP
// statuses.
func newHostFailure(r *clients.Reply, now time.Time) *clients.Failure {
	value, _ := wire.Lookup(r.Body, "code")
	code := r.Scrub(wire.Scalar(value))
	if code == "" || code == "null" {
		return nil // not DingTalk's; the caller sees the HTTP status
	}
	var text struct {
		Message   string                         `json:"message"`
		RequestID string                         `json:"requestid"`
		Denied    dingtalkapi.AccessDeniedDetail `json:"accessdenieddetail"`
	}
	_ = json.Unmarshal(r.Body, &text)
	detail := &ErrorDetail{ErrMsg: r.Scrub(text.Message)}
	f := &clients.Failure{Kind: kindOf(code, r.Operation), Code: code, Message: text.Message, RequestID: text.RequestID,
		Detail: detail}
	for _, scope := range text.Denied.RequiredScopes {
		detail.Permissions = append(detail.Permissions, r.Scrub(scope))
	}
	if f.Kind == clients.KindPermission && detail.Permissions == nil {
		detail.Permissions = permissions(r, text.Message)
	}
	replay(f, r, now)
	return f
}

// replay says what is done about a code. Nothing is done about a refused credential of a token operation: it will not
// get better. Every other code that is not here means that a repeat would end the same way, a permission that is
// missing (43007, 60011) included.
func replay(f *clients.Failure, r *clients.Reply, now time.Time) {
	switch code := f.Code; code {
	case "40001", "40014", "42001", "InvalidAuthentication": // refused before anything was done
		if !r.Operation.CarriesSecret {
			f.Replay = clients.ReplayFreshToken
		}
	case "90002", "90018": // the platform's and the app's calls a second
		f.Replay, f.Wait = clients.ReplayLater, penalty(f.Message, now, throttlePause)
	case "45009", "90001", "90003", "90004", "90005", "90006", "90007", "90008", "90009", "90010", "90011", "90012",
		"90013", "90014", "90017":
		f.Replay, f.Tries, f.Wait = clients.ReplayLater, 2, penalty(f.Message, now, banPause)
	case "-1": // busy: once more, DingTalk asks, and three times at most
		f.Replay, f.Tries = clients.ReplayIfIdempotent, 4
	case "60019", "60510": // unavailable, but a repeat does not mend it
	default:
		switch {
		case strings.HasPrefix(code, qpsLimit):
			f.Replay, f.Wait = clients.ReplayLater, throttlePause
		case strings.HasPrefix(code, qpmLimit):
			f.Replay, f.Tries, f.Wait = clients.ReplayLater, 2, banPause
		case r.Status == 429 && f.Kind == "":
			f.Replay, f.Wait = clients.ReplayLater, throttlePause
		case f.Kind == clients.KindUnavailable, r.Status >= 500 && f.Kind == "":
			f.Replay = clients.ReplayIfIdempotent
		}
	}
}

var (
	chinaTime    = time.FixedZone("UTC+8", 8*60*60)
	endOfPenalty = regexp.MustCompile(`处罚将在\s*(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})\s*结束`)
)

// penaltyMargin makes sure that a penalty is over: the text names its last second, by another clock than ours.
const penaltyMargin = 2 * time.Second

// longestPenalty bounds what a text can ask for: beyond it, it is no penalty but a mistake.
const longestPenalty = 31 * 24 * time.Hour

// penalty is the time until after the end that the text of a throttled answer names, or otherwise if it names none or
// one that is over.
func penalty(text string, now time.Time, otherwise time.Duration) time.Duration {
	match := endOfPenalty.FindStringSubmatch(text)
	if match == nil {
		return otherwise
	}
	end, err := time.ParseInLocation(time.DateTime, match[1], chinaTime)
	if err != nil || !end.After(now) {
		return otherwise
	}
	return min(end.Sub(now), longestPenalty) + penaltyMargin
}

const (
	qpsLimit = "Forbidden.AccessDenied.Qps"
	qpmLimit = "Forbidden.AccessDenied.Qpm"
)

// kindOf is what the document says of a code of either host: a number, or a word of api.dingtalk.com or the gateway.
// Words that the document does not list may belong to a family.
func kindOf(code string, op *wire.Operation) clients.Kind {
	if number, err := strconv.ParseInt(code, 10, 64); err == nil {
		return clients.KindOf(op, dingtalkapi.ErrorCode(number))
	}
	kind := cmp.Or(dingtalkapi.NewHostErrorCode(code).Kind(), dingtalkapi.SubCode(code).Kind())
	switch {
	case kind != "":
		return kind
	case strings.HasPrefix(code, qpsLimit), strings.HasPrefix(code, qpmLimit):
		return clients.KindRateLimited
	case strings.HasPrefix(code, "isp."): // the service behind the gateway
		return clients.KindUnavailable
	default:
		return ""
	}
}
