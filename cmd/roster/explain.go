package main

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/internal/vendors"
)

// explained is an error in the words of somebody who runs the program: the cause and what to mend come first.
type explained struct {
	text string
	err  error
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.err }

// explain says what an export failed of, which variable is to be mended, and last how far it got.
func explain(err error, s source) error {
	if err == nil {
		return nil
	}
	cause, place, reached := err, "", ""
	var walk *directory.WalkError
	if errors.As(err, &walk) {
		cause = walk.Err
		switch {
		case walk.At != nil && walk.At.Name != "":
			place = fmt.Sprintf(", at department %s (%s)", walk.At.ID, walk.At.Name)
		case walk.At != nil:
			place = ", at department " + walk.At.ID
		case walk.Stage != "":
			place = ", at " + walk.Stage
		}
		reached = fmt.Sprintf("; %d people and %d of %d departments had been read", walk.Users, walk.Departments,
			walk.Listed)
	}
	var call *clients.Error
	if errors.As(cause, &call) {
		cause = call // what is wrapped around it is how far a list got
	}
	text := cause.Error()
	if !strings.HasPrefix(text, s.vendor.Name+": ") {
		text = s.vendor.Name + ": " + text
	}
	if mend := s.mend(cause); mend != "" {
		text = s.vendor.Name + ": " + mend + ": " + strings.TrimPrefix(text, s.vendor.Name+": ")
	}
	if walk != nil && walk.At != nil && errors.Is(cause, clients.ErrPermission) {
		place += " (--skip-forbidden goes on without what is forbidden)"
	}
	return &explained{s.inVariables(text) + place + reached, err}
}

// mend names the variable that is likely to be wrong, or is empty.
func (s source) mend(cause error) string {
	if s.simulated {
		return ""
	}
	var call *clients.Error
	switch {
	case errors.Is(cause, clients.ErrUnauthenticated):
		var names, named []string
		for _, v := range s.vendor.Variables {
			if v.Name == s.vendor.BaseURL() || v.Name == s.vendor.PlainHTTP() || s.env[v.Name] == "" {
				continue
			}
			names = append(names, v.Name)
			if strings.Contains(strings.ToLower(cause.Error()), "config."+field(v.Name)) {
				named = append(named, v.Name)
			}
		}
		if named != nil {
			names = named // the client knows which of them it sent
		}
		return "the vendor refused " + strings.Join(names, " or ")
	case errors.Is(cause, clients.ErrUnavailable) && errors.As(cause, &call) && call.HTTPStatus == 0 &&
		s.env[s.vendor.BaseURL()] != "":
		return "nothing answers at " + s.vendor.BaseURL()
	}
	return ""
}

// inVariables is a text of a client with the names of variables in place of the fields of Config and the options that
// they go to.
func (s source) inVariables(text string) string {
	if s.simulated {
		return text
	}
	for _, v := range s.vendor.Variables {
		at := regexp.MustCompile(`(?i)\bConfig\.` + regexp.QuoteMeta(field(v.Name)) + `\b`)
		text = at.ReplaceAllLiteralString(text, v.Name)
	}
	return strings.NewReplacer("clients.WithPlainHTTP", s.vendor.PlainHTTP()+"=1",
		"clients.WithBaseURL", s.vendor.BaseURL(), "WithBaseURL", s.vendor.BaseURL()).Replace(text)
}

// field is what a variable is called in the Config of the vendor's client, in lower case: appsecret for
// WECOM_APP_SECRET.
func field(variable string) string {
	_, name, _ := strings.Cut(strings.ToLower(variable), "_")
	return strings.ReplaceAll(name, "_", "")
}

// checkBaseURL says what a base URL lacks, without showing it: there may be a password in it.
func checkBaseURL(variable, base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	switch {
	case !strings.HasPrefix(base, "http://") && !strings.HasPrefix(base, "https://"):
		return fmt.Errorf("%s lacks http:// or https://", variable)
	case err != nil:
		return fmt.Errorf("%s is no URL", variable)
	case u.Host == "":
		return fmt.Errorf("%s lacks a host", variable)
	}
	return nil
}

// misspelt names the variables that begin like the vendor's and are none of them, and never their values.
func misspelt(v vendors.Vendor, environ []string) []string {
	var known, lines []string
	for _, variable := range v.Variables {
		known = append(known, variable.Name)
	}
	prefix := strings.ToUpper(v.Name) + "_"
	for _, setting := range environ {
		name, value, _ := strings.Cut(setting, "=")
		if value == "" || !strings.HasPrefix(name, prefix) || slices.Contains(known, name) {
			continue
		}
		line := name + " is set, and is none of this program's variables"
		if near := nearest(name, known); near != "" {
			line += ": did you mean " + near + "?"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// nearest is the word that the fewest changes of a letter make of name, or "" if those are many.
func nearest(name string, words []string) string {
	best, least := "", 4
	for _, word := range words {
		if d := distance(name, word); d < least {
			best, least = word, d
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
