package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/internal/docs/site"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/spf13/cobra"
)

// simFlags are the settings of the simulator's command.
type simFlags struct {
	address, docs       string
	seed                uint64
	people, departments int
	noQuotas, control   bool
	tokenLife           time.Duration
	faults, causes      []string
}

func newSim() *cobra.Command {
	var f simFlags
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Serve the simulator of all vendors until interrupted",
		Long: "Sim serves one made-up company through the wire formats of all vendors, with tokens, signatures, " +
			"quotas and " +
			"errors as the vendors have them.\nAny client with a base URL option can talk to it, whatever its " +
			"language. " +
			"Nothing is kept: each start gives the company that belongs to the seed.\n\n" +
			"On the loopback interface it also takes orders below " + sim.ControlPrefix +
			": inject a fault, revoke tokens, " +
			"move the clock, reset, read the truth. GET " + sim.ControlPrefix +
			" lists them, docs/SIMULATOR.md explains them.",
		Example: "  roster sim --no-quotas\n" +
			"  roster sim --fault wecom.GetUserList=truncated --fault 'dingtalk.*=throttled:3'",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := f.options()
			if err != nil {
				return err
			}
			orders := f.control || !cmd.Flags().Changed("control") && onLoopback(f.address)
			served, err := serveSim(f.address, f.docs, orders, options...)
			if err != nil {
				return err
			}
			defer served.stop()
			for _, text := range f.faults {
				if err := inject(served.Control, text); err != nil {
					return fmt.Errorf("--fault %s: %w", text, err)
				}
			}
			for _, text := range f.causes {
				if err := provoke(served.Control, text); err != nil {
					return fmt.Errorf("--cause %s: %w", text, err)
				}
			}
			describe(cmd.OutOrStdout(), served, site.Available(f.docs))
			<-cmd.Context().Done()
			return nil
		},
	}
	f.register(cmd)
	return cmd
}

// register declares the flags, with what they are if they are not given.
func (f *simFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.address, "addr", "127.0.0.1:8080", "address to listen on; port 0 takes a free one")
	flags.StringVar(&f.docs, "docs", docsFolder,
		"folder of the reference pages that \"make docs\" builds; they are served at /docs")
	flags.Uint64Var(&f.seed, "seed", 1, "which company")
	flags.IntVar(&f.people, "people", 2000, "how many people")
	flags.IntVar(&f.departments, "departments", 60, "how many departments")
	flags.BoolVar(&f.noQuotas, "no-quotas", false, "lift all limits on the number of calls")
	flags.DurationVar(&f.tokenLife, "token-life", 0, "how long access tokens are good (default: the vendors' own)")
	flags.StringArrayVar(&f.faults, "fault", nil,
		"make calls go wrong: vendor.operation=kind, or =kind:n for the first n; kinds: "+kinds())
	flags.StringArrayVar(&f.causes, "cause", nil,
		"keep the app from something, as people meet it: vendor.kind or vendor.kind=what; kinds: "+causeKinds())
	flags.BoolVar(&f.control, "control", false,
		"take orders below "+sim.ControlPrefix+" (default: on the loopback interface only)")
}

func (f simFlags) options() ([]sim.Option, error) {
	if f.people < 1 || f.departments < 1 {
		return nil, errors.New("--people and --departments: want positive numbers")
	}
	if f.tokenLife < 0 {
		return nil, errors.New("--token-life: want a positive duration")
	}
	options := []sim.Option{sim.WithSeed(f.seed), sim.WithPeople(f.people), sim.WithDepartments(f.departments)}
	if f.noQuotas {
		options = append(options, sim.WithoutQuotas())
	}
	if f.tokenLife > 0 {
		for _, v := range vendors.All() {
			options = append(options, sim.WithTokenLifetime(v.Name, f.tokenLife))
		}
	}
	return options, nil
}

func kinds() string {
	var all []string
	for _, kind := range sim.FaultKinds() {
		all = append(all, string(kind))
	}
	return strings.Join(all, ", ")
}

// inject makes calls go wrong as a --fault says, also after a reset.
func inject(control *sim.Control, text string) error {
	where, what, ok := strings.Cut(text, "=")
	vendor, operation, named := strings.Cut(where, ".")
	kind, count, counted := strings.Cut(what, ":")
	times := 0
	if counted {
		var err error
		if times, err = strconv.Atoi(count); err != nil || times < 1 {
			ok = false
		}
	}
	if !ok || !named {
		return errors.New("want vendor.operation=kind or vendor.operation=kind:n")
	}
	return control.Inject(vendor, operation, sim.Fault{Kind: sim.FaultKind(kind), Times: times})
}

// provoke puts a cause into the world of a vendor as a --cause says, also after a reset.
func provoke(control *sim.Control, text string) error {
	where, what, given := strings.Cut(text, "=")
	vendor, kind, ok := strings.Cut(where, ".")
	if !ok || given && what == "" {
		return errors.New("want vendor.kind, or vendor.kind=what")
	}
	cause := sim.Cause{Kind: sim.CauseKind(kind)}
	if given {
		if err := detail(&cause, strings.Split(what, ",")); err != nil {
			return err
		}
	}
	return control.Provoke(vendor, cause)
}

// detail fills in what a --cause says behind the kind.
func detail(cause *sim.Cause, what []string) error {
	switch cause.Kind {
	case sim.CauseRangePartial:
		for _, key := range what {
			if n, err := strconv.Atoi(key); err == nil {
				cause.Departments = append(cause.Departments, sim.DepartmentKey(n))
			} else {
				cause.People = append(cause.People, key)
			}
		}
	case sim.CauseClockOff:
		var err error
		if cause.By, err = time.ParseDuration(what[0]); err != nil {
			return err
		}
		if len(what) > 1 {
			cause.Window, err = time.ParseDuration(what[1])
		}
		return err
	case sim.CauseBaseURLWrong:
		var err error
		cause.Status, err = strconv.Atoi(what[0])
		return err
	case sim.CausePermissionMissing, sim.CauseFieldPermissionMissing, sim.CauseEditionLacks:
		cause.Names = what
	default:
		return fmt.Errorf("%s takes nothing behind it", cause.Kind)
	}
	return nil
}

// causeKinds lists the kinds, with what goes behind them.
func causeKinds() string {
	behind := map[sim.CauseKind]string{
		sim.CausePermissionMissing:      "=permissions or operations",
		sim.CauseFieldPermissionMissing: "=permissions or members of answers",
		sim.CauseRangePartial:           "=keys of departments, user ids",
		sim.CauseBaseURLWrong:           "[=404]",
		sim.CauseClockOff:               "=7m[,window]",
		sim.CauseEditionLacks:           "[=operations]",
	}
	var all []string
	for _, kind := range sim.CauseKinds() {
		all = append(all, string(kind)+behind[kind])
	}
	return strings.Join(all, "; ")
}

// onLoopback tells whether only this machine can reach an address.
func onLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// describe prints what a shell needs to use the simulator in place of the vendors.
func describe(w io.Writer, served *simServer, docs bool) {
	server := served.server()
	fmt.Fprintf(w, "# The simulator listens on %s. The credentials are made up and work nowhere else.\n", server.URL)
	if docs {
		fmt.Fprintf(w, "# References of the interfaces, with samples for this simulator: %s%s\n", server.URL,
			site.Prefix)
	}
	if served.Refusal == "" {
		fmt.Fprintf(w, "# It takes orders at %s%s\n", server.URL, sim.ControlPrefix)
	}
	for _, v := range vendors.All() {
		values := v.Simulated(server)
		fmt.Fprintf(w, "\n# %s\n", v.Title)
		for _, variable := range v.Variables {
			if values[variable.Name] != "" {
				fmt.Fprintf(w, "export %s=%s\n", variable.Name, values[variable.Name])
			}
		}
	}
	fmt.Fprintln(w, "\n# End with Ctrl-C.")
}
