package clients

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// Surface is where a person meets the page that asks for consent to sign in.
type Surface int

// The surfaces. Not every vendor has a page for each: AuthorizeURL of its client says so with ErrInvalidArgument.
const (
	// SurfaceBrowser is the vendor's page in any browser. It mostly offers a QR code beside other ways.
	SurfaceBrowser Surface = iota
	// SurfaceInApp is a page that is opened inside the vendor's own app, where the person is known already and mostly
	// sees no question at all.
	SurfaceInApp
	// SurfaceQRCode is a page, or a part of the caller's own page, that shows only a QR code for the vendor's app.
	SurfaceQRCode
)

// String is the surface's name for an error text.
func (s Surface) String() string {
	names := [...]string{"browser", "in-app", "QR code"}
	if s < 0 || int(s) >= len(names) {
		return fmt.Sprintf("surface %d", int(s))
	}
	return names[s]
}

// SignIn is what every vendor's AuthorizeURL needs to know.
type SignIn struct {
	// RedirectURI is where the vendor sends the browser back to with code and state in the query. It must be
	// registered in the vendor's console.
	RedirectURI string
	// State comes back unchanged beside the code. Make a new random one for each attempt, keep it in the person's
	// session, and refuse an answer with another one: it is what keeps a stranger's code from being slipped in.
	// At most 128 characters; letters and digits are safe with every vendor.
	State string
	// Surface is where the page is shown; zero is any browser.
	Surface Surface
}

// Check reports the first thing wrong with a request, in words of the fields.
func (s SignIn) Check() error {
	u, err := url.Parse(s.RedirectURI)
	switch {
	case s.RedirectURI == "":
		return errors.New("SignIn.RedirectURI is empty")
	case err != nil:
		return errors.New("SignIn.RedirectURI is not a URL")
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return errors.New("SignIn.RedirectURI must begin with https:// or http:// and name a host")
	case u.User != nil:
		return errors.New("SignIn.RedirectURI must not hold a user or password")
	case u.Fragment != "":
		return errors.New("SignIn.RedirectURI must not have a fragment")
	case s.State == "":
		return errors.New("SignIn.State is empty: without one, anybody's code would be taken")
	case len(s.State) > 128:
		return errors.New("SignIn.State is longer than 128 characters")
	case strings.ContainsFunc(s.State, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }):
		return errors.New("SignIn.State must not hold white space or control characters")
	case s.Surface < SurfaceBrowser || s.Surface > SurfaceQRCode:
		return fmt.Errorf("SignIn.Surface is unknown: %v", s.Surface)
	}
	return nil
}
