package sim_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/specs"
	"github.com/stretchr/testify/require"
)

// wpsDocument is the vendor's document, sealed: members that it does not name are errors.
type wpsDocument struct {
	answers map[string]*openapi3.Schema // by operationId
	failure *openapi3.Schema
	seen    map[string][2]bool // operations of which a success and a failure were seen
}

func readWPSDocument(t *testing.T) *wpsDocument {
	t.Helper()
	text, err := specs.FS.ReadFile("wps.yaml")
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	doc.Components.Schemas["ErrorCode"].Value.Enum = nil // the list is known to lack most codes
	for _, ref := range doc.Components.Schemas {
		if len(ref.Value.Properties) > 0 {
			ref.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: new(false)}
		}
	}
	d := &wpsDocument{answers: make(map[string]*openapi3.Schema), failure: doc.Components.Schemas["ErrorAnswer"].Value, seen: make(map[string][2]bool)}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			d.answers[op.OperationID] = op.Responses.Value("200").Value.Content.Get("application/json").Schema.Value
		}
	}
	return d
}

// conforms holds an answer against the document.
func (d *wpsDocument) conforms(t *testing.T, operation string, r wpsReply) {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(r.text), &v), r.text)
	schema, seen := d.answers[operation], d.seen[operation]
	if r.status != http.StatusOK {
		schema = d.failure
		seen[1] = true
	} else {
		seen[0] = true
	}
	d.seen[operation] = seen
	require.NotNil(t, schema, operation)
	require.NoError(t, schema.VisitJSON(v), "%s: %s", operation, r.text)
}
