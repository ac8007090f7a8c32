package change

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkout is the root of the repository, whose guide and documents are tested.
const checkout = "../.."

// guide is docs/CHANGING_A_SPEC.md: a page with an example whose parts are taken from it and run.
type guide struct {
	t      *testing.T
	text   string
	blocks map[string][]string // fenced blocks, by language
}

func readGuide(t *testing.T) *guide {
	t.Helper()
	text, err := os.ReadFile(checkout + "/docs/CHANGING_A_SPEC.md")
	require.NoError(t, err)
	g := &guide{t: t, text: string(text), blocks: make(map[string][]string)}
	for _, found := range regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$").FindAllStringSubmatch(g.text, -1) {
		g.blocks[found[1]] = append(g.blocks[found[1]], found[2])
	}
	return g
}

// block is the n-th block of a language, from 0.
func (g *guide) block(language string, n int) string {
	g.t.Helper()
	require.Greater(g.t, len(g.blocks[language]), n, language)
	return g.blocks[language][n]
}

func (g *guide) lines(language string, n int) []string {
	return strings.Split(strings.TrimSuffix(g.block(language, n), "\n"), "\n")
}

// apply makes the edits of a diff block: the lines with a minus, which stand below the schema that the hunk names,
// become those with a plus.
func (g *guide) apply(document, edits string) string {
	g.t.Helper()
	for _, hunk := range strings.Split("\n"+edits, "\n@@ ")[1:] {
		schema, body, _ := strings.Cut(hunk, "\n")
		var old, changed []string
		for _, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
			if text, ok := strings.CutPrefix(line, "-"); ok {
				old = append(old, text+"\n")
			} else if text, ok := strings.CutPrefix(line, "+"); ok {
				changed = append(changed, text+"\n")
			}
		}
		before, after, ok := strings.Cut(document, "\n    "+schema+":\n")
		require.True(g.t, ok, "specs/wecom.yaml has no schema %s any more: the guide needs another example", schema)
		require.Containsf(g.t, after, strings.Join(old, ""),
			"specs/wecom.yaml has changed below %s: so must the example in docs/CHANGING_A_SPEC.md, which has\n%s",
			schema, strings.Join(old, ""))
		after = strings.Replace(after, strings.Join(old, ""), strings.Join(changed, ""), 1)
		document = before + "\n    " + schema + ":\n" + after
	}
	return document
}

// tree is what an edit of WeCom's document makes of the checkout: nothing is written there, the new files stand in the
// place of the old ones only for the commands that are run with them. Beside it is the module of somebody who uses the
// packages.
type tree struct {
	t       *testing.T
	root    string
	dir     string
	user    string
	replace map[string]string // new files by those that they replace
}

// newTree returns the checkout as it is, and a module that needs what the checkout needs.
func newTree(t *testing.T) *tree {
	t.Helper()
	root, err := filepath.Abs(checkout)
	require.NoError(t, err)
	w := &tree{t: t, root: root, dir: t.TempDir(), user: t.TempDir(), replace: make(map[string]string)}
	module, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	_, needs, ok := strings.Cut(string(module), "\n")
	require.True(t, ok)
	w.write("go.mod", "module example.org/user\n"+needs+
		"\nrequire github.com/roster-go/roster v0.0.0\n\nreplace github.com/roster-go/roster => "+root+"\n")
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	w.write("go.sum", string(sums))
	return w
}

// write writes a file of the user's.
func (w *tree) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.user, name)
	require.NoError(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(w.t, os.WriteFile(path, []byte(text), 0o600))
}

// regenerate writes a document and what the pinned generator makes of it.
func regenerate(t *testing.T, document string) *tree {
	t.Helper()
	w := newTree(t)
	spec := w.put("specs/wecom.yaml", document)
	for config, output := range map[string]string{
		"gen/config/wecomapi.yaml":    "gen/wecomapi/wecomapi.gen.go",
		"gen/config/wecomserver.yaml": "sim/internal/wecomserver/wecomserver.gen.go",
	} {
		text, err := os.ReadFile(filepath.Join(w.root, config))
		require.NoError(t, err)
		generated := w.put(output, "")
		changed := strings.Replace(string(text), "output: "+output+"\n", "output: "+generated+"\n", 1)
		require.NotEqual(t, string(text), changed, "%s names another output", config)
		own := filepath.Join(w.dir, filepath.Base(config))
		require.NoError(t, os.WriteFile(own, []byte(changed), 0o600))
		const generator = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
		out, err := w.run(w.root, "run", generator, "-config", own, spec)
		require.NoError(t, err, out)
	}
	return w
}

// put writes a file that stands for one of the checkout.
func (w *tree) put(name, text string) string {
	w.t.Helper()
	path := filepath.Join(w.dir, "tree", name)
	require.NoError(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(w.t, os.WriteFile(path, []byte(text), 0o600))
	w.replace[filepath.Join(w.root, name)] = path
	return path
}

// run runs a go command in a folder: the checkout, whose go.mod it leaves alone, or the user's.
func (w *tree) run(dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(w.t.Context(), "go", args...)
	cmd.Dir = dir
	mode := "readonly"
	if dir == w.user {
		mode = "mod"
	}
	// Without paths in them, packages of a copy come from the build cache.
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOTOOLCHAIN=local", "GOFLAGS=-trimpath -mod="+mode)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// edited runs a go command in a folder, with the checkout as the edit makes it.
func (w *tree) edited(dir, command string, args ...string) (string, error) {
	w.t.Helper()
	overlay, err := json.Marshal(map[string]any{"Replace": w.replace})
	require.NoError(w.t, err)
	file := filepath.Join(w.dir, "overlay.json")
	require.NoError(w.t, os.WriteFile(file, overlay, 0o600))
	return w.run(dir, append([]string{command, "-overlay", file}, args...)...)
}

// report compares the document and the generated packages of the edited tree with the checkout's: what stands on them
// does not compile before it is edited, too.
func (w *tree) report() string {
	w.t.Helper()
	document := filepath.Join(w.root, "specs/wecom.yaml")
	changes, err := compareDocument(document, w.replace[document])
	require.NoError(w.t, err)
	before, err := loadLibrary(w.t.Context(), w.root, "./gen/...", nil)
	require.NoError(w.t, err)
	overlay := make(map[string][]byte)
	for name, replacement := range w.replace {
		if overlay[name], err = os.ReadFile(replacement); err != nil {
			require.NoError(w.t, err)
		}
	}
	after, err := loadLibrary(w.t.Context(), w.root, "./gen/...", overlay)
	require.NoError(w.t, err)
	documents := []Comparison{{Name: "specs/wecom.yaml", Changes: changes}}
	report := Report{Comparisons: append(documents, comparePackages(before, after)...)}
	var text strings.Builder
	require.NoError(w.t, report.Write(&text))
	return text.String()
}

const findings = `package example

import (
	"net/http"
	"testing"

	"github.com/roster-go/roster/contract"
)

func TestFindings(t *testing.T) {
	v, err := contract.NewValidator("wecom")
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Content-Type": {"application/json"}}
	response := &contract.Response{Status: 200, Header: header, Body: []byte(body)}
	for _, f := range v.Check(contract.Exchange{Operation: "GetUserList", Response: response}) {
		t.Log("FINDING " + f.String())
	}
}
`

const exampleHead = `package example

import (
	"encoding/json"
	"fmt"

	"github.com/roster-go/roster/gen/wecomapi"
)

`

// The example of the guide, from the report to the user's code.
func TestTheGuideIsTrue(t *testing.T) {
	g := readGuide(t)
	source, err := os.ReadFile(checkout + "/specs/wecom.yaml")
	require.NoError(t, err)
	answer := "package example\n\nconst body = `" + strings.TrimSpace(g.block("json", 0)) + "`\n"

	t.Run("the findings", func(t *testing.T) {
		t.Parallel()
		w := newTree(t)
		w.write("example/body.go", answer)
		w.write("example/findings_test.go", findings)
		out, err := w.run(w.user, "test", "-v", "./example")
		require.NoError(t, err, out)
		var got []string
		for _, found := range regexp.MustCompile(`FINDING (.*?\))`).FindAllStringSubmatch(out, -1) {
			got = append(got, found[1])
		}
		assert.ElementsMatch(t, g.lines("text", 0), got)
	})

	t.Run("the edits", func(t *testing.T) {
		t.Parallel()
		w := regenerate(t, g.apply(string(source), g.block("diff", 0)))
		w.write("example/body.go", answer)
		w.write("example/findings_test.go", findings)
		w.write("example/example_test.go", exampleHead+g.block("go", 0))
		out, err := w.edited(w.user, "test", "-v", "./example")
		require.NoError(t, err, out)
		assert.Contains(t, out, "--- PASS: Example")
		assert.Contains(t, out, "--- PASS: TestFindings")
		assert.NotContains(t, out, "FINDING", "the edited document knows the answer")

		w.write("old/old.go", oldCode)
		out, err = w.edited(w.user, "vet", "./old")
		assert.Error(t, err)
		assert.Contains(t, out, strings.TrimSpace(g.block("text", 1)))

		out, err = w.edited(w.root, "build", "./...")
		assert.Error(t, err)
		listed := regexp.MustCompile(`the compiler lists what used the old name: (.*)`).FindStringSubmatch(g.text)
		require.NotNil(t, listed)
		for _, file := range strings.Split(listed[1], ", ") {
			assert.Contains(t, out, file)
		}

		report := w.report()
		for _, line := range g.lines("text", 2) {
			assert.Contains(t, report, line)
		}
	})

	t.Run("the rename that breaks nobody", func(t *testing.T) {
		t.Parallel()
		w := regenerate(t, g.apply(string(source), g.block("diff", 1)))
		w.write("old/old.go", oldCode)
		out, err := w.edited(w.user, "vet", "./old")
		assert.NoError(t, err, out)
		report := w.report()
		assert.Contains(t, report, "Member.JobTitle: added")
		assert.Contains(t, report, "\n0 breaking,")
	})
}

// oldCode is a user's, from before the change.
const oldCode = `package old

import "github.com/roster-go/roster/gen/wecomapi"

// Title is the job title of a member.
func Title(member wecomapi.Member) string { return member.Position }
`

// copyOf returns a copy of the checkout, in which commands can be run and files changed.
func copyOf(t *testing.T) *tree {
	t.Helper()
	w := newTree(t)
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = w.root
	names, err := list.Output()
	require.NoError(t, err)
	elsewhere := t.TempDir()
	for _, name := range strings.Split(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(w.root, name))
		if errors.Is(err, os.ErrNotExist) { // deleted, but not committed
			continue
		}
		require.NoError(t, err)
		path := filepath.Join(elsewhere, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, data, 0o600))
	}
	w.root = elsewhere
	return w
}

// patch makes the edits of a diff block whose hunks name files: the lines without a plus are there once, and those with
// one come with them.
func (w *tree) patch(edits string) {
	w.t.Helper()
	for _, hunk := range strings.Split("\n"+edits, "\n@@ ")[1:] {
		name, body, _ := strings.Cut(hunk, "\n")
		var before, after strings.Builder
		for line := range strings.Lines(strings.TrimSuffix(body, "\n") + "\n") {
			if text, ok := strings.CutPrefix(line, "+"); ok {
				after.WriteString(text)
				continue
			}
			text := strings.TrimPrefix(line, " ")
			before.WriteString(text)
			after.WriteString(text)
		}
		path := filepath.Join(w.root, name)
		data, err := os.ReadFile(path)
		require.NoError(w.t, err)
		require.Equal(w.t, 1, strings.Count(string(data), before.String()),
			"%s has changed, so the guide needs another place than before:\n%s", name, before.String())
		changed := strings.Replace(string(data), before.String(), after.String(), 1)
		require.NoError(w.t, os.WriteFile(path, []byte(changed), 0o600))
	}
}

// create writes the file that the guide's text names before its block.
func (w *tree) create(g *guide, name string) {
	w.t.Helper()
	named := regexp.MustCompile("(?s)`" + regexp.QuoteMeta(name) + "`:\n\n```\\w+\n(.*?)\n```\n")
	found := named.FindStringSubmatch(g.text)
	require.NotNil(w.t, found, name)
	path := filepath.Join(w.root, name)
	require.NoError(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(w.t, os.WriteFile(path, []byte(found[1]+"\n"), 0o600))
}

// The new operation of the guide, from the document to the last table, and what is said on the way.
func TestTheGuideAddsAnOperation(t *testing.T) {
	t.Parallel()
	g := readGuide(t)
	w := copyOf(t)
	do := func(args ...string) {
		t.Helper()
		out, err := w.run(w.root, args...)
		require.NoError(t, err, out)
	}
	fails := func(lines []string, args ...string) {
		t.Helper()
		out, err := w.run(w.root, args...)
		require.Error(t, err)
		for _, line := range lines {
			assert.Contains(t, out, line)
		}
	}

	w.patch(g.block("diff", 2))
	do("run", "./internal/specfmt/cmd", "specs/wecom.yaml")
	do("generate", ".")
	coverage, err := os.ReadFile(filepath.Join(w.root, "docs/COVERAGE.md"))
	require.NoError(t, err)
	assert.Contains(t, string(coverage), "| GET /user/get_badge | `GetBadge` |")
	fails(g.lines("text", 3), "build", "./sim")

	w.create(g, "sim/internal/wecom/badge.go")
	w.patch(g.block("diff", 3))
	do("build", "./...")
	fails(g.lines("text", 4), "test", "-run", "^TestLedger$", "./contract")

	w.create(g, "testdata/wecom/GetBadge/success.json")
	w.create(g, "testdata/wecom/GetBadge/error-not-found.json")
	w.patch(g.block("diff", 4))
	do("test", "-run", "^TestLedger$", "./contract")
	do("test", "-run", "^TestWeComEveryOperation$", "./sim")
	do("test", "-run", "^TestSuite$/^(EveryOperationHasSamples|SamplesOverHTTP)$", "./clients/wecom")
	do("test", "./specs", "./internal/coverage")
	format := exec.CommandContext(t.Context(), "gofmt", "-l", "sim", "contract")
	format.Dir = w.root
	out, err := format.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Empty(t, string(out))
}

// Every command of the guide is there.
func TestTheGuideNamesCommandsThatExist(t *testing.T) {
	g := readGuide(t)
	makefile, err := os.ReadFile(checkout + "/Makefile")
	require.NoError(t, err)
	named := 0
	for _, found := range regexp.MustCompile("(?m)(?:^|`)make ([a-z]+)").FindAllStringSubmatch(g.text, -1) {
		assert.Contains(t, "\n"+string(makefile), "\n"+found[1]+":", "make %s", found[1])
		named++
	}
	assert.Greater(t, named, 5)

	cmd := exec.CommandContext(t.Context(), "go", "run", "./cmd/roster", "--help")
	cmd.Dir = checkout
	help, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		require.NoError(t, err, string(exit.Stderr))
	}
	require.NoError(t, err)
	for _, found := range regexp.MustCompile(`\./cmd/roster ([a-z]+)`).FindAllStringSubmatch(g.text, -1) {
		assert.Regexp(t, fmt.Sprintf(`(?m)^  %s\b`, found[1]), string(help), "roster "+found[1])
	}

	for _, found := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(g.text, -1) {
		_, err := os.Stat(filepath.Join(checkout, "docs", found[1]))
		assert.NoError(t, err)
	}
}
