// Package desk is what happens to a request whichever vendor it is for: it is read, entered into the journal, struck by
// a fault, admitted, answered into a buffer, spoilt by a fault, sent.
//
// [Vendor] is what a vendor's package brings; [Call] is one request on its way. The shared parts stand beside the
// pipeline: tokens of any kind, quotas by the documents' windows, answers that the documents' types cannot write, ids
// that are derived from a seed.
package desk
