package wire

// Operation is what a vendor's document says of one operation. Operations are shared and must not be changed.
type Operation struct {
	ID     string // operationId, for example "GetUser"
	Method string // HTTP method
	Path   string // path template below the server's base URL, for example "/user/get"
	Server string // base URL, if the operation lives on another host than the rest of the document

	// Security names the security schemes: a call needs all schemes of one of the entries, the first one that is
	// configured. Empty means that the call needs no credential.
	Security [][]string

	// Idempotent tells whether the call may be sent again after its answer was lost. It is the document's word,
	// never derived from Method: some vendors delete with GET and read with POST.
	Idempotent bool

	// IdempotencyParameter is the query parameter that makes a repeat of a non-idempotent call harmless.
	IdempotencyParameter string

	// NotIdempotentWith names members of the body, or query parameters, with which an idempotent call is not idempotent
	// any more: a rename is not found when it comes a second time.
	NotIdempotentWith []string

	// CarriesSecret marks calls whose request or answer holds a credential. Middleware never sees them.
	CarriesSecret bool

	Limits     []Limit  // documented quota, all windows of it
	Scopes     []string // permissions that the app needs
	Answer     []string // what makes a JSON object an answer to this call; see Missing
	Deprecated bool

	// ErrorKinds says what error codes mean that mean something else here than elsewhere. See KindOf.
	ErrorKinds []CodeKind
}

// Limit is a quota: at most Requests calls in Seconds seconds.
type Limit struct {
	Requests int
	Seconds  int
}
