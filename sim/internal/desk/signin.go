package desk

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
)

// The query parameters that the sign-in pages of the simulator have beside the vendor's own. They choose at once what a
// person would click.
const (
	// SignInAs is the user id (of the company) of the person who signs in and agrees.
	SignInAs = "sim_user"
	// SignInDecline, with any value, is the person's no.
	SignInDecline = "sim_decline"
)

// PageOwner is a vendor with pages that people open in a browser, such as the one where they sign in.
type PageOwner interface {
	// Pages returns what answers GET requests by path, with Base and without the vendor's name:
	// "/open-apis/authen/v1/authorize". The pages are no operations: they need no token, are not counted against quotas
	// and are not in the journal.
	Pages() map[string]http.HandlerFunc
}

// SignInPage is a vendor's page that asks who signs in, after the vendor has checked what the page was asked for.
type SignInPage struct {
	Vendor      string // for people
	RedirectURI string // where the browser goes from here
	State       string // sent along as the parameter "state"; nothing is sent if it is empty

	// Agree returns the parameters that the redirect carries for the person who was chosen, the code among them. An
	// error is shown instead of the redirect.
	Agree func(company.Person) (url.Values, error)
	// Others are not on the staff and can be chosen all the same, for vendors whose apps are open to them.
	Others []Outsider
	// Declined are the parameters of the redirect if the person says no. Nil is for vendors that do not redirect then.
	Declined url.Values
}

// Outsider is somebody who is not on the staff.
type Outsider struct {
	ID    string // in place of a user id: a word with a tilde in front, which no user id has
	Label string // for people

	// Agree is that of SignInPage for this one.
	Agree func() (url.Values, error)
}

// shownPeople is how many people the page offers. Others sign in by their user id.
const shownPeople = 12

// SignIn answers a request for a sign-in page: it sends the browser to the redirect address at once if the query says
// who signs in (SignInAs), and else shows a page with a few people to choose from.
func (d *Desk) SignIn(w http.ResponseWriter, r *http.Request, page SignInPage) {
	query := r.URL.Query()
	if query.Has(SignInDecline) && page.Declined != nil {
		page.redirect(w, r, page.Declined)
		return
	}
	if !query.Has(SignInAs) {
		d.choice(w, r, page)
		return
	}
	for _, other := range page.Others {
		if other.ID == query.Get(SignInAs) {
			page.agreed(w, r, other.Agree)
			return
		}
	}
	var chosen *company.Person
	company.View(d.Company, func(dir *company.Directory) {
		if p := dir.FindPerson(company.ByUserID, query.Get(SignInAs)); p != nil {
			chosen = new(company.Clone(p))
		}
	})
	if chosen == nil {
		SignInRefused(w, "nobody on the staff has this user id")
		return
	}
	page.agreed(w, r, func() (url.Values, error) { return page.Agree(*chosen) })
}

// agreed sends the browser back with what whoever was chosen agrees to.
func (p SignInPage) agreed(w http.ResponseWriter, r *http.Request, agree func() (url.Values, error)) {
	answer, err := agree()
	if err != nil {
		SignInRefused(w, err.Error())
		return
	}
	p.redirect(w, r, answer)
}

// SignInRefused shows why a sign-in page has nobody to ask: a redirect address that is not registered, an app that does
// not exist. The browser must not be sent on then.
func SignInRefused(w http.ResponseWriter, why string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte("Signing in is not possible: " + why + "\n"))
}

// redirect sends the browser back, with the parameters added to those that the address has already.
func (p SignInPage) redirect(w http.ResponseWriter, r *http.Request, parameters url.Values) {
	back, err := url.Parse(p.RedirectURI)
	if err != nil || back.Host == "" {
		SignInRefused(w, "the redirect address is not a URL")
		return
	}
	query := back.Query()
	for name, values := range parameters {
		query[name] = values
	}
	if p.State != "" {
		query.Set("state", p.State)
	}
	back.RawQuery = query.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// choice shows the page. Whom it offers are people who could sign in at any vendor.
func (d *Desk) choice(w http.ResponseWriter, r *http.Request, page SignInPage) {
	type person struct{ Name, About, Link string }
	link := func(name, value string) string {
		query := r.URL.Query()
		query.Set(name, value)
		return "?" + query.Encode()
	}
	var people []person
	company.View(d.Company, func(dir *company.Directory) {
		for _, p := range dir.AllPeople() {
			if len(people) == shownPeople {
				return
			}
			if p.Status != company.StatusActive {
				continue
			}
			about := []string{p.UserID}
			if dept := dir.Department(p.MainDepartment); dept != nil {
				about = append(about, dept.Name)
			}
			if p.Position != "" {
				about = append(about, p.Position)
			}
			people = append(people, person{Name: p.Name, About: strings.Join(about, " · "),
				Link: link(SignInAs, p.UserID)})
		}
	})
	for _, other := range page.Others {
		people = append(people, person{Name: other.Label, Link: link(SignInAs, other.ID)})
	}
	var kept [][2]string
	for name, values := range r.URL.Query() {
		for _, value := range values {
			kept = append(kept, [2]string{name, value})
		}
	}
	slices.SortFunc(kept, func(a, b [2]string) int { return strings.Compare(a[0]+"="+a[1], b[0]+"="+b[1]) })
	decline := ""
	if page.Declined != nil {
		decline = link(SignInDecline, "1")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = choicePage().Execute(w, map[string]any{ // to a browser that has gone away
		"Vendor": page.Vendor, "RedirectURI": page.RedirectURI, "People": people, "Kept": kept, "As": SignInAs,
		"Decline": decline,
	})
}

func choicePage() *template.Template {
	return template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Vendor}} · sign in (simulator)</title><link rel="icon" href="data:,">
<style>body{font:16px/1.5 sans-serif;max-width:30em;margin:2em auto;padding:0 1em}ul{list-style:none;padding:0}
li a{display:block;padding:.5em .8em;margin:.3em 0;border:1px solid #ccc;border-radius:.4em;color:inherit;
text-decoration:none}li a:hover,li a:focus{border-color:#06c}small{color:#555;display:block}</style>
<h1>{{.Vendor}}</h1>
<p>This is the simulator. Who is signing in? The browser then goes to <code>{{.RedirectURI}}</code>.</p>
<ul>{{range .People}}<li><a href="{{.Link}}">{{.Name}}{{with .About}}<small>{{.}}</small>{{end}}</a></li>
{{end}}</ul>
<form method="get">{{range .Kept}}<input type="hidden" name="{{index . 0}}" value="{{index . 1}}">
{{end}}<label>Somebody else, by user id: <input name="{{.As}}" required></label> <button>Sign in</button></form>
{{with .Decline}}<p><a href="{{.}}">Decline</a></p>
{{end}}</html>
`))
}
