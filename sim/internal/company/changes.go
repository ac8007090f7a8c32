package company

import "time"

// ChangeKind tells what happened to a person or a department.
type ChangeKind int

// The kinds of changes.
const (
	Added ChangeKind = iota
	Updated
	Removed
)

// Event is one change of the company. Either Person or Department is set. The record says only that something changed:
// what is true now is in the organisation.
type Event struct {
	Sequence   int64 // 1 for the first change after the company was made, and one more for every other
	At         time.Time
	Kind       ChangeKind
	Person     PersonKey
	Department DepartmentKey
}

// ChangesSince returns what changed after the event with the number, oldest first. 0 asks for everything since the
// company was made. The caller must not change the result.
func (d *Directory) ChangesSince(sequence int64) []Event {
	return d.events[min(max(sequence, 0), int64(len(d.events))):]
}

// record notes a change. While the company is being made there is no clock, and nothing is noted.
func (d *Directory) record(kind ChangeKind, person PersonKey, department DepartmentKey) {
	if d.now == nil {
		return
	}
	d.events = append(d.events, Event{Sequence: int64(len(d.events)) + 1, At: d.now(), Kind: kind, Person: person,
		Department: department})
}
