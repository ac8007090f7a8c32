package bench_test

import (
	"testing"

	"github.com/roster-go/roster/bench"
	"github.com/roster-go/roster/bench/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every column does what is measured, and comes to the same.
func TestColumns(t *testing.T) {
	for _, api := range bench.APIs() {
		names := map[string]bool{}
		for _, column := range api.Columns {
			t.Run(api.Name+"/"+column.Name, func(t *testing.T) {
				c, err := column.Open(where + api.Base)
				require.NoError(t, err)
				name, err := c.GetUser(t.Context(), "1")
				require.NoError(t, err)
				names[name] = true
				people, err := c.ListAll(t.Context())
				require.NoError(t, err)
				assert.Equal(t, server.People, people)

				control(t, server.Control{Revoke: true})
				_, err = c.GetUser(t.Context(), "1")
				require.NoError(t, err, "a token that died")
				assert.EqualValues(t, 1, control(t, server.Control{}).Tokens)
			})
		}
		assert.Len(t, names, 1, api.Name)
	}
}
