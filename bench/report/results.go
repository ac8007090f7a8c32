package main

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// results are what benchmarks have come to: of each benchmark its metrics, round by round.
type results map[string]map[string][]float64

// measure runs benchmarks of a binary in some rounds, each in a process of its own.
func measure(ctx context.Context, binary, benchmarks, benchtime string, rounds int) (results, error) {
	all := results{}
	for range rounds {
		out, err := output(ctx, nil, binary, "-test.run=^$", "-test.bench="+benchmarks, "-test.benchtime="+benchtime)
		if err != nil {
			return nil, err
		}
		all.add(out)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no benchmark is named %s", benchmarks)
	}
	return all, nil
}

// add reads the lines that package testing prints.
func (r results) add(out string) {
	for scanner := bufio.NewScanner(strings.NewReader(out)); scanner.Scan(); {
		words := strings.Fields(scanner.Text())
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(words[0], "Benchmark")
		if at := strings.LastIndexByte(name, '-'); at > 0 { // the number of processors
			if _, err := strconv.Atoi(name[at+1:]); err == nil {
				name = name[:at]
			}
		}
		if r[name] == nil {
			r[name] = map[string][]float64{}
		}
		for i := 2; i+1 < len(words); i += 2 {
			if value, err := strconv.ParseFloat(words[i], 64); err == nil {
				r[name][words[i+1]] = append(r[name][words[i+1]], value)
			}
		}
	}
}

// of is one column of an interface.
func of(benchmark, api, client string) string { return benchmark + "/api=" + api + "/client=" + client }

// ratio is that of two benchmarks in a metric, taken round by round.
func (r results) ratio(of, to, metric string) spread {
	var all []float64
	for i, value := range r[of][metric] {
		if base := r[to][metric]; i < len(base) && base[i] > 0 {
			all = append(all, value/base[i])
		}
	}
	return spreadOf(all)
}

// value is the spread of a metric.
func (r results) value(of, metric string) spread { return spreadOf(slices.Clone(r[of][metric])) }

// spread is a median with the quartiles below and above it.
type spread struct{ lower, median, upper float64 }

func spreadOf(all []float64) spread {
	if len(all) == 0 {
		return spread{}
	}
	slices.Sort(all)
	n := len(all)
	return spread{all[n/4], (all[(n-1)/2] + all[n/2]) / 2, all[n-1-n/4]}
}

// String is the spread for a table.
func (s spread) String() string { return fmt.Sprintf("%.2f (%.2f–%.2f)", s.median, s.lower, s.upper) }
