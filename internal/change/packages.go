package change

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/exp/apidiff"
	"golang.org/x/tools/go/packages"
)

// ComparePackages classifies the exported names of the generated client packages below gen of two trees with apidiff's rules. The server stubs
// are left out: they are there for the simulator, whose interfaces are meant to stop compiling when an operation is added.
func ComparePackages(ctx context.Context, base, work string) ([]Comparison, error) {
	before, err := generated(ctx, base, nil)
	if err != nil {
		return nil, fmt.Errorf("base: %w", err)
	}
	after, err := generated(ctx, work, nil)
	if err != nil {
		return nil, err
	}
	return comparePackages(before, after), nil
}

func comparePackages(before, after map[string]*types.Package) []Comparison {
	var all []Comparison
	for _, name := range slices.Sorted(maps.Keys(union(before, after))) {
		c := Comparison{Name: name}
		switch {
		case before[name] == nil:
			c.State = New
		case after[name] == nil:
			c.State = Gone
		default:
			c.Changes = comparePackage(before[name], after[name])
		}
		all = append(all, c)
	}
	return all
}

func comparePackage(before, after *types.Package) []Change {
	var changes []Change
	for _, found := range apidiff.Changes(before, after).Changes {
		severity := Compatible
		if !found.Compatible {
			severity = Breaking
		}
		changes = append(changes, Change{Severity: severity, Text: found.Message})
	}
	return changes
}

// generated loads the client packages below gen, by their paths in the tree. overlay holds files that are to be read in place of those in the tree, by
// their absolute paths.
func generated(ctx context.Context, root string, overlay map[string][]byte) (map[string]*types.Package, error) {
	found := make(map[string]*types.Package)
	if _, err := os.Stat(filepath.Join(root, "gen")); errors.Is(err, os.ErrNotExist) {
		return found, nil
	}
	config := &packages.Config{
		Context: ctx,
		Dir:     root,
		Mode:    packages.LoadSyntax,
		Env:     append(os.Environ(), "GOWORK=off"),
		Overlay: overlay,
	}
	loaded, err := packages.Load(config, "./gen/...")
	if err != nil {
		return nil, err
	}
	for _, pkg := range loaded {
		_, name, ok := strings.Cut(pkg.PkgPath, "/gen/")
		if !ok || strings.HasSuffix(name, "server") {
			continue
		}
		for _, problem := range pkg.Errors {
			return nil, fmt.Errorf("gen/%s does not compile: %w", name, problem)
		}
		found["gen/"+name] = pkg.Types
	}
	return found, nil
}
