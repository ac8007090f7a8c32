package clients

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// flight is one request on the network, and what it is known to have come to. It is the request's context, with a trace
// that notes what becomes of the request. A trace that the caller, or middleware, has in the context below is told the
// same, but for the headers: by now these hold the credential and the signature.
type flight struct {
	context.Context

	attempt  *attempt
	trace    httptrace.ClientTrace
	traceKey any
	theirs   *httptrace.ClientTrace
	sought   atomic.Bool // a connection was sought: net/http found nothing wrong with the request
	had      atomic.Bool // and had, so that something may have reached the vendor
}

// sizeable is how large a body is for whose writing the wait for the answer is suspended. Others are written at once.
const sizeable = 32 << 10

// begin makes a flight of an attempt, of which ctx is the context or comes from it. sizeable says that the request's
// body is or may be.
func (f *flight) begin(ctx context.Context, a *attempt, traceKey any, sizeable bool) {
	f.Context, f.attempt, f.traceKey = ctx, a, traceKey
	if f.theirs = httptrace.ContextClientTrace(ctx); f.theirs != nil {
		f.trace = *f.theirs
		f.trace.WroteHeaderField = nil
	}
	f.trace.GetConn = f.getConn
	f.trace.GotConn = f.gotConn
	if sizeable {
		f.trace.WroteHeaders = f.wroteHeaders
	}
	f.trace.WroteRequest = f.wroteRequest
}

// Value implements context.Context. The trace is handed out in place of the one below: httptrace would add to that, and
// nothing takes one away.
func (f *flight) Value(key any) any {
	if key == f.traceKey {
		return &f.trace
	}
	return f.Context.Value(key)
}

// Format keeps what it holds to itself: contexts are printed.
func (f *flight) Format(s fmt.State, _ rune) { fmt.Fprint(s, f.String()) }

// String implements fmt.Stringer, which contexts that are derived from this one ask for.
func (f *flight) String() string { return f.attempt.String() + ", sent" }

// traceKey is the key that contexts have their trace under. It is not exported, but it is what ContextClientTrace asks
// for.
func traceKey() any {
	asked := &keyRecorder{Context: context.Background()}
	httptrace.ContextClientTrace(asked)
	return asked.key
}

type keyRecorder struct {
	context.Context
	key any
}

func (r *keyRecorder) Value(key any) any {
	r.key = key
	return nil
}

// reachedNobody tells whether err proves that nothing was sent. A transport that tells nothing proves nothing, unless
// its error is that of a connection that could not be made.
func (f *flight) reachedNobody(err error) bool {
	if f.had.Load() {
		return false
	}
	var dial *net.OpError
	var name *net.DNSError
	return f.sought.Load() || errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &name)
}

func (f *flight) getConn(hostPort string) {
	f.sought.Store(true)
	if f.theirs != nil && f.theirs.GetConn != nil {
		f.theirs.GetConn(hostPort)
	}
}

func (f *flight) gotConn(info httptrace.GotConnInfo) {
	f.had.Store(true)
	if f.theirs != nil && f.theirs.GotConn != nil {
		f.theirs.GotConn(info)
	}
}

func (f *flight) wroteHeaders() {
	f.attempt.limits.writing()
	if f.theirs != nil && f.theirs.WroteHeaders != nil {
		f.theirs.WroteHeaders()
	}
}

func (f *flight) wroteRequest(info httptrace.WroteRequestInfo) {
	f.attempt.limits.awaitAnswer()
	if f.theirs != nil && f.theirs.WroteRequest != nil {
		f.theirs.WroteRequest(info)
	}
}
