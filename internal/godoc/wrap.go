package main

import "strings"

const (
	columns  = 100
	tabWidth = 4
)

// wrapComments wraps the lines of comments that are too long at spaces. A line that is indented within its comment, as
// code and lists are, stays as it is.
func wrapComments(source string) string {
	var out strings.Builder
	for line := range strings.Lines(source) {
		indent, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "// ")
		if !ok || strings.Trim(indent, "\t") != "" || strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\t") {
			out.WriteString(line)
			continue
		}
		for _, part := range wrap(text, columns-tabWidth*len(indent)-len("// ")) {
			out.WriteString(indent + "// " + part + "\n")
		}
	}
	return out.String()
}

// wrap breaks text at spaces into lines of a width. What is longer than that and has no space stays whole.
func wrap(text string, width int) []string {
	if displayWidth(text) <= width {
		return []string{text}
	}
	var lines []string
	var line strings.Builder
	used := 0
	for word := range strings.FieldsSeq(text) {
		needed := displayWidth(word)
		switch {
		case used == 0:
		case used+1+needed <= width || isMarker(word):
			line.WriteByte(' ')
			used++
		default:
			lines = append(lines, line.String())
			line.Reset()
			used = 0
		}
		line.WriteString(word)
		used += needed
	}
	return append(lines, line.String())
}

// isMarker tells whether a word would make a list item or a heading of the line that it begins.
func isMarker(word string) bool {
	switch word {
	case "#", "-", "*", "+", "•":
		return true
	}
	number := strings.TrimRight(word, ".)")
	return number != word && strings.Trim(number, "0123456789") == ""
}

// displayWidth is how many columns text takes: Chinese characters and their punctuation take two.
func displayWidth(text string) int {
	width := 0
	for _, r := range text {
		width++
		if r >= 0x2E80 && r <= 0xFFDC || r >= 0xFFE0 && r <= 0xFFE6 {
			width++
		}
	}
	return width
}
