package clients

import (
	"context"
	"iter"
)

// Tree reads the departments from roots down, each once, and yields what read returns for them: level by level, and
// within a level in the order of the vendor. At most parallel departments are read at once.
//
// read gets the id of a department and returns whatever is wanted of it, and the ids of the departments right below it.
// A department that comes again is not entered again, be it below itself: people move departments while a tree is read.
// An id that is zero or empty ends the walk, with ErrInvalidArgument among the roots and with ErrBadResponse further
// down. So does the first error of read. Errors name the department; vendor and operation name the list.
func Tree[ID int64 | string, B any](ctx context.Context, vendor, operation string, parallel int, roots []ID,
	read func(ctx context.Context, id ID) (branch B, below []ID, err error),
) iter.Seq2[B, error] {
	type node struct {
		id     ID
		branch B
		below  []ID
	}
	visit := func(ctx context.Context, id ID) (node, error) {
		branch, below, err := read(ctx, id)
		return node{id, branch, below}, InDepartment(id, err)
	}
	return func(yield func(B, error) bool) {
		var zero B
		seen := NewSeen[ID](vendor, operation)
		level, err := fresh(seen, roots)
		if err != nil {
			yield(zero, &Error{Vendor: vendor, Operation: operation, Kind: KindInvalidArgument,
				Message: "a root department has no id"})
			return
		}
		for len(level) > 0 {
			var next []ID
			for n, err := range Ordered(ctx, parallel, level, visit) {
				var below []ID
				if err == nil {
					below, err = fresh(seen, n.below)
					err = InDepartment(n.id, err)
				}
				if err != nil {
					yield(zero, err)
					return
				}
				next = append(next, below...)
				if !yield(n.branch, nil) {
					return
				}
			}
			level = next
		}
	}
}

// fresh returns the ids that have not been met.
func fresh[ID comparable](seen *Seen[ID], ids []ID) ([]ID, error) {
	var kept []ID
	for _, id := range ids {
		first, err := seen.First(id)
		if err != nil {
			return nil, err
		}
		if first {
			kept = append(kept, id)
		}
	}
	return kept, nil
}
