package clients_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A file comes as it is, and nothing but what asks for it goes to where it is.
func TestDownload(t *testing.T) {
	busy := true
	h := start(t, func(_ *harness, w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/elsewhere?sign=planted", r.RequestURI)
		assert.Empty(t, r.Header.Values("Authorization"))
		assert.Empty(t, r.Header.Values("X-Trace"), "middleware is for calls")
		if busy {
			busy = false
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, "0123456789")
	}, clients.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Header.Set("X-Trace", "1")
			return next.RoundTrip(r)
		})
	}))
	file, err := h.client.Download(t.Context(), read, h.server.URL+"/elsewhere?sign=planted", 10)
	require.NoError(t, err)
	assert.Equal(t, "0123456789", string(file))
	assert.EqualValues(t, 2, h.hits.Load())
	assert.Zero(t, h.tokens.Load())
}

func TestDownloadRefuses(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/gone"):
			w.WriteHeader(http.StatusNotFound)
		case strings.HasPrefix(r.URL.Path, "/moved"):
			http.Redirect(w, r, "/other", http.StatusFound)
		default:
			fmt.Fprint(w, "0123456789")
		}
	}, clients.WithMaxResponseBytes(100))
	local := h.server.URL
	for name, tc := range map[string]struct {
		address string
		size    int64
		says    string
		hits    int64
	}{
		"plain http":          {"http://files.example/f?sign=planted", 10, "plain http", 0},
		"a host called local": {"http://localhost.files.example/f?sign=planted", 10, "plain http", 0},
		"an address in a net": {"http://10.0.0.1/f?sign=planted", 10, "plain http", 0},
		"another scheme":      {"ftp://127.0.0.1/f?sign=planted", 10, "none of the web", 0},
		"a password":          {"https://u:planted@127.0.0.1/f", 10, "none of the web", 0},
		"no address":          {"%zz?sign=planted", 10, "none of the web", 0},
		"no length":           {local + "/f?sign=planted", -1, "negative", 0},
		"too large":           {local + "/f?sign=planted", 101, "WithMaxResponseBytes", 0},
		"longer":              {local + "/f?sign=planted", 9, "longer than the vendor said", 1},
		"shorter":             {local + "/f?sign=planted", 11, "shorter than the vendor said", 1},
		"gone":                {local + "/gone?sign=planted", 10, "no file at the address", 1},
		"moved":               {local + "/moved?sign=planted", 10, "redirect", 1},
	} {
		t.Run(name, func(t *testing.T) {
			h.hits.Store(0)
			_, err := h.client.Download(t.Context(), read, tc.address, tc.size)
			require.ErrorIs(t, err, clients.ErrBadResponse)
			require.ErrorContains(t, err, tc.says)
			assert.NotContains(t, err.Error(), "planted")
			assert.Equal(t, tc.hits, h.hits.Load())
		})
	}
}

// An unreachable host is asked again like a call that is idempotent, and its address is not told.
func TestDownloadOfNobody(t *testing.T) {
	h := start(t, func(*harness, http.ResponseWriter, *http.Request) {},
		clients.WithRetry(clients.Retry{MaxAttempts: 3, MaxWait: time.Minute}))
	h.server.Close()
	_, err := h.client.Download(t.Context(), read, h.server.URL+"/f?sign=planted", 10)
	require.ErrorIs(t, err, clients.ErrUnavailable)
	assert.NotContains(t, err.Error(), "planted")
	assert.Equal(t, 3, failed(t, err).Attempts)
}
