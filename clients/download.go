package clients

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/roster-go/roster/wire"
)

// Download gets a file that an answer of the operation has named by its address. No credential goes along, the
// address, which may hold one, is in no error, and user middleware does not see the request. It goes over https only,
// except to a host that is an address of this machine or its name, localhost. size is the file's length: another one is
// ErrBadResponse, and so is a file that is larger than WithMaxResponseBytes allows, which is not asked for. What is
// unavailable is asked for again as a call that is idempotent would be.
func (c *Client) Download(ctx context.Context, op *wire.Operation, address string, size int64) ([]byte, error) {
	c.stats.calls.Add(1)
	p := progress{known: append(slices.Clip(c.secrets(ctx)), Secret(address))}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http":
		return nil, c.fail(op, &p, &Error{Kind: KindBadResponse, Message: "the address of a file is none of the web"})
	case u.Scheme == "http" && !isLocal(u.Hostname()):
		return nil, c.fail(op, &p, &Error{Kind: KindBadResponse,
			Message: "nothing was sent: the address of a file is plain http, over which nobody's data goes"})
	case size < 0:
		return nil, c.fail(op, &p, &Error{Kind: KindBadResponse, Message: "the length of a file is negative"})
	case size > c.set.maxBytes:
		return nil, c.fail(op, &p, &Error{Kind: KindBadResponse, Message: "nothing was sent",
			cause: errTooLarge(c.set.maxBytes)})
	}
	p.known = append(p.known, Secret(u.RequestURI()), Secret(u.RawQuery))
	for {
		file, o := c.tryDownload(ctx, op, u, size, &p)
		if o.err == nil {
			return file, nil
		}
		wait, again := c.set.retry.wait(p.attempts, true, &o)
		if !again {
			return nil, c.fail(op, &p, o.err)
		}
		c.stats.replays.Add(1)
		if stopped := c.pause(ctx, wait, &p); stopped != nil {
			return nil, c.fail(op, &p, &Error{Kind: KindCanceled, HTTPStatus: o.err.HTTPStatus, cause: stopped,
				Message: "gave up before the file could be asked for again"})
		}
	}
}

// isLocal tells whether a host is this machine, by its name or its address.
func isLocal(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
}

// tryDownload makes one attempt. It goes through what every call goes through below the middleware, with no credential.
func (c *Client) tryDownload(ctx context.Context, op *wire.Operation, u *url.URL, size int64,
	p *progress) ([]byte, outcome) {
	a := &attempt{operation: op, idempotent: true, known: p.known}
	a.Context = a.limits.begin(ctx, &c.set)
	defer a.limits.end()
	f := &a.flight
	f.begin(a, a, c.sender.traceKey, false)
	req, err := http.NewRequestWithContext(f, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, outcome{err: &Error{Kind: KindBadResponse, Message: "the address of a file is none of the web"}}
	}
	req.Header.Set("User-Agent", c.set.userAgent)
	req.Header.Set("Accept-Encoding", "identity") // length and checksum are those of the file as it is stored
	p.attempts++
	c.stats.requests.Add(1)
	response, err := c.sender.send(req, f)
	if err != nil {
		return nil, unanswered(a, err)
	}
	defer response.Body.Close()
	defer context.AfterFunc(a, func() { _ = response.Body.Close() })()
	if response.StatusCode != http.StatusOK {
		return nil, notAFile(response, c)
	}
	release, err := c.set.hold(a, size)
	if err != nil {
		return nil, unread(a, err, response.StatusCode)
	}
	defer release()
	lent, err := c.lender.read(response, size)
	defer c.lender.giveBack(lent)
	var large errTooLarge
	switch {
	case errors.As(err, &large):
		return nil, outcome{err: &Error{Kind: KindBadResponse, HTTPStatus: response.StatusCode,
			Message: "the file is longer than the vendor said"}}
	case err != nil:
		return nil, unread(a, err, response.StatusCode)
	case int64(len(lent.bytes)) != size:
		return nil, outcome{err: &Error{Kind: KindBadResponse, HTTPStatus: response.StatusCode,
			Message: "the file is shorter than the vendor said"}}
	}
	return bytes.Clone(lent.bytes), outcome{}
}

// notAFile is an answer in place of a file.
func notAFile(response *http.Response, c *Client) outcome {
	o := outcome{err: &Error{Kind: KindBadResponse, HTTPStatus: response.StatusCode,
		Message: "there is no file at the address, or not any more"}}
	switch status := response.StatusCode; {
	case status >= 500, status == http.StatusTooManyRequests:
		o.err.Kind, o.err.Message = kindOfStatus(status), "the file cannot be had now"
		o.wait, o.replay = RetryAfter(response.Header, c.Now()), ReplayIfIdempotent
	case status >= 300 && status < 400:
		o.err.Message = errRedirect.Error()
	}
	return o
}
