package specs_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/roster-go/roster/internal/samples"
	"github.com/roster-go/roster/specs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// How sure a sample is, is one of the words that README.md lists.
func TestSamplesSayHowSureTheyAre(t *testing.T) {
	for _, vendor := range specs.Vendors() {
		all, err := samples.Load(os.DirFS("../testdata"), vendor)
		require.NoError(t, err)
		for _, s := range all {
			var source struct{ Confidence string }
			require.NoError(t, json.Unmarshal(s.Source, &source))
			assert.Contains(t, []string{"machine", "doc", "sdk", "peer", "seed", "guess", "live", "sim"},
				source.Confidence, "testdata/%s/%s/%s.json", vendor, s.Operation, s.Case)
		}
	}
}
