package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestQuirksDecodeBothFormsAndEncodeOne(t *testing.T) {
	for _, tc := range []struct {
		in   string
		out  any
		want string
	}{
		{`12`, new(wire.Int), `12`},
		{`"12"`, new(wire.Int), `12`},
		{`""`, new(wire.Int), `0`},
		{`"-9007199254740993"`, new(wire.Int), `-9007199254740993`},
		{`["a","b"]`, new(wire.StringList), `["a","b"]`},
		{`"a|b"`, new(wire.StringList), `["a","b"]`},
		{`"a"`, new(wire.StringList), `["a"]`},
		{`""`, new(wire.StringList), `[]`},
		{`[]`, new(wire.StringList), `[]`},
		{`[1,4294967295]`, new(wire.IntList), `[1,4294967295]`},
		{`"[1,2]"`, new(wire.IntList), `[1,2]`},
		{`"[1,2]"`, new(wire.IntListText), `"[1,2]"`},
		{`[1,2]`, new(wire.IntListText), `"[1,2]"`},
		{`"[]"`, new(wire.IntListText), `"[]"`},
		{`{"工位":"3F<1>"}`, new(wire.StringMap), `{"工位":"3F\u003c1\u003e"}`},
		{`"{\"a\":\"b\"}"`, new(wire.StringMap), `{"a":"b"}`},
		{`{"a":7,"b":{"c":1}}`, new(wire.StringMap), `{"a":"7","b":"{\"c\":1}"}`},
		{`[[101,1],[305]]`, new(wire.IntLists), `[[101,1],[305]]`},
		{`[101,1]`, new(wire.IntLists), `[[101,1]]`},
		{`"[101,1]"`, new(wire.IntLists), `[[101,1]]`},
		{`[]`, new(wire.IntLists), `[]`},
		{`{"a":"b"}`, new(wire.StringMapText), `"{\"a\":\"b\"}"`},
		{`"{1:176372614058705512}"`, new(wire.DeptInts), `"{1:176372614058705512}"`},
		{`"{\"101\":\"10\", 1:5}"`, new(wire.DeptInts), `"{1:5,101:10}"`},
		{`{"7":9007199254740993}`, new(wire.DeptInts), `"{7:9007199254740993}"`},
		{`""`, new(wire.DeptInts), `"{}"`},
		{`"{}"`, new(wire.DeptInts), `"{}"`},
		{`"{1:false, 22:true}"`, new(wire.DeptBools), `"{1:false,22:true}"`},
		{`{"1":true}`, new(wire.DeptBools), `"{1:true}"`},
		{`"{\"1\":\"CFO, acting\"}"`, new(wire.DeptStrings), `"{\"1\":\"CFO, acting\"}"`},
	} {
		t.Run(fmt.Sprintf("%T %s", tc.out, tc.in), func(t *testing.T) {
			require.NoError(t, json.Unmarshal([]byte(tc.in), tc.out))
			got, err := json.Marshal(tc.out)
			require.NoError(t, err)
			assert.Equal(t, tc.want, string(got))
		})
	}
}

func TestQuirksTakeNullForNothing(t *testing.T) {
	for _, out := range []any{
		new(wire.Int), new(wire.StringList), new(wire.IntList), new(wire.IntListText), new(wire.StringMap),
		new(wire.StringMapText), new(wire.DeptInts), new(wire.DeptBools), new(wire.DeptStrings)} {
		assert.NoErrorf(t, json.Unmarshal([]byte("null"), out), "%T", out)
	}
}

func TestQuirksRefuseOtherFormsAndQuoteNothing(t *testing.T) {
	for _, out := range []any{
		new(wire.Int), new(wire.StringList), new(wire.IntList), new(wire.IntListText), new(wire.StringMap),
		new(wire.StringMapText), new(wire.DeptInts), new(wire.DeptBools), new(wire.DeptStrings)} {
		for _, in := range []string{
			`true`, `{"private":"13900001111"}`, `"{13900001111}"`, `[[13900001111]]`, `"13900001111x"`, `1.5`,
		} {
			err := json.Unmarshal([]byte(in), out)
			if err == nil {
				continue // some forms fit some types
			}
			assert.NotContainsf(t, err.Error(), "13900001111", "%T %s", out, in)
		}
	}
}

func TestLookup(t *testing.T) {
	body := []byte(` { "a" : 1, "b":{"c":[1,{"d":"}"}],"e":null}, "f":"x\"y", "errcode" :"0" , "z":true}`)
	for path, want := range map[string]string{
		"a": "1", "b.e": "null", "f": `x\"y`, "errcode": "0", "z": "true", "b.c": "[1",
	} {
		value, ok := wire.Lookup(body, path)
		require.Truef(t, ok, path)
		assert.Equal(t, want, wire.Scalar(value), path)
	}
	for _, path := range []string{"", "d", "b.d", "a.b", "A", "b.e.x"} {
		_, ok := wire.Lookup(body, path)
		assert.Falsef(t, ok, "%q", path)
	}
	for _, malformed := range []string{
		"", "[]", "{", `{"a`, `{"a"`, `{"a":`, `{"a":1`, `{"b":{`, `{"b":"`, `{"b":1 "a":2}`, "null",
	} {
		_, _ = wire.Lookup([]byte(malformed), "a")
	}
}

func TestMissing(t *testing.T) {
	for _, tc := range []struct {
		body, want, missing string
	}{
		{`{"userid":"u"}`, "userid", ""},
		{`{"userid":""}`, "userid", "userid"},
		{`{"userid":null}`, "userid", "userid"},
		{`{}`, "userid", "userid"},
		{`{"userlist":[]}`, "userlist", ""},
		{`{"active_cnt":0}`, "active_cnt", ""},
		{`{"next_cursor":"c"}`, "dept_user|next_cursor", ""},
		{`{"next_cursor":""}`, "dept_user|next_cursor", "dept_user|next_cursor"},
		{`{"next_cursor":null}`, "dept_user|next_cursor", "dept_user|next_cursor"},
		{`{"next_cursor":""}`, "dept_user?|next_cursor?", ""},
		{`{"dept_user": null}`, "dept_user?|next_cursor?", ""},
		{`{"errcode":0}`, "dept_user?|next_cursor?", "dept_user|next_cursor"},
		{`{"userlist":null}`, "userlist?,hasMore", "hasMore"},
		{`{"data":{"items":null}}`, "data.items?", ""},
		{`{"data":{}}`, "data.items?", "data.items"},
		{`{"data":null}`, "data.items?", "data.items"},
		{`{"userid":"","list":null}`, "userid|list?", ""},
		{`{"data":{"items":[]}}`, "data.items|data.has_more", ""},
		{`{"data":null}`, "data.items", "data.items"},
		{`{"data":{"user":{"open_id":"ou"}}}`, "data.user.open_id", ""},
		{`{}`, "", ""},
	} {
		var want []string
		if tc.want != "" {
			want = strings.Split(tc.want, ",")
		}
		assert.Equal(t, tc.missing, wire.Missing([]byte(tc.body), want), tc.body)
	}
}

func FuzzQuirks(f *testing.F) {
	for _, seed := range []string{
		`12`, `"12"`, `"a|b"`, `"{1:2,3:4}"`, `{"1":true}`, `"[1,2]"`, `null`, `""`, `"{\"1\":\"x\"}"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		for _, pair := range [][2]any{
			{new(wire.Int), new(wire.Int)}, {new(wire.StringList), new(wire.StringList)},
			{new(wire.IntList), new(wire.IntList)},
			{new(wire.IntListText), new(wire.IntListText)}, {new(wire.StringMap), new(wire.StringMap)},
			{new(wire.StringMapText), new(wire.StringMapText)},
			{new(wire.DeptInts), new(wire.DeptInts)}, {new(wire.DeptBools), new(wire.DeptBools)},
			{new(wire.DeptStrings), new(wire.DeptStrings)},
		} {
			if json.Unmarshal(data, pair[0]) != nil {
				continue
			}
			encoded, err := json.Marshal(pair[0])
			require.NoError(t, err)
			require.NoErrorf(t, json.Unmarshal(encoded, pair[1]),
				"%T: what it encodes it must decode: %s", pair[0], encoded)
			again, err := json.Marshal(pair[1])
			require.NoError(t, err)
			require.Equal(t, string(encoded), string(again))
		}
	})
}

func FuzzLookup(f *testing.F) {
	f.Add([]byte(`{"errcode":0,"data":{"items":[{"a":"}"}]}}`), "data.items")
	f.Add([]byte(`{"a":"\\"}`), "a")
	f.Fuzz(func(t *testing.T, body []byte, path string) {
		value, ok := wire.Lookup(body, path)
		_ = wire.Scalar(value)
		_ = wire.Missing(body, []string{path, path + "?"})
		// Keys with escapes are compared as written, and of equal keys the first wins, so only plain objects can be
		// checked against the decoder.
		var object map[string]json.RawMessage
		if strings.ContainsAny(path, ".\\") || strings.Contains(string(body), `\`) ||
			json.Unmarshal(body, &object) != nil {
			return
		}
		want, there := object[path]
		if body := strings.TrimSpace(string(body)); !strings.HasPrefix(body, "{") || strings.Contains(path, "\ufffd") {
			return
		}
		require.Equal(t, there, ok)
		if there && strings.Count(string(body), `"`+path+`"`) == 1 {
			require.True(t, strings.HasPrefix(string(value), string(want)))
		}
	})
}

func ExampleMissing() {
	body := []byte(`{"errcode":0,"errmsg":"ok"}`)
	fmt.Println(wire.Missing(body, []string{"userid"}))
	// Output: userid
}

func ExampleDeptInts() {
	var user struct {
		Order wire.DeptInts `json:"orderInDepts"`
	}
	_ = json.Unmarshal([]byte(`{"orderInDepts":"{1:176372614058705512}"}`), &user)
	fmt.Println(user.Order[1])
	// Output: 176372614058705512
}
