package sim

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/feishuserver"
	"github.com/roster-go/roster/wire"
)

// feishuName is the name of the vendor, and the first part of its paths.
const feishuName = "feishu"

// feishu is Feishu's part of the simulator. It implements feishuserver.StrictServerInterface, so that an operation of the
// document that is missing here does not compile.
type feishu struct {
	desk    *Desk
	config  feishuConfig
	handler http.Handler
	scopes  map[string]bool // what the demo apps were granted
	texts   map[feishuapi.ErrorCode]string
	shapes  map[string]feishuShape // by operationId in lower case

	// issueMu is held while a token is looked up and, if there is none, issued. mu guards the rest and is never held
	// while another lock is taken.
	issueMu sync.Mutex

	mu          sync.Mutex
	serial      int                                // for trace ids
	people      map[PersonKey]feishuPerson         // what only Feishu knows of a person
	departments map[DepartmentKey]feishuDepartment // and of a department
	gone        map[string]bool                    // ids of departments that were deleted through this interface
	outcomes    map[string]feishuOutcome           // of creating calls, by operationId and client_token
	codes       map[string]*feishuAuthorization    // by authorization code
	refreshes   map[string]*feishuRefresh          // by refresh token
	consents    map[string]*feishuConsent          // by user token
	tickets     map[string]feishuTicket            // by holder
	sessions    map[string]*feishuSession          // by sid
	invited     []Invitation                       // who would have got a message
	area        feishuArea                         // contact range of the apps
	months      map[string]int                     // calls by month, where they are limited
}

var _ feishuserver.StrictServerInterface = (*feishu)(nil)

// newFeishu makes Feishu's part of the simulator.
func newFeishu(d *Desk, config feishuConfig) vendor {
	f := &feishu{
		desk:        d,
		config:      config,
		texts:       feishuErrorTexts(),
		shapes:      feishuShapes(),
		people:      make(map[PersonKey]feishuPerson),
		departments: make(map[DepartmentKey]feishuDepartment),
		gone:        make(map[string]bool),
		outcomes:    make(map[string]feishuOutcome),
		codes:       make(map[string]*feishuAuthorization),
		refreshes:   make(map[string]*feishuRefresh),
		consents:    make(map[string]*feishuConsent),
		tickets:     make(map[string]feishuTicket),
		sessions:    make(map[string]*feishuSession),
		months:      make(map[string]int),
		area:        config.area(),
	}
	f.scopes = f.grantedScopes()
	strict := feishuserver.NewStrictHandlerWithOptions(f, nil, feishuserver.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  f.refuseWithin,
		ResponseErrorHandlerFunc: f.refuseWithin,
	})
	f.handler = feishuserver.HandlerWithOptions(strict, feishuserver.StdHTTPServerOptions{
		BaseURL:          "/" + feishuName + f.base(),
		ErrorHandlerFunc: f.refuseWithin,
	})
	return f
}

func (f *feishu) name() string { return feishuName }

func (f *feishu) base() string { return "/open-apis" }

func (f *feishu) operations() []*wire.Operation { return feishuapi.Operations() }

// refusesUnknownPaths makes the vendor a pathOwner: what it answers to paths that it does not have is documented.
func (f *feishu) refusesUnknownPaths() {}

func (f *feishu) words() answerWords {
	return answerWords{
		envelope: []string{"code", "msg", "error", "error_description"},
		cursor:   []string{"page_token"},
		more:     []string{"has_more"},
	}
}

// failure words a fault as Feishu does.
func (f *feishu) failure(fault Fault) error {
	switch fault.Kind {
	case FaultTokenRevoked:
		return feishuTokenRefused{}
	case FaultThrottled:
		e := feishuThrottled{}
		if fault.RetryAfter > 0 { // the headers are not always there
			e.limit, e.wait = 100, fault.RetryAfter
		}
		return e
	}
	code, err := strconv.ParseInt(fault.Code, 10, 64)
	if err != nil {
		code = int64(feishuapi.ErrorCodeInternalErrorUnderLoad)
	}
	return feishuError{code: feishuapi.ErrorCode(code), text: fault.Message}
}

// ServeHTTP handles an admitted call. It is the one place that writes the envelope of a success: the strict methods fill in the
// other members only, and leave code at 0.
func (f *feishu) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	c := callOf(r.Context())
	if err := f.readRequest(c, r); err != nil {
		f.refuse(out, r, err)
		return
	}
	a := newAnswer()
	f.handler.ServeHTTP(a, r)
	body := bytes.TrimSpace(unescapeHTML(a.body.Bytes()))
	if a.Header().Get(feishuRefusal) == "" {
		body = feishuEnveloped(body, c.operation.ID)
	}
	a.Header().Del(feishuRefusal)
	a.Header().Set("Content-Type", feishuContentType)
	f.trace(a, c)
	for name, values := range a.Header() {
		out.Header()[name] = values
	}
	out.WriteHeader(a.status)
	out.Write(body)
}

const feishuContentType = "application/json; charset=utf-8"

// feishuEnveloped adds msg to a successful answer. OAuth answers are flat and have none.
func feishuEnveloped(body []byte, operation string) []byte {
	if operation == "createOauthToken" {
		return body
	}
	text := "success"
	if slices.Contains(feishuOKOperations(), operation) {
		text = "ok"
	}
	body = bytes.TrimSuffix(body, []byte{'}'})
	return append(slices.Clip(body), `,"msg":"`+text+`"}`...)
}

// feishuOKOperations are those that say "ok" where the others say "success".
func feishuOKOperations() []string {
	return []string{
		"getAppAccessToken", "getAppAccessTokenInternal", "getTenantAccessToken", "getTenantAccessTokenInternal",
		"getJsapiTicket", "searchUsers", "searchUsersV3",
	}
}

// next returns a number that was not returned before.
func (f *feishu) next() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.serial++
	return f.serial
}
