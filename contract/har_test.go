package contract_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/roster-go/roster/contract"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const archive = `{"log":{"version":"1.2","entries":[
 {"request":{"method":"GET","url":"https://qyapi.weixin.qq.com/cgi-bin/user/get?userid=a&access_token=T","headers":[]},
  "response":{"status":200,"headers":[{"name":"content-type","value":"application/json"}],
	"content":{"mimeType":"application/json","text":"{\"errcode\":0,\"userid\":\"a\",\"brand_new\":1}"}}},
 {"request":{"method":"POST","url":"https://qyapi.weixin.qq.com/cgi-bin/user/list_id","headers":[],
	"postData":{"mimeType":"application/json","text":"{\"limit\":\"5\"}"}},
  "response":{"status":200,"headers":[],"content":{"mimeType":"application/json; charset=UTF-8","encoding":"base64",
	"text":"BASE64"}}},
 {"request":{"method":"GET","url":"https://qyapi.weixin.qq.com/cgi-bin/agent/list","headers":[]},
  "response":{"status":200,"headers":[],"content":{"mimeType":"application/json","text":"{}"}}},
 {"request":{"method":"GET","url":"https://cdn.example/logo.png","headers":[]},
  "response":{"status":200,"headers":[],"content":{"mimeType":"image/png","text":"x"}}},
 {"request":{"method":"GET","url":"https://proxy.example/wx/user/get?userid=a","headers":[]},
  "response":{"status":200,"headers":[],"content":{"mimeType":"application/json"}}},
 {"request":{"method":"GET","url":"https://proxy.example/wx/user/get?userid=a","headers":[]},
  "response":{"status":0,"headers":[],"content":{"text":""}}}
]}}`

func TestHAR(t *testing.T) {
	body := base64.StdEncoding.EncodeToString([]byte(`{"errcode":0,"dept_user":[{"userid":"a","department":"1"}]}`))
	result, err := validator(t, "wecom").CheckHAR(strings.NewReader(strings.Replace(archive, "BASE64", body, 1)))
	require.NoError(t, err)
	assert.Equal(t, 2, result.Checked)
	assert.Equal(t, 1, result.Other, "another of the vendor's interfaces")
	assert.Equal(t, 3, result.Skipped, "other hosts, and answers that were not saved")
	assert.Equal(t, []string{
		"response body /brand_new undeclared_field informative",
		"request body /limit wrong_type breaking",
		"response body /dept_user/0/department wrong_type breaking",
	}, brief(result.Findings))
}

func TestHARForm(t *testing.T) {
	result, err := validator(t, "wps").CheckHAR(strings.NewReader(`{"log":{"entries":[{"request":{"method":"POST",
		"url":"https://openapi.wps.cn/oauth2/token","headers":[],
	 "postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"grant_type",
		"value":"client_credentials"},{"name":"client_id","value":"a"}]}},
	 "response":{"status":200,"headers":[],"content":{"mimeType":"application/json",
		"text":"{\"access_token\":\"t\",\"token_type\":\"bearer\",\"expires_in\":7200}"}}}]}}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"request body /client_secret missing breaking"}, brief(result.Findings))
}

func TestHAROddities(t *testing.T) {
	entry := `{"log":{"entries":[{"request":{"method":"GET",` +
		`"url":"https://qyapi.weixin.qq.com/cgi-bin/user/get?userid=a"},"response":{"status":200,` +
		`"content":{"mimeType":"application/json","size":0}}}]}}`
	result, err := validator(t, "wecom").CheckHAR(strings.NewReader("\ufeff" + entry))
	require.NoError(t, err, "a byte order mark")
	assert.Equal(t, []string{"response body  not_json breaking"}, brief(result.Findings), "an answer without a body")
	result, err = validator(t, "wecom").CheckHAR(strings.NewReader(strings.Replace(entry, "200", "502", 1)))
	require.NoError(t, err)
	assert.Equal(t, contract.HARResult{Skipped: 1}, result)
	result, err = validator(t,
		"wecom").CheckHAR(strings.NewReader(strings.NewReplacer("200", "502", `"size":0`,
		`"text":"<html>"`).Replace(entry)))
	require.NoError(t, err)
	assert.Equal(t, 1, result.Outages)
}

func TestWhatIsNoArchive(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": ``, "half": `{"log":{"entries":[{"request":`, "text": `secret-value`,
		"another file": `{"openapi":"3.0.3"}`,
		"wrong types":  `{"log":{"entries":"secret-value"}}`,
	} {
		_, err := validator(t, "wecom").CheckHAR(strings.NewReader(text))
		require.ErrorContains(t, err, "no HTTP archive", name)
		assert.NotContains(t, err.Error(), "secret-value", name)
	}
	// What cannot be decoded is skipped, not guessed at.
	result, err := validator(t, "wecom").CheckHAR(strings.NewReader(archive))
	require.NoError(t, err)
	assert.Equal(t, contract.HARResult{Checked: 1, Other: 1, Skipped: 4, Findings: result.Findings}, result)
}
