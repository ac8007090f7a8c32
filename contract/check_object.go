package contract

import (
	"slices"
	"strings"
)

// object holds the members of an object.
func (c *check) object(part Part, s *schema, n *node, at *place) {
	seen, present := make(map[string]bool, len(n.members)), n.names()
	for i := range n.members {
		m := &n.members[i]
		declared, known := s.properties[m.name]
		step := at.declared(m.name)
		switch {
		case known:
		case s.sealed:
			step = at.foreign(m.name)
		default:
			step = at.key(m.name)
		}
		if seen[m.name] {
			c.add(Finding{
				Part: part, Kind: KindDuplicateField, Severity: Informative, Document: "a member once", Came: "twice or more",
				Note: "the typed client takes the last",
			}, step, &m.value)
		}
		seen[m.name] = true
		switch {
		case known:
			c.walk(part, declared, &m.value, step)
		case s.sealed:
			c.undeclared(part, s, present, m, step)
		default:
			c.walk(part, s.extra, &m.value, step)
		}
	}
	for _, name := range s.required {
		value, ok := n.get(name)
		switch {
		case !ok:
			c.add(Finding{Part: part, Kind: KindMissing, Severity: Breaking, Document: "required", Came: "nothing", Note: c.nearName(n, name)}, at.declared(name), nil)
		case value.kind == typeNull:
			c.escalate(part, at.declared(name))
		}
	}
}

// escalate makes the finding about a null breaking where the member may not be missing.
func (c *check) escalate(part Part, at *place) {
	pointer, _ := at.pointer(c.validator.settings.values)
	for i := range c.findings {
		if f := &c.findings[i]; f.Part == part && f.Pointer == pointer && f.Kind == KindNull {
			f.Severity = Breaking
		}
	}
}

// undeclared is a member of an object that declares others. The typed client drops it, unless a declared name differs from it in case only:
// Go's decoder then takes the one for the other.
func (c *check) undeclared(part Part, s *schema, present map[string]bool, m *member, at *place) {
	f := Finding{
		Part: part, Kind: KindUndeclaredField, Severity: Informative,
		Document: "no such field in " + s.shownName(), Came: string(m.value.kind),
	}
	if twin, ok := s.folded[strings.ToLower(m.name)]; ok {
		f.Note = "the typed client takes it for " + twin
		if present[twin] {
			f.Note += ", which is there, too: the last one wins"
			f.Severity = Breaking
		}
		trial := &check{validator: c.validator, op: c.op}
		trial.walk(part, s.properties[twin], &m.value, at)
		if slices.ContainsFunc(trial.findings, func(f Finding) bool { return f.Severity == Breaking }) {
			f.Note += ", whose type it does not have"
			f.Severity = Breaking
		}
	}
	c.add(f, at, &m.value)
}

// nearName says that a member is there under a name that differs in case.
func (c *check) nearName(n *node, name string) string {
	for i := range n.members {
		if strings.EqualFold(n.members[i].name, name) {
			return "there is one that differs in upper and lower case"
		}
	}
	return ""
}
