// Package document is a vendor's OpenAPI document as the validator sees it: compiled once into schemas, operations and
// routes that a JSON value, a request's URL or a vendor's code can be checked against without looking anything up
// twice.
//
// It knows what the document says, and nothing of what follows when a vendor says something else: findings are package
// contract's.
//
//   - A [Document] comes from [Embedded], for the documents of package specs, or from [Load], for one of somebody's
//     own. Objects in answers that declare properties are sealed: they have these and no others.
//   - [Document.ByPath] finds the [Operation] of a request, [Operation.Declared] what it declares for a status, and
//     [Operation.Arguments] makes a request of "name=value", as a command line has it.
//   - A [Schema] tells what it takes: [Schema.Takes] for a JSON type, [Schema.Nearest] for the alternative that is
//     meant.
//   - A [Node] is a JSON value as it came, with the order of its members, those that are there twice, and numbers as
//     they were written. [Parse] makes one of a body.
//   - A [Place] is where in a body something is, which becomes a JSON pointer that shows no data.
package document
