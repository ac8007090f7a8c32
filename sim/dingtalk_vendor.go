package sim

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
	"github.com/roster-go/roster/wire"
)

// dingTalkName is the name of the vendor, and the first part of its paths.
const dingTalkName = "dingtalk"

// dingTalk is DingTalk's part of the simulator. It implements dingtalkserver.StrictServerInterface, so that an operation of the
// document that is missing here does not compile.
type dingTalk struct {
	desk    *Desk
	config  dingTalkConfig
	handler http.Handler
	bodies  map[string]dingTalkBody          // by operationId in lower case
	methods map[string]string                // HTTP method by path
	texts   map[dingtalkapi.ErrorCode]string // errmsg by errcode
	newHost map[dingtalkapi.ErrorCode]string // code of the new host by errcode

	// mu guards what follows and is never held while another lock is taken.
	mu          sync.Mutex
	serial      int
	ticket      string                               // the newest suite ticket
	banned      time.Time                            // all callers are banned until then
	ban         DingTalkBan                          // what they see
	withdrawn   map[string]bool                      // permission points that the apps do not have
	departments []DepartmentKey                      // contact scope of the apps
	people      []PersonKey                          // contact scope: single people
	whole       bool                                 // contact scope is the whole corp
	codes       map[string]dingTalkLogin             // by login code
	profiles    map[PersonKey]dingTalkProfile        // what only DingTalk knows of a person
	settings    map[DepartmentKey]dingTalkDepartment // what only DingTalk knows of a department
}

var (
	_ dingtalkserver.StrictServerInterface = (*dingTalk)(nil)
	_ pathOwner                            = (*dingTalk)(nil)
)

// newDingTalk makes DingTalk's part of the simulator.
func newDingTalk(d *Desk, config dingTalkConfig) vendor {
	k := &dingTalk{
		desk:      d,
		config:    config,
		bodies:    dingTalkBodies(),
		methods:   make(map[string]string),
		texts:     dingTalkErrorTexts(),
		newHost:   dingTalkNewHostCodes(),
		ticket:    dingTalkCredentials().SuiteTicket,
		withdrawn: make(map[string]bool),
		whole:     true,
		codes:     make(map[string]dingTalkLogin),
		profiles:  make(map[PersonKey]dingTalkProfile),
		settings:  make(map[DepartmentKey]dingTalkDepartment),
	}
	for _, op := range k.operations() {
		k.methods["/"+dingTalkName+op.Path] = op.Method
	}
	strict := dingtalkserver.NewStrictHandlerWithOptions(k, nil, dingtalkserver.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  k.refuse,
		ResponseErrorHandlerFunc: k.refuse,
	})
	k.handler = dingtalkserver.HandlerWithOptions(strict, dingtalkserver.StdHTTPServerOptions{
		BaseURL:          "/" + dingTalkName + k.base(),
		ErrorHandlerFunc: k.refuse,
	})
	return k
}

func (k *dingTalk) name() string { return dingTalkName }

// base is empty: both hosts are served below one prefix, and their paths tell them apart.
func (k *dingTalk) base() string { return "" }

func (k *dingTalk) operations() []*wire.Operation { return dingtalkapi.Operations() }

func (k *dingTalk) refusesUnknownPaths() {}

func (k *dingTalk) words() answerWords {
	return answerWords{
		envelope: []string{"errcode", "errmsg", "request_id", "sub_code", "sub_msg"},
		cursor:   []string{"next_cursor", "nextToken"},
		more:     []string{"has_more", "hasMore"},
	}
}

// failure words a fault as DingTalk does; refuse puts it into the envelope of the operation that it strikes.
func (k *dingTalk) failure(f Fault) error {
	switch f.Kind {
	case FaultTokenRevoked:
		return dingTalkError{code: dingtalkapi.ErrorCodeInvalidAccessToken}
	case FaultThrottled:
		return dingTalkError{code: dingtalkapi.ErrorCodeAppAPIThrottled, wait: f.RetryAfter}
	}
	code, err := strconv.Atoi(f.Code)
	switch {
	case f.Code == "":
		return dingTalkError{code: dingtalkapi.ErrorCodeSystemBusy, text: f.Message}
	case err != nil:
		return dingTalkError{code: dingtalkapi.ErrorCodeRemoteServiceFailed, word: f.Code, text: f.Message}
	case code == int(dingtalkapi.ErrorCodeAddressBanned):
		return DingTalkBan{}
	}
	return dingTalkError{code: dingtalkapi.ErrorCode(code), text: f.Message}
}

// ServeHTTP handles an admitted call. It is the one place that writes the envelope of a success: the strict methods fill in the
// other members only.
func (k *dingTalk) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	c, host := callOf(r.Context()), dingTalkHostOf(r)
	body, err := k.readBody(c, host)
	if err != nil {
		k.refuse(out, r, err)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))

	a := newAnswer()
	k.handler.ServeHTTP(a, r)
	text := unescapeHTML(bytes.TrimSpace(a.body.Bytes()))
	if code, ok := wire.Lookup(text, "errcode"); ok && wire.Scalar(code) == "0" {
		text = k.enveloped(text, c, host)
	}
	out.Header().Set("Content-Type", host.contentType())
	out.WriteHeader(a.status)
	out.Write(text)
}

// enveloped completes the envelope of a success. errcode is there already.
func (k *dingTalk) enveloped(text []byte, c *call, host dingTalkHost) []byte {
	text = bytes.TrimSuffix(text, []byte{'}'})
	switch c.operation.ID {
	case "updateUserV2", "listInactiveUsersV1", "listInactiveUsersV2": // seen without
	default:
		text = append(text, `,"errmsg":"ok"`...)
	}
	if host == dingTalkTop {
		text = append(text, `,"request_id":"`+k.requestID()+`"`...)
	}
	return append(text, '}')
}

// requestID makes the id that an answer of a topapi route has.
func (k *dingTalk) requestID() string {
	return deriveText(k.desk.Seed, "dingtalk request", k.next(), "0123456789abcdefghijklmnopqrstuvwxyz", 12)
}

// next returns a number that was not returned before.
func (k *dingTalk) next() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.serial++
	return k.serial
}

// admit judges the address, the token, its rights and the quotas.
func (k *dingTalk) admit(c *call) error {
	if err := k.checkAddress(c); err != nil {
		return err
	}
	if c.operation.CarriesSecret {
		return k.withinQuota(c, c.caller)
	}
	if err := k.checkToken(c); err != nil {
		return err
	}
	if err := k.withinQuota(c, c.grant.holder); err != nil {
		return err
	}
	return k.allowed(c)
}

// withinQuota counts the call: DingTalk counts by app and operation.
func (k *dingTalk) withinQuota(c *call, app string) error {
	id := c.operation.ID
	limits := k.desk.quotasFor(dingTalkName, id, documented(c.operation.Limits))
	if wait, ok := k.desk.Quotas.take("dingtalk "+app+" "+id, c.now, limits); !ok {
		return dingTalkError{code: dingtalkapi.ErrorCodeAppAPIThrottled, wait: wait}
	}
	return nil
}
