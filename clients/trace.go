package clients

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// flight is what one request on the network is known to have come to.
type flight struct {
	limits *limits
	sought atomic.Bool // a connection was sought: net/http found nothing wrong with the request
	had    atomic.Bool // and had, so that something may have reached the vendor
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

// watch returns a context whose trace notes what becomes of a request. A trace that the caller, or middleware, has in
// ctx is told the same, but for the headers: by now these hold the credential and the signature.
func (f *flight) watch(ctx context.Context) context.Context {
	var theirs httptrace.ClientTrace
	if trace := httptrace.ContextClientTrace(ctx); trace != nil {
		theirs = *trace
		ctx = withoutTrace(ctx)
	}
	own := theirs
	own.WroteHeaderField = nil
	own.GetConn = func(hostPort string) {
		f.sought.Store(true)
		if theirs.GetConn != nil {
			theirs.GetConn(hostPort)
		}
	}
	own.GotConn = func(info httptrace.GotConnInfo) {
		f.had.Store(true)
		if theirs.GotConn != nil {
			theirs.GotConn(info)
		}
	}
	own.WroteHeaders = func() {
		f.limits.writing()
		if theirs.WroteHeaders != nil {
			theirs.WroteHeaders()
		}
	}
	own.WroteRequest = func(info httptrace.WroteRequestInfo) {
		f.limits.awaitAnswer()
		if theirs.WroteRequest != nil {
			theirs.WroteRequest(info)
		}
	}
	own.GotFirstResponseByte = func() {
		f.limits.answer()
		if theirs.GotFirstResponseByte != nil {
			theirs.GotFirstResponseByte()
		}
	}
	return httptrace.WithClientTrace(ctx, &own)
}

// withoutTrace hides the trace that ctx has: httptrace would add to it, and nothing takes one away. Its key is not
// exported, but it is what ContextClientTrace asks for.
func withoutTrace(ctx context.Context) context.Context {
	asked := &keyRecorder{Context: ctx}
	httptrace.ContextClientTrace(asked)
	return &hiding{Context: ctx, key: asked.key}
}

type keyRecorder struct {
	context.Context
	key any
}

func (r *keyRecorder) Value(key any) any {
	r.key = key
	return nil
}

type hiding struct {
	context.Context
	key any
}

func (h *hiding) Value(key any) any {
	if key == h.key {
		return nil
	}
	return h.Context.Value(key)
}
