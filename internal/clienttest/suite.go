// Package clienttest holds the tests that every vendor's client has to pass, driven by the operations of its document
// and by its wire samples, so that a new operation is tested as soon as it has a sample.
package clienttest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/internal/invoke"
	"github.com/roster-go/roster/internal/samples"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Suite is a vendor's client under test.
type Suite struct {
	Vendor     string // folder below testdata
	Testdata   string // path of testdata
	Operations []*wire.Operation

	// New makes the client with every credential that it can have. It returns what has the operations' methods.
	New func(t testing.TB, baseURL string, options ...clients.Option) any

	// Token answers a request for a token with one that stays good, and tells whether it was such a request. The path
	// of r has no prefix.
	Token func(w http.ResponseWriter, r *http.Request) bool

	// RejectToken is a response that refuses the token that came with a call.
	RejectToken samples.Response

	// RejectSecret is a response of the token operation that refuses the secret. %s in its text stands for what was
	// sent.
	RejectSecret samples.Response

	// Secrets are the credentials that New gives and the tokens that Token answers.
	Secrets []string

	// Credential names the query parameters and headers that carry credentials; requests are compared without them.
	Credential []string

	// Code reads the vendor's code out of an error body. It returns "" for a body that has none.
	Code func(body []byte) string

	// Refusals has an entry for each list of error codes in the document. Where codes mean something else for some
	// operations, the first entry is that of those codes.
	Refusals []Refusal
}

// Run runs all tests of the suite.
func (s *Suite) Run(t *testing.T) {
	if !t.Run("EveryOperationHasSamples", s.everyOperationHasSamples) {
		return // all others live on the samples
	}
	t.Run("SamplesDecodeWithNothingLost", s.samplesDecode)
	t.Run("SamplesOverHTTP", s.samplesOverHTTP)
	t.Run("KindsAreThoseOfTheDocument", s.kinds)
	t.Run("KindsOfOperationsAreThoseOfTheDocument", s.kindsOfOperations)
	t.Run("NoAnswerIsBelievedThatIsNone", s.noAnswers)
	t.Run("NoSecretInAnyFailure", s.noSecrets)
	t.Run("ColdStartFetchesOneToken", s.coldStart)
	t.Run("DeadTokenIsRenewedOnce", s.deadToken)
	t.Run("CancelledCallerFailsNobodyElse", s.cancelledCaller)
}

func (s *Suite) samples(t *testing.T) []*samples.Sample {
	t.Helper()
	all, err := samples.Load(os.DirFS(s.Testdata), s.Vendor)
	require.NoError(t, err)
	return all
}

func (s *Suite) operation(t *testing.T, id string) *wire.Operation {
	t.Helper()
	for _, op := range s.Operations {
		if op.ID == id {
			return op
		}
	}
	require.Failf(t, "unknown operation", "testdata/%s/%s is no operation of the document", s.Vendor, id)
	return nil
}

func (s *Suite) method(t *testing.T, api any, id string) invoke.Method {
	t.Helper()
	m, err := invoke.Find(api, s.operation(t, id))
	require.NoError(t, err)
	return m
}

func (s *Suite) everyOperationHasSamples(t *testing.T) {
	has, known := map[string][2]bool{}, map[string]bool{}
	for _, op := range s.Operations {
		known[op.ID] = true
	}
	for _, sample := range s.samples(t) {
		if !known[sample.Operation] {
			t.Errorf(
				"%s: testdata has %s/%s/%s.json, gen/%[2]sapi has no such operation: is it in specs/%[2]s.yaml, and "+
					"was \"make generate\" run?",
				sample.Operation, s.Vendor, sample.Operation, sample.Case)
		}
		entry := has[sample.Operation]
		if sample.Success() {
			entry[0] = true
		} else {
			entry[1] = true
		}
		has[sample.Operation] = entry
	}
	for _, op := range s.Operations {
		if !has[op.ID][0] {
			t.Errorf("%s: no sample of a success: add testdata/%s/%[1]s/success.json", op.ID, s.Vendor)
		}
		if !has[op.ID][1] {
			t.Errorf("%s: no sample of a refusal: add testdata/%s/%[1]s/error-<code>.json", op.ID, s.Vendor)
		}
	}
}

func (s *Suite) samplesDecode(t *testing.T) {
	api := s.New(t, "https://vendor.invalid")
	for _, sample := range s.samples(t) {
		if !sample.Success() || sample.Response.Text != nil {
			continue
		}
		t.Run(sample.Operation+"/"+sample.Case, func(t *testing.T) {
			answer := s.method(t, api, sample.Operation).NewAnswer()
			decoder := json.NewDecoder(bytes.NewReader(sample.Response.Body))
			decoder.DisallowUnknownFields()
			require.NoError(t, decoder.Decode(answer))
			encoded, err := json.Marshal(answer)
			require.NoError(t, err)
			want := sample.Response.Body
			if sample.Reencoded != nil {
				want = sample.Reencoded
			}
			assert.Equal(t, significant(t, want), significant(t, encoded))
		})
	}
}

// significant decodes JSON and drops what a plain Go value cannot tell from its absence: zero scalars and null.
func significant(t *testing.T, data []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	require.NoError(t, decoder.Decode(&v))
	return withoutZeros(v)
}

func withoutZeros(v any) any {
	switch v := v.(type) {
	case map[string]any:
		kept := map[string]any{}
		for key, value := range v {
			switch value := withoutZeros(value).(type) {
			case nil:
			case string, bool, json.Number:
				if value != "" && value != false && value != json.Number("0") {
					kept[key] = value
				}
			case map[string]any:
				if len(value) > 0 {
					kept[key] = value
				}
			default:
				kept[key] = value
			}
		}
		return kept
	case []any:
		for i := range v {
			v[i] = withoutZeros(v[i])
		}
	}
	return v
}

// serve starts a server below a path prefix. It hands the operation's own path to handle and answers requests for
// tokens.
func (s *Suite) serve(t testing.TB, op *wire.Operation, request samples.Request, handle http.HandlerFunc) string {
	return bare(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/prefix")
		if r.URL.Path != pathOf(op, request) && s.Token(w, r) {
			return
		}
		handle(w, r)
	})
}

func pathOf(op *wire.Operation, request samples.Request) string {
	path := op.Path
	for _, name := range invoke.PathNames(op.Path) {
		value, ok := request.Path[name]
		if !ok {
			value = "1"
		}
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return path
}

// bare serves without answering token requests.
func bare(t testing.TB, handle http.HandlerFunc) string {
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server.URL + "/prefix"
}

func (s *Suite) samplesOverHTTP(t *testing.T) {
	for _, sample := range s.samples(t) {
		t.Run(sample.Operation+"/"+sample.Case, func(t *testing.T) {
			op := s.operation(t, sample.Operation)
			var mu sync.Mutex
			var got *http.Request
			var body bytes.Buffer
			handle := func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				got = r
				body.Reset()
				_, _ = body.ReadFrom(r.Body)
				mu.Unlock()
				sample.Response.Write(w)
			}
			base := s.serve(t, op, sample.Request, handle)
			api := s.New(t, base, clients.WithRetry(clients.NoRetry), clients.WithClock(NewClock()))
			answer, err := s.method(t, api, sample.Operation).Call(t.Context(), sample.Request)
			require.NotNil(t, got, "nothing was sent: %v", err)
			s.compareRequest(t, op, sample, got, body.Bytes())
			if sample.Success() {
				require.NoError(t, err)
				encoded, err := json.Marshal(answer)
				require.NoError(t, err)
				want := sample.Response.Body
				if sample.Reencoded != nil {
					want = sample.Reencoded
				}
				assert.Equal(t, significant(t, want), significant(t, encoded))
				return
			}
			var e *clients.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, s.Vendor, e.Vendor)
			assert.Equal(t, op.ID, e.Operation)
			if sample.Response.Text == nil {
				assert.Equal(t, s.Code(sample.Response.Body), e.Code)
			} else {
				assert.ErrorIs(t, err, clients.ErrBadResponse)
			}
			if sample.Response.Status != http.StatusOK {
				assert.Equal(t, sample.Response.Status, e.HTTPStatus)
			}
		})
	}
}

func (s *Suite) compareRequest(t *testing.T, op *wire.Operation, sample *samples.Sample, got *http.Request,
	body []byte) {
	t.Helper()
	assert.Equal(t, op.Method, got.Method)
	assert.Equal(t, pathOf(op, sample.Request), got.URL.Path)
	query := got.URL.Query()
	for _, name := range append([]string{op.IdempotencyParameter}, s.Credential...) {
		if _, ok := sample.Request.Query[name]; !ok {
			query.Del(name)
		}
	}
	if op.CarriesSecret {
		// Samples leave credentials out, and a required one that was not given is sent empty.
		for name, values := range query {
			if _, ok := sample.Request.Query[name]; !ok && values[0] == "" {
				query.Del(name)
			}
		}
	}
	if len(sample.Request.Query) > 0 || len(query) > 0 {
		assert.Equal(t, url.Values(sample.Request.Query), query)
	}
	switch {
	case sample.Request.Form != nil:
		form, err := url.ParseQuery(string(body))
		require.NoError(t, err)
		want := url.Values{}
		for key, value := range sample.Request.Form {
			want.Set(key, value)
		}
		assert.Equal(t, want, form)
	case len(sample.Request.Body) > 0:
		assert.JSONEq(t, string(sample.Request.Body), string(body))
	}
}

// answerable are the operations with the success sample to answer them by.
func (s *Suite) answerable(t *testing.T) map[*wire.Operation]*samples.Sample {
	t.Helper()
	first := map[*wire.Operation]*samples.Sample{}
	for _, sample := range s.samples(t) {
		if op := s.operation(t, sample.Operation); sample.Success() && first[op] == nil {
			first[op] = sample
		}
	}
	return first
}

func (s *Suite) noAnswers(t *testing.T) {
	html := "<html><head><title>502 Bad Gateway</title></head></html>"
	for name, response := range map[string]struct {
		status      int
		contentType string
		body        string
	}{
		"empty object":           {200, "application/json", `{}`},
		"empty object, spaced":   {200, "application/json", " {\n} "},
		"empty body":             {200, "application/json", ""},
		"null":                   {200, "application/json", "null"},
		"array":                  {200, "application/json", "[]"},
		"HTML page":              {200, "text/html", html},
		"HTML page said JSON":    {200, "application/json", html},
		"500 HTML":               {500, "text/html", html},
		"502 HTML":               {502, "text/html", html},
		"502 empty":              {502, "", ""},
		"500 foreign JSON":       {500, "application/json", `{"timestamp":"x","path":"/y"}`},
		"404 foreign JSON":       {404, "application/json", `{"detail":"no such route"}`},
		"plain text":             {200, "text/plain", "OK"},
		"unterminated":           {200, "application/json", `{"errcode":0,"code":0,"errmsg":"ok`},
		"two objects":            {200, "application/json", `{"errcode":0,"code":0}{"errcode":0}`},
		"redirect to a host":     {302, "", ""},
		"permanent redirect":     {308, "", ""},
		"no content":             {204, "", ""},
		"something before it":    {200, "application/json", `x{"errcode":0,"code":0}`},
		"code of the wrong type": {200, "application/json", `{"errcode":{},"code":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			for op, sample := range s.answerable(t) {
				base := s.serve(t, op, sample.Request, func(w http.ResponseWriter, _ *http.Request) {
					if response.contentType != "" {
						w.Header().Set("Content-Type", response.contentType)
					}
					if response.status/100 == 3 {
						w.Header().Set("Location", "https://elsewhere.invalid/?access_token=x")
					}
					w.WriteHeader(response.status)
					_, _ = w.Write([]byte(response.body))
				})
				api := s.New(t, base, clients.WithRetry(clients.NoRetry), clients.WithClock(NewClock()))
				answer, err := s.method(t, api, op.ID).Call(t.Context(), sample.Request)
				assert.ErrorIsf(t, err, clients.ErrBadResponse, "%s", op.ID)
				assert.Nil(t, answer)
			}
		})
	}
}

// counter counts requests.
type counter struct {
	mu   sync.Mutex
	seen int
}

func (c *counter) add() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen++
	return c.seen
}

// probe is an operation that needs a token, with its sample.
func (s *Suite) probe(t *testing.T) (*wire.Operation, *samples.Sample) {
	t.Helper()
	for _, op := range s.Operations { // in the document's order, so that every run takes the same
		if sample := s.answerable(t)[op]; sample != nil && len(op.Security) > 0 && op.Idempotent &&
			op.Method == http.MethodGet {
			return op, sample
		}
	}
	require.Fail(t, "no operation to probe with")
	return nil, nil
}

const crowd = 64

// together calls the probe from many goroutines at once.
func together(t *testing.T, m invoke.Method, request samples.Request) []error {
	errs := make([]error, crowd)
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for i := range crowd {
		wg.Go(func() {
			<-gate
			_, errs[i] = m.Call(t.Context(), request)
		})
	}
	close(gate)
	wg.Wait()
	return errs
}

func (s *Suite) coldStart(t *testing.T) {
	op, sample := s.probe(t)
	var tokens counter
	base := bare(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/prefix")
		if s.Token(w, r) {
			tokens.add()
			return
		}
		sample.Response.Write(w)
	})
	api := s.New(t, base, clients.WithLimiter(clients.NoLimit))
	for _, err := range together(t, s.method(t, api, op.ID), sample.Request) {
		assert.NoError(t, err)
	}
	assert.Equal(t, 1, tokens.seen)
}

func (s *Suite) deadToken(t *testing.T) {
	op, sample := s.probe(t)
	var tokens, refused counter
	release := make(chan struct{})
	base := bare(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/prefix")
		if s.Token(w, r) {
			tokens.add()
			return
		}
		if n := refused.add(); n <= crowd {
			// All calls are on their way with the dead token before the first one learns of it.
			if n == crowd {
				close(release)
			}
			<-release
			s.RejectToken.Write(w)
			return
		}
		sample.Response.Write(w)
	})
	api := s.New(t, base, clients.WithLimiter(clients.NoLimit))
	for _, err := range together(t, s.method(t, api, op.ID), sample.Request) {
		assert.NoError(t, err)
	}
	assert.Equal(t, 2, tokens.seen, "one at the start, one for the dead token")
	assert.Equal(t, 2*crowd, refused.seen, "each call is repeated once")
}

func (s *Suite) cancelledCaller(t *testing.T) {
	op, sample := s.probe(t)
	asked := make(chan struct{})
	release := make(chan struct{})
	var tokens counter
	base := bare(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/prefix")
		recorder := httptest.NewRecorder()
		if s.Token(recorder, r) {
			if tokens.add() == 1 {
				close(asked)
			}
			<-release
			s.Token(w, r)
			return
		}
		sample.Response.Write(w)
	})
	api := s.New(t, base)
	m := s.method(t, api, op.ID)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := m.Call(ctx, sample.Request)
		first <- err
	}()
	<-asked
	second := make(chan error, 1)
	go func() {
		_, err := m.Call(t.Context(), sample.Request)
		second <- err
	}()
	cancel()
	err := <-first
	assert.ErrorIs(t, err, clients.ErrCanceled)
	assert.ErrorIs(t, err, context.Canceled)
	close(release)
	assert.NoError(t, <-second)
	assert.Equal(t, 1, tokens.seen)
}

// Clock is a clock that moves only when somebody sleeps, and then at once.
type Clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

// NewClock returns a Clock that stands at the present.
func NewClock() *Clock { return &Clock{now: time.Now()} }

// Now implements clients.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Sleep implements clients.Clock.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return nil
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Slept returns the waits so far.
func (c *Clock) Slept() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Duration(nil), c.slept...)
}
