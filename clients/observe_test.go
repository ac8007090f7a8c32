package clients_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ears keep what they hear.
type ears struct {
	mu      sync.Mutex
	answers []clients.Answer
}

func (e *ears) hear(a clients.Answer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answers = append(e.answers, a)
}

func TestAnswersAreToldWithRefusalsAndRepeatsAndWithoutCookies(t *testing.T) {
	var heard ears
	h := start(t, func(h *harness, w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "planted"})
		w.Header().Set("X-Left", "7")
		if h.hits.Load() == 1 {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"code":2}`))
			return
		}
		ok(w)
	})
	_, err := h.call(clients.WithAnswers(t.Context(), heard.hear), read)
	require.NoError(t, err)
	_, err = h.call(t.Context(), read)
	require.NoError(t, err)
	require.Len(t, heard.answers, 2, "of the calls with the context")
	assert.Equal(t, http.StatusBadRequest, heard.answers[0].Status)
	assert.Equal(t, http.StatusOK, heard.answers[1].Status)
	for _, a := range heard.answers {
		assert.Equal(t, "Read", a.Operation)
		assert.Equal(t, "7", a.Header.Get("X-Left"))
		assert.Empty(t, a.Header.Get("Set-Cookie"))
		assert.False(t, a.Received.Before(a.Sent))
	}
	assert.GreaterOrEqual(t, heard.answers[1].Sent.Sub(heard.answers[0].Received), 3*time.Second,
		"by the client's clock")
}

func TestAnswersToRequestsForTokensAreTold(t *testing.T) {
	var heard ears
	server := simtest.Serve(t, sim.WithPeople(5), sim.WithDepartments(2))
	own := server.Credentials().WeCom
	store := token.NewMemoryStore()
	c, err := wecom.New(wecom.Config{CorpID: own.CorpID, AppSecret: clients.Secret(own.AppSecret)},
		clients.WithBaseURL(server.WeComURL()), clients.WithTokenStore(store))
	require.NoError(t, err)
	_, err = c.ListDepartment(clients.WithAnswers(t.Context(), heard.hear), nil)
	require.NoError(t, err)
	require.Len(t, heard.answers, 2)
	assert.Equal(t, "GetToken", heard.answers[0].Operation)
	assert.Equal(t, "ListDepartment", heard.answers[1].Operation)
	assert.Equal(t, clients.Setup{BaseURL: server.WeComURL(), TokenStore: store}, c.Setup())
}
