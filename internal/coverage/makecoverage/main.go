// Command makecoverage writes docs/COVERAGE.md into the checkout that it is started in; "make generate" calls it. With
// -check it writes nothing and holds the ledger specs/coverage.yaml against the documents and specs/sources, as
// "make lint" does.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/roster-go/roster/internal/coverage"
)

func main() {
	check := flag.Bool("check", false, "check the ledger, write nothing")
	flag.Parse()
	run := write
	if *check {
		run = func() error { return coverage.Check(".") }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write() error {
	page, err := coverage.Make(context.Background(), ".")
	if err != nil {
		return err
	}
	return os.WriteFile(coverage.File, page, 0o644)
}
