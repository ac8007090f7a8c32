package reliability

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var (
	pageFile = flag.String("page", "", "run long, and write the page to this `file`")
	soakTime = flag.Duration("soak", 2*time.Second, "how long to send mixed traffic")
)

// long tells whether the page is to be written.
func long() bool { return *pageFile != "" }

// pick is the size of a measurement.
func pick(short, whole int) int {
	if long() {
		return whole
	}
	return short
}

// table is a part of the page.
type table struct {
	section, intro string
	columns        []string
	rows           [][]string
}

// page collects what the tests of a run have measured.
type page struct {
	mu     sync.Mutex
	tables []*table
}

var measured page

func (p *page) add(section, intro string, columns ...string) *table {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := &table{section: section, intro: intro, columns: columns}
	p.tables = append(p.tables, t)
	return t
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) markdown(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", t.section, t.intro)
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(t.columns, " | "), strings.Repeat("---|", len(t.columns)))
	for _, row := range t.rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(row, " | "))
	}
}

func (p *page) markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Reliability

What the clients do when something goes wrong, measured and not promised. Everything here comes from one run of
`+"`make reliability`"+`, which anybody can repeat; CI runs a short form of it on every change, which fails where a
promise is broken. Times and memory are this machine's: %s, %s/%s, %d processors, %s.

A call either succeeds, or ends with a typed error. The words in the tables are the kinds of `+"`clients.Error`"+`;
*unknown outcome* is `+"`clients.ErrOutcomeUnknown`"+`: the call may have been carried out, and the error says so.
`, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format("January 2006"))
	for _, t := range p.tables {
		t.markdown(&b)
	}
	return b.Bytes()
}

func TestMain(m *testing.M) {
	flag.Parse()
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	code := m.Run()
	if code == 0 && long() {
		if err := os.WriteFile(*pageFile, measured.markdown(), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "goroutines are left:", err)
		code = 1
	}
	os.Exit(code)
}
