package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/roster-go/roster/sim/internal/desk"
)

// ControlPrefix is where Control takes orders.
const ControlPrefix = "/_sim/"

// MarkHeader is in what the simulator answers to paths that no vendor has, those below ControlPrefix among them,
// whether or not Control serves: by it, what is at an address can be told from a vendor.
const MarkHeader = desk.MarkHeader

// Control serves a simulator and, below ControlPrefix, an HTTP interface to it, for tests in other languages; a page at
// / says what is where. The interface can do what a Go test does through the methods of Simulator. Bodies are
// JSON; a failure is {"error":"…"} under a 4xx status.
//
//	GET    /_sim/                   what there is: paths, kinds of faults, operations
//	POST   /_sim/faults             Inject: {"vendor":"wecom","operation":"GetUser","kind":"throttled","times":1};
//	                                operation "*" is every one. Answers {"id":1}
//	GET    /_sim/faults             those that were injected
//	DELETE /_sim/faults/{id}        take one back
//	DELETE /_sim/faults             take all back
//	POST   /_sim/causes             Provoke: {"vendor":"wps","kind":"field-permission-missing","names":["phone"]}.
//	                                Answers {"id":1}
//	GET    /_sim/causes             those that were provoked
//	DELETE /_sim/causes/{id}        end one
//	DELETE /_sim/causes             end all
//	POST   /_sim/tokens/revoke      RevokeTokens: {"vendor":"wecom"}, or {} for all vendors
//	GET    /_sim/clock              {"now":"2026-01-05T01:00:00Z"}
//	POST   /_sim/clock              move it on: {"advance":"2h"}
//	POST   /_sim/reset              begin again: company, tokens, quotas, clock and journal are as at the start, and
//	                                the faults and causes are those of Inject and Provoke
//	GET    /_sim/organisation       the truth: {"departments":[…],"people":[…]}
//	GET    /_sim/people/{userid}    one person
//	GET    /_sim/requests/{vendor}  Requests: what reached a vendor, without credentials
//
// A fault has the members of Fault in snake case: skip, times, status, retry_after, code, message, location, interval,
// bytes, content_type, field, person, from, to; a cause those of Cause: names, departments, people, by, window, status.
// Durations are texts such as "1.5s".
//
// Whoever can reach it can do all of that: serve it to the loopback interface only, or set Refusal.
type Control struct {
	// Refusal, if it is not empty, is the answer to every order: there is no interface then, only the simulator. It
	// is set before Control serves.
	Refusal string

	mux   *http.ServeMux
	opts  []Option
	paths []string // of the interface, with what they do

	orders sync.Mutex // one order at a time: a fault goes into the simulator that a reset has made, or into none
	faults []injected
	kept   []injected // come back with each reset
	causes []provoked
	always []provoked // come back with each reset
	lastID int

	mu     sync.Mutex
	sim    *Simulator
	offset time.Duration
}

// injected is a fault that was ordered, as it is listed.
type injected struct {
	ID        int    `json:"id"`
	Vendor    string `json:"vendor"`
	Operation string `json:"operation"`
	faultJSON
	remove func()
}

// NewControl makes a simulator with an HTTP interface to it.
func NewControl(opts ...Option) *Control {
	c := &Control{opts: opts, mux: http.NewServeMux()}
	c.sim = c.fresh()
	for _, route := range []struct {
		method, path, about string
		handle              func(r *http.Request) (answer any, err error)
	}{
		{"GET", "{$}", "what there is", c.index},
		{"POST", "faults", `inject: {"vendor":"wecom","operation":"GetUser","kind":"throttled","times":1}`, c.inject},
		{"GET", "faults", "those that were injected", c.list},
		{"DELETE", "faults/{id}", "take one back", c.remove},
		{"DELETE", "faults", "take all back", c.removeAll},
		{"POST", "causes", `provoke: {"vendor":"wecom","kind":"address-refused"}`, c.provoke},
		{"GET", "causes", "those that were provoked", c.listCauses},
		{"DELETE", "causes/{id}", "end one", c.endCause},
		{"DELETE", "causes", "end all", c.endAllCauses},
		{"POST", "tokens/revoke", `withdraw all tokens of {"vendor":"wecom"}, of all vendors with {}`, c.revoke},
		{"GET", "clock", "the simulator's time", c.clock},
		{"POST", "clock", `move it on: {"advance":"2h"}`, c.advance},
		{"POST", "reset", "begin again", c.reset},
		{"GET", "organisation", "the truth", c.organisation},
		{"GET", "people/{userid}", "one person", c.person},
		{"GET", "requests/{vendor}", "what reached a vendor, without credentials", c.requests},
	} {
		pattern := route.method + " " + ControlPrefix + route.path
		c.paths = append(c.paths, strings.TrimSuffix(pattern, "{$}")+"  "+route.about)
		c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
			answer, err := route.handle(r)
			send(w, answer, err)
		})
	}
	c.mux.HandleFunc(ControlPrefix, func(w http.ResponseWriter, r *http.Request) {
		send(w, nil, unknown("there is no %s %s; GET %s lists what there is", r.Method, r.URL.Path, ControlPrefix))
	})
	return c
}

// Simulator returns the simulator that serves now. A reset puts another one in its place.
func (c *Control) Simulator() *Simulator {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sim
}

// Inject is Simulator.Inject, but also lists the fault at /_sim/faults, and injects it again after each reset. Where
// Simulator.Inject panics it returns an error.
func (c *Control) Inject(vendor, operation string, f Fault) error {
	c.orders.Lock()
	defer c.orders.Unlock()
	added, err := c.add(vendor, operation, faultJSONOf(f))
	if err != nil {
		return err
	}
	c.kept = append(c.kept, *added)
	return nil
}

// Provoke is Simulator.Provoke, but also lists the cause at /_sim/causes, and provokes it again after each reset. Where
// Simulator.Provoke panics it returns an error.
func (c *Control) Provoke(vendor string, cause Cause) error {
	c.orders.Lock()
	defer c.orders.Unlock()
	added, err := c.addCause(vendor, causeJSONOf(cause))
	if err != nil {
		return err
	}
	c.always = append(c.always, *added)
	return nil
}

// Close ends the answers that a fault keeps open.
func (c *Control) Close() { c.Simulator().Close() }

// ServeHTTP answers below ControlPrefix and at /, and hands everything else to the simulator.
func (c *Control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	below := strings.HasPrefix(r.URL.Path, ControlPrefix) || r.URL.Path+"/" == ControlPrefix
	switch {
	case below && c.Refusal != "":
		send(w, nil, orderError{http.StatusForbidden, c.Refusal})
	case below:
		c.mux.ServeHTTP(w, r)
	case r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		c.page(w, r)
	default:
		c.Simulator().ServeHTTP(w, r)
	}
}

// fresh makes the simulator that the options describe, with a clock that can be moved.
func (c *Control) fresh() *Simulator {
	given := defaults()
	for _, opt := range c.opts {
		opt(&given)
	}
	now := func() time.Time {
		c.mu.Lock()
		offset := c.offset
		c.mu.Unlock()
		return given.desk.Now().Add(offset)
	}
	return New(append(slices.Clip(c.opts), WithClock(now))...)
}

// orderError is a failure with its HTTP status.
type orderError struct {
	status int
	text   string
}

func (e orderError) Error() string { return e.text }

func unknown(format string, args ...any) error {
	return orderError{http.StatusNotFound, fmt.Sprintf(format, args...)}
}

// send answers an order.
func send(w http.ResponseWriter, answer any, err error) {
	w.Header().Set(MarkHeader, "1")
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err != nil {
		status := http.StatusBadRequest
		if e, ok := errors.AsType[orderError](err); ok {
			status = e.status
		}
		w.WriteHeader(status)
		answer = map[string]string{"error": err.Error()}
	} else if answer == nil {
		answer = struct{}{}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(answer) // to a client that has gone away
}

// read decodes a body; an empty one is {}.
func read(r *http.Request, out any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(out)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil && dec.More() {
		err = errors.New("there is more after it")
	}
	if err != nil {
		return fmt.Errorf("the body is not the JSON object that is wanted: %w", err)
	}
	return nil
}

func (c *Control) vendor(name string) error {
	if vendors := c.Simulator().Vendors(); !slices.Contains(vendors, name) {
		return fmt.Errorf("vendor %q: there are %s", name, strings.Join(vendors, ", "))
	}
	return nil
}

func (c *Control) index(*http.Request) (any, error) {
	s := c.Simulator()
	operations, causes := make(map[string][]string), make(map[string][]CauseKind)
	for _, vendor := range s.Vendors() {
		operations[vendor], causes[vendor] = s.Operations(vendor), s.CauseKinds(vendor)
	}
	return map[string]any{"paths": c.paths, "kinds": FaultKinds(), "causes": causes, "operations": operations}, nil
}

func (c *Control) inject(r *http.Request) (any, error) {
	var in injected
	if err := read(r, &in); err != nil {
		return nil, err
	}
	c.orders.Lock()
	defer c.orders.Unlock()
	added, err := c.add(in.Vendor, in.Operation, in.faultJSON)
	if err != nil {
		return nil, err
	}
	return map[string]int{"id": added.ID}, nil
}

// add injects a fault. c.orders is held.
func (c *Control) add(vendor, operation string, f faultJSON) (*injected, error) {
	if err := c.vendor(vendor); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	s := c.Simulator()
	known := func(id string) bool { return strings.EqualFold(id, operation) }
	if operation != "*" && !slices.ContainsFunc(s.Operations(vendor), known) {
		return nil, fmt.Errorf("operation %q: %s has none of that name", operation, vendor)
	}
	c.lastID++
	c.faults = append(c.faults, injected{ID: c.lastID, Vendor: vendor, Operation: operation, faultJSON: f,
		remove: s.Inject(vendor, operation, f.fault())})
	return &c.faults[len(c.faults)-1], nil
}

func (c *Control) list(*http.Request) (any, error) {
	c.orders.Lock()
	defer c.orders.Unlock()
	return append([]injected{}, c.faults...), nil
}

func (c *Control) remove(r *http.Request) (any, error) {
	c.orders.Lock()
	defer c.orders.Unlock()
	at := slices.IndexFunc(c.faults, func(f injected) bool { return strconv.Itoa(f.ID) == r.PathValue("id") })
	if at < 0 {
		return nil, unknown("no fault has the id %q", r.PathValue("id"))
	}
	c.faults[at].remove()
	c.faults = slices.Delete(c.faults, at, at+1)
	return nil, nil
}

func (c *Control) removeAll(*http.Request) (any, error) {
	c.orders.Lock()
	defer c.orders.Unlock()
	for _, f := range c.faults {
		f.remove()
	}
	c.faults = nil
	return nil, nil
}

func (c *Control) revoke(r *http.Request) (any, error) {
	var in struct {
		Vendor *string `json:"vendor"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	s := c.Simulator()
	vendors := s.Vendors()
	if in.Vendor != nil {
		if err := c.vendor(*in.Vendor); err != nil {
			return nil, err
		}
		vendors = []string{*in.Vendor}
	}
	for _, vendor := range vendors {
		s.RevokeTokens(vendor)
	}
	return nil, nil
}

func (c *Control) clock(*http.Request) (any, error) {
	return map[string]time.Time{"now": c.Simulator().desk.Now()}, nil
}

func (c *Control) advance(r *http.Request) (any, error) {
	var in struct {
		Advance duration `json:"advance"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	if in.Advance <= 0 {
		return nil, errors.New(`advance: want how far, such as "2h"; time does not go back`)
	}
	c.mu.Lock()
	c.offset += time.Duration(in.Advance)
	c.mu.Unlock()
	return c.clock(r)
}

func (c *Control) reset(*http.Request) (any, error) {
	c.orders.Lock()
	defer c.orders.Unlock()
	c.mu.Lock()
	before := c.sim
	c.offset = 0
	c.mu.Unlock()
	after := c.fresh()
	c.faults, c.causes, c.lastID = nil, nil, 0
	c.mu.Lock()
	c.sim = after
	c.mu.Unlock()
	before.Close() // the answers that a fault held
	for _, f := range c.kept {
		if _, err := c.add(f.Vendor, f.Operation, f.faultJSON); err != nil {
			return nil, err
		}
	}
	for _, cause := range c.always {
		if _, err := c.addCause(cause.Vendor, cause.causeJSON); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (c *Control) organisation(*http.Request) (any, error) {
	o := c.Simulator().Organisation()
	return map[string]any{"departments": o.Departments(), "people": o.People()}, nil
}

func (c *Control) person(r *http.Request) (any, error) {
	id := r.PathValue("userid")
	p, ok := c.Simulator().Organisation().FindPerson(ByUserID, id)
	if !ok {
		return nil, unknown("nobody has the staff id %q", id)
	}
	return p, nil
}

func (c *Control) requests(r *http.Request) (any, error) {
	vendor := r.PathValue("vendor")
	if err := c.vendor(vendor); err != nil {
		return nil, orderError{http.StatusNotFound, err.Error()}
	}
	out := []requestJSON{}
	for _, request := range c.Simulator().Requests(vendor) {
		out = append(out, requestJSONOf(request))
	}
	return out, nil
}
