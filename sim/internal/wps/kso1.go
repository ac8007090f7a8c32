package wps

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/roster-go/roster/sim/internal/desk"
)

// The words of the vendor's sample of a verifier.
const (
	badDate      = "kso1sign check error: invalid kso-date header"
	badHeader    = "kso1sign check error: invalid authorization header"
	badVersion   = "kso1sign check error: unknown authorization version"
	badSignature = "kso1sign check error: invalid signature"
)

const (
	dateHeader      = "X-Kso-Date"
	signatureHeader = "X-Kso-Authorization"
)

// signedRequest is what KSO-1 signs of a request, each part as it came over the wire.
type signedRequest struct {
	method, uri, contentType, date string
	bodyHash                       string
}

// signature is the HMAC of the parts with nothing between them, in hex.
func (s signedRequest) signature(key string) string { return hex.EncodeToString(s.mac(key)) }

func (s signedRequest) mac(key string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("KSO-1" + s.method + s.uri + s.contentType + s.date + s.bodyHash))
	return mac.Sum(nil)
}

// bodyHash is the hash of a body, and nothing for an empty one.
func bodyHash(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	return sha256Hex(body)
}

func sha256Hex(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// urisOf returns the request URI below the simulator's prefix and the one with it.
func urisOf(r *http.Request) (below, whole string) {
	uri := r.RequestURI
	if uri == "" { // the request did not come through a server
		uri = r.URL.RequestURI()
	}
	if _, rest, absolute := strings.Cut(uri, "://"); absolute && !strings.HasPrefix(uri, "/") { // as to a proxy
		_, uri, _ = strings.Cut(rest, "/")
		uri = "/" + uri
	}
	path, query, asks := strings.Cut(uri, "?")
	_, below, prefixed := strings.Cut(path, "/"+Name+"/")
	if !prefixed { // asked at the root
		below = strings.TrimPrefix(path, "/")
	}
	if asks {
		below += "?" + query
	}
	return "/" + below, "/" + Name + "/" + below
}

// parseDate reads X-Kso-Date as the vendor's sample does.
func parseDate(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC1123, time.RFC1123Z, "Monday, 02 Jan 2006 15:04:05 MST"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// verify checks the KSO-1 signature of a call that came with a token of app.
func (w *Vendor) verify(c *desk.Call, app string) error {
	h := c.Request.Header
	authorizations, dates := h.Values(signatureHeader), h.Values(dateHeader)
	if len(authorizations) != 1 {
		return unsigned(badHeader, "one "+signatureHeader+" header is wanted")
	}
	if len(dates) != 1 {
		return unsigned(badDate, "one "+dateHeader+" header is wanted")
	}
	at, ok := parseDate(dates[0])
	if !ok {
		return unsigned(badDate, "want a date like Mon, 02 Jan 2006 15:04:05 GMT")
	}
	if skew := w.window(); skew > 0 && at.Sub(c.Now).Abs() > skew {
		return unsigned(badDate, "the date is too far from now, which is "+c.Now.UTC().Format(http.TimeFormat))
	}
	version, rest, ok := strings.Cut(authorizations[0], " ")
	colon := strings.LastIndexByte(rest, ':')
	switch {
	case !ok || colon < 0:
		return unsigned(badHeader, "want KSO-1, a blank, the access key, a colon and the signature")
	case version != "KSO-1":
		return unsigned(badVersion, "want KSO-1")
	}
	accessKey, got := rest[:colon], rest[colon+1:]
	signer, known := w.apps[accessKey]
	switch {
	case !known:
		return unsigned(badHeader, "there is no app with this access key")
	case app != "" && signer.id != app:
		return unsigned(badSignature, "the access key is not that of the app whose token came along")
	case w.desk.Suffers(Name, desk.CauseSignatureRefused):
		return unsigned(badSignature, "the key is not the one that the app has now")
	}
	below, whole := urisOf(c.Request)
	signed := signedRequest{
		method: c.Request.Method, uri: below, contentType: strings.Join(h.Values("Content-Type"), ", "), date: dates[0],
		bodyHash: bodyHash(c.Body),
	}
	withPrefix := signed
	withPrefix.uri = whole
	switch {
	case hmac.Equal([]byte(got), []byte(signed.signature(signer.key))):
		return nil
	case !w.config.PrefixUnsigned && hmac.Equal([]byte(got), []byte(withPrefix.signature(signer.key))):
		return nil
	}
	return unsigned(badSignature, mistake(signer.key, got, signed, withPrefix))
}

// mistake recognises signatures that are wrong in a well-known way.
func mistake(key, got string, signed, withPrefix signedRequest) string {
	hashed, untyped, typed := signed, signed, signed
	hashed.bodyHash = sha256Hex(nil)
	untyped.contentType = ""
	typed.contentType = "application/json"
	switch got {
	case withPrefix.signature(key):
		return "the deployment's path prefix was signed"
	case hashed.signature(key):
		return "the hash of an empty body was signed, where nothing is signed for it"
	case strings.ToUpper(signed.signature(key)):
		return "the signature is in upper case"
	case base64.StdEncoding.EncodeToString(signed.mac(key)):
		return "the signature is in base64 in place of hex"
	case untyped.signature(key), typed.signature(key):
		return "another Content-Type was signed than was sent"
	}
	return "method, URI, Content-Type, date or body is not what was signed, or the key is wrong"
}
