package browser

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/specs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../../.."

// The pages are what a reader without a network needs: served by "roster sim", each renders all operations of its
// document, asks for nothing else and complains of nothing. It wants "make docs" and Chromium; in CI their absence is a
// failure.
func TestThePagesRenderOffline(t *testing.T) {
	built, err := filepath.Abs(root + "/dist/docs")
	require.NoError(t, err)
	if _, err := os.Stat(filepath.Join(built, "sim", "index.html")); err != nil {
		missing(t, "the pages are not built: make docs")
	}
	for _, vendor := range specs.Vendors() {
		document, err := specs.FS.ReadFile(vendor + ".yaml")
		require.NoError(t, err)
		if old, err := os.ReadFile(filepath.Join(built, vendor+".yaml")); err != nil || !bytes.Equal(old, document) {
			missing(t, "the pages are older than specs/"+vendor+".yaml: make docs")
		}
	}
	program, err := exec.LookPath("chromium")
	if err != nil {
		missing(t, "chromium is not installed")
	}
	base := startSim(t, built)
	browser := startBrowser(t, program)

	t.Run("index", func(t *testing.T) {
		page := browser.open(t, base+"/docs/")
		var links []string
		require.NoError(t, json.Unmarshal(page.evaluate(
			`return [...document.querySelectorAll('h2 a')].map(a => a.href)`), &links))
		var want []string
		for _, vendor := range specs.Vendors() {
			want = append(want, base+"/docs/"+vendor+".html")
		}
		assert.ElementsMatch(t, want, links)
		assert.Empty(t, page.trouble(base))
	})
	for _, vendor := range specs.Vendors() {
		t.Run(vendor, func(t *testing.T) { testPage(t, browser, base, vendor) })
	}
	// The pages for reading are opened as files.
	for _, vendor := range specs.Vendors() {
		t.Run(vendor+" as a file", func(t *testing.T) {
			op := operationsOf(t, vendor)[0]
			page := browser.open(t, "file://"+filepath.Join(built, vendor+".html#"+op.place()))
			assert.Contains(t, page.show(op).Text, "$"+strings.ToUpper(vendor)+"_", "the credentials are the reader's")
			assert.Empty(t, page.trouble("file://"+built))
		})
	}
}

// missing skips a test that needs a tool, but never in CI.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// The test sees what it is there to see.
func TestTroubleIsNoticed(t *testing.T) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		missing(t, "chromium is not installed")
	}
	for name, script := range map[string]string{
		"console: ":   `console.error('a complaint')`,
		"exception: ": `throw new Error('a failure')`,
		"log: ":       `document.write('<img src="/none.png">')`,
		"request: ":   `document.write('<img src="https://cdn.example.org/logo.svg">')`,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				http.NotFound(w, r)
				return
			}
			fmt.Fprintf(w, `<!DOCTYPE html><link rel="icon" href="data:,"><script>%s</script>`, script)
		}))
		found := startBrowser(t, program).open(t, server.URL).trouble(server.URL)
		require.NotEmpty(t, found, name)
		assert.Contains(t, found[0], name)
		server.Close()
	}
}

func testPage(t *testing.T, browser *devtools, base, vendor string) {
	operations := operationsOf(t, vendor)
	// Opened at an operation, since a page takes no notice of where it is sent before it has come to life.
	page := browser.open(t, base+"/docs/"+vendor+".html#"+operations[0].place())
	for _, op := range operations {
		shown := page.show(op)
		if !assert.NotEmpty(t, shown.Heading, "%s is not shown", op.id) {
			continue
		}
		assert.Contains(t, shown.Text, op.path, op.id)
		assert.Contains(t, shown.Text, "curl -sS", op.id)
		assert.Contains(t, shown.Text, base+"/"+vendor, "%s: the sample is for this simulator", op.id)
		assert.NotContains(t, shown.Text, "ROSTER__", op.id)
	}
	assert.Empty(t, page.trouble(base))
}

type operation struct{ id, path, summary, tag string }

func operationsOf(t *testing.T, vendor string) []operation {
	t.Helper()
	data, err := specs.FS.ReadFile(vendor + ".yaml")
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(data)
	require.NoError(t, err)
	var all []operation
	for path, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			all = append(all, operation{id: op.OperationID, path: path, summary: op.Summary, tag: op.Tags[0]})
		}
	}
	require.NotEmpty(t, all)
	// By tags, since a page draws one at a time.
	slices.SortFunc(all, func(a, b operation) int {
		return cmp.Or(strings.Compare(a.tag, b.tag), strings.Compare(a.id, b.id))
	})
	return all
}

// place is where the page has the operation: what stands behind the # in its address.
func (op operation) place() string { return "/" + op.tag + "/" + strings.ToLower(op.id) }

// shown is what a page shows of an operation.
type shown struct{ Heading, Text string }

// show goes to an operation, as a click on its entry in the menu does, and waits until it is there. The page draws what
// comes into view and no more.
func (p *tab) show(op operation) shown {
	p.t.Helper()
	var found shown
	require.NoError(p.t, json.Unmarshal(p.evaluate(`
		const [place, heading] = args; // the title of a deprecated operation has more in it
		const find = () => {
			const section = document.querySelector('[data-section-id="' + place + '"]');
			const title = section?.querySelector('h1, h2')?.textContent.trim();
			if (title?.includes(heading) && section.textContent.includes('curl -sS'))
				return {Heading: title, Text: section.textContent};
		};
		location.hash = '#' + place;
		return await new Promise(done => {
			const look = () => { const it = find(); if (it) { watcher.disconnect(); clearTimeout(timer); done(it); } };
			const watcher = new MutationObserver(look);
			const timer = setTimeout(() => { watcher.disconnect(); done({Heading: '', Text: ''}); }, 20000);
			watcher.observe(document.documentElement, {childList: true, subtree: true, characterData: true});
			look();
		})`, op.place(), op.id+" "+op.summary), &found))
	return found
}

// startSim runs the command as a user does, and returns the address that it prints.
func startSim(t *testing.T, docs string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "roster")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, root+"/cmd/roster").CombinedOutput()
	require.NoError(t, err, string(out))
	cmd := exec.Command(program, "sim", "--addr", "127.0.0.1:0", "--people", "200", "--docs", docs)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Signal(os.Interrupt))
		assert.NoError(t, cmd.Wait())
	})
	address := regexp.MustCompile(`(http://127\.0\.0\.1:\d+)/docs/`)
	lines := bufio.NewScanner(stdout)
	base := ""
	for lines.Scan() {
		if found := address.FindStringSubmatch(lines.Text()); found != nil {
			base = found[1]
		}
		if strings.Contains(lines.Text(), "Ctrl-C") {
			break
		}
	}
	require.NotEmpty(t, base, "the simulator does not say where the pages are")
	return base
}
