package kso1

import (
	"bytes"
	"crypto/hmac"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Fault is what is wrong with a signature, in the words of the vendor's sample of a verifier.
type Fault string

// The faults. An access key that is not the verifier's has no words of the vendor's.
const (
	InvalidDate          Fault = "invalid kso-date header"
	InvalidAuthorization Fault = "invalid authorization header"
	UnknownVersion       Fault = "unknown authorization version"
	UnknownAccessKey     Fault = "unknown access key"
	InvalidSignature     Fault = "invalid signature"
)

// VerifyError says why a request was refused. It holds neither the key nor the signature that would have been right.
type VerifyError struct {
	Fault Fault
	Hint  string // what the signer did, if that can be told
	Want  string // of an InvalidSignature: the string that should have been signed
}

// Error begins as the vendor's sample does.
func (e *VerifyError) Error() string {
	text := "kso1sign check error: " + string(e.Fault)
	if e.Hint != "" {
		text += ": " + e.Hint
	}
	return text
}

// Verify checks the signature of a request that a server received and returns the date that was signed. body holds the
// bytes that were received; Verify does not touch req.Body. Whether the date is too old is for the caller to say: the
// vendor's sample only parses it, and the window of the live platform is not documented. The error is a [*VerifyError]
// unless s itself is of no use.
func (s Signer) Verify(req *http.Request, body []byte) (time.Time, error) {
	if err := s.check(); err != nil {
		return time.Time{}, err
	}
	date := req.Header.Get(HeaderDate)
	at, err := parseDate(date)
	if err != nil {
		return time.Time{}, &VerifyError{Fault: InvalidDate}
	}
	accessKey, signature, failed := parseAuthorization(req.Header.Get(HeaderAuthorization))
	if failed != nil {
		return time.Time{}, failed
	}
	if subtle.ConstantTimeCompare([]byte(accessKey), []byte(s.AccessKey)) != 1 {
		return time.Time{}, &VerifyError{Fault: UnknownAccessKey}
	}
	whole := wireURI(req)
	uri, uriErr := s.signedURI(whole)
	contentType, typeErr := contentType(req.Header)
	if err := errors.Join(uriErr, typeErr); err != nil {
		return time.Time{}, &VerifyError{Fault: InvalidSignature, Hint: err.Error()}
	}
	p := parts{req.Method, uri, contentType, date, body}
	want := p.join()
	if hmac.Equal([]byte(signature), []byte(s.Signature(want))) {
		return at, nil
	}
	return time.Time{}, &VerifyError{Fault: InvalidSignature, Hint: s.hint(p, whole, signature), Want: want}
}

// parseDate accepts what the vendor's sample does.
func parseDate(text string) (time.Time, error) {
	var at time.Time
	var err error
	for _, layout := range []string{http.TimeFormat, time.RFC1123, time.RFC1123Z, "Monday, 02 Jan 2006 15:04:05 MST"} {
		if at, err = time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return at, err
}

func parseAuthorization(text string) (accessKey, signature string, failed error) {
	version, rest, ok := strings.Cut(text, " ")
	switch colon := strings.LastIndexByte(rest, ':'); {
	case text == "":
		return "", "", &VerifyError{Fault: InvalidAuthorization, Hint: "there is none"}
	case !ok:
		return "", "", &VerifyError{Fault: InvalidAuthorization}
	case version != Version:
		return "", "", &VerifyError{Fault: UnknownVersion}
	case colon < 0:
		return "", "", &VerifyError{Fault: InvalidAuthorization,
			Hint: "want KSO-1, a blank, access key, a colon, signature"}
	default:
		return rest[:colon], rest[colon+1:], nil
	}
}

// wireURI is the request URI as it came, which routers and middleware leave alone when they change the URL.
func wireURI(req *http.Request) string {
	if strings.HasPrefix(req.RequestURI, "/") {
		return req.RequestURI
	}
	return req.URL.RequestURI() // a request that was never on the wire, or one to a proxy
}

// parts is what a signature is made of.
type parts struct {
	method, uri, contentType, date string
	body                           []byte
}

func (p parts) join() string { return StringToSign(p.method, p.uri, p.contentType, p.date, p.body) }

// hint tries the mistakes that are known. Only who has the key can bring one about, so that telling it helps no one
// else.
func (s Signer) hint(p parts, wholeURI, signature string) string {
	matches := func(candidate string) bool { return hmac.Equal([]byte(signature), []byte(candidate)) }
	want := s.mac(p.join())
	switch {
	case matches(strings.ToUpper(hex.EncodeToString(want))):
		return "the hex digits are capitals"
	case matches(base64.StdEncoding.EncodeToString(want)):
		return "the signature is in base64 instead of hex"
	}
	for _, m := range p.mistakes(wholeURI) {
		if mac := s.mac(m.signed); matches(hex.EncodeToString(mac)) || matches(base64.StdEncoding.EncodeToString(mac)) {
			return m.name
		}
	}
	return "another secret key, or method, URI, Content-Type, date or body were changed after signing"
}

type mistake struct{ name, signed string }

func (p parts) mistakes(wholeURI string) []mistake {
	const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	all := []mistake{
		{"the hash of an empty body was signed", p.with(func(p *parts) { p.body = nil }).join() + emptyHash},
		{"the body was left out", p.with(func(p *parts) { p.body = nil }).join()},
		{"the body was signed without its line break at the end",
			p.with(func(p *parts) { p.body = bytes.TrimRight(p.body, "\r\n") }).join()},
		{"the Content-Type was left out", p.with(func(p *parts) { p.contentType = "" }).join()},
		{"application/json was signed and another Content-Type sent",
			p.with(func(p *parts) { p.contentType = "application/json" }).join()},
		{"the path prefix was signed", p.with(func(p *parts) { p.uri = wholeURI }).join()},
		{"the query was left out", p.with(func(p *parts) { p.uri, _, _ = strings.Cut(p.uri, "?") }).join()},
		{"the parts were joined by line breaks",
			strings.Join([]string{Version, p.method, p.uri, p.contentType, p.date, bodyHash(p.body)}, "\n")},
	}
	if media, _, err := mime.ParseMediaType(p.contentType); err == nil {
		all = append(all, mistake{"the Content-Type was signed without its parameters",
			p.with(func(p *parts) { p.contentType = media }).join()})
	}
	if compact := new(bytes.Buffer); json.Compact(compact, p.body) == nil {
		all = append(all, mistake{"the JSON was signed without its blanks",
			p.with(func(p *parts) { p.body = compact.Bytes() }).join()})
	}
	if u, err := url.ParseRequestURI(p.uri); err == nil {
		query := ""
		if u.RawQuery != "" {
			query = "?" + u.RawQuery
		}
		all = append(all, mistake{"the path was signed without its escapes",
			p.with(func(p *parts) { p.uri = u.Path + query }).join()})
		u.RawQuery = u.Query().Encode()
		all = append(all, mistake{"the query was signed in another order or with other escapes",
			p.with(func(p *parts) { p.uri = u.RequestURI() }).join()})
	}
	return all
}

func (p parts) with(change func(*parts)) parts {
	change(&p)
	return p
}
