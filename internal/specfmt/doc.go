// Package specfmt writes the documents of specs/ in one dialect of YAML: one order of keys, one rule for what stands on
// one line, one way to quote and to fold. It changes how a document looks and never what it says; comments stay where
// they are. The README of specs/ tells the dialect.
package specfmt
