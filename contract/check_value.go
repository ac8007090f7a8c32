package contract

import (
	"fmt"
	"unicode/utf8"
)

// walk holds a value against a schema and goes down into it.
func (c *check) walk(part Part, s *schema, n *node, at *place) {
	if s == nil {
		return
	}
	if n.kind == typeNull {
		c.null(part, s, n, at)
		return
	}
	if len(s.oneOf) > 0 {
		c.alternatives(part, s, n, at)
		return
	}
	if !s.takes(n) {
		f := Finding{Part: part, Kind: KindWrongType, Severity: Breaking, Document: s.String(), Came: string(n.kind)}
		if s.kind == "integer" && n.kind == typeNumber {
			f.Came = "number with a fraction or exponent"
		}
		c.add(f, at, n)
		return
	}
	c.form(part, s, n, at)
	switch n.kind {
	case typeArray:
		for i := range n.items {
			c.walk(part, s.items, &n.items[i], at.item(i))
		}
	case typeObject:
		c.object(part, s, n, at)
	}
}

// null is a null. A plain Go value takes it for its absence; an item of a list becomes an empty one that nobody sent.
func (c *check) null(part Part, s *schema, n *node, at *place) {
	if s.takesNull() {
		return
	}
	f := Finding{Part: part, Kind: KindNull, Severity: Informative, Document: s.String(), Came: string(typeNull)}
	if at.isElement() {
		f.Severity = Breaking
	}
	c.add(f, at, n)
}

// alternatives holds a value against a schema that stands for a quirk of the wire. What is reported is what is wrong with it as the
// alternative of its own JSON type: "doesn't match any" would help nobody.
func (c *check) alternatives(part Part, s *schema, n *node, at *place) {
	var nearest []Finding
	for _, a := range s.oneOf {
		if !a.mayTake(n) {
			continue
		}
		trial := &check{validator: c.validator, op: c.op, outage: c.outage}
		trial.walk(part, a, n, at)
		if len(trial.findings) == 0 {
			return
		}
		if nearest == nil || len(trial.findings) < len(nearest) {
			nearest = trial.findings
		}
	}
	if nearest == nil {
		c.add(Finding{Part: part, Kind: KindWrongType, Severity: Breaking, Document: s.String(), Came: string(n.kind)}, at, n)
		return
	}
	pointer, _ := at.pointer(c.validator.settings.values)
	for _, f := range nearest {
		if f.Pointer == pointer {
			f.Document = s.String()
			if f.Kind == KindWrongForm && n.kind == typeString && n.text == "" {
				f.Severity = Informative // the types for quirks take an empty text for none
			}
		}
		c.keep(f)
	}
}

// form holds what JSON types do not say.
func (c *check) form(part Part, s *schema, n *node, at *place) {
	wrong := func(kind Kind, severity Severity, document, came string) {
		c.add(Finding{Part: part, Kind: kind, Severity: severity, Document: document, Came: came}, at, n)
	}
	if s.enum != nil && (n.kind == typeString || n.kind == typeNumber || n.kind == typeBoolean) && !s.enum[n.text] {
		if s.isCodes() {
			c.undocumentedCode(part, s, n, at)
		} else {
			wrong(KindUnknownEnum, Informative, "one of "+s.enumText, "another "+string(n.kind))
		}
	}
	b := s.bounds
	switch n.kind {
	case typeString:
		length := uint64(utf8.RuneCountInString(n.text))
		switch {
		case s.pattern != nil && !s.pattern.MatchString(n.text):
			wrong(KindWrongForm, Breaking, s.String(), "string of another form")
		case length < b.minLength, b.maxLength != nil && length > *b.maxLength:
			wrong(KindOutOfBounds, Informative, "string of "+limits(b.minLength, b.maxLength)+" characters", fmt.Sprintf("string of %d", length))
		}
	case typeArray:
		if count := uint64(len(n.items)); count < b.minItem || b.maxItem != nil && count > *b.maxItem {
			wrong(KindOutOfBounds, Informative, "array of "+limits(b.minItem, b.maxItem)+" items", fmt.Sprintf("array of %d", count))
		}
	case typeNumber:
		switch {
		case s.kind == "integer" && !fitsInteger(s.format, n.text):
			wrong(KindWrongForm, Breaking, "integer of "+s.bits()+" bits", "larger integer")
		case b.beyond(n.text):
			wrong(KindOutOfBounds, Informative, "number within its limits", "number beyond them")
		}
	}
}

func limits(least uint64, most *uint64) string {
	if most == nil {
		return fmt.Sprintf("at least %d", least)
	}
	return fmt.Sprintf("%d to %d", least, *most)
}
