// Package budget bounds questions to Redis, whose clients do not all heed a context.
package budget

import (
	"context"
	"errors"
	"fmt"
	"time"
)

var (
	// errSpent is a Redis that did not answer in time.
	errSpent = errors.New("redis did not answer in time")

	errPanicked = errors.New("the redis client panicked")
	errEnded    = errors.New("the redis client ended its goroutine")
)

// Within runs f for as long as the budget lasts. What does not heed its context is left behind, with a goroutine that
// ends by limits of its own. A panic in f, on a goroutine where it would end the process, is an error.
func Within[T any](ctx context.Context, budget time.Duration, f func(context.Context) (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	ctx, cancel := context.WithTimeoutCause(ctx, budget, errSpent)
	defer cancel()
	done := make(chan result, 1)
	go func() {
		r := result{err: errEnded}
		defer func() {
			// What a hook of the Redis client panics with may hold anything: only its type is told.
			if p := recover(); p != nil {
				r = result{err: fmt.Errorf("%w: %T", errPanicked, p)}
			}
			done <- r
		}()
		r.value, r.err = f(ctx)
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
