package bench_test

import (
	"context"
	"testing"

	"github.com/roster-go/roster/bench"
	"github.com/roster-go/roster/bench/server"
)

// each runs a benchmark for the first columns of every interface, with the columns next to each other.
func each(b *testing.B, columns int, measure func(context.Context, bench.Client) error) {
	for _, api := range bench.APIs() {
		for _, column := range api.Columns[:columns] {
			b.Run("api="+api.Name+"/client="+column.Name, func(b *testing.B) {
				c, err := column.Open(where + api.Base)
				if err != nil {
					b.Fatal(err)
				}
				if err := measure(b.Context(), c); err != nil { // connection and token are there
					b.Fatal(err)
				}
				ctx := context.Background()
				b.ReportAllocs()
				began := cpu(b)
				for b.Loop() {
					if err := measure(ctx, c); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64((cpu(b)-began).Nanoseconds())/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

func BenchmarkRead(b *testing.B) {
	each(b, 2, func(ctx context.Context, c bench.Client) error {
		_, err := c.GetUser(ctx, "1")
		return err
	})
}

func BenchmarkList(b *testing.B) {
	each(b, 2+len(bench.Decoders()), func(ctx context.Context, c bench.Client) error {
		people, err := c.ListAll(ctx)
		if err == nil && people != server.People {
			b.Fatalf("%d people", people)
		}
		return err
	})
}
