// Package redistest starts redis-servers for tests.
package redistest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// Server starts a redis-server of the test's own and returns its socket. CI installs one; elsewhere the test is skipped
// where there is none.
func Server(t testing.TB) (socket string) {
	t.Helper()
	socket, stop := Start(t)
	t.Cleanup(stop)
	return socket
}

// Start is Server with the means to stop it earlier.
func Start(t testing.TB) (socket string, stop func()) {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") != "" {
			require.NoError(t, err, "CI must install redis-server")
		}
		t.Skip("redis-server is not installed")
	}
	socket = filepath.Join(t.TempDir(), "redis.sock")
	cmd := exec.Command(path, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no")
	require.NoError(t, cmd.Start())
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	t.Cleanup(stop)
	require.Eventually(t, func() bool {
		connection, err := net.Dial("unix", socket)
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	}, 10*time.Second, 10*time.Millisecond)
	return socket, stop
}

// Connect returns a client of the server at a socket, which does not try again by itself.
func Connect(t testing.TB, socket string) *redis.Client {
	t.Helper()
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: -1})
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}
