package contract

import (
	"io/fs"
	"net/http"
	"net/url"
	"slices"

	"github.com/roster-go/roster/contract/internal/document"
	"github.com/roster-go/roster/internal/samples"
)

// SampleResult is a sample with what was found in it.
type SampleResult struct {
	Operation string    `json:"operation"`
	Case      string    `json:"case"`
	Success   bool      `json:"success"`  // the sample shows a call that went well
	Answered  bool      `json:"answered"` // the response has a code of the vendor's, or is a success
	Findings  []Finding `json:"findings,omitempty"`
}

// Drift returns the findings that are about the contract. A sample of an error may show what is no answer at all, such
// as a gateway's page or an empty object, and is then meant to.
func (r SampleResult) Drift() []Finding {
	if !r.Success && !r.Answered {
		return nil
	}
	return Drift(r.Findings)
}

// CheckSamples checks all samples of the vendor against the document: the files <vendor>/<operation>/<case>.json of a
// folder whose names begin with "success" or "error". The README of package specs says what stands in them; "roster
// record" writes them.
//
// See SampleResult.Drift for samples that show no answer.
func (v *Validator) CheckSamples(testdata fs.FS) ([]SampleResult, error) {
	all, err := samples.Load(testdata, v.Vendor())
	if err != nil {
		return nil, err
	}
	var results []SampleResult
	for _, s := range all {
		x := v.exchangeOf(s)
		answered := s.Success() || v.hasCode(x.Response.Body)
		results = append(results, SampleResult{s.Operation, s.Case, s.Success(), answered, v.Check(x)})
	}
	return results, nil
}

// hasCode tells whether a body carries a code of the vendor's.
func (v *Validator) hasCode(body []byte) bool {
	root, err := document.Parse(body)
	if err != nil {
		return false
	}
	_, ok := v.document.CodeOf(&root)
	return ok
}

// exchangeOf is the exchange that a sample shows.
func (v *Validator) exchangeOf(s *samples.Sample) Exchange {
	header := make(http.Header)
	for name, value := range s.Response.Header {
		header.Set(name, value)
	}
	x := Exchange{
		Operation: s.Operation,
		Response:  &Response{Status: s.Response.Status, Header: header, Body: s.Response.Payload()},
	}
	if op := v.document.Operations[s.Operation]; op != nil {
		x.Request = requestOf(op, s.Request)
	}
	return x
}

// requestOf is the request of a sample as it was on the wire, without credentials.
func requestOf(op *document.Operation, r samples.Request) *Request {
	request := &Request{Method: op.Method, URL: op.URL(r.Path, r.Query), Header: make(http.Header)}
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	switch {
	case r.Form != nil:
		form := make(url.Values)
		for name, value := range r.Form {
			form.Set(name, value)
		}
		request.Body = []byte(form.Encode())
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	case len(r.Body) > 0:
		request.Body = slices.Clone(r.Body)
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}
