// Package bench measures the clients against programs written by hand with nothing but net/http and encoding/json that
// make the same requests, decode the same members, keep tokens and sign: package floor. Package server answers both, in
// a process of its own, so that what it allocates is nobody else's. What counts is a ratio within one run: the times of
// one machine say nothing about another.
//
//	make bench          # the ratios, with their spread
//	make bench-report   # all of docs/PERFORMANCE.md
//
// Somebody else's client becomes a column of its own when columns.go is given a Client made of it.
package bench
