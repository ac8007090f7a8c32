package kso1_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roster-go/roster/clients/wps/kso1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vector is an entry of testdata/wps/kso1/vectors.json.
type vector struct {
	ID, Method, URI, ContentType, Date, Body string
	AppID, AppKey                            string
	BodySHA256                               *string `json:"bodySha256"`
	Signature                                string
	Published, Wrong                         bool
}

func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("../../../testdata/wps/kso1/vectors.json")
	require.NoError(t, err)
	var all []vector
	require.NoError(t, json.Unmarshal(data, &all))
	require.NotEmpty(t, all)
	return all
}

func (v vector) signer() kso1.Signer {
	return kso1.Signer{AccessKey: v.AppID, SecretKey: kso1.Secret(v.AppKey)}
}

func (v vector) request(t testing.TB) *http.Request {
	t.Helper()
	req, err := http.NewRequest(v.Method, "https://openapi.wps.cn"+v.URI, strings.NewReader(v.Body))
	require.NoError(t, err)
	if v.ContentType != "" {
		req.Header.Set("Content-Type", v.ContentType)
	}
	return req
}

func TestVectors(t *testing.T) {
	var published, own, wrong int
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			at, err := http.ParseTime(v.Date)
			require.NoError(t, err)
			signed := kso1.StringToSign(v.Method, v.URI, v.ContentType, v.Date, []byte(v.Body))
			if v.BodySHA256 != nil {
				assert.True(t, strings.HasSuffix(signed, v.Date+*v.BodySHA256))
			}
			req := v.request(t)
			require.NoError(t, v.signer().Sign(req, []byte(v.Body), at))
			header := "KSO-1 " + v.AppID + ":" + v.Signature
			if v.Wrong {
				wrong++
				assert.NotEqual(t, header, req.Header.Get(kso1.HeaderAuthorization))
				req.Header.Set(kso1.HeaderAuthorization, header)
				_, err := v.signer().Verify(req, []byte(v.Body))
				var refused *kso1.VerifyError
				require.ErrorAs(t, err, &refused)
				assert.Equal(t, kso1.InvalidSignature, refused.Fault)
				assert.Equal(t, refused.Want, signed)
				return
			}
			if v.Published {
				published++
			} else {
				own++
			}
			assert.Equal(t, v.Signature, v.signer().Signature(signed))
			assert.Equal(t, header, req.Header.Get(kso1.HeaderAuthorization))
			assert.Equal(t, v.Date, req.Header.Get(kso1.HeaderDate))
			got, err := v.signer().Verify(req, []byte(v.Body))
			require.NoError(t, err)
			assert.True(t, at.Equal(got))
		})
	}
	assert.Equal(t, []int{2, 12, 3}, []int{published, own, wrong}, "vectors that were run")
}

func TestDatesAreGMTWithTwoDigits(t *testing.T) {
	east := time.FixedZone("CST", 8*60*60)
	for at, want := range map[time.Time]string{
		time.Date(2026, 3, 3, 16, 5, 9, 7, east):                    "Tue, 03 Mar 2026 08:05:09 GMT",
		time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC):                "Mon, 02 Jan 2006 15:04:05 GMT",
		time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC):            "Thu, 31 Dec 2026 23:59:59 GMT",
		time.Date(2026, 6, 1, 1, 0, 0, 0, time.FixedZone("UTC", 0)): "Mon, 01 Jun 2026 01:00:00 GMT",
	} {
		req := httptest.NewRequest(http.MethodGet, "/v7/test", nil)
		require.NoError(t, kso1.Signer{AccessKey: "AK", SecretKey: "sk"}.Sign(req, nil, at))
		assert.Equal(t, want, req.Header.Get(kso1.HeaderDate))
	}
}

func TestZeroTimeIsNow(t *testing.T) {
	at := time.Date(2026, 3, 3, 8, 5, 9, 0, time.UTC)
	req := httptest.NewRequest(http.MethodGet, "/v7/test", nil)
	require.NoError(t, kso1.Signer{AccessKey: "AK", SecretKey: "sk", Now: func() time.Time { return at }}.Sign(req, nil,
		time.Time{}))
	assert.Equal(t, "Tue, 03 Mar 2026 08:05:09 GMT", req.Header.Get(kso1.HeaderDate))
	req = httptest.NewRequest(http.MethodGet, "/v7/test", nil)
	require.NoError(t, kso1.Signer{AccessKey: "AK", SecretKey: "sk"}.Sign(req, nil, time.Time{}))
	got, err := http.ParseTime(req.Header.Get(kso1.HeaderDate))
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), got, time.Minute)
}

func TestPathPrefix(t *testing.T) {
	const date = "Tue, 03 Mar 2026 08:05:09 GMT"
	at, err := http.ParseTime(date)
	require.NoError(t, err)
	for _, c := range []struct{ prefix, path, signed string }{
		{"", "/openapi/v7/users", "/openapi/v7/users"},
		{"/", "/openapi/v7/users", "/openapi/v7/users"},
		{"/openapi", "/openapi/v7/users?a=1", "/v7/users?a=1"},
		{"/openapi/", "/openapi/v7/users", "/v7/users"},
		{"/gateway/openapi", "/gateway/openapi/v7/users", "/v7/users"},
		{"/openapi", "/openapis/v7/users", "/openapis/v7/users"},
		{"/openapi", "/v7/users", "/v7/users"},
		{"/openapi", "/openapi", "/"},
		{"/openapi", "/openapi?a=1", "/?a=1"},
		{"/openapi", "/openapi/openapi/x", "/openapi/x"},
		{"/%E9%87%91", "/%E9%87%91/v7/users", "/v7/users"},
		{"/openapi", "/openapi/v7/%2Fopenapi", "/v7/%2Fopenapi"},
	} {
		s := kso1.Signer{AccessKey: "AK", SecretKey: "sk", PathPrefix: c.prefix}
		req, err := http.NewRequest(http.MethodGet, "https://wps.customer.example"+c.path, nil)
		require.NoError(t, err)
		require.NoError(t, s.Sign(req, nil, at))
		want := s.Signature(kso1.StringToSign("GET", c.signed, "", date, nil))
		assert.Equal(t, "KSO-1 AK:"+want, req.Header.Get(kso1.HeaderAuthorization), "%s below %s", c.path, c.prefix)
		_, err = s.Verify(req, nil)
		assert.NoError(t, err)
	}
}

func TestContentTypeIsSignedAsItIsSent(t *testing.T) {
	at := time.Date(2026, 3, 3, 8, 5, 9, 0, time.UTC)
	s := kso1.Signer{AccessKey: "AK", SecretKey: "sk"}
	sign := func(value string) string {
		req := httptest.NewRequest(http.MethodGet, "/v7/test", nil)
		req.Header["Content-Type"] = []string{value}
		require.NoError(t, s.Sign(req, nil, at))
		return req.Header.Get(kso1.HeaderAuthorization)
	}
	assert.Equal(t, sign("application/json"), sign(" application/json\t"), "net/http trims it")
	assert.NotEqual(t, sign("application/json"), sign("Application/JSON"))
	assert.NotEqual(t, sign("application/json"), sign("application/json; charset=utf-8"))
	assert.NotEqual(t, sign("application/json"), sign(""))

	req := httptest.NewRequest(http.MethodGet, "/v7/test", nil)
	req.Header["Content-Type"] = []string{"application/json", "text/plain"}
	assert.ErrorContains(t, s.Sign(req, nil, at), "several")
}

func TestMethodIsSignedInCapitals(t *testing.T) {
	assert.Equal(t, kso1.StringToSign("GET", "/", "", "", nil), kso1.StringToSign("get", "/", "", "", nil))
	assert.Equal(t, kso1.StringToSign("GET", "/", "", "", nil), kso1.StringToSign("", "/", "", "", nil))
}

func TestSignRefusesWhatItCannotSign(t *testing.T) {
	at := time.Now()
	for name, s := range map[string]kso1.Signer{
		"no access key": {SecretKey: "sk"}, "no secret key": {AccessKey: "AK"},
		"odd prefix": {AccessKey: "AK", SecretKey: "sk", PathPrefix: "openapi"},
	} {
		req := httptest.NewRequest(http.MethodGet, "/v7/test", nil)
		assert.Error(t, s.Sign(req, nil, at), name)
		assert.Empty(t, req.Header.Get(kso1.HeaderAuthorization), name)
		_, err := s.Verify(req, nil)
		assert.Error(t, err, name)
	}
	req := httptest.NewRequest(http.MethodGet, "/v7/test", nil)
	req.URL.Opaque = "//other.example/v7/test"
	assert.Error(t, kso1.Signer{AccessKey: "AK", SecretKey: "sk"}.Sign(req, nil, at))
	req = &http.Request{URL: httptest.NewRequest(http.MethodGet, "/v7/test", nil).URL}
	assert.NoError(t, kso1.Signer{AccessKey: "AK", SecretKey: "sk"}.Sign(req, nil, at),
		"a request without a header map")
}

// A verifier without a key must not accept what anybody can sign with an empty one.
func TestVerifyWithoutAKeyAcceptsNothing(t *testing.T) {
	req := httptest.NewRequest(http.MethodGet, "/v7/test", nil)
	require.NoError(t, kso1.Signer{AccessKey: "AK", SecretKey: "sk"}.Sign(req, nil, time.Now()))
	_, err := kso1.Signer{AccessKey: "AK"}.Verify(req, nil)
	assert.Error(t, err)
}

func TestVerifyTellsTheFault(t *testing.T) {
	const date = "Tue, 03 Mar 2026 08:05:09 GMT"
	const body = `{"name": "x"}` + "\n"
	s := kso1.Signer{AccessKey: "AK", SecretKey: "sk-planted", PathPrefix: "/openapi"}
	other := kso1.Signer{AccessKey: "AK", SecretKey: "another"}
	const uri, whole, ct = "/v7/d/%2Fa%20b?b=1&a=2", "/openapi/v7/d/%2Fa%20b?b=1&a=2", "application/json; charset=utf-8"
	plain := kso1.StringToSign("POST", uri, ct, date, []byte(body))
	good := s.Signature(plain)
	sign := func(method, uri, ct string, body string) string {
		return s.Signature(kso1.StringToSign(method, uri, ct, date, []byte(body)))
	}
	for _, c := range []struct {
		date, authorization string
		fault               kso1.Fault
		hint                string
	}{
		{date, "KSO-1 AK:" + good, "", ""},
		{"", "KSO-1 AK:" + good, kso1.InvalidDate, ""},
		{"2026-03-03T08:05:09Z", "KSO-1 AK:" + good, kso1.InvalidDate, ""},
		{date, "", kso1.InvalidAuthorization, "none"},
		{date, "KSO-1", kso1.InvalidAuthorization, ""},
		{date, "KSO-1 AK", kso1.InvalidAuthorization, "colon"},
		{date, "WPS-4 AK:" + good, kso1.UnknownVersion, ""},
		{date, "KSO-1 AX:" + good, kso1.UnknownAccessKey, ""},
		{date, "KSO-1 AK:", kso1.InvalidSignature, "another secret key"},
		{date, "KSO-1 AK:" + good[:63], kso1.InvalidSignature, "another secret key"},
		{date, "KSO-1 AK:" + other.Signature(plain), kso1.InvalidSignature, "another secret key"},
		{date, "KSO-1 AK:" + strings.ToUpper(good), kso1.InvalidSignature, "capitals"},
		{date, "KSO-1 AK:" + sign("POST", uri, ct, ""), kso1.InvalidSignature, "body was left out"},
		{date, "KSO-1 AK:" + sign("POST", uri, ct, `{"name": "x"}`), kso1.InvalidSignature, "line break"},
		{date, "KSO-1 AK:" + sign("POST", uri, ct, `{"name":"x"}`), kso1.InvalidSignature, "blanks"},
		{date, "KSO-1 AK:" + sign("POST", uri, "", body), kso1.InvalidSignature, "Content-Type was left out"},
		{date, "KSO-1 AK:" + sign("POST", uri, "application/json", body), kso1.InvalidSignature, "Content-Type"},
		{date, "KSO-1 AK:" + sign("POST", whole, ct, body), kso1.InvalidSignature, "prefix"},
		{date, "KSO-1 AK:" + sign("POST", "/v7/d/%2Fa%20b", ct, body), kso1.InvalidSignature, "query was left out"},
		{date, "KSO-1 AK:" + sign("POST", "/v7/d/%2Fa%20b?a=2&b=1", ct, body), kso1.InvalidSignature, "another order"},
		{date, "KSO-1 AK:" + sign("POST", "/v7/d//a b?b=1&a=2", ct, body), kso1.InvalidSignature,
			"without its escapes"},
	} {
		req := httptest.NewRequest(http.MethodPost, whole, strings.NewReader(body))
		req.Header.Set("Content-Type", ct)
		req.Header.Set(kso1.HeaderDate, c.date)
		req.Header.Set(kso1.HeaderAuthorization, c.authorization)
		_, err := s.Verify(req, []byte(body))
		if c.fault == "" {
			assert.NoError(t, err)
			continue
		}
		var refused *kso1.VerifyError
		require.ErrorAs(t, err, &refused, c.authorization)
		assert.Equal(t, c.fault, refused.Fault)
		assert.Contains(t, refused.Hint, c.hint)
		shown := fmt.Sprintf("%v %+v %#v", err, err, err)
		assert.NotContains(t, shown, "sk-planted")
		assert.NotContains(t, shown, good, "the right signature would let anybody through")
	}
}

func TestVerifyReadsTheURIAsItCame(t *testing.T) {
	s := kso1.Signer{AccessKey: "AK", SecretKey: "sk"}
	verdict := make(chan error, 1)
	server := httptest.NewServer(http.StripPrefix("/wps",
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, err := s.Verify(r, nil)
			verdict <- err
		})))
	defer server.Close()
	client := &http.Client{Transport: &kso1.Transport{Signer: s}}
	response, err := client.Get(server.URL + "/wps/v7/%E9%83%A8%2F1%20a?q=a+b%2Bc&q=d#fragment")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.NoError(t, <-verdict)
}

// serveVerified answers 200 with the body it got if the signature is right.
func serveVerified(t *testing.T, s kso1.Signer) *httptest.Server {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if _, err := s.Verify(r, body); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(body)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestTransport(t *testing.T) {
	s := kso1.Signer{AccessKey: "AK", SecretKey: "sk"}
	server := serveVerified(t, s)
	client := &http.Client{Transport: &kso1.Transport{Signer: s, Base: server.Client().Transport}}
	for _, body := range []string{"", "{}", `{"名":"<&>"}`, strings.Repeat("x", 1<<20)} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			req, err := http.NewRequest(method, server.URL+"/v7/x?b=2&a=1&b=%2B+", strings.NewReader(body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			response, err := client.Do(req)
			require.NoError(t, err)
			got, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			assert.Equal(t, http.StatusOK, response.StatusCode, string(got[:min(len(got), 200)]))
			assert.Equal(t, body, string(got))
			assert.Equal(t, "HTTP/2.0", response.Proto)
			assert.Empty(t, req.Header.Get(kso1.HeaderAuthorization), "the caller's request is left alone")
			assert.Empty(t, response.Request.Header.Get(kso1.HeaderAuthorization))
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTransportOfABodyOfUnknownLength(t *testing.T) {
	s := kso1.Signer{AccessKey: "AK", SecretKey: "sk"}
	server := serveVerified(t, s)
	base := roundTripper(func(req *http.Request) (*http.Response, error) {
		assert.EqualValues(t, 2, req.ContentLength, "it is known now")
		return server.Client().Transport.RoundTrip(req)
	})
	client := &http.Client{Transport: &kso1.Transport{Signer: s, Base: base}}
	response, err := client.Post(server.URL, "text/plain",
		io.MultiReader(strings.NewReader("a"), strings.NewReader("b")))
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, http.StatusOK, response.StatusCode)
}

func TestTransportDoesNotFollowRedirects(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	client := &http.Client{Transport: &kso1.Transport{Signer: kso1.Signer{AccessKey: "AK", SecretKey: "sk"}}}
	_, err := client.Post(server.URL, "application/json", strings.NewReader("{}"))
	assert.ErrorContains(t, err, "redirected")
	assert.EqualValues(t, 1, calls.Load())
}

type brokenBody struct{ closed bool }

func (b *brokenBody) Read([]byte) (int, error) { return 0, errors.New("torn") }
func (b *brokenBody) Close() error             { b.closed = true; return nil }

func TestTransportReportsAndClosesABrokenBody(t *testing.T) {
	body := &brokenBody{}
	req, err := http.NewRequest(http.MethodPost, "http://vendor.invalid/", body)
	require.NoError(t, err)
	_, err = (&kso1.Transport{Signer: kso1.Signer{AccessKey: "AK", SecretKey: "sk"}}).RoundTrip(req)
	assert.ErrorContains(t, err, "torn")
	assert.True(t, body.closed)

	body = &brokenBody{}
	req, err = http.NewRequest(http.MethodPost, "http://vendor.invalid/", io.MultiReader())
	require.NoError(t, err)
	req.Body = struct {
		io.Reader
		io.Closer
	}{strings.NewReader("x"), body}
	_, err = (&kso1.Transport{}).RoundTrip(req)
	assert.ErrorContains(t, err, "required")
	assert.True(t, body.closed)
}

func TestSecretIsNotPrinted(t *testing.T) {
	s := kso1.Signer{AccessKey: "AK", SecretKey: "sk-planted"}
	var out bytes.Buffer
	fmt.Fprintf(&out, "%v %+v %#v %s %q %x %v", s, s, s, s.SecretKey, s.SecretKey, s.SecretKey,
		&kso1.Transport{Signer: s})
	encoded, err := json.Marshal(map[string]any{"key": s.SecretKey})
	require.NoError(t, err)
	out.Write(encoded)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "key", s.SecretKey)
	fmt.Fprint(&out, s.SecretKey.String())
	assert.NotContains(t, out.String(), "planted")
	assert.NotContains(t, out.String(), fmt.Sprintf("%x", "planted"))
}

func TestImports(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f",
		"{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	require.NoError(t, err)
	assert.Equal(t, "github.com/roster-go/roster/clients/wps/kso1", strings.TrimSpace(string(out)))
}
