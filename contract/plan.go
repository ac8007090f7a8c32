package contract

import "fmt"

// plan is how a vendor's operations can be tried out: reads in an order in which each gives the ids that later ones need, writes that take
// back what they do, and what cannot be tried, with the reason. Every operation of the document is in one of the three; a test holds that.
type plan struct {
	reads  []step
	writes []step            // only in a test tenant
	not    map[string]string // reason by operationId
}

// step is one call. In path, query and body "$user" stands for a value that an earlier step has kept, "$user|1" for the same or 1. A step
// that lacks a value is left out.
type step struct {
	operation string
	path      map[string]string
	query     map[string]string
	body      string
	keep      map[string]string // name by JSON pointer into the answer; the first that is found stays
	always    bool              // takes back what other steps did: also after a failure
}

// planOf returns the plan of a vendor.
func planOf(vendor string) (plan, error) {
	switch vendor {
	case "dingtalk":
		return planDingTalk(), nil
	case "feishu":
		return planFeishu(), nil
	case "wecom":
		return planWeCom(), nil
	case "wps":
		return planWPS(), nil
	default:
		return plan{}, fmt.Errorf("contract: no calls are known for vendor %q", vendor)
	}
}

// Reasons why an operation is not tried.
const (
	notToken = "the client calls it by itself for its token"
	notLogin = "needs a code from a person's login"
	notSuite = "for third-party apps only"
	notWrite = "writes, and cannot be taken back"
)

// Planned tells what Probe does with an operation: "read", "write" (only in a test tenant), or "" and the reason why it is not tried.
func Planned(vendor, operation string) (kind, reason string) {
	p, err := planOf(vendor)
	if err != nil {
		return "", err.Error()
	}
	for _, s := range p.reads {
		if s.operation == operation {
			return "read", ""
		}
	}
	for _, s := range p.writes {
		if s.operation == operation {
			return "write", ""
		}
	}
	if reason, ok := p.not[operation]; ok {
		return "", reason
	}
	return "", "unknown operation"
}
