package sim

import (
	"net/http"

	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalk"
	"github.com/roster-go/roster/sim/internal/feishu"
	"github.com/roster-go/roster/sim/internal/wecom"
	"github.com/roster-go/roster/sim/internal/wps"
)

// The names of the vendors: the first part of their paths, and their name in Inject, Calls and the like.
const (
	VendorWeCom    = wecom.Name
	VendorDingTalk = dingtalk.Name
	VendorFeishu   = feishu.Name
	VendorWPS      = wps.Name
)

// vendors makes the parts of the simulator, one vendor a line.
func vendors(d *desk.Desk, c config) []desk.Vendor {
	return []desk.Vendor{
		wecom.New(d, c.wecom),
		dingtalk.New(d, c.dingtalk),
		feishu.New(d, c.feishu),
		wps.New(d, c.wps),
	}
}

// Simulator serves one made-up company through the wire formats of four vendors. It is an http.Handler; its methods may
// be used while it serves. The zero value is of no use: see New, Serve and Listen.
type Simulator struct{ desk *desk.Desk }

// New makes a simulator.
func New(opts ...Option) *Simulator {
	c := defaults()
	for _, opt := range opts {
		opt(&c)
	}
	c.wecom.People = c.people
	d := desk.New(c.desk, company.Generate(c.desk.Seed, c.departments, c.people, c.desk.Now))
	for _, v := range vendors(d, c) {
		d.Mount(v)
	}
	s := &Simulator{desk: d}
	for _, c := range c.causes {
		s.Provoke(c.vendor, c.cause)
	}
	return s
}

// ServeHTTP answers a request to one of the vendors. A path that none of them has is answered with 404 and a list of
// the paths there are, or as the vendor does if that is known.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.desk.ServeHTTP(w, r) }

// Organisation returns the company behind the simulator.
func (s *Simulator) Organisation() *Organisation { return s.desk.Company }

// Vendors returns the vendors that are simulated.
func (s *Simulator) Vendors() []string { return s.desk.Vendors() }

// Operations returns the operationIds of a vendor's document, sorted: the names that Inject, Calls and WithQuota know.
func (s *Simulator) Operations(vendor string) []string { return s.desk.Operations(vendor) }

// Request is one request that reached the simulator: its Operation by operationId, empty for a path or method that the
// vendor's document does not have; Method, Path, Query, Header and Body as they were sent (the path with the vendor's
// prefix even if it came without), with "[removed]" in place of credentials and no body where it is a credential; the
// Time by the simulator's clock; the HTTP Status of the answer, 0 while it is under way or if the connection was reset;
// and the kind of the Fault that struck it, if one did.
type Request = desk.Request

// Calls returns how many requests for an operation reached the vendor's part of the simulator, refused ones included.
// The operation "*" stands for all of them, "" for those whose path or method the vendor's document does not have.
func (s *Simulator) Calls(vendor, operation string) int { return s.desk.Calls(vendor, operation) }

// Requests returns what reached the vendor's part of the simulator, oldest first. Only the last 20,000 are kept.
func (s *Simulator) Requests(vendor string) []Request { return s.desk.Requests(vendor) }

// RevokeTokens withdraws every token that the vendor has issued so far. The next call with one of them is refused with
// the vendor's own code; new tokens can be had as before.
func (s *Simulator) RevokeTokens(vendor string) { s.desk.RevokeTokens(vendor) }

// TokensIssued returns how many different tokens the vendor has handed out. A token that was handed out again, because
// it was asked for while still good, counts once; see Calls for the number of times it was asked for.
func (s *Simulator) TokensIssued(vendor string) int { return s.desk.TokensIssued(vendor) }

// Close ends the answers that a fault keeps open. Later requests are still served.
func (s *Simulator) Close() { s.desk.Close() }
