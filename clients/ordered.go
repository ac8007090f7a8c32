package clients

import (
	"context"
	"iter"
)

// Ordered fetches for each input and yields the results in the order of the inputs, at most parallel of them under way
// or waiting to be taken. The first error ends it, and so does the caller who stops early; what is under way is then
// cancelled and waited for.
func Ordered[In, Out any](ctx context.Context, parallel int, inputs []In,
	fetch func(context.Context, In) (Out, error),
) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		type result struct {
			out Out
			err error
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
				out, err := fetch(ctx, in)
				done <- result{out, err}
			}()
		}
		next := 0
		for ; next < parallel && next < len(inputs); next++ {
			start(inputs[next])
		}
		for len(window) > 0 {
			r := <-window[0]
			window = window[1:]
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
