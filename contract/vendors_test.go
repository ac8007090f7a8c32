package contract_test

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/require"
)

// opener makes the vendor's client for a simulator that listens at url.
func opener(vendor, url string, s *sim.Simulator) contract.Opener {
	return func(options ...clients.Option) (any, error) {
		v, err := vendors.Named(vendor)
		if err != nil {
			return nil, err
		}
		opened, err := v.Open(v.Simulated(&sim.Server{Simulator: s, URL: url}), options...)
		return opened.Client, err
	}
}

// baseURL is where a vendor is at a simulator that listens at url.
func baseURL(t *testing.T, vendor, url string, s *sim.Simulator) string {
	t.Helper()
	v, err := vendors.Named(vendor)
	require.NoError(t, err)
	return v.Simulated(&sim.Server{Simulator: s, URL: url})[v.BaseURL()]
}

func probe(t *testing.T, vendor string, server *sim.Server, o contract.ProbeOptions) *contract.ProbeResult {
	t.Helper()
	result, err := contract.Probe(t.Context(), validator(t, vendor), opener(vendor, server.URL, server.Simulator), o)
	require.NoError(t, err)
	return result
}
