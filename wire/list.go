package wire

import (
	"encoding/json"
	"fmt"
	"strings"
)

// StringList is a list of strings that older answers write as one string with bars between the items, "a|b". It is
// encoded as a JSON array.
type StringList []string

// UnmarshalJSON accepts ["a","b"], "a|b", "" and null.
func (l *StringList) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		text, err := stringOf(data)
		if err != nil {
			return err
		}
		*l = StringList{}
		if text != "" {
			*l = strings.Split(text, "|")
		}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(l))
}

// IntList is a list of integers that the wire writes as a JSON array or as a string that holds one. It is encoded as an
// array.
type IntList []int64

// UnmarshalJSON accepts [1,2], "[1,2]", "" and null.
func (l *IntList) UnmarshalJSON(data []byte) error {
	return decodeInts(data, (*[]int64)(l))
}

// IntListText is an IntList that is encoded as a string which holds a JSON array, "[1,2]".
type IntListText []int64

// UnmarshalJSON accepts what IntList accepts.
func (l *IntListText) UnmarshalJSON(data []byte) error {
	return decodeInts(data, (*[]int64)(l))
}

// MarshalJSON writes "[1,2]".
func (l IntListText) MarshalJSON() ([]byte, error) {
	return quoted([]int64(l), "[]")
}

// StringMap is a map of strings that the wire writes as a JSON object or as a string that holds one. It is encoded as
// an object.
type StringMap map[string]string

// UnmarshalJSON accepts {"a":"b"}, "{\"a\":\"b\"}", "" and null. A value that is not a string is kept as its JSON text.
func (m *StringMap) UnmarshalJSON(data []byte) error {
	return decodeStringMap(data, (*map[string]string)(m))
}

// StringMapText is a StringMap that is encoded as a string which holds a JSON object.
type StringMapText map[string]string

// UnmarshalJSON accepts what StringMap accepts.
func (m *StringMapText) UnmarshalJSON(data []byte) error {
	return decodeStringMap(data, (*map[string]string)(m))
}

// MarshalJSON writes "{\"a\":\"b\"}".
func (m StringMapText) MarshalJSON() ([]byte, error) {
	return quoted(map[string]string(m), "{}")
}

func decodeInts(data []byte, out *[]int64) error {
	ints, ok := plainInts(data)
	if text, isText := plainText(data, nil); isText {
		ints, ok = plainInts(text)
	}
	if !ok {
		return unquoted(data, out)
	}
	*out = ints
	return nil
}

func decodeStringMap(data []byte, out *map[string]string) error {
	object := data
	var space [512]byte
	if text, isText := plainText(data, space[:]); isText {
		object = text
	}
	if json.Valid(object) {
		if strings, ok := plainStrings(object); ok {
			*out = strings
			return nil
		}
	}
	var raw map[string]json.RawMessage
	if err := unquoted(data, &raw); err != nil {
		return FormatError("want an object of strings, or a string that holds one")
	}
	if raw == nil {
		return nil
	}
	*out = make(map[string]string, len(raw))
	for key, value := range raw {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		(*out)[key] = text
	}
	return nil
}

// unquoted decodes a value that may stand inside a JSON string. An empty string is no value.
func unquoted[T any](data []byte, out *T) error {
	if len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		if data = []byte(strings.TrimSpace(text)); len(data) == 0 {
			return nil
		}
		if !json.Valid(data) {
			return FormatError("the string does not hold JSON")
		}
	}
	if err := json.Unmarshal(data, out); err != nil {
		return FormatError(fmt.Sprintf("want %T or a string that holds it", *out))
	}
	return nil
}

// quoted encodes a value as a string that holds its JSON, with non-ASCII text and <, >, & left as they are.
func quoted(v any, empty string) ([]byte, error) {
	text, err := plainJSON(v)
	if err != nil {
		return nil, err
	}
	if text == "null" {
		text = empty
	}
	out, err := plainJSON(text)
	return []byte(out), err
}

func plainJSON(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// IntLists is a list of lists of integers, such as the chains of parents of each of a user's departments. The wire
// writes a single chain without the outer list, too. It is encoded nested.
type IntLists [][]int64

// UnmarshalJSON accepts [[1,2],[3]], [1,2], strings that hold them, "" and null.
func (l *IntLists) UnmarshalJSON(data []byte) error {
	var nested [][]int64
	if err := unquoted(data, &nested); err == nil {
		*l = nested
		return nil
	}
	var single []int64
	if err := unquoted(data, &single); err != nil {
		return FormatError("want a list of lists of integers")
	}
	*l = IntLists{single}
	return nil
}
