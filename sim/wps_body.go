package sim

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/roster-go/roster/sim/internal/wpsserver"
)

// wpsBodies returns the types that the document gives to the JSON bodies, by the operation's name in lower case. They are read
// off the generated interface, so that the document stays the only list.
func wpsBodies() map[string]reflect.Type {
	out := make(map[string]reflect.Type)
	server := reflect.TypeFor[wpsserver.StrictServerInterface]()
	for i := range server.NumMethod() {
		method := server.Method(i)
		if field, ok := method.Type.In(1).FieldByName("Body"); ok {
			out[strings.ToLower(method.Name)] = field.Type.Elem()
		}
	}
	delete(out, strings.ToLower(wpsTokenOperation)) // a form
	return out
}

// checkBody looks for members that the document requires and that are not there, which the generated server takes for zero.
func (w *wps) checkBody(c *call) error {
	want := w.bodies[strings.ToLower(c.operation.ID)]
	if want == nil {
		return nil
	}
	var got any
	if err := json.Unmarshal(c.body, &got); err != nil {
		return wpsInvalid("the body is not JSON")
	}
	if missing := wpsMissing(got, want, ""); missing != "" {
		return wpsInvalid(missing + " is required")
	}
	return nil
}

// wpsMissing returns the path of the first required member that is missing or null in a value of a type, "" if all are there. Values of
// another type are left to the decoder.
func wpsMissing(got any, want reflect.Type, path string) string {
	switch want.Kind() {
	case reflect.Pointer:
		return wpsMissing(got, want.Elem(), path)
	case reflect.Slice:
		list, _ := got.([]any)
		for _, v := range list {
			if missing := wpsMissing(v, want.Elem(), path); missing != "" {
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
			if missing := wpsMissing(v, want.Field(i).Type, path+name+"."); missing != "" {
				return missing
			}
		}
	}
	return ""
}
