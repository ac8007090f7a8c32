package desk

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestUnescapeHTML(t *testing.T) {
	for in, want := range map[string]string{
		`"\u003ca\u003e\u0026"`: `"<a>&"`,
		`"\\u003c"`:             `"\\u003c"`,
		`"\\\u003c"`:            `"\\<"`,
		`"\u4f1a\n\""`:          `"\u4f1a\n\""`,
		`plain\`:                `plain\`,
	} {
		assert.Equal(t, want, string(UnescapeHTML([]byte(in))), in)
	}
}

func TestAnswer(t *testing.T) {
	a := NewAnswer()
	WriteJSON(a, http.StatusTeapot, map[string]string{"a": "<陈&>"})
	a.WriteHeader(http.StatusOK) // the first one counts
	rec := httptest.NewRecorder()
	a.send(rec)
	assert.Equal(t, http.StatusTeapot, rec.Code)
	assert.Equal(t, `{"a":"<陈&>"}`, rec.Body.String())
	assert.Equal(t, "application/json; charset=UTF-8", rec.Header().Get("Content-Type"))
	assert.Equal(t, "14", rec.Header().Get("Content-Length"))

	a = NewAnswer()
	WriteJSON(a, http.StatusOK, func() {})
	assert.Equal(t, http.StatusInternalServerError, a.Status)
}

func TestDocument(t *testing.T) {
	_, ok := ParseDocument([]byte(`[1]`))
	assert.False(t, ok)
	doc, ok := ParseDocument([]byte(`{"id":176300000000000512,"list":[{"name":"a"},"b"],"flag":true,"o":{}}`))
	assert.True(t, ok)
	assert.True(t, doc.at("list.0.name", func(any) any { return "c" }))
	assert.True(t, doc.at("list.1", func(any) any { return "d" }))
	assert.True(t, doc.at("new", func(old any) any { assert.Nil(t, old); return 1 }))
	for _, path := range []string{"list.9", "list.9.x", "list.x", "flag.x", "none.x"} {
		assert.False(t, doc.at(path, otherType), path)
	}
	assert.JSONEq(t, `{"id":176300000000000512,"list":[{"name":"c"},"d"],"flag":true,"o":{},"new":1}`,
		string(doc.Bytes()))
	assert.Contains(t, string(doc.Bytes()), "176300000000000512", "all digits")
	for _, v := range []any{"s", json.Number("1"), true, []any{}, map[string]any{}, nil} {
		assert.NotEqual(t, v, otherType(v))
	}
	var names []string
	doc.find(func(_ map[string]any, name string) bool { names = append(names, name); return false })
	assert.Equal(t, []string{"flag", "id", "list", "new", "o", "name"}, names)
	assert.True(t, doc.find(func(_ map[string]any, name string) bool { return name == "name" }))
}

func TestCarriesSecret(t *testing.T) {
	for _, name := range []string{"access_token", "corpsecret", "appsecret", "Authorization", "X-Kso-Authorization",
		"x-acs-dingtalk-access-token", "signature", "suiteTicket", "accessKey", "Cookie"} {
		assert.True(t, carriesSecret(name), name)
	}
	for _, name := range []string{"page_token", "client_token", "nextToken", "userid", "corpid", "appkey",
		"Content-Type"} {
		assert.False(t, carriesSecret(name), name)
	}
}
