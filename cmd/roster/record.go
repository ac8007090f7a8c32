package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/spf13/cobra"
)

// recordKey is the variable with the key that makes recordings of different days agree on their made-up values.
const recordKey = "ROSTER_RECORD_KEY"

type recordFlags struct {
	body   string
	output string
	name   string
	write  bool
	force  bool
	sim    bool
}

func newRecord() *cobra.Command {
	var f recordFlags
	cmd := &cobra.Command{
		Use:   "record VENDOR OPERATION [name=value ...]",
		Short: "Make a call and keep the answer as a sample without secrets and personal data",
		Long: "Record makes a call and writes request and answer to <folder>/<vendor>/<operation>/<case>.json. " +
			"Names, numbers, addresses and ids are replaced by made-up\n" +
			"values of the same form, the same value always by the same one; nothing is written if a secret or a " +
			"personal value is still in there.\n" +
			"The vendor's own sentences stay but for what looks personal in them: read those of a refusal before " +
			"you share it.\n\n" +
			"Arguments are parameters of the path and query and members of the body: roster record wecom GetUser " +
			"userid=zhangsan. --body takes the body as JSON.\n" +
			"Operations go by their operationId or by the name of their Go method; \"roster operations\" lists " +
			"them. Those that may\n" +
			"change something need --write.\n\n" +
			"With " + recordKey +
			" set to a secret of your own, recordings of different days agree on their made-up values.\n" +
			"Credentials come from the same variables as for export; --sim takes the built-in simulator instead.",
		ValidArgsFunction: completeVendorAndOperation,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return fmt.Errorf("name a vendor (%s) and an operation", strings.Join(vendors.Names(), ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRecord(cmd.Context(), args[0], args[1], args[2:], f, cmd.InOrStdin(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.body, "body", "", "file with the request's body as JSON; - is standard input")
	flags.StringVarP(&f.output, "output", "o", "testdata", "folder of the samples")
	flags.StringVar(&f.name, "case", "",
		"name of the file, beginning with success or error (default: success, or error and the vendor's code)")
	flags.BoolVar(&f.write, "write", false, "allow operations that may change something at the vendor")
	flags.BoolVar(&f.force, "force", false, "replace a sample of the same name")
	flags.BoolVar(&f.sim, "sim", false, "record from the built-in simulator, whatever credentials there are")
	return cmd
}

func runRecord(ctx context.Context, name, operation string, arguments []string, f recordFlags, in io.Reader,
	log io.Writer) error {
	v, err := vendors.Named(name)
	if err != nil {
		return err
	}
	validator, err := contract.NewValidator(v.Name)
	if err != nil {
		return err
	}
	if operation, err = validator.Operation(operation); err != nil {
		return err
	}
	if f.write || f.name != "" { // before the call, which may not be one to make twice
		if err := f.free(v, operation, cmp.Or(f.name, "success")); err != nil {
			return err
		}
	}
	body, err := readBody(f.body, in)
	if err != nil {
		return err
	}
	var simulated simulator
	defer simulated.close()
	from, err := locate(v, &simulated, f.sim, log)
	if err != nil {
		return err
	}
	open := func(options ...clients.Option) (any, error) {
		s, err := from.open(options...)
		return s.Client, err
	}
	recording, err := contract.Record(ctx, validator, open, operation, contract.RecordOptions{
		Arguments: arguments, Body: body, Key: []byte(os.Getenv(recordKey)), Secrets: v.Secrets(from.env),
		Write: f.write, Through: exportTransport(), Simulated: from.answersAsSimulator(ctx),
	})
	if errors.Is(err, contract.ErrNotRead) {
		return fmt.Errorf("%w (--write allows it)", err)
	}
	if err != nil {
		return err
	}
	if f.name == "" {
		f.name = recording.Case
	}
	if kind, _, _ := strings.Cut(recording.Case, "-"); !strings.HasPrefix(f.name, kind) ||
		f.name != filepath.Base(f.name) {
		return fmt.Errorf("--case %s: the name of this recording has to begin with %s and to be a plain file name",
			f.name, kind)
	}
	if err := f.free(v, recording.Operation, f.name); err != nil {
		return err
	}
	file := f.file(v, recording.Operation, f.name)
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	if err := writeFile(file, recording.File); err != nil {
		return err
	}
	fmt.Fprintf(log, "%s: recorded %s from %s in %s\n", v.Name, recording.Operation, from, file)
	for _, finding := range contract.Drift(recording.Findings) {
		fmt.Fprintln(log, "drift:", finding)
	}
	return nil
}

// file is where a sample goes.
func (f recordFlags) file(v vendors.Vendor, operation, name string) string {
	return filepath.Join(f.output, v.Name, operation, name+".json")
}

// free refuses to replace a sample unasked.
func (f recordFlags) free(v vendors.Vendor, operation, name string) error {
	file := f.file(v, operation, name)
	if _, err := os.Stat(file); err == nil && !f.force {
		return fmt.Errorf("%s is there already: --case gives this recording another name, --force replaces the old one",
			file)
	}
	return nil
}

func readBody(file string, in io.Reader) ([]byte, error) {
	switch file {
	case "":
		return nil, nil
	case "-":
		return io.ReadAll(in)
	}
	body, err := os.ReadFile(file)
	if err == nil && len(body) == 0 {
		err = errors.New("--body: the file is empty")
	}
	return body, err
}
