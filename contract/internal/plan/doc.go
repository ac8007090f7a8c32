// Package plan says how the operations of each vendor can be tried out one after the other, each with arguments that
// the answers before it gave: a department from the list of departments, a user from the members of that department.
//
// A [Plan] has the calls that only read, those that write (and take back what they did, for a tenant that is there for
// tests), and the operations that are not tried, with the reason. Every operation of a document stands in one of the
// three; a new one is a line in the vendor's file. [Values] are what answers have given so far.
package plan
