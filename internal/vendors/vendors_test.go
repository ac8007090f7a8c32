package vendors_test

import (
	"slices"
	"testing"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/roster-go/roster/specs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryDocumentHasAVendorAndEveryVendorADocument(t *testing.T) {
	assert.Equal(t, specs.Vendors(), slices.Sorted(slices.Values(vendors.Names())))
}

func TestEveryVendorOpensWithWhatTheSimulatorAccepts(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(12), sim.WithDepartments(4))
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			values := v.Simulated(server)
			for _, variable := range v.Variables {
				assert.NotEmpty(t, variable.Meaning)
				if variable.Name != v.PlainHTTP() { // it is on this machine
					assert.NotEmpty(t, values[variable.Name], variable.Name)
				}
			}
			assert.Len(t, values, len(v.Variables)-1, "the simulator fills the vendor's variables and no others")
			assert.Equal(t, server.URL, values[v.BaseURL()][:len(server.URL)])

			lookup := func(name string) (string, bool) { value, ok := values[name]; return value, ok }
			env, found, err := v.Environment(lookup)
			require.NoError(t, err)
			assert.True(t, found)
			opened, err := v.Open(env)
			require.NoError(t, err)
			assert.Equal(t, v.Name, opened.Directory.Vendor())
			for _, err := range opened.Directory.Departments(t.Context()) {
				require.NoError(t, err)
			}
			assert.NotZero(t, opened.Stats().Calls)
		})
	}
}

func TestEnvironment(t *testing.T) {
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			env, found, err := v.Environment(func(string) (string, bool) { return "", true })
			require.NoError(t, err)
			assert.False(t, found, "what is set to nothing is not set")
			assert.Empty(t, env)
			for _, variable := range v.Variables {
				only := func(name string) (string, bool) { return "planted", name == variable.Name }
				_, found, err := v.Environment(only)
				assert.True(t, found)
				require.ErrorContains(t, err, "not set, though other")
				assert.NotContains(t, err.Error(), "planted")
			}
		})
	}
}

func TestSecretsOfAVendor(t *testing.T) {
	v, err := vendors.Named("wps")
	require.NoError(t, err)
	env := map[string]string{"WPS_APP_ID": "a", "WPS_APP_KEY": "k", "WPS_BASE_URL": "https://x"}
	assert.Equal(t, []string{"k"}, v.Secrets(env))
	assert.Empty(t, v.Secrets(nil))
}

func TestAnUnknownVendorIsToldWhichThereAre(t *testing.T) {
	_, err := vendors.Named("slack")
	assert.EqualError(t, err, `unknown vendor "slack": want one of wecom, dingtalk, feishu, wps`)
}

func TestPlainHTTPIsAllowedByAVariable(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(12), sim.WithDepartments(4))
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			values := v.Simulated(server)
			values[v.BaseURL()] = "http://staff.example.com"
			lookup := func(name string) (string, bool) { value, ok := values[name]; return value, ok }
			open := func(plain string) error {
				values[v.PlainHTTP()] = plain
				env, _, err := v.Environment(lookup)
				if err == nil {
					_, err = v.Open(env)
				}
				return err
			}
			require.NoError(t, open("1"))
			require.NoError(t, open("true"))
			for _, no := range []string{"", "0", "false"} {
				require.ErrorContains(t, open(no), "plain http")
			}
			require.ErrorContains(t, open("planted"), v.PlainHTTP()+" is neither 1 nor 0")
			only := func(name string) (string, bool) { return "0", name == v.PlainHTTP() }
			_, found, err := v.Environment(only)
			require.NoError(t, err)
			assert.False(t, found, "a switch that is off is no credential")
		})
	}
}
