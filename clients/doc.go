// Package clients is what the clients of all vendors share: the life of a call, errors, options, waiting and repeating,
// limits, and pages. Programs import one of its subpackages, such as clients/wecom, and meet this package in options
// and errors:
//
//	c, err := wecom.New(wecom.Config{...}, clients.WithLogger(slog.Default()))
//	user, err := c.GetUser(ctx, &wecomapi.GetUserParams{UserID: "zhangsan"})
//	switch {
//	case errors.Is(err, clients.ErrNotFound):
//		...
//	case errors.Is(err, clients.ErrRateLimited):
//		...
//	}
//
// # The life of a call
//
// [Client.Call] takes a call through fixed stages, each in a file of its own: the arguments are checked (nothing is
// sent when they are wrong), the call waits for its quota, gets its credential, is built, passes the user's middleware,
// is authorized and signed, sent, read within bounds, judged by the vendor's code, and decoded once. What failed is
// sent again only for a reason: a token that was refused is renewed and the call repeated once; a call that was
// throttled waits; a call whose fate is unknown is repeated only if the document says that this is harmless.
//
// # Errors
//
// A nil error means an HTTP success, a JSON object that answers the call, and the vendor's code for success. Every
// other outcome is an [*Error] with a [Kind]; its text, however printed, encoded or logged, holds no credential.
package clients
