package bench_test

import (
	"context"
	"testing"

	"github.com/roster-go/roster/bench"
	"github.com/roster-go/roster/bench/server"
)

// columns runs a benchmark for the first columns of every interface, next to each other.
func columns(b *testing.B, first int, measure func(b *testing.B, open func() bench.Client)) {
	b.Helper()
	for _, api := range bench.APIs() {
		for _, column := range api.Columns[:first] {
			b.Run("api="+api.Name+"/client="+column.Name, func(b *testing.B) {
				measure(b, func() bench.Client {
					c, err := column.Open(where + api.Base)
					if err != nil {
						b.Fatal(err)
					}
					return c
				})
			})
		}
	}
}

// each measures one thing that clients do over and over.
func each(b *testing.B, first int, do func(context.Context, bench.Client) error) {
	b.Helper()
	columns(b, first, func(b *testing.B, open func() bench.Client) {
		ctx, c := context.Background(), open()
		loop(b, func() error { return do(ctx, c) })
	})
}

// loop measures do, its processor time as well, after a first time that is not counted: for connection and token.
func loop(b *testing.B, do func() error) {
	b.Helper()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	began := cpu(b)
	for b.Loop() {
		if err := do(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpu(b)-began).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// One person is read.
func BenchmarkRead(b *testing.B) {
	each(b, 2, func(ctx context.Context, c bench.Client) error {
		_, err := c.GetUser(ctx, "1")
		return err
	})
}

// A list of 10,000 is read.
func BenchmarkList(b *testing.B) {
	each(b, 2+len(bench.Decoders()), func(ctx context.Context, c bench.Client) error {
		people, err := c.ListAll(ctx)
		if err == nil && people != server.People {
			b.Fatalf("%d people", people)
		}
		return err
	})
}
