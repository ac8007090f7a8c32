package clients

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/roster-go/roster/wire"
)

// Kind sorts the outcomes of all vendors into what a program can do about them. The documents say which kind an error
// code is of.
type Kind = wire.Kind

// The kinds. Each has an error of its own for errors.Is.
const (
	KindUnknown         = wire.KindUnknown         // a code of which nobody knows more
	KindUnauthenticated = wire.KindUnauthenticated // the credential is missing, wrong or dead
	KindPermission      = wire.KindPermission      // the credential is good but may not do this
	KindNotFound        = wire.KindNotFound        // the user, department or job does not exist
	KindInvalidArgument = wire.KindInvalidArgument // the vendor, or this package before any I/O, refused an argument
	KindConflict        = wire.KindConflict        // it exists already, is in use, or is being changed by somebody else
	KindRateLimited     = wire.KindRateLimited     // too many calls
	KindUnavailable     = wire.KindUnavailable     // the vendor could not be reached or is out of order
	KindBadResponse     = wire.KindBadResponse     // what came is not an answer to the call
	KindCanceled        = wire.KindCanceled        // the caller's context ended
)

// sentinel is an error that stands for a kind.
type sentinel Kind

func (s sentinel) Error() string { return strings.ReplaceAll(string(s), "_", " ") }

// Targets for errors.Is, one for each Kind.
var (
	ErrUnknown         error = sentinel(KindUnknown)
	ErrUnauthenticated error = sentinel(KindUnauthenticated)
	ErrPermission      error = sentinel(KindPermission)
	ErrNotFound        error = sentinel(KindNotFound)
	ErrInvalidArgument error = sentinel(KindInvalidArgument)
	ErrConflict        error = sentinel(KindConflict)
	ErrRateLimited     error = sentinel(KindRateLimited)
	ErrUnavailable     error = sentinel(KindUnavailable)
	ErrBadResponse     error = sentinel(KindBadResponse)
	ErrCanceled        error = sentinel(KindCanceled)
)

// ErrOutcomeUnknown is beside one of the others when nobody knows whether a call was carried out. See
// Error.OutcomeUnknown.
var ErrOutcomeUnknown = errors.New("outcome unknown")

// Error is a call that failed. No way of printing, encoding or logging it shows a credential.
type Error struct {
	Vendor    string // "wecom", "dingtalk", "feishu" or "wps"
	Operation string // operationId, for example "GetUser"
	Kind      Kind

	Code      string // the vendor's code as written on the wire, "" if none came
	Message   string // the vendor's words, or this package's when the vendor said nothing
	RequestID string // what the vendor's support asks for, if the vendor gave it

	HTTPStatus int           // 0 if no answer came
	Attempts   int           // requests sent for this call, the repeats included
	Waited     time.Duration // spent waiting between them
	RetryAfter time.Duration // how long the vendor wants to be left alone, 0 if unknown

	// OutcomeUnknown says that the call may have been carried out: it is not idempotent, may have reached the vendor,
	// and the vendor has not refused it. The answer was lost or could not be read, the vendor's own failure came (a
	// 5xx, "system busy"), or the context ended after the request was sent. So may a call that this package repeated
	// with an idempotency key of its own, since the caller's repetition has another one. Look before you repeat such a
	// call.
	OutcomeUnknown bool

	// Detail holds what only one vendor says; its package documents the type.
	Detail any

	cause error // scrubbed
	also  Kind  // what the HTTP status says on top of Kind
}

// Error returns one line: who, what, why, and where to ask.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s: %s", e.Vendor, e.Operation, sentinel(e.Kind).Error())
	if e.Code != "" {
		fmt.Fprintf(&b, " (code %s)", e.Code)
	}
	if e.Message != "" {
		b.WriteString(": ")
		b.WriteString(e.Message)
	}
	if e.cause != nil {
		b.WriteString(": ")
		b.WriteString(e.cause.Error())
	}
	var notes []string
	if e.HTTPStatus != 0 && e.HTTPStatus != http.StatusOK {
		notes = append(notes, fmt.Sprintf("HTTP %d", e.HTTPStatus))
	}
	if e.RequestID != "" {
		notes = append(notes, "request id "+e.RequestID)
	}
	if e.OutcomeUnknown {
		notes = append(notes, "it may have been carried out")
	}
	if e.Attempts > 1 {
		notes = append(notes, fmt.Sprintf("%d attempts, waited %s", e.Attempts, e.Waited.Round(time.Millisecond)))
	}
	if e.RetryAfter > 0 {
		notes = append(notes, fmt.Sprintf("retry after %s", e.RetryAfter))
	}
	if len(notes) > 0 {
		fmt.Fprintf(&b, " [%s]", strings.Join(notes, ", "))
	}
	return b.String()
}

// Unwrap returns what caused the failure, if it was not the vendor's answer.
func (e *Error) Unwrap() error { return e.cause }

// Is matches the error of the kind, such as ErrNotFound. A gateway's 5xx page is both ErrBadResponse and
// ErrUnavailable, a 429 without the vendor's code both ErrBadResponse and ErrRateLimited.
func (e *Error) Is(target error) bool {
	if target == ErrOutcomeUnknown {
		return e.OutcomeUnknown
	}
	kind, ok := target.(sentinel)
	return ok && (Kind(kind) == e.Kind || e.also != "" && Kind(kind) == e.also)
}

// Format prints the text for every verb, so that %#v does not walk into the cause.
func (e *Error) Format(f fmt.State, _ rune) { fmt.Fprint(f, e.Error()) }

// LogValue returns the fields as a group.
func (e *Error) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("vendor", e.Vendor), slog.String("operation", e.Operation), slog.String("kind", string(e.Kind)),
	}
	for _, a := range []slog.Attr{slog.String("code", e.Code), slog.String("message", e.Message),
		slog.String("request_id", e.RequestID)} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	if e.HTTPStatus != 0 {
		attrs = append(attrs, slog.Int("http_status", e.HTTPStatus))
	}
	if e.OutcomeUnknown {
		attrs = append(attrs, slog.Bool("outcome_unknown", true))
	}
	if e.Attempts > 1 {
		attrs = append(attrs, slog.Int("attempts", e.Attempts), slog.Duration("waited", e.Waited))
	}
	if e.cause != nil {
		attrs = append(attrs, slog.String("cause", e.cause.Error()))
	}
	return slog.GroupValue(attrs...)
}

// MarshalText returns the text, for encoding/json and others.
func (e *Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// KindOf is what the document says a code means in answer to an operation: what the operation says of it, or else what
// the list of codes says. It is "" for a code of which the document says nothing; a Failure of that kind takes the one
// that its HTTP status says.
func KindOf[C interface {
	~int64
	Kind() Kind
}](op *wire.Operation, code C) Kind {
	if kind, ok := op.KindOf(int64(code)); ok {
		return kind
	}
	return code.Kind()
}

// kindOfStatus is what an HTTP status says when the vendor's code says nothing.
func kindOfStatus(status int) Kind {
	switch {
	case status == http.StatusUnauthorized:
		return KindUnauthenticated
	case status == http.StatusForbidden:
		return KindPermission
	case status == http.StatusNotFound:
		return KindNotFound
	case status == http.StatusConflict:
		return KindConflict
	case status == http.StatusTooManyRequests:
		return KindRateLimited
	case status >= 500:
		return KindUnavailable
	case status >= 400:
		return KindInvalidArgument
	default:
		return KindUnknown
	}
}

// ended is why ctx is over, nil while it is not. errors.Is finds context.Canceled or context.DeadlineExceeded in it
// also when the caller gave a cause of its own.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// canceled tells whether err came from a context that ended.
func canceled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
