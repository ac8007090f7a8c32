package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// signalWriter tells when something was written.
type signalWriter struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	written chan struct{}
	once    sync.Once
}

func (w *signalWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.buf.Write(p)
	if bytes.Contains(w.buf.Bytes(), []byte("Ctrl-C")) {
		w.once.Do(func() { close(w.written) })
	}
	return n, err
}

// runSim runs the command and returns what it says once it serves. Its address is told apart by the pattern.
func runSim(t *testing.T, args ...string) (url, said string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	root := newRoot()
	out := &signalWriter{written: make(chan struct{})}
	root.SetOut(out)
	root.SetArgs(append([]string{"sim", "--people", "10", "--departments", "3"}, args...))
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, <-ended)
	})
	<-out.written
	out.mu.Lock()
	defer out.mu.Unlock()
	said = out.buf.String()
	return regexp.MustCompile(`http://[0-9.]+:\d+`).FindString(said), said
}

// The control interface is for the machine itself, unless a flag says otherwise.
func TestWhoMayGiveOrders(t *testing.T) {
	for _, test := range []struct {
		args  []string
		taken bool
	}{
		{[]string{"--addr", "127.0.0.1:0"}, true},
		{[]string{"--addr", "localhost:0"}, true},
		{[]string{"--addr", "127.0.0.1:0", "--control=false"}, false},
		{[]string{"--addr", "0.0.0.0:0"}, false},
		{[]string{"--addr", ":0"}, false},
		{[]string{"--addr", ":0", "--control"}, true},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			url, said := runSim(t, test.args...)
			response, err := http.Post(url+"/_sim/reset", "", nil)
			require.NoError(t, err)
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			if test.taken {
				assert.Equal(t, http.StatusOK, response.StatusCode)
				assert.Contains(t, said, url+"/_sim/")
				return
			}
			assert.Equal(t, http.StatusForbidden, response.StatusCode)
			assert.Contains(t, string(body), `"error":"the control interface is off; roster sim --control turns it on"`)
			assert.NotContains(t, said, "/_sim/")
		})
	}
}

// What the flags say is what a client meets.
func TestFlagsReachTheSimulator(t *testing.T) {
	url, said := runSim(t, "--addr", "127.0.0.1:0", "--no-quotas", "--token-life", "90s",
		"--fault", "wecom.GetUserList=html-error:1")
	variable := func(name string) string {
		found := regexp.MustCompile(name + `=(\S+)`).FindStringSubmatch(said)
		require.NotNil(t, found, name)
		return found[1]
	}
	for range 12 { // WPS allows 10 a second
		response, err := http.PostForm(url+"/wps/oauth2/token", map[string][]string{
			"grant_type": {"client_credentials"}, "client_id": {variable("WPS_APP_ID")},
			"client_secret": {variable("WPS_APP_KEY")}})
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, response.StatusCode)
		response.Body.Close()
	}
	answer := fetch(t, url+"/cgi-bin/gettoken?corpid="+variable("WECOM_CORP_ID")+"&corpsecret="+
		variable("WECOM_APP_SECRET"))
	assert.Contains(t, answer, `"expires_in":90`)
	for range 2 { // the second time it is injected by the reset
		response, err := http.Get(url + "/cgi-bin/user/list")
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, http.StatusBadGateway, response.StatusCode)
		fetch(t, url+"/cgi-bin/user/list")
		response, err = http.Post(url+"/_sim/reset", "", nil)
		require.NoError(t, err)
		response.Body.Close()
	}
}

// The commands of the simulator's page in docs, pasted as they are.
func TestCommandsOfTheSimulatorsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/SIMULATOR.md")
	require.NoError(t, err)
	url, _ := runSim(t, "--addr", "127.0.0.1:0")
	commands := regexp.MustCompile(`(?m)^curl .*$`).FindAllString(string(page), -1)
	require.GreaterOrEqual(t, len(commands), 5)
	for _, command := range commands {
		require.Contains(t, command, "http://127.0.0.1:8080/_sim/")
		command = strings.ReplaceAll(command, "http://127.0.0.1:8080", url)
		out, err := exec.CommandContext(t.Context(), "bash", "-c", command).CombinedOutput()
		require.NoError(t, err, command)
		assert.True(t, json.Valid(out), "%s: %s", command, out)
		assert.NotContains(t, string(out), `"error"`, command)
	}
	for _, path := range regexp.MustCompile("`(?:GET|POST|DELETE) /_sim/[^ `]*").FindAllString(string(page), -1) {
		assert.Contains(t, strings.ReplaceAll(fetch(t, url+"/_sim/"), "{id}", "1"),
			strings.NewReplacer("`", "", "/requests/wecom", "/requests/{vendor}").Replace(path))
	}
}

func TestSimServesUntilInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	root := newRoot()
	out := &signalWriter{written: make(chan struct{})}
	root.SetOut(out)
	root.SetArgs([]string{"sim", "--addr", "127.0.0.1:0", "--people", "10", "--departments", "3"})
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	<-out.written
	assert.Regexp(t, `export WECOM_BASE_URL=http://127\.0\.0\.1:\d+/wecom/cgi-bin`, out.buf.String())
	assert.Regexp(t, `export WECOM_APP_SECRET=\S+`, out.buf.String())
	cancel()
	assert.NoError(t, <-ended)
}

// Each --cause is one that the simulator can provoke, and reaches it.
func TestCausesOfTheCommandLine(t *testing.T) {
	url, _ := runSim(t, "--addr", "127.0.0.1:0", "--cause", "wecom.address-refused",
		"--cause", "feishu.permission-missing=listScopes,contact:user.phone:readonly",
		"--cause", "dingtalk.range-partial=2,3", "--cause", "wps.clock-off=-7m,1m",
		"--cause", "wps.base-url-wrong=404", "--cause", "wps.edition-lacks-interface")
	assert.JSONEq(t, `[{"id":1,"vendor":"wecom","kind":"address-refused"},
		{"id":2,"vendor":"feishu","kind":"permission-missing","names":["listScopes","contact:user.phone:readonly"]},
		{"id":3,"vendor":"dingtalk","kind":"range-partial","departments":[2,3]},
		{"id":4,"vendor":"wps","kind":"clock-off","by":"-7m0s","window":"1m0s"},
		{"id":5,"vendor":"wps","kind":"base-url-wrong","status":404},
		{"id":6,"vendor":"wps","kind":"edition-lacks-interface"}]`, fetch(t, url+"/_sim/causes"))
	for _, wrong := range []string{"wecom", "wecom.luck", "wecom.address-refused=", "wecom.address-refused=here",
		"wps.clock-off", "wps.clock-off=soon", "wps.base-url-wrong=500", "wecom.range-partial=nobody",
		"feishu.permission-missing=contact"} {
		root := newRoot()
		root.SetArgs([]string{"sim", "--addr", "127.0.0.1:0", "--people", "5", "--departments", "2", "--cause", wrong})
		assert.ErrorContains(t, root.ExecuteContext(t.Context()), "--cause "+wrong, wrong)
	}
}
