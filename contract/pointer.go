package contract

import (
	"strconv"
	"strings"
)

// place is where the walk is in a body: a list of steps, so that nothing is written out until there is something to report.
type place struct {
	above *place
	kind  stepKind
	name  string
	index int // of an item
}

type stepKind int

const (
	stepDeclared stepKind = iota // a member that the document declares
	stepForeign                  // a member that it does not
	stepKey                      // a key of a free map: data, not a name
	stepItem                     // an item of an array
)

// root is the body itself.
func root() *place { return nil }

// isElement tells whether it is the body itself or an item of an array: where a null is something that nobody sent.
func (p *place) isElement() bool { return p == nil || p.kind == stepItem }

func (p *place) declared(name string) *place { return &place{above: p, kind: stepDeclared, name: name} }
func (p *place) foreign(name string) *place  { return &place{above: p, kind: stepForeign, name: name} }
func (p *place) key(name string) *place      { return &place{above: p, kind: stepKey, name: name} }
func (p *place) item(index int) *place       { return &place{above: p, kind: stepItem, index: index} }

// steps visits the steps from the top down.
func (p *place) steps(visit func(s *place)) {
	if p == nil {
		return
	}
	p.above.steps(visit)
	visit(p)
}

// pointer writes the place as a JSON pointer, and once more with a star for every index. Keys that may be data become stars unless open.
func (p *place) pointer(open bool) (pointer, general string) {
	var exact, star strings.Builder
	p.steps(func(s *place) {
		shown, general := "*", "*"
		switch {
		case s.kind == stepItem:
			shown = strconv.Itoa(s.index)
		case s.kind == stepKey && open:
			shown = escapePointer(s.name)
		case s.kind == stepDeclared, s.kind == stepForeign && open:
			shown = escapePointer(s.name)
			general = shown
		case s.kind == stepForeign:
			shown = escapePointer(showName(s.name))
			general = shown
		}
		exact.WriteString("/" + shown)
		star.WriteString("/" + general)
	})
	return exact.String(), star.String()
}

// escapePointer escapes a name for a JSON pointer, RFC 6901.
func escapePointer(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

// showName returns a name that can be shown, or "*" for one that may be data: an id, a number, an address, a person. A vendor may turn an
// object into a map by such keys.
func showName(name string) string {
	if name == "" || len(name) > 64 {
		return "*"
	}
	digits := 0
	for _, r := range name {
		if r >= '0' && r <= '9' {
			digits++
		}
		if r <= ' ' || r > '~' || r == '@' || digits > 4 {
			return "*"
		}
	}
	return name
}
