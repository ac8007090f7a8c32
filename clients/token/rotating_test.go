package token_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/roster-go/roster/clients/token"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// frail is a store of which parts can break.
type frail struct {
	token.Store
	get, set, lock error
}

func (f *frail) Get(ctx context.Context, key string) (token.Token, error) {
	if f.get != nil {
		return token.Token{}, f.get
	}
	return f.Store.Get(ctx, key)
}

func (f *frail) Set(ctx context.Context, key string, t token.Token) error {
	if f.set != nil {
		return f.set
	}
	return f.Store.Set(ctx, key, t)
}

func (f *frail) TryLock(ctx context.Context, key string) (func(), bool, error) {
	if f.lock != nil {
		return nil, false, f.lock
	}
	return f.Store.TryLock(ctx, key)
}

func TestARotatingSourceDoesNotGoOnWithoutItsStore(t *testing.T) {
	broken := errors.New("down")
	for name, store := range map[string]*frail{"get": {get: broken}, "lock": {lock: broken}} {
		t.Run(name, func(t *testing.T) {
			store.Store = token.NewMemoryStore()
			s, err := token.New(token.Config{Key: "k", Store: store, Rotating: true,
				Fetch: func(context.Context, token.Token) (token.Token, error) {
					t.Error("what renews the token was used up")
					return token.Token{}, nil
				}})
			require.NoError(t, err)
			_, err = s.Token(t.Context())
			assert.ErrorIs(t, err, token.ErrStore)
			assert.ErrorIs(t, err, broken)
		})
	}
}

func TestAPairThatCouldNotBeStoredIsNotReplacedByAnOlderOne(t *testing.T) {
	store := &frail{Store: token.NewMemoryStore()}
	now := time.Now()
	var used []string
	s, err := token.New(token.Config{Key: "k", Store: store, Rotating: true, Now: func() time.Time { return now },
		Fetch: func(_ context.Context, previous token.Token) (token.Token, error) {
			used = append(used, string(previous.Refresh))
			next := "r" + string(rune('1'+len(used)))
			return token.Token{Value: token.Secret("t" + next), Expiry: now.Add(time.Hour),
				Refresh: token.Secret(next)}, nil
		}})
	require.NoError(t, err)
	for _, failure := range []error{nil, errors.New("down"), nil} {
		store.set = failure
		_, err := s.Token(t.Context())
		require.NoError(t, err)
		now = now.Add(2 * time.Hour)
	}
	assert.Equal(t, []string{"", "r2", "r3"}, used, "r2 is still in the store when r3 is used")
}
