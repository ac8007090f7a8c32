package contract_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

const drifted = `{"errcode":0,"userid":"a","brand_new":1}`

// answering is a transport that gives every call the same answer.
func answering(body string) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		return newResponse(r, io.NopCloser(strings.NewReader(body)), int64(len(body))), nil
	}
}

func newResponse(r *http.Request, body io.ReadCloser, length int64) *http.Response {
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: body, ContentLength: length,
		Request: r,
	}
}

func newTransport(t testing.TB, next http.RoundTripper, options ...contract.TransportOption) *contract.Transport {
	t.Helper()
	watch, err := contract.NewTransport(validator(t, "wecom"),
		append([]contract.TransportOption{contract.WithNext(next)}, options...)...)
	require.NoError(t, err)
	return watch
}

func newRequest(t testing.TB, path string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://qyapi.weixin.qq.com/cgi-bin"+path, nil)
	require.NoError(t, err)
	return req
}

// do makes a call and reads the answer to its end.
func do(t testing.TB, transport http.RoundTripper, path string) string {
	t.Helper()
	response, err := transport.RoundTrip(newRequest(t, path))
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return string(body)
}

func TestTransportFindsDriftAndChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		var called []contract.Finding
		watch := newTransport(t, answering(drifted), contract.WithLogger(slog.New(slog.NewTextHandler(&logged, nil))),
			contract.WithCallback(func(f contract.Finding) { called = append(called, f) }))
		for range 3 {
			assert.Equal(t, drifted, do(t, watch, "/user/get?userid=a"))
		}
		require.NoError(t, watch.Flush(t.Context()))
		require.Len(t, watch.Report().Entries(), 1)
		e := watch.Report().Entries()[0]
		assert.Equal(t, "/brand_new", e.Pointer)
		assert.EqualValues(t, 3, e.Count)
		assert.Len(t, called, 3)
		assert.Equal(t, 1, strings.Count(logged.String(), "brand_new"), "logged once")
		assert.Equal(t, contract.TransportStats{Seen: 3, Sampled: 3, Checked: 3, Findings: 3}, watch.Stats())
	}) // the bubble fails if a goroutine is left
}

func TestTransportLeavesRequestAndErrorsAlone(t *testing.T) {
	broken := errors.New("broken")
	watch := newTransport(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, `{"limit":"x"}`, string(body))
		return nil, broken
	}))
	req, err := http.NewRequest(http.MethodPost, "https://qyapi.weixin.qq.com/cgi-bin/user/list_id",
		strings.NewReader(`{"limit":"x"}`))
	require.NoError(t, err)
	before := *req
	_, err = watch.RoundTrip(req)
	assert.Same(t, broken, err)
	assert.Equal(t, before.Header, req.Header)
	assert.Equal(t, before.Body, req.Body)
	assert.EqualValues(t, 1, watch.Stats().Unanswered)

	// A transport that returns nothing at all is the caller's business.
	watch = newTransport(t, roundTripper(func(*http.Request) (*http.Response, error) { return nil, nil }))
	response, err := watch.RoundTrip(req)
	assert.Nil(t, response)
	assert.NoError(t, err)
}

func TestTransportChecksRequestBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		watch := newTransport(t, answering(`{"errcode":0,"dept_user":[]}`))
		req, err := http.NewRequest(http.MethodPost, "https://qyapi.weixin.qq.com/cgi-bin/user/list_id",
			strings.NewReader(`{"limit":"x"}`))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		response, err := watch.RoundTrip(req)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, response.Body)
		require.NoError(t, err)
		require.NoError(t, watch.Flush(t.Context()))
		require.Len(t, watch.Report().Entries(), 1)
		assert.Equal(t, contract.PartRequestBody, watch.Report().Entries()[0].Part)
	})
}

// What is read first is there before the rest has come.
func TestTransportStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, writer := io.Pipe()
		watch := newTransport(t,
			roundTripper(func(r *http.Request) (*http.Response, error) { return newResponse(r, reader, -1), nil }))
		response, err := watch.RoundTrip(newRequest(t, "/user/get?userid=a"))
		require.NoError(t, err)
		go func() {
			_, _ = writer.Write([]byte(drifted[:10]))
		}()
		buf := make([]byte, 100)
		n, err := response.Body.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, drifted[:10], string(buf[:n]))
		go func() {
			_, _ = writer.Write([]byte(drifted[10:]))
			_ = writer.Close()
		}()
		rest, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		assert.Equal(t, drifted[10:], string(rest))
		require.NoError(t, watch.Flush(t.Context()))
		assert.Len(t, watch.Report().Entries(), 1)
	})
}

func TestTransportBodiesThatAreNotReadToTheEnd(t *testing.T) {
	for name, tc := range map[string]struct {
		length int64
		read   int
		want   contract.TransportStats
	}{
		"all of the declared length": {int64(len(drifted)), len(drifted),
			contract.TransportStats{Checked: 1, Findings: 1}},
		"less than the declared length": {int64(len(drifted)), 5, contract.TransportStats{Incomplete: 1}},
		"a whole value, length unknown": {-1, len(drifted), contract.TransportStats{Checked: 1, Findings: 1}},
		"half a value, length unknown":  {-1, 5, contract.TransportStats{Incomplete: 1}},
		"nothing":                       {-1, 0, contract.TransportStats{Incomplete: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				watch := newTransport(t, roundTripper(func(r *http.Request) (*http.Response, error) {
					return newResponse(r, io.NopCloser(strings.NewReader(drifted)), tc.length), nil
				}))
				response, err := watch.RoundTrip(newRequest(t, "/user/get?userid=a"))
				require.NoError(t, err)
				_, err = io.ReadFull(response.Body, make([]byte, tc.read))
				require.NoError(t, err)
				require.NoError(t, response.Body.Close())
				require.NoError(t, response.Body.Close(), "twice is once")
				require.NoError(t, watch.Flush(t.Context()))
				tc.want.Seen, tc.want.Sampled = 1, 1
				assert.Equal(t, tc.want, watch.Stats())
			})
		})
	}
}

func TestTransportBodyThatBreaks(t *testing.T) {
	broken := errors.New("broken")
	watch := newTransport(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		return newResponse(r, io.NopCloser(io.MultiReader(strings.NewReader(`{"errcode"`), failingReader{broken})), -1),
			nil
	}))
	response, err := watch.RoundTrip(newRequest(t, "/user/get?userid=a"))
	require.NoError(t, err)
	_, err = io.ReadAll(response.Body)
	assert.Same(t, broken, err)
	assert.EqualValues(t, 1, watch.Stats().Incomplete)
	assert.NoError(t, response.Body.Close())
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func TestTransportSampling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draw := 0
		watch := newTransport(t, answering(drifted), contract.WithRate(0.5), contract.WithFirst(2),
			contract.WithRandom(func() float64 {
				draw++
				return map[bool]float64{true: 0.1, false: 0.9}[draw%5 == 0]
			}))
		for range 12 {
			do(t, watch, "/user/get?userid=a")
		}
		do(t, watch, "/department/list")
		do(t, watch, "/no/such/path")
		do(t, watch, "/no/such/other/path")
		do(t, watch, "/no/such/third/path")
		require.NoError(t, watch.Flush(t.Context()))
		// Of GetUser the first two and two by chance, then the first of ListDepartment, and two of all those that are
		// unknown.
		assert.EqualValues(t, 2+2+1+2, watch.Stats().Sampled)
		assert.EqualValues(t, 16, watch.Stats().Seen)
	})
	none := newTransport(t, answering(drifted), contract.WithRate(0))
	do(t, none, "/user/get?userid=a")
	assert.Equal(t, contract.TransportStats{Seen: 1}, none.Stats())
}

func TestTransportBounds(t *testing.T) {
	large := `{"errcode":0,"userid":"a","name":"` + strings.Repeat("x", 10_000) + `"}`
	t.Run("body", func(t *testing.T) {
		for _, length := range []int64{-1, int64(len(large))} {
			watch := newTransport(t, roundTripper(func(r *http.Request) (*http.Response, error) {
				return newResponse(r, io.NopCloser(strings.NewReader(large)), length), nil
			}), contract.WithLimits(1000, 4, 1<<20))
			assert.Equal(t, large, do(t, watch, "/user/get?userid=a"))
			assert.Equal(t, contract.TransportStats{Seen: 1, Sampled: 1, TooLarge: 1}, watch.Stats())
		}
	})
	t.Run("memory", func(t *testing.T) {
		watch := newTransport(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			return newResponse(r, io.NopCloser(strings.NewReader(large)), -1), nil
		}), contract.WithLimits(1<<20, 4, 5000))
		assert.Equal(t, large, do(t, watch, "/user/get?userid=a"))
		assert.Equal(t, contract.TransportStats{Seen: 1, Sampled: 1, Dropped: 1}, watch.Stats())
	})
	t.Run("memory is given back", func(t *testing.T) {
		watch := newTransport(t, answering(large), contract.WithLimits(1<<20, 4, 25_000))
		for range 50 {
			assert.Equal(t, large, do(t, watch, "/user/get?userid=a"))
			require.NoError(t, watch.Flush(t.Context()))
		}
		assert.EqualValues(t, 50, watch.Stats().Checked)
	})
	t.Run("queue", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			release := make(chan struct{})
			watch := newTransport(t, answering(drifted), contract.WithLimits(1<<20, 3, 1<<20),
				contract.WithCallback(func(contract.Finding) { <-release }))
			for range 10 {
				assert.Equal(t, drifted, do(t, watch, "/user/get?userid=a"))
				synctest.Wait()
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			assert.ErrorIs(t, watch.Flush(ctx), context.Canceled)
			close(release)
			require.NoError(t, watch.Flush(t.Context()))
			assert.Equal(t, contract.TransportStats{Seen: 10, Sampled: 10, Checked: 4, Findings: 4, Dropped: 6},
				watch.Stats(), "one at work, three waiting")
		})
	})
}

func TestTransportSurvivesItsCallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		watch := newTransport(t, answering(drifted),
			contract.WithCallback(func(contract.Finding) { panic("the user's own") }))
		do(t, watch, "/user/get?userid=a")
		do(t, watch, "/user/get?userid=a")
		require.NoError(t, watch.Flush(t.Context()))
		assert.EqualValues(t, 2, watch.Stats().Failed)
	})
}

// A callback that ends its goroutine, as t.FailNow does, ends no watching.
func TestTransportSurvivesACallbackThatEndsItsGoroutine(t *testing.T) {
	called := 0
	watch := newTransport(t, answering(drifted), contract.WithCallback(func(contract.Finding) {
		called++
		runtime.Goexit()
	}))
	for range 3 {
		do(t, watch, "/user/get?userid=a")
		require.NoError(t, watch.Flush(t.Context()))
	}
	assert.Equal(t, 3, called)
}

type closing struct {
	roundTripper
	closed int
}

func (c *closing) CloseIdleConnections() { c.closed++ }

func TestTransportPassesOnThatIdleConnectionsAreToBeClosed(t *testing.T) {
	base := &closing{roundTripper: answering(drifted)}
	watch := newTransport(t, base)
	(&http.Client{Transport: watch}).CloseIdleConnections()
	(&http.Client{Transport: watch.Wrap(base)}).CloseIdleConnections()
	assert.Equal(t, 2, base.closed)
	(&http.Client{Transport: watch.Wrap(answering(""))}).CloseIdleConnections()
}

// Whatever the request's copy of its body does, and whatever happens below, costs neither the call nor the memory of
// later ones.
func TestTransportHoldsNothingOfACallThatFails(t *testing.T) {
	broken := roundTripper(func(*http.Request) (*http.Response, error) { panic("below") })
	watch := newTransport(t, answering(drifted), contract.WithLimits(1<<20, 8, 1<<20))
	body := strings.Repeat("x", 300<<10)
	request := func() *http.Request {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			"https://qyapi.weixin.qq.com/cgi-bin/user/create", strings.NewReader(body))
		require.NoError(t, err)
		return req
	}
	for range 10 {
		assert.Panics(t, func() { _, _ = watch.Wrap(broken).RoundTrip(request()) })
	}
	for _, odd := range []func() (io.ReadCloser, error){
		func() (io.ReadCloser, error) { return nil, nil },
		func() (io.ReadCloser, error) { return nil, errors.New("gone") },
		func() (io.ReadCloser, error) { panic("odd") },
		func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("short")), nil },
	} {
		req := request()
		req.GetBody = odd
		response, err := watch.RoundTrip(req)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, response.Body)
	}
	require.NoError(t, watch.Flush(t.Context()))
	stats := watch.Stats()
	assert.Zero(t, stats.Dropped, stats)
	assert.EqualValues(t, 4, stats.Checked)
	assert.EqualValues(t, 10, stats.Unanswered)
}

// A response whose maker has not counted its body is not an empty one.
func TestTransportOfABodyOfUnknownLength(t *testing.T) {
	watch := newTransport(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		return newResponse(r, io.NopCloser(strings.NewReader(`{"errcode":0,"userid":"a"}`)), 0), nil
	}))
	response, err := watch.RoundTrip(newRequest(t, "/user/get?userid=a"))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close()) // unread
	require.NoError(t, watch.Flush(t.Context()))
	assert.Empty(t, watch.Report().Entries())
}

func TestTransportAfterCloseWatchesNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		watch := newTransport(t, answering(drifted))
		response, err := watch.RoundTrip(newRequest(t, "/user/get?userid=a"))
		require.NoError(t, err)
		require.NoError(t, watch.Close(t.Context()))
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		assert.Equal(t, drifted, string(body))
		assert.Equal(t, drifted, do(t, watch, "/user/get?userid=a"))
		assert.Equal(t, contract.TransportStats{Seen: 2, Sampled: 1, Dropped: 1}, watch.Stats())
	})
}

type duplex struct {
	io.ReadCloser
	io.Writer
}

func TestTransportLeavesOtherProtocolsAlone(t *testing.T) {
	body := duplex{io.NopCloser(strings.NewReader("x")), io.Discard}
	watch := newTransport(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		response := newResponse(r, body, -1)
		response.StatusCode = http.StatusSwitchingProtocols
		return response, nil
	}))
	response, err := watch.RoundTrip(newRequest(t, "/user/get?userid=a"))
	require.NoError(t, err)
	assert.Equal(t, body, response.Body)
	require.NoError(t, response.Body.Close())

	zipped := newTransport(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		response := newResponse(r, io.NopCloser(strings.NewReader("\x1f\x8b")), -1)
		response.Header.Set("Content-Encoding", "gzip")
		return response, nil
	}))
	assert.Equal(t, "\x1f\x8b", do(t, zipped, "/user/get?userid=a"))
	assert.Equal(t, contract.TransportStats{Seen: 1, Sampled: 1, Encoded: 1}, zipped.Stats())
}

func TestTransportWithoutABody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		watch := newTransport(t,
			roundTripper(func(r *http.Request) (*http.Response, error) { return newResponse(r, http.NoBody, 0), nil }))
		response, err := watch.RoundTrip(newRequest(t, "/user/get?userid=a"))
		require.NoError(t, err)
		assert.Equal(t, http.NoBody, response.Body)
		require.NoError(t, response.Body.Close())
		require.NoError(t, watch.Flush(t.Context()))
		assert.Equal(t, contract.KindNotJSON, watch.Report().Entries()[0].Kind)
	})
}

// Through a real client, as middleware and as transport: the calls succeed as ever, and the drift is found.
func TestTransportOnAClient(t *testing.T) {
	server := simtest.Serve(t, sim.WithPeople(60), sim.WithDepartments(6))
	server.Inject("wecom", "GetUserList", sim.Fault{Kind: sim.FaultExtraField, Field: "userlist.2.shoe_size"})
	for name, use := range map[string]func(*contract.Transport) clients.Option{
		"middleware": func(w *contract.Transport) clients.Option { return clients.WithMiddleware(w.Wrap) },
		"transport": func(w *contract.Transport) clients.Option {
			return clients.WithHTTPClient(&http.Client{Transport: w})
		},
	} {
		t.Run(name, func(t *testing.T) {
			watch, err := contract.NewTransport(validator(t, "wecom"), contract.WithWorkers(2))
			require.NoError(t, err)
			api, err := opener("wecom", server.URL, server.Simulator)(use(watch))
			require.NoError(t, err)
			client := api.(*wecom.Client)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for range 10 {
						one := int64(1)
						list, err := client.GetUserList(t.Context(),
							&wecomapi.GetUserListParams{DepartmentID: one, FetchChild: &one})
						assert.NoError(t, err)
						assert.Len(t, list.UserList, 60)
					}
				})
			}
			wg.Wait()
			require.NoError(t, watch.Close(t.Context()))
			stats := watch.Stats()
			assert.EqualValues(t, 0, stats.Failed)
			assert.Equal(t, stats.Sampled, stats.Checked+stats.Dropped, stats)
			require.Len(t, watch.Report().Entries(), 1, watch.Report().Entries())
			assert.Equal(t, "/userlist/2/shoe_size", watch.Report().Entries()[0].Pointer)
			text := everything(t, []contract.Finding{watch.Report().Entries()[0].Finding})
			assert.NotContains(t, text, server.Credentials().WeCom.AppSecret)
		})
	}
}

func TestTransportBadOptions(t *testing.T) {
	for name, option := range map[string]contract.TransportOption{
		"rate": contract.WithRate(1.1), "negative": contract.WithRate(-0.1), "first": contract.WithFirst(-1),
		"limits":  contract.WithLimits(0, 1, 1),
		"workers": contract.WithWorkers(0), "report": contract.WithReport(nil), "logger": contract.WithLogger(nil),
		"callback": contract.WithCallback(nil), "next": contract.WithNext(nil), "random": contract.WithRandom(nil),
	} {
		_, err := contract.NewTransport(validator(t, "wecom"), option)
		assert.ErrorContains(t, err, "contract: With", name)
	}
	_, err := contract.NewTransport(nil)
	assert.Error(t, err)
	assert.NotNil(t, newTransport(t, answering(drifted)).Wrap(nil), "falls back to the Transport's own")
	_ = fmt.Sprint(contract.Kinds())
}
