package specfmt

import (
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// isText reports whether a scalar is a text. OpenAPI has no dates of YAML's kind: these are texts that lack their
// quotes.
func isText(node *yaml.Node) bool {
	tag := node.ShortTag()
	return tag == "!!str" || tag == "!!timestamp"
}

// scalar returns a scalar on one line.
func scalar(node *yaml.Node, inFlow bool) string {
	switch {
	case isText(node):
		return text(node.Value, inFlow)
	case node.ShortTag() == "!!null":
		return "null"
	case node.ShortTag() == "!!bool":
		return strings.ToLower(node.Value)
	}
	return node.Value
}

// text writes plain what every reader of YAML takes for the same text, and the rest in quotes: double ones, unless
// those would need escapes that single ones do not.
func text(value string, inFlow bool) string {
	if plain(value, inFlow) {
		return value
	}
	if strings.ContainsAny(value, `"\`) && !strings.Contains(value, "'") && !strings.ContainsFunc(value, control) {
		return "'" + value + "'"
	}
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			quoted.WriteRune('\\')
			quoted.WriteRune(r)
		case r == '\n':
			quoted.WriteString(`\n`)
		case r == '\t':
			quoted.WriteString(`\t`)
		case control(r) && r <= 0xFF:
			fmt.Fprintf(&quoted, `\x%02X`, r)
		case control(r) && r <= 0xFFFF:
			fmt.Fprintf(&quoted, `\u%04X`, r)
		case control(r):
			fmt.Fprintf(&quoted, `\U%08X`, r)
		default:
			quoted.WriteRune(r)
		}
	}
	quoted.WriteByte('"')
	return quoted.String()
}

// control reports what cannot be written as it is.
func control(r rune) bool {
	return r != ' ' && !unicode.IsGraphic(r) || unicode.Is(unicode.Zs, r) && r != ' '
}

func plain(value string, inFlow bool) bool {
	if value == "" || strings.TrimSpace(value) != value || strings.ContainsFunc(value, control) {
		return false
	}
	if strings.ContainsRune("-?:,[]{}#&*!|>'\"%@`=~<", rune(value[0])) || strings.HasSuffix(value, ":") {
		return false
	}
	if strings.Contains(value, ": ") || strings.Contains(value, " #") {
		return false
	}
	// The question mark is sound there, but the parser at hand refuses it.
	if inFlow && strings.ContainsAny(value, ",[]{}?") {
		return false
	}
	switch strings.ToLower(value) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null":
		return false
	}
	if version(value) {
		return true
	}
	// Numbers, dates, times, hexadecimal words, versions, telephone numbers: readers disagree about some of them.
	if strings.ContainsRune("+.0123456789", rune(value[0])) {
		return strings.Contains(value, " ") && strings.ContainsFunc(value, unicode.IsLetter)
	}
	return true
}

// version reports whether a text is three whole numbers with dots between them, which no reader takes for anything
// else.
func version(value string) bool {
	parts := strings.Split(value, ".")
	for _, part := range parts {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return len(parts) == 3
}

// literal returns a text of several lines as they are.
func literal(value string) ([]string, bool) {
	body := strings.TrimRight(value, "\n")
	if !strings.Contains(value, "\n") || body == "" || body[0] == ' ' || body[0] == '\n' {
		return nil, false
	}
	header := "|"
	switch len(value) - len(body) {
	case 0:
		header = "|-"
	case 1:
	default:
		return nil, false
	}
	lines := strings.Split(body, "\n")
	for _, line := range lines {
		if strings.TrimRight(line, " \t") != line || strings.ContainsFunc(line, control) {
			return nil, false
		}
	}
	return append([]string{header}, lines...), true
}

// folded breaks a long text at its blanks. Only a single blank between two words comes back when the lines are joined.
func folded(value string, width int) ([]string, bool) {
	if strings.TrimSpace(value) != value || !strings.Contains(value, " ") || strings.ContainsFunc(value, control) {
		return nil, false
	}
	lines := []string{">-"}
	line := ""
	words := strings.Split(value, " ")
	for i, word := range words {
		switch {
		case i == 0:
			line = word
		case word == "" || words[i-1] == "" || length(line)+1+length(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line), true
}
