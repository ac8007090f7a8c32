// Command roster exports a company's staff directory, compares two exports, says why something cannot be read, tells
// whether a vendor still answers what its document says, records wire samples, and serves a simulator to develop
// against.
//
//	roster export wecom -o staff.jsonl
//	roster diff yesterday.jsonl staff.jsonl
//	roster doctor wecom
//	roster check wecom
//	roster operations wecom
//	roster record wecom GetUser userid=zhangsan
//	roster sim --addr 127.0.0.1:8080
//
// Credentials come from the environment; "roster export --help" lists the variables. Without any, every command
// refuses; --sim takes the built-in simulator.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// lastWords bounds what the program takes to clean up and to say why it ends, once a signal has asked it to end.
const lastWords = 5 * time.Second

func main() {
	os.Exit(mainCode())
}

func mainCode() int {
	// A reader that goes away is an error like any other, so that no unfinished file is left behind.
	signal.Ignore(syscall.SIGPIPE)
	ctx := untilSignal()
	root := newRoot()
	root.SetOut(&interruptible{ctx, os.Stdout})
	root.SetErr(&interruptible{ctx, os.Stderr})
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var stopped signalError
	if !errors.As(context.Cause(ctx), &stopped) {
		fmt.Fprintln(os.Stderr, "roster:", err)
		return exitCode(err)
	}
	said := make(chan struct{})
	go func() { // a terminal that is stopped takes no more text
		defer close(said)
		fmt.Fprintln(os.Stderr, "roster:", stopped)
	}()
	select {
	case <-said:
	case <-time.After(time.Second):
	}
	return stopped.code()
}

// untilSignal returns a context that ends with the first signal that asks the program to end. Those that it was started
// to ignore, by nohup for one, stay ignored.
func untilSignal() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	go func() {
		stopped := signalError{<-signals}
		cancel(stopped)
		// Those that follow, as a terminal and a service manager send them, must not end it before it has cleaned up.
		time.AfterFunc(lastWords, func() { os.Exit(stopped.code()) })
	}()
	return ctx
}

// signalError is the signal that ended the program.
type signalError struct{ signal os.Signal }

func (e signalError) Error() string {
	return fmt.Sprintf("stopped by a signal (%s)", e.signal)
}

// code is what a shell reports for a program that a signal has ended.
func (e signalError) code() int {
	if s, ok := e.signal.(syscall.Signal); ok {
		return 128 + int(s)
	}
	return exitFailure
}

// interruptible is a writer whose reader may have stopped reading: when the context ends, Write does not wait for it
// any longer.
type interruptible struct {
	ctx context.Context // io.Writer has no place for it
	to  io.Writer
}

func (w *interruptible) Write(p []byte) (int, error) {
	if w.ctx.Err() != nil {
		return 0, context.Cause(w.ctx)
	}
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	own := append([]byte(nil), p...) // the caller may use p again while the write is still waiting
	go func() {
		n, err := w.to.Write(own)
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return r.n, r.err
	case <-w.ctx.Done():
		return 0, context.Cause(w.ctx)
	}
}

// fileBehind is the file that a writer ends in, or nil.
func fileBehind(w io.Writer) *os.File {
	switch w := w.(type) {
	case *os.File:
		return w
	case *interruptible:
		return fileBehind(w.to)
	default:
		return nil
	}
}
