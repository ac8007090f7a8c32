package document

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Schema is a schema of the document, made ready for the walk.
type Schema struct {
	name       string // of the schema's own entry in the document; "" for one that is written in place
	Kind       string // OpenAPI type; "" takes anything
	format     string
	nullable   bool
	Pattern    *regexp.Regexp
	Enum       map[string]bool // by literal
	EnumText   string
	Properties map[string]*Schema
	Folded     map[string]string // property by its name in lower case
	Required   []string
	Sealed     bool    // no members but the properties
	Extra      *Schema // of members that are no properties; nil takes anything
	Items      *Schema
	OneOf      []*Schema
	Bounds     bounds
}

// bounds are limits of length and size; requests have them, answers do not.
type bounds struct {
	min, max           *float64
	MinLength, MinItem uint64
	MaxLength, MaxItem *uint64
}

// compiler turns schemas of the document into ours, each once, so that schemas may contain themselves.
type compiler struct {
	done map[*openapi3.Schema]*Schema
}

func (c *compiler) compile(ref *openapi3.SchemaRef) (*Schema, error) {
	if ref == nil || ref.Value == nil {
		return nil, nil
	}
	from := ref.Value
	if s, ok := c.done[from]; ok {
		return s, nil
	}
	s := &Schema{format: from.Format, nullable: from.Nullable, Required: from.Required}
	c.done[from] = s
	if ref.Ref != "" {
		s.name = ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]
	}
	if len(from.AllOf) > 0 || len(from.AnyOf) > 0 || from.Not != nil {
		return nil, fmt.Errorf("schema %s: allOf, anyOf and not cannot be held; flatten them", s.ShownName())
	}
	if from.Type != nil {
		types := from.Type.Slice()
		if len(types) > 1 {
			return nil, fmt.Errorf("schema %s: several types are written with oneOf", s.ShownName())
		}
		s.Kind = types[0]
	}
	if from.Pattern != "" {
		pattern, err := regexp.Compile(from.Pattern)
		if err != nil {
			return nil, fmt.Errorf("schema %s: pattern: %w", s.ShownName(), err)
		}
		s.Pattern = pattern
	}
	s.setEnum(from.Enum)
	s.Bounds = bounds{from.Min, from.Max, from.MinLength, from.MinItems, from.MaxLength, from.MaxItems}
	if err := c.members(s, from); err != nil {
		return nil, err
	}
	for _, alternative := range from.OneOf {
		a, err := c.compile(alternative)
		if err != nil {
			return nil, err
		}
		s.OneOf = append(s.OneOf, a)
	}
	return s, nil
}

func (c *compiler) members(s *Schema, from *openapi3.Schema) (err error) {
	if s.Items, err = c.compile(from.Items); err != nil {
		return err
	}
	if s.Extra, err = c.compile(from.AdditionalProperties.Schema); err != nil {
		return err
	}
	s.Sealed = from.AdditionalProperties.Has != nil && !*from.AdditionalProperties.Has
	if len(from.Properties) == 0 {
		return nil
	}
	s.Properties, s.Folded = make(map[string]*Schema), make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(from.Properties)) {
		if s.Properties[name], err = c.compile(from.Properties[name]); err != nil {
			return err
		}
		s.Folded[strings.ToLower(name)] = name
	}
	return nil
}

// ShownName is the name in findings.
func (s *Schema) ShownName() string {
	return cmp.Or(s.name, "(without a name)")
}

// mostEnumText is how many values of an enum a finding lists.
const mostEnumText = 8

func (s *Schema) setEnum(values []any) {
	if len(values) == 0 {
		return
	}
	s.Enum = make(map[string]bool, len(values))
	var texts []string
	for _, v := range values {
		literal := fmt.Sprint(v)
		if f, ok := v.(float64); ok { // the loader reads whole numbers as float64
			literal = fmt.Sprintf("%.0f", f)
		}
		s.Enum[literal] = true
		if text, ok := v.(string); ok {
			literal = fmt.Sprintf("%q", text)
		}
		texts = append(texts, literal)
	}
	if len(texts) > mostEnumText {
		texts = append(texts[:mostEnumText], fmt.Sprintf("… (%d values)", len(values)))
	}
	s.EnumText = strings.Join(texts, ", ")
}

// IsCodes tells whether the schema lists the vendor's codes.
func (s *Schema) IsCodes() bool {
	return s.Enum != nil && (s.name == "ErrorCode" || s.name == "SubCode" || s.name == "NewHostErrorCode")
}

// holdsText tells whether a schema may be text; parameters of such schemas are taken as they stand.
func (s *Schema) holdsText() bool {
	return s == nil || s.Kind == "" && len(s.OneOf) == 0 || s.Kind == "string" ||
		slices.ContainsFunc(s.OneOf, (*Schema).holdsText)
}

// String says what the schema allows, for the reader of a finding.
func (s *Schema) String() string {
	if s == nil {
		return "anything"
	}
	var text string
	switch {
	case len(s.OneOf) > 0:
		var parts []string
		for _, a := range s.OneOf {
			parts = append(parts, a.String())
		}
		text = strings.Join(parts, " or ")
	case s.Kind == "":
		text = "anything"
	case s.Kind == "array" && s.Items != nil && s.Items.Kind != "":
		text = "array of " + s.Items.Kind
	default:
		text = s.Kind
	}
	if s.Pattern != nil {
		text += " like " + s.Pattern.String()
	}
	if s.name != "" && (len(s.OneOf) > 0 || s.Kind == "object") {
		text += " (" + s.name + ")"
	}
	if s.nullable && s.Kind != "" {
		text += " or null"
	}
	return text
}
