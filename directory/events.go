package directory

import (
	"context"
	"iter"
	"time"

	"github.com/roster-go/roster/gen/wpsapi"
)

// EventKind is what is said to have happened.
type EventKind string

// The kinds of events.
const (
	EventAdded   EventKind = "added"
	EventChanged EventKind = "changed"
	EventRemoved EventKind = "removed"
)

// Event is a hint that somebody or a department is not what it was. It is not the truth: what is true is read from the
// directory, by [Directory].User or by a walk. Events may come twice, late, or for what has changed again since.
type Event struct {
	Kind EventKind `json:"kind"` // "" for what the vendor calls otherwise
	Of   string    `json:"of"`   // "user" or "department"
	ID   string    `json:"id"`
	At   time.Time `json:"at,omitzero"` // zero if the vendor does not say
}

// Changes is a directory whose vendor tells what has changed: WPS 365. Assert it as [Groups]. With the others, compare
// two snapshots by [Diff].
type Changes interface {
	// Changes yields what has changed since then, departments before people and each in the vendor's order. Begin a
	// little before the time of the last answer: nothing says that clocks agree. The first failure is yielded and ends
	// it.
	Changes(ctx context.Context, since time.Time) iter.Seq2[Event, error]
}

// Changes yields WPS 365's lists of changes.
func (d *wpsDirectory) Changes(ctx context.Context, since time.Time) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		departments := convert(d.c.DepartmentChanges(ctx, since), func(raw wpsapi.DeptChange) Event {
			return wpsEvent(kindDepartment, raw.DeptID, raw.ChangeType, raw.ChangeTime)
		})
		people := convert(d.c.UserChanges(ctx, since), func(raw wpsapi.UserChange) Event {
			return wpsEvent(kindUser, raw.UserID, raw.ChangeType, raw.ChangeTime)
		})
		for _, events := range []iter.Seq2[Event, error]{departments, people} {
			for event, err := range events {
				if !yield(event, err) || err != nil {
					return
				}
			}
		}
	}
}

func wpsEvent(of, id string, kind wpsapi.ChangeType, at *int64) Event {
	event := Event{Of: of, ID: id}
	switch kind {
	case wpsapi.ChangeTypeCreate:
		event.Kind = EventAdded
	case wpsapi.ChangeTypeUpdate:
		event.Kind = EventChanged
	case wpsapi.ChangeTypeDelete:
		event.Kind = EventRemoved
	}
	if at != nil && *at > 0 {
		event.At = time.Unix(*at, 0)
	}
	return event
}
