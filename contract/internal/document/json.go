package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Type is a JSON type, in the word that findings use.
type Type string

// The JSON types.
const (
	TypeNull    Type = "null"
	TypeBoolean Type = "boolean"
	TypeNumber  Type = "number"
	TypeString  Type = "string"
	TypeArray   Type = "array"
	TypeObject  Type = "object"
)

// Node is a JSON value. Unlike a map it keeps the order of members, members that are there twice, and numbers as they
// were written.
type Node struct {
	Kind    Type
	Text    string // of a string or number, or true and false
	Items   []Node
	Members []Member
}

// Member is a member of an object.
type Member struct {
	Name  string
	Value Node
}

// maxDepth bounds how deeply values may be nested: no vendor comes near it, and what does is no answer.
const maxDepth = 200

// ErrDepth is the error of parse for a value that is nested too deeply to be an answer.
var ErrDepth = errors.New("nested too deeply")

var errMalformed = errors.New("malformed")

// Parse reads one JSON value with nothing around it but blanks and a byte order mark, as the clients do. Its errors
// quote nothing.
func Parse(body []byte) (Node, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if !json.Valid(body) {
		return Node{}, errMalformed
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

func (p *parser) value(depth int) Node {
	if depth > maxDepth {
		p.err, p.rest = ErrDepth, nil
		return Node{}
	}
	switch p.next() {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		return Node{Kind: TypeString, Text: p.text()}
	case 'n':
		p.rest = p.rest[len("null"):]
		return Node{Kind: TypeNull}
	case 't':
		p.rest = p.rest[len("true"):]
		return Node{Kind: TypeBoolean, Text: "true"}
	case 'f':
		p.rest = p.rest[len("false"):]
		return Node{Kind: TypeBoolean, Text: "false"}
	default:
		end := 0
		for end < len(p.rest) && strings.IndexByte("+-.eE0123456789", p.rest[end]) >= 0 {
			end++
		}
		n := Node{Kind: TypeNumber, Text: string(p.rest[:end])}
		p.rest = p.rest[end:]
		return n
	}
}

func (p *parser) array(depth int) Node {
	n := Node{Kind: TypeArray}
	p.rest = p.rest[1:]
	for p.err == nil && p.next() != ']' {
		n.Items = append(n.Items, p.value(depth+1))
		if p.next() == ',' {
			p.rest = p.rest[1:]
		}
	}
	p.close()
	return n
}

func (p *parser) object(depth int) Node {
	n := Node{Kind: TypeObject}
	p.rest = p.rest[1:]
	for p.err == nil && p.next() != '}' {
		name := p.text()
		p.next()
		p.rest = p.rest[1:] // the colon
		n.Members = append(n.Members, Member{name, p.value(depth + 1)})
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

// Get returns a member. The last of equal ones wins, as in the typed clients.
func (n *Node) Get(name string) (*Node, bool) {
	for i := len(n.Members) - 1; i >= 0; i-- {
		if n.Members[i].Name == name {
			return &n.Members[i].Value, true
		}
	}
	return nil, false
}

// Empty tells whether the value is one of the two that do not count as an answer.
func (n *Node) Empty() bool { return n.Kind == TypeNull || n.Kind == TypeString && n.Text == "" }

// Quote writes the value as JSON, for findings that show values.
func (n *Node) Quote(most int) string {
	var b bytes.Buffer
	n.write(&b, most)
	if b.Len() > most {
		return string(bytes.ToValidUTF8(b.Bytes()[:most], nil)) + "…"
	}
	return b.String()
}

func (n *Node) write(b *bytes.Buffer, most int) {
	if b.Len() > most {
		return
	}
	switch n.Kind {
	case TypeNull:
		b.WriteString("null")
	case TypeString:
		quoted, _ := json.Marshal(n.Text)
		b.Write(quoted)
	case TypeArray:
		b.WriteByte('[')
		for i := range n.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			n.Items[i].write(b, most)
		}
		b.WriteByte(']')
	case TypeObject:
		b.WriteByte('{')
		for i := range n.Members {
			if i > 0 {
				b.WriteByte(',')
			}
			quoted, _ := json.Marshal(n.Members[i].Name)
			b.Write(quoted)
			b.WriteByte(':')
			n.Members[i].Value.write(b, most)
		}
		b.WriteByte('}')
	default:
		b.WriteString(n.Text)
	}
}

// Encode writes a node as JSON, with text as it is.
func (n *Node) Encode() string {
	var raw bytes.Buffer
	e := json.NewEncoder(&raw)
	e.SetEscapeHTML(false)
	var b bytes.Buffer
	n.encodeTo(&b, &raw, e)
	return b.String()
}

func (n *Node) encodeTo(b, raw *bytes.Buffer, e *json.Encoder) {
	text := func(s string) {
		raw.Reset()
		_ = e.Encode(s) // a string can always be encoded
		b.Write(bytes.TrimSuffix(raw.Bytes(), []byte{'\n'}))
	}
	switch n.Kind {
	case TypeNull:
		b.WriteString("null")
	case TypeString:
		text(n.Text)
	case TypeArray:
		b.WriteByte('[')
		for i := range n.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			n.Items[i].encodeTo(b, raw, e)
		}
		b.WriteByte(']')
	case TypeObject:
		b.WriteByte('{')
		for i := range n.Members {
			if i > 0 {
				b.WriteByte(',')
			}
			text(n.Members[i].Name)
			b.WriteByte(':')
			n.Members[i].Value.encodeTo(b, raw, e)
		}
		b.WriteByte('}')
	default:
		b.WriteString(n.Text)
	}
}

// Texts are all texts and numbers of a value, a line each.
func (n *Node) Texts() string {
	var b strings.Builder
	var gather func(n *Node)
	gather = func(n *Node) {
		b.WriteString(n.Text + "\n")
		for i := range n.Items {
			gather(&n.Items[i])
		}
		for i := range n.Members {
			gather(&n.Members[i].Value)
		}
	}
	gather(n)
	return b.String()
}

// Clone copies a node.
func (n *Node) Clone() Node {
	c := *n
	c.Items = slices.Clone(n.Items)
	for i := range c.Items {
		c.Items[i] = c.Items[i].Clone()
	}
	c.Members = slices.Clone(n.Members)
	for i := range c.Members {
		c.Members[i].Value = c.Members[i].Value.Clone()
	}
	return c
}

// Names are the names of the members.
func (n *Node) Names() map[string]bool {
	names := make(map[string]bool, len(n.Members))
	for i := range n.Members {
		names[n.Members[i].Name] = true
	}
	return names
}

// At follows a JSON pointer without escapes.
func (n *Node) At(pointer string) *Node {
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		switch n.Kind {
		case TypeObject:
			next, ok := n.Get(name)
			if !ok {
				return nil
			}
			n = next
		case TypeArray:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(n.Items) {
				return nil
			}
			n = &n.Items[i]
		default:
			return nil
		}
	}
	return n
}

// FromText makes a value of the text in a parameter or form, as its schema reads it. What cannot be read stays text,
// which the walk then finds to be of the wrong type.
func FromText(s *Schema, text string) Node {
	if !s.holdsText() {
		if n, err := Parse([]byte(text)); err == nil && n.Kind != TypeNull {
			return n
		}
	}
	return Node{Kind: TypeString, Text: text}
}
