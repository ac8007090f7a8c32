// Package contract tells whether a vendor still sends what its document says, so that a change shows in a report and
// not in production.
//
// The document is the OpenAPI file in package specs that the client was generated from. A [Validator] checks an
// exchange (a request and its response) against it and returns findings: which operation, where in the body (a JSON
// pointer), what the document says, what came, and whether that breaks the typed client or is merely worth knowing.
// Values are personal data, so findings contain none unless [WithValues] asks for them.
//
//	v, err := contract.NewValidator("wecom")
//	response := &contract.Response{Status: 200, Header: h, Body: b}
//	for _, f := range v.Check(contract.Exchange{Operation: "GetUser", Response: response}) {
//		fmt.Println(f)
//	}
//
// Exchanges come from several places:
//
//   - recorded ones: [Validator.CheckHAR] reads what a browser or proxy saved, [Validator.CheckSamples] a folder of
//     samples, which [Record] makes of live calls, with made-up people in them;
//   - [Transport] watches the traffic of a running program, without delaying its calls;
//   - [Probe] makes read-only calls through a client and looks at every answer;
//   - [Run] checks samples and probes as a test, for the CI of a program that uses the clients (see
//     examples/contract-ci);
//   - [Handler] checks a server that stands in for a vendor. The tests of this module wrap every simulator that they
//     start in one (sim.WithMiddleware).
//
// A drift (the vendor sends something other than its document says) and an outage (the vendor, or the way there, is
// out of order) are never mixed up: [Finding.Outage] marks outages, and [Drift] leaves them out.
//
// What is made once and kept takes functional options, as the clients do: [NewValidator] and [NewTransport]. What is
// done once takes a struct, whose zero value will do: [Probe] with [ProbeOptions], [Record] with [RecordOptions], [Run]
// with [Suite]. Fields of one name mean the same in all of them.
//
// How a document is read: a response object that declares properties has these and no others, however an OpenAPI reader
// would take it. Nothing else is made stricter or weaker. Enums are checked too, but since the typed clients accept
// values beyond them, such a value is only informative. The document's own words x-answer (what makes an object an
// answer) and ErrorCode (the vendor's codes) are checked as well.
package contract
