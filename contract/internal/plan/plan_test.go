package plan

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/roster-go/roster/specs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestArgumentsComeFromEarlierAnswers(t *testing.T) {
	values := Start(time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC), map[string]string{"test_mobile": "13900001111"})
	values.Keep(Step{Keep: map[string]string{"/list/0/id": "department", "/list/0/name": "name", "/none": "none"}},
		[]byte(`{"list":[{"id":42,"name":"a/b"}]}`))
	values.Keep(Step{Keep: map[string]string{"/id": "department"}}, []byte(`{"id":43}`))

	for name, tc := range map[string]struct {
		step    Step
		want    string
		missing string
	}{
		"a number stays one": {step: Step{Body: `{"id":"$department","of":["$department|1"]}`},
			want: `{"body":{"id":42,"of":[42]}}`},
		"a text in quotes": {step: Step{Body: `{"id":"'$department'"}`}, want: `{"body":{"id":"42"}}`},
		"in path and query": {
			step: Step{Path: map[string]string{"id": "$department"}, Query: map[string]string{"q": "x-$name"}},
			want: `{"path":{"id":"42"},"query":{"q":["x-a/b"]}}`,
		},
		"otherwise":      {step: Step{Body: `{"id":"$none|1"}`}, want: `{"body":{"id":1}}`},
		"what was given": {step: Step{Body: `{"mobile":"$test_mobile"}`}, want: `{"body":{"mobile":"13900001111"}}`},
		"a day in China": {step: Step{Query: map[string]string{"day": "$yesterday"}},
			want: `{"query":{"day":["2026-03-01"]}}`},
		"nothing given":   {step: Step{Body: `{"id":"$none"}`}, missing: "none"},
		"nothing in path": {step: Step{Path: map[string]string{"id": "$none"}}, missing: "none"},
	} {
		t.Run(name, func(t *testing.T) {
			request, missing := tc.step.Request(values)
			assert.Equal(t, tc.missing, missing)
			if tc.missing == "" {
				got, err := json.Marshal(request)
				require.NoError(t, err)
				assert.JSONEq(t, tc.want, string(got))
			}
		})
	}
}

func TestOf(t *testing.T) {
	for _, vendor := range specs.Vendors() {
		p, err := Of(vendor)
		require.NoError(t, err)
		for _, s := range append(p.Reads, p.Writes...) {
			assert.NotContainsf(t, p.Not, s.Operation, "%s: it is tried", vendor)
			assert.Truef(t, s.Body == "" || json.Valid([]byte(s.Body)), "%s %s: %s", vendor, s.Operation, s.Body)
		}
	}
	_, err := Of("slack")
	assert.ErrorContains(t, err, "slack")
}
