package coverage

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// addMethods notes for each operation of a vendor its method on the client, and the hand-written methods that call it.
func addMethods(ctx context.Context, root, vendor string, all []operation) error {
	const module = "github.com/roster-go/roster/"
	clientPath, apiPath := module+"clients/"+vendor, module+"gen/"+vendor+"api"
	loaded, err := packages.Load(&packages.Config{
		Context: ctx, Dir: root,
		Mode: packages.NeedName | packages.NeedSyntax | packages.NeedImports |
			packages.NeedTypes | packages.NeedTypesInfo,
	}, clientPath)
	if err != nil {
		return err
	}
	var problems []error
	for _, p := range loaded {
		for _, problem := range p.Errors {
			problems = append(problems, problem)
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("clients/%s: %w", vendor, errors.Join(problems...))
	}
	client := loaded[0]
	api, ok := client.Imports[apiPath]
	if !ok {
		return fmt.Errorf("clients/%s does not import gen/%s", vendor, vendor+"api")
	}
	named, ok := api.Types.Scope().Lookup("API").(*types.TypeName)
	if !ok {
		return fmt.Errorf("gen/%sapi has no type API", vendor)
	}
	methods := types.NewMethodSet(types.NewPointer(named.Type()))
	callers := callersOf(client, named)
	for i := range all {
		op := &all[i]
		for method := range methods.Methods() {
			// The generator writes initialisms in capitals.
			if strings.EqualFold(method.Obj().Name(), strings.NewReplacer("_", "", "-", "", ".", "").Replace(op.id)) {
				op.method = method.Obj().Name()
			}
		}
		if op.method == "" {
			problems = append(problems,
				fmt.Errorf("gen/%sapi has no method for operation %s: make generate", vendor, op.id))
		}
		op.helpers = callers[op.method]
	}
	return errors.Join(problems...)
}

// callersOf returns the exported methods of a package's Client from which a method of the generated API is reached, by
// that method's name and in the order of the alphabet.
func callersOf(client *packages.Package, api *types.TypeName) map[string][]string {
	uses := make(map[*types.Func]map[*types.Func]bool)
	var methods []*types.Func
	for _, file := range client.Syntax {
		for _, declaration := range file.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			self, _ := client.TypesInfo.Defs[f.Name].(*types.Func)
			uses[self] = make(map[*types.Func]bool)
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if name, ok := n.(*ast.Ident); ok {
					if used, ok := client.TypesInfo.Uses[name].(*types.Func); ok {
						uses[self][used.Origin()] = true
					}
				}
				return true
			})
			if f.Name.IsExported() && receiver(self) == client.Types.Scope().Lookup("Client") {
				methods = append(methods, self)
			}
		}
	}
	callers := make(map[string][]string)
	for _, method := range methods {
		seen := make(map[*types.Func]bool)
		var follow func(f *types.Func)
		follow = func(f *types.Func) {
			if seen[f] {
				return
			}
			seen[f] = true
			// A method that stands before the generated one of the same name is that operation's method, not something
			// built on it.
			if receiver(f) == api && f.Name() != method.Name() {
				callers[f.Name()] = append(callers[f.Name()], method.Name())
			}
			for used := range uses[f] {
				follow(used)
			}
		}
		follow(method)
	}
	for _, names := range callers {
		slices.Sort(names)
	}
	return callers
}

// receiver returns the type that a method belongs to, nil for a function.
func receiver(f *types.Func) types.Object {
	recv := f.Signature().Recv()
	if recv == nil {
		return nil
	}
	t := recv.Type()
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem()
	}
	if named, ok := t.(*types.Named); ok {
		return named.Origin().Obj()
	}
	return nil
}
