package change

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"
)

// wholeNumber is a value of an integer enum as oasdiff prints it: `6.00`.
var wholeNumber = regexp.MustCompile("`(-?[0-9]+)\\.00`")

// CompareDocuments classifies the OpenAPI documents in the folder specs of two trees with oasdiff's rules, document by
// document. Overlays are hints for the Go generator, not documents: what they change shows in the Go packages.
func CompareDocuments(base, work string) ([]Comparison, error) {
	before, err := documents(base)
	if err != nil {
		return nil, err
	}
	after, err := documents(work)
	if err != nil {
		return nil, err
	}
	var all []Comparison
	for _, name := range slices.Sorted(maps.Keys(union(before, after))) {
		c := Comparison{Name: "specs/" + name}
		switch {
		case before[name] == "":
			c.State = New
		case after[name] == "":
			c.State = Gone
		default:
			if c.Changes, err = compareDocument(before[name], after[name]); err != nil {
				return nil, fmt.Errorf("%s: %w", c.Name, err)
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// documents returns the paths of a tree's documents by their names.
func documents(root string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(root, "specs", "*.yaml"))
	if err != nil {
		return nil, err
	}
	found := make(map[string]string)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if isDocument.Match(text) {
			found[filepath.Base(file)] = file
		}
	}
	return found, nil
}

// isDocument tells a document from what else is in the folder: overlays, settings and tables of other tools.
var isDocument = regexp.MustCompile(`(?m)^openapi:`)

func compareDocument(before, after string) ([]Change, error) {
	old, err := load.NewSpecInfo(openapi3.NewLoader(), load.NewSource(before))
	if err != nil {
		return nil, fmt.Errorf("base: %w", err)
	}
	current, err := load.NewSpecInfo(openapi3.NewLoader(), load.NewSource(after))
	if err != nil {
		return nil, err
	}
	difference, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), old, current)
	if err != nil {
		return nil, err
	}
	config := checker.NewConfig(checker.GetAllChecks(), checker.WithSeverityLevels(map[string]checker.Level{
		// The documents promise no closed list: answers tolerate values beyond an enum, and the clients keep them.
		checker.ResponsePropertyEnumValueAddedId:  checker.WARN,
		checker.ResponseMediaTypeEnumValueAddedId: checker.WARN,
	}))
	words := checker.NewDefaultLocalizer()
	var changes []Change
	for _, found := range checker.CheckBackwardCompatibilityUntilLevel(config, difference, sources, checker.INFO) {
		changes = append(changes, Change{
			Severity: severityOf(found.GetLevel()),
			Where:    strings.TrimSpace(found.GetOperation() + " " + found.GetPath()),
			Text:     wholeNumber.ReplaceAllString(found.GetUncolorizedText(words), "`$1`"),
		})
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(-cmp.Compare(a.Severity, b.Severity), strings.Compare(a.Text, b.Text),
			strings.Compare(a.Where, b.Where))
	})
	return changes, nil
}

func severityOf(level checker.Level) Severity {
	switch level {
	case checker.ERR:
		return Breaking
	case checker.WARN:
		return Warning
	default:
		return Compatible
	}
}

func union[V any](a, b map[string]V) map[string]struct{} {
	all := make(map[string]struct{})
	for name := range a {
		all[name] = struct{}{}
	}
	for name := range b {
		all[name] = struct{}{}
	}
	return all
}
