package samples_test

import (
	"testing"
	"testing/fstest"

	"github.com/roster-go/roster/internal/samples"
	"github.com/stretchr/testify/require"
)

func TestASampleThatCannotBeSentIsRefused(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"no status", `{"response":{}}`, "response.status is missing"},
		{"no status of HTTP", `{"response":{"status":4}}`, "response.status 4 does not end an exchange"},
		{"a status that others follow", `{"response":{"status":100}}`, "response.status 100"},
		{"a status beyond HTTP's", `{"response":{"status":1000}}`, "response.status 1000"},
		{"a misspelt member", `{"response":{"state":200}}`, `unknown field "state"`},
		{"no JSON", `{`, "unexpected EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := samples.Load(fstest.MapFS{"acme/getUser/success.json": {Data: []byte(test.file)}}, "acme")
			require.ErrorContains(t, err, "acme/getUser/success.json: ")
			require.ErrorContains(t, err, test.want)
		})
	}
	_, err := samples.Load(fstest.MapFS{}, "acme")
	require.EqualError(t, err, "no samples of acme")
}
