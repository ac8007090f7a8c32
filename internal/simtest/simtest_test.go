package simtest_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// witness is a test that is watched.
type witness struct {
	testing.TB
	cleanups []func()
	errors   []string
}

func (w *witness) Helper()          {}
func (w *witness) Cleanup(f func()) { w.cleanups = append(w.cleanups, f) }
func (w *witness) Errorf(format string, args ...any) {
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

func (w *witness) end() {
	for len(w.cleanups) > 0 {
		last := len(w.cleanups) - 1
		w.cleanups[last]()
		w.cleanups = w.cleanups[:last]
	}
}

// deviating answers in a vendor's place with a body of its own.
func deviating(status int, contentType, body string) sim.Option {
	return sim.WithMiddleware(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		})
	})
}

func get(t *testing.T, url string) {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
}

func TestAnAnswerThatTheDocumentDoesNotDeclareFailsTheTest(t *testing.T) {
	for name, tc := range map[string]struct {
		status            int
		contentType, body string
		want              string
	}{
		"none": {200, "application/json", `{"errcode":40013,"errmsg":"invalid corpid"}`, ""},
		"field": {200, "application/json", `{"errcode":40013,"errmsg":"invalid corpid","hint":"x"}`,
			"response body /hint: undeclared field"},
		"code":         {200, "application/json", `{"errcode":987654,"errmsg":"new"}`, "undocumented code 987654"},
		"content type": {200, "text/plain", `{"errcode":40013,"errmsg":"invalid corpid"}`, "wrong content type"},
		"status":       {202, "application/json", `{"errcode":40013,"errmsg":"invalid corpid"}`, "undeclared status"},
		"HTML":         {502, "text/html", `<html></html>`, "not json"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &witness{TB: t}
			server := simtest.Serve(w, sim.WithPeople(10), sim.WithDepartments(2),
				deviating(tc.status, tc.contentType, tc.body))
			get(t, server.WeComURL()+"/user/get?userid=x")
			w.end()
			if tc.want == "" {
				assert.Empty(t, w.errors)
				return
			}
			require.Len(t, w.errors, 1)
			assert.Contains(t, w.errors[0], tc.want)
		})
	}
}

func TestWhatAFaultDoesIsNoDeviation(t *testing.T) {
	w := &witness{TB: t}
	server := simtest.Serve(w, sim.WithPeople(10), sim.WithDepartments(2))
	for _, kind := range []sim.FaultKind{sim.FaultExtraField, sim.FaultChangedType, sim.FaultTruncated,
		sim.FaultHTMLError, sim.FaultTokenRevoked} {
		server.Inject(sim.VendorWeCom, "*", sim.Fault{Kind: kind, Times: 1})
		get(t, server.WeComURL()+"/user/get?userid=x")
	}
	w.end()
	assert.Empty(t, w.errors)
}

// Every simulator that a test of this module starts to talk to is a checked one. Examples are left out: they show how
// it is done elsewhere.
func TestEveryTestTalksToACheckedSimulator(t *testing.T) {
	var unchecked []string
	root := os.DirFS("../..")
	found := 0
	require.NoError(t, fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if entry.IsDir() && path == "bench" {
			return fs.SkipDir // another module, which measures
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") ||
			filepath.Base(filepath.Dir(path)) == "simtest" {
			return err
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declaration := range file.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			if !ok || strings.HasPrefix(f.Name.Name, "Example") {
				continue
			}
			looked := map[ast.Node]bool{} // simulators that are made for something else than to be talked to
			ast.Inspect(f, func(n ast.Node) bool {
				if selector, ok := n.(*ast.SelectorExpr); ok &&
					(selector.Sel.Name == "Organisation" || selector.Sel.Name == "Credentials") {
					looked[selector.X] = true
				}
				if call, ok := n.(*ast.CallExpr); ok && !looked[call] {
					switch name := selected(call.Fun); {
					case name == "simtest.Serve" || name == "simtest.Checked":
						found++
					case slices.Contains([]string{"sim.Serve", "sim.Listen", "sim.New", "sim.NewControl"}, name) &&
						!mentions(call, "simtest.Checked"):
						unchecked = append(unchecked, files.Position(call.Pos()).String())
					}
				}
				return true
			})
		}
		return nil
	}))
	assert.Greater(t, found, 40, "the walk sees the tests")
	assert.Emptyf(t, unchecked, "not checked:\n%s", strings.Join(unchecked, "\n"))
}

// selected is "pkg.Name" for an expression of that form.
func selected(e ast.Expr) string {
	if selector, ok := e.(*ast.SelectorExpr); ok {
		if pkg, ok := selector.X.(*ast.Ident); ok {
			return pkg.Name + "." + selector.Sel.Name
		}
	}
	return ""
}

func mentions(n ast.Node, name string) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && selected(call.Fun) == name {
			found = true
		}
		return !found
	})
	return found
}
