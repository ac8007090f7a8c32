package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/roster-go/roster/wire"
)

// Simulator serves one made-up company through the wire formats of four vendors. It is an http.Handler; its methods may be
// used while it serves. The zero value is of no use: see New, Serve and Listen.
type Simulator struct {
	config  config
	org     *Organisation
	tokens  *tokenDesk
	quotas  *quotaBook
	faults  *faultList
	journal *journal

	parts     map[string]vendor // by name
	answering http.Handler      // the vendors, within the middlewares
	mux       *http.ServeMux
	paths     []string
	known     map[string][]string // operationIds by vendor
	closed    chan struct{}
	closeOnce sync.Once
}

// New makes a simulator.
func New(opts ...Option) *Simulator {
	cfg := defaults()
	for _, opt := range opts {
		opt(&cfg)
	}
	s := &Simulator{
		config:  cfg,
		org:     generate(cfg.seed, cfg.departments, cfg.people, cfg.clock),
		tokens:  newTokenDesk(cfg.seed),
		quotas:  newQuotaBook(),
		faults:  &faultList{},
		journal: newJournal(),
		parts:   make(map[string]vendor),
		mux:     http.NewServeMux(),
		known:   make(map[string][]string),
		closed:  make(chan struct{}),
	}
	for _, v := range s.vendors() {
		s.mount(v)
	}
	slices.Sort(s.paths)
	s.answering = http.HandlerFunc(answerAsVendor)
	for _, wrap := range slices.Backward(cfg.middlewares) {
		s.answering = wrap(s.answering)
	}
	s.mux.HandleFunc("/", s.elsewhere)
	return s
}

// mount puts a vendor's operations below its prefix.
func (s *Simulator) mount(v vendor) {
	s.parts[v.name()] = v
	for _, op := range v.operations() {
		path := "/" + v.name() + v.base() + op.Path
		s.paths = append(s.paths, fmt.Sprintf("%-6s %s", op.Method, path))
		s.known[v.name()] = append(s.known[v.name()], op.ID)
		s.mux.HandleFunc(op.Method+" "+path, func(w http.ResponseWriter, r *http.Request) { s.handle(v, op, w, r) })
	}
	slices.Sort(s.known[v.name()])
}

// ServeHTTP answers a request to one of the vendors. A path that none of them has is answered with 404 and a list of the paths
// there are, or as the vendor does if that is known.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// elsewhere answers what is not an operation: with the vendor's refusal if the path is one of its paths under another method or
// the vendor is a pathOwner, else with the list of paths.
func (s *Simulator) elsewhere(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if v := s.parts[name]; v != nil {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := s.mux.Handler(other); pattern != "/" {
				s.handle(v, &wire.Operation{}, w, r)
				return
			}
		}
		if _, ok := v.(pathOwner); ok {
			s.handle(v, &wire.Operation{Method: r.Method, Path: r.URL.Path}, w, r)
			return
		}
		s.journal.begin(name, Request{
			Method: r.Method,
			Path:   r.URL.EscapedPath(),
			Query:  withoutSecrets(r.URL.Query()),
			Header: withoutSecrets(r.Header),
			Time:   s.config.clock(),
			Status: http.StatusNotFound,
		})
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprintf(w, "There is nothing at %s. The simulator serves:\n\n%s\n", r.URL.Path, strings.Join(s.paths, "\n"))
}

// Organisation returns the company behind the simulator.
func (s *Simulator) Organisation() *Organisation { return s.org }

// Vendors returns the vendors that are simulated.
func (s *Simulator) Vendors() []string {
	var out []string
	for vendor := range s.known {
		out = append(out, vendor)
	}
	slices.Sort(out)
	return out
}

// Operations returns the operationIds of a vendor's document, sorted: the names that Inject, Calls and WithQuota know.
func (s *Simulator) Operations(vendor string) []string { return slices.Clone(s.known[vendor]) }

// Close ends the answers that a fault keeps open. Later requests are still served.
func (s *Simulator) Close() { s.closeOnce.Do(func() { close(s.closed) }) }
