package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// devtools speaks the DevTools protocol with a browser over a pair of pipes: messages are JSON objects with a zero byte
// after each.
type devtools struct {
	in io.Writer

	mu      sync.Mutex
	last    int
	waiting map[int]chan message
	events  []message
	arrived chan struct{} // closed, and replaced, with each event
	ended   chan struct{}
}

type message struct {
	ID        int             `json:"id,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    json.RawMessage `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     json.RawMessage `json:"error,omitempty"`
}

// startBrowser runs a browser that finds no host but the loopback address, and ends it with the test.
func startBrowser(t *testing.T, program string) *devtools {
	t.Helper()
	toBrowser, in, err := os.Pipe()
	require.NoError(t, err)
	out, fromBrowser, err := os.Pipe()
	require.NoError(t, err)
	cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1500,1000",
		"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--remote-debugging-pipe",
		"--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{toBrowser, fromBrowser} // 3 and 4, where the browser looks for them
	cmd.WaitDelay = 10 * time.Second
	require.NoError(t, cmd.Start())
	require.NoError(t, toBrowser.Close())
	require.NoError(t, fromBrowser.Close())
	d := &devtools{in: in, waiting: make(map[int]chan message), arrived: make(chan struct{}),
		ended: make(chan struct{})}
	go d.read(out)
	t.Cleanup(func() {
		_, _ = d.call(context.Background(), "", "Browser.close", nil) // fails if it has ended before
		assert.NoError(t, in.Close())
		if err := cmd.Wait(); err != nil {
			t.Log(err)
		}
		<-d.ended
		assert.NoError(t, out.Close())
	})
	return d
}

func (d *devtools) read(out io.Reader) {
	defer close(d.ended)
	reader := bufio.NewReader(out)
	for {
		data, err := reader.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(data[:len(data)-1], &m) != nil {
			continue
		}
		d.mu.Lock()
		if answer := d.waiting[m.ID]; answer != nil {
			delete(d.waiting, m.ID)
			answer <- m
		} else {
			d.events = append(d.events, m)
			close(d.arrived)
			d.arrived = make(chan struct{})
		}
		d.mu.Unlock()
	}
}

// call sends a command, in a session or to the browser itself, and returns its result.
func (d *devtools) call(ctx context.Context, session, method string, params any) (json.RawMessage, error) {
	answer := make(chan message, 1)
	d.mu.Lock()
	d.last++
	id := d.last
	d.waiting[id] = answer
	d.mu.Unlock()
	var encoded json.RawMessage
	if params != nil {
		var err error
		if encoded, err = json.Marshal(params); err != nil {
			return nil, err
		}
	}
	command, err := json.Marshal(message{ID: id, SessionID: session, Method: method, Params: encoded})
	if err != nil {
		return nil, err
	}
	if _, err := d.in.Write(append(command, 0)); err != nil {
		return nil, err
	}
	select {
	case m := <-answer:
		if m.Error != nil {
			return nil, fmt.Errorf("%s: %s", method, m.Error)
		}
		return m.Result, nil
	case <-d.ended:
		return nil, errors.New("the browser has ended")
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// await waits for the first event of a kind in a session.
func (d *devtools) await(ctx context.Context, session, method string) error {
	for {
		d.mu.Lock()
		seen := slices.ContainsFunc(d.events,
			func(m message) bool { return m.SessionID == session && m.Method == method })
		arrived := d.arrived
		d.mu.Unlock()
		if seen {
			return nil
		}
		select {
		case <-arrived:
		case <-d.ended:
			return errors.New("the browser has ended")
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", method, ctx.Err())
		}
	}
}

// tab is a page that is open in the browser.
type tab struct {
	t       *testing.T
	browser *devtools
	session string
}

func (d *devtools) open(t *testing.T, url string) *tab {
	t.Helper()
	p := &tab{t: t, browser: d}
	var target struct{ TargetID, SessionID string }
	p.do("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	p.do("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &target)
	p.session = target.SessionID
	for _, domain := range []string{"Runtime", "Log", "Network", "Page"} {
		p.do(domain+".enable", nil, nil)
	}
	var navigation struct{ ErrorText string }
	p.do("Page.navigate", map[string]any{"url": url}, &navigation)
	require.Empty(t, navigation.ErrorText, url)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, d.await(ctx, p.session, "Page.loadEventFired"), url)
	t.Cleanup(func() { p.do("Target.closeTarget", map[string]any{"targetId": target.TargetID}, nil) })
	return p
}

func (p *tab) do(method string, params, result any) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.t.Context()), time.Minute)
	defer cancel()
	session := p.session
	if strings.HasPrefix(method, "Target.") {
		session = ""
	}
	answer, err := p.browser.call(ctx, session, method, params)
	require.NoError(p.t, err)
	if result != nil {
		require.NoError(p.t, json.Unmarshal(answer, result))
	}
}

// evaluate runs the body of an asynchronous function in the page and returns what it gives.
func (p *tab) evaluate(body string, args ...any) json.RawMessage {
	p.t.Helper()
	encoded, err := json.Marshal(append([]any{}, args...)) // a list also when there are none
	require.NoError(p.t, err)
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	p.do("Runtime.evaluate", map[string]any{
		"expression": "(async (...args) => {" + body + "})(..." + string(encoded) + ")", "awaitPromise": true,
		"returnByValue": true,
	}, &answer)
	require.Empty(p.t, string(answer.ExceptionDetails))
	return answer.Result.Value
}

// trouble lists what the page complained of, and what it asked of the network beyond allowed.
func (p *tab) trouble(allowed string) []string {
	p.browser.mu.Lock()
	defer p.browser.mu.Unlock()
	var found []string
	for _, event := range p.browser.events {
		if event.SessionID != p.session {
			continue
		}
		var params struct {
			Type    string
			Entry   struct{ Level, Text, URL string }
			Request struct{ URL string }
		}
		if err := json.Unmarshal(event.Params, &params); err != nil {
			found = append(found, err.Error())
			continue
		}
		switch event.Method {
		case "Runtime.exceptionThrown":
			found = append(found, "exception: "+string(event.Params))
		case "Runtime.consoleAPICalled":
			if params.Type == "error" || params.Type == "assert" {
				found = append(found, "console: "+string(event.Params))
			}
		case "Log.entryAdded":
			if params.Entry.Level == "error" {
				found = append(found, "log: "+params.Entry.Text+" "+params.Entry.URL)
			}
		case "Network.requestWillBeSent":
			if url := params.Request.URL; !strings.HasPrefix(url, allowed) && !strings.HasPrefix(url, "data:") &&
				!strings.HasPrefix(url, "blob:") {
				found = append(found, "request: "+url)
			}
		}
	}
	return found
}
