package clients

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/wire"
	"golang.org/x/sync/semaphore"
)

// Option changes how a client works. Every vendor's New takes them.
type Option func(*settings) error

type settings struct {
	httpClient *http.Client
	baseURL    string
	store      token.Store
	limiter    Limiter
	retry      Retry
	logger     *slog.Logger
	clock      Clock
	maxBytes   int64
	userAgent  string
	middleware []func(http.RoundTripper) http.RoundTripper
	onWarning  func(context.Context, Warning)
	plainHTTP  bool

	firstByte, total time.Duration
	decoder          func([]byte, any) error
	inFlight         *semaphore.Weighted
	inFlightBytes    int64
}

const defaultMaxBytes = 32 << 20

// WithHTTPClient sends through hc: its Transport, Timeout and Jar. That transport, and nothing above it, sees requests
// with token and signature; put what logs or traces into WithMiddleware instead. Redirects are refused whatever hc
// says, since no vendor redirects and a redirect would carry the credential elsewhere. Which certificates and versions
// of TLS are accepted is that Transport's affair; the built-in one wants TLS 1.2 or later.
func WithHTTPClient(hc *http.Client) Option {
	return func(s *settings) error {
		if hc == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		s.httpClient = hc
		return nil
	}
}

// WithBaseURL sends the calls elsewhere: a private deployment, a proxy, a simulator. A path prefix is kept. A query or
// fragment is an error, and so is an empty URL, which must not come to mean the vendor's own: leave the option out for
// that. Plain http is an error for most hosts, see WithPlainHTTP.
func WithBaseURL(base string) Option {
	return func(s *settings) error {
		if base == "" {
			return errors.New("WithBaseURL: the base URL is empty; leave the option out to call the vendor itself")
		}
		clean, err := CleanBaseURL(base)
		if err != nil {
			return fmt.Errorf("WithBaseURL: %w", err)
		}
		s.baseURL = clean
		return nil
	}
}

// CleanBaseURL checks a base URL, http(s)://host[/prefix], and returns it without slashes at its end. The error does
// not quote it.
func CleanBaseURL(base string) (string, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return "", errors.New("the base URL cannot be parsed")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return "", errors.New("want http(s)://host[/prefix]")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("a base URL has no query and no fragment; they would be lost")
	case u.User != nil:
		return "", errors.New("a base URL has no user and password")
	}
	return strings.TrimRight(base, "/"), nil
}

// ParseBaseURL parses a base URL that CleanBaseURL has passed, as the Base of a wire.Call wants it. The error does not
// quote it.
func ParseBaseURL(base string) (*url.URL, error) {
	u, err := url.Parse(base + "/")
	if err != nil {
		return nil, errors.New("the base URL cannot be parsed")
	}
	u = u.ResolveReference(&url.URL{Path: "./"}) // without dots in it
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), strings.TrimSuffix(u.RawPath, "/")
	return u, nil
}

// WithTokenStore keeps tokens in store, so that several processes, or several clients of one process, share them.
func WithTokenStore(store token.Store) Option {
	return func(s *settings) error {
		if store == nil {
			return errors.New("WithTokenStore: the store is nil")
		}
		s.store = store
		return nil
	}
}

// WithLimiter replaces the built-in limiter, which keeps each operation of this client within the quota that the vendor
// documents. Give one limiter to all clients that share an app, or NoLimit to wait for nothing.
func WithLimiter(l Limiter) Option {
	return func(s *settings) error {
		if l == nil {
			return errors.New("WithLimiter: the limiter is nil; use clients.NoLimit for none")
		}
		s.limiter = l
		return nil
	}
}

// WithRetry sets how often and how patiently failed calls are repeated.
func WithRetry(r Retry) Option {
	return func(s *settings) error {
		if r.MaxAttempts < 0 || r.MaxWait < 0 || r.BaseDelay < 0 || r.MaxDelay < 0 {
			return errors.New("WithRetry: negative values make no sense; zero means the default")
		}
		s.retry = r
		return nil
	}
}

// WithLogger logs each attempt at debug level and each repeat and warning at warn level. No URL, header or body is
// logged.
func WithLogger(l *slog.Logger) Option {
	return func(s *settings) error {
		if l == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		s.logger = l
		return nil
	}
}

// WithClock puts in another clock, for tests.
func WithClock(c Clock) Option {
	return func(s *settings) error {
		if c == nil {
			return errors.New("WithClock: the clock is nil")
		}
		s.clock = c
		return nil
	}
}

// WithMaxResponseBytes bounds the answers that are read. The default is 32 MiB; a larger answer is ErrBadResponse.
func WithMaxResponseBytes(n int64) Option {
	return func(s *settings) error {
		if n <= 0 {
			return fmt.Errorf("WithMaxResponseBytes: want a positive number of bytes, got %d", n)
		}
		s.maxBytes = n
		return nil
	}
}

// WithMaxBytesInFlight bounds the bytes of answers that all calls of the client together hold in memory, from the
// moment that an answer begins until it is decoded. Calls beyond it wait for others to end. An answer that declares no
// length counts as the largest one that is read, see WithMaxResponseBytes. The default is no bound.
func WithMaxBytesInFlight(n int64) Option {
	return func(s *settings) error {
		if n <= 0 {
			return fmt.Errorf("WithMaxBytesInFlight: want a positive number of bytes, got %d", n)
		}
		s.inFlight, s.inFlightBytes = semaphore.NewWeighted(n), n
		return nil
	}
}

// WithDecoder decodes successful answers with unmarshal in place of encoding/json's Unmarshal, for programs that bring
// a faster decoder. It has to decode by the tags that encoding/json knows, to call UnmarshalJSON where a type has it,
// and to refuse what is not the whole of one JSON value: those of sonic, goccy/go-json and encoding/json/v2 are tested.
// It may keep the bytes that it is given, so that texts can point into them. Failures, and whether an answer has what
// makes it one, stay this package's business, and so do the words for an answer that does not fit: unmarshal's own may
// quote people's data. It is called from many goroutines.
func WithDecoder(unmarshal func(data []byte, out any) error) Option {
	return func(s *settings) error {
		if unmarshal == nil {
			return errors.New("WithDecoder: the function is nil")
		}
		s.decoder = unmarshal
		return nil
	}
}

// WithTimeouts bounds every attempt of a call, whatever HTTP client sends it: firstByte is the time from the request
// written, or from the search for a connection, until the answer's headers are there, and total that of the whole
// attempt. The
// defaults are 20 and 60 seconds. An attempt that runs out of time is ErrUnavailable, and repeated if that is harmless.
// A context's deadline and an http.Client's Timeout hold as well.
func WithTimeouts(firstByte, total time.Duration) Option {
	return func(s *settings) error {
		if firstByte <= 0 || total <= 0 {
			return errors.New("WithTimeouts: want two positive durations")
		}
		s.firstByte, s.total = firstByte, total
		return nil
	}
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(agent string) Option {
	return func(s *settings) error {
		if strings.ContainsAny(agent, "\r\n") {
			return errors.New("WithUserAgent: line breaks do not belong into a header")
		}
		s.userAgent = agent
		return nil
	}
}

// WithMiddleware puts wrap around every attempt, above token and signature: what it sees and records holds no
// credential. Use it for tracing, logging, recording; OperationFrom tells it the operation. The first middleware is the
// outermost. Calls that carry credentials in their own body or answer (the token operations) pass it by.
func WithMiddleware(wrap ...func(http.RoundTripper) http.RoundTripper) Option {
	return func(s *settings) error {
		for _, w := range wrap {
			if w == nil {
				return errors.New("WithMiddleware: a middleware is nil")
			}
		}
		s.middleware = append(s.middleware, wrap...)
		return nil
	}
}

// Warning is what a vendor complains of in an answer that it calls a success.
type Warning struct {
	Vendor, Operation string
	Message           string
}

// WithWarningHandler calls handle for each Warning, for example to treat a write that was carried out only in part as a
// failure.
func WithWarningHandler(handle func(context.Context, Warning)) Option {
	return func(s *settings) error {
		s.onWarning = handle
		return nil
	}
}

type operationKey struct{}

// OperationFrom returns the operation that a request's context belongs to, for span names and reports. It is nil
// outside of calls.
func OperationFrom(ctx context.Context) *wire.Operation {
	op, _ := ctx.Value(operationKey{}).(*wire.Operation)
	return op
}

// Retry says how failed calls are repeated. The zero value is the default; NoRetry is none.
type Retry struct {
	// MaxAttempts bounds the requests of one call. Zero: 4. The one repeat with a renewed token comes on top.
	MaxAttempts int

	// MaxWait is the longest single wait to accept. A call that would have to wait longer fails at once, with the wait
	// in Error.RetryAfter. Zero: 2 minutes, which is enough for the vendors' quotas that run by the minute.
	MaxWait time.Duration

	// BaseDelay and MaxDelay bound the back-off where the vendor names no time: a random part of BaseDelay, doubled for
	// each attempt, up to MaxDelay. Zero: 500 ms and 10 s.
	BaseDelay, MaxDelay time.Duration
}

// NoRetry sends every call once, apart from the repeat with a renewed token.
var NoRetry = Retry{MaxAttempts: 1}
