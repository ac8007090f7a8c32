package feishu_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/feishu"
	"github.com/roster-go/roster/clients/token"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTrapJSAPISignatureVectors(t *testing.T) {
	data, err := os.ReadFile("../../testdata/feishu/jsapi_vectors.json")
	require.NoError(t, err)
	var vectors []struct {
		Note       string
		Ticket     clients.Secret
		Nonce      string
		Timestamp  int64
		URL        string
		StripQuery bool `json:"strip_query"`
		Signature  string
	}
	require.NoError(t, json.Unmarshal(data, &vectors))
	require.Len(t, vectors, 9)
	for _, v := range vectors {
		t.Run(v.Note, func(t *testing.T) {
			assert.Equal(t, v.Signature, feishu.Sign(v.Ticket, v.Nonce, v.Timestamp, v.URL,
				feishu.JSAPIOptions{StripQuery: v.StripQuery}))
		})
	}
}

const ticket = "9f2c61d07ab84e35b1c0d4e8a7f65b23c1de4890"

func ticketAnswer(w http.ResponseWriter, _ *http.Request, n int) {
	fmt.Fprintf(w, `{"code":0,"data":{"expire_in":7200,"ticket":"%s-%d"},"msg":"ok"}`, ticket, n)
}

func TestTrapJSAPISignatureComesWithAllThatThePageNeeds(t *testing.T) {
	v := serve(t, ticketAnswer)
	c := v.client(t)
	const page = "https://portal.example.cn/hr/?tab=2#top"
	got, err := c.JSAPISignature(t.Context(), page, feishu.JSAPIOptions{})
	require.NoError(t, err)
	assert.Equal(t, appID, got.AppID)
	assert.Equal(t, v.clock.Now().UnixMilli(), got.Timestamp, "milliseconds, by the client's clock")
	assert.Equal(t, feishu.Sign(ticket+"-1", got.NonceStr, got.Timestamp, page, feishu.JSAPIOptions{}), got.Signature)

	encoded, err := json.Marshal(got)
	require.NoError(t, err)
	assert.JSONEq(t, fmt.Sprintf(`{"appId":%q,"timestamp":%d,"nonceStr":%q,"signature":%q}`, got.AppID, got.Timestamp,
		got.NonceStr, got.Signature), string(encoded))
	assert.NotContains(t, fmt.Sprintf("%s %+v", encoded, got), ticket)

	again, err := c.JSAPISignature(t.Context(), page, feishu.JSAPIOptions{})
	require.NoError(t, err)
	assert.NotEqual(t, got.NonceStr, again.NonceStr)
}

func TestTrapOneTicketForAllPages(t *testing.T) {
	v := serve(t, ticketAnswer)
	c := v.client(t)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			_, err := c.JSAPISignature(t.Context(), fmt.Sprintf("https://portal.example.cn/%d", i),
				feishu.JSAPIOptions{})
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.Len(t, v.seen(), 1)
	v.clock.Advance(7199 * time.Second)
	_, err := c.JSAPISignature(t.Context(), "https://portal.example.cn/", feishu.JSAPIOptions{})
	require.NoError(t, err)
	assert.Len(t, v.seen(), 2)
}

func TestTrapTicketsAreKeptByIdentity(t *testing.T) {
	v := serve(t, ticketAnswer)
	store := token.NewMemoryStore()
	client := func(user feishu.UserToken) *feishu.Client {
		return newClientAs(t, v.url, user, clients.WithClock(v.clock), clients.WithTokenStore(store))
	}
	sign := func(ctx context.Context, c *feishu.Client) string {
		_, err := c.JSAPISignature(ctx, "https://portal.example.cn/", feishu.JSAPIOptions{})
		require.NoError(t, err)
		return v.seen()[len(v.seen())-1].token
	}
	one, other := client(feishu.UserToken{Source: token.Static("u-one")}),
		client(feishu.UserToken{Source: token.Static("u-other")})
	assert.Equal(t, "t-1", sign(t.Context(), one))
	assert.Equal(t, "u-one", sign(feishu.AsUser(t.Context()), one))
	assert.Equal(t, "u-other", sign(feishu.AsUser(t.Context()), other), "a shared store does not mix people up")
	sign(t.Context(), other)
	assert.Len(t, v.seen(), 3, "the app's ticket is shared")
}

func TestJSAPISignatureErrors(t *testing.T) {
	v := serve(t, replies(200, `{"code":0,"data":{"expire_in":7200,"ticket":""},"msg":"ok"}`))
	c := v.client(t)
	for _, page := range []string{"", "portal.example.cn/", "//portal.example.cn", "ftp://portal.example.cn",
		"https://", "javascript:alert(1)"} {
		_, err := c.JSAPISignature(t.Context(), page, feishu.JSAPIOptions{})
		assert.ErrorIs(t, err, clients.ErrInvalidArgument, page)
	}
	assert.Empty(t, v.seen())
	_, err := c.JSAPISignature(t.Context(), "https://portal.example.cn/", feishu.JSAPIOptions{})
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	_, err = c.JSAPISignature(feishu.AsUser(t.Context()), "https://portal.example.cn/", feishu.JSAPIOptions{})
	assert.ErrorIs(t, err, clients.ErrUnauthenticated)
	assert.ErrorContains(t, err, "Config.UserToken")

	v = serve(t, reply(200, `{"code":0,"data":{"ticket":"x"}}`))
	_, err = v.client(t).JSAPISignature(t.Context(), "https://portal.example.cn/", feishu.JSAPIOptions{})
	assert.ErrorIs(t, err, clients.ErrBadResponse)
	assert.ErrorContains(t, err, "lifetime")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = v.client(t).JSAPISignature(ctx, "https://portal.example.cn/", feishu.JSAPIOptions{})
	assert.ErrorIs(t, err, clients.ErrCanceled)
	assert.ErrorIs(t, err, context.Canceled)
}
