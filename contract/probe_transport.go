package contract

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/contract/internal/anonymize"
)

// tap is the transport of Probe: it checks every exchange before the caller gets the answer, so that an outcome and its
// findings are there together.
type tap struct {
	validator *Validator
	next      http.RoundTripper
	report    *Report
	secrets   *anonymize.Secrets // gathers credentials that pass, if it is there

	mu    sync.Mutex
	last  map[string]*Response // the last answer by operationId
	count int
}

func newTap(v *Validator, next http.RoundTripper, now func() time.Time) *tap {
	return &tap{validator: v, next: next, report: NewReport(now), last: make(map[string]*Response)}
}

// options make a client send through the tap. An outcome is wanted soon: what is throttled or out of order is said to
// be so, not waited for.
func (t *tap) options() []clients.Option {
	return []clients.Option{
		clients.WithHTTPClient(&http.Client{Transport: t, Timeout: time.Minute}),
		clients.WithRetry(clients.Retry{MaxAttempts: 2, MaxWait: 5 * time.Second}),
	}
}

// maxTapped bounds the answers that are looked at.
const maxTapped = 32 << 20

func (t *tap) RoundTrip(req *http.Request) (*http.Response, error) {
	x := Exchange{Request: &Request{Method: req.Method, URL: req.URL, Header: req.Header}}
	if op := clients.OperationFrom(req.Context()); op != nil {
		x.Operation = op.ID
	}
	if req.GetBody != nil && req.Body != nil && req.Body != http.NoBody {
		if body, err := req.GetBody(); err == nil {
			x.Request.Body, _ = io.ReadAll(body)
			body.Close()
		}
	}
	t.secrets.FromRequest(req, x.Request.Body)
	response, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxTapped+1))
	rest := response.Body
	response.Body = &rereadBody{io.MultiReader(bytes.NewReader(body), &endReader{err, rest}), rest}
	if err != nil {
		return response, nil // the caller sees the same break
	}
	if len(body) > maxTapped {
		return response, nil // not checked; the client has a limit of its own
	}
	x.Response = &Response{Status: response.StatusCode, Header: response.Header, Body: body}
	t.secrets.FromResponse(body)
	t.report.Add(t.validator.Check(x)...)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	t.last[x.Operation] = x.Response
	return response, nil
}

// endReader is what comes after the part of a body that has been read: the error that reading ended with, or the rest.
type endReader struct {
	err  error
	rest io.Reader
}

func (r *endReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.rest.Read(p)
}

type rereadBody struct {
	io.Reader
	io.Closer
}

func (t *tap) exchanges() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count
}

func (t *tap) forget(operation string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.last, operation)
}

// answer is the last answer to an operation, nil if none has come.
func (t *tap) answer(operation string) *Response {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last[operation]
}

// drifts counts how often an operation has drifted.
func (t *tap) drifts(operation string) int64 {
	var n int64
	for _, e := range t.report.Drift() {
		if e.Operation == operation {
			n += e.Count
		}
	}
	return n
}
