package docs

import (
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The documents are edited as trees of YAML nodes: members keep their order, which is the order in which a page shows
// them.

// child returns a member of a mapping, nil if there is none.
func child(n *yaml.Node, name string) *yaml.Node {
	for key, value := range members(n) {
		if key == name {
			return value
		}
	}
	return nil
}

// text returns the scalar at a path of members, "" if there is none.
func text(n *yaml.Node, path ...string) string {
	for _, name := range path {
		n = child(n, name)
	}
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// members yields the members of a mapping.
func members(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for pair := range slices.Chunk(slices.Clone(n.Content), 2) {
			if !yield(pair[0].Value, pair[1]) {
				return
			}
		}
	}
}

// items returns the entries of a sequence.
func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

func first(n *yaml.Node) *yaml.Node {
	if all := items(n); len(all) > 0 {
		return all[0]
	}
	return nil
}

// set replaces a member of a mapping, or adds it.
func set(n *yaml.Node, name string, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			n.Content[i+1] = value
			return
		}
	}
	n.Content = append(n.Content, scalar(name), value)
}

func scalar(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

// mapping makes a mapping of texts from names and values in turn.
func mapping(pairs ...string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, one := range pairs {
		n.Content = append(n.Content, scalar(one))
	}
	return n
}

// follow resolves a reference into the same document.
func follow(root, n *yaml.Node) *yaml.Node {
	path, ok := strings.CutPrefix(text(n, "$ref"), "#/")
	if !ok {
		return n
	}
	target := root.Content[0]
	for name := range strings.SplitSeq(path, "/") {
		target = child(target, strings.NewReplacer("~1", "/", "~0", "~").Replace(name))
	}
	return target
}

func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, one := range n.Content {
		c.Content[i] = clone(one)
	}
	return &c
}
