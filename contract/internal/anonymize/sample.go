package anonymize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/contract/internal/document"
	"github.com/roster-go/roster/internal/samples"
)

// Sampler turns exchanges into samples without personal data.
type Sampler struct {
	document *document.Document
	made     *madeUp
	secrets  *Secrets
	now      time.Time

	// Simulated says that a simulator answered, no vendor.
	Simulated bool
}

// NewSampler returns a sampler on a document. The key decides what stands for what, and secrets may not be in a sample.
func NewSampler(d *document.Document, key []byte, secrets *Secrets, now time.Time) *Sampler {
	return &Sampler{document: d, made: newMadeUp(key), secrets: secrets, now: now}
}

// keptHeaders say something of the vendor and nothing of a person.
func keptHeaders() []string {
	return []string{"Content-Type", "Retry-After", "X-Ogw-Ratelimit-Limit", "X-Ogw-Ratelimit-Reset"}
}

// Answer is what the vendor answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Sample makes the file.
func (s *Sampler) Sample(op *document.Operation, request samples.Request, a Answer) (
	name string, file []byte, err error,
) {
	body, err := document.Parse(a.Body)
	if err != nil || body.Kind != document.TypeObject {
		return "", nil, fmt.Errorf("the answer is %s with status %d, not a JSON object", document.Describe(a.Body),
			a.Status)
	}
	d := &disguise{document: s.document, made: s.made, replaced: make(map[string]string)}
	sent := d.request(op, request)

	d.response = true
	code, ok := s.document.CodeOf(&body)
	d.failed = document.Failed(code, ok) || a.Status/100 != 2
	before := body.Clone()
	d.value(op.AnswerSchema(a.Status), &body, standing{})
	for _, n := range d.sentences {
		// A token in its own field is to be expected. A credential in a sentence is not, and whoever reads on should
		// know.
		if s.secrets.in([]byte(n.Text)) {
			return "", nil, errors.New("the vendor's text quotes a secret")
		}
	}
	d.finish()
	if where := unreplaced(op.AnswerSchema(a.Status), &before, &body, d.fakes()); where != "" {
		return "", nil, fmt.Errorf("%s was not replaced", where)
	}

	received := samples.Response{Status: a.Status, Header: make(map[string]string),
		Body: json.RawMessage(body.Encode())}
	for _, name := range keptHeaders() {
		if value := a.Header.Get(name); value != "" {
			received.Header[name] = value
		}
	}
	file, err = s.file(sent, received)
	if err != nil {
		return "", nil, err
	}
	if s.secrets.in(file) {
		return "", nil, errors.New("a secret is in it")
	}
	return s.caseOf(a.Status, &body), file, nil
}

// caseOf names a sample after its outcome.
func (s *Sampler) caseOf(status int, body *document.Node) string {
	code, ok := s.document.CodeOf(body)
	switch {
	case document.Failed(code, ok) && document.ShowCode(code) != "":
		return "error-" + strings.ToLower(strings.NewReplacer(".", "-", "_", "-").Replace(code))
	case document.Failed(code, ok) || status/100 != 2:
		return fmt.Sprintf("error-%d", status)
	default:
		return "success"
	}
}

// file writes a sample as those in testdata are written.
func (s *Sampler) file(request samples.Request, response samples.Response) ([]byte, error) {
	source, err := json.Marshal(map[string]string{"confidence": s.confidence(),
		"read": s.now.UTC().Format(time.DateOnly)})
	if err != nil {
		return nil, err
	}
	sample := samples.Sample{Source: source, Note: "Recorded. People, ids and times are made up.", Request: request,
		Response: response}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(sample); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (s *Sampler) confidence() string {
	if s.Simulated {
		return "sim"
	}
	return "live"
}

// request replaces what is personal in a request, and leaves out what is a credential.
func (d *disguise) request(op *document.Operation, r samples.Request) samples.Request {
	out := samples.Request{Path: make(map[string]string), Query: make(map[string][]string),
		Header: make(map[string]string)}
	for _, p := range op.Parameters {
		if namesSecret(p.Name) {
			continue
		}
		if value, ok := r.Path[p.Name]; ok {
			out.Path[p.Name] = d.parameter(p, value)
		}
		if value, ok := r.Header[p.Name]; ok {
			out.Header[p.Name] = d.parameter(p, value)
		}
		for _, value := range r.Query[p.Name] {
			out.Query[p.Name] = append(out.Query[p.Name], d.parameter(p, value))
		}
	}
	s := op.BodySchema()
	if r.Form != nil {
		out.Form = make(map[string]string)
		for name, value := range r.Form {
			if property, _ := s.Property(name); !namesSecret(name) {
				out.Form[name] = d.parameter(document.Parameter{Name: name, Schema: property}, value)
			}
		}
	}
	if body, err := document.Parse(r.Body); err == nil {
		body.Members = slices.DeleteFunc(body.Members, func(m document.Member) bool { return namesSecret(m.Name) })
		d.value(s, &body, standing{})
		out.Body = json.RawMessage(body.Encode())
	}
	return out
}

// parameter replaces one value of a path, query, header or form.
func (d *disguise) parameter(p document.Parameter, text string) string {
	s := p.Schema
	if p.Joined {
		p.Joined = false
		entries := strings.Split(text, ",")
		for i, entry := range entries {
			entries[i] = d.parameter(p, entry)
		}
		return strings.Join(entries, ",")
	}
	if s != nil && s.Kind == "array" {
		s = s.Items
	}
	n := document.FromText(s, text)
	d.value(s, &n, standing{name: p.Name})
	if n.Kind == document.TypeString {
		return n.Text
	}
	return n.Encode()
}

// fakes are the made-up values.
func (d *disguise) fakes() map[string]bool {
	out := make(map[string]bool, len(d.replaced))
	for _, fake := range d.replaced {
		out[fake] = true
	}
	return out
}
