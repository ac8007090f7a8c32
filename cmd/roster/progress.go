package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far exports are that run side by side: a bar on a terminal, and nothing in a pipe or file. How
// many people there are is known at the end only, so it counts departments: those that have been read of those known so
// far.
type progress struct {
	mu    sync.Mutex
	bar   *progressbar.ProgressBar // nil where there is no terminal
	order []string
	state map[string]*reach
}

type reach struct{ read, listed int }

func newProgress(log io.Writer, names []string) *progress {
	p := &progress{order: names, state: make(map[string]*reach)}
	for _, name := range names {
		p.state[name] = &reach{}
	}
	if file := fileBehind(log); file != nil && term.IsTerminal(int(file.Fd())) {
		// The bar's own ticker is off: it and Set would draw at once.
		p.bar = progressbar.NewOptions(1, progressbar.OptionSetWriter(log), progressbar.OptionSetDescription(p.text()),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetSpinnerChangeInterval(0),
			progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish())
		_ = p.bar.RenderBlank() // from the start
	}
	return p
}

// listed counts a department that there is to read.
func (p *progress) listed(name string) { p.add(name, reach{listed: 1}) }

// read counts a department that nothing more is to be read of.
func (p *progress) read(name string) { p.add(name, reach{read: 1}) }

func (p *progress) add(name string, more reach) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state[name].read += more.read
	p.state[name].listed += more.listed
	if p.bar == nil {
		return
	}
	sum := p.sum()
	p.bar.ChangeMax(sum.listed + 1) // the bar ends itself when it is full, and there may be more to come
	p.bar.Describe(p.text())
	_ = p.bar.Set(sum.read)
}

func (p *progress) sum() reach {
	var sum reach
	for _, r := range p.state {
		sum.read += r.read
		sum.listed += r.listed
	}
	return sum
}

func (p *progress) text() string {
	var all []string
	for _, name := range p.order {
		all = append(all, fmt.Sprintf("%s %d/%d", name, p.state[name].read, p.state[name].listed))
	}
	return strings.Join(all, ", ") + " departments"
}

func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
