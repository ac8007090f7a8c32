package samples_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	roster "github.com/roster-go/roster"
	"github.com/roster-go/roster/internal/samples"
	"github.com/stretchr/testify/require"
)

// A sample that is read can be sent, and written and read again as the same.
func FuzzSample(f *testing.F) {
	for _, vendor := range []string{"wecom", "dingtalk", "feishu", "wps"} {
		all, err := samples.Load(roster.Samples(), vendor)
		require.NoError(f, err)
		for _, sample := range all[:3] {
			data, err := json.Marshal(sample)
			require.NoError(f, err)
			f.Add(data)
		}
	}
	f.Add([]byte(`{"response":{"status":502,"header":{"":"\n"},"text":"<html>"},"request":{"path":null}}`))
	f.Add([]byte(`{"response":{"status":1e3}} {}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		files := func(data []byte) fstest.MapFS {
			return fstest.MapFS{"acme/getUser/success.json": {Data: data}}
		}
		all, err := samples.Load(files(data), "acme")
		if err != nil {
			return
		}
		require.Len(t, all, 1)
		s := all[0]
		require.Equal(t, []string{"getUser", "success"}, []string{s.Operation, s.Case})
		w := httptest.NewRecorder()
		s.Response.Write(w)
		require.Equal(t, s.Response.Status, w.Code)
		require.True(t, bytes.Equal(s.Response.Payload(), w.Body.Bytes()))

		written, err := json.Marshal(s)
		require.NoError(t, err)
		again, err := samples.Load(files(written), "acme")
		require.NoError(t, err)
		rewritten, err := json.Marshal(again[0])
		require.NoError(t, err)
		require.JSONEq(t, string(written), string(rewritten))
	})
}
