package invoke

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/roster-go/roster/internal/samples"
)

func (m Method) arguments(ctx context.Context, request samples.Request) ([]reflect.Value, error) {
	t := m.fn.Type()
	args := []reflect.Value{reflect.ValueOf(ctx)}
	for _, name := range PathNames(m.op.Path) {
		value := reflect.New(t.In(len(args))).Elem()
		text, ok := request.Path[name]
		if !ok {
			text = "1" // for callers that only care about what comes back
		}
		if err := set(value, []string{text}); err != nil {
			return nil, fmt.Errorf("path %s: %w", name, err)
		}
		args = append(args, value)
	}
	for i := len(args); i < t.NumIn(); i++ {
		switch in := t.In(i); {
		case in.Kind() == reflect.String: // the content type of a raw body
			args = append(args, reflect.ValueOf("application/octet-stream"))
		case in.Kind() == reflect.Slice:
			args = append(args, reflect.ValueOf([]byte("payload")))
		case strings.HasSuffix(in.Elem().Name(), "Params"):
			params := reflect.New(in.Elem())
			if err := setParams(params.Elem(), request); err != nil {
				return nil, err
			}
			args = append(args, params)
		default:
			body := reflect.New(in.Elem())
			if err := setBody(body.Interface(), request); err != nil {
				return nil, fmt.Errorf("body: %w", err)
			}
			args = append(args, body)
		}
	}
	return args, nil
}

// PathNames returns the names in a path template, in order: {dept_id} and {user_id} of
// "/depts/{dept_id}/members/{user_id}".
func PathNames(template string) []string {
	var names []string
	for part := range strings.SplitSeq(template, "{") {
		if name, _, ok := strings.Cut(part, "}"); ok {
			names = append(names, name)
		}
	}
	return names
}

func setBody(body any, request samples.Request) error {
	data := []byte(request.Body)
	if request.Form != nil {
		data, _ = json.Marshal(request.Form)
	}
	if len(data) == 0 {
		return nil
	}
	return json.Unmarshal(data, body)
}

func setParams(params reflect.Value, request samples.Request) error {
	left := len(request.Query)
	for i := range params.NumField() {
		field := params.Type().Field(i)
		if name, _, _ := strings.Cut(field.Tag.Get("form"), ","); name != "" {
			if values, ok := request.Query[name]; ok {
				left--
				if err := set(params.Field(i), values); err != nil {
					return fmt.Errorf("query %s: %w", name, err)
				}
			}
			continue
		}
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); request.Header[name] != "" {
			if err := set(params.Field(i), []string{request.Header[name]}); err != nil {
				return fmt.Errorf("header %s: %w", name, err)
			}
		}
	}
	if left != 0 {
		return fmt.Errorf("the sample has query parameters that %s lacks", params.Type())
	}
	return nil
}

func set(v reflect.Value, texts []string) error {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return set(v.Elem(), texts)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), len(texts), len(texts)))
		for i, text := range texts {
			if err := set(v.Index(i), []string{text}); err != nil {
				return err
			}
		}
		return nil
	}
	if len(texts) != 1 {
		return fmt.Errorf("want one value, got %d", len(texts))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts[0])
	case reflect.Bool:
		b, err := strconv.ParseBool(texts[0])
		v.SetBool(b)
		return err
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(texts[0], 10, 64)
		v.SetInt(n)
		return err
	default:
		return fmt.Errorf("cannot set a %s", v.Type())
	}
	return nil
}
