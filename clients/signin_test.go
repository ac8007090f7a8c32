package clients_test

import (
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/stretchr/testify/assert"
)

func TestSignInIsChecked(t *testing.T) {
	good := clients.SignIn{RedirectURI: "https://app.example.org/back?x=1", State: "8fJ2"}
	assert.NoError(t, good.Check())
	for name, c := range map[string]struct {
		spoil func(*clients.SignIn)
		says  string
	}{
		"no address":       {func(s *clients.SignIn) { s.RedirectURI = "" }, "RedirectURI is empty"},
		"no URL":           {func(s *clients.SignIn) { s.RedirectURI = "https://a b/%zz" }, "not a URL"},
		"a path":           {func(s *clients.SignIn) { s.RedirectURI = "/back" }, "must begin with https"},
		"another scheme":   {func(s *clients.SignIn) { s.RedirectURI = "ftp://example.org" }, "must begin with https"},
		"a password":       {func(s *clients.SignIn) { s.RedirectURI = "https://u:p@example.org/" }, "user or password"},
		"a fragment":       {func(s *clients.SignIn) { s.RedirectURI += "#top" }, "fragment"},
		"no state":         {func(s *clients.SignIn) { s.State = "" }, "State is empty"},
		"long state":       {func(s *clients.SignIn) { s.State = strings.Repeat("a", 129) }, "128"},
		"a line in it":     {func(s *clients.SignIn) { s.State = "a\nb" }, "white space"},
		"unknown surface":  {func(s *clients.SignIn) { s.Surface = 7 }, "surface 7"},
		"negative surface": {func(s *clients.SignIn) { s.Surface = -1 }, "surface -1"},
	} {
		t.Run(name, func(t *testing.T) {
			request := good
			c.spoil(&request)
			assert.ErrorContains(t, request.Check(), c.says)
			assert.NotContains(t, request.Check().Error(), ":p@", "a password must not be shown")
		})
	}
}
