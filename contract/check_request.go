package contract

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// request holds a request against the document. Credentials are left out of it: a recording or a middleware may have them or not.
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
	values := c.op.pathValues(u.EscapedPath())
	for _, p := range c.op.parameters {
		if p.in == "path" && values != nil {
			c.parameter(PartPath, p, []string{values[p.name]})
		}
	}
}

func (c *check) query(u *url.URL) {
	query := u.Query()
	for _, p := range c.op.parameters {
		if p.in != "query" {
			continue
		}
		if values, ok := query[p.name]; ok {
			c.parameter(PartQuery, p, values)
		} else if p.required && !c.credential(p.name) {
			c.missingParameter(PartQuery, p)
		}
		delete(query, p.name)
	}
	var left []string
	for name := range query {
		if !c.validator.document.credentials[name] {
			left = append(left, name)
		}
	}
	slices.Sort(left)
	for _, name := range left {
		c.add(Finding{
			Part: PartQuery, Kind: KindUndeclaredParameter, Severity: Informative, Document: "no parameter of this name", Came: "a parameter",
		}, root().foreign(name), nil)
	}
}

// credential tells whether a parameter is one that recordings leave out: those of the token operations are secrets.
func (c *check) credential(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "secret") || strings.Contains(name, "token") && name != "page_token"
}

func (c *check) headers(h http.Header) {
	for _, p := range c.op.parameters {
		if p.in != "header" {
			continue
		}
		if values := h.Values(p.name); len(values) > 0 {
			c.parameter(PartHeader, p, values)
		} else if p.required && h != nil {
			c.missingParameter(PartHeader, p)
		}
	}
}

func (c *check) missingParameter(part Part, p parameter) {
	c.add(Finding{Part: part, Kind: KindMissing, Severity: Breaking, Document: "required", Came: "nothing"}, root().declared(p.name), nil)
}

// parameter holds the values of one parameter.
func (c *check) parameter(part Part, p parameter, values []string) {
	at := root().declared(p.name)
	if p.schema != nil && p.schema.kind == "array" {
		list := node{kind: typeArray}
		for _, value := range values {
			list.items = append(list.items, fromText(p.schema.items, value))
		}
		c.walk(part, p.schema, &list, at)
		return
	}
	for _, value := range values {
		n := fromText(p.schema, value)
		c.walk(part, p.schema, &n, at)
	}
}

func (c *check) requestBody(r *Request) {
	name := mediaType(r.Header)
	if len(r.Body) == 0 {
		if c.op.bodyRequired {
			c.add(Finding{Part: PartRequestBody, Kind: KindMissing, Severity: Breaking, Document: "a body", Came: "nothing"}, nil, nil)
		}
		return
	}
	if len(c.op.bodies) == 0 {
		return // what a vendor does not read does no harm
	}
	s, ok := c.op.bodies[name]
	if !ok {
		var declared []string
		for media := range c.op.bodies {
			declared = append(declared, media)
		}
		slices.Sort(declared)
		c.add(Finding{
			Part: PartRequestBody, Kind: KindWrongContentType, Severity: Informative, Document: strings.Join(declared, " or "), Came: showMediaType(name),
		}, nil, nil)
		return
	}
	switch {
	case isJSONType(name):
		body, err := parse(r.Body)
		if err != nil {
			c.add(Finding{Part: PartRequestBody, Kind: KindNotJSON, Severity: Breaking, Document: "JSON", Came: describe(r.Body)}, nil, nil)
			return
		}
		c.walk(PartRequestBody, s, &body, nil)
	case name == "application/x-www-form-urlencoded":
		form := formNode(s, r.Body)
		c.walk(PartRequestBody, s, &form, nil)
	}
}

// formNode reads a form as an object.
func formNode(s *schema, body []byte) node {
	n := node{kind: typeObject}
	values, err := url.ParseQuery(string(bytes.TrimSpace(body)))
	if err != nil {
		return node{kind: typeString}
	}
	for name, texts := range values {
		var property *schema
		if s != nil {
			property = s.properties[name]
		}
		for _, text := range texts {
			n.members = append(n.members, member{name, fromText(property, text)})
		}
	}
	slices.SortFunc(n.members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return n
}
