package desk

import (
	"sync"
	"time"

	"github.com/roster-go/roster/wire"
)

// Quota is a limit on calls: at most Requests in a Window that begins with the first call. The call that goes beyond it
// is refused, and so is every one after it until Block has passed since; a Block of 0 ends with the window.
type Quota struct {
	Requests int
	Window   time.Duration
	Block    time.Duration
}

// Quotas counts calls. A key names what is counted together, usually a vendor, a credential and an operation.
type Quotas struct {
	mu      sync.Mutex
	windows map[string][]*quotaWindow
	busy    map[string]int
}

type quotaWindow struct {
	begin   time.Time
	used    int
	blocked time.Time // no call before it
}

func newQuotas() *Quotas {
	return &Quotas{windows: make(map[string][]*quotaWindow), busy: make(map[string]int)}
}

// Take counts one call against each of the limits. If one of them is used up the call is refused, and wait says how
// long calls will be.
func (b *Quotas) Take(key string, now time.Time, limits []Quota) (wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	windows := b.windows[key]
	for len(windows) < len(limits) {
		windows = append(windows, &quotaWindow{begin: now})
	}
	b.windows[key] = windows
	for i, limit := range limits {
		w := windows[i]
		if now.Before(w.blocked) {
			return w.blocked.Sub(now), false
		}
		if end := w.begin.Add(limit.Window); !now.Before(end) {
			w.begin, w.used = now, 0
		}
		if w.used >= limit.Requests {
			w.blocked = w.begin.Add(limit.Window)
			if limit.Block > 0 {
				w.blocked = now.Add(limit.Block)
				w.begin, w.used = w.blocked, 0
			}
			return w.blocked.Sub(now), false
		}
	}
	for i := range limits {
		windows[i].used++
	}
	return 0, true
}

// enter counts a call that begins and returns how many are under way now, this one included. leave is called at its
// end.
func (b *Quotas) enter(key string) (underWay int, leave func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.busy[key]++
	return b.busy[key], func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.busy[key]--
	}
}

// Documented turns the limits of a vendor's document into quotas that end with their window.
func Documented(limits []wire.Limit) []Quota {
	out := make([]Quota, len(limits))
	for i, l := range limits {
		out[i] = Quota{Requests: l.Requests, Window: time.Duration(l.Seconds) * time.Second}
	}
	return out
}

// QuotasFor returns the limits of an operation: those set with WithQuota, else usual, and none with WithoutQuotas.
func (d *Desk) QuotasFor(vendor, operation string, usual []Quota) []Quota {
	if q, ok := d.Limits[vendor+"."+operation]; ok {
		return []Quota{q}
	}
	if d.WithoutQuotas {
		return nil
	}
	return usual
}
