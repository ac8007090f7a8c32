package specfmt

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// sameMeaning returns an error unless two documents say the same and have the same comments.
func sameMeaning(before, after []byte) error {
	old, oldHead, err := parse(before)
	if err != nil {
		return err
	}
	formatted, head, err := parse(after)
	if err != nil {
		return err
	}
	if err := same("", old, formatted); err != nil {
		return err
	}
	had, has := comments(old, comment(oldHead)), comments(formatted, comment(head))
	slices.Sort(had)
	slices.Sort(has)
	if !slices.Equal(had, has) {
		return fmt.Errorf("comments would get lost: %d lines of them before, %d after", len(had), len(has))
	}
	return nil
}

func same(at string, a, b *yaml.Node) error {
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return fmt.Errorf("%s would change its shape", at)
	}
	switch a.Kind {
	case yaml.MappingNode:
		values := map[string]*yaml.Node{}
		for i := 0; i < len(b.Content); i += 2 {
			values[b.Content[i].ShortTag()+b.Content[i].Value] = b.Content[i+1]
		}
		for i := 0; i < len(a.Content); i += 2 {
			name := at + "/" + a.Content[i].Value
			value, ok := values[a.Content[i].ShortTag()+a.Content[i].Value]
			if !ok {
				return fmt.Errorf("%s would get lost", name)
			}
			if err := same(name, a.Content[i+1], value); err != nil {
				return err
			}
		}
	case yaml.SequenceNode:
		for i := range a.Content {
			if err := same(fmt.Sprintf("%s/%d", at, i), a.Content[i], b.Content[i]); err != nil {
				return err
			}
		}
	default:
		sameType := isText(a) && isText(b) || a.ShortTag() == b.ShortTag()
		if !sameType || scalar(a, false) != scalar(b, false) {
			return fmt.Errorf("%s would read %q instead of %q", at, b.Value, a.Value)
		}
	}
	return nil
}

// comments appends every line of the comments in a node to lines.
func comments(node *yaml.Node, lines []string) []string {
	for _, text := range []string{node.HeadComment, node.LineComment, node.FootComment} {
		lines = append(lines, comment(text)...)
	}
	for _, child := range node.Content {
		lines = comments(child, lines)
	}
	return lines
}
