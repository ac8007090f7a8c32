package dingtalk

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/wire"
)

// ErrorDetail is the Detail of a [clients.Error] that DingTalk answered with: the envelope as it came. (The Detail of a banned
// address is a [*dingtalkapi.BanNotice] instead.)
type ErrorDetail struct {
	ErrCode string // errcode; "" on api.dingtalk.com. 88 and 15 only say that the gateway speaks
	SubCode string // the gateway's code, from sub_code or, in older answers, from the text of errmsg
	ErrMsg  string // errmsg, or message on api.dingtalk.com
	SubMsg  string // why the gateway refused

	// Permissions are the permission points that the app lacks, when the text names them, such as "qyapi_get_member".
	Permissions []string
}

const (
	codeGateway       = "88" // topapi: the gateway refused; the code is in sub_code
	codeRemoteService = "15" // topapi: the service behind the gateway failed

	// banTime is how long an address is banned that made 10,000 calls within 20 seconds.
	banTime = 5 * time.Minute

	throttlePause = time.Second
	banPause      = time.Minute // after the bans of an app or corp, whose length DingTalk does not publish, and quotas by the minute
)

// classify is DingTalk's table. There are three envelopes: errcode on oapi.dingtalk.com, errcode with sub_code behind its
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
		if match := subCodeInText.FindStringSubmatch(detail.ErrMsg); match != nil && (detail.SubCode == "" || detail.SubCode == "null") {
			detail.SubCode = match[1]
		}
		if detail.SubCode != "" && detail.SubCode != "null" {
			f.Code = detail.SubCode
		}
	}
	if text.SubMsg != "" {
		f.Message = text.SubMsg
	}
	f.Kind = kindOf(f.Code)
	if f.Kind == "" && errCode == codeRemoteService {
		f.Kind = clients.KindUnavailable
	}
	if f.Kind == clients.KindPermission {
		detail.Permissions = permissions(f.Message)
	}
	replay(f, r, now)
	return f
}

func permissions(text string) []string {
	match := permissionPoints.FindStringSubmatch(text)
	if match == nil {
		return nil
	}
	return separators.Split(match[1], -1)
}

// newHostFailure is an error of api.dingtalk.com. What counts is the code: the same one comes with several HTTP statuses.
func newHostFailure(r *clients.Reply, now time.Time) *clients.Failure {
	value, _ := wire.Lookup(r.Body, "code")
	code := r.Scrub(wire.Scalar(value))
	if code == "" || code == "null" {
		return nil // not DingTalk's; the caller sees the HTTP status
	}
	var text struct {
		Message   string `json:"message"`
		RequestID string `json:"requestid"`
	}
	_ = json.Unmarshal(r.Body, &text)
	detail := &ErrorDetail{ErrMsg: r.Scrub(text.Message)}
	f := &clients.Failure{Kind: kindOf(code), Code: code, Message: text.Message, RequestID: text.RequestID, Detail: detail}
	if f.Kind == clients.KindPermission {
		detail.Permissions = permissions(text.Message)
	}
	replay(f, r, now)
	return f
}

// replay says what is done about a code. Nothing is done about a refused credential of a token operation: it will not get
// better. Every other code that is not here means that a repeat would end the same way, a permission that is missing (43007,
// 60011) included.
func replay(f *clients.Failure, r *clients.Reply, now time.Time) {
	switch code := f.Code; code {
	case "40001", "40014", "42001", "InvalidAuthentication": // refused before anything was done
		if !r.Operation.CarriesSecret {
			f.Replay = clients.ReplayFreshToken
		}
	case "90002", "90018": // the platform's and the app's calls a second
		f.Replay, f.Wait = clients.ReplayLater, penalty(f.Message, now, throttlePause)
	case "45009", "90001", "90003", "90004", "90005", "90006", "90007", "90008", "90009", "90010", "90011", "90012", "90013", "90014", "90017":
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

// penalty is the time until the end that the text of a throttled answer names, or otherwise if it names none or one that is over.
func penalty(text string, now time.Time, otherwise time.Duration) time.Duration {
	match := endOfPenalty.FindStringSubmatch(text)
	if match == nil {
		return otherwise
	}
	end, err := time.ParseInLocation(time.DateTime, match[1], chinaTime)
	if err != nil || !end.After(now) {
		return otherwise
	}
	return end.Sub(now)
}

const (
	qpsLimit = "Forbidden.AccessDenied.Qps"
	qpmLimit = "Forbidden.AccessDenied.Qpm"
)

// kindOf is the table of codes, from open.dingtalk.com/document/development/server-api-error-codes-1 and the pages of the
// operations. It returns "" for a code that is not there: the HTTP status then speaks.
func kindOf(code string) clients.Kind {
	number, err := strconv.Atoi(code)
	if err != nil {
		return kindOfWord(code)
	}
	switch number {
	case 33001, 40001, 40013, 40014, 40078, 40080, 40082, 40083, 40085, 40088, 40089, 40090, 40096, 41001, 42001, 42009, 48003,
		853001, 853002, 853003, 853004:
		return clients.KindUnauthenticated
	case 40079, 41030, 43007, 48002, 48004, 50002, 50003, 50004, 50005, 60011, 60020, 60120, 400020:
		return clients.KindPermission
	case 33012, 40003, 46004, 60003, 60004, 60067, 60068, 60111, 60121, 70001, 400023:
		return clients.KindNotFound
	case 40019, 40020, 40021, 40022, 40023, 40024, 40100, 40101, 40103, 41054, 45024,
		60002, 60005, 60006, 60008, 60016, 60021, 60102, 60104, 60106, 60107, 60110:
		return clients.KindConflict
	case 45009, 90001, 90002, 90003, 90004, 90005, 90006, 90007, 90008, 90009, 90010, 90011, 90012, 90013, 90014, 90017, 90018, 90020:
		return clients.KindRateLimited
	case -1, 15, 60019, 60510, 400001:
		return clients.KindUnavailable
	// 22 and 404 are paths that DingTalk does not know. Were they KindNotFound, a wrong base URL would look like a user who left.
	case 22, 404,
		40000, 40009, 40010, 40011, 40018, 40025, 40031, 40032, 40035, 40036, 40038, 40063, 40064, 40065, 40066, 40068, 40069, 40070,
		40093, 40104, 41002, 41009, 41015, 41021, 41022, 41023, 41024, 41025, 41026, 41027, 43001, 43002, 43003, 43004, 43005, 43009, 44002, 47001,
		60001, 60007, 60009, 60010, 60018, 60022, 60103, 60105, 60109, 60112, 60113, 60114, 60118, 60119, 60122, 60123, 60128, 400002, 600109:
		return clients.KindInvalidArgument
	default:
		return ""
	}
}

// kindOfWord is the table of api.dingtalk.com, and of the gateway's codes that are no numbers.
func kindOfWord(code string) clients.Kind {
	switch code {
	case "InvalidAuthentication", "AuthenticationFailed.MissingParameter", "invalidClientIdOrSecret", "invalid.client", "unauthorized.client",
		"invalidSuiteKey", "invalidSuiteTicket":
		return clients.KindUnauthenticated
	case "invalidAuthInfo", "Forbidden.AccessDenied.AccessTokenPermissionDenied", "Forbidden.AccessDenied.IpNotInWhiteList":
		return clients.KindPermission
	case "Forbidden.AccessDenied.ApiCountLimitForOrg":
		return clients.KindRateLimited
	case "unsupported.grant.type", "parameter.error", "invalidParameter.param.invalid", "Missingbody", "InvalidAction.NotFound":
		return clients.KindInvalidArgument
	case "system.busy", "system.error", "server.error", "unknownError":
		return clients.KindUnavailable
	}
	switch {
	case strings.HasPrefix(code, qpsLimit), strings.HasPrefix(code, qpmLimit):
		return clients.KindRateLimited
	case strings.HasPrefix(code, "isp."): // the service behind the gateway
		return clients.KindUnavailable
	default:
		return ""
	}
}
