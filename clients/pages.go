package clients

import (
	"context"
	"fmt"
	"iter"
)

// Page is one page of a list that is read by cursor.
type Page[T any] struct {
	Items []T
	Next  string // cursor of the next page
	More  bool   // whether there is one
}

// PageError is a list that could not be read to its end. What was yielded before it is not the whole list.
type PageError struct {
	Pages int // pages read; 0 if none was, and for a walk through several lists
	Items int // items yielded
	Err   error
}

// Error tells how far the walk got, and why no further.
func (e *PageError) Error() string {
	if e.Pages == 0 {
		return fmt.Sprintf("list is incomplete, %d items read: %v", e.Items, e.Err)
	}
	return fmt.Sprintf("list is incomplete, %d items of %d pages read: %v", e.Items, e.Pages, e.Err)
}

// Unwrap returns why the walk ended.
func (e *PageError) Unwrap() error { return e.Err }

// MarshalText returns the text, for encoding/json and others.
func (e *PageError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// maxBarren is how many pages in a row may bring nothing. Vendors take out of a page what an app may not see, so that
// some are empty; a list that goes on like that for ever is none.
const maxBarren = 100

// Pages reads a list page by page and yields its items. fetch gets the cursor, "" for the first page. An empty page in
// the middle is not the end. The first error is yielded once, as a [*PageError], and ends the walk; so does a cursor
// that comes back, since it would go round for ever, the promise of more without a cursor, and a hundred pages in a row
// that bring nothing. vendor and operation name the list in such errors.
func Pages[T any](ctx context.Context, vendor, operation string,
	fetch func(ctx context.Context, cursor string) (Page[T], error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		var pages, items, barren int
		seen := map[string]struct{}{}
		stop := func(err error) { yield(zero, &PageError{Pages: pages, Items: items, Err: err}) }
		bad := func(message string) {
			stop(&Error{Vendor: vendor, Operation: operation, Kind: KindBadResponse, Message: message})
		}
		for cursor := ""; ; {
			page, err := fetch(ctx, cursor)
			if err != nil {
				stop(err)
				return
			}
			pages++
			for _, item := range page.Items {
				items++
				if !yield(item, nil) {
					return
				}
			}
			if barren++; len(page.Items) > 0 {
				barren = 0
			}
			if !page.More {
				return
			}
			if barren == maxBarren {
				bad(fmt.Sprintf("the vendor promises more pages, and the last %d brought nothing new", maxBarren))
				return
			}
			if page.Next == "" {
				bad("the vendor promises more pages and gives no cursor for them")
				return
			}
			if _, ok := seen[page.Next]; ok {
				bad("the vendor gives the same cursor again")
				return
			}
			seen[page.Next] = struct{}{}
			cursor = page.Next
			if ctx.Err() != nil {
				stop(&Error{Vendor: vendor, Operation: operation, Kind: KindCanceled, Message: "between two pages",
					cause: ended(ctx)})
				return
			}
		}
	}
}

// List is Pages for items that can be told apart: each is yielded once, whatever shifts while the list is read, and
// pages with nobody new count as empty. key is as in Once. What
// fetch returns is List's own.
func List[T any, K comparable](ctx context.Context, vendor, operation string, key func(T) K,
	fetch func(ctx context.Context, cursor string) (Page[T], error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		seen := NewSeen[K](vendor, operation)
		Pages(ctx, vendor, operation, func(ctx context.Context, cursor string) (Page[T], error) {
			page, err := fetch(ctx, cursor)
			if err != nil {
				return page, err
			}
			page.Items, err = Fresh(seen, page.Items, key)
			return page, err
		})(yield)
	}
}

// Counted yields what a walk through several lists yields. Its error comes as a [*PageError] that says how far the
// whole walk got, in place of how far the list got that broke it.
func Counted[T any](walk iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		items := 0
		for item, err := range walk {
			if err != nil {
				yield(item, &PageError{Items: items, Err: withoutCounts(err)})
				return
			}
			items++
			if !yield(item, nil) {
				return
			}
		}
	}
}

// InDepartment says which department it was whose list broke a walk. Nil stays nil.
func InDepartment[ID int64 | string](id ID, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("department %v: %w", id, withoutCounts(err))
}

// withoutCounts leaves out how far one list got, where it is about how far the walk got.
func withoutCounts(err error) error {
	if list, ok := err.(*PageError); ok { //nolint:errorlint // see recounted
		return list.Err
	}
	return err
}

// Collect reads all to its end. With an error it returns nothing else: what came before is not the whole list.
func Collect[T any](all iter.Seq2[T, error]) ([]T, error) {
	var items []T
	for item, err := range all {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}
