package dingtalk

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// bodyShape is what the document says of an operation's JSON body.
type bodyShape struct {
	names    []string // of the members, sorted
	required []string
	make     func() any
}

// bodies returns the bodies by operationId in lower case. It reads them off the generated interface, so that the
// document stays the only list.
func bodies() map[string]bodyShape {
	out := make(map[string]bodyShape)
	server := reflect.TypeFor[dingtalkserver.StrictServerInterface]()
	for i := range server.NumMethod() {
		method := server.Method(i)
		field, ok := method.Type.In(1).FieldByName("Body")
		if !ok || field.Type.Kind() != reflect.Pointer || field.Type.Elem().Kind() != reflect.Struct {
			continue
		}
		body := bodyShape{make: func() any { return reflect.New(field.Type.Elem()).Interface() }}
		for member := range field.Type.Elem().Fields() {
			name, options, _ := strings.Cut(member.Tag.Get("json"), ",")
			body.names = append(body.names, name)
			if options != "omitempty" {
				body.required = append(body.required, name)
			}
		}
		slices.Sort(body.names)
		out[strings.ToLower(method.Name)] = body
	}
	return out
}

// readBody prepares the body of a call for the generated server. Names of members count letter by letter, as at
// DingTalk, and unlike in encoding/json.
func (k *Vendor) readBody(c *desk.Call, host apiHost) ([]byte, error) {
	body, ok := k.bodies[strings.ToLower(c.Operation.ID)]
	if !ok {
		return []byte("{}"), nil // nothing is read from it
	}
	members, form, err := membersOf(c, host)
	if err != nil {
		return nil, err
	}
	found := make(map[string]json.RawMessage)
	for _, name := range body.names {
		value, ok := members[name]
		if !ok || bytes.Equal(value, []byte("null")) {
			if slices.Contains(body.required, name) {
				return nil, missingParam(host, name)
			}
			continue
		}
		if found[name], ok = body.fit(name, value, host, form); !ok {
			return nil, malformedParam(host, name)
		}
	}
	return json.Marshal(found)
}

// fit returns a member in the form that the document gives it. What came in a form is text, and oapi takes true, false
// and numbers in quotes elsewhere, too: the vendor's own samples have them.
func (b bodyShape) fit(name string, value json.RawMessage, host apiHost, form bool) (json.RawMessage, bool) {
	fits := func(value json.RawMessage) bool {
		single, err := json.Marshal(map[string]json.RawMessage{name: value})
		return err == nil && json.Unmarshal(single, b.make()) == nil
	}
	if fits(value) {
		return value, true
	}
	if host == hostPlain && name == "parentid" { // text by the page, sent as a number by many
		if quoted := json.RawMessage(strconv.Quote(string(value))); isNumber(value) && fits(quoted) {
			return quoted, true
		}
	}
	var text string
	if host == hostNew || json.Unmarshal(value, &text) != nil || !json.Valid([]byte(text)) {
		return nil, false
	}
	if inner := json.RawMessage(text); (form || !strings.ContainsAny(text, "[{")) && fits(inner) {
		return inner, true
	}
	return nil, false
}

func isNumber(value json.RawMessage) bool {
	var number json.Number
	return value[0] != '"' && json.Unmarshal(value, &number) == nil
}

// membersOf splits a body into its members.
func membersOf(c *desk.Call, host apiHost) (members map[string]json.RawMessage, form bool, err error) {
	media, _, _ := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	body := bytes.TrimSpace(c.Body)
	switch host {
	case hostTop:
		if values, ok := formOf(c); ok {
			members = make(map[string]json.RawMessage)
			for name := range values {
				members[name], err = json.Marshal(values.Get(name))
			}
			return members, true, err
		}
		if len(body) == 0 || media != "application/json" {
			return nil, false, nil
		}
	case hostNew:
		if len(body) == 0 || media != "application/json" {
			return nil, false, refusal{word: string(dingtalkapi.NewHostErrorCodeMissingBody)}
		}
	default:
		switch {
		case media == "":
			return nil, false, refusal{code: dingtalkapi.ErrorCodeInvalidContentType}
		case media != "application/json":
			return nil, false, refusal{code: dingtalkapi.ErrorCodeJSONContentTypeRequired}
		case len(body) == 0:
			return nil, false, refusal{code: dingtalkapi.ErrorCodeEmptyBody}
		}
	}
	if json.Unmarshal(body, &members) == nil && members != nil {
		return members, false, nil
	}
	if host != hostPlain {
		return nil, false, malformedParam(host, "body")
	}
	if json.Valid(body) {
		return nil, false, refusal{code: dingtalkapi.ErrorCodeJSONBodyRequired}
	}
	return nil, false, refusal{code: dingtalkapi.ErrorCodeUnparsableBody}
}

// formOf reads a body that is a form, which topapi accepts beside JSON.
func formOf(c *desk.Call) (url.Values, bool) {
	media, _, _ := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	if media != "application/x-www-form-urlencoded" {
		return nil, false
	}
	values, err := url.ParseQuery(string(c.Body))
	return values, err == nil
}
