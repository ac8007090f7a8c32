package clients_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// through is an option that sends everything through f, in place of a network.
func through(f roundTrip) clients.Option { return clients.WithHTTPClient(&http.Client{Transport: f}) }

func TestMiddlewareAndTracesSeeNoCredential(t *testing.T) {
	var seen []string
	var mu sync.Mutex
	note := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, text)
	}
	trace := func() *httptrace.ClientTrace {
		return &httptrace.ClientTrace{
			WroteHeaderField: func(key string, value []string) { note("header " + key + fmt.Sprint(value)) },
			WroteRequest:     func(httptrace.WroteRequestInfo) { note("written") },
			GotConn:          func(httptrace.GotConnInfo) { note("connected") },
		}
	}
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) {
		connection, _, _ := w.(http.Hijacker).Hijack()
		_ = connection.Close()
	}, clients.WithRetry(clients.NoRetry), clients.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			r = r.WithContext(httptrace.WithClientTrace(r.Context(), trace()))
			response, err := next.RoundTrip(r)
			note(fmt.Sprintf("%v %+v", err, err))
			return response, err
		})
	}))
	_, err := h.call(httptrace.WithClientTrace(t.Context(), trace()), read)
	require.Error(t, err)
	all := strings.Join(seen, "\n")
	assert.NotContains(t, all, "token-1")
	assert.NotContains(t, all, "header")
	assert.Contains(t, all, "written", "other hooks are told")
	assert.Contains(t, all, "connected")
}

func TestRetryAfterCountsWithoutAVendorCode(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		h := start(t, func(h *harness, w http.ResponseWriter, _ *http.Request) {
			if h.hits.Load() == 1 {
				w.Header().Set("Retry-After", "17")
				w.WriteHeader(status)
				fmt.Fprint(w, "<html>busy</html>")
				return
			}
			ok(w)
		})
		_, err := h.call(t.Context(), read)
		require.NoError(t, err)
		assert.Equal(t, []time.Duration{17 * time.Second}, h.clock.Slept())

		h = start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "600")
			w.WriteHeader(status)
		})
		_, err = h.call(t.Context(), read)
		assert.EqualValues(t, 1, h.hits.Load(), "longer than MaxWait")
		assert.Equal(t, 10*time.Minute, failed(t, err).RetryAfter)
	}
}

func TestWhatIsNotProvenUnsentIsNotRepeated(t *testing.T) {
	for name, tc := range map[string]struct {
		err      error
		attempts int
		unknown  bool
	}{
		"a transport that tells nothing": {errors.New("broken"), 1, true},
		"a dial":                         {&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")}, 4, false},
		"a name":                         {&net.DNSError{Err: "no such host", Name: "acme.invalid"}, 4, false},
		"a read":                         {&net.OpError{Op: "read", Net: "tcp", Err: errors.New("reset")}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			var sent int
			h := start(t, nil, through(func(*http.Request) (*http.Response, error) {
				sent++
				return nil, tc.err
			}))
			_, err := h.call(t.Context(), write)
			assert.ErrorIs(t, err, clients.ErrUnavailable)
			assert.Equal(t, tc.attempts, sent)
			assert.Equal(t, tc.unknown, errors.Is(err, clients.ErrOutcomeUnknown))
			assert.Equal(t, tc.unknown, failed(t, err).OutcomeUnknown)
		})
	}
}

func TestRefusalsOnThisSideAreNotRepeated(t *testing.T) {
	refusal := errors.New("circuit open")
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { ok(w) },
		clients.WithMiddleware(func(http.RoundTripper) http.RoundTripper {
			return roundTrip(func(*http.Request) (*http.Response, error) { return nil, refusal })
		}))
	_, err := h.call(t.Context(), read)
	require.ErrorIs(t, err, refusal)
	assert.ErrorContains(t, err, "a middleware refused the call")
	assert.Equal(t, 1, failed(t, err).Attempts)

	h = start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { ok(w) },
		clients.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
			return roundTrip(func(r *http.Request) (*http.Response, error) {
				r.Header.Set("X-Trace", "a\nb")
				return next.RoundTrip(r)
			})
		}))
	_, err = h.call(t.Context(), read)
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.Equal(t, 1, failed(t, err).Attempts)
	assert.Zero(t, h.hits.Load())
}

func TestOutcomes(t *testing.T) {
	page := func(status int, body string) func(w http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	for name, tc := range map[string]struct {
		behave  func(w http.ResponseWriter)
		unknown bool
	}{
		"garbage":                {page(200, `{"code":0,`), true},
		"nothing":                {page(200, ""), true},
		"an answer that is none": {page(200, `{}`), true},
		"system busy":            {page(200, `{"code":3}`), true},
		"gateway":                {page(502, "<html>"), true},
		"gateway that refuses":   {page(404, "<html>"), false},
		"throttled":              {page(429, "<html>"), false},
		"dead token":             {page(200, `{"code":1}`), false},
		"not found":              {page(500, `{"code":4}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { tc.behave(w) },
				clients.WithRetry(clients.NoRetry))
			_, err := h.call(t.Context(), write)
			require.Error(t, err)
			assert.Equal(t, tc.unknown, errors.Is(err, clients.ErrOutcomeUnknown), err)
			_, err = h.call(t.Context(), read)
			require.Error(t, err)
			assert.NotErrorIs(t, err, clients.ErrOutcomeUnknown, "a read can be made again")
		})
	}
	t.Run("the context ends after sending", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		h := start(t, func(_ *harness, _ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
		})
		_, err := h.call(ctx, write)
		assert.ErrorIs(t, err, clients.ErrCanceled)
		assert.ErrorIs(t, err, clients.ErrOutcomeUnknown)
	})
	t.Run("the context has ended before", func(t *testing.T) {
		h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { ok(w) })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := h.call(ctx, write)
		assert.ErrorIs(t, err, clients.ErrCanceled)
		assert.NotErrorIs(t, err, clients.ErrOutcomeUnknown)
	})
	t.Run("a rename makes an idempotent call one that is not", func(t *testing.T) {
		rename := &wire.Operation{ID: "Rename", Method: http.MethodPost, Path: "/rename", Idempotent: true,
			NotIdempotentWith: []string{"new_id", "force"}}
		h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		for body, sent := range map[string]int64{`{"name":"n"}`: 4, `{"new_id":"x"}`: 1} {
			before := h.hits.Load()
			call := wire.Call{Operation: rename, Out: new(answer)}
			wire.Raw(&call, "application/json", []byte(body))
			err := h.client.Call(t.Context(), &call)
			assert.Equal(t, sent, h.hits.Load()-before, body)
			assert.Equal(t, sent == 1, errors.Is(err, clients.ErrOutcomeUnknown), body)
		}
		before := h.hits.Load()
		call := wire.Call{Operation: rename, Out: new(answer)}
		wire.QueryString(&call, "force", new("1"))
		require.Error(t, h.client.Call(t.Context(), &call))
		assert.EqualValues(t, 1, h.hits.Load()-before, "query parameters count as well")
	})
}

func TestAWaitBeyondTheDeadlineSaysBoth(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"code":2}`) })
	ctx, cancel := context.WithDeadline(t.Context(), h.clock.Now().Add(time.Second))
	defer cancel()
	_, err := h.call(ctx, write)
	for _, target := range []error{context.DeadlineExceeded, clients.ErrCanceled, clients.ErrRateLimited} {
		assert.ErrorIs(t, err, target)
	}
	assert.NotErrorIs(t, err, clients.ErrOutcomeUnknown, "the vendor refused it")
}

func TestAThrottledOperationWaitsForEverybody(t *testing.T) {
	h := start(t, func(h *harness, w http.ResponseWriter, _ *http.Request) {
		if h.hits.Load() == 1 {
			fmt.Fprint(w, `{"code":2}`)
			return
		}
		ok(w)
	}, clients.WithRetry(clients.NoRetry))
	_, err := h.call(t.Context(), read)
	require.ErrorIs(t, err, clients.ErrRateLimited, "this caller does not want to wait")
	assert.Empty(t, h.clock.Slept())
	soon, cancel := context.WithDeadline(t.Context(), h.clock.Now().Add(time.Second))
	defer cancel()
	_, err = h.call(soon, read)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorIs(t, err, clients.ErrRateLimited, "the wait is for a quota")
	assert.EqualValues(t, 1, h.hits.Load())
	_, err = h.call(t.Context(), read)
	require.NoError(t, err)
	assert.Equal(t, []time.Duration{3 * time.Second}, h.clock.Slept(), "another caller waits for what the vendor asked")

	clock := clienttest.NewClock()
	limited := clients.NewLimiter(clock).(clients.Holder)
	op := &wire.Operation{ID: "Limited"}
	limited.Hold(op, clock.Now().Add(5*time.Second))
	limited.Hold(op, clock.Now().Add(3*time.Second))
	require.NoError(t, limited.Wait(t.Context(), read), "other operations go on")
	assert.Empty(t, clock.Slept())
	require.NoError(t, limited.Wait(t.Context(), op))
	assert.Equal(t, []time.Duration{5 * time.Second}, clock.Slept())

	holder := &recorder{}
	h = start(t, func(h *harness, w http.ResponseWriter, _ *http.Request) {
		if h.hits.Load() == 1 {
			fmt.Fprint(w, `{"code":2}`)
			return
		}
		ok(w)
	}, clients.WithLimiter(holder))
	_, err = h.call(t.Context(), read)
	require.NoError(t, err)
	assert.Equal(t, []string{"Read"}, holder.held)
}

type recorder struct{ held []string }

func (*recorder) Wait(context.Context, *wire.Operation) error { return nil }
func (r *recorder) Hold(op *wire.Operation, _ time.Time)      { r.held = append(r.held, op.ID) }

func TestGarbageThatAMomentMayMend(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want int64
	}{
		"cut off":  {`{"code":0,"name":"n`, 2},
		"a page":   {`<html>`, 2},
		"nothing":  {``, 2},
		"{}":       {`{}`, 1},
		"no JSON":  {`hello`, 1},
		"a number": {`{"code":0,"name":7}`, 1},
	} {
		for _, op := range []*wire.Operation{read, write} {
			t.Run(name+"/"+op.ID, func(t *testing.T) {
				h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, tc.body) })
				_, err := h.call(t.Context(), op)
				assert.ErrorIs(t, err, clients.ErrBadResponse)
				want := tc.want
				if op == write {
					want = 1
				}
				assert.Equal(t, want, h.hits.Load())
			})
		}
	}
}

func TestMalformedJSONSaysWhere(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"code":0,"data":{"items":[{"name":"张","zhang.san":tru`)
	})
	_, err := h.call(t.Context(), write)
	assert.ErrorContains(t, err, "malformed JSON at byte 56, in data.items.?")
	assert.NotContains(t, err.Error(), "zhang")
}

func TestRawControlCharactersAreTolerated(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "{\"code\":0,\"name\":\"a\\\"\x01b\nc\"}")
	})
	got, err := h.call(t.Context(), read)
	require.NoError(t, err)
	assert.Equal(t, "a\"\x01b\nc", got.Name)
}

func TestTextsOfAVendorAreBoundedAndStayInOneLine(t *testing.T) {
	message := "no user \"x\nlevel=ERROR forged\u2028\x1b[31m" + strings.Repeat("a ", 2<<20)
	h := start(t, nil)
	c, err := clients.New(clients.Vendor{Name: "acme", Classify: func(r *clients.Reply) *clients.Failure {
		return &clients.Failure{Kind: clients.KindNotFound, Code: message, Message: message, RequestID: message,
			Detail: r.Scrub(message)}
	}}, clients.WithBaseURL(h.server.URL), through(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"code":4}`))}, nil
	}))
	require.NoError(t, err)
	err = c.Call(t.Context(), &wire.Call{Operation: &wire.Operation{ID: "Read", Method: http.MethodGet, Path: "/read"},
		Out: new(answer)})
	e := failed(t, err)
	for _, text := range []string{e.Code, e.Message, e.RequestID, e.Detail.(string)} {
		assert.Less(t, len(text), 1200)
		assert.NotContains(t, text, "\n")
		assert.NotContains(t, text, "\u2028")
		assert.NotContains(t, text, "\x1b")
		assert.Contains(t, text, `x\nlevel=ERROR`)
	}
}

// A credential that the cut goes through would not be recognized.
func TestACutLeavesNoHalfCredential(t *testing.T) {
	for before := 1 << 10; before > 1<<10-40; before-- {
		message := strings.Repeat("x", before-1) + " planted-secret-of-the-app and more"
		c, err := clients.New(clients.Vendor{Name: "acme", Secrets: []clients.Secret{"planted-secret-of-the-app"},
			Classify: func(*clients.Reply) *clients.Failure { return &clients.Failure{Message: message} }},
			clients.WithBaseURL("http://acme.internal"),
			through(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"code":4}`))}, nil
			}))
		require.NoError(t, err)
		err = c.Call(t.Context(), &wire.Call{
			Operation: &wire.Operation{ID: "Read", Method: http.MethodGet, Path: "/read"}, Out: new(answer)})
		assert.NotContains(t, err.Error(), "plant")
	}
}

// body answers with n bytes of JSON.
func body(n int, declared bool) roundTrip {
	return func(*http.Request) (*http.Response, error) {
		r := io.MultiReader(strings.NewReader(`{"code":0,"name":"`), io.LimitReader(letters{}, int64(n)-20),
			strings.NewReader(`"}`))
		response := &http.Response{StatusCode: 200, Body: io.NopCloser(r), ContentLength: -1}
		if declared {
			response.ContentLength = int64(n)
		}
		return response, nil
	}
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestReadingABodyTakesItsSize(t *testing.T) {
	const size = 32 << 20
	for declared, most := range map[bool]uint64{true: 40 << 20, false: 80 << 20} {
		h := start(t, nil, through(body(size, declared)))
		var out struct{} // what decoding takes is not what is measured
		op := *read
		op.Answer, op.Security = nil, nil
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		require.NoError(t, h.client.Call(t.Context(), &wire.Call{Operation: &op, Out: &out}))
		runtime.ReadMemStats(&after)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, most, "declared: %v", declared)
	}
}

func TestADeclaredLengthAloneReservesLittle(t *testing.T) {
	h := start(t, nil, clients.WithRetry(clients.NoRetry), through(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, ContentLength: 31 << 20,
			Body: io.NopCloser(io.MultiReader(strings.NewReader("{"), failing{}))}, nil
	}))
	op := *read
	op.Security = nil
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.Error(t, h.client.Call(t.Context(), &wire.Call{Operation: &op, Out: new(answer)}))
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(3<<20)/2)
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestTooLargeIsKnownAtOnce(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(1<<30))
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done() // never another byte
	})
	_, err := h.call(t.Context(), read)
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.ErrorContains(t, err, "larger than")
}

func TestBytesInFlightAreBounded(t *testing.T) {
	const size = 1 << 20
	var reading, most atomic.Int64
	release := make(chan struct{})
	h := start(t, nil, clients.WithMaxBytesInFlight(2*size), clients.WithLimiter(clients.NoLimit),
		through(func(*http.Request) (*http.Response, error) {
			text := `{"code":0,"name":"n"}`
			once := sync.OnceFunc(func() {
				if n := reading.Add(1); n > most.Load() {
					most.Store(n)
				}
				<-release
				reading.Add(-1)
			})
			return &http.Response{StatusCode: 200, ContentLength: size, Body: io.NopCloser(io.MultiReader(
				readFunc(func([]byte) (int, error) { once(); return 0, io.EOF }), strings.NewReader(text),
				bytes.NewReader(bytes.Repeat([]byte(" "), size-len(text)))))}, nil
		}))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := h.call(t.Context(), read)
			assert.NoError(t, err)
		})
	}
	for range 8 {
		release <- struct{}{}
	}
	wg.Wait()
	assert.LessOrEqual(t, most.Load(), int64(2))
}

// Whoever hears of a warning may ask the vendor what is wrong: the answer that brought it is no longer held.
func TestAWarningHandlerMayMakeCalls(t *testing.T) {
	var c *clients.Client
	var warned int
	c, err := clients.New(clients.Vendor{Name: "acme", Classify: classify,
		Warning: func(r *clients.Reply) string {
			if r.Operation.ID == write.ID {
				return "only in part"
			}
			return ""
		},
		Credentials: func(*clients.Client) (map[string]clients.Credential, error) {
			return map[string]clients.Credential{"app": {Source: token.Static("given"),
				Authorize: clients.InHeader("Authorization", "Bearer ")}}, nil
		}}, clients.WithBaseURL("http://acme.internal"), clients.WithMaxBytesInFlight(1<<20),
		clients.WithWarningHandler(func(ctx context.Context, w clients.Warning) {
			warned++
			assert.Equal(t, "only in part", w.Message)
			assert.NoError(t, c.Call(ctx, &wire.Call{Operation: read, Out: new(answer)}))
		}), through(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, ContentLength: -1,
				Body: io.NopCloser(strings.NewReader(`{"code":0,"name":"n"}`))}, nil
		}))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.NoError(t, c.Call(ctx, &wire.Call{Operation: write, Out: new(answer)}))
	assert.Equal(t, 1, warned)
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func TestARefusedStaticTokenIsSentOnce(t *testing.T) {
	var sent int
	c, err := clients.New(clients.Vendor{Name: "acme", Classify: classify,
		Credentials: func(*clients.Client) (map[string]clients.Credential, error) {
			return map[string]clients.Credential{"app": {Source: token.Static("given"),
				Authorize: clients.InHeader("Authorization", "Bearer ")}}, nil
		}}, clients.WithBaseURL("http://acme.internal"), through(func(*http.Request) (*http.Response, error) {
		sent++
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"code":1}`))}, nil
	}))
	require.NoError(t, err)
	err = c.Call(t.Context(), &wire.Call{Operation: read, Out: new(answer)})
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.Equal(t, 1, sent)
	assert.Equal(t, 1, failed(t, err).Attempts)
}

func TestAPanicReachesTheCaller(t *testing.T) {
	assert.PanicsWithValue(t, "of the caller's", func() {
		for range clients.Ordered(t.Context(), 2, []int{1, 2, 3}, func(_ context.Context, n int) (int, error) {
			if n == 2 {
				panic("of the caller's")
			}
			return n, nil
		}) {
		}
	})
	for _, err := range clients.Ordered(t.Context(), 1, []int{1}, func(context.Context, int) (int, error) {
		runtime.Goexit()
		return 0, nil
	}) {
		assert.Error(t, err, "nothing is not a result")
	}
	c, err := clients.New(clients.Vendor{Name: "acme", Classify: classify,
		Credentials: func(c *clients.Client) (map[string]clients.Credential, error) {
			source, err := c.NewTokenSource(func(context.Context, token.Token) (token.Token, error) {
				panic("planted-secret in a callback")
			}, "id")
			return map[string]clients.Credential{"app": {Source: source}}, err
		}, Secrets: []clients.Secret{"planted-secret"}}, clients.WithBaseURL("http://acme.internal"))
	require.NoError(t, err)
	err = c.Call(t.Context(), &wire.Call{Operation: read, Out: new(answer)})
	assert.ErrorContains(t, err, "the fetch panicked")
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), "planted")
}

func TestAnEmptyBaseURLIsNotProduction(t *testing.T) {
	_, err := clients.New(clients.Vendor{Name: "acme", Classify: classify}, clients.WithBaseURL(""))
	assert.ErrorContains(t, err, "leave the option out")
}
