package redisstore_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/clients/token/redisstore"
	"github.com/roster-go/roster/internal/redistest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStore(t *testing.T) {
	socket := redistest.Server(t)
	rdb := redistest.Connect(t, socket)
	store := redisstore.New(rdb)

	got, err := store.Get(t.Context(), "k")
	require.NoError(t, err)
	assert.Equal(t, token.Token{}, got)

	kept := token.Token{Value: "opaque", Expiry: time.Now().Add(time.Hour).UTC(), Refresh: "r",
		RefreshExpiry: time.Now().Add(24 * time.Hour).UTC()}
	require.NoError(t, store.Set(t.Context(), "k", kept))
	got, err = store.Get(t.Context(), "k")
	require.NoError(t, err)
	assert.Equal(t, string(kept.Value), string(got.Value))
	assert.Equal(t, string(kept.Refresh), string(got.Refresh))
	assert.True(t, kept.Expiry.Equal(got.Expiry))
	life := rdb.TTL(t.Context(), "k").Val()
	assert.Greater(t, life, 24*time.Hour, "as long as the token can be renewed")
	assert.Less(t, life, 25*time.Hour)

	require.NoError(t, rdb.Set(t.Context(), "k", `{"value":"half-a-tok`, 0).Err())
	_, err = store.Get(t.Context(), "k")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "half-a-tok")
}

func TestOneOfManyProcessesFetches(t *testing.T) {
	socket := redistest.Server(t)
	var fetched atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		source, err := token.New(token.Config{Key: "k", Store: redisstore.New(redistest.Connect(t, socket)),
			Fetch: func(context.Context, token.Token) (token.Token, error) {
				return token.Token{Value: token.Secret(fmt.Sprint("t", fetched.Add(1))),
						Expiry: time.Now().Add(time.Hour)},
					nil
			}})
		require.NoError(t, err)
		wg.Go(func() {
			got, err := source.Token(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, "t1", string(got.Value))
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, fetched.Load())
}

func TestLockExcludesAndEnds(t *testing.T) {
	socket := redistest.Server(t)
	first, second := redisstore.New(redistest.Connect(t, socket)), redisstore.New(redistest.Connect(t, socket))
	unlock, ok, err := first.TryLock(t.Context(), "k")
	require.NoError(t, err)
	require.True(t, ok)
	_, ok, err = second.TryLock(t.Context(), "k")
	require.NoError(t, err)
	assert.False(t, ok)
	unlock()
	unlock, ok, err = second.TryLock(t.Context(), "k")
	require.NoError(t, err)
	require.True(t, ok)
	rdb := redistest.Connect(t, socket)
	life := rdb.PTTL(t.Context(), "k:lock").Val()
	assert.Positive(t, life, "a holder that dies stops nobody")
	assert.Less(t, life, 5*time.Second)
	unlock()
}

func TestTokensAreEncrypted(t *testing.T) {
	socket := redistest.Server(t)
	rdb := redistest.Connect(t, socket)
	key := func(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }
	open := func(keys ...[]byte) *redisstore.Store {
		s, err := redisstore.Open(rdb, redisstore.Options{Keys: keys})
		require.NoError(t, err)
		return s
	}
	kept := token.Token{Value: "opaque", Expiry: time.Now().Add(time.Hour), Refresh: "renewal"}
	require.NoError(t, open(key(1)).Set(t.Context(), "k", kept))
	raw := rdb.Get(t.Context(), "k").Val()
	assert.NotContains(t, raw, "opaque")
	assert.NotContains(t, raw, "renewal")
	got, err := open(key(2), key(1)).Get(t.Context(), "k")
	require.NoError(t, err, "a new key in front, the old one behind")
	assert.Equal(t, "opaque", string(got.Value))
	assert.Equal(t, "renewal", string(got.Refresh))

	require.NoError(t, rdb.Set(t.Context(), "another", raw, 0).Err())
	require.NoError(t, rdb.Set(t.Context(), "plain", `{"value":"opaque"}`, 0).Err())
	for name, read := range map[string]struct {
		store *redisstore.Store
		key   string
	}{
		"without the key":   {open(key(2)), "k"},
		"without keys":      {open(), "k"},
		"in another place":  {open(key(1)), "another"},
		"not encrypted":     {open(key(1)), "plain"},
		"nothing but noise": {open(key(1)), "noise"},
	} {
		require.NoError(t, rdb.Set(t.Context(), "noise", "\x01opaque", 0).Err())
		_, err := read.store.Get(t.Context(), read.key)
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "opaque")
	}

	fetched := 0
	source, err := token.New(token.Config{Key: "k", Store: open(key(2)),
		Fetch: func(context.Context, token.Token) (token.Token, error) {
			fetched++
			return token.Token{Value: "own", Expiry: time.Now().Add(time.Hour)}, nil
		}})
	require.NoError(t, err)
	_, err = source.Token(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, fetched, "a token that nobody opens is fetched anew")
	got, err = open(key(2)).Get(t.Context(), "k")
	require.NoError(t, err, "and replaced, so that the others need not fetch theirs")
	assert.Equal(t, "own", string(got.Value))
	assert.Zero(t, rdb.Exists(t.Context(), "k:lock").Val(), "the lock is free again")

	require.NoError(t, rdb.Set(t.Context(), "k", raw, 0).Err())
	rotating, err := token.New(token.Config{Key: "k", Store: open(key(2)), Rotating: true,
		Fetch: func(context.Context, token.Token) (token.Token, error) {
			t.Error("what renews the token is in the record that nobody opens")
			return token.Token{}, nil
		}})
	require.NoError(t, err)
	_, err = rotating.Token(t.Context())
	require.ErrorIs(t, err, token.ErrStore)
	require.ErrorIs(t, err, token.ErrUnreadable)
	assert.Equal(t, raw, rdb.Get(t.Context(), "k").Val(), "it is kept for whoever has the key")

	_, err = redisstore.Open(rdb, redisstore.Options{Keys: [][]byte{}})
	assert.ErrorContains(t, err, "has no key")
	_, err = redisstore.Open(rdb, redisstore.Options{Keys: [][]byte{key(1), []byte("short-and-secret")[:7]}})
	assert.ErrorContains(t, err, "Keys[1] has 7 bytes")
	assert.NotContains(t, err.Error(), "short")
}

// A Redis that takes connections and says nothing costs one budget, not the client's patience.
func TestARedisThatHangsCostsOneBudget(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	rdb := redis.NewClient(&redis.Options{Addr: listener.Addr().String(), ReadTimeout: time.Hour, MaxRetries: -1})
	defer rdb.Close()
	store, err := redisstore.Open(rdb, redisstore.Options{Budget: 50 * time.Millisecond})
	require.NoError(t, err)
	source, err := token.New(token.Config{Key: "k", Store: store,
		Fetch: func(context.Context, token.Token) (token.Token, error) {
			return token.Token{Value: "own", Expiry: time.Now().Add(time.Hour)}, nil
		}})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got, err := source.Token(ctx)
	require.NoError(t, err)
	assert.Equal(t, "own", string(got.Value))
	_, err = store.Get(ctx, "k")
	assert.ErrorContains(t, err, "did not answer in time")
}

func TestRedisThatIsDownStopsNobody(t *testing.T) {
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: filepath.Join(t.TempDir(), "nobody"), MaxRetries: -1})
	t.Cleanup(func() { _ = rdb.Close() })
	source, err := token.New(token.Config{Key: "k", Store: redisstore.New(rdb),
		Fetch: func(context.Context, token.Token) (token.Token, error) {
			return token.Token{Value: "own", Expiry: time.Now().Add(time.Hour)}, nil
		}})
	require.NoError(t, err)
	got, err := source.Token(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "own", string(got.Value))
}

func ExampleNew() {
	rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
	defer rdb.Close()
	var store token.Store = redisstore.New(rdb)
	fmt.Printf("%T\n", store) // hand it to a client with clients.WithTokenStore
	// Output: *redisstore.Store
}

// What keeps secrets shows none, whoever prints or encodes it.
func TestNeitherStoresNorTheirOptionsShowASecret(t *testing.T) {
	const planted = "planted-secret-of-32-bytes-long!"
	o := redisstore.Options{Keys: [][]byte{[]byte(planted)}}
	rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	t.Cleanup(func() { _ = rdb.Close() })
	store, err := redisstore.Open(rdb, o)
	require.NoError(t, err)
	memory := token.NewMemoryStore()
	require.NoError(t, memory.Set(t.Context(), "k", token.Token{Value: planted, Refresh: planted}))
	for name, value := range map[string]any{"options": o, "pointer": &o, "store": store, "memory": memory} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				fmt.Fprintf(&out, verb+"\n", value)
			}
			slog.New(slog.NewTextHandler(&out, nil)).Info("log", "value", value)
			slog.New(slog.NewJSONHandler(&out, nil)).Info("log", "value", value)
			_ = json.NewEncoder(&out).Encode(value)
			_ = xml.NewEncoder(&out).Encode(value)
			_ = gob.NewEncoder(&out).Encode(value)
			for _, shown := range []string{planted, hex.EncodeToString([]byte(planted)),
				fmt.Sprint([]byte(planted[:8]))[1:20],
				base64.StdEncoding.EncodeToString([]byte(planted))[:20], "0x70, 0x6c"} {
				assert.NotContains(t, out.String(), shown)
			}
		})
	}
}
