package roster_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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
	for name, from := range map[string]string{"go.sum": "go.sum", "contract_test.go": "examples/contract-ci/contract_test.go"} {
		data, err := os.ReadFile(from)
		require.NoError(t, err)
		write(name, data)
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
	assert.Contains(t, out, "the live part is skipped: WECOM_CORP_ID and WECOM_APP_SECRET are not set in the environment")
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
