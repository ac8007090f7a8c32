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
	evidence, read  string
	method          string
	helpers         []string
}

// document is what the page needs to know of one.
type document struct {
	title      string
	operations []operation // in the order of the document
}

// verbs are the keys of a path that are operations.
func verbs() []string { return []string{"get", "put", "post", "delete", "patch"} }

func readDocument(file string) (document, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return document{}, err
	}
	var read struct {
		Info struct {
			Title string `yaml:"title"`
		} `yaml:"info"`
		Paths yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(data, &read); err != nil {
		return document{}, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	out := document{title: read.Info.Title}
	for path, item := range pairs(&read.Paths) {
		for verb, node := range pairs(item) {
			if !slices.Contains(verbs(), verb) {
				continue
			}
			var op struct {
				ID         string `yaml:"operationId"`
				Summary    string `yaml:"summary"`
				Deprecated bool   `yaml:"deprecated"`
				Page       struct {
					URL string `yaml:"url"`
				} `yaml:"externalDocs"`
				Source struct {
					Confidence string `yaml:"confidence"`
					Read       string `yaml:"read"`
				} `yaml:"x-source"`
			}
			if err := node.Decode(&op); err != nil {
				return document{}, fmt.Errorf("%s: %s %s: %w", filepath.Base(file), verb, path, err)
			}
			evidence := evidenceOf(op.Source.Confidence)
			if evidence == "" {
				return document{}, fmt.Errorf("%s: %s: x-source.confidence is %q, see specs/README.md",
					filepath.Base(file), op.ID, op.Source.Confidence)
			}
			out.operations = append(out.operations, operation{
				id: op.ID, title: op.Summary, page: op.Page.URL, verb: strings.ToUpper(verb), path: path,
				deprecated: op.Deprecated, evidence: evidence, read: op.Source.Read,
			})
		}
	}
	return out, nil
}

// evidenceOf returns the page's word for what a document says its facts rest on, "" if it is none of its words.
func evidenceOf(confidence string) string {
	switch confidence {
	case "machine", "doc":
		return "documented"
	case "sdk":
		return "in an SDK"
	case "peer":
		return "recorded"
	case "seed":
		return "inferred"
	case "guess":
		return "guessed"
	}
	return ""
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
