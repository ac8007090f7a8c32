package bench_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roster-go/roster/bench"
	"github.com/roster-go/roster/bench/server"
)

// together is how many goroutines read at the same time.
const together = 64

// crowd has 64 goroutines read calls people in all, and returns the longest wait for one of them.
func crowd(b *testing.B, c bench.Client, calls int) time.Duration {
	b.Helper()
	var mu sync.Mutex
	var slowest time.Duration
	var failed error
	var left atomic.Int64
	left.Store(int64(calls))
	var wg sync.WaitGroup
	for range together {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				began := time.Now()
				_, err := c.GetUser(context.Background(), "1")
				took := time.Since(began)
				mu.Lock()
				slowest = max(slowest, took)
				if err != nil {
					failed = err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if failed != nil {
		b.Fatal(failed)
	}
	return slowest
}

// tally adds up what the server counted in the rounds of a benchmark.
type tally struct {
	server.Counts

	slowest time.Duration
}

func (t *tally) add(c server.Counts, slowest time.Duration) {
	t.Requests += c.Requests
	t.Tokens += c.Tokens
	t.Connections += c.Connections
	t.slowest += slowest
}

func (t *tally) report(b *testing.B) {
	b.Helper()
	n := float64(b.N)
	b.ReportMetric(float64(t.Requests)/n, "requests/op")
	b.ReportMetric(float64(t.Tokens)/n, "tokens/op")
	b.ReportMetric(float64(t.Connections)/n, "connections/op")
	b.ReportMetric(float64(t.slowest.Nanoseconds())/n, "slowest-ns/op")
}

// answersTake is how long the server takes for an answer where waits are measured.
const answersTake = 20 * time.Millisecond

// A program starts, and 64 goroutines call at once without a token.
func BenchmarkColdStart(b *testing.B) {
	columns(b, 2, func(b *testing.B, open func() bench.Client) {
		var t tally
		for b.Loop() {
			control(b, server.Control{Delay: answersTake})
			slowest := crowd(b, open(), together)
			t.add(control(b, server.Control{}), slowest)
		}
		t.report(b)
	})
}

// The token dies, and 64 goroutines find out at once.
func BenchmarkDeadToken(b *testing.B) {
	columns(b, 2, func(b *testing.B, open func() bench.Client) {
		c := open()
		crowd(b, c, together)
		var t tally
		for b.Loop() {
			control(b, server.Control{Revoke: true, Delay: answersTake})
			slowest := crowd(b, c, together)
			t.add(control(b, server.Control{}), slowest)
		}
		t.report(b)
	})
}

// 64 goroutines read 10,000 people in all.
func BenchmarkWide(b *testing.B) {
	columns(b, 2, func(b *testing.B, open func() bench.Client) {
		c := open()
		if _, err := c.GetUser(b.Context(), "1"); err != nil {
			b.Fatal(err)
		}
		var t tally
		control(b, server.Control{})
		for b.Loop() {
			slowest := crowd(b, c, 10_000)
			t.add(control(b, server.Control{}), slowest)
		}
		t.report(b)
	})
}
