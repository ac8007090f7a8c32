// Package anonymize turns a recorded exchange with a vendor into a sample that can be shared: every person, id, number
// and address in it is replaced by a made-up one of the same form.
//
// A [Sampler] goes by the vendor's document. Codes, values of enums, flags, small counts and the vendor's own sentences
// stay, since they are what a sample is for; any other text is replaced, whatever its field is called, because a vendor
// may add a field any day. The same value is replaced alike wherever it stands, and two different ids never become one:
// madeup.go and permute.go see to that, with a key that only the one who records has. In a sentence of the vendor's
// what was replaced elsewhere is replaced too, and what looks like a number, an address or somebody who is named
// (sentence.go).
//
// Two guards do not trust any of this. leftover.go looks for personal values that are still there, and [Secrets] for
// credentials, in whatever form they were written. Either one stops the recording.
package anonymize
