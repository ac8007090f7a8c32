package clients_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// forest is what is below each department.
type forest map[string][]string

func (f forest) read(_ context.Context, id string) (string, []string, error) {
	if id == "broken" {
		return "", nil, &clients.PageError{Pages: 2, Items: 70, Err: errors.New("gone")}
	}
	return "<" + id + ">", f[id], nil
}

func TestTree(t *testing.T) {
	for name, tc := range map[string]struct {
		below forest
		roots []string
		want  []string
		err   string
	}{
		"nothing": {},
		"level by level": {
			below: forest{"a": {"b", "c"}, "b": {"d"}, "c": {"e"}}, roots: []string{"a"},
			want: []string{"<a>", "<b>", "<c>", "<d>", "<e>"},
		},
		"roots that overlap": {
			below: forest{"a": {"b"}, "b": {"c"}}, roots: []string{"b", "a", "b"},
			want: []string{"<b>", "<a>", "<c>"},
		},
		"below itself": {
			below: forest{"a": {"a", "b"}, "b": {"c", "b"}, "c": {"a"}}, roots: []string{"a"},
			want: []string{"<a>", "<b>", "<c>"},
		},
		"listed twice": {
			below: forest{"a": {"b", "b"}, "b": {"c"}}, roots: []string{"a"},
			want: []string{"<a>", "<b>", "<c>"},
		},
		"a department that fails": {
			below: forest{"a": {"b", "broken", "c"}}, roots: []string{"a"},
			want: []string{"<a>", "<b>"}, err: "department broken: gone",
		},
		"a department without an id": {
			below: forest{"a": {"b"}, "b": {""}}, roots: []string{"a"}, want: []string{"<a>"},
			err: "department b: acme: Tree: bad response: an entry of the list has no id that tells it from others",
		},
		"a root without an id": {
			roots: []string{"a", ""}, err: "acme: Tree: invalid argument: a root department has no id",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, parallel := range []int{1, 8} {
				var got []string
				var failed error
				for branch, err := range clients.Tree(t.Context(), "acme", "Tree", parallel, tc.roots, tc.below.read) {
					if failed = err; err != nil {
						break
					}
					got = append(got, branch)
				}
				assert.Equal(t, tc.want, got)
				if tc.err == "" {
					assert.NoError(t, failed)
				} else {
					assert.EqualError(t, failed, tc.err)
				}
			}
		})
	}
}

func TestTreeReadsEachDepartmentOnceWithinItsBound(t *testing.T) {
	var mu sync.Mutex
	read := map[int64]int{}
	var running, most atomic.Int64
	branches := clients.Tree(t.Context(), "acme", "Tree", 4, []int64{1},
		func(_ context.Context, id int64) (int64, []int64, error) {
			now := running.Add(1)
			defer running.Add(-1)
			for top := most.Load(); now > top && !most.CompareAndSwap(top, now); top = most.Load() {
			}
			mu.Lock()
			defer mu.Unlock()
			read[id]++
			var below []int64
			for child := id * 2; child <= id*2+2 && child <= 500; child++ { // neighbours share children
				below = append(below, child)
			}
			return id, below, nil
		})
	got, err := clients.Collect(branches)
	require.NoError(t, err)
	assert.Len(t, got, 500)
	assert.Len(t, read, 500)
	for id, times := range read {
		assert.Equal(t, 1, times, id)
	}
	assert.LessOrEqual(t, most.Load(), int64(4))
}

func TestTreeStopsWhenTheCallerDoes(t *testing.T) {
	var reading atomic.Int64
	for range clients.Tree(t.Context(), "acme", "Tree", 4, []int64{1, 2, 3, 4, 5, 6},
		func(ctx context.Context, id int64) (int64, []int64, error) {
			reading.Add(1)
			defer reading.Add(-1)
			if id > 1 {
				<-ctx.Done()
			}
			return id, []int64{id + 10}, nil
		}) {
		break
	}
	assert.Zero(t, reading.Load(), "what was under way is waited for")
}
