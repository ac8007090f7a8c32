package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/roster-go/roster/contract"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// planted is personal data, in the forms that it has at the vendors.
var planted = []string{"张三丰", "planted.person@example.com", "13912345678", "ou_7dab8a3d3cdcc9da", "Planted Person"}

// spoil puts personal data everywhere: for every text and number, and for keys that the document does not declare.
func spoil(v any, count *int) any {
	*count++
	switch v := v.(type) {
	case string:
		return planted[*count%len(planted)]
	case json.Number:
		return json.Number("13912345678")
	case []any:
		for i := range v {
			v[i] = spoil(v[i], count)
		}
	case map[string]any:
		for name := range v {
			v[name] = spoil(v[name], count)
		}
		v[planted[*count%4]] = planted[0]
	}
	return v
}

// everything is all that a finding can be turned into.
func everything(t *testing.T, findings []contract.Finding) string {
	t.Helper()
	var b bytes.Buffer
	text, err := json.Marshal(findings)
	require.NoError(t, err)
	b.Write(text)
	logger := slog.New(slog.NewTextHandler(&b, nil))
	for _, f := range findings {
		fmt.Fprintf(&b, "%v %+v %#v\n", f, f, f)
		logger.Info("finding", "finding", f)
	}
	return b.String()
}

// Nothing that a person is known by is in a finding, whatever the vendor sends wherever.
func TestNoPersonalDataInFindings(t *testing.T) {
	found := 0
	for _, vendor := range contract.Vendors() {
		v, all := load(t, vendor)
		open := validator(t, vendor, contract.WithValues())
		shown := 0
		for _, sample := range all {
			if sample.Response.Text != nil {
				continue
			}
			count := 0
			body, err := json.Marshal(spoil(decode(t, sample.Response.Body), &count))
			require.NoError(t, err)
			x := contract.Exchange{Operation: sample.Operation, Response: &contract.Response{
				Status: sample.Response.Status,
				Header: http.Header{"Content-Type": {"application/json; name=planted.person@example.com"}}, Body: body,
			}}
			findings := v.Check(x)
			found += len(findings)
			text := everything(t, findings)
			for _, secret := range planted {
				assert.NotContainsf(t, text, secret, "%s %s/%s", vendor, sample.Operation, sample.Case)
			}
			if strings.Contains(everything(t, open.Check(x)), planted[2]) {
				shown++
			}
		}
		assert.Positive(t, shown, "WithValues shows them")
	}
	assert.Positive(t, found)
	t.Logf("%d findings", found)
}

func TestNoPersonalDataInFindingsAboutRequests(t *testing.T) {
	v := validator(t, "wecom")
	for _, raw := range []string{
		"https://qyapi.weixin.qq.com/cgi-bin/user/13912345678/张三丰?planted.person@example.com=1",
		"https://qyapi.weixin.qq.com/cgi-bin/user/get?13912345678=1&userid=张三丰&张三丰=2",
		"https://qyapi.weixin.qq.com/cgi-bin/user/list?department_id=13912345678x&fetch_child=张三丰",
	} {
		findings := v.Check(contract.Exchange{Request: &contract.Request{Method: "GET", URL: parsed(t, raw)}})
		assert.NotEmpty(t, findings)
		for _, secret := range planted {
			assert.NotContains(t, everything(t, findings), secret)
		}
	}
	findings := v.Check(contract.Exchange{Request: &contract.Request{
		Method: "POST", URL: parsed(t, "https://qyapi.weixin.qq.com/cgi-bin/user/create"),
		Header: http.Header{"Content-Type": {"application/json"}},
		Body: []byte(`{"userid": 13912345678, "name": "张三丰", "gender": "Planted Person", "mobile": ` +
			`{"planted.person@example.com": 1}}`),
	}})
	assert.Len(t, findings, 3)
	for _, secret := range planted {
		assert.NotContains(t, everything(t, findings), secret)
	}
}

func TestWithValuesShowsWhatCame(t *testing.T) {
	v := validator(t, "wecom", contract.WithValues())
	findings := v.Check(contract.Exchange{Operation: "GetUser", Response: answer(200, "application/json",
		`{"errcode":0,"userid":"a","name":{"given":"三丰"},"13912345678":"`+strings.Repeat("x", 500)+`"}`)})
	require.Len(t, findings, 2)
	assert.Equal(t, `{"given":"三丰"}`, findings[0].Value)
	assert.Equal(t, "/13912345678", findings[1].Pointer)
	assert.LessOrEqual(t, len(findings[1].Value), 210)
	assert.Contains(t, findings[0].String(), "三丰")
}
