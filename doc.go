// Package roster is the root of the module; it holds the go:generate lines and no code. The clients are in clients/wecom and
// its siblings, the types of requests and answers in gen/wecomapi and its siblings.
package roster
