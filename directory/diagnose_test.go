package directory_test

import (
	"testing"

	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAHealthyCompanyHasNoFinding(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(400), sim.WithDepartments(20))
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			opened, err := v.Open(v.Simulated(server))
			require.NoError(t, err)
			d, err := directory.Diagnose(t.Context(), opened.Directory, directory.DiagnoseOptions{})
			require.NoError(t, err)
			assert.Empty(t, d.Findings)
			assert.Empty(t, d.Unseen)
			assert.LessOrEqual(t, d.Requests, 130)
		})
	}
}
