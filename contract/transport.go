package contract

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync/atomic"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/contract/internal/document"
)

// Transport watches live traffic: an http.RoundTripper that checks what passes against the document, and otherwise is
// not there. It returns the very response and error that come from below; bodies stream through byte for byte. Checks
// run behind the callers' backs, in a bounded number of goroutines that are there only while there is something to
// check. What there is no room for is dropped and counted.
//
//	watch, err := contract.NewTransport(validator, contract.WithRate(0.01), contract.WithFirst(20),
//		contract.WithLogger(slog.Default()))
//	c, err := wecom.New(config, clients.WithMiddleware(watch.Wrap))
//	defer watch.Close(ctx)
//
// As a middleware it sees neither credentials nor the token operations. As the transport of an http.Client
// (clients.WithHTTPClient, or of a program without our clients) it sees both, and keeps neither: findings hold no
// values.
//
// What it costs a call, measured on a shared 2-core machine (BenchmarkTransport): one that is not sampled 0.1 to 0.2 µs
// and no allocation, or 0.7 µs and one allocation if the operation has to be looked up for WithFirst because the call
// is not a client's of ours; a sampled one 1.5 µs, 7 allocations and a copy of its body. The check itself takes time of
// another goroutine: 20 µs for one member of WeCom's, 1.7 ms for a list of 100 (BenchmarkCheck).
type Transport struct {
	validator *Validator
	set       transportSettings
	counts    map[string]*atomic.Int64 // sampled calls by operationId; "" for all that the document does not have
	headers   []string                 // request headers that the document has something to say about
	queue     queue
	memory    atomic.Int64
	stats     counters
}

type transportSettings struct {
	next     http.RoundTripper
	rate     float64
	first    int64
	maxBody  int64
	maxBytes int64
	queued   int
	workers  int
	report   *Report
	logger   *slog.Logger
	callback func(Finding)
	random   func() float64
}

// TransportOption is a setting of a Transport.
type TransportOption func(*transportSettings) error

// WithRate looks at a share of the calls, between 0 and 1. The default is 1, all of them.
func WithRate(rate float64) TransportOption {
	return func(s *transportSettings) error {
		if !(rate >= 0 && rate <= 1) { // written so that NaN is refused
			return fmt.Errorf("contract: WithRate: want a share between 0 and 1, got %v", rate)
		}
		s.rate = rate
		return nil
	}
}

// WithFirst looks at the first n calls of each operation in any case, so that a rarely used one is seen at a low rate,
// too.
func WithFirst(n int) TransportOption {
	return func(s *transportSettings) error {
		if n < 0 {
			return fmt.Errorf("contract: WithFirst: want no negative number, got %d", n)
		}
		s.first = int64(n)
		return nil
	}
}

// WithLimits bounds the memory: answers and requests beyond body bytes are not looked at, no more than queued exchanges
// wait to be checked, and all bodies that are held at one time, those that are still being read included, take no more
// than total bytes. The defaults are 1 MiB, 64 and 8 MiB.
func WithLimits(body int64, queued int, total int64) TransportOption {
	return func(s *transportSettings) error {
		if body <= 0 || queued <= 0 || total <= 0 {
			return errors.New("contract: WithLimits: want positive numbers")
		}
		s.maxBody, s.queued, s.maxBytes = body, queued, total
		return nil
	}
}

// WithWorkers sets how many exchanges are checked at one time. The default is 1.
func WithWorkers(n int) TransportOption {
	return func(s *transportSettings) error {
		if n <= 0 {
			return fmt.Errorf("contract: WithWorkers: want a positive number, got %d", n)
		}
		s.workers = n
		return nil
	}
}

// WithReport gathers the findings in a report of yours. There is one in any case, see Transport.Report.
func WithReport(r *Report) TransportOption {
	return func(s *transportSettings) error {
		if r == nil {
			return errors.New("contract: WithReport: the report is nil")
		}
		s.report = r
		return nil
	}
}

// WithLogger logs each finding that the report did not have yet: breaking ones as warnings, others for information.
func WithLogger(l *slog.Logger) TransportOption {
	return func(s *transportSettings) error {
		if l == nil {
			return errors.New("contract: WithLogger: the logger is nil")
		}
		s.logger = l
		return nil
	}
}

// WithCallback calls f for each finding, those that have been seen before included, from the goroutine that checks. A
// panic in it is counted (Stats.Failed) and goes no further: watching must not end what is watched.
func WithCallback(f func(Finding)) TransportOption {
	return func(s *transportSettings) error {
		if f == nil {
			return errors.New("contract: WithCallback: the function is nil")
		}
		s.callback = f
		return nil
	}
}

// WithNext sets what Transport.RoundTrip sends through. The default is http.DefaultTransport. Wrap has its own.
func WithNext(next http.RoundTripper) TransportOption {
	return func(s *transportSettings) error {
		if next == nil {
			return errors.New("contract: WithNext: the transport is nil")
		}
		s.next = next
		return nil
	}
}

// WithRandom replaces the source of numbers in [0, 1) that WithRate draws from, for tests. It is called by many
// goroutines.
func WithRandom(random func() float64) TransportOption {
	return func(s *transportSettings) error {
		if random == nil {
			return errors.New("contract: WithRandom: the function is nil")
		}
		s.random = random
		return nil
	}
}

// NewTransport returns a Transport on a validator.
func NewTransport(v *Validator, options ...TransportOption) (*Transport, error) {
	if v == nil {
		return nil, errors.New("contract: NewTransport: the validator is nil")
	}
	set := transportSettings{
		next: http.DefaultTransport, rate: 1, maxBody: 1 << 20, maxBytes: 8 << 20, queued: 64, workers: 1,
		random: rand.Float64,
	}
	for _, option := range options {
		if err := option(&set); err != nil {
			return nil, err
		}
	}
	if set.report == nil {
		set.report = NewReport(nil)
	}
	t := &Transport{validator: v, set: set, counts: map[string]*atomic.Int64{"": new(atomic.Int64)}}
	headers := map[string]bool{"Content-Type": true}
	for id, op := range v.document.Operations {
		t.counts[id] = new(atomic.Int64)
		for _, p := range op.Parameters {
			if p.In == "header" {
				headers[http.CanonicalHeaderKey(p.Name)] = true
			}
		}
	}
	for name := range headers {
		t.headers = append(t.headers, name)
	}
	t.queue = queue{most: set.queued, workers: set.workers, handle: t.check}
	return t, nil
}

// Report is where the findings are gathered.
func (t *Transport) Report() *Report { return t.set.report }

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	return t.roundTrip(t.set.next, req)
}

// CloseIdleConnections closes those of what RoundTrip sends through, as http.Client.CloseIdleConnections asks for.
func (t *Transport) CloseIdleConnections() { closeIdle(t.set.next) }

func closeIdle(next http.RoundTripper) {
	if closer, ok := next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// Wrap returns a RoundTripper that watches next. It is a middleware for clients.WithMiddleware. All that one Transport
// wraps shares its sampling, limits and report.
func (t *Transport) Wrap(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = t.set.next
	}
	return &wrapped{t, next}
}

type wrapped struct {
	transport *Transport
	next      http.RoundTripper
}

func (w *wrapped) RoundTrip(req *http.Request) (*http.Response, error) {
	return w.transport.roundTrip(w.next, req)
}

// CloseIdleConnections closes those of what is watched.
func (w *wrapped) CloseIdleConnections() { closeIdle(w.next) }

func (t *Transport) roundTrip(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	t.stats.seen.Add(1)
	id := t.operation(req)
	if !t.sampled(id) || t.queue.isClosed() {
		return next.RoundTrip(req)
	}
	t.stats.sampled.Add(1)
	o := t.observe(req, id) // before the call: afterwards the request may belong to somebody else
	answered := false
	defer func() {
		if !answered { // an error, or a panic that is somebody else's to handle
			t.stats.unanswered.Add(1)
			t.release(o)
		}
	}()
	response, err := next.RoundTrip(req)
	if err != nil || response == nil {
		return response, err
	}
	answered = true
	t.watch(o, response)
	return response, err
}

// operation returns the operationId. Our clients have it in the context; for others it is looked for only if the
// sampling needs it.
func (t *Transport) operation(req *http.Request) string {
	if op := clients.OperationFrom(req.Context()); op != nil {
		return op.ID
	}
	if t.set.first == 0 || req.URL == nil {
		return ""
	}
	return t.validator.Find(req.Method, req.URL)
}

func (t *Transport) sampled(id string) bool {
	if t.set.first > 0 {
		count := t.counts[id]
		if count == nil {
			count = t.counts[""]
		}
		if count.Load() < t.set.first && count.Add(1) <= t.set.first {
			return true
		}
	}
	return t.set.rate >= 1 || t.set.rate > 0 && t.set.random() < t.set.rate
}

// Flush waits until all that has been observed is checked. Answers whose bodies are still being read are not waited
// for.
func (t *Transport) Flush(ctx context.Context) error { return t.queue.wait(ctx) }

// Close stops watching and waits like Flush. Calls go on, unwatched.
func (t *Transport) Close(ctx context.Context) error {
	t.queue.close()
	return t.queue.wait(ctx)
}

// check runs behind the callers' backs.
func (t *Transport) check(o *observation) {
	defer t.release(o)
	defer func() {
		if recover() != nil {
			t.stats.failed.Add(1)
		}
	}()
	if o.partial {
		if _, err := document.Parse(o.exchange.Response.Body); err != nil {
			t.stats.incomplete.Add(1)
			return
		}
	}
	findings := t.validator.Check(o.exchange)
	t.stats.checked.Add(1)
	t.stats.findings.Add(int64(len(findings)))
	fresh := t.set.report.Add(findings...)
	if t.set.logger != nil {
		for _, f := range fresh {
			level := slog.LevelInfo
			if f.Severity == Breaking {
				level = slog.LevelWarn
			}
			t.set.logger.LogAttrs(context.Background(), level, "contract", slog.Any("finding", f))
		}
	}
	if t.set.callback != nil {
		for _, f := range findings {
			t.set.callback(f)
		}
	}
}

// counters count what a Transport does.
type counters struct {
	seen, sampled, checked, findings, dropped, tooLarge, incomplete, encoded, unanswered, failed atomic.Int64
}

// TransportStats is what a Transport has done so far.
type TransportStats struct {
	Seen int64 // calls that passed
	// Sampled are calls that were to be looked at; each ends in one of the counts below, once its body has been read or
	// closed.
	Sampled    int64
	Checked    int64 // exchanges that were checked against the document
	Dropped    int64 // no room in the queue or in memory
	TooLarge   int64 // the answer was larger than is looked at
	Incomplete int64 // the answer broke off, or the caller did not want the rest
	Encoded    int64 // the answer was compressed on the caller's own wish
	Unanswered int64 // an error instead of an answer
	Failed     int64 // a callback or check panicked
	Findings   int64 // in all checked exchanges
}

// Stats returns the counts so far.
func (t *Transport) Stats() TransportStats {
	s := &t.stats
	return TransportStats{
		Seen: s.seen.Load(), Sampled: s.sampled.Load(), Checked: s.checked.Load(), Findings: s.findings.Load(),
		Dropped: s.dropped.Load(), TooLarge: s.tooLarge.Load(), Incomplete: s.incomplete.Load(),
		Encoded: s.encoded.Load(), Unanswered: s.unanswered.Load(), Failed: s.failed.Load(),
	}
}
