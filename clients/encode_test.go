package clients_test

import (
	"bytes"
	"context"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"expvar"
	"fmt"
	htmltemplate "html/template"
	"log"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	texttemplate "text/template"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/token"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/clients/wps/kso1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	plantedSecret = "pl4nted-s3cret-Zq"
	plainField    = "an-id-to-show"
)

// plant fills in every field that can hold a secret, and the strings with something else. deep goes on into what stands
// behind pointers, interfaces and functions.
func plant(t *testing.T, v reflect.Value, deep bool) (secrets int) {
	t.Helper()
	switch value := v.Addr().Interface().(type) {
	case *clients.Secret:
		*value = plantedSecret
		return 1
	case *kso1.Secret:
		*value = plantedSecret
		return 1
	case *token.Source:
		if deep {
			*value = token.Static(plantedSecret)
		}
		return 0
	case *func(context.Context) (clients.Secret, error):
		if deep {
			*value = func(context.Context) (clients.Secret, error) { return plantedSecret, nil }
		}
		return 0
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(plainField)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				secrets += plant(t, v.Field(i), deep)
			}
		}
	case reflect.Pointer:
		if deep && v.Type().Elem().Kind() == reflect.Struct {
			v.Set(reflect.New(v.Type().Elem()))
			secrets += plant(t, v.Elem(), deep)
		}
	}
	return secrets
}

// encoders are those of the standard library that take a value as it is.
func encoders() map[string]func(v any) string {
	all := map[string]func(v any) string{
		"fmt.Sprint":   func(v any) string { return fmt.Sprint(v) },
		"fmt.Sprintln": func(v any) string { return fmt.Sprintln(v) },
		"fmt.Errorf":   func(v any) string { return fmt.Errorf("%v", v).Error() },
		"json":         func(v any) string { out, _ := json.Marshal(v); return string(out) },
		"xml":          func(v any) string { out, _ := xml.Marshal(v); return string(out) },
		"asn1":         func(v any) string { out, _ := asn1.Marshal(v); return string(out) },
		"binary":       func(v any) string { out, _ := binary.Append(nil, binary.BigEndian, v); return string(out) },
		"expvar":       func(v any) string { return expvar.Func(func() any { return v }).String() },
		"gob": func(v any) string {
			var out bytes.Buffer
			_ = gob.NewEncoder(&out).Encode(v)
			return out.String()
		},
		"log": func(v any) string {
			var out bytes.Buffer
			log.New(&out, "", 0).Print(v)
			return out.String()
		},
		"text/template": func(v any) string {
			var out bytes.Buffer
			_ = texttemplate.Must(texttemplate.New("").Parse(`{{.}} {{printf "%#v" .}} {{js .}}`)).Execute(&out, v)
			return out.String()
		},
		"html/template": func(v any) string {
			var out bytes.Buffer
			_ = htmltemplate.Must(htmltemplate.New("").Parse(`<a title="{{.}}">{{.}}</a><script>a={{.}}</script>`)).
				Execute(&out, v)
			return out.String()
		},
		"slog text": func(v any) string {
			var out bytes.Buffer
			slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v, slog.Group("g", slog.Any("v", v)))
			return out.String()
		},
		"slog json": func(v any) string {
			var out bytes.Buffer
			slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v, slog.Group("g", slog.Any("v", v)))
			return out.String()
		},
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%#q", "%+q", "%x", "% x", "%#x", "%X", "%d", "%c", "%U",
		"%t", "%T", "%10.3s", "%z", "no verb"} { // %w asks nothing of what is no error: see token.Secret
		all["fmt "+verb] = func(v any) string { return fmt.Sprintf(verb, v) }
	}
	return all
}

// assertHidden looks for the secret in all forms that an encoder could give it.
func assertHidden(t *testing.T, out, how string) {
	t.Helper()
	dump := strings.Trim(fmt.Sprint([]byte(plantedSecret)), "[]")
	for _, form := range []string{plantedSecret, hex.EncodeToString([]byte(plantedSecret)),
		base64.StdEncoding.EncodeToString([]byte(plantedSecret))[:20], dump, fmt.Sprintf("% x", plantedSecret),
		plantedSecret[:8]} {
		assert.NotContains(t, strings.ToLower(out), strings.ToLower(form), how)
	}
}

func TestNoEncoderShowsASecret(t *testing.T) {
	shown := map[string]bool{} // the encoders that showed anything of a Config
	for name, of := range map[string]any{
		"wecom.Config": &wecom.Config{}, "dingtalk.Config": &dingtalk.Config{}, "feishu.Config": &feishu.Config{},
		"wps.Config": &wps.Config{}, "token.Token": &token.Token{}, "kso1.Signer": &kso1.Signer{},
	} {
		for _, deep := range []bool{false, true} {
			v := reflect.New(reflect.TypeOf(of).Elem()).Elem()
			require.Positive(t, plant(t, v, deep), name)
			for how, encode := range encoders() {
				for _, form := range []any{v.Interface(), v.Addr().Interface(), []any{v.Interface()},
					map[string]any{"config": v.Interface()}, struct{ Config any }{v.Interface()},
					[]any{v.Addr().Interface()}, struct{ Config any }{v.Addr().Interface()}} {
					out := encode(form)
					assertHidden(t, out, name+" by "+how)
					shown[how] = shown[how] || strings.Contains(out, plainField)
				}
			}
		}
	}
	for _, how := range []string{"json", "xml", "gob", "slog text", "slog json", "fmt %v", "fmt %#v", "expvar", "log"} {
		assert.True(t, shown[how], "%s shows what is no secret", how)
	}
	for how, encode := range encoders() {
		if how == "asn1" { // it asks no type: see token.Secret
			continue
		}
		for _, form := range []any{clients.Secret(plantedSecret), kso1.Secret(plantedSecret),
			[]clients.Secret{plantedSecret}, struct {
				Attribute clients.Secret `xml:",attr"`
				Text      clients.Secret `xml:",chardata"`
			}{plantedSecret, plantedSecret}, token.Static(plantedSecret), []token.Source{token.Static(plantedSecret)}} {
			assertHidden(t, encode(form), fmt.Sprintf("%T by %s", form, how))
		}
	}
}

// A Secret is read from whatever holds a string, as before it could be encoded.
func TestASecretIsDecodedFromAString(t *testing.T) {
	type text struct{ Value string }
	type secret struct{ Value clients.Secret }
	var got secret
	require.NoError(t, json.Unmarshal([]byte(`{"Value":"s"}`), &got))
	assert.Equal(t, "s", string(got.Value))

	got = secret{}
	require.NoError(t, xml.Unmarshal([]byte(`<secret><Value>s</Value></secret>`), &got))
	assert.Equal(t, "s", string(got.Value))

	got = secret{}
	var stream bytes.Buffer
	require.NoError(t, gob.NewEncoder(&stream).Encode(text{"s"}))
	require.NoError(t, gob.NewDecoder(&stream).Decode(&got))
	assert.Equal(t, "s", string(got.Value))

	der, err := asn1.Marshal(text{"s"})
	require.NoError(t, err)
	got = secret{}
	_, err = asn1.Unmarshal(der, &got)
	require.NoError(t, err)
	assert.Equal(t, "s", string(got.Value))

	stream.Reset()
	require.NoError(t, gob.NewEncoder(&stream).Encode(secret{"s"}))
	assert.Error(t, gob.NewDecoder(&stream).Decode(&got), "what was hidden does not come back as something else")
}
