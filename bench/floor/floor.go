// Package floor is the yardstick: the requests that the clients make, written by hand with nothing but net/http and
// encoding/json, as somebody would who needs these few calls and no more. It keeps tokens, renews one that is refused,
// signs where the vendor wants it, and takes for granted that all goes well: no time limits, no bounds, no retries, no
// check of what came.
package floor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Credentials that the server of package server takes.
const (
	ID     = "bench-app-1"
	Secret = "bench-secret-0123456789"
)

// program is what the programs share.
type program struct {
	http *http.Client
	base string

	mu      sync.Mutex
	token   string
	expires time.Time
}

func newProgram(base string) program {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64 // with the default of 2, many calls at once connect anew for nearly each of them
	return program{http: &http.Client{Transport: transport}, base: base}
}

// current returns the token that is kept, or a new one.
func (p *program) current(fetch func() (string, int64, error)) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.token != "" && time.Now().Before(p.expires) {
		return p.token, nil
	}
	asked := time.Now()
	token, seconds, err := fetch()
	if err != nil {
		return "", err
	}
	p.token, p.expires = token, asked.Add(time.Duration(seconds)*time.Second-5*time.Minute)
	return token, nil
}

// drop forgets a token that was refused.
func (p *program) drop(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.token == token {
		p.token = ""
	}
}

// get sends a request without a body.
func (p *program) get(ctx context.Context, url string, authorize func(*http.Request) error, out any) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	if authorize != nil {
		if err := authorize(req); err != nil {
			return 0, err
		}
	}
	return p.do(req, out)
}

// post sends a JSON body.
func (p *program) post(ctx context.Context, url string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	_, err = p.do(req, out)
	return err
}

func (p *program) do(req *http.Request, out any) (int, error) {
	response, err := p.http.Do(req) //nolint:gosec // to the server of the benchmark
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		return response.StatusCode, err
	}
	_, err = io.Copy(io.Discard, response.Body) // or the connection is not used again
	return response.StatusCode, err
}

// refused is a code of the vendor's.
func refused(code int64, message string) error { return fmt.Errorf("code %d: %s", code, message) }
