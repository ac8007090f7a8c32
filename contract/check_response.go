package contract

import (
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/contract/internal/document"
)

// response checks a response against the document.
func (c *check) response(r *Response) {
	body, err := document.Parse(r.Body)
	code, hasCode := c.validator.document.CodeOf(&body)
	switch {
	case err != nil && r.Status >= 400 && !c.declaresMedia(r, strconv.Itoa(r.Status)):
		c.outage = true
		c.notJSON(r, err)
		return
	case err == nil && !hasCode && (outOfOrder(r.Status) || c.foreign(r, &body)):
		c.noCode(r, &body)
		return
	case err != nil && c.declaresMedia(r, "default"):
		// a page that the document knows, such as the one for a banned address, under a status that is another's
		c.outage = true
	}
	media, status := c.op.Declared(r.Status)
	if media == nil {
		c.add(Finding{
			Part: PartStatus, Kind: KindUndeclaredStatus, Severity: Breaking,
			Document: "status " + strings.Join(c.statuses(), ", "),
			Came:     "status " + strconv.Itoa(r.Status),
		}, nil, nil)
		if r.Status/100 == 2 { // another kind of success may still be the same answer
			media, status = c.op.Declared(http.StatusOK)
		}
	}
	if media == nil {
		c.code(&body, code, hasCode)
		return
	}
	if err == nil && c.failureUnderSuccess(r, &body, code, hasCode, status) {
		return
	}
	s, isJSON := c.contentType(r, media, err == nil)
	if !isJSON { // another media type, which the document declares
		if c.outage {
			c.notJSON(r, err)
		}
		return
	}
	if err != nil {
		c.notJSON(r, err)
		return
	}
	c.walk(PartResponseBody, s, &body, nil)
	c.code(&body, code, hasCode)
	if r.Status/100 == 2 && !document.Failed(code, hasCode) {
		c.answer(&body)
	}
}

func (c *check) statuses() []string {
	return slices.Sorted(maps.Keys(c.op.Responses))
}

// foreign tells whether a refusal without a code is in somebody else's words: a gateway's {"message":"Forbidden"}. A
// vendor that renames its code still has the rest of its envelope, or a new name that says what it is.
func (c *check) foreign(r *Response, body *document.Node) bool {
	if r.Status < 400 {
		return false
	}
	media, _ := c.op.Declared(r.Status)
	s := media["application/json"]
	if s == nil {
		return true
	}
	trial := &check{validator: c.validator, op: c.op}
	trial.walk(PartResponseBody, s, body, nil)
	return len(trial.findings) > 0 && s.Declares(body) <= 1 &&
		!slices.ContainsFunc(body.Members, func(m document.Member) bool {
			return strings.Contains(strings.ToLower(m.Name), "code")
		})
}

// noCode is an error status with JSON that has no code of the vendor's: it comes from a gateway, or from a server that
// is out of order. What else differs is noted too, as part of the outage, for the case that it is the vendor's all the
// same.
func (c *check) noCode(r *Response, body *document.Node) {
	c.outage = true
	f := Finding{Part: PartResponseBody, Kind: KindMissing, Severity: Breaking, Document: "a code of the vendor's"}
	media, _ := c.op.Declared(r.Status)
	if media == nil {
		f.Part, f.Kind = PartStatus, KindUndeclaredStatus
	}
	f.Came = fmt.Sprintf("status %d with JSON of somebody else's", r.Status)
	c.add(f, nil, nil)
	c.walk(PartResponseBody, media["application/json"], body, nil)
}

// outOfOrder tells whether a status speaks of load or of a broken server.
func outOfOrder(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// declaresMedia tells whether the document declares the media type of a response that is not JSON, under a status or in
// its default entry.
func (c *check) declaresMedia(r *Response, status string) bool {
	media, ok := c.op.Responses[status]
	if !ok {
		media = c.op.Responses["default"]
	}
	name := mediaType(r.Header)
	_, declared := media[name]
	return declared && !document.IsJSONType(name)
}

func mediaType(h http.Header) string {
	name, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil && name == "" {
		return ""
	}
	return name
}

// contentType finds the schema for a response's media type. isJSON is false for a declared type that is not JSON.
func (c *check) contentType(r *Response, media map[string]*document.Schema, parsed bool) (
	s *document.Schema, isJSON bool,
) {
	name := mediaType(r.Header)
	if s, ok := media[name]; ok {
		return s, document.IsJSONType(name)
	}
	f := Finding{Part: PartContentType, Kind: KindWrongContentType, Severity: Informative, Came: showMediaType(name)}
	if !parsed {
		f.Severity = Breaking
	} else {
		f.Note = "the body is JSON all the same, which is what the typed client goes by"
	}
	for declared := range media {
		if document.IsJSONType(declared) {
			f.Document, s = declared, media[declared]
		}
	}
	c.add(f, nil, nil)
	return s, s != nil
}

var plainMediaType = regexp.MustCompile(`^[a-z]{1,20}/[a-z0-9.+-]{1,60}$`)

// showMediaType shows a type without its parameters, and not at all if it looks odd.
func showMediaType(name string) string {
	switch {
	case name == "":
		return "none"
	case plainMediaType.MatchString(name):
		return name
	default:
		return "an odd one"
	}
}

func (c *check) notJSON(r *Response, err error) {
	f := Finding{Part: PartResponseBody, Kind: KindNotJSON, Severity: Breaking, Document: "JSON",
		Came: document.Describe(r.Body)}
	if errors.Is(err, document.ErrDepth) {
		f.Came = "JSON that is nested too deeply"
	}
	if r.Status >= 400 {
		f.Came = fmt.Sprintf("status %d with %s", r.Status, f.Came)
	}
	c.add(f, nil, nil)
}

// failureUnderSuccess holds a failure that came under a status of its own entry, but in the words of the default entry,
// which the vendors do. It tells whether the body was one: more of its members are declared there.
func (c *check) failureUnderSuccess(r *Response, body *document.Node, code string, hasCode bool, status string) bool {
	media, ok := c.op.Responses["default"]
	if !ok || status == "default" || hasCode && !document.Failed(code, hasCode) {
		return false
	}
	own, other := c.op.Responses[status]["application/json"], media["application/json"]
	if own == nil || other == nil || other.Declares(body) <= own.Declares(body) {
		return false
	}
	if name := mediaType(r.Header); media[name] == nil {
		c.contentType(r, media, true)
	}
	c.walk(PartResponseBody, other, body, nil)
	c.code(body, code, hasCode)
	return true
}

// answer holds x-answer: what makes a JSON object an answer to this call.
func (c *check) answer(body *document.Node) {
	if body.Kind != document.TypeObject {
		return
	}
	for _, entry := range c.op.Answer {
		alternatives := strings.Split(entry, "|")
		if satisfied(body, alternatives) {
			continue
		}
		for i, path := range alternatives {
			alternatives[i] = strings.TrimSuffix(path, "?")
		}
		at, came := locate(body, alternatives[0])
		pointer, _ := at.Pointer(false)
		known := false
		for i := range c.findings {
			// What is missing because it has the wrong type, or is null, has been found already.
			if f := &c.findings[i]; f.Part == PartResponseBody && f.Pointer == pointer {
				f.Severity, known = Breaking, true
			}
		}
		if !known {
			c.add(Finding{
				Part: PartResponseBody, Kind: KindMissing, Severity: Breaking, Came: came,
				Document: "an answer to this call has " + strings.Join(alternatives, " or "),
			}, at, nil)
		}
	}
}

// satisfied tells whether one of the alternatives is there, and with more than null or "" unless a question mark says
// that presence is enough.
func satisfied(body *document.Node, alternatives []string) bool {
	for _, path := range alternatives {
		path, present := strings.CutSuffix(path, "?")
		at := body
		for name := range strings.SplitSeq(path, ".") {
			next, ok := at.Get(name)
			if !ok {
				at = nil
				break
			}
			at = next
		}
		if at != nil && (present || !at.Empty()) {
			return true
		}
	}
	return false
}

// locate finds the place of a missing member, and says what is there in its stead.
func locate(body *document.Node, path string) (at *document.Place, came string) {
	came = "nothing"
	for name := range strings.SplitSeq(path, ".") {
		at = at.Declared(name)
		if body == nil {
			continue
		}
		next, ok := body.Get(name)
		if !ok {
			body, came = nil, "nothing"
			continue
		}
		body, came = next, string(next.Kind)
		if next.Kind == document.TypeString && next.Text == "" {
			came = "an empty string"
		}
	}
	return at, came
}
