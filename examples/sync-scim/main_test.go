package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/roster-go/roster/examples/internal/changing"
	"github.com/roster-go/roster/examples/scimclient"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fixture is a company, a server and a program between the two.
type fixture struct {
	vendor        changing.Vendor
	source        *sim.Server
	users, groups *store
	env           map[string]string
	state         string
	writes        atomic.Int64
	limit         atomic.Int64 // writes that the server still takes; below 0: all
}

func newFixture(t *testing.T, v changing.Vendor) *fixture {
	t.Helper()
	f := &fixture{vendor: v, source: simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(8)),
		state: filepath.Join(t.TempDir(), "state.jsonl")}
	f.limit.Store(-1)
	handler, users, groups := scimServer(t)
	f.users, f.groups = users, groups
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method != http.MethodGet {
			if limit := f.limit.Load(); limit >= 0 && f.writes.Load() >= limit {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			f.writes.Add(1)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.env = v.Env(f.source)
	f.env["SCIM_URL"], f.env["SCIM_TOKEN"] = server.URL, "secret"
	return f
}

func (f *fixture) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), append([]string{"-vendor", f.vendor.Name, "-state", f.state}, args...),
		func(name string) string { return f.env[name] }, &out)
	return out.String(), err
}

// equal checks that the server has the company.
func (f *fixture) equal(t *testing.T, gone ...string) {
	t.Helper()
	want := f.vendor.Want(f.source.Organisation(), gone...)
	accounts, members := has(f.users, f.groups)
	got := map[string]changing.Account{}
	for id, a := range accounts {
		active, known := a["active"].(bool)
		require.True(t, known, id)
		got[id] = changing.Account{Name: a["displayName"].(string), Active: active}
	}
	if f.vendor.Name == "dingtalk" { // which does not tell of a disabled account that its company does not own
		for id, a := range want.Accounts {
			want.Accounts[id] = changing.Account{Name: a.Name, Active: got[id].Active}
		}
	}
	assert.Equal(t, want.Accounts, got)
	for _, list := range want.Members {
		slices.Sort(list)
	}
	assert.Equal(t, want.Members, members)
}

func TestTheServerFollowsTheCompany(t *testing.T) {
	for _, v := range changing.Vendors() {
		t.Run(v.Name, func(t *testing.T) {
			f := newFixture(t, v)
			out, err := f.run(t)
			require.NoError(t, err)
			assert.Contains(t, out, "68 changes; 60 users and 8 departments to put\n")
			assert.Zero(t, f.writes.Load(), "a dry run changes nothing")
			assert.NoFileExists(t, f.state)

			_, err = f.run(t, "-apply")
			require.NoError(t, err)
			f.equal(t)

			writes := f.writes.Load()
			out, err = f.run(t, "-apply")
			require.NoError(t, err)
			assert.Equal(t, "0 changes; 0 users and 0 departments to put\n", out)
			_, err = f.run(t, "-apply", "-full")
			require.NoError(t, err)
			assert.Equal(t, writes, f.writes.Load(), "what is equal is not written")

			gone := v.Department(changing.Change(t, f.source.Organisation()))
			out, err = f.run(t)
			require.NoError(t, err)
			assert.Contains(t, out, "left     user")
			assert.Equal(t, writes, f.writes.Load())
			_, err = f.run(t, "-apply")
			require.NoError(t, err)
			f.equal(t, gone)
		})
	}
}

// Wherever a run is cut off, and although the company changes once more, the next one makes the server right.
func TestARunThatWasCutOffIsMadeGood(t *testing.T) {
	v := changing.Vendors()[0]
	for _, after := range []int64{0, 1, 5, 9, 12} {
		f := newFixture(t, v)
		_, err := f.run(t, "-apply")
		require.NoError(t, err)
		before, err := os.ReadFile(f.state)
		require.NoError(t, err)

		o := f.source.Organisation()
		gone := v.Department(changing.Change(t, o))
		f.limit.Store(f.writes.Load() + after)
		_, err = f.run(t, "-apply")
		require.ErrorContains(t, err, "run it again to go on")
		now, err := os.ReadFile(f.state)
		require.NoError(t, err)
		assert.Equal(t, before, now, "the state is replaced at the end only")

		accounts, _ := has(f.users, f.groups)
		_, entered := accounts["newcomer"]
		assert.Equal(t, after > 0, entered)
		p, ok := o.FindPerson(sim.ByUserID, "newcomer")
		require.True(t, ok)
		require.NoError(t, o.RemovePerson(p.Key))
		f.limit.Store(-1)
		_, err = f.run(t, "-apply")
		require.NoError(t, err)
		assert.NoFileExists(t, f.state+".journal")
		accounts, _ = has(f.users, f.groups)
		if entered {
			assert.Equal(t, false, accounts["newcomer"]["active"], "somebody whom no finished run ever saw")
			f.equal(t, gone)
		} else {
			assert.NotContains(t, slices.Collect(maps.Keys(accounts)), "newcomer")
		}
	}
}

func TestTooManyLeaversAreRefused(t *testing.T) {
	f := newFixture(t, changing.Vendors()[0])
	_, err := f.run(t, "-apply")
	require.NoError(t, err)
	writes := f.writes.Load()
	removed := 0
	for _, p := range f.source.Organisation().People() {
		if !p.Founder && removed < 10 {
			require.NoError(t, f.source.Organisation().RemovePerson(p.Key))
			removed++
		}
	}
	_, err = f.run(t, "-apply")
	require.ErrorContains(t, err, "--max-leavers")
	assert.Equal(t, writes, f.writes.Load())
	_, err = f.run(t, "-apply", "-max-leavers", "0.5")
	require.NoError(t, err)
	f.equal(t)
}

// Managers are references to the server's own ids.
func TestManagers(t *testing.T) {
	f := newFixture(t, changing.Vendors()[0])
	_, err := f.run(t, "-apply")
	require.NoError(t, err)
	accounts, _ := has(f.users, f.groups)
	checked := 0
	for _, p := range f.source.Organisation().People() {
		manager, ok := f.source.Organisation().Person(p.Manager)
		if !ok {
			continue
		}
		checked++
		extension, err := json.Marshal(accounts[f.vendor.Person(p)][scimclient.Enterprise])
		require.NoError(t, err)
		var e struct{ Manager struct{ Value string } }
		require.NoError(t, json.Unmarshal(extension, &e))
		assert.Equal(t, f.vendor.Person(manager), f.users.resource(e.Manager.Value).ExternalID.Value())
	}
	assert.NotZero(t, checked)
}
