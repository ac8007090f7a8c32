package dingtalk

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever comes, a body passes for a success of oapi.dingtalk.com only if its errcode is zero, and nothing but a
// refusal before anything was done is repeated without regard to what the operation does.
func FuzzClassify(f *testing.F) {
	for _, seed := range []string{
		`{"errcode":0,"errmsg":"ok"}`, `{"errcode":88,"sub_code":"40014","sub_msg":"x"}`,
		`{"errcode":88,"errmsg":"[subcode=90018,submsg=x]"}`,
		`{"errcode":15,"sub_code":"isp.-1"}`, `{"errcode":22}`, `{"errcode":"0"}`, `{"errcode":-0}`, `{"errcode":null}`,
		`{"errcode":0.0}`, `{"errcode":{}}`,
		`{"status":1111,"punish":"deny"}`, `{"code":"InvalidAuthentication","requestid":"R","message":"x"}`,
		`{"code":{}}`, `{}`, `{"errcode":88,"sub_code":null}`,
		`{"errcode":90018,"errmsg":"处罚将在 2026-08-22 10:15:02 结束"}`, `{"errcode":60011,"errmsg":"[a.b,c_d]"}`,
		`{"errcode":99999999999999999999}`,
	} {
		f.Add(seed, 200, true)
		f.Add(seed, 403, false)
	}
	now := time.Date(2026, 8, 22, 2, 15, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body string, status int, old bool) {
		op := &wire.Operation{ID: "probe"}
		if !old {
			op.Server = "https://api.dingtalk.com"
		}
		failure := classify(&clients.Reply{Operation: op, Status: status, Body: []byte(body)}, now)
		var envelope struct {
			ErrCode json.RawMessage `json:"errcode"`
		}
		if failure == nil {
			// Duplicate keys, keys of another case and escaped ones are the decoder's to sort out.
			if old && status == 200 && strings.Count(strings.ToLower(body), "errcode") == 1 &&
				json.Unmarshal([]byte(body), &envelope) == nil &&
				strings.Contains(body, `"errcode"`) && envelope.ErrCode != nil {
				number := strings.Trim(string(envelope.ErrCode), `"`)
				assert.Empty(t, strings.Trim(number, "+-0"), "errcode %s passes for a success", envelope.ErrCode)
			}
			return
		}
		assert.GreaterOrEqual(t, failure.Wait, time.Duration(0))
		assert.GreaterOrEqual(t, failure.Tries, 0)
		switch failure.Replay {
		case clients.ReplayFreshToken:
			assert.Equal(t, clients.KindUnauthenticated, failure.Kind)
		case clients.ReplayLater:
			assert.True(t, failure.Kind == clients.KindRateLimited || status == 429)
			assert.Positive(t, failure.Wait)
		}
	})
}

func FuzzPenalty(f *testing.F) {
	f.Add("处罚将在 2026-08-22 10:15:02 结束")
	f.Add("处罚将在 9999-99-99 99:99:99 结束")
	f.Add("")
	now := time.Date(2026, 8, 22, 2, 15, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		require.Positive(t, penalty(text, now, throttlePause))
	})
}
