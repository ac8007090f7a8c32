package clienttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/internal/samples"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// failure is a way for a call to fail. serve returns the base URL to call; it may wrap the context.
type failure struct {
	name  string
	once  bool // one operation is enough: the way there is the same for all, and slow
	setup func(t *testing.T, s *Suite, op *wire.Operation, request samples.Request) (base string, ctx context.Context)
}

// answering is a failure in which the server gives every call the same answer.
func answering(name string, handle http.HandlerFunc) failure {
	return failure{name: name, setup: func(t *testing.T, s *Suite, op *wire.Operation, request samples.Request) (string,
		context.Context) {
		return s.serve(t, op, request, handle), t.Context()
	}}
}

// echo is all that a request carries, as a careless server would quote it.
func echo(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	decoded, _ := url.QueryUnescape(r.URL.RawQuery)
	return fmt.Sprintf("%s %s %s %v %s", r.URL, r.URL.RawQuery, decoded, r.Header, body)
}

// hang ends the caller's patience and waits for it to go away. A server notices that only once it has read the body.
func hang(r *http.Request, cancel func()) {
	_, _ = io.Copy(io.Discard, r.Body)
	cancel()
	<-r.Context().Done()
}

func failures() []failure {
	return []failure{
		{name: "connection refused", setup: func(t *testing.T, _ *Suite, _ *wire.Operation, _ samples.Request) (string,
			context.Context) {
			// Nobody listens on port 1; a port that was free a moment ago may be another test's by now.
			return "http://127.0.0.1:1", t.Context()
		}},
		{name: "unknown host", once: true,
			setup: func(t *testing.T, _ *Suite, _ *wire.Operation, _ samples.Request) (string, context.Context) {
				return "https://vendor.invalid", t.Context()
			}},
		{name: "TLS to a plain port", setup: func(t *testing.T, _ *Suite, _ *wire.Operation, _ samples.Request) (string,
			context.Context) {
			return strings.Replace(bare(t, func(http.ResponseWriter, *http.Request) {}), "http://", "https://", 1),
				t.Context()
		}},
		{name: "cancelled", setup: func(t *testing.T, s *Suite, op *wire.Operation, request samples.Request) (string,
			context.Context) {
			ctx, cancel := context.WithCancel(t.Context())
			return s.serve(t, op, request, func(_ http.ResponseWriter, r *http.Request) {
				hang(r, cancel)
			}), ctx
		}},
		{name: "deadline", setup: func(t *testing.T, s *Suite, op *wire.Operation, request samples.Request) (string,
			context.Context) {
			ctx, cancel := context.WithCancelCause(t.Context())
			return s.serve(t, op, request, func(_ http.ResponseWriter, r *http.Request) {
				hang(r, func() { cancel(context.DeadlineExceeded) })
			}), ctx
		}},
		answering("HTML 500 that quotes the request", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, "<html>%s</html>", echo(r))
		}),
		answering("truncated JSON", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"errcode":0,"code":0,"errmsg":%q`, echo(r))
		}),
		answering("wrong content type", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain; "+strings.ReplaceAll(r.URL.RawQuery, "%", ""))
			fmt.Fprint(w, echo(r))
		}),
		answering("redirect to another host", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.invalid/?"+r.URL.RawQuery, http.StatusFound)
		}),
		answering("redirect to itself", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.String(), http.StatusTemporaryRedirect)
		}),
		answering("vendor error that quotes the request", func(w http.ResponseWriter, r *http.Request) {
			text := echo(r)
			w.Header().Set("X-Request-Id", r.URL.RawQuery)
			w.Header().Set("X-Tt-Logid", r.URL.RawQuery)
			_ = json.NewEncoder(w).Encode(map[string]any{
				"errcode": 40003, "errmsg": text, "code": 40003, "msg": text, "message": text, "sub_msg": text,
				"request_id": text,
				"error": map[string]any{"log_id": text, "message": text,
					"field_violations": []map[string]string{{"field": text, "value": text}}},
			})
		}),
		{name: "vendor error with the credentials in its details", setup: func(t *testing.T, s *Suite, op *wire.Operation,
			request samples.Request) (string, context.Context) {
			return s.serve(t, op, request, func(w http.ResponseWriter, r *http.Request) {
				var sent []string
				for _, secret := range s.Secrets {
					if strings.Contains(echo(r), secret) {
						sent = append(sent, secret)
					}
				}
				list := strings.Join(sent, ",")
				text := "not allowed: [" + list + "], ErrPrivileges: " + list + ", subcode=" + list + ", hint: [" + list + "]"
				w.WriteHeader(http.StatusForbidden)
				_ = json.NewEncoder(w).Encode(map[string]any{
					"errcode": 60011, "errmsg": text, "code": 60011, "msg": text, "message": text, "sub_msg": text,
					"accessdenieddetail": map[string]any{"requiredScopes": sent},
					"error": map[string]any{"log_id": list, "troubleshooter": list,
						"permission_violations": []map[string]string{{"type": list, "subject": list, "scope": list}},
						"helps":                 []map[string]string{{"url": list, "description": list}}},
				})
			}), t.Context()
		}},
		answering("error status that quotes the request", func(w http.ResponseWriter, r *http.Request) {
			text := echo(r)
			w.WriteHeader(http.StatusForbidden)
			_ = json.NewEncoder(w).Encode(map[string]any{"code": "Forbidden", "message": text, "requestid": text,
				"errmsg": text, "desc": text})
		}),
		answering("declared length that lies", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100000")
			fmt.Fprint(w, `{"errcode":0`)
		}),
		answering("connection dies", func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = connection.Close()
			}
		}),
		answering("oversize", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"errmsg":"%s%s"}`, strings.Repeat("x", 1<<17), r.URL.RawQuery)
		}),
		{name: "secret refused", setup: func(t *testing.T, s *Suite, _ *wire.Operation, _ samples.Request) (string,
			context.Context) {
			return bare(t, func(w http.ResponseWriter, r *http.Request) {
				response := s.RejectSecret
				response.Body = bytes.ReplaceAll(response.Body, []byte("%s"),
					[]byte(strings.Trim(fmt.Sprintf("%q", echo(r)), `"`)))
				response.Write(w)
			}), t.Context()
		}},
		{name: "token refused twice", setup: func(t *testing.T, s *Suite, op *wire.Operation,
			request samples.Request) (string, context.Context) {
			return s.serve(t, op, request, func(w http.ResponseWriter, _ *http.Request) { s.RejectToken.Write(w) }),
				t.Context()
		}},
		{name: "token endpoint dies", setup: func(t *testing.T, _ *Suite, _ *wire.Operation, _ samples.Request) (string,
			context.Context) {
			return bare(t, func(w http.ResponseWriter, _ *http.Request) {
				connection, _, err := w.(http.Hijacker).Hijack()
				if err == nil {
					_ = connection.Close()
				}
			}), t.Context()
		}},
		{name: "middleware fails with the whole request",
			setup: func(t *testing.T, s *Suite, op *wire.Operation, request samples.Request) (string, context.Context) {
				return s.serve(t, op, request,
					func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }), t.Context()
			}},
	}
}

// noSecrets makes every operation fail in every way and looks for the planted credentials in all that a program could
// print.
func (s *Suite) noSecrets(t *testing.T) {
	answerable := s.answerable(t)
	for _, f := range failures() {
		t.Run(f.name, func(t *testing.T) {
			for _, op := range s.Operations {
				request := answerable[op].Request
				base, ctx := f.setup(t, s, op, request)
				var shown recorder
				options := []clients.Option{clients.WithRetry(clients.Retry{MaxAttempts: 2}),
					clients.WithClock(NewClock()), clients.WithMaxResponseBytes(1 << 16),
					clients.WithLogger(shown.logger()), clients.WithMiddleware(shown.middleware)}
				api := s.New(t, base, options...)
				_, err := s.method(t, api, op.ID).Call(ctx, request)
				require.Errorf(t, err, "%s", op.ID)
				shown.all(api, err)
				s.leaks(t, op, request, shown.String())
				if f.once {
					break
				}
			}
		})
	}
}

// leaks looks for the credentials in text, as they are and escaped. What the caller passed as an argument of the token
// operation is a credential as well.
func (s *Suite) leaks(t *testing.T, op *wire.Operation, request samples.Request, text string) {
	t.Helper()
	secrets := s.Secrets
	if op.CarriesSecret {
		for _, values := range request.Query {
			for _, value := range values {
				if strings.Contains(strings.ToLower(value), "secret") {
					secrets = append(secrets[:len(secrets):len(secrets)], value)
				}
			}
		}
	}
	for _, secret := range secrets {
		quoted, _ := json.Marshal(secret)
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret),
			strings.Trim(string(quoted), `"`)} {
			if at := strings.Index(text, form); at >= 0 {
				assert.Failf(t, "a credential is shown", "%s: …%s…", op.ID,
					text[max(0, at-120):min(len(text), at+len(form)+20)])
			}
		}
	}
}

// recorder gathers what programs print, log and trace.
type recorder struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(p)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.String()
}

func (r *recorder) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
}

// middleware records what a tracer or a dumping logger would.
func (r *recorder) middleware(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		fmt.Fprintf(r, "%s %s %v\n", req.Method, req.URL, req.Header)
		response, err := next.RoundTrip(req)
		if err != nil {
			fmt.Fprintf(r, "%T\n", err)
			return nil, err
		}
		if response.Request != nil {
			fmt.Fprintf(r, "answer to %s %v\n", response.Request.URL, response.Request.Header)
		}
		return response, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// all prints the error, whatever it wraps, and the client in every way that comes to mind.
func (r *recorder) all(api any, err error) {
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			fmt.Fprintf(r, verb+"\n", e)
		}
		encoded, _ := json.Marshal(map[string]any{"error": e, "list": []error{e}})
		fmt.Fprintln(r, string(encoded))
		slog.New(slog.NewJSONHandler(r, nil)).Error("failed", "error", e)
		slog.New(slog.NewTextHandler(r, nil)).Error("failed", "error", e)
		var failed *clients.Error
		if errors.As(e, &failed) {
			fmt.Fprintf(r, "%v %+v %#v\n", failed.Detail, failed.Detail, failed.Detail)
			encoded, _ := json.Marshal(failed.Detail)
			fmt.Fprintln(r, string(encoded))
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		fmt.Fprintf(r, verb+"\n", api)
		fmt.Fprintf(r, verb+"\n", struct{ API any }{api})
	}
	encoded, _ := json.Marshal(api)
	fmt.Fprintln(r, string(encoded))
	recovered := func() (text string) {
		defer func() { text = fmt.Sprint(recover()) }()
		panic(err)
	}()
	fmt.Fprintln(r, recovered)
}
