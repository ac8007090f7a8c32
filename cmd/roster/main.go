// Command roster exports a company's staff directory, tells whether a vendor still answers what its document says,
// records wire samples, and serves a simulator to develop against.
//
//	roster export wecom -o staff.jsonl
//	roster check wecom
//	roster record wecom GetUser userid=zhangsan
//	roster sim --addr 127.0.0.1:8080
//
// Credentials come from the environment; "roster export --help" lists the variables. Without any, export takes the
// built-in simulator, and says so; check and record take it if --sim asks for it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := newRoot().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "roster:", err)
		stop()
		os.Exit(exitCode(err))
	}
}
