package clients

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// newTransport is what is used without WithHTTPClient. Go's default keeps two idle connections a host, so that a wide
// walk reconnects on nearly every call.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          256,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

var errRedirect = errors.New("the server redirects, which no vendor does: check the base URL")

// sender is the last stage before the network: it authorizes, signs and sends. It is a RoundTripper, so that the user's
// middleware can stand in front of it.
type sender struct {
	do       func(*http.Request) (*http.Response, error)
	clock    Clock
	own      bool // no code but this package's and net/http's sees the requests
	traced   bool // the transport is known to tell of every connection that it seeks
	traceKey any
}

// newSender returns one that sends through hc, and through a transport of this package's if that is nil. A transport
// alone follows no redirects, which is what is wanted.
func newSender(hc *http.Client, clock Clock) *sender {
	if hc == nil {
		return &sender{do: newTransport().RoundTrip, clock: clock, own: true, traced: true, traceKey: traceKey()}
	}
	client := *hc
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	_, traced := client.Transport.(*http.Transport)
	return &sender{do: client.Do, clock: clock, traced: traced || client.Transport == nil, traceKey: traceKey()}
}

// RoundTrip sends a copy of req, which has no credential yet, and returns the answer as one to req.
func (s *sender) RoundTrip(req *http.Request) (*http.Response, error) {
	a, ok := req.Context().Value(attemptKey{}).(*attempt)
	if !ok {
		return nil, errors.New("the request has lost its context on the way through middleware")
	}
	f := new(flight)
	f.begin(req.Context(), a, s.traceKey, true)
	response, err := s.send(req.Clone(f), f)
	if err != nil {
		return nil, err
	}
	response.Request = req // the one without credentials
	return response, nil
}

// send authorizes req, whose context is f and which belongs to nobody else, signs and sends it.
func (s *sender) send(req *http.Request, f *flight) (*http.Response, error) {
	a := f.attempt
	for i, credential := range a.credentials {
		if credential.Query != "" {
			addQuery(req.URL, credential.Query, string(a.token(i)))
		}
		if credential.Authorize != nil {
			credential.Authorize(req, a.token(i))
		}
	}
	if err := s.sign(req, a.credentials); err != nil {
		a.impugned.Store(true)
		return nil, scrubError(err, a.secrets())
	}
	if !a.idempotent && req.Body == nil && (req.Method == http.MethodGet || req.Method == http.MethodHead) {
		// net/http repeats a GET on its own when a kept-alive connection dies, and these vendors delete with GET. A
		// body that is there but empty, and cannot be had twice, changes nothing on the wire and keeps it from doing
		// so.
		req.Body = io.NopCloser(bytes.NewReader(nil))
		req.GetBody = nil
	}
	a.sent.Add(1)
	a.limits.awaitConnection()
	response, err := s.do(req)
	a.limits.answer()
	if err != nil {
		if f.reachedNobody(err) {
			a.unsent.Add(1)
		}
		if s.traced && !f.sought.Load() && f.Err() == nil {
			a.impugned.Store(true)
		}
		return nil, scrubError(err, a.secrets()) // the URL has the token, and middleware records errors
	}
	return response, nil
}

func (s *sender) sign(req *http.Request, credentials []Credential) error {
	for _, credential := range credentials {
		if credential.Sign == nil {
			continue
		}
		var body []byte
		if req.Body != nil {
			var err error
			if body, err = io.ReadAll(req.Body); err != nil {
				return fmt.Errorf("the request's body cannot be read for signing: %w", err)
			}
			if err = req.Body.Close(); err != nil {
				return fmt.Errorf("the request's body cannot be closed: %w", err)
			}
			req.Body = io.NopCloser(bytes.NewReader(body))
			req.ContentLength = int64(len(body))
			if len(body) == 0 {
				req.Body = http.NoBody
			}
			if req.GetBody != nil {
				// Middleware may have changed the body and left this as it was; what is sent again is what was signed.
				req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
			}
		}
		if err := credential.Sign(req, body, s.clock.Now()); err != nil {
			return fmt.Errorf("the request cannot be signed: %w", err)
		}
	}
	return nil
}
