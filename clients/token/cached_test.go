package token_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roster-go/roster/clients/token"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vendor issues numbered tokens and counts them.
type vendor struct {
	issued  atomic.Int64
	life    time.Duration
	latency time.Duration
	err     atomic.Pointer[error]
	same    bool // always the same value, as vendors do that prolong a token
}

func (v *vendor) fetch(ctx context.Context, _ token.Token) (token.Token, error) {
	n := v.issued.Add(1)
	select {
	case <-time.After(v.latency):
	case <-ctx.Done():
		return token.Token{}, context.Cause(ctx)
	}
	if err := v.err.Load(); err != nil {
		return token.Token{}, *err
	}
	if v.same {
		n = 1
	}
	return token.Token{Value: token.Secret(fmt.Sprint("token-", n)), Expiry: time.Now().Add(v.life)}, nil
}

// pass lets time go by in a synctest bubble, where that takes none.
func pass(d time.Duration) { <-time.After(d) }

func source(t *testing.T, v *vendor, change func(*token.Config)) *token.Cached {
	t.Helper()
	cfg := token.Config{Key: "k", Fetch: v.fetch}
	if change != nil {
		change(&cfg)
	}
	s, err := token.New(cfg)
	require.NoError(t, err)
	return s
}

func TestNewRefusesAnIncompleteConfig(t *testing.T) {
	for _, cfg := range []token.Config{{}, {Key: "k"}, {Fetch: (&vendor{}).fetch}} {
		_, err := token.New(cfg)
		assert.Error(t, err)
	}
}

func TestOneFetchForAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{life: 2 * time.Hour, latency: time.Second}
		s := source(t, v, nil)
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				got, err := s.Token(t.Context())
				assert.NoError(t, err)
				assert.Equal(t, "token-1", string(got.Value))
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, v.issued.Load())
	})
}

func TestRenewedInTheBackgroundBeforeItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{life: 2 * time.Hour, latency: time.Second}
		s := source(t, v, nil)
		_, err := s.Token(t.Context())
		require.NoError(t, err)
		pass(2*time.Hour - 4*time.Minute)
		began := time.Now()
		got, err := s.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "token-1", string(got.Value), "the old one still works")
		assert.Zero(t, time.Since(began), "nobody waits")
		pass(2 * time.Second)
		got, err = s.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "token-2", string(got.Value))
		assert.EqualValues(t, 2, v.issued.Load())
	})
}

func TestBackgroundFailureIsNotSeenWhileTheTokenLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{life: time.Hour}
		s := source(t, v, nil)
		_, err := s.Token(t.Context())
		require.NoError(t, err)
		broken := errors.New("vendor is down")
		v.err.Store(&broken)
		pass(time.Hour - 3*time.Minute)
		for range 100 {
			_, err := s.Token(t.Context())
			require.NoError(t, err)
			synctest.Wait()
		}
		assert.EqualValues(t, 2, v.issued.Load(), "one try, then a pause")
		pass(3 * time.Minute)
		_, err = s.Token(t.Context())
		assert.ErrorIs(t, err, broken)
	})
}

func TestFailureReachesEveryWaiterAndIsNotRepeatedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{latency: time.Second}
		broken := errors.New("vendor is down")
		v.err.Store(&broken)
		s := source(t, v, nil)
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				_, err := s.Token(t.Context())
				assert.ErrorIs(t, err, broken)
			})
		}
		wg.Wait()
		_, err := s.Token(t.Context())
		assert.ErrorIs(t, err, broken)
		assert.EqualValues(t, 1, v.issued.Load())
		v.err.Store(nil)
		v.life = time.Hour
		pass(time.Second)
		_, err = s.Token(t.Context())
		assert.NoError(t, err, "after the pause it is tried again")
	})
}

func TestCancelledCallerFailsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{life: time.Hour, latency: time.Second}
		s := source(t, v, nil)
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error, 1)
		go func() {
			_, err := s.Token(ctx)
			first <- err
		}()
		synctest.Wait()
		second := make(chan error, 1)
		go func() {
			_, err := s.Token(t.Context())
			second <- err
		}()
		synctest.Wait()
		cancel()
		assert.ErrorIs(t, <-first, context.Canceled)
		assert.NoError(t, <-second)
		assert.EqualValues(t, 1, v.issued.Load())
	})
}

func TestInvalidateIsCompareAndSwap(t *testing.T) {
	for _, same := range []bool{false, true} {
		t.Run(fmt.Sprint("vendor gives the same token again: ", same), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{life: time.Hour, same: same}
				s := source(t, v, nil)
				dead, err := s.Token(t.Context())
				require.NoError(t, err)
				for range 64 {
					s.Invalidate(dead)
					_, err := s.Token(t.Context())
					require.NoError(t, err)
				}
				assert.EqualValues(t, 2, v.issued.Load())
			})
		})
	}
}

func TestInvalidateOfNothing(t *testing.T) {
	v := &vendor{life: time.Hour}
	s := source(t, v, nil)
	s.Invalidate(token.Token{})
	_, err := s.Token(t.Context())
	require.NoError(t, err)
	s.Invalidate(token.Token{Value: "somebody else's"})
	_, err = s.Token(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 1, v.issued.Load())
}

func TestAnEmptyOrDeadTokenIsAnError(t *testing.T) {
	for name, given := range map[string]token.Token{
		"empty":       {Expiry: time.Now().Add(time.Hour)},
		"without end": {Value: "t"},
		"over":        {Value: "t", Expiry: time.Now().Add(-time.Second)},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := token.New(token.Config{Key: "k",
				Fetch: func(context.Context, token.Token) (token.Token, error) { return given, nil }})
			require.NoError(t, err)
			_, err = s.Token(t.Context())
			assert.Error(t, err)
		})
	}
}

func TestTwoSourcesOnOneStoreFetchOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{life: time.Hour, latency: time.Second}
		store := token.NewMemoryStore()
		shared := func(c *token.Config) { c.Store = store }
		sources := []*token.Cached{source(t, v, shared), source(t, v, shared), source(t, v, shared)}
		var wg sync.WaitGroup
		for _, s := range sources {
			wg.Go(func() {
				_, err := s.Token(t.Context())
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, v.issued.Load())

		// The dead token is still in the store: the first source must not take it from there, the others take the new
		// one.
		for _, s := range sources {
			dead, err := s.Token(t.Context())
			require.NoError(t, err)
			if dead.Value == "token-1" {
				s.Invalidate(dead)
			}
			got, err := s.Token(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "token-2", string(got.Value))
		}
		assert.EqualValues(t, 2, v.issued.Load())
	})
}

type brokenStore struct{}

func (brokenStore) Get(context.Context, string) (token.Token, error) {
	return token.Token{}, errors.New("down")
}
func (brokenStore) Set(context.Context, string, token.Token) error { return errors.New("down") }
func (brokenStore) TryLock(context.Context, string) (func(), bool, error) {
	return nil, false, errors.New("down")
}

func TestAStoreThatFailsStopsNobody(t *testing.T) {
	v := &vendor{life: time.Hour}
	s := source(t, v, func(c *token.Config) { c.Store = brokenStore{} })
	got, err := s.Token(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "token-1", string(got.Value))
}

func TestARotatingRefreshTokenComesFromTheStore(t *testing.T) {
	store := token.NewMemoryStore()
	require.NoError(t, store.Set(t.Context(), "k",
		token.Token{Value: "old", Expiry: time.Now().Add(-time.Hour), Refresh: "r1"}))
	s, err := token.New(token.Config{Key: "k", Store: store,
		Fetch: func(_ context.Context, previous token.Token) (token.Token, error) {
			assert.Equal(t, "r1", string(previous.Refresh))
			return token.Token{Value: "new", Expiry: time.Now().Add(time.Hour), Refresh: "r2"}, nil
		}})
	require.NoError(t, err)
	_, err = s.Token(t.Context())
	require.NoError(t, err)
	kept, err := store.Get(t.Context(), "k")
	require.NoError(t, err)
	assert.Equal(t, "r2", string(kept.Refresh))
}

func TestAFetchThatHangsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{latency: time.Hour}
		s := source(t, v, func(c *token.Config) { c.Timeout = time.Minute })
		_, err := s.Token(t.Context())
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestMemoryStoreLock(t *testing.T) {
	store := token.NewMemoryStore()
	unlock, ok, err := store.TryLock(t.Context(), "k")
	require.NoError(t, err)
	require.True(t, ok)
	_, ok, err = store.TryLock(t.Context(), "k")
	require.NoError(t, err)
	assert.False(t, ok, "somebody has it")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = store.TryLock(ctx, "k")
	assert.ErrorIs(t, err, context.Canceled)
	other, ok, err := store.TryLock(t.Context(), "another")
	require.NoError(t, err)
	require.True(t, ok)
	other()
	unlock()
	unlock, ok, err = store.TryLock(t.Context(), "k")
	require.NoError(t, err)
	require.True(t, ok)
	unlock()
}

// slow is a store whose every step takes a while.
type slow struct {
	token.Store
	takes time.Duration
}

func (s slow) Get(ctx context.Context, key string) (token.Token, error) {
	pass(s.takes)
	return s.Store.Get(ctx, key)
}

func (s slow) Set(ctx context.Context, key string, t token.Token) error {
	pass(s.takes)
	return s.Store.Set(ctx, key, t)
}

func (s slow) TryLock(ctx context.Context, key string) (func(), bool, error) {
	pass(s.takes)
	unlock, ok, err := s.Store.TryLock(ctx, key)
	return func() { pass(s.takes); unlock() }, ok, err
}

// Those who wait look at the store all at once, and not one after the other when the lock has come to them.
func TestWaitersDoNotTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{life: time.Hour, latency: time.Second}
		store := slow{token.NewMemoryStore(), 2 * time.Second}
		var wg sync.WaitGroup
		began := time.Now()
		for range 20 {
			s := source(t, v, func(c *token.Config) { c.Store = store })
			wg.Go(func() {
				got, err := s.Token(t.Context())
				assert.NoError(t, err)
				assert.Equal(t, "token-1", string(got.Value))
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, v.issued.Load())
		assert.Less(t, time.Since(began), 20*time.Second, "two looks, the fetch, the token's way there and one look "+
			"more")
	})
}

// A store that has failed is not asked for more: each step may take as long as the first.
func TestAStoreThatFailsIsAskedOnce(t *testing.T) {
	steps := 0
	v := &vendor{life: time.Hour}
	s := source(t, v, func(c *token.Config) { c.Store = counted{&steps} })
	_, err := s.Token(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, steps)
}

type counted struct{ steps *int }

func (c counted) Get(context.Context, string) (token.Token, error) {
	*c.steps++
	return token.Token{}, errors.New("down")
}

func (c counted) Set(context.Context, string, token.Token) error {
	*c.steps++
	return errors.New("down")
}

func (c counted) TryLock(context.Context, string) (func(), bool, error) {
	*c.steps++
	return nil, false, errors.New("down")
}

func TestKeyHidesAndSeparates(t *testing.T) {
	key := token.Key("wecom", "corp", "very-secret")
	assert.NotContains(t, key, "very-secret")
	assert.NotContains(t, key, "corp")
	assert.NotEqual(t, token.Key("ab", "c"), token.Key("a", "bc"))
	assert.Equal(t, key, token.Key("wecom", "corp", "very-secret"))
}

func TestSecretNeverPrints(t *testing.T) {
	secret := token.Secret("very-secret")
	holder := struct {
		S token.Secret
		P *token.Secret
		L []token.Secret
		M map[string]token.Secret
		T token.Token
	}{secret, &secret, []token.Secret{secret}, map[string]token.Secret{"key": secret},
		token.Token{Value: secret, Refresh: secret}}
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&b, verb, secret)
		fmt.Fprintf(&b, verb, holder)
		fmt.Fprintf(&b, verb, token.Static(secret))
	}
	encoded, err := json.Marshal(holder)
	require.NoError(t, err)
	b.Write(encoded)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "secret", secret, "holder", holder)
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "secret", secret, "holder", holder)
	assert.NotContains(t, b.String(), "very-secret")
	assert.Contains(t, b.String(), "[redacted]")
}

func Example() {
	source, err := token.New(token.Config{
		Key: token.Key("example", "client id", "client secret"),
		Fetch: func(context.Context, token.Token) (token.Token, error) {
			return token.Token{Value: "opaque", Expiry: time.Now().Add(2 * time.Hour)}, nil
		},
	})
	if err != nil {
		panic(err)
	}
	t, err := source.Token(context.Background())
	fmt.Println(t.Value, len(string(t.Value)), err)
	// Output: [redacted] 6 <nil>
}

func TestATokenThatEndsAtOnceIsUsedForAWhile(t *testing.T) {
	for _, tc := range []struct{ life, latency time.Duration }{
		{time.Second, 0}, {2 * time.Second, 0}, {time.Second, 3 * time.Second}, {3 * time.Second, time.Second},
	} {
		t.Run(fmt.Sprint(tc), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var issued atomic.Int64
				store := token.NewMemoryStore()
				both := make([]*token.Cached, 2)
				for i := range both {
					s, err := token.New(token.Config{Key: "k", Store: store,
						Fetch: func(context.Context, token.Token) (token.Token, error) {
							asked := time.Now()
							pass(tc.latency)
							return token.Token{Value: token.Secret(fmt.Sprint("t-", issued.Add(1))),
								Expiry: asked.Add(tc.life)}, nil
						}})
					require.NoError(t, err)
					both[i] = s
				}
				for range 10 {
					for _, s := range both {
						_, err := s.Token(t.Context())
						require.NoError(t, err)
					}
				}
				assert.EqualValues(t, 1, issued.Load())
				dead, err := both[0].Token(t.Context())
				require.NoError(t, err)
				both[0].Invalidate(dead)
				_, err = both[0].Token(t.Context())
				require.NoError(t, err)
				assert.EqualValues(t, 2, issued.Load(), "a refusal renews it")
			})
		})
	}
}

func TestLifetime(t *testing.T) {
	for seconds, want := range map[int64]time.Duration{0: time.Hour, -1: time.Hour, 1: time.Second,
		7200: 2 * time.Hour} {
		assert.Equal(t, want, token.Lifetime(seconds, time.Hour))
	}
	assert.Greater(t, token.Lifetime(math.MaxInt64, 0), 365*24*time.Hour)
}

// A fetch runs on a goroutine of its own: whatever it does there must not end the process or leave anybody waiting.
func TestHoweverAFetchEndsTheCallerHearsOfIt(t *testing.T) {
	cause := errors.New("planted-in-an-error")
	for name, tc := range map[string]struct {
		fetch func()
		text  string
	}{
		"panic":    {func() { panic("planted-in-a-panic") }, "the fetch panicked"},
		"error":    {func() { panic(cause) }, "the fetch panicked"},
		"index":    {func() { _ = []int{}[len(os.Args):] }, "the fetch panicked"},
		"its end":  {runtime.Goexit, "ended its goroutine"},
		"no panic": {func() { panic(nil) }, "the fetch panicked"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log strings.Builder
				store := token.NewMemoryStore()
				fail := true
				s, err := token.New(token.Config{Key: "k", Store: store,
					Logger: slog.New(slog.NewTextHandler(&log, nil)),
					Fetch: func(context.Context, token.Token) (token.Token, error) {
						if fail {
							tc.fetch()
						}
						return token.Token{Value: "t", Expiry: time.Now().Add(time.Hour)}, nil
					}})
				require.NoError(t, err)
				var wg sync.WaitGroup
				for range 8 {
					wg.Go(func() {
						_, err := s.Token(t.Context())
						assert.ErrorContains(t, err, tc.text)
						assert.Equal(t, name == "error", errors.Is(err, cause))
					})
				}
				wg.Wait()
				assert.Contains(t, log.String(), "cached_test.go", "the log says where")
				assert.NotContains(t, log.String(), "planted")
				fail = false
				pass(time.Minute)
				_, err = s.Token(t.Context())
				assert.NoError(t, err, "the store's lock is free again")
			})
		})
	}
}

// panicky is a Store whose nth Get panics.
type panicky struct {
	token.Store

	gets, bad int
}

func (s *panicky) Get(ctx context.Context, key string) (token.Token, error) {
	if s.gets++; s.gets == s.bad {
		panic("planted-in-a-store")
	}
	return s.Store.Get(ctx, key)
}

func TestAStoreThatPanicsKeepsNoLock(t *testing.T) {
	for bad := 1; bad <= 2; bad++ { // the second look comes with the lock in hand
		synctest.Test(t, func(t *testing.T) {
			v := &vendor{life: time.Hour}
			s := source(t, v, func(c *token.Config) { c.Store = &panicky{Store: token.NewMemoryStore(), bad: bad} })
			_, err := s.Token(t.Context())
			require.ErrorContains(t, err, "panicked")
			pass(time.Minute)
			_, err = s.Token(t.Context())
			assert.NoError(t, err)
		})
	}
}

func TestAFetchThatIgnoresItsContextIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		var fetches atomic.Int64
		defer close(stuck)
		s, err := token.New(token.Config{Key: "k", Timeout: time.Minute,
			Fetch: func(context.Context, token.Token) (token.Token, error) {
				if fetches.Add(1) == 1 {
					<-stuck
				}
				return token.Token{Value: "t", Expiry: time.Now().Add(time.Hour)}, nil
			}})
		require.NoError(t, err)
		began := time.Now()
		_, err = s.Token(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Less(t, time.Since(began), 65*time.Second)
		pass(time.Minute)
		_, err = s.Token(t.Context())
		assert.NoError(t, err, "neither the flight nor the lock is the stuck one's")
	})
}

func TestARotatingFetchIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := token.New(token.Config{Key: "k", Timeout: time.Minute, Rotating: true,
			Fetch: func(context.Context, token.Token) (token.Token, error) {
				pass(time.Hour)
				return token.Token{Value: "t", Refresh: "r", Expiry: time.Now().Add(time.Hour)}, nil
			}})
		require.NoError(t, err)
		got, err := s.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "r", string(got.Refresh), "the refresh token that the fetch has used up is good no more")
	})
}
