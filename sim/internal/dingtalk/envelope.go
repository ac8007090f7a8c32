package dingtalk

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
)

// apiHost is a part of DingTalk with its own way to answer.
type apiHost int

const (
	hostPlain apiHost = iota // oapi.dingtalk.com: HTTP 200, errcode and errmsg beside the payload
	// topapi routes there: HTTP 200, result and request_id, sub_code for what the gateway refuses
	hostTop
	hostNew // api.dingtalk.com: HTTP statuses, code, message and requestid
)

// hostOf tells by the path which part a request is for.
func hostOf(r *http.Request) apiHost {
	path := strings.TrimPrefix(r.URL.Path, "/"+Name)
	switch {
	case strings.HasPrefix(path, "/topapi/"):
		return hostTop
	case strings.HasPrefix(path, "/v1.0/"):
		return hostNew
	}
	return hostPlain
}

func (h apiHost) contentType() string {
	switch h {
	case hostTop:
		return "application/json;charset=UTF-8"
	case hostNew:
		return "application/json;charset=utf-8"
	}
	return "application/json"
}

// The failures of the three parts.
type (
	plainFailure struct {
		ErrCode dingtalkapi.ErrorCode `json:"errcode"`
		ErrMsg  string                `json:"errmsg"`
	}
	topFailure struct {
		ErrCode   dingtalkapi.ErrorCode `json:"errcode"`
		SubCode   string                `json:"sub_code,omitempty"`
		SubMsg    string                `json:"sub_msg,omitempty"`
		ErrMsg    string                `json:"errmsg"`
		RequestID string                `json:"request_id"`
	}
	newFailure struct {
		Code      string `json:"code"`
		RequestID string `json:"requestid"`
		Message   string `json:"message"`
	}
)

// Refuse writes a failure in the envelope of the path that was called.
func (k *Vendor) Refuse(out http.ResponseWriter, r *http.Request, err error) {
	var ban Ban
	if errors.As(err, &ban) {
		k.writeBan(out, ban)
		return
	}
	host := hostOf(r)
	if errors.As(err, new(desk.UnknownPathError)) && host == hostNew {
		host = hostPlain // seen: this one failure has the same form on both hosts
	}
	c := desk.CallOf(r.Context())
	e := k.asDingTalkError(err, c, host)
	text := k.textOf(e, c, host)
	out.Header().Set("Content-Type", host.contentType())
	switch host {
	case hostTop:
		desk.WriteJSON(out, http.StatusOK, k.topFailure(e, text))
	case hostNew:
		code := k.newHostCode(e, c)
		desk.WriteJSON(out, status(code), newFailure{Code: code, RequestID: k.newHostRequestID(), Message: text})
	default:
		desk.WriteJSON(out, http.StatusOK, plainFailure{ErrCode: e.code, ErrMsg: text})
	}
}

// topFailure wraps what comes from the gateway and not from the operation.
func (k *Vendor) topFailure(e refusal, text string) topFailure {
	f := topFailure{ErrCode: e.code, ErrMsg: text, RequestID: k.requestID()}
	switch {
	case e.code == dingtalkapi.ErrorCodeUnknownMethod:
		f.SubMsg = text
		f.ErrMsg = fmt.Sprintf("Invalid method[submsg=%s]", text)
	case e.code == dingtalkapi.ErrorCodeRemoteServiceFailed:
		f.SubCode, f.SubMsg = e.word, text
		f.ErrMsg = fmt.Sprintf("Remote service error[subcode=%s,submsg=%s]", e.word, text)
	case e.fromGateway():
		f.ErrCode = dingtalkapi.ErrorCodeGateway
		f.SubCode, f.SubMsg = strconv.Itoa(int(e.code)), text
		if e.code == dingtalkapi.ErrorCodeAccessTokenMissing {
			f.SubCode = string(dingtalkapi.SubCodeAccessTokenMissing)
		}
		f.ErrMsg = fmt.Sprintf("ding talk error[subcode=%s,submsg=%s]", f.SubCode, text)
		if k.config.OldGateway {
			f.SubCode, f.SubMsg = "", ""
		}
	}
	return f
}

// newHostCode is the code of a failure on the new host.
func (k *Vendor) newHostCode(e refusal, c *desk.Call) string {
	if e.word == string(dingtalkapi.NewHostErrorCodeInvalidParameter) {
		return argumentWord(c.Operation.ID)
	}
	if e.word != "" {
		return e.word
	}
	if e.code == dingtalkapi.ErrorCodeAppAPIThrottled && c.Grant.Holder == holderThirdParty {
		return string(dingtalkapi.NewHostErrorCodeSuiteAPIThrottled)
	}
	if code, ok := k.newHost[e.code]; ok {
		return code
	}
	return string(dingtalkapi.NewHostErrorCodeUnknownError)
}

// status is the HTTP status that a code of the new host comes with.
func status(code string) int {
	switch {
	case strings.HasPrefix(code, "Forbidden."):
		return http.StatusForbidden
	case code == string(dingtalkapi.NewHostErrorCodeUnknownPath),
		code == string(dingtalkapi.NewHostErrorCodeUserNotFound):
		return http.StatusNotFound
	case code == string(dingtalkapi.NewHostErrorCodeSystemBusy):
		return http.StatusServiceUnavailable
	case strings.HasPrefix(code, "system."), strings.HasPrefix(code, "server."),
		code == string(dingtalkapi.NewHostErrorCodeUnknownError),
		code == string(dingtalkapi.NewHostErrorCodeUnknownUser):
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// newHostRequestID makes a UUID in capitals.
func (k *Vendor) newHostRequestID() string {
	id := company.DeriveText(k.desk.Seed, "dingtalk requestid", k.next(), "0123456789ABCDEF", 32)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// zone is the zone of DingTalk's days and of the times in its texts.
func zone() *time.Location { return time.FixedZone("UTC+8", 8*60*60) }

// penaltyEnd is the end of a penalty as the texts name it: a whole second, rounded up so that whoever waits for it
// waits enough.
func penaltyEnd(c *desk.Call, wait time.Duration) string {
	if wait <= 0 {
		wait = time.Second
	}
	return c.Now.Add(wait + time.Second - 1).Truncate(time.Second).In(zone()).Format(time.DateTime)
}
