package coverage

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// operation is a row of the tables.
type operation struct {
	id, title, page string
	verb, path      string
	deprecated      bool
	method          string
	helpers         []string
}

// operations reads those of a document, in its order.
func operations(file string) ([]operation, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var document struct {
		Paths yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	verbs := []string{"get", "put", "post", "delete", "patch"}
	var all []operation
	for path, item := range pairs(&document.Paths) {
		for verb, node := range pairs(item) {
			if !slices.Contains(verbs, verb) {
				continue
			}
			var op struct {
				ID         string `yaml:"operationId"`
				Summary    string `yaml:"summary"`
				Deprecated bool   `yaml:"deprecated"`
				Page       struct {
					URL string `yaml:"url"`
				} `yaml:"externalDocs"`
			}
			if err := node.Decode(&op); err != nil {
				return nil, fmt.Errorf("%s: %s %s: %w", filepath.Base(file), verb, path, err)
			}
			all = append(all, operation{
				id: op.ID, title: op.Summary, page: op.Page.URL, verb: strings.ToUpper(verb), path: path, deprecated: op.Deprecated,
			})
		}
	}
	return all, nil
}

// pairs yields the members of a mapping in their order.
func pairs(n *yaml.Node) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		if n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}
