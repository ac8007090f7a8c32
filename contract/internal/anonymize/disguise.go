package anonymize

import (
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/contract/internal/document"
)

// disguise replaces what is personal in one exchange. It goes by the document: values of enums, codes, flags, counts
// and the vendor's own sentences stay; every other text is replaced, whatever its name, since a vendor may add a field
// any day.
type disguise struct {
	document  *document.Document
	made      *madeUp
	response  bool              // what is walked is a response
	failed    bool              // and a failure
	replaced  map[string]string // real texts by what stands for them now
	sentences []*document.Node  // of the vendor's, replaced at the end, when all that may be quoted in them is known
}

// where a value stands, as far as it matters here.
type standing struct {
	name    string // of the nearest member
	depth   int    // members above and including that one
	known   bool   // the document declares it
	failure bool   // below a member that explains a failure
}

// top tells whether it is a member of the envelope.
func (d *disguise) top(at standing) bool { return d.response && at.depth == 1 }

// value replaces what is below n, in place.
func (d *disguise) value(s *document.Schema, n *document.Node, at standing) {
	s = s.Nearest(n)
	switch n.Kind {
	case document.TypeObject:
		data := s == nil && at.depth > 0 && d.keysAreData(n)
		for i := range n.Members {
			d.member(s, &n.Members[i], at, data)
		}
	case document.TypeArray:
		for i := range n.Items {
			d.value(s.ItemSchema(), &n.Items[i], at)
		}
	case document.TypeString:
		d.text(s, n, at)
	case document.TypeNumber:
		d.number(s, n, at)
	}
}

// member replaces what is in a member, and its name where names are data.
func (d *disguise) member(s *document.Schema, m *document.Member, at standing, data bool) {
	declared, known := s.Property(m.Name)
	below := standing{name: m.Name, depth: at.depth + 1, known: known}
	below.failure = at.failure || d.failed && d.top(below) &&
		(m.Name == "error" || m.Name == "debug" || m.Name == "more")
	switch {
	case known:
		d.value(declared, &m.Value, below)
	case s.IsMap() && !below.failure:
		below.name = at.name
		d.value(s.Extra, &m.Value, below)
		if !isLanguage(m.Name) {
			m.Name = d.replace(m.Name)
		}
	default:
		d.value(nil, &m.Value, below)
		if data || document.ShowName(m.Name) == "*" || d.replaced[m.Name] != "" {
			m.Name = d.replace(m.Name)
		}
	}
}

// keysAreData tells whether an object that the document does not know looks like a map: members of one type, more than
// one of them, and none by the name of a field of the document's.
func (d *disguise) keysAreData(n *document.Node) bool {
	if len(n.Members) < 2 {
		return false
	}
	for i := range n.Members {
		m := &n.Members[i]
		if m.Value.Kind != n.Members[0].Value.Kind || d.document.Fields[strings.ToLower(m.Name)] {
			return false
		}
	}
	return true
}

// text replaces a string.
func (d *disguise) text(s *document.Schema, n *document.Node, at standing) {
	switch {
	case n.Text == "", s != nil && s.Enum[n.Text], d.isCode(at, n.Text):
	case d.isSentence(at):
		n.Text = withoutMarks(n.Text)
		d.quoted(n, at)
		d.sentences = append(d.sentences, n)
	case strings.HasPrefix(n.Text, "[") || strings.HasPrefix(n.Text, "{"):
		d.packed(n, at)
	default:
		n.Text = d.replaceAs(n.Text, at.name)
	}
}

// quoted replaces what is in an object that a sentence quotes.
func (d *disguise) quoted(n *document.Node, at standing) {
	from, to := strings.Index(n.Text, "{"), strings.LastIndex(n.Text, "}")
	if from < 0 || to < from {
		return
	}
	inner, err := document.Parse([]byte(n.Text[from : to+1]))
	if err != nil {
		return
	}
	d.value(nil, &inner, standing{depth: at.depth + 1})
	n.Text = n.Text[:from] + string(rune(doneBegin)) + inner.Encode() + string(rune(doneEnd)) + n.Text[to+1:]
}

// packed replaces what is in a text that holds JSON. What only looks like it is replaced word by word.
func (d *disguise) packed(n *document.Node, at standing) {
	inner, err := document.Parse([]byte(n.Text))
	if err != nil {
		n.Text = d.replace(n.Text)
		return
	}
	d.value(nil, &inner, standing{name: at.name, depth: at.depth + 1})
	n.Text = inner.Encode()
}

// replace replaces a text and remembers the words of it.
func (d *disguise) replace(text string) string { return d.replaceAs(text, "") }

// replaceAs replaces the text of a field and remembers the words of it.
func (d *disguise) replaceAs(text, field string) string {
	least := 4 // shorter words may be the vendor's own
	if isPersonal(field) {
		least = 2
	}
	made := d.made.text(text)
	d.remember(text, made)
	actual, fake := words(text), words(made)
	if len(actual) == len(fake) {
		for i := range actual {
			if len(actual[i]) >= least {
				d.remember(actual[i], fake[i])
			}
		}
	}
	return made
}

func words(text string) []string { return strings.FieldsFunc(text, separator) }

func (d *disguise) remember(actual, fake string) {
	if actual != fake {
		d.replaced[actual] = fake
	}
}

// number replaces ids, moves times, and leaves what counts or orders as long as it is small.
func (d *disguise) number(s *document.Schema, n *document.Node, at standing) {
	if s != nil && s.Enum[n.Text] || d.isCode(at, n.Text) {
		return
	}
	if strings.ContainsAny(n.Text, ".eE") {
		n.Text = d.made.fraction(n.Text)
		return
	}
	if isTime(at.name) {
		if moved, ok := d.made.moment(n.Text); ok {
			n.Text = moved
			return
		}
	}
	value, err := strconv.ParseInt(n.Text, 10, 64)
	if s == nil || isID(at.name) || isPersonal(at.name) || err != nil || value >= 1_000_000 || value <= -1_000_000 {
		made := d.made.whole(n.Text)
		if isID(at.name) {
			d.remember(n.Text, made)
		}
		n.Text = made
	}
}

// isCode tells whether a value is one of the vendor's codes at the top of a body. A new member of a success is none,
// whatever its name, and a number as long as a phone's is none either.
func (d *disguise) isCode(at standing, text string) bool {
	return d.top(at) && (at.known || d.failed) &&
		(at.name == "errcode" || at.name == "sub_code" || at.name == "code") && document.ShowCode(text) != ""
}

// isSentence tells whether a text is the vendor's own, in which at most words are personal. A new member of a success
// is none, whatever its name.
func (d *disguise) isSentence(at standing) bool {
	switch at.name {
	case "errmsg", "msg", "message", "sub_msg", "desc", "detail", "error", "error_description", "notice":
		return d.top(at) && (at.known || d.failed) || at.failure
	case "cause", "troubleshooter", "description", "type", "subject", "scope", "field":
		return at.failure
	}
	return false
}

// finish replaces what is personal in the vendor's sentences: all that was replaced elsewhere, addresses and long
// numbers.
func (d *disguise) finish() {
	actual := make([]string, 0, len(d.replaced))
	for text := range d.replaced {
		if len(text) > 1 {
			actual = append(actual, text)
		}
	}
	slices.SortFunc(actual, func(a, b string) int { // the longest first, so that no part is taken for the whole
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	for _, n := range d.sentences {
		n.Text = d.made.sentence(n.Text, actual, d.replaced)
	}
}
