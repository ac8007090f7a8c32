package sim

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
	"github.com/roster-go/roster/sim/internal/wpsserver"
	"github.com/roster-go/roster/wire"
)

// wpsName is the name of the vendor, and the first part of its paths.
const wpsName = "wps"

// wps is the part of WPS 365 in the simulator. It implements wpsserver.StrictServerInterface, so that an operation of the document
// that is missing here does not compile.
type wps struct {
	desk    *Desk
	config  wpsConfig
	handler http.Handler
	apps    map[string]wpsApp       // by APPID; never changed
	bodies  map[string]reflect.Type // of JSON bodies, by operation; never changed

	// mu guards the rest. It may be taken while the organisation is locked, never the other way round.
	mu        sync.Mutex
	serial    int // for ids, codes and tokens
	grants    map[string]wpsGrant
	codes     map[string]wpsCode          // by authorization code
	refreshes map[string]wpsRefresh       // by refresh token
	ticket    string                      // the newest app_ticket
	tops      []DepartmentKey             // data permission (数据权限): these departments and all below them
	profiles  map[PersonKey]wpsProfile    // what only WPS knows of a person
	orders    map[wpsPlace]int64          // ranks that were set through WPS
	depts     map[DepartmentKey]wpsDept   // what only WPS knows of a department
	attrDefs  []wpsAttrDef                // custom attributes, in the order in which they were defined
	attrs     map[wpsAttrPlace]wpsAttrVal // values of those kinds that only WPS has
}

var _ wpsserver.StrictServerInterface = (*wps)(nil)

// newWPS makes the part of WPS 365.
func newWPS(d *Desk, config wpsConfig) vendor {
	w := &wps{
		desk:      d,
		config:    config,
		apps:      wpsApps(),
		bodies:    wpsBodies(),
		grants:    make(map[string]wpsGrant),
		codes:     make(map[string]wpsCode),
		refreshes: make(map[string]wpsRefresh),
		tops:      []DepartmentKey{RootDepartment},
		profiles:  make(map[PersonKey]wpsProfile),
		orders:    make(map[wpsPlace]int64),
		depts:     make(map[DepartmentKey]wpsDept),
		attrDefs:  wpsAttrDefs(),
		attrs:     make(map[wpsAttrPlace]wpsAttrVal),
	}
	if limited := config.DataPermission; limited != nil {
		w.tops = limited
	}
	strict := wpsserver.NewStrictHandlerWithOptions(w, nil, wpsserver.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  w.refuse,
		ResponseErrorHandlerFunc: w.refuse,
	})
	w.handler = wpsserver.HandlerWithOptions(strict, wpsserver.StdHTTPServerOptions{
		BaseURL:          "/" + wpsName,
		ErrorHandlerFunc: w.refuse,
	})
	return w
}

func (w *wps) name() string { return wpsName }

// base is empty: the paths of the document are those below the deployment's prefix.
func (w *wps) base() string { return "" }

func (w *wps) operations() []*wire.Operation { return wpsapi.Operations() }

func (w *wps) words() answerWords {
	return answerWords{envelope: []string{"code", "msg", "message"}, cursor: []string{"next_page_token"}}
}

// wpsJSON is how WPS names the type of its answers.
const wpsJSON = "application/json; charset=utf-8"

// wpsTokenOperation is the one operation outside /v7: a form post whose answers have no envelope.
const wpsTokenOperation = "oauthToken"

// ServeHTTP handles an admitted call.
func (w *wps) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	c := callOf(r.Context())
	if err := w.checkRequest(c); err != nil {
		w.refuse(out, r, err)
		return
	}
	if c.operation.ID == wpsTokenOperation { // the generated server would read the query too
		u := *r.URL
		u.RawQuery = ""
		r.URL = &u
	}
	a := newAnswer()
	w.handler.ServeHTTP(a, r)
	a.replace(bytes.TrimSuffix(unescapeHTML(a.body.Bytes()), []byte{'\n'}))
	a.Header().Set("Content-Type", wpsJSON)
	a.Header().Set(wpsRequestIDHeader, w.requestID())
	for name, values := range a.Header() {
		out.Header()[name] = values
	}
	out.WriteHeader(a.status)
	out.Write(a.body.Bytes())
}

// checkRequest looks at what the generated server does not: the type of the body, its encoding, and the kind of ids.
func (w *wps) checkRequest(c *call) error {
	media, _, _ := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if c.operation.ID == wpsTokenOperation {
		if media != "application/x-www-form-urlencoded" {
			return wpsTokenRefused("the request must be application/x-www-form-urlencoded")
		}
		return nil
	}
	switch c.request.Header.Get("X-Kso-Id-Type") {
	case "", string(wpsserver.KsoIDTypeInternal), string(wpsserver.KsoIDTypeExternal):
	default:
		return wpsInvalid("X-Kso-Id-Type must be internal or external")
	}
	if len(c.body) > 0 {
		if media != "application/json" {
			return wpsInvalid("Content-Type must be application/json")
		}
		if !utf8.Valid(c.body) || !json.Valid(c.body) {
			return wpsInvalid("the body is not JSON in UTF-8")
		}
	}
	return w.checkBody(c)
}

// next returns a number that was not returned before.
func (w *wps) next() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serial++
	return w.serial
}

// wpsRequestIDHeader is on every answer of WPS. Those of a gateway before it lack it.
const wpsRequestIDHeader = "X-Request-Id"

func (w *wps) requestID() string {
	return deriveText(w.desk.Seed, "wps request", w.next(), hexDigits, 32)
}

// private tells whether the simulator is a private deployment.
func (w *wps) private() bool { return w.config.Private }

// said is the msg of a success. It means nothing, and differs: reads of the public cloud leave it empty, other calls
// say success, private deployments ok.
func (w *wps) said(text string) *string {
	if w.private() {
		text = "ok"
	}
	return &text
}

// done is the msg of calls that return nothing else.
func (w *wps) done() *string { return w.said("success") }

// noData is the data of calls that return none: absent, or null at private deployments.
func (w *wps) noData() *wpsserver.NoData {
	if w.private() {
		return new(wpsserver.NoData)
	}
	return nil
}

// wpsBlank tells whether a required text is missing.
func wpsBlank(text string) bool { return strings.TrimSpace(text) == "" }
