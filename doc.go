// Package roster is the root of the module. It holds the go:generate lines and the wire samples that all packages are tested with. The clients are
// in clients/wecom and its siblings, the types of requests and answers in gen/wecomapi and its siblings, one interface over all
// vendors in directory.
package roster
