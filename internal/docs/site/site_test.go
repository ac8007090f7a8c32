package site

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func built(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "docs")
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("index.html", "for reading")
	write("secret.html", "outside")
	write("sim/index.html", "at "+Placeholder("BASE"))
	write("sim/a.html", Placeholder("BASE")+" "+Placeholder("CODE_1")+" "+Placeholder("CODE_1")+" "+Placeholder(
		"CODE_2")+" "+Placeholder("ODD")+" ROSTER__x__")
	write("sim/a.yaml", "openapi: 3.0.3")
	write("sim/a.txt", "no page")
	write("sim/below/b.html", "no page")
	require.NoError(t, os.Symlink("../secret.html", filepath.Join(dir, "sim", "link.html")))
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(dir, "sim", "passwd.html")))
	return dir
}

func values(base string) Values {
	codes := 0
	return func(name string) (string, error) {
		switch {
		case name == "BASE":
			return base, nil
		case strings.HasPrefix(name, "CODE"):
			codes++
			return strings.Repeat("c", codes), nil
		case name == "ODD":
			return `"></script><script>`, nil
		default:
			return "", errors.New("unknown")
		}
	}
}

func serve(t *testing.T, site *Site, method, target, host string) (*http.Response, string) {
	t.Helper()
	request := httptest.NewRequest(method, "http://"+host+"/", nil)
	request.URL.Path = target // as it is, also where a URL could not be parsed
	recorder := httptest.NewRecorder()
	site.ServeHTTP(recorder, request)
	response := recorder.Result()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(body)
}

func TestPagesAreFilled(t *testing.T) {
	site := New(built(t), "http://127.0.0.1:8080", values)
	response, body := serve(t, site, http.MethodGet, "/docs/a.html", "127.0.0.1:8080")
	assert.Equal(t, "http://127.0.0.1:8080 c c cc no-odd ROSTER__x__", body,
		"one value a name; what could end a string is left out")
	assert.Equal(t, "text/html; charset=utf-8", response.Header.Get("Content-Type"))
	assert.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
	assert.Contains(t, response.Header.Get("Content-Security-Policy"), "default-src 'none'")

	_, body = serve(t, site, http.MethodGet, "/docs/a.html", "127.0.0.1:8080")
	assert.Contains(t, body, " c c cc ", "each page has values of its own")

	response, body = serve(t, site, http.MethodGet, "/docs/", "localhost:9")
	assert.Equal(t, "at http://localhost:9", body, "the address that the reader used")
	assert.Equal(t, http.StatusOK, response.StatusCode)
	response, body = serve(t, site, http.MethodHead, "/docs/a.yaml", "127.0.0.1:8080")
	assert.Equal(t, "application/yaml", response.Header.Get("Content-Type"))
	assert.Empty(t, body)
	response, _ = serve(t, site, http.MethodGet, "/docs", "127.0.0.1:8080")
	assert.Equal(t, "/docs/", response.Header.Get("Location"))
}

func TestOddHostsAreNotRepeated(t *testing.T) {
	site := New(built(t), "http://127.0.0.1:8080", values)
	for _, host := range []string{`a"onload=`, "a<b>", "$(id)", "a b", "", "[::1", "a:b", "a:1:2", "a/b"} {
		request := httptest.NewRequest(http.MethodGet, "/docs/", nil)
		request.Host = host
		recorder := httptest.NewRecorder()
		site.ServeHTTP(recorder, request)
		assert.Equal(t, "at http://127.0.0.1:8080", recorder.Body.String(), host)
	}
	for _, host := range []string{"localhost", "roster.example.org:8080", "[::1]:8080", "[::1]"} {
		_, body := serve(t, site, http.MethodGet, "/docs/", host)
		assert.Equal(t, "at http://"+host, body)
	}
}

func TestNothingButThePagesIsServed(t *testing.T) {
	site := New(built(t), "http://127.0.0.1:8080", values)
	for _, target := range []string{
		"/docs/../secret.html", "/docs/../index.html", "/docs/sim/../../secret.html", "/docs/..", "/docs/.",
		"/docs//a.html", "/docs/./a.html",
		"/docs/below/b.html", "/docs/below", "/docs/a.txt", "/docs/a", "/docs/.html", "/docs/a.html/",
		`/docs/..\secret.html`, "/docs/a.html\x00.html",
		"/docs/link.html", "/docs/passwd.html", "/docs/none.html", "/elsewhere/a.html",
	} {
		response, body := serve(t, site, http.MethodGet, target, "127.0.0.1:8080")
		assert.NotEqual(t, http.StatusOK, response.StatusCode, target)
		for _, text := range []string{"outside", "for reading", "root:", "no page"} {
			assert.NotContains(t, body, text, target)
		}
	}
	response, _ := serve(t, site, http.MethodPost, "/docs/a.html", "127.0.0.1:8080")
	assert.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
	assert.Equal(t, "GET, HEAD", response.Header.Get("Allow"))
}

func TestPagesThatAreNotBuilt(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"", dir, filepath.Join(dir, "none")} {
		assert.False(t, Available(folder))
		response, body := serve(t, New(folder, "http://127.0.0.1:8080", values), http.MethodGet, "/docs/",
			"127.0.0.1:8080")
		assert.Equal(t, http.StatusNotFound, response.StatusCode)
		assert.Contains(t, body, "make docs")
		assert.Contains(t, body, "--docs")
	}

	// Pages that are built while the simulator runs are there at once.
	later := filepath.Join(dir, "later")
	site := New(later, "http://127.0.0.1:8080", values)
	require.NoError(t, os.CopyFS(later, os.DirFS(plainCopy(t))))
	assert.True(t, Available(later))
	_, body := serve(t, site, http.MethodGet, "/docs/a.yaml", "127.0.0.1:8080")
	assert.Equal(t, "openapi: 3.0.3", body)
}

// plainCopy is a built folder without links.
func plainCopy(t *testing.T) string {
	t.Helper()
	dir := built(t)
	for _, name := range []string{"link.html", "passwd.html"} {
		require.NoError(t, os.Remove(filepath.Join(dir, "sim", name)))
	}
	return dir
}

func TestReachable(t *testing.T) {
	assert.Equal(t, "127.0.0.1:80", Reachable(&net.TCPAddr{IP: net.IPv4zero, Port: 80}))
	assert.Equal(t, "127.0.0.1:80", Reachable(&net.TCPAddr{IP: net.IPv6unspecified, Port: 80}))
	assert.Equal(t, "[::1]:80", Reachable(&net.TCPAddr{IP: net.IPv6loopback, Port: 80}))
}
