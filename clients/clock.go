package clients

import (
	"context"
	"time"
)

// Clock is the time a client lives by. Tests put in one of their own.
type Clock interface {
	Now() time.Time

	// Sleep waits for d, or returns the context's cause when ctx ends first.
	Sleep(ctx context.Context, d time.Duration) error
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
