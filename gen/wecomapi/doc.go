// Package wecomapi is what specs/wecom.yaml says of WeCom (企业微信), as Go types: a type for every
// request and answer, the error codes and other enums, and a method of [API] for every operation.
//
// An API checks the arguments of a call and knows the type of its answer. It sends nothing itself:
// package clients/wecom does, with tokens, quotas, repeats and typed errors, and its client has all
// methods of API.
//
// An answer is flat: errcode and errmsg stand beside what was asked for. [ErrorCode] has a name for
// each documented code.
//
// Answers hold plain values, with the zero value for what did not come. Enums are open: a value
// that the document does not list is kept. Optional fields of a request are pointers, or slices
// that are left out when they are nil. What is set is sent, even if it is zero; what is not set is
// not sent.
package wecomapi
