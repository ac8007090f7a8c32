// Command makecoverage writes docs/COVERAGE.md into the checkout that it is started in; "make generate" calls it.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/roster-go/roster/internal/coverage"
)

func main() {
	page, err := coverage.Make(context.Background(), ".")
	if err == nil {
		err = os.WriteFile(coverage.File, page, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "makecoverage:", err)
		os.Exit(1)
	}
}
