package redislimit_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/redislimit"
	"github.com/roster-go/roster/internal/redistest"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func open(t *testing.T, rdb redis.UniversalClient, o redislimit.Options) *redislimit.Limiter {
	t.Helper()
	if o.App == "" {
		o.App = "app"
	}
	l, err := redislimit.New(rdb, o)
	require.NoError(t, err)
	return l
}

func TestOptionsAreChecked(t *testing.T) {
	rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer rdb.Close()
	for _, o := range []redislimit.Options{{}, {App: "a", Processes: -1}, {App: "a", Budget: -1}} {
		_, err := redislimit.New(rdb, o)
		assert.Error(t, err)
	}
}

// Two limiters, as of two processes, spend one quota together and most of it.
func TestTwoProcessesSpendOneQuota(t *testing.T) {
	socket := redistest.Server(t)
	op := &wire.Operation{ID: "Read",
		Limits: []wire.Limit{{Requests: 100, Seconds: 1}, {Requests: 100_000, Seconds: 60}}}
	var mu sync.Mutex
	var at []time.Time
	began := time.Now()
	var wg sync.WaitGroup
	for range 2 {
		l := open(t, redistest.Connect(t, socket), redislimit.Options{})
		for range 4 {
			wg.Go(func() {
				for range 30 {
					if !assert.NoError(t, l.Wait(t.Context(), op)) {
						return
					}
					mu.Lock()
					at = append(at, time.Now())
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	require.Len(t, at, 240)
	for i := range at {
		if i+110 < len(at) { // the goroutines take a moment to note the time
			assert.GreaterOrEqual(t, at[i+110].Sub(at[i]), time.Second)
		}
	}
	assert.GreaterOrEqual(t, time.Since(began), 2*time.Second, "240 calls at 100 a second")

	other := open(t, redistest.Connect(t, socket), redislimit.Options{App: "another"})
	began = time.Now()
	require.NoError(t, other.Wait(t.Context(), op))
	assert.Less(t, time.Since(began), time.Second, "another app has a quota of its own")
	keys := redistest.Connect(t, socket).Keys(t.Context(), "*").Val()
	assert.NotContains(t, fmt.Sprint(keys), "another", "the app is not named")
}

func TestAThrottledProcessHoldsTheOthers(t *testing.T) {
	socket := redistest.Server(t)
	first := open(t, redistest.Connect(t, socket), redislimit.Options{})
	second := open(t, redistest.Connect(t, socket), redislimit.Options{})
	op, free := &wire.Operation{ID: "Read"}, &wire.Operation{ID: "Other"}
	began := time.Now()
	first.Hold(op, began.Add(300*time.Millisecond))
	second.Hold(op, began.Add(10*time.Millisecond)) // an earlier time changes nothing
	require.NoError(t, second.Wait(t.Context(), free))
	assert.Less(t, time.Since(began), 200*time.Millisecond, "other operations go on")
	require.NoError(t, second.Wait(t.Context(), op))
	assert.GreaterOrEqual(t, time.Since(began), 290*time.Millisecond)

	first.Hold(op, time.Now().Add(time.Hour))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	began = time.Now()
	assert.ErrorIs(t, second.Wait(ctx, op), context.DeadlineExceeded)
	assert.Less(t, time.Since(began), 900*time.Millisecond, "fails at once when the wait is hopeless")
}

// Those who wait for their place when somebody is throttled wait for the end of that, and come one by one then.
func TestAHoldHoldsThoseWhoQueue(t *testing.T) {
	socket := redistest.Server(t)
	l := open(t, redistest.Connect(t, socket), redislimit.Options{})
	op := &wire.Operation{ID: "Read", Limits: []wire.Limit{{Requests: 10, Seconds: 1}}}
	require.NoError(t, l.Wait(t.Context(), op))
	var wg sync.WaitGroup
	var mu sync.Mutex
	var at []time.Time
	for range 4 {
		wg.Go(func() {
			assert.NoError(t, l.Wait(t.Context(), op))
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Now())
		})
	}
	until := time.Now().Add(time.Second)
	open(t, redistest.Connect(t, socket), redislimit.Options{}).Hold(op, until)
	wg.Wait()
	slices.SortFunc(at, time.Time.Compare)
	before := 0 // whoever had his place before the hold was there
	for _, one := range at {
		if one.Before(until) {
			before++
		}
	}
	assert.LessOrEqual(t, before, 1)
	assert.GreaterOrEqual(t, at[3].Sub(until), 90*time.Millisecond, "they do not come at once")
}

func TestWithoutRedisEachProcessKeepsToItsPart(t *testing.T) {
	socket, stop := redistest.Start(t)
	var log bytes.Buffer
	l := open(t, redistest.Connect(t, socket), redislimit.Options{Processes: 4,
		Logger: slog.New(slog.NewTextHandler(&log, nil))})
	op := &wire.Operation{ID: "Read", Limits: []wire.Limit{{Requests: 100, Seconds: 1}}}
	require.NoError(t, l.Wait(t.Context(), op))
	assert.Empty(t, log.String())
	stop()
	began := time.Now()
	for range 15 {
		require.NoError(t, l.Wait(t.Context(), op))
	}
	assert.GreaterOrEqual(t, time.Since(began), 500*time.Millisecond, "15 calls at 25 a second")
	assert.Equal(t, 1, bytes.Count(log.Bytes(), []byte("quotas are not shared")), "said once: %s", log.String())

	rare := &wire.Operation{ID: "Rare", Limits: []wire.Limit{{Requests: 2, Seconds: 1}}}
	require.NoError(t, l.Wait(t.Context(), rare))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	assert.ErrorIs(t, l.Wait(ctx, rare), context.DeadlineExceeded, "a part of less than one call is a longer wait")
}

// A Redis that takes questions and does not answer costs one budget every few seconds.
func TestARedisThatHangsCostsOneBudget(t *testing.T) {
	rdb := redis.NewClient(&redis.Options{Addr: silence(t), ReadTimeout: time.Hour, MaxRetries: -1})
	t.Cleanup(func() { _ = rdb.Close() })
	l := open(t, rdb, redislimit.Options{Budget: 50 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	began := time.Now()
	for range 20 {
		require.NoError(t, l.Wait(t.Context(), &wire.Operation{ID: "Free"}))
	}
	l.Hold(&wire.Operation{ID: "Free"}, time.Now().Add(time.Hour))
	assert.Less(t, time.Since(began), time.Second)
}

// Those who queue for a quota do not find out one by one that Redis hangs.
func TestARedisThatHangsCostsAQueueOneBudget(t *testing.T) {
	socket := redistest.Server(t)
	var hangs atomic.Bool
	rdb := redis.NewClient(&redis.Options{MaxRetries: -1, ReadTimeout: time.Second,
		Dialer: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, "unix", socket)
			return &hanging{c, &hangs}, err
		}})
	t.Cleanup(func() { _ = rdb.Close() })
	var log lines
	l := open(t, rdb, redislimit.Options{Processes: 1, Budget: 200 * time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(&log, nil))})
	op := &wire.Operation{ID: "Read", Limits: []wire.Limit{{Requests: 1000, Seconds: 1}}}
	require.NoError(t, l.Wait(t.Context(), op))
	hangs.Store(true)
	began := time.Now()
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() { assert.NoError(t, l.Wait(t.Context(), op)) })
	}
	wg.Wait()
	assert.Less(t, time.Since(began), 2*time.Second, "32 budgets are 6.4 s")
	assert.Equal(t, 1, log.count("quotas are not shared"))

	hangs.Store(false)
	assert.Eventually(t, func() bool {
		return assert.NoError(t, l.Wait(t.Context(), op)) && log.count("quotas are shared again") == 1
	}, 20*time.Second, 50*time.Millisecond, "comes back by itself")
	assert.Equal(t, 1, log.count("quotas are not shared"))
}

// hanging is a connection whose answers can be lost.
type hanging struct {
	net.Conn

	hangs *atomic.Bool
}

func (c *hanging) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if err != nil || !c.hangs.Load() {
			return n, err
		}
	}
}

// lines are a log that may be read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Count(l.text.Bytes(), []byte(text))
}

// One Redis may serve several vendors, whose operations have names in common.
func TestVendorsAreToldApart(t *testing.T) {
	l := open(t, redistest.Connect(t, redistest.Server(t)), redislimit.Options{})
	limits := []wire.Limit{{Requests: 1, Seconds: 3600}}
	for _, path := range []string{"/user/get", "/contact/v3/users/{user_id}"} {
		require.NoError(t, l.Wait(t.Context(), &wire.Operation{ID: "GetUser", Path: path, Limits: limits}))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	again := &wire.Operation{ID: "GetUser", Path: "/user/get", Limits: limits}
	assert.ErrorIs(t, l.Wait(ctx, again), context.DeadlineExceeded)
}

func TestAClientTakesIt(t *testing.T) {
	var _ clients.Holder = open(t, redistest.Connect(t, redistest.Server(t)), redislimit.Options{})
}

func TestACallerWithLittleTimeHasTheShareOfTheProcess(t *testing.T) {
	rdb := redis.NewClient(&redis.Options{Addr: silence(t), ReadTimeout: time.Hour, MaxRetries: -1})
	t.Cleanup(func() { _ = rdb.Close() })
	var log lines
	l := open(t, rdb, redislimit.Options{Budget: time.Hour, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	require.NoError(t, l.Wait(ctx, &wire.Operation{ID: "Free"}))
	assert.Zero(t, log.count("quotas are not shared"), "so little time says nothing of Redis")

	l = open(t, rdb, redislimit.Options{Budget: 3 * time.Second, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ctx, cancel = context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	for range 10 {
		require.NoError(t, l.Wait(ctx, &wire.Operation{ID: "Free"}))
	}
	assert.Equal(t, 1, log.count("quotas are not shared"))
}

// A Redis that takes no writes, being full or a replica, answers whoever reads.
func TestARedisThatOnlyReadsDoesNotWork(t *testing.T) {
	for name, tc := range map[string]struct{ spoil, mend []any }{
		"full":      {[]any{"config", "set", "maxmemory", "1"}, []any{"config", "set", "maxmemory", "0"}},
		"a replica": {[]any{"replicaof", "127.0.0.1", "1"}, []any{"replicaof", "no", "one"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb := redistest.Connect(t, redistest.Server(t))
			var log lines
			l := open(t, rdb, redislimit.Options{Processes: 4, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			op := &wire.Operation{ID: "Read", Limits: []wire.Limit{{Requests: 100, Seconds: 1}}}
			require.NoError(t, rdb.Do(t.Context(), tc.spoil...).Err())
			began := time.Now()
			for range 65 {
				require.NoError(t, l.Wait(t.Context(), op))
			}
			assert.GreaterOrEqual(t, time.Since(began), 2300*time.Millisecond, "25 calls a second")
			assert.Equal(t, 1, log.count("quotas are not shared"))
			assert.Zero(t, log.count("quotas are shared again"))
			require.NoError(t, rdb.Do(t.Context(), tc.mend...).Err())
			assert.Eventually(t, func() bool {
				return assert.NoError(t, l.Wait(t.Context(), op)) && log.count("quotas are shared again") == 1
			}, 20*time.Second, 50*time.Millisecond)
		})
	}
}
