package plan

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/roster-go/roster/contract/internal/document"
	"github.com/roster-go/roster/internal/samples"
)

// Values are what earlier answers gave to later calls, as JSON by name.
type Values map[string]string

// Start are what is there before the first call.
func Start(now time.Time, known map[string]string) Values {
	china := now.In(time.FixedZone("UTC+8", 8*60*60)) // the vendors' days
	yesterday := china.AddDate(0, 0, -1)
	v := Values{
		"yesterday":        strconv.Quote(yesterday.Format(time.DateOnly)),
		"yesterday_digits": strconv.Quote(yesterday.Format("20060102")),
		"month_ago":        strconv.Quote(china.AddDate(0, -1, 0).UTC().Format("2006-01-02T15:04:05Z")),
		"stamp":            strconv.Quote(strconv.FormatInt(now.Unix(), 36)),
	}
	for name, text := range known {
		quoted, _ := json.Marshal(text)
		v[name] = string(quoted)
	}
	return v
}

// Keep takes from an answer what the step says.
func (v Values) Keep(s Step, body []byte) {
	root, err := document.Parse(body)
	if err != nil {
		return
	}
	for pointer, name := range s.Keep {
		if v[name] != "" {
			continue
		}
		if n := root.At(pointer); n != nil && !n.Empty() && n.Kind != document.TypeObject &&
			n.Kind != document.TypeArray {
			v[name] = n.Quote(1 << 12)
		}
	}
}

// lookup returns the JSON that a word of a plan stands for, or the name of what is missing.
func (v Values) lookup(word string) (value, missing string) {
	for alternative := range strings.SplitSeq(word, "|") {
		name, isName := strings.CutPrefix(alternative, "$")
		if !isName {
			return alternative, ""
		}
		if value, ok := v[name]; ok {
			return value, ""
		}
		missing = name
	}
	return "", missing
}

// text fills in a value of a path or query, or a part of one.
func (v Values) text(template string) (text, missing string) {
	before, word, found := strings.Cut(template, "$")
	if !found {
		return template, ""
	}
	end := strings.IndexFunc(word, func(r rune) bool {
		return r != '_' && r != '|' && r != '$' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	if end < 0 {
		end = len(word)
	}
	value, missing := v.lookup("$" + word[:end])
	if missing != "" {
		return "", missing
	}
	var plain string
	if json.Unmarshal([]byte(value), &plain) == nil {
		value = plain
	}
	return before + value + word[end:], ""
}

// Request makes the request of a step, in the form of a sample's.
func (s Step) Request(v Values) (r samples.Request, missing string) {
	r.Path, r.Query = make(map[string]string), make(map[string][]string)
	for name, template := range s.Path {
		if r.Path[name], missing = v.text(template); missing != "" {
			return r, missing
		}
	}
	for name, template := range s.Query {
		text, missing := v.text(template)
		if missing != "" {
			return r, missing
		}
		r.Query[name] = []string{text}
	}
	if s.Body != "" {
		body, missing := v.body(s.Body)
		if missing != "" {
			return r, missing
		}
		r.Body = body
	}
	return r, ""
}

// body fills in a template of JSON. A string that is nothing but a name becomes the value itself, whatever its type;
// with single quotes around the name it stays a string.
func (v Values) body(template string) (json.RawMessage, string) {
	var tree any
	if err := json.Unmarshal([]byte(template), &tree); err != nil {
		return nil, fmt.Sprintf("a well-formed plan (%v)", err)
	}
	filled, missing := v.fill(tree)
	if missing != "" {
		return nil, missing
	}
	out, err := json.Marshal(filled)
	if err != nil {
		return nil, fmt.Sprintf("a well-formed plan (%v)", err)
	}
	return out, ""
}

func (v Values) fill(tree any) (_ any, missing string) {
	switch tree := tree.(type) {
	case string:
		if strings.HasPrefix(tree, "$") {
			value, missing := v.lookup(tree)
			return json.RawMessage(value), missing
		}
		return v.text(strings.Trim(tree, "'"))
	case []any:
		for i := range tree {
			if tree[i], missing = v.fill(tree[i]); missing != "" {
				return nil, missing
			}
		}
	case map[string]any:
		for name := range tree {
			if tree[name], missing = v.fill(tree[name]); missing != "" {
				return nil, missing
			}
		}
	}
	return tree, ""
}
