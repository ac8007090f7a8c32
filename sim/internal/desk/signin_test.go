package desk

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/roster-go/roster/sim/internal/company"
)

func TestCodes(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	codes := NewCodes[string](1, "test", 32, 5*time.Minute)
	first, second := codes.Issue("a", now), codes.Issue("b", now)
	assert.NotEqual(t, first, second)
	assert.Len(t, first, 32)

	grant, state := codes.Check(first, now.Add(5*time.Minute-1))
	assert.Equal(t, "a", grant)
	assert.Equal(t, CodeGood, state)
	_, state = codes.Take("no such code", now)
	assert.Equal(t, CodeUnknown, state)
	_, state = codes.Take(second, now.Add(5*time.Minute))
	assert.Equal(t, CodeExpired, state)

	grant, state = codes.Take(first, now)
	assert.Equal(t, "a", grant)
	assert.Equal(t, CodeGood, state)
	for _, at := range []time.Time{now, now.Add(time.Hour)} {
		_, state = codes.Take(first, at)
		assert.Equal(t, CodeUsed, state)
	}
}

func TestSignInPage(t *testing.T) {
	org := company.Generate(1, 5, 40, time.Now)
	d := New(Config{Seed: 1}, org)
	var active, other company.Person
	for _, p := range org.People() {
		if p.Status == company.StatusActive && active.Key == 0 {
			active = p
		} else {
			other = p
		}
	}
	page := SignInPage{
		Vendor: "Example", RedirectURI: "https://app.example/back?keep=1", State: `a"b<c>&d`,
		Agree: func(p company.Person) (url.Values, error) {
			if p.Key == other.Key {
				return nil, errors.New("not you")
			}
			return url.Values{"code": {"code of " + p.UserID}}, nil
		},
		Declined: url.Values{"error": {"access_denied"}},
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.SignIn(w, r, page) }))
	defer srv.Close()
	browser := srv.Client()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	get := func(query url.Values) (int, *url.URL, string) {
		t.Helper()
		rsp, err := browser.Get(srv.URL + "?" + query.Encode())
		require.NoError(t, err)
		defer rsp.Body.Close()
		body, err := io.ReadAll(rsp.Body)
		require.NoError(t, err)
		to, _ := rsp.Location()
		return rsp.StatusCode, to, string(body)
	}

	status, _, body := get(url.Values{"state": {page.State}, "client_id": {"x"}})
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, active.Name)
	assert.Contains(t, body, url.Values{SignInAs: {active.UserID}}.Encode(), "a link for each")
	assert.Contains(t, body, SignInDecline)
	assert.NotContains(t, body, page.State, "escaped")

	status, to, _ := get(url.Values{SignInAs: {active.UserID}})
	assert.Equal(t, http.StatusFound, status)
	assert.Equal(t, "app.example", to.Host)
	assert.Equal(t, url.Values{"keep": {"1"}, "code": {"code of " + active.UserID}, "state": {page.State}}, to.Query())

	status, to, _ = get(url.Values{SignInDecline: {"1"}})
	assert.Equal(t, http.StatusFound, status)
	assert.Equal(t, url.Values{"keep": {"1"}, "error": {"access_denied"}, "state": {page.State}}, to.Query())

	status, _, body = get(url.Values{SignInAs: {other.UserID}})
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, body, "not you")
	status, _, _ = get(url.Values{SignInAs: {"ghost"}})
	assert.Equal(t, http.StatusBadRequest, status)

	page.Declined, page.State, page.RedirectURI = nil, "", "https://app.example/back"
	status, _, body = get(url.Values{SignInDecline: {"1"}})
	assert.Equal(t, http.StatusOK, status, "there is nothing to decline")
	assert.NotContains(t, body, "Decline<")
	_, to, _ = get(url.Values{SignInAs: {active.UserID}})
	assert.False(t, to.Query().Has("state"))
	page.RedirectURI = "nowhere"
	status, _, _ = get(url.Values{SignInAs: {active.UserID}})
	assert.Equal(t, http.StatusBadRequest, status)
}
