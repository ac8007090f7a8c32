package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/specs"
	"github.com/spf13/cobra"
)

func newOperations() *cobra.Command {
	return &cobra.Command{
		Use:   "operations VENDOR",
		Short: "List the operations of a vendor's document",
		Long: "Operations lists what the vendor's document has: the name that record and the client's methods go " +
			"by, whether \"check\"\n" +
			"calls it (read), would only in a test tenant (write) or not at all (-), the route, and what it does.",
		ValidArgs: vendors.Names(),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("name one vendor: %s", strings.Join(vendors.Names(), ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runOperations(args[0], cmd.OutOrStdout())
		},
	}
}

// operation is one of a document.
type operation struct{ name, method, path, summary string }

func operationsOf(vendor string) ([]operation, error) {
	v, err := vendors.Named(vendor)
	if err != nil {
		return nil, err
	}
	data, err := specs.FS.ReadFile(v.Name + ".yaml")
	if err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	var all []operation
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			all = append(all, operation{op.OperationID, method, path, op.Summary})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

func runOperations(vendor string, out io.Writer) error {
	all, err := operationsOf(vendor)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, o := range all {
		kind, _ := contract.Planned(vendor, o.name)
		if kind == "" {
			kind = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%s %s\t%s\n", o.name, kind, o.method, o.path, o.summary)
	}
	return table.Flush()
}

// completeVendorAndOperation lets a shell complete a vendor and then one of its operations.
func completeVendorAndOperation(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return vendors.Names(), cobra.ShellCompDirectiveNoFileComp
	case 1:
		all, err := operationsOf(args[0])
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var names []string
		for _, o := range all {
			names = append(names, o.name+"\t"+o.summary)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	default:
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}
