package wps

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// bodies returns the types that the document gives to the JSON bodies, by the operation's name in lower case. They are
// read off the generated interface, so that the document stays the only list.
func bodies() map[string]reflect.Type {
	out := make(map[string]reflect.Type)
	server := reflect.TypeFor[wpsserver.StrictServerInterface]()
	for i := range server.NumMethod() {
		method := server.Method(i)
		if field, ok := method.Type.In(1).FieldByName("Body"); ok {
			out[strings.ToLower(method.Name)] = field.Type.Elem()
		}
	}
	delete(out, strings.ToLower(tokenOperation)) // a form
	return out
}

// checkBody looks for members that the document requires and that are not there, which the generated server takes for
// zero.
func (w *Vendor) checkBody(c *desk.Call) error {
	want := w.bodies[strings.ToLower(c.Operation.ID)]
	if want == nil {
		return nil
	}
	var got any
	if err := json.Unmarshal(c.Body, &got); err != nil {
		return invalid("the body is not JSON")
	}
	if missing := missingMember(got, want, ""); missing != "" {
		return invalid(missing + " is required")
	}
	return nil
}

// missingMember returns the path of the first required member that is missing or null in a value of a type, "" if all
// are there. Values of another type are left to the decoder.
func missingMember(got any, want reflect.Type, path string) string {
	switch want.Kind() {
	case reflect.Pointer:
		return missingMember(got, want.Elem(), path)
	case reflect.Slice:
		list, _ := got.([]any)
		for _, v := range list {
			if missing := missingMember(v, want.Elem(), path); missing != "" {
				return missing
			}
		}
	case reflect.Struct:
		object, ok := got.(map[string]any)
		if !ok {
			return ""
		}
		for i := range want.NumField() {
			name, options, _ := strings.Cut(want.Field(i).Tag.Get("json"), ",")
			v := object[name]
			if v == nil && !strings.Contains(options, "omitempty") {
				return path + name
			}
			if v == nil {
				continue
			}
			if missing := missingMember(v, want.Field(i).Type, path+name+"."); missing != "" {
				return missing
			}
		}
	}
	return ""
}
