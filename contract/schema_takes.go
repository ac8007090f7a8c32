package contract

import (
	"errors"
	"strconv"
	"strings"
)

// takes tells whether the JSON type is the schema's.
func (s *schema) takes(n *node) bool {
	switch s.kind {
	case "":
		return true
	case "integer":
		// The decoder of an integer takes no fraction and no exponent, not even an empty one.
		return n.kind == typeNumber && !strings.ContainsAny(n.text, ".eE")
	default:
		return s.kind == string(n.kind)
	}
}

func (s *schema) takesNull() bool {
	if s.nullable || s.kind == "" && len(s.oneOf) == 0 {
		return true
	}
	for _, a := range s.oneOf {
		if a.takesNull() {
			return true
		}
	}
	return false
}

func (s *schema) mayTake(n *node) bool {
	if len(s.oneOf) == 0 {
		return s.takes(n)
	}
	for _, a := range s.oneOf {
		if a.mayTake(n) {
			return true
		}
	}
	return false
}

// beyond tells whether a number is outside of the bounds.
func (b bounds) beyond(text string) bool {
	if b.min == nil && b.max == nil {
		return false
	}
	value, err := strconv.ParseFloat(text, 64) // of what is out of range, infinity
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return false
	}
	return b.min != nil && value < *b.min || b.max != nil && value > *b.max
}

func (s *schema) bits() string {
	if s.format == "int32" {
		return "32"
	}
	return "64"
}

func fitsInteger(format, text string) bool {
	bits := 64
	if format == "int32" {
		bits = 32
	}
	_, err := strconv.ParseInt(text, 10, bits)
	return err == nil
}

// declares counts the members of a body that the schema has a property for; of several alternatives, the best one counts.
func (s *schema) declares(body *node) int {
	most := 0
	for _, alternative := range s.oneOf {
		most = max(most, alternative.declares(body))
	}
	count := 0
	for i := range body.members {
		if _, ok := s.properties[body.members[i].name]; ok {
			count++
		}
	}
	return max(most, count)
}

// nearest is the alternative of a quirk schema that a value is.
func (s *schema) nearest(n *node) *schema {
	if s == nil {
		return nil
	}
	for _, a := range s.oneOf {
		if a.mayTake(n) {
			return a.nearest(n)
		}
	}
	return s
}

func (s *schema) itemSchema() *schema {
	if s == nil {
		return nil
	}
	return s.items
}

func (s *schema) property(name string) (*schema, bool) {
	if s == nil {
		return nil, false
	}
	p, ok := s.properties[name]
	return p, ok
}

// isMap tells whether the keys of an object are data.
func (s *schema) isMap() bool {
	return s != nil && !s.sealed && len(s.properties) == 0 && s.extra != nil
}
