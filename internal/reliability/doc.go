// Package reliability measures what the clients do when the world does not, and writes it down: docs/RELIABILITY.md.
//
// Its tests are the measurements. In an ordinary run they are short, fail where a promise is broken, and check that the
// page has their tables and rows. "make reliability" runs them long and writes the page; "make soak" sends mixed
// traffic to four simulators for ten minutes.
package reliability
