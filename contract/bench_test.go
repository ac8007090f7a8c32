package contract_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/roster-go/roster/contract"
)

func BenchmarkNewValidator(b *testing.B) {
	for _, vendor := range contract.Vendors() {
		b.Run(vendor, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := contract.NewValidator(vendor); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func discardAll(response *http.Response, buf []byte) {
	for {
		if _, err := response.Body.Read(buf); err != nil {
			break
		}
	}
	_ = response.Body.Close()
}

// What watching costs a caller: the difference to "bare". The one goroutine that checks is held up, so that its work is
// not counted in: that is what BenchmarkCheck measures.
func BenchmarkTransport(b *testing.B) {
	user := `{"errcode":0,"errmsg":"ok","userid":"chen.yq","name":"陈雨晴","department":[12,40],"order":[1,2],` +
		`"is_leader_in_dept":[0,1],"status":1,"main_department":12,"position":"` + strings.Repeat("x", 400) +
		`","brand_new":1}`
	next := roundTripper(func(r *http.Request) (*http.Response, error) {
		return newResponse(r, io.NopCloser(strings.NewReader(user)), int64(len(user))), nil
	})
	for _, bm := range []struct {
		name    string
		options []contract.TransportOption
	}{
		{"bare", nil},
		{"not sampled", []contract.TransportOption{contract.WithRate(0)}},
		{"not sampled, operation looked up", []contract.TransportOption{contract.WithRate(0), contract.WithFirst(1)}},
		{"sampled", []contract.TransportOption{contract.WithRate(1)}},
	} {
		b.Run(bm.name, func(b *testing.B) {
			var transport http.RoundTripper = next
			release := make(chan struct{})
			defer close(release)
			if bm.options != nil {
				transport = newTransport(b, next, append(bm.options, contract.WithLimits(1<<20, 1, 1<<30),
					contract.WithCallback(func(contract.Finding) { <-release }))...)
			}
			req := newRequest(b, "/user/get?userid=a")
			buf := make([]byte, 4<<10)
			b.ReportAllocs()
			for b.Loop() {
				response, err := transport.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				discardAll(response, buf)
			}
		})
	}
}

// What a check takes of another goroutine's time.
func BenchmarkCheck(b *testing.B) {
	v := validator(b, "wecom")
	member := `{"userid":"chen.yq","name":"陈雨晴","department":[12,40],"order":[1,2],"is_leader_in_dept":[0,1],` +
		`"status":1,"main_department":12,"gender":"2","mobile":"13900001111","email":"a@example.com",` +
		`"extattr":{"attrs":[{"name":"x","type":0,"value":"y"}]}}`
	for _, bm := range []struct{ name, operation, body string }{
		{"one member", "GetUser", `{"errcode":0,"errmsg":"ok",` + member[1:]},
		{"100 members", "GetUserList", `{"errcode":0,"errmsg":"ok","userlist":[` + strings.Repeat(member+",", 99) +
			member + `]}`},
	} {
		b.Run(bm.name, func(b *testing.B) {
			x := contract.Exchange{Operation: bm.operation, Response: answer(200, "application/json", bm.body)}
			if findings := v.Check(x); len(findings) > 0 {
				b.Fatal(findings)
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(bm.body)))
			for b.Loop() {
				v.Check(x)
			}
		})
	}
}
