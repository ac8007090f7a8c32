package document

import (
	"errors"
	"strconv"
	"strings"
)

// Takes tells whether the JSON type is the schema's.
func (s *Schema) Takes(n *Node) bool {
	switch s.Kind {
	case "":
		return true
	case "integer":
		// The decoder of an integer takes no fraction and no exponent, not even an empty one.
		return n.Kind == TypeNumber && !strings.ContainsAny(n.Text, ".eE")
	default:
		return s.Kind == string(n.Kind)
	}
}

// TakesNull tells whether null is among what the schema allows.
func (s *Schema) TakesNull() bool {
	if s.nullable || s.Kind == "" && len(s.OneOf) == 0 {
		return true
	}
	for _, a := range s.OneOf {
		if a.TakesNull() {
			return true
		}
	}
	return false
}

// MayTake tells whether one of the alternatives has the JSON type of the value.
func (s *Schema) MayTake(n *Node) bool {
	if len(s.OneOf) == 0 {
		return s.Takes(n)
	}
	for _, a := range s.OneOf {
		if a.MayTake(n) {
			return true
		}
	}
	return false
}

// Beyond tells whether a number is outside of the bounds.
func (b bounds) Beyond(text string) bool {
	if b.min == nil && b.max == nil {
		return false
	}
	value, err := strconv.ParseFloat(text, 64) // of what is out of range, infinity
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return false
	}
	return b.min != nil && value < *b.min || b.max != nil && value > *b.max
}

// Bits is how large an integer may be.
func (s *Schema) Bits() int {
	if s.format == "int32" {
		return 32
	}
	return 64
}

// Fits tells whether an integer, as written, is no larger than that.
func (s *Schema) Fits(text string) bool {
	_, err := strconv.ParseInt(text, 10, s.Bits())
	return err == nil
}

// Declares counts the members of a body that the schema has a property for; of several alternatives, the best one
// counts.
func (s *Schema) Declares(body *Node) int {
	most := 0
	for _, alternative := range s.OneOf {
		most = max(most, alternative.Declares(body))
	}
	count := 0
	for i := range body.Members {
		if _, ok := s.Properties[body.Members[i].Name]; ok {
			count++
		}
	}
	return max(most, count)
}

// Nearest is the alternative of a quirk schema that a value is.
func (s *Schema) Nearest(n *Node) *Schema {
	if s == nil {
		return nil
	}
	for _, a := range s.OneOf {
		if a.MayTake(n) {
			return a.Nearest(n)
		}
	}
	return s
}

// ItemSchema is the schema of the items of an array; nil if it is not known.
func (s *Schema) ItemSchema() *Schema {
	if s == nil {
		return nil
	}
	return s.Items
}

// Property is the schema of a declared member.
func (s *Schema) Property(name string) (*Schema, bool) {
	if s == nil {
		return nil, false
	}
	p, ok := s.Properties[name]
	return p, ok
}

// IsMap tells whether the keys of an object are data.
func (s *Schema) IsMap() bool {
	return s != nil && !s.Sealed && len(s.Properties) == 0 && s.Extra != nil
}
