package document

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// AnswerSchema is the schema of a JSON answer.
func (op *Operation) AnswerSchema(status int) *Schema {
	media, _ := op.Declared(status)
	if media == nil {
		media, _ = op.Declared(200)
	}
	for _, name := range slices.Sorted(maps.Keys(media)) {
		if IsJSONType(name) {
			return media[name]
		}
	}
	return nil
}

// IsJSONType tells whether a media type is one of JSON.
func IsJSONType(name string) bool {
	return name == "application/json" || strings.HasSuffix(name, "+json")
}

// Describe says what a body is without quoting it.
func Describe(body []byte) string {
	text := strings.TrimSpace(string(body[:min(len(body), 64)]))
	switch {
	case len(body) == 0:
		return "an empty body"
	case text == "":
		return "blanks"
	case text[0] == '<':
		return "a page of HTML or XML"
	case text[0] == '{' || text[0] == '[':
		return "malformed JSON"
	default:
		return "text that is no JSON"
	}
}

// Declared returns what the document declares for a status, and under which entry.
func (op *Operation) Declared(status int) (map[string]*Schema, string) {
	text := strconv.Itoa(status)
	for _, key := range []string{text, text[:min(1, len(text))] + "XX", "default"} {
		if media, ok := op.Responses[key]; ok {
			return media, key
		}
	}
	return nil, ""
}
