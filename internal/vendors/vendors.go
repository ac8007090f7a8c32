// Package vendors is the register of the vendors for what stands above all of them: the command line, the reference
// pages and the tests that go through every vendor. It says what a vendor is called, which environment variables hold
// its credentials, how its client is opened with them, and what the simulator accepts in their place. Programs open one
// client by its own package.
package vendors

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/directory"
	"github.com/roster-go/roster/sim"
)

// Vendor is what there is to know about one vendor.
type Vendor struct {
	Name  string // of its document, without the ending
	Title string // for people

	// Variables are the environment variables of the credentials. The last two say whether plain http may be used, and
	// the base URL.
	Variables []Variable

	// Simulated returns the variables with which Open reaches a simulator.
	Simulated func(server *sim.Server) map[string]string

	// Open opens the client with the values of the variables.
	Open func(env map[string]string, options ...clients.Option) (Opened, error)
}

// Variable is an environment variable.
type Variable struct {
	Name     string
	Meaning  string
	Required bool
	Secret   bool // its value must be in no recording
}

// Opened is an open client in both of its forms.
type Opened struct {
	Directory directory.Directory
	Stats     func() clients.Stats
	Client    any // has a method for each operation of the document
}

// All returns the vendors, in the order in which people are shown them.
func All() []Vendor {
	all := []Vendor{weCom(), dingTalk(), feishuLark(), wps365()}
	for i, v := range all {
		all[i].Variables = slices.Insert(v.Variables, len(v.Variables)-1, Variable{Name: v.PlainHTTP(),
			Meaning: "1 lets the base URL be plain http to any host, if the network is your own"})
	}
	return all
}

// Names returns the names of the vendors.
func Names() []string {
	var names []string
	for _, v := range All() {
		names = append(names, v.Name)
	}
	return names
}

// Named returns a vendor by its name.
func Named(name string) (Vendor, error) {
	all := All()
	at := slices.IndexFunc(all, func(v Vendor) bool { return v.Name == name })
	if at < 0 {
		return Vendor{}, fmt.Errorf("unknown vendor %q: want one of %s", name, strings.Join(Names(), ", "))
	}
	return all[at], nil
}

// BaseURL is the variable of the base URL.
func (v Vendor) BaseURL() string { return v.Variables[len(v.Variables)-1].Name }

// PlainHTTP is the variable that allows plain http to hosts that look as if they were not in one's own network.
func (v Vendor) PlainHTTP() string { return plainHTTP(v.BaseURL()) }

func plainHTTP(baseURL string) string { return strings.TrimSuffix(baseURL, "BASE_URL") + "PLAIN_HTTP" }

// Environment reads the vendor's variables. found is false if none is set; some without the others is an error, so that
// nobody takes the simulator for the vendor by mistake.
func (v Vendor) Environment(lookup func(string) (string, bool)) (env map[string]string, found bool, err error) {
	env = make(map[string]string)
	var missing []string
	for _, variable := range v.Variables {
		value, ok := lookup(variable.Name)
		if variable.Name == v.PlainHTTP() && isNo(value) {
			continue
		}
		if ok && value != "" {
			env[variable.Name], found = value, true
		} else if variable.Required {
			missing = append(missing, variable.Name)
		}
	}
	if found && len(missing) > 0 {
		verb := "is"
		if len(missing) > 1 {
			verb = "are"
		}
		return nil, true, fmt.Errorf("%s: %s %s not set, though other %s variables are",
			v.Name, strings.Join(missing, " and "), verb, strings.ToUpper(v.Name))
	}
	if yes, set := env[v.PlainHTTP()]; set {
		if allowed, err := strconv.ParseBool(yes); err != nil || !allowed {
			return nil, true, fmt.Errorf("%s: %s is neither 1 nor 0", v.Name, v.PlainHTTP())
		}
	}
	return env, found, nil
}

// isNo tells whether a switch is set, and off.
func isNo(value string) bool {
	yes, err := strconv.ParseBool(value)
	return err == nil && !yes
}

// Secrets returns the values that must be in no recording.
func (v Vendor) Secrets(env map[string]string) []string {
	var all []string
	for _, variable := range v.Variables {
		if value := env[variable.Name]; value != "" && variable.Secret {
			all = append(all, value)
		}
	}
	return all
}

// reaching are the options for the base URL in env, before those of the caller, who has the last word.
func reaching(env map[string]string, baseURL string, options []clients.Option) []clients.Option {
	var all []clients.Option
	if base := env[baseURL]; base != "" {
		all = append(all, clients.WithBaseURL(base))
	}
	if env[plainHTTP(baseURL)] != "" {
		all = append(all, clients.WithPlainHTTP())
	}
	return append(all, options...)
}
