package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

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

// source is where a vendor's answers come from.
type source struct {
	vendor    vendors.Vendor
	env       map[string]string
	simulated bool
}

// locate returns the vendor with the variables of the environment, or the simulator if it was asked for: what comes of
// a command must not be the simulator's by mistake. Variables that look misspelt are named on log.
func locate(v vendors.Vendor, simulated *simulator, simulate bool, log io.Writer) (source, error) {
	if simulate {
		server, err := simulated.start()
		if err != nil {
			return source{}, err
		}
		return source{v, v.Simulated(server), true}, nil
	}
	for _, line := range misspelt(v, os.Environ()) {
		fmt.Fprintf(log, "%s: %s\n", v.Name, line)
	}
	env, found, err := v.Environment(os.LookupEnv)
	if err != nil {
		return source{}, err
	}
	if !found {
		return source{}, fmt.Errorf("%s: no credentials: %s is not set "+
			"(\"roster export --help\" lists the variables; --sim takes the built-in simulator)", v.Name,
			v.Variables[0].Name)
	}
	if err := checkBaseURL(v.BaseURL(), env[v.BaseURL()]); err != nil {
		return source{}, fmt.Errorf("%s: %w", v.Name, err)
	}
	return source{v, env, false}, nil
}

// String says where the answers come from, for people.
func (s source) String() string {
	if s.simulated {
		return "the built-in simulator"
	}
	return cmp.Or(s.env[s.vendor.BaseURL()], "the vendor")
}

// answersAsSimulator tells whether a simulator answers at the base URL. It is asked, without credentials, for a path
// that no vendor has.
func (s source) answersAsSimulator(ctx context.Context) bool {
	base := s.env[s.vendor.BaseURL()]
	if s.simulated || base == "" {
		return s.simulated
	}
	at, err := url.Parse(base)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	at = &url.URL{Scheme: at.Scheme, Host: at.Host, Path: sim.ControlPrefix}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return false
	}
	response, err := exportTransport().RoundTrip(request) // follows no redirect
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.Header.Get(sim.MarkHeader) != ""
}

// open opens the vendor's client.
func (s source) open(options ...clients.Option) (vendors.Opened, error) {
	opened, err := s.vendor.Open(s.env, options...)
	if err != nil {
		err = &explained{s.inVariables(err.Error()), err}
	}
	return opened, err
}

// export opens the vendor's client for a walk.
func (s source) export() (vendors.Opened, error) {
	return s.open(clients.WithHTTPClient(&http.Client{Transport: exportTransport()}))
}

// exportTransport honours the proxy variables for vendors; a loopback address goes direct by itself.
func exportTransport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	return t
}
