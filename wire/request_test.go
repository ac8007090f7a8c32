package wire_test

import (
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	userID string
	status int32
)

func baseURL(t *testing.T, text string) *url.URL {
	t.Helper()
	base, err := url.Parse(text)
	require.NoError(t, err)
	return base
}

func members() *wire.Call {
	return &wire.Call{Operation: &wire.Operation{Method: http.MethodGet, Path: "/depts/{dept_id}/members/{user_id}"}}
}

func TestRequest(t *testing.T) {
	user := &wire.Operation{Method: http.MethodGet, Path: "/user/get"}
	for name, tc := range map[string]struct {
		op   *wire.Operation
		add  func(*wire.Call)
		want string
	}{
		"nothing": {user, func(*wire.Call) {}, "/base/user/get"},
		"a word": {user, func(c *wire.Call) {
			wire.QueryString(c, "userid", new("zhang"))
		}, "/base/user/get?userid=zhang"},
		"an empty word is sent": {user, func(c *wire.Call) {
			wire.QueryString(c, "userid", new(""))
		}, "/base/user/get?userid="},
		"what is not set is not": {user, func(c *wire.Call) {
			wire.QueryString[userID](c, "a", nil)
			wire.QueryInt[int64](c, "b", nil)
			wire.QueryBool[bool](c, "c", nil)
			wire.QueryStrings[string](c, "d", true, nil)
			wire.QueryInts[int](c, "e", false, nil)
			wire.HeaderString[string](c, "X-F", nil)
		}, "/base/user/get"},
		"zeros are": {user, func(c *wire.Call) {
			wire.QueryInt(c, "b", new(status(0)))
			wire.QueryBool(c, "c", new(false))
		}, "/base/user/get?b=0&c=false"},
		"numbers and flags": {user, func(c *wire.Call) {
			wire.QueryInt(c, "b", new(int64(-9007199254740993)))
			wire.QueryBool(c, "c", new(true))
		}, "/base/user/get?b=-9007199254740993&c=true"},
		"names of types": {user, func(c *wire.Call) {
			wire.QueryString(c, "userid", new(userID("u&v")))
		}, "/base/user/get?userid=u%26v"},
		"exploded lists": {user, func(c *wire.Call) {
			wire.QueryStrings(c, "ids", true, []userID{"a,b", "c d"})
			wire.QueryInts(c, "n", true, []status{1, 2})
			wire.QueryBools(c, "f", true, []bool{true, false})
		}, "/base/user/get?ids=a%2Cb&ids=c+d&n=1&n=2&f=true&f=false"},
		"lists with commas": {user, func(c *wire.Call) {
			wire.QueryStrings(c, "ids", false, []string{"a,b", "c"})
			wire.QueryInts(c, "n", false, []int64{1, 2})
		}, "/base/user/get?ids=a%2Cb,c&n=1,2"},
		"an empty list is a parameter without a value": {user, func(c *wire.Call) {
			wire.QueryStrings(c, "ids", true, []string{})
		}, "/base/user/get?ids="},
		"odd names": {user, func(c *wire.Call) {
			wire.QueryString(c, "ids[]", new("a"))
		}, "/base/user/get?ids%5B%5D=a"},
		"other styles": {user, func(c *wire.Call) {
			wire.QueryInt(c, "page", new(1))
			wire.QueryStyled(c, "filter", map[string]string{"name": "a b"},
				wire.Style{Style: "deepObject", Explode: true, Type: "object"})
		}, "/base/user/get?page=1&filter[name]=a+b"},
		"path values": {members().Operation, func(c *wire.Call) {
			wire.PathInt(c, "dept_id", int64(0))
			wire.PathString(c, "user_id", userID("zhang"))
		}, "/base/depts/0/members/zhang"},
		"path values, then a query": {members().Operation, func(c *wire.Call) {
			wire.PathString(c, "dept_id", "a/b;c,d")
			wire.PathString(c, "user_id", "陈 雨晴?")
			wire.QueryString(c, "id_type", new("internal"))
		}, "/base/depts/a%2Fb%3Bc%2Cd/members/%E9%99%88%20%E9%9B%A8%E6%99%B4%3F?id_type=internal"},
		"path values in other styles": {members().Operation, func(c *wire.Call) {
			wire.PathStyled(c, "dept_id", []string{"a", "b/c"}, wire.Style{Style: "simple", Type: "array"})
			wire.PathStyled(c, "user_id", 1.5, wire.Style{Style: "simple", Type: "number"})
		}, "/base/depts/a,b%2Fc/members/1.5"},
	} {
		t.Run(name, func(t *testing.T) {
			call := &wire.Call{Operation: tc.op}
			tc.add(call)
			require.NoError(t, call.Invalid)
			for range 2 {
				req, err := call.Request(t.Context(), baseURL(t, "https://a.example/base"), nil)
				require.NoError(t, err)
				assert.Equal(t, "https://a.example"+tc.want, req.URL.String())
				assert.Equal(t, baseURL(t, "https://a.example"+tc.want), req.URL, "as if it had been parsed")
				assert.Equal(t, "a.example", req.Host)
				assert.Equal(t, t.Context(), req.Context())
				req.URL.RawQuery, req.URL.Path = "x", "/y" // the next one is fresh
				req.Header.Set("X-Spoiled", "1")
			}
		})
	}
}

func TestRequestKeepsTheBase(t *testing.T) {
	for _, base := range []string{
		"http://h", "https://h:443/a/b", "https://h/a%2Fb", "https://h/%E5%89%8D/x", "https://h:",
	} {
		parsed := baseURL(t, base)
		call := members()
		wire.PathString(call, "dept_id", "a/b")
		wire.PathInt(call, "user_id", 7)
		req, err := call.Request(t.Context(), parsed, nil)
		require.NoError(t, err)
		assert.Equal(t, base+"/depts/a%2Fb/members/7", req.URL.String())
		assert.Equal(t, baseURL(t, base), parsed)
		call.Base = baseURL(t, "https://elsewhere/below")
		req, err = call.Request(t.Context(), parsed, nil)
		require.NoError(t, err)
		assert.Equal(t, "https://elsewhere/below/depts/a%2Fb/members/7", req.URL.String())
	}
}

func TestBodies(t *testing.T) {
	type form struct {
		Grant string  `json:"grant_type" form:"grant_type"`
		Code  *string `json:"code,omitempty" form:"code,omitempty"`
	}
	for name, tc := range map[string]struct {
		add  func(*wire.Call)
		kind string
		want string
	}{
		"JSON as raw UTF-8": {func(c *wire.Call) {
			wire.JSON(c, "application/json", &map[string]string{"name": "研发<&>一部\u2028"})
		}, "application/json", "{\"name\":\"研发<&>一部\\u2028\"}"},
		"a form": {func(c *wire.Call) {
			wire.Form(c, "application/x-www-form-urlencoded", &form{Grant: "a b&c"})
		}, "application/x-www-form-urlencoded", "grant_type=a+b%26c"},
		"as it is": {func(c *wire.Call) { wire.Raw(c, "image/png", []byte{0, 255}) }, "image/png", "\x00\xff"},
		"empty":    {func(c *wire.Call) { wire.Raw(c, "image/png", nil) }, "image/png", ""},
	} {
		t.Run(name, func(t *testing.T) {
			call := wire.Call{Operation: &wire.Operation{Method: http.MethodPost, Path: "/x"}}
			tc.add(&call)
			require.NoError(t, call.Invalid)
			for range 2 {
				req, err := call.Request(t.Context(), baseURL(t, "https://h"), nil)
				require.NoError(t, err)
				assert.Equal(t, []string{tc.kind}, req.Header["Content-Type"])
				assert.Equal(t, int64(len(tc.want)), req.ContentLength)
				got, err := io.ReadAll(req.Body)
				require.NoError(t, err)
				assert.Equal(t, tc.want, string(got))
				again, err := req.GetBody()
				require.NoError(t, err)
				got, err = io.ReadAll(again)
				require.NoError(t, err)
				assert.Equal(t, tc.want, string(got))
			}
		})
	}
	call := wire.Call{Operation: &wire.Operation{Method: http.MethodPost, Path: "/x"}}
	req, err := call.Request(t.Context(), baseURL(t, "https://h"), nil)
	require.NoError(t, err)
	assert.Nil(t, req.Body)
	assert.Nil(t, req.GetBody)
	assert.Empty(t, req.Header)
}

func TestHeaders(t *testing.T) {
	call := wire.Call{Operation: &wire.Operation{Method: http.MethodGet, Path: "/x"}}
	wire.HeaderString(&call, "x-kso-id-type", new(userID("internal id")))
	wire.HeaderStyled(&call, "X-Pages", []int{1, 2}, wire.Style{Style: "simple", Type: "array"})
	req, err := call.Request(t.Context(), baseURL(t, "https://h"), nil)
	require.NoError(t, err)
	assert.Equal(t, http.Header{"X-Kso-Id-Type": {"internal id"}, "X-Pages": {"1,2"}}, req.Header)
}

func TestCallRefusesWhatWouldGoElsewhere(t *testing.T) {
	for _, value := range []string{"", ".", ".."} {
		call := members()
		wire.PathString(call, "dept_id", value)
		assert.ErrorContains(t, call.Invalid, "dept_id")
		call = members()
		wire.PathStyled(call, "dept_id", value, wire.Style{Style: "simple", Type: "string"})
		assert.ErrorContains(t, call.Invalid, "dept_id")
	}
	for _, value := range []string{"a", "..a", "a/b", "a?b", "%2e", "#"} {
		call := members()
		wire.PathString(call, "dept_id", value)
		assert.NoError(t, call.Invalid)
	}
}

func TestCallNamesWhatIsMissing(t *testing.T) {
	type params struct{ UserID string }
	call := members()
	assert.NotNil(t, wire.Params[params](call, nil, ""))
	require.NoError(t, call.Invalid)
	assert.NotNil(t, wire.Params[params](call, nil, "userid"))
	first := call.Invalid
	assert.ErrorContains(t, first, "userid")
	wire.JSON[params](call, "application/json", nil)
	wire.Form[params](call, "application/x-www-form-urlencoded", nil)
	assert.Equal(t, first, call.Invalid, "the first problem stays")

	for _, add := range []func(*wire.Call){
		func(c *wire.Call) { wire.JSON[params](c, "application/json", nil) },
		func(c *wire.Call) { wire.JSON(c, "application/json", &struct{ F func() }{}) },
		func(c *wire.Call) { wire.Form[params](c, "application/x-www-form-urlencoded", nil) },
		func(c *wire.Call) { wire.PathString(c, "user_id", "u") },
		func(c *wire.Call) { wire.PathInt(c, "dept", 1) },
		func(c *wire.Call) { wire.QueryStyled(c, "x", 1, wire.Style{Style: "none"}) },
		func(c *wire.Call) { wire.HeaderStyled(c, "x", 1, wire.Style{Style: "none"}) },
		func(c *wire.Call) { wire.PathStyled(c, "dept_id", 1, wire.Style{Style: "none"}) },
	} {
		call := members()
		add(call)
		assert.Error(t, call.Invalid)
	}
	_, err := members().Request(t.Context(), baseURL(t, "https://h"), nil)
	assert.ErrorContains(t, err, "{dept_id}")
	call = members()
	wire.PathString(call, "dept_id", "d")
	_, err = call.Request(t.Context(), baseURL(t, "https://h"), nil)
	assert.ErrorContains(t, err, "{user_id}")
}

func FuzzEscaping(f *testing.F) {
	for _, seed := range []string{
		"", "..", "a b+c", "张三", "a/b;c,d?e#f", "%2e%", "x&y=z", "~-_.", "a:b@c$d!*'()", "\x00\xff", `"<>{}|\^[]` + "`",
	} {
		f.Add(seed, seed)
	}
	op := &wire.Operation{Method: http.MethodGet, Path: "/users/{id}/of"}
	f.Fuzz(func(t *testing.T, value, parameter string) {
		call := wire.Call{Operation: op}
		wire.PathString(&call, "id", value)
		wire.QueryString(&call, "q", &parameter)
		if value == "" || value == "." || value == ".." {
			require.Error(t, call.Invalid)
			return
		}
		require.NoError(t, call.Invalid)
		req, err := call.Request(t.Context(), &url.URL{Scheme: "https", Host: "h", Path: "/b"}, nil)
		require.NoError(t, err)
		want := "https://h/b/users/" + url.PathEscape(value) + "/of?q=" + url.QueryEscape(parameter)
		require.Equal(t, want, req.URL.String())
		parsed, err := url.Parse(want)
		require.NoError(t, err)
		require.Equal(t, parsed, req.URL)
		require.Equal(t, "/b/users/"+value+"/of", req.URL.Path)
		require.Equal(t, parameter, req.URL.Query().Get("q"))
	})
}
