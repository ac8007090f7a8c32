package contract

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// unreplaced is the second line behind disguise, and knows nothing of how that works: it looks for values of fields that are known to be
// personal, and says where one still stands, or "". Values that are made-up ones by chance do not count.
func unreplaced(s *schema, before, after *node, fakes map[string]bool) string {
	var personal []string
	var found *place
	var compare func(s *schema, before, after *node, name string, at *place)
	compare = func(s *schema, before, after *node, name string, at *place) {
		s = s.nearest(before)
		switch before.kind {
		case typeString, typeNumber:
			if !isPersonal(name) || !somebody.MatchString(before.text) || s != nil && s.enum[before.text] {
				return
			}
			if before.kind == typeNumber && len(before.text) < 5 && !isID(name) {
				return
			}
			personal = append(personal, before.text)
			if found == nil && before.text == after.text {
				found = at
			}
		case typeArray:
			for i := range before.items {
				compare(s.itemSchema(), &before.items[i], &after.items[i], name, at.item(i))
			}
		case typeObject:
			for i := range before.members {
				m := &before.members[i]
				property, known := s.property(m.name)
				below := at.foreign(m.name)
				if known {
					below = at.declared(m.name)
				}
				compare(property, &m.value, &after.members[i].value, m.name, below)
			}
		}
	}
	compare(s, before, after, "", nil)
	if found != nil {
		pointer, _ := found.pointer(false)
		return "the value at " + pointer
	}
	text := after.texts()
	for _, value := range personal {
		if (len(value) >= 8 || len(value) > utf8.RuneCountInString(value)) && !fakes[value] && strings.Contains(text, value) && !partOfFake(value, fakes) {
			return "a personal value, quoted elsewhere in the answer,"
		}
	}
	return ""
}

// somebody is what a value must have in it to say anything of anybody: "****", "--" and "N/A" do not.
var somebody = regexp.MustCompile(`[\pL\pN]{2}`)

// partOfFake tells whether a made-up value holds another value by chance.
func partOfFake(value string, fakes map[string]bool) bool {
	for fake := range fakes {
		if strings.Contains(fake, value) {
			return true
		}
	}
	return false
}
