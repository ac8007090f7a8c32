package document

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
func (n *Node) plain() any {
	switch n.Kind {
	case TypeNull:
		return nil
	case TypeBoolean:
		return n.Text == "true"
	case TypeNumber:
		return json.Number(n.Text)
	case TypeString:
		return n.Text
	case TypeArray:
		out := []any{}
		for i := range n.Items {
			out = append(out, n.Items[i].plain())
		}
		return out
	default:
		out := map[string]any{}
		for i := range n.Members {
			out[n.Members[i].Name] = n.Members[i].Value.plain()
		}
		return out
	}
}

// The parser gives what encoding/json gives, and refuses what that refuses.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, ` true `, `-1.5e+3`, `"a\"b\\\u4e2d\ud83d\ude00"`, `{"a":[1,{"b":null,"b":2}],"":""}`,
		`[[[[]]]]`, "\ufeff{}", `{`, `{}{}`, `x`, ``,
		`{"a" : 1 , "b":[ ] }`, `"\u0000"`, `"` + "\xff" + `"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Parse(data)
		clean := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		if errors.Is(err, ErrDepth) {
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
	if _, err := Parse([]byte(strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth))); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{strings.Repeat("[", maxDepth+2) + strings.Repeat("]", maxDepth+2),
		strings.Repeat(`{"a":`, maxDepth+2) + "1" + strings.Repeat("}", maxDepth+2)} {
		if _, err := Parse([]byte(text)); !errors.Is(err, ErrDepth) {
			t.Fatal(err)
		}
	}
}

func TestQuote(t *testing.T) {
	n, err := Parse([]byte(`{"a":[1,"中\u0022",null,true],"b":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := n.Quote(200); got != `{"a":[1,"中\"",null,true],"b":{}}` {
		t.Fatal(got)
	}
	if got := n.Quote(9); got != `{"a":[1,"`+"…" {
		t.Fatal(got)
	}
}
