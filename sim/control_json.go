package sim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// faultJSON is a Fault as the control interface reads and writes it.
type faultJSON struct {
	Kind        FaultKind     `json:"kind"`
	Skip        int           `json:"skip,omitempty"`
	Times       int           `json:"times,omitempty"`
	Status      int           `json:"status,omitempty"`
	RetryAfter  duration      `json:"retry_after,omitzero"`
	Code        string        `json:"code,omitempty"`
	Message     string        `json:"message,omitempty"`
	Location    string        `json:"location,omitempty"`
	Interval    duration      `json:"interval,omitzero"`
	Bytes       int64         `json:"bytes,omitempty"`
	ContentType string        `json:"content_type,omitempty"`
	Field       string        `json:"field,omitempty"`
	Person      string        `json:"person,omitempty"`
	From        DepartmentKey `json:"from,omitempty"`
	To          DepartmentKey `json:"to,omitempty"`
}

func faultJSONOf(f Fault) faultJSON {
	return faultJSON{Kind: f.Kind, Skip: f.Skip, Times: f.Times, Status: f.Status, RetryAfter: duration(f.RetryAfter),
		Code: f.Code, Message: f.Message, Location: f.Location, Interval: duration(f.Interval), Bytes: f.Bytes,
		ContentType: f.ContentType, Field: f.Field, Person: f.Person, From: f.From, To: f.To}
}

func (f faultJSON) fault() Fault {
	return Fault{Kind: f.Kind, Skip: f.Skip, Times: f.Times, Status: f.Status, RetryAfter: time.Duration(f.RetryAfter),
		Code: f.Code, Message: f.Message, Location: f.Location, Interval: time.Duration(f.Interval), Bytes: f.Bytes,
		ContentType: f.ContentType, Field: f.Field, Person: f.Person, From: f.From, To: f.To}
}

// check refuses what is no fault, and what net/http would not send.
func (f faultJSON) check() error {
	switch {
	case !slices.Contains(FaultKinds(), f.Kind):
		return fmt.Errorf("kind %q: there are %q", f.Kind, FaultKinds())
	case f.Skip < 0 || f.Times < 0 || f.Bytes < 0 || f.RetryAfter < 0 || f.Interval < 0:
		return fmt.Errorf("skip, times, bytes, retry_after, interval: want none below zero")
	case f.Status != 0 && (f.Status < http.StatusOK || f.Status > 599):
		return fmt.Errorf("status %d: want one from 200 to 599", f.Status)
	default:
		return nil
	}
}

// duration is written as in Go: "90s", "2h".
type duration time.Duration

func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = duration(parsed)
	return err
}

func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// requestJSON is a Request as the control interface writes it: its body is a text.
type requestJSON struct {
	Operation string      `json:"operation"`
	Method    string      `json:"method"`
	Path      string      `json:"path"`
	Query     url.Values  `json:"query"`
	Header    http.Header `json:"header"`
	Body      string      `json:"body,omitempty"`
	Time      time.Time   `json:"time"`
	Status    int         `json:"status"`
	Fault     FaultKind   `json:"fault,omitempty"`
}

func requestJSONOf(r Request) requestJSON {
	return requestJSON{Operation: r.Operation, Method: r.Method, Path: r.Path, Query: r.Query, Header: r.Header,
		Body: string(r.Body), Time: r.Time, Status: r.Status, Fault: r.Fault}
}
