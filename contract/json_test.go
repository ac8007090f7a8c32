package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// plain turns a node into what encoding/json gives.
func (n *node) plain() any {
	switch n.kind {
	case typeNull:
		return nil
	case typeBoolean:
		return n.text == "true"
	case typeNumber:
		return json.Number(n.text)
	case typeString:
		return n.text
	case typeArray:
		out := []any{}
		for i := range n.items {
			out = append(out, n.items[i].plain())
		}
		return out
	default:
		out := map[string]any{}
		for i := range n.members {
			out[n.members[i].name] = n.members[i].value.plain()
		}
		return out
	}
}

// The parser gives what encoding/json gives, and refuses what that refuses.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, ` true `, `-1.5e+3`, `"a\"b\\\u4e2d\ud83d\ude00"`, `{"a":[1,{"b":null,"b":2}],"":""}`, `[[[[]]]]`, "\ufeff{}", `{`, `{}{}`, `x`, ``,
		`{"a" : 1 , "b":[ ] }`, `"\u0000"`, `"` + "\xff" + `"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parse(data)
		clean := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		if errors.Is(err, errDepth) {
			return
		}
		if valid := json.Valid(clean); valid != (err == nil) {
			t.Fatalf("valid %v, err %v", valid, err)
		}
		if err != nil || !utf8.Valid(clean) { // encoding/json mends what is not UTF-8, to no end here
			return
		}
		d := json.NewDecoder(bytes.NewReader(clean))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil {
			return
		}
		if !reflect.DeepEqual(want, got.plain()) {
			t.Fatalf("want %#v, got %#v", want, got.plain())
		}
	})
}

func TestParseDepth(t *testing.T) {
	if _, err := parse([]byte(strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth))); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{strings.Repeat("[", maxDepth+2) + strings.Repeat("]", maxDepth+2), strings.Repeat(`{"a":`, maxDepth+2) + "1" + strings.Repeat("}", maxDepth+2)} {
		if _, err := parse([]byte(text)); !errors.Is(err, errDepth) {
			t.Fatal(err)
		}
	}
}

func TestQuote(t *testing.T) {
	n, err := parse([]byte(`{"a":[1,"中\u0022",null,true],"b":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := n.quote(200); got != `{"a":[1,"中\"",null,true],"b":{}}` {
		t.Fatal(got)
	}
	if got := n.quote(9); got != `{"a":[1,"`+"…" {
		t.Fatal(got)
	}
}
