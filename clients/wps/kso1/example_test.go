package kso1_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/roster-go/roster/clients/wps/kso1"
)

// The first of the vendor's published vectors.
func ExampleSigner_Sign() {
	signer := kso1.Signer{AccessKey: "AK123456", SecretKey: "sk098765"}
	req, err := http.NewRequest(http.MethodGet, "https://openapi.wps.cn/v7/test?key=value", nil)
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if err := signer.Sign(req, nil, time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)); err != nil {
		panic(err)
	}
	fmt.Println(req.Header.Get(kso1.HeaderDate))
	fmt.Println(req.Header.Get(kso1.HeaderAuthorization))
	// Output:
	// Mon, 02 Jan 2006 15:04:05 GMT
	// KSO-1 AK123456:ce8df66877175e5198c8ea1362ffddf82e4941c6f25a4ca205a1ad09d0faaf03
}

func ExampleTransport() {
	signer := kso1.Signer{AccessKey: "AK123456", SecretKey: "sk098765"}
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, err := signer.Verify(r, body)
		fmt.Fprintf(w, "%s, error: %v", body, err)
	}))
	defer vendor.Close()

	client := &http.Client{Transport: &kso1.Transport{Signer: signer}}
	response, err := client.Post(vendor.URL+"/v7/depts/batch_read", "application/json",
		strings.NewReader(`{"dept_ids":["Dp7731"]}`))
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	fmt.Println(string(text))
	// Output: {"dept_ids":["Dp7731"]}, error: <nil>
}

// A server learns what the signer did wrong.
func ExampleSigner_Verify() {
	server := kso1.Signer{AccessKey: "AK123456", SecretKey: "sk098765"}
	req := httptest.NewRequest(http.MethodGet, "/v7/test?key=value", nil)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(kso1.HeaderDate, "Mon, 02 Jan 2006 15:04:05 GMT")
	req.Header.Set(kso1.HeaderAuthorization,
		"KSO-1 AK123456:cfa89786d68aae427026db48710bab375276dc15efe0c433b7c7ef2f28935063")
	_, err := server.Verify(req, nil)
	fmt.Println(err)
	// Output: kso1sign check error: invalid signature: the hash of an empty body was signed
}
