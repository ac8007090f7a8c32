package clients

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	defaultMaxAttempts = 4
	defaultMaxWait     = 2 * time.Minute
	defaultBaseDelay   = 500 * time.Millisecond
	defaultMaxDelay    = 10 * time.Second
)

func (r Retry) withDefaults() Retry {
	if r.MaxAttempts == 0 {
		r.MaxAttempts = defaultMaxAttempts
	}
	if r.MaxWait == 0 {
		r.MaxWait = defaultMaxWait
	}
	if r.BaseDelay == 0 {
		r.BaseDelay = defaultBaseDelay
	}
	if r.MaxDelay == 0 {
		r.MaxDelay = defaultMaxDelay
	}
	return r
}

// backoff is the wait before attempt+1 when nobody named a time: full jitter, but never less than half, so that a
// throttled fleet spreads out and no one hammers.
func (r Retry) backoff(attempt int) time.Duration {
	top := min(r.BaseDelay<<min(attempt-1, 20), r.MaxDelay)
	if top <= 0 {
		return 0
	}
	return top/2 + rand.N(top/2+1)
}

// wait decides whether an attempt that failed is repeated, and after how long. attempt counts the requests so far.
func (r Retry) wait(attempt int, idempotent bool, o *outcome) (time.Duration, bool) {
	tries := r.MaxAttempts
	if o.tries > 0 {
		tries = min(tries, o.tries)
	}
	if attempt >= tries {
		return 0, false
	}
	switch o.replay {
	case ReplayLater:
	case ReplayIfIdempotent:
		if !idempotent {
			return 0, false
		}
	default:
		return 0, false
	}
	d := max(r.backoff(attempt), o.wait)
	return d, d <= r.MaxWait
}

// RetryAfter reads the header of that name, in seconds or as a date; 0 if it is absent or makes no sense.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 && seconds < 1e9 {
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
