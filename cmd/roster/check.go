package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/spf13/cobra"
)

// The exit codes of check.
const (
	exitDrift     = 1
	exitUnchecked = 2
)

type checkFlags struct {
	json    bool
	samples string
	har     string
	sim     bool
}

func newCheck() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check VENDOR",
		Short: "Check a vendor's answers against its document",
		Long: "Check makes read-only calls through the client and compares every answer with the vendor's document: " +
			"fields that\n" +
			"are new, missing or of another type, values and codes that are not documented. With --samples or --har " +
			"it looks at\n" +
			"recorded answers instead, without a network, and names the files that it ignores.\n\n" +
			"Exit codes: 0 all is as documented, 1 something has drifted, 2 it could not be checked (an outage, " +
			"refused\n" +
			"credentials, bad input), 128 and more stopped by a signal.\n\n" +
			"Credentials come from the same variables as for export; without any, nothing can be checked, unless " +
			"--sim asks for\n" +
			"the built-in simulator.\n" +
			"No value of an answer is printed.",
		ValidArgs: vendors.Names(),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return unchecked(fmt.Errorf("name one vendor: %s", strings.Join(vendors.Names(), ", ")))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range []string{"samples", "har"} {
				if err := notEmpty(cmd, name); err != nil {
					return unchecked(err)
				}
			}
			return runCheck(cmd.Context(), args[0], f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.json, "json", false, "a report for machines")
	flags.StringVar(&f.samples, "samples", "",
		"check the samples in this folder (<vendor>/<operation>/<case>.json) instead of calling the vendor")
	flags.StringVar(&f.har, "har", "", "check the traffic in this HTTP archive instead of calling the vendor")
	flags.BoolVar(&f.sim, "sim", false, "check the built-in simulator, whatever credentials there are")
	// a typing mistake is no drift
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return unchecked(err) })
	return cmd
}

// checked is what check reports, in either form.
type checked struct {
	Vendor   string               `json:"vendor"`
	Source   string               `json:"source"`
	Verdict  contract.Verdict     `json:"verdict"`
	Answers  int                  `json:"answers"` // checked against the document
	Steps    []contract.ProbeStep `json:"steps,omitempty"`
	Stopped  string               `json:"stopped,omitempty"`
	Ignored  []string             `json:"ignored,omitempty"` // files of the folder that are no samples
	Findings []contract.Entry     `json:"findings"`
}

// unchecked is an error that means that nothing can be said about the vendor.
func unchecked(err error) error { return &failure{exitUnchecked, err} }

func runCheck(ctx context.Context, name string, f checkFlags, out, log io.Writer) error {
	if f.samples != "" && f.har != "" || f.sim && (f.samples != "" || f.har != "") {
		return unchecked(errors.New("--samples, --har and --sim exclude each other"))
	}
	v, err := vendors.Named(name)
	if err != nil {
		return unchecked(err)
	}
	validator, err := contract.NewValidator(v.Name)
	if err != nil {
		return unchecked(err)
	}
	var result checked
	switch {
	case f.samples != "":
		result, err = checkSamples(validator, f.samples)
	case f.har != "":
		result, err = checkHAR(validator, f.har)
	default:
		result, err = checkLive(ctx, v, f.sim, validator, log)
	}
	if err != nil {
		return unchecked(err)
	}
	if f.json {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(result)
	} else {
		err = printCheck(out, result)
	}
	switch {
	case err != nil:
		return unchecked(err)
	case result.Verdict == contract.Drifted:
		return &failure{exitDrift, fmt.Errorf("%s has drifted from its document", v.Name)}
	case result.Verdict != contract.Clean:
		return unchecked(fmt.Errorf("%s could not be checked", v.Name))
	}
	return nil
}

func checkLive(ctx context.Context, v vendors.Vendor, simulate bool, validator *contract.Validator,
	log io.Writer) (checked, error) {
	var simulated simulator
	defer simulated.close()
	from, err := locate(v, &simulated, simulate, log)
	if err != nil {
		return checked{}, err
	}
	fmt.Fprintf(log, "%s: checking %s\n", v.Name, from)
	open := func(options ...clients.Option) (any, error) {
		s, err := from.open(options...)
		return s.Client, err
	}
	probe, err := contract.Probe(ctx, validator, open, contract.ProbeOptions{Through: exportTransport()})
	if err != nil {
		return checked{}, err
	}
	stopped := probe.Stopped
	if mend := from.mend(clients.ErrUnauthenticated); mend != "" && probe.CredentialsRefused() {
		stopped = mend + ": " + stopped
	}
	return checked{
		Vendor: v.Name, Source: from.String(), Verdict: probe.Verdict(), Answers: probe.Exchanges, Steps: probe.Steps,
		Stopped: stopped, Findings: probe.Findings,
	}, nil
}

func checkSamples(validator *contract.Validator, folder string) (checked, error) {
	if _, err := os.ReadDir(folder); err != nil {
		return checked{}, err
	}
	results, err := validator.CheckSamples(os.DirFS(folder))
	ignored, notListed := ignoredFiles(os.DirFS(folder), validator.Vendor(), results)
	switch {
	case err != nil && len(ignored) > 0:
		return checked{}, fmt.Errorf("%s: %w (want <vendor>/<operation>/success….json or error….json; ignored: %s)",
			folder, err, strings.Join(ignored, ", "))
	case err != nil:
		return checked{}, fmt.Errorf("%s: %w", folder, err)
	case notListed != nil:
		return checked{}, notListed
	}
	var findings []contract.Finding
	outages := 0
	for _, r := range results {
		findings = append(findings, r.Drift()...)
		if !r.Success && !r.Answered {
			outages++
		}
	}
	result := recorded(validator, folder, len(results), outages, findings)
	result.Ignored = ignored
	return result, nil
}

// ignoredFiles are the files of a folder that have not been checked, but for those of other vendors.
func ignoredFiles(folder fs.FS, vendor string, results []contract.SampleResult) ([]string, error) {
	checked := make(map[string]bool)
	for _, r := range results {
		checked[path.Join(vendor, r.Operation, r.Case+".json")] = true
	}
	others := slices.DeleteFunc(vendors.Names(), func(name string) bool { return name == vendor })
	var ignored []string
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(others, name):
			return fs.SkipDir
		case !entry.IsDir() && !checked[name]:
			ignored = append(ignored, name)
		}
		return nil
	})
	return ignored, err
}

func checkHAR(validator *contract.Validator, file string) (checked, error) {
	archive, err := os.Open(file)
	if err != nil {
		return checked{}, err
	}
	defer archive.Close()
	result, err := validator.CheckHAR(archive)
	if err != nil {
		return checked{}, err
	}
	return recorded(validator, file, result.Checked, result.Outages, result.Findings), nil
}

// recorded sums up what was recorded. An outage among the answers is no drift; where there are
// only outages, nothing was checked.
func recorded(validator *contract.Validator, source string, answers, outages int, findings []contract.Finding) checked {
	report := contract.NewReport(nil)
	report.Add(findings...)
	result := checked{Vendor: validator.Vendor(), Source: source, Verdict: contract.Clean, Answers: answers,
		Findings: report.Entries()}
	switch {
	case slices.ContainsFunc(result.Findings, drifted):
		result.Verdict = contract.Drifted
	case answers == outages:
		result.Verdict = contract.Unchecked
	}
	return result
}

// drifted tells whether a finding says that the vendor has changed. A parameter that the document does not have is the
// caller's.
func drifted(e contract.Entry) bool {
	switch e.Part {
	case contract.PartRequest, contract.PartPath, contract.PartQuery, contract.PartHeader, contract.PartRequestBody:
		return e.Drift() && e.Severity == contract.Breaking
	}
	return e.Drift()
}

// printCheck writes the report for people: what was found, by operation, and what could not be looked at.
func printCheck(out io.Writer, result checked) error {
	var failed error
	say := func(format string, args ...any) {
		_, err := fmt.Fprintf(out, format, args...)
		failed = errors.Join(failed, err)
	}
	operation := ""
	for _, e := range result.Findings {
		if e.Operation != operation || operation == "" {
			operation = e.Operation
			say("\n%s\n", operation)
		}
		mark := string(e.Severity)
		if e.Outage {
			mark = "outage"
		}
		say("  %-11s %s %s %s\n", mark, strings.TrimSpace(string(e.Kind)+" "+e.Code), e.Part, e.Place)
		say("              the document says %s, came %s", e.Document, e.Came)
		if e.Note != "" {
			say(" (%s)", e.Note)
		}
		if e.Count > 1 {
			say(", %d times", e.Count)
		}
		say("\n")
	}
	for _, s := range result.Steps {
		if s.Outcome != contract.Checked {
			say("\n%s: %s, %s", s.Operation, s.Outcome, s.Reason)
		}
	}
	for _, name := range result.Ignored {
		say("\n%s: ignored, it is no sample", name)
	}
	if result.Stopped != "" {
		say("\nstopped early: %s", result.Stopped)
	}
	say("\n%s: %s, %d answers of %s checked against the document\n", result.Vendor, result.Verdict, result.Answers,
		result.Source)
	return failed
}
