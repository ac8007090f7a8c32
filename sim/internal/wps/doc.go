// Package wps is WPS 365 as the simulator plays it: who may do what, which texts and limits the vendor checks, its
// codes, and what it alone knows of a person or a department.
//
// [New] makes the vendor from its [Config]. Its methods implement the interface of the generated stubs in package
// wpsserver: an operation of the document without a handler here does not compile. Everything around a call is package
// desk's; the company itself is package company's.
package wps
