package clients

import "fmt"

// FormatFields is the Format method of a Config: it prints the fields of v, which must not have that method itself. It
// takes every verb for one of %v, %+v and %#v. Package fmt asks no Secret how to print it once it has found that a verb
// does not fit a pointer to what holds it.
func FormatFields(f fmt.State, v any) {
	verb := "%v"
	if f.Flag('+') || f.Flag('#') {
		verb = "%+v"
	}
	fmt.Fprintf(f, verb, v)
}
