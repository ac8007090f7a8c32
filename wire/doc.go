// Package wire holds what the generated packages and the hand-written layer share: what a document says of an
// operation, the seam between a typed method and the code that carries it out, and the Go types of the quirks that the
// vendors' JSON has.
//
// It imports the standard library and the generator's runtime only, so that everything else may import it. Users meet
// its quirk types in the fields of requests and answers, and its Operation in middleware and reports.
package wire
