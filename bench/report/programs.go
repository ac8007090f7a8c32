package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// usage is what a command has taken.
type usage struct{ wall, cpu time.Duration }

// timed runs a command in a folder.
func timed(ctx context.Context, env []string, folder, name string, args ...string) (usage, error) {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir, command.Env, command.Stderr = folder, append(os.Environ(), env...), os.Stderr
	began := time.Now()
	if err := command.Run(); err != nil {
		return usage{}, fmt.Errorf("%s: %w", command, err)
	}
	return usage{time.Since(began), command.ProcessState.UserTime() + command.ProcessState.SystemTime()}, nil
}

// program is one that reads a person.
type program struct {
	name, path string
	size       int64
	modules    int
	compile    usage
	start      []float64 // processor time of its runs, in ms
}

// programs are whole programs: what they take to compile, on disk and to start.
func (l *lab) programs(ctx context.Context) error {
	standard, err := l.standard(ctx)
	if err != nil {
		return err
	}
	var all []*program
	for _, name := range []string{"floor", "wecom", "dingtalk", "feishu", "wps"} {
		p := &program{name: name, path: filepath.Join(l.folder, name)}
		if err := l.build(ctx, p, standard); err != nil {
			return err
		}
		all = append(all, p)
	}
	for range 20 * l.rounds { // in turns
		for _, p := range all {
			took, err := timed(ctx, nil, "", p.path)
			if err != nil {
				return err
			}
			p.start = append(p.start, float64(took.cpu.Microseconds())/1e3)
		}
	}
	l.printf("\n## A program with one vendor\n\nIt makes a client and reads a person. Compiled is all but the " +
		"standard library. Generated methods that the program does not call are not linked. The start is the " +
		"processor time of a process that makes the client and ends.\n\n" +
		"| | size, MiB | over the floor | modules linked | compile, s | processor time, s | start, ms |\n" +
		"|---|---|---|---|---|---|---|\n")
	const mib = 1 << 20
	for _, p := range all {
		l.printf("| %s | %.2f | %.2f | %d | %.1f | %.1f | %s |\n", p.name, float64(p.size)/mib,
			float64(p.size-all[0].size)/mib, p.modules, p.compile.wall.Seconds(), p.compile.cpu.Seconds(),
			spreadOf(p.start))
	}
	return nil
}

// standard makes a build cache that holds what the programs need of the standard library, and nothing else.
func (l *lab) standard(ctx context.Context) (cache string, err error) {
	list, err := output(ctx, nil, "go", "list", "-deps", "-f", "{{if .Standard}}{{.ImportPath}}{{end}}",
		"./programs/...")
	if err != nil {
		return "", err
	}
	cache = filepath.Join(l.folder, "standard")
	args := append([]string{"build"}, strings.Fields(list)...)
	_, err = timed(ctx, cached(cache), "", "go", args...)
	return cache, err
}

func cached(folder string) []string { return []string{"GOCACHE=" + folder, "GOFLAGS=-trimpath"} }

// build builds a program with a copy of a cache.
func (l *lab) build(ctx context.Context, p *program, standard string) error {
	cache := filepath.Join(l.folder, "cache-"+p.name)
	defer func() { _ = os.RemoveAll(cache) }()
	if err := os.CopyFS(cache, os.DirFS(standard)); err != nil {
		return err
	}
	env := cached(cache)
	var err error
	if p.compile, err = timed(ctx, env, "", "go", "build", "-o", p.path, "./programs/"+p.name); err != nil {
		return err
	}
	info, err := os.Stat(p.path)
	if err != nil {
		return err
	}
	p.size = info.Size()
	built, err := buildinfo.ReadFile(p.path)
	if err != nil {
		return err
	}
	p.modules = len(built.Deps)
	return nil
}
