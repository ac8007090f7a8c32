package contract_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/internal/samples"
	"github.com/stretchr/testify/assert"
)

// Whatever comes is judged without a panic and always alike, and what can be recorded is JSON, always the same.
func FuzzAnswers(f *testing.F) {
	f.Add(200, []byte(`{"errcode":0,"errmsg":"ok","userid":"zhangsan","name":"张三","department":[1,204],`+
		`"extattr":{"attrs":[{"name":"x"}]}}`))
	f.Add(200, []byte(`{"errcode":60111,"errmsg":"userid not found: zhangsan, mobile existed:lisi, `+
		`{\"name\":\"李四\"} 138-0013-8000"}`))
	f.Add(403, []byte(`{"code":"Forbidden.AccessDenied","message":"x","requestid":"y"}`))
	f.Add(502, []byte(`<html>`))
	f.Add(200, []byte(`{"":{"":[{"":1.5e10}]},"ERRCODE":0,"errcode":1e99,"errcode":null}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		for vendor, operation := range map[string]string{"wecom": "GetUser", "dingtalk": "getUserV1",
			"feishu": "getUser", "wps": "listUsers"} {
			v := validator(t, vendor)
			x := contract.Exchange{Operation: operation, Response: answer(status, "application/json", string(body))}
			found := v.Check(x)
			assert.Equal(t, found, v.Check(x))
			for _, finding := range found {
				assert.Empty(t, finding.Value)
			}
			sample := &samples.Sample{Operation: operation, Response: samples.Response{Status: status, Body: body}}
			file, err := contract.Disguised(v, sample, "key")
			if err != nil {
				continue
			}
			assert.True(t, json.Valid(file), "%s", file)
			again, err := contract.Disguised(v, sample, "key")
			assert.NoError(t, err)
			assert.Equal(t, string(file), string(again))
		}
	})
}

// Whatever an archive holds, it is judged without a panic and always alike, every entry is counted once, and no value
// of it is shown.
func FuzzHAR(f *testing.F) {
	const planted = "pl4nted-v4lue"
	f.Add([]byte(archive))
	f.Add([]byte("\ufeff" + strings.ReplaceAll(archive, `"a"`, `"`+planted+`"`)))
	f.Add([]byte(strings.ReplaceAll(archive, `GET`, planted)))
	f.Add([]byte(`{"log":{"entries":[{"request":{"method":"GET","url":"https://qyapi.weixin.qq.com/cgi-bin/user/get",` +
		`"postData":{"params":[{"name":"","value":"` + planted + `"}]}},"response":{"status":-1,"content":{"size":0}}}]}}`))
	f.Add([]byte(`{"log":{"entries":"` + planted + `"}}`))
	f.Add([]byte(`{"log":null}`))
	f.Add([]byte(planted))
	f.Fuzz(func(t *testing.T, data []byte) {
		v := validator(t, "wecom")
		result, err := v.CheckHAR(bytes.NewReader(data))
		if err != nil {
			assert.NotContains(t, err.Error(), planted)
			return
		}
		again, err := v.CheckHAR(bytes.NewReader(data))
		assert.NoError(t, err)
		assert.Equal(t, result, again)
		var file struct {
			Log struct{ Entries []json.RawMessage }
		}
		if json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).Decode(&file) == nil {
			assert.Equal(t, len(file.Log.Entries), result.Checked+result.Other+result.Skipped)
		}
		assert.LessOrEqual(t, result.Outages, result.Checked)
		for _, finding := range result.Findings {
			assert.Empty(t, finding.Value)
		}
	})
}
