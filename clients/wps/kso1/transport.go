package kso1

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Transport signs each request that goes through it. Set all other headers above it; what stands below it must change
// neither method, URL, Content-Type nor body. Bodies are read into memory to be hashed.
//
// A request that follows a redirect is refused: the vendor does not redirect, and a signature is not for other hosts.
type Transport struct {
	Signer Signer
	Base   http.RoundTripper // nil: http.DefaultTransport
}

// RoundTrip sends a signed copy of req.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	if req.Response != nil {
		return nil, errors.New("kso1: a redirected request is not signed: check the base URL")
	}
	signed := req.Clone(req.Context())
	if len(body) > 0 {
		// The transport may send a request again whose connection was already closed. It then takes the body from here.
		signed.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		signed.Body, _ = signed.GetBody()
	} else {
		signed.Body, signed.GetBody = nil, nil
	}
	signed.ContentLength = int64(len(body))
	if err := t.Signer.Sign(signed, body, time.Time{}); err != nil {
		return nil, err
	}
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	response, err := base.RoundTrip(signed)
	if err != nil {
		return nil, err
	}
	response.Request = req // the one without the signature
	return response, nil
}

// readBody reads and closes the body, as a RoundTripper has to in any case.
func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(req.Body)
	if err = errors.Join(err, req.Body.Close()); err != nil {
		return nil, fmt.Errorf("kso1: reading the body to sign: %w", err)
	}
	return body, nil
}
