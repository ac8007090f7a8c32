package docs

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/roster-go/roster/internal/samples"
	"go.yaml.in/yaml/v3"
)

// page is one document, and what the index says of it.
type page struct {
	vendor     vendor
	title      string
	version    string
	operations []string // their ids, in the order of the document
	servers    []string
	tags       []tagCount
	source     string // the vendor's own documentation
	root       *yaml.Node
	samples    []*samples.Sample
}

type tagCount struct {
	Name  string
	Count int
}

// load reads a vendor's document and its samples.
func load(documents, testdata fs.FS, v vendor) (*page, error) {
	data, err := fs.ReadFile(documents, v.name+".yaml")
	if err != nil {
		return nil, err
	}
	p := &page{vendor: v, root: new(yaml.Node)}
	if err := yaml.Unmarshal(data, p.root); err != nil {
		return nil, fmt.Errorf("%s.yaml: %w", v.name, err)
	}
	if p.samples, err = samples.Load(testdata, v.name); err != nil {
		return nil, err
	}
	document := p.document()
	p.title, p.version = text(document, "info", "title"), text(document, "info", "version")
	p.source = text(document, "externalDocs", "url")
	for _, server := range items(child(document, "servers")) {
		p.servers = append(p.servers, text(server, "url"))
	}
	if len(p.servers) == 0 {
		return nil, fmt.Errorf("%s.yaml has no servers", v.name)
	}
	for path, item := range members(child(document, "paths")) {
		for method, operation := range members(item) {
			if !isMethod(method) {
				continue
			}
			id := text(operation, "operationId")
			if id == "" {
				return nil, fmt.Errorf("%s.yaml: %s %s has no operationId", v.name, method, path)
			}
			p.operations = append(p.operations, id)
			tag := ""
			if tags := items(child(operation, "tags")); len(tags) > 0 {
				tag = tags[0].Value
			}
			p.count(tag)
		}
	}
	return p, nil
}

func (p *page) count(tag string) {
	at := slices.IndexFunc(p.tags, func(t tagCount) bool { return t.Name == tag })
	if at < 0 {
		p.tags = append(p.tags, tagCount{Name: tag, Count: 1})
		return
	}
	p.tags[at].Count++
}

// document is the mapping at the top.
func (p *page) document() *yaml.Node {
	if len(p.root.Content) == 0 {
		return &yaml.Node{Kind: yaml.MappingNode}
	}
	return p.root.Content[0]
}

// derive returns the document from which a form of the page is rendered: with limits and the like in words, and with
// samples.
func (p *page) derive(f form) ([]byte, error) {
	root := clone(p.root)
	document := root.Content[0]
	if f == atSimulator {
		if child(document, "servers") != nil {
			set(document, "servers", oneServer(p.vendor.server(f, ""), "The simulator that serves this page."))
		}
	}
	if info := child(document, "info"); info != nil {
		set(info, "description", scalar(p.introduction(f)+text(info, "description")))
	}
	number := 0
	for path, item := range members(child(document, "paths")) {
		shared := items(child(item, "parameters"))
		for method, operation := range members(item) {
			if !isMethod(method) {
				continue
			}
			number++
			c := p.call(root, path, strings.ToUpper(method), operation, shared)
			c.number = number
			if f == atSimulator && child(operation, "servers") != nil {
				set(operation, "servers", oneServer(p.vendor.server(f, ""), "The simulator that serves this page."))
			}
			set(operation, "description", scalar(text(operation, "description")+remarks(operation)))
			set(operation, "summary", scalar(c.id+" "+text(operation, "summary")))
			sample := p.sampleOf(c.id)
			if sample == nil {
				continue // an operation that has just been written down
			}
			set(operation, "x-codeSamples", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{mapping(
				"lang", "Shell", "label", "curl", "source", p.vendor.curl(f, c, sample),
			)}})
		}
	}
	return yaml.Marshal(root)
}

func (p *page) introduction(f form) string {
	if f == atSimulator {
		return "[All references](./) · The curl samples work as pasted: they name the simulator that serves this " +
			"page, its made-up credentials and people. " +
			"Codes that a person gets by signing in are good once; reload the page for others.\n\n"
	}
	return "[All references](index.html) · The curl samples are whole: set the variables that they name, and paste.\n\n"
}

// sampleOf chooses the sample that a call is shown with: the one named success, else the first that succeeds.
func (p *page) sampleOf(operation string) *samples.Sample {
	wanted := p.vendor.operations[operation].sample
	if wanted == "" {
		wanted = "success"
	}
	var first *samples.Sample
	for _, s := range p.samples {
		switch {
		case s.Operation != operation || !s.Success():
		case s.Case == wanted:
			return s
		case first == nil:
			first = s
		}
	}
	return first
}

// call reads what the sample of an operation needs. Of several ways to authorize, it takes the first.
func (p *page) call(root *yaml.Node, path, method string, operation *yaml.Node, shared []*yaml.Node) call {
	c := call{id: text(operation, "operationId"), method: method, path: path, server: p.servers[0]}
	if own := items(child(operation, "servers")); len(own) > 0 {
		c.server = text(own[0], "url")
	}
	if ways := items(child(operation, "security")); len(ways) > 0 {
		for scheme := range members(ways[0]) {
			c.security = append(c.security, scheme)
		}
	}
	for _, one := range slices.Concat(shared, items(child(operation, "parameters"))) {
		one = follow(root, one)
		schema := follow(root, child(one, "schema"))
		example := text(one, "example")
		for _, candidate := range []*yaml.Node{child(schema, "example"), child(schema, "default"),
			first(child(schema, "enum")), first(child(follow(root, child(schema, "items")), "enum"))} {
			if example == "" && candidate != nil {
				example = candidate.Value
			}
		}
		if example == "" {
			example = "1"
		}
		c.parameters = append(c.parameters,
			parameter{name: text(one, "name"), in: text(one, "in"), required: text(one, "required") == "true",
				example: example})
	}
	for media := range members(child(follow(root, child(operation, "requestBody")), "content")) {
		c.contentType = media
		break
	}
	return c
}

// remarks puts into words what the document says of an operation in its extensions.
func remarks(operation *yaml.Node) string {
	var lines []string
	var limits []string
	for _, limit := range items(child(operation, "x-rate-limit")) {
		limits = append(limits, fmt.Sprintf("%s calls in %s s", text(limit, "requests"), text(limit, "seconds")))
	}
	if len(limits) > 0 {
		lines = append(lines, "**Limit**: "+strings.Join(limits, ", ")+".")
	}
	var scopes []string
	for _, scope := range items(child(operation, "x-scopes")) {
		scopes = append(scopes, "`"+scope.Value+"`")
	}
	if len(scopes) > 0 {
		lines = append(lines, "**Permissions**: "+strings.Join(scopes, ", ")+".")
	}
	again := "no"
	if text(operation, "x-idempotent") == "true" {
		again = "yes"
	} else if parameter := text(operation, "x-idempotency-parameter"); parameter != "" {
		again = "with the same `" + parameter + "`"
	}
	lines = append(lines, "**May be sent again** after an answer was lost: "+again+".")
	if deviation := text(operation, "x-vendor-deviation"); deviation != "" {
		lines = append(lines, "**Beyond the vendor's page**: "+deviation)
	}
	if reason := text(operation, "x-deprecated-reason"); reason != "" {
		lines = append(lines, "**Deprecated**: "+reason)
	}
	return "\n\n- " + strings.Join(lines, "\n- ") + "\n"
}

func isMethod(name string) bool {
	return slices.Contains([]string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}, name)
}

func oneServer(url, description string) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{mapping("url", url, "description", description)}}
}
