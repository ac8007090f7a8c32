package contract_test

import (
	"encoding/json"
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
