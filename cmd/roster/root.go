package main

import (
	"errors"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "roster",
		Short: "Staff directories of WeCom, DingTalk, Feishu and WPS 365",
		Long: "Roster reads the staff directories of WeCom, DingTalk, Feishu and WPS 365.\n\n" +
			"Exit codes: 0 done, 1 failed; diff, doctor and check have codes of their own (see their help); stopped " +
			"by a " +
			"signal: 128 and\n" +
			"the number of the signal (130 for Ctrl-C).",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
	}
	root.AddCommand(newExport(), newDiff(), newDoctor(), newCheck(), newOperations(), newRecord(), newSim())
	return root
}

// version is what the build knows of its source.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version + " " + info.GoVersion
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			text += " " + s.Value
		}
	}
	return text
}

// exitFailure is the exit code of most failures.
const exitFailure = 1

// failure is an error with an exit code of its own.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func exitCode(err error) int {
	var f *failure
	if errors.As(err, &f) {
		return f.code
	}
	return exitFailure
}
