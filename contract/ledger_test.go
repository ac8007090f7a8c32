package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/coverage"
	"github.com/roster-go/roster/internal/invoke"
	"github.com/roster-go/roster/internal/samples"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/require"
)

// Every operation of every document is accounted for. What is missing is listed, all of it at once, each with the place
// where it belongs: this is what to read first when a new operation fails tests.
func TestLedger(t *testing.T) {
	simulator := sim.New(simtest.Checked(t))
	total := 0
	for _, vendor := range contract.Vendors() {
		v, all := loadAll(t, vendor)
		operations := operationsOf(contract.Sealed(v))
		called, missing := callAll(t, v, all)
		suite := hasClientSuite(t, vendor)
		for _, id := range slices.Sorted(maps.Keys(operations)) {
			total++
			op := operations[id]
			lacks := func(ok bool, format string, args ...any) {
				if !ok {
					missing = append(missing, fmt.Sprintf("%s %s: ", vendor, id)+fmt.Sprintf(format, args...))
				}
			}
			document, sample := "specs/"+vendor+".yaml", "testdata/"+vendor+"/"+id
			page := op.ExternalDocs != nil && strings.HasPrefix(op.ExternalDocs.URL, "https://")
			lacks(page, "no page of the vendor's: give it externalDocs.url in %s", document)
			source, _ := op.Extensions["x-source"].(map[string]any)
			lacks(source["confidence"] != nil && source["read"] != nil,
				"give it x-source with confidence and read in %s", document)
			_, idempotent := op.Extensions["x-idempotent"].(bool)
			lacks(idempotent, "may it be repeated? give it x-idempotent in %s", document)
			for _, problem := range exampleProblems(v, id, op) {
				lacks(false, "%s", problem)
			}
			success := hasSample(all, id, true)
			lacks(success, "no sample of a success: add %s/success.json", sample)
			lacks(hasSample(all, id, false), "no sample of a refusal: add %s/error-<code>.json", sample)
			kind, reason := contract.Planned(vendor, id)
			lacks(kind != "" || reason != "unknown operation",
				"not planned: add it to Reads, Writes or Not in contract/internal/plan/%s.go", vendor)
			lacks(suite, "no test calls it: clients/%s does not run clienttest.Suite over all operations of its "+
				"document", vendor)
			if generatedOf(vendor).operation(id) == nil {
				lacks(false, "gen/%sapi does not have it: run \"make generate\"", vendor)
				continue // nobody can handle or call it
			}
			lacks(slices.Contains(simulator.Operations(vendor), id),
				"no handler in the simulator: add a method to sim/internal/%s", vendor)
			lacks(called[id] || !success, "its method could not be called with the requests of %s", sample)
		}
		for _, id := range simulator.Operations(vendor) {
			if operations[id] == nil {
				missing = append(missing, fmt.Sprintf("%s %s: the simulator has it, specs/%[1]s.yaml does not", vendor,
					id))
			}
		}
		for _, s := range all {
			if operations[s.Operation] == nil {
				missing = append(missing,
					fmt.Sprintf("%s %s: testdata has a sample of it, %s.json, specs/%[1]s.yaml does not have it",
						vendor, s.Operation, s.Case))
			}
		}
		for _, line := range slices.Compact(missing) {
			t.Error(line)
		}
	}
	if err := coverage.Check(".."); err != nil {
		for line := range strings.Lines(err.Error()) {
			t.Error(strings.TrimSuffix(line, "\n"))
		}
	}
	t.Logf("%d operations", total)
}

func hasSample(all []*samples.Sample, operation string, success bool) bool {
	return slices.ContainsFunc(all, func(s *samples.Sample) bool {
		return s.Operation == operation &&
			s.Success() == success
	})
}

// exampleProblems checks the examples of an operation's responses and request against the sealed document.
func exampleProblems(v *contract.Validator, id string, op *openapi3.Operation) []string {
	var problems []string
	good := 0
	for status, response := range op.Responses.Map() {
		media := response.Value.Content.Get("application/json")
		if media == nil {
			continue
		}
		for name, example := range media.Examples {
			body, err := json.Marshal(example.Value.Value)
			if err != nil {
				problems = append(problems, fmt.Sprintf("example %s of %s: %v", name, status, err))
				continue
			}
			code := map[string]int{"200": 200, "default": 403}[status]
			findings := v.Check(contract.Exchange{Operation: id, Response: &contract.Response{
				Status: code, Header: http.Header{"Content-Type": {"application/json"}}, Body: body,
			}})
			for _, f := range findings {
				problems = append(problems, fmt.Sprintf("example %s of %s: %s", name, status, f))
			}
			if status == "200" && len(findings) == 0 && !strings.HasPrefix(name, "error") {
				good++
			}
		}
	}
	if good == 0 {
		problems = append(problems, "no example of a success that validates")
	}
	return problems
}

// catcher is a wire.Caller that builds the request and keeps it.
type catcher struct {
	base      string // of the operations on the document's own server
	operation string
	request   *contract.Request
}

func (c *catcher) Call(ctx context.Context, call *wire.Call) error {
	if call.Invalid != nil {
		return call.Invalid
	}
	base, err := url.Parse(c.base)
	if err != nil {
		return err
	}
	req, err := call.Request(ctx, base, nil)
	if err != nil {
		return err
	}
	c.operation = call.Operation.ID
	c.request = &contract.Request{Method: req.Method, URL: req.URL, Header: req.Header}
	if req.Body != nil {
		c.request.Body, err = io.ReadAll(req.Body)
	}
	return err
}

// callAll calls every operation's generated method with the request of each of its samples, and holds what it would
// send against the document.
func callAll(t *testing.T, v *contract.Validator, all []*samples.Sample) (called map[string]bool, problems []string) {
	t.Helper()
	caller := &catcher{base: "https://vendor.example/base"}
	g := generatedOf(v.Vendor())
	api := g.api(caller)
	called = make(map[string]bool)
	for _, sample := range all {
		for _, op := range g.operations {
			if op.ID != sample.Operation {
				continue
			}
			method, err := invoke.Find(api, op)
			require.NoError(t, err)
			if _, err := method.Call(t.Context(), sample.Request); err != nil {
				problems = append(problems, fmt.Sprintf("%s %s/%s: %v", v.Vendor(), sample.Operation, sample.Case, err))
				continue
			}
			called[op.ID] = called[op.ID] || caller.operation == op.ID
			if !sample.Success() {
				continue // its request may be what the vendor refused
			}
			for _, f := range v.Check(contract.Exchange{Request: caller.request}) {
				if op.CarriesSecret && (f.Kind == contract.KindMissing || f.Kind == contract.KindOutOfBounds) {
					continue // samples leave credentials out
				}
				if f.Part == contract.PartRequestBody && f.Document == "multipart/form-data" {
					continue // the caller of a raw body names its type
				}
				problems = append(problems, fmt.Sprintf("%s %s/%s: the client's request: %s", v.Vendor(),
					sample.Operation, sample.Case, f))
			}
		}
	}
	return called, problems
}

// hasClientSuite tells whether the vendor's client runs the common suite, which calls every operation with every sample
// over HTTP, over the operations of its document: the test files have a clienttest.Suite with Operations:
// <vendor>api.Operations(), and call Run on one.
func hasClientSuite(t *testing.T, vendor string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "clients", vendor, "*_test.go"))
	require.NoError(t, err)
	over, run := false, false
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if isSelector(n.Type, "clienttest", "Suite") {
					over = over || suiteCovers(n, vendor)
				}
			case *ast.CallExpr:
				if selector, ok := n.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "Run" && len(n.Args) == 1 {
					run = true
				}
			}
			return true
		})
	}
	return over && run
}

func suiteCovers(literal *ast.CompositeLit, vendor string) bool {
	for _, element := range literal.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "Operations" {
			call, ok := pair.Value.(*ast.CallExpr)
			return ok && isSelector(call.Fun, vendor+"api", "Operations")
		}
	}
	return false
}

func isSelector(e ast.Expr, pkg, name string) bool {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := selector.X.(*ast.Ident)
	return ok && x.Name == pkg && selector.Sel.Name == name
}
