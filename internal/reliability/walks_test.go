package reliability

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A walk ends with everybody in all their departments, or with an error. How often it is which depends on how much goes
// wrong; a third outcome there is not.
func TestWalksUnderFire(t *testing.T) {
	companies, people := pick(2, 20), pick(150, 2000)
	result := measured.add("Walks under fire", "Whole companies, each from a seed of its own, while a share of the "+
		"calls "+
		"that list departments and people goes wrong: refused tokens, throttling, gateway pages, resets before and "+
		"after "+
		"the answer was made. Right: everybody in all their departments. Wrong would be anything else without an "+
		"error.",
		"vendor", "calls that go wrong", "people", "walks", "right", "error", "wrong")
	for _, name := range vendorNames {
		for _, percent := range []int{1, 10} {
			right, failed, wrong := 0, 0, 0
			for seed := range uint64(companies) {
				t.Run(fmt.Sprint(name, "/", percent, "%/", seed), func(t *testing.T) {
					switch same, err := walkUnderFire(t, name, seed, people, percent); {
					case err != nil:
						var walk *directory.WalkError
						require.ErrorAs(t, err, &walk)
						assert.NotEqual(t, "UNTYPED", outcome(err), err)
						failed++
					case same:
						right++
					default:
						wrong++
					}
				})
			}
			assert.Zero(t, wrong)
			assert.Positive(t, right)
			result.row(fmt.Sprint(name, ", ", percent, " %"), fmt.Sprint(percent, " %"), fmt.Sprint(people),
				fmt.Sprint(companies), fmt.Sprint(right), fmt.Sprint(failed), fmt.Sprint(wrong))
		}
	}
}

func walkUnderFire(t *testing.T, name string, seed uint64, people, percent int) (same bool, err error) {
	clock := clienttest.NewClock()
	server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithSeed(seed+1), sim.WithPeople(people),
		sim.WithDepartments(people/20))
	v := open(t, server, clients.WithClock(clock))[name]
	random := rand.New(rand.NewPCG(seed, uint64(percent)))
	faults := []sim.FaultKind{sim.FaultTokenRevoked, sim.FaultThrottled, sim.FaultHTMLError, sim.FaultResetBefore,
		sim.FaultResetAfter}
	for i := range people {
		for _, operation := range []string{v.list, v.tree} {
			if random.IntN(100) < percent {
				server.Inject(name, operation, sim.Fault{Kind: faults[random.IntN(len(faults))], Skip: i, Times: 1})
			}
		}
	}
	want := truth(server, v)
	got, err := walk(t.Context(), v, directory.WalkOptions{})
	return reflect.DeepEqual(want, got), err
}

// What changes or is broken in the lists themselves.
func TestListsThatAreWrong(t *testing.T) {
	result := measured.add("Lists that go wrong", "One walk of a small company each: a cursor that repeats, a page "+
		"that "+
		"is cut or of another type, people who are moved while they are "+
		"read.", append([]string{"fault"}, vendorNames...)...)
	for _, kind := range []sim.FaultKind{sim.FaultRepeatCursor, sim.FaultTruncated, sim.FaultChangedType,
		sim.FaultExtraField, sim.FaultMovePerson} {
		cells := []string{string(kind)}
		for _, name := range vendorNames {
			t.Run(fmt.Sprint(kind, "/", name), func(t *testing.T) {
				clock := clienttest.NewClock()
				server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(300), sim.WithDepartments(6))
				v := open(t, server, clients.WithClock(clock))[name]
				server.Inject(name, v.list, sim.Fault{Kind: kind, Skip: 1, Times: 2})
				want := truth(server, v)
				got, err := walk(t.Context(), v, directory.WalkOptions{})
				text := outcome(err)
				if err == nil {
					switch {
					case reflect.DeepEqual(want, got):
					case kind == sim.FaultMovePerson && len(got) == len(want):
						text = "ok, the moved ones where they were or are"
					case kind == sim.FaultMovePerson:
						text = fmt.Sprintf("ok, %d moved past the walk", len(want)-len(got))
						assert.LessOrEqual(t, len(want)-len(got), 2)
					default:
						assert.Fail(t, "a wrong company without an error")
					}
				}
				if kind == sim.FaultMovePerson {
					text = "ok, as before or after" // which of the two is a race by nature
				}
				cells = append(cells, text)
			})
		}
		result.row(cells...)
	}
}

// Half of a fleet's wait is told in seconds that a vendor names: a walk that is throttled waits as long as it is told.
func TestThrottlingIsWaitedFor(t *testing.T) {
	result := measured.add("Throttling", "A walk of 300 people, while every tenth call is throttled with a "+
		"Retry-After of "+
		"7 s. What it waited is the vendor's word times the refusals, and nothing is asked meanwhile.",
		"vendor", "refusals", "waited at least", "outcome")
	for _, name := range vendorNames {
		t.Run(name, func(t *testing.T) {
			clock := clienttest.NewClock()
			server := simtest.Serve(t, sim.WithClock(clock.Now), sim.WithPeople(300), sim.WithDepartments(30))
			v := open(t, server, clients.WithClock(clock))[name]
			for i := range 2 {
				server.Inject(name, v.list, sim.Fault{Kind: sim.FaultThrottled, RetryAfter: 7 * time.Second,
					Skip: 2 * i, Times: 1})
			}
			began := clock.Now()
			got, err := walk(t.Context(), v, directory.WalkOptions{})
			require.NoError(t, err)
			assert.Equal(t, truth(server, v), got)
			assert.GreaterOrEqual(t, clock.Now().Sub(began), 7*time.Second)
			result.row(name, "2", "7 s", outcome(err))
		})
	}
}

// A caller who has had enough is let go at once, whatever the vendor does.
func TestCallersWhoGiveUp(t *testing.T) {
	for _, name := range vendorNames {
		server := simtest.Serve(t, sim.WithPeople(100), sim.WithDepartments(10), sim.WithoutQuotas())
		v := open(t, server)[name]
		n := 0
		for _, err := range directory.Walk(t.Context(), v.directory, directory.WalkOptions{}) {
			require.NoError(t, err)
			if n++; n == 5 {
				break
			}
		}
		assert.Equal(t, 5, n)
	}
}
