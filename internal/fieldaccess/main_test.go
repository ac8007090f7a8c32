package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/specs"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheTablesAreWhatTheDocumentsSay(t *testing.T) {
	for _, vendor := range specs.Vendors() {
		data, err := specs.FS.ReadFile(vendor + ".yaml")
		require.NoError(t, err)
		want, err := source(vendor, parse(t, string(data)))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join("..", "..", "gen", vendor+"api", "fieldaccess.gen.go"))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "run go generate")
	}
}

const document = `
openapi: 3.0.3
info: {title: t, version: "1"}
paths: {}
x-permissions: [{name: phone, title: 手机号}]
components:
  schemas:
    Gender: {type: string, x-field-scopes: [what stands behind a reference belongs to nobody]}
    Person:
      type: object
      x-field-source: {confidence: doc, read: "2026-01"}
      properties:
        id: {type: string}
        other: {$ref: "#/components/schemas/Gender"}
        gender: {$ref: "#/components/schemas/Gender", x-field-rules: [own-app]}
        phone: {type: string, x-field-scopes: [phone, all], x-field-source: {confidence: guess, read: "2026-01"}}
`

func TestFields(t *testing.T) {
	doc := parse(t, document)
	fields, err := fieldsOf(doc)
	require.NoError(t, err)
	assert.Equal(t, []wire.FieldAccess{
		{Field: "Person.gender", Rules: []wire.FieldRule{wire.FieldOwnApp}, Confidence: "doc"},
		{Field: "Person.phone", Scopes: []string{"phone", "all"}, Confidence: "guess"},
	}, fields)
	permissions, err := permissionsOf(doc)
	require.NoError(t, err)
	assert.Equal(t, []wire.Permission{{Name: "phone", Title: "手机号"}}, permissions)

	delete(doc.Components.Schemas["Person"].Value.Extensions, "x-field-source")
	_, err = fieldsOf(doc)
	require.ErrorContains(t, err, "Person.gender: neither the property nor its schema has an x-field-source")
	doc.Extensions["x-permissions"] = []any{map[string]any{"name": "phone"}}
	_, err = permissionsOf(doc)
	require.ErrorContains(t, err, "lacks name or title")
}

func parse(t *testing.T, text string) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	require.NoError(t, err)
	return doc
}
