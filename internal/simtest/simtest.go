// Package simtest starts simulators for tests and checks whatever they answer against the vendors' documents, so that
// the whole test suite checks that the simulator and the documents agree, and not one test of it.
//
// What a fault does to an answer afterwards is left out: it is meant to differ. So is what a test says of requests,
// since tests send wrong ones on purpose.
package simtest

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/sim"
)

// Serve is sim.Serve with Checked.
func Serve(t testing.TB, options ...sim.Option) *sim.Server {
	t.Helper()
	return sim.Serve(t, append([]sim.Option{Checked(t)}, options...)...)
}

// Checked is an option for simulators that are started in another way. Once the test is over and its simulator closed,
// it fails for every answer that the documents do not declare.
func Checked(t testing.TB) sim.Option {
	t.Helper()
	validators, err := validators()
	if err != nil {
		t.Fatal(err)
	}
	report, chosen := contract.NewReport(nil), contract.NewReport(nil)
	t.Cleanup(func() {
		found := undeclared(report)
		for _, e := range undeclared(chosen) {
			if e.Kind != contract.KindUndocumentedCode {
				found = append(found, e)
			}
		}
		for _, e := range found {
			t.Errorf("the simulator answers what the document does not say, %d times: %s", e.Count, e.Finding)
		}
	})
	return sim.WithMiddleware(func(next http.Handler) http.Handler {
		checked, withChosenCode := contract.Handler(next, report, validators...),
			contract.Handler(next, chosen, validators...)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if f, _ := sim.FaultOf(r.Context()); f.Kind == sim.FaultVendorError { // the code is the test's choice
				withChosenCode.ServeHTTP(w, r)
				return
			}
			checked.ServeHTTP(w, r)
		})
	})
}

// validators are made once: they take half a second under the race detector.
var validators = sync.OnceValues(func() ([]*contract.Validator, error) {
	var all []*contract.Validator
	for _, vendor := range contract.Vendors() {
		v, err := contract.NewValidator(vendor)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
})

// undeclared are the entries of a report that are about a simulator's answers.
func undeclared(report *contract.Report) []contract.Entry {
	var out []contract.Entry
	for _, e := range report.Entries() {
		switch e.Part {
		case contract.PartResponseBody, contract.PartStatus, contract.PartContentType:
			if !standsIn(e) && !bannedPage(e) {
				out = append(out, e)
			}
		}
	}
	return out
}

// bannedPage tells whether an entry is about the page that DingTalk has for a banned address: the document declares it,
// and to a validator it is an outage all the same. The simulator has no other page of DingTalk's.
func bannedPage(e contract.Entry) bool {
	switch e.Kind {
	case contract.KindNotJSON, contract.KindWrongContentType:
		return e.Outage && e.Vendor == sim.VendorDingTalk &&
			(e.Came == "text/html" || strings.HasSuffix(e.Came, "a page of HTML or XML"))
	}
	return false
}

// standIn is such a code, of the interface or of its token endpoint.
var standIn = regexp.MustCompile(`^[45][0-9]{2}0{5,6}$`)

// standsIn tells whether a code is one of those by which the simulator numbers failures for which no code of WPS's is
// known: the document says that there are such, and lists only what there is evidence for.
func standsIn(e contract.Entry) bool {
	return e.Vendor == sim.VendorWPS && e.Kind == contract.KindUndocumentedCode && standIn.MatchString(e.Code)
}
