package roster_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients/wire"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The first Go snippet of each README compiles as pasted.
func TestTheFirstSnippetCompiles(t *testing.T) {
	for _, readme := range []string{"README.md", "README.zh-CN.md"} {
		t.Run(readme, func(t *testing.T) {
			text, err := os.ReadFile(readme)
			require.NoError(t, err)
			_, rest, ok := strings.Cut(string(text), "```go\n")
			require.True(t, ok)
			snippet, _, ok := strings.Cut(rest, "```")
			require.True(t, ok)
			file := filepath.Join(t.TempDir(), "main.go")
			require.NoError(t, os.WriteFile(file, []byte(snippet), 0o600))
			out, err := exec.CommandContext(t.Context(), "go", "vet", file).CombinedOutput()
			assert.NoError(t, err, string(out))
		})
	}
}

// The two commands of a newcomer are the first thing after the two sentences.
func TestTheTwoCommandsComeFirst(t *testing.T) {
	for _, readme := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(readme)
		require.NoError(t, err)
		first, _, _ := strings.Cut(string(text), "\n## ")
		assert.Contains(t, first, "make demo", readme)
		assert.Contains(t, first, "make test", readme)
	}
}

// The coverage table names every operation of every document, with its route and its method.
func TestTheCoverageTableIsWhole(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, vendor := range []struct {
		title      string
		api        any
		operations []*wire.Operation
	}{
		{"WeCom", &wecomapi.API{}, wecomapi.Operations()},
		{"DingTalk", &dingtalkapi.API{}, dingtalkapi.Operations()},
		{"Feishu / Lark", &feishuapi.API{}, feishuapi.Operations()},
		{"WPS 365", &wpsapi.API{}, wpsapi.Operations()},
	} {
		_, section, ok := strings.Cut(string(text), "\n### "+vendor.title+"\n")
		require.True(t, ok, vendor.title)
		section, _, _ = strings.Cut(section, "\n##")
		for _, op := range vendor.operations {
			row := ""
			for line := range strings.Lines(section) {
				if strings.Contains(line, "| "+op.Method+" "+op.Path+" |") {
					row = line
				}
			}
			if !assert.NotEmptyf(t, row, "%s: %s %s", vendor.title, op.Method, op.Path) {
				continue
			}
			_, methods, _ := strings.Cut(row, " | `")
			name, _, _ := strings.Cut(methods, "`")
			assert.Truef(t, reflect.ValueOf(vendor.api).MethodByName(name).IsValid(), "%s: no method %s", vendor.title, name)
		}
	}
}
