package redislimit_test

import (
	"fmt"
	"net"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/redislimit"
	"github.com/stretchr/testify/require"
)

// silence is the address of a server that takes connections and says nothing.
func silence(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

func ExampleNew() {
	rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"})
	defer rdb.Close()
	limiter, err := redislimit.New(rdb, redislimit.Options{App: "wecom ww1234 1000002", Processes: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	option := clients.WithLimiter(limiter) // for this app's client, in every process
	fmt.Println(option != nil)
	// Output: true
}
