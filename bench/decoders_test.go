package bench_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/roster-go/roster"
	"github.com/roster-go/roster/bench"
	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/internal/invoke"
	"github.com/roster-go/roster/internal/samples"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every answer that the clients are tested with decodes to the same values as with encoding/json.
func TestDecodersAgree(t *testing.T) {
	for vendor, document := range map[string]struct {
		operations []*wire.Operation
		api        any
	}{
		"wecom":    {wecomapi.Operations(), wecomapi.NewAPI(nil)},
		"dingtalk": {dingtalkapi.Operations(), dingtalkapi.NewAPI(nil)},
		"feishu":   {feishuapi.Operations(), feishuapi.NewAPI(nil)},
		"wps":      {wpsapi.Operations(), wpsapi.NewAPI(nil)},
	} {
		all, err := samples.Load(roster.Samples(), vendor)
		require.NoError(t, err)
		operations := map[string]*wire.Operation{}
		for _, op := range document.operations {
			operations[op.ID] = op
		}
		for _, decoder := range bench.Decoders() {
			t.Run(vendor+"/"+decoder.Name, func(t *testing.T) {
				compared := 0
				for _, sample := range all {
					if !sample.Success() || sample.Response.Text != nil {
						continue
					}
					method, err := invoke.Find(document.api, operations[sample.Operation])
					require.NoError(t, err)
					want, got := method.NewAnswer(), method.NewAnswer()
					require.NoError(t, json.Unmarshal(sample.Response.Body, want))
					name := sample.Operation + "/" + sample.Case
					if assert.NoError(t, decoder.Unmarshal(sample.Response.Body, got), name) {
						assert.Equal(t, want, got, name)
					}
					compared++
				}
				assert.Greater(t, compared, 30)
			})
		}
	}
}

// answering are options for clients of a server that gives tokens, and otherwise what body holds.
func answering(t *testing.T, body *atomic.Value) []clients.Option {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/gettoken":
			fmt.Fprint(w, `{"errcode":0,"errmsg":"ok","access_token":"opaque","expires_in":7200}`)
		case strings.Contains(r.URL.Path, "tenant_access_token"):
			fmt.Fprint(w, `{"code":0,"msg":"ok","tenant_access_token":"opaque","expire":7200}`)
		default:
			fmt.Fprint(w, body.Load())
		}
	}))
	t.Cleanup(server.Close)
	return []clients.Option{clients.WithBaseURL(server.URL), clients.WithLimiter(clients.NoLimit),
		clients.WithRetry(clients.NoRetry)}
}

// What the clients promise of answers does not depend on the decoder.
func TestDecodersBreakNoPromise(t *testing.T) {
	whole := `{"errcode":0,"errmsg":"ok","userid":"chen.yq","name":"陈雨晴","department":[12],"status":1}`
	for _, decoder := range bench.Decoders() {
		t.Run(decoder.Name, func(t *testing.T) {
			var body atomic.Value
			options := append(answering(t, &body), clients.WithDecoder(decoder.Unmarshal))
			c, err := wecom.New(wecom.Config{CorpID: "ww1", AppSecret: "secret-1"}, options...)
			require.NoError(t, err)
			get := func(text string) (*wecomapi.GetUserAnswer, error) {
				body.Store(text)
				return c.GetUser(t.Context(), &wecomapi.GetUserParams{UserID: "chen.yq"})
			}

			first, err := get(whole)
			require.NoError(t, err)
			for range 100 { // memory that is used again would show in the first answer
				_, err = get(`{"errcode":0,"errmsg":"ok","userid":"xxxxxxx","name":"xxxxxxxxx","department":[99]}`)
				require.NoError(t, err)
			}
			assert.Equal(t, "陈雨晴", first.Name)
			assert.Equal(t, "chen.yq", first.UserID)

			for n := range len(whole) {
				answer, err := get(whole[:n])
				require.ErrorIsf(t, err, clients.ErrBadResponse, "%q", whole[:n])
				assert.Nil(t, answer)
			}
			for _, text := range []string{whole + "x", whole + whole, `{}`, `[]`, `null`, `{"errcode":0,"name":"n"}`,
				`{"errcode":0,"userid":"a","name":7}`, `{"errcode":0,"userid":"a","department":"12"}`,
				`{"errcode":0,"userid":"a","name":"n",}`, `{"errcode":0,"userid":"a","name":'n'}`,
				`{"errcode":0,"userid":"a","unknown":tru}`, `{"errcode":0,"userid":"a","unknown":[1,2}`,
				`{"errcode":0,"userid":"a","unknown":{"b":"c"}`, `{"errcode":0,"userid":"a","unknown":1 "name":"n"}`,
				`{"errcode":0,"userid":"a","unknown":"n}`, `{"errcode":0,"userid":"a" "name":"n"}`,
				`{"errcode":0,"userid":"a","unknown":}`, `{"errcode":0,"userid":"a","name":"\u12"}`,
				`{"errcode":0,"userid":"a","unknown":[1 2]}`, `{"errcode":0,"userid":"a","unknown":{"b" "c"}}`} {
				_, err := get(text)
				assert.ErrorIs(t, err, clients.ErrBadResponse, text)
			}
			_, err = get(`{"errcode":0,"userid":"a","name":{"planted":"personal data"}}`)
			assert.ErrorContains(t, err, "name")
			assert.NotContains(t, err.Error(), "personal")
			_, err = get(`{"errcode":60111,"errmsg":"userid not found"}`)
			assert.ErrorIs(t, err, clients.ErrNotFound)
		})
	}
}

// A list has memory before it is decoded, whatever decodes it. That does not show in what it says.
func TestDecodersTellNoListFromAnEmptyOne(t *testing.T) {
	rows := func(n int, row string) string {
		return `{"code":0,"data":{"has_more":false,"items":[` + strings.Repeat(row+",", n-1) + row + `]}}`
	}
	long := `{"open_id":"ou_1","name":"林悦","department_ids":["od-1"],"orders":[{"department_id":"od-1"}],"city":"杭州",` +
		`"email":"yue@example.cn","mobile":"+8613700001111","job_title":"主管","employee_no":"E1","country":"CN"}`
	for _, decoder := range bench.Decoders() {
		t.Run(decoder.Name, func(t *testing.T) {
			var body atomic.Value
			options := append(answering(t, &body), clients.WithDecoder(decoder.Unmarshal))
			c, err := feishu.New(feishu.Config{AppID: "cli_1", AppSecret: "secret-1"}, options...)
			require.NoError(t, err)
			get := func(text string) []feishuapi.User {
				body.Store(text)
				answer, err := c.ListUsersByDepartment(t.Context(),
					&feishuapi.ListUsersByDepartmentParams{DepartmentID: "od-1"})
				require.NoError(t, err)
				return answer.Data.Items
			}
			first := get(rows(50, long))
			second := get(rows(50, long))
			assert.Equal(t, first, second)
			assert.Less(t, cap(second), 64, "this one had its memory")

			none := get(`{"code":0,"data":{"items":[],"has_more":false}}`)
			assert.NotNil(t, none)
			assert.Empty(t, none)
			assert.Nil(t, get(`{"code":0,"data":{"has_more":false}}`))
			assert.Nil(t, get(`{"code":0,"data":{"items":null,"has_more":false}}`))
			short := get(rows(60, `{"open_id":"ou_2"}`))
			require.Len(t, short, 60)
			assert.Equal(t, feishuapi.User{OpenID: "ou_2"}, short[59], "nothing of the rows before")
			assert.Equal(t, "林悦", first[49].Name)
		})
	}
}
