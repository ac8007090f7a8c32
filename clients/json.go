package clients

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/roster-go/roster/wire"
)

// syntax returns what is malformed in a body, nil if nothing is.
func syntax(body []byte) error {
	if json.Valid(body) {
		return nil
	}
	var whole json.RawMessage
	return json.Unmarshal(body, &whole)
}

// errDecoder is an answer that encoding/json takes, and the decoder that was given does not.
var errDecoder = errors.New("the decoder of WithDecoder refuses the answer, which encoding/json takes")

// decode decodes an answer to op.
func (c *Client) decode(op *wire.Operation, body []byte, out any) error {
	decoder := c.set.decoder
	if decoder == nil {
		decoder = json.Unmarshal
	}
	list := c.rows.of(op, out)
	list.prepare(body, out)
	err := decoder(body, out)
	switch {
	case err == nil:
		list.learn(body, out)
		return nil
	case c.set.decoder == nil:
		return err
	}
	// encoding/json says what is malformed, and what does not fit, in words that are known to hold no data.
	if err := json.Unmarshal(body, reflect.New(reflect.TypeOf(out).Elem()).Interface()); err != nil {
		return err
	}
	return errDecoder
}

func malformed(err error) bool {
	if err == nil {
		return false
	}
	var bad *json.SyntaxError
	return errors.As(err, &bad)
}

// place says at which byte a body is malformed, and in which key.
func place(body []byte, offset int64) string {
	if at := pathTo(body, offset); at != "" {
		return fmt.Sprintf("at byte %d, in %s", offset, at)
	}
	return fmt.Sprintf("at byte %d", offset)
}

// pathTo returns the keys that lead to the last whole token before offset, as far as they look like names: a key can be
// somebody's id.
func pathTo(body []byte, offset int64) string {
	type level struct {
		object bool
		key    string
		value  bool // the key has been read, and its value comes next
	}
	var open []level
	done := func() {
		if n := len(open); n > 0 {
			open[n-1].value = false
		}
	}
	dec := json.NewDecoder(bytes.NewReader(body[:min(offset, int64(len(body)))]))
	for {
		token, err := dec.Token()
		if err != nil {
			if !errors.Is(err, io.EOF) && !malformed(err) && !errors.Is(err, io.ErrUnexpectedEOF) {
				return ""
			}
			break
		}
		n := len(open)
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{', '[':
				open = append(open, level{object: t == '{'})
			default:
				open = open[:n-1]
				done()
			}
		case string:
			if n > 0 && open[n-1].object && !open[n-1].value {
				open[n-1].key, open[n-1].value = t, true
				continue
			}
			done()
		default:
			done()
		}
	}
	var keys []string
	for _, l := range open {
		if !l.object || l.key == "" {
			continue
		}
		if !looksLikeName(l.key) {
			l.key = "?"
		}
		keys = append(keys, l.key)
	}
	return strings.Join(keys, ".")
}

func looksLikeName(key string) bool {
	if len(key) > 40 {
		return false
	}
	for _, r := range key {
		if r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return true
}

// repair escapes control characters that stand raw in the strings of a body, as some servers send them, and tells
// whether there were any. It is tried after a syntax error only.
func repair(r *Reply) bool {
	const hex = "0123456789abcdef"
	var fixed []byte
	inside, from := false, 0
	for i := 0; i < len(r.Body); i++ {
		switch b := r.Body[i]; {
		case b == '"':
			inside = !inside
		case inside && b == '\\':
			i++ // whatever is escaped
		case inside && b < ' ':
			fixed = append(fixed, r.Body[from:i]...)
			fixed = append(fixed, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
			from = i + 1
		}
	}
	if fixed == nil {
		return false
	}
	r.Body = append(fixed, r.Body[from:]...)
	return true
}
