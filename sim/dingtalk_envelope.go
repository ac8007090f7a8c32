package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
)

// dingTalkHost is a part of DingTalk with its own way to answer.
type dingTalkHost int

const (
	dingTalkPlain dingTalkHost = iota // oapi.dingtalk.com: HTTP 200, errcode and errmsg beside the payload
	dingTalkTop                       // topapi routes there: HTTP 200, result and request_id, sub_code for what the gateway refuses
	dingTalkNew                       // api.dingtalk.com: HTTP statuses, code, message and requestid
)

// dingTalkHostOf tells by the path which part a request is for.
func dingTalkHostOf(r *http.Request) dingTalkHost {
	path := strings.TrimPrefix(r.URL.Path, "/"+dingTalkName)
	switch {
	case strings.HasPrefix(path, "/topapi/"):
		return dingTalkTop
	case strings.HasPrefix(path, "/v1.0/"):
		return dingTalkNew
	}
	return dingTalkPlain
}

func (h dingTalkHost) contentType() string {
	switch h {
	case dingTalkTop:
		return "application/json;charset=UTF-8"
	case dingTalkNew:
		return "application/json;charset=utf-8"
	}
	return "application/json"
}

// The failures of the three parts.
type (
	dingTalkPlainFailure struct {
		ErrCode dingtalkapi.ErrorCode `json:"errcode"`
		ErrMsg  string                `json:"errmsg"`
	}
	dingTalkTopFailure struct {
		ErrCode   dingtalkapi.ErrorCode `json:"errcode"`
		SubCode   string                `json:"sub_code,omitempty"`
		SubMsg    string                `json:"sub_msg,omitempty"`
		ErrMsg    string                `json:"errmsg"`
		RequestID string                `json:"request_id"`
	}
	dingTalkNewFailure struct {
		Code      string `json:"code"`
		RequestID string `json:"requestid"`
		Message   string `json:"message"`
	}
)

// refuse writes a failure in the envelope of the path that was called.
func (k *dingTalk) refuse(out http.ResponseWriter, r *http.Request, err error) {
	if ban, ok := err.(DingTalkBan); ok {
		k.writeBan(out, ban)
		return
	}
	host := dingTalkHostOf(r)
	if _, ok := err.(errUnknownPath); ok && host == dingTalkNew {
		host = dingTalkPlain // seen: this one failure has the same form on both hosts
	}
	c := callOf(r.Context())
	e := k.asDingTalkError(err, c, host)
	text := k.textOf(e, c, host)
	out.Header().Set("Content-Type", host.contentType())
	switch host {
	case dingTalkTop:
		writeJSON(out, http.StatusOK, k.topFailure(e, text))
	case dingTalkNew:
		code := k.newHostCode(e, c)
		writeJSON(out, dingTalkStatus(code), dingTalkNewFailure{Code: code, RequestID: k.newHostRequestID(), Message: text})
	default:
		writeJSON(out, http.StatusOK, dingTalkPlainFailure{ErrCode: e.code, ErrMsg: text})
	}
}

// topFailure wraps what comes from the gateway and not from the operation.
func (k *dingTalk) topFailure(e dingTalkError, text string) dingTalkTopFailure {
	f := dingTalkTopFailure{ErrCode: e.code, ErrMsg: text, RequestID: k.requestID()}
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
func (k *dingTalk) newHostCode(e dingTalkError, c *call) string {
	if e.word != "" {
		return e.word
	}
	if e.code == dingtalkapi.ErrorCodeAppAPIThrottled && c.grant.holder == dingTalkThirdParty {
		return string(dingtalkapi.NewHostErrorCodeSuiteAPIThrottled)
	}
	if code, ok := k.newHost[e.code]; ok {
		return code
	}
	return string(dingtalkapi.NewHostErrorCodeUnknownError)
}

// dingTalkStatus is the HTTP status that a code of the new host comes with.
func dingTalkStatus(code string) int {
	switch {
	case strings.HasPrefix(code, "Forbidden."):
		return http.StatusForbidden
	case code == string(dingtalkapi.NewHostErrorCodeUnknownPath):
		return http.StatusNotFound
	case code == string(dingtalkapi.NewHostErrorCodeSystemBusy):
		return http.StatusServiceUnavailable
	case strings.HasPrefix(code, "system."), strings.HasPrefix(code, "server."), code == string(dingtalkapi.NewHostErrorCodeUnknownError):
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// newHostRequestID makes a UUID in capitals.
func (k *dingTalk) newHostRequestID() string {
	id := deriveText(k.desk.Seed, "dingtalk requestid", k.next(), "0123456789ABCDEF", 32)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// dingTalkZone is the zone of DingTalk's days and of the times in its texts.
func dingTalkZone() *time.Location { return time.FixedZone("UTC+8", 8*60*60) }

// dingTalkPenaltyEnd is the end of a penalty as the texts name it: a whole second, rounded up so that whoever waits for it waits enough.
func dingTalkPenaltyEnd(c *call, wait time.Duration) string {
	if wait <= 0 {
		wait = time.Second
	}
	return c.now.Add(wait + time.Second - 1).Truncate(time.Second).In(dingTalkZone()).Format(time.DateTime)
}
