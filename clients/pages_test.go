package clients_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// book is a list whose pages are known.
func book(pages map[string]clients.Page[int], fetched *[]string) iter.Seq2[int, error] {
	return clients.Pages(context.Background(), "acme", "List",
		func(_ context.Context, cursor string) (clients.Page[int], error) {
			*fetched = append(*fetched, cursor)
			page, ok := pages[cursor]
			if !ok {
				return page, errors.New("no such page")
			}
			return page, nil
		})
}

func collect(seq iter.Seq2[int, error]) ([]int, error) {
	var all []int
	for item, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}

func TestPages(t *testing.T) {
	for name, tc := range map[string]struct {
		pages   map[string]clients.Page[int]
		want    []int
		fetched []string
		err     string
	}{
		"one page": {map[string]clients.Page[int]{"": {Items: []int{1, 2}}}, []int{1, 2}, []string{""}, ""},
		"no items": {map[string]clients.Page[int]{"": {}}, nil, []string{""}, ""},
		"empty page on the way": {map[string]clients.Page[int]{"": {Items: []int{1}, Next: "a", More: true},
			"a": {Next: "b", More: true}, "b": {Items: []int{2}}},
			[]int{1, 2}, []string{"", "a", "b"}, ""},
		"last page still has a cursor": {map[string]clients.Page[int]{"": {Items: []int{1}, Next: "a"}}, []int{1},
			[]string{""}, ""},
		"same cursor again": {map[string]clients.Page[int]{"": {Items: []int{1}, Next: "a", More: true},
			"a": {Items: []int{2}, Next: "a", More: true}},
			[]int{1, 2}, []string{"", "a"},
			"2 items of 2 pages read: acme: List: bad response: the vendor gives the same cursor again"},
		"cursors in a circle": {map[string]clients.Page[int]{"": {Next: "a", More: true}, "a": {Next: "b", More: true},
			"b": {Next: "a", More: true}},
			nil, []string{"", "a", "b"}, "same cursor"},
		"more without a cursor": {map[string]clients.Page[int]{"": {Items: []int{1}, More: true}}, []int{1},
			[]string{""}, "no cursor"},
		"failure on page two": {map[string]clients.Page[int]{"": {Items: []int{1}, Next: "a", More: true}}, []int{1},
			[]string{"", "a"}, "list is incomplete, 1 items of 1 pages read: no such page"},
	} {
		t.Run(name, func(t *testing.T) {
			var fetched []string
			got, err := collect(book(tc.pages, &fetched))
			assert.Equal(t, tc.want, got)
			assert.Equal(t, tc.fetched, fetched)
			if tc.err == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, tc.err)
			var p *clients.PageError
			assert.ErrorAs(t, err, &p)
		})
	}
}

func TestPagesCanBeLeftAndReadAgain(t *testing.T) {
	var fetched []string
	pages := book(map[string]clients.Page[int]{"": {Items: []int{1, 2}, Next: "a", More: true}, "a": {Items: []int{3}}},
		&fetched)
	for range pages {
		break
	}
	assert.Equal(t, []string{""}, fetched)
	got, err := collect(pages)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2, 3}, got)
}

func TestPagesEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	pages := clients.Pages(ctx, "acme", "List", func(_ context.Context, cursor string) (clients.Page[int], error) {
		cancel()
		return clients.Page[int]{Items: []int{1}, Next: cursor + "x", More: true}, nil
	})
	got, err := collect(pages)
	assert.Equal(t, []int{1}, got)
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, err, clients.ErrCanceled)
}

func FuzzPages(f *testing.F) {
	f.Add("a,b,c")
	f.Add("a,a")
	f.Add("")
	f.Fuzz(func(t *testing.T, cursors string) {
		// Whatever the cursors, the walk ends: after as many pages as there are different cursors at the most.
		fetches := 0
		for _, err := range clients.Pages(t.Context(), "acme", "List",
			func(context.Context, string) (clients.Page[int], error) {
				next := ""
				if fetches < len(cursors) {
					next = cursors[fetches : fetches+1]
				}
				fetches++
				return clients.Page[int]{Items: []int{fetches}, Next: next, More: true}, nil
			}) {
			if err != nil {
				require.ErrorIs(t, err, clients.ErrBadResponse)
			}
		}
		require.LessOrEqual(t, fetches, 258)
	})
}

func TestOrderedKeepsTheOrderAndTheBound(t *testing.T) {
	var running, most atomic.Int64
	inputs := make([]int, 200)
	for i := range inputs {
		inputs[i] = i
	}
	got, err := collect(clients.Ordered(t.Context(), 7, inputs, func(_ context.Context, i int) (int, error) {
		now := running.Add(1)
		for {
			top := most.Load()
			if now <= top || most.CompareAndSwap(top, now) {
				break
			}
		}
		running.Add(-1)
		return i, nil
	}))
	require.NoError(t, err)
	assert.Equal(t, inputs, got)
	assert.LessOrEqual(t, most.Load(), int64(7))
}

func TestOrderedEndsAtTheFirstErrorAndCancelsTheRest(t *testing.T) {
	broken := errors.New("broken")
	var cancelled atomic.Int64
	gate := make(chan struct{})
	got, err := collect(clients.Ordered(t.Context(), 4, []int{0, 1, 2, 3, 4, 5},
		func(ctx context.Context, i int) (int, error) {
			switch i {
			case 0:
				return 0, nil
			case 1:
				<-gate
				return 0, broken
			case 2:
				close(gate)
			}
			<-ctx.Done()
			cancelled.Add(1)
			return 0, ctx.Err()
		}))
	assert.ErrorIs(t, err, broken)
	assert.Equal(t, []int{0}, got)
	assert.EqualValues(t, 3, cancelled.Load(), "2, 3 and 4 were under way and are waited for")
}

func TestOrderedOfNothing(t *testing.T) {
	got, err := collect(clients.Ordered(t.Context(), 0, nil,
		func(context.Context, int) (int, error) { return 0, errors.New("called") }))
	require.NoError(t, err)
	assert.Empty(t, got)
}

// A walk through several lists counts what it has yielded, not what the list had that broke.
func TestCounted(t *testing.T) {
	broken := errors.New("broken")
	walk := func(end error) iter.Seq2[int, error] {
		return clients.Counted(func(yield func(int, error) bool) {
			if yield(1, nil) && yield(2, nil) && end != nil {
				yield(0, end)
			}
		})
	}
	got, err := collect(walk(nil))
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2}, got)
	for range walk(nil) {
		break
	}

	for _, end := range []error{broken, &clients.PageError{Pages: 3, Items: 70, Err: broken}} {
		got, err = collect(walk(end))
		assert.Equal(t, []int{1, 2}, got)
		assert.ErrorIs(t, err, broken)
		assert.EqualError(t, err, "list is incomplete, 2 items read: broken")
	}
	_, err = collect(walk(clients.InDepartment("d7", &clients.PageError{Pages: 3, Items: 70, Err: broken})))
	assert.EqualError(t, err, "list is incomplete, 2 items read: department d7: broken")
	assert.NoError(t, clients.InDepartment(int64(7), nil))
}

func ExamplePages() {
	pages := clients.Pages(context.Background(), "acme", "List",
		func(_ context.Context, cursor string) (clients.Page[string], error) {
			if cursor == "" {
				return clients.Page[string]{Items: []string{"first"}, Next: "2", More: true}, nil
			}
			return clients.Page[string]{Items: []string{"second"}}, nil
		})
	for name, err := range pages {
		fmt.Println(name, err)
	}
	// Output:
	// first <nil>
	// second <nil>
}

// A list whose pages bring nothing, or nobody new, ends although the cursors are always new.
func TestPagesWithoutEndEnd(t *testing.T) {
	for name, items := range map[string][]int{"nothing": nil, "nobody new": {7, 8}} {
		t.Run(name, func(t *testing.T) {
			pages := 0
			list := clients.List(t.Context(), "acme", "List", func(n int) int { return n },
				func(context.Context, string) (clients.Page[int], error) {
					pages++
					return clients.Page[int]{Items: items, More: true, Next: strconv.Itoa(pages)}, nil
				})
			got, err := clients.Collect(list)
			var incomplete *clients.PageError
			require.ErrorAs(t, err, &incomplete)
			assert.ErrorIs(t, err, clients.ErrBadResponse)
			assert.ErrorContains(t, err, "nothing new")
			assert.Equal(t, len(items), incomplete.Items)
			assert.LessOrEqual(t, len(got), len(items))
			assert.LessOrEqual(t, pages, 101)
		})
	}
}
