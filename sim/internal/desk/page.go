package desk

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/roster-go/roster/sim/internal/company"
)

// PageOwner is a vendor that has addresses for browsers beside the operations of its document: pages on which people
// sign in, files to be downloaded. None of them needs a token. They are in the journal, without an operation, and
// faults do not strike them.
type PageOwner interface {
	// Pages are the handlers by path, which follows the vendor's prefix and may hold patterns of http.ServeMux. They
	// answer GET.
	Pages() map[string]http.HandlerFunc
}

// mountPages adds the pages of a vendor that has some, at the root as well.
func (d *Desk) mountPages(v Vendor) {
	owner, ok := v.(PageOwner)
	if !ok {
		return
	}
	for own, serve := range owner.Pages() {
		path := "/" + v.Name() + own
		d.paths = append(d.paths, fmt.Sprintf("%-6s %s", http.MethodGet, path))
		d.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			d.journal.begin(v.Name(), Request{Method: r.Method, Path: r.URL.EscapedPath(),
				Query: withoutSecrets(r.URL.Query()), Header: withoutSecrets(r.Header), Time: d.Now(),
				Status: http.StatusOK})
			serve(w, r)
		})
		d.claim(v, own)
	}
}

// The query parameters by which the sign-in page is answered.
const (
	ChosenPerson = "sim_person" // the userid of whoever signs in, or one of the Choices
	searched     = "sim_find"
)

// SignInPage is what a sign-in page says. The page stands in for the vendor's own and for the phone: whoever sits in
// front of it chooses who they are. The choice comes back to the same address as the query parameter ChosenPerson,
// which a test may add by itself.
type SignInPage struct {
	Vendor  string
	App     string
	Asks    string   // what the app wants to know
	Choices []Choice // beside the people
}

// Choice is something else than a person that can be chosen.
type Choice struct{ Value, Label string }

// shownPeople is how many people the page lists; the others are found by name.
const shownPeople = 40

// AskWhoItIs shows the page.
func (d *Desk) AskWhoItIs(w http.ResponseWriter, r *http.Request, page SignInPage) {
	find := strings.ToLower(strings.TrimSpace(r.URL.Query().Get(searched)))
	link := func(value string) string {
		query := r.URL.Query()
		query.Del(searched)
		query.Set(ChosenPerson, value)
		return "?" + query.Encode()
	}
	type row struct{ Link, Label, Note string }
	var people, others []row
	more := 0
	company.View(d.Company, func(dir *company.Directory) {
		for _, p := range dir.AllPeople() {
			words := strings.ToLower(p.Name + " " + p.EnglishName + " " + p.UserID)
			switch {
			case p.Status != company.StatusActive || !strings.Contains(words, find):
			case len(people) == shownPeople:
				more++
			default:
				people = append(people, row{link(p.UserID), p.Name, p.UserID})
			}
		}
	})
	for _, c := range page.Choices {
		others = append(others, row{Link: link(c.Value), Label: c.Label})
	}
	type field struct{ Name, Value string }
	var kept []field
	query := r.URL.Query()
	query.Del(searched)
	for _, name := range sortedKeys(query) {
		for _, value := range query[name] {
			kept = append(kept, field{name, value})
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = signInPage().Execute(w, map[string]any{ // to a browser that has gone away
		"Page": page, "People": people, "More": more, "Others": others, "Kept": kept,
		"Find": r.URL.Query().Get(searched), "Search": searched})
}

func sortedKeys(values url.Values) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Redirect sends the browser back to where a sign-in came from, with parameters added to the query of that address.
func Redirect(w http.ResponseWriter, r *http.Request, to *url.URL, add url.Values) {
	back := *to
	query := back.Query()
	for name, values := range add {
		query[name] = values
	}
	back.RawQuery = query.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// ReturnAddress reads a redirect address, which must be one of the web without a fragment.
func ReturnAddress(text string) (*url.URL, bool) {
	to, err := url.Parse(text)
	ok := err == nil && (to.Scheme == "http" || to.Scheme == "https") && to.Host != "" && to.Fragment == ""
	return to, ok
}

func signInPage() *template.Template {
	return template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Sign in: {{.Page.Vendor}}, simulated</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 sans-serif;max-width:34em;margin:2em auto;padding:0 1em}li{margin:.2em 0}
ul{list-style:none;padding:0}small{color:#555}</style>
<h1>{{.Page.Vendor}}</h1>
<p>{{.Page.App}} asks {{.Page.Asks}}. This is a simulator: choose who you are.</p>
<form>{{range .Kept}}<input type="hidden" name="{{.Name}}" value="{{.Value}}">
{{end}}<input type="search" name="{{.Search}}" value="{{.Find}}" aria-label="name or userid">
<button>Find</button></form>
<ul>
{{range .People}}<li><a href="{{.Link}}">{{.Label}}</a> <small>{{.Note}}</small></li>
{{else}}<li>Nobody of that name can sign in.</li>
{{end}}</ul>
{{with .More}}<p>And {{.}} more.</p>
{{end}}<ul>
{{range .Others}}<li><a href="{{.Link}}">{{.Label}}</a></li>
{{end}}</ul>
</html>
`))
}
