package wps

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
	"github.com/roster-go/roster/wire"
)

// Name is the name of the vendor, and the first part of its paths.
const Name = "wps"

// Vendor is the part of WPS 365 in the simulator. It implements wpsserver.StrictServerInterface, so that an operation
// of the document that is missing here does not compile.
type Vendor struct {
	desk    *desk.Desk
	config  Config
	handler http.Handler
	apps    map[string]demoApp      // by APPID; never changed
	bodies  map[string]reflect.Type // of JSON bodies, by operation; never changed

	// mu guards the rest. It may be taken while the organisation is locked, never the other way round.
	mu        sync.Mutex
	serial    int // for ids, codes and tokens
	grants    map[string]grant
	codes     map[string]authCode               // by authorization code
	refreshes map[string]refreshGrant           // by refresh token
	ticket    string                            // the newest app_ticket
	tops      []company.DepartmentKey           // data permission (数据权限): these departments and all below them,
	singles   []company.PersonKey               // and these people
	profiles  map[company.PersonKey]userProfile // what only WPS knows of a person
	orders    map[place]int64                   // ranks that were set through WPS
	depts     map[company.DepartmentKey]dept    // what only WPS knows of a department
	attrDefs  []attrDef                         // custom attributes, in the order in which they were defined
	attrs     map[attrPlace]attrVal             // values of those kinds that only WPS has

	deptAttrDefs []attrDef // custom attributes of departments
	deptAttrs    map[deptAttrPlace]deptAttrVal
	rules        []visibilityRule // who sees whom, oldest first
}

var _ wpsserver.StrictServerInterface = (*Vendor)(nil)

// New makes the part of WPS 365.
func New(d *desk.Desk, config Config) *Vendor {
	w := &Vendor{
		desk:      d,
		config:    config,
		apps:      apps(),
		bodies:    bodies(),
		grants:    make(map[string]grant),
		codes:     make(map[string]authCode),
		refreshes: make(map[string]refreshGrant),
		tops:      []company.DepartmentKey{company.RootDepartment},
		profiles:  make(map[company.PersonKey]userProfile),
		orders:    make(map[place]int64),
		depts:     make(map[company.DepartmentKey]dept),
		attrDefs:  attrDefs(),
		attrs:     make(map[attrPlace]attrVal),

		deptAttrDefs: deptAttrDefs(),
		deptAttrs:    make(map[deptAttrPlace]deptAttrVal),
		rules:        visibilityRules(d.Now()),
	}
	if limited := config.DataPermission; limited != nil {
		w.tops = limited
	}
	strict := wpsserver.NewStrictHandlerWithOptions(w, nil, wpsserver.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  w.Refuse,
		ResponseErrorHandlerFunc: w.Refuse,
	})
	w.handler = wpsserver.HandlerWithOptions(strict, wpsserver.StdHTTPServerOptions{
		BaseURL:          "/" + Name,
		ErrorHandlerFunc: w.Refuse,
	})
	return w
}

// Name is the vendor's name, the first part of its paths.
func (w *Vendor) Name() string { return Name }

// Base is empty: the paths of the document are those below the deployment's prefix.
func (w *Vendor) Base() string { return "" }

// Operations returns what the document says.
func (w *Vendor) Operations() []*wire.Operation { return wpsapi.Operations() }

// Words names the members of answers that faults change.
func (w *Vendor) Words() desk.Words {
	return desk.Words{Envelope: []string{"code", "msg", "message"}, Cursor: []string{"next_page_token"}}
}

// jsonType is how WPS names the type of its answers.
const jsonType = "application/json; charset=utf-8"

// tokenOperation is the one operation outside /v7: a form post whose answers have no envelope.
const tokenOperation = "oauthToken"

// ServeHTTP handles an admitted call.
func (w *Vendor) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	c := desk.CallOf(r.Context())
	if err := w.checkRequest(c); err != nil {
		w.Refuse(out, r, err)
		return
	}
	if c.Operation.ID == tokenOperation { // the generated server would read the query too
		u := *r.URL
		u.RawQuery = ""
		r.URL = &u
	}
	a := desk.NewAnswer()
	w.handler.ServeHTTP(a, r)
	a.Replace(bytes.TrimSuffix(desk.UnescapeHTML(a.Body.Bytes()), []byte{'\n'}))
	a.Header().Set("Content-Type", jsonType)
	a.Header().Set(requestIDHeader, w.requestID())
	for name, values := range a.Header() {
		out.Header()[name] = values
	}
	out.WriteHeader(a.Status)
	out.Write(a.Body.Bytes())
}

// checkRequest looks at what the generated server does not: the type of the body, its encoding, and the kind of ids.
func (w *Vendor) checkRequest(c *desk.Call) error {
	media, _, _ := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	if c.Operation.ID == tokenOperation {
		if media != "application/x-www-form-urlencoded" {
			return tokenRefused("the request must be application/x-www-form-urlencoded")
		}
		return nil
	}
	switch c.Request.Header.Get("X-Kso-Id-Type") {
	case "", string(wpsserver.KsoIDTypeInternal), string(wpsserver.KsoIDTypeExternal):
	default:
		return invalid("X-Kso-Id-Type must be internal or external")
	}
	if len(c.Body) > 0 {
		if media != "application/json" {
			return invalid("Content-Type must be application/json")
		}
		if !utf8.Valid(c.Body) || !json.Valid(c.Body) {
			return invalid("the body is not JSON in UTF-8")
		}
	}
	return w.checkBody(c)
}

// next returns a number that was not returned before.
func (w *Vendor) next() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serial++
	return w.serial
}

// requestIDHeader is on every answer of WPS. Those of a gateway before it lack it.
const requestIDHeader = "X-Request-Id"

func (w *Vendor) requestID() string {
	return company.DeriveText(w.desk.Seed, "wps request", w.next(), company.HexDigits, 32)
}

// private tells whether the simulator is a private deployment.
func (w *Vendor) private() bool { return w.config.Private }

// said is the msg of a success. It means nothing, and differs: reads of the public cloud leave it empty, other calls
// say success, private deployments ok.
func (w *Vendor) said(text string) *string {
	if w.private() {
		text = "ok"
	}
	return &text
}

// done is the msg of calls that return nothing else.
func (w *Vendor) done() *string { return w.said("success") }

// noData is the data of calls that return none: absent, or null at private deployments.
func (w *Vendor) noData() *wpsserver.NoData {
	if w.private() {
		return new(wpsserver.NoData)
	}
	return nil
}

// blank tells whether a required text is missing.
func blank(text string) bool { return strings.TrimSpace(text) == "" }
