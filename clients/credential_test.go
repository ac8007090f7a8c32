package clients_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tokenless is a client whose token fetch fails with err.
func tokenless(t *testing.T, err error, rotating bool, options ...clients.Option) *clients.Client {
	t.Helper()
	c, newErr := clients.New(clients.Vendor{
		Name: "acme", BaseURL: "https://acme.invalid", Classify: classify,
		Credentials: func(c *clients.Client) (map[string]clients.Credential, error) {
			source := c.NewTokenSource
			if rotating {
				source = c.NewRotatingTokenSource
			}
			cached, newErr := source(func(context.Context, token.Token) (token.Token, error) {
				return token.Token{},
					err
			}, "id")
			return map[string]clients.Credential{"app": {Source: cached}}, newErr
		},
	}, options...)
	require.NoError(t, newErr)
	return c
}

func callRead(t *testing.T, c *clients.Client) error {
	return c.Call(t.Context(), &wire.Call{Operation: read, Out: &answer{}})
}

func TestATokenThatIsNotHadSaysNothingOfTheCall(t *testing.T) {
	for kind, want := range map[clients.Kind]error{
		clients.KindNotFound: clients.ErrUnauthenticated, clients.KindInvalidArgument: clients.ErrUnauthenticated,
		clients.KindConflict:        clients.ErrUnauthenticated,
		clients.KindUnauthenticated: clients.ErrUnauthenticated, clients.KindPermission: clients.ErrPermission,
		clients.KindRateLimited: clients.ErrRateLimited,
		clients.KindUnavailable: clients.ErrUnavailable, clients.KindBadResponse: clients.ErrBadResponse,
		clients.KindCanceled: clients.ErrUnavailable,
	} {
		err := callRead(t, tokenless(t, &clients.Error{Vendor: "acme", Operation: "token", Kind: kind, Code: "7",
			Message: "why", RequestID: "r-1", HTTPStatus: 403, Detail: "more"}, false))
		assert.ErrorIs(t, err, want)
		assert.ErrorContains(t, err, "why")
		e := failed(t, err)
		assert.Equal(t, "7", e.Code)
		assert.Equal(t, "r-1", e.RequestID, "what the vendor's support asks for is on the outer error")
		assert.Equal(t, 403, e.HTTPStatus)
		assert.Equal(t, "more", e.Detail)
		for _, misleading := range []error{clients.ErrNotFound, clients.ErrInvalidArgument, clients.ErrConflict} {
			assert.NotErrorIs(t, err, misleading)
		}
	}
}

func TestATokenThatIsNotHadKeepsWhatTheVendorSaid(t *testing.T) {
	for _, kind := range []clients.Kind{clients.KindUnauthenticated, clients.KindNotFound, clients.KindPermission} {
		detail := &struct{ Hint string }{"ask them"}
		fetched := &clients.Error{Vendor: "acme", Operation: "token", Kind: kind, Code: "7",
			Message: strings.Repeat("why ", 300), RequestID: "req-1", HTTPStatus: http.StatusForbidden,
			RetryAfter: time.Minute, Detail: detail}
		e := failed(t, callRead(t, tokenless(t, fetched, false)))
		assert.Equal(t, "Read", e.Operation)
		assert.Equal(t, "7", e.Code)
		assert.Equal(t, "req-1", e.RequestID)
		assert.Equal(t, http.StatusForbidden, e.HTTPStatus)
		assert.Equal(t, time.Minute, e.RetryAfter)
		assert.Same(t, detail, e.Detail)
	}
}

func TestWhatAConfigsFunctionSaysIsLoggedWithoutSecrets(t *testing.T) {
	var log strings.Builder
	c, err := clients.New(clients.Vendor{Name: "acme", Classify: classify, Secrets: []clients.Secret{"planted-secret"},
		Credentials: func(c *clients.Client) (map[string]clients.Credential, error) {
			source, err := c.NewTokenSource(func(context.Context, token.Token) (token.Token, error) {
				return token.Token{}, errors.New("no ticket for planted-secret")
			}, "id")
			return map[string]clients.Credential{"app": {Source: source}}, err
		}}, clients.WithBaseURL("http://acme.internal"), clients.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	require.NoError(t, err)
	err = callRead(t, c)
	assert.ErrorContains(t, err, "no ticket for")
	assert.Contains(t, log.String(), "no ticket for")
	assert.NotContains(t, err.Error()+log.String(), "planted")
}

func TestATokenEndpointThatIsNotThereIsNobodysAbsence(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no such page", http.StatusNotFound)
	})
	// a 404 without the vendor's code, as a token endpoint behind a wrong address answers
	_, err := h.call(t.Context(), create)
	err = callRead(t, tokenless(t, err, false))
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.NotErrorIs(t, err, clients.ErrNotFound)
}

type brokenStore struct{ token.Store }

func (brokenStore) Get(context.Context, string) (token.Token, error) {
	return token.Token{}, errors.New("connection refused")
}

func TestARotatingTokenWaitsForItsStore(t *testing.T) {
	store := clients.WithTokenStore(brokenStore{token.NewMemoryStore()})
	unreached := errors.New("the vendor is not to be asked")
	err := callRead(t, tokenless(t, unreached, true, store))
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.ErrorIs(t, err, token.ErrStore)
	assert.NotErrorIs(t, err, unreached)
	assert.ErrorIs(t, callRead(t, tokenless(t, unreached, false, store)), unreached)
}

func TestSecretsOfACall(t *testing.T) {
	const planted = "planted-secret-in-an-argument"
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	ctx := clients.WithSecrets(t.Context(), planted)
	err := h.client.Call(ctx, &wire.Call{Operation: create, Out: &answer{}, Invalid: fmt.Errorf("bad %s", planted)})
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.NotContains(t, err.Error(), planted)
}

func TestAQuotaFinerThanItsOperation(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { ok(w) })
	ctx := clients.WithQuota(t.Context(), &wire.Operation{ID: write.ID,
		Limits: []wire.Limit{{Requests: 1, Seconds: 1}}})
	for range 3 {
		_, err := h.call(ctx, write)
		require.NoError(t, err)
		_, err = h.call(ctx, read) // another operation
		require.NoError(t, err)
	}
	for _, slept := range h.clock.Slept() {
		assert.InDelta(t, 1.05, slept.Seconds(), 0.05)
	}
	assert.Len(t, h.clock.Slept(), 2)
	short, cancel := context.WithDeadline(ctx, h.clock.Now().Add(500*time.Millisecond))
	defer cancel()
	_, err := h.call(short, write)
	assert.ErrorIs(t, err, clients.ErrCanceled)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}
