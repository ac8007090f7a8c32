package diagnosis_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/roster-go/roster/directory/internal/diagnosis"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is committed is what the table gives.
func TestPagesAreGenerated(t *testing.T) {
	for name, want := range diagnosis.Pages() {
		got, err := os.ReadFile("../../../" + name)
		require.NoError(t, err)
		assert.Equal(t, string(want), strings.ReplaceAll(string(got), "\r\n", "\n"), `%s: run "make generate"`, name)
	}
}

func TestEveryCauseSaysWhereItIsMendedInBothLanguages(t *testing.T) {
	chinese := func(text string) bool {
		return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	seen := make(map[diagnosis.ID]bool)
	for _, c := range diagnosis.Causes() {
		t.Run(string(c.ID), func(t *testing.T) {
			assert.False(t, seen[c.ID], "twice")
			seen[c.ID] = true
			assert.NotEqual(t, -1, c.Severity.Rank())
			assert.NotEmpty(t, c.Places)
			for _, text := range []diagnosis.Text{c.Symptom, c.Seen, c.Means} {
				assert.NotEmpty(t, text.EN)
				assert.True(t, chinese(text.ZH), text.ZH)
			}
			vendors := make(map[string]bool)
			for _, p := range c.Places {
				assert.False(t, vendors[p.Vendor], "%s twice", p.Vendor)
				vendors[p.Vendor] = true
				assert.NotEmpty(t, p.Console)
				assert.NotEmpty(t, p.Page)
				assert.NotEmpty(t, p.Switch)
				assert.NotEmpty(t, p.Do.EN)
				assert.True(t, chinese(p.Do.ZH), p.Do.ZH)
				assert.Contains(t, []string{"doc", "peer", "guess"}, p.Confidence)
				if strings.Contains(p.Console, "https://") && c.ID != diagnosis.Unexplained {
					assert.True(t, chinese(p.Console+p.Page), "the vendor's own names: %s", p.Console+p.Page)
				}
				assert.ElementsMatch(t, placeholders(p.Do.EN), placeholders(p.Do.ZH), p.Do.EN)
			}
			assert.ElementsMatch(t, placeholders(c.Seen.EN), placeholders(c.Seen.ZH))
			assert.ElementsMatch(t, placeholders(c.Means.EN), placeholders(c.Means.ZH))
		})
	}
}

func placeholders(text string) []string {
	set := make(map[string]bool)
	for _, name := range regexp.MustCompile(`\{[a-z]+\}`).FindAllString(text, -1) {
		set[name] = true
	}
	var all []string
	for name := range set {
		all = append(all, name)
	}
	return all
}

func TestPagesHaveExamplesForEverythingThatIsFilledIn(t *testing.T) {
	for name, text := range diagnosis.Pages() {
		assert.Empty(t, placeholders(string(text)), name)
	}
}

func TestFill(t *testing.T) {
	assert.Equal(t, "a b {c}", diagnosis.Fill("{x} {y} {c}", map[string]string{"x": "a", "y": "b"}))
}
