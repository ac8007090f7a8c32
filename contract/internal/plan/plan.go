package plan

import (
	"cmp"
	"fmt"
	"slices"
)

// Plan is how a vendor's operations can be tried out: reads in an order in which each gives the ids that later ones
// need, writes that take back what they do, and what cannot be tried, with the reason. Every operation of the document
// is in one of the three; a test holds that.
type Plan struct {
	Reads  []Step
	Writes []Step            // only in a test tenant
	Not    map[string]string // reason by operationId
}

// Step is one call. In path, query and body "$user" stands for a value that an earlier step has kept, "$user|1" for the
// same or 1. A step that lacks a value is left out.
type Step struct {
	Operation string
	Path      map[string]string
	Query     map[string]string
	Body      string
	Keep      map[string]string // name by JSON pointer into the answer; the first that is found stays
	Always    bool              // takes back what other steps did: also after a failure
}

// Of returns the plan of a vendor.
func Of(vendor string) (Plan, error) {
	switch vendor {
	case "dingtalk":
		return dingTalk(), nil
	case "feishu":
		return feishu(), nil
	case "wecom":
		return weCom(), nil
	case "wps":
		return wps(), nil
	default:
		return Plan{}, fmt.Errorf("contract: no calls are known for vendor %q", vendor)
	}
}

// Reasons why an operation is not tried.
const (
	notToken = "the client calls it by itself for its token"
	notLogin = "needs a code from a person's login"
	notSuite = "for third-party apps only"
	notOwned = "needs an account that belongs to the company and not to the person"
	notWrite = "writes, and cannot be taken back"
	notKey   = "sends a key, which is kept from whatever watches the calls"
)

// Kind tells what is done with an operation: "read", "write" (only in a test tenant), or "" and the reason why it is
// not tried.
func (p Plan) Kind(operation string) (kind, reason string) {
	is := func(s Step) bool { return s.Operation == operation }
	switch {
	case slices.ContainsFunc(p.Reads, is):
		return "read", ""
	case slices.ContainsFunc(p.Writes, is):
		return "write", ""
	default:
		return "", cmp.Or(p.Not[operation], "unknown operation")
	}
}
