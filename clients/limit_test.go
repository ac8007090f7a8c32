package clients_test

import (
	"context"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLimiterStaysWithinEveryWindow(t *testing.T) {
	op := &wire.Operation{ID: "Read", Limits: []wire.Limit{{Requests: 20, Seconds: 1}, {Requests: 100, Seconds: 60}}}
	synctest.Test(t, func(t *testing.T) {
		limiter := clients.NewLimiter(nil)
		var mu sync.Mutex
		var at []time.Time
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 40 {
					if !assert.NoError(t, limiter.Wait(t.Context(), op)) {
						return
					}
					mu.Lock()
					at = append(at, time.Now())
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		require.Len(t, at, 320)
		for _, limit := range op.Limits {
			window := time.Duration(limit.Seconds) * time.Second
			for i := range at {
				if i+limit.Requests < len(at) {
					assert.GreaterOrEqual(t, at[i+limit.Requests].Sub(at[i]), window, "%d calls in less than %s",
						limit.Requests+1, window)
				}
			}
		}
		assert.Less(t, at[len(at)-1].Sub(at[0]), 4*time.Minute, "and does not dawdle: 320 calls at 100 a minute")
	})
}

func TestPaceKeepsAndSpendsTheQuota(t *testing.T) {
	for _, seconds := range []int{1, 60, 3600} {
		for requests := 1; requests < 3000; requests++ {
			perSecond, burst := clients.Pace(wire.Limit{Requests: requests, Seconds: seconds})
			window := perSecond * float64(seconds)
			require.LessOrEqual(t, float64(burst)+math.Floor(window), float64(requests), requests)
			require.GreaterOrEqual(t, window, 0.9*float64(requests), requests)
		}
	}
}

func TestLimiterKeepsOperationsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter := clients.NewLimiter(nil)
		began := time.Now()
		for range 20 {
			op := &wire.Operation{Limits: []wire.Limit{{Requests: 1, Seconds: 60}}}
			require.NoError(t, limiter.Wait(t.Context(), op))
		}
		require.NoError(t, limiter.Wait(t.Context(), &wire.Operation{}), "no quota, no wait")
		assert.Zero(t, time.Since(began))
	})
}

func TestLimiterGivesBackWhatACancelledCallerHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		op := &wire.Operation{Limits: []wire.Limit{{Requests: 1, Seconds: 10}}}
		limiter := clients.NewLimiter(nil)
		require.NoError(t, limiter.Wait(t.Context(), op))
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() { gone <- limiter.Wait(ctx, op) }()
		synctest.Wait()
		cancel()
		assert.ErrorIs(t, <-gone, context.Canceled)
		short, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		assert.ErrorIs(t, limiter.Wait(short, op), context.DeadlineExceeded, "fails at once when the wait is hopeless")
		began := time.Now()
		require.NoError(t, limiter.Wait(t.Context(), op))
		assert.InDelta(t, 10.5, time.Since(began).Seconds(), 0.5, "one wait, not two")
	})
}

// Those who wait for their place when somebody is throttled wait for the end of that, and come one by one then.
func TestAHoldHoldsThoseWhoQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		op := &wire.Operation{Limits: []wire.Limit{{Requests: 10, Seconds: 1}}}
		limiter := clients.NewLimiter(nil).(clients.Holder)
		require.NoError(t, limiter.Wait(t.Context(), op))
		var wg sync.WaitGroup
		var mu sync.Mutex
		var at []time.Time
		for range 4 {
			wg.Go(func() {
				assert.NoError(t, limiter.Wait(t.Context(), op))
				mu.Lock()
				defer mu.Unlock()
				at = append(at, time.Now())
			})
		}
		synctest.Wait()
		until := time.Now().Add(2 * time.Second)
		limiter.Hold(op, until)
		wg.Wait()
		for i, one := range at {
			assert.False(t, one.Before(until))
			if i > 0 {
				assert.GreaterOrEqual(t, one.Sub(at[i-1]), 100*time.Millisecond, "they do not come at once")
			}
		}
	})
}
