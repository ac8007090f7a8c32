// Command breaking compares the documents and the public Go packages of a working tree with a commit.
//
//	breaking -root . -base v0.3.0
//
// It exits with 0 if nothing breaks a user, 1 if something does, and 2 if it could not compare.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/roster-go/roster/internal/change"
)

func main() {
	root := flag.String("root", ".", "root of the working tree")
	base := flag.String("base", "",
		"commit to compare with (default: where the branch left origin/main; on main itself, or without "+
			"origin/main, HEAD~1)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	report, err := change.CompareTree(ctx, *root, *base)
	if err == nil {
		err = report.Write(os.Stdout)
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "breaking:", err)
		os.Exit(2)
	case report.Severity() == change.Breaking:
		os.Exit(1)
	}
}
