package desk

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

// handle answers one request for a path of the vendor's document. The operation is an empty one if the document has the
// path under other methods only, and has nothing but method and path if the document does not have the path.
func (d *Desk) handle(v Vendor, op *wire.Operation, w http.ResponseWriter, r *http.Request) {
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
	c := &Call{desk: d, vendor: v, Operation: op, Body: body, Caller: caller, Now: d.Clock(v.Name())}
	c.Request = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	c.Request.Body = io.NopCloser(bytes.NewReader(body))

	w.Header().Set("Date", c.Now.UTC().Format(http.TimeFormat))

	entry := d.enter(v, c)
	underWay, leave := d.Quotas.enter(v.Name() + "." + op.ID)
	defer leave()
	c.UnderWay = underWay

	c.fault = d.faults.next(v.Name(), op.ID)
	if c.fault != nil {
		d.journal.note(entry, func(e *Request) { e.Fault = c.fault.Kind })
		if done := d.strikeBefore(c, w, entry); done {
			return
		}
	}

	a := NewAnswer()
	if d.wrongBaseURL(v, a, c.Request) {
		d.finish(a, w, entry)
		return
	}
	d.answering.ServeHTTP(a, c.Request)
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
	c := CallOf(r.Context())
	if err := c.admit(); err != nil {
		c.vendor.Refuse(w, r, err)
		return
	}
	a := NewAnswer()
	c.vendor.ServeHTTP(a, r)
	c.desk.withhold(c, a)
	a.copyTo(w)
}

// admit asks the vendor whether the call may go on, unless a fault has decided that it may not.
func (c *Call) admit() error {
	if c.fault != nil && c.fault.refuses() {
		return c.vendor.Failure(c.fault.Fault)
	}
	if c.Operation.ID == "" {
		if c.Operation.Path != "" {
			return UnknownPathError{}
		}
		return WrongMethodError{c.Request.Method}
	}
	return c.vendor.Admit(c)
}

// enter writes the request into the journal.
func (d *Desk) enter(v Vendor, c *Call) *Request {
	req := Request{
		Operation: c.Operation.ID,
		Method:    c.Request.Method,
		Path:      c.Request.URL.EscapedPath(),
		Query:     withoutSecrets(c.Request.URL.Query()),
		Header:    withoutSecrets(c.Request.Header),
		Time:      c.Now,
	}
	if !c.Operation.CarriesSecret {
		req.Body = c.Body
	}
	return d.journal.begin(v.Name(), req)
}

// finish sends the answer.
func (d *Desk) finish(a *Answer, w http.ResponseWriter, entry *Request) {
	d.journal.note(entry, func(e *Request) { e.Status = a.Status })
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
