package document

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/specs"
)

// Document is a vendor's OpenAPI document, made ready for checks.
type Document struct {
	Vendor      string
	Sealed      *openapi3.T           // the document as it was read, and sealed
	Operations  map[string]*Operation // by operationId
	routes      []*Operation          // the most literal paths first
	hosts       map[string]host       // where the vendor is known to be
	words       map[string]bool       // literal parts of paths: what may be shown of a path
	Credentials map[string]bool       // query parameters of the security schemes
	Codes       map[string][]*Schema  // lists of codes, by the member that holds one
	Fields      map[string]bool       // names of all fields of all schemas, in lower case
}

// host is a place where the vendor is.
type host struct {
	prefix string // what stands before the document's paths
	own    bool   // it is one of the document's servers, so that only the operations of that server are there
}

// Operation is what the document says of one operation.
type Operation struct {
	ID, Method, Path string
	segments         []string // of path; "{name}" for a parameter
	literal          int      // how many of them are no parameters
	host             string   // of the operation's server
	prefix           string   // of that server's path
	Answer           []string // x-answer
	Parameters       []Parameter
	Bodies           map[string]*Schema            // by media type
	BodyRequired     bool                          // of the request
	Responses        map[string]map[string]*Schema // by status, then media type
}

// Parameter is a parameter in a path, query or header.
type Parameter struct {
	In, Name string
	Required bool
	Joined   bool // a list stands in one value, with commas between its entries
	Schema   *Schema
}

// Embedded reads the embedded document of a vendor. It is taken to be valid: a test of package specs holds that.
func Embedded(vendor string) (*Document, error) {
	text, err := specs.FS.ReadFile(vendor + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	doc, err := read(vendor, text)
	if err != nil {
		return nil, err
	}
	return compile(vendor, doc)
}

// Load reads a document and finds out whether it is valid. vendor is the name that findings get.
func Load(vendor string, text []byte) (*Document, error) {
	doc, err := read(vendor, text)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("contract: the document of %s is not valid: %w", vendor, err)
	}
	return compile(vendor, doc)
}

func read(vendor string, text []byte) (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("contract: the document of %s cannot be read: %w", vendor, err)
	}
	return doc, nil
}

// compile seals a document and makes it ready.
func compile(vendor string, doc *openapi3.T) (*Document, error) {
	seal(doc)
	d := &Document{
		Vendor: vendor, Sealed: doc, Operations: make(map[string]*Operation), hosts: make(map[string]host),
		words:       make(map[string]bool),
		Credentials: make(map[string]bool), Codes: make(map[string][]*Schema), Fields: make(map[string]bool),
	}
	c := &compiler{done: make(map[*openapi3.Schema]*Schema)}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Value(path)
		for _, method := range slices.Sorted(maps.Keys(item.Operations())) {
			op, err := c.operation(doc, path, method, item)
			if err != nil {
				return nil, fmt.Errorf("contract: %s: %s %s: %w", vendor, method, path, err)
			}
			d.add(op)
		}
	}
	// Paths with more literal parts first, so that /users/batch is not taken for a user called batch.
	slices.SortStableFunc(d.routes, func(a, b *Operation) int {
		if len(a.segments) != len(b.segments) {
			return len(b.segments) - len(a.segments)
		}
		return b.literal - a.literal
	})
	if err := d.readComponents(c, doc); err != nil {
		return nil, fmt.Errorf("contract: %s: %w", vendor, err)
	}
	for _, s := range c.done {
		for name := range s.Folded {
			d.Fields[name] = true
		}
	}
	return d, nil
}

func (d *Document) add(op *Operation) {
	d.Operations[op.ID] = op
	d.routes = append(d.routes, op)
	if op.host != "" {
		d.hosts[op.host] = host{prefix: op.prefix, own: true}
	}
	for _, s := range append(op.segments, splitPath(op.prefix)...) {
		if !isParameter(s) {
			d.words[s] = true
		}
	}
}

// AddHost says where else the vendor is.
func (d *Document) AddHost(base *url.URL) {
	d.hosts[base.Host] = host{prefix: strings.TrimRight(base.EscapedPath(), "/")}
}

// Knows tells whether the vendor is at a host.
func (d *Document) Knows(name string) bool {
	_, ok := d.hosts[name]
	return ok
}

// seal gives every response object that declares properties no others. Objects that say themselves what else they hold
// are left alone.
func seal(doc *openapi3.T) {
	seen := make(map[*openapi3.Schema]bool)
	var down func(ref *openapi3.SchemaRef)
	down = func(ref *openapi3.SchemaRef) {
		if ref == nil || ref.Value == nil || seen[ref.Value] {
			return
		}
		s := ref.Value
		seen[s] = true
		if len(s.Properties) > 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
			s.AdditionalProperties.Has = new(false)
		}
		for _, property := range s.Properties {
			down(property)
		}
		for _, alternative := range s.OneOf {
			down(alternative)
		}
		down(s.Items)
		down(s.AdditionalProperties.Schema)
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, response := range op.Responses.Map() {
				for _, media := range response.Value.Content {
					down(media.Schema)
				}
			}
		}
	}
}

func (c *compiler) operation(doc *openapi3.T, path, method string, item *openapi3.PathItem) (*Operation, error) {
	from := item.Operations()[method]
	op := &Operation{
		ID: from.OperationID, Method: method, Path: path, segments: splitPath(path),
		Bodies: make(map[string]*Schema), Responses: make(map[string]map[string]*Schema),
	}
	for _, s := range op.segments {
		if !isParameter(s) {
			op.literal++
		}
	}
	servers := doc.Servers
	if from.Servers != nil {
		servers = *from.Servers
	}
	if len(servers) > 0 {
		if u, err := url.Parse(servers[0].URL); err == nil {
			op.host, op.prefix = u.Host, strings.TrimRight(u.Path, "/")
		}
	}
	if entries, ok := from.Extensions["x-answer"].([]any); ok {
		for _, entry := range entries {
			op.Answer = append(op.Answer, fmt.Sprint(entry))
		}
	}
	return op, c.content(op, item, from)
}

func (c *compiler) content(op *Operation, item *openapi3.PathItem, from *openapi3.Operation) error {
	for _, ref := range append(slices.Clone(item.Parameters), from.Parameters...) {
		s, err := c.compile(ref.Value.Schema)
		if err != nil {
			return err
		}
		joined := ref.Value.In == "query" && ref.Value.Explode != nil && !*ref.Value.Explode
		op.Parameters = append(op.Parameters, Parameter{ref.Value.In, ref.Value.Name, ref.Value.Required, joined, s})
	}
	if from.RequestBody != nil {
		op.BodyRequired = from.RequestBody.Value.Required
		for name, media := range from.RequestBody.Value.Content {
			s, err := c.compile(media.Schema)
			if err != nil {
				return err
			}
			op.Bodies[name] = s
		}
	}
	for status, response := range from.Responses.Map() {
		op.Responses[status] = make(map[string]*Schema)
		for name, media := range response.Value.Content {
			s, err := c.compile(media.Schema)
			if err != nil {
				return err
			}
			op.Responses[status][name] = s
		}
	}
	return nil
}

// readComponents reads what stands in the document beside its operations.
func (d *Document) readComponents(c *compiler, doc *openapi3.T) error {
	if doc.Components == nil {
		return nil
	}
	for _, scheme := range doc.Components.SecuritySchemes {
		if scheme.Value != nil && scheme.Value.In == openapi3.ParameterInQuery {
			d.Credentials[scheme.Value.Name] = true
		}
		if scheme.Value != nil && scheme.Value.Name == "signature" {
			// A signature comes with what was signed: the document's text names these, the scheme has no place for
			// them.
			for _, name := range []string{"accessKey", "timestamp", "suiteTicket"} {
				d.Credentials[name] = true
			}
		}
	}
	// Where the vendor has codes in words besides its numbers, "code" holds the words and "errcode" the numbers.
	lists := map[string][]string{"errcode": {"ErrorCode"}, "code": {"ErrorCode"}, "sub_code": {"SubCode", "ErrorCode"}}
	if doc.Components.Schemas["NewHostErrorCode"] != nil {
		lists["code"] = []string{"NewHostErrorCode"}
	}
	for member, names := range lists {
		for _, name := range names {
			ref := doc.Components.Schemas[name]
			if ref == nil {
				continue
			}
			s, err := c.compile(ref)
			if err != nil {
				return err
			}
			if s.name == "" {
				s.name = name // compiled from its own entry, which has no reference to be named by
			}
			d.Codes[member] = append(d.Codes[member], s)
		}
	}
	return nil
}

func splitPath(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// isParameter tells whether a segment of a path template stands for a value.
func isParameter(segment string) bool {
	return strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}")
}

// Named finds an operation by its operationId, or by its Go method's name, which differs from it in case only.
func (d *Document) Named(name string) (*Operation, error) {
	if op := d.Operations[name]; op != nil {
		return op, nil
	}
	var near []string
	for _, id := range slices.Sorted(maps.Keys(d.Operations)) {
		switch asked := strings.ToLower(name); {
		case strings.ToLower(id) == asked:
			return d.Operations[id], nil
		case len(asked) >= 3 && strings.Contains(strings.ToLower(id), asked),
			strings.Contains(asked, strings.ToLower(id)):
			near = append(near, id)
		}
	}
	hint := ""
	if len(near) > 0 {
		hint = ": did you mean " + strings.Join(near[:min(len(near), 5)], ", ") + "?"
	}
	return nil, fmt.Errorf("contract: the document of %s has no operation %q%s", d.Vendor, name, hint)
}
