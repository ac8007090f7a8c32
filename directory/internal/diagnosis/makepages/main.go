// Command makepages writes what is made of the table of causes and fields into the checkout that it is started in;
// "make generate" calls it.
package main

import (
	"fmt"
	"os"

	"github.com/roster-go/roster/directory/internal/diagnosis"
)

func main() {
	for name, text := range diagnosis.Pages() {
		if err := os.WriteFile(name, text, 0o644); err != nil { //nolint:gosec // pages for everybody to read
			fmt.Fprintln(os.Stderr, "makepages:", err)
			os.Exit(1)
		}
	}
}
