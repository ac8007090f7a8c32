package desk

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Document is a JSON object that is changed in place. Numbers keep all their digits; members are written in
// alphabetical order.
type Document map[string]any

// ParseDocument reads a JSON object.
func ParseDocument(text []byte) (Document, bool) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var doc Document
	if err := dec.Decode(&doc); err != nil || doc == nil {
		return nil, false
	}
	return doc, true
}

// Bytes writes the object.
func (d Document) Bytes() []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil {
		return nil
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte{'\n'})
}

// at calls edit on the value at a path and puts its result there. A dot in the path descends into an object, or into an
// array if the part behind it is a number: "userlist.0.name". The last part may be a member that is not there yet.
func (d Document) at(path string, edit func(old any) any) bool {
	return editAt(map[string]any(d), strings.Split(path, "."), edit)
}

func editAt(in any, path []string, edit func(any) any) bool {
	switch in := in.(type) {
	case map[string]any:
		if len(path) == 1 {
			in[path[0]] = edit(in[path[0]])
			return true
		}
		return editAt(in[path[0]], path[1:], edit)
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= len(in) {
			return false
		}
		if len(path) == 1 {
			in[i] = edit(in[i])
			return true
		}
		return editAt(in[i], path[1:], edit)
	}
	return false
}

// find calls visit for each member of the object and of all objects below it, in alphabetical order and outer ones
// first, until visit returns true. visit may change the object that it is given.
func (d Document) find(visit func(object map[string]any, name string) bool) bool {
	return findIn(map[string]any(d), visit)
}

func findIn(in any, visit func(map[string]any, string) bool) bool {
	switch in := in.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(in))
		for _, name := range names {
			if visit(in, name) {
				return true
			}
		}
		for _, name := range names {
			if findIn(in[name], visit) {
				return true
			}
		}
	case []any:
		for _, v := range in {
			if findIn(v, visit) {
				return true
			}
		}
	}
	return false
}

// otherType returns a value of another JSON type, one that a decoder for the old type cannot take.
func otherType(old any) any {
	switch old.(type) {
	case string:
		return map[string]any{"changed": "type"}
	case json.Number, bool:
		return "not what it was"
	case []any:
		return map[string]any{"changed": "type"}
	case map[string]any:
		return []any{"changed", "type"}
	}
	return map[string]any{"changed": "type"}
}
