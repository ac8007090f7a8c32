// Package budget bounds questions to Redis, whose clients do not all heed a context.
package budget

import (
	"context"
	"errors"
	"time"
)

// errSpent is a Redis that did not answer in time.
var errSpent = errors.New("redis did not answer in time")

// Within runs f for as long as the budget lasts. What does not heed its context is left behind, with a goroutine that
// ends by limits of its own.
func Within[T any](ctx context.Context, budget time.Duration, f func(context.Context) (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	ctx, cancel := context.WithTimeoutCause(ctx, budget, errSpent)
	defer cancel()
	done := make(chan result, 1)
	go func() {
		value, err := f(ctx)
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
