package clients

import (
	"context"
	"sync"
	"time"

	"github.com/roster-go/roster/wire"
	"golang.org/x/time/rate"
)

// Limiter makes calls wait for their quota.
type Limiter interface {
	// Wait returns when op may be called, or with the context's cause when ctx ends first. It may return early with an
	// error when the wait would outlast ctx's deadline.
	Wait(ctx context.Context, op *wire.Operation) error
}

// Holder is a Limiter that can be told of a vendor's throttling. Without it, only the call that was throttled waits.
type Holder interface {
	Limiter

	// Hold makes all calls of op wait until then. A later time replaces an earlier one, never the other way round.
	Hold(op *wire.Operation, until time.Time)
}

// NoLimit lets every call through at once.
var NoLimit Limiter = noLimit{}

type noLimit struct{}

func (noLimit) Wait(ctx context.Context, _ *wire.Operation) error { return context.Cause(ctx) }

// NewLimiter returns the built-in limiter: each operation stays within every window of the quota that its document
// names. Nil is the system's clock.
func NewLimiter(clock Clock) Limiter {
	if clock == nil {
		clock = systemClock{}
	}
	return &specLimiter{clock: clock, buckets: make(map[*wire.Operation][]*rate.Limiter),
		held: make(map[*wire.Operation]time.Time)}
}

var _ Holder = (*specLimiter)(nil)

type specLimiter struct {
	clock   Clock
	mu      sync.Mutex
	buckets map[*wire.Operation][]*rate.Limiter
	held    map[*wire.Operation]time.Time
}

func (l *specLimiter) Hold(op *wire.Operation, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until.After(l.held[op]) {
		l.held[op] = until
	}
}

// waitHeld waits until the vendor takes calls of op again. That may be put off while it waits.
func (l *specLimiter) waitHeld(ctx context.Context, op *wire.Operation) error {
	for {
		l.mu.Lock()
		until := l.held[op]
		l.mu.Unlock()
		now := l.clock.Now()
		delay := until.Sub(now)
		if until.IsZero() || delay <= 0 {
			return nil
		}
		if deadline, ok := ctx.Deadline(); ok && deadline.Sub(now) < delay {
			return context.DeadlineExceeded
		}
		if err := l.clock.Sleep(ctx, delay); err != nil {
			return err
		}
	}
}

func (l *specLimiter) Wait(ctx context.Context, op *wire.Operation) error {
	for {
		if err := l.waitHeld(ctx, op); err != nil {
			return err
		}
		waited, err := l.take(ctx, op)
		if err != nil || !waited || !l.isHeld(op) {
			return err
		}
		// The vendor has throttled somebody meanwhile: this place is one of a time when it takes no calls, and all who
		// have such a place must not come at once afterwards.
	}
}

func (l *specLimiter) isHeld(op *wire.Operation) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	until := l.held[op]
	return !until.IsZero() && l.clock.Now().Before(until)
}

// take waits for a place within every window, and tells whether it had to.
func (l *specLimiter) take(ctx context.Context, op *wire.Operation) (waited bool, err error) {
	if len(op.Limits) == 0 {
		return false, context.Cause(ctx)
	}
	now := l.clock.Now()
	var delay time.Duration
	var held []*rate.Reservation
	for _, bucket := range l.of(op) {
		r := bucket.ReserveN(now, 1)
		held = append(held, r)
		delay = max(delay, r.DelayFrom(now))
	}
	if delay == 0 {
		return false, context.Cause(ctx)
	}
	if deadline, ok := ctx.Deadline(); ok && deadline.Sub(now) < delay {
		giveBack(held, now)
		return true, context.DeadlineExceeded
	}
	if err := l.clock.Sleep(ctx, delay); err != nil {
		giveBack(held, now)
		return true, err
	}
	return true, nil
}

func giveBack(held []*rate.Reservation, now time.Time) {
	for _, r := range held {
		r.CancelAt(now)
	}
}

func (l *specLimiter) of(op *wire.Operation) []*rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	buckets, ok := l.buckets[op]
	if !ok {
		for _, limit := range op.Limits {
			buckets = append(buckets, newBucket(limit))
		}
		l.buckets[op] = buckets
	}
	return buckets
}

// headroom is the part of a quota that is used. Calls are spaced when they leave, and counted when they arrive: what
// the network delays would otherwise fall into the next window.
const headroom = 0.92

// Pace says how a quota is spent: a burst of a fiftieth of it, and the rest evenly. Calls are whole: beside the burst
// fewer than Requests-burst+1 of them flow into a window, and so Requests-burst at most. The quota is kept in any
// window, wherever the vendor's begins, and nine tenths of it or more are spent. Limiters of one's own do well to keep
// to it.
func Pace(limit wire.Limit) (perSecond float64, burst int) {
	burst = max(1, limit.Requests/50)
	return headroom * float64(max(1, limit.Requests-burst+1)) / float64(max(1, limit.Seconds)), burst
}

func newBucket(limit wire.Limit) *rate.Limiter {
	perSecond, burst := Pace(limit)
	return rate.NewLimiter(rate.Limit(perSecond), burst)
}

type quotaKey struct{}

// WithQuota makes calls of the operation op.ID wait for the limits of op beside their own, for vendors who count some
// uses of an operation apart. op is known to the limiter by its address, as operations are.
func WithQuota(ctx context.Context, op *wire.Operation) context.Context {
	return context.WithValue(ctx, quotaKey{}, op)
}

// holdBack makes all calls of an operation wait that was throttled.
func (c *Client) holdBack(ctx context.Context, op *wire.Operation, wait time.Duration) {
	limiter, ok := c.set.limiter.(Holder)
	if !ok {
		return
	}
	until := c.set.clock.Now().Add(wait)
	if extra, ok := ctx.Value(quotaKey{}).(*wire.Operation); ok && extra.ID == op.ID {
		op = extra // which of the two quotas was spent, nobody says; the finer one is
	}
	limiter.Hold(op, until)
}

func (c *Client) waitForQuota(ctx context.Context, op *wire.Operation) error {
	err := c.set.limiter.Wait(ctx, op)
	if extra, ok := ctx.Value(quotaKey{}).(*wire.Operation); ok && err == nil && extra.ID == op.ID {
		err = c.set.limiter.Wait(ctx, extra)
	}
	return err
}
