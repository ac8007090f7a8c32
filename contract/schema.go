package contract

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// schema is a schema of the document, made ready for the walk.
type schema struct {
	name       string // of the schema's own entry in the document; "" for one that is written in place
	kind       string // OpenAPI type; "" takes anything
	format     string
	nullable   bool
	pattern    *regexp.Regexp
	enum       map[string]bool // by literal
	enumText   string
	properties map[string]*schema
	folded     map[string]string // property by its name in lower case
	required   []string
	sealed     bool    // no members but the properties
	extra      *schema // of members that are no properties; nil takes anything
	items      *schema
	oneOf      []*schema
	bounds     bounds
}

// bounds are limits of length and size; requests have them, answers do not.
type bounds struct {
	min, max           *float64
	minLength, minItem uint64
	maxLength, maxItem *uint64
}

// compiler turns schemas of the document into ours, each once, so that schemas may contain themselves.
type compiler struct {
	done map[*openapi3.Schema]*schema
}

func (c *compiler) compile(ref *openapi3.SchemaRef) (*schema, error) {
	if ref == nil || ref.Value == nil {
		return nil, nil
	}
	from := ref.Value
	if s, ok := c.done[from]; ok {
		return s, nil
	}
	s := &schema{format: from.Format, nullable: from.Nullable, required: from.Required}
	c.done[from] = s
	if ref.Ref != "" {
		s.name = ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]
	}
	if len(from.AllOf) > 0 || len(from.AnyOf) > 0 || from.Not != nil {
		return nil, fmt.Errorf("schema %s: allOf, anyOf and not cannot be held; flatten them", s.shownName())
	}
	if from.Type != nil {
		types := from.Type.Slice()
		if len(types) > 1 {
			return nil, fmt.Errorf("schema %s: several types are written with oneOf", s.shownName())
		}
		s.kind = types[0]
	}
	if from.Pattern != "" {
		pattern, err := regexp.Compile(from.Pattern)
		if err != nil {
			return nil, fmt.Errorf("schema %s: pattern: %w", s.shownName(), err)
		}
		s.pattern = pattern
	}
	s.setEnum(from.Enum)
	s.bounds = bounds{from.Min, from.Max, from.MinLength, from.MinItems, from.MaxLength, from.MaxItems}
	if err := c.members(s, from); err != nil {
		return nil, err
	}
	for _, alternative := range from.OneOf {
		a, err := c.compile(alternative)
		if err != nil {
			return nil, err
		}
		s.oneOf = append(s.oneOf, a)
	}
	return s, nil
}

func (c *compiler) members(s *schema, from *openapi3.Schema) (err error) {
	if s.items, err = c.compile(from.Items); err != nil {
		return err
	}
	if s.extra, err = c.compile(from.AdditionalProperties.Schema); err != nil {
		return err
	}
	s.sealed = from.AdditionalProperties.Has != nil && !*from.AdditionalProperties.Has
	if len(from.Properties) == 0 {
		return nil
	}
	s.properties, s.folded = make(map[string]*schema), make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(from.Properties)) {
		if s.properties[name], err = c.compile(from.Properties[name]); err != nil {
			return err
		}
		s.folded[strings.ToLower(name)] = name
	}
	return nil
}

// shownName is the name in findings.
func (s *schema) shownName() string {
	return cmp.Or(s.name, "(without a name)")
}

// mostEnumText is how many values of an enum a finding lists.
const mostEnumText = 8

func (s *schema) setEnum(values []any) {
	if len(values) == 0 {
		return
	}
	s.enum = make(map[string]bool, len(values))
	var texts []string
	for _, v := range values {
		literal := fmt.Sprint(v)
		if f, ok := v.(float64); ok { // the loader reads whole numbers as float64
			literal = fmt.Sprintf("%.0f", f)
		}
		s.enum[literal] = true
		if text, ok := v.(string); ok {
			literal = fmt.Sprintf("%q", text)
		}
		texts = append(texts, literal)
	}
	if len(texts) > mostEnumText {
		texts = append(texts[:mostEnumText], fmt.Sprintf("… (%d values)", len(values)))
	}
	s.enumText = strings.Join(texts, ", ")
}

// isCodes tells whether the schema lists the vendor's codes.
func (s *schema) isCodes() bool {
	return s.enum != nil && (s.name == "ErrorCode" || s.name == "SubCode" || s.name == "NewHostErrorCode")
}

// holdsText tells whether a schema may be text; parameters of such schemas are taken as they stand.
func (s *schema) holdsText() bool {
	return s == nil || s.kind == "" && len(s.oneOf) == 0 || s.kind == "string" || slices.ContainsFunc(s.oneOf, (*schema).holdsText)
}

// String says what the schema allows, for the reader of a finding.
func (s *schema) String() string {
	if s == nil {
		return "anything"
	}
	var text string
	switch {
	case len(s.oneOf) > 0:
		var parts []string
		for _, a := range s.oneOf {
			parts = append(parts, a.String())
		}
		text = strings.Join(parts, " or ")
	case s.kind == "":
		text = "anything"
	case s.kind == "array" && s.items != nil && s.items.kind != "":
		text = "array of " + s.items.kind
	default:
		text = s.kind
	}
	if s.pattern != nil {
		text += " like " + s.pattern.String()
	}
	if s.name != "" && (len(s.oneOf) > 0 || s.kind == "object") {
		text += " (" + s.name + ")"
	}
	if s.nullable && s.kind != "" {
		text += " or null"
	}
	return text
}
