package specs_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/specs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// fact is what the vendor's own description says of one key.
type fact struct {
	route, place  string
	path          []string // names; an entry of a list is "[]"
	required      bool
	kind          string // "": not said
	enum          []string
	limits        map[string]string
	limitsOfArray bool // limits and required are the list's, kind and enum its entries'
}

// facts reads the description.
func facts(t *testing.T) []fact {
	t.Helper()
	var all []fact
	var route string
	for _, line := range lines(t, "testdata/wps-machine.tsv") {
		place, text, ok := strings.Cut(strings.TrimPrefix(line, "\t"), "\t")
		if !strings.HasPrefix(line, "\t") || !ok {
			route = line
			continue
		}
		f := fact{route: route, place: place, limits: map[string]string{}}
		text = strings.TrimPrefix(text, "query ")
		text = strings.TrimPrefix(text, "path ")
		name, rest, _ := strings.Cut(text, " ")
		name, kind, typed := strings.Cut(name, ":")
		if !typed {
			// a list: its limits, then the type of what is in it
			rest, kind, typed = strings.Cut(rest, ":")
			f.limitsOfArray = true
			if typed {
				kind, f.enum = kindAndEnum(kind)
			}
		}
		f.kind = kind
		name, f.required = strings.CutSuffix(name, "!")
		f.limitsOfArray = f.limitsOfArray || strings.HasSuffix(name, "[]") && typed && kind != "object"
		for _, word := range strings.Fields(rest) {
			if strings.HasPrefix(word, "{") {
				_, f.enum = kindAndEnum(" " + word)
				continue
			}
			key, value, _ := strings.Cut(word, "=")
			f.limits[key] = value
		}
		for _, part := range strings.Split(name, ".") {
			part, list := strings.CutSuffix(part, "[]")
			f.path = append(f.path, part)
			if list {
				f.path = append(f.path, "[]")
			}
		}
		all = append(all, f)
	}
	require.Len(t, all, 929)
	return all
}

func kindAndEnum(text string) (kind string, enum []string) {
	kind, list, ok := strings.Cut(text, " {")
	if ok {
		enum = strings.Split(strings.TrimSuffix(list, "}"), "|")
	}
	return kind, enum
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return slices.DeleteFunc(strings.Split(strings.TrimSpace(string(data)), "\n"),
		func(line string) bool { return strings.HasPrefix(line, "#") })
}

// found is where a fact stands in the document: the key's own schema, and that of its entries if it is a list.
type found struct {
	key, entry *openapi3.Schema
	required   bool
}

func find(op *openapi3.Operation, f fact) (found, error) {
	var at *openapi3.Schema
	path := f.path
	required := false
	switch f.place {
	case "param":
		index := slices.IndexFunc(op.Parameters,
			func(p *openapi3.ParameterRef) bool { return p.Value.Name == path[0] && p.Value.In != "header" })
		if index < 0 {
			return found{}, fmt.Errorf("no parameter")
		}
		at, required, path = op.Parameters[index].Value.Schema.Value, op.Parameters[index].Value.Required, path[1:]
	case "body":
		if op.RequestBody == nil {
			return found{}, fmt.Errorf("no body")
		}
		at = op.RequestBody.Value.Content.Get("application/json").Schema.Value
	case "answer":
		at = op.Responses.Value("200").Value.Content.Get("application/json").Schema.Value
	}
	key := at
	for i, name := range path {
		if name == "[]" {
			if at.Items == nil {
				return found{}, fmt.Errorf("%v is no list", path[:i])
			}
			at = at.Items.Value
			continue
		}
		next, ok := at.Properties[name]
		if !ok {
			return found{}, fmt.Errorf("no key %s", name)
		}
		required = slices.Contains(at.Required, name)
		key, at = next.Value, next.Value
	}
	return found{key: key, entry: at, required: required}, nil
}

func limit(s *openapi3.Schema, name string) string {
	number := func(f *float64) string {
		if f == nil {
			return ""
		}
		return strconv.FormatFloat(*f, 'f', -1, 64)
	}
	count := func(n *uint64) string {
		if n == nil {
			return ""
		}
		return strconv.FormatUint(*n, 10)
	}
	switch name {
	case "minLength":
		return strconv.FormatUint(s.MinLength, 10)
	case "maxLength":
		return count(s.MaxLength)
	case "minItems":
		return strconv.FormatUint(s.MinItems, 10)
	case "maxItems":
		return count(s.MaxItems)
	case "minimum":
		return number(s.Min)
	case "maximum":
		return number(s.Max)
	case "format":
		return s.Format
	}
	return "?"
}

// The document has every key that the vendor's own description names for its routes, with type and words. Limits and
// what is demanded count in requests: an answer that goes beyond a limit is still one.
func TestWPSHasWhatTheVendorsDescriptionNames(t *testing.T) {
	doc := load(t, "wps")
	for _, f := range facts(t) {
		about := fmt.Sprintf("%s %s %s", f.route, f.place, strings.Join(f.path, "."))
		method, path, _ := strings.Cut(f.route, " ")
		item := doc.Paths.Find(path)
		if !assert.NotNil(t, item, about) || !assert.NotNil(t, item.GetOperation(method), about) {
			continue
		}
		got, err := find(item.GetOperation(method), f)
		if !assert.NoError(t, err, about) {
			continue
		}
		if f.kind != "" {
			assert.Equal(t, f.kind, (*got.entry.Type)[0], about)
		}
		for _, word := range f.enum {
			assert.Contains(t, got.entry.Enum, any(word), about)
		}
		limited := got.entry
		if f.limitsOfArray {
			limited = got.key
		}
		for name, value := range f.limits {
			switch {
			case name == "format" && !strings.HasPrefix(value, "int"), name == "default":
				// said in words
			case name == "format", f.place != "answer":
				assert.Equal(t, value, limit(limited, name), "%s %s", about, name)
			}
		}
		if f.required && f.place != "answer" {
			assert.True(t, got.required, "%s is required", about)
		}
	}
}

// Codes have the vendor's names, as Go words.
func TestWPSHasTheCodesOfTheDirectory(t *testing.T) {
	text, err := specs.FS.ReadFile("wps.yaml")
	require.NoError(t, err)
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Enum  []string
				Names []string `yaml:"x-enum-varnames"`
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &doc))
	names := map[string]string{}
	for i, code := range doc.Components.Schemas["ErrorCode"].Enum {
		names[code] = doc.Components.Schemas["ErrorCode"].Names[i]
	}
	described := lines(t, "testdata/wps-codes.tsv")
	assert.Len(t, described, 285)
	for _, line := range described {
		code, name, _ := strings.Cut(line, "\t")
		assert.True(t, strings.EqualFold(name, names[code]), "%s is called %s, not %q", code, name, names[code])
		delete(names, code)
	}
	assert.ElementsMatch(t, []string{"401", "403", "400401", "400403", "400001001", "400001005", "400008018",
		"400010018", "400411340"}, slices.Collect(maps.Keys(names)), "what only others have told")
}
