// Package wecomserver is the server's side of specs/wecom.yaml, for the simulator of WeCom (企业微信).
// [StrictServerInterface] has a method for every operation; [NewStrictHandler] and [Handler] serve
// what implements it.
package wecomserver
