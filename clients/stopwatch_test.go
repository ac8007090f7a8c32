package clients

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAStopwatchCountsTimeOnce(t *testing.T) {
	start := time.Unix(0, 0)
	at := func(second int) time.Time { return start.Add(time.Duration(second) * time.Second) }
	var s stopwatch
	s.begin(at(0))
	s.begin(at(1))
	assert.Zero(t, s.elapsed())
	s.end(at(3))
	assert.Equal(t, 3*time.Second, s.elapsed())
	s.begin(at(2)) // read before the others, and counted after them
	s.end(at(2))
	s.end(at(5))
	assert.Equal(t, 5*time.Second, s.elapsed())
	s.begin(at(100))
	s.end(at(101))
	assert.Equal(t, 6*time.Second, s.elapsed())
}
