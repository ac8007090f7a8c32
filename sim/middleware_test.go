package sim_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/roster-go/roster/sim"
	"github.com/stretchr/testify/assert"
)

// A middleware is between what faults do and what the vendor answers.
func TestMiddlewares(t *testing.T) {
	var seen []string
	watch := func(name string) sim.Option {
		return sim.WithMiddleware(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				f, struck := sim.FaultOf(r.Context())
				assert.Equal(t, struck, f.Kind != "")
				recorder := httptest.NewRecorder()
				next.ServeHTTP(recorder, r)
				seen = append(seen, name+" "+r.URL.Path+" "+string(f.Kind)+" "+recorder.Header().Get("Error-Code"))
				w.Header().Set("X-Seen-By", name)
				for header, values := range recorder.Header() {
					w.Header()[header] = values
				}
				w.WriteHeader(recorder.Code)
				_, _ = w.Write(recorder.Body.Bytes())
			})
		})
	}
	srv := serve(t, watch("outer"), watch("inner"))
	c := &weComCaller{t: t, srv: srv, token: "none"}
	call := func() reply {
		seen = nil
		return c.get("/department/list")
	}
	strike := func(kind sim.FaultKind) reply {
		srv.Inject(sim.VendorWeCom, "ListDepartment", sim.Fault{Kind: kind, Times: 1})
		return call()
	}
	const path = " /wecom/cgi-bin/department/list "

	got := call()
	assert.Equal(t, []string{"inner" + path + " 40014", "outer" + path + " 40014"}, seen)
	assert.Equal(t, "inner", got.header.Get("X-Seen-By"),
		"the first middleware is the outermost, and has passed on what the second one set")

	got = strike(sim.FaultThrottled)
	assert.Equal(t, 45009, got.code())
	assert.Equal(t, []string{"inner" + path + "throttled 45009", "outer" + path + "throttled 45009"}, seen,
		"a refusal in the vendor's words")

	got = strike(sim.FaultTruncated)
	assert.Nil(t, got.body)
	assert.Equal(t, "outer"+path+"truncated 40014", seen[1], "the whole answer; it is cut afterwards")

	got = strike(sim.FaultHTMLError)
	assert.Equal(t, http.StatusBadGateway, got.status)
	assert.Empty(t, seen, "a gateway answered")

	_, struck := sim.FaultOf(t.Context())
	assert.False(t, struck, "not a call's context")
}
