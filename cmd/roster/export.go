package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

type exportFlags struct {
	format string
	output string
	raw    bool
	skip   bool
	sim    bool
}

func newExport() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:       "export VENDOR|all",
		Short:     "Export departments and people",
		Long:      exportHelp(),
		ValidArgs: append(vendors.Names(), "all"),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("name one vendor: %s, or all", strings.Join(vendors.Names(), ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runExport(cmd.Context(), args[0], f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "jsonl", "jsonl, csv or scim")
	flags.StringVarP(&f.output, "output", "o", "", "file to write; for all, a folder. Nothing is left behind when the export fails (default: standard output)")
	flags.BoolVar(&f.raw, "raw", false, "jsonl only: add the vendor's own value to each line")
	flags.BoolVar(&f.sim, "sim", false, "export the built-in simulator, whatever credentials there are")
	flags.BoolVar(&f.skip, "skip-forbidden", false, "go on without departments that the app may not see, and name them")
	return cmd
}

func exportHelp() string {
	var b strings.Builder
	b.WriteString("Export walks a vendor's whole directory and writes it as JSON Lines (departments, then people), CSV (people) or SCIM (RFC 7643).\n")
	b.WriteString("Each person comes once, with all departments; a walk that cannot be finished is an error and leaves no file.\n\n")
	b.WriteString("Credentials come from the environment. With none of a vendor's variables set, the built-in simulator stands in; \"all\" leaves out vendors without\n")
	b.WriteString("credentials if another vendor has some.\n")
	for _, v := range vendors.All() {
		fmt.Fprintf(&b, "\n%s (%s)\n", v.Name, v.Title)
		for _, variable := range v.Variables {
			fmt.Fprintf(&b, "  %-22s %s\n", variable.Name, variable.Meaning)
		}
	}
	return b.String()
}

// summary is what an export did.
type summary struct {
	vendor      string
	departments int
	people      int
	skipped     []string
	stats       clients.Stats
	took        time.Duration
}

func runExport(ctx context.Context, name string, f exportFlags, out, log io.Writer) error {
	if _, err := newEncoder(f.format, io.Discard, "", false); err != nil {
		return err
	}
	if f.raw && f.format != "jsonl" {
		return fmt.Errorf("--raw goes with --format jsonl, not with %s", f.format)
	}
	chosen := vendors.All()
	if name != "all" {
		v, err := vendors.Named(name)
		if err != nil {
			return fmt.Errorf("%w, or all", err)
		}
		chosen = []vendors.Vendor{v}
		if info, err := os.Stat(f.output); err == nil && info.IsDir() {
			return fmt.Errorf("-o %s is a folder: name a file", f.output)
		}
	} else {
		if f.output == "" {
			return errors.New("export all writes one file for each vendor: name a folder with -o")
		}
		if !f.sim {
			chosen = withCredentials(chosen, log)
		}
	}
	var simulated simulator
	defer simulated.close()
	var done []summary
	for _, v := range chosen {
		s, note, err := openVendor(v, &simulated, asked(f.sim, withoutCredentials))
		if err != nil {
			return err
		}
		fmt.Fprintf(log, "%s: exporting from %s\n", v.Name, note)
		file := f.output
		if name == "all" {
			if err := os.MkdirAll(f.output, 0o700); err != nil {
				return err
			}
			file = filepath.Join(f.output, v.Name+"."+f.format)
		}
		result, err := exportTo(ctx, s, f, file, out, log)
		if err != nil {
			return err
		}
		done = append(done, result)
	}
	printSummary(log, done)
	return nil
}

// withCredentials leaves out the vendors without credentials, unless none has any: made-up people beside real ones would be taken for real.
func withCredentials(all []vendors.Vendor, log io.Writer) []vendors.Vendor {
	var with, without []vendors.Vendor
	for _, v := range all {
		if _, found, _ := v.Environment(os.LookupEnv); found {
			with = append(with, v)
		} else {
			without = append(without, v)
		}
	}
	if len(with) == 0 {
		return all
	}
	for _, v := range without {
		fmt.Fprintf(log, "%s: left out, %s is not set\n", v.Name, v.Variables[0].Name)
	}
	return with
}

// exportTo writes to a file that appears only when it is complete, or to out.
func exportTo(ctx context.Context, s vendors.Opened, f exportFlags, file string, out, log io.Writer) (summary, error) {
	if file == "" {
		buffered := bufio.NewWriter(out)
		result, err := exportOne(ctx, s, f, buffered, log)
		return result, errors.Join(err, buffered.Flush())
	}
	pending, err := newPendingFile(file)
	if err != nil {
		return summary{}, err
	}
	defer pending.discard()
	buffered := bufio.NewWriterSize(pending, 1<<16)
	result, err := exportOne(ctx, s, f, buffered, log)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = pending.complete()
	}
	return result, err
}

func exportOne(ctx context.Context, s vendors.Opened, f exportFlags, out io.Writer, log io.Writer) (summary, error) {
	began := time.Now()
	result := summary{vendor: s.Directory.Vendor()}
	encoder, err := newEncoder(f.format, out, s.Directory.Vendor(), f.raw)
	if err != nil {
		return result, err
	}
	bar := newProgress(log, s.Directory.Vendor())
	defer func() { _ = bar.Clear() }()
	var failed error
	options := directory.WalkOptions{
		Department: func(d directory.Department) {
			result.departments++
			failed = errors.Join(failed, encoder.department(d))
		},
	}
	if f.skip {
		options.Skip = func(d directory.Department, err error) error {
			result.skipped = append(result.skipped, fmt.Sprintf("%s: department %s (%s) is left out: %v", s.Directory.Vendor(), d.ID, d.Name, err))
			return nil
		}
	}
	var held []directory.User // people come while departments are still being listed, and formats write departments first
	for user, err := range directory.Walk(ctx, s.Directory, options) {
		if err != nil {
			return result, err
		}
		if failed != nil {
			return result, failed
		}
		held = append(held, user)
		result.people++
		_ = bar.Add(1)
	}
	for _, user := range held {
		failed = errors.Join(failed, encoder.user(user))
	}
	if failed = errors.Join(failed, encoder.end()); failed != nil {
		return result, failed
	}
	result.stats, result.took = s.Stats(), time.Since(began)
	return result, nil
}

// progress shows that an export is moving.
type progress interface {
	Add(people int) error
	Clear() error
}

type noProgress struct{}

func (noProgress) Add(int) error { return nil }
func (noProgress) Clear() error  { return nil }

// newProgress is a bar on a terminal, and nothing in a pipe or file.
func newProgress(log io.Writer, vendor string) progress {
	file, ok := log.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return noProgress{}
	}
	// How many people there are is known at the end. The bar's own ticker is off: it and Add would draw at once.
	return progressbar.NewOptions(-1, progressbar.OptionSetWriter(file), progressbar.OptionSetDescription(vendor), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionSetItsString("people"), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetSpinnerChangeInterval(0), progressbar.OptionClearOnFinish())
}

func printSummary(log io.Writer, done []summary) {
	for _, s := range done {
		for _, line := range s.skipped {
			fmt.Fprintln(log, line)
		}
	}
	table := tabwriter.NewWriter(log, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "vendor\tdepartments\tpeople\tcalls\tretries\twaited\tseconds\t")
	for _, s := range done {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%s\t%.2f\t\n", s.vendor, s.departments, s.people, s.stats.Calls, s.stats.Replays,
			s.stats.Waited.Round(time.Millisecond), s.took.Seconds())
	}
	_ = table.Flush()
}
