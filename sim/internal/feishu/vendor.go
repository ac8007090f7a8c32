package feishu

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
	"github.com/roster-go/roster/wire"
)

// Name is the name of the vendor, and the first part of its paths.
const Name = "feishu"

// Vendor is Feishu's part of the simulator. It implements feishuserver.StrictServerInterface, so that an operation of
// the document that is missing here does not compile.
type Vendor struct {
	desk    *desk.Desk
	config  Config
	handler http.Handler
	scopes  map[string]bool // what the demo apps were granted
	texts   map[feishuapi.ErrorCode]string
	shapes  map[string]requestShape // by operationId in lower case

	// issueMu is held while a token is looked up and, if there is none, issued. mu guards the rest and is never held
	// while another lock is taken.
	issueMu sync.Mutex

	mu          sync.Mutex
	serial      int                                  // for trace ids
	people      map[company.PersonKey]person         // what only Feishu knows of a person
	departments map[company.DepartmentKey]department // and of a department
	gone        map[string]bool                      // ids of departments that were deleted through this interface
	outcomes    map[string]outcome                   // of creating calls, by operationId and client_token
	codes       map[string]*authorization            // by authorization code
	refreshes   map[string]*refreshToken             // by refresh token
	consents    map[string]*agreement                // by user token
	tickets     map[string]jsapiTicket               // by holder
	sessions    map[string]*session                  // by sid
	invited     []desk.Invitation                    // who would have got a message
	area        area                                 // contact range of the apps
	groups      map[company.GroupKey]userGroup       // what only Feishu knows of a group
	charges     map[roleMember]charge                // what members of roles look after
	months      map[string]int                       // calls by month, where they are limited

	// The tenant's own lists, guarded by the lock of the company.
	levels, families *records
	units            *units
	types            *employeeTypes
	firstRoles       int // the last key of a group that was there from the start
}

var _ feishuserver.StrictServerInterface = (*Vendor)(nil)

// New makes Feishu's part of the simulator.
func New(d *desk.Desk, config Config) *Vendor {
	f := &Vendor{
		desk:        d,
		config:      config,
		texts:       errorTexts(),
		shapes:      shapes(),
		people:      make(map[company.PersonKey]person),
		departments: make(map[company.DepartmentKey]department),
		gone:        make(map[string]bool),
		outcomes:    make(map[string]outcome),
		codes:       make(map[string]*authorization),
		refreshes:   make(map[string]*refreshToken),
		consents:    make(map[string]*agreement),
		tickets:     make(map[string]jsapiTicket),
		sessions:    make(map[string]*session),
		months:      make(map[string]int),
		groups:      make(map[company.GroupKey]userGroup),
		charges:     make(map[roleMember]charge),
		levels:      levels(),
		families:    families(),
		units:       demoUnits(),
		types:       demoEmployeeTypes(),
		area:        config.area(),
	}
	f.scopes = f.grantedScopes()
	for _, g := range d.Company.Groups(company.Role) {
		f.firstRoles = max(f.firstRoles, int(g.Key))
	}
	strict := feishuserver.NewStrictHandlerWithOptions(f, nil, feishuserver.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  f.refuseWithin,
		ResponseErrorHandlerFunc: f.refuseWithin,
	})
	f.handler = feishuserver.HandlerWithOptions(strict, feishuserver.StdHTTPServerOptions{
		BaseURL:          "/" + Name + f.Base(),
		ErrorHandlerFunc: f.refuseWithin,
	})
	return f
}

// Name is the vendor's name, the first part of its paths.
func (f *Vendor) Name() string { return Name }

// Base is what stands between that name and the paths of the document.
func (f *Vendor) Base() string { return "/open-apis" }

// Operations returns what the document says.
func (f *Vendor) Operations() []*wire.Operation { return feishuapi.Operations() }

// RefusesUnknownPaths makes the vendor a desk.PathOwner: what it answers to paths that it does not have is documented.
func (f *Vendor) RefusesUnknownPaths() {}

// Words names the members of answers that faults change.
func (f *Vendor) Words() desk.Words {
	return desk.Words{
		Envelope: []string{"code", "msg", "error", "error_description"},
		Cursor:   []string{"page_token"},
		More:     []string{"has_more"},
	}
}

// Failure words a fault as Feishu does.
func (f *Vendor) Failure(fault desk.Fault) error {
	switch fault.Kind {
	case desk.FaultTokenRevoked:
		return tokenRefused{}
	case desk.FaultThrottled:
		e := throttling{}
		if fault.RetryAfter > 0 { // the headers are not always there
			e.limit, e.wait = 100, fault.RetryAfter
		}
		return e
	}
	code, err := strconv.ParseInt(fault.Code, 10, 64)
	if err != nil {
		code = int64(feishuapi.ErrorCodeInternalErrorUnderLoad)
	}
	return refusal{code: feishuapi.ErrorCode(code), text: fault.Message}
}

// ServeHTTP handles an admitted call. It is the one place that writes the envelope of a success: the strict methods
// fill in the other members only, and leave code at 0.
func (f *Vendor) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	c := desk.CallOf(r.Context())
	if err := f.readRequest(c, r); err != nil {
		f.Refuse(out, r, err)
		return
	}
	a := desk.NewAnswer()
	f.handler.ServeHTTP(a, r)
	body := bytes.TrimSpace(desk.UnescapeHTML(a.Body.Bytes()))
	if a.Header().Get(refusalHeader) == "" {
		body = enveloped(body, c.Operation.ID)
	}
	a.Header().Del(refusalHeader)
	a.Header().Set("Content-Type", contentType)
	f.trace(a, c)
	for name, values := range a.Header() {
		out.Header()[name] = values
	}
	out.WriteHeader(a.Status)
	out.Write(body)
}

const contentType = "application/json; charset=utf-8"

// enveloped adds msg to a successful answer. OAuth answers are flat and have none.
func enveloped(body []byte, operation string) []byte {
	if operation == "createOauthToken" {
		return body
	}
	text := "success"
	if slices.Contains(okOperations(), operation) {
		text = "ok"
	}
	body = bytes.TrimSuffix(body, []byte{'}'})
	return append(slices.Clip(body), `,"msg":"`+text+`"}`...)
}

// okOperations are those that say "ok" where the others say "success".
func okOperations() []string {
	return []string{
		"getAppAccessToken", "getAppAccessTokenInternal", "getTenantAccessToken", "getTenantAccessTokenInternal",
		"getJsapiTicket", "searchUsers", "searchUsersV3",
	}
}

// next returns a number that was not returned before.
func (f *Vendor) next() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.serial++
	return f.serial
}
