package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/roster-go/roster/internal/docs/site"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/spf13/cobra"
)

func newSim() *cobra.Command {
	var address, docs string
	var seed uint64
	var people, departments int
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Serve the simulator of all vendors until interrupted",
		Long: "Sim serves one made-up company through the wire formats of all vendors, with tokens, signatures, quotas and errors as the vendors have them.\n" +
			"Any client with a base URL option can talk to it, whatever its language. Nothing is kept: each start gives the company that belongs to the seed.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if people < 1 || departments < 1 {
				return errors.New("--people and --departments: want positive numbers")
			}
			server, stop, err := serveSim(address, docs, sim.WithSeed(seed), sim.WithPeople(people), sim.WithDepartments(departments))
			if err != nil {
				return err
			}
			defer stop()
			describe(cmd.OutOrStdout(), server, site.Available(docs))
			<-cmd.Context().Done()
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&address, "addr", "127.0.0.1:8080", "address to listen on; port 0 takes a free one")
	flags.StringVar(&docs, "docs", docsFolder, "folder of the reference pages that \"make docs\" builds; they are served at /docs")
	flags.Uint64Var(&seed, "seed", 1, "which company")
	flags.IntVar(&people, "people", 2000, "how many people")
	flags.IntVar(&departments, "departments", 60, "how many departments")
	return cmd
}

// describe prints what a shell needs to use the simulator in place of the vendors.
func describe(w io.Writer, server *sim.Server, docs bool) {
	fmt.Fprintf(w, "# The simulator listens on %s. The credentials are made up and work nowhere else.\n", server.URL)
	if docs {
		fmt.Fprintf(w, "# References of the interfaces, with samples for this simulator: %s%s\n", server.URL, site.Prefix)
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
