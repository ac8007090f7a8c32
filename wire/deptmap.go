package wire

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// DeptInts maps department ids to numbers. The wire writes it as a string with bare keys, "{1:176372614058705512}",
// whose numbers go beyond 2^53, or as a real object. It is encoded as such a string, keys in order.
type DeptInts map[int64]int64

// UnmarshalJSON accepts "{1:10,22:-3}" with or without quotes around keys and values, a JSON object, "", "{}" and null.
func (m *DeptInts) UnmarshalJSON(data []byte) error {
	return decodeDeptMap(data, (*map[int64]int64)(m), func(text string) (int64, error) {
		return strconv.ParseInt(text, 10, 64)
	})
}

// MarshalJSON writes "{1:10,22:-3}".
func (m DeptInts) MarshalJSON() ([]byte, error) {
	return encodeDeptMap(m, func(v int64) string { return strconv.FormatInt(v, 10) })
}

// DeptBools maps department ids to flags, written like DeptInts: "{1:false,22:true}".
type DeptBools map[int64]bool

// UnmarshalJSON accepts what DeptInts accepts, with true and false for values.
func (m *DeptBools) UnmarshalJSON(data []byte) error {
	return decodeDeptMap(data, (*map[int64]bool)(m), strconv.ParseBool)
}

// MarshalJSON writes "{1:false,22:true}".
func (m DeptBools) MarshalJSON() ([]byte, error) {
	return encodeDeptMap(m, strconv.FormatBool)
}

// DeptStrings maps department ids to text. The wire writes it as a string that holds a JSON object, "{\"1\":\"CFO\"}",
// or as a real object. It is encoded as such a string.
type DeptStrings map[int64]string

// UnmarshalJSON accepts the two forms, "" and null.
func (m *DeptStrings) UnmarshalJSON(data []byte) error {
	return unquoted(data, (*map[int64]string)(m))
}

// MarshalJSON writes "{\"1\":\"CFO\"}".
func (m DeptStrings) MarshalJSON() ([]byte, error) {
	return quoted(map[int64]string(m), "{}")
}

func decodeDeptMap[V any](data []byte, out *map[int64]V, parse func(string) (V, error)) error {
	if string(data) == "null" {
		return nil
	}
	text := string(data)
	if strings.HasPrefix(text, `"`) {
		var err error
		if text, err = stringOf(data); err != nil {
			return err
		}
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	inner, ok := strings.CutPrefix(text, "{")
	if inner, ok = cutSuffix(inner, "}", ok); !ok {
		return FormatError("want a map of department ids, {id:value}")
	}
	result := make(map[int64]V)
	for rest := inner; strings.TrimSpace(inner) != "" && ok; {
		var pair string
		pair, rest, ok = strings.Cut(rest, ",")
		key, value, paired := strings.Cut(pair, ":")
		if !paired {
			return FormatError("want id:value pairs in a map of department ids")
		}
		id, err := strconv.ParseInt(bare(key), 10, 64)
		if err != nil {
			return FormatError("want whole numbers for keys in a map of department ids")
		}
		v, err := parse(bare(value))
		if err != nil {
			return FormatError("a department has a value of the wrong type")
		}
		result[id] = v
	}
	*out = result
	return nil
}

func cutSuffix(s, suffix string, ok bool) (string, bool) {
	if !ok {
		return s, false
	}
	return strings.CutSuffix(s, suffix)
}

// bare strips space and one pair of quotes.
func bare(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	return s
}

func encodeDeptMap[V any](m map[int64]V, format func(V) string) ([]byte, error) {
	var b strings.Builder
	b.WriteString(`"{`)
	for i, id := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(id, 10))
		b.WriteByte(':')
		b.WriteString(format(m[id]))
	}
	b.WriteString(`}"`)
	return []byte(b.String()), nil
}
