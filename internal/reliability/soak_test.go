package reliability

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// footprint is what a process holds on to.
type footprint struct {
	heap        uint64
	goroutines  int
	descriptors int
}

func holds() footprint {
	runtime.GC()
	runtime.GC() // what finalizers let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	f := footprint{heap: m.HeapAlloc, goroutines: runtime.NumGoroutine()}
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		f.descriptors = len(open)
	}
	return f
}

// ledger is what a soak knows about its creations.
type ledger struct {
	mu                   sync.Mutex
	made, refused, maybe []string
	gone                 map[string]bool // deleted; false: perhaps
	calls, failed        atomic.Int64
}

func (l *ledger) note(name string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.made = append(l.made, name)
	case errors.Is(err, clients.ErrOutcomeUnknown):
		l.maybe = append(l.maybe, name)
	default:
		l.refused = append(l.refused, name)
	}
}

func (l *ledger) remove(name string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil || errors.Is(err, clients.ErrOutcomeUnknown) || errors.Is(err, clients.ErrNotFound) {
		l.gone[name] = err == nil
	}
}

// Mixed traffic on four simulators at their quotas, with faults, in real time: reads, walks, updates, creations and
// deletions. Nothing is lost or done twice, and afterwards the process holds what it held before.
func TestSoak(t *testing.T) {
	result := measured.add("Soak", "Mixed traffic on the four vendors at their quotas, while one call in fifty goes "+
		"wrong: reads, walks, updates, creations and deletions, from six goroutines a vendor. Lost would be a "+
		"creation "+
		"that succeeded and is not there, twice one that is there two times. (`make soak` runs it for ten minutes.)",
		"vendor", "calls", "ended in an error", "created", "outcome unknown", "lost", "twice")
	server := simtest.Serve(t, sim.WithPeople(200), sim.WithDepartments(10))
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = 64
	defer base.CloseIdleConnections()
	vendors := open(t, server, clients.WithHTTPClient(&http.Client{Transport: base}),
		clients.WithTimeouts(2*time.Second, 5*time.Second))
	// One short round fills caches and pools.
	for _, name := range vendorNames {
		_, err := walk(t.Context(), vendors[name], directory.WalkOptions{})
		require.NoError(t, err)
	}
	before := holds()
	ctx, cancel := context.WithTimeout(t.Context(), *soakTime)
	defer cancel()
	ledgers := map[string]*ledger{}
	var wg sync.WaitGroup
	for i, name := range vendorNames {
		l := &ledger{gone: map[string]bool{}}
		ledgers[name] = l
		for worker := range 6 {
			random := rand.New(rand.NewPCG(uint64(i), uint64(worker)))
			wg.Go(func() { soak(ctx, server, vendors[name], l, random, worker) })
		}
	}
	wg.Wait()
	for _, name := range vendorNames {
		l := ledgers[name]
		lost, twice := 0, 0
		for _, created := range l.made {
			surely, deleted := l.gone[created]
			switch n := made(server, created); {
			case n == 0 && !deleted:
				lost++
			case n > 0 && surely:
				assert.Fail(t, "a deletion succeeded, and the department is there", created)
			case n > 1:
				twice++
			}
		}
		for _, created := range append(l.refused, l.maybe...) {
			if made(server, created) > 1 {
				twice++
			}
		}
		for _, created := range l.refused {
			assert.Zero(t, made(server, created), "%s is there, and the call said that it was refused", created)
		}
		assert.Zero(t, lost, name)
		assert.Zero(t, twice, name)
		assert.Positive(t, l.calls.Load(), name)
		assert.Less(t, l.failed.Load(), 1+l.calls.Load()/2, "%s: most of the traffic has to get through", name)
		result.row(name, fmt.Sprint(l.calls.Load()), fmt.Sprint(l.failed.Load()), fmt.Sprint(len(l.made)),
			fmt.Sprint(len(l.maybe)), fmt.Sprint(lost), fmt.Sprint(twice))
	}
	base.CloseIdleConnections()
	leaks := measured.add("Leaks", "What the process holds when the soak is over, above what it held before it: "+
		"nothing "+
		"grows with time. The heap is that of clients and simulator together.", "what", "above")
	var after footprint
	for range 100 { // connections that were closed take a moment to be gone
		if after = holds(); after.goroutines <= before.goroutines && after.descriptors <= before.descriptors {
			break
		}
		runtime.Gosched()
	}
	assert.LessOrEqual(t, after.goroutines, before.goroutines+4)
	assert.LessOrEqual(t, after.descriptors, before.descriptors+4)
	grown := int64(after.heap) - int64(before.heap)
	assert.Less(t, grown, int64(160<<20)) // the simulator keeps the last 20,000 requests of each vendor
	leaks.row("goroutines", fmt.Sprint(max(after.goroutines-before.goroutines, 0)))
	leaks.row("file descriptors", fmt.Sprint(max(after.descriptors-before.descriptors, 0)))
	leaks.row("heap", fmt.Sprintf("%.0f MiB", max(float64(grown), 0)/(1<<20)))
}

// soak sends one goroutine's traffic until the time is over.
func soak(ctx context.Context, server *sim.Server, v vendor, l *ledger, r *rand.Rand, worker int) {
	faults := []sim.FaultKind{sim.FaultTokenRevoked, sim.FaultHTMLError, sim.FaultResetBefore, sim.FaultResetAfter,
		sim.FaultTruncated, sim.FaultThrottled}
	over := false // also when what is left of the time is too little for the quota's next place
	for n := 0; !over; n++ {
		done := func(err error) {
			if over = ctx.Err() != nil || errors.Is(err, clients.ErrCanceled); over {
				return
			}
			l.calls.Add(1)
			if err != nil {
				l.failed.Add(1)
			}
		}
		kind := r.IntN(50)
		switch {
		case kind < 35:
			done(v.read.do(ctx, ""))
		case kind < 40:
			done(v.update.do(ctx, fmt.Sprint("Title ", n)))
		case kind < 46:
			created := fmt.Sprintf("%s %d %d", v.name, worker, n)
			err := v.create.do(ctx, created)
			l.note(created, err)
			done(err)
			if err == nil && n%2 == 0 {
				for _, d := range server.Organisation().Departments() {
					if d.Name == created {
						err := v.remove(ctx, d)
						l.remove(created, err)
						done(err)
					}
				}
			}
		case kind < 49:
			c := []call{v.read, v.update, v.create}[r.IntN(3)]
			fault := sim.Fault{Kind: faults[r.IntN(len(faults))], Skip: r.IntN(5), Times: 1, RetryAfter: time.Second}
			server.Inject(v.name, c.operation.ID, fault)
		default:
			_, err := walk(ctx, v, directory.WalkOptions{})
			done(err)
		}
	}
}
