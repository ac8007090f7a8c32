package wecom

import (
	"bytes"
	"encoding/json"
	"mime"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// readBody prepares the body of a call for the generated server: it refuses what WeCom refuses, and drops members of
// the wrong JSON type as WeCom does, which dropped tells.
func (w *Vendor) readBody(c *desk.Call) (body []byte, dropped bool, err error) {
	makeBody := w.bodies[strings.ToLower(c.Operation.ID)]
	if makeBody == nil {
		return c.Body, false, nil // nothing is read from it, or it is a form
	}
	if media, _, _ := mime.ParseMediaType(c.Request.Header.Get("Content-Type")); media == "multipart/form-data" {
		return nil, false, refusal{code: wecomapi.ErrorCodeInvalidArgs}
	}
	if hasUnicodeEscape(c.Body) || !utf8.Valid(c.Body) {
		return nil, false, refusal{code: wecomapi.ErrorCodeIllegalCharacters}
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(c.Body, &members); err != nil || members == nil {
		return nil, false, refusal{code: wecomapi.ErrorCodeInvalidArgs, text: "invalid json"}
	}
	if _, both := members["alias"]; !both && members["english_name"] != nil { // what alias was called before 2018
		members["alias"] = members["english_name"]
	}
	for name, value := range members {
		if bytes.Equal(value, []byte("null")) {
			delete(members, name)
			continue
		}
		value = otherSpelling(name, value)
		if isUnset(name, value) {
			delete(members, name)
			continue
		}
		members[name] = value
		single, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err != nil || json.Unmarshal(single, makeBody()) != nil {
			delete(members, name)
			dropped = true
		}
	}
	body, err = json.Marshal(members)
	return body, dropped, err
}

// otherSpelling turns the spellings that WeCom accepts beside the documented ones into those.
func otherSpelling(name string, value json.RawMessage) json.RawMessage {
	switch name {
	case "gender": // documented as text, sent as a number by some
		if _, err := strconv.Atoi(string(value)); err == nil {
			return json.RawMessage(strconv.Quote(string(value)))
		}
	// numbers, sent as text by some when they are large
	case "id", "parentid", "main_department", "department", "order":
		return unquoteNumbers(value)
	}
	return value
}

// isUnset tells whether a member of a person is a zero that says nothing: clients that do not tell zero from unset send
// it with every create and update.
func isUnset(name string, value json.RawMessage) bool {
	switch name {
	case "gender":
		return string(value) == `"0"` || string(value) == `""`
	case "avatar_mediaid":
		return string(value) == `""`
	case "main_department":
		return string(value) == "0"
	}
	return false
}

// unquoteNumbers turns "12" into 12, also inside an array.
func unquoteNumbers(value json.RawMessage) json.RawMessage {
	var list []json.RawMessage
	if err := json.Unmarshal(value, &list); err == nil {
		for i := range list {
			list[i] = unquoteNumbers(list[i])
		}
		if text, err := json.Marshal(list); err == nil {
			return text
		}
		return value
	}
	if text, err := strconv.Unquote(string(value)); err == nil {
		if _, err := strconv.ParseUint(text, 10, 32); err == nil {
			return json.RawMessage(text)
		}
	}
	return value
}

// hasUnicodeEscape finds \uXXXX in JSON, which WeCom counts as a forbidden character.
func hasUnicodeEscape(text []byte) bool {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		if text[i] == 'u' {
			return true
		}
	}
	return false
}

// bodies returns, by the operation's name in lower case, a function that makes a value of the type that the document
// gives to the operation's JSON body. It reads the types off the generated interface, so that the document stays the
// only list.
func bodies() map[string]func() any {
	out := make(map[string]func() any)
	server := reflect.TypeFor[wecomserver.StrictServerInterface]()
	for i := range server.NumMethod() {
		method := server.Method(i)
		field, ok := method.Type.In(1).FieldByName("Body")
		if !ok || field.Type.Kind() != reflect.Pointer || field.Type.Elem().PkgPath() != server.PkgPath() {
			continue
		}
		out[strings.ToLower(method.Name)] = func() any { return reflect.New(field.Type.Elem()).Interface() }
	}
	return out
}
