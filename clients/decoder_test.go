package clients_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestADecoderOfTheProgramsOwn(t *testing.T) {
	var kept [][]byte
	var fail error
	body := `{"code":0,"name":"first"}`
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) },
		clients.WithRetry(clients.NoRetry), clients.WithDecoder(func(data []byte, out any) error {
			kept = append(kept, data)
			if fail != nil {
				return fail
			}
			return json.Unmarshal(data, out)
		}))
	out, err := h.call(t.Context(), read)
	require.NoError(t, err)
	assert.Equal(t, "first", out.Name)

	first := body
	body = `{"code":0,"name":"other"}`
	_, err = h.call(t.Context(), read)
	require.NoError(t, err)
	assert.Equal(t, first, string(kept[0]), "what a decoder keeps is not written over")

	// What is not an answer is none.
	for _, body = range []string{``, `[]`, `{"code":0,"name":"n"`, `{"code":0,"name":"n"}{}`, `{"code":0,"name":n}`,
		`{}`,
		`{"code":0,"name":""}`, `{"code":0,"nom":"n"}`} {
		_, err = h.call(t.Context(), read)
		assert.ErrorIs(t, err, clients.ErrBadResponse, body)
	}

	body = `{"code":4,"name":"n"}`
	_, err = h.call(t.Context(), read)
	assert.ErrorIs(t, err, clients.ErrNotFound)

	// Its words may hold data.
	fail = errors.New("cannot decode the planted value")
	body = `{"code":0,"name":7}`
	_, err = h.call(t.Context(), read)
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.ErrorContains(t, err, "the answer's name is a JSON number")
	body = `{"code":0,"name":"n"}`
	_, err = h.call(t.Context(), read)
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.ErrorContains(t, err, "WithDecoder")
	assert.NotContains(t, fmt.Sprintf("%v %+v", err, err), "planted")

	fail = nil
	body = "{\"code\":0,\"name\":\"a\tb\"}" // raw control characters are mended for it too
	out, err = h.call(t.Context(), read)
	require.NoError(t, err)
	assert.Equal(t, "a\tb", out.Name)
}

// Bodies are read into memory that is lent: no answer may show another one's bytes.
func TestLentMemoryHoldsNothingOfOthers(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"code":0,"name":"%s"}`, r.Header.Get("X-Name"))
	}, clients.WithLimiter(clients.NoLimit), clients.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Header.Set("X-Name", r.Context().Value(nameKey{}).(string))
			return next.RoundTrip(r)
		})
	}))
	names := make(chan string)
	go func() {
		defer close(names)
		for n := range 400 {
			names <- strings.Repeat(fmt.Sprint(n), 1+n*n%3000)
		}
	}()
	for _, err := range clients.Ordered(t.Context(), 8, make([]int, 8), func(ctx context.Context, _ int) (int, error) {
		for name := range names {
			out, err := h.call(context.WithValue(ctx, nameKey{}, name), read)
			if err != nil {
				return 0, err
			}
			assert.Equal(t, name, out.Name)
		}
		return 0, nil
	}) {
		assert.NoError(t, err)
	}
}

type nameKey struct{}
