package change

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	documentA = `openapi: 3.0.3
info: {title: A, version: "1"}
paths:
  /user/get:
    get:
      operationId: GetUser
      responses:
        '200':
          description: A user.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/User'}
components:
  schemas:
    Status: {type: integer, enum: [1, 2]}
    User:
      type: object
      required: [name]
      properties:
        name: {type: string}
        status: {$ref: '#/components/schemas/Status'}
`
	packageA = `package aapi

type User struct {
	Name   string
	Status Status
}

type Status int64

const StatusOne Status = 1

type API struct{}

func (*API) GetUser() {}
`
	simA = `package sim

import "example.org/a/sim/internal/company"

type Person = company.Person

func People() []*Person { return nil }
`
	companyA = `package company

type Person struct {
	Name string
	Boss *Boss
}

type Boss struct{ Title string }

type Hidden struct{ Secret string }
`
)

// others are packages that nobody else imports, or can.
var others = map[string]string{
	"cmd/a/main.go":             "package main\n\nfunc main() {}\n",
	"examples/one/one.go":       "package one\n\nconst One = 1\n",
	"bench/bench.go":            "package bench\n\nconst One = 1\n",
	"internal/change/change.go": "package change\n\nconst One = 1\n",
}

// repository is a small checkout with one document and one generated package, committed twice.
type repository struct {
	t    *testing.T
	root string
}

func newRepository(t *testing.T) *repository {
	r := &repository{t: t, root: t.TempDir()}
	r.git("init", "--quiet", "--initial-branch=main")
	r.write("go.mod", "module example.org/a\n\ngo 1.26\n")
	r.write("specs/a.yaml", documentA)
	r.write("specs/a.overlay.yaml", "overlay: 1.0.0\n")
	r.write("specs/coverage.yaml", "operations: []\n")
	r.write("gen/aapi/aapi.gen.go", packageA)
	r.write("a.go", "// Package a is the root.\npackage a\n\nfunc Samples() int { return 1 }\n")
	r.write("sim/sim.go", simA)
	r.write("sim/internal/company/company.go", companyA)
	r.write("sim/internal/aserver/aserver.gen.go",
		"package aserver\n\ntype StrictServerInterface interface{ GetUser() }\n")
	for name, text := range others {
		r.write(name, text)
	}
	r.commit("first")
	r.write("README.md", "second\n")
	r.commit("second")
	return r
}

func (r *repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", args...)
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=Nobody", "GIT_AUTHOR_EMAIL=nobody@example.org", "GIT_COMMITTER_NAME=Nobody",
		"GIT_COMMITTER_EMAIL=nobody@example.org")
	out, err := cmd.CombinedOutput()
	require.NoError(r.t, err, string(out))
	return strings.TrimSpace(string(out))
}

func (r *repository) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.root, name)
	require.NoError(r.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(r.t, os.WriteFile(path, []byte(text), 0o600))
}

// edit replaces a text that is there exactly once.
func (r *repository) edit(name, old, changed string) {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.root, name))
	require.NoError(r.t, err)
	require.Equal(r.t, 1, strings.Count(string(text), old), old)
	r.write(name, strings.Replace(string(text), old, changed, 1))
}

func (r *repository) commit(message string) {
	r.t.Helper()
	r.git("add", ".")
	r.git("commit", "--quiet", "-m", message)
}

func (r *repository) compare(ref string) (Report, string) {
	r.t.Helper()
	report, err := CompareTree(r.t.Context(), r.root, ref)
	require.NoError(r.t, err)
	var text bytes.Buffer
	require.NoError(r.t, report.Write(&text))
	return report, text.String()
}

func TestNothingChanged(t *testing.T) {
	report, text := newRepository(t).compare("HEAD")
	assert.Equal(t, Compatible, report.Severity())
	assert.Contains(t, text, "\nNo change in specs/a.yaml, a, gen/aapi, sim.\n", "all that is public and nothing else")
	assert.Contains(t, text, "0 breaking, 0 to look at, 0 compatible.")
	assert.NotContains(t, text, "server", "the stubs are the simulator's")
	assert.NotContains(t, text, "overlay", "an overlay is no document")
}

func TestWhatIsAddedBreaksNobody(t *testing.T) {
	r := newRepository(t)
	r.edit("specs/a.yaml", "        name: {type: string}\n",
		"        name: {type: string}\n        badge_no: {type: string}\n")
	r.edit("specs/a.yaml", "enum: [1, 2]", "enum: [1, 2, 6]")
	r.edit("specs/a.yaml", "paths:\n", `paths:
  /user/list:
    get:
      operationId: ListUsers
      responses: {'200': {description: Nothing.}}
`)
	r.edit("gen/aapi/aapi.gen.go", "Name   string", "Name, BadgeNo string")
	r.edit("gen/aapi/aapi.gen.go", "const StatusOne Status = 1",
		"const (\n\tStatusOne Status = 1\n\tStatusSix Status = 6\n)")
	r.edit("gen/aapi/aapi.gen.go", "func (*API) GetUser() {}", "func (*API) GetUser() {}\n\nfunc (*API) ListUsers() {}")
	report, text := r.compare("HEAD")
	assert.Equal(t, Warning, report.Severity(), text)
	for _, want := range []string{"warning     added the new `6` enum value", "badge_no", "StatusSix: added",
		"User.BadgeNo: added", "(*API).ListUsers: added", "at GET /user/list"} {
		assert.Contains(t, text, want)
	}
	assert.Contains(t, text, "0 breaking")
}

func TestWhatIsRenamedRetypedOrGoneBreaks(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(*repository)
		want []string
	}{
		"a renamed field": {func(r *repository) {
			r.edit("specs/a.yaml", "        name: {type: string}", "        full_name: {type: string}")
			r.edit("specs/a.yaml", "required: [name]", "required: [full_name]")
			r.edit("gen/aapi/aapi.gen.go", "Name   string", "FullName string")
		}, []string{"BREAKING    removed the required property `name`", "at GET /user/get",
			"BREAKING    User.Name: removed"}},
		"a type in the document": {func(r *repository) {
			r.edit("specs/a.yaml", "        name: {type: string}", "        name: {type: integer}")
		}, []string{"specs/a.yaml: BREAKING", "No change in a, gen/aapi, sim."}},
		"a type in Go alone": {func(r *repository) {
			r.edit("gen/aapi/aapi.gen.go", "Name   string", "Name *string")
		}, []string{"No change in specs/a.yaml, a, sim.", "User.Name: changed from string to *string"}},
		"an operation": {func(r *repository) {
			r.edit("specs/a.yaml", "/user/get:", "/user/read:")
			r.edit("gen/aapi/aapi.gen.go", "func (*API) GetUser()", "func (*API) ReadUser()")
		}, []string{"at GET /user/get", "(*API).GetUser: removed"}},
		"the root": {func(r *repository) {
			r.edit("a.go", "Samples() int", "Samples() int64")
		}, []string{"a: BREAKING", "Samples: changed from func() int to func() int64"}},
		"a field of a type that comes from an internal package": {func(r *repository) {
			r.edit("sim/internal/company/company.go", "Name string", "Name []string")
		}, []string{"sim: BREAKING", "company.Person.Name: changed from string to []string"}},
		"a field of a type that such a field has": {func(r *repository) {
			r.edit("sim/internal/company/company.go", "Title string", "Rank int")
		}, []string{"sim: BREAKING", "company.Boss.Title: removed", "company.Boss.Rank: added"}},
		"a package": {func(r *repository) {
			require.NoError(r.t, os.Remove(filepath.Join(r.root, "gen/aapi/aapi.gen.go")))
		}, []string{"gen/aapi: BREAKING: is gone"}},
		"a document": {func(r *repository) {
			require.NoError(r.t, os.Remove(filepath.Join(r.root, "specs/a.yaml")))
		}, []string{"specs/a.yaml: BREAKING: is gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t)
			test.edit(r)
			report, text := r.compare("HEAD")
			assert.Equal(t, Breaking, report.Severity(), text)
			for _, want := range test.want {
				assert.Contains(t, text, want)
			}
			assert.Contains(t, text, "docs/CHANGING_A_SPEC.md")
		})
	}
}

func TestWhatNobodyCanImportBreaksNobody(t *testing.T) {
	r := newRepository(t)
	r.edit("sim/internal/company/company.go", "Secret string", "Secret []byte")
	r.edit("sim/internal/aserver/aserver.gen.go", "GetUser()", "ReadUser()")
	for name := range others {
		r.write(name, strings.NewReplacer("One = 1", "Two = 2").Replace(others[name]))
	}
	report, text := r.compare("HEAD")
	assert.Equal(t, Compatible, report.Severity(), text)
	assert.Contains(t, text, "\nNo change in specs/a.yaml, a, gen/aapi, sim.\n")
}

func TestANewDocumentIsNoError(t *testing.T) {
	r := newRepository(t)
	r.write("specs/b.yaml", strings.ReplaceAll(documentA, "title: A", "title: B"))
	r.write("gen/bapi/bapi.gen.go", "package bapi\n")
	report, text := r.compare("HEAD~1")
	assert.Equal(t, Compatible, report.Severity(), text)
	assert.Contains(t, text, "specs/b.yaml: new, nothing to compare")
	assert.Contains(t, text, "gen/bapi: new, nothing to compare")
}

func TestBase(t *testing.T) {
	r := newRepository(t)
	first, second := r.git("rev-parse", "HEAD~1"), r.git("rev-parse", "HEAD")
	resolve := func(ref string) Base {
		base, err := ResolveBase(t.Context(), r.root, ref)
		require.NoError(t, err)
		return base
	}
	assert.Equal(t, Base{first, "HEAD~1"}, resolve(""), "without origin/main")
	assert.Equal(t, Base{second, "main"}, resolve("main"))

	r.git("update-ref", "refs/remotes/origin/main", second)
	assert.Equal(t, Base{first, "HEAD~1"}, resolve(""), "on main itself")

	r.git("checkout", "--quiet", "-b", "work")
	r.write("README.md", "third\n")
	r.commit("third")
	r.write("README.md", "fourth\n")
	r.commit("fourth")
	assert.Equal(t, Base{second, "where this branch left origin/main"}, resolve(""))

	_, err := ResolveBase(t.Context(), r.root, "no-such-tag")
	assert.ErrorContains(t, err, `there is no commit "no-such-tag" here`)
	_, err = ResolveBase(t.Context(), r.root, "--all")
	assert.Error(t, err, "a reference is never taken for an option")
}

func TestTheFirstCommitHasNothingToCompareWith(t *testing.T) {
	r := &repository{t: t, root: t.TempDir()}
	r.git("init", "--quiet", "--initial-branch=main")
	_, err := ResolveBase(t.Context(), r.root, "")
	assert.ErrorContains(t, err, "nothing to compare with")
	r.write("README.md", "first\n")
	r.commit("first")
	_, err = ResolveBase(t.Context(), r.root, "")
	assert.ErrorContains(t, err, "BASE=<ref>")
}

func TestTheRepositoryIsLeftAsItWas(t *testing.T) {
	r := newRepository(t)
	before := r.git("status", "--porcelain", "--ignored") + r.git("worktree", "list") + r.git("for-each-ref")
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	r.compare("HEAD~1")
	assert.Equal(t, before, r.git("status", "--porcelain", "--ignored")+r.git("worktree", "list")+r.git("for-each-ref"))
	left, err := filepath.Glob(filepath.Join(temporary, "roster-base-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestCodeThatDoesNotCompileIsAnError(t *testing.T) {
	r := newRepository(t)
	r.write("gen/aapi/more.go", "package aapi\n\nvar x undefined\n")
	_, err := CompareTree(t.Context(), r.root, "HEAD")
	assert.ErrorContains(t, err, "gen/aapi does not compile")
}

func TestCommand(t *testing.T) {
	command := filepath.Join(t.TempDir(), "breaking")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", command, "./breaking").CombinedOutput()
	require.NoError(t, err, string(out))
	r := newRepository(t)
	run := func(args ...string) (int, string) {
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), command,
			append([]string{"-root", r.root}, args...)...)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil {
			require.ErrorAs(t, err, &exit)
		}
		return cmd.ProcessState.ExitCode(), string(out)
	}
	code, text := run("-base", "HEAD")
	assert.Equal(t, 0, code, text)

	r.edit("gen/aapi/aapi.gen.go", "Name   string", "Name *string")
	code, text = run()
	assert.Equal(t, 1, code, text)
	assert.Contains(t, text, "(HEAD~1)")
	assert.Contains(t, text, "User.Name: changed from string to *string")

	code, text = run("-base", "nowhere")
	assert.Equal(t, 2, code, text)
}
