package contract

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// observation is an exchange that is being watched. It holds copies only: request and response belong to others.
type observation struct {
	exchange Exchange
	request  Request
	response Response
	url      url.URL
	reserved int64 // bytes taken from the transport's memory
	partial  bool  // nobody knows whether the body is all there
}

// observe copies what is needed of a request. A body is looked at if it can be had a second time, so that the one that
// is sent is left alone.
func (t *Transport) observe(req *http.Request, id string) *observation {
	o := &observation{}
	o.request = Request{Method: req.Method, Header: make(http.Header, len(t.headers))}
	if req.URL != nil {
		o.url = *req.URL
		o.request.URL = &o.url
	}
	for _, name := range t.headers {
		if values := req.Header[name]; len(values) > 0 {
			o.request.Header[name] = append([]string(nil), values...)
		}
	}
	o.exchange = Exchange{Request: &o.request, Response: &o.response}
	if t.validator.document.Operations[id] != nil {
		o.exchange.Operation = id
	}
	if req.GetBody == nil || req.ContentLength <= 0 || req.ContentLength > t.set.maxBody ||
		!t.reserve(o, req.ContentLength) {
		return o
	}
	o.request.Body = secondBody(req)
	return o
}

// secondBody reads a request's body from a copy of it; nil if that fails, in whatever way.
func secondBody(req *http.Request) (text []byte) {
	defer func() {
		if recover() != nil {
			text = nil
		}
	}()
	body, err := req.GetBody()
	if err != nil || body == nil {
		return nil
	}
	defer body.Close()
	text = make([]byte, req.ContentLength)
	if _, err := io.ReadFull(body, text); err != nil {
		return nil
	}
	return text
}

// reserve takes bytes from the memory that all observations share.
func (t *Transport) reserve(o *observation, n int64) bool {
	if t.memory.Add(n) > t.set.maxBytes {
		t.memory.Add(-n)
		return false
	}
	o.reserved += n
	return true
}

func (t *Transport) release(o *observation) {
	t.memory.Add(-o.reserved)
	o.reserved = 0
}

// watch follows the body of a response.
func (t *Transport) watch(o *observation, r *http.Response) {
	o.response.Status = r.StatusCode
	o.response.Header = http.Header{}
	if values := r.Header["Content-Type"]; len(values) > 0 {
		o.response.Header["Content-Type"] = append([]string(nil), values...)
	}
	switch encoding := r.Header.Get("Content-Encoding"); {
	case r.StatusCode == http.StatusSwitchingProtocols, encoding != "" && !strings.EqualFold(encoding, "identity"):
		t.stats.encoded.Add(1)
		t.release(o)
	case r.ContentLength > t.set.maxBody:
		t.stats.tooLarge.Add(1)
		t.release(o)
	case r.Body == nil || r.Body == http.NoBody:
		t.enqueue(o)
	default:
		b := &watchedBody{ReadCloser: r.Body, transport: t, observation: o, length: r.ContentLength}
		if b.length == 0 {
			b.length = -1 // a body all the same: whoever made this response has not counted it
		}
		if r.ContentLength > 0 && t.reserve(o, r.ContentLength) {
			b.buf, b.room = make([]byte, 0, r.ContentLength), r.ContentLength
		}
		r.Body = b
	}
}

func (t *Transport) enqueue(o *observation) {
	if !t.queue.add(o) {
		t.stats.dropped.Add(1)
		t.release(o)
	}
}

// watchedBody copies what the caller reads. Nothing is read that the caller does not read.
type watchedBody struct {
	io.ReadCloser
	transport   *Transport
	observation *observation
	length      int64 // declared; negative if it is not

	mu   sync.Mutex // a body may be closed while it is read
	buf  []byte
	room int64 // reserved for buf
	done bool
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done {
		return n, err
	}
	if n > 0 && !b.keep(p[:n]) {
		return n, err
	}
	switch {
	case err == io.EOF:
		b.finish(false)
	case err != nil:
		b.abandon(&b.transport.stats.incomplete)
	}
	return n, err
}

func (b *watchedBody) Close() error {
	err := b.ReadCloser.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.done:
	case b.length >= 0 && int64(len(b.buf)) == b.length:
		b.finish(false)
	case b.length < 0 && len(b.buf) > 0:
		b.finish(true) // a decoder stops at the end of the value, before the end of the body
	default:
		b.abandon(&b.transport.stats.incomplete)
	}
	return err
}

// keep adds to the copy and tells whether it goes on.
func (b *watchedBody) keep(p []byte) bool {
	t := b.transport
	size := int64(len(b.buf) + len(p))
	if size > t.set.maxBody {
		b.abandon(&t.stats.tooLarge)
		return false
	}
	if size > b.room {
		grown := min(max(size, 2*b.room, 4<<10), t.set.maxBody)
		if !t.reserve(b.observation, grown-b.room) {
			b.abandon(&t.stats.dropped)
			return false
		}
		b.room = grown
		b.buf = append(make([]byte, 0, grown), b.buf...)
	}
	b.buf = append(b.buf, p...)
	return true
}

func (b *watchedBody) finish(partial bool) {
	b.done = true
	o := b.observation
	o.response.Body, o.partial = b.buf, partial
	b.buf, b.observation = nil, nil
	b.transport.enqueue(o)
}

func (b *watchedBody) abandon(count interface{ Add(int64) int64 }) {
	b.done = true
	count.Add(1)
	b.transport.release(b.observation)
	b.buf, b.observation = nil, nil
}
