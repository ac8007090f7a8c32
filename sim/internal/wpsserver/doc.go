// Package wpsserver is the server's side of specs/wps.yaml, for the simulator of WPS 365.
// [StrictServerInterface] has a method for every operation; [NewStrictHandler] and [Handler] serve
// what implements it.
package wpsserver
