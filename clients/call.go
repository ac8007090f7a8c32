package clients

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
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

const contentTypeJSON = "application/json"

// Client carries out the calls of one vendor. It is safe for concurrent use. The vendors' packages make one and keep it
// to themselves.
type Client struct {
	vendor      Vendor          // without its Secrets
	configured  func() []Secret // a function, into which nothing that prints goes
	set         settings
	credentials map[string]Credential
	accepted    map[[2]string][]Credential // those of each scheme, and of each two
	sender      *sender
	wrapped     http.RoundTripper // the sender behind the user's middleware, nil if there is none
	header      http.Header       // what every request has
	jsonHeader  http.Header       // and what one with JSON has
	bases       sync.Map          // of *url.URL, by base URL
	lender      lender
	rows        rows
	stats       stats
}

var _ wire.Caller = (*Client)(nil)

// New makes a client for a vendor. It does no I/O.
func New(v Vendor, options ...Option) (*Client, error) {
	c := &Client{vendor: v, set: settings{clock: systemClock{}, maxBytes: defaultMaxBytes,
		firstByte: defaultFirstByte, total: defaultTotal, userAgent: "roster"}}
	c.configured, c.vendor.Secrets = func() []Secret { return v.Secrets }, nil
	for _, option := range options {
		if err := option(&c.set); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Name, err)
		}
	}
	if err := c.checkURLs(); err != nil {
		return nil, fmt.Errorf("%s: %w", v.Name, err)
	}
	c.set.retry = c.set.retry.withDefaults()
	if c.set.limiter == nil {
		c.set.limiter = NewLimiter(c.set.clock)
	}
	if c.set.logger == nil {
		c.set.logger = slog.New(slog.DiscardHandler)
	}
	c.header = http.Header{"User-Agent": {c.set.userAgent}, "Accept": {contentTypeJSON}}
	c.jsonHeader = maps.Clone(c.header)
	c.jsonHeader["Content-Type"] = []string{contentTypeJSON}
	c.sender = newSender(c.set.httpClient, c.set.clock)
	if len(c.set.middleware) > 0 {
		c.wrapped = c.sender
	}
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
	c.accept()
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
				err = scrubError(err, c.configured())
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
	known     []Secret      // what must not show in this call's errors, apart from tokens
	token     []token.Token // of the last attempt
	refused   outcome       // the last attempt, if it was refused for its token
	key       string        // idempotency key, the same for all attempts
	unknown   bool          // some attempt may have been carried out
}

// outcome is how one attempt ended. The zero value is success.
type outcome struct {
	err    *Error
	replay Replay
	wait   time.Duration
	tries  int

	// unknown says that nobody knows whether the vendor did what the attempt asked for.
	unknown bool

	// warning is what the vendor complains of in what it calls a success.
	warning string
}

// Call implements wire.Caller.
func (c *Client) Call(ctx context.Context, call *wire.Call) error {
	c.stats.calls.Add(1)
	op := call.Operation
	p := progress{known: c.secrets(ctx)}
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
	for {
		o := c.try(ctx, call, credentials, idempotent, &p)
		if o.err == nil {
			if o.warning != "" {
				c.warn(ctx, op, o.warning)
			}
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
		p.refreshed, p.refused = true, *o
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
	p.known = withTokens(p.known, p.token)
	a := &attempt{operation: op, credentials: credentials, known: p.known,
		idempotent: idempotent && op.IdempotencyParameter == ""}
	// The token comes first: calls that have waited for their place in the quota, and then for one token, would all be
	// sent at one time.
	if failed := a.authorize(ctx); failed != nil {
		return outcome{err: failed}
	}
	if p.refused.err != nil && fixed(credentials, p.token, a.tokens) {
		refused := p.refused
		refused.replay, p.refused = ReplayNever, outcome{}
		return refused
	}
	if failed := c.takePlace(ctx, op, a); failed != nil {
		return outcome{err: failed}
	}
	p.token, p.refused = a.tokens, outcome{}

	a.Context = a.limits.begin(ctx, &c.set)
	defer a.limits.end()
	var f *flight // nil: that is the sender's business, behind the middleware
	requestContext := context.Context(a)
	if c.wrapped == nil || op.CarriesSecret {
		f = &a.flight
		f.begin(a, a, c.sender.traceKey, call.BodySize() > sizeable)
		requestContext = f
	}
	req, err := c.request(requestContext, call, credentials, p, f != nil && c.sender.own)
	if err != nil {
		return outcome{err: &Error{Kind: KindInvalidArgument, Message: "the request cannot be built", cause: err}}
	}
	p.attempts++
	c.stats.requests.Add(1)
	began := c.set.clock.Now()
	o := c.exchange(call, req, f, a, began)
	if c.set.logger.Enabled(a, slog.LevelDebug) {
		attrs := []slog.Attr{slog.String("vendor", c.vendor.Name), slog.String("operation", op.ID),
			slog.Int("attempt", p.attempts),
			slog.Duration("took", c.set.clock.Now().Sub(began))}
		if o.err != nil {
			attrs = append(attrs, slog.String("kind", string(o.err.Kind)), slog.String("code", o.err.Code),
				slog.Int("http_status", o.err.HTTPStatus))
		}
		c.set.logger.LogAttrs(a, slog.LevelDebug, "call", attrs...)
	}
	return o
}

// longWait is for how long a token is as good as it was.
const longWait = time.Second

// takePlace waits for a place in the quota, and renews the tokens if that took long.
func (c *Client) takePlace(ctx context.Context, op *wire.Operation, a *attempt) *Error {
	began := c.set.clock.Now()
	c.stats.waited.begin(began)
	err := c.waitForQuota(ctx, op)
	ended := c.set.clock.Now()
	c.stats.waited.end(ended)
	switch {
	case err != nil && ctx.Err() == nil && !canceled(err):
		return &Error{Kind: KindUnknown, Message: "the limiter failed", cause: err}
	case err != nil:
		return &Error{Kind: KindCanceled, also: KindRateLimited, Message: "while waiting for the operation's quota",
			cause: err}
	case ended.Sub(began) < longWait:
		return nil
	}
	return a.authorize(ctx)
}

// request makes the request of one attempt, with what every request has. own says that no code sees it but this
// package's and net/http's, so that what is in it may be shared.
func (c *Client) request(ctx context.Context, call *wire.Call, credentials []Credential, p *progress, own bool,
) (*http.Request, error) {
	op := call.Operation
	base, err := c.base(op)
	if err != nil {
		return nil, err
	}
	var shared http.Header
	if own && !slices.ContainsFunc(credentials, Credential.setsHeaders) {
		shared = c.shared(call)
	}
	req, err := call.Request(ctx, base, shared)
	if err != nil {
		return nil, err
	}
	if shared == nil {
		for name, values := range c.header {
			if !own {
				values = slices.Clone(values)
			}
			req.Header[name] = values
		}
	}
	if p.key != "" && !req.URL.Query().Has(op.IdempotencyParameter) {
		addQuery(req.URL, op.IdempotencyParameter, p.key)
	}
	return req, nil
}

// shared are the headers of a call that others have as well, nil if it has some of its own.
func (c *Client) shared(call *wire.Call) http.Header {
	contentType, only := call.OnlyHeader()
	switch {
	case only && contentType == "":
		return c.header
	case only && contentType == contentTypeJSON:
		return c.jsonHeader
	default:
		return nil
	}
}

// exchange sends the request, in f or else through the middleware, and judges the answer.
func (c *Client) exchange(call *wire.Call, req *http.Request, f *flight, a *attempt, sent time.Time) outcome {
	var response *http.Response
	var err error
	if f != nil {
		response, err = c.sender.send(req, f)
	} else {
		response, err = c.wrapped.RoundTrip(req)
	}
	if err == nil && response == nil {
		err = errors.New("a middleware returned neither an answer nor an error")
	}
	if err != nil {
		return unanswered(a, err)
	}
	a.limits.answer()
	c.tell(a, call.Operation.ID, response, sent)
	defer response.Body.Close()
	if f == nil || !c.sender.own {
		// What hangs in a body that knows nothing of contexts is ended by closing it.
		defer context.AfterFunc(a, func() { _ = response.Body.Close() })()
	}
	release, err := c.set.hold(a, response.ContentLength)
	if err != nil {
		return unread(a, err, response.StatusCode)
	}
	defer release()
	lent, err := c.lender.read(response, c.set.maxBytes)
	defer c.lender.giveBack(lent)
	if err != nil {
		return unread(a, err, response.StatusCode)
	}
	body := lent.bytes
	if c.set.decoder != nil && lent.size >= 0 {
		body = bytes.Clone(body) // theirs may go on using it
	}
	reply := &a.reply
	*reply = Reply{Operation: call.Operation, Status: response.StatusCode, Header: response.Header, Body: body,
		attempt: a}
	defer func() { reply.Body = nil }() // the connection may hold on to the request's context, and so to the attempt
	o := c.judge(reply, call.Out)
	if o.err == nil && c.vendor.Warning != nil {
		if message := c.vendor.Warning(reply); message != "" {
			o.warning = reply.Scrub(message)
		}
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
func unanswered(a *attempt, err error) outcome {
	limit := timeLimit(a)
	switch {
	case a.Err() != nil && limit == nil:
		return outcome{err: &Error{Kind: KindCanceled, cause: ended(a)}, unknown: a.maybeSent()}
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
	secrets := withTokens(p.known, p.token)
	e.Code = printable(e.Code)
	e.Message = printable(scrub(e.Message, secrets))
	e.RequestID = printable(scrub(e.RequestID, secrets))
	e.cause = scrubError(e.cause, secrets)
	return e
}

// warn comes when nothing of the attempt is held any more, neither room for bytes nor a time limit: what hears of it
// may make calls of its own.
func (c *Client) warn(ctx context.Context, op *wire.Operation, message string) {
	w := Warning{Vendor: c.vendor.Name, Operation: op.ID, Message: message}
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
