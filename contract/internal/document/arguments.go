package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/internal/samples"
)

// Arguments makes a request of "name=value" and a body, as the document reads them.
func (op *Operation) Arguments(list []string, body []byte) (samples.Request, error) {
	r := samples.Request{Path: make(map[string]string), Query: make(map[string][]string),
		Header: make(map[string]string)}
	members := make(map[string]any)
	for _, argument := range list {
		name, value, ok := strings.Cut(argument, "=")
		if !ok {
			return r, fmt.Errorf("want name=value, got %q", argument)
		}
		if err := op.argument(&r, members, name, value); err != nil {
			return r, err
		}
	}
	switch {
	case len(body) > 0 && len(members) > 0:
		return r, errors.New("the body is given twice, as arguments and as a whole")
	case len(body) > 0:
		if !json.Valid(body) {
			return r, errors.New("the body is no JSON")
		}
		r.Body = bytes.Clone(body)
	case len(members) > 0 && op.takesForm():
		r.Form = make(map[string]string)
		for name, value := range members {
			r.Form[name] = fmt.Sprint(value)
		}
	case len(members) > 0:
		encoded, err := json.Marshal(members)
		if err != nil {
			return r, err
		}
		r.Body = encoded
	}
	return r, op.complete(r)
}

func (op *Operation) argument(r *samples.Request, members map[string]any, name, value string) error {
	for _, p := range op.Parameters {
		if p.Name != name {
			continue
		}
		_, given := r.Query[name]
		switch p.In {
		case "path":
			r.Path[name] = value
		case "header":
			r.Header[name] = value
		default:
			if given && (p.Schema == nil || p.Schema.Kind != "array") {
				return fmt.Errorf("%s is given twice", name)
			}
			r.Query[name] = append(r.Query[name], value)
		}
		return nil
	}
	s := op.BodySchema()
	property, ok := s.Property(name)
	if !ok {
		return fmt.Errorf("there is no argument %s: want %s", name, strings.Join(op.argumentNames(), ", "))
	}
	typed, err := property.typed(value)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	before, given := members[name]
	list, isList := before.([]any)
	switch {
	case !given:
		members[name] = typed
	case isList:
		more, _ := typed.([]any)
		members[name] = append(list, more...)
	default:
		return fmt.Errorf("%s is given twice", name)
	}
	return nil
}

// typed reads a value as a schema wants it.
func (s *Schema) typed(value string) (any, error) {
	if s == nil {
		return value, nil
	}
	for _, a := range s.OneOf {
		if typed, err := a.typed(value); err == nil {
			return typed, nil
		}
	}
	switch {
	case len(s.OneOf) > 0:
		return nil, fmt.Errorf("want %s", s)
	case s.Kind == "array" && !strings.HasPrefix(value, "["):
		item, err := s.Items.typed(value)
		return []any{item}, err
	case s.Kind == "array":
		var list []any
		d := json.NewDecoder(strings.NewReader(value))
		d.UseNumber()
		if err := d.Decode(&list); err != nil {
			return nil, errors.New("want a value, or a JSON array")
		}
		return list, nil
	case s.Kind == "object" || s.Kind == "":
		if !json.Valid([]byte(value)) {
			return nil, errors.New("want JSON")
		}
		return json.RawMessage(value), nil
	case s.Kind == "integer":
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return nil, errors.New("want a whole number")
		}
		return json.Number(value), nil
	case s.Kind == "boolean":
		b, err := strconv.ParseBool(value)
		if err != nil {
			return nil, errors.New("want true or false")
		}
		return b, nil
	default:
		return value, nil
	}
}

// BodySchema is the schema of the request's body; nil if there is none.
func (op *Operation) BodySchema() *Schema {
	for _, name := range slices.Sorted(maps.Keys(op.Bodies)) {
		return op.Bodies[name]
	}
	return nil
}

func (op *Operation) takesForm() bool {
	_, ok := op.Bodies["application/x-www-form-urlencoded"]
	return ok
}

// argumentNames lists the arguments that an operation takes.
func (op *Operation) argumentNames() []string {
	var names []string
	for _, p := range op.Parameters {
		names = append(names, p.Name)
	}
	if s := op.BodySchema(); s != nil {
		names = append(names, slices.Sorted(maps.Keys(s.Properties))...)
	}
	if len(names) == 0 {
		return []string{"none"}
	}
	return names
}

// complete finds required arguments that are missing.
func (op *Operation) complete(r samples.Request) error {
	var missing []string
	for _, p := range op.Parameters {
		_, inPath := r.Path[p.Name]
		_, inQuery := r.Query[p.Name]
		_, inHeader := r.Header[p.Name]
		if p.Required && !inPath && !inQuery && !inHeader {
			missing = append(missing, p.Name)
		}
	}
	if s := op.BodySchema(); s != nil {
		body, err := Parse(r.Body)
		for _, name := range s.Required {
			_, inForm := r.Form[name]
			if _, ok := body.Get(name); !inForm && (err != nil || !ok) {
				missing = append(missing, name)
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s is required", strings.Join(missing, " and "))
	}
	return nil
}
