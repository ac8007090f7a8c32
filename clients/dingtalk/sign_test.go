package dingtalk_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/internal/clienttest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type vector struct {
	Timestamp int64   `json:"timestamp"`
	Ticket    *string `json:"ticket"`
	Secret    string  `json:"secret"`
	Signature string  `json:"signature"`
	Query     string  `json:"query"`
}

func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("../../testdata/dingtalk/isv_vectors.json")
	require.NoError(t, err)
	var file struct{ Vectors []vector }
	require.NoError(t, json.Unmarshal(data, &file))
	require.Len(t, file.Vectors, 6)
	return file.Vectors
}

func TestSignatureVectors(t *testing.T) {
	for _, v := range vectors(t) {
		at := time.UnixMilli(v.Timestamp)
		got := dingtalk.SignatureWithoutTicket(clients.Secret(v.Secret), at)
		if v.Ticket != nil {
			got = dingtalk.Signature(clients.Secret(v.Secret), at, clients.Secret(*v.Ticket))
		}
		assert.Equal(t, v.Signature, got)
		assert.Equal(t, v.Query, url.QueryEscape(got))
	}
}

// The query of a token call as it goes over the wire, for every vector that has a ticket and a secret as New takes it.
func TestSignedQueryOnTheWire(t *testing.T) {
	tried := 0
	for _, v := range vectors(t) {
		if v.Ticket == nil || clients.CheckField("", v.Secret) != nil {
			continue
		}
		tried++
		vendor := serve(t, always(200, userV1))
		vendor.clock.Advance(time.UnixMilli(v.Timestamp).Sub(vendor.clock.Now()))
		cfg := dingtalk.Config{
			SuiteKey: "suitek3yAAAA", SuiteSecret: clients.Secret(v.Secret),
			SuiteTicket: dingtalk.StaticTicket(clients.Secret(*v.Ticket)), AuthCorpID: corpID,
		}
		require.NoError(t, getV1(t, newClient(t, cfg, vendor.url, clients.WithClock(vendor.clock))))
		require.Len(t, vendor.fetched(), 1)
		got := vendor.fetched()[0]
		assert.Equal(t, http.MethodPost, got.method)
		assert.JSONEq(t, `{"auth_corpid":"dingcorp77aa"}`, got.body)
		assert.Equal(t, fmt.Sprintf("accessKey=suitek3yAAAA&signature=%s&suiteTicket=%s&timestamp=%d", v.Query,
			url.QueryEscape(*v.Ticket), v.Timestamp),
			got.rawQuery)
		query, err := url.ParseQuery(got.rawQuery)
		require.NoError(t, err)
		assert.Equal(t, v.Signature, query.Get("signature"), "decoding once gives the signature: it was encoded once")
	}
	assert.Equal(t, 4, tried)
}

func TestTrapEachAttemptIsSignedAnew(t *testing.T) {
	clock := clienttest.NewClock()
	var mu sync.Mutex
	var queries []url.Values
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		queries = append(queries, r.URL.Query())
		if len(queries) < 3 {
			clock.Advance(2 * time.Minute) // longer than a signature is good for
			fmt.Fprint(w, `{"errcode":-1,"errmsg":"系统繁忙"}`)
			return
		}
		fmt.Fprint(w, `{"errcode":0,"errmsg":"ok","access_token":"tok-1","expires_in":7200}`)
	}))
	defer server.Close()
	c := newClient(t, suiteConfig(), server.URL, clients.WithClock(clock))
	_, err := c.GetCorpToken(t.Context(), &dingtalkapi.GetCorpTokenRequest{AuthCorpID: corpID})
	require.NoError(t, err)
	mu.Lock()
	defer mu.Unlock()
	require.Len(t, queries, 3)
	seen := map[string]bool{}
	for _, query := range queries {
		ms, err := strconv.ParseInt(query.Get("timestamp"), 10, 64)
		require.NoError(t, err)
		assert.Equal(t, dingtalk.Signature(suiteSecret, time.UnixMilli(ms), ticket), query.Get("signature"))
		assert.False(t, seen[query.Get("timestamp")])
		seen[query.Get("timestamp")] = true
		for name, values := range query {
			assert.Lenf(t, values, 1, "%s is there once", name)
		}
	}
}

func TestSignedCallMadeByHand(t *testing.T) {
	v := serve(t, always(200, `{}`))
	c := newClient(t, suiteConfig(), v.url)
	answer, err := c.GetCorpToken(t.Context(), &dingtalkapi.GetCorpTokenRequest{AuthCorpID: "another corp"})
	require.NoError(t, err)
	assert.Equal(t, accessToken, answer.AccessToken)
	assert.JSONEq(t, `{"auth_corpid":"another corp"}`, v.fetched()[0].body)
}

func FuzzSignature(f *testing.F) {
	f.Add("secret", int64(1636725918388), "ticket")
	f.Add("", int64(0), "")
	f.Add("密钥", int64(-1), "a b+c/d=%&\n")
	f.Fuzz(func(t *testing.T, secret string, ms int64, ticket string) {
		at := time.UnixMilli(ms)
		got := dingtalk.Signature(clients.Secret(secret), at, clients.Secret(ticket))
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%d\n%s", ms, ticket)
		raw, err := base64.StdEncoding.DecodeString(got)
		require.NoError(t, err)
		assert.Equal(t, mac.Sum(nil), raw)
		assert.NotEqual(t, dingtalk.SignatureWithoutTicket(clients.Secret(secret), at), got)
		assert.False(t, strings.ContainsAny(got, "-_\n"))
	})
}

func ExampleSignature() {
	at := time.UnixMilli(1718000000000)
	fmt.Println(dingtalk.Signature("suite-secret-0001", at, "TestSuiteTicket"))
	// Output: JNPV+ttVlHOfpRFlnL+5//qNnJYht2u18Q5ZGqbh//g=
}
