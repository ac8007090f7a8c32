package clients

import "iter"

// Key tells people apart in a list: an id, and which of the vendor's kinds of ids it is. The zero Key belongs to
// nobody.
type Key struct {
	kind int
	id   string
}

// KeyOf makes a Key of the first id that is not empty. Name the ids in the same order for everybody in a list, the best
// first: the same text is not the same person when it is another kind of id.
func KeyOf(ids ...string) Key {
	for kind, id := range ids {
		if id != "" {
			return Key{kind, id}
		}
	}
	return Key{}
}

// Seen remembers what a walk has met. It is not safe for concurrent use.
type Seen[K comparable] struct {
	vendor, operation string
	keys              map[K]struct{}
}

// NewSeen returns a Seen that has met nothing. vendor and operation name the list in its errors.
func NewSeen[K comparable](vendor, operation string) *Seen[K] {
	return &Seen[K]{vendor: vendor, operation: operation, keys: make(map[K]struct{})}
}

// Has tells whether key was met. It remembers nothing.
func (s *Seen[K]) Has(key K) bool {
	_, ok := s.keys[key]
	return ok
}

// First tells whether key is met for the first time, and remembers it. The zero key is ErrBadResponse: what has no id
// cannot be told from others, and it may neither be taken for one of them nor be left out.
func (s *Seen[K]) First(key K) (bool, error) {
	var none K
	if key == none {
		return false, &Error{Vendor: s.vendor, Operation: s.operation, Kind: KindBadResponse,
			Message: "an entry of the list has no id that tells it from others"}
	}
	met := len(s.keys)
	s.keys[key] = struct{}{}
	return len(s.keys) > met, nil
}

// Fresh returns the items that seen meets for the first time. It leaves items unusable: nearly always all of them are
// fresh, and a list can be large, so that it is used again.
func Fresh[T any, K comparable](seen *Seen[K], items []T, key func(T) K) ([]T, error) {
	fresh := items[:0]
	for i, item := range items {
		first, err := seen.First(key(item))
		switch {
		case err != nil:
			return nil, err
		case first && len(fresh) == i:
			fresh = items[:i+1]
		case first:
			fresh = append(fresh, item)
		}
	}
	return fresh, nil
}

// Len returns how many different keys were met.
func (s *Seen[K]) Len() int { return len(s.keys) }

// Once yields what all yields, leaving out what came before: people are moved while a list is read, and belong to
// several departments. key tells entries apart; the zero value of K, for an entry without any id, ends the list with
// ErrBadResponse. A [*PageError] counts what Once has yielded. vendor and operation name the list in errors.
func Once[T any, K comparable](vendor, operation string, key func(T) K, all iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		seen := NewSeen[K](vendor, operation)
		items := 0
		for item, err := range all {
			first := false
			if err == nil {
				if first, err = seen.First(key(item)); err != nil {
					err = &PageError{Err: err}
				}
			}
			if err != nil {
				yield(zero, recounted(err, items))
				return
			}
			if !first {
				continue
			}
			items++
			if !yield(item, nil) {
				return
			}
		}
	}
}

// recounted is err with the number of items that have got through to the caller.
func recounted(err error, items int) error {
	list, ok := err.(*PageError) //nolint:errorlint // what is wrapped deeper counts something else
	if !ok {
		return err
	}
	return &PageError{Pages: list.Pages, Items: items, Err: list.Err}
}
