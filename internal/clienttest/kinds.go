package clienttest

import (
	"cmp"
	"fmt"
	"net/http"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/internal/samples"
	"github.com/roster-go/roster/specs"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// Refusal is how a vendor writes the codes of one list of its document.
type Refusal struct {
	List      string // the schema with x-enum-kinds
	Operation string // operationId of one that is answered so
	Response  func(code string) samples.Response
}

// A code of the document, with its kind there.
type codeKind struct{ code, kind string }

// errorKinds is what the document says of error codes.
type errorKinds struct {
	lists      map[string][]codeKind  // by schema
	operations map[string][]codeRange // by operationId
}

type codeRange struct {
	From, To int64
	Kind     string
}

// errorKinds reads the document as it stands, past everything that is generated from it.
func (s *Suite) errorKinds(t *testing.T) errorKinds {
	t.Helper()
	text, err := specs.FS.ReadFile(s.Vendor + ".yaml")
	require.NoError(t, err)
	var doc struct {
		Paths      map[string]map[string]yaml.Node
		Components struct {
			Schemas map[string]struct {
				Enum  []string
				Kinds []string `yaml:"x-enum-kinds"`
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &doc))
	all := errorKinds{lists: map[string][]codeKind{}, operations: map[string][]codeRange{}}
	for name, schema := range doc.Components.Schemas {
		for i, kind := range schema.Kinds {
			all.lists[name] = append(all.lists[name], codeKind{schema.Enum[i], kind})
		}
	}
	for _, item := range doc.Paths {
		for _, node := range item {
			var op struct {
				ID    string      `yaml:"operationId"`
				Kinds []codeRange `yaml:"x-error-kinds"`
			}
			if node.Kind == yaml.MappingNode && node.Decode(&op) == nil && op.Kinds != nil {
				all.operations[op.ID] = op.Kinds
			}
		}
	}
	return all
}

// wantKind is the kind that a caller sees for a word of the document.
func wantKind(word string, status int) clients.Kind {
	if word != "by_status" {
		return clients.Kind(word)
	}
	return map[int]clients.Kind{
		http.StatusOK: clients.KindUnknown, http.StatusBadRequest: clients.KindInvalidArgument,
	}[status]
}

// kinds has the vendor answer each code that the document lists, and compares the kind of the error with the
// document's.
func (s *Suite) kinds(t *testing.T) {
	documented := s.errorKinds(t)
	require.Len(t, s.Refusals, len(documented.lists), "each list of codes is tried in its envelope")
	for _, refusal := range s.Refusals {
		codes := documented.lists[refusal.List]
		require.NotEmpty(t, codes, refusal.List)
		refuse := s.refuser(t, s.operation(t, refusal.Operation))
		for _, c := range codes {
			if c.kind == "success" {
				continue
			}
			response := refusal.Response(c.code)
			assertKind(t, wantKind(c.kind, response.Status), c.code, refuse(response))
		}
	}
}

// kindsOfOperations tries the numbers that mean something else for some operations with all of them.
func (s *Suite) kindsOfOperations(t *testing.T) {
	documented := s.errorKinds(t)
	tried := map[string]bool{}
	for _, ranges := range documented.operations {
		for _, r := range ranges {
			for code := r.From; code <= r.To; code++ {
				tried[fmt.Sprint(code)] = true
			}
		}
	}
	general := map[string]string{}
	for _, c := range documented.lists["ErrorCode"] {
		general[c.code] = c.kind
	}
	if len(tried) == 0 {
		assert.Empty(t, withErrorKinds(s.Operations))
		return
	}
	assert.Len(t, withErrorKinds(s.Operations), len(documented.operations))
	for _, op := range s.Operations {
		refuse := s.refuser(t, op)
		for code := range tried {
			want := cmp.Or(general[code], "by_status")
			for _, r := range documented.operations[op.ID] {
				for number := r.From; number <= r.To; number++ {
					if fmt.Sprint(number) == code {
						want = r.Kind
					}
				}
			}
			for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
				response := s.Refusals[0].Response(code)
				response.Status = status
				assertKind(t, wantKind(want, status), code, refuse(response), op.ID)
			}
		}
	}
}

func withErrorKinds(operations []*wire.Operation) (with []*wire.Operation) {
	for _, op := range operations {
		if len(op.ErrorKinds) > 0 {
			with = append(with, op)
		}
	}
	return with
}

// refuser returns what calls an operation of a client whose vendor answers with a given response.
func (s *Suite) refuser(t *testing.T, op *wire.Operation) func(samples.Response) error {
	t.Helper()
	sample := s.answerable(t)[op]
	require.NotNil(t, sample, op.ID)
	var response samples.Response // calls and answers take turns
	base := s.serve(t, op, sample.Request, func(w http.ResponseWriter, _ *http.Request) { response.Write(w) })
	api := s.New(t, base,
		clients.WithRetry(clients.NoRetry), clients.WithClock(NewClock()), clients.WithLimiter(clients.NoLimit))
	method := s.method(t, api, op.ID)
	return func(next samples.Response) error {
		response = next
		_, err := method.Call(t.Context(), sample.Request)
		return err
	}
}

func assertKind(t *testing.T, want clients.Kind, code string, err error, about ...string) {
	t.Helper()
	var e *clients.Error
	if assert.ErrorAs(t, err, &e, "code %s %v", code, about) {
		assert.Equal(t, code, e.Code)
		assert.Equal(t, want, e.Kind, "code %s %v: %v", code, about, err)
	}
}
