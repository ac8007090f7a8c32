package desk

import "time"

// Invitation is a message that a real person would have got.
type Invitation struct {
	UserID    string
	Operation string    // the operationId that caused it
	Time      time.Time // by the simulator's clock
}
