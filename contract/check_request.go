package contract

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/roster-go/roster/contract/internal/document"
)

// request checks a request against the document. Credentials are left out of it: a recording or a middleware may have
// them or not.
func (c *check) request(r *Request) {
	if r.URL != nil {
		c.path(r.URL)
		c.query(r.URL)
	}
	c.headers(r.Header)
	if r.Body != nil {
		c.requestBody(r)
	}
}

func (c *check) path(u *url.URL) {
	values := c.op.PathValues(u.EscapedPath())
	for _, p := range c.op.Parameters {
		if p.In == "path" && values != nil {
			c.parameter(PartPath, p, []string{values[p.Name]})
		}
	}
}

func (c *check) query(u *url.URL) {
	query := u.Query()
	for _, p := range c.op.Parameters {
		if p.In != "query" {
			continue
		}
		if values, ok := query[p.Name]; ok {
			c.parameter(PartQuery, p, values)
		} else if p.Required && !c.credential(p.Name) {
			c.missingParameter(PartQuery, p)
		}
		delete(query, p.Name)
	}
	var left []string
	for name := range query {
		if !c.validator.document.Credentials[name] {
			left = append(left, name)
		}
	}
	slices.Sort(left)
	for _, name := range left {
		c.add(Finding{
			Part: PartQuery, Kind: KindUndeclaredParameter, Severity: Informative,
			Document: "no parameter of this name", Came: "a parameter",
		}, document.Root().Foreign(name), nil)
	}
}

// credential tells whether a parameter is one that recordings leave out: those of the token operations are secrets.
func (c *check) credential(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "secret") || strings.Contains(name, "token") && name != "page_token"
}

func (c *check) headers(h http.Header) {
	for _, p := range c.op.Parameters {
		if p.In != "header" {
			continue
		}
		if values := h.Values(p.Name); len(values) > 0 {
			c.parameter(PartHeader, p, values)
		} else if p.Required && h != nil {
			c.missingParameter(PartHeader, p)
		}
	}
}

func (c *check) missingParameter(part Part, p document.Parameter) {
	c.add(Finding{Part: part, Kind: KindMissing, Severity: Breaking, Document: "required", Came: "nothing"},
		document.Root().Declared(p.Name), nil)
}

// parameter holds the values of one parameter.
func (c *check) parameter(part Part, p document.Parameter, values []string) {
	at := document.Root().Declared(p.Name)
	if p.Schema != nil && p.Schema.Kind == "array" {
		list := document.Node{Kind: document.TypeArray}
		if p.Joined {
			values = strings.Split(strings.Join(values, ","), ",")
		}
		for _, value := range values {
			list.Items = append(list.Items, document.FromText(p.Schema.Items, value))
		}
		c.walk(part, p.Schema, &list, at)
		return
	}
	for _, value := range values {
		n := document.FromText(p.Schema, value)
		c.walk(part, p.Schema, &n, at)
	}
}

func (c *check) requestBody(r *Request) {
	name := mediaType(r.Header)
	if len(r.Body) == 0 {
		if c.op.BodyRequired {
			c.add(Finding{Part: PartRequestBody, Kind: KindMissing, Severity: Breaking, Document: "a body",
				Came: "nothing"}, nil, nil)
		}
		return
	}
	if len(c.op.Bodies) == 0 {
		return // what a vendor does not read does no harm
	}
	s, ok := c.op.Bodies[name]
	if !ok {
		var declared []string
		for media := range c.op.Bodies {
			declared = append(declared, media)
		}
		slices.Sort(declared)
		c.add(Finding{
			Part: PartRequestBody, Kind: KindWrongContentType, Severity: Informative,
			Document: strings.Join(declared, " or "), Came: showMediaType(name),
		}, nil, nil)
		return
	}
	switch {
	case document.IsJSONType(name):
		body, err := document.Parse(r.Body)
		if err != nil {
			c.add(Finding{Part: PartRequestBody, Kind: KindNotJSON, Severity: Breaking, Document: "JSON",
				Came: document.Describe(r.Body)}, nil, nil)
			return
		}
		c.walk(PartRequestBody, s, &body, nil)
	case name == "application/x-www-form-urlencoded":
		form := formNode(s, r.Body)
		c.walk(PartRequestBody, s, &form, nil)
	}
}

// formNode reads a form as an object.
func formNode(s *document.Schema, body []byte) document.Node {
	n := document.Node{Kind: document.TypeObject}
	values, err := url.ParseQuery(string(bytes.TrimSpace(body)))
	if err != nil {
		return document.Node{Kind: document.TypeString}
	}
	for name, texts := range values {
		var property *document.Schema
		if s != nil {
			property = s.Properties[name]
		}
		for _, text := range texts {
			n.Members = append(n.Members, document.Member{Name: name, Value: document.FromText(property, text)})
		}
	}
	slices.SortFunc(n.Members, func(a, b document.Member) int { return strings.Compare(a.Name, b.Name) })
	return n
}
