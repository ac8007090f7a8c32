package wecom_test

import (
	"context"
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

	suiteSecret      = "suite+S3cret/=&<planted>"
	suiteTicket      = "suite+t1cket/=&<planted>"
	permanentCode    = "permanent+c0de/=&<planted>"
	suiteAccessToken = "suite+t0ken/=&<planted>"
)

func suiteConfig() wecom.Config {
	return wecom.Config{SuiteID: "wwsuite000000000001", SuiteSecret: suiteSecret,
		SuiteTicket: wecom.StaticTicket(suiteTicket), AuthCorpID: "wpcorp0000000000001", PermanentCode: permanentCode}
}

func newSuite(t testing.TB, baseURL string, options ...clients.Option) *wecom.Client {
	t.Helper()
	c, err := wecom.New(suiteConfig(), append([]clients.Option{clients.WithBaseURL(baseURL)}, options...)...)
	require.NoError(t, err)
	return c
}

// everything has all operations: those that are a third-party app's business go through a client of one.
type everything struct {
	*wecomapi.API
	suite *wecom.Client
}

func (e everything) GetPreAuthCode(ctx context.Context) (*wecomapi.GetPreAuthCodeAnswer, error) {
	return e.suite.GetPreAuthCode(ctx)
}

func (e everything) GetPermanentCode(ctx context.Context,
	body *wecomapi.GetPermanentCodeRequest) (*wecomapi.GetPermanentCodeAnswer, error) {
	return e.suite.GetPermanentCode(ctx, body)
}

func (e everything) GetAuthInfo(ctx context.Context,
	body *wecomapi.GetAuthInfoRequest) (*wecomapi.GetAuthInfoAnswer, error) {
	return e.suite.GetAuthInfo(ctx, body)
}

func (e everything) GetCorpToken(ctx context.Context,
	body *wecomapi.GetCorpTokenRequest) (*wecomapi.GetCorpTokenAnswer, error) {
	return e.suite.GetCorpToken(ctx, body)
}

func (e everything) GetThirdPartyUserInfo(ctx context.Context,
	params *wecomapi.GetThirdPartyUserInfoParams) (*wecomapi.GetThirdPartyUserInfoAnswer, error) {
	return e.suite.GetThirdPartyUserInfo(ctx, params)
}

func (e everything) GetThirdPartyUserDetail(ctx context.Context,
	body *wecomapi.GetThirdPartyUserDetailRequest) (*wecomapi.GetThirdPartyUserDetailAnswer, error) {
	return e.suite.GetThirdPartyUserDetail(ctx, body)
}

func newClient(t testing.TB, baseURL string, options ...clients.Option) *wecom.Client {
	t.Helper()
	c, err := wecom.New(wecom.Config{CorpID: "ww0000000000000001", ContactSecret: contactSecret, AppSecret: appSecret},
		append([]clients.Option{clients.WithBaseURL(baseURL)}, options...)...)
	require.NoError(t, err)
	return c
}

func answerToken(w http.ResponseWriter, r *http.Request) bool {
	token, _ := json.Marshal(accessToken)
	switch r.URL.Path {
	case "/gettoken", "/service/get_corp_token":
	case "/service/get_suite_token":
		token, _ = json.Marshal(suiteAccessToken)
		fmt.Fprintf(w, `{"suite_access_token":%s,"expires_in":7200}`, token)
		return true
	default:
		return false
	}
	fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok","access_token":%s,"expires_in":7200}`, token)
	return true
}

func TestSuite(t *testing.T) {
	suite := clienttest.Suite{
		Vendor:     "wecom",
		Testdata:   "../../testdata",
		Operations: wecomapi.Operations(),
		New: func(t testing.TB, baseURL string, options ...clients.Option) any {
			return everything{API: newClient(t, baseURL, options...).API, suite: newSuite(t, baseURL, options...)}
		},
		Token:       answerToken,
		RejectToken: samples.Response{Status: 200, Body: []byte(`{"errcode":40014,"errmsg":"invalid access_token"}`)},
		RejectSecret: samples.Response{Status: 200,
			Body: []byte(`{"errcode":40001,"errmsg":"invalid credential %s, hint: [1], from ip: 127.0.0.1"}`)},
		Secrets: []string{contactSecret, appSecret, accessToken, suiteSecret, suiteTicket, permanentCode,
			suiteAccessToken},
		Credential: []string{"access_token", "suite_access_token"},
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
