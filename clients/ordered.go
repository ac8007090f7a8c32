package clients

import (
	"context"
	"errors"
	"iter"
)

// errGoexit is a fetch that ended its goroutine instead of returning.
var errGoexit = errors.New("a fetch did not return")

// Ordered fetches for each input and yields the results in the order of the inputs, at most parallel of them under way
// or waiting to be taken. The first error ends it, and so does the caller who stops early; what is under way is then
// cancelled and waited for. A panic of fetch comes up in the caller's own goroutine.
func Ordered[In, Out any](ctx context.Context, parallel int, inputs []In,
	fetch func(context.Context, In) (Out, error),
) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		type result struct {
			out      Out
			err      error
			panicked any
		}
		parallel = min(max(parallel, 1), max(len(inputs), 1))
		window := make([]chan result, 0, parallel)
		defer func() {
			cancel()
			for _, pending := range window {
				<-pending
			}
		}()
		start := func(in In) {
			done := make(chan result, 1)
			window = append(window, done)
			go func() {
				r := result{err: errGoexit}
				defer func() {
					// On this goroutine it would end the process, whatever the caller is prepared for.
					r.panicked = recover()
					done <- r
				}()
				r.out, r.err = fetch(ctx, in)
			}()
		}
		next := 0
		for ; next < parallel && next < len(inputs); next++ {
			start(inputs[next])
		}
		for len(window) > 0 {
			r := <-window[0]
			window = window[1:]
			if r.panicked != nil {
				panic(r.panicked)
			}
			if !yield(r.out, r.err) || r.err != nil {
				return
			}
			if next < len(inputs) {
				start(inputs[next])
				next++
			}
		}
	}
}
