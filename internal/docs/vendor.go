package docs

import (
	"fmt"

	"github.com/roster-go/roster/internal/docs/site"
	"github.com/roster-go/roster/internal/vendors"
)

// vendor is what the pages need to know of a vendor beyond its document.
type vendor struct {
	name  string // of the document, without its ending
	title string

	// baseURL is the variable that holds the base URL of a simulator.
	baseURL string

	// variables explains what the samples use, by name: the variables that the register of vendors has, and those that
	// only the samples need.
	variables map[string]string

	// fields are the members of requests that hold credentials, and the variables that belong there.
	fields map[string]string

	// operations has what is different in one operation.
	operations map[string]exception

	// known are values of the made-up company in testdata, and the variables that hold somebody or something of the
	// same kind in a simulator.
	known map[string]string

	// created says what takes the place of those variables in a call that creates a user, whose id and number must not
	// be there yet. Without a value, what testdata has is good.
	created map[string]string

	// once are the variables whose values a call uses up: each sample has a value of its own.
	once []string

	// authorize returns what a sample does before a call, and what it adds to it, for a security scheme.
	authorize func(scheme string) authorization
}

// exception changes the sample of one operation.
type exception struct {
	sample string // the case of testdata, if not the plainest that succeeds
	// before those of the vendor; "$name" is a variable that before sets, "NAME|value" has the value at the vendor
	fields map[string]string
	before []string // commands that get something which the call needs, after the credentials
	scheme string   // the security scheme, if not the first of the document

	stdin, part string // for a multipart body: the command that writes the file, and the option that names the part

	refused string // why a fresh simulator refuses the call as it stands
	spoils  string // what fails after it, if that cannot be told from its name
}

// authorization is a credential in a sample.
type authorization struct {
	before  []string // commands that come first
	query   string   // added to the query
	headers []string
	sign    bool // KSO-1
}

// all returns the vendors of the register with what the pages know of them.
func all() ([]vendor, error) {
	known := map[string]func() vendor{"wecom": weCom, "dingtalk": dingTalk, "feishu": feishu, "wps": wps}
	var out []vendor
	for _, registered := range vendors.All() {
		notes, ok := known[registered.Name]
		if !ok {
			return nil,
				fmt.Errorf(
					"docs: %s is in the register of vendors, but nothing says how its samples get their credentials: "+
						"add internal/docs/vendor_%[1]s.go", registered.Name)
		}
		v := notes()
		v.name, v.title, v.baseURL = registered.Name, registered.Title, registered.BaseURL()
		for _, variable := range registered.Variables {
			v.variables[variable.Name] = variable.Meaning
		}
		out = append(out, v)
	}
	return out, nil
}

// take is shell text that sets a variable to a member, of type string, of the JSON object that a command prints.
func take(variable, member, command string) string {
	return variable + "=$(" + command + " |\n  sed -E 's/.*\"" + member + "\": *\"([^\"]*)\".*/\\1/')"
}

// form is which of the two pages of a document is made.
type form int

const (
	atVendor    form = iota // names the vendor's servers; credentials are shell variables
	atSimulator             // holds placeholders
)

// server is the URL that samples and documents of a form begin with, for an operation that the vendor has at url.
func (v vendor) server(f form, url string) string {
	if f == atSimulator {
		return site.Placeholder(v.baseURL)
	}
	return url
}
