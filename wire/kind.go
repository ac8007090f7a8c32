package wire

// Kind sorts what the vendors' error codes mean into what a program can do about them. The documents say the kind of
// each code, with x-enum-kinds and x-error-kinds.
type Kind string

// The kinds.
const (
	KindUnknown         Kind = "unknown"          // nothing that the other kinds say
	KindUnauthenticated Kind = "unauthenticated"  // the credential is missing, wrong or dead
	KindPermission      Kind = "permission"       // the credential is good but may not do this
	KindNotFound        Kind = "not_found"        // the user, department or job does not exist
	KindInvalidArgument Kind = "invalid_argument" // the argument was refused, by the vendor or before any I/O
	KindConflict        Kind = "conflict"         // it exists already, is in use, or is being changed by somebody else
	KindRateLimited     Kind = "rate_limited"     // too many calls
	KindUnavailable     Kind = "unavailable"      // the vendor could not be reached or is out of order
	KindBadResponse     Kind = "bad_response"     // what came is not an answer to the call
	KindCanceled        Kind = "canceled"         // the caller's context ended

	// KindByStatus is that of a code which says nothing by itself: what the HTTP status says.
	KindByStatus Kind = ""
)

// CodeKind says what the codes From to To mean.
type CodeKind struct {
	From, To int64
	Kind     Kind
}

// KindOf is what a code means for this operation, if the document says that it means something else here than
// elsewhere.
func (o *Operation) KindOf(code int64) (Kind, bool) {
	for _, k := range o.ErrorKinds {
		if k.From <= code && code <= k.To {
			return k.Kind, true
		}
	}
	return KindByStatus, false
}
