package kso1

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/textproto"
	"strings"
	"time"
)

// Version is the first word of the authorization header and of what is signed.
const Version = "KSO-1"

// The headers of a signed request.
const (
	HeaderDate          = "X-Kso-Date"
	HeaderAuthorization = "X-Kso-Authorization"
)

// Secret is a key that prints as "[redacted]", whatever prints it. An untyped constant converts by itself.
type Secret string

const redacted = "[redacted]"

// Format writes "[redacted]" for every verb.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// String returns "[redacted]".
func (Secret) String() string { return redacted }

// MarshalText returns "[redacted]", for encoding/json and others.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalBinary returns "[redacted]", for those that ask for bytes.
func (Secret) MarshalBinary() ([]byte, error) { return []byte(redacted), nil }

// GobEncode returns "[redacted]". What a Secret has been encoded as cannot be decoded into one; a string can.
func (Secret) GobEncode() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns "[redacted]".
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Signer holds what signs and verifies. Its methods can be called from many goroutines.
type Signer struct {
	AccessKey string // APPID, the client_id of the token endpoint
	SecretKey Secret // APPKEY, the client_secret of the token endpoint

	// PathPrefix is in front of every path and is not signed: "/openapi" for a private deployment at
	// https://wps.customer.example/openapi. It is written as on the wire, escapes included. A path without it is signed
	// whole. Leave it empty for the public cloud.
	PathPrefix string

	// Now is the clock for a Transport, and for Sign when it is given no time. Nil: time.Now.
	Now func() time.Time
}

// Format prints AccessKey and PathPrefix for every verb.
func (s Signer) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "{AccessKey:%s PathPrefix:%s}", s.AccessKey, s.PathPrefix)
}

// Sign sets the two headers of req, as of at; the zero time stands for Now. body holds the very bytes that req will
// send, nil or empty if there are none; Sign does not touch req.Body. Method, URL and Content-Type must be final. A
// repeated request is signed again.
func (s Signer) Sign(req *http.Request, body []byte, at time.Time) error {
	if err := s.check(); err != nil {
		return err
	}
	uri, err := s.signedURI(req.URL.RequestURI())
	if err != nil {
		return err
	}
	contentType, err := contentType(req.Header)
	if err != nil {
		return err
	}
	if at.IsZero() {
		at = s.now()
	}
	if req.Header == nil {
		req.Header = make(http.Header)
	}
	date := at.UTC().Format(http.TimeFormat)
	req.Header.Set(HeaderDate, date)
	req.Header.Set(HeaderAuthorization, Version+" "+s.AccessKey+":"+s.Signature(StringToSign(req.Method, uri,
		contentType, date, body)))
	return nil
}

// Signature returns the lower-case hex HMAC of stringToSign.
func (s Signer) Signature(stringToSign string) string {
	return hex.EncodeToString(s.mac(stringToSign))
}

// StringToSign puts together what is signed. uri is the request URI without what Signer.PathPrefix takes away. An empty
// method is GET.
func StringToSign(method, uri, contentType, date string, body []byte) string {
	if method == "" {
		method = http.MethodGet
	}
	return Version + strings.ToUpper(method) + uri + contentType + date + bodyHash(body)
}

func (s Signer) check() error {
	switch {
	case s.AccessKey == "" || s.SecretKey == "":
		return errors.New("kso1: AccessKey and SecretKey are required")
	case s.PathPrefix != "" && s.PathPrefix[0] != '/':
		return errors.New("kso1: PathPrefix must begin with a slash")
	default:
		return nil
	}
}

func (s Signer) mac(stringToSign string) []byte {
	mac := hmac.New(sha256.New, []byte(s.SecretKey))
	mac.Write([]byte(stringToSign))
	return mac.Sum(nil)
}

func (s Signer) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func bodyHash(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// signedURI cuts the prefix off at the end of a path segment: /openapi is no prefix of /openapis/v7.
func (s Signer) signedURI(uri string) (string, error) {
	if !strings.HasPrefix(uri, "/") {
		return "", errors.New("kso1: the request's URL has no path to sign")
	}
	rest, found := strings.CutPrefix(uri, strings.TrimRight(s.PathPrefix, "/"))
	switch {
	case !found:
		return uri, nil
	case rest == "" || rest[0] == '?':
		return "/" + rest, nil
	case rest[0] == '/':
		return rest, nil
	default:
		return uri, nil
	}
}

// contentType returns the header's value as the wire has it: net/http trims it.
func contentType(h http.Header) (string, error) {
	values := h["Content-Type"]
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return textproto.TrimString(values[0]), nil
	default:
		return "", errors.New("kso1: the request has several Content-Type headers")
	}
}
