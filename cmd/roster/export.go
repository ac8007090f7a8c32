package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/spf13/cobra"
)

type exportFlags struct {
	format     string
	output     string
	roots      []string
	exclude    []string
	status     []string
	details    bool
	allowEmpty bool
	skip       bool
	raw        bool
	excel      bool
	groups     bool
	sim        bool
}

func newExport() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:       "export VENDOR|all",
		Short:     "Export departments and people",
		Long:      exportHelp(),
		ValidArgs: append(vendors.Names(), allVendors),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("name one vendor: %s, or all", strings.Join(vendors.Names(), ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range []string{"output", "root", "exclude", "status"} {
				if err := notEmpty(cmd, name); err != nil {
					return err
				}
			}
			return runExport(cmd.Context(), args[0], f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", formatJSONL, "jsonl, csv or scim")
	flags.StringVarP(&f.output, "output", "o", "-", "file to write, or - for standard output; for all, a folder")
	flags.StringSliceVar(&f.roots, "root", nil,
		"ids of the departments to export, each with all below it (default: what the app may see)")
	flags.StringSliceVar(&f.exclude, "exclude", nil, "ids of departments to leave out, each with all below it")
	flags.StringSliceVar(&f.status, "status", nil,
		"states of the people to export: active, pending, disabled, left; those of unknown state always come "+
			"(default: all)")
	flags.BoolVar(&f.details, "details", false,
		"ask once more about each person where the vendor's lists lack something, such as the manager (DingTalk, "+
			"WPS 365)")
	flags.BoolVar(&f.groups, "groups", false,
		"export groups and their members as well: tags (WeCom), roles (DingTalk), user groups (Feishu)")
	flags.BoolVar(&f.allowEmpty, "allow-empty", false, "that nobody is found is no error")
	flags.BoolVar(&f.skip, "skip-forbidden", false,
		"go on without departments that the app may not read, and name them")
	flags.BoolVar(&f.raw, "raw", false,
		"jsonl only: the vendor's own values, in the order in which they come; that is no snapshot")
	flags.BoolVar(&f.excel, "excel", false,
		"csv only: for Excel, with a byte order mark, and ' before cells that it would take for formulas")
	flags.BoolVar(&f.sim, "sim", false, "export the built-in simulator, whatever credentials there are")
	complete(cmd, "format", formats)
	complete(cmd, "status", statusNames())
	return cmd
}

// allVendors stands for all of them on the command line.
const allVendors = "all"

// notEmpty refuses a flag that was given without a value: a variable of the shell that is not set.
func notEmpty(cmd *cobra.Command, name string) error {
	flag := cmd.Flags().Lookup(name)
	if flag.Changed && (flag.Value.String() == "" || flag.Value.String() == "[]") {
		return fmt.Errorf("--%s is empty", name)
	}
	return nil
}

// complete lets a shell complete a flag.
func complete(cmd *cobra.Command, flag string, values []string) {
	// It fails for a flag that there is not.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

func statusNames() []string {
	return []string{string(directory.StatusActive), string(directory.StatusPending), string(directory.StatusDisabled),
		string(directory.StatusLeft)}
}

func exportHelp() string {
	var b strings.Builder
	b.WriteString(`Export walks what the app may see of a vendor's directory and writes it as
  jsonl  a snapshot: a header, departments, groups and people sorted by id, and a last line with their number and a
         hash. Two exports of an unchanged company differ in the header only; "roster diff" compares two.
  csv    a row for each person, with --groups their groups in the last column. Cells with several values separate them
         by ; and the names of a path by /, with \ before those that belong to a value.
  scim   a list response (RFC 7644) of users and then groups, which have people and other groups as members: the
         departments, and with --groups the vendor's groups, whose type stands in an extension.

A walk that cannot be finished, or that finds nobody, is an error, and leaves the file as it was. A file that is
replaced keeps its mode; a new one is its owner's alone. What is sorted outside of memory lies in the folder of the
file, nowhere else. "all" exports the vendors that have credentials side by side, and goes on when one fails.

Exit codes: 0 all is exported, 1 something is not, 128 and more stopped by a signal.

Credentials come from the environment:
`)
	for _, v := range vendors.All() {
		fmt.Fprintf(&b, "\n%s (%s)\n", v.Name, v.Title)
		for _, variable := range v.Variables {
			fmt.Fprintf(&b, "  %-22s %s\n", variable.Name, variable.Meaning)
		}
	}
	return b.String()
}

// job is one vendor's export.
type job struct {
	source source
	file   string
	flags  exportFlags
	all    bool // one of all vendors
	stdout io.Writer
	shown  *progress
}

// summary is what an export did.
type summary struct {
	vendor string
	counts directory.Counts
	notes  []string
	stats  clients.Stats
	took   time.Duration
	err    error
}

func (f exportFlags) check(name string) error {
	switch {
	case !slices.Contains(formats, f.format):
		return fmt.Errorf("unknown format %q: want jsonl, csv or scim", f.format)
	case f.raw && f.format != formatJSONL:
		return fmt.Errorf("--raw goes with --format jsonl, not with %s", f.format)
	case f.excel && f.format != formatCSV:
		return fmt.Errorf("--excel goes with --format csv, not with %s", f.format)
	case name == allVendors && f.output == "-":
		return errors.New("export all writes one file for each vendor: name a folder with -o")
	case name == allVendors && len(f.roots)+len(f.exclude) > 0:
		return errors.New("--root and --exclude go with one vendor: each has ids of its own")
	}
	for _, status := range f.status {
		if !slices.Contains(statusNames(), status) {
			return fmt.Errorf("unknown status %q: want one of %s", status, strings.Join(statusNames(), ", "))
		}
	}
	return nil
}

func runExport(ctx context.Context, name string, f exportFlags, out, log io.Writer) error {
	chosen, err := chosenVendors(name)
	if err != nil {
		return err
	}
	if err := f.check(name); err != nil {
		return err
	}
	var simulated simulator
	defer simulated.close()
	jobs, failed, err := plan(chosen, name, f, &simulated, log)
	if err != nil {
		return err
	}
	unlocated := len(failed)
	var names []string
	for i := range jobs {
		jobs[i].stdout = out
		names = append(names, jobs[i].source.vendor.Name)
		fmt.Fprintf(log, "%s: exporting from %s\n", jobs[i].source.vendor.Name, jobs[i].source)
	}
	shown := newProgress(log, names)
	done := make([]summary, len(jobs))
	var running sync.WaitGroup
	for i, j := range jobs {
		j.shown = shown
		running.Go(func() { done[i] = j.run(ctx) })
	}
	running.Wait()
	shown.clear()
	for _, s := range done {
		if s.err != nil {
			failed = append(failed, vendorError{s.vendor, s.err})
		}
	}
	printSummary(log, done)
	return sumUp(name, failed, len(jobs)+unlocated)
}

// vendorError is why one vendor is not exported.
type vendorError struct {
	vendor string
	err    error
}

// sumUp is the error of an export of which something failed.
func sumUp(name string, failed []vendorError, of int) error {
	if len(failed) == 0 {
		return nil
	}
	if name != allVendors {
		return failed[0].err
	}
	var names []string
	var all []error
	for _, f := range failed {
		names = append(names, f.vendor)
		all = append(all, f.err)
	}
	return fmt.Errorf("%d of %d exports failed (%s):\n%w", len(failed), of, strings.Join(names, ", "),
		errors.Join(all...))
}

func chosenVendors(name string) ([]vendors.Vendor, error) {
	if name == allVendors {
		return vendors.All(), nil
	}
	v, err := vendors.Named(name)
	if err != nil {
		return nil, fmt.Errorf("%w, or all", err)
	}
	return []vendors.Vendor{v}, nil
}

// plan says which vendors are exported, from where and to which files. Of all vendors, those without credentials are
// left out, and those that cannot be opened are returned beside the others.
func plan(
	chosen []vendors.Vendor, name string, f exportFlags, simulated *simulator, log io.Writer,
) (jobs []job, failed []vendorError, err error) {
	if name == allVendors {
		if !f.sim {
			if chosen, err = withCredentials(chosen, log); err != nil {
				return nil, nil, err
			}
		}
		if err := os.MkdirAll(f.output, 0o700); err != nil {
			return nil, nil, err
		}
	}
	for _, v := range chosen {
		file := f.output
		if name == allVendors {
			file = filepath.Join(f.output, v.Name+"."+f.format)
		}
		s, err := locate(v, simulated, f.sim, log)
		switch {
		case err == nil:
			jobs = append(jobs, job{source: s, file: file, flags: f, all: name == allVendors})
		case name == allVendors:
			failed = append(failed, vendorError{v.Name, err})
		default:
			return nil, nil, err
		}
	}
	return jobs, failed, nil
}

// withCredentials leaves out the vendors without credentials.
func withCredentials(all []vendors.Vendor, log io.Writer) ([]vendors.Vendor, error) {
	var with []vendors.Vendor
	var without []string
	for _, v := range all {
		if _, found, _ := v.Environment(os.LookupEnv); found {
			with = append(with, v)
			continue
		}
		without = append(without, fmt.Sprintf("%s: left out, %s is not set", v.Name, v.Variables[0].Name))
		for _, line := range misspelt(v, os.Environ()) {
			without = append(without, v.Name+": "+line)
		}
	}
	for _, line := range without {
		fmt.Fprintln(log, line)
	}
	if len(with) == 0 {
		return nil, errors.New("no vendor has credentials " +
			"(\"roster export --help\" lists the variables; --sim takes the built-in simulator)")
	}
	return with, nil
}

// run exports one vendor.
func (j job) run(ctx context.Context) summary {
	began := time.Now()
	result := summary{vendor: j.source.vendor.Name}
	opened, err := j.source.export()
	if err == nil {
		err = j.export(ctx, opened, &result)
		result.stats = opened.Stats()
	}
	result.took, result.err = time.Since(began), explain(err, j.source)
	return result
}

func (j job) export(ctx context.Context, opened vendors.Opened, result *summary) error {
	out, folder, err := openOutput(ctx, j.file, j.stdout)
	if err != nil {
		return err
	}
	defer out.discard()
	walk := j.walk(opened.Directory.Vendor(), result)
	if j.flags.raw {
		result.counts, err = writeRaw(ctx, out, opened.Directory, walk, j.groups(opened.Directory, result))
	} else {
		result.counts, err = writeFormat(ctx, j.flags, out, opened.Directory,
			directory.SnapshotOptions{Walk: walk, TempDir: folder, Groups: j.groups(opened.Directory, result)})
	}
	if err != nil {
		return err
	}
	return out.complete()
}

// groups tells whether groups are exported. Of all vendors, those that have none are exported without, and that is
// said.
func (j job) groups(d directory.Directory, result *summary) bool {
	_, has := d.(directory.Groups)
	if j.flags.groups && !has && j.all {
		result.notes = append(result.notes, d.Vendor()+": has no groups")
		return false
	}
	return j.flags.groups
}

// walk is what the flags ask for.
func (j job) walk(vendor string, result *summary) directory.WalkOptions {
	o := directory.WalkOptions{
		Roots:      j.flags.roots,
		Exclude:    j.flags.exclude,
		Details:    j.flags.details,
		AllowEmpty: j.flags.allowEmpty,
		Department: func(directory.Department) { j.shown.listed(vendor) },
		Read:       func(directory.Department) { j.shown.read(vendor) },
		Gone: func(d directory.Department) {
			j.shown.read(vendor)
			result.notes = append(result.notes,
				fmt.Sprintf("%s: department %s (%s) was deleted meanwhile", vendor, d.ID, d.Name))
		},
	}
	for _, status := range j.flags.status {
		o.Status = append(o.Status, directory.Status(status))
	}
	if j.flags.skip {
		o.Skip = func(d directory.Department, err error) error {
			j.shown.read(vendor)
			result.notes = append(result.notes,
				fmt.Sprintf("%s: department %s (%s) is left out: %v", vendor, d.ID, d.Name, err))
			return nil
		}
	}
	return o
}

func printSummary(log io.Writer, done []summary) {
	for _, s := range done {
		for _, line := range s.notes {
			fmt.Fprintln(log, line)
		}
	}
	table := tabwriter.NewWriter(log, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "vendor\tdepartments\tpeople\tcalls\tretries\twaited\tseconds\t")
	for _, s := range done {
		if s.err != nil {
			continue
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%s\t%.2f\t\n", s.vendor, s.counts.Departments, s.counts.Users,
			s.stats.Calls, s.stats.Replays, s.stats.Waited.Round(time.Millisecond), s.took.Seconds())
	}
	_ = table.Flush()
}
