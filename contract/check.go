package contract

import (
	"fmt"
	"slices"

	"github.com/roster-go/roster/contract/internal/document"
)

// check is one exchange on its way through the document.
type check struct {
	validator *Validator
	op        *document.Operation
	outage    bool // what came is not the vendor's answer; see Finding.Outage
	findings  []Finding
	alike     map[alike]int
}

// alike are findings that differ in an index only.
type alike struct {
	key      reportKey
	severity Severity
}

// mostAlike is how many findings of an exchange are kept that differ in an index only.
const mostAlike = 3

// add notes a finding. The rest of it is filled in here.
func (c *check) add(f Finding, at *document.Place, value *document.Node) {
	f.Vendor, f.Outage = c.validator.document.Vendor, c.outage
	if c.op != nil {
		f.Operation = c.op.ID
	}
	f.Pointer, f.Place = at.Pointer(c.validator.settings.values)
	if c.validator.settings.values && value != nil {
		f.Value = value.Quote(200)
	}
	c.keep(f)
}

// keep takes a finding that is complete, if there is room for it.
func (c *check) keep(f Finding) {
	key := alike{keyOf(f), f.Severity}
	if c.alike[key] >= mostAlike {
		return
	}
	if len(c.findings) >= c.validator.settings.maxFindings {
		i := -1
		if f.Severity == Breaking {
			i = slices.IndexFunc(c.findings, func(f Finding) bool { return f.Severity != Breaking })
		}
		if i < 0 {
			return
		}
		c.findings = slices.Delete(c.findings, i, i+1)
	}
	if c.alike == nil {
		c.alike = make(map[alike]int)
	}
	c.alike[key]++
	c.findings = append(c.findings, f)
}

func (c *check) unknownOperation(x Exchange) {
	came := "an operation of another name"
	if x.Request != nil && x.Request.URL != nil {
		came = x.Request.Method + " " + c.validator.document.ShowPath(x.Request.URL.EscapedPath())
	}
	c.add(Finding{
		Part: PartRequest, Kind: KindUndeclaredOperation, Severity: Informative,
		Document: fmt.Sprintf("%d operations, none of this method and path", len(c.validator.document.Operations)),
		Came:     came,
	}, nil, nil)
}
