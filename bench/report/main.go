// Report measures everything and writes docs/PERFORMANCE.md. It is run in the folder of the module bench; see "make
// bench-report".
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	page := flag.String("o", "../docs/PERFORMANCE.md", "file to write")
	rounds := flag.Int("rounds", 6, "how much is measured: reads in ten rounds for each of these, lists in three")
	newest := flag.String("newest", "", "of Go, for the column of the newest: go1.27.1. Empty: ask for it")
	people := flag.Int("people", 100_000, "of the company that is walked")
	flag.Parse()
	if err := run(context.Background(), *page, *rounds, *newest, *people); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// lab is where everything is measured.
type lab struct {
	folder string // for what is built
	rounds int
	people int
	page   strings.Builder
}

func run(ctx context.Context, page string, rounds int, newest string, people int) error {
	folder, err := os.MkdirTemp("", "roster-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	l := &lab{folder: folder, rounds: rounds, people: people}
	if newest == "" {
		newest = l.newestGo(ctx)
	}
	l.intro(newest)
	for _, part := range []func(context.Context) error{
		l.comparison,
		func(ctx context.Context) error { return l.toolchains(ctx, newest) },
		l.crowds, l.programs, l.others, l.walks,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return os.WriteFile(page, []byte(l.page.String()), 0o644)
}

// printf writes a piece of the page.
func (l *lab) printf(format string, args ...any) { fmt.Fprintf(&l.page, format, args...) }

// output runs a program and returns what it prints.
func output(ctx context.Context, env []string, name string, args ...string) (string, error) {
	fmt.Fprintln(os.Stderr, strings.Join(append(append([]string{}, env...), append([]string{name}, args...)...), " "))
	command := exec.CommandContext(ctx, name, args...)
	command.Env = append(os.Environ(), env...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// newestGo is the newest Go that can be had, "" if nobody says.
func (l *lab) newestGo(ctx context.Context) string {
	version, err := output(ctx, []string{"GOFLAGS=-mod=mod"}, "go", "list", "-m", "-f", "{{.Version}}", "go@latest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return ""
	}
	return "go" + strings.TrimSpace(version)
}

// binary builds the benchmarks with a toolchain.
func (l *lab) binary(ctx context.Context, name string, env ...string) (string, error) {
	path := filepath.Join(l.folder, name+".test")
	_, err := output(ctx, env, "go", "test", "-c", "-trimpath", "-o", path, ".")
	return path, err
}

func (l *lab) intro(newest string) {
	versions := runtime.Version()
	if newest != "" {
		versions += ", " + newest
	}
	l.printf(`# Performance

Written by `+"`make bench-report`"+` on %s: %s, %d cores, %s/%s; %s.
Do not edit.

What counts here are ratios within one run. The yardstick is a program for each vendor that is written by hand with
nothing but net/http and encoding/json ([bench/floor](../bench/floor)): the same requests, the same members decoded into
the same kinds of fields, a token that is kept and renewed, the signature. It has no time limits, no bounds, no retries,
no quotas and no checks of what came.

Client and server are different processes ([bench/server](../bench/server)), so that bytes and allocations are the
client's alone; they hardly vary. Processor time is what the operating system counts for the client's process,
collection of garbage included. The columns run next to each other in many short rounds, since processors change their
pace, %d for reads and %d for lists, that each start a new process. A ratio is taken within a round, and the page has
the median with the quartiles behind it. Below 1, the client takes less than the program written by hand.
`, time.Now().UTC().Format(time.DateOnly), processor(), runtime.NumCPU(),
		runtime.GOOS, runtime.GOARCH, versions, l.rounds*shortReads, l.rounds*shortLists)
}

// processor is the processor's name, as far as it has one.
func processor() string {
	data, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "a processor that does not tell its name"
}
