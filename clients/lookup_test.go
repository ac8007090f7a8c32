package clients_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLookup(t *testing.T) {
	var mu sync.Mutex
	var sizes []int
	// The vendor answers in another order, knows nobody whose id begins with x, and adds somebody.
	fetch := func(_ context.Context, ids []string) ([]string, error) {
		mu.Lock()
		defer mu.Unlock()
		sizes = append(sizes, len(ids))
		var answers []string
		for _, id := range slices.Backward(ids) {
			if !strings.HasPrefix(id, "x") {
				answers = append(answers, id)
			}
		}
		return append(answers, "uninvited"), nil
	}
	look := func(ids ...string) ([]string, []string, error) {
		return clients.Lookup(t.Context(), "acme", "Batch", 4, 2, ids, itself[string], fetch)
	}
	found, missing, err := look("b", "x1", "a", "b", "x2", "c")
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "a", "c", "uninvited"}, found)
	assert.Equal(t, []string{"x1", "x2"}, missing)
	slices.Sort(sizes)
	assert.Equal(t, []int{1, 2, 2}, sizes)

	found, missing, err = look()
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.Empty(t, missing)
	assert.Len(t, sizes, 3, "nothing is asked for nobody")

	_, _, err = look("a", "")
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.Len(t, sizes, 3)
}

func TestLookupIsAllOrAnError(t *testing.T) {
	for name, tc := range map[string]struct {
		answers []string
		err     error
		want    error
	}{
		"failure":         {nil, errors.ErrUnsupported, errors.ErrUnsupported},
		"row without id":  {[]string{"a", ""}, nil, clients.ErrBadResponse},
		"rows without id": {[]string{"", ""}, nil, clients.ErrBadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			ids := []string{"a", "b"}
			found, missing, err := clients.Lookup(t.Context(), "acme", "Batch", 1, 10, ids, itself[string],
				func(context.Context, []string) ([]string, error) { return tc.answers, tc.err })
			assert.ErrorIs(t, err, tc.want)
			assert.Nil(t, found)
			assert.Nil(t, missing)
		})
	}
}
