package sim

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/wecomserver"
	"github.com/roster-go/roster/wire"
)

// weCom is WeCom's part of the simulator. It implements wecomserver.StrictServerInterface, so that an operation of the document
// that is missing here does not compile.
type weCom struct {
	sim     *Simulator
	handler http.Handler

	// jobsMu is held while an import job is polled, around the lock of the organisation. mu guards the rest and is
	// never held while another lock is taken.
	jobsMu sync.Mutex
	jobs   []*weComJob

	mu          sync.Mutex
	serial      int                           // for ids and hints
	wrongSecret map[string]int                // refused gettoken calls in a row, by IP address
	blocked     map[string]time.Time          // end of the block of an IP address
	misses      map[string]weComMisses        // by operation
	media       map[string]weComMedia         // by media_id
	tickets     map[string]PersonKey          // by user_ticket
	visits      map[string]PersonKey          // by the code that the verification page was opened with
	tfaCodes    map[string]weComTfaCode       // by tfa_code
	profiles    map[PersonKey]weComProfile    // what only WeCom knows of a person
	invited     []Invitation                  // who would have got a message
	visible     []DepartmentKey               // visible range of the apps; nil for the whole corp
	bodies      map[string]func() any         // makes the document's type of a request body, by operationId
	answers     map[string]string             // errmsg of successful calls, by operationId, where it is not "ok"
	rights      map[string]weComRight         // by operationId
	texts       map[wecomapi.ErrorCode]string // errmsg by errcode
}

var _ wecomserver.StrictServerInterface = (*weCom)(nil)

// newWeCom makes WeCom's part of the simulator.
func (s *Simulator) newWeCom() vendor {
	w := &weCom{
		sim:         s,
		wrongSecret: make(map[string]int),
		blocked:     make(map[string]time.Time),
		misses:      make(map[string]weComMisses),
		media:       make(map[string]weComMedia),
		tickets:     make(map[string]PersonKey),
		visits:      make(map[string]PersonKey),
		tfaCodes:    make(map[string]weComTfaCode),
		profiles:    make(map[PersonKey]weComProfile),
		bodies:      weComBodies(),
		answers:     weComSuccessTexts(),
		rights:      weComRights(),
		texts:       weComErrorTexts(),
	}
	strict := wecomserver.NewStrictHandlerWithOptions(w, nil, wecomserver.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  w.refuse,
		ResponseErrorHandlerFunc: w.refuse,
	})
	w.handler = wecomserver.HandlerWithOptions(strict, wecomserver.StdHTTPServerOptions{
		BaseURL:          "/" + VendorWeCom + w.base(),
		ErrorHandlerFunc: w.refuse,
	})
	return w
}

func (w *weCom) name() string { return VendorWeCom }

func (w *weCom) base() string { return "/cgi-bin" }

func (w *weCom) operations() []*wire.Operation { return wecomapi.Operations() }

func (w *weCom) words() answerWords {
	return answerWords{envelope: []string{"errcode", "errmsg"}, cursor: []string{"next_cursor"}}
}

// failure words a fault as WeCom does.
func (w *weCom) failure(f Fault) error {
	switch f.Kind {
	case FaultTokenRevoked:
		return weComError{code: wecomapi.ErrorCodeInvalidAccessToken}
	case FaultThrottled:
		return weComError{code: wecomapi.ErrorCodeFrequencyExceeded}
	}
	code, err := strconv.Atoi(f.Code)
	if err != nil {
		code = int(wecomapi.ErrorCodeSystemBusy)
	}
	return weComError{code: wecomapi.ErrorCode(code), text: f.Message}
}

// ServeHTTP handles an admitted call. It is the one place that writes the envelope of a success: the strict methods fill in the
// other members only.
func (w *weCom) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	c := callOf(r.Context())
	body, dropped, err := w.readBody(c)
	if err != nil {
		w.refuse(out, r, err)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))

	a := newAnswer()
	w.handler.ServeHTTP(a, r)
	if a.header.Get("Error-Code") == "" {
		a.replace(w.enveloped(a.body.Bytes(), c.operation.ID, dropped))
	}
	a.header.Set("Content-Type", "application/json; charset=UTF-8")
	a.replace(unescapeHTML(a.body.Bytes()))
	for name, values := range a.header {
		out.Header()[name] = values
	}
	out.WriteHeader(a.status)
	out.Write(a.body.Bytes())
}

// enveloped puts errcode and errmsg in front of the members of a successful answer.
func (w *weCom) enveloped(body []byte, operation string, dropped bool) []byte {
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

// weComSuccessTexts returns what errmsg says on success where it is not "ok".
func weComSuccessTexts() map[string]string {
	return map[string]string{
		"CreateUser":       "created",
		"UpdateUser":       "updated",
		"DeleteUser":       "deleted",
		"DeleteBatchUser":  "deleted",
		"CreateDepartment": "created",
		"UpdateDepartment": "updated",
		"DeleteDepartment": "deleted",
		"UploadMedia":      "",
	}
}

// next returns a number that was not returned before.
func (w *weCom) next() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serial++
	return w.serial
}

// admit judges the token, its rights and the quotas.
func (w *weCom) admit(c *call) error {
	if c.operation.ID == "GetToken" {
		return w.admitTokenRequest(c)
	}
	token := c.request.URL.Query().Get("access_token")
	if token == "" { // a token in a header or the body counts as missing
		return weComError{code: wecomapi.ErrorCodeAccessTokenMissing}
	}
	g, state := w.sim.tokens.check(VendorWeCom, token, c.now)
	switch state {
	case tokenUnknown, tokenRevoked:
		return weComError{code: wecomapi.ErrorCodeInvalidAccessToken}
	case tokenExpired:
		return weComError{code: wecomapi.ErrorCodeAccessTokenExpired}
	}
	c.grant = g
	if err := w.allowed(c); err != nil {
		return err
	}
	return w.withinQuota(c)
}

// withinQuota counts the call. A quota of WeCom belongs to the corp and one path, whichever secret the call came with.
func (w *weCom) withinQuota(c *call) error {
	id := c.operation.ID
	if (id == "GetTfaInfo" || id == "TfaSucc") && c.underWay > 20 && !w.sim.config.withoutQuotas {
		return weComError{code: wecomapi.ErrorCodeConcurrencyExceeded}
	}
	if c.request.URL.Query().Get("debug") == "1" {
		debug := w.sim.quotasFor(VendorWeCom, "debug", []quota{{Requests: 5, Window: time.Minute, Block: time.Minute}})
		if _, ok := w.sim.quotas.take("wecom debug "+id, c.now, debug); !ok {
			return weComError{code: wecomapi.ErrorCodeFrequencyExceeded}
		}
	}
	if _, ok := w.sim.quotas.take("wecom "+id, c.now, w.sim.quotasFor(VendorWeCom, id, weComQuotas())); !ok {
		return weComError{code: wecomapi.ErrorCodeFrequencyExceeded}
	}
	return nil
}

// weComQuotas returns the limits of a corp for one path. A minute's block lasts a minute, an hour's block an hour.
func weComQuotas() []quota {
	return []quota{
		{Requests: 10_000, Window: time.Minute, Block: time.Minute},
		{Requests: 150_000, Window: time.Hour, Block: time.Hour},
	}
}

// asWeComError makes WeCom's error of whatever went wrong.
func asWeComError(err error) weComError {
	var own weComError
	var missing *wecomserver.RequiredParamError
	var malformed *wecomserver.InvalidParamFormatError
	var method errWrongMethod
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &method):
		return weComError{code: wecomapi.ErrorCodeInvalidParameter, text: "invalid http method"}
	case errors.As(err, &missing):
		return weComError{code: weComMissing(missing.ParamName)}
	case errors.As(err, &malformed):
		if malformed.ParamName == "id" || malformed.ParamName == "department_id" {
			return weComError{code: wecomapi.ErrorCodeInvalidDepartmentID}
		}
		return weComError{code: wecomapi.ErrorCodeInvalidArgs}
	}
	return weComError{code: wecomapi.ErrorCodeInvalidArgs}
}

// weComMissing is the code for a parameter that is not there.
func weComMissing(parameter string) wecomapi.ErrorCode {
	switch parameter {
	case "corpid":
		return wecomapi.ErrorCodeCorpIDMissing
	case "corpsecret":
		return wecomapi.ErrorCodeSecretMissing
	case "userid":
		return wecomapi.ErrorCodeUserIDMissing
	case "department_id", "id":
		return wecomapi.ErrorCodeDepartmentMissing
	case "media_id":
		return wecomapi.ErrorCodeMediaIDMissing
	case "type":
		return wecomapi.ErrorCodeInvalidMediaKind
	}
	return wecomapi.ErrorCodeEmptyParameter
}
