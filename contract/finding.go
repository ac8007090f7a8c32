package contract

import (
	"log/slog"
	"strings"
)

// Kind says in which way an exchange differs from the document.
type Kind string

// The kinds of findings.
const (
	KindUndeclaredField Kind = "undeclared_field" // an object has a member that the document does not declare
	// what is required, or makes an answer of it (x-answer), is not there
	KindMissing             Kind = "missing"
	KindWrongType           Kind = "wrong_type"           // another JSON type than the document says
	KindNull                Kind = "null"                 // null where the document does not allow it
	KindWrongForm           Kind = "wrong_form"           // the right JSON type, but not the pattern, or too large
	KindOutOfBounds         Kind = "out_of_bounds"        // longer, shorter, larger or smaller than the document allows
	KindUnknownEnum         Kind = "unknown_enum"         // a value beyond the enum
	KindDuplicateField      Kind = "duplicate_field"      // an object has a member twice
	KindUndocumentedCode    Kind = "undocumented_code"    // a code of the vendor's that the document does not list
	KindUndeclaredStatus    Kind = "undeclared_status"    // an HTTP status that the document does not declare
	KindWrongContentType    Kind = "wrong_content_type"   // another media type than the document says
	KindNotJSON             Kind = "not_json"             // the body is no JSON
	KindUndeclaredOperation Kind = "undeclared_operation" // the document has no such method and path
	KindUndeclaredParameter Kind = "undeclared_parameter" // a query parameter that the document does not declare
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{
		KindUndeclaredField, KindMissing, KindWrongType, KindNull, KindWrongForm, KindOutOfBounds, KindUnknownEnum,
		KindDuplicateField, KindUndocumentedCode, KindUndeclaredStatus, KindWrongContentType, KindNotJSON,
		KindUndeclaredOperation, KindUndeclaredParameter,
	}
}

// Severity says what a finding means for a program that uses the typed Go client.
type Severity string

// The severities.
const (
	// Breaking: the client fails the call, or would give its caller something else than the vendor sent.
	Breaking Severity = "breaking"
	// Informative: the client carries on; what is new is lost to it, or kept as it came.
	Informative Severity = "informative"
)

// Part is the part of an exchange that a finding is about.
type Part string

// The parts. A pointer of a finding points into its part.
const (
	PartRequest      Part = "request"       // the exchange as a whole
	PartPath         Part = "path"          // a parameter in the path
	PartQuery        Part = "query"         // a parameter in the query
	PartHeader       Part = "header"        // a parameter in a request header
	PartRequestBody  Part = "request body"  // the request's body
	PartStatus       Part = "status"        // the HTTP status
	PartContentType  Part = "content type"  // the response's Content-Type
	PartResponseBody Part = "response body" // the response's body
)

// Finding is one way in which an exchange differs from the document. It holds no value of the exchange but two, which
// are nobody's data: the HTTP status and the vendor's code. Names of members are shown where they look like names; a
// key that may be data (of a free map, or with more than four digits, an @, a blank or letters beyond ASCII) is shown
// as "*", as is every part of a path that is not the document's.
type Finding struct {
	Vendor    string   `json:"vendor"`
	Operation string   `json:"operation,omitempty"` // operationId; empty if the document has no such operation
	Part      Part     `json:"part"`
	Pointer   string   `json:"pointer"` // JSON pointer into the part (RFC 6901); "" is the whole
	Place     string   `json:"place"`   // Pointer with "*" for every index: the same for all items of a list
	Kind      Kind     `json:"kind"`
	Severity  Severity `json:"severity"`
	Document  string   `json:"document"`        // what the document says
	Came      string   `json:"came"`            // what came: JSON types, never a value
	Note      string   `json:"note,omitempty"`  // what else there is to know
	Code      string   `json:"code,omitempty"`  // KindUndocumentedCode: the vendor's code
	Value     string   `json:"value,omitempty"` // only with WithValues: what came, as JSON, cut at 200 bytes

	// Outage marks a finding about something that is not the vendor's answer: a gateway's page, JSON of a server out of
	// order, the notice that an address is banned. It says nothing about the contract.
	Outage bool `json:"outage,omitempty"`
}

// Drift tells whether the finding is about the contract, as all are but those of an outage.
func (f Finding) Drift() bool { return !f.Outage }

// String returns one line.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.Vendor)
	if f.Operation != "" {
		b.WriteString(" " + f.Operation)
	}
	b.WriteString(": ")
	b.WriteString(f.describe())
	return b.String()
}

// describe is the line without vendor and operation.
func (f Finding) describe() string {
	var b strings.Builder
	b.WriteString(string(f.Part))
	if f.Pointer != "" {
		b.WriteString(" " + f.Pointer)
	}
	b.WriteString(": " + strings.ReplaceAll(string(f.Kind), "_", " "))
	if f.Code != "" {
		b.WriteString(" " + f.Code)
	}
	severity := string(f.Severity)
	if f.Outage {
		severity = "outage"
	}
	b.WriteString(" (" + severity + "): the document says " + f.Document + ", came " + f.Came)
	if f.Note != "" {
		b.WriteString("; " + f.Note)
	}
	if f.Value != "" {
		b.WriteString("; value " + f.Value)
	}
	return b.String()
}

// LogValue returns the fields as a group.
func (f Finding) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("vendor", f.Vendor), slog.String("operation", f.Operation), slog.String("part", string(f.Part)),
		slog.String("pointer", f.Pointer), slog.String("kind", string(f.Kind)),
		slog.String("severity", string(f.Severity)),
		slog.String("document", f.Document), slog.String("came", f.Came), slog.Bool("outage", f.Outage),
	}
	more := []slog.Attr{slog.String("note", f.Note), slog.String("code", f.Code), slog.String("value", f.Value)}
	for _, a := range more {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	return slog.GroupValue(attrs...)
}

// Drift returns the findings that are about the contract.
func Drift(findings []Finding) []Finding {
	var out []Finding
	for _, f := range findings {
		if f.Drift() {
			out = append(out, f)
		}
	}
	return out
}
