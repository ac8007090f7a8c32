package directory

import (
	"context"
	"errors"
	"iter"

	"github.com/roster-go/roster/clients"
)

// tree yields roots and all below them, once each, parents before their children, some departments at a time. A
// department that was deleted since it was listed has no children: reading its members tells that it is gone. vendor
// and operation name the list in errors.
func tree[T any](
	ctx context.Context,
	vendor, operation string,
	roots []T,
	id func(T) string,
	children func(context.Context, string) ([]T, error),
) iter.Seq2[T, error] {
	ids := func(departments []T) []string {
		var all []string
		for _, d := range departments {
			all = append(all, id(d))
		}
		return all
	}
	read := func(ctx context.Context, parent string) ([]T, []string, error) {
		below, err := children(ctx, parent)
		if errors.Is(err, clients.ErrNotFound) || passed(ctx, parent, err) {
			return nil, nil, nil
		}
		return below, ids(below), err
	}
	return clients.Once(vendor, operation, id, func(yield func(T, error) bool) {
		for _, root := range roots {
			if !yield(root, nil) {
				return
			}
		}
		for below, err := range clients.Tree(ctx, vendor, operation, defaultParallel, ids(roots), read) {
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, d := range below {
				if !yield(d, nil) {
					return
				}
			}
		}
	})
}
