package specfmt

import "slices"

// A kind is what stands at one place of a document. It tells the order of its keys and what its values are. What has no
// kind is plain data: it keeps the order of its keys.
type kind struct {
	order  []string         // the keys in the order they are written; "*" is the place of all others
	fields map[string]*kind // what stands under a key
	each   *kind            // what stands under the keys that fields do not name, or in the entries of a list
	block  bool             // never written on one line
	spaced bool             // a blank line between two entries
	spaces []string         // the keys that have a blank line above them
	opens  []string         // keys whose presence keeps the whole from standing on one line
}

// documentKind returns the kind of the document that begins with these keys.
func documentKind(keys []string) *kind {
	for _, key := range keys {
		switch key {
		case "openapi":
			return openAPI()
		case "overlay":
			return overlay()
		case "founding":
			return ledger()
		}
	}
	return &kind{block: true}
}

// ledger is specs/coverage.yaml.
func ledger() *kind {
	lines := &kind{block: true}
	declined := &kind{order: []string{"why", "routes"}, fields: map[string]*kind{"routes": lines}, block: true}
	vendor := &kind{
		order:  []string{"covered", "declined", "new"},
		fields: map[string]*kind{"covered": lines, "declined": {block: true, each: declined}, "new": lines},
		block:  true,
	}
	return &kind{block: true, spaces: []string{"routes"}, fields: map[string]*kind{
		"founding": {block: true, each: lines}, "routes": {block: true, spaced: true, each: vendor},
	}}
}

func openAPI() *kind {
	list := func(each *kind) *kind { return &kind{each: each, block: true} }
	named := func(each *kind) *kind { return &kind{each: each, block: true, spaced: true} }
	whole := func(of *kind) *kind {
		standing := *of
		standing.block = true
		return &standing
	}

	schema := &kind{
		order: []string{
			"$ref", "title", "type", "format", "nullable", "deprecated", "x-deprecated-reason", "x-usage",
			"description", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems",
			"uniqueItems", "default", "enum", "x-enum-varnames", "x-enum-descriptions", "x-enum-kinds",
			"x-field-scopes", "x-field-rules", "x-field-source", "*", "oneOf",
			"items",
			"additionalProperties", "required", "properties", "example",
		},
		opens: []string{"properties"},
	}
	schema.fields = map[string]*kind{
		"properties": list(schema), "items": schema, "additionalProperties": schema, "oneOf": list(schema),
	}
	example := &kind{order: []string{"$ref", "summary", "description", "value"}}
	media := &kind{
		order:  []string{"schema", "example", "examples", "*"},
		fields: map[string]*kind{"schema": schema, "examples": list(example)},
		block:  true,
	}
	content := list(media)
	parameter := &kind{
		order: []string{
			"$ref", "name", "in", "required", "deprecated", "description", "style", "explode", "allowReserved", "*",
			"schema", "example", "examples",
		},
		fields: map[string]*kind{"schema": schema, "examples": list(example)},
	}
	header := &kind{
		order:  []string{"$ref", "required", "description", "*", "schema", "example"},
		fields: map[string]*kind{"schema": schema},
	}
	response := &kind{
		order:  []string{"$ref", "description", "headers", "content", "*"},
		fields: map[string]*kind{"headers": list(header), "content": content},
		opens:  []string{"content"},
	}
	body := &kind{
		order:  []string{"$ref", "required", "description", "content", "*"},
		fields: map[string]*kind{"content": content},
		opens:  []string{"content"},
	}
	operation := &kind{
		order: []string{
			"operationId", "tags", "summary", "description", "externalDocs", "deprecated",
			"x-deprecated-reason", "x-source", "x-idempotent", "x-not-idempotent-with",
			"x-idempotency-parameter", "x-carries-secret",
			"x-answer", "x-rate-limit", "x-scopes", "x-error-kinds", "x-vendor-deviation", "*", "servers", "security",
			"parameters",
			"requestBody", "responses",
		},
		fields: map[string]*kind{"parameters": list(parameter), "requestBody": body, "responses": list(response)},
		block:  true,
	}
	path := &kind{
		order:  []string{"summary", "description", "servers", "parameters", "*"},
		fields: map[string]*kind{"servers": {}, "parameters": list(parameter)},
		each:   operation,
		block:  true,
		spaced: true,
	}
	server := &kind{order: []string{"url", "description", "variables"}}
	tag := &kind{order: []string{"name", "description"}}
	scheme := &kind{order: []string{"type", "scheme", "in", "name", "description"}}
	components := &kind{
		order: []string{
			"securitySchemes", "parameters", "headers", "requestBodies", "responses", "examples", "schemas", "*",
		},
		fields: map[string]*kind{
			"securitySchemes": named(whole(scheme)), "parameters": named(whole(parameter)),
			"headers": named(whole(header)), "requestBodies": named(whole(body)), "responses": named(whole(response)),
			"examples": named(whole(example)), "schemas": named(whole(schema)),
		},
		block:  true,
		spaced: true,
	}
	return &kind{
		order: []string{"openapi", "info", "externalDocs", "servers", "tags", "security", "*", "paths", "components"},
		fields: map[string]*kind{
			"info":    {order: []string{"title", "version", "license", "description", "*"}, block: true},
			"servers": list(server), "tags": list(tag),
			"x-permissions": list(&kind{order: []string{"name", "title"}}),
			"paths":         named(path), "components": components,
		},
		block:  true,
		spaces: []string{"paths", "components"},
	}
}

func overlay() *kind {
	action := &kind{order: []string{"target", "description", "update", "remove"}, block: true}
	return &kind{
		order:  []string{"overlay", "x-speakeasy-jsonpath", "info", "actions", "*"},
		fields: map[string]*kind{"actions": {each: action, block: true}},
		block:  true,
	}
}

// under returns what stands under a key, and in the entries of a list for the key "".
func (k *kind) under(key string) *kind {
	if k == nil {
		return nil
	}
	if field, ok := k.fields[key]; ok {
		return field
	}
	return k.each
}

// apart reports whether a key has a blank line above it, unless it is the first.
func (k *kind) apart(key string) bool {
	return k != nil && (k.spaced || slices.Contains(k.spaces, key))
}

// rank returns the place of a key among its neighbours.
func (k *kind) rank(key string) int {
	others := -1
	for place, name := range k.order {
		if name == key {
			return place
		}
		if name == "*" {
			others = place
		}
	}
	if others < 0 {
		others = len(k.order)
	}
	return others
}
