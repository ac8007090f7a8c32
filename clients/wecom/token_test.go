package wecom_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tokenServer answers the nth fetch of a token by answer, and all that has a token with a user.
func tokenServer(t *testing.T, answer func(w http.ResponseWriter, n int64)) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	fetched := new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gettoken" {
			answer(w, fetched.Add(1))
			return
		}
		fmt.Fprint(w, `{"errcode":0,"userid":"u"}`)
	}))
	t.Cleanup(server.Close)
	return server, fetched
}

func TestATokenOfASecondIsNotFetchedForEachCall(t *testing.T) {
	for _, life := range []string{"1", "2", "9223372036854775807"} {
		server, fetched := tokenServer(t, func(w http.ResponseWriter, _ int64) {
			fmt.Fprintf(w, `{"errcode":0,"access_token":"t","expires_in":%s}`, life)
		})
		c := newClient(t, server.URL, clients.WithClock(clienttest.NewClock()), clients.WithLimiter(clients.NoLimit))
		for range 10 {
			_, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
			require.NoError(t, err)
		}
		assert.EqualValues(t, 1, fetched.Load(), life)
	}
}

func TestATokenEndpointThatIsBusyIsAskedAgainWithinTheCall(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter){
		"system busy": func(w http.ResponseWriter) { fmt.Fprint(w, `{"errcode":-1,"errmsg":"system busy"}`) },
		"gateway":     func(w http.ResponseWriter) { http.Error(w, "<html>", http.StatusServiceUnavailable) },
	} {
		server, fetched := tokenServer(t, func(w http.ResponseWriter, n int64) {
			if n == 1 {
				answer(w)
				return
			}
			fmt.Fprint(w, `{"errcode":0,"access_token":"t","expires_in":7200}`)
		})
		c := newClient(t, server.URL, clients.WithClock(clienttest.NewClock()))
		_, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
		require.NoError(t, err, name)
		assert.EqualValues(t, 2, fetched.Load(), name)
	}
}

func TestARefusedIDOrSecretSaysSo(t *testing.T) {
	for code, text := range map[int]string{40001: "invalid credential", 40013: "invalid corpid"} {
		server, fetched := tokenServer(t, func(w http.ResponseWriter, _ int64) {
			fmt.Fprintf(w, `{"errcode":%d,"errmsg":"%s, hint: [1234], from ip: 198.51.100.20"}`, code, text)
		})
		clock := clienttest.NewClock()
		c := newClient(t, server.URL, clients.WithClock(clock))
		for range 3 {
			_, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
			assert.ErrorIs(t, err, clients.ErrUnauthenticated)
			assert.ErrorContains(t, err, "the vendor refused Config.CorpID or Config.AppSecret")
			assert.ErrorContains(t, err, text)
			var e *clients.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, fmt.Sprint(code), e.Code)
			assert.Equal(t, "1234", e.RequestID)
			assert.Equal(t, http.StatusOK, e.HTTPStatus)
			assert.NotNil(t, e.Detail)
			clock.Advance(10 * time.Second)
		}
		assert.EqualValues(t, 1, fetched.Load(), "WeCom blocks the address of those who go on")
		_, err := c.ListUserID(t.Context(), &wecomapi.ListUserIDRequest{})
		assert.ErrorContains(t, err, "the vendor refused Config.CorpID or Config.ContactSecret")
	}
}
