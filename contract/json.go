package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// jsonType is a JSON type, in the word that findings use.
type jsonType string

const (
	typeNull    jsonType = "null"
	typeBoolean jsonType = "boolean"
	typeNumber  jsonType = "number"
	typeString  jsonType = "string"
	typeArray   jsonType = "array"
	typeObject  jsonType = "object"
)

// node is a JSON value. Unlike a map it keeps the order of members, members that are there twice, and numbers as they were written.
type node struct {
	kind    jsonType
	text    string // of a string or number, or true and false
	items   []node
	members []member
}

type member struct {
	name  string
	value node
}

// maxDepth bounds how deeply values may be nested: no vendor comes near it, and what does is no answer.
const maxDepth = 200

var (
	errDepth     = errors.New("nested too deeply")
	errMalformed = errors.New("malformed")
)

// parse reads one JSON value with nothing around it but blanks and a byte order mark, as the clients do. Its errors quote nothing.
func parse(body []byte) (node, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if !json.Valid(body) {
		return node{}, errMalformed
	}
	p := parser{rest: body}
	n := p.value(0)
	return n, p.err
}

// parser reads what encoding/json has found to be well-formed, so that it has nothing to check but the depth.
type parser struct {
	rest []byte
	err  error
}

// next skips blanks and returns the first byte behind them.
func (p *parser) next() byte {
	for i, b := range p.rest {
		if b != ' ' && b != '\t' && b != '\n' && b != '\r' {
			p.rest = p.rest[i:]
			return b
		}
	}
	p.rest = nil
	return 0
}

func (p *parser) value(depth int) node {
	if depth > maxDepth {
		p.err, p.rest = errDepth, nil
		return node{}
	}
	switch p.next() {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		return node{kind: typeString, text: p.text()}
	case 'n':
		p.rest = p.rest[len("null"):]
		return node{kind: typeNull}
	case 't':
		p.rest = p.rest[len("true"):]
		return node{kind: typeBoolean, text: "true"}
	case 'f':
		p.rest = p.rest[len("false"):]
		return node{kind: typeBoolean, text: "false"}
	default:
		end := 0
		for end < len(p.rest) && strings.IndexByte("+-.eE0123456789", p.rest[end]) >= 0 {
			end++
		}
		n := node{kind: typeNumber, text: string(p.rest[:end])}
		p.rest = p.rest[end:]
		return n
	}
}

func (p *parser) array(depth int) node {
	n := node{kind: typeArray}
	p.rest = p.rest[1:]
	for p.err == nil && p.next() != ']' {
		n.items = append(n.items, p.value(depth+1))
		if p.next() == ',' {
			p.rest = p.rest[1:]
		}
	}
	p.close()
	return n
}

func (p *parser) object(depth int) node {
	n := node{kind: typeObject}
	p.rest = p.rest[1:]
	for p.err == nil && p.next() != '}' {
		name := p.text()
		p.next()
		p.rest = p.rest[1:] // the colon
		n.members = append(n.members, member{name, p.value(depth + 1)})
		if p.next() == ',' {
			p.rest = p.rest[1:]
		}
	}
	p.close()
	return n
}

// close steps over the bracket that ends an array or object.
func (p *parser) close() {
	if len(p.rest) > 0 {
		p.rest = p.rest[1:]
	}
}

// text reads a string.
func (p *parser) text() string {
	end, plain := 1, true
	for p.rest[end] != '"' {
		if p.rest[end] == '\\' {
			plain = false
			end++
		}
		end++
	}
	quoted := p.rest[:end+1]
	p.rest = p.rest[end+1:]
	if plain {
		return string(quoted[1:end])
	}
	var text string
	_ = json.Unmarshal(quoted, &text) // well-formed
	return text
}

// get returns a member. The last of equal ones wins, as in the typed clients.
func (n *node) get(name string) (*node, bool) {
	for i := len(n.members) - 1; i >= 0; i-- {
		if n.members[i].name == name {
			return &n.members[i].value, true
		}
	}
	return nil, false
}

// empty tells whether the value is one of the two that do not count as an answer.
func (n *node) empty() bool { return n.kind == typeNull || n.kind == typeString && n.text == "" }

// quote writes the value as JSON, for findings that show values.
func (n *node) quote(most int) string {
	var b bytes.Buffer
	n.write(&b, most)
	if b.Len() > most {
		return string(bytes.ToValidUTF8(b.Bytes()[:most], nil)) + "…"
	}
	return b.String()
}

func (n *node) write(b *bytes.Buffer, most int) {
	if b.Len() > most {
		return
	}
	switch n.kind {
	case typeNull:
		b.WriteString("null")
	case typeString:
		quoted, _ := json.Marshal(n.text)
		b.Write(quoted)
	case typeArray:
		b.WriteByte('[')
		for i := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			n.items[i].write(b, most)
		}
		b.WriteByte(']')
	case typeObject:
		b.WriteByte('{')
		for i := range n.members {
			if i > 0 {
				b.WriteByte(',')
			}
			quoted, _ := json.Marshal(n.members[i].name)
			b.Write(quoted)
			b.WriteByte(':')
			n.members[i].value.write(b, most)
		}
		b.WriteByte('}')
	default:
		b.WriteString(n.text)
	}
}

// encode writes a node as JSON, with text as it is.
func (n *node) encode() string {
	var raw bytes.Buffer
	e := json.NewEncoder(&raw)
	e.SetEscapeHTML(false)
	var b bytes.Buffer
	n.encodeTo(&b, &raw, e)
	return b.String()
}

func (n *node) encodeTo(b, raw *bytes.Buffer, e *json.Encoder) {
	text := func(s string) {
		raw.Reset()
		_ = e.Encode(s) // a string can always be encoded
		b.Write(bytes.TrimSuffix(raw.Bytes(), []byte{'\n'}))
	}
	switch n.kind {
	case typeNull:
		b.WriteString("null")
	case typeString:
		text(n.text)
	case typeArray:
		b.WriteByte('[')
		for i := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			n.items[i].encodeTo(b, raw, e)
		}
		b.WriteByte(']')
	case typeObject:
		b.WriteByte('{')
		for i := range n.members {
			if i > 0 {
				b.WriteByte(',')
			}
			text(n.members[i].name)
			b.WriteByte(':')
			n.members[i].value.encodeTo(b, raw, e)
		}
		b.WriteByte('}')
	default:
		b.WriteString(n.text)
	}
}

// texts are all texts and numbers of a value, a line each.
func (n *node) texts() string {
	var b strings.Builder
	var gather func(n *node)
	gather = func(n *node) {
		b.WriteString(n.text + "\n")
		for i := range n.items {
			gather(&n.items[i])
		}
		for i := range n.members {
			gather(&n.members[i].value)
		}
	}
	gather(n)
	return b.String()
}

// clone copies a node.
func (n *node) clone() node {
	c := *n
	c.items = slices.Clone(n.items)
	for i := range c.items {
		c.items[i] = c.items[i].clone()
	}
	c.members = slices.Clone(n.members)
	for i := range c.members {
		c.members[i].value = c.members[i].value.clone()
	}
	return c
}

// names are the names of the members.
func (n *node) names() map[string]bool {
	names := make(map[string]bool, len(n.members))
	for i := range n.members {
		names[n.members[i].name] = true
	}
	return names
}

// at follows a JSON pointer without escapes.
func (n *node) at(pointer string) *node {
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		switch n.kind {
		case typeObject:
			next, ok := n.get(name)
			if !ok {
				return nil
			}
			n = next
		case typeArray:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(n.items) {
				return nil
			}
			n = &n.items[i]
		default:
			return nil
		}
	}
	return n
}

// fromText makes a value of the text in a parameter or form, as its schema reads it. What cannot be read stays text, which the walk then
// finds to be of the wrong type.
func fromText(s *schema, text string) node {
	if !s.holdsText() {
		if n, err := parse([]byte(text)); err == nil && n.kind != typeNull {
			return n
		}
	}
	return node{kind: typeString, text: text}
}
