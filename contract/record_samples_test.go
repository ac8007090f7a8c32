package contract_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/samples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leaves calls f for each pair of scalars at the same place of two values.
func leaves(t *testing.T, at string, a, b any, f func(at string, a, b any)) {
	t.Helper()
	switch a := a.(type) {
	case map[string]any:
		other, ok := b.(map[string]any)
		require.True(t, ok, at)
		require.Len(t, other, len(a), at)
		for name := range a {
			if value, ok := other[name]; ok {
				leaves(t, at+"/"+name, a[name], value, f)
			}
		}
	case []any:
		other, ok := b.([]any)
		require.True(t, ok, at)
		require.Len(t, other, len(a), at)
		for i := range a {
			leaves(t, fmt.Sprintf("%s/%d", at, i), a[i], other[i], f)
		}
	default:
		f(at, a, b)
	}
}

// Every sample of ours, taken for a recording, becomes one that is as good: of the same form, accepted by the document,
// and without the values that were in it.
func TestEverySampleCanBeDisguised(t *testing.T) {
	made, texts, replaced := 0, 0, 0
	for _, vendor := range contract.Vendors() {
		v, all := load(t, vendor)
		mapped, taken := map[string]string{}, map[string]string{}
		for _, sample := range all {
			if sample.Response.Text != nil {
				_, err := contract.Disguised(v, sample, "key")
				require.ErrorContains(t, err, "not a JSON object")
				continue
			}
			about := vendor + "/" + sample.Operation + "/" + sample.Case
			file, err := contract.Disguised(v, sample, "key")
			require.NoError(t, err, about)
			made++
			var again samples.Sample
			require.NoError(t, json.Unmarshal(file, &again), about)

			results, err := v.CheckSamples(fstest.MapFS{vendor + "/" + sample.Operation + "/" + sample.Case +
				".json": {Data: file}})
			require.NoError(t, err)
			for _, f := range results[0].Drift() {
				// credentials are left out of requests
				if f.Part == contract.PartResponseBody || f.Kind != contract.KindMissing &&
					f.Kind != contract.KindOutOfBounds {
					t.Errorf("%s: %s\n%s", about, f, file)
				}
			}
			if sample.Success() {
				require.NoError(t, json.Unmarshal(again.Response.Body, answerOf(t, vendor, sample.Operation)),
					"%s: the typed client takes it", about)
			}
			leaves(t, "", decode(t, sample.Response.Body), decode(t, again.Response.Body), func(at string, a, b any) {
				assert.IsType(t, a, b, "%s %s", about, at)
				text, isText := a.(string)
				if !isText {
					return
				}
				texts++
				other := b.(string)
				if text != other {
					replaced++
				}
				if !strings.Contains(text, "@") && !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "http") &&
					!strings.Contains(at, "msg") && !strings.Contains(at, "message") && !strings.Contains(at, "desc") {
					assert.Equalf(t, utf8.RuneCountInString(text), utf8.RuneCountInString(other), "%s %s: %q became %q",
						about, at, text, other)
				}
				if strings.HasSuffix(at, "/userid") || strings.HasSuffix(at, "/open_id") ||
					strings.HasSuffix(at, "/user_id") || strings.HasSuffix(at, "/unionid") {
					if before, ok := mapped[text]; ok {
						assert.Equalf(t, before, other, "%s %s: the same id is replaced alike", about, at)
					}
					mapped[text] = other
					if before, ok := taken[other]; ok {
						assert.Equalf(t, before, text, "%s %s: two ids do not become one", about, at)
					}
					taken[other] = text
					if len(text) > 1 {
						assert.NotEqual(t, text, other, about)
					}
				}
			})
		}
		assert.NotEmpty(t, mapped)
	}
	t.Logf("%d samples, %d of %d texts replaced", made, replaced, texts)
}
