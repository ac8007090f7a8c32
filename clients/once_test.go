package clients_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listed yields values, and then end if there is one.
func listed[T any](end error, values ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, value := range values {
			if !yield(value, nil) {
				return
			}
		}
		if end != nil {
			var zero T
			yield(zero, end)
		}
	}
}

func itself[T any](value T) T { return value }

func TestOnce(t *testing.T) {
	once := clients.Once("acme", "List", itself[int], listed(nil, 3, 1, 3, 2, 1))
	for range 2 {
		got, err := collect(once)
		require.NoError(t, err)
		assert.Equal(t, []int{3, 1, 2}, got, "it can be ranged over again")
	}
	for got := range once {
		assert.Equal(t, 3, got)
		break
	}
}

func TestOnceDropsNobodyWithoutAnID(t *testing.T) {
	got, err := collect(clients.Once("acme", "List", itself[int], listed(nil, 7, 7, 0, 8)))
	assert.Equal(t, []int{7}, got)
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.EqualError(t, err, "list is incomplete, 1 items read: "+
		"acme: List: bad response: an entry of the list has no id that tells it from others")
	var page *clients.PageError
	assert.ErrorAs(t, err, &page)
}

func TestOnceCountsWhatItYields(t *testing.T) {
	broken := errors.New("broken")
	list := listed(&clients.PageError{Pages: 3, Items: 9, Err: broken}, 1, 1, 2)
	got, err := collect(clients.Once("acme", "List", itself[int], list))
	assert.Equal(t, []int{1, 2}, got)
	assert.EqualError(t, err, "list is incomplete, 2 items of 3 pages read: broken")
	_, err = collect(clients.Once("acme", "List", itself[int], listed(broken, 1)))
	assert.Equal(t, broken, err, "what is no list's error stays as it is")
}

func TestKeys(t *testing.T) {
	same := [][2]clients.Key{
		{clients.KeyOf("a", "x"), clients.KeyOf("a", "")},
		{clients.KeyOf("", "x"), clients.KeyOf("", "x", "y")},
		{clients.KeyOf("", ""), clients.Key{}},
		{clients.KeyOf(), clients.Key{}},
	}
	for _, pair := range same {
		assert.Equal(t, pair[0], pair[1])
	}
	assert.NotEqual(t, clients.KeyOf("a"), clients.KeyOf("", "a"), "another kind of id is somebody else")
	assert.NotEqual(t, clients.KeyOf("a"), clients.KeyOf("b"))
}

func TestCollect(t *testing.T) {
	got, err := clients.Collect(listed(nil, 1, 2))
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2}, got)
	got, err = clients.Collect(listed(errors.New("broken"), 1, 2))
	assert.EqualError(t, err, "broken")
	assert.Nil(t, got)
}

func FuzzOnce(f *testing.F) {
	f.Add([]byte{1, 2, 1})
	f.Add([]byte{1, 0, 2})
	f.Fuzz(func(t *testing.T, rows []byte) {
		got, err := clients.Collect(clients.Once("acme", "List", itself[byte], listed(nil, rows...)))
		require.Equal(t, slices.Contains(rows, 0), err != nil, "an error, and only then, for a row without an id")
		if err == nil {
			slices.Sort(rows)
			slices.Sort(got)
			require.Equal(t, fmt.Sprint(slices.Compact(rows)), fmt.Sprint(got))
		}
	})
}

func ExampleOnce() {
	type person struct{ id, openID, name string }
	key := func(p person) clients.Key { return clients.KeyOf(p.id, p.openID) }
	people := listed(nil,
		person{"lin", "", "林"}, person{"", "o-1", "吴"}, person{"lin", "", "林"}, person{"", "o-2", "陈"})
	for p, err := range clients.Once("acme", "List", key, people) {
		fmt.Println(p.name, err)
	}
	// Output:
	// 林 <nil>
	// 吴 <nil>
	// 陈 <nil>
}
