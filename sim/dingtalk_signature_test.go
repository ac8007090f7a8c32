package sim_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
)

// signDing signs as the vendor's page says, by code of its own.
func signDing(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestDingTalkSignatureIsCheckedByteForByte(t *testing.T) {
	c := newDingCorp(t)
	demo := c.srv.Credentials().DingTalk
	corp := map[string]any{"auth_corpid": demo.CorpID}
	call := func(edit func(url.Values)) dingReply {
		query := c.signedQuery(demo.SuiteSecret)
		edit(query)
		return c.app.call(http.MethodPost, "/service/get_corp_token", query, nil, corp)
	}
	stamp := func(at time.Time) func(url.Values) {
		return func(q url.Values) {
			text := strconv.FormatInt(at.UnixMilli(), 10)
			q.Set("timestamp", text)
			q.Set("signature", signDing(demo.SuiteSecret, text+"\n"+demo.SuiteTicket))
		}
	}
	now := c.clock.Now()

	t.Run("good", func(t *testing.T) {
		first := call(func(url.Values) {}).fine()
		second := call(func(q url.Values) { q.Set("corpId", demo.CorpID) }).fine()
		assert.NotEqual(t, first.str("access_token"), second.str("access_token"), "a new token each time")
		for _, token := range []string{first.str("access_token"), second.str("access_token")} {
			(&dingCaller{t: t, srv: c.srv, token: token}).get("/user/get", "userid", c.staff.UserID).fine()
		}
	})
	t.Run("timestamp", func(t *testing.T) {
		call(func(q url.Values) { q.Del("timestamp") }).errs(853001)
		call(func(q url.Values) { q.Set("timestamp", "soon") }).errs(853001)
		call(func(q url.Values) {
			text := strconv.FormatInt(now.Unix(), 10) // seconds
			q.Set("timestamp", text)
			q.Set("signature", signDing(demo.SuiteSecret, text+"\n"+demo.SuiteTicket))
		}).errs(853001)
		call(stamp(now.Add(time.Minute))).fine()
		call(stamp(now.Add(-time.Minute))).fine()
		call(stamp(now.Add(time.Minute + time.Millisecond))).errs(853002)
		call(stamp(now.Add(-time.Minute - time.Millisecond))).errs(853002)
	})
	t.Run("key", func(t *testing.T) {
		call(func(q url.Values) { q.Set("accessKey", "suiteunknown") }).errs(853003)
		call(func(q url.Values) { q.Del("accessKey") }).errs(853003)
	})
	t.Run("signature", func(t *testing.T) {
		good := c.signedQuery(demo.SuiteSecret).Get("signature")
		text := c.signedQuery(demo.SuiteSecret).Get("timestamp")
		for name, signature := range map[string]string{
			"missing":         "",
			"encoded twice":   url.QueryEscape(good),
			"no padding":      strings.TrimRight(good, "="),
			"another case":    strings.ToLower(good),
			"no line feed":    signDing(demo.SuiteSecret, text+demo.SuiteTicket),
			"feed at the end": signDing(demo.SuiteSecret, text+"\n"+demo.SuiteTicket+"\n"),
			"another order":   signDing(demo.SuiteSecret, demo.SuiteTicket+"\n"+text),
			"another secret":  signDing(demo.AppSecret, text+"\n"+demo.SuiteTicket),
			"swapped":         signDing(text+"\n"+demo.SuiteTicket, demo.SuiteSecret),
		} {
			call(func(q url.Values) { q.Set("signature", signature) }).errs(853004)
			assert.NotEqual(t, good, signature, name)
		}
		// A signature that is not encoded at all: its plus signs arrive as blanks.
		for at := now; ; at = at.Add(time.Millisecond) {
			query := c.signedQuery(demo.SuiteSecret)
			stamp(at)(query)
			signature := query.Get("signature")
			if !strings.Contains(signature, "+") {
				continue
			}
			query.Del("signature")
			raw := query.Encode() + "&signature=" + signature
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
				c.srv.DingTalkURL()+"/service/get_corp_token?"+raw,
				strings.NewReader(`{"auth_corpid":"`+demo.CorpID+`"}`))
			assert.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			dingReply{reply: do(t, req), path: "/service/get_corp_token"}.errs(853004)
			break
		}
	})
	t.Run("ticket", func(t *testing.T) {
		text := c.signedQuery(demo.SuiteSecret).Get("timestamp")
		withTicket := func(secret, key, ticket string) func(url.Values) {
			return func(q url.Values) {
				q.Set("accessKey", key)
				q.Set("suiteTicket", ticket)
				q.Set("signature", signDing(secret, text+"\n"+ticket))
			}
		}
		without := func(secret, key string) func(url.Values) {
			return func(q url.Values) {
				q.Set("accessKey", key)
				q.Del("suiteTicket")
				q.Set("signature", signDing(secret, text))
			}
		}
		call(withTicket(demo.SuiteSecret, demo.SuiteKey, "another")).errs(40085)
		call(without(demo.SuiteSecret, demo.SuiteKey)).errs(40085)
		// a custom app may use any; an empty one keeps the line feed
		for _, ticket := range []string{"", "any", "hX9/T+q7==Zk", "票据42"} {
			call(withTicket(demo.CustomSecret, demo.CustomKey, ticket)).fine()
		}
		call(without(demo.CustomSecret, demo.CustomKey)).fine()

		next := c.srv.DingTalk().PushTicket()
		call(func(url.Values) {}).errs(40085)
		call(withTicket(demo.SuiteSecret, demo.SuiteKey, next)).fine()
	})
	t.Run("corp", func(t *testing.T) {
		query := func() url.Values {
			q := c.signedQuery(demo.CustomSecret)
			q.Set("accessKey", demo.CustomKey)
			return q
		}
		c.app.call("POST", "/service/get_corp_token", query(), nil,
			map[string]any{"auth_corpid": "dingother"}).errs(41030)
		c.app.call("POST", "/service/get_corp_token", query(), nil, map[string]any{"auth_corpid": ""}).errs(41027)
		c.app.call("POST", "/service/get_corp_token", query(), nil, map[string]any{}).errs(41027)
	})
	for _, request := range c.srv.Requests(sim.VendorDingTalk) {
		if request.Operation == "getCorpToken" {
			assert.NotContains(t, request.Query.Encode(), demo.SuiteTicket)
			assert.NotContains(t, request.Query.Encode(), demo.SuiteKey)
		}
	}
}
