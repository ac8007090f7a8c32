package sim

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// TB is the part of testing.TB that Serve needs, so that programs which are not tests do not link package testing.
type TB interface {
	Helper()
	Cleanup(func())
}

// Server is a simulator that listens.
type Server struct {
	*Simulator

	// URL is where it listens, without a slash at the end: "http://127.0.0.1:41234".
	URL string

	http *http.Server
}

// Serve starts a simulator on a free port of the loopback interface and ends it with the test.
//
// It panics if the loopback interface cannot be listened on: a test has no other way to go on.
func Serve(t TB, opts ...Option) *Server {
	t.Helper()
	srv, err := Listen("127.0.0.1:0", opts...)
	if err != nil {
		panic(err)
	}
	t.Cleanup(srv.Close)
	return srv
}

// Listen starts a simulator on a TCP address such as "127.0.0.1:8080". Close ends it.
func Listen(address string, opts ...Option) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	srv := &Server{Simulator: New(opts...), URL: "http://" + listener.Addr().String()}
	srv.http = &http.Server{
		Handler:           srv.Simulator,
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // it would report every connection that a fault resets
	}
	go func() { _ = srv.http.Serve(listener) }() // ends with Close
	return srv, nil
}

// Close ends all answers that are under way and stops listening.
func (s *Server) Close() {
	s.Simulator.Close()
	_ = s.http.Close()
}

// WeComURL is the base URL of WeCom's interface, in place of https://qyapi.weixin.qq.com/cgi-bin.
func (s *Server) WeComURL() string { return s.URL + "/wecom/cgi-bin" }

// DingTalkURL is the base URL of DingTalk's interface, in place of https://oapi.dingtalk.com and
// https://api.dingtalk.com.
func (s *Server) DingTalkURL() string { return s.URL + "/dingtalk" }

// FeishuURL is the base URL of Feishu's interface, in place of https://open.feishu.cn/open-apis.
func (s *Server) FeishuURL() string { return s.URL + "/feishu/open-apis" }

// WPSURL is the base URL of WPS 365's interface, in place of https://openapi.wps.cn. KSO-1 signatures may have its path
// or not; see WithWPSUnsignedPrefix.
func (s *Server) WPSURL() string { return s.URL + "/wps" }
