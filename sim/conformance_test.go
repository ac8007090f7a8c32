package sim_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/sim"
	"github.com/roster-go/roster/specs"
	"github.com/stretchr/testify/require"
)

// documents holds the answers' schemas of the vendors' documents by operationId, read once.
type documents struct {
	once    sync.Once
	err     error
	schemas map[string]*openapi3.Schema
}

// read loads a vendor's document and seals it: members that it does not name become errors.
func (d *documents) read(vendor string) {
	text, err := specs.FS.ReadFile(vendor + ".yaml")
	if err != nil {
		d.err = err
		return
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		d.err = err
		return
	}
	for _, ref := range doc.Components.Schemas {
		if len(ref.Value.Properties) > 0 {
			ref.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: new(false)}
		}
	}
	d.schemas = make(map[string]*openapi3.Schema)
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if rsp := op.Responses.Value("200"); rsp != nil {
				if media := rsp.Value.Content.Get("application/json"); media != nil {
					d.schemas[op.OperationID] = media.Schema.Value
				}
			}
		}
	}
}

// conforms holds an answer against the vendor's document.
func (d *documents) conforms(t *testing.T, vendor, operation, body string) {
	t.Helper()
	d.once.Do(func() { d.read(vendor) })
	require.NoError(t, d.err)
	schema := d.schemas[operation]
	require.NotNil(t, schema, operation)
	var v any
	require.NoError(t, json.Unmarshal([]byte(body), &v))
	require.NoError(t, schema.VisitJSON(v), "%s: %s", operation, strings.TrimSpace(body))
}

// Whatever the simulator shows, oddities included, must be what the document says of the wire.
func TestWeComAnswersConformToTheDocument(t *testing.T) {
	var docs documents
	srv := sim.Serve(t)
	app, provider, contact := appOf(t, srv), providerOf(t, srv), contactOf(t, srv)
	check := func(operation string, r reply) { docs.conforms(t, sim.VendorWeCom, operation, r.text) }
	check("GetUserList", app.get("/user/list", "department_id", "1", "fetch_child", "1").ok())
	check("GetUserList", provider.get("/user/list", "department_id", "1", "fetch_child", "1").ok())
	check("GetUserSimplelist", app.get("/user/simplelist", "department_id", "1", "fetch_child", "1").ok())
	check("ListDepartment", app.get("/department/list").ok())
	check("ListDepartmentSimple", contact.get("/department/simplelist").ok())
	check("ListUserId", contact.post("/user/list_id", `{"limit":10000}`).ok())
	for _, p := range srv.Organisation().People()[:100] {
		check("GetUser", app.get("/user/get", "userid", p.UserID).ok())
	}
}
