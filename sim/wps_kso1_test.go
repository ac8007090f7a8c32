package sim_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	wpsBadDateText      = "kso1sign check error: invalid kso-date header"
	wpsBadHeaderText    = "kso1sign check error: invalid authorization header"
	wpsBadVersionText   = "kso1sign check error: unknown authorization version"
	wpsBadSignatureText = "kso1sign check error: invalid signature"
)

func TestWPSSignatureIsChecked(t *testing.T) {
	c := serveWPS(t)
	const uri = "/v7/users?status=active&page_token=&status=disabled"
	c.do(c.request(http.MethodGet, uri, "")).ok()
	third := c.srv.Credentials().WPS
	for name, tc := range map[string]struct {
		spoil func(h http.Header)
		text  string
		hint  string
	}{
		"no signature": {func(h http.Header) { h.Del("X-Kso-Authorization") }, wpsBadHeaderText, "one"},
		"two signatures": {func(h http.Header) { h.Add("X-Kso-Authorization", h.Get("X-Kso-Authorization")) },
			wpsBadHeaderText, "one"},
		"no date": {func(h http.Header) { h.Del("X-Kso-Date") }, wpsBadDateText, "one"},
		"unparseable date": {func(h http.Header) { h.Set("X-Kso-Date", "2026-03-02 09:00:00") }, wpsBadDateText,
			"want a date"},
		"another date": {func(h http.Header) { h.Set("X-Kso-Date", "Mon, 02 Jan 2006 15:04:05 GMT") },
			wpsBadSignatureText, "not what was signed"},
		"no version": {func(h http.Header) { h.Set("X-Kso-Authorization", h.Get("X-Kso-Authorization")[6:]) },
			wpsBadHeaderText, "want KSO-1"},
		"another version": {func(h http.Header) {
			h.Set("X-Kso-Authorization", "WPS-4"+h.Get("X-Kso-Authorization")[5:])
		}, wpsBadVersionText, "want KSO-1"},
		"no access key": {func(h http.Header) { h.Set("X-Kso-Authorization", "KSO-1 abcdef") }, wpsBadHeaderText,
			"want KSO-1"},
		"unknown access key": {func(h http.Header) { h.Set("X-Kso-Authorization", "KSO-1 AKwrong:00") },
			wpsBadHeaderText, "no app"},
		"another app": {func(h http.Header) {
			h.Set("X-Kso-Authorization", "KSO-1 "+third.ThirdPartyAppID+":00")
		}, wpsBadSignatureText, "whose token"},
		"another type": {func(h http.Header) { h.Set("Content-Type", "application/json; charset=utf-8") },
			wpsBadSignatureText, "Content-Type"},
		"no type": {func(h http.Header) { h.Del("Content-Type") }, wpsBadSignatureText, "Content-Type"},
		"two types": {func(h http.Header) { h.Add("Content-Type", "application/json") }, wpsBadSignatureText,
			"Content-Type"},
		"upper case": {upperSignature, wpsBadSignatureText, "upper case"},
		"base64":     {base64Signature, wpsBadSignatureText, "base64"},
		"one character wrong": {func(h http.Header) { h.Set("X-Kso-Authorization", h.Get("X-Kso-Authorization")+"0") },
			wpsBadSignatureText, "not what was signed"},
	} {
		t.Run(name, func(t *testing.T) {
			req := c.request(http.MethodGet, uri, "")
			tc.spoil(req.Header)
			got := c.do(req).fails(http.StatusUnauthorized, "401000000")
			assert.Equal(t, tc.text, got.str("message"))
			assert.Contains(t, got.str("desc"), tc.hint)
		})
	}
}

func upperSignature(h http.Header) {
	head, signature, _ := strings.Cut(h.Get("X-Kso-Authorization"), ":")
	h.Set("X-Kso-Authorization", head+":"+strings.ToUpper(signature))
}

func base64Signature(h http.Header) {
	head, signature, _ := strings.Cut(h.Get("X-Kso-Authorization"), ":")
	raw, _ := hex.DecodeString(signature)
	h.Set("X-Kso-Authorization", head+":"+base64.StdEncoding.EncodeToString(raw))
}

// sign puts a signature of other parts than those that are sent on a request.
func (c *wpsCaller) sign(req *http.Request, method, uri, contentType, body string) {
	req.Header.Set("X-Kso-Authorization", "KSO-1 "+c.app+":"+wpsSign(c.key, method, uri, contentType,
		req.Header.Get("X-Kso-Date"), body))
}

func TestWPSSignatureIsByteForByte(t *testing.T) {
	c := serveWPS(t, sim.WithWPSUnsignedPrefix())
	refused := func(req *http.Request, hint string) {
		t.Helper()
		got := c.do(req).fails(http.StatusUnauthorized, "401000000")
		assert.Equal(t, wpsBadSignatureText, got.str("message"))
		assert.Contains(t, got.str("desc"), hint)
	}
	const root = "/v7/depts/root"
	req := c.request(http.MethodGet, root, "")
	c.sign(req, http.MethodPost, root, "application/json", "")
	refused(req, "not what was signed")

	c.sign(req, http.MethodGet, "/wps"+root, "application/json", "")
	refused(req, "prefix")

	c.sign(req, http.MethodGet, root+"?", "application/json", "")
	refused(req, "not what was signed")

	hashOfNothing := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	date := req.Header.Get("X-Kso-Date")
	req.Header.Set("X-Kso-Authorization", "KSO-1 "+c.app+":"+wpsSign(c.key, http.MethodGet, root,
		"application/json"+date, hashOfNothing, ""))
	refused(req, "empty body")

	// The same query in another order or with other escapes is another one.
	req = c.request(http.MethodGet, "/v7/users?status=active&with_dept=true", "")
	c.sign(req, http.MethodGet, "/v7/users?with_dept=true&status=active", "application/json", "")
	refused(req, "not what was signed")
	req = c.request(http.MethodGet, "/v7/users?status=%61ctive", "")
	c.do(req).ok()
	c.sign(req, http.MethodGet, "/v7/users?status=active", "application/json", "")
	refused(req, "not what was signed")

	// The same JSON in other bytes is another body, and {} is not nothing.
	p := c.active()
	path, body := "/v7/users/"+p.WPSUserID+"/update", `{"title": "工程师"}`
	req = c.request(http.MethodPost, path, body)
	c.sign(req, http.MethodPost, path, "application/json", `{"title":"工程师"}`)
	refused(req, "not what was signed")
	c.post(path, body).ok()
	c.post(path, `{"title":"\u4f1a<&>\u003c"}`).ok()
	assert.Equal(t, "会<&><", c.again(p.Key).Position)
	req = c.request(http.MethodPost, "/v7/users/"+p.WPSUserID+"/delete", "{}")
	c.sign(req, http.MethodPost, "/v7/users/"+p.WPSUserID+"/delete", "application/json", "")
	refused(req, "not what was signed")

	// A body that is sent in chunks is signed like any other.
	req = c.request(http.MethodPost, path, body)
	req.ContentLength, req.GetBody = -1, nil
	c.do(req).ok()

	// Without a Content-Type, nothing stands in its place.
	req = c.request(http.MethodGet, root, "")
	req.Header.Del("Content-Type")
	c.sign(req, http.MethodGet, root, "", "")
	c.do(req).ok()
	c.with("Content-Type", "application/json; charset=utf-8").get(root).fails(http.StatusUnauthorized, "401000000")

	// An escaped path is signed escaped. The department does not exist, which is for the operation to say.
	c.get("/v7/depts/%E9%83%A8%E9%97%A8%2F1%20a/members", "status", "active").denied()
}

func TestWPSSignatureOptions(t *testing.T) {
	t.Run("off", func(t *testing.T) {
		c := serveWPS(t, sim.WithoutWPSSignatures())
		req := c.request(http.MethodGet, "/v7/depts/root", "")
		req.Header.Del("X-Kso-Date")
		req.Header.Set("X-Kso-Authorization", "KSO-1 nonsense")
		c.do(req).ok()
	})
	t.Run("the simulator's own prefix", func(t *testing.T) {
		c := serveWPS(t)
		req := c.request(http.MethodGet, "/v7/depts/root", "")
		c.do(req).ok()
		c.sign(req, http.MethodGet, "/wps/v7/depts/root", "application/json", "")
		c.do(req).ok()
		c.sign(req, http.MethodGet, "/openapi/v7/depts/root", "application/json", "")
		c.do(req).fails(http.StatusUnauthorized, "401000000")
	})
	t.Run("clock skew", func(t *testing.T) {
		k := newClock()
		c := wpsOf(t, serve(t, sim.WithClock(k.Now), sim.WithWPSClockSkew(5*time.Minute)), k.Now)
		for drift, good := range map[time.Duration]bool{0: true, 5 * time.Minute: true, -5 * time.Minute: true,
			301 * time.Second: false, -301 * time.Second: false} {
			c.now = func() time.Time { return k.Now().Add(drift) }
			got := c.get("/v7/depts/root")
			if good {
				got.ok()
				continue
			}
			assert.Equal(t, wpsBadDateText, got.fails(http.StatusUnauthorized, "401000000").str("message"))
		}
	})
	t.Run("any date by default", func(t *testing.T) {
		c := serveWPS(t)
		c.now = func() time.Time { return time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC) }
		c.get("/v7/depts/root").ok()
	})
}

// The page of convertIds lists no signature headers, that of the token endpoint neither. If there are any, they must be
// right.
func TestWPSSignatureWhereNoneIsWanted(t *testing.T) {
	c := serveWPS(t)
	req := c.request(http.MethodPost, "/v7/id_convert", `{"id_type":"dept_id","ids":["71"]}`)
	c.do(req).ok()
	req = c.request(http.MethodPost, "/v7/id_convert", `{"id_type":"dept_id","ids":["71"]}`)
	req.Header.Del("X-Kso-Authorization")
	req.Header.Del("X-Kso-Date")
	c.do(req).ok()
	req = c.request(http.MethodPost, "/v7/id_convert", `{"id_type":"dept_id","ids":["71"]}`)
	upperSignature(req.Header)
	c.do(req).fails(http.StatusUnauthorized, "401000000")

	form := "grant_type=client_credentials&client_id=" + c.app + "&client_secret=" + c.key
	signed := func(contentType string) wpsReply {
		req := c.request(http.MethodPost, "/oauth2/token", form)
		req.Header.Del("Authorization")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		c.sign(req, http.MethodPost, "/oauth2/token", contentType, form)
		return c.do(req)
	}
	require.NotEmpty(t, signed("application/x-www-form-urlencoded").str("access_token"))
	assert.Equal(t, wpsBadSignatureText, signed("application/json").fails(http.StatusUnauthorized,
		"40100000").str("msg"))
}
