package clients

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	defaultFirstByte = 20 * time.Second
	defaultTotal     = 60 * time.Second
)

// errTimeLimit is an attempt that ran into one of the pipeline's own limits, while the caller's context is alive.
type errTimeLimit struct {
	what  string
	limit time.Duration
}

func (e *errTimeLimit) Error() string {
	return fmt.Sprintf("%s within %s (see WithTimeouts)", e.what, e.limit)
}

// limits are the time limits of one attempt. One context carries both; there is none if the caller's own deadline comes
// first anyway.
type limits struct {
	firstByte time.Duration
	cancel    context.CancelCauseFunc // nil: the caller's deadline is nearer

	mu       sync.Mutex
	total    *time.Timer
	waiting  *time.Timer // for the first byte, or for a connection
	answered bool
}

// limited returns a context for one attempt, and its limits. Call end when the body has been read.
func (s *settings) limited(ctx context.Context) (context.Context, *limits) {
	l := &limits{firstByte: s.firstByte}
	deadline, ok := ctx.Deadline()
	left := time.Until(deadline)
	if ok && left <= s.firstByte && left <= s.total {
		return ctx, l
	}
	ctx, l.cancel = context.WithCancelCause(ctx)
	if !ok || left > s.total {
		cancel := l.cancel
		l.total = time.AfterFunc(s.total, func() {
			cancel(&errTimeLimit{"the answer did not come to its end", s.total})
		})
	}
	return ctx, l
}

// awaitConnection starts the wait for the first byte. What knows nothing of traces is bound by it from here on.
func (l *limits) awaitConnection() { l.await("no connection came") }

// awaitAnswer starts it anew: the request is written.
func (l *limits) awaitAnswer() { l.await("no answer began") }

func (l *limits) await(what string) {
	if l.cancel == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.answered {
		return // HTTP/2 answers before it has written everything
	}
	if l.waiting != nil {
		l.waiting.Stop()
	}
	cancel := l.cancel
	l.waiting = time.AfterFunc(l.firstByte, func() { cancel(&errTimeLimit{what, l.firstByte}) })
}

// writing suspends the wait: a large body may take its time, up to the limit of the whole.
func (l *limits) writing() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting != nil {
		l.waiting.Stop()
	}
}

// answer ends the wait for good.
func (l *limits) answer() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answered = true
	if l.waiting != nil {
		l.waiting.Stop()
	}
}

// end stops the clocks and frees the context.
func (l *limits) end() {
	if l.cancel == nil {
		return
	}
	l.answer()
	if l.total != nil {
		l.total.Stop()
	}
	l.cancel(nil)
}

// timeLimit returns the limit that ended an attempt's context, nil if it was the caller's or none.
func timeLimit(ctx context.Context) error {
	var limit *errTimeLimit
	if errors.As(context.Cause(ctx), &limit) {
		return limit
	}
	return nil
}
