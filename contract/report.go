package contract

import (
	"cmp"
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// Report gathers findings and counts those that are the same: of the same operation, part, place (whatever the index in
// a list), kind and code. Its memory is bounded. It is safe for concurrent use.
type Report struct {
	now     func() time.Time
	mu      sync.Mutex
	entries map[reportKey]*Entry
	left    int64
}

// maxEntries bounds a report. A vendor whose whole answer has changed gives some dozens.
const maxEntries = 2000

type reportKey struct {
	vendor, operation string
	part              Part
	place             string
	kind              Kind
	code              string
	outage            bool
}

func keyOf(f Finding) reportKey {
	return reportKey{f.Vendor, f.Operation, f.Part, f.Place, f.Kind, f.Code, f.Outage}
}

// Entry is a finding with how often it came. Its Finding is the first one: where the place is in a list, Pointer has
// that one's index.
type Entry struct {
	Finding
	Count     int64     `json:"count"`
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
}

// NewReport returns an empty report. now tells the time; nil is time.Now.
func NewReport(now func() time.Time) *Report {
	if now == nil {
		now = time.Now
	}
	return &Report{now: now, entries: make(map[reportKey]*Entry)}
}

// Add adds findings and returns those that the report did not have yet.
func (r *Report) Add(findings ...Finding) (fresh []Finding) {
	if len(findings) == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	for _, f := range findings {
		key := keyOf(f)
		if e := r.entries[key]; e != nil {
			e.Count++
			e.LastSeen = now
			if f.Severity == Breaking {
				e.Severity = Breaking
			}
			continue
		}
		if len(r.entries) >= maxEntries && !r.makeRoom(f) {
			r.left++
			continue
		}
		r.entries[key] = &Entry{Finding: f, Count: 1, FirstSeen: now, LastSeen: now}
		fresh = append(fresh, f)
	}
	return fresh
}

// makeRoom drops an entry that breaks nothing for one that does.
func (r *Report) makeRoom(f Finding) bool {
	if f.Severity != Breaking {
		return false
	}
	for key, e := range r.entries {
		if e.Severity != Breaking {
			delete(r.entries, key)
			r.left += e.Count
			return true
		}
	}
	return false
}

// Entries returns what the report has, by vendor, operation and place.
func (r *Report) Entries() []Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Entry, 0, len(r.entries))
	for _, e := range r.entries {
		out = append(out, *e)
	}
	slices.SortFunc(out, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Vendor, b.Vendor), cmp.Compare(a.Operation, b.Operation),
			cmp.Compare(a.Part, b.Part), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Code, b.Code), compareBool(a.Outage, b.Outage))
	})
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// Drift returns the entries that are about the contract and not about an outage.
func (r *Report) Drift() []Entry {
	return slices.DeleteFunc(r.Entries(), func(e Entry) bool { return e.Outage })
}

// Left is how many findings had no room in the report.
func (r *Report) Left() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.left
}

// MarshalJSON writes the entries as an array.
func (r *Report) MarshalJSON() ([]byte, error) { return json.Marshal(r.Entries()) }
