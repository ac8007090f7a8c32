package specs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/specs"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

var vendors = specs.Vendors()

func load(t *testing.T, vendor string) *openapi3.T {
	t.Helper()
	data, err := specs.FS.ReadFile(vendor + ".yaml")
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(data)
	require.NoError(t, err)
	return doc
}

// operations calls f for every operation of a document.
func operations(doc *openapi3.T, f func(path, method string, op *openapi3.Operation)) {
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Value(path)
		for _, method := range slices.Sorted(maps.Keys(item.Operations())) {
			f(path, method, item.Operations()[method])
		}
	}
}

func TestDocumentsAndTheirExamplesAreValid(t *testing.T) {
	for _, vendor := range vendors {
		t.Run(vendor, func(t *testing.T) {
			doc := load(t, vendor)
			assert.Equal(t, "3.0.3", doc.OpenAPI)
			require.NoError(t, doc.Validate(context.Background(), openapi3.EnableExamplesValidation()))
		})
	}
}

// The conventions of this folder's README.
func TestEveryOperationSaysWhatTheGeneratorNeeds(t *testing.T) {
	for _, vendor := range vendors {
		t.Run(vendor, func(t *testing.T) {
			doc := load(t, vendor)
			operations(doc, func(path, method string, op *openapi3.Operation) {
				about := fmt.Sprintf("%s %s (%s)", method, path, op.OperationID)
				assert.NotEmpty(t, op.OperationID, about)
				assert.Len(t, op.Tags, 1, about)
				assert.NotEmpty(t, op.Summary, about)
				assert.NotEmpty(t, op.Description, about)
				if assert.NotNil(t, op.ExternalDocs, about) {
					assert.True(t, strings.HasPrefix(op.ExternalDocs.URL, "https://"), about)
				}
				assert.NotNil(t, op.Security, "%s: security is explicit, also where it is empty", about)
				assert.IsType(t, false, op.Extensions["x-idempotent"], about)
				for _, name := range list(op.Extensions["x-not-idempotent-with"]) {
					assert.Equal(t, true, op.Extensions["x-idempotent"], "%s: x-not-idempotent-with", about)
					assert.True(t, says(op, name), "%s: x-not-idempotent-with: nothing is called %s", about, name)
				}
				assert.NotEmpty(t, op.Extensions["x-answer"], about)
				if source, ok := op.Extensions["x-source"].(map[string]any); assert.True(t, ok, "%s: x-source", about) {
					assert.Contains(t, []any{"machine", "doc", "sdk", "peer", "seed", "guess"},
						source["confidence"], about)
					assert.NotEmpty(t, source["read"], about)
				}
				if op.Deprecated {
					assert.NotEmpty(t, op.Extensions["x-deprecated-reason"], about)
				}
				for status, response := range op.Responses.Map() {
					media := response.Value.Content.Get("application/json")
					if assert.NotNil(t, media, "%s %s: JSON", about, status) {
						assert.NotEmpty(t, media.Schema.Ref, "%s %s: a named schema", about, status)
						assert.NotEmpty(t, media.Examples, "%s %s: an example", about, status)
					}
				}
				for _, parameter := range op.Parameters {
					name := strings.ToLower(parameter.Value.Name)
					assert.NotContains(t, []string{"access_token", "authorization", "signature"}, name,
						"%s: credentials are security schemes", about)
				}
			})
		})
	}
}

// Of what makes an answer, a list or a cursor may be null or empty, and nothing else may.
func TestPresenceIsEnoughForListsAndCursorsOnly(t *testing.T) {
	cursors := []string{"next_cursor", "nextToken", "next_page_token", "page_token"}
	for _, vendor := range vendors {
		t.Run(vendor, func(t *testing.T) {
			operations(load(t, vendor), func(_, _ string, op *openapi3.Operation) {
				answer := op.Responses.Value("200").Value.Content.Get("application/json").Schema.Value
				entries, _ := op.Extensions["x-answer"].([]any)
				for _, entry := range entries {
					for alternative := range strings.SplitSeq(fmt.Sprint(entry), "|") {
						path, present := strings.CutSuffix(alternative, "?")
						names := strings.Split(path, ".")
						schema := answer
						for _, name := range names {
							property := schema.Properties[name]
							require.NotNil(t, property, "%s: x-answer names %s, which the answer does not have",
								op.OperationID, path)
							schema = property.Value
						}
						want := isList(schema) || slices.Contains(cursors, names[len(names)-1])
						assert.Equal(t, want, present, "%s: x-answer %s: lists and cursors end in a question mark, "+
							"and nothing else does", op.OperationID, alternative)
					}
				}
			})
		})
	}
}

// isList tells whether a value is a list, also one that may come as text.
func isList(s *openapi3.Schema) bool {
	return s.Type.Is("array") || slices.ContainsFunc(s.OneOf, func(alternative *openapi3.SchemaRef) bool {
		return alternative.Value.Type.Is("array")
	})
}

func TestNoAllOfAndEveryOddEnumHasNames(t *testing.T) {
	for _, vendor := range vendors {
		t.Run(vendor, func(t *testing.T) {
			doc := load(t, vendor)
			for name, ref := range doc.Components.Schemas {
				visit(t, name, ref, func(at string, s *openapi3.Schema) {
					assert.Empty(t, s.AllOf, at)
					assert.Empty(t, s.AnyOf, at)
					if len(s.Enum) == 0 {
						return
					}
					odd := slices.ContainsFunc(s.Enum, func(v any) bool {
						text, ok := v.(string)
						return !ok || text == "" ||
							strings.ContainsFunc(text, func(r rune) bool { return r > 'z' || r < '-' })
					})
					for _, beside := range []string{"x-enum-varnames", "x-enum-descriptions", "x-enum-kinds"} {
						list, ok := s.Extensions[beside].([]any)
						switch {
						case ok && len(list) != len(s.Enum):
							t.Errorf(
								"%s: enum has %d values, %s has %d: each value needs its own at the same place, in "+
									"specs/%s.yaml",
								at, len(s.Enum), beside, len(list), vendor)
						case !ok && odd && beside == "x-enum-varnames":
							t.Errorf("%s: the values are no words, so that they need x-enum-varnames, in specs/%s.yaml",
								at, vendor)
						}
					}
				})
			}
		})
	}
}

// What an error code means. The words for what this side finds, such as bad_response, are no vendor's.
var kinds = []any{
	"unknown", "unauthenticated", "permission", "not_found", "invalid_argument", "conflict", "rate_limited",
	"unavailable",
	"by_status",
}

func TestEveryErrorCodeHasAKind(t *testing.T) {
	for _, vendor := range vendors {
		t.Run(vendor, func(t *testing.T) {
			doc := load(t, vendor)
			kindOf := map[string]any{}
			for name, ref := range doc.Components.Schemas {
				list, ok := ref.Value.Extensions["x-enum-kinds"].([]any)
				if !ok {
					listed := strings.HasSuffix(name, "ErrorCode") || name == "SubCode"
					assert.False(t, listed, "%s has no x-enum-kinds", name)
					continue
				}
				require.Len(t, list, len(ref.Value.Enum), name)
				assert.Len(t, ref.Value.Extensions["x-enum-varnames"], len(ref.Value.Enum), name)
				assert.Len(t, ref.Value.Extensions["x-enum-descriptions"], len(ref.Value.Enum), name)
				for i, kind := range list {
					code := codeText(ref.Value.Enum[i])
					if code == "0" {
						assert.Equal(t, "success", kind, "%s 0", name)
					} else {
						assert.Contains(t, kinds, kind, "%s %s", name, code)
					}
					assert.Contains(t, []any{nil, kind}, kindOf[code], "%s %s has another kind in another list", name,
						code)
					kindOf[code] = kind
				}
			}
			require.Contains(t, doc.Components.Schemas, "ErrorCode")
			operations(doc, func(_, _ string, op *openapi3.Operation) {
				extension, ok := op.Extensions["x-error-kinds"]
				if !ok {
					return
				}
				list, ok := extension.([]any)
				require.True(t, ok, "%s: x-error-kinds is a list", op.OperationID)
				assert.NotEmpty(t, list, op.OperationID)
				before := math.Inf(-1)
				for _, entry := range list {
					entry, ok := entry.(map[string]any)
					require.True(t, ok, "%s: x-error-kinds: an object", op.OperationID)
					assert.Equal(t, []string{"from", "kind", "to"}, slices.Sorted(maps.Keys(entry)), op.OperationID)
					assert.Contains(t, kinds, entry["kind"], op.OperationID)
					assert.Greater(t, entry["from"], before, "%s: ranges in order, none within another", op.OperationID)
					assert.LessOrEqual(t, entry["from"], entry["to"], op.OperationID)
					before, _ = entry["to"].(float64)
				}
			})
		})
	}
}

func codeText(code any) string {
	if number, ok := code.(float64); ok {
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
	return fmt.Sprint(code)
}

// visit walks down inline schemas; what is referred to is visited under its own name.
func visit(t *testing.T, at string, ref *openapi3.SchemaRef, f func(string, *openapi3.Schema)) {
	f(at, ref.Value)
	for name, property := range ref.Value.Properties {
		if property.Ref == "" {
			visit(t, at+"."+name, property, f)
		}
	}
	if items := ref.Value.Items; items != nil && items.Ref == "" {
		visit(t, at+"[]", items, f)
	}
}

func TestRequestsAndAnswersShareNoSchema(t *testing.T) {
	for _, vendor := range vendors {
		t.Run(vendor, func(t *testing.T) {
			doc := load(t, vendor)
			check := func(about string, ref *openapi3.SchemaRef, request bool) {
				seen := map[string]bool{}
				var down func(ref *openapi3.SchemaRef)
				down = func(ref *openapi3.SchemaRef) {
					name := strings.TrimPrefix(ref.Ref, "#/components/schemas/")
					object := len(ref.Value.Properties) > 0
					if name != "" {
						if seen[name] {
							return
						}
						seen[name] = true
						if object {
							assert.Equal(t, request, ref.Value.Extensions["x-usage"] == "request", "%s: %s", about,
								name)
						}
					}
					for _, property := range ref.Value.Properties {
						down(property)
					}
					if ref.Value.Items != nil {
						down(ref.Value.Items)
					}
				}
				down(ref)
			}
			operations(doc, func(_, _ string, op *openapi3.Operation) {
				if op.RequestBody != nil {
					for _, media := range op.RequestBody.Value.Content {
						check(op.OperationID, media.Schema, true)
					}
				}
				for _, response := range op.Responses.Map() {
					for _, media := range response.Value.Content {
						check(op.OperationID, media.Schema, false)
					}
				}
			})
		})
	}
}

// Generators for other languages keep operations, schemas, parameters and responses in one file, and derive names from
// each.
func TestNoTwoNamesMeetInOtherLanguages(t *testing.T) {
	for _, vendor := range vendors {
		t.Run(vendor, func(t *testing.T) {
			doc := load(t, vendor)
			owners := map[string]string{}
			claim := func(name, owner string) {
				key := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
				assert.Emptyf(t, owners[key], "%s needs the name %s", owner, name)
				owners[key] = owner
			}
			for name := range doc.Components.Schemas {
				claim(name, "the schema "+name)
			}
			for name := range doc.Components.Parameters {
				claim(name, "the parameter "+name)
				claim(name+"Parameter", "the parameter "+name)
				assert.True(t, strings.HasSuffix(name, "Param"), "the parameter %s: its name ends with Param", name)
			}
			for name := range doc.Components.Responses {
				claim(name, "the response "+name)
				claim(name+"Response", "the response "+name)
			}
			// Bodies are <operation>Request, and nothing else may be called so.
			bodies := map[string]string{}
			operations(doc, func(_, _ string, op *openapi3.Operation) {
				if op.RequestBody == nil {
					return
				}
				for _, media := range op.RequestBody.Value.Content {
					bodies[strings.TrimPrefix(media.Schema.Ref, "#/components/schemas/")] = op.OperationID
				}
			})
			derived := []string{
				"", "Body", "Data", "Error", "Errors", "Headers", "MutationBody", "MutationError", "MutationResult",
				"Params", "Path", "PathParameters", "Query", "QueryError", "QueryParams", "QueryResult", "Response",
				"Responses", "Result", "Url", "Variables",
			}
			operations(doc, func(_, _ string, op *openapi3.Operation) {
				for _, suffix := range derived {
					claim(op.OperationID+suffix, "the operation "+op.OperationID)
				}
				for body, operation := range bodies {
					if strings.EqualFold(body, op.OperationID+"Request") {
						assert.Equal(t, op.OperationID, operation, "%s is the body of another operation", body)
					}
				}
			})
		})
	}
}

// What three operations share is a component. The description belongs to it, so that it is told in one way.
func TestNothingIsWrittenOutThreeTimes(t *testing.T) {
	for _, vendor := range vendors {
		t.Run(vendor, func(t *testing.T) {
			operationsWith := map[string][]string{}
			add := func(thing any, what, operation string) {
				text, err := json.Marshal(thing)
				require.NoError(t, err)
				key := what + " " + string(text)
				operationsWith[key] = append(operationsWith[key], operation)
			}
			operations(load(t, vendor), func(_, _ string, op *openapi3.Operation) {
				for _, parameter := range op.Parameters {
					if parameter.Ref == "" {
						add(parameter.Value, "parameter", op.OperationID)
					}
				}
				for status, response := range op.Responses.Map() {
					if response.Ref == "" {
						add(response.Value, "response "+status, op.OperationID)
					}
				}
			})
			for what, which := range operationsWith {
				assert.Less(t, len(which), 3, "%s, in %s: name it under components", what, strings.Join(which, ", "))
			}
		})
	}
}

func ExampleFS() {
	entries, _ := specs.FS.ReadDir(".")
	for _, entry := range entries {
		fmt.Println(entry.Name())
	}
	// Output:
	// dingtalk.yaml
	// feishu.yaml
	// wecom.yaml
	// wps.yaml
}

// list is the extension's value as texts; nothing for one that is absent.
func list(extension any) []string {
	values, _ := extension.([]any)
	var texts []string
	for _, value := range values {
		texts = append(texts, fmt.Sprint(value))
	}
	return texts
}

// says tells whether an operation takes a query parameter or a member of its body of that name.
func says(op *openapi3.Operation, name string) bool {
	if op.Parameters.GetByInAndName("query", name) != nil {
		return true
	}
	if op.RequestBody == nil {
		return false
	}
	media := op.RequestBody.Value.Content.Get("application/json")
	return media != nil && media.Schema.Value.Properties[name] != nil
}

// Which permission opens which field: no scope that the document does not know, no rule that the README does not have,
// and nothing without a source.
func TestFieldsThatNotEveryAppGets(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, rule := range wire.FieldRules() {
		assert.Contains(t, string(readme), "\n| `"+string(rule)+"` | ")
	}
	tables := map[string]struct {
		fields      []wire.FieldAccess
		permissions []wire.Permission
	}{
		"wecom":    {wecomapi.FieldAccess(), wecomapi.Permissions()},
		"dingtalk": {dingtalkapi.FieldAccess(), dingtalkapi.Permissions()},
		"feishu":   {feishuapi.FieldAccess(), feishuapi.Permissions()},
		"wps":      {wpsapi.FieldAccess(), wpsapi.Permissions()},
	}
	for _, vendor := range vendors {
		t.Run(vendor, func(t *testing.T) {
			doc, table := load(t, vendor), tables[vendor]
			require.NotEmpty(t, table.fields)
			usable, used := make(map[string]bool), make(map[string]bool)
			for _, p := range table.permissions {
				assert.False(t, usable[p.Name], "%s is there twice", p.Name)
				usable[p.Name] = true
			}
			operations(doc, func(_, _ string, op *openapi3.Operation) {
				for _, scope := range list(op.Extensions["x-scopes"]) {
					usable[scope], used[scope] = true, true
				}
			})
			for _, f := range table.fields {
				name, property, _ := strings.Cut(f.Field, ".")
				schema := doc.Components.Schemas[name]
				require.NotNil(t, schema, f.Field)
				assert.NotEqual(t, "request", schema.Value.Extensions["x-usage"], "%s: of answers only", f.Field)
				assert.Contains(t, schema.Value.Properties, property, f.Field)
				assert.Contains(t, []string{"machine", "doc", "sdk", "peer", "seed", "guess"}, f.Confidence, f.Field)
				for _, scope := range f.Scopes {
					assert.True(t, usable[scope], "%s: the document does not list the permission %s", f.Field, scope)
					used[scope] = true
				}
				for _, rule := range f.Rules {
					assert.Contains(t, wire.FieldRules(), rule, f.Field)
				}
			}
			for _, p := range table.permissions {
				assert.True(t, used[p.Name], "x-permissions: nothing needs %s", p.Name)
			}
		})
	}
}

// Readers of OpenAPI 3.0 pass over what stands beside a $ref: nothing may stand there but what ours alone reads.
func TestBesideReferencesStandsWhatOthersMayPassOver(t *testing.T) {
	var walk func(vendor string, node *yaml.Node)
	walk = func(vendor string, node *yaml.Node) {
		if node.Kind == yaml.MappingNode && slices.ContainsFunc(node.Content,
			func(key *yaml.Node) bool { return key.Value == "$ref" }) {
			for i := 0; i < len(node.Content); i += 2 {
				name := node.Content[i].Value
				assert.True(t, name == "$ref" || strings.HasPrefix(name, "x-field-"), "%s.yaml:%d: %s beside a $ref",
					vendor, node.Content[i].Line, name)
			}
		}
		for _, child := range node.Content {
			walk(vendor, child)
		}
	}
	for _, vendor := range vendors {
		data, err := specs.FS.ReadFile(vendor + ".yaml")
		require.NoError(t, err)
		var root yaml.Node
		require.NoError(t, yaml.Unmarshal(data, &root))
		walk(vendor, &root)
	}
}
