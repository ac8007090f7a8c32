package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/oapi-codegen/runtime"
)

// Integer is what Go has for whole numbers of a document.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64
}

// Style is how a document wants a parameter written that is neither a string, a whole number, a flag nor a list of
// these.
type Style struct {
	Style   string // "form", "simple", "deepObject", ...
	Explode bool
	Type    string // of the schema
	Format  string
}

// PathString adds the next value of the path template. An empty value, "." and ".." are refused: a URL with them
// addresses another resource than the one that was meant, and escaping does not help, since dots are never escaped.
func PathString[T ~string](c *Call, name string, value T) {
	if misleads(c, name, string(value)) || !c.pathTo(name) {
		return
	}
	var escaped bool
	c.target, escaped = appendSegment(c.target, string(value))
	c.escaped = c.escaped || escaped
}

// PathInt is PathString for a whole number.
func PathInt[T Integer](c *Call, name string, value T) {
	if c.pathTo(name) {
		c.target = strconv.AppendInt(c.target, int64(value), 10)
	}
}

// PathStyled is PathString for whatever else a document may say.
func PathStyled(c *Call, name string, value any, style Style) {
	text, err := style.write(name, value, runtime.ParamLocationPath)
	switch {
	case err != nil:
		c.fail(fmt.Errorf("path value %s: %w", name, err))
	case !misleads(c, name, text) && c.pathTo(name):
		c.target = append(c.target, text...)
		c.escaped = true
	}
}

func misleads(c *Call, name, value string) bool {
	switch value {
	case "", ".", "..":
		c.fail(fmt.Errorf("path value %s is %q, which would address another resource: give the id itself", name, value))
		return true
	}
	return false
}

// pathTo writes the path template as far as the value name, which comes next.
func (c *Call) pathTo(name string) bool {
	rest := c.Operation.Path[c.filled:]
	at := strings.IndexByte(rest, '{')
	if at < 0 || !strings.HasPrefix(rest[at+1:], name) || !strings.HasPrefix(rest[at+1+len(name):], "}") {
		c.fail(fmt.Errorf("the path does not go on with the value %s", name))
		return false
	}
	c.reserve()
	c.target = append(c.target, rest[:at]...)
	c.filled += at + len(name) + 2
	return true
}

// reserve makes room for what most calls have in path and query.
func (c *Call) reserve() {
	if c.target == nil {
		c.target = make([]byte, 0, len(c.Operation.Path)+96)
	}
}

// QueryString adds a query parameter; nil adds nothing.
func QueryString[T ~string](c *Call, name string, value *T) {
	if value != nil {
		c.parameter(name)
		c.target = appendComponent(c.target, string(*value))
	}
}

// QueryInt adds a query parameter; nil adds nothing.
func QueryInt[T Integer](c *Call, name string, value *T) {
	if value != nil {
		c.parameter(name)
		c.target = strconv.AppendInt(c.target, int64(*value), 10)
	}
}

// QueryBool adds a query parameter; nil adds nothing.
func QueryBool[T ~bool](c *Call, name string, value *T) {
	if value != nil {
		c.parameter(name)
		c.target = strconv.AppendBool(c.target, bool(*value))
	}
}

// QueryStrings adds a list: exploded as a parameter for each value, else as one with commas between the values. A nil
// list adds nothing, and one without values an empty parameter.
func QueryStrings[T ~string](c *Call, name string, explode bool, values []T) {
	queryList(c, name, explode, values, func(b []byte, value T) []byte { return appendComponent(b, string(value)) })
}

// QueryInts is QueryStrings for whole numbers.
func QueryInts[T Integer](c *Call, name string, explode bool, values []T) {
	queryList(c, name, explode, values, func(b []byte, value T) []byte {
		return strconv.AppendInt(b, int64(value), 10)
	})
}

// QueryBools is QueryStrings for flags.
func QueryBools[T ~bool](c *Call, name string, explode bool, values []T) {
	queryList(c, name, explode, values, func(b []byte, value T) []byte { return strconv.AppendBool(b, bool(value)) })
}

func queryList[T any](c *Call, name string, explode bool, values []T, write func([]byte, T) []byte) {
	if values == nil {
		return
	}
	c.parameter(name)
	for i, value := range values {
		switch {
		case i == 0:
		case explode:
			c.parameter(name)
		default:
			c.target = append(c.target, ',')
		}
		c.target = write(c.target, value)
	}
}

// QueryStyled adds a query parameter that has a value, for whatever else a document may say.
func QueryStyled(c *Call, name string, value any, style Style) {
	text, err := style.write(name, value, runtime.ParamLocationQuery)
	if err != nil {
		c.fail(fmt.Errorf("parameter %s: %w", name, err))
		return
	}
	c.separate()
	c.target = append(c.target, text...)
}

// parameter begins a query parameter.
func (c *Call) parameter(name string) {
	c.separate()
	c.target = append(appendComponent(c.target, name), '=')
}

// separate gets ready for one more parameter: the first one ends the path.
func (c *Call) separate() {
	if c.done {
		c.target = append(c.target, '&')
		return
	}
	c.reserve()
	c.target = append(c.target, c.Operation.Path[c.filled:]...)
	c.filled, c.query, c.done = len(c.Operation.Path), len(c.target), true
}

// HeaderString adds a header; nil adds nothing.
func HeaderString[T ~string](c *Call, name string, value *T) {
	if value != nil {
		c.header = append(c.header, field{name, string(*value)})
	}
}

// HeaderStyled adds a header that has a value, for whatever else a document may say.
func HeaderStyled(c *Call, name string, value any, style Style) {
	text, err := style.write(name, value, runtime.ParamLocationHeader)
	if err != nil {
		c.fail(fmt.Errorf("header %s: %w", name, err))
		return
	}
	c.header = append(c.header, field{name, text})
}

func (s Style) write(name string, value any, place runtime.ParamLocation) (string, error) {
	return runtime.StyleParamWithOptions(s.Style, s.Explode, name, value,
		runtime.StyleParamOptions{ParamLocation: place, Type: s.Type, Format: s.Format})
}

// Params returns params, or empty ones in place of nil. The parameter required, if it is not "", is one that may not be
// left out.
func Params[T any](c *Call, params *T, required string) *T {
	if params != nil {
		return params
	}
	if required != "" {
		c.fail(fmt.Errorf("parameter %s is required, but params is nil", required))
	}
	return new(T)
}

// JSON gives the call a body, encoded as raw UTF-8 without HTML escaping: the vendors count \u003c as bad characters,
// and some sign the very bytes.
func JSON[T any](c *Call, contentType string, body *T) {
	if body == nil {
		c.fail(errors.New("body is nil: give a pointer to the request, an empty one if there is nothing to say"))
		return
	}
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	e.text.Reset()
	if err := e.json.Encode(body); err != nil {
		c.fail(fmt.Errorf("body cannot be encoded as JSON: %w", err))
		return
	}
	Raw(c, contentType, bytes.Clone(bytes.TrimSuffix(e.text.Bytes(), []byte{'\n'})))
}

// encoder is a JSON encoder with what it writes into.
type encoder struct {
	text bytes.Buffer
	json *json.Encoder
}

var encoders = sync.Pool{New: func() any {
	e := new(encoder)
	e.json = json.NewEncoder(&e.text)
	e.json.SetEscapeHTML(false)
	return e
}}

// Form gives the call a body, encoded as application/x-www-form-urlencoded.
func Form[T any](c *Call, contentType string, body *T) {
	if body == nil {
		c.fail(errors.New("body is nil: give a pointer to the request"))
		return
	}
	values, err := runtime.MarshalForm(body, nil)
	if err != nil {
		c.fail(fmt.Errorf("body cannot be encoded as a form: %w", err))
		return
	}
	Raw(c, contentType, []byte(values.Encode()))
}

// Raw gives the call a body as it is.
func Raw(c *Call, contentType string, body []byte) {
	c.contentType, c.body, c.hasBody = contentType, body, true
}
