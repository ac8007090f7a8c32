package directory_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// treeLists are the operations that departments are listed by.
var treeLists = map[string]string{
	"wecom":    "ListDepartment",
	"dingtalk": "listSubDepartmentsV2",
	"feishu":   "listDepartmentChildren",
	"wps":      "listChildDepts",
}

// A tenth of all calls goes wrong. A walk ends with an error, or with everybody, their departments and whom they lead.
func TestCompaniesUnderFaults(t *testing.T) {
	complete := 0
	for seed := range uint64(soakCompanies) {
		for vendor := range lists {
			t.Run(fmt.Sprint(vendor, seed), func(t *testing.T) {
				clock := clienttest.NewClock()
				server := simtest.Serve(
					t,
					sim.WithClock(clock.Now),
					sim.WithSeed(seed+1),
					sim.WithPeople(soakPeople),
					sim.WithDepartments(soakPeople/20),
				)
				r := rand.New(rand.NewPCG(seed, 3))
				kinds := []sim.FaultKind{
					sim.FaultTokenRevoked,
					sim.FaultThrottled,
					sim.FaultHTMLError,
					sim.FaultResetBefore,
					sim.FaultResetAfter,
					sim.FaultExtraField,
				}
				if seed == 0 {
					kinds = append(
						kinds,
						sim.FaultHTMLPage,
						sim.FaultEmptyBody,
						sim.FaultEmptyObject,
					) // no call is sent again after these
				}
				for i := range soakPeople / 4 {
					for _, operation := range []string{lists[vendor], treeLists[vendor]} {
						if r.IntN(10) == 0 {
							server.Inject(vendor, operation,
								sim.Fault{Kind: kinds[r.IntN(len(kinds))], Skip: i, Times: 1})
						}
					}
				}
				v := views(t, server, clock)[vendor]
				type place struct {
					department string
					leader     bool
				}
				want, got := map[string][]place{}, map[string][]place{}
				for _, p := range server.Organisation().People() {
					for _, m := range p.Memberships {
						d, _ := server.Organisation().Department(m.Department)
						want[v.person(p)] = append(want[v.person(p)], place{v.department(d), m.Leader})
					}
				}
				for u, err := range directory.Walk(t.Context(), v.directory, directory.WalkOptions{}) {
					if err != nil {
						t.Log(err)
						return
					}
					for _, m := range u.Departments {
						leads := m.Leader != nil && *m.Leader
						if m.Leader == nil {
							require.Equal(t, "wecom", vendor) // which may leave it out everywhere
							leads = slices.Contains(want[u.ID], place{m.DepartmentID, true})
						}
						got[u.ID] = append(got[u.ID], place{m.DepartmentID, leads})
					}
				}
				complete++
				require.Len(t, got, len(want))
				for id := range want {
					require.ElementsMatch(t, want[id], got[id], id)
				}
			})
		}
	}
	assert.Positive(t, complete)
	t.Log(complete, "walks reached their end")
}

const (
	soakCompanies = 3
	soakPeople    = 400
)
