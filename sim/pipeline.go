package sim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/roster-go/roster/wire"
)

// maxRequestBytes bounds the bodies that the simulator reads: the largest upload of the vendors is 20 MB.
const maxRequestBytes = 32 << 20

// handle answers one request for a path of the vendor's document. The operation is an empty one if the document has the path
// under other methods only, and has nothing but method and path if the document does not have the path.
func (d *Desk) handle(v vendor, op *wire.Operation, w http.ResponseWriter, r *http.Request) {
	if r.Method != op.Method { // the multiplexer takes HEAD for GET, which would carry out a delete
		op = &wire.Operation{}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if err != nil {
		d.unreadable(w, err)
		return
	}
	caller, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		caller = r.RemoteAddr
	}
	c := &call{vendor: v, operation: op, body: body, caller: caller, now: d.Now()}
	c.request = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	c.request.Body = io.NopCloser(bytes.NewReader(body))

	entry := d.enter(v, c)
	underWay, leave := d.Quotas.enter(v.name() + "." + op.ID)
	defer leave()
	c.underWay = underWay

	c.fault = d.faults.next(v.name(), op.ID)
	if c.fault != nil {
		d.journal.note(entry, func(e *Request) { e.Fault = c.fault.Kind })
		if done := d.strikeBefore(c, w, entry); done {
			return
		}
	}

	a := newAnswer()
	d.answering.ServeHTTP(a, c.request)
	a.WriteHeader(http.StatusOK)

	if c.fault != nil {
		if done := d.strikeAfter(c, a, w, entry); done {
			return
		}
	}
	d.finish(a, w, entry)
}

// answerAsVendor answers the call that a request belongs to. It is what middlewares are around.
func answerAsVendor(w http.ResponseWriter, r *http.Request) {
	c := callOf(r.Context())
	if err := c.admit(); err != nil {
		c.vendor.refuse(w, r, err)
		return
	}
	c.vendor.ServeHTTP(w, r)
}

// admit asks the vendor whether the call may go on, unless a fault has decided that it may not.
func (c *call) admit() error {
	if c.fault != nil && c.fault.refuses() {
		return c.vendor.failure(c.fault.Fault)
	}
	if c.operation.ID == "" {
		if c.operation.Path != "" {
			return errUnknownPath{}
		}
		return errWrongMethod{c.request.Method}
	}
	return c.vendor.admit(c)
}

// enter writes the request into the journal.
func (d *Desk) enter(v vendor, c *call) *Request {
	req := Request{
		Operation: c.operation.ID,
		Method:    c.request.Method,
		Path:      c.request.URL.EscapedPath(),
		Query:     withoutSecrets(c.request.URL.Query()),
		Header:    withoutSecrets(c.request.Header),
		Time:      c.now,
	}
	if !c.operation.CarriesSecret {
		req.Body = c.body
	}
	return d.journal.begin(v.name(), req)
}

// finish sends the answer.
func (d *Desk) finish(a *answer, w http.ResponseWriter, entry *Request) {
	d.journal.note(entry, func(e *Request) { e.Status = a.status })
	a.send(w)
}

// unreadable answers a request whose body did not come or was too long.
func (d *Desk) unreadable(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		status = http.StatusRequestEntityTooLarge
	}
	http.Error(w, "sim: the request's body cannot be read: "+err.Error(), status)
}
