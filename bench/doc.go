// Package bench measures the clients against a program that does the same requests with nothing but net/http and
// encoding/json, in the same run, so that the ratio means something on any machine:
//
//	go test -run '^$' -bench . ./bench
//
// The metric x/raw is the client's time divided by the plain program's.
package bench
