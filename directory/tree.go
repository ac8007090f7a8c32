package directory

import (
	"context"
	"errors"
	"iter"

	"github.com/roster-go/roster/clients"
)

// tree yields roots and all below them, once each, parents before their children, some departments at a time. A
// department that was deleted since it was listed has no children: reading its members tells that it is gone.
func tree[T any](
	ctx context.Context,
	roots []T,
	id func(T) string,
	children func(context.Context, string) ([]T, error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		seen := make(map[string]struct{})
		var level []string
		// meet tells whether to go on.
		meet := func(d T) bool {
			if _, known := seen[id(d)]; known && id(d) != "" {
				return true
			}
			seen[id(d)] = struct{}{}
			level = append(level, id(d))
			return yield(d, nil)
		}
		for _, root := range roots {
			if !meet(root) {
				return
			}
		}
		read := func(ctx context.Context, id string) ([]T, error) {
			below, err := children(ctx, id)
			if errors.Is(err, clients.ErrNotFound) {
				return nil, nil
			}
			return below, clients.InDepartment(id, err)
		}
		for len(level) > 0 {
			parents := level
			level = nil
			for below, err := range clients.Ordered(ctx, defaultParallel, parents, read) {
				if err != nil {
					var zero T
					yield(zero, err)
					return
				}
				for _, d := range below {
					if !meet(d) {
						return
					}
				}
			}
		}
	}
}
