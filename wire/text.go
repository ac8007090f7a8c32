package wire

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"
)

// The forms that the vendors write nearly always are read here without encoding/json, which allocates for each use of
// it a good deal more than the values do. What looks otherwise is left to it.

// plainText returns what a well-formed JSON string says, in its own memory if nothing is escaped and otherwise in
// space, if that is large enough. It leaves \u and invalid UTF-8 to others.
func plainText(quoted, space []byte) (text []byte, ok bool) {
	if len(quoted) < 2 || quoted[0] != '"' || quoted[len(quoted)-1] != '"' || !utf8.Valid(quoted) {
		return nil, false
	}
	quoted = quoted[1 : len(quoted)-1]
	for i := 0; i < len(quoted); i++ {
		c := quoted[i]
		if c == '\\' {
			if text == nil {
				text = append(slices.Grow(space[:0], len(quoted)), quoted[:i]...)
			}
			if i++; i == len(quoted) {
				return nil, false
			}
			if c = unescaped(quoted[i]); c == 0 {
				return nil, false
			}
		}
		if text != nil {
			text = append(text, c)
		}
	}
	if text == nil {
		text = quoted
	}
	return text, true
}

// unescaped is what stands behind a backslash, 0 for what it may not be.
func unescaped(c byte) byte {
	switch c {
	case '"', '\\', '/':
		return c
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	default:
		return 0
	}
}

// plainInts reads [1,-2] without blanks.
func plainInts(data []byte) (ints []int64, ok bool) {
	if len(data) < 2 || data[0] != '[' || data[len(data)-1] != ']' {
		return nil, false
	}
	rest := data[1 : len(data)-1]
	if len(rest) == 0 {
		return []int64{}, true
	}
	n := 1
	for _, c := range rest {
		if c == ',' {
			n++
		}
	}
	ints = make([]int64, 0, n)
	for from := 0; from <= len(rest); {
		to := from
		for to < len(rest) && rest[to] != ',' {
			to++
		}
		digits := string(rest[from:to])
		value, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || digits[0] == '+' {
			return nil, false
		}
		ints = append(ints, value)
		from = to + 1
	}
	return ints, true
}

// plainStrings reads an object, which is well-formed, into a map. A value that is not a string is kept as its JSON
// text.
func plainStrings(object []byte) (map[string]string, bool) {
	b := skipSpace(object)
	if len(b) == 0 || b[0] != '{' {
		return nil, false
	}
	result := make(map[string]string)
	for b = skipSpace(b[1:]); len(b) > 0 && b[0] == '"'; {
		end := stringEnd(b)
		if end < 0 {
			return nil, false
		}
		key, ok := plainText(b[:end], nil)
		b = skipSpace(b[end:])
		if !ok || len(b) == 0 || b[0] != ':' {
			return nil, false
		}
		b = skipSpace(b[1:])
		if end = valueEnd(b); end < 0 {
			return nil, false
		}
		value := b[:end]
		for len(value) > 0 && len(skipSpace(value[len(value)-1:])) == 0 {
			value = value[:len(value)-1]
		}
		if len(value) > 0 && value[0] == '"' {
			if value, ok = plainText(value, nil); !ok {
				return nil, false
			}
		} else if string(value) == "null" {
			value = nil // as encoding/json has it
		}
		result[string(key)] = string(value)
		b = skipSpace(b[end:])
		if len(b) > 0 && b[0] == ',' {
			b = skipSpace(b[1:])
		}
	}
	return result, true
}

// stringOf decodes a JSON string.
func stringOf(data []byte) (string, error) {
	if text, ok := plainText(data, nil); ok {
		return string(text), nil
	}
	var text string
	err := json.Unmarshal(data, &text)
	return text, err
}
