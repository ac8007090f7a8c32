package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/spf13/cobra"
)

// The exit codes of doctor.
const (
	exitFindings  = 1
	exitNotLooked = 2
)

type doctorFlags struct {
	json, sim bool
	sample    int
	calls     int
}

func newDoctor() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor VENDOR",
		Short: "Say what the credentials can and cannot read, why, and where to mend it",
		Long: "Doctor looks at credentials, address list, permissions, the app's range, which fields of a sample of " +
			"people are\n" +
			"there, ids, quota, clock and base URL. It says what is wrong, what that means for a sync, and on which " +
			"page of the\n" +
			"vendor's console which switch mends it. It only reads, sends a bounded number of requests and keeps to " +
			"the quotas.\n" +
			"docs/TROUBLESHOOTING.md lists all that it knows.\n\n" +
			"Exit codes: 0 healthy (there may be notices), 1 there are findings, 2 it could not look (an outage, bad " +
			"input), 128\n" +
			"and more stopped by a signal.\n\n" +
			"Credentials come from the same variables as for export. No value of a person is printed, only numbers.",
		Example:   "  roster doctor feishu\n  roster doctor wecom --json",
		ValidArgs: vendors.Names(),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return notLooked(fmt.Errorf("name one vendor: %s", strings.Join(vendors.Names(), ", ")))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDoctor(cmd.Context(), args[0], f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.json, "json", false, "a report for machines")
	flags.BoolVar(&f.sim, "sim", false, "look at the built-in simulator, whatever credentials there are")
	flags.IntVar(&f.sample, "sample", 200, "how many people to look at, about")
	flags.IntVar(&f.calls, "max-calls", 120, "how many requests to send, about")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return notLooked(err) })
	return cmd
}

// notLooked is an error that means that nothing can be said.
func notLooked(err error) error { return &failure{exitNotLooked, err} }

func runDoctor(ctx context.Context, name string, f doctorFlags, out, log io.Writer) error {
	if f.sample < 1 || f.calls < 1 {
		return notLooked(errors.New("--sample and --max-calls: want positive numbers"))
	}
	v, err := vendors.Named(name)
	if err != nil {
		return notLooked(err)
	}
	var simulated simulator
	defer simulated.close()
	from, err := locate(v, &simulated, f.sim, log)
	if err != nil {
		return notLooked(err)
	}
	opened, err := from.open(clients.WithHTTPClient(&http.Client{Transport: exportTransport()}),
		clients.WithRetry(impatient()))
	if err != nil {
		return notLooked(err)
	}
	fmt.Fprintf(log, "%s: looking at %s\n", v.Name, from)
	d, failed := directory.Diagnose(ctx, opened.Directory, directory.DiagnoseOptions{Sample: f.sample,
		MaxCalls: f.calls})
	if f.json {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(d)
	} else {
		err = printDiagnosis(out, d)
	}
	switch {
	case err != nil:
		return notLooked(err)
	case failed != nil:
		return notLooked(fmt.Errorf("%s could not be looked at to the end: %w", v.Name, explain(failed, from)))
	case d.Sick():
		return &failure{exitFindings, fmt.Errorf("%s: there are findings", v.Name)}
	}
	return nil
}

// impatient is how failed calls are repeated: what is throttled is a finding, and not waited for.
func impatient() clients.Retry {
	return clients.Retry{MaxAttempts: 2, MaxWait: 3 * time.Second}
}

// printDiagnosis writes a diagnosis for people: the worst first, and what is well in one line.
func printDiagnosis(out io.Writer, d directory.Diagnosis) error {
	var b strings.Builder
	for _, f := range d.Findings {
		fmt.Fprintf(&b, "%s  %s (%s)\n", strings.ToUpper(string(f.Severity)), sentence(f.Seen), f.Code)
		fmt.Fprintf(&b, "  means    %s\n", f.Means)
		fmt.Fprintf(&b, "  console  %s\n", f.Where.Console)
		fmt.Fprintf(&b, "  page     %s\n", f.Where.Page)
		fmt.Fprintf(&b, "  switch   %s\n", f.Where.Switch)
		fmt.Fprintf(&b, "  do       %s\n\n", f.Do)
	}
	if len(d.Unseen) > 0 {
		b.WriteString("Not looked at:\n")
		for _, u := range d.Unseen {
			fmt.Fprintf(&b, "  %s: %s", u.What, u.Why)
			if len(u.Because) > 0 {
				fmt.Fprintf(&b, " (%s)", strings.Join(u.Because, ", "))
			}
			b.WriteString("\n")
		}
		b.WriteString("\n")
	}
	writeNumbers(&b, d)
	if len(d.Healthy) > 0 {
		fmt.Fprintf(&b, "Healthy: %s.\n", strings.Join(d.Healthy, ", "))
	}
	fmt.Fprintf(&b, "%s at %s, %d requests.\n", d.Vendor, d.BaseURL, d.Requests)
	_, err := io.WriteString(out, b.String())
	return err
}

func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// writeNumbers writes what the app sees, and how many people of the sample have which field.
func writeNumbers(b *strings.Builder, d directory.Diagnosis) {
	r := d.Range
	switch {
	case r.Whole:
		b.WriteString("Range: the whole company")
	case r.Known:
		fmt.Fprintf(b, "Range: %d departments with all below them, %d single people, %d groups or tags",
			r.GivenDepartments, r.GivenPeople, r.GivenGroups)
	default:
		b.WriteString("Range: not known")
	}
	before := "; in all "
	number := func(n *int, what string) {
		if n != nil {
			fmt.Fprintf(b, "%s%d %s", before, *n, what)
			before = ", "
		}
	}
	number(r.Departments, "departments")
	number(r.People, "people")
	if !r.Whole {
		before = "; the company has "
		number(r.CompanyDepartments, "departments")
		number(r.CompanyPeople, "people")
	}
	b.WriteString(".\n")
	if r.SampledPeople == 0 {
		return
	}
	fmt.Fprintf(b, "Sample: %d people of %d departments", r.SampledPeople, r.SampledDepartments)
	if r.LeafDepartments > 0 {
		fmt.Fprintf(b, "; %d of the %d departments without others below them are empty", r.EmptyDepartments,
			r.LeafDepartments)
	}
	b.WriteString(".\n")
	var all, some, none []string
	for _, f := range d.Fields {
		switch {
		case f.Of == 0:
		case f.Has == 0:
			none = append(none, f.Field)
		case f.Has == f.Of:
			all = append(all, f.Field)
		default:
			some = append(some, fmt.Sprintf("%s %d%%", f.Field, max(1, f.Has*100/f.Of)))
		}
	}
	for _, line := range []struct {
		who    string
		fields []string
	}{{"everybody has", all}, {"some have", some}, {"nobody has", none}} {
		if len(line.fields) > 0 {
			fmt.Fprintf(b, "Fields that %s: %s.\n", line.who, strings.Join(line.fields, ", "))
		}
	}
}
