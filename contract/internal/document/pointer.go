package document

import (
	"strconv"
	"strings"
)

// Place is where the walk is in a body: a list of steps, so that nothing is written out until there is something to
// report.
type Place struct {
	above *Place
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

// Root is the body itself.
func Root() *Place { return nil }

// IsElement tells whether it is the body itself or an item of an array: where a null is something that nobody sent.
func (p *Place) IsElement() bool { return p == nil || p.kind == stepItem }

// Declared is the place of a member that the document declares.
func (p *Place) Declared(name string) *Place { return &Place{above: p, kind: stepDeclared, name: name} }

// Foreign is the place of a member that the document does not declare.
func (p *Place) Foreign(name string) *Place { return &Place{above: p, kind: stepForeign, name: name} }

// Key is the place of an entry of a free map, whose keys are data.
func (p *Place) Key(name string) *Place { return &Place{above: p, kind: stepKey, name: name} }

// Item is the place of an item of an array.
func (p *Place) Item(index int) *Place { return &Place{above: p, kind: stepItem, index: index} }

// steps visits the steps from the top down.
func (p *Place) steps(visit func(s *Place)) {
	if p == nil {
		return
	}
	p.above.steps(visit)
	visit(p)
}

// Pointer writes the place as a JSON pointer, and once more with a star for every index. Keys that may be data become
// stars unless open.
func (p *Place) Pointer(open bool) (pointer, general string) {
	var exact, star strings.Builder
	p.steps(func(s *Place) {
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
			shown = escapePointer(ShowName(s.name))
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

// ShowName returns a name that can be shown, or "*" for one that may be data: an id, a number, an address, a person. A
// vendor may turn an object into a map by such keys.
func ShowName(name string) string {
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
