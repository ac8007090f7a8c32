package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
)

// Request makes a request of the call, a fresh one each time, below base or, if it is set, below Base. It leaves base
// alone. The headers are header itself, or the call's own if that is nil.
func (c *Call) Request(ctx context.Context, base *url.URL, header http.Header) (*http.Request, error) {
	if c.Base != nil {
		base = c.Base
	}
	target, err := c.url(base)
	if err != nil {
		return nil, err
	}
	req := new(http.Request).WithContext(ctx)
	req.Method = c.Operation.Method
	req.URL = target
	req.Host = strings.TrimSuffix(target.Host, ":")
	req.Proto, req.ProtoMajor, req.ProtoMinor = "HTTP/1.1", 1, 1
	req.Header = header
	if header == nil {
		req.Header = c.ownHeader()
	}
	if c.hasBody {
		setBody(req, c.body)
	}
	return req, nil
}

// ownHeader are the headers that the call has.
func (c *Call) ownHeader() http.Header {
	header := make(http.Header, len(c.header)+4) // those who send it add their own
	if c.hasBody {
		header["Content-Type"] = []string{c.contentType}
	}
	for _, f := range c.header {
		header[textproto.CanonicalMIMEHeaderKey(f.name)] = []string{f.value}
	}
	return header
}

// BodySize is the number of bytes that the call sends.
func (c *Call) BodySize() int { return len(c.body) }

// OnlyHeader returns the Content-Type of the call's body, "" if it has none, and whether that is the only header of its
// own.
func (c *Call) OnlyHeader() (contentType string, only bool) { return c.contentType, len(c.header) == 0 }

// setBody lets the body be read again, which net/http does where it may.
func setBody(req *http.Request, body []byte) {
	if len(body) == 0 {
		req.Body = http.NoBody
		req.GetBody = func() (io.ReadCloser, error) { return http.NoBody, nil }
		return
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.ContentLength = int64(len(body))
}

// url puts the call's path and query behind base.
func (c *Call) url(base *url.URL) (*url.URL, error) {
	rest := c.Operation.Path[c.filled:]
	if strings.IndexByte(rest, '{') >= 0 {
		return nil, fmt.Errorf("the path still needs values: %s", rest)
	}
	u := &url.URL{Scheme: base.Scheme, Host: base.Host}
	end := c.query
	if !c.done {
		end = len(c.target) + len(rest)
	}
	// One string holds path and query; rest is empty if there is a query.
	text := base.Path + string(c.target) + rest
	end += len(base.Path)
	u.Path, u.RawQuery = text[:end], text[end:]
	if !c.escaped && base.RawPath == "" {
		return u, nil
	}
	raw := u.Path[len(base.Path):]
	path, err := url.PathUnescape(raw)
	if err != nil {
		return nil, fmt.Errorf("the path cannot be read: %w", err)
	}
	u.Path = base.Path + path
	// As url.Parse has it: RawPath says only what Path does not.
	if raw = base.EscapedPath() + raw; u.EscapedPath() != raw {
		u.RawPath = raw
	}
	return u, nil
}
