package reliability

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The file's name makes it the last test of the package.
func TestZThePageHasWhatWasMeasured(t *testing.T) {
	if long() {
		return // it is written now
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "RELIABILITY.md"))
	require.NoError(t, err, `run "make reliability"`)
	sections := strings.Split(string(text), "\n## ")
	for _, want := range measured.tables {
		var found string
		for _, s := range sections {
			if strings.HasPrefix(s, want.section+"\n") {
				found = s
			}
		}
		if !assert.NotEmptyf(t, found, `the page lacks %q: run "make reliability"`, want.section) {
			continue
		}
		assert.Contains(t, found, want.intro)
		assert.Contains(t, found, "| "+strings.Join(want.columns, " | ")+" |")
		for _, row := range want.rows {
			assert.Containsf(t, found, "\n| "+row[0]+" |", `%q lacks a row: run "make reliability"`, want.section)
		}
		assert.Equal(t, len(want.rows)+2, strings.Count(found, "\n|"), want.section)
	}
	if flag.Lookup("test.run").Value.String() == "" {
		assert.Len(t, sections, len(measured.tables)+1, `the page has sections that nothing measures`)
	}
}
