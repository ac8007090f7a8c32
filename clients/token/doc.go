// Package token keeps access tokens: it fetches one when none is at hand, hands the same one to everybody who asks,
// renews it before it runs out, and drops it when the vendor says that it is dead.
//
// A [Cached] source is what every client uses. However many goroutines ask, one request is under way at most; a caller
// who gives up takes nobody else down with it; a token that several calls report as dead is renewed once. With a
// [Store] that several processes share, one of them fetches for all.
package token
