package roster_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var readmes = []string{"README.md", "README.zh-CN.md"}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// blocks returns the fenced blocks of a language.
func blocks(text, language string) []string {
	var all []string
	for _, found := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	return all
}

// The first Go snippet of each README compiles as pasted, the others inside of a function that has what they name.
func TestTheSnippetsCompile(t *testing.T) {
	around := []string{
		"%s",
		`package snippet

import (
	"os"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
)

func Open(cfg wecom.Config) (*wecom.Client, error) {
%s	return c, err
}
`,
		`package snippet

import (
	"context"
	"fmt"

	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/directory"
)

func Walk(ctx context.Context, c *feishu.Client) error {
%s	return nil
}
`,
		`package snippet

import (
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/sim"
)

func Simulate(t *testing.T) (*wecom.Client, error) {
%s	return c, err
}
`,
	}
	for _, readme := range readmes {
		t.Run(readme, func(t *testing.T) {
			snippets := blocks(read(t, readme), "go")
			require.Len(t, snippets, len(around))
			for i, snippet := range snippets {
				file := filepath.Join(t.TempDir(), "main.go")
				require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, around[i], snippet), 0o600))
				out, err := exec.CommandContext(t.Context(), "go", "vet", file).CombinedOutput()
				assert.NoError(t, err, string(out))
			}
		})
	}
}

// Both READMEs say the same: as many headings of each level, the same code but for words that people read, and the same
// names, commands and links in the text.
func TestTheReadmesHaveTheSameContent(t *testing.T) {
	shape := func(text string) map[string][]string {
		code := blocks(text, `\w+`)
		for i := range code {
			for _, words := range []string{`(?m)(^|\s+)(//|#) .*$`, `Println\("[^"]*"\)`, `<[^>]*>`} {
				code[i] = regexp.MustCompile(words).ReplaceAllString(code[i], "")
			}
		}
		prose := regexp.MustCompile("(?ms)^```\\w+\n.*?^```$").ReplaceAllString(text, "")
		links := regexp.MustCompile(`\]\(([^)]*)\)`).FindAllString(prose, -1)
		links = slices.DeleteFunc(links, func(link string) bool { return strings.HasPrefix(link, "](README") })
		spans := regexp.MustCompile("`[^`]+`").FindAllString(prose, -1)
		slices.Sort(spans)
		return map[string][]string{
			"headings":   regexp.MustCompile(`(?m)^#+ `).FindAllString(prose, -1),
			"bullets":    regexp.MustCompile(`(?m)^- \*\*`).FindAllString(prose, -1),
			"paragraphs": regexp.MustCompile(`(?m)^\*\*`).FindAllString(prose, -1),
			"rows":       regexp.MustCompile(`(?m)^\|`).FindAllString(prose, -1),
			"code":       code, "links": links, "spans": slices.Compact(spans),
		}
	}
	english, chinese := shape(read(t, readmes[0])), shape(read(t, readmes[1]))
	for what, want := range english {
		assert.Equal(t, want, chinese[what], what)
	}
	assert.Less(t, strings.Count(read(t, readmes[0]), "\n"), 200, "the README is for reading")
}

// What the READMEs link to is there, and so is every target of make that they name.
func TestTheReadmesNameWhatThereIs(t *testing.T) {
	makefile := read(t, "Makefile")
	for _, page := range append(readmes, "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/ARCHITECTURE.md") {
		text := read(t, page)
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(text, -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(page), link[1]))
			assert.NoError(t, err, page)
		}
		for _, target := range regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)").FindAllStringSubmatch(text, -1) {
			assert.Contains(t, makefile, "\n"+target[1]+":", page)
		}
	}
}

// The contract tests of examples/contract-ci pass as they are in a repository that they are copied to.
func TestTheContractTestsCanBeCopied(t *testing.T) {
	here, err := filepath.Abs(".")
	require.NoError(t, err)
	elsewhere := t.TempDir()
	module, err := os.ReadFile("go.mod") // with the versions that are here already
	require.NoError(t, err)
	_, module, _ = bytes.Cut(module, []byte("\n"))
	write := func(name string, data []byte) {
		t.Helper()
		require.NoError(t, os.WriteFile(filepath.Join(elsewhere, name), data, 0o600))
	}
	write("go.mod", append([]byte("module example.com/contract\n"), module...))
	for _, from := range []string{"go.sum", "examples/contract-ci/contract_test.go"} {
		data, err := os.ReadFile(from)
		require.NoError(t, err)
		write(filepath.Base(from), data)
	}
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = elsewhere
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		for _, variable := range []string{"WECOM_CORP_ID", "DINGTALK_APP_KEY", "FEISHU_APP_ID", "WPS_APP_ID"} {
			cmd.Env = append(cmd.Env, variable+"=") // offline, whatever the credentials of whoever runs this
		}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	run("mod", "edit", "-require=github.com/roster-go/roster@v0.0.0", "-replace=github.com/roster-go/roster="+here)
	out := run("test", "-v", ".")
	for _, vendor := range []string{"WeCom", "DingTalk", "Feishu", "WPS"} {
		assert.Contains(t, out, "--- PASS: Test"+vendor+"/samples")
		assert.Contains(t, out, "--- SKIP: Test"+vendor+"/live")
	}
	assert.Contains(t, out,
		"the live part is skipped: WECOM_CORP_ID and WECOM_APP_SECRET are not set in the environment")
}

// The two commands of a newcomer are the first thing after the two sentences.
func TestTheTwoCommandsComeFirst(t *testing.T) {
	for _, readme := range readmes {
		first, _, _ := strings.Cut(read(t, readme), "\n## ")
		assert.Contains(t, first, "make demo", readme)
		assert.Contains(t, first, "make test", readme)
	}
}
