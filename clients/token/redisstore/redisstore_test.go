package redisstore_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/clients/token/redisstore"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// server starts a redis-server of its own. CI installs one; elsewhere the tests of this package need it to be there.
func server(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") != "" {
			require.NoError(t, err, "CI must install redis-server")
		}
		t.Skip("redis-server is not installed")
	}
	socket := filepath.Join(t.TempDir(), "redis.sock")
	cmd := exec.Command(path, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no")
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	require.Eventually(t, func() bool {
		connection, err := net.Dial("unix", socket)
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	}, 10*time.Second, 10*time.Millisecond)
	return socket
}

func connect(t *testing.T, socket string) *redis.Client {
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: -1})
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

func TestStore(t *testing.T) {
	socket := server(t)
	rdb := connect(t, socket)
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
	socket := server(t)
	var fetched atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		source, err := token.New(token.Config{Key: "k", Store: redisstore.New(connect(t, socket)),
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
	socket := server(t)
	first, second := redisstore.New(connect(t, socket)), redisstore.New(connect(t, socket))
	unlock, err := first.Lock(t.Context(), "k")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = second.Lock(ctx, "k")
	assert.Error(t, err)
	unlock()
	unlock, err = second.Lock(t.Context(), "k")
	require.NoError(t, err)
	rdb := connect(t, socket)
	life := rdb.PTTL(t.Context(), "k:lock").Val()
	assert.Positive(t, life, "a holder that dies stops nobody")
	assert.LessOrEqual(t, life, 30*time.Second)
	unlock()
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
