package main

import (
	"testing"
	"time"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFaultsOfTheSimulatorsCommand(t *testing.T) {
	control := sim.NewControl(simtest.Checked(t), sim.WithPeople(5), sim.WithDepartments(2))
	for _, good := range []string{"wecom.GetUserList=truncated", "dingtalk.*=throttled:3", "wps.getuser=hang"} {
		require.NoError(t, inject(control, good))
	}
	for _, bad := range []string{"", "wecom", "wecom.GetUser", "acme.*=hang", "wecom.Nothing=hang", "wecom.*=nonsense",
		"wecom.*=hang:x", "wecom.*=hang:-1",
		"wecom.*=hang:0", "wecom.*="} {
		assert.Error(t, inject(control, bad), bad)
	}
}

func TestOptionsOfTheSimulatorsCommand(t *testing.T) {
	good := simFlags{people: 5, departments: 2, noQuotas: true, tokenLife: time.Minute}
	options, err := good.options()
	require.NoError(t, err)
	assert.Len(t, options, 8)
	for _, bad := range []simFlags{{people: 0, departments: 1}, {people: 1},
		{people: 1, departments: 1, tokenLife: -1}} {
		_, err := bad.options()
		assert.Error(t, err)
	}
	for address, local := range map[string]bool{"127.0.0.1:0": true, "localhost:8080": true, "[::1]:1": true,
		":8080": false, "0.0.0.0:8080": false, "10.0.0.1:80": false, "nonsense": false} {
		assert.Equal(t, local, onLoopback(address), address)
	}
}
