package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/require"
)

// What is read is what the decoder reads, and a cursor that has been written reads as the same.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{`"abc=="`, `""`, `null`, `12`, `{"a":1}`, `"\ud800"`, `"\u0000"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var object struct {
			Next wire.Cursor `json:"next"`
		}
		var want struct {
			Next *string `json:"next"`
		}
		text := []byte(`{"next":` + string(data) + `}`)
		wantErr, err := json.Unmarshal(text, &want), json.Unmarshal(text, &object)
		require.Equal(t, wantErr == nil, err == nil, "%v %v", wantErr, err)
		if err != nil {
			return
		}
		if want.Next != nil {
			require.Equal(t, wire.Cursor{Value: *want.Next, Sent: true}, object.Next)
		} else {
			require.Empty(t, object.Next.Value)
		}
		written, err := json.Marshal(object.Next)
		require.NoError(t, err)
		var again wire.Cursor
		require.NoError(t, json.Unmarshal(written, &again))
		require.Equal(t, wire.Cursor{Value: object.Next.Value, Sent: true}, again)
	})
}

// What is read can be written and read again. Whatever is a list of lists for the decoder is one here, and an error
// leaves nothing half read.
func FuzzIntLists(f *testing.F) {
	for _, seed := range []string{`[[1,2],[3]]`, `[1,2]`, `"[[1],[]]"`, `"[1]"`, `""`, `null`, `[]`, `[[]]`, `[null]`, `"null"`,
		`[[1],2]`, `[1,[2]]`, `" [1] "`, `[9223372036854775808]`, `[1.0]`, `{}`, `"\"[1]\""`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got wire.IntLists
		err := json.Unmarshal(data, &got)
		var nested [][]int64
		if json.Unmarshal(data, &nested) == nil {
			require.NoError(t, err)
			require.Equal(t, nested, [][]int64(got))
		}
		var single []int64
		if json.Unmarshal(data, &single) == nil && len(single) > 0 && nested == nil {
			require.NoError(t, err)
			require.Equal(t, wire.IntLists{single}, got)
		}
		if err != nil {
			require.Empty(t, got, "half of it is left: %s", data)
			return
		}
		written, err := json.Marshal(got)
		require.NoError(t, err)
		var again wire.IntLists
		require.NoError(t, json.Unmarshal(written, &again))
		require.Equal(t, got, again)
	})
}
