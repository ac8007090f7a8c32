package bench_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/sim"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var walkPeople = flag.Int("people", 6_000, "of the company that TestWalkIsAsFastAsTheQuota walks, 20 to a department")

type openDirectory func(t *testing.T, s *sim.Simulator, options ...clients.Option) directory.Directory

func openDingTalk(t *testing.T, s *sim.Simulator, options ...clients.Option) directory.Directory {
	known := s.Credentials().DingTalk
	c, err := dingtalk.New(dingtalk.Config{AppKey: known.AppKey, AppSecret: clients.Secret(known.AppSecret)},
		options...)
	require.NoError(t, err)
	return directory.DingTalk(c)
}

func openWPS(t *testing.T, s *sim.Simulator, options ...clients.Option) directory.Directory {
	known := s.Credentials().WPS
	c, err := wps.New(wps.Config{AppID: known.AppID, AppKey: clients.Secret(known.AppKey)}, options...)
	require.NoError(t, err)
	return directory.WPS(c)
}

// What a walk takes is what the quotas allow, and hardly more: the clock is that of synctest, so that a walk of an hour
// is done when the processor is.
func TestWalkIsAsFastAsTheQuota(t *testing.T) {
	for _, vendor := range []struct {
		name       string
		operations []*wire.Operation
		open       openDirectory
	}{
		{sim.VendorDingTalk, dingtalkapi.Operations(), openDingTalk},
		{sim.VendorWPS, wpsapi.Operations(), openWPS},
	} {
		t.Run(vendor.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := sim.New(sim.WithPeople(*walkPeople), sim.WithDepartments(*walkPeople/20))
				hc := &http.Client{Transport: inProcess{s}}
				d := vendor.open(t, s, clients.WithHTTPClient(hc),
					clients.WithBaseURL("https://sim.invalid/"+vendor.name))
				began, people := time.Now(), 0
				for _, err := range directory.Walk(t.Context(), d, directory.WalkOptions{}) {
					require.NoError(t, err)
					people++
				}
				took := time.Since(began)
				assert.Equal(t, *walkPeople, people)
				least := leastTime(s, vendor.name, vendor.operations)
				ratio := float64(took) / float64(least)
				t.Logf("walk: %s: %d people in %.0f s, by the quota %.0f s: %.3f", vendor.name, people, took.Seconds(),
					least.Seconds(), ratio)
				assert.LessOrEqual(t, ratio, 1.1)
			})
		})
	}
}

// leastTime is what the calls that were made would have taken if every quota had been spent to the last call from the
// first second on, all operations side by side.
func leastTime(s *sim.Simulator, vendor string, operations []*wire.Operation) time.Duration {
	var least time.Duration
	for _, op := range operations {
		for _, limit := range op.Limits {
			seconds := float64(s.Calls(vendor, op.ID)) * float64(limit.Seconds) / float64(limit.Requests)
			least = max(least, time.Duration(seconds*float64(time.Second)))
		}
	}
	return least
}

// inProcess is a network between a client and a server of the same process, across which there and back takes latency.
type inProcess struct{ server http.Handler }

const latency = 50 * time.Millisecond

func (n inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(latency) // by the clock of the test
	r = r.Clone(r.Context())
	r.RequestURI = r.URL.RequestURI()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	defer r.Body.Close()
	w := httptest.NewRecorder()
	n.server.ServeHTTP(w, r)
	return w.Result(), nil
}
