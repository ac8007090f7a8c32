package roster_test

import (
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
