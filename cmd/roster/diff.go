package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/roster-go/roster/directory"
	"github.com/spf13/cobra"
)

// The exit codes of diff.
const (
	exitChanges = 1
	exitRefused = 2
)

const formatText = "text"

type diffFlags struct {
	format     string
	maxLeavers float64
	allowOther bool
}

func newDiff() *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use:   "diff OLD.jsonl NEW.jsonl",
		Short: "Tell what changed from one export to the next",
		Long: "Diff compares two exports in the format jsonl: who and which departments were added, changed, moved, " +
			"left or came\n" +
			"back. What one of the two does not know is no change. One of them may be -, which is standard input.\n\n" +
			"It refuses to compare files that are cut short, exports of different companies or parts of one, and " +
			"more people who\n" +
			"have left than --max-leavers, since acting on that would hurt.\n\n" +
			"Exit codes: 0 nothing has changed, 1 something has, 2 they were not compared.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return notCompared(errors.New("name two files: the older export, and the newer one"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDiff(args[0], args[1], f, cmd.InOrStdin(), cmd.OutOrStdout())
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{formatJSONL}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", formatText, "text or jsonl")
	flags.Float64Var(&f.maxLeavers, "max-leavers", 0.1, "share of people who may have left, up to 1")
	flags.BoolVar(&f.allowOther, "allow-other", false, "compare different vendors, companies or parts of one as well")
	complete(cmd, "format", []string{formatText, formatJSONL})
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return notCompared(err) })
	return cmd
}

// notCompared is an error that means that nothing can be said about a change.
func notCompared(err error) error { return &failure{exitRefused, err} }

func runDiff(oldFile, newFile string, f diffFlags, in io.Reader, out io.Writer) error {
	if f.format != formatText && f.format != formatJSONL {
		return notCompared(fmt.Errorf("unknown format %q: want text or jsonl", f.format))
	}
	if !(f.maxLeavers > 0 && f.maxLeavers <= 1) {
		return notCompared(fmt.Errorf("--max-leavers %g: want a share above 0 and up to 1", f.maxLeavers))
	}
	if oldFile == "-" && newFile == "-" {
		return notCompared(errors.New("standard input is one of the two files at most"))
	}
	old, err := readSnapshot(oldFile, in)
	if err != nil {
		return notCompared(err)
	}
	now, err := readSnapshot(newFile, in)
	if err != nil {
		return notCompared(err)
	}
	guards := directory.DiffOptions{MaxLeavers: f.maxLeavers, AllowOther: f.allowOther}
	changes, err := directory.Diff(old, now, guards)
	if err != nil {
		flag := "--allow-other compares them all the same"
		guards.MaxLeavers = 1
		if _, other := directory.Diff(old, now, guards); other == nil {
			flag = "--max-leavers allows more"
		}
		return notCompared(fmt.Errorf("%w (%s)", err, flag))
	}
	buffered := bufio.NewWriter(out)
	write := textChange(buffered)
	if f.format == formatJSONL {
		encoder := plainJSON(buffered)
		write = func(c directory.Change) error { return encoder.Encode(c) }
	}
	count := make(map[directory.ChangeKind]int)
	total := 0
	for c := range changes {
		count[c.Kind]++
		total++
		if err := write(c); err != nil {
			return notCompared(err)
		}
	}
	if err := buffered.Flush(); err != nil {
		return notCompared(err)
	}
	if total == 0 {
		return nil
	}
	var sum []string
	for _, kind := range []directory.ChangeKind{
		directory.Added, directory.Changed, directory.Moved, directory.Left, directory.CameBack,
	} {
		if count[kind] > 0 {
			sum = append(sum, fmt.Sprintf("%d %s", count[kind], kindText(kind)))
		}
	}
	return &failure{exitChanges, fmt.Errorf("%d changes: %s", total, strings.Join(sum, ", "))}
}

func readSnapshot(name string, in io.Reader) (*directory.Snapshot, error) {
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	s, err := directory.ReadSnapshot(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

func kindText(kind directory.ChangeKind) string {
	if kind == directory.CameBack {
		return "came back"
	}
	return string(kind)
}

// textChange writes changes for people.
func textChange(w io.Writer) func(directory.Change) error {
	return func(c directory.Change) error {
		name := ""
		switch {
		case c.NewUser != nil:
			name = c.NewUser.DisplayName
		case c.OldUser != nil:
			name = c.OldUser.DisplayName
		case c.NewDepartment != nil:
			name = c.NewDepartment.Name
		case c.OldDepartment != nil:
			name = c.OldDepartment.Name
		case c.NewGroup != nil:
			name = c.NewGroup.Name
		case c.OldGroup != nil:
			name = c.OldGroup.Name
		}
		if _, err := fmt.Fprintf(w, "%-9s  %s %s  %s\n", kindText(c.Kind), c.Of, printable(c.ID),
			printable(name)); err != nil {
			return err
		}
		for _, f := range c.Fields {
			before, err := text(f.Old)
			if err != nil {
				return err
			}
			after, err := text(f.New)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "           %s: %s -> %s\n", f.Field, before, after); err != nil {
				return err
			}
		}
		return nil
	}
}

// printable keeps a name from doing something to a terminal.
func printable(name string) string {
	if slices.ContainsFunc([]rune(name), func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}

// text is a value on one line.
func text(v any) (string, error) {
	var b strings.Builder
	if err := plainJSON(&b).Encode(v); err != nil {
		return "", err
	}
	return printable(strings.TrimSuffix(b.String(), "\n")), nil
}
