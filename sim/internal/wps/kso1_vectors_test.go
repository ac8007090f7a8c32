package wps

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/roster-go/roster/sim/internal/desk"
)

type vector struct {
	ID, Method, URI, ContentType, Date, Body, AppID, AppKey, BodySHA256, Signature string

	Wrong bool // a signature that is often seen and is not one
}

func vectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile("../../../testdata/wps/kso1/vectors.json")
	require.NoError(t, err)
	var vectors []vector
	require.NoError(t, json.Unmarshal(text, &vectors))
	require.GreaterOrEqual(t, len(vectors), 13)
	return vectors
}

// The published vectors, through the check that requests go through.
func TestWPSVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			if v.BodySHA256 != "" {
				assert.Equal(t, v.BodySHA256, bodyHash([]byte(v.Body)))
			}
			w := &Vendor{desk: &desk.Desk{}, apps: map[string]demoApp{v.AppID: {id: v.AppID, key: v.AppKey}}}
			check := func(change func(*http.Request, *desk.Call)) error {
				r := httptest.NewRequest(v.Method, "/wps"+v.URI, strings.NewReader(v.Body))
				if v.ContentType != "" {
					r.Header.Set("Content-Type", v.ContentType)
				}
				r.Header.Set("X-Kso-Date", v.Date)
				r.Header.Set("X-Kso-Authorization", "KSO-1 "+v.AppID+":"+v.Signature)
				c := &desk.Call{Request: r, Body: []byte(v.Body)}
				change(r, c)
				return w.verify(c, v.AppID)
			}
			err := check(func(*http.Request, *desk.Call) {})
			if v.Wrong {
				var refused refusal
				require.ErrorAs(t, err, &refused)
				assert.Equal(t, badSignature, refused.text)
				return
			}
			require.NoError(t, err)
			for name, change := range map[string]func(*http.Request, *desk.Call){
				"method":       func(r *http.Request, _ *desk.Call) { r.Method = "PUT" },
				"uri":          func(r *http.Request, _ *desk.Call) { r.RequestURI += "&" },
				"content type": func(r *http.Request, _ *desk.Call) { r.Header.Set("Content-Type", "text/json") },
				"date": func(r *http.Request, _ *desk.Call) {
					r.Header.Set("X-Kso-Date", "Mon, 02 Jan 2006 15:04:06 GMT")
				},
				"body": func(_ *http.Request, c *desk.Call) { c.Body = append(c.Body, ' ') },
				"signature": func(r *http.Request, _ *desk.Call) {
					r.Header.Set("X-Kso-Authorization", "KSO-1 "+v.AppID+":"+v.Signature[1:])
				},
			} {
				var refused refusal
				require.ErrorAs(t, check(change), &refused, name)
				assert.Equal(t, badSignature, refused.text, name)
			}
		})
	}
}

func TestWPSURIs(t *testing.T) {
	for target, want := range map[string]string{
		"/wps/v7/users?a=b":                       "/v7/users?a=b",
		"http://host:8/wps/v7/users":              "/v7/users",
		"/mounted/below/wps/v7/depts/a%2Fb?x=%20": "/v7/depts/a%2Fb?x=%20",
		"/wps/v7/users?next=/wps/":                "/v7/users?next=/wps/",
	} {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		below, whole := urisOf(r)
		assert.Equal(t, want, below)
		assert.Equal(t, "/wps"+want, whole)
		r.RequestURI = ""
		below, _ = urisOf(r)
		assert.Equal(t, want, below)
	}
}

func TestWPSParseDate(t *testing.T) {
	want := time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)
	for _, text := range []string{
		"Mon, 02 Jan 2006 15:04:05 GMT",
		"Mon, 02 Jan 2006 15:04:05 UTC", // what Go's RFC1123 writes, in the vendor's own sample too
		"Mon, 02 Jan 2006 23:04:05 +0800",
		"Monday, 02 Jan 2006 15:04:05 GMT",
	} {
		got, ok := parseDate(text)
		assert.True(t, ok, text)
		assert.True(t, want.Equal(got), text)
	}
	for _, text := range []string{"", "2006-01-02T15:04:05Z", "1136214245", "Mon, 02 Jan 2006"} {
		_, ok := parseDate(text)
		assert.False(t, ok, text)
	}
}

func TestWPSCursor(t *testing.T) {
	w := &Vendor{desk: &desk.Desk{}}
	at := position{dept: 7, person: 1234}
	token := w.cursor("list", at)
	got, ok := w.readCursor("list", token)
	assert.True(t, ok)
	assert.Equal(t, at, got)
	for _, bad := range []string{"", "x", token[:len(token)-4], token + "AAAA", "Ny4xMjM1Lg=="} {
		_, ok := w.readCursor("list", bad)
		assert.False(t, ok, bad)
	}
	_, ok = w.readCursor("another list", token)
	assert.False(t, ok)
}

// What is signed is the path as the client knows it, wherever the simulator answers.
func TestPathsThatAreSigned(t *testing.T) {
	for uri, want := range map[string]string{
		"/wps/v7/users?x=1":             "/v7/users?x=1",
		"/v7/users?x=1":                 "/v7/users?x=1",
		"/v7/users?":                    "/v7/users?",
		"/v7/users?x=/wps/":             "/v7/users?x=/wps/",
		"/mounted/wps/v7/users":         "/v7/users",
		"http://host:1/wps/v7/users?x=": "/v7/users?x=",
		"http://host:1/v7/users":        "/v7/users",
	} {
		below, whole := urisOf(&http.Request{RequestURI: uri})
		assert.Equal(t, want, below, uri)
		assert.Equal(t, "/wps"+want, whole, uri)
	}
}
