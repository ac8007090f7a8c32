package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCursor(t *testing.T) {
	type page struct {
		Next wire.Cursor `json:"next,omitzero"`
	}
	for body, want := range map[string]wire.Cursor{
		`{}`:               {},
		`{"next":null}`:    {Sent: true},
		`{"next":""}`:      {Sent: true},
		`{"next":"a\/b="}`: {Value: "a/b=", Sent: true},
	} {
		var p page
		require.NoError(t, json.Unmarshal([]byte(body), &p), body)
		assert.Equal(t, want, p.Next, body)
	}
	var p page
	assert.ErrorContains(t, json.Unmarshal([]byte(`{"next":{"user":"chen.yq"}}`), &p), "want a string or null")

	for want, cursor := range map[string]wire.Cursor{
		`{}`: {}, `{"next":""}`: {Sent: true}, `{"next":"a"}`: {Value: "a", Sent: true},
	} {
		encoded, err := json.Marshal(page{Next: cursor})
		require.NoError(t, err)
		assert.Equal(t, want, string(encoded))
	}
}
