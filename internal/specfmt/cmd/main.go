// Command cmd checks the documents it is given against the dialect of specs/, or writes them in it with -w.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"

	"github.com/roster-go/roster/internal/specfmt"
)

func main() {
	write := flag.Bool("w", false, "write the documents that are not in the dialect")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: specfmt [-w] document.yaml ...")
		os.Exit(2)
	}
	failed := false
	for _, name := range flag.Args() {
		if err := one(name, *write); err != nil {
			fmt.Fprintln(os.Stderr, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

func one(name string, write bool) error {
	source, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	formatted, err := specfmt.Format(source)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if bytes.Equal(source, formatted) {
		return nil
	}
	if write {
		return os.WriteFile(name, formatted, 0o644) //nolint:gosec // the documents are public
	}
	line := firstDifference(source, formatted)
	return fmt.Errorf("%s:%d: not in the dialect of specs/README.md; `make format` writes it so", name, line)
}

// firstDifference returns the number of the first line that differs.
func firstDifference(a, b []byte) int {
	was, is := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(was), len(is)) {
		if !bytes.Equal(was[i], is[i]) {
			return i + 1
		}
	}
	return min(len(was), len(is)) + 1
}
