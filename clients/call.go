package clients

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/wire"
)

// Client carries out the calls of one vendor. It is safe for concurrent use. The vendors' packages make one and keep it
// to themselves.
type Client struct {
	vendor      Vendor
	set         settings
	credentials map[string]Credential
	direct      http.RoundTripper // authorizes, signs, sends
	wrapped     http.RoundTripper // the same behind the user's middleware
	bases       sync.Map          // of *url.URL, by base URL
	stats       stats
}

var _ wire.Caller = (*Client)(nil)

// New makes a client for a vendor. It does no I/O.
func New(v Vendor, options ...Option) (*Client, error) {
	c := &Client{vendor: v, set: settings{clock: systemClock{}, maxBytes: defaultMaxBytes,
		firstByte: defaultFirstByte, total: defaultTotal, userAgent: "roster"}}
	for _, option := range options {
		if err := option(&c.set); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Name, err)
		}
	}
	if err := c.checkURLs(); err != nil {
		return nil, fmt.Errorf("%s: %w", v.Name, err)
	}
	c.set.retry = c.set.retry.withDefaults()
	if c.set.httpClient == nil {
		c.set.httpClient = newHTTPClient()
	}
	if c.set.limiter == nil {
		c.set.limiter = NewLimiter(c.set.clock)
	}
	if c.set.logger == nil {
		c.set.logger = slog.New(slog.DiscardHandler)
	}
	c.direct = newSender(c.set.httpClient, c.set.clock)
	c.wrapped = c.direct
	for _, wrap := range slices.Backward(c.set.middleware) {
		c.wrapped = wrap(c.wrapped)
		if c.wrapped == nil {
			return nil, fmt.Errorf("%s: WithMiddleware: a middleware returned nil", v.Name)
		}
	}
	if v.Credentials != nil {
		var err error
		if c.credentials, err = v.Credentials(c); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Name, err)
		}
	}
	return c, nil
}

// Now is the client's clock.
func (c *Client) Now() time.Time { return c.set.clock.Now() }

// Sleep waits by the client's clock.
func (c *Client) Sleep(ctx context.Context, d time.Duration) error { return c.set.clock.Sleep(ctx, d) }

// BaseURL is where the vendor's calls go, without a slash at its end.
func (c *Client) BaseURL() string {
	if c.set.baseURL != "" {
		return c.set.baseURL
	}
	return strings.TrimRight(c.vendor.BaseURL, "/")
}

// NewTokenSource returns a source on the client's store and clock. identity is what makes the credential differ from
// others; it may hold secrets, of which only a hash goes into the store's key.
func (c *Client) NewTokenSource(fetch token.FetchFunc, identity ...string) (*token.Cached, error) {
	return c.newTokenSource(false, fetch, identity)
}

// NewRotatingTokenSource is NewTokenSource for a fetch that uses up what renews the token, as single-use refresh tokens
// do: it does not go on without its store when that fails.
func (c *Client) NewRotatingTokenSource(fetch token.FetchFunc, identity ...string) (*token.Cached, error) {
	return c.newTokenSource(true, fetch, identity)
}

func (c *Client) newTokenSource(rotating bool, fetch token.FetchFunc, identity []string) (*token.Cached, error) {
	return token.New(token.Config{
		Key:      token.Key(append([]string{c.vendor.Name, c.BaseURL()}, identity...)...),
		Rotating: rotating,
		Store:    c.set.store,
		Now:      c.set.clock.Now,
		Logger:   c.set.logger.With(slog.String("vendor", c.vendor.Name)),
		Hold:     holdAfter,
		Fetch: func(ctx context.Context, previous token.Token) (token.Token, error) {
			c.stats.tokens.Add(1)
			t, err := fetch(ctx, previous)
			var e *Error
			if !errors.As(err, &e) { // that of a Config's function, which is logged
				err = scrubError(err, c.vendor.Secrets)
			}
			return t, err
		},
	})
}

// holdAfter keeps a wrong secret from being tried again and again: vendors block the address of those who do.
func holdAfter(err error, nth int) time.Duration {
	if errors.Is(err, ErrUnauthenticated) || errors.Is(err, ErrPermission) {
		return time.Minute
	}
	var e *Error
	hold := min(time.Second<<min(nth-1, 6), time.Minute)
	if errors.As(err, &e) {
		hold = max(hold, min(e.RetryAfter, time.Minute))
	}
	return hold
}

// progress is what a call has gone through so far.
type progress struct {
	attempts  int
	waited    time.Duration
	refreshed bool
	secrets   []Secret // what must not show in this call's errors
	token     []token.Token
	refused   *outcome // the last attempt, if it was refused for its token
	key       string   // idempotency key, the same for all attempts
	unknown   bool     // some attempt may have been carried out
}

// outcome is how one attempt ended. The zero value is success.
type outcome struct {
	err    *Error
	replay Replay
	wait   time.Duration
	tries  int

	// unknown says that nobody knows whether the vendor did what the attempt asked for.
	unknown bool
}

// Call implements wire.Caller.
func (c *Client) Call(ctx context.Context, call *wire.Call) error {
	c.stats.calls.Add(1)
	op := call.Operation
	p := progress{secrets: c.secrets(ctx)}
	if call.Invalid != nil {
		return c.fail(op, &p, &Error{Kind: KindInvalidArgument, Message: "nothing was sent", cause: call.Invalid})
	}
	credentials, failed := c.credentialsFor(ctx, op)
	if failed != nil {
		return c.fail(op, &p, failed)
	}
	if op.IdempotencyParameter != "" {
		p.key = uuid.NewString()
	}
	exact := !slices.ContainsFunc(op.NotIdempotentWith, call.Sets)
	idempotent := (op.Idempotent || op.IdempotencyParameter != "") && exact
	// The key that is made here is another one when the caller repeats the call.
	harmless := (op.Idempotent || op.IdempotencyParameter != "" && call.Sets(op.IdempotencyParameter)) && exact
	ctx = context.WithValue(ctx, operationKey{}, op)
	for {
		o := c.try(ctx, call, credentials, idempotent, &p)
		if o.err == nil {
			return nil
		}
		p.unknown = p.unknown || o.unknown
		o.err.OutcomeUnknown = p.unknown && !harmless
		again, wait := c.again(credentials, idempotent, &o, &p)
		if o.replay == ReplayLater && errors.Is(o.err, ErrRateLimited) {
			hold := wait
			if hold == 0 { // this call is not repeated; others are yet to come
				hold = max(o.wait, c.set.retry.backoff(p.attempts))
			}
			c.holdBack(ctx, op, min(hold, c.set.retry.MaxWait))
		}
		if !again {
			return c.fail(op, &p, o.err)
		}
		c.stats.replays.Add(1)
		c.set.logger.LogAttrs(ctx, slog.LevelWarn, "call is repeated", slog.String("vendor", c.vendor.Name),
			slog.String("operation", op.ID),
			slog.Int("attempt", p.attempts), slog.Duration("wait", wait), slog.String("kind", string(o.err.Kind)),
			slog.String("code", o.err.Code))
		if stopped := c.pause(ctx, wait, &p); stopped != nil {
			last := c.fail(op, &p, o.err)
			gaveUp := &Error{Kind: KindCanceled, HTTPStatus: o.err.HTTPStatus, Code: o.err.Code,
				RetryAfter:     o.err.RetryAfter,
				OutcomeUnknown: o.err.OutcomeUnknown, cause: stopped,
				Message: "gave up before the call could be repeated after «" + last.Error() + "»"}
			if errors.Is(o.err, ErrRateLimited) {
				gaveUp.also = KindRateLimited
			}
			return c.fail(op, &p, gaveUp)
		}
	}
}

// again decides whether the attempt that ended in o is followed by another one, and after what wait.
func (c *Client) again(credentials []Credential, idempotent bool, o *outcome, p *progress) (bool, time.Duration) {
	if o.replay == ReplayFreshToken {
		if p.refreshed || len(p.token) == 0 {
			return false, 0
		}
		p.refreshed, p.refused = true, o
		renewable := false
		for i, credential := range credentials {
			if credential.Source != nil {
				credential.Source.Invalidate(p.token[i])
				renewable = true
			}
		}
		return renewable, 0
	}
	wait, ok := c.set.retry.wait(p.attempts, idempotent, o)
	return ok, wait
}

// pause waits, unless the context would end first: then there is no point in waiting for that.
func (c *Client) pause(ctx context.Context, wait time.Duration, p *progress) error {
	if deadline, ok := ctx.Deadline(); ok && deadline.Sub(c.set.clock.Now()) < wait {
		return context.DeadlineExceeded
	}
	if wait > 0 {
		c.stats.waited.begin(c.set.clock.Now())
		err := c.set.clock.Sleep(ctx, wait)
		c.stats.waited.end(c.set.clock.Now())
		if err != nil {
			return err
		}
		p.waited += wait
	}
	return ended(ctx)
}

// try makes one attempt.
func (c *Client) try(ctx context.Context, call *wire.Call, credentials []Credential, idempotent bool,
	p *progress) outcome {
	op := call.Operation
	c.stats.waited.begin(c.set.clock.Now())
	err := c.waitForQuota(ctx, op)
	c.stats.waited.end(c.set.clock.Now())
	if err != nil {
		if ctx.Err() == nil && !canceled(err) {
			return outcome{err: &Error{Kind: KindUnknown, Message: "the limiter failed", cause: err}}
		}
		return outcome{err: &Error{Kind: KindCanceled, also: KindRateLimited,
			Message: "while waiting for the operation's quota", cause: err}}
	}

	a := &attempt{credentials: credentials, idempotent: idempotent && op.IdempotencyParameter == "",
		tokens: make([]token.Token, len(credentials))}
	for i, credential := range credentials {
		if credential.Source == nil {
			continue
		}
		t, err := credential.Source.Token(ctx)
		if err != nil {
			return outcome{err: tokenError(ctx, err, credential.Fields)}
		}
		a.tokens[i] = t
		p.secrets = append(slices.Clip(p.secrets), t.Value)
	}
	if p.refused != nil && fixed(credentials, p.token, a.tokens) {
		refused := *p.refused
		refused.replay, p.refused = ReplayNever, nil
		return refused
	}
	p.token, p.refused = a.tokens, nil
	a.secrets = p.secrets

	ctx, a.limits = c.set.limited(ctx)
	defer a.limits.end()
	req, err := c.request(context.WithValue(ctx, attemptKey{}, a), call, p)
	if err != nil {
		return outcome{err: &Error{Kind: KindInvalidArgument, Message: "the request cannot be built", cause: err}}
	}
	p.attempts++
	c.stats.requests.Add(1)
	began := c.set.clock.Now()
	o := c.exchange(ctx, call, req, a, p)
	if c.set.logger.Enabled(ctx, slog.LevelDebug) {
		attrs := []slog.Attr{slog.String("vendor", c.vendor.Name), slog.String("operation", op.ID),
			slog.Int("attempt", p.attempts),
			slog.Duration("took", c.set.clock.Now().Sub(began))}
		if o.err != nil {
			attrs = append(attrs, slog.String("kind", string(o.err.Kind)), slog.String("code", o.err.Code),
				slog.Int("http_status", o.err.HTTPStatus))
		}
		c.set.logger.LogAttrs(ctx, slog.LevelDebug, "call", attrs...)
	}
	return o
}

// request makes the request of one attempt, with what every request has.
func (c *Client) request(ctx context.Context, call *wire.Call, p *progress) (*http.Request, error) {
	op := call.Operation
	base, err := c.base(op)
	if err != nil {
		return nil, err
	}
	req, err := call.Request(ctx, base)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", c.set.userAgent)
	req.Header.Set("Accept", "application/json")
	if p.key != "" && !req.URL.Query().Has(op.IdempotencyParameter) {
		addQuery(req.URL, op.IdempotencyParameter, p.key)
	}
	return req, nil
}

// exchange sends the request and judges the answer.
func (c *Client) exchange(ctx context.Context, call *wire.Call, req *http.Request, a *attempt, p *progress) outcome {
	chain := c.wrapped
	if call.Operation.CarriesSecret {
		chain = c.direct
	}
	sent := c.set.clock.Now()
	response, err := chain.RoundTrip(req)
	if err == nil && response == nil {
		err = errors.New("a middleware returned neither an answer nor an error")
	}
	if err != nil {
		return unanswered(ctx, err, a)
	}
	a.limits.answer()
	c.tell(ctx, call.Operation.ID, response, sent)
	defer response.Body.Close()
	// What hangs in a body that knows nothing of contexts is ended by closing it.
	defer context.AfterFunc(ctx, func() { _ = response.Body.Close() })()
	release, err := c.set.hold(ctx, response.ContentLength)
	if err != nil {
		return unread(ctx, err, response.StatusCode)
	}
	defer release()
	body, err := readBounded(response, c.set.maxBytes)
	if err != nil {
		return unread(ctx, err, response.StatusCode)
	}
	reply := &Reply{Operation: call.Operation, Status: response.StatusCode, Header: response.Header, Body: body,
		secrets: p.secrets}
	o := c.judge(reply, call.Out)
	if o.err == nil && c.vendor.Warning != nil {
		c.warn(ctx, reply)
	}
	return o
}

// fixed tells whether a token that was refused is all that its source has. The sources of this module renew theirs, and
// may get the same one again; others keep a token that somebody gave them.
func fixed(credentials []Credential, refused, now []token.Token) bool {
	for i, credential := range credentials {
		if credential.Source == nil {
			continue
		}
		if _, renews := credential.Source.(*token.Cached); renews || now[i].Value != refused[i].Value {
			return false
		}
	}
	return true
}

// unanswered is a request without an answer.
func unanswered(ctx context.Context, err error, a *attempt) outcome {
	limit := timeLimit(ctx)
	switch {
	case ctx.Err() != nil && limit == nil:
		return outcome{err: &Error{Kind: KindCanceled, cause: ended(ctx)}, unknown: a.maybeSent()}
	case limit != nil:
		err = limit
	case a.impugned.Load():
		// The same again would be refused again.
		return outcome{err: &Error{Kind: KindInvalidArgument, Message: "nothing was sent: the request is malformed",
			cause: err}}
	case a.sent.Load() == 0:
		return outcome{err: &Error{Kind: KindUnavailable, Message: "nothing was sent: a middleware refused the call",
			cause: err}}
	}
	o := outcome{err: &Error{Kind: KindUnavailable, Message: "no answer came", cause: err}, replay: ReplayIfIdempotent,
		unknown: true}
	if !a.maybeSent() {
		o.err.Message = "the vendor could not be reached"
		o.replay, o.unknown = ReplayLater, false
	}
	return o
}

// unread is an answer that broke off or was too large.
func unread(ctx context.Context, err error, status int) outcome {
	var large errTooLarge
	o := outcome{unknown: true}
	switch limit := timeLimit(ctx); {
	case errors.As(err, &large):
		o.err = &Error{Kind: KindBadResponse, HTTPStatus: status, cause: err}
	case limit != nil:
		o.err = &Error{Kind: KindUnavailable, HTTPStatus: status, Message: "the answer did not arrive", cause: limit}
		o.replay = ReplayIfIdempotent
	case ctx.Err() != nil:
		o.err = &Error{Kind: KindCanceled, HTTPStatus: status, Message: "while reading the answer", cause: ended(ctx)}
	case errors.Is(err, io.ErrUnexpectedEOF):
		o.err = &Error{Kind: KindBadResponse, also: KindUnavailable, HTTPStatus: status,
			Message: "the answer broke off", cause: err}
		o.replay = ReplayIfIdempotent
	default:
		o.err = &Error{Kind: KindUnavailable, HTTPStatus: status, Message: "the answer could not be read", cause: err}
		o.replay = ReplayIfIdempotent
	}
	return o
}

// fail completes an error with what the call knows and makes it safe to show.
func (c *Client) fail(op *wire.Operation, p *progress, e *Error) error {
	e.Vendor, e.Operation = c.vendor.Name, op.ID
	e.Attempts, e.Waited = p.attempts, p.waited
	e.Code = printable(e.Code)
	e.Message = printable(scrub(e.Message, p.secrets))
	e.RequestID = printable(scrub(e.RequestID, p.secrets))
	e.cause = scrubError(e.cause, p.secrets)
	return e
}

func (c *Client) warn(ctx context.Context, reply *Reply) {
	message := c.vendor.Warning(reply)
	if message == "" {
		return
	}
	w := Warning{Vendor: c.vendor.Name, Operation: reply.Operation.ID, Message: reply.Scrub(message)}
	c.set.logger.LogAttrs(ctx, slog.LevelWarn, "vendor warning", slog.String("vendor", w.Vendor),
		slog.String("operation", w.Operation),
		slog.String("message", w.Message))
	if c.set.onWarning != nil {
		c.set.onWarning(ctx, w)
	}
}

// server is the base URL for op, without a slash at its end.
func (c *Client) server(op *wire.Operation) string {
	if op.Server == "" {
		return c.BaseURL()
	}
	if c.vendor.ServerURL != nil {
		return strings.TrimRight(c.vendor.ServerURL(op, c.set.baseURL), "/")
	}
	return strings.TrimRight(op.Server, "/")
}

// base is the base URL for op. There are two of them at most, so that each is parsed once.
func (c *Client) base(op *wire.Operation) (*url.URL, error) {
	server := c.server(op)
	if parsed, ok := c.bases.Load(server); ok {
		return parsed.(*url.URL), nil
	}
	parsed, err := ParseBaseURL(server)
	if err != nil {
		return nil, err
	}
	c.bases.Store(server, parsed)
	return parsed, nil
}

// stats counts what a client has done.
type stats struct {
	calls, requests, replays, tokens atomic.Int64

	waited stopwatch
}

// Stats is what a client has done since it was made.
type Stats struct {
	Calls    int64         // calls, those for tokens included
	Requests int64         // requests sent
	Replays  int64         // requests that repeated another one
	Tokens   int64         // tokens fetched
	Waited   time.Duration // in which a call at least waited for a quota or a repeat, those that still wait left out
}

// Stats returns the counts so far.
func (c *Client) Stats() Stats {
	return Stats{Calls: c.stats.calls.Load(), Requests: c.stats.requests.Load(), Replays: c.stats.replays.Load(),
		Tokens: c.stats.tokens.Load(),
		Waited: c.stats.waited.elapsed()}
}
