package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// ControlPrefix is where Control answers.
const ControlPrefix = "/_sim/"

// Control serves the simulator and, below /_sim/, an HTTP interface to it, for tests in other languages. What it can do
// a Go test does through the methods of Simulator. All bodies are JSON; a failure is {"error": "…"} under 4xx.
//
//	GET    /_sim/                    what there is
//	POST   /_sim/faults              inject: {"vendor":"wecom","operation":"GetUser","kind":"throttled","times":1,…};
//	                                 answers {"id":1}. Members are those of Fault, in lower case; durations are texts
//	                                 such as "1s"; operation "*" is every one
//	GET    /_sim/faults              those that are injected
//	DELETE /_sim/faults/{id}         take one back;  DELETE /_sim/faults takes back all
//	POST   /_sim/tokens/revoke       withdraw all tokens of {"vendor":"wecom"}, or of all vendors
//	GET    /_sim/clock               {"now":"…"}
//	POST   /_sim/clock               move it on: {"advance":"2h"}
//	POST   /_sim/reset               begin again: company, tokens, quotas, faults, clock, journal
//	GET    /_sim/organisation        the truth: {"departments":[…],"people":[…]}
//	GET    /_sim/people/{userid}     one person
//	GET    /_sim/requests/{vendor}   what reached a vendor, without credentials
//
// Whoever can reach it can do all of that: serve it to the loopback interface only.
type Control struct {
	mux  *http.ServeMux
	opts []Option

	mu     sync.Mutex
	sim    *Simulator
	offset time.Duration
	faults map[int]injected
	last   int
}

type injected struct {
	ID        int        `json:"id"`
	Vendor    string     `json:"vendor"`
	Operation string     `json:"operation"`
	Fault     faultInput `json:"fault"`
	remove    func()
}

// faultInput is a Fault as JSON.
type faultInput struct {
	Kind        FaultKind     `json:"kind"`
	Skip        int           `json:"skip,omitempty"`
	Times       int           `json:"times,omitempty"`
	Status      int           `json:"status,omitempty"`
	RetryAfter  duration      `json:"retryafter,omitzero"`
	Code        string        `json:"code,omitempty"`
	Message     string        `json:"message,omitempty"`
	Location    string        `json:"location,omitempty"`
	Interval    duration      `json:"interval,omitzero"`
	Bytes       int64         `json:"bytes,omitempty"`
	ContentType string        `json:"contenttype,omitempty"`
	Field       string        `json:"field,omitempty"`
	Person      string        `json:"person,omitempty"`
	From        DepartmentKey `json:"from,omitempty"`
	To          DepartmentKey `json:"to,omitempty"`
}

func (f faultInput) fault() Fault {
	return Fault{Kind: f.Kind, Skip: f.Skip, Times: f.Times, Status: f.Status, RetryAfter: time.Duration(f.RetryAfter),
		Code: f.Code, Message: f.Message, Location: f.Location, Interval: time.Duration(f.Interval), Bytes: f.Bytes,
		ContentType: f.ContentType, Field: f.Field, Person: f.Person, From: f.From, To: f.To}
}

// duration is written as in Go: "90s", "2h".
type duration time.Duration

func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = duration(parsed)
	return err
}

func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// NewControl makes a simulator with an HTTP interface to it. Simulator returns the one that serves at the moment.
func NewControl(opts ...Option) *Control {
	c := &Control{opts: opts, mux: http.NewServeMux(), faults: make(map[int]injected)}
	c.sim = c.fresh()
	c.mux.HandleFunc("GET /{$}", c.page)
	c.mux.HandleFunc("GET "+ControlPrefix+"{$}", c.index)
	c.mux.HandleFunc("POST "+ControlPrefix+"faults", c.inject)
	c.mux.HandleFunc("GET "+ControlPrefix+"faults", c.list)
	c.mux.HandleFunc("DELETE "+ControlPrefix+"faults", c.removeAll)
	c.mux.HandleFunc("DELETE "+ControlPrefix+"faults/{id}", c.remove)
	c.mux.HandleFunc("POST "+ControlPrefix+"tokens/revoke", c.revoke)
	c.mux.HandleFunc("GET "+ControlPrefix+"clock", c.clock)
	c.mux.HandleFunc("POST "+ControlPrefix+"clock", c.advance)
	c.mux.HandleFunc("POST "+ControlPrefix+"reset", c.reset)
	c.mux.HandleFunc("GET "+ControlPrefix+"organisation", c.organisation)
	c.mux.HandleFunc("GET "+ControlPrefix+"people/{userid}", c.person)
	c.mux.HandleFunc("GET "+ControlPrefix+"requests/{vendor}", c.requests)
	c.mux.HandleFunc(ControlPrefix, func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, fmt.Errorf("%s %s is not here: GET %s lists what is", r.Method, r.URL.Path,
			ControlPrefix))
	})
	c.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { c.Simulator().ServeHTTP(w, r) })
	return c
}

// Simulator returns the simulator that serves now. A reset puts another one in its place.
func (c *Control) Simulator() *Simulator {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sim
}

// ServeHTTP answers what is below ControlPrefix, and hands everything else to the simulator.
func (c *Control) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

// fresh makes the simulator that the options describe, with a clock that can be moved.
func (c *Control) fresh() *Simulator {
	given := defaults()
	for _, opt := range c.opts {
		opt(&given)
	}
	now := func() time.Time {
		c.mu.Lock()
		defer c.mu.Unlock()
		return given.desk.Now().Add(c.offset)
	}
	return New(append(slices.Clip(c.opts), WithClock(now))...)
}

// page says to a person with a browser what is where.
func (c *Control) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	srv := &Server{Simulator: c.Simulator(), URL: "http://" + r.Host}
	o := srv.Organisation()
	_ = frontPage.Execute(w, map[string]any{ // to a client that has gone away
		"People": len(o.People()), "Departments": len(o.Departments()), "Control": ControlPrefix,
		"Vendors": [][2]string{{"WeCom 企业微信", srv.WeComURL()}, {"DingTalk 钉钉", srv.DingTalkURL()},
			{"Feishu 飞书", srv.FeishuURL()}, {"WPS 365", srv.WPSURL()}},
	})
}

var frontPage = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>roster sim</title>
<style>body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em}code{background:#eee;padding:0 .3em}
td{padding:.2em 1em .2em 0}</style>
<h1>roster sim</h1>
<p>A simulator of four staff directories: one made-up company of {{.People}} people in {{.Departments}} departments,
seen through the wire formats of four vendors. Its credentials are printed where it was started.</p>
<table><tr><th align="left">vendor</th><th align="left">base URL</th></tr>
{{range .Vendors}}<tr><td>{{index . 0}}</td><td><code>{{index . 1}}</code></td></tr>
{{end}}</table>
<p>The vendors' own paths, such as <code>/cgi-bin/user/get</code>, work without that prefix as well.</p>
<p>Tests in any language inject faults, revoke tokens, move the clock, reset the company and read the truth at
<a href="{{.Control}}"><code>{{.Control}}</code></a>. References of the interfaces are
at <a href="/docs/">/docs/</a> if they were built.</p>
</html>
`))

func (c *Control) index(w http.ResponseWriter, _ *http.Request) {
	s := c.Simulator()
	operations := map[string][]string{}
	for _, vendor := range s.Vendors() {
		operations[vendor] = s.Operations(vendor)
	}
	answer(w, map[string]any{
		"paths": []string{"faults", "tokens/revoke", "clock", "reset", "organisation", "people/{userid}",
			"requests/{vendor}"},
		"faults": FaultKinds(), "operations": operations,
	})
}

func (c *Control) inject(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Vendor    string `json:"vendor"`
		Operation string `json:"operation"`
		faultInput
	}
	if !read(w, r, &in) {
		return
	}
	s := c.Simulator()
	switch {
	case !slices.Contains(s.Vendors(), in.Vendor):
		fail(w, http.StatusBadRequest, fmt.Errorf("vendor %q: want one of %q", in.Vendor, s.Vendors()))
		return
	case !slices.Contains(FaultKinds(), in.Kind):
		fail(w, http.StatusBadRequest, fmt.Errorf("kind %q: want one of %q", in.Kind, FaultKinds()))
		return
	}
	remove, err := injectSafely(s, in.Vendor, in.Operation, in.fault())
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	c.faults[c.last] = injected{c.last, in.Vendor, in.Operation, in.faultInput, remove}
	answer(w, map[string]int{"id": c.last})
}

// injectSafely says what Inject panics with: here it is somebody's input.
func injectSafely(s *Simulator, vendor, operation string, f Fault) (remove func(), err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	return s.Inject(vendor, operation, f), nil
}

func (c *Control) list(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]injected, 0, len(c.faults))
	for _, f := range c.faults {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b injected) int { return a.ID - b.ID })
	answer(w, all)
}

func (c *Control) removeAll(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, f := range c.faults {
		f.remove()
		delete(c.faults, id)
	}
	answer(w, struct{}{})
}

func (c *Control) remove(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	c.mu.Lock()
	defer c.mu.Unlock()
	f, ok := c.faults[id]
	if err != nil || !ok {
		fail(w, http.StatusNotFound, fmt.Errorf("no fault has the id %q", r.PathValue("id")))
		return
	}
	f.remove()
	delete(c.faults, id)
	answer(w, struct{}{})
}

func (c *Control) revoke(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Vendor string `json:"vendor"`
	}
	if !read(w, r, &in) {
		return
	}
	s := c.Simulator()
	vendors := s.Vendors()
	if in.Vendor != "" {
		if !slices.Contains(vendors, in.Vendor) {
			fail(w, http.StatusBadRequest, fmt.Errorf("vendor %q: want one of %q", in.Vendor, vendors))
			return
		}
		vendors = []string{in.Vendor}
	}
	for _, vendor := range vendors {
		s.RevokeTokens(vendor)
	}
	answer(w, struct{}{})
}

func (c *Control) clock(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]time.Time{"now": c.Simulator().desk.Now()})
}

func (c *Control) advance(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Advance duration `json:"advance"`
	}
	if !read(w, r, &in) {
		return
	}
	if in.Advance <= 0 {
		fail(w, http.StatusBadRequest, errors.New(`advance: want how far, such as "2h"; time does not go back`))
		return
	}
	c.mu.Lock()
	c.offset += time.Duration(in.Advance)
	c.mu.Unlock()
	c.clock(w, r)
}

func (c *Control) reset(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	before := c.sim
	c.offset, c.faults, c.last = 0, make(map[int]injected), 0
	c.mu.Unlock()
	after := c.fresh()
	c.mu.Lock()
	c.sim = after
	c.mu.Unlock()
	before.Close() // the answers that a fault held
	answer(w, struct{}{})
}

func (c *Control) organisation(w http.ResponseWriter, _ *http.Request) {
	o := c.Simulator().Organisation()
	answer(w, map[string]any{"departments": o.Departments(), "people": o.People()})
}

func (c *Control) person(w http.ResponseWriter, r *http.Request) {
	for _, p := range c.Simulator().Organisation().People() {
		if p.UserID == r.PathValue("userid") {
			answer(w, p)
			return
		}
	}
	fail(w, http.StatusNotFound, fmt.Errorf("nobody has the staff id %q", r.PathValue("userid")))
}

func (c *Control) requests(w http.ResponseWriter, r *http.Request) {
	s, vendor := c.Simulator(), r.PathValue("vendor")
	if !slices.Contains(s.Vendors(), vendor) {
		fail(w, http.StatusNotFound, fmt.Errorf("vendor %q: want one of %q", vendor, s.Vendors()))
		return
	}
	requests := s.Requests(vendor)
	if requests == nil {
		requests = []Request{}
	}
	answer(w, requests)
}

// read decodes a body of JSON; an empty one is {}. It answers what is wrong, and tells whether nothing is.
func read(w http.ResponseWriter, r *http.Request, out any) bool {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if r.ContentLength == 0 {
		return true
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(out); err != nil {
		fail(w, http.StatusBadRequest, fmt.Errorf("the body is not what is wanted: %w", err))
		return false
	}
	return true
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(value) // to a client that has gone away
}

func fail(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
}
