package contract_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/roster-go/roster/contract"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func reading(vendor string) func() (*contract.Validator, error) {
	return sync.OnceValues(func() (*contract.Validator, error) { return contract.NewValidator(vendor) })
}

// shared has a validator of each vendor, read once for all tests: reading takes longer than most of them.
var shared = map[string]func() (*contract.Validator, error){
	"dingtalk": reading("dingtalk"), "feishu": reading("feishu"), "wecom": reading("wecom"), "wps": reading("wps"),
}

func validator(t testing.TB, vendor string, options ...contract.Option) *contract.Validator {
	t.Helper()
	if len(options) == 0 {
		v, err := shared[vendor]()
		require.NoError(t, err)
		return v
	}
	v, err := contract.NewValidator(vendor, options...)
	require.NoError(t, err)
	return v
}

func parsed(t testing.TB, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	require.NoError(t, err)
	return u
}

// brief is a finding in short: where, what, how bad.
func brief(findings []contract.Finding) []string {
	var out []string
	for _, f := range findings {
		text := fmt.Sprintf("%s %s %s %s", f.Part, f.Pointer, f.Kind, f.Severity)
		if f.Outage {
			text += " outage"
		}
		if f.Code != "" {
			text += " " + f.Code
		}
		out = append(out, text)
	}
	return out
}

func answer(status int, contentType, body string) *contract.Response {
	h := http.Header{}
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	return &contract.Response{Status: status, Header: h, Body: []byte(body)}
}

func TestResponses(t *testing.T) {
	const asJSON = "application/json; charset=UTF-8"
	for name, tc := range map[string]struct {
		vendor, operation string
		response          *contract.Response
		want              []string
	}{
		"as documented": {"wecom", "GetUser",
			answer(200, asJSON, `{"errcode":0,"errmsg":"ok","userid":"a","name":"b"}`), nil},
		"undeclared, deep": {
			"wecom", "GetUserList",
			answer(200, asJSON,
				`{"errcode":0,"userlist":[{"userid":"a"},{"userid":"b","extattr":{"attrs":[{"name":"x",
					"a/b~c":1}]}}]}`),
			[]string{"response body /userlist/1/extattr/attrs/0/a~1b~0c undeclared_field informative"},
		},
		"wrong type breaks": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,"userid":"a","name":5}`),
			[]string{"response body /name wrong_type breaking"}},
		"fraction": {
			"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,"userid":"a","main_department":1.0}`),
			[]string{"response body /main_department wrong_type breaking"},
		},
		"beyond 64 bits": {
			"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,"userid":"a","main_department":9223372036854775808}`),
			[]string{"response body /main_department wrong_form breaking"},
		},
		"null is nothing": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,"userid":"a","name":null}`),
			[]string{"response body /name null informative"}},
		"null is no answer": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,"userid":null}`),
			[]string{"response body /userid null breaking"}},
		"null item": {"wecom", "GetUserList", answer(200, asJSON, `{"errcode":0,"userlist":[null]}`),
			[]string{"response body /userlist/0 null breaking"}},
		"empty text, no answer": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,"userid":""}`),
			[]string{"response body /userid missing breaking"}},
		"missing answer": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":0}`),
			[]string{"response body /userid missing breaking"}},
		"empty object": {"wecom", "GetUser", answer(200, asJSON, `{}`),
			[]string{"response body /userid missing breaking"}},
		"missing, nested": {"dingtalk", "getUserV2", answer(200, asJSON, `{"errcode":0,"result":{}}`),
			[]string{"response body /result/userid missing breaking"}},
		"missing, alternatives": {
			"feishu", "getUser", answer(200, asJSON, `{"code":0,"msg":"","data":{"user":{"name":"x"}}}`),
			[]string{"response body /data/user/open_id missing breaking"},
		},
		"required": {"feishu", "getUser", answer(200, asJSON, `{"data":{"user":{"open_id":"ou_1"}}}`),
			[]string{"response body /code missing breaking"}},
		"new enum": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,"userid":"a","status":9}`),
			[]string{"response body /status unknown_enum informative"}},
		"twice": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,"userid":"a","userid":"b"}`),
			[]string{"response body /userid duplicate_field informative"}},
		"case twin": {
			"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,"userid":"a","Name":"b"}`),
			[]string{"response body /Name undeclared_field informative"},
		},
		"case twin of another type": {
			"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,"userid":"a","Name":{}}`),
			[]string{"response body /Name undeclared_field breaking"},
		},
		"case twin beside its twin": {
			"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,"userid":"a","UserID":"b"}`),
			[]string{"response body /UserID undeclared_field breaking"},
		},
		"twins that are declared": {"dingtalk", "getUserV1",
			answer(200, asJSON, `{"errcode":0,"userid":"a","managerUserid":"b","managerUserId":"c"}`), nil},
		"quirk, both forms": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":"0","userid":"a"}`), nil},
		"quirk, third form": {"dingtalk", "getUserV1",
			answer(200, asJSON, `{"errcode":0,"userid":"a","orderInDepts":7}`),
			[]string{"response body /orderInDepts wrong_type breaking"}},
		"quirk, malformed": {"dingtalk", "getUserV1",
			answer(200, asJSON, `{"errcode":0,"userid":"a","orderInDepts":"1:2"}`),
			[]string{"response body /orderInDepts wrong_form breaking"}},
		"quirk, inside": {
			"dingtalk", "getUserV1", answer(200, asJSON, `{"errcode":0,"userid":"a","department":[1,"2"]}`),
			[]string{"response body /department/1 wrong_type breaking"},
		},
		"quirk, map": {
			"dingtalk", "getUserV1",
			answer(200, asJSON, `{"errcode":0,"userid":"a","isLeaderInDepts":{"1":true,"2":"no"}}`),
			[]string{"response body /isLeaderInDepts/* wrong_type breaking"},
		},
		"undocumented code": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":123456,"errmsg":"x"}`),
			[]string{"response body /errcode undocumented_code informative 123456"}},
		"undocumented code, as text": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":"123456","errmsg":"x"}`),
			[]string{"response body /errcode undocumented_code informative 123456"}},
		"documented code": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":60111,"errmsg":"x"}`), nil},
		"sub code": {"dingtalk", "getUserV2",
			answer(200, asJSON, `{"errcode":88,"sub_code":"40014","errmsg":"x"}`), nil},
		"sub code of the other list": {"dingtalk", "getUserV2",
			answer(200, asJSON, `{"errcode":88,"sub_code":"60121","errmsg":"x"}`), nil},
		"ban on the first host": {"dingtalk", "getUserV1",
			answer(403, asJSON, `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"0a"}`), nil},
		"ban on the second host": {"dingtalk", "searchUsers",
			answer(403, asJSON, `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"0a"}`), nil},
		"ban in other words": {"dingtalk", "searchUsers",
			answer(403, asJSON, `{"status":1111,"wait":5,"why":"x5"}`),
			[]string{"response body /why undeclared_field informative"}},
		"new sub code": {"dingtalk", "getUserV2",
			answer(200, asJSON, `{"errcode":88,"sub_code":"isv.new-thing","errmsg":"x"}`),
			[]string{"response body /sub_code undocumented_code informative"}},
		"sub code in the text, old form": {
			"dingtalk", "getUserV2",
			answer(200, asJSON, `{"errcode":88,"errmsg":"ding talk error[subcode=777777,submsg=x]"}`),
			[]string{"response body /errmsg undocumented_code informative 777777"},
		},
		"code in words": {
			"dingtalk", "searchUsers",
			answer(403, asJSON, `{"code":"Forbidden.AccessDenied.NewReason","message":"x","requestid":"r"}`),
			[]string{"response body /code undocumented_code informative Forbidden.AccessDenied.NewReason"},
		},
		"wps code": {"wps", "getUser", answer(400, asJSON, `{"code":123123123,"msg":"x"}`),
			[]string{"response body /code undocumented_code informative 123123123"}},
		"wps code under 200": {"wps", "getUser",
			answer(200, asJSON, `{"code":403000001,"msg":"x","more":{"scope":"y"}}`), nil},
		"feishu code": {"feishu", "getUser", answer(400, asJSON, `{"code":1,"msg":"x"}`),
			[]string{"response body /code undocumented_code informative 1"}},
		"undeclared status": {"wecom", "GetUser", answer(404, asJSON, `{"errcode":60111,"errmsg":"x"}`),
			[]string{"status  undeclared_status breaking"}},
		"another success": {"wecom", "GetUser", answer(202, asJSON, `{"errcode":0,"userid":"a"}`),
			[]string{"status  undeclared_status breaking"}},
		"no content": {"wecom", "GetUser", answer(204, "", ``), []string{"status  undeclared_status breaking",
			"content type  wrong_content_type breaking", "response body  not_json breaking"}},
		"redirect": {"wecom", "GetUser", answer(302, "", ``),
			[]string{"status  undeclared_status breaking"}},
		"text that is JSON": {"wecom", "GetUser", answer(200, "text/plain", `{"errcode":0,"userid":"a"}`),
			[]string{"content type  wrong_content_type informative"}},
		"no content type": {"wecom", "GetUser", answer(200, "", `{"errcode":0,"userid":"a"}`),
			[]string{"content type  wrong_content_type informative"}},
		"HTML": {"wecom", "GetUser", answer(200, "text/html", `<html>`),
			[]string{"content type  wrong_content_type breaking", "response body  not_json breaking"}},
		"HTML that says JSON": {"wecom", "GetUser", answer(200, asJSON, `<html>`),
			[]string{"response body  not_json breaking"}},
		"cut": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":0,`),
			[]string{"response body  not_json breaking"}},
		"two objects": {"wecom", "GetUser", answer(200, asJSON, `{"errcode":0}{"errcode":0}`),
			[]string{"response body  not_json breaking"}},
		"empty": {"wecom", "GetUser", answer(200, asJSON, ``),
			[]string{"response body  not_json breaking"}},
		"blanks around it": {"wecom", "GetUser", answer(200, asJSON, "\ufeff \n{\"errcode\":0,\"userid\":\"a\"}\n"),
			nil},
		"array": {"wecom", "GetUser", answer(200, asJSON, `[]`),
			[]string{"response body  wrong_type breaking"}},
		"null": {"wecom", "GetUser", answer(200, asJSON, `null`),
			[]string{"response body  null breaking"}},
		"bottomless": {"wecom", "GetUser", answer(200, asJSON, strings.Repeat("[", 5000)+
			strings.Repeat("]", 5000)), []string{"response body  not_json breaking"}},
		"gateway": {"wecom", "GetUser", answer(502, "text/html", `<html>`),
			[]string{"response body  not_json breaking outage"}},
		"gateway's JSON": {"feishu", "getUser", answer(500, asJSON, `{"timestamp":"x","path":"/y"}`), []string{
			"response body  missing breaking outage", "response body /timestamp undeclared_field informative outage",
			"response body /path undeclared_field informative outage",
			"response body /code missing breaking outage",
		}},
		"gateway's JSON, unknown": {"wecom", "GetUser", answer(503, asJSON, `{"detail":"busy"}`),
			[]string{"status  undeclared_status breaking outage"}},
		"server's own 500": {"feishu", "getUser", answer(500, asJSON, `{"code":2200,"msg":"x"}`), nil},
		"ban": {"dingtalk", "getUserV2",
			answer(403, asJSON, `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}`), nil},
		"ban under 200": {"dingtalk", "getUserV2",
			answer(200, "text/html", `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}`), nil},
		"ban with a new word": {"dingtalk", "getUserV2", answer(403, asJSON, `{"status":1111,"minutes":5}`),
			[]string{"response body  missing breaking outage",
				"response body /minutes undeclared_field informative outage"}},
		"a gateway's refusal": {"wecom", "GetUser", answer(403, asJSON, `{"message":"Forbidden"}`),
			[]string{"status  undeclared_status breaking outage"}},
		"a gateway's refusal, in a word of the vendor's": {
			"dingtalk", "searchUsers", answer(404, asJSON, `{"message":"no Route matched"}`),
			[]string{"response body  missing breaking outage", "response body /code missing breaking outage"},
		},
		"a refusal of a small envelope, with another name for the code": {
			"wps", "getUser", answer(403, asJSON, `{"code_v2":403000001,"msg":"kso: PermissionDenied"}`),
			[]string{"response body /code_v2 undeclared_field informative"},
		},
		"a refusal with another name for the code": {
			"dingtalk", "searchUsers", answer(400, asJSON, `{"error_code":"x","message":"y","requestid":"z"}`),
			[]string{"response body /error_code undeclared_field informative", "response body /code missing breaking"},
		},
		"null for one code, a new other one": {
			"dingtalk", "getUserV1", answer(200, asJSON, `{"errcode":null,"code":"13800","userid":"a"}`),
			[]string{"response body /errcode null breaking", "response body /code undeclared_field informative",
				"response body /code undocumented_code informative 13800"},
		},
		"ban as a page": {"dingtalk", "getUserV2", answer(403, "text/html", `<html>`),
			[]string{"response body  not_json breaking outage"}},
		"ban as a page under 200": {
			"dingtalk", "getUserV2", answer(200, "text/html", `<html>`),
			[]string{"content type  wrong_content_type breaking outage", "response body  not_json breaking outage"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := validator(t, tc.vendor).Check(contract.Exchange{Operation: tc.operation, Response: tc.response})
			assert.Equal(t, tc.want, brief(got), got)
			for _, f := range got {
				assert.Equal(t, tc.vendor, f.Vendor)
				assert.Equal(t, tc.operation, f.Operation)
				assert.NotEmpty(t, f.Document)
				assert.NotEmpty(t, f.Came)
			}
		})
	}
}

func TestRequests(t *testing.T) {
	for name, tc := range map[string]struct {
		vendor, method, url, contentType, body string
		want                                   []string
	}{
		"as documented": {"wecom", "GET", "https://qyapi.weixin.qq.com/cgi-bin/user/get?userid=a&access_token=T", "",
			"", nil},
		"without a token": {"wecom", "GET", "https://qyapi.weixin.qq.com/cgi-bin/user/get?userid=a", "", "", nil},
		"missing": {"wecom", "GET", "https://qyapi.weixin.qq.com/cgi-bin/user/get", "", "",
			[]string{"query /userid missing breaking"}},
		"undeclared": {"wecom", "GET", "https://qyapi.weixin.qq.com/cgi-bin/user/get?userid=a&lang=zh", "", "",
			[]string{"query /lang undeclared_parameter informative"}},
		"not a number": {"wecom", "GET", "https://qyapi.weixin.qq.com/cgi-bin/user/list?department_id=x", "", "",
			[]string{"query /department_id wrong_type breaking"}},
		"unknown path": {"wecom", "GET", "https://qyapi.weixin.qq.com/cgi-bin/user/zhangsan/photo", "", "",
			[]string{"request  undeclared_operation informative"}},
		"wrong method": {"wecom", "POST", "https://qyapi.weixin.qq.com/cgi-bin/user/get?userid=a",
			"application/json", "{}", []string{"request  undeclared_operation informative"}},
		"wrong prefix": {"wecom", "GET", "https://qyapi.weixin.qq.com/v2/user/get?userid=a", "", "",
			[]string{"request  undeclared_operation informative"}},
		"body": {"wecom", "POST", "https://qyapi.weixin.qq.com/cgi-bin/user/list_id", "application/json",
			`{"limit":"5"}`, []string{"request body /limit wrong_type breaking"}},
		"body lacks": {"wecom", "POST", "https://qyapi.weixin.qq.com/cgi-bin/user/list_id", "application/json",
			`{}`, []string{"request body /limit missing breaking"}},
		"no body": {"wecom", "POST", "https://qyapi.weixin.qq.com/cgi-bin/user/list_id", "application/json",
			"", []string{"request body  missing breaking"}},
		"body not JSON": {"wecom", "POST", "https://qyapi.weixin.qq.com/cgi-bin/user/list_id", "application/json",
			"limit=5", []string{"request body  not_json breaking"}},
		"body as form": {"wecom", "POST", "https://qyapi.weixin.qq.com/cgi-bin/user/list_id",
			"application/x-www-form-urlencoded", "limit=5", []string{"request body  wrong_content_type informative"}},
		"too long": {"wecom", "POST", "https://qyapi.weixin.qq.com/cgi-bin/department/create",
			"application/json", `{"name":"` + strings.Repeat("x", 100) + `","parentid":1}`,
			[]string{"request body /name out_of_bounds informative"}},
		"form": {"wps", "POST", "https://openapi.wps.cn/oauth2/token", "application/x-www-form-urlencoded",
			"grant_type=client_credentials&client_id=a&client_secret=b", nil},
		"form, other flow": {"wps", "POST", "https://openapi.wps.cn/oauth2/token", "application/x-www-form-urlencoded",
			"grant_type=magic&client_id=a&client_secret=b",
			[]string{"request body /grant_type unknown_enum informative"}},
		"list": {"wps", "GET", "https://openapi.wps.cn/v7/users?status=active&status=sleeping", "", "",
			[]string{"query /status/1 unknown_enum informative"}},
		"path value": {"feishu", "GET",
			"https://open.feishu.cn/open-apis/contact/v3/users/ou_1?user_id_type=open_id", "", "", nil},
		"escaped slash": {"feishu", "GET", "https://open.feishu.cn/open-apis/contact/v3/users/a%2Fb", "", "", nil},
		"second host": {"dingtalk", "POST", "https://api.dingtalk.com/v1.0/contact/users/search",
			"application/json", `{"queryWord":"a","offset":0,"size":10}`, nil},
		"signature": {"dingtalk", "POST",
			"https://oapi.dingtalk.com/service/get_corp_token?accessKey=a&timestamp=1&suiteTicket=t&signature=s",
			"application/json", `{"auth_corpid":"c"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := &contract.Request{Method: tc.method, URL: parsed(t, tc.url), Header: http.Header{}}
			if tc.contentType != "" {
				r.Header.Set("Content-Type", tc.contentType)
				r.Body = []byte(tc.body)
			}
			got := validator(t, tc.vendor).Check(contract.Exchange{Request: r})
			assert.Equal(t, tc.want, brief(got), got)
			for _, f := range got {
				assert.NotContains(t, f.String(), "zhangsan", "a part of a path may be somebody's id")
			}
		})
	}
}

func TestOperationsAreFoundBehindAnyPrefix(t *testing.T) {
	for _, tc := range []struct{ vendor, method, url, want string }{
		{"wecom", "GET", "https://qyapi.weixin.qq.com/cgi-bin/user/get", "GetUser"},
		{"wecom", "GET", "http://127.0.0.1:8080/wecom/cgi-bin/user/get", "GetUser"},
		{"wecom", "GET", "https://wecom.corp.example/user/get", "GetUser"},
		{"wecom", "GET", "https://wecom.corp.example/user/get/more", ""},
		{"wecom", "GET", "https://qyapi.weixin.qq.com/elsewhere/cgi-bin/user/get", ""},
		{"wecom", "HEAD", "https://wecom.corp.example/user/get", ""},
		{"dingtalk", "POST", "https://oapi.dingtalk.com/topapi/v2/user/get", "getUserV2"},
		{"dingtalk", "POST", "https://proxy.example/ding/topapi/v2/user/get", "getUserV2"},
		{"dingtalk", "GET", "https://proxy.example/ding/user/get", "getUserV1"},
		{"dingtalk", "GET", "https://proxy.example/ding/topapi/v2/user/get", ""},
		{"dingtalk", "POST", "https://proxy.example/v1.0/contact/users/search", "searchUsers"},
		{"dingtalk", "POST", "https://oapi.dingtalk.com/v1.0/contact/users/search", ""},
		{"dingtalk", "POST", "https://proxy.example/v1.0/oauth2/dingcorp/token", "getCorpScopedToken"},
		{"feishu", "GET", "https://open.feishu.cn/open-apis/contact/v3/users/batch", "batchGetUsers"},
		{"feishu", "GET", "https://open.feishu.cn/open-apis/contact/v3/users/ou_1", "getUser"},
		{"wps", "GET", "https://private.example/openapi/v7/users/current", "getCurrentUser"},
		{"wps", "GET", "https://private.example/openapi/v7/users/u1", "getUser"},
	} {
		assert.Equalf(t, tc.want, validator(t, tc.vendor).Find(tc.method, parsed(t, tc.url)), "%s %s", tc.method,
			tc.url)
	}
	v := validator(t, "wecom", contract.WithBaseURL("http://wecom.corp.example/cgi-bin"))
	assert.Equal(t, "GetUser", v.Find("GET", parsed(t, "http://wecom.corp.example/cgi-bin/user/get")))
	assert.Empty(t, v.Find("GET", parsed(t, "http://wecom.corp.example/cgi-bin/agent/user/get")),
		"the whole path counts there")
}

func TestAnOperationByNameNeedsNoRequest(t *testing.T) {
	v := validator(t, "wecom")
	got := v.Check(contract.Exchange{Operation: "NoSuch", Response: answer(200, "application/json", `{}`)})
	assert.Equal(t, []string{"request  undeclared_operation informative"}, brief(got))
	assert.Equal(t, []string{"request  undeclared_operation informative"}, brief(v.Check(contract.Exchange{})))
	assert.Empty(t, v.Check(contract.Exchange{Operation: "GetUser"}))
}

func TestAQuirkGivesAUsefulFinding(t *testing.T) {
	got := validator(t, "dingtalk").Check(contract.Exchange{Operation: "getUserV1",
		Response: answer(200, "application/json", `{"errcode":0,"userid":"a","orderInDepts":7}`)})
	require.Len(t, got, 1)
	assert.Equal(t, `string like ^\{.*\}$|^$ or object (DeptInts)`, got[0].Document)
	assert.Equal(t, "number", got[0].Came)
	assert.Equal(t, `dingtalk getUserV1: response body /orderInDepts: wrong type (breaking): the document says `+
		`string like ^\{.*\}$|^$ or object (DeptInts), came number`, got[0].String())
}

func TestFindingsOfOneExchangeAreBounded(t *testing.T) {
	list := func(members string) contract.Exchange {
		return contract.Exchange{Operation: "GetUserList",
			Response: answer(200, "application/json", `{"errcode":0,"userlist":[`+members+`{"userid":"a"}]}`)}
	}
	same := list(strings.Repeat(`{"userid":"a","new":1},`, 1000))
	assert.Len(t, validator(t, "wecom").Check(same), 3, "one drift")

	var many strings.Builder
	for i := range 120 {
		fmt.Fprintf(&many, `{"userid":"a","new_%c%c":1},`, 'a'+i/20, 'a'+i%20)
	}
	assert.Len(t, validator(t, "wecom").Check(list(many.String())), 100)
	assert.Len(t, validator(t, "wecom", contract.WithMaxFindings(7)).Check(list(many.String())), 7)

	many.WriteString(`{"userid":5,"name":["x"]},`)
	got := validator(t, "wecom").Check(list(many.String()))
	assert.Len(t, got, 100)
	twins := list(strings.Repeat(`{"USERID":"a"},`, 3) + `{"userid":"a","USERID":"b"},`)
	assert.Contains(t, brief(validator(t, "wecom").Check(twins)),
		"response body /userlist/3/USERID undeclared_field breaking", "not crowded out by what is alike and harmless")
	assert.Equal(t, []string{"response body /userlist/120/userid wrong_type breaking",
		"response body /userlist/120/name wrong_type breaking"}, brief(got[98:]), "what breaks is never crowded out")
}

// These would take minutes and gigabytes if the work grew with the square of the length.
func TestHostileAnswers(t *testing.T) {
	v := validator(t, "wecom")
	for name, body := range map[string]string{
		"twins":        `{"errcode":0,` + strings.Repeat(`"USERID":"",`, 80_000) + `"userid":"a"}`,
		"long integer": `{"errcode":` + strings.Repeat("9", 1<<20) + `}`,
	} {
		assert.NotEmpty(t,
			v.Check(contract.Exchange{Operation: "GetUser", Response: answer(200, "application/json", body)}), name)
	}
}

func TestBadOptions(t *testing.T) {
	for name, option := range map[string]contract.Option{
		"base":     contract.WithBaseURL("not a url"),
		"findings": contract.WithMaxFindings(0),
	} {
		_, err := contract.NewValidator("wecom", option)
		assert.Error(t, err, name)
	}
	_, err := contract.NewValidator("slack")
	assert.ErrorContains(t, err, `unknown vendor "slack": want one of dingtalk, feishu, wecom, wps`)
}

func TestADocumentOfOnesOwn(t *testing.T) {
	document := func(schema string) []byte {
		return []byte(`{"openapi":"3.0.3","info":{"title":"x","version":"1"},` +
			`"servers":[{"url":"https://own.example"}],"paths":{"/x":{"get":{"operationId":"x",` +
			`"responses":{"200":{"description":"d","content":{"application/json":{"schema":` + schema + `}}}}}}}}`)
	}
	v, err := contract.NewDocumentValidator("own",
		document(`{"type":"object","properties":{"a":{"type":"number","minimum":1}},"additionalProperties":true}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"x"}, v.Operations())
	check := func(body string) []string {
		return brief(v.Check(contract.Exchange{Operation: "x", Response: answer(200, "application/json", body)}))
	}
	assert.Empty(t, check(`{"a":1.5,"b":2}`), "an object that says what else it holds is not sealed")
	assert.Equal(t, []string{"response body /a out_of_bounds informative"}, check(`{"a":0}`))
	for name, schema := range map[string]string{
		"allOf":   `{"allOf":[{"type":"object"}]}`,
		"anyOf":   `{"anyOf":[{"type":"object"}]}`,
		"not":     `{"not":{"type":"object"}}`,
		"pattern": `{"type":"string","pattern":"(?<=a)b"}`,
	} {
		_, err := contract.NewDocumentValidator("own", document(schema))
		assert.Error(t, err, name)
	}
	_, err = contract.NewDocumentValidator("own", []byte("no document"))
	assert.Error(t, err)
}

// Schemas that contain themselves are checked as deep as the value goes.
func TestRecursiveSchemas(t *testing.T) {
	v, err := contract.NewDocumentValidator("own",
		[]byte(`{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/x":{"get":{"operationId":"x",
			"responses":{"200":{"description":"d",
			"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Tree"}}}}}}}},
		"components":{"schemas":{"Tree":{"type":"object","properties":{"children":{"type":"array",
			"items":{"$ref":"#/components/schemas/Tree"}}}}}}}`))
	require.NoError(t, err)
	got := v.Check(contract.Exchange{Operation: "x",
		Response: answer(200, "application/json", `{"children":[{},{"children":[{"leaf":1}]}]}`)})
	assert.Equal(t, []string{"response body /children/1/children/0/leaf undeclared_field informative"}, brief(got))
	assert.Equal(t, "/children/*/children/*/leaf", got[0].Place)
}

func TestAPermissionNamedInARefusalIsNoDrift(t *testing.T) {
	findings := validator(t, "dingtalk").Check(contract.Exchange{Operation: "searchUsers",
		Response: answer(403, "application/json;charset=utf-8",
			`{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","requestid":"R","message":"m",`+
				`"accessdenieddetail":{"requiredScopes":["Contact.User.Read"]}}`)})
	assert.Empty(t, findings)
}
