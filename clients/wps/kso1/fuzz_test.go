package kso1_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/roster-go/roster/clients/wps/kso1"
)

// FuzzSignVerify signs whatever net/http can send and verifies it as it came; one changed bit must be noticed.
func FuzzSignVerify(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.URI, v.ContentType, []byte(v.Body), uint8(3))
	}
	f.Add("/openapi", "", []byte(nil), uint8(0))
	f.Add("/openapi/v7/a%2Fb?c=d+e&c=%20", "application/json", []byte("{}"), uint8(9))
	f.Fuzz(func(t *testing.T, uri, contentType string, body []byte, flip uint8) {
		u, err := url.ParseRequestURI(uri)
		if err != nil || u.IsAbs() || u.Host != "" || uri == "*" {
			return
		}
		s := kso1.Signer{AccessKey: "AK:1", SecretKey: "sk", PathPrefix: "/openapi"}
		sent := &http.Request{Method: http.MethodPost, URL: u, Header: http.Header{}}
		if contentType != "" {
			sent.Header.Set("Content-Type", contentType)
		}
		at := time.Unix(1772525109, 0)
		if err := s.Sign(sent, body, at); err != nil {
			t.Fatal(err)
		}
		received := &http.Request{Method: http.MethodPost, URL: u, RequestURI: u.RequestURI(), Header: sent.Header}
		got, err := s.Verify(received, body)
		if err != nil || !got.Equal(at) {
			t.Fatal(got, err)
		}
		changed := append([]byte(nil), body...)
		if len(changed) == 0 {
			changed = []byte{flip}
		} else {
			changed[int(flip)%len(changed)] ^= 1 << (flip % 8)
		}
		if _, err := s.Verify(received, changed); err == nil {
			t.Fatal("a changed body passes")
		}
		received.RequestURI += "x"
		if _, err := s.Verify(received, body); err == nil {
			t.Fatal("a changed URI passes")
		}
	})
}

// FuzzVerify feeds the verifier headers as attackers make them.
func FuzzVerify(f *testing.F) {
	f.Add("KSO-1 AK:0", "Tue, 03 Mar 2026 08:05:09 GMT", "application/json", []byte("{}"))
	f.Add("KSO-1 :", "", "a;b", []byte(nil))
	f.Add("WPS-4 AK:0", "Tuesday, 03 Mar 2026 08:05:09 CST", "", []byte("["))
	f.Fuzz(func(t *testing.T, authorization, date, contentType string, body []byte) {
		req := httptest.NewRequest(http.MethodPost, "/openapi/v7/x", nil)
		req.RequestURI = "/openapi/v7/%zz?%zz=;"
		req.Header[kso1.HeaderAuthorization] = []string{authorization}
		req.Header[kso1.HeaderDate] = []string{date}
		req.Header["Content-Type"] = []string{contentType}
		if _, err := (kso1.Signer{AccessKey: "AK", SecretKey: "a key that no input guesses"}).Verify(req,
			body); err == nil {
			t.Fatal("accepted")
		}
	})
}
