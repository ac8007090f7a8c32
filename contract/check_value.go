package contract

import (
	"fmt"
	"unicode/utf8"

	"github.com/roster-go/roster/contract/internal/document"
)

// walk checks a value against a schema and goes down into it.
func (c *check) walk(part Part, s *document.Schema, n *document.Node, at *document.Place) {
	if s == nil {
		return
	}
	if n.Kind == document.TypeNull {
		c.null(part, s, n, at)
		return
	}
	if len(s.OneOf) > 0 {
		c.alternatives(part, s, n, at)
		return
	}
	if !s.Takes(n) {
		f := Finding{Part: part, Kind: KindWrongType, Severity: Breaking, Document: s.String(), Came: string(n.Kind)}
		if s.Kind == "integer" && n.Kind == document.TypeNumber {
			f.Came = "number with a fraction or exponent"
		}
		c.add(f, at, n)
		return
	}
	c.form(part, s, n, at)
	switch n.Kind {
	case document.TypeArray:
		for i := range n.Items {
			c.walk(part, s.Items, &n.Items[i], at.Item(i))
		}
	case document.TypeObject:
		c.object(part, s, n, at)
	}
}

// null is a null. A plain Go value takes it for its absence; an item of a list becomes an empty one that nobody sent.
func (c *check) null(part Part, s *document.Schema, n *document.Node, at *document.Place) {
	if s.TakesNull() {
		return
	}
	f := Finding{Part: part, Kind: KindNull, Severity: Informative, Document: s.String(),
		Came: string(document.TypeNull)}
	if at.IsElement() {
		f.Severity = Breaking
	}
	c.add(f, at, n)
}

// alternatives checks a value against a schema that stands for a quirk of the wire. What is reported is what is wrong
// with it as the alternative of its own JSON type: "doesn't match any" would help nobody.
func (c *check) alternatives(part Part, s *document.Schema, n *document.Node, at *document.Place) {
	var nearest []Finding
	for _, a := range s.OneOf {
		if !a.MayTake(n) {
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
		c.add(Finding{Part: part, Kind: KindWrongType, Severity: Breaking, Document: s.String(), Came: string(n.Kind)},
			at, n)
		return
	}
	pointer, _ := at.Pointer(c.validator.settings.values)
	for _, f := range nearest {
		if f.Pointer == pointer {
			f.Document = s.String()
			if f.Kind == KindWrongForm && n.Kind == document.TypeString && n.Text == "" {
				f.Severity = Informative // the types for quirks take an empty text for none
			}
		}
		c.keep(f)
	}
}

// form holds what JSON types do not say.
func (c *check) form(part Part, s *document.Schema, n *document.Node, at *document.Place) {
	wrong := func(kind Kind, severity Severity, document, came string) {
		c.add(Finding{Part: part, Kind: kind, Severity: severity, Document: document, Came: came}, at, n)
	}
	if s.Enum != nil && !s.Enum[n.Text] &&
		(n.Kind == document.TypeString || n.Kind == document.TypeNumber || n.Kind == document.TypeBoolean) {
		if s.IsCodes() {
			c.undocumentedCode(part, s, n, at)
		} else {
			wrong(KindUnknownEnum, Informative, "one of "+s.EnumText, "another "+string(n.Kind))
		}
	}
	b := s.Bounds
	switch n.Kind {
	case document.TypeString:
		length := uint64(utf8.RuneCountInString(n.Text))
		switch {
		case s.Pattern != nil && !s.Pattern.MatchString(n.Text):
			wrong(KindWrongForm, Breaking, s.String(), "string of another form")
		case length < b.MinLength, b.MaxLength != nil && length > *b.MaxLength:
			wrong(KindOutOfBounds, Informative, "string of "+limits(b.MinLength, b.MaxLength)+" characters",
				fmt.Sprintf("string of %d", length))
		}
	case document.TypeArray:
		if count := uint64(len(n.Items)); count < b.MinItem || b.MaxItem != nil && count > *b.MaxItem {
			wrong(KindOutOfBounds, Informative, "array of "+limits(b.MinItem, b.MaxItem)+" items",
				fmt.Sprintf("array of %d", count))
		}
	case document.TypeNumber:
		switch {
		case s.Kind == "integer" && !s.Fits(n.Text):
			wrong(KindWrongForm, Breaking, fmt.Sprintf("integer of %d bits", s.Bits()), "larger integer")
		case b.Beyond(n.Text):
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
