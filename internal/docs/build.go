package docs

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/roster-go/roster/internal/docs/site"
)

// Builder makes the reference pages.
type Builder struct {
	Documents fs.FS // the folder specs
	Testdata  fs.FS // the folder testdata
	// the command that runs redocly's command line, such as npx @redocly/cli@2.77.0; without it, only documents and
	// indices are written
	Redocly []string
	Version string // of the checkout, for the index; may be empty
	Log     func(format string, args ...any)
}

//go:embed index.html.tmpl
var indexText string

// Build writes the pages into the folder out, in place of what was there. If it fails, what was there stays.
func (b Builder) Build(ctx context.Context, out string) (err error) {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(out), ".docs-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	next := filepath.Join(work, "docs")
	if err := os.MkdirAll(filepath.Join(next, site.Folder), 0o755); err != nil {
		return err
	}

	var pages []*page
	var jobs []func() error
	known, err := all()
	if err != nil {
		return err
	}
	for _, v := range known {
		p, err := load(b.Documents, b.Testdata, v)
		if err != nil {
			return err
		}
		pages = append(pages, p)
		for _, f := range []form{atVendor, atSimulator} {
			jobs = append(jobs, func() error { return b.render(ctx, p, f, work, folderOf(next, f)) })
		}
	}
	// The first run may have to install redocly, which two at a time would do twice.
	if err := errors.Join(jobs[0](), together(2, jobs[1:])); err != nil {
		return err
	}
	for _, f := range []form{atVendor, atSimulator} {
		index, err := b.index(pages, f)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(folderOf(next, f), "index.html"), index); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.Chmod(next, 0o755); err != nil {
		return err
	}
	return os.Rename(next, out)
}

func folderOf(out string, f form) string {
	if f == atSimulator {
		return filepath.Join(out, site.Folder)
	}
	return out
}

// render makes the page of one document in one form, and puts the document beside it.
func (b Builder) render(ctx context.Context, p *page, f form, work, out string) error {
	derived, err := p.derive(f)
	if err != nil {
		return err
	}
	input := filepath.Join(work, fmt.Sprintf("%s-%d.yaml", p.vendor.name, f))
	if err := write(input, derived); err != nil {
		return err
	}
	document := derived
	if f == atVendor {
		if document, err = fs.ReadFile(b.Documents, p.vendor.name+".yaml"); err != nil {
			return err
		}
	}
	if err := write(filepath.Join(out, p.vendor.name+".yaml"), document); err != nil {
		return err
	}
	if len(b.Redocly) == 0 {
		return nil
	}
	target := filepath.Join(out, p.vendor.name+".html")
	args := append(b.Redocly[1:len(b.Redocly):len(b.Redocly)], "build-docs", "--inlineBundle",
		"--openapi.jsonSamplesExpandLevel=all", "-o", target, input)
	cmd := exec.CommandContext(ctx, b.Redocly[0], args...)
	cmd.Env = append(os.Environ(), "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true")
	if printed, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("redocly, %s.yaml: %w\n%s", p.vendor.name, err, printed)
	}
	html, err := os.ReadFile(target)
	if err != nil {
		return err
	}
	html, err = offline(html)
	if err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	if f == atVendor {
		b.Log("%s: %s, version %s, %d operations", p.vendor.name, p.title, p.version, len(p.operations))
	}
	return write(target, html)
}

// logo is an image that the renderer's footer would load from its maker's servers.
var logo = regexp.MustCompile(`https://cdn\.redoc\.ly/redoc/logo-mini[a-z-]*\.svg`)

// offline takes out of a rendered page what a browser would fetch: the renderer's logo, and the icon that browsers look
// for by themselves.
func offline(html []byte) ([]byte, error) {
	const head = "<head>"
	if !bytes.Contains(html, []byte(head)) {
		return nil, errors.New("the rendered page has no head")
	}
	html = bytes.Replace(html, []byte(head), []byte(head+"\n  <link rel=\"icon\" href=\"data:,\">"), 1)
	const word = `data:image/svg+xml,%3Csvg xmlns=%27http://www.w3.org/2000/svg%27 width=%2752%27 ` +
		`height=%2712%27%3E%3Ctext y=%2710%27 font-family=%27sans-serif%27 font-size=%2712%27 ` +
		`fill=%27%23555%27%3ERedocly%3C/text%3E%3C/svg%3E`
	return logo.ReplaceAll(html, []byte(word)), nil
}

// card is what the index shows of a document.
type card struct {
	Name, Title, Document, Version, Server, Source string
	Operations                                     int
	Tags                                           []tagCount
}

// index renders the page that links the others.
func (b Builder) index(pages []*page, f form) ([]byte, error) {
	data := struct {
		Cards     []card
		Version   string
		Simulator bool
		Count     int
	}{Version: b.Version, Simulator: f == atSimulator}
	for _, p := range pages {
		data.Cards = append(data.Cards, card{
			Name: p.vendor.name, Title: p.vendor.title, Document: p.title, Version: p.version,
			Server: p.vendor.server(f, p.servers[0]),
			Source: p.source, Operations: len(p.operations), Tags: p.tags,
		})
		data.Count += len(p.operations)
	}
	parsed, err := template.New("index").Parse(indexText)
	if err != nil {
		return nil, err
	}
	var html bytes.Buffer
	err = parsed.Execute(&html, data)
	return html.Bytes(), err
}

func write(name string, data []byte) error { return os.WriteFile(name, data, 0o644) }

// together runs jobs, n at a time, and returns what went wrong.
func together(n int, jobs []func() error) error {
	var group sync.WaitGroup
	slots := make(chan struct{}, n)
	failures := make([]error, len(jobs))
	for i, job := range jobs {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			failures[i] = job()
		})
	}
	group.Wait()
	return errors.Join(failures...)
}
