package specfmt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Width is the number of columns that a line has at most, if there is a place to break it.
const Width = 120

// Format returns the document in the dialect. It refuses what the dialect does not have: anchors, tags, a key that
// stands twice, several documents in one file, and a text of several lines with a line that is too long, since only its
// author can break that.
func Format(source []byte) ([]byte, error) {
	root, head, err := parse(source)
	if err != nil {
		return nil, err
	}
	if err := supported(root, 0); err != nil {
		return nil, err
	}
	var lines []string
	if head != "" {
		lines = append(comment(head), "")
		if !separated(source) {
			lines = comment(head)
		}
	}
	keys := make([]string, 0, len(root.Content)/2)
	for i := 0; i < len(root.Content); i += 2 {
		keys = append(keys, root.Content[i].Value)
	}
	lines = append(lines, block(root, documentKind(keys), 0)...)
	formatted := []byte(strings.Join(lines, "\n") + "\n")
	if err := sameMeaning(source, formatted); err != nil {
		return nil, fmt.Errorf("a fault of the formatter, nothing was written: %w", err)
	}
	return formatted, nil
}

// separated reports whether a blank line follows the comment that the file begins with.
func separated(source []byte) bool {
	for line := range strings.Lines(string(source)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			return line == ""
		}
	}
	return false
}

// parse returns the mapping that the document is, and the comment above it.
func parse(source []byte) (root *yaml.Node, head string, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, "", errors.New("the document is empty")
	case err != nil:
		return nil, "", err
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, "", errors.New("more than one document")
	}
	root = document.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, "", errors.New("not a mapping")
	}
	if len(root.Content) > 0 && root.FootComment == "" {
		root.FootComment = document.FootComment
	}
	head = document.HeadComment
	if head == "" {
		head, root.HeadComment = root.HeadComment, ""
	}
	return root, head, nil
}

// supported returns an error for what the dialect does not have in a node that stands in depth others.
func supported(node *yaml.Node, depth int) error {
	if node.Kind == yaml.AliasNode || node.Anchor != "" {
		return fmt.Errorf("line %d: anchors and aliases are not used here, name the thing under components", node.Line)
	}
	if node.Style&yaml.TaggedStyle != 0 {
		return fmt.Errorf("line %d: tags are not used here", node.Line)
	}
	if node.Kind == yaml.MappingNode {
		keys := map[string]bool{}
		for i := 0; i < len(node.Content); i += 2 {
			key := node.Content[i]
			if keys[key.Value] {
				return fmt.Errorf("line %d: %q stands twice", key.Line, key.Value)
			}
			keys[key.Value] = true
		}
	}
	if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, "\n") {
		for line := range strings.Lines(node.Value) {
			if 2*depth+length(strings.TrimRight(line, "\n")) > Width && strings.Contains(line, " ") {
				return fmt.Errorf("line %d: a line of this text is longer than %d columns; break it", node.Line, Width)
			}
		}
	}
	for _, child := range node.Content {
		if err := supported(child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// block returns the lines of a node that stands on lines of its own, indented by column spaces on the page. The lines
// themselves carry the indentation below the node only.
func block(node *yaml.Node, as *kind, column int) []string {
	var lines []string
	switch node.Kind {
	case yaml.MappingNode:
		for place, field := range sorted(node, as) {
			key, value := field[0], field[1]
			// A comment is a heading: it stands apart from what is above it.
			if place > 0 && (as.apart(key.Value) || key.HeadComment != "") {
				lines = append(lines, "")
			}
			lines = append(lines, comment(key.HeadComment)...)
			lines = append(lines, entry(key, value, as.under(key.Value), column)...)
			lines = append(lines, foot(key.FootComment, value.FootComment)...)
		}
		lines = append(lines, foot(node.FootComment)...)
	case yaml.SequenceNode:
		for _, item := range node.Content {
			lines = append(lines, comment(item.HeadComment)...)
			written := value(item, as.under(""), column+len("- "), column+len("- "))
			lines = append(lines, "- "+written[0])
			lines = append(lines, indent(written[1:])...)
			lines = append(lines, foot(item.FootComment)...)
		}
	}
	return lines
}

// entry returns the lines of one key and its value.
func entry(key, node *yaml.Node, as *kind, column int) []string {
	name := scalar(key, false) + ":"
	remark := ""
	for _, text := range []string{key.LineComment, node.LineComment} {
		if text != "" {
			remark += "  " + text
		}
	}
	if node.Kind != yaml.ScalarNode {
		bare := *node
		bare.LineComment = ""
		if line, ok := flow(&bare, as); ok && column+length(name)+1+length(line) <= Width {
			return []string{name + " " + line + remark}
		}
		return append([]string{name + remark}, indent(block(node, as, column+2))...)
	}
	written := value(node, as, column+length(name)+1, column+2)
	written[0] = name + " " + written[0] + remark
	return append(written[:1], indent(written[1:])...)
}

// value returns the lines of a value, the first of which begins at one column and the others, indented by the caller,
// at another.
func value(node *yaml.Node, as *kind, first, others int) []string {
	if node.Kind != yaml.ScalarNode {
		if line, ok := flow(node, as); ok && first+length(line) <= Width {
			return []string{line}
		}
		return block(node, as, others)
	}
	if isText(node) {
		if lines, ok := literal(node.Value); ok {
			return lines
		}
		if line := scalar(node, false); first+length(line) > Width {
			if lines, ok := folded(node.Value, Width-others); ok {
				return lines
			}
		}
	}
	return []string{scalar(node, false)}
}

// flow returns a mapping or a list on one line. It tells if that cannot be, or must not be.
func flow(node *yaml.Node, as *kind) (string, bool) {
	if node.HeadComment != "" || node.LineComment != "" || node.FootComment != "" {
		return "", false
	}
	if node.Kind == yaml.ScalarNode {
		return scalar(node, true), !isText(node) || !strings.Contains(node.Value, "\n")
	}
	if as != nil && as.block && len(node.Content) > 0 {
		return "", false
	}
	parts := make([]string, 0, len(node.Content))
	if node.Kind == yaml.SequenceNode {
		for _, item := range node.Content {
			part, ok := flow(item, as.under(""))
			if !ok {
				return "", false
			}
			parts = append(parts, part)
		}
		return "[" + strings.Join(parts, ", ") + "]", true
	}
	for _, field := range sorted(node, as) {
		key, value := field[0], field[1]
		if key.HeadComment != "" || key.LineComment != "" || key.FootComment != "" {
			return "", false
		}
		if as != nil && slices.Contains(as.opens, key.Value) {
			return "", false
		}
		part, ok := flow(value, as.under(key.Value))
		if !ok {
			return "", false
		}
		parts = append(parts, scalar(key, true)+": "+part)
	}
	return "{" + strings.Join(parts, ", ") + "}", true
}

// sorted returns the keys and values of a mapping in the order of its kind.
func sorted(node *yaml.Node, as *kind) [][2]*yaml.Node {
	fields := make([][2]*yaml.Node, 0, len(node.Content)/2)
	for i := 0; i < len(node.Content); i += 2 {
		fields = append(fields, [2]*yaml.Node{node.Content[i], node.Content[i+1]})
	}
	if as != nil && len(as.order) > 0 {
		slices.SortStableFunc(fields, func(a, b [2]*yaml.Node) int {
			return as.rank(a[0].Value) - as.rank(b[0].Value)
		})
	}
	return fields
}

// comment returns the lines of a comment without the blank lines around it.
func comment(text string) []string {
	if text == "" {
		return nil
	}
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// foot returns the lines of comments that end a part of the document. A blank line keeps them from becoming the heading
// of what follows.
func foot(texts ...string) []string {
	var lines []string
	for _, text := range texts {
		if text != "" {
			lines = append(append(lines, comment(text)...), "")
		}
	}
	return lines
}

func indent(lines []string) []string {
	for i, line := range lines {
		if line != "" {
			lines[i] = "  " + line
		}
	}
	return lines
}

func length(text string) int { return utf8.RuneCountInString(text) }
