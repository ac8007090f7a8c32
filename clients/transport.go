package clients

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/roster-go/roster/clients/token"
)

// newHTTPClient is what is used without WithHTTPClient. Go's default keeps two idle connections a host, so that a wide
// walk reconnects on nearly every call.
func newHTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           dialer.DialContext,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:     true,
			MaxIdleConns:          256,
			MaxIdleConnsPerHost:   64,
			IdleConnTimeout:       90 * time.Second,
			TLSHandshakeTimeout:   10 * time.Second,
			ExpectContinueTimeout: time.Second,
		},
	}
}

// attempt is what the stages of one attempt share. It travels in the request's context, below which user middleware may
// sit.
type attempt struct {
	credentials []Credential
	tokens      []token.Token
	secrets     []Secret
	idempotent  bool
	limits      *limits

	sent     atomic.Int32 // how often the request was handed to the network's side
	unsent   atomic.Int32 // how many of these are proven to have reached nobody
	impugned atomic.Bool  // net/http refused the request as malformed
}

// maybeSent tells whether something may have reached the vendor.
func (a *attempt) maybeSent() bool { return a.sent.Load() > a.unsent.Load() }

type attemptKey struct{}

var errRedirect = errors.New("the server redirects, which no vendor does: check the base URL")

// sender is the last stage before the network: it authorizes, signs and sends. It is a RoundTripper, so that the user's
// middleware can stand in front of it.
type sender struct {
	http   *http.Client
	clock  Clock
	traced bool // the transport is known to tell of every connection that it seeks
}

func newSender(hc *http.Client, clock Clock) *sender {
	own := *hc
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	_, traced := own.Transport.(*http.Transport)
	return &sender{http: &own, clock: clock, traced: traced || own.Transport == nil}
}

// RoundTrip sends req, which has no credential yet, and returns the answer as one to req.
func (s *sender) RoundTrip(req *http.Request) (*http.Response, error) {
	a, ok := req.Context().Value(attemptKey{}).(*attempt)
	if !ok {
		return nil, errors.New("the request has lost its context on the way through middleware")
	}
	flight := &flight{limits: a.limits}
	ctx := flight.watch(req.Context())
	final := req.Clone(ctx)
	for i, credential := range a.credentials {
		if credential.Authorize != nil {
			credential.Authorize(final, a.tokens[i].Value)
		}
	}
	if err := s.sign(final, a.credentials); err != nil {
		a.impugned.Store(true)
		return nil, scrubError(err, a.secrets)
	}
	if !a.idempotent && final.Body == nil && (final.Method == http.MethodGet || final.Method == http.MethodHead) {
		// net/http repeats a GET on its own when a kept-alive connection dies, and these vendors delete with GET. A
		// body that is there but empty, and cannot be had twice, changes nothing on the wire and keeps it from doing
		// so.
		final.Body = io.NopCloser(bytes.NewReader(nil))
		final.GetBody = nil
	}
	a.sent.Add(1)
	a.limits.awaitConnection()
	response, err := s.http.Do(final)
	a.limits.answer()
	if err != nil {
		if flight.reachedNobody(err) {
			a.unsent.Add(1)
		}
		if s.traced && !flight.sought.Load() && ctx.Err() == nil {
			a.impugned.Store(true)
		}
		return nil, scrubError(err, a.secrets) // the URL has the token, and middleware records errors
	}
	response.Request = req // the one without credentials
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
