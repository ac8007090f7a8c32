package wecom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/require"
)

type answers func(r *http.Request) string

func (f answers) RoundTrip(r *http.Request) (*http.Response, error) {
	body := f(r)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Request: r, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
}

// Only an answer with errcode 0 or none, and with what was asked for, is a success. No failure shows a credential, in
// its text or its Detail.
func FuzzClassify(f *testing.F) {
	const secret, accessToken = "pl4nted-s3cret", "pl4nted-t0ken"
	for _, body := range []string{
		`{"errcode":0,"errmsg":"ok","userid":"u","name":"n"}`, `{"userid":"u"}`, `{"errcode":"0","userid":"u"}`,
		`{"errcode":null}`, `{"errcode":{}}`, `{"errcode":1e3}`, `{"errcode":99999999999999999999}`, `{}`, `[`, ``,
		`{"errcode":60020,"errmsg":"not allow to access from your ip, hint: [1626-` + accessToken +
			`], from ip: 1.2.3.4, more info at https://x"}`,
		`{"errcode":60011,"errmsg":"no privilege ` + secret + `, hint: [` + secret + `]"}`,
		`{"errcode":40014,"errmsg":"invalid access_token ` + accessToken + `"}`,
		`{"errcode":-1,"errmsg":7}`, `{"errcode":45009,"errmsg":"\ud800"}`, `{"errcode":45033}`, `{"errcode":6000}`,
		`{"errcode":0,"errmsg":"ok. Warning: wrong json format: ` + accessToken + `","userid":"u"}`,
		`{"ErrCode":60011,"errcode":0,"userid":"u"}`,
	} {
		f.Add([]byte(body))
	}
	var answer []byte
	var warnings strings.Builder
	c, err := wecom.New(wecom.Config{CorpID: "ww1", AppSecret: secret},
		clients.WithHTTPClient(&http.Client{Transport: answers(func(r *http.Request) string {
			if strings.HasSuffix(r.URL.Path, "/gettoken") {
				return `{"errcode":0,"access_token":"` + accessToken + `","expires_in":7200}`
			}
			return string(answer)
		})}),
		clients.WithRetry(clients.NoRetry), clients.WithLimiter(clients.NoLimit),
		clients.WithClock(clienttest.NewClock()), clients.WithMaxResponseBytes(1<<16),
		clients.WithWarningHandler(func(_ context.Context, w clients.Warning) { warnings.WriteString(w.Message) }))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		answer = body
		warnings.Reset()
		user, err := c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "u"})
		text := warnings.String()
		if err == nil {
			require.NotEmpty(t, user.UserID)
			// A member of another case is another member, as wire.Lookup has it, and so none of the envelope.
			var members map[string]json.RawMessage
			if json.Unmarshal(body, &members) == nil && bytes.Count(body, []byte("errcode")) == 1 {
				if code, ok := members["errcode"]; ok {
					require.Contains(t, []string{"0", `"0"`, `""`, "null"}, string(code))
				}
			}
		} else {
			var failed *clients.Error
			require.ErrorAs(t, err, &failed)
			require.NotEmpty(t, failed.Kind)
			detail, _ := json.Marshal(failed.Detail)
			text += fmt.Sprintf("%v %+v %#v %+v %s", err, err, err, failed.Detail, detail) + failed.Code +
				failed.RequestID
		}
		require.NotContains(t, text, secret)
		require.NotContains(t, text, accessToken)
	})
}
