package desk

import (
	"testing"
	"time"

	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
)

func TestQuotaWindow(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	book := newQuotas()
	limits := Documented([]wire.Limit{{Requests: 2, Seconds: 10}})
	take := func(at time.Duration) (time.Duration, bool) { return book.Take("k", now.Add(at), limits) }

	_, ok := take(0)
	assert.True(t, ok)
	_, ok = take(4 * time.Second)
	assert.True(t, ok)
	wait, ok := take(6 * time.Second)
	assert.False(t, ok)
	assert.Equal(t, 4*time.Second, wait, "to the end of the window")
	_, ok = take(10 * time.Second)
	assert.True(t, ok, "a new window")
	_, ok = book.Take("other", now, limits)
	assert.True(t, ok)
	_, ok = book.Take("k", now, nil)
	assert.True(t, ok, "no limits")
}

func TestQuotaBlock(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	book := newQuotas()
	limits := []Quota{{Requests: 1, Window: time.Second, Block: time.Minute}, {Requests: 100, Window: time.Hour}}
	take := func(at time.Duration) (time.Duration, bool) { return book.Take("k", now.Add(at), limits) }
	_, ok := take(0)
	assert.True(t, ok)
	wait, ok := take(time.Second / 2)
	assert.False(t, ok)
	assert.Equal(t, time.Minute, wait)
	_, ok = take(30 * time.Second)
	assert.False(t, ok, "the block outlasts the window")
	_, ok = take(61 * time.Second)
	assert.True(t, ok)
}

func TestQuotaUnderWay(t *testing.T) {
	book := newQuotas()
	n, leave := book.enter("k")
	assert.Equal(t, 1, n)
	n, leaveSecond := book.enter("k")
	assert.Equal(t, 2, n)
	leave()
	leaveSecond()
	n, _ = book.enter("k")
	assert.Equal(t, 1, n)
}
