package clienttest

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
)

// Canned serves answers by path, without what stands behind a question mark, on every connection that comes. Unlike
// net/http's server it allocates nothing for a request, so that what a test counts is the client's.
func Canned(t testing.TB, answers map[string]string) (baseURL string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	c := canned{answers: map[string][]byte{}}
	for path, body := range answers {
		c.answers[path] = fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"+
			"Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go c.serve(conn)
		}
	}()
	return "http://" + listener.Addr().String()
}

type canned struct{ answers map[string][]byte }

func (c canned) serve(conn net.Conn) {
	defer conn.Close()
	buffer := make([]byte, 64<<10)
	for have := 0; ; {
		n, err := conn.Read(buffer[have:])
		if err != nil {
			return
		}
		have += n
		for {
			size, path := request(buffer[:have])
			if size == 0 {
				break
			}
			answer, ok := c.answers[string(path)]
			if !ok {
				return // which the client sees as a connection that broke
			}
			if _, err := conn.Write(answer); err != nil {
				return
			}
			have = copy(buffer, buffer[size:have])
		}
	}
}

// request returns the size of the request that b begins with, 0 if it is not all there, and its path.
func request(b []byte) (size int, path []byte) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		return 0, nil
	}
	size = end + 4
	const length = "\r\nContent-Length: "
	if at := bytes.Index(b[:end+2], []byte(length)); at >= 0 {
		n := 0
		for _, digit := range b[at+len(length) : end+2] {
			if digit < '0' || digit > '9' {
				break
			}
			n = 10*n + int(digit-'0')
		}
		size += n
	}
	if size > len(b) {
		return 0, nil
	}
	path = b[bytes.IndexByte(b, ' ')+1:]
	return size, path[:bytes.IndexAny(path, "? ")]
}

// Rows repeats a row of a list, with commas between.
func Rows(row string, n int) string { return strings.TrimSuffix(strings.Repeat(row+",", n), ",") }

// Allocations fails if call allocates more often than ceiling, which is what it takes and three more. Raise it only for
// what is worth that to every call.
func Allocations(t *testing.T, what string, ceiling float64, call func() error) {
	t.Helper()
	for range 3 { // connection, token, and what is kept
		if err := call(); err != nil {
			t.Fatal(err)
		}
	}
	got := testing.AllocsPerRun(200, func() {
		if err := call(); err != nil {
			t.Fatal(err)
		}
	})
	if raceDetector {
		ceiling += 6 // of what pools throw away, to find races
	}
	if got > ceiling {
		t.Errorf("%s: %.0f allocations, want at most %.0f", what, got, ceiling)
	}
}
