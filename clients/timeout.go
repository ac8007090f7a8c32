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

// limits are the time limits of one attempt. One timer serves both: it is set for the nearer of them, and set anew when
// it goes off and neither is reached. There is none if the caller's own deadline comes first anyway.
type limits struct {
	firstByte, total time.Duration
	cancel           context.CancelCauseFunc // nil: the caller's deadline is nearer

	mu       sync.Mutex
	timer    *time.Timer
	rings    time.Time // when timer goes off
	ends     time.Time // when total is over, zero if the caller's deadline is nearer than that
	waits    time.Time // when firstByte is over, zero while it does not run
	what     string    // is waited for
	answered bool
}

// begin returns the context for one attempt. Call end when the body has been read.
func (l *limits) begin(ctx context.Context, s *settings) context.Context {
	l.firstByte, l.total = s.firstByte, s.total
	deadline, ok := ctx.Deadline()
	now := time.Now()
	left := deadline.Sub(now)
	if ok && left <= l.firstByte && left <= l.total {
		return ctx
	}
	ctx, l.cancel = context.WithCancelCause(ctx)
	first := l.firstByte
	if !ok || left > l.total {
		l.ends = now.Add(l.total)
		first = min(first, l.total)
	}
	l.mu.Lock() // the timer may go off at once
	defer l.mu.Unlock()
	l.rings = now.Add(first)
	l.timer = time.AfterFunc(first, l.ring)
	return ctx
}

// ring ends the attempt if one of the limits is reached, and otherwise sets the timer anew.
func (l *limits) ring() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	switch {
	case l.timer == nil: // the end came first
	case !l.waits.IsZero() && !now.Before(l.waits):
		l.cancel(&errTimeLimit{l.what, l.firstByte})
	case !l.ends.IsZero() && !now.Before(l.ends):
		l.cancel(&errTimeLimit{"the answer did not come to its end", l.total})
	default:
		l.set(now)
	}
}

// set sets the timer for the nearer limit, unless it goes off before that.
func (l *limits) set(now time.Time) {
	next := l.ends
	if !l.waits.IsZero() && (next.IsZero() || l.waits.Before(next)) {
		next = l.waits
	}
	if next.IsZero() || now.Before(l.rings) && !next.Before(l.rings) {
		return
	}
	l.rings = next
	l.timer.Reset(next.Sub(now))
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
	if l.timer == nil {
		return // a transport that tells of it late
	}
	now := time.Now()
	l.what, l.waits = what, now.Add(l.firstByte)
	l.set(now)
}

// writing suspends the wait: a large body may take its time, up to the limit of the whole.
func (l *limits) writing() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waits = time.Time{}
}

// answer ends the wait for good.
func (l *limits) answer() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answered, l.waits = true, time.Time{}
}

// end stops the clock and frees the context.
func (l *limits) end() {
	if l.cancel == nil {
		return
	}
	l.mu.Lock()
	l.answered, l.waits = true, time.Time{}
	l.timer.Stop()
	l.timer = nil
	l.mu.Unlock()
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
