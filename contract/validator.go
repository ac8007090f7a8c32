package contract

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/roster-go/roster/contract/internal/document"
	"github.com/roster-go/roster/specs"
)

// Vendors returns the names of the vendors whose documents are embedded.
func Vendors() []string { return specs.Vendors() }

// Validator checks exchanges against one vendor's document. It is safe for concurrent use.
type Validator struct {
	document *document.Document
	settings validatorSettings
}

type validatorSettings struct {
	values      bool
	maxFindings int
	bases       []string
}

// Option is a setting of a Validator.
type Option func(*validatorSettings) error

// WithValues shows what came in Finding.Value, and names that may be data in pointers. These are people's names,
// numbers and ids: use it where nobody else reads the report.
func WithValues() Option {
	return func(s *validatorSettings) error {
		s.values = true
		return nil
	}
}

// WithBaseURL says where else the vendor is, for example a private deployment or the simulator: requests there are
// found by their whole path. Without it, a request to a host that the document does not know may have anything before a
// path of the document.
func WithBaseURL(base string) Option {
	return func(s *validatorSettings) error {
		u, err := url.Parse(base)
		if err != nil || u.Host == "" {
			return fmt.Errorf("contract: WithBaseURL: want http(s)://host[/prefix]")
		}
		s.bases = append(s.bases, base)
		return nil
	}
}

// WithMaxFindings bounds the findings of one exchange. The default is 100. Of those that differ in an index only, three
// are kept: a list of a thousand items that all have a new member is one drift. Where there are too many even so,
// breaking ones take the place of others.
func WithMaxFindings(n int) Option {
	return func(s *validatorSettings) error {
		if n <= 0 {
			return fmt.Errorf("contract: WithMaxFindings: want a positive number, got %d", n)
		}
		s.maxFindings = n
		return nil
	}
}

// NewValidator returns a Validator on the embedded document of a vendor: "wecom", "dingtalk", "feishu" or "wps". It
// reads the document, which takes 50 to 100 ms: make one and keep it.
func NewValidator(vendor string, options ...Option) (*Validator, error) {
	if !slices.Contains(Vendors(), vendor) {
		return nil, fmt.Errorf("contract: unknown vendor %q: want one of %s", vendor, strings.Join(Vendors(), ", "))
	}
	d, err := document.Embedded(vendor)
	if err != nil {
		return nil, err
	}
	return newValidator(d, options)
}

// NewDocumentValidator returns a Validator on a document of your own, in YAML or JSON: a changed copy of an embedded
// one, for example. vendor is the name that findings get.
func NewDocumentValidator(vendor string, text []byte, options ...Option) (*Validator, error) {
	d, err := document.Load(vendor, text)
	if err != nil {
		return nil, err
	}
	return newValidator(d, options)
}

func newValidator(d *document.Document, options []Option) (*Validator, error) {
	v := &Validator{document: d, settings: validatorSettings{maxFindings: 100}}
	for _, option := range options {
		if err := option(&v.settings); err != nil {
			return nil, err
		}
	}
	for _, base := range v.settings.bases {
		if u, err := url.Parse(base); err == nil {
			v.document.AddHost(u)
		}
	}
	return v, nil
}

// Vendor is the vendor's name.
func (v *Validator) Vendor() string { return v.document.Vendor }

// Operations returns the operationIds of the document, sorted.
func (v *Validator) Operations() []string { return slices.Sorted(maps.Keys(v.document.Operations)) }

// Operation returns the operationId that a name stands for: itself, or the name of the operation's Go method, in
// whatever case.
func (v *Validator) Operation(name string) (operationID string, err error) {
	op, err := v.document.Named(name)
	if err != nil {
		return "", err
	}
	return op.ID, nil
}

// Find returns the operationId of a request by its method and URL, or "".
func (v *Validator) Find(method string, u *url.URL) string {
	if u == nil {
		return ""
	}
	if op := v.document.ByPath(method, u.Host, u.EscapedPath()); op != nil {
		return op.ID
	}
	return ""
}

// Exchange is a request and its response. Either may be missing; what is there is checked.
type Exchange struct {
	// Operation is the operationId. Without it the operation is found by the request's method and URL.
	Operation string

	Request  *Request
	Response *Response
}

// Request is what was sent. Credentials may be in it or not: security is not checked.
type Request struct {
	Method string
	URL    *url.URL // may be nil if the exchange names its operation; path and query are then not checked
	Header http.Header

	// Body is what was sent, nil if it is not known.
	Body []byte
}

// Response is what came.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // decompressed
}

// Check checks an exchange against the document and returns what differs, in the order of the exchange. Nil means that
// nothing does.
func (v *Validator) Check(x Exchange) []Finding {
	c := &check{validator: v, op: v.document.Operations[x.Operation]}
	if c.op == nil && x.Operation == "" && x.Request != nil && x.Request.URL != nil {
		c.op = v.document.ByPath(x.Request.Method, x.Request.URL.Host, x.Request.URL.EscapedPath())
	}
	if c.op == nil {
		c.unknownOperation(x)
		return c.findings
	}
	if x.Request != nil {
		c.request(x.Request)
	}
	if x.Response != nil {
		c.response(x.Response)
	}
	return c.findings
}
