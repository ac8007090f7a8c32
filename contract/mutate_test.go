package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/samples"
	"github.com/stretchr/testify/require"
)

// mutation is a sample's answer with one thing changed as vendors change things, and what must be reported then.
type mutation struct {
	class       string
	body        []byte
	contentType string
	pointer     string          // where it must be reported
	kinds       []contract.Kind // one of them
	also        []string        // pointers that may be reported besides: what the change takes away
}

// site is a place in an answer with the schema that the document has for it.
type site struct {
	path   []any // names and indexes from the top
	schema *openapi3.Schema
	value  any
	object bool // the value is an object that declares properties
	name   string
	parent *openapi3.Schema
}

func pointerTo(path ...any) string {
	var b strings.Builder
	for _, step := range path {
		b.WriteByte('/')
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(fmt.Sprint(step), "~", "~0"), "/", "~1"))
	}
	return b.String()
}

// sites lists all places of an answer that the document has a schema for, the answer itself included. Keys of free maps
// are data and reported as a star, so that what is below them is left out.
func sites(schema *openapi3.Schema, value any) []site {
	var all []site
	var down func(s *openapi3.Schema, v any, path []any, name string, parent *openapi3.Schema)
	down = func(s *openapi3.Schema, v any, path []any, name string, parent *openapi3.Schema) {
		all = append(all, site{slices.Clone(path), s, v, len(s.Properties) > 0, name, parent})
		s = nearest(s, v)
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				if property := s.Properties[name]; property != nil {
					down(property.Value, v[name], append(path, name), name, s)
				}
			}
		case []any:
			if s.Items != nil {
				for i := range v {
					down(s.Items.Value, v[i], append(path, i), "", nil)
				}
			}
		}
	}
	down(schema, value, nil, "", nil)
	return all
}

// nearest is the alternative of a quirk schema that a value is.
func nearest(s *openapi3.Schema, v any) *openapi3.Schema {
	for _, a := range s.OneOf {
		if _, ok := v.([]any); ok && a.Value.Type.Is("array") {
			return a.Value
		}
		if _, ok := v.(map[string]any); ok && a.Value.Type.Is("object") {
			return a.Value
		}
	}
	return s
}

func decode(t testing.TB, data []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v))
	return v
}

// edited encodes a fresh copy of the answer after edit has changed the value at path.
func edited(t testing.TB, body []byte, path []any, edit func(in any) any) []byte {
	t.Helper()
	var at func(v any, path []any) any
	at = func(v any, path []any) any {
		if len(path) == 0 {
			return edit(v)
		}
		switch step := path[0].(type) {
		case string:
			object := v.(map[string]any)
			object[step] = at(object[step], path[1:])
		case int:
			list := v.([]any)
			list[step] = at(list[step], path[1:])
		}
		return v
	}
	out, err := json.Marshal(at(decode(t, body), path))
	require.NoError(t, err)
	return out
}

// allows tells whether a schema takes a JSON type.
func allows(s *openapi3.Schema, kind string) bool {
	if s.Type == nil && len(s.OneOf) == 0 {
		return true
	}
	if kind == "null" && s.Nullable {
		return true
	}
	for _, a := range s.OneOf {
		if allows(a.Value, kind) {
			return true
		}
	}
	return s.Type.Is(kind) || kind == "integer" && s.Type.Is("number")
}

// otherType is a value of a type that the schema does not take, nil if it takes all.
func otherType(s *openapi3.Schema) any {
	for _, other := range []struct {
		kind  string
		value any
	}{{"string", "not what it was"}, {"object", map[string]any{"changed": "type"}}, {"array", []any{"changed"}},
		{"boolean", true}, {"integer", 7}} {
		if !allows(s, other.kind) {
			return other.value
		}
	}
	return nil
}

// mutations lists all changes of one sample.
func mutations(t testing.TB, op *openapi3.Operation, schema *openapi3.Schema, body []byte, code string,
	failure bool) []mutation {
	var out []mutation
	add := func(class string, body []byte, pointer string, also []string, kinds ...contract.Kind) {
		out = append(out, mutation{class: class, body: body, contentType: "application/json", pointer: pointer,
			kinds: kinds, also: also})
	}
	root := decode(t, body).(map[string]any)
	answer := answerPointers(op)
	for _, s := range sites(schema, root) {
		if s.object {
			if object, ok := s.value.(map[string]any); ok {
				for _, name := range s.schema.Required {
					if _, ok := object[name]; ok {
						without := edited(t, body, s.path,
							func(v any) any { delete(v.(map[string]any), name); return v })
						add("drop a required field", without, pointerTo(append(s.path, name)...), answer,
							contract.KindMissing)
					}
				}
				more := edited(t, body, s.path,
					func(v any) any { v.(map[string]any)["brand~new/field"] = "x"; return v })
				add("add a field", more, pointerTo(append(s.path, "brand~new/field")...), nil,
					contract.KindUndeclaredField)
			}
		}
		at := pointerTo(s.path...)
		below := append([]string{at}, answer...)
		if s.name != "" && sealedObject(s.parent) {
			to := s.name + "_renamed"
			renamed := edited(t, body, s.path[:len(s.path)-1], func(v any) any { return rename(v, s.name, to) })
			add("rename a field", renamed, pointerTo(append(slices.Clone(s.path[:len(s.path)-1]), to)...), below,
				contract.KindUndeclaredField)
			if to := swapCase(s.name); s.parent.Properties[to] == nil {
				renamed := edited(t, body, s.path[:len(s.path)-1], func(v any) any { return rename(v, s.name, to) })
				add("change the case of a name", renamed,
					pointerTo(append(slices.Clone(s.path[:len(s.path)-1]), to)...), below, contract.KindUndeclaredField)
			}
		}
		if other := otherType(s.schema); other != nil && s.value != nil {
			add("change a type", edited(t, body, s.path, func(any) any { return other }), at, answer,
				contract.KindWrongType)
		}
		if !allows(s.schema, "null") && s.value != nil {
			class := "null a value"
			switch _, list := s.value.([]any); {
			case list:
				class = "null a list"
			case s.name == "" && len(s.path) > 0:
				class = "null an item"
			}
			add(class, edited(t, body, s.path, func(any) any { return nil }), at, answer, contract.KindNull)
		}
		if len(s.schema.Enum) > 0 && s.value != nil && s.name != "errcode" && s.name != "code" {
			var beyond any = "a_new_value"
			if s.schema.Type.Is("integer") {
				beyond = 98765
			}
			add("new enum value", edited(t, body, s.path, func(any) any { return beyond }), at, nil,
				contract.KindUnknownEnum, contract.KindUndocumentedCode)
		}
	}
	for _, entry := range op.Extensions["x-answer"].([]any) {
		if failure {
			break // it has none
		}
		alternatives := strings.Split(strings.ReplaceAll(entry.(string), "?", ""), "|")
		without := edited(t, body, nil, func(v any) any {
			for _, path := range alternatives {
				drop(v, strings.Split(path, "."))
			}
			return v
		})
		add("drop what makes it an answer", without, pointerTo(toAny(strings.Split(alternatives[0], "."))...), nil,
			contract.KindMissing)
	}
	wrapped, err := json.Marshal(map[string]any{"wrapped": root})
	require.NoError(t, err)
	taken := append(answer, "/errcode", "/code")
	for _, name := range schema.Required {
		taken = append(taken, pointerTo(name))
	}
	add("wrap the envelope", wrapped, "/wrapped", taken, contract.KindUndeclaredField)
	if code != "" {
		renumbered := edited(t, body, nil, func(v any) any { v.(map[string]any)[code] = 987654; return v })
		add("new vendor code", renumbered, "/"+code, nil, contract.KindUndocumentedCode)
	}
	html := []byte("<!DOCTYPE html><html><head><title>502</title></head><body>Bad Gateway</body></html>")
	out = append(out, mutation{class: "HTML instead of JSON", body: html, contentType: "text/html; charset=utf-8",
		kinds: []contract.Kind{contract.KindNotJSON}, also: []string{""}})
	add("HTML that says it is JSON", html, "", nil, contract.KindNotJSON)
	add("cut in half", body[:len(body)/2], "", nil, contract.KindNotJSON)
	return out
}

func sealedObject(s *openapi3.Schema) bool {
	return s != nil && s.AdditionalProperties.Has != nil && !*s.AdditionalProperties.Has
}

func rename(v any, from, to string) any {
	object := v.(map[string]any)
	object[to] = object[from]
	delete(object, from)
	return object
}

func swapCase(name string) string {
	upper := strings.ToUpper(name)
	if upper == name {
		return strings.ToLower(name)
	}
	return upper
}

func drop(v any, path []string) {
	object, ok := v.(map[string]any)
	if !ok {
		return
	}
	if len(path) == 1 {
		delete(object, path[0])
		return
	}
	drop(object[path[0]], path[1:])
}

func toAny(path []string) []any {
	out := make([]any, len(path))
	for i := range path {
		out[i] = path[i]
	}
	return out
}

// answerPointers are the places where an answer without the fields that make it one is reported.
func answerPointers(op *openapi3.Operation) []string {
	var out []string
	for _, entry := range op.Extensions["x-answer"].([]any) {
		first, _, _ := strings.Cut(strings.ReplaceAll(entry.(string), "?", ""), "|")
		out = append(out, pointerTo(toAny(strings.Split(first, "."))...))
	}
	return out
}

// operationsOf are the operations of a document by their ids.
func operationsOf(doc *openapi3.T) map[string]*openapi3.Operation {
	out := make(map[string]*openapi3.Operation)
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			out[op.OperationID] = op
		}
	}
	return out
}

func answerSchema(op *openapi3.Operation) *openapi3.Schema {
	return op.Responses.Value("200").Value.Content.Get("application/json").Schema.Value
}

// failureSchema is the schema of a refusal: that of its status, or of the default entry for one in its words. Nil for
// what is no answer.
func failureSchema(op *openapi3.Operation, sample *samples.Sample) *openapi3.Schema {
	var value map[string]any
	if sample.Response.Text != nil || json.Unmarshal(sample.Response.Body, &value) != nil || len(value) == 0 {
		return nil
	}
	for _, response := range []*openapi3.ResponseRef{op.Responses.Status(sample.Response.Status),
		op.Responses.Default()} {
		if response == nil {
			continue
		}
		media := response.Value.Content.Get("application/json")
		if media == nil || media.Schema.Value.VisitJSON(value) != nil {
			continue
		}
		for _, alternative := range media.Schema.Value.OneOf {
			if alternative.Value.VisitJSON(value) == nil {
				return alternative.Value
			}
		}
		return media.Schema.Value
	}
	return nil
}

// envelopeCode is the member that carries the vendor's number in an answer.
func envelopeCode(s *openapi3.Schema) string {
	for _, name := range []string{"errcode", "code"} {
		if s.Properties[name] != nil {
			return name
		}
	}
	return ""
}

// load loads a vendor's document and the samples of those of its operations that are generated. TestLedger names the
// others.
func load(t testing.TB, vendor string) (*contract.Validator, []*samples.Sample) {
	t.Helper()
	v, all := loadAll(t, vendor)
	return v, slices.DeleteFunc(all, func(s *samples.Sample) bool {
		return !slices.Contains(v.Operations(), s.Operation) || generatedOf(vendor).operation(s.Operation) == nil
	})
}

// loadAll loads all samples, those that no other test can make anything of included.
func loadAll(t testing.TB, vendor string) (*contract.Validator, []*samples.Sample) {
	t.Helper()
	all, err := samples.Load(os.DirFS("../testdata"), vendor)
	require.NoError(t, err)
	return validator(t, vendor), all
}

type tally struct{ made, found, outages, noisy int }

func (s tally) String() string {
	return fmt.Sprintf("%6d made, %6d reported at the right place (%.2f %%), %d of them as part of an outage for "+
		"want of a code, %d with something else besides",
		s.made, s.found, 100*float64(s.found)/float64(max(1, s.made)), s.outages, s.noisy)
}

// Whatever a vendor changes in an answer is reported where it is, and nothing else is.
func TestEveryMutationOfEverySampleIsReported(t *testing.T) {
	total, classes := tally{}, map[string]*tally{}
	unmutated, clean := 0, 0
	for _, vendor := range contract.Vendors() {
		t.Run(vendor, func(t *testing.T) {
			v, all := load(t, vendor)
			operations := operationsOf(contract.Sealed(v))
			for _, sample := range all {
				op := operations[sample.Operation]
				schema := answerSchema(op)
				if !sample.Success() {
					if schema = failureSchema(op, sample); schema == nil {
						continue // it shows what is no answer
					}
				}
				unmutated++
				if findings := checkStatus(v, sample.Operation, sample.Response.Status, sample.Response.Body,
					"application/json"); len(findings) == 0 {
					clean++
				} else {
					t.Errorf("%s/%s is reported as it is: %v", sample.Operation, sample.Case, findings)
				}
				for _, m := range mutations(t, op, schema, sample.Response.Body, envelopeCode(schema),
					!sample.Success()) {
					if !sample.Success() {
						m.class = "refusal: " + m.class
					}
					if classes[m.class] == nil {
						classes[m.class] = &tally{}
					}
					found, outage, noise := judge(m, checkStatus(v, sample.Operation, sample.Response.Status, m.body,
						m.contentType))
					for _, c := range []*tally{&total, classes[m.class]} {
						c.made++
						if found {
							c.found++
						}
						if outage {
							c.outages++
						}
						if noise != "" {
							c.noisy++
						}
					}
					if !found || noise != "" {
						t.Errorf("%s/%s: %s at %q: found %v, besides %q", sample.Operation, sample.Case, m.class,
							m.pointer, found, noise)
					}
				}
			}
		})
	}
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		t.Logf("%-34s %s", class, classes[class])
	}
	t.Logf("%-34s %s", "all mutations", total)
	t.Logf("unmutated samples: %d, without a finding %d (%.2f %%)", unmutated, clean,
		100*float64(clean)/float64(max(1, unmutated)))
}

func check(v *contract.Validator, operation string, body []byte, contentType string) []contract.Finding {
	return checkStatus(v, operation, 200, body, contentType)
}

func checkStatus(v *contract.Validator, operation string, status int, body []byte,
	contentType string) []contract.Finding {
	return v.Check(contract.Exchange{Operation: operation, Response: &contract.Response{
		Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: body,
	}})
}

// judge tells whether a mutation is reported, and what is reported that has nothing to do with it. outage is true for
// what is left without a code under a status of its own: a server out of order or a gateway may have sent it as well,
// and it is reported as that, too.
func judge(m mutation, findings []contract.Finding) (found, outage bool, noise string) {
	for _, f := range findings {
		switch {
		case f.Pointer == m.pointer && slices.Contains(m.kinds, f.Kind):
			found = true
		case f.Outage && f.Kind == contract.KindMissing && noCodeLeft(m):
			outage = true
		case f.Pointer == m.pointer, slices.Contains(m.also, f.Pointer):
		default:
			noise += strconv.Quote(f.String())
		}
	}
	return found, outage, noise
}

// noCodeLeft tells whether a mutation of a refusal has taken away what says that it is one of the vendor's.
func noCodeLeft(m mutation) bool {
	if !strings.HasPrefix(m.class, "refusal: ") {
		return false
	}
	var body map[string]any
	if json.Unmarshal(m.body, &body) != nil {
		return true
	}
	for _, name := range []string{"code", "errcode"} {
		switch body[name].(type) {
		case string, float64:
			return false
		}
	}
	return true
}
