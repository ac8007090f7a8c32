package change

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/exp/apidiff"
	"golang.org/x/tools/go/packages"
)

// ComparePackages classifies the exported names of all public packages of two trees with apidiff's rules: those that a
// program of somebody else can import and is meant to. Types of internal packages that a public one hands out, by an
// alias or in a signature, count as that one's.
func ComparePackages(ctx context.Context, base, work string) ([]Comparison, error) {
	before, err := loadLibrary(ctx, base, "./...", nil)
	if err != nil {
		return nil, fmt.Errorf("base: %w", err)
	}
	after, err := loadLibrary(ctx, work, "./...", nil)
	if err != nil {
		return nil, err
	}
	return comparePackages(before, after), nil
}

func comparePackages(before, after library) []Comparison {
	var all []Comparison
	for _, name := range slices.Sorted(maps.Keys(union(before.public, after.public))) {
		c := Comparison{Name: name}
		switch old, current := before.public[name], after.public[name]; {
		case old == nil:
			c.State = New
		case current == nil:
			c.State = Gone
		default:
			c.Changes = append(comparePackage(old, current), compareExposed(before, after, name)...)
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

// subject is the type that a message of apidiff's is about: "Person" in "Person.Name: removed" and "(*Person).Age:
// added".
var subject = regexp.MustCompile(`^\(?\*?(\w+)`)

// compareExposed compares the types of internal packages that a public package hands out.
func compareExposed(before, after library, name string) []Change {
	old, current := before.exposed(name), after.exposed(name)
	var changes []Change
	for _, internal := range slices.Sorted(maps.Keys(union(old, current))) {
		if before.internal[internal] == nil || after.internal[internal] == nil {
			continue // the public package's own messages say that its types have come from elsewhere
		}
		for _, change := range comparePackage(before.internal[internal], after.internal[internal]) {
			about := subject.FindStringSubmatch(change.Text)
			if about != nil && (old[internal][about[1]] || current[internal][about[1]]) {
				change.Text = path.Base(internal) + "." + change.Text
				changes = append(changes, change)
			}
		}
	}
	return changes
}

// library is what a tree has to offer.
type library struct {
	module   string
	public   map[string]*types.Package // by path in the tree; the root's is the last part of the module's name
	internal map[string]*types.Package
}

// loadLibrary loads packages of a tree. overlay holds files that are to be read in place of those in the tree, by their
// absolute paths.
func loadLibrary(ctx context.Context, root, pattern string, overlay map[string][]byte) (library, error) {
	l := library{public: make(map[string]*types.Package), internal: make(map[string]*types.Package)}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); errors.Is(err, os.ErrNotExist) {
		return l, nil
	}
	config := &packages.Config{
		Context: ctx,
		Dir:     root,
		Mode: packages.NeedName | packages.NeedModule | packages.NeedImports | packages.NeedDeps |
			packages.NeedTypes,
		Env:     append(os.Environ(), "GOWORK=off"),
		Overlay: overlay,
	}
	loaded, err := packages.Load(config, pattern)
	if err != nil {
		return library{}, err
	}
	for _, pkg := range loaded {
		if pkg.Module == nil || pkg.Name == "main" {
			continue
		}
		l.module = pkg.Module.Path
		name := strings.TrimPrefix(strings.TrimPrefix(pkg.PkgPath, l.module), "/")
		switch {
		case name == "":
			name = path.Base(l.module)
		case isInternal(name):
			l.internal[name] = pkg.Types
			continue
		case !isPublic(name):
			continue
		}
		for _, problem := range pkg.Errors {
			return library{}, fmt.Errorf("%s does not compile: %w", name, problem)
		}
		l.public[name] = pkg.Types
	}
	return l, nil
}

func isInternal(name string) bool { return slices.Contains(strings.Split(name, "/"), "internal") }

// isPublic tells whether a package that is not internal is there for others: programs of ours are not.
func isPublic(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !slices.Contains([]string{"cmd", "examples", "bench"}, first)
}

// exposed are the types of internal packages that a public package hands out: their names by the package's.
func (l library) exposed(name string) map[string]map[string]bool {
	pkg := l.public[name]
	found, seen := make(map[string]map[string]bool), make(map[types.Type]bool)
	var visit func(t types.Type)
	visit = func(t types.Type) {
		t = types.Unalias(t)
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		switch t := t.(type) {
		case *types.Named:
			from := t.Obj().Pkg()
			if from == nil {
				return
			}
			below, own := strings.CutPrefix(from.Path(), l.module+"/")
			switch {
			case own && isInternal(below):
				if found[below] == nil {
					found[below] = make(map[string]bool)
				}
				found[below][t.Obj().Name()] = true
			case from != pkg:
				return // it is compared with its own package
			}
			for method := range t.Methods() {
				if method.Exported() {
					visit(method.Type())
				}
			}
			visit(t.Underlying())
		case *types.Struct:
			for field := range t.Fields() {
				if field.Exported() || field.Embedded() {
					visit(field.Type())
				}
			}
		case *types.Interface:
			for method := range t.Methods() {
				visit(method.Type())
			}
		case *types.Signature:
			for v := range t.Params().Variables() {
				visit(v.Type())
			}
			for v := range t.Results().Variables() {
				visit(v.Type())
			}
		case *types.Map:
			visit(t.Key())
			visit(t.Elem())
		case interface{ Elem() types.Type }: // pointers, slices, arrays and channels
			visit(t.Elem())
		}
	}
	for _, exported := range pkg.Scope().Names() {
		if object := pkg.Scope().Lookup(exported); object.Exported() {
			visit(object.Type())
		}
	}
	return found
}
