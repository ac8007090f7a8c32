package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/gen/wecomapi"
)

// vendor answers what a walk asks for: one user, or a department of n.
func vendor(b *testing.B, members int) *httptest.Server {
	const member = `{"userid":"chen.yq","name":"陈雨晴","department":[12,4294967290],"order":[0,8],"position":"会计",` +
		`"is_leader_in_dept":[0,1],` +
		`"direct_leader":["wu.lei"],"telephone":"0571-8800","alias":"Yuki","status":1,"main_department":12,` +
		`"gender":"0",` +
		`"extattr":{"attrs":[{"type":1,"name":"主页","web":{"url":"https://example.org/u/93","title":"主页"}}]},` +
		`"external_position":""}`
	list := fmt.Sprintf(`{"errcode":0,"errmsg":"ok","userlist":[%s]}`,
		strings.TrimSuffix(strings.Repeat(member+",", members), ","))
	one := `{"errcode":0,"errmsg":"ok",` + member[1:]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		switch r.URL.Path {
		case "/gettoken":
			io.WriteString(w, `{"errcode":0,"errmsg":"ok","access_token":"opaque","expires_in":7200}`)
		case "/user/get":
			io.WriteString(w, one)
		default:
			io.WriteString(w, list)
		}
	}))
	b.Cleanup(server.Close)
	return server
}

// compare runs both programs in turns and reports the ratio of their times.
func compare(b *testing.B, raw, ours func() error) {
	for _, warm := range []func() error{raw, ours} {
		if err := warm(); err != nil {
			b.Fatal(err)
		}
	}
	var plain, client time.Duration
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		if err := raw(); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		if err := ours(); err != nil {
			b.Fatal(err)
		}
		plain += between.Sub(began)
		client += time.Since(between)
	}
	b.ReportMetric(float64(client)/float64(plain), "x/raw")
	b.ReportMetric(float64(client.Microseconds())/float64(b.N), "µs/call")
}

func get(hc *http.Client, address string, out any) error {
	response, err := hc.Get(address)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(out)
}

func client(b *testing.B, server *httptest.Server) *wecom.Client {
	c, err := wecom.New(wecom.Config{CorpID: "ww1", AppSecret: "s"}, clients.WithBaseURL(server.URL),
		clients.WithLimiter(clients.NoLimit))
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func BenchmarkGetUser(b *testing.B) {
	server := vendor(b, 0)
	hc, c := &http.Client{}, client(b, server)
	query := url.Values{"access_token": {"opaque"}, "userid": {"chen.yq"}}.Encode()
	compare(b, func() error {
		var out wecomapi.GetUserAnswer
		return get(hc, server.URL+"/user/get?"+query, &out)
	}, func() error {
		_, err := c.GetUser(context.Background(), &wecomapi.GetUserParams{UserID: "chen.yq"})
		return err
	})
}

func BenchmarkGetUserList(b *testing.B) {
	for _, members := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(members, " members"), func(b *testing.B) {
			server := vendor(b, members)
			hc, c := &http.Client{}, client(b, server)
			compare(b, func() error {
				var out wecomapi.GetUserListAnswer
				return get(hc, server.URL+"/user/list?access_token=opaque&department_id=1", &out)
			}, func() error {
				_, err := c.GetUserList(context.Background(), &wecomapi.GetUserListParams{DepartmentID: 1})
				return err
			})
		})
	}
}

// answers is the network: every request is answered at once, so that what is measured is the client alone.
type answers string

func (a answers) RoundTrip(req *http.Request) (*http.Response, error) {
	body := string(a)
	if strings.HasSuffix(req.URL.Path, "/gettoken") {
		body = `{"errcode":0,"errmsg":"ok","access_token":"opaque","expires_in":7200}`
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       req}, nil
}

func BenchmarkGetUserWithoutANetwork(b *testing.B) {
	c, err := wecom.New(wecom.Config{CorpID: "ww1", AppSecret: "s"}, clients.WithLimiter(clients.NoLimit),
		clients.WithHTTPClient(&http.Client{
			Transport: answers(`{"errcode":0,"errmsg":"ok","userid":"chen.yq","name":"陈雨晴"}`)}))
	if err != nil {
		b.Fatal(err)
	}
	params := &wecomapi.GetUserParams{UserID: "chen.yq"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.GetUser(context.Background(), params); err != nil {
			b.Fatal(err)
		}
	}
}
