package main

import (
	"cmp"
	"fmt"
	"net/http"
	"os"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
)

// simulator is the embedded simulator, started when the first vendor needs it.
type simulator struct {
	options []sim.Option
	server  *sim.Server
}

func (s *simulator) start() (*sim.Server, error) {
	if s.server == nil {
		server, err := sim.Listen("127.0.0.1:0", s.options...)
		if err != nil {
			return nil, err
		}
		s.server = server
	}
	return s.server, nil
}

func (s *simulator) close() {
	if s.server != nil {
		s.server.Close()
	}
}

// standIn says when the simulator takes a vendor's place.
type standIn int

const (
	never standIn = iota // for commands whose result must not be the simulator's by mistake
	withoutCredentials
	always
)

// openVendor opens a vendor with the credentials of the environment, or the simulator. note says which.
func openVendor(v vendors.Vendor, simulated *simulator, when standIn) (s vendors.Opened, note string, err error) {
	env, note, err := whereabouts(v, simulated, when)
	if err != nil {
		return vendors.Opened{}, "", err
	}
	s, err = v.Open(env, clients.WithHTTPClient(&http.Client{Transport: exportTransport()}))
	return s, note, err
}

// whereabouts returns what a vendor is opened with: the variables of the environment, or those of the simulator. note
// says which.
func whereabouts(
	v vendors.Vendor, simulated *simulator, when standIn,
) (env map[string]string, note string, err error) {
	note = "the built-in simulator"
	if when != always {
		env, found, err := v.Environment(os.LookupEnv)
		switch {
		case err != nil:
			return nil, "", err
		case found:
			return env, cmp.Or(env[v.BaseURL()], "the vendor"), nil
		case when == never:
			return nil, "", fmt.Errorf("%s: no credentials: %s is not set "+
				"(\"roster export --help\" lists the variables; --sim takes the built-in simulator)", v.Name, v.Variables[0].Name)
		}
		note += fmt.Sprintf(" (set %s to go to the vendor)", v.Variables[0].Name)
	}
	server, err := simulated.start()
	if err != nil {
		return nil, "", err
	}
	return v.Simulated(server), note, nil
}

// asked is the rule of a command with a flag for the simulator, and otherwise for when it is not given.
func asked(sim bool, otherwise standIn) standIn {
	if sim {
		return always
	}
	return otherwise
}

// exportTransport honours the proxy variables for vendors; a loopback address goes direct by itself.
func exportTransport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	return t
}
