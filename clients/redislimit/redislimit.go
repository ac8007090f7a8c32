// Package redislimit shares a vendor's quotas among the processes of a fleet, through Redis:
//
//	rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
//	limiter, err := redislimit.New(rdb, redislimit.Options{App: "wecom " + corpID, Processes: 4})
//	c, err := wecom.New(wecom.Config{...}, clients.WithLimiter(limiter))
//
// Vendors count the calls of an app, wherever they come from. The built-in limiter knows only its own process: two
// processes with one app's credentials spend twice the quota and are throttled. With this one, all processes that name
// the same App take from one quota, and a throttling answer to any of them makes all of them wait.
//
// When Redis does not answer, each process goes on with its share of the quota, 1/Processes, and asks Redis again every
// few seconds. That is said once in the log, and once more when it is over.
package redislimit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/wire"
)

// Options say whose quota it is. App is needed.
type Options struct {
	// App names the app whose quotas are shared: the same in all its processes, and another for every other app. Redis
	// holds a hash of it.
	App string

	// Processes is how many processes share the quota, for when Redis does not answer: then each takes 1/Processes of
	// it. Zero: 4. Too few of them throttle the app, too many slow it down.
	Processes int

	// Budget bounds every question to Redis, whatever the Redis client's own limits are. Zero: 250 ms.
	Budget time.Duration

	// Logger hears that Redis fails, and that it works again. Nil: slog.Default().
	Logger *slog.Logger
}

const (
	defaultProcesses = 4
	defaultBudget    = 250 * time.Millisecond

	// away is how long Redis is left alone after it has failed.
	away = 2 * time.Second

	// early is how long before a free slot the question is asked that takes it: what a late sleeper loses of a quota
	// that allows a call every 50 ms is lost.
	early = 2 * time.Millisecond

	// least is the shortest wait between two questions.
	least = 250 * time.Microsecond
)

// Limiter is a clients.Limiter, and a clients.Holder, on Redis. It is safe for concurrent use.
type Limiter struct {
	rdb     redis.UniversalClient
	slots   *redis_rate.Limiter
	options Options
	app     string
	local   clients.Holder

	mu     sync.Mutex
	shares map[*wire.Operation]*wire.Operation
	queues map[string]chan struct{}
	downAt time.Time // when Redis failed last; zero: it works
}

var _ clients.Holder = (*Limiter)(nil)

// New returns a limiter on rdb, which the caller closes.
func New(rdb redis.UniversalClient, o Options) (*Limiter, error) {
	if o.App == "" {
		return nil, errors.New("redislimit: Options.App is empty: without it, apps would share what is not theirs")
	}
	if o.Processes < 0 || o.Budget < 0 {
		return nil, errors.New("redislimit: negative values make no sense; zero means the default")
	}
	if o.Processes == 0 {
		o.Processes = defaultProcesses
	}
	if o.Budget == 0 {
		o.Budget = defaultBudget
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	local, ok := clients.NewLimiter(nil).(clients.Holder)
	if !ok {
		return nil, errors.New("redislimit: the built-in limiter cannot be held")
	}
	sum := sha256.Sum256([]byte(o.App))
	return &Limiter{
		rdb: rdb, slots: redis_rate.NewLimiter(rdb), options: o, app: hex.EncodeToString(sum[:16]), local: local,
		shares: make(map[*wire.Operation]*wire.Operation), queues: make(map[string]chan struct{}),
	}, nil
}

// Wait implements clients.Limiter.
func (l *Limiter) Wait(ctx context.Context, op *wire.Operation) error {
	if !l.works() {
		return l.local.Wait(ctx, l.share(op))
	}
	if err := l.waitHeld(ctx, op); err != nil {
		return l.fallBack(ctx, op, err)
	}
	for i, limit := range op.Limits {
		if err := l.take(ctx, l.name(op, i), slots(limit)); err != nil {
			return l.fallBack(ctx, op, err)
		}
	}
	return context.Cause(ctx)
}

// fallBack goes on without Redis, unless it is the caller whose time is over.
func (l *Limiter) fallBack(ctx context.Context, op *wire.Operation, err error) error {
	var failed *redisError
	if !errors.As(err, &failed) {
		return err
	}
	l.failed(ctx, failed.err)
	return l.local.Wait(ctx, l.share(op))
}

// slots is a quota in redis_rate's words. A thousandfold of both keeps the fractions.
func slots(limit wire.Limit) redis_rate.Limit {
	perSecond, burst := clients.Pace(limit)
	return redis_rate.Limit{Rate: max(1, int(perSecond*1000)), Burst: burst, Period: 1000 * time.Second}
}

// take waits for a slot. One caller of a process asks Redis at a time; the others wait behind it.
func (l *Limiter) take(ctx context.Context, name string, limit redis_rate.Limit) error {
	queue := l.queue(name)
	select {
	case queue <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-queue }()
	for {
		result, err := ask(ctx, l, func(ctx context.Context) (*redis_rate.Result, error) {
			return l.slots.Allow(ctx, name, limit)
		})
		if err != nil {
			return err
		}
		if result.Allowed > 0 {
			return nil
		}
		if err := sleep(ctx, max(result.RetryAfter-early, least)); err != nil {
			return err
		}
	}
}

// waitHeld waits until the vendor takes calls of op again. That may be put off while it waits.
func (l *Limiter) waitHeld(ctx context.Context, op *wire.Operation) error {
	for {
		left, err := ask(ctx, l, func(ctx context.Context) (time.Duration, error) {
			return l.rdb.PTTL(ctx, l.holdName(op)).Result()
		})
		if err != nil || left <= 0 {
			return err
		}
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
}

// Hold implements clients.Holder, for all processes.
func (l *Limiter) Hold(op *wire.Operation, until time.Time) {
	l.local.Hold(l.share(op), until)
	left := time.Until(until)
	if left <= 0 || !l.works() {
		return
	}
	ctx, name := context.Background(), l.holdName(op)
	_, err := ask(ctx, l, func(ctx context.Context) (struct{}, error) {
		known, err := l.rdb.PTTL(ctx, name).Result()
		if err != nil || known >= left {
			return struct{}{}, err
		}
		return struct{}{}, l.rdb.Set(ctx, name, 1, left).Err()
	})
	var failed *redisError
	if errors.As(err, &failed) {
		l.failed(ctx, failed.err)
	}
}

// name is the key of one of an operation's quotas. The numbers tell apart what is counted apart under one name.
func (l *Limiter) name(op *wire.Operation, i int) string {
	return fmt.Sprintf("roster:%s:%s:%d/%d", l.app, op.ID, op.Limits[i].Requests, op.Limits[i].Seconds)
}

func (l *Limiter) holdName(op *wire.Operation) string {
	name := "roster:" + l.app + ":" + op.ID + ":hold"
	for _, limit := range op.Limits {
		name += fmt.Sprintf(":%d/%d", limit.Requests, limit.Seconds)
	}
	return name
}

// share is an operation with this process's part of its quotas.
func (l *Limiter) share(op *wire.Operation) *wire.Operation {
	l.mu.Lock()
	defer l.mu.Unlock()
	part := l.shares[op]
	if part == nil {
		copied := *op
		copied.Limits = nil
		for _, limit := range op.Limits {
			if limit.Requests >= l.options.Processes {
				limit.Requests /= l.options.Processes
			} else {
				limit.Requests, limit.Seconds = 1, (limit.Seconds*l.options.Processes+limit.Requests-1)/limit.Requests
			}
			copied.Limits = append(copied.Limits, limit)
		}
		part = &copied
		l.shares[op] = part
	}
	return part
}

func (l *Limiter) queue(name string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue := l.queues[name]
	if queue == nil {
		queue = make(chan struct{}, 1)
		l.queues[name] = queue
	}
	return queue
}

// works tells whether Redis is worth asking.
func (l *Limiter) works() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.downAt.IsZero() || time.Since(l.downAt) >= away
}

func (l *Limiter) failed(ctx context.Context, err error) {
	l.mu.Lock()
	first := l.downAt.IsZero()
	l.downAt = time.Now()
	l.mu.Unlock()
	if first {
		l.options.Logger.LogAttrs(ctx, slog.LevelWarn, "quotas are not shared: Redis fails, and this process keeps "+
			"to its part",
			slog.Int("processes", l.options.Processes), slog.Any("error", err))
	}
}

func (l *Limiter) answered(ctx context.Context) {
	l.mu.Lock()
	was := !l.downAt.IsZero()
	l.downAt = time.Time{}
	l.mu.Unlock()
	if was {
		l.options.Logger.LogAttrs(ctx, slog.LevelInfo, "quotas are shared again: Redis answers")
	}
}

// redisError is an error of Redis, and not of the caller's time.
type redisError struct{ err error }

func (e *redisError) Error() string { return "redislimit: " + e.err.Error() }
func (e *redisError) Unwrap() error { return e.err }

var errBudget = errors.New("redis did not answer in time")

// ask runs f for as long as the budget lasts. A Redis client that does not heed its context is left behind, with a
// goroutine that ends by the client's own limits.
func ask[T any](ctx context.Context, l *Limiter, f func(context.Context) (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	bounded, cancel := context.WithTimeoutCause(ctx, l.options.Budget, errBudget)
	done := make(chan result, 1)
	go func() {
		defer cancel()
		value, err := f(bounded)
		done <- result{value, err}
	}()
	var r result
	select {
	case r = <-done:
	case <-bounded.Done():
		r.err = context.Cause(bounded)
	}
	switch {
	case r.err == nil:
		l.answered(ctx)
	case ctx.Err() != nil:
		r.err = context.Cause(ctx)
	default:
		r.err = &redisError{r.err}
	}
	return r.value, r.err
}

func sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
