// Command makedocs builds the reference pages; "make docs" calls it.
//
//	makedocs -out dist/docs npx --yes --ignore-scripts @redocly/cli@2.77.0
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/roster-go/roster/internal/docs"
)

func main() {
	root := flag.String("root", ".", "root of the checkout")
	out := flag.String("out", "dist/docs", "folder to build")
	version := flag.String("version", "", "version of the checkout, for the index")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "makedocs: name the command that runs redocly")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	builder := docs.Builder{
		Documents: os.DirFS(filepath.Join(*root, "specs")),
		Testdata:  os.DirFS(filepath.Join(*root, "testdata")),
		Redocly:   flag.Args(),
		Version:   *version,
		Log:       func(format string, args ...any) { fmt.Printf(format+"\n", args...) },
	}
	if err := builder.Build(ctx, *out); err != nil {
		fmt.Fprintln(os.Stderr, "makedocs:", err)
		stop()
		os.Exit(1)
	}
	fmt.Printf("open %s\n", filepath.Join(*out, "index.html"))
}
