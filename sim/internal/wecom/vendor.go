package wecom

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
	"github.com/roster-go/roster/wire"
)

// Name is the name of the vendor, and the first part of its paths.
const Name = "wecom"

// Vendor is WeCom's part of the simulator. It implements wecomserver.StrictServerInterface, so that an operation of the
// document that is missing here does not compile.
type Vendor struct {
	desk    *desk.Desk
	config  Config
	handler http.Handler

	// jobsMu is held while an import job is polled, around the lock of the organisation. mu guards the rest and is
	// never held while another lock is taken.
	jobsMu  sync.Mutex
	jobs    []*batchJob
	exports []*exportJob

	mu          sync.Mutex
	serial      int                           // for ids and hints
	wrongSecret map[string]int                // refused gettoken calls in a row, by IP address
	blocked     map[string]time.Time          // end of the block of an IP address
	misses      map[string]misses             // by operation
	media       map[string]media              // by media_id
	tickets     map[string]ticket             // by user_ticket
	codes       map[string]*signIn            // by the code that a sign-in brings
	visits      map[string]company.PersonKey  // by the code that the verification page was opened with
	tfaCodes    map[string]tfaPass            // by tfa_code
	profiles    map[company.PersonKey]profile // what only WeCom knows of a person
	invited     []desk.Invitation             // who would have got a message
	files       map[string]exportFile         // of exports, by the word in their address
	tags        tagBook                       // what only WeCom knows of the tags
	suite       suiteState                    // the third-party app
	limited     bool                          // the apps do not see the whole corp, but
	visible     []company.DepartmentKey       // these departments and all below them,
	singles     []company.PersonKey           // these people, and
	tagged      []company.GroupKey            // who and what is in these tags
	bodies      map[string]func() any         // makes the document's type of a request body, by operationId
	answers     map[string]string             // errmsg of successful calls, by operationId, where it is not "ok"
	rights      map[string]right              // by operationId
	texts       map[wecomapi.ErrorCode]string // errmsg by errcode
}

var _ wecomserver.StrictServerInterface = (*Vendor)(nil)

// New makes WeCom's part of the simulator.
func New(d *desk.Desk, config Config) *Vendor {
	w := &Vendor{
		desk:        d,
		config:      config,
		wrongSecret: make(map[string]int),
		blocked:     make(map[string]time.Time),
		misses:      make(map[string]misses),
		media:       make(map[string]media),
		tickets:     make(map[string]ticket),
		codes:       make(map[string]*signIn),
		files:       make(map[string]exportFile),
		tags:        newTagBook(),
		suite:       newSuiteState(),
		visits:      make(map[string]company.PersonKey),
		tfaCodes:    make(map[string]tfaPass),
		profiles:    make(map[company.PersonKey]profile),
		bodies:      bodies(),
		answers:     successTexts(),
		rights:      rights(),
		texts:       errorTexts(),
	}
	strict := wecomserver.NewStrictHandlerWithOptions(w, nil, wecomserver.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  w.Refuse,
		ResponseErrorHandlerFunc: w.Refuse,
	})
	w.handler = wecomserver.HandlerWithOptions(strict, wecomserver.StdHTTPServerOptions{
		BaseURL:          "/" + Name + w.Base(),
		ErrorHandlerFunc: w.Refuse,
	})
	return w
}

// Name is the vendor's name, the first part of its paths.
func (w *Vendor) Name() string { return Name }

// Base is what stands between that name and the paths of the document.
func (w *Vendor) Base() string { return "/cgi-bin" }

// Operations returns what the document says.
func (w *Vendor) Operations() []*wire.Operation { return wecomapi.Operations() }

// Words names the members of answers that faults change.
func (w *Vendor) Words() desk.Words {
	return desk.Words{Envelope: []string{"errcode", "errmsg"}, Cursor: []string{"next_cursor"},
		Opens: wecomapi.FieldAccess(), Hidden: map[string]any{"gender": "0"}}
}

// Failure words a fault as WeCom does.
func (w *Vendor) Failure(f desk.Fault) error {
	switch f.Kind {
	case desk.FaultTokenRevoked:
		return refusal{code: wecomapi.ErrorCodeInvalidAccessToken}
	case desk.FaultThrottled:
		return refusal{code: wecomapi.ErrorCodeFrequencyExceeded}
	}
	code, err := strconv.Atoi(f.Code)
	if err != nil {
		code = int(wecomapi.ErrorCodeSystemBusy)
	}
	return refusal{code: wecomapi.ErrorCode(code), text: f.Message}
}

// ServeHTTP handles an admitted call. It is the one place that writes the envelope of a success: the strict methods
// fill in the other members only.
func (w *Vendor) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	c := desk.CallOf(r.Context())
	body, dropped, err := w.readBody(c)
	if err != nil {
		w.Refuse(out, r, err)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))

	a := desk.NewAnswer()
	w.handler.ServeHTTP(a, withoutEmptyID(c, r))
	if a.Header().Get("Error-Code") == "" {
		a.Replace(w.enveloped(a.Body.Bytes(), c.Operation.ID, dropped))
	}
	a.Header().Set("Content-Type", "application/json; charset=UTF-8")
	a.Replace(desk.UnescapeHTML(a.Body.Bytes()))
	for name, values := range a.Header() {
		out.Header()[name] = values
	}
	out.WriteHeader(a.Status)
	out.Write(a.Body.Bytes())
}

// withoutEmptyID takes an empty id of a list of departments for none, as WeCom does: connectors send it for all.
func withoutEmptyID(c *desk.Call, r *http.Request) *http.Request {
	query := r.URL.Query()
	list := c.Operation.ID == "ListDepartment" || c.Operation.ID == "ListDepartmentSimple"
	if !list || !query.Has("id") || query.Get("id") != "" {
		return r
	}
	query.Del("id")
	r = r.Clone(r.Context())
	r.URL.RawQuery = query.Encode()
	return r
}

// enveloped puts errcode and errmsg in front of the members of a successful answer.
func (w *Vendor) enveloped(body []byte, operation string, dropped bool) []byte {
	text, ok := w.answers[operation]
	if !ok {
		text = "ok"
	}
	if dropped {
		text += ". Warning: wrong json format. "
	}
	out := []byte(`{"errcode":0,"errmsg":` + strconv.Quote(text))
	rest := bytes.TrimSpace(body)
	rest = bytes.TrimPrefix(rest, []byte{'{'})
	if len(rest) > 1 {
		out = append(out, ',')
	}
	if len(rest) == 0 {
		rest = []byte{'}'}
	}
	return append(out, rest...)
}

// successTexts returns what errmsg says on success where it is not "ok".
func successTexts() map[string]string {
	return map[string]string{
		"CreateUser":       "created",
		"UpdateUser":       "updated",
		"DeleteUser":       "deleted",
		"DeleteBatchUser":  "deleted",
		"CreateDepartment": "created",
		"UpdateDepartment": "updated",
		"DeleteDepartment": "deleted",
		"CreateTag":        "created",
		"UpdateTag":        "updated",
		"DeleteTag":        "deleted",
		"DeleteTagUsers":   "deleted",
		"UploadMedia":      "",
	}
}

// next returns a number that was not returned before.
func (w *Vendor) next() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serial++
	return w.serial
}

// Admit judges the token, its rights and the quotas.
func (w *Vendor) Admit(c *desk.Call) error {
	if c.Operation.ID == "GetToken" {
		return w.admitTokenRequest(c)
	}
	if c.Operation.ID != "GetSuiteToken" {
		if err := w.admitToken(c); err != nil {
			return err
		}
	}
	return w.withinQuota(c)
}

// admitToken judges the token, which a third-party app's own operations want in another parameter, and its rights.
func (w *Vendor) admitToken(c *desk.Call) error {
	parameter, missing, invalid, expired := "access_token", wecomapi.ErrorCodeAccessTokenMissing,
		wecomapi.ErrorCodeInvalidAccessToken, wecomapi.ErrorCodeAccessTokenExpired
	suite := len(c.Operation.Security) > 0 && slices.Contains(c.Operation.Security[0], "suiteToken")
	if suite {
		parameter, missing, invalid, expired = "suite_access_token", wecomapi.ErrorCodeSuiteTokenMissing,
			wecomapi.ErrorCodeInvalidSuiteToken, wecomapi.ErrorCodeSuiteTokenExpired
	}
	token := c.Request.URL.Query().Get(parameter)
	if token == "" { // a token in a header or the body counts as missing
		return refusal{code: missing}
	}
	g, state := w.desk.Tokens.Check(Name, token, c.Now)
	switch {
	case state == desk.TokenUnknown, state == desk.TokenRevoked, (g.Holder == holderSuite) != suite:
		return refusal{code: invalid}
	case state == desk.TokenExpired:
		return refusal{code: expired}
	}
	c.Grant = g
	if err := w.barred(c); err != nil {
		return err
	}
	return w.allowed(c)
}

// withinQuota counts the call. A quota of WeCom belongs to the corp and one path, whichever secret the call came with.
func (w *Vendor) withinQuota(c *desk.Call) error {
	id := c.Operation.ID
	if (id == "GetTfaInfo" || id == "TfaSucc") && c.UnderWay > 20 && !w.desk.WithoutQuotas {
		return refusal{code: wecomapi.ErrorCodeConcurrencyExceeded}
	}
	if c.Request.URL.Query().Get("debug") == "1" {
		debug := w.desk.QuotasFor(Name, "debug", []desk.Quota{{Requests: 5, Window: time.Minute, Block: time.Minute}})
		if _, ok := w.desk.Quotas.Take("wecom debug "+id, c.Now, debug); !ok {
			return refusal{code: wecomapi.ErrorCodeFrequencyExceeded}
		}
	}
	if _, ok := w.desk.Quotas.Take("wecom "+id, c.Now, w.desk.QuotasFor(Name, id, quotas())); !ok {
		return refusal{code: wecomapi.ErrorCodeFrequencyExceeded}
	}
	return nil
}

// quotas returns the limits of a corp for one path. A minute's block lasts a minute, an hour's block an hour.
func quotas() []desk.Quota {
	return []desk.Quota{
		{Requests: 10_000, Window: time.Minute, Block: time.Minute},
		{Requests: 150_000, Window: time.Hour, Block: time.Hour},
	}
}

// asRefusal makes WeCom's error of whatever went wrong.
func asRefusal(err error) refusal {
	var own refusal
	var missing *wecomserver.RequiredParamError
	var malformed *wecomserver.InvalidParamFormatError
	var method desk.WrongMethodError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &method):
		return refusal{code: wecomapi.ErrorCodeInvalidParameter, text: "invalid http method"}
	case errors.As(err, &missing):
		return refusal{code: missingCode(missing.ParamName)}
	case errors.As(err, &malformed):
		if malformed.ParamName == "id" || malformed.ParamName == "department_id" {
			return refusal{code: wecomapi.ErrorCodeInvalidDepartmentID}
		}
		if malformed.ParamName == "agentid" {
			return refusal{code: wecomapi.ErrorCodeInvalidAgentID}
		}
		if malformed.ParamName == "tagid" {
			return refusal{code: wecomapi.ErrorCodeInvalidTagID}
		}
		return refusal{code: wecomapi.ErrorCodeInvalidArgs}
	}
	return refusal{code: wecomapi.ErrorCodeInvalidArgs}
}

// missingCode is the code for a parameter that is not there.
func missingCode(parameter string) wecomapi.ErrorCode {
	switch parameter {
	case "corpid":
		return wecomapi.ErrorCodeCorpIDMissing
	case "corpsecret":
		return wecomapi.ErrorCodeSecretMissing
	case "userid":
		return wecomapi.ErrorCodeUserIDMissing
	case "department_id", "id":
		return wecomapi.ErrorCodeDepartmentMissing
	case "agentid":
		return wecomapi.ErrorCodeAgentIDMissing
	case "media_id":
		return wecomapi.ErrorCodeMediaIDMissing
	case "tagid":
		return wecomapi.ErrorCodeTagIDMissing
	case "code":
		return wecomapi.ErrorCodeCodeMissing
	case "type":
		return wecomapi.ErrorCodeInvalidMediaKind
	}
	return wecomapi.ErrorCodeEmptyParameter
}
