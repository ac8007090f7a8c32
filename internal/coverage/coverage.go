// Package coverage writes docs/COVERAGE.md: every operation of every document with the method that calls it, what the
// vendor clients build on it and what is known of it, and the routes that no document has. It also holds the ledger
// that the page is made from, specs/coverage.yaml, against the documents and the vendors' lists of routes.
package coverage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/roster-go/roster/specs"
	"go.yaml.in/yaml/v3"
)

// File is where the page belongs in the checkout.
const File = "docs/COVERAGE.md"

const head = `# Coverage

<!-- Made by "make generate" from specs/ and clients/. Do not edit. -->

Every operation of the documents is a method of the vendor's client. %d of the %d are the functions that the project was
founded for. The methods in the last column are written by hand and call the operation, alone or with others: iterators
over all pages, walks over the tree, jobs that are waited for.

How much is known of an operation, and when that was read:

| evidence | what it rests on |
|---|---|
| documented | the vendor's page or machine-readable description |
| in an SDK | an SDK of the vendor's |
| recorded | what others' programs and reports show |
| inferred | the list that the project began with |
| guessed | what similar operations do |
`

// section is a vendor's part of the page.
type section struct {
	vendor   string
	document document
	founding []function
	routes   routes
}

// function is one that the project was founded for, and the operation that does its work.
type function struct {
	name      string
	operation operation
}

// Make returns the page for the checkout at root.
func Make(ctx context.Context, root string) ([]byte, error) {
	l, err := readLedger(root)
	if err != nil {
		return nil, err
	}
	functions, err := l.foundingFunctions()
	if err != nil {
		return nil, err
	}
	var sections []section
	founding, total := 0, 0
	for _, vendor := range specs.Vendors() {
		s := section{vendor: vendor, routes: l.Routes[vendor]}
		if s.document, err = readDocument(filepath.Join(root, "specs", vendor+".yaml")); err != nil {
			return nil, err
		}
		if err := addMethods(ctx, root, vendor, s.document.operations); err != nil {
			return nil, err
		}
		if s.founding, err = match(vendor, functions[vendor], s.document.operations); err != nil {
			return nil, err
		}
		delete(functions, vendor)
		founding, total = founding+len(s.founding), total+len(s.document.operations)
		sections = append(sections, s)
	}
	for vendor := range functions {
		return nil, fmt.Errorf("specs/coverage.yaml: unknown vendor %q", vendor)
	}

	var page bytes.Buffer
	fmt.Fprintf(&page, head, founding, total)
	for _, s := range sections {
		s.write(&page)
	}
	return page.Bytes(), nil
}

// entry is a line of the founding list.
type entry struct{ operationID, function string }

// foundingFunctions returns the founding list by vendor, in its own order.
func (l ledger) foundingFunctions() (map[string][]entry, error) {
	all := make(map[string][]entry)
	for vendor, node := range l.Founding {
		if node.Kind != yaml.MappingNode {
			return nil, fmt.Errorf("specs/coverage.yaml: %s: want a list of operationId: function", vendor)
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			all[vendor] = append(all[vendor], entry{node.Content[i].Value, node.Content[i+1].Value})
		}
	}
	return all, nil
}

// match finds the operations of founding functions.
func match(vendor string, entries []entry, all []operation) ([]function, error) {
	byID := make(map[string]operation)
	for _, op := range all {
		byID[op.id] = op
	}
	var found []function
	var problems []error
	for _, e := range entries {
		op, ok := byID[e.operationID]
		if !ok {
			problems = append(problems, fmt.Errorf("specs/coverage.yaml: %s: the document has no operation %s (for %s)",
				vendor, e.operationID, e.function))
		}
		delete(byID, e.operationID)
		found = append(found, function{e.function, op})
	}
	return found, errors.Join(problems...)
}

func (s section) write(page *bytes.Buffer) {
	others := len(s.document.operations) - len(s.founding)
	fmt.Fprintf(page, "\n## %s\n\n", s.document.title)
	fmt.Fprintf(page, "%d founding operations and %d around them. "+
		"The document is [specs/%s.yaml](../specs/%[3]s.yaml), the methods are those of `%[3]s.Client`.\n",
		len(s.founding), others, s.vendor)

	isFounding := make(map[string]bool)
	if len(s.founding) > 0 {
		page.WriteString("\n| founding function | vendor's page | route | method | built on it | evidence | read |\n" +
			"|---|---|---|---|---|---|---|\n")
		for _, f := range s.founding {
			isFounding[f.operation.id] = true
			fmt.Fprintf(page, "| %s | %s\n", f.name, f.operation.cells())
		}
	}
	page.WriteString("\n| vendor's page | route | method | built on it | evidence | read |\n" +
		"|---|---|---|---|---|---|\n")
	for _, op := range s.document.operations {
		if !isFounding[op.id] {
			fmt.Fprintf(page, "| %s\n", op.cells())
		}
	}
	if len(s.routes.Declined) > 0 {
		page.WriteString("\nDeclined:\n\n")
	}
	for _, d := range s.routes.Declined {
		fmt.Fprintf(page, "- %s `%s`\n", d.Why, strings.Join(d.Routes, "`, `"))
	}
	if len(s.routes.New) > 0 {
		fmt.Fprintf(page, "\nNot done yet: `%s`\n", strings.Join(s.routes.New, "`, `"))
	}
}

// cells are those of a row that every operation has.
func (op operation) cells() string {
	method := "`" + op.method + "`"
	if op.deprecated {
		method += " (deprecated)"
	}
	var helpers []string
	for _, name := range op.helpers {
		helpers = append(helpers, "`"+name+"`")
	}
	return fmt.Sprintf("[%s](%s) | %s %s | %s | %s | %s | %s |",
		op.title, op.page, op.verb, op.path, method, strings.Join(helpers, ", "), op.evidence, op.read)
}
