package redisstore

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/roster-go/roster/clients/token"
	"github.com/stretchr/testify/require"
)

// Whatever lies in Redis, it is read or refused with an error that quotes nothing of it.
func FuzzRecord(f *testing.F) {
	const secret = "pl4nted-s3cret"
	keys, err := newSeals([][]byte{bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 16)})
	require.NoError(f, err)
	record := []byte(`{"value":"` + secret + `","expiry":"2026-08-22T10:15:02Z","refresh":"` + secret + `"}`)
	f.Add(record, true)
	f.Add(record[:40], false)
	f.Add(keys.seal("k", record), true)
	f.Add([]byte("\x01"+secret), true)
	f.Add([]byte(`{"value":["`+secret+`"]}`), false)
	f.Add([]byte(`{"expiry":"`+secret+`"}`), false)
	f.Add([]byte(``), false)
	f.Fuzz(func(t *testing.T, data []byte, encrypted bool) {
		var s Store
		if encrypted {
			s.seals = keys
		}
		got, err := s.decode("k", bytes.Clone(data))
		if err != nil {
			require.NotContains(t, err.Error(), secret)
			require.Equal(t, token.Token{}, got)
			require.Less(t, len(err.Error()), 100)
			return
		}
		if encrypted {
			require.True(t, bytes.HasPrefix(data, []byte(sealed)))
			require.NotContains(t, string(data), string(got.Value)+`"`)
		}
	})
}

// What is stored comes back, and only under its own name and key.
func FuzzSeal(f *testing.F) {
	f.Add("k", "opaque", "renewal", int64(1636725918), true)
	f.Add("", "", "", int64(0), false)
	f.Add("roster:token:00", "密\x00\"\\\u2028", "\x01", int64(-1), true)
	own, err := newSeals([][]byte{bytes.Repeat([]byte{1}, 32)})
	require.NoError(f, err)
	other, err := newSeals([][]byte{bytes.Repeat([]byte{2}, 32)})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, name, value, refresh string, end int64, encrypted bool) {
		var s Store
		if encrypted {
			s.seals = own
		}
		expiry := time.Unix((end%(1<<37)+(1<<37))%(1<<37), 0).UTC() // to the year 6325
		data, err := json.Marshal(record{Value: value, Expiry: expiry, Refresh: refresh})
		require.NoError(t, err)
		stored := s.seals.seal(name, bytes.Clone(data))
		got, err := s.decode(name, stored)
		require.NoError(t, err)
		var want record
		require.NoError(t, json.Unmarshal(data, &want))
		require.Equal(t, want.Value, string(got.Value))
		require.Equal(t, want.Refresh, string(got.Refresh))
		require.True(t, expiry.Equal(got.Expiry))
		if encrypted {
			_, err = s.decode(name+"x", stored)
			require.Error(t, err)
			_, err = (&Store{seals: other}).decode(name, stored)
			require.Error(t, err)
			_, err = (&Store{}).decode(name, stored)
			require.Error(t, err)
		}
	})
}
