package reliability

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kinds are the faults that can strike a single call.
func kinds() []sim.FaultKind {
	return slices.DeleteFunc(sim.FaultKinds(), func(k sim.FaultKind) bool {
		return k == sim.FaultMovePerson || k == sim.FaultRepeatCursor // these are about lists: walks under fire
	})
}

// Every fault strikes a read, a write that may be repeated and one that may not, once and always. Writes are counted at
// the server: a department is made once if the call succeeds, and never twice.
func TestMatrix(t *testing.T) {
	for _, times := range []int{1, 0} {
		often, rule := "once", "The next request gets through."
		if times == 0 {
			often, rule = "always", "All requests of the operation are struck."
		}
		for _, what := range []struct{ title, intro string }{
			{"Reads struck " + often, "One person is read. " + rule},
			{"Updates struck " + often, "A person gets a title; the documents say that this may be repeated, but at " +
				"Feishu. " + rule},
			{"Creations struck " + often, "A department is made, which must not happen twice (Feishu's calls carry " +
				"a token " +
				"by which the vendor recognizes a repetition). " + rule + " In brackets: how many there are at the " +
				"server."},
		} {
			result := measured.add(what.title, what.intro, append([]string{"fault"}, vendorNames...)...)
			for _, kind := range kinds() {
				cells := []string{string(kind)}
				for _, name := range vendorNames {
					t.Run(fmt.Sprint(what.title, "/", kind, "/", name), func(t *testing.T) {
						cells = append(cells, strike(t, name, what.title, sim.Fault{Kind: kind, Times: times}))
					})
				}
				result.row(cells...)
			}
		}
	}
}

func strike(t *testing.T, name, what string, fault sim.Fault) string {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(12), sim.WithDepartments(3))
	v := open(t, server, clients.WithClock(clock), clients.WithTimeouts(time.Second, 2*time.Second),
		clients.WithMaxResponseBytes(1<<20), clients.WithRetry(clients.Retry{MaxWait: time.Minute}))[name]
	switch fault.Kind {
	case sim.FaultHang, sim.FaultSlowBody:
		v = open(t, server, clients.WithClock(clock),
			clients.WithTimeouts(100*time.Millisecond, 200*time.Millisecond))[name]
		fault.Interval = time.Hour
	case sim.FaultOversize:
		fault.Bytes = 1 << 21
	case sim.FaultVendorError:
		fault.Code = strangeCode[name]
	}
	c := map[string]call{"R": v.read, "U": v.update, "C": v.create}[what[:1]]
	server.Inject(name, c.operation.ID, fault)
	err := c.do(t.Context(), "Struck")
	text := outcome(err)
	assert.NotContains(t, text, "UNTYPED", "%v", err)
	unknown := errors.Is(err, clients.ErrOutcomeUnknown)
	switch what[:1] {
	case "R":
		assert.False(t, unknown, "a read has no outcome to know")
	case "U":
		p, ok := server.Organisation().Person(anybody(server).Key)
		require.True(t, ok)
		done := p.Position == "Struck"
		assert.True(t, err != nil || done, "no error: then it is done")
		assert.True(t, !done || err == nil || unknown || c.operation.Idempotent, "done, and the error does not say so")
	case "C":
		n := made(server, "Struck")
		assert.LessOrEqual(t, n, 1, "made twice")
		assert.True(t, err != nil || n == 1, "no error: then it is done")
		assert.True(t, n == 0 || err == nil || unknown, "made, and the error does not say so: %v", err)
		text = fmt.Sprintf("%s (%d)", text, n)
	}
	return text
}

// strangeCode is a code of each vendor that nobody has documented.
var strangeCode = map[string]string{"wecom": "987654", "dingtalk": "987654", "feishu": "987654", "wps": "987654321"}
