package anonymize

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/contract/internal/document"
)

// unreplaced is the second line behind disguise, and knows nothing of how that works: it looks for values of fields
// that are known to be personal, and says where one still stands, or "". Values that are made-up ones by chance do not
// count.
func unreplaced(s *document.Schema, before, after *document.Node, fakes map[string]bool) string {
	var personal []string
	var found *document.Place
	var compare func(s *document.Schema, before, after *document.Node, name string, at *document.Place)
	compare = func(s *document.Schema, before, after *document.Node, name string, at *document.Place) {
		s = s.Nearest(before)
		switch before.Kind {
		case document.TypeString, document.TypeNumber:
			if !isPersonal(name) || !somebody.MatchString(before.Text) || s != nil && s.Enum[before.Text] {
				return
			}
			if before.Kind == document.TypeNumber && len(before.Text) < 5 && !isID(name) {
				return
			}
			personal = append(personal, before.Text)
			if found == nil && before.Text == after.Text {
				found = at
			}
		case document.TypeArray:
			for i := range before.Items {
				compare(s.ItemSchema(), &before.Items[i], &after.Items[i], name, at.Item(i))
			}
		case document.TypeObject:
			for i := range before.Members {
				m := &before.Members[i]
				property, known := s.Property(m.Name)
				below := at.Foreign(m.Name)
				if known {
					below = at.Declared(m.Name)
				}
				compare(property, &m.Value, &after.Members[i].Value, m.Name, below)
			}
		}
	}
	compare(s, before, after, "", nil)
	if found != nil {
		pointer, _ := found.Pointer(false)
		return "the value at " + pointer
	}
	text := after.Texts()
	for _, value := range personal {
		if (len(value) >= 8 || len(value) > utf8.RuneCountInString(value)) && !fakes[value] &&
			strings.Contains(text, value) && !partOfFake(value, fakes) {
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
