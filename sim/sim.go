package sim

import (
	"context"
	"net/http"
)

// The names of the vendors: the first part of their paths, and their name in Inject, Calls and the like.
const (
	VendorWeCom    = weComName
	VendorDingTalk = dingTalkName
	VendorFeishu   = feishuName
	VendorWPS      = wpsName
)

// vendors makes the parts of the simulator, one vendor a line.
func vendors(d *Desk, c config) []vendor {
	return []vendor{
		newWeCom(d, c.wecom),
		newDingTalk(d, c.dingtalk),
		newFeishu(d, c.feishu),
		newWPS(d, c.wps),
	}
}

// Simulator serves one made-up company through the wire formats of four vendors. It is an http.Handler; its methods may be
// used while it serves. The zero value is of no use: see New, Serve and Listen.
type Simulator struct{ desk *Desk }

// New makes a simulator.
func New(opts ...Option) *Simulator {
	c := defaults()
	for _, opt := range opts {
		opt(&c)
	}
	c.wecom.People = c.people
	d := NewDesk(c.desk, generate(c.desk.Seed, c.departments, c.people, c.desk.Now))
	for _, v := range vendors(d, c) {
		d.Mount(v)
	}
	return &Simulator{desk: d}
}

// ServeHTTP answers a request to one of the vendors. A path that none of them has is answered with 404 and a list of the paths
// there are, or as the vendor does if that is known.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.desk.ServeHTTP(w, r) }

// Organisation returns the company behind the simulator.
func (s *Simulator) Organisation() *Organisation { return s.desk.Company }

// Vendors returns the vendors that are simulated.
func (s *Simulator) Vendors() []string { return s.desk.Vendors() }

// Operations returns the operationIds of a vendor's document, sorted: the names that Inject, Calls and WithQuota know.
func (s *Simulator) Operations(vendor string) []string { return s.desk.Operations(vendor) }

// Calls returns how many requests for an operation reached the vendor's part of the simulator, refused ones included.
// The operation "*" stands for all of them, "" for those whose path or method the vendor's document does not have.
func (s *Simulator) Calls(vendor, operation string) int { return s.desk.Calls(vendor, operation) }

// Requests returns what reached the vendor's part of the simulator, oldest first. Only the last 20,000 are kept.
func (s *Simulator) Requests(vendor string) []Request { return s.desk.Requests(vendor) }

// RevokeTokens withdraws every token that the vendor has issued so far. The next call with one of them is refused with the
// vendor's own code; new tokens can be had as before.
func (s *Simulator) RevokeTokens(vendor string) { s.desk.RevokeTokens(vendor) }

// TokensIssued returns how many different tokens the vendor has handed out. A token that was handed out again, because it was
// asked for while still good, counts once; see Calls for the number of times it was asked for.
func (s *Simulator) TokensIssued(vendor string) int { return s.desk.TokensIssued(vendor) }

// Close ends the answers that a fault keeps open. Later requests are still served.
func (s *Simulator) Close() { s.desk.Close() }

// WeCom returns the simulator's WeCom controls.
func (s *Simulator) WeCom() *WeCom {
	part, _ := s.desk.Vendor(VendorWeCom).(*weCom)
	return part.controls()
}

// DingTalk returns the simulator's DingTalk controls.
func (s *Simulator) DingTalk() *DingTalk {
	part, _ := s.desk.Vendor(VendorDingTalk).(*dingTalk)
	return part.controls()
}

// Feishu returns the simulator's Feishu controls.
func (s *Simulator) Feishu() *Feishu {
	part, _ := s.desk.Vendor(VendorFeishu).(*feishu)
	return part.controls()
}

// WPS returns the simulator's WPS controls.
func (s *Simulator) WPS() *WPS {
	part, _ := s.desk.Vendor(VendorWPS).(*wps)
	return part.controls()
}

// Inject makes calls of one of the vendor's operations go wrong until remove is called or f.Times is reached. The operation "*"
// stands for all of them, token operations included; names count in any case, so that those of Go methods do as well. If several
// faults would strike a call, the one that was injected first does.
//
// It panics if there is no such vendor or operation: with a fault that never strikes, a test would pass for nothing.
func (s *Simulator) Inject(vendor, operation string, f Fault) (remove func()) {
	return s.desk.Inject(vendor, operation, f)
}

// FaultOf tells a middleware which fault strikes the call that a request's context belongs to.
func FaultOf(ctx context.Context) (f Fault, struck bool) { return faultOf(ctx) }
