package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/oapi-codegen/runtime"
)

// fail keeps the first problem only: it is the one that the caller has to fix first.
func (c *Call) fail(err error) {
	if c.Invalid == nil {
		c.Invalid = err
	}
}

// PathValue checks a value that goes into the path. An empty value, "." and ".." are refused: a URL with them addresses
// another resource than the one that was meant, and escaping does not help, since dots are never escaped.
func (c *Call) PathValue(name string, value any) {
	switch text := fmt.Sprint(value); text {
	case "", ".", "..":
		c.fail(fmt.Errorf("path value %s is %q, which would address another resource: give the id itself", name, text))
	}
}

// RequireParams notes that the parameter name is required when params is a nil pointer.
func (c *Call) RequireParams(missing bool, name string) {
	if missing {
		c.fail(fmt.Errorf("parameter %s is required, but params is nil", name))
	}
}

// JSONBody encodes a request body as raw UTF-8 without HTML escaping: the vendors count \u003c as bad characters, and some sign
// the very bytes.
func (c *Call) JSONBody(body any) []byte {
	if isNil(body) {
		c.fail(errors.New("body is nil: give a pointer to the request, an empty one if there is nothing to say"))
		return nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		c.fail(fmt.Errorf("body cannot be encoded as JSON: %w", err))
		return nil
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte{'\n'})
}

// FormBody encodes a request body as application/x-www-form-urlencoded.
func (c *Call) FormBody(body any) []byte {
	if isNil(body) {
		c.fail(errors.New("body is nil: give a pointer to the request"))
		return nil
	}
	values, err := runtime.MarshalForm(body, nil)
	if err != nil {
		c.fail(fmt.Errorf("body cannot be encoded as a form: %w", err))
		return nil
	}
	return []byte(values.Encode())
}

func isNil(v any) bool {
	rv := reflect.ValueOf(v)
	return !rv.IsValid() || rv.Kind() == reflect.Pointer && rv.IsNil()
}
