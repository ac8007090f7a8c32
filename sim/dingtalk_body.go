package sim

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// dingTalkBody is what the document says of an operation's JSON body.
type dingTalkBody struct {
	names    []string // of the members, sorted
	required []string
	make     func() any
}

// dingTalkBodies returns the bodies by operationId in lower case. It reads them off the generated interface, so that the document
// stays the only list.
func dingTalkBodies() map[string]dingTalkBody {
	out := make(map[string]dingTalkBody)
	server := reflect.TypeFor[dingtalkserver.StrictServerInterface]()
	for i := range server.NumMethod() {
		method := server.Method(i)
		field, ok := method.Type.In(1).FieldByName("Body")
		if !ok || field.Type.Kind() != reflect.Pointer || field.Type.Elem().Kind() != reflect.Struct {
			continue
		}
		body := dingTalkBody{make: func() any { return reflect.New(field.Type.Elem()).Interface() }}
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

// readBody prepares the body of a call for the generated server. Names of members count letter by letter, as at DingTalk, and
// unlike in encoding/json.
func (k *dingTalk) readBody(c *call, host dingTalkHost) ([]byte, error) {
	body, ok := k.bodies[strings.ToLower(c.operation.ID)]
	if !ok {
		return []byte("{}"), nil // nothing is read from it
	}
	members, form, err := dingTalkMembers(c, host)
	if err != nil {
		return nil, err
	}
	found := make(map[string]json.RawMessage)
	for _, name := range body.names {
		value, ok := members[name]
		if !ok || bytes.Equal(value, []byte("null")) {
			if slices.Contains(body.required, name) {
				return nil, dingTalkMissing(host, name)
			}
			continue
		}
		if found[name], ok = body.fit(name, value, host, form); !ok {
			return nil, dingTalkMalformed(host, name)
		}
	}
	return json.Marshal(found)
}

// fit returns a member in the form that the document gives it. What came in a form is text, and oapi takes true, false and numbers
// in quotes elsewhere, too: the vendor's own samples have them.
func (b dingTalkBody) fit(name string, value json.RawMessage, host dingTalkHost, form bool) (json.RawMessage, bool) {
	fits := func(value json.RawMessage) bool {
		single, err := json.Marshal(map[string]json.RawMessage{name: value})
		return err == nil && json.Unmarshal(single, b.make()) == nil
	}
	if fits(value) {
		return value, true
	}
	var text string
	if host == dingTalkNew || json.Unmarshal(value, &text) != nil || !json.Valid([]byte(text)) {
		return nil, false
	}
	if inner := json.RawMessage(text); (form || !strings.ContainsAny(text, "[{")) && fits(inner) {
		return inner, true
	}
	return nil, false
}

// dingTalkMembers splits a body into its members.
func dingTalkMembers(c *call, host dingTalkHost) (members map[string]json.RawMessage, form bool, err error) {
	media, _, _ := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	body := bytes.TrimSpace(c.body)
	switch host {
	case dingTalkTop:
		if values, ok := dingTalkForm(c); ok {
			members = make(map[string]json.RawMessage)
			for name := range values {
				members[name], err = json.Marshal(values.Get(name))
			}
			return members, true, err
		}
		if len(body) == 0 || media != "application/json" {
			return nil, false, nil
		}
	case dingTalkNew:
		if len(body) == 0 || media != "application/json" {
			return nil, false, dingTalkError{word: string(dingtalkapi.NewHostErrorCodeMissingBody)}
		}
	default:
		switch {
		case media == "":
			return nil, false, dingTalkError{code: dingtalkapi.ErrorCodeInvalidContentType}
		case media != "application/json":
			return nil, false, dingTalkError{code: dingtalkapi.ErrorCodeJSONContentTypeRequired}
		case len(body) == 0:
			return nil, false, dingTalkError{code: dingtalkapi.ErrorCodeEmptyBody}
		}
	}
	if json.Unmarshal(body, &members) == nil && members != nil {
		return members, false, nil
	}
	if host != dingTalkPlain {
		return nil, false, dingTalkMalformed(host, "body")
	}
	if json.Valid(body) {
		return nil, false, dingTalkError{code: dingtalkapi.ErrorCodeJSONBodyRequired}
	}
	return nil, false, dingTalkError{code: dingtalkapi.ErrorCodeUnparsableBody}
}

// dingTalkForm reads a body that is a form, which topapi accepts beside JSON.
func dingTalkForm(c *call) (url.Values, bool) {
	media, _, _ := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if media != "application/x-www-form-urlencoded" {
		return nil, false
	}
	values, err := url.ParseQuery(string(c.body))
	return values, err == nil
}
