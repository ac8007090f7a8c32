package reliability

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// transport answers tokens and hands everything else on.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/gettoken") {
		return answer(r, io.NopCloser(strings.NewReader(
			`{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200}`))), nil
	}
	return f(r)
}

func answer(r *http.Request, body io.ReadCloser) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: body, Request: r, ContentLength: -1, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
}

func weComOver(t *testing.T, rt http.RoundTripper, options ...clients.Option) *wecom.Client {
	c, err := wecom.New(wecom.Config{CorpID: "c", AppSecret: "s"},
		append([]clients.Option{clients.WithHTTPClient(&http.Client{Transport: rt})}, options...)...)
	require.NoError(t, err)
	return c
}

// stalled is a body of which nothing comes any more.
type stalled struct{ ctx context.Context }

func (b stalled) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}
func (stalled) Close() error { return nil }

// Nothing waits for ever, though neither the caller nor the HTTP client sets a limit. The time is the bubble's, so that
// the figures are exact.
func TestBoundsOnTime(t *testing.T) {
	result := measured.add("Bounds on time", "What a read without a deadline of the caller's takes at most, repeats "+
		"and "+
		"waits included, with the limits as they are by default. A deadline that is nearer holds.",
		"server", "given up after", "outcome")
	for _, c := range []struct {
		name  string
		serve transport
		most  time.Duration
	}{
		{"answers nothing", func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, 5 * time.Minute},
		{"stalls in the middle of the body", func(r *http.Request) (*http.Response, error) {
			return answer(r, stalled{r.Context()}), nil
		}, 10 * time.Minute},
		{"resets every connection", func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
		}, time.Minute},
		{"throttles for ever, without a word on how long", func(r *http.Request) (*http.Response, error) {
			return answer(r, io.NopCloser(strings.NewReader(`{"errcode":45009,"errmsg":"api freq out of limit"}`))), nil
		}, 5 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, began := weComOver(t, c.serve), time.Now()
				_, err := client.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
				require.Error(t, err)
				took := time.Since(began)
				assert.LessOrEqual(t, took, c.most)
				// The waits are spread by chance, which the page leaves out.
				result.row(c.name, fmt.Sprintf("about %s", took.Round(5*time.Second)), outcome(err))

				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				began = time.Now()
				_, err = client.GetUser(ctx, &wecomapi.GetUserParams{UserID: "u"})
				require.Error(t, err)
				assert.LessOrEqual(t, time.Since(began), 1100*time.Millisecond)
			})
		})
	}
}

// filler is a body of n bytes that takes no memory: a listing whose one name goes on and on.
type filler struct {
	head, tail string
	left       int64
}

func (b *filler) Read(p []byte) (int, error) {
	if b.head != "" {
		n := copy(p, b.head)
		b.head = b.head[n:]
		return n, nil
	}
	if b.left > 0 {
		n := int(min(int64(len(p)), b.left))
		for i := range n {
			p[i] = 'x'
		}
		b.left -= int64(n)
		return n, nil
	}
	if b.tail != "" {
		n := copy(p, b.tail)
		b.tail = b.tail[n:]
		return n, nil
	}
	return 0, io.EOF
}
func (*filler) Close() error { return nil }

// allocated is what f allocates all in all, garbage included: more than it ever holds at once.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

func TestBodiesAndMemory(t *testing.T) {
	result := measured.add("Bodies and memory", "One answer of a list. Allocated is all that the call asks for, "+
		"garbage and the decoded answer included. What is larger than `WithMaxResponseBytes` (32 MiB by default) is "+
		"refused unread where its length is known, and at the bound where it is not.", "body", "outcome", "allocated")
	const mib = 1 << 20
	for _, c := range []struct {
		name   string
		bytes  int64
		known  bool
		most   int64
		refuse bool
	}{
		{"1 MiB, length known", mib, true, 8 * mib, false},
		{"16 MiB, length known", 16 * mib, true, 64 * mib, false},
		{"16 MiB, length not known", 16 * mib, false, 96 * mib, false},
		{"100 MiB, length known", 100 * mib, true, 8 * mib, true},
		{"100 MiB, length not known", 100 * mib, false, 128 * mib, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := weComOver(t, transport(func(r *http.Request) (*http.Response, error) {
				const head, tail = `{"errcode":0,"errmsg":"ok","userlist":[{"userid":"u","name":"`, `"}]}`
				rsp := answer(r, &filler{head: head, tail: tail, left: c.bytes})
				if c.known {
					rsp.ContentLength = c.bytes + int64(len(head+tail))
					rsp.Header.Set("Content-Length", strconv.FormatInt(rsp.ContentLength, 10))
				}
				return rsp, nil
			}))
			var err error
			most := allocated(func() {
				_, err = client.GetUserList(t.Context(), &wecomapi.GetUserListParams{DepartmentID: 1})
			})
			if c.refuse {
				require.ErrorIs(t, err, clients.ErrBadResponse)
			} else {
				require.NoError(t, err)
			}
			assert.LessOrEqual(t, most, c.most)
			result.row(c.name, outcome(err), fmt.Sprintf("%d MiB", (most+mib/2)/mib))
		})
	}
}
