package coverage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/roster-go/roster/specs"
	"go.yaml.in/yaml/v3"
)

const ledgerFile = "specs/coverage.yaml"

// ledger is specs/coverage.yaml.
type ledger struct {
	Founding map[string]yaml.Node `yaml:"founding"`
	Routes   map[string]routes    `yaml:"routes"`
}

// routes is what the ledger says of a vendor's directory: "METHOD /path" each.
type routes struct {
	Covered  []string   `yaml:"covered"`
	Declined []declined `yaml:"declined"`
	New      []string   `yaml:"new"`
}

// declined are routes that are not wanted.
type declined struct {
	Why    string   `yaml:"why"`
	Routes []string `yaml:"routes"`
}

func readLedger(root string) (ledger, error) {
	file, err := os.Open(filepath.Join(root, filepath.FromSlash(ledgerFile)))
	if err != nil {
		return ledger{}, err
	}
	defer file.Close()
	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true)
	var read ledger
	if err := decoder.Decode(&read); err != nil {
		return ledger{}, fmt.Errorf("%s: %w", ledgerFile, err)
	}
	for vendor := range read.Routes {
		if !slices.Contains(specs.Vendors(), vendor) {
			return ledger{}, fmt.Errorf("%s: routes of an unknown vendor %q", ledgerFile, vendor)
		}
	}
	return read, nil
}

// Check holds the ledger in specs/coverage.yaml against the documents and against the lists in specs/sources. The error
// names all that is missing or too much, a line each.
func Check(root string) error {
	l, err := readLedger(root)
	if err != nil {
		return err
	}
	sources, err := readSources(root)
	if err != nil {
		return err
	}
	var problems []error
	for _, vendor := range specs.Vendors() {
		d, err := readDocument(filepath.Join(root, "specs", vendor+".yaml"))
		if err != nil {
			return err
		}
		for _, problem := range l.Routes[vendor].check(d.operations, sources[vendor]) {
			problems = append(problems, fmt.Errorf("%s: %s: %s", ledgerFile, vendor, problem))
		}
	}
	return errors.Join(problems...)
}

// readSources reads the lists of routes by vendor.
func readSources(root string) (map[string][]string, error) {
	files, err := filepath.Glob(filepath.Join(root, "specs", "sources", "*"))
	if err != nil {
		return nil, err
	}
	all := make(map[string][]string)
	for _, name := range files {
		base := filepath.Base(name)
		vendor, ok := strings.CutSuffix(base, ".tsv")
		if !ok || !slices.Contains(specs.Vendors(), vendor) {
			return nil, fmt.Errorf("specs/sources/%s: want <vendor>.tsv", base)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
			if strings.HasPrefix(line, "#") {
				continue
			}
			route := strings.Replace(line, "\t", " ", 1)
			if !isRoute(route) {
				return nil, fmt.Errorf("specs/sources/%s:%d: want a method, a tab and a path", base, i+1)
			}
			all[vendor] = append(all[vendor], route)
		}
	}
	return all, nil
}

// check returns what the ledger of one vendor lacks, has twice, or has wrong.
func (r routes) check(operations []operation, sources []string) []string {
	var problems []string
	known := make(map[string]bool) // by shape: whether it is called covered
	add := func(route string, covered bool) {
		switch _, twice := known[shape(route)]; {
		case !isRoute(route):
			problems = append(problems, fmt.Sprintf("%q is no route: want METHOD /path", route))
		case twice:
			problems = append(problems, fmt.Sprintf("%s is there twice", route))
		}
		known[shape(route)] = covered
	}
	for _, route := range r.Covered {
		add(route, true)
	}
	for _, d := range r.Declined {
		if d.Why == "" {
			problems = append(problems, fmt.Sprintf("%s: declined, but why?", strings.Join(d.Routes, ", ")))
		}
		for _, route := range d.Routes {
			add(route, false)
		}
	}
	for _, route := range r.New {
		add(route, false)
	}

	inDocument := make(map[string]bool)
	for _, op := range operations {
		route := op.verb + " " + op.path
		inDocument[shape(route)] = true
		switch covered, ok := known[shape(route)]; {
		case !ok:
			problems = append(problems, fmt.Sprintf("%s (%s) is in the document: put it under covered", route, op.id))
		case !covered:
			problems = append(problems, fmt.Sprintf("%s (%s) is in the document: move it to covered", route, op.id))
		}
	}
	for _, route := range r.Covered {
		if !inDocument[shape(route)] {
			problems = append(problems, fmt.Sprintf("%s is covered, but the document does not have it", route))
		}
	}
	for _, route := range sources {
		if _, ok := known[shape(route)]; !ok {
			problems = append(problems, fmt.Sprintf(
				"%s is in specs/sources: put it under covered, declined or new", route))
		}
	}
	return problems
}

func isRoute(s string) bool {
	verb, path, ok := strings.Cut(s, " ")
	return ok && slices.Contains(verbs(), strings.ToLower(verb)) && verb == strings.ToUpper(verb) &&
		strings.HasPrefix(path, "/") && !strings.ContainsAny(path, " \t")
}

// shape is a route without the names of its parameters: sources call them differently.
func shape(route string) string {
	parts := strings.Split(route, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}
