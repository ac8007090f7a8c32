package clients_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// piped returns a client whose connections end in serve, within a bubble of synctest: time passes when everybody waits.
func piped(t *testing.T, serve func(conn net.Conn, r *http.Request), options ...clients.Option) *clients.Client {
	t.Helper()
	var client http.Client // as a program would hand it in: without any limit
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			r, err := http.ReadRequest(bufio.NewReader(far))
			if err == nil {
				serve(far, r)
			}
		}()
		return near, nil
	}}
	t.Cleanup(transport.CloseIdleConnections)
	client.Transport = transport
	options = append([]clients.Option{clients.WithHTTPClient(&client), clients.WithBaseURL("http://acme.internal")},
		options...)
	c, err := clients.New(clients.Vendor{Name: "acme", Classify: classify}, options...)
	require.NoError(t, err)
	return c
}

func callPiped(ctx context.Context, c *clients.Client, op wire.Operation) (time.Duration, error) {
	op.Security = nil
	var out answer
	call := wire.Call{Operation: &op, Out: &out}
	began := time.Now()
	err := c.Call(ctx, &call)
	return time.Since(began), err
}

// hang holds the connection until the client ends it.
func hang(conn net.Conn, _ *http.Request) { _, _ = conn.Read(make([]byte, 1)) }

// stall begins an answer and holds the rest.
func stall(conn net.Conn, r *http.Request) {
	fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"code\":0")
	hang(conn, r)
}

func TestServersThatHangAreGivenUp(t *testing.T) {
	for name, tc := range map[string]struct {
		serve   func(net.Conn, *http.Request)
		op      *wire.Operation
		options []clients.Option
		text    string
		atMost  time.Duration
		atLeast time.Duration
	}{
		"a read that gets no first byte": {hang, read, nil, "no answer began within 20s", 90 * time.Second,
			80 * time.Second},
		"a read that stalls":   {stall, read, nil, "within 1m0s", 250 * time.Second, 240 * time.Second},
		"a write is sent once": {hang, write, nil, "within 20s", 20 * time.Second, 20 * time.Second},
		"limits of the caller's choice": {hang, write,
			[]clients.Option{clients.WithTimeouts(time.Second, time.Minute)}, "within 1s", time.Second, time.Second},
		"the total alone": {hang, write,
			[]clients.Option{clients.WithTimeouts(time.Hour, time.Minute)}, "within 1m0s", time.Minute, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				took, err := callPiped(t.Context(), piped(t, tc.serve, tc.options...), *tc.op)
				require.ErrorIs(t, err, clients.ErrUnavailable)
				assert.ErrorContains(t, err, tc.text)
				assert.Equal(t, tc.op == write, failed(t, err).OutcomeUnknown)
				assert.LessOrEqual(t, took, tc.atMost)
				assert.GreaterOrEqual(t, took, tc.atLeast)
			})
		})
	}
}

func TestADeadlineThatIsNearerHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		took, err := callPiped(ctx, piped(t, hang), *read)
		assert.ErrorIs(t, err, clients.ErrCanceled)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 5*time.Second, took)
	})
}

func TestATimeoutOfTheHTTPClientHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own := &http.Client{Timeout: 3 * time.Second,
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})}
		c, err := clients.New(clients.Vendor{Name: "acme", Classify: classify}, clients.WithHTTPClient(own),
			clients.WithBaseURL("http://acme.internal"))
		require.NoError(t, err)
		took, err := callPiped(t.Context(), c, *write)
		assert.ErrorIs(t, err, clients.ErrUnavailable)
		assert.Equal(t, 3*time.Second, took)
	})
}

// A transport that tells nothing of its connections is bound by the first limit from the beginning.
func TestATransportWithoutTracesIsBoundToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mute := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}
		c, err := clients.New(clients.Vendor{Name: "acme", Classify: classify}, clients.WithHTTPClient(mute),
			clients.WithBaseURL("http://acme.internal"))
		require.NoError(t, err)
		took, err := callPiped(t.Context(), c, *read)
		assert.ErrorIs(t, err, clients.ErrUnavailable)
		assert.LessOrEqual(t, took, 90*time.Second)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
