package clients

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/roster-go/roster/clients/token"
)

// newHTTPClient is what is used without WithHTTPClient. Go's default keeps two idle connections a host, so that a wide
// walk reconnects on nearly every call.
func newHTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{
		// The largest answers are whole departments; a minute is ample and ends a server that hangs.
		Timeout: time.Minute,
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           dialer.DialContext,
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
	idempotent  bool
	connected   atomic.Bool // a connection was had, so that something may have reached the vendor
}

type attemptKey struct{}

var errRedirect = errors.New("the server redirects, which no vendor does: check the base URL")

// sender is the last stage before the network: it authorizes, signs and sends. It is a RoundTripper, so that the user's
// middleware can stand in front of it.
type sender struct {
	http  *http.Client
	clock Clock
}

func newSender(hc *http.Client, clock Clock) *sender {
	own := *hc
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &sender{http: &own, clock: clock}
}

// RoundTrip sends req, which has no credential yet, and returns the answer as one to req.
func (s *sender) RoundTrip(req *http.Request) (*http.Response, error) {
	a, ok := req.Context().Value(attemptKey{}).(*attempt)
	if !ok {
		return nil, errors.New("the request has lost its context on the way through middleware")
	}
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { a.connected.Store(true) },
	})
	final := req.Clone(ctx)
	for i, credential := range a.credentials {
		if credential.Authorize != nil {
			credential.Authorize(final, a.tokens[i].Value)
		}
	}
	if err := s.sign(final, a.credentials); err != nil {
		return nil, err
	}
	if !a.idempotent && final.Body == nil && (final.Method == http.MethodGet || final.Method == http.MethodHead) {
		// net/http repeats a GET on its own when a kept-alive connection dies, and these vendors delete with GET. A
		// body that is there but empty, and cannot be had twice, changes nothing on the wire and keeps it from doing
		// so.
		final.Body = io.NopCloser(bytes.NewReader(nil))
		final.GetBody = nil
	}
	response, err := s.http.Do(final)
	if err != nil {
		return nil, err
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

// errTooLarge is an answer beyond the bound.
type errTooLarge int64

func (e errTooLarge) Error() string {
	return fmt.Sprintf("the answer is larger than %d bytes: ask for less, or raise the bound with WithMaxResponseBytes",
		int64(e))
}

// readBounded reads a body up to a bound. The declared length is a hint for the first allocation only.
func readBounded(response *http.Response, bound int64) ([]byte, error) {
	if response.ContentLength > bound {
		return nil, errTooLarge(bound)
	}
	buf := bytes.NewBuffer(make([]byte, 0, max(512, min(response.ContentLength+bytes.MinRead, 1<<20))))
	n, err := buf.ReadFrom(io.LimitReader(response.Body, bound+1))
	if err != nil {
		return nil, err
	}
	if n > bound {
		return nil, errTooLarge(bound)
	}
	return buf.Bytes(), nil
}

// drain lets the connection be used again after an answer that was not read to its end, if little is left.
func drain(ctx context.Context, body io.ReadCloser) {
	if ctx.Err() == nil {
		_, _ = io.CopyN(io.Discard, body, 4<<10)
	}
	_ = body.Close()
}
