// Package dingtalkapi is what specs/dingtalk.yaml says of DingTalk (钉钉), as Go types: a type for
// every request and answer, the error codes and other enums, and a method of [API] for every
// operation.
//
// An API checks the arguments of a call and knows the type of its answer. It sends nothing itself:
// package clients/dingtalk does, with tokens, quotas, repeats and typed errors, and its client has
// all methods of API.
//
// Operations whose names end in V1 and V2 live on oapi.dingtalk.com, the searches and leave records
// on api.dingtalk.com. The former fail with an [ErrorCode], the latter with a [NewHostErrorCode].
//
// Answers hold plain values, with the zero value for what did not come. Enums are open: a value
// that the document does not list is kept. Optional fields of a request are pointers, or slices
// that are left out when they are nil. What is set is sent, even if it is zero; what is not set is
// not sent.
package dingtalkapi
