package contract

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// answerSchema is the schema of a JSON answer.
func (op *operation) answerSchema(status int) *schema {
	media, _ := op.declared(status)
	if media == nil {
		media, _ = op.declared(200)
	}
	for _, name := range slices.Sorted(maps.Keys(media)) {
		if isJSONType(name) {
			return media[name]
		}
	}
	return nil
}

func isJSONType(name string) bool {
	return name == "application/json" || strings.HasSuffix(name, "+json")
}

// describe says what a body is without quoting it.
func describe(body []byte) string {
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

// declared returns what the document declares for a status, and under which entry.
func (op *operation) declared(status int) (map[string]*schema, string) {
	text := strconv.Itoa(status)
	for _, key := range []string{text, text[:min(1, len(text))] + "XX", "default"} {
		if media, ok := op.responses[key]; ok {
			return media, key
		}
	}
	return nil, ""
}
