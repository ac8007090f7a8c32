package clients

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/roster-go/roster/wire"
)

// judge decides what a reply is, and decodes it into out if it is a success.
func (c *Client) judge(r *Reply, out any) outcome {
	if r.Status >= 300 && r.Status < 400 {
		message := errRedirect.Error()
		if to, err := url.Parse(r.Header.Get("Location")); err == nil && to.Host != "" {
			message += " (it points to the host " + to.Host + ")"
		}
		return outcome{err: &Error{Kind: KindBadResponse, HTTPStatus: r.Status, Message: message}, unknown: true}
	}
	r.Body = bytes.TrimSpace(bytes.TrimPrefix(r.Body, []byte("\xef\xbb\xbf")))
	if len(r.Body) == 0 || r.Body[0] != '{' {
		o := c.badResponse(r, "want a JSON object, got "+describe(r))
		if len(r.Body) == 0 || r.Body[0] == '<' {
			o.onceMore(r)
		}
		return o
	}
	if f := c.vendor.Classify(r); f != nil {
		return c.failure(r, f)
	}
	if r.Status < 200 || r.Status > 299 {
		return c.badResponse(r, "an error status with JSON that carries no code of the vendor's")
	}
	err := c.decode(r.Operation, r.Body, out)
	if malformed(err) && repair(r) {
		err = c.decode(r.Operation, r.Body, out)
	}
	if err != nil {
		o := c.badResponse(r, decodeMessage(r.Body, err))
		if malformed(err) {
			o.onceMore(r)
		}
		return o
	}
	if missing := wire.Missing(r.Body, r.Operation.Answer); missing != "" {
		return c.badResponse(r, "the answer lacks "+strings.ReplaceAll(missing, "|", " or "))
	}
	return outcome{}
}

// failure is a reply in which the vendor says no.
func (c *Client) failure(r *Reply, f *Failure) outcome {
	if err := syntax(r.Body); err != nil && !(repair(r) && json.Valid(r.Body)) {
		o := c.badResponse(r, decodeMessage(r.Body, err))
		o.onceMore(r)
		return o
	}
	e := &Error{Kind: f.Kind, Code: cut(f.Code), Message: cut(f.Message), RequestID: cut(f.RequestID),
		HTTPStatus: r.Status, Detail: f.Detail}
	if e.Kind == "" {
		e.Kind = kindOfStatus(r.Status)
	}
	wait := max(f.Wait, RetryAfter(r.Header, c.set.clock.Now()))
	if f.Replay == ReplayLater || f.Kind == KindRateLimited || r.Status == http.StatusServiceUnavailable {
		e.RetryAfter = wait
	}
	// A code that says what is wrong is a refusal under any status; "system busy" and the like are none.
	unknown := f.Replay == ReplayIfIdempotent || f.Replay == ReplayNever && r.Status >= 500 &&
		(e.Kind == KindUnavailable || e.Kind == KindUnknown)
	return outcome{err: e, replay: f.Replay, wait: wait, tries: f.Tries, unknown: unknown}
}

// badResponse is a reply that is not an answer. Behind a 401, 429 or 5xx there may be a gateway that will pass the next
// attempt; other statuses say nothing, since a foreign 404 is no user who does not exist.
func (c *Client) badResponse(r *Reply, message string) outcome {
	o := outcome{err: &Error{Kind: KindBadResponse, HTTPStatus: r.Status, Message: message}}
	switch {
	case r.Status == http.StatusUnauthorized:
		o.replay = ReplayFreshToken // gateways refuse tokens in words of their own
	case r.Status == http.StatusTooManyRequests:
		o.err.also, o.replay = KindRateLimited, ReplayLater
	case r.Status >= 500:
		o.err.also, o.replay = KindUnavailable, ReplayIfIdempotent
	}
	if r.Status == http.StatusTooManyRequests || r.Status == http.StatusServiceUnavailable {
		o.wait = RetryAfter(r.Header, c.set.clock.Now())
		o.err.RetryAfter = o.wait
	}
	o.unknown = r.Status < 400 || r.Status >= 500 || r.Status == http.StatusRequestTimeout
	return o
}

// onceMore has an idempotent call repeated once whose answer is garbage under a status of success: a proxy's page, or
// nothing at all, is often gone a moment later.
func (o *outcome) onceMore(r *Reply) {
	if r.Status >= 200 && r.Status < 300 {
		o.replay, o.tries = ReplayIfIdempotent, 2
	}
}

// describe says what a body is without quoting it: it may hold anything.
func describe(r *Reply) string {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch {
	case len(r.Body) == 0:
		return "an empty body"
	case r.Body[0] == '<':
		return "a page of HTML or XML, as a gateway or proxy sends it"
	case kind != "" && len(kind) < 64:
		return fmt.Sprintf("%d bytes of %q that begin otherwise", len(r.Body), kind)
	default:
		return fmt.Sprintf("%d bytes that begin otherwise", len(r.Body))
	}
}

// decodeMessage says where an answer does not fit, without the value: values are personal data.
func decodeMessage(body []byte, err error) string {
	var mismatch *json.UnmarshalTypeError
	var format wire.FormatError
	var bad *json.SyntaxError
	switch {
	case errors.As(err, &mismatch):
		kind, _, _ := strings.Cut(mismatch.Value, " ")
		return fmt.Sprintf("the answer's %s is a JSON %s, want a Go %s", mismatch.Field, kind, mismatch.Type)
	case errors.As(err, &format):
		return "a value of the answer has the wrong form: " + format.Error()
	case errors.As(err, &bad):
		return "malformed JSON " + place(body, bad.Offset)
	case errors.Is(err, errDecoder):
		return err.Error()
	default:
		return "malformed JSON"
	}
}
