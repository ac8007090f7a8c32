package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// The words of the vendor's sample of a verifier.
const (
	wpsBadDate      = "kso1sign check error: invalid kso-date header"
	wpsBadHeader    = "kso1sign check error: invalid authorization header"
	wpsBadVersion   = "kso1sign check error: unknown authorization version"
	wpsBadSignature = "kso1sign check error: invalid signature"
)

const (
	wpsDateHeader      = "X-Kso-Date"
	wpsSignatureHeader = "X-Kso-Authorization"
)

// wpsSigned is what KSO-1 signs of a request, each part as it came over the wire.
type wpsSigned struct {
	method, uri, contentType, date string
	bodyHash                       string
}

// signature is the HMAC of the parts with nothing between them, in hex.
func (s wpsSigned) signature(key string) string { return hex.EncodeToString(s.mac(key)) }

func (s wpsSigned) mac(key string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("KSO-1" + s.method + s.uri + s.contentType + s.date + s.bodyHash))
	return mac.Sum(nil)
}

// wpsBodyHash is the hash of a body, and nothing for an empty one.
func wpsBodyHash(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	return wpsSHA256(body)
}

func wpsSHA256(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// wpsURIs returns the request URI below the simulator's prefix and the one with it.
func wpsURIs(r *http.Request) (below, whole string) {
	uri := r.RequestURI
	if uri == "" { // the request did not come through a server
		uri = r.URL.RequestURI()
	}
	_, rest, _ := strings.Cut(uri, "/"+wpsName+"/")
	return "/" + rest, "/" + wpsName + "/" + rest
}

// wpsParseDate reads X-Kso-Date as the vendor's sample does.
func wpsParseDate(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC1123, time.RFC1123Z, "Monday, 02 Jan 2006 15:04:05 MST"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// verify checks the KSO-1 signature of a call that came with a token of app.
func (w *wps) verify(c *call, app string) error {
	h := c.request.Header
	authorizations, dates := h.Values(wpsSignatureHeader), h.Values(wpsDateHeader)
	if len(authorizations) != 1 {
		return wpsUnsigned(wpsBadHeader, "one "+wpsSignatureHeader+" header is wanted")
	}
	if len(dates) != 1 {
		return wpsUnsigned(wpsBadDate, "one "+wpsDateHeader+" header is wanted")
	}
	at, ok := wpsParseDate(dates[0])
	if !ok {
		return wpsUnsigned(wpsBadDate, "want a date like Mon, 02 Jan 2006 15:04:05 GMT")
	}
	if skew := w.config.ClockSkew; skew > 0 && at.Sub(c.now).Abs() > skew {
		return wpsUnsigned(wpsBadDate, "the date is too far from now, which is "+c.now.UTC().Format(http.TimeFormat))
	}
	version, rest, ok := strings.Cut(authorizations[0], " ")
	colon := strings.LastIndexByte(rest, ':')
	switch {
	case !ok || colon < 0:
		return wpsUnsigned(wpsBadHeader, "want KSO-1, a blank, the access key, a colon and the signature")
	case version != "KSO-1":
		return wpsUnsigned(wpsBadVersion, "want KSO-1")
	}
	accessKey, got := rest[:colon], rest[colon+1:]
	signer, known := w.apps[accessKey]
	switch {
	case !known:
		return wpsUnsigned(wpsBadHeader, "there is no app with this access key")
	case app != "" && signer.id != app:
		return wpsUnsigned(wpsBadSignature, "the access key is not that of the app whose token came along")
	}
	below, whole := wpsURIs(c.request)
	signed := wpsSigned{
		method: c.request.Method, uri: below, contentType: strings.Join(h.Values("Content-Type"), ", "), date: dates[0], bodyHash: wpsBodyHash(c.body),
	}
	withPrefix := signed
	withPrefix.uri = whole
	switch {
	case hmac.Equal([]byte(got), []byte(signed.signature(signer.key))):
		return nil
	case !w.config.PrefixUnsigned && hmac.Equal([]byte(got), []byte(withPrefix.signature(signer.key))):
		return nil
	}
	return wpsUnsigned(wpsBadSignature, wpsMistake(signer.key, got, signed, withPrefix))
}

// wpsMistake recognises signatures that are wrong in a well-known way.
func wpsMistake(key, got string, signed, withPrefix wpsSigned) string {
	hashed, untyped, typed := signed, signed, signed
	hashed.bodyHash = wpsSHA256(nil)
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
