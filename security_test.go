package roster_test

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryPromiseHasATest(t *testing.T) {
	text, err := os.ReadFile("SECURITY.md")
	require.NoError(t, err)
	_, promised, found := strings.Cut(string(text), "## What is promised\n")
	require.True(t, found)
	promised, _, _ = strings.Cut(promised, "\n## ")
	promises := strings.Split(promised, "\n- **")[1:]
	require.Greater(t, len(promises), 5)
	link := regexp.MustCompile(`\]\(([^)#]+_test\.go)#((?:Test|Fuzz)\w+)\)`)
	for _, promise := range promises {
		name, _, _ := strings.Cut(promise, "**")
		assert.NotEmpty(t, link.FindAllString(promise, -1), name)
	}
	assert.Len(t, link.FindAllString(promised, -1), strings.Count(promised, "]("), "every link names a test")
	for _, match := range link.FindAllStringSubmatch(promised, -1) {
		code, err := os.ReadFile(path.Clean(match[1]))
		if assert.NoError(t, err) {
			assert.Regexp(t, `(?m)^func `+match[2]+`\(\w+ \*testing\.[TF]\) \{`, string(code), match[1])
		}
	}
}
