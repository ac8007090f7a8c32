package main

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
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
