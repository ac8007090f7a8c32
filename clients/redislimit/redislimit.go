// Package redislimit shares a vendor's quotas among the processes of a fleet, through Redis:
//
//	rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
//	limiter, err := redislimit.New(rdb, redislimit.Options{App: "wecom " + corpID + " " + agentID, Processes: 4})
//	c, err := wecom.New(wecom.Config{...}, clients.WithLimiter(limiter))
//
// Vendors count the calls of an app, wherever they come from. The built-in limiter knows only its own process: two
// processes with one app's credentials spend twice the quota and are throttled. With this one, all processes that name
// the same App take from one quota, and a throttling answer to any of them makes all of them wait.
//
// When Redis does not answer, each process goes on with its share of the quota, 1/Processes, and one of its callers
// asks Redis again every few seconds. That is said once in the log, and once more when it is over.
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
	"github.com/roster-go/roster/clients/internal/budget"
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

	// Budget bounds every question to Redis, whatever the Redis client's own limits are. Zero: 250 ms. A caller with
	// less than twice that until its deadline spends half of its time on it. A client with ContextTimeoutEnabled has
	// its connection back at once, any other after its ReadTimeout.
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
	tried  bool      // somebody is asking whether it works again
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
	o.App = "" // may be a key that counts as secret
	return &Limiter{
		rdb: rdb, slots: redis_rate.NewLimiter(rdb), options: o, app: hex.EncodeToString(sum[:16]), local: local,
		shares: make(map[*wire.Operation]*wire.Operation), queues: make(map[string]chan struct{}),
	}, nil
}

// Wait implements clients.Limiter.
func (l *Limiter) Wait(ctx context.Context, op *wire.Operation) error {
	if !l.works(ctx) {
		return l.local.Wait(ctx, l.share(op))
	}
	err := l.waitShared(ctx, op)
	var failed *redisError
	if errors.As(err, &failed) {
		return l.local.Wait(ctx, l.share(op))
	}
	return err
}

// waitShared waits for a place in the quota of all. Its error is a redisError, or that of the caller's time.
func (l *Limiter) waitShared(ctx context.Context, op *wire.Operation) error {
	for {
		if err := l.waitHeld(ctx, op); err != nil {
			return err
		}
		waited := false
		for i, limit := range op.Limits {
			later, err := l.take(ctx, l.name(op, i), slots(limit))
			if err != nil {
				return err
			}
			waited = waited || later
		}
		if !waited {
			return context.Cause(ctx)
		}
		// The vendor may have throttled somebody meanwhile: this place is then one of a time when it takes no calls.
		if left, err := l.held(ctx, op); err != nil || left <= 0 {
			return err
		}
	}
}

// slots is a quota in redis_rate's words. A thousandfold of both keeps the fractions.
func slots(limit wire.Limit) redis_rate.Limit {
	perSecond, burst := clients.Pace(limit)
	return redis_rate.Limit{Rate: max(1, int(perSecond*1000)), Burst: burst, Period: 1000 * time.Second}
}

// take waits for a slot, and tells whether it had to. One caller of a process asks Redis at a time; the others wait
// behind it.
func (l *Limiter) take(ctx context.Context, name string, limit redis_rate.Limit) (waited bool, err error) {
	queue := l.queue(name)
	select {
	case queue <- struct{}{}:
	default:
		waited = true
		select {
		case queue <- struct{}{}:
		case <-ctx.Done():
			return true, context.Cause(ctx)
		}
	}
	defer func() { <-queue }()
	for {
		if l.isDown() { // found by whoever stood in front: not everybody must find that for himself
			return waited, &redisError{errDown}
		}
		result, err := ask(ctx, l, func(ctx context.Context) (*redis_rate.Result, error) {
			return l.slots.Allow(ctx, name, limit)
		})
		if err != nil || result.Allowed > 0 {
			return waited, err
		}
		waited = true
		if err := sleep(ctx, max(result.RetryAfter-early, least)); err != nil {
			return true, err
		}
	}
}

// held is how long the vendor takes no calls of op.
func (l *Limiter) held(ctx context.Context, op *wire.Operation) (time.Duration, error) {
	return ask(ctx, l, func(ctx context.Context) (time.Duration, error) {
		return l.rdb.PTTL(ctx, l.holdName(op)).Result()
	})
}

// waitHeld waits until the vendor takes calls of op again. That may be put off while it waits.
func (l *Limiter) waitHeld(ctx context.Context, op *wire.Operation) error {
	for {
		left, err := l.held(ctx, op)
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
	if left <= 0 || !l.works(context.Background()) {
		return
	}
	// An error has been logged, and the local limiter knows already.
	_, _ = ask(context.Background(), l, func(ctx context.Context) (any, error) {
		return later.Run(ctx, l.rdb, []string{l.holdName(op)}, left.Milliseconds()+1).Result()
	})
}

// later puts a key's end off, never the other way round, whoever else does that at the same time.
var later = redis.NewScript(`
if redis.call("PTTL", KEYS[1]) < tonumber(ARGV[1]) then
	redis.call("SET", KEYS[1], "1", "PX", ARGV[1])
end
return 0`)

// name is the key of one of an operation's quotas. The path tells vendors apart, and the numbers what is counted apart
// under one name.
func (l *Limiter) name(op *wire.Operation, i int) string {
	return fmt.Sprintf("roster:%s:%s:%s:%d/%d", l.app, op.ID, op.Path, op.Limits[i].Requests, op.Limits[i].Seconds)
}

func (l *Limiter) holdName(op *wire.Operation) string {
	name := "roster:" + l.app + ":" + op.ID + ":" + op.Path + ":hold"
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

// works tells whether Redis is worth asking. While it is down, one caller at a time finds out whether it still is; the
// others go on without it.
func (l *Limiter) works(ctx context.Context) bool {
	l.mu.Lock()
	up := l.downAt.IsZero()
	if up || l.tried || time.Since(l.downAt) < away {
		l.mu.Unlock()
		return up
	}
	l.tried = true
	l.mu.Unlock()
	// One that is full, or a replica, answers what only reads: it works when a script can write.
	if _, err := ask(ctx, l, func(ctx context.Context) (any, error) {
		return later.Run(ctx, l.rdb, []string{"roster:" + l.app + ":probe"}, 1).Result()
	}); err != nil {
		return false
	}
	l.answered(ctx)
	return true
}

func (l *Limiter) isDown() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.downAt.IsZero()
}

func (l *Limiter) failed(ctx context.Context, err error) {
	l.mu.Lock()
	first := l.downAt.IsZero()
	l.downAt, l.tried = time.Now(), false
	l.mu.Unlock()
	if first {
		l.options.Logger.LogAttrs(ctx, slog.LevelWarn, "quotas are not shared: Redis fails, and this process keeps "+
			"to its part",
			slog.Int("processes", l.options.Processes), slog.Any("error", err))
	}
}

// gaveUp is a caller whose time was over before Redis was heard of.
func (l *Limiter) gaveUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tried = false
}

func (l *Limiter) answered(ctx context.Context) {
	l.mu.Lock()
	was := !l.downAt.IsZero()
	l.downAt, l.tried = time.Time{}, false
	l.mu.Unlock()
	if was {
		l.options.Logger.LogAttrs(ctx, slog.LevelInfo, "quotas are shared again: Redis answers")
	}
}

// redisError is an error of Redis, and not of the caller's time.
type redisError struct{ err error }

func (e *redisError) Error() string { return "redislimit: " + e.err.Error() }
func (e *redisError) Unwrap() error { return e.err }

var errDown = errors.New("redis is down")

// ask runs f within the budget, and notes that Redis fails. A caller with little time spends half of it, so that the
// other half is left for what can be done without Redis.
func ask[T any](ctx context.Context, l *Limiter, f func(context.Context) (T, error)) (T, error) {
	spend := l.options.Budget
	if deadline, ok := ctx.Deadline(); ok {
		spend = min(spend, time.Until(deadline)/2)
	}
	value, err := budget.Within(ctx, spend, f)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		l.gaveUp()
		err = context.Cause(ctx)
	case spend < l.options.Budget/5: // too little to blame Redis for
		l.gaveUp()
		err = &redisError{err}
	default:
		l.failed(ctx, err)
		err = &redisError{err}
	}
	return value, err
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
