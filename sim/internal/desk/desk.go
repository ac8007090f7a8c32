package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/wire"
)

// Config is what a desk is set up with.
type Config struct {
	Seed          uint64
	Now           func() time.Time                  // must be safe for concurrent use
	WithoutQuotas bool                              // lifts all limits but those in Limits
	Limits        map[string]Quota                  // by vendor.operation, in place of the documented ones
	Lifetimes     map[string]time.Duration          // of access tokens, by vendor; two hours for others
	Middlewares   []func(http.Handler) http.Handler // around the vendors, the first one outermost
}

// Desk is what all vendors share: it takes the requests in, hands them to the vendors and sends the answers. Its
// methods may be used while it serves.
type Desk struct {
	Config

	Company *company.Organisation
	Tokens  *Tokens
	Quotas  *Quotas

	faults  *faultList
	causes  causeList
	journal *journal

	parts     map[string]Vendor // by name
	roots     map[string]string // names by the first part of the vendors' own paths, such as "cgi-bin"
	pageRoots map[string]string // the same by the first part of their pages' paths, where no operation begins so
	answering http.Handler      // the vendors, within the middlewares
	mux       *http.ServeMux
	paths     []string
	known     map[string][]string // operationIds by vendor
	closed    chan struct{}
	closeOnce sync.Once
}

// New makes a desk without vendors; see Mount.
func New(config Config, org *company.Organisation) *Desk {
	d := &Desk{
		Config:  config,
		Company: org,
		Tokens:  newTokens(config.Seed),
		Quotas:  newQuotas(),
		faults:  &faultList{},
		journal: newJournal(),
		parts:   make(map[string]Vendor),
		roots:   make(map[string]string),

		pageRoots: make(map[string]string),
		mux:       http.NewServeMux(),
		known:     make(map[string][]string),
		closed:    make(chan struct{}),
	}
	d.answering = http.HandlerFunc(answerAsVendor)
	for _, wrap := range slices.Backward(config.Middlewares) {
		d.answering = wrap(d.answering)
	}
	d.mux.HandleFunc("/", d.elsewhere)
	return d
}

// Mount adds a vendor, with its operations below its prefix. It panics if another vendor has paths that begin alike:
// one would answer in the other's place at the root.
func (d *Desk) Mount(v Vendor) {
	d.parts[v.Name()] = v
	for _, op := range v.Operations() {
		own := v.Base() + op.Path
		path := "/" + v.Name() + own
		d.paths = append(d.paths, fmt.Sprintf("%-6s %s", op.Method, path))
		d.known[v.Name()] = append(d.known[v.Name()], op.ID)
		d.mux.HandleFunc(op.Method+" "+path, func(w http.ResponseWriter, r *http.Request) { d.handle(v, op, w, r) })

		first := firstPart(own)
		if other, taken := d.roots[first]; taken && other != v.Name() || d.parts[first] != nil {
			panic(fmt.Sprintf("sim: %s and %s both have paths below /%s", v.Name(), other, first))
		}
		d.roots[first] = v.Name()
	}
	if owner, ok := v.(PageOwner); ok {
		for path, page := range owner.Pages() {
			d.mux.HandleFunc("GET /"+v.Name()+path, page)
			d.pageRoots[firstPart(path)] = v.Name()
		}
	}
	slices.Sort(d.known[v.Name()])
	slices.Sort(d.paths)
}

// firstPart is what stands between the first two slashes of a path.
func firstPart(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}

// ServeHTTP answers a request to one of the vendors. The vendors' own paths do without the vendor's prefix as well: no
// two vendors have paths that begin alike, and there are clients that can be given a host and nothing else. A path that
// none of them has is answered with 404 and a list of the paths there are, or as the vendor does if that is known.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first := firstPart(r.URL.Path)
	vendor, ok := d.roots[first]
	if !ok {
		vendor, ok = d.pageRoots[first]
	}
	if ok {
		below := *r.URL
		below.Path = "/" + vendor + below.Path
		if below.RawPath != "" {
			below.RawPath = "/" + vendor + below.RawPath
		}
		with := *r
		with.URL = &below
		r = &with
	}
	d.mux.ServeHTTP(w, r)
}

// elsewhere answers what is not an operation: with the vendor's refusal if the path is one of its paths under another
// method or the vendor is a PathOwner, else with the list of paths.
func (d *Desk) elsewhere(w http.ResponseWriter, r *http.Request) {
	name := firstPart(r.URL.Path)
	if v := d.parts[name]; v != nil {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch,
			http.MethodDelete} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := d.mux.Handler(other); pattern != "/" {
				d.handle(v, &wire.Operation{}, w, r)
				return
			}
		}
		if _, ok := v.(PathOwner); ok {
			d.handle(v, &wire.Operation{Method: r.Method, Path: r.URL.Path}, w, r)
			return
		}
		d.journal.begin(name, Request{
			Method: r.Method,
			Path:   r.URL.EscapedPath(),
			Query:  withoutSecrets(r.URL.Query()),
			Header: withoutSecrets(r.Header),
			Time:   d.Now(),
			Status: http.StatusNotFound,
		})
	}
	w.Header().Set(MarkHeader, "1")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprintf(w, "There is nothing at %s. "+
		"The simulator serves these paths, with the vendor's name or without it:\n\n%s\n",
		r.URL.Path, strings.Join(d.paths, "\n"))
}

// Vendor returns the part of a vendor, nil if it is not mounted.
func (d *Desk) Vendor(name string) Vendor { return d.parts[name] }

// Vendors returns the names of the vendors that are mounted, sorted.
func (d *Desk) Vendors() []string {
	var out []string
	for vendor := range d.known {
		out = append(out, vendor)
	}
	slices.Sort(out)
	return out
}

// Operations returns the operationIds of a vendor's document, sorted.
func (d *Desk) Operations(vendor string) []string { return slices.Clone(d.known[vendor]) }

// Close ends the answers that a fault keeps open. Later requests are still served.
func (d *Desk) Close() { d.closeOnce.Do(func() { close(d.closed) }) }

// MarkHeader is in the answers to paths that no vendor has: by it, the simulator can be told from a vendor.
const MarkHeader = "Roster-Simulator"
