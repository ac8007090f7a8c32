// Sign-in lets people of a company sign in to a web program with their account at a vendor, and shows who they are:
//
//	sign-in -vendor feishu -url https://app.example.org -addr :8080
//
// Credentials come from the variables of the roster command. The address of the return, <url>/back, has to be
// registered in the vendor's console. To try it without any, start "roster sim" and give this program the variables
// that it prints; WeCom's want WECOM_AGENT_ID as well.
//
// What makes it safe: a state for each attempt, random and tied to the browser by a cookie, that is compared before the
// code is looked at and is good once; a session that begins anew after the sign-in; and nobody from outside the
// company.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/examples/syncer"
)

func main() {
	vendor := flag.String("vendor", "", "wecom, dingtalk, feishu or wps")
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	url := flag.String("url", "http://127.0.0.1:8080", "`URL` of this program, as browsers see it")
	flag.Parse()
	if err := run(*vendor, *addr, strings.TrimSuffix(*url, "/"), os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "sign-in:", err)
		os.Exit(1)
	}
}

func run(vendor, addr, url string, getenv func(string) string) error {
	handler, err := newApp(vendor, url, getenv)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: addr, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	slog.Info("listening", "address", addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// app is the web program. Its sessions are in memory: with several processes they belong into a store.
type app struct {
	people directory.SignIn
	url    string

	mu       sync.Mutex
	attempts map[string]time.Time // states that were given out, with their end
	sessions map[string]session   // by the value of the cookie
}

type session struct {
	user directory.User
	ends time.Time
}

const (
	attemptCookie = "attempt"
	sessionCookie = "session"
	attemptLife   = 10 * time.Minute
	sessionLife   = 8 * time.Hour
	mostAttempts  = 10_000 // at a time: anybody can begin one
)

func newApp(vendor, url string, getenv func(string) string) (http.Handler, error) {
	d, _, err := syncer.OpenFor(vendor, url+"/back", getenv)
	if err != nil {
		return nil, err
	}
	people, ok := d.(directory.SignIn)
	if !ok {
		return nil, fmt.Errorf("%s signs nobody in", vendor)
	}
	a := &app{people: people, url: url, attempts: map[string]time.Time{}, sessions: map[string]session{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.home)
	mux.HandleFunc("GET /sign-in", a.begin)
	mux.HandleFunc("GET /back", a.back)
	mux.HandleFunc("POST /sign-out", a.end)
	return mux, nil
}

var page = template.Must(template.New("page").Parse(`<!DOCTYPE html><html lang="en"><title>Sign-in</title>
{{if .}}<p>Signed in as <b id="who">{{.DisplayName}}</b> (<span id="id">{{.ID}}</span>).</p>
<form method="post" action="/sign-out"><button>Sign out</button></form>
{{else}}<p><a id="sign-in" href="/sign-in">Sign in</a></p>{{end}}</html>`))

func (a *app) home(w http.ResponseWriter, r *http.Request) {
	var who *directory.User
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		a.mu.Lock()
		if s, ok := a.sessions[cookie.Value]; ok && time.Now().Before(s.ends) {
			who = &s.user
		}
		a.mu.Unlock()
	}
	w.Header().Set("Cache-Control", "no-store")
	_ = page.Execute(w, who)
}

// begin sends the browser to the vendor.
func (a *app) begin(w http.ResponseWriter, r *http.Request) {
	state := rand.Text()
	url, err := a.people.AuthorizeURL(clients.SignIn{RedirectURI: a.url + "/back", State: state})
	if err != nil {
		a.refuse(w, r, http.StatusInternalServerError, "signing in is not set up", err)
		return
	}
	now := time.Now()
	a.mu.Lock()
	for old, ends := range a.attempts {
		if now.After(ends) {
			delete(a.attempts, old)
		}
	}
	full := len(a.attempts) >= mostAttempts
	if !full {
		a.attempts[state] = now.Add(attemptLife)
	}
	a.mu.Unlock()
	if full {
		a.refuse(w, r, http.StatusServiceUnavailable, "too many people are signing in: try again in a few minutes", nil)
		return
	}
	a.setCookie(w, attemptCookie, state, attemptLife)
	http.Redirect(w, r, url, http.StatusFound)
}

// back takes the browser in that comes from the vendor.
func (a *app) back(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	cookie, err := r.Cookie(attemptCookie)
	a.setCookie(w, attemptCookie, "", -time.Second)
	if err != nil || query.Get("state") == "" || query.Get("state") != cookie.Value || !a.spend(cookie.Value) {
		a.refuse(w, r, http.StatusBadRequest, "this is not an answer to your attempt to sign in: begin again", err)
		return
	}
	if query.Get("code") == "" {
		a.refuse(w, r, http.StatusForbidden, "you did not agree", nil)
		return
	}
	user, err := a.people.Identify(r.Context(), query.Get("code"), clients.SurfaceBrowser)
	active, known := user.Active()
	switch {
	case errors.Is(err, directory.ErrOutsider):
		a.refuse(w, r, http.StatusForbidden, "you do not belong to the company", err)
	case errors.Is(err, clients.ErrInvalidArgument), errors.Is(err, clients.ErrUnauthenticated):
		a.refuse(w, r, http.StatusBadRequest, "the code is spent or too old: begin again", err)
	case err != nil:
		a.refuse(w, r, http.StatusBadGateway, "the vendor does not tell who you are: try again later", err)
	case known && !active:
		a.refuse(w, r, http.StatusForbidden, "your account is locked", nil)
	default:
		now, fresh := time.Now(), rand.Text()
		a.mu.Lock()
		if old, err := r.Cookie(sessionCookie); err == nil {
			delete(a.sessions, old.Value)
		}
		for value, s := range a.sessions {
			if now.After(s.ends) {
				delete(a.sessions, value)
			}
		}
		a.sessions[fresh] = session{user, now.Add(sessionLife)}
		a.mu.Unlock()
		a.setCookie(w, sessionCookie, fresh, sessionLife)
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

// spend tells whether a state was given out and has not come back yet.
func (a *app) spend(state string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	ends, ok := a.attempts[state]
	delete(a.attempts, state)
	return ok && time.Now().Before(ends)
}

func (a *app) end(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		a.mu.Lock()
		delete(a.sessions, cookie.Value)
		a.mu.Unlock()
	}
	a.setCookie(w, sessionCookie, "", -time.Second)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// setCookie sets a cookie that scripts do not see and other sites do not send, but for following a link.
func (a *app) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	//nolint:gosec // Secure wherever browsers come by https
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(life / time.Second), HttpOnly: true,
		Secure: strings.HasPrefix(a.url, "https://"), SameSite: http.SameSiteLaxMode})
}

// refuse tells the person why, and the log what only an administrator should read.
func (a *app) refuse(w http.ResponseWriter, r *http.Request, status int, why string, err error) {
	slog.WarnContext(r.Context(), "nobody was signed in", "why", why, "error", err)
	http.Error(w, why, status)
}
