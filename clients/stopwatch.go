package clients

import (
	"sync"
	"time"
)

// stopwatch measures the time in which something at least is under way, however many things are at once.
type stopwatch struct {
	mu    sync.Mutex
	n     int // under way
	since time.Time
	total time.Duration
}

func (s *stopwatch) begin(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n == 0 {
		s.since = now
	}
	s.n++
}

func (s *stopwatch) end(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n--
	if passed := now.Sub(s.since); passed > 0 { // two callers may have read the clock in another order
		s.total += passed
		s.since = now
	}
}

// elapsed is the time up to the last end.
func (s *stopwatch) elapsed() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}
