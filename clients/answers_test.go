package clients_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/require"
)

// network is what the clients of a fuzz target see of the world.
type network struct {
	answer func(r *http.Request) (status int, body []byte)
	sent   []*http.Request
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	n.sent = append(n.sent, r)
	status, body := n.answer(r)
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body))}, nil
}

// shown is all that a program could print of an error.
func shown(t *testing.T, err error) string {
	t.Helper()
	text := fmt.Sprintf("%v %+v %#v", err, err, err)
	var failed *clients.Error
	require.ErrorAs(t, err, &failed)
	for e := err; e != nil; e = errors.Unwrap(e) {
		text += e.Error()
	}
	detail, _ := json.Marshal(failed.Detail)
	return text + string(detail) + fmt.Sprintf("%+v", failed.Detail) + failed.Code + failed.Message + failed.RequestID
}

// Whatever comes in place of a token, the caller hears of it without a secret, or the token is used as it came.
func FuzzTokenAnswer(f *testing.F) {
	const secret = "pl4nted-s3cret"
	for _, body := range []string{
		`{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200,"accessToken":"t","expireIn":7200,"code":0,` +
			`"msg":"ok","tenant_access_token":"t","expire":7200,"token_type":"bearer"}`,
		`{"errcode":40001,"errmsg":"invalid secret ` + secret + `","code":10014,"msg":"app secret invalid: ` + secret + `",` +
			`"message":"` + secret + `","error":"` + secret + `"}`,
		`{"errcode":0,"code":0,"access_token":"","expires_in":-1,"tenant_access_token":null}`,
		`{"access_token":"t\u0000\n","expires_in":99999999999999999999,"expireIn":"x","tenant_access_token":" t"}`,
		`{"access_token":["` + secret + `"],"tenant_access_token":{"` + secret + `":1},"accessToken":1}`,
		`<html>` + secret, ``, `null`, `[]`, `{"code":"` + secret + `","error":"` + secret + `","error_description":"x"}`,
	} {
		f.Add(200, []byte(body))
		f.Add(400, []byte(body))
	}
	world := new(network)
	options := func() []clients.Option {
		return []clients.Option{clients.WithHTTPClient(&http.Client{Transport: world}),
			clients.WithRetry(clients.NoRetry), clients.WithLimiter(clients.NoLimit),
			clients.WithClock(clienttest.NewClock()), clients.WithMaxResponseBytes(1 << 16)}
	}
	vendors := map[string]func(t *testing.T) error{
		"wecom": func(t *testing.T) error {
			c, err := wecom.New(wecom.Config{CorpID: "ww1", AppSecret: secret}, options()...)
			require.NoError(t, err)
			_, err = c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
			return err
		},
		"dingtalk": func(t *testing.T) error {
			c, err := dingtalk.New(dingtalk.Config{AppKey: "ding1", AppSecret: secret}, options()...)
			require.NoError(t, err)
			_, err = c.GetUserV2(t.Context(), &dingtalkapi.GetUserV2Request{UserID: "u"})
			return err
		},
		"feishu": func(t *testing.T) error {
			c, err := feishu.New(feishu.Config{AppID: "cli_1", AppSecret: secret}, options()...)
			require.NoError(t, err)
			_, err = c.GetUser(t.Context(), "u", nil)
			return err
		},
		"wps": func(t *testing.T) error {
			c, err := wps.New(wps.Config{AppID: "AK1", AppKey: secret}, options()...)
			require.NoError(t, err)
			_, err = c.GetUser(t.Context(), "u", nil)
			return err
		},
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		status = 200 + ((status-200)%400+400)%400
		for vendor, call := range vendors {
			tokens := 0
			world.sent = nil
			world.answer = func(r *http.Request) (int, []byte) {
				if strings.Contains(strings.ToLower(r.URL.Path), "token") {
					tokens++
					return status, body
				}
				return http.StatusForbidden, []byte(`{"errcode":60011,"errmsg":"no","code":403,"msg":"no","message":"no"}`)
			}
			err := call(t)
			require.Error(t, err, vendor)
			require.NotContains(t, shown(t, err), secret, vendor)
			require.LessOrEqual(t, tokens, 2, vendor)
			if len(world.sent) == tokens {
				continue // there was no token in it
			}
			require.Less(t, status, 300, vendor)
			last := world.sent[len(world.sent)-1]
			used := last.URL.Query().Get("access_token") +
				strings.TrimPrefix(last.Header.Get("Authorization"), "Bearer ") +
				last.Header.Get("X-Acs-Dingtalk-Access-Token")
			require.NotEmpty(t, used, vendor)
			var answer map[string]any
			if json.Unmarshal(body, &answer) == nil {
				require.Contains(t, fmt.Sprint(answer), used, vendor)
			}
		}
	})
}
