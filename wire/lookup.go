package wire

import (
	"bytes"
	"strings"
)

// Missing returns the first entry of want that body, a JSON object, does not satisfy, or "". An entry names a member
// that must be there and be neither null nor an empty string; a dot descends into an object ("data.items"), a bar
// separates alternatives. A question mark behind a name says that presence is enough, as it is for lists and cursors:
// a null list is an empty one, an empty cursor ends a list ("dept_user?|next_cursor?"). The entry returned has no
// question marks.
func Missing(body []byte, want []string) string {
	for _, entry := range want {
		if !satisfied(body, entry) {
			return strings.ReplaceAll(entry, "?", "")
		}
	}
	return ""
}

func satisfied(body []byte, entry string) bool {
	for alternative := range strings.SplitSeq(entry, "|") {
		path, present := strings.CutSuffix(alternative, "?")
		value, ok := Lookup(body, path)
		if ok && (present || !bytes.HasPrefix(value, []byte("null")) && !bytes.HasPrefix(value, []byte(`""`))) {
			return true
		}
	}
	return false
}

// Lookup finds the member at path in a JSON object without decoding the rest: a dot in path descends. The value
// returned starts at the member's value and runs to the end of body; use Scalar to cut a number, string or literal out
// of it. Keys are compared byte by byte, and the first of equal keys wins. Malformed JSON never panics; whether body is
// well-formed is for the decoder to say.
func Lookup(body []byte, path string) (value []byte, ok bool) {
	value = body
	for name := range strings.SplitSeq(path, ".") {
		if value, ok = member(value, name); !ok {
			return nil, false
		}
	}
	return value, true
}

// Scalar returns the number, string (without its quotes, escapes left alone) or literal that value starts with.
func Scalar(value []byte) string {
	value = skipSpace(value)
	if len(value) > 0 && value[0] == '"' {
		if end := stringEnd(value); end > 0 {
			return string(value[1 : end-1])
		}
		return ""
	}
	end := bytes.IndexAny(value, ",}] \t\r\n")
	if end < 0 {
		end = len(value)
	}
	return string(value[:end])
}

// member finds name among the members of the object that b starts with.
func member(b []byte, name string) ([]byte, bool) {
	b = skipSpace(b)
	if len(b) == 0 || b[0] != '{' {
		return nil, false
	}
	b = skipSpace(b[1:])
	for len(b) > 0 && b[0] == '"' {
		end := stringEnd(b)
		if end < 0 {
			return nil, false
		}
		found := string(b[1:end-1]) == name
		b = skipSpace(b[end:])
		if len(b) == 0 || b[0] != ':' {
			return nil, false
		}
		b = skipSpace(b[1:])
		if found {
			return b, len(b) > 0
		}
		if end = valueEnd(b); end < 0 {
			return nil, false
		}
		b = skipSpace(b[end:])
		if len(b) == 0 || b[0] != ',' {
			return nil, false
		}
		b = skipSpace(b[1:])
	}
	return nil, false
}

func skipSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\n' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}

// stringEnd returns the index behind the string that b starts with, or -1.
func stringEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// valueEnd returns the index behind the value that b starts with, or -1.
func valueEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			end := stringEnd(b[i:])
			if end < 0 {
				return -1
			}
			i += end - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return -1
}
