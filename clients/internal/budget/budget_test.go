package budget_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/roster-go/roster/clients/internal/budget"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A hook of the Redis client is somebody else's code, and runs on a goroutine of ours.
func TestHoweverTheQuestionEndsIsAnError(t *testing.T) {
	for want, f := range map[string]func(context.Context) (int, error){
		"panicked: string":    func(context.Context) (int, error) { panic("planted") },
		"ended its goroutine": func(context.Context) (int, error) { runtime.Goexit(); return 0, nil },
	} {
		_, err := budget.Within(t.Context(), time.Minute, f)
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "planted")
	}
}
