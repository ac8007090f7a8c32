package wecom_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/roster-go/roster/internal/samples"
	"github.com/stretchr/testify/require"
)

const (
	contactSecret = "c0ntact+S3cret/=&<planted>"
	appSecret     = "app+S3cret/=&<planted>"
	accessToken   = "t0ken+/=&<planted>"
)

func newClient(t testing.TB, baseURL string, options ...clients.Option) *wecom.Client {
	t.Helper()
	c, err := wecom.New(wecom.Config{CorpID: "ww0000000000000001", ContactSecret: contactSecret, AppSecret: appSecret},
		append([]clients.Option{clients.WithBaseURL(baseURL)}, options...)...)
	require.NoError(t, err)
	return c
}

func answerToken(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path != "/gettoken" {
		return false
	}
	token, _ := json.Marshal(accessToken)
	fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok","access_token":%s,"expires_in":7200}`, token)
	return true
}

func TestSuite(t *testing.T) {
	suite := clienttest.Suite{
		Vendor:     "wecom",
		Testdata:   "../../testdata",
		Operations: wecomapi.Operations(),
		New: func(t testing.TB, baseURL string, options ...clients.Option) any {
			return newClient(t, baseURL, options...)
		},
		Token:       answerToken,
		RejectToken: samples.Response{Status: 200, Body: []byte(`{"errcode":40014,"errmsg":"invalid access_token"}`)},
		RejectSecret: samples.Response{Status: 200,
			Body: []byte(`{"errcode":40001,"errmsg":"invalid credential %s, hint: [1], from ip: 127.0.0.1"}`)},
		Secrets:    []string{contactSecret, appSecret, accessToken},
		Credential: []string{"access_token"},
		Code: func(body []byte) string {
			var envelope struct{ ErrCode json.Number }
			_ = json.Unmarshal(body, &envelope)
			if envelope.ErrCode == "0" {
				return ""
			}
			return envelope.ErrCode.String()
		},
		Refusals: []clienttest.Refusal{
			{List: "ErrorCode", Operation: "GetUser", Response: func(code string) samples.Response {
				return samples.Response{Status: 200, Body: []byte(`{"errcode":` + code + `,"errmsg":"refused"}`)}
			}},
		},
	}
	suite.Run(t)
}
