// Package server answers what the benchmarks ask: canned answers, made once, behind the check of token and signature
// that the vendors make. It runs in a process of its own, so that what it allocates is not the client's.
package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/roster-go/roster/bench/floor"
	"github.com/roster-go/roster/clients/wps/kso1"
)

// People is how many people are on the lists.
const People = 10_000

// Counts is what has come since the last Control.
type Counts struct {
	Requests, Tokens, Connections int64
}

// Control is what can be told a server, by a POST of it to /control. The answer is what was counted before.
type Control struct {
	Revoke bool          // the tokens so far are refused from now on
	Delay  time.Duration // before each answer
}

type server struct {
	serial                        atomic.Int64 // of the tokens that are good
	delay                         atomic.Int64
	requests, tokens, connections atomic.Int64
	answers                       map[string]answer // by path
}

// answer is that of one operation: one body, or that of each page.
type answer struct {
	authorized func(s *server, r *http.Request, body []byte) bool
	refusal    []byte
	status     int                                    // of the refusal
	page       func(r *http.Request, body []byte) int // nil: there is one body
	bodies     [][]byte
}

// Serve answers until the listener is closed.
func Serve(listener net.Listener) error {
	s := &server{answers: answers()}
	s.serial.Store(1)
	return (&http.Server{Handler: s, ReadHeaderTimeout: time.Minute, ConnState: func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}}).Serve(listener)
}

func (s *server) token() string {
	return fmt.Sprintf("token-%08d-%s", s.serial.Load(), strings.Repeat("x", 40))
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	_, _ = io.Copy(buffer, r.Body)
	if r.URL.Path == "/control" {
		s.control(w, buffer.Bytes())
		return
	}
	s.requests.Add(1)
	if delay := time.Duration(s.delay.Load()); delay > 0 {
		time.Sleep(delay)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, path, _ := strings.Cut(r.URL.Path[1:], "/")
	if text := tokenAnswer(path, s.token()); text != "" {
		s.tokens.Add(1)
		_, _ = io.WriteString(w, text)
		return
	}
	if at := strings.Index(path, "users/"); at >= 0 && path != "contact/v3/users/find_by_department" {
		path = path[:at+len("users/")]
	}
	a, ok := s.answers[path]
	if !ok { // what two vendors have under the same name
		a, ok = s.answers[r.URL.Path[1:]]
	}
	switch {
	case !ok:
		http.NotFound(w, r)
	case !a.authorized(s, r, buffer.Bytes()):
		w.WriteHeader(a.status)
		_, _ = w.Write(a.refusal)
	default:
		body := a.bodies[0]
		if a.page != nil {
			body = a.bodies[a.page(r, buffer.Bytes())]
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	}
}

func (s *server) control(w http.ResponseWriter, body []byte) {
	var c Control
	if err := json.Unmarshal(body, &c); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if c.Revoke {
		s.serial.Add(1)
	}
	s.delay.Store(int64(c.Delay))
	_ = json.NewEncoder(w).Encode(Counts{s.requests.Swap(0), s.tokens.Swap(0), s.connections.Swap(0)})
}

func tokenAnswer(path, token string) string {
	switch path {
	case "gettoken":
		return `{"errcode":0,"errmsg":"ok","access_token":"` + token + `","expires_in":7200}`
	case "v1.0/oauth2/accessToken":
		return `{"accessToken":"` + token + `","expireIn":7200}`
	case "auth/v3/tenant_access_token/internal":
		return `{"code":0,"msg":"ok","tenant_access_token":"` + token + `","expire":7200}`
	case "oauth2/token":
		return `{"access_token":"` + token + `","expires_in":7200,"token_type":"bearer"}`
	}
	return ""
}

func inQuery(s *server, r *http.Request, _ []byte) bool {
	return strings.Contains(r.URL.RawQuery, "access_token="+s.token())
}

func inHeader(s *server, r *http.Request, _ []byte) bool {
	return r.Header.Get("Authorization") == "Bearer "+s.token()
}

func signed(s *server, r *http.Request, body []byte) bool {
	signer := kso1.Signer{AccessKey: floor.ID, SecretKey: floor.Secret} // the whole path is signed
	_, err := signer.Verify(r, body)
	return err == nil && inHeader(s, r, body)
}
