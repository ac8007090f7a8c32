package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/roster-go/roster/internal/docs/site"
	"github.com/roster-go/roster/internal/samples"
)

// call is an operation with what its curl sample needs.
type call struct {
	id, method, path string
	server           string // the vendor's URL
	security         []string
	parameters       []parameter
	contentType      string // of the body; empty for none
	number           int    // place in the document
}

type parameter struct {
	name, in string
	required bool
	example  string
}

// Samples are written with marks, which are resolved when the text is whole: {{NAME}} is a variable of the reader,
// {{NAME|value}} is a value at the vendor that stands for something else in a simulator, {{$name}} is a variable that
// the sample itself has set.
var mark = regexp.MustCompile(`\{\{([A-Za-z0-9_$]+)(?:\|([^{}]*))?\}\}`)

// word is what an id of testdata can be: nothing shorter is replaced, so that the 12 in a date stays.
var word = regexp.MustCompile(`[\p{L}\p{N}_.@-]+`)

// curl returns the shell commands that make a call, for one form of the page.
func (v vendor) curl(f form, c call, s *samples.Sample) string {
	different := v.operations[c.id]
	var auth authorization
	if different.scheme != "" {
		c.security = []string{different.scheme}
	}
	for _, scheme := range c.security {
		part := v.authorize(scheme)
		auth.before = append(auth.before, part.before...)
		auth.query += part.query
		auth.headers = append(auth.headers, part.headers...)
		auth.sign = auth.sign || part.sign
	}
	lines := slices.Concat(auth.before, different.before)

	target := v.target(c, s)
	if auth.query != "" {
		target += joint(target) + auth.query
	}
	headers := auth.headers
	payload := v.payload(c, s)
	if auth.sign {
		content := "$date"
		if payload != "" {
			content = c.contentType + "$date$digest"
			lines = append(lines, "body="+quote(payload),
				`digest=$(printf %s "$body" | openssl dgst -sha256 | sed 's/.* //')`)
		}
		lines = append(lines, `date=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')`,
			`signature=$(printf %s "KSO-1`+c.method+target+content+`" | openssl dgst -sha256 -hmac `+
				`"{{WPS_APP_KEY}}" | sed 's/.* //')`)
		headers = append(headers, "X-Kso-Date: $date", "X-Kso-Authorization: KSO-1 {{WPS_APP_ID}}:$signature")
	}
	command := []string{"curl -sS"}
	if c.method != "GET" && (c.method != "POST" || payload == "" && c.contentType != multipart) {
		command[0] += " -X " + c.method
	}
	command[0] += ` "{{URL}}` + target + `"`
	for _, header := range headers {
		command = append(command, `-H "`+header+`"`)
	}
	switch {
	case c.contentType == multipart:
		command[0] = different.stdin + " | " + command[0]
		command = append(command, different.part)
	case payload == "":
	case c.contentType == formEncoded:
		command = append(command, `-d "`+payload+`"`)
	default:
		command = append(command, `-H "Content-Type: `+c.contentType+`"`)
		if auth.sign {
			command = append(command, `-d "$body"`)
		} else {
			command = append(command, "-d "+quote(payload))
		}
	}
	lines = append(lines, strings.Join(command, " \\\n  "))
	text := strings.Join(lines, "\n")
	return v.preface(f, c, text) + v.resolve(f, c, text) + "\n"
}

const (
	multipart   = "multipart/form-data"
	formEncoded = "application/x-www-form-urlencoded"
)

func joint(target string) string {
	if strings.Contains(target, "?") {
		return "&"
	}
	return "?"
}

// quote makes one word of a text for the shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// target is the path and the query of a call, with marks.
func (v vendor) target(c call, s *samples.Sample) string {
	path := c.path
	var query []string
	for _, p := range c.parameters {
		switch p.in {
		case "path":
			value, ok := s.Request.Path[p.name]
			if !ok {
				value = p.example
			}
			path = strings.ReplaceAll(path, "{"+p.name+"}", escape(v.marked(c, p.name, value)))
		case "query":
			values := s.Request.Query[p.name]
			if strings.Contains(p.name, "page_token") || p.name == "nextToken" && !p.required {
				continue // a cursor of testdata leads nowhere
			}
			if len(values) == 0 && p.required {
				values = []string{p.example}
			}
			for _, value := range values {
				query = append(query, p.name+"="+escape(v.marked(c, p.name, value)))
			}
		}
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	return path
}

// payload is the body of a call, with marks.
func (v vendor) payload(c call, s *samples.Sample) string {
	switch {
	case len(s.Request.Form) > 0:
		var fields []string
		for name, value := range s.Request.Form {
			fields = append(fields, name+"="+escape(v.marked(c, name, value)))
		}
		slices.Sort(fields)
		return strings.Join(fields, "&")
	case len(s.Request.Body) > 0:
		var text bytes.Buffer
		if json.Compact(&text, s.Request.Body) != nil {
			return ""
		}
		body := text.String()
		if len(body) > 90 {
			text.Reset()
			if json.Indent(&text, []byte(body), "", "  ") != nil {
				return ""
			}
			body = text.String()
		}
		return member.ReplaceAllStringFunc(body, func(found string) string {
			parts := member.FindStringSubmatch(found)
			name, between, value := parts[1], parts[2], parts[3]
			return `"` + name + `"` + between + v.marked(c, name, value)
		})
	default:
		return ""
	}
}

// member is a member of a JSON object with its value, if that is a scalar or a list of scalars.
var member = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"(:\s*)((?:"(?:[^"\\]|\\.)*"|-?[0-9.]+|\[[^\[\]{}]*\]))`)

// marked puts marks into the value of a parameter or of a member of a JSON body, quotes included.
func (v vendor) marked(c call, name, value string) string {
	variable := v.operations[c.id].fields[name]
	if variable == "" {
		variable = v.fields[name]
	}
	if variable != "" {
		if strings.HasPrefix(value, `"`) {
			return `"{{` + variable + `}}"`
		}
		return "{{" + variable + "}}"
	}
	id := strings.ToLower(c.id)
	creates := strings.HasPrefix(id, "createuser") || strings.HasPrefix(id, "createemployee")
	return word.ReplaceAllStringFunc(value, func(found string) string {
		variable := v.known[found]
		if other, ok := v.created[variable]; ok && creates {
			variable = other
		}
		if variable == "" {
			return found
		}
		return "{{" + variable + "|" + found + "}}"
	})
}

// escape encodes a value for a path or a query, and leaves marks alone.
func escape(value string) string {
	var b strings.Builder
	last := 0
	encode := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	for _, at := range mark.FindAllStringIndex(value, -1) {
		b.WriteString(encode(value[last:at[0]]))
		b.WriteString(value[at[0]:at[1]])
		last = at[1]
	}
	b.WriteString(encode(value[last:]))
	return b.String()
}

// preface explains what a sample needs of its reader.
func (v vendor) preface(f form, c call, text string) string {
	if f == atSimulator {
		return v.operations[c.id].atSimulatorOnly(c.id)
	}
	var b strings.Builder
	var told []string
	for _, found := range mark.FindAllStringSubmatch(text, -1) {
		name := found[1]
		if about := v.variables[name]; about != "" && found[2] == "" && !slices.Contains(told, name) {
			told = append(told, name)
			fmt.Fprintf(&b, "# $%s: %s\n", name, about)
		}
	}
	return b.String()
}

// spoils finds calls after which the people or departments of other samples are gone, or are not what they were.
var spoils = regexp.MustCompile(`(?i)^(batch_?)?(delete|disable|remove|logout|update(user|department)id)`)

// atSimulatorOnly warns of a call that a fresh simulator refuses, or that leaves it in another state than samples of
// other calls expect.
func (e exception) atSimulatorOnly(operation string) string {
	const again = ". POST /_sim/reset begins again.\n"
	switch {
	case e.refused != "":
		return "# A fresh simulator refuses this: " + e.refused + ".\n"
	case e.spoils != "":
		return "# After this one, " + e.spoils + again
	case spoils.MatchString(operation):
		return "# After this one, samples that name the same person or department fail" + again
	default:
		return ""
	}
}

// resolve replaces the marks. It keeps track of the shell's quotes: nothing is expanded within single ones.
func (v vendor) resolve(f form, c call, text string) string {
	var b strings.Builder
	single, double := false, false
	for text != "" {
		if at := mark.FindStringSubmatchIndex(text); at != nil && at[0] == 0 {
			parts := mark.FindStringSubmatch(text)
			b.WriteString(v.value(f, c, parts[1], parts[2], single))
			text = text[at[1]:]
			continue
		}
		switch char := text[0]; {
		case char == '\'' && !double:
			single = !single
		case char == '"' && !single:
			double = !double
		case char == '\\' && !single && len(text) > 1:
			b.WriteByte(char)
			text = text[1:]
		}
		b.WriteByte(text[0])
		text = text[1:]
	}
	return b.String()
}

// value is what stands for a mark.
func (v vendor) value(f form, c call, name, atHome string, singleQuoted bool) string {
	local, isLocal := strings.CutPrefix(name, "$")
	switch {
	case name == "URL":
		return v.server(f, c.server)
	case !isLocal && f == atSimulator:
		if slices.Contains(v.once, name) {
			name = fmt.Sprintf("%s_%d", name, c.number) // each sample has one of its own
		}
		return site.Placeholder(name)
	case atHome != "":
		return atHome
	case isLocal:
		name = local
	}
	if singleQuoted {
		return `'"$` + name + `"'`
	}
	return "$" + name
}
