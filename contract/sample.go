package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/internal/samples"
)

// sampler turns exchanges into samples without personal data.
type sampler struct {
	document *document
	made     *madeUp
	secrets  *secretList
	now      time.Time
}

// newSampler returns a sampler on a document. The key decides what stands for what, and secrets may not be in a sample.
func newSampler(d *document, key []byte, secrets *secretList, now time.Time) *sampler {
	return &sampler{document: d, made: newMadeUp(key), secrets: secrets, now: now}
}

// keptHeaders say something of the vendor and nothing of a person.
func keptHeaders() []string {
	return []string{"Content-Type", "Retry-After", "X-Ogw-Ratelimit-Limit", "X-Ogw-Ratelimit-Reset"}
}

// answer is what the vendor answered.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// sample makes the file.
func (s *sampler) sample(op *operation, request samples.Request, a answer) (name string, file []byte, err error) {
	body, err := parse(a.Body)
	if err != nil || body.kind != typeObject {
		return "", nil, fmt.Errorf("the answer is %s with status %d, not a JSON object", describe(a.Body), a.Status)
	}
	d := &disguise{document: s.document, made: s.made, replaced: make(map[string]string)}
	sent := d.request(op, request)

	d.response = true
	code, ok := s.document.codeOf(&body)
	d.failed = failed(code, ok) || a.Status/100 != 2
	before := body.clone()
	d.value(op.answerSchema(a.Status), &body, standing{})
	for _, n := range d.sentences {
		// A token in its own field is to be expected. A credential in a sentence is not, and whoever reads on should know.
		if s.secrets.in([]byte(n.text)) {
			return "", nil, errors.New("the vendor's text quotes a secret")
		}
	}
	d.finish()
	if where := unreplaced(op.answerSchema(a.Status), &before, &body, d.fakes()); where != "" {
		return "", nil, fmt.Errorf("%s was not replaced", where)
	}

	received := samples.Response{Status: a.Status, Header: make(map[string]string), Body: json.RawMessage(body.encode())}
	for _, name := range keptHeaders() {
		if value := a.Header.Get(name); value != "" {
			received.Header[name] = value
		}
	}
	file, err = s.file(op, sent, received)
	if err != nil {
		return "", nil, err
	}
	if s.secrets.in(file) {
		return "", nil, errors.New("a secret is in it")
	}
	return s.caseOf(a.Status, &body), file, nil
}

// caseOf names a sample after its outcome.
func (s *sampler) caseOf(status int, body *node) string {
	code, ok := s.document.codeOf(body)
	switch {
	case failed(code, ok) && showCode(code) != "":
		return "error-" + strings.ToLower(strings.NewReplacer(".", "-", "_", "-").Replace(code))
	case failed(code, ok) || status/100 != 2:
		return fmt.Sprintf("error-%d", status)
	default:
		return "success"
	}
}

// file writes a sample as those in testdata are written.
func (s *sampler) file(op *operation, request samples.Request, response samples.Response) ([]byte, error) {
	source, err := json.Marshal(map[string]string{"confidence": "live", "read": s.now.UTC().Format(time.DateOnly)})
	if err != nil {
		return nil, err
	}
	sample := samples.Sample{Source: source, Note: "Recorded. People, ids and times are made up.", Request: request, Response: response}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(sample); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// request replaces what is personal in a request, and leaves out what is a credential.
func (d *disguise) request(op *operation, r samples.Request) samples.Request {
	out := samples.Request{Path: make(map[string]string), Query: make(map[string][]string), Header: make(map[string]string)}
	for _, p := range op.parameters {
		if namesSecret(p.name) {
			continue
		}
		if value, ok := r.Path[p.name]; ok {
			out.Path[p.name] = d.parameter(p, value)
		}
		if value, ok := r.Header[p.name]; ok {
			out.Header[p.name] = d.parameter(p, value)
		}
		for _, value := range r.Query[p.name] {
			out.Query[p.name] = append(out.Query[p.name], d.parameter(p, value))
		}
	}
	s := op.bodySchema()
	if r.Form != nil {
		out.Form = make(map[string]string)
		for name, value := range r.Form {
			if property, _ := s.property(name); !namesSecret(name) {
				out.Form[name] = d.parameter(parameter{name: name, schema: property}, value)
			}
		}
	}
	if body, err := parse(r.Body); err == nil {
		body.members = slices.DeleteFunc(body.members, func(m member) bool { return namesSecret(m.name) })
		d.value(s, &body, standing{})
		out.Body = json.RawMessage(body.encode())
	}
	return out
}

// parameter replaces one value of a path, query, header or form.
func (d *disguise) parameter(p parameter, text string) string {
	s := p.schema
	if s != nil && s.kind == "array" {
		s = s.items
	}
	n := fromText(s, text)
	d.value(s, &n, standing{name: p.name})
	if n.kind == typeString {
		return n.text
	}
	return n.encode()
}

// fakes are the made-up values.
func (d *disguise) fakes() map[string]bool {
	out := make(map[string]bool, len(d.replaced))
	for _, fake := range d.replaced {
		out[fake] = true
	}
	return out
}
