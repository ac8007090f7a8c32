package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/roster-go/roster/bench"
)

const (
	bytesMetric       = "B/op"
	allocationsMetric = "allocs/op"
	cpuMetric         = "cpu-ns/op"
	timeMetric        = "ns/op"
)

// How many short rounds there are for each one that was asked for.
const (
	shortReads = 10
	shortLists = 3
)

// comparison is one read and one list, of each vendor.
func (l *lab) comparison(ctx context.Context) error {
	binary, err := l.binary(ctx, "bench")
	if err != nil {
		return err
	}
	reads, err := measure(ctx, binary, "^BenchmarkRead$", "0.1s", l.rounds*shortReads)
	if err != nil {
		return err
	}
	lists, err := measure(ctx, binary, "^BenchmarkList$", "0.2s", l.rounds*shortLists)
	if err != nil {
		return err
	}
	l.printf("\n## One read\n\n| | bytes | allocations | of them | processor time | of it, µs |\n" +
		"|---|---|---|---|---|---|\n")
	for _, api := range bench.APIs() {
		ours, floor := of("Read", api.Name, bench.Roster), of("Read", api.Name, bench.Floor)
		l.printf("| %s | %.2f | %.2f | %.0f | %s | %.0f |\n", api.Name, reads.ratio(ours, floor, bytesMetric).median,
			reads.ratio(ours, floor, allocationsMetric).median, reads.value(ours, allocationsMetric).median,
			reads.ratio(ours, floor, cpuMetric), reads.value(ours, cpuMetric).median/1e3)
	}
	l.printf("\n## A list of 10,000\n\nWeCom has it in one answer, DingTalk in pages of 100, Feishu and WPS of 50. "+
		"The columns behind are the same client with another decoder (`clients.WithDecoder`).\n\n"+
		"| | bytes | processor time | of it, ms |%s\n|---|---|---|---|%s\n", headings(" time with %s |"),
		headings("---|"))
	for _, api := range bench.APIs() {
		ours, floor := of("List", api.Name, bench.Roster), of("List", api.Name, bench.Floor)
		l.printf("| %s | %.2f | %s | %.0f |", api.Name, lists.ratio(ours, floor, bytesMetric).median,
			lists.ratio(ours, floor, cpuMetric), lists.value(ours, cpuMetric).median/1e6)
		for _, decoder := range bench.Decoders() {
			l.printf(" %s |", lists.ratio(ours+"-"+decoder.Name, floor, cpuMetric))
		}
		l.printf("\n")
	}
	return nil
}

// headings repeats a cell for each decoder.
func headings(cell string) string {
	var b strings.Builder
	for _, decoder := range bench.Decoders() {
		b.WriteString(strings.ReplaceAll(cell, "%s", decoder.Name))
	}
	return b.String()
}

// toolchains is the same with other toolchains.
func (l *lab) toolchains(ctx context.Context, newest string) error {
	rounds := l.rounds * shortLists
	type column struct {
		name         string
		env          []string
		reads, lists results
	}
	all := []*column{{name: "as above"}, {name: "GOEXPERIMENT=jsonv2", env: []string{"GOEXPERIMENT=jsonv2"}}}
	if newest != "" {
		all = append(all, &column{name: newest, env: []string{"GOTOOLCHAIN=" + newest}})
	}
	for i, c := range all {
		binary, err := l.binary(ctx, fmt.Sprint("bench", i), c.env...)
		if err != nil {
			return err
		}
		if c.reads, err = measure(ctx, binary, "^BenchmarkRead$", "0.1s", rounds); err != nil {
			return err
		}
		c.lists, err = measure(ctx, binary, "^BenchmarkList$/.*/^client=(floor|roster)$", "0.2s", rounds)
		if err != nil {
			return err
		}
	}
	l.printf("\n## Other toolchains\n\nThe same in %d rounds. The first two figures are ratios to the program by hand "+
		"that is built with the same toolchain, the last one is to this client's own time in the first row, in other "+
		"processes and so with more noise.\n\n"+
		"| | | allocations of a read | time of a list | time of a list, to the first row |\n"+
		"|---|---|---|---|---|\n", rounds)
	for _, api := range bench.APIs() {
		for _, c := range all {
			read, list := of("Read", api.Name, bench.Roster), of("List", api.Name, bench.Roster)
			l.printf("| %s | %s | %.2f | %s | %.2f |\n", api.Name, c.name,
				c.reads.ratio(read, of("Read", api.Name, bench.Floor), allocationsMetric).median,
				c.lists.ratio(list, of("List", api.Name, bench.Floor), cpuMetric),
				c.lists.value(list, cpuMetric).median/all[0].lists.value(list, cpuMetric).median)
		}
	}
	return nil
}

// crowds is what 64 goroutines do at once.
func (l *lab) crowds(ctx context.Context) error {
	binary, err := l.binary(ctx, "bench")
	if err != nil {
		return err
	}
	r, err := measure(ctx, binary, "^Benchmark(ColdStart|DeadToken|Wide)$", "3x", l.rounds)
	if err != nil {
		return err
	}
	l.printf("\n## 64 goroutines at once\n\nA cold start has no token and no connection, a dead token is found out " +
		"by all of them together; the server takes 20 ms for each answer, and the slowest is the one that waited " +
		"longest. Then 10,000 reads as fast as they come: connections made on top of the first " +
		"one, and calls a second.\n\n" +
		"| | | cold start: requests, tokens | slowest, ms | dead token: requests, tokens | slowest, ms | " +
		"10,000 reads: connections | calls a second | to the floor |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, api := range bench.APIs() {
		for _, client := range []string{bench.Floor, bench.Roster} {
			cold, dead, wide := of("ColdStart", api.Name, client), of("DeadToken", api.Name, client),
				of("Wide", api.Name, client)
			l.printf("| %s | %s | %.0f, %.0f | %.0f | %.0f, %.0f | %.0f | %.0f | %.0f | %s |\n", api.Name, client,
				r.value(cold, "requests/op").median, r.value(cold, "tokens/op").median,
				r.value(cold, "slowest-ns/op").median/1e6,
				r.value(dead, "requests/op").median, r.value(dead, "tokens/op").median,
				r.value(dead, "slowest-ns/op").median/1e6,
				r.value(wide, "connections/op").median, 10_000/(r.value(wide, timeMetric).median/1e9),
				r.ratio(of("Wide", api.Name, bench.Floor), wide, timeMetric))
		}
	}
	return nil
}

// others are the costs of what stands beside the clients.
func (l *lab) others(ctx context.Context) error {
	binary, err := l.binary(ctx, "bench")
	if err != nil {
		return err
	}
	r, err := measure(ctx, binary, "^Benchmark(Contract|Simulator|Diff)$", "1s", (l.rounds+1)/2)
	if err != nil {
		return err
	}
	generate, err := timed(ctx, []string{"GOFLAGS="}, "..", "go", "generate", ".")
	if err != nil {
		return err
	}
	floor := of("Contract", "wecom", bench.Floor)
	l.printf("\n## What stands beside\n\n| | |\n|---|---|\n")
	l.printf("| `contract.Transport` that checks a hundredth of the calls: processor time of a read, to one without "+
		"| %s |\n",
		r.ratio(of("Contract", "wecom", "percent"), floor, cpuMetric))
	l.printf("| the same that checks every call | %s |\n", r.ratio(of("Contract", "wecom", "all"), floor, cpuMetric))
	l.printf("| an answer of the simulator, WeCom's list of a department: processor time, µs | %.0f |\n",
		r.value("Simulator", cpuMetric).median/1e3)
	l.printf("| `directory.Diff` of two snapshots of 100,000 people, 1,000 of them changed: seconds | %.2f |\n",
		r.value("Diff", timeMetric).median/1e9)
	l.printf("| `make generate`: seconds, processor time | %.1f, %.1f |\n", generate.wall.Seconds(),
		generate.cpu.Seconds())
	return nil
}

// walks are those of a whole company, by the quota.
func (l *lab) walks(ctx context.Context) error {
	binary, err := l.binary(ctx, "bench")
	if err != nil {
		return err
	}
	out, err := output(ctx, nil, binary, "-test.run=^TestWalkIsAsFastAsTheQuota$", "-test.v",
		"-people="+fmt.Sprint(l.people))
	if err != nil {
		return err
	}
	l.printf("\n## A walk of a company\n\n`directory.Walk` of %d people in %d departments, against the simulator with "+
		"its quotas, 50 ms away, by a clock that runs as fast as the processor allows. The least is what the same "+
		"calls take if every operation spends its quota to the last call from the first second on, all of them side "+
		"by side.\n\n"+
		"| | walk, s | least, s | ratio |\n|---|---|---|---|\n", l.people, l.people/20)
	for line := range strings.Lines(out) {
		_, text, ok := strings.Cut(line, "walk: ")
		if !ok {
			continue
		}
		var vendor string
		var people int
		var took, least, ratio float64
		text = strings.Replace(strings.TrimSpace(text), ":", "", 1)
		if _, err := fmt.Sscanf(text, "%s %d people in %f s, by the quota %f s: %f", &vendor, &people, &took, &least,
			&ratio); err != nil {
			return fmt.Errorf("%q: %w", text, err)
		}
		l.printf("| %s | %.0f | %.0f | %.3f |\n", cmp.Or(vendor, "?"), took, least, ratio)
	}
	return nil
}
