package main

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/roster-go/roster/internal/simtest"
	"github.com/roster-go/roster/internal/vendors"
	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// start starts the program for a vendor of a simulator.
func start(t *testing.T, server *sim.Server, v vendors.Vendor) *httptest.Server {
	t.Helper()
	env := v.Simulated(server)
	handler := http.NewServeMux()
	app := httptest.NewServer(handler)
	t.Cleanup(app.Close)
	a, err := newApp(v.Name, app.URL, func(name string) string { return env[name] })
	require.NoError(t, err)
	handler.Handle("/", a)
	return app
}

// browser is an HTTP client with cookies that stops where it is sent to.
func browser(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	stop := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Jar: jar, CheckRedirect: stop}
}

func get(t *testing.T, c *http.Client, url string) (status int, location, body string) {
	t.Helper()
	r, err := c.Get(url)
	require.NoError(t, err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return r.StatusCode, r.Header.Get("Location"), string(text)
}

func somebody(t *testing.T, server *sim.Server) sim.Person {
	for _, p := range server.Organisation().People() {
		if p.Status == sim.StatusActive && len(p.Memberships) > 0 {
			return p
		}
	}
	t.Fatal("nobody is there")
	return sim.Person{}
}

func TestPeopleSignIn(t *testing.T) {
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			server := simtest.Serve(t, sim.WithPeople(30), sim.WithDepartments(4))
			app, person := start(t, server, v), somebody(t, server)
			c := browser(t)
			_, _, body := get(t, c, app.URL)
			assert.Contains(t, body, `href="/sign-in"`)

			status, vendorPage, _ := get(t, c, app.URL+"/sign-in")
			require.Equal(t, http.StatusFound, status)
			vendorPage, fragment, _ := strings.Cut(vendorPage, "#")
			assert.Empty(t, fragment)
			status, back, body := get(t, c, vendorPage+"&sim_user="+url.QueryEscape(person.UserID))
			require.Equal(t, http.StatusFound, status, body)

			stranger := browser(t)
			status, _, _ = get(t, stranger, back)
			assert.Equal(t, http.StatusBadRequest, status, "the answer belongs to another browser")

			status, home, body := get(t, c, back)
			require.Equal(t, http.StatusSeeOther, status, body)
			_, _, body = get(t, c, app.URL+home)
			assert.Contains(t, body, person.Name)

			status, _, _ = get(t, c, back)
			assert.Equal(t, http.StatusBadRequest, status, "a state is good once")

			// The same code behind a state of its own is refused by the vendor.
			_, again, _ := get(t, c, app.URL+"/sign-in")
			authorize, err := url.Parse(again)
			require.NoError(t, err)
			used, err := url.Parse(back)
			require.NoError(t, err)
			query := used.Query()
			query.Set("state", authorize.Query().Get("state"))
			status, _, body = get(t, c, app.URL+"/back?"+query.Encode())
			assert.Equal(t, http.StatusBadRequest, status, body)
			assert.NotContains(t, body, query.Get("code"))

			_, _, _ = get(t, c, app.URL+"/sign-in")
			status, _, _ = get(t, c, app.URL+"/back?code=x&state=made-up")
			assert.Equal(t, http.StatusBadRequest, status)
			status, err = signOut(c, app.URL)
			require.NoError(t, err)
			assert.Equal(t, http.StatusSeeOther, status)
			_, _, body = get(t, c, app.URL)
			assert.NotContains(t, body, person.Name)
		})
	}
}

func signOut(c *http.Client, url string) (int, error) {
	r, err := c.Post(url+"/sign-out", "", nil)
	if err != nil {
		return 0, err
	}
	return r.StatusCode, r.Body.Close()
}

// A person sees the vendor's page in a browser, chooses an account, and is signed in.
func TestABrowserSignsIn(t *testing.T) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("chromium is not installed")
		}
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.WSURLReadTimeout(time.Minute))
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			server := simtest.Serve(t, sim.WithPeople(30), sim.WithDepartments(4))
			app, person := start(t, server, v), somebody(t, server)
			allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
			defer stop()
			ctx, cancel := chromedp.NewContext(allocator)
			defer cancel()
			ctx, over := context.WithTimeout(ctx, 2*time.Minute)
			defer over()
			require.NoError(t, chromedp.Do(ctx,
				chromedp.Navigate(app.URL),
				chromedp.Click(chromedp.CSS("#sign-in")),
				chromedp.Click(chromedp.CSS(`a[href*="sim_user=`+url.QueryEscape(person.UserID)+`"]`)),
			))
			who, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("#who")))
			require.NoError(t, err)
			assert.Equal(t, person.Name, who)
		})
	}
}
