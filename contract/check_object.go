package contract

import (
	"slices"
	"strings"

	"github.com/roster-go/roster/contract/internal/document"
)

// object holds the members of an object.
func (c *check) object(part Part, s *document.Schema, n *document.Node, at *document.Place) {
	seen, present := make(map[string]bool, len(n.Members)), n.Names()
	for i := range n.Members {
		m := &n.Members[i]
		declared, known := s.Properties[m.Name]
		step := at.Declared(m.Name)
		switch {
		case known:
		case s.Sealed:
			step = at.Foreign(m.Name)
		default:
			step = at.Key(m.Name)
		}
		if seen[m.Name] {
			c.add(Finding{
				Part: part, Kind: KindDuplicateField, Severity: Informative, Document: "a member once",
				Came: "twice or more",
				Note: "the typed client takes the last",
			}, step, &m.Value)
		}
		seen[m.Name] = true
		switch {
		case known:
			c.walk(part, declared, &m.Value, step)
		case s.Sealed:
			c.undeclared(part, s, present, m, step)
		default:
			c.walk(part, s.Extra, &m.Value, step)
		}
	}
	for _, name := range s.Required {
		value, ok := n.Get(name)
		switch {
		case !ok:
			c.add(Finding{Part: part, Kind: KindMissing, Severity: Breaking, Document: "required", Came: "nothing",
				Note: c.nearName(n, name)}, at.Declared(name), nil)
		case value.Kind == document.TypeNull:
			c.escalate(part, at.Declared(name))
		}
	}
}

// escalate makes the finding about a null breaking where the member may not be missing.
func (c *check) escalate(part Part, at *document.Place) {
	pointer, _ := at.Pointer(c.validator.settings.values)
	for i := range c.findings {
		if f := &c.findings[i]; f.Part == part && f.Pointer == pointer && f.Kind == KindNull {
			f.Severity = Breaking
		}
	}
}

// undeclared is a member of an object that declares others. The typed client drops it, unless a declared name differs
// from it in case only: Go's decoder then takes the one for the other.
func (c *check) undeclared(part Part, s *document.Schema, present map[string]bool, m *document.Member,
	at *document.Place) {
	f := Finding{
		Part: part, Kind: KindUndeclaredField, Severity: Informative,
		Document: "no such field in " + s.ShownName(), Came: string(m.Value.Kind),
	}
	if twin, ok := s.Folded[strings.ToLower(m.Name)]; ok {
		f.Note = "the typed client takes it for " + twin
		if present[twin] {
			f.Note += ", which is there, too: the last one wins"
			f.Severity = Breaking
		}
		trial := &check{validator: c.validator, op: c.op}
		trial.walk(part, s.Properties[twin], &m.Value, at)
		if slices.ContainsFunc(trial.findings, func(f Finding) bool { return f.Severity == Breaking }) {
			f.Note += ", whose type it does not have"
			f.Severity = Breaking
		}
	}
	c.add(f, at, &m.Value)
}

// nearName says that a member is there under a name that differs in case.
func (c *check) nearName(n *document.Node, name string) string {
	for i := range n.Members {
		if strings.EqualFold(n.Members[i].Name, name) {
			return "there is one that differs in upper and lower case"
		}
	}
	return ""
}
