package contract

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/roster-go/roster/contract/internal/document"
)

// Handler returns a handler that serves what next serves and checks every exchange against the document, for the tests
// of a stand-in for a vendor: a simulator, a fake, a proxy. Unlike Transport it checks on the spot, and leaves nothing
// out.
//
// With several validators the first part of a path chooses by the vendor's name, as in "/wecom/cgi-bin/user/get".
func Handler(next http.Handler, report *Report, validators ...*Validator) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := choose(validators, r.URL.Path)
		if v == nil {
			next.ServeHTTP(w, r)
			return
		}
		sent := &sentBody{}
		request := &Request{Method: r.Method, URL: r.URL, Header: r.Header.Clone()}
		if r.Body != nil {
			sent.ReadCloser = r.Body
			r.Body = sent
		}
		recorder := &recorder{ResponseWriter: w}
		next.ServeHTTP(recorder, r)
		if recorder.hijacked {
			return // the connection was reset, or is somebody else's now
		}
		if sent.copy.Len() > 0 && sent.isWhole(r) {
			request.Body = sent.copy.Bytes()
		}
		status := recorder.status
		if status == 0 {
			status = http.StatusOK
		}
		report.Add(v.Check(Exchange{
			Request:  request,
			Response: &Response{Status: status, Header: w.Header(), Body: recorder.body.Bytes()},
		})...)
	})
}

func choose(validators []*Validator, path string) *Validator {
	if len(validators) == 1 {
		return validators[0]
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	for _, v := range validators {
		if v.Vendor() == first {
			return v
		}
	}
	return nil
}

// sentBody keeps what is read of a request's body. A handler that refuses a request may leave the rest unread.
type sentBody struct {
	io.ReadCloser
	copy  bytes.Buffer
	whole bool
}

func (b *sentBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.copy.Write(p[:n])
	b.whole = b.whole || err == io.EOF
	return n, err
}

// isWhole tells whether all of the body was read. A decoder stops at the end of the value, before the end of the body.
func (b *sentBody) isWhole(r *http.Request) bool {
	if b.whole || int64(b.copy.Len()) == r.ContentLength {
		return true
	}
	_, err := document.Parse(b.copy.Bytes())
	return err == nil
}

// recorder keeps what is written through it.
type recorder struct {
	http.ResponseWriter
	status   int
	body     bytes.Buffer
	hijacked bool
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 { // 1xx announce another one
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.body.Write(p[:n])
	return n, err
}

// FlushError sends what has been written so far.
func (r *recorder) FlushError() error { return http.NewResponseController(r.ResponseWriter).Flush() }

// Flush implements http.Flusher.
func (r *recorder) Flush() { _ = r.FlushError() }

// Hijack hands over the connection, after which there is no answer to check.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	connection, buffered, err := http.NewResponseController(r.ResponseWriter).Hijack()
	if err == nil {
		r.hijacked = true
	}
	return connection, buffered, err
}

// Unwrap lets http.ResponseController reach what is below, to set deadlines for example.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
