package reliability

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// weather is what is wrong with a network.
type weather struct {
	delay    time.Duration // before what the server sends is passed on
	perRead  int           // bytes that are passed on at a time
	cutAfter int64         // what the server sends is cut here; 0 never
	blackout bool          // connections are taken and nothing is passed on
}

// proxy is a TCP proxy that makes a bad network of a good one.
type proxy struct {
	weather

	listener net.Listener
	target   string

	wg    sync.WaitGroup
	mu    sync.Mutex
	conns []net.Conn
}

func through(t *testing.T, url string, w weather) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{weather: w, listener: listener, target: strings.TrimPrefix(url, "http://")}
	p.wg.Go(func() {
		for {
			in, err := p.listener.Accept()
			if err != nil {
				return
			}
			p.keep(in)
			p.wg.Go(func() { p.serve(in) })
		}
	})
	t.Cleanup(func() {
		_ = p.listener.Close()
		p.mu.Lock()
		for _, c := range p.conns {
			_ = c.Close()
		}
		p.mu.Unlock()
		p.wg.Wait()
	})
	return "http://" + p.listener.Addr().String()
}

func (p *proxy) keep(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = append(p.conns, c)
}

func (p *proxy) serve(in net.Conn) {
	defer func() { _ = in.Close() }()
	if p.blackout {
		_, _ = io.Copy(io.Discard, in)
		return
	}
	network := "tcp"
	if strings.HasPrefix(p.target, "/") {
		network = "unix"
	}
	out, err := net.Dial(network, p.target)
	if err != nil {
		return
	}
	p.keep(out)
	defer func() { _ = out.Close() }()
	p.wg.Go(func() {
		_, _ = io.Copy(out, in)
		_ = out.Close()
	})
	buffer, sent := make([]byte, max(p.perRead, 1<<10)), int64(0)
	if p.perRead > 0 {
		buffer = buffer[:p.perRead]
	}
	for {
		n, err := out.Read(buffer)
		if p.delay > 0 && n > 0 {
			time.Sleep(p.delay) // a network is slow in real time
		}
		if p.cutAfter > 0 && sent+int64(n) > p.cutAfter {
			_, _ = in.Write(buffer[:p.cutAfter-sent])
			return
		}
		sent += int64(n)
		if _, failed := in.Write(buffer[:n]); failed != nil || err != nil {
			return
		}
	}
}

// host is a URL's.
func host(url string) string { return strings.TrimPrefix(url, "http://") }
