package clients_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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

// A vendor of our own: code 0 is success, 1 a dead token, 2 throttling, 3 "nobody knows", 4 no such user.
func classify(r *clients.Reply) *clients.Failure {
	value, ok := wire.Lookup(r.Body, "code")
	code := wire.Scalar(value)
	f := &clients.Failure{Code: code, Message: "refused"}
	switch {
	case !ok && r.Status == http.StatusOK, code == "0":
		return nil
	case !ok:
		return nil
	case code == "1":
		f.Kind, f.Replay = clients.KindUnauthenticated, clients.ReplayFreshToken
	case code == "2":
		f.Kind, f.Replay, f.Wait = clients.KindRateLimited, clients.ReplayLater, 3*time.Second
	case code == "3":
		f.Kind, f.Replay = clients.KindUnavailable, clients.ReplayIfIdempotent
	case code == "4":
		f.Kind = clients.KindNotFound
	}
	return f
}

type answer struct {
	Name string `json:"name"`
}

type harness struct {
	client *clients.Client
	clock  *clienttest.Clock
	server *httptest.Server
	hits   atomic.Int64
	tokens atomic.Int64
}

func start(t *testing.T, handle func(h *harness, w http.ResponseWriter, r *http.Request),
	options ...clients.Option) *harness {
	t.Helper()
	h := &harness{clock: clienttest.NewClock()}
	h.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.hits.Add(1)
		handle(h, w, r)
	}))
	t.Cleanup(h.server.Close)
	options = append([]clients.Option{clients.WithBaseURL(h.server.URL + "/base"), clients.WithClock(h.clock)},
		options...)
	var err error
	h.client, err = clients.New(clients.Vendor{
		Name: "acme", BaseURL: "https://acme.invalid", Classify: classify,
		Credentials: func(c *clients.Client) (map[string]clients.Credential, error) {
			source, err := c.NewTokenSource(func(context.Context, token.Token) (token.Token, error) {
				return token.Token{Value: clients.Secret(fmt.Sprint("token-", h.tokens.Add(1))),
					Expiry: c.Now().Add(time.Hour)}, nil
			}, "id", "secret")
			return map[string]clients.Credential{
				"app":  {Source: source, Authorize: clients.InHeader("Authorization", "Bearer ")},
				"user": {Missing: "Config.UserToken"},
			}, err
		},
	}, options...)
	require.NoError(t, err)
	return h
}

var (
	read = &wire.Operation{ID: "Read", Method: http.MethodGet, Path: "/read", Security: [][]string{{"app"}},
		Idempotent: true, Answer: []string{"name"}}
	write = &wire.Operation{ID: "Write", Method: http.MethodPost, Path: "/write", Security: [][]string{{"app"}},
		Answer: []string{"name"}}
	remove = &wire.Operation{ID: "Remove", Method: http.MethodGet, Path: "/remove", Security: [][]string{{"app"}},
		Answer: []string{"name"}}
	create = &wire.Operation{ID: "Create", Method: http.MethodPost, Path: "/create",
		IdempotencyParameter: "client_token", Answer: []string{"name"}}
)

func (h *harness) call(ctx context.Context, op *wire.Operation) (answer, error) {
	var out answer
	call := wire.Call{Operation: op, Out: &out}
	if op.Method == http.MethodPost {
		wire.Raw(&call, "application/json", []byte(`{"x":1}`))
	}
	err := h.client.Call(ctx, &call)
	return out, err
}

func ok(w http.ResponseWriter) { fmt.Fprint(w, `{"code":0,"name":"n"}`) }

func failed(t *testing.T, err error) *clients.Error {
	t.Helper()
	var e *clients.Error
	require.ErrorAs(t, err, &e)
	return e
}

func TestSuccess(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/base/read", r.URL.Path)
		assert.Equal(t, "Bearer token-1", r.Header.Get("Authorization"))
		assert.Equal(t, "sync/1", r.UserAgent())
		ok(w)
	}, clients.WithUserAgent("sync/1"))
	got, err := h.call(t.Context(), read)
	require.NoError(t, err)
	assert.Equal(t, "n", got.Name)
	assert.Equal(t, clients.Stats{Calls: 1, Requests: 1, Tokens: 1}, h.client.Stats())
}

func TestTokenIsRenewedAndTheCallRepeatedOnce(t *testing.T) {
	h := start(t, func(h *harness, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer token-1" {
			fmt.Fprint(w, `{"code":1}`)
			return
		}
		ok(w)
	}, clients.WithRetry(clients.NoRetry))
	_, err := h.call(t.Context(), write)
	require.NoError(t, err, "a write is repeated too: the vendor refused it before acting")
	assert.EqualValues(t, 2, h.hits.Load())
}

func TestTokenThatStaysDeadIsGivenUp(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"code":1}`) })
	_, err := h.call(t.Context(), read)
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.EqualValues(t, 2, h.hits.Load())
	assert.EqualValues(t, 2, h.tokens.Load())
	assert.Equal(t, 2, failed(t, err).Attempts)
}

func TestThrottledCallWaitsAsToldAndIsRepeated(t *testing.T) {
	for name, tc := range map[string]struct {
		retryAfter string
		want       time.Duration
	}{"table": {"", 3 * time.Second}, "header wins when longer": {"7", 7 * time.Second},
		"header loses when shorter": {"1", 3 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			h := start(t, func(h *harness, w http.ResponseWriter, _ *http.Request) {
				if h.hits.Load() < 3 {
					if tc.retryAfter != "" {
						w.Header().Set("Retry-After", tc.retryAfter)
					}
					fmt.Fprint(w, `{"code":2}`)
					return
				}
				ok(w)
			})
			_, err := h.call(t.Context(), write)
			require.NoError(t, err)
			assert.Equal(t, []time.Duration{tc.want, tc.want}, h.clock.Slept())
			assert.EqualValues(t, 2, h.client.Stats().Replays)
		})
	}
}

func TestALongerWaitThanWantedFailsAtOnce(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"code":2}`) },
		clients.WithRetry(clients.Retry{MaxWait: time.Second}))
	_, err := h.call(t.Context(), read)
	assert.ErrorIs(t, err, clients.ErrRateLimited)
	assert.Equal(t, 3*time.Second, failed(t, err).RetryAfter)
	assert.EqualValues(t, 1, h.hits.Load())
}

func TestADeadlineBeforeTheEndOfTheWaitFailsAtOnce(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"code":2}`) })
	ctx, cancel := context.WithDeadline(t.Context(), h.clock.Now().Add(2*time.Second))
	defer cancel()
	_, err := h.call(ctx, read)
	assert.ErrorIs(t, err, clients.ErrCanceled)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Equal(t, 3*time.Second, failed(t, err).RetryAfter)
	assert.ErrorContains(t, err, "rate limited", "the last cause is told")
	assert.Empty(t, h.clock.Slept())
}

func TestUnknownOutcomeIsRepeatedOnlyIfHarmless(t *testing.T) {
	behaviours := map[string]func(w http.ResponseWriter){
		"vendor says so": func(w http.ResponseWriter) { fmt.Fprint(w, `{"code":3}`) },
		"gateway page":   func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway); fmt.Fprint(w, "<html>") },
		"hangs up": func(w http.ResponseWriter) {
			connection, _, _ := w.(http.Hijacker).Hijack()
			_ = connection.Close()
		},
		"breaks off": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "99")
			fmt.Fprint(w, `{"code":0`)
		},
	}
	for name, behave := range behaviours {
		for op, want := range map[*wire.Operation]int64{read: 4, write: 1, remove: 1, create: 4} {
			t.Run(name+"/"+op.ID, func(t *testing.T) {
				h := start(t, func(_ *harness, w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					behave(w)
				})
				_, err := h.call(t.Context(), op)
				assert.ErrorIs(t, err, clients.ErrUnavailable)
				assert.Equal(t, want, h.hits.Load())
			})
		}
	}
}

func TestADeleteByGETArrivesOnceThoughTheConnectionWasReused(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/remove") {
			connection, _, _ := w.(http.Hijacker).Hijack()
			_ = connection.Close()
			return
		}
		ok(w)
	})
	_, err := h.call(t.Context(), read) // leaves a connection to be reused
	require.NoError(t, err)
	_, err = h.call(t.Context(), remove)
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.EqualValues(t, 2, h.hits.Load())
}

func TestARefusedConnectionIsRepeatedForWritesToo(t *testing.T) {
	// where nobody listens
	h := start(t, func(*harness, http.ResponseWriter, *http.Request) {}, clients.WithBaseURL("http://127.0.0.1:1"))
	_, err := h.call(t.Context(), write)
	assert.ErrorIs(t, err, clients.ErrUnavailable)
	assert.Equal(t, 4, failed(t, err).Attempts)
	assert.Len(t, h.clock.Slept(), 3)
}

func TestIdempotencyParameterIsTheSameForAllAttempts(t *testing.T) {
	var mu sync.Mutex
	var keys []string
	h := start(t, func(h *harness, w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		keys = append(keys, r.URL.Query().Get("client_token"))
		mu.Unlock()
		if h.hits.Load() == 1 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		ok(w)
	})
	for range 2 {
		_, err := h.call(t.Context(), create)
		require.NoError(t, err)
	}
	require.Len(t, keys, 3)
	assert.NotEmpty(t, keys[0])
	assert.Equal(t, keys[0], keys[1])
	assert.NotEqual(t, keys[1], keys[2], "another call, another key")
}

// The client repeats with its own key what the caller cannot: the outcome of a creation that was never answered is not
// known, also if the last attempt was refused before it could take effect.
func TestACreationWithTheClientsOwnKeyHasAnOutcomeToKnow(t *testing.T) {
	for name, last := range map[string]int{"never answered": 0, "refused at last": http.StatusTooManyRequests} {
		t.Run(name, func(t *testing.T) {
			h := start(t, func(h *harness, w http.ResponseWriter, r *http.Request) {
				if last != 0 && h.hits.Load() > 1 {
					w.WriteHeader(last)
					return
				}
				panic(http.ErrAbortHandler)
			})
			_, err := h.call(t.Context(), create)
			require.Error(t, err)
			assert.Greater(t, failed(t, err).Attempts, 1)
			assert.ErrorIs(t, err, clients.ErrOutcomeUnknown)
		})
	}
}

func TestMissingCredentialIsNamedBeforeAnyIO(t *testing.T) {
	h := start(t, func(*harness, http.ResponseWriter, *http.Request) {})
	op := &wire.Operation{ID: "AsUser", Method: http.MethodGet, Path: "/x", Security: [][]string{{"user"}}}
	_, err := h.call(t.Context(), op)
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "Config.UserToken")
	assert.Zero(t, h.hits.Load()+h.tokens.Load())
}

func TestSchemeIsChosenByOrderAndByPreference(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { ok(w) })
	op := &wire.Operation{ID: "Either", Method: http.MethodGet, Path: "/x", Security: [][]string{{"user"}, {"app"}},
		Answer: []string{"name"}}
	_, err := h.call(t.Context(), op)
	require.NoError(t, err, "the first alternative that is configured")
	_, err = h.call(clients.WithScheme(t.Context(), "user"), op)
	assert.ErrorContains(t, err, "Config.UserToken", "a preference is not silently replaced")
	_, err = h.call(clients.WithScheme(t.Context(), "unheard of"), op)
	require.NoError(t, err)
}

func TestInvalidArgumentsAreRefusedBeforeAnyIO(t *testing.T) {
	h := start(t, func(*harness, http.ResponseWriter, *http.Request) {})
	err := h.client.Call(t.Context(), &wire.Call{Operation: read, Invalid: errors.New("path value id is empty")})
	assert.ErrorIs(t, err, clients.ErrInvalidArgument)
	assert.ErrorContains(t, err, "path value id is empty")
	assert.Zero(t, h.hits.Load()+h.tokens.Load())
}

func TestAnAnswerBeyondTheBoundIsRefused(t *testing.T) {
	for name, handle := range map[string]http.HandlerFunc{
		"declared": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"name":"%s"}`, strings.Repeat("x", 2000))
		},
		"undeclared": func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			fmt.Fprintf(w, `{"name":"%s"}`, strings.Repeat("x", 2000))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, func(_ *harness, w http.ResponseWriter, r *http.Request) { handle(w, r) },
				clients.WithMaxResponseBytes(1000))
			_, err := h.call(t.Context(), read)
			assert.ErrorIs(t, err, clients.ErrBadResponse)
			assert.ErrorContains(t, err, "WithMaxResponseBytes")
			assert.EqualValues(t, 1, h.hits.Load())
		})
	}
}

func TestWrongTypeNamesTheFieldAndNotTheValue(t *testing.T) {
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"name":13900001111}`) })
	_, err := h.call(t.Context(), read)
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.ErrorContains(t, err, "name is a JSON number, want a Go string")
	assert.NotContains(t, err.Error(), "1390000")
}

func TestMiddlewareSeesTheOperationAndNoCredential(t *testing.T) {
	var seen []string
	watch := func(name string) func(http.RoundTripper) http.RoundTripper {
		return func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) {
				seen = append(seen, fmt.Sprint(name, " ", clients.OperationFrom(r.Context()).ID, " ",
					r.Header.Get("Authorization")))
				r.Header.Set("X-Trace", name)
				response, err := next.RoundTrip(r)
				if err == nil {
					seen = append(seen, name+" "+response.Request.Header.Get("Authorization"))
				}
				return response, err
			})
		}
	}
	h := start(t, func(_ *harness, w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/token") {
			assert.Equal(t, "inner", r.Header.Get("X-Trace"))
			assert.Equal(t, "Bearer token-1", r.Header.Get("Authorization"))
		}
		ok(w)
	}, clients.WithMiddleware(watch("outer"), watch("inner")))
	_, err := h.call(t.Context(), read)
	require.NoError(t, err)
	assert.Equal(t, []string{"outer Read ", "inner Read ", "inner ", "outer "}, seen)

	seen = nil
	_, err = h.call(t.Context(), &wire.Operation{ID: "Token", Method: http.MethodGet, Path: "/token",
		CarriesSecret: true})
	require.NoError(t, err)
	assert.Empty(t, seen, "calls that carry credentials pass it by")
}

func TestMiddlewareThatMisbehaves(t *testing.T) {
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"nothing": func(http.RoundTripper) http.RoundTripper {
			return roundTripper(func(*http.Request) (*http.Response, error) { return nil, nil })
		},
		"loses the context": func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) {
				return next.RoundTrip(r.WithContext(context.Background()))
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { ok(w) },
				clients.WithMiddleware(wrap), clients.WithRetry(clients.NoRetry))
			_, err := h.call(t.Context(), read)
			assert.ErrorIs(t, err, clients.ErrUnavailable)
			assert.Zero(t, h.hits.Load())
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestOptionsAreChecked(t *testing.T) {
	for name, option := range map[string]clients.Option{
		"nil client":             clients.WithHTTPClient(nil),
		"no scheme":              clients.WithBaseURL("vendor.example"),
		"other scheme":           clients.WithBaseURL("ftp://vendor.example"),
		"query":                  clients.WithBaseURL("https://vendor.example/a?x=1"),
		"empty query":            clients.WithBaseURL("https://vendor.example/a?"),
		"fragment":               clients.WithBaseURL("https://vendor.example/a#b"),
		"password":               clients.WithBaseURL("https://u:secret@vendor.example"),
		"control character":      clients.WithBaseURL("https://vendor.example/\x00"),
		"nil store":              clients.WithTokenStore(nil),
		"nil limiter":            clients.WithLimiter(nil),
		"negative retry":         clients.WithRetry(clients.Retry{MaxAttempts: -1}),
		"nil logger":             clients.WithLogger(nil),
		"nil clock":              clients.WithClock(nil),
		"no bytes":               clients.WithMaxResponseBytes(0),
		"line break in agent":    clients.WithUserAgent("a\r\nb"),
		"nil middleware":         clients.WithMiddleware(nil),
		"middleware returns nil": clients.WithMiddleware(func(http.RoundTripper) http.RoundTripper { return nil }),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := clients.New(clients.Vendor{Name: "acme", Classify: classify}, option)
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestKindsHaveTargets(t *testing.T) {
	for kind, target := range map[clients.Kind]error{
		clients.KindUnknown: clients.ErrUnknown, clients.KindUnauthenticated: clients.ErrUnauthenticated,
		clients.KindPermission: clients.ErrPermission,
		clients.KindNotFound:   clients.ErrNotFound, clients.KindInvalidArgument: clients.ErrInvalidArgument,
		clients.KindConflict:    clients.ErrConflict,
		clients.KindRateLimited: clients.ErrRateLimited, clients.KindUnavailable: clients.ErrUnavailable,
		clients.KindBadResponse: clients.ErrBadResponse,
		clients.KindCanceled:    clients.ErrCanceled,
	} {
		err := fmt.Errorf("sync: %w", &clients.Error{Vendor: "acme", Operation: "Read", Kind: kind})
		assert.ErrorIs(t, err, target)
		if target != clients.ErrNotFound {
			assert.NotErrorIs(t, err, clients.ErrNotFound)
		}
	}
}

func TestErrorText(t *testing.T) {
	err := &clients.Error{Vendor: "wecom", Operation: "GetUser", Kind: clients.KindNotFound, Code: "60111",
		Message: "userid not found", RequestID: "123", Attempts: 3,
		Waited: 1500 * time.Millisecond, HTTPStatus: 200}
	assert.EqualError(t, err,
		"wecom: GetUser: not found (code 60111): userid not found [request id 123, 3 attempts, waited 1.5s]")
	encoded, _ := json.Marshal(map[string]error{"e": err})
	assert.JSONEq(t, fmt.Sprintf(`{"e":%q}`, err.Error()), string(encoded))
	assert.Equal(t, err.Error(), fmt.Sprintf("%#v", err))
}

func TestKindFallsBackByHTTPStatus(t *testing.T) {
	for status, want := range map[int]error{400: clients.ErrInvalidArgument, 401: clients.ErrUnauthenticated,
		403: clients.ErrPermission, 404: clients.ErrNotFound,
		409: clients.ErrConflict, 429: clients.ErrRateLimited, 500: clients.ErrUnavailable, 200: clients.ErrUnknown} {
		h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, `{"code":777}`)
		})
		_, err := h.call(t.Context(), read)
		assert.ErrorIs(t, err, want)
		assert.Equal(t, "777", failed(t, err).Code)
	}
}

func TestAllocations(t *testing.T) {
	// The whole client in one process with its server; what is asserted is that nobody adds a great deal by accident.
	h := start(t, func(_ *harness, w http.ResponseWriter, _ *http.Request) { ok(w) })
	_, err := h.call(t.Context(), read)
	require.NoError(t, err)
	plain := &http.Client{}
	raw := testing.AllocsPerRun(200, func() {
		response, err := plain.Get(h.server.URL + "/base/read")
		if err != nil {
			t.Fatal(err)
		}
		var out answer
		_ = json.NewDecoder(response.Body).Decode(&out)
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	})
	ours := testing.AllocsPerRun(200, func() {
		if _, err := h.call(t.Context(), read); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("allocations: %.0f, plain net/http %.0f", ours, raw)
	assert.Less(t, ours, raw+60)
}

func ExampleError() {
	err := fmt.Errorf("sync: %w", &clients.Error{Vendor: "wecom", Operation: "GetUser", Kind: clients.KindNotFound,
		Code: "60111", Message: "userid not found"})
	if errors.Is(err, clients.ErrNotFound) {
		fmt.Println(err)
	}
	var e *clients.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code)
	}
	// Output:
	// sync: wecom: GetUser: not found (code 60111): userid not found
	// 60111
}
