package reliability

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
)

// rerouted sends every request through a proxy instead of to its host.
func rerouted(to string) http.RoundTripper {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.Proxy = nil
	host := strings.TrimPrefix(to, "http://")
	return closing{base, func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.Host = host
		return base.RoundTrip(r)
	}}
}

type closing struct {
	base *http.Transport
	do   func(*http.Request) (*http.Response, error)
}

func (c closing) RoundTrip(r *http.Request) (*http.Response, error) { return c.do(r) }
func (c closing) CloseIdleConnections()                             { c.base.CloseIdleConnections() }

// A bad network stands between the clients and the simulator.
func TestBadNetworks(t *testing.T) {
	result := measured.add("Bad networks", "A walk of 120 people through a TCP proxy, with limits of 2 s for the "+
		"first "+
		"byte and 5 s for an answer, and two attempts.", append([]string{"network"}, vendorNames...)...)
	for _, c := range []struct {
		name  string
		proxy weather
		ends  bool // with everybody
	}{
		{"good", weather{}, true},
		{"latency of 20 ms", weather{delay: 20 * time.Millisecond}, true},
		{"64 bytes at a time", weather{perRead: 64}, true},
		{"connections that are cut after 2,000 bytes", weather{cutAfter: 2000}, false},
		{"half-open connections: taken, and then silence", weather{blackout: true}, false},
	} {
		cells := []string{c.name}
		for _, name := range vendorNames {
			t.Run(fmt.Sprint(c.name, "/", name), func(t *testing.T) {
				server := simtest.Serve(t, sim.WithPeople(120), sim.WithDepartments(4), sim.WithoutQuotas())
				rt := rerouted(through(t, server.URL, c.proxy))
				first := 2 * time.Second
				if c.proxy.blackout {
					first = 50 * time.Millisecond
				}
				v := open(t, server, clients.WithHTTPClient(&http.Client{Transport: rt}),
					clients.WithTimeouts(first, 5*time.Second),
					clients.WithRetry(clients.Retry{MaxAttempts: 2, BaseDelay: time.Millisecond}))[name]
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				got, err := walk(ctx, v, directory.WalkOptions{})
				if c.ends {
					assert.NoError(t, err)
				}
				if err == nil {
					assert.Equal(t, truth(server, v), got)
				} else {
					assert.NotEqual(t, "UNTYPED", outcome(err), err)
				}
				cells = append(cells, outcome(err))
				rt.(closing).CloseIdleConnections()
			})
		}
		result.row(cells...)
	}
}
