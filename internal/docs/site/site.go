// Package site serves the reference pages that "make docs" builds, beside a simulator: the pages then name the
// simulator's own address and credentials, so that their samples work as pasted.
package site

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Folder is the part of the built pages that is meant for a simulator. Its files hold placeholders.
const Folder = "sim"

// Prefix is the path below which the pages are served.
const Prefix = "/docs/"

// Placeholder is what stands in a page for a value that is only known when the page is served. The name is in capitals,
// as that of an environment variable.
func Placeholder(name string) string { return "ROSTER__" + name + "__" }

var (
	placeholder = regexp.MustCompile(`ROSTER__([A-Z0-9]+(?:_[A-Z0-9]+)*)__`)

	// A value goes into HTML, into JSON inside a script, and into shell commands: what is not plain in all of them is
	// refused. A host too, since it comes from the request.
	plain     = regexp.MustCompile(`^[A-Za-z0-9._:/@+=%,\[\]-]*$`)
	plainHost = regexp.MustCompile(`^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)
)

// Values looks up what a placeholder stands for. It is made anew for each page, and asked once for each name in it. An
// error is written in the value's place.
type Values func(name string) (string, error)

// Site is the http.Handler of the pages.
type Site struct {
	dir    string
	host   string
	values func(base string) Values
}

// New returns a handler for the pages in dir, which need not be there yet. base is the address of the simulator, such
// as "http://127.0.0.1:8080"; a page is filled with values(base), where base is the address by which its reader came.
func New(dir, base string, values func(base string) Values) *Site {
	return &Site{dir: dir, host: strings.TrimPrefix(base, "http://"), values: values}
}

// ServeHTTP serves Prefix and the files directly below it.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store") // another simulator may listen here tomorrow
	header.Set("Referrer-Policy", "no-referrer")
	// The pages are whole: a page that wants anything from elsewhere is not the one that was built.
	header.Set("Content-Security-Policy",
		"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; "+
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "The reference pages can only be read.", http.StatusMethodNotAllowed)
		return
	}
	if r.URL.Path+"/" == Prefix {
		http.Redirect(w, r, Prefix, http.StatusFound)
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, Prefix)
	if name == "" {
		name = "index.html"
	}
	media := map[string]string{".html": "text/html; charset=utf-8", ".yaml": "application/yaml"}[path.Ext(name)]
	if !ok || media == "" || strings.ContainsAny(name, `/\`) || !fs.ValidPath(name) {
		http.NotFound(w, r)
		return
	}
	page, err := s.read(name)
	switch {
	case errors.Is(err, errNotBuilt):
		http.Error(w,
			fmt.Sprintf(
				"The reference pages are not built: run \"make docs\" in the checkout, or name their folder with "+
					"--docs. Looked in %s.", s.dir), http.StatusNotFound)
		return
	case errors.Is(err, fs.ErrNotExist):
		http.NotFound(w, r)
		return
	case err != nil:
		http.Error(w, "The page cannot be read.", http.StatusInternalServerError)
		return
	}
	header.Set("Content-Type", media)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.fill(page, s.base(r))))
}

var errNotBuilt = errors.New("the pages are not built")

// read reads a file of the simulator's folder, and nothing outside of it, whatever links there are.
func (s *Site) read(name string) ([]byte, error) {
	if s.dir == "" {
		return nil, errNotBuilt
	}
	folder, err := os.OpenRoot(filepath.Join(s.dir, Folder))
	if err != nil {
		return nil, errNotBuilt
	}
	defer folder.Close()
	if _, err := folder.Stat("index.html"); err != nil {
		return nil, errNotBuilt
	}
	file, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// base is the address that the reader used, which may be another than the one listened on: a name, a forwarded port.
func (s *Site) base(r *http.Request) string {
	host := r.Host
	if !plainHost.MatchString(host) {
		host = s.host
	}
	return "http://" + host
}

// fill puts the values into a page.
func (s *Site) fill(page []byte, base string) []byte {
	lookup := s.values(base)
	known := make(map[string][]byte)
	return placeholder.ReplaceAllFunc(page, func(found []byte) []byte {
		name := string(placeholder.FindSubmatch(found)[1])
		if value, ok := known[name]; ok {
			return value
		}
		value, err := lookup(name)
		if err != nil || !plain.MatchString(value) {
			value = "no-" + strings.ToLower(strings.ReplaceAll(name, "_", "-"))
		}
		known[name] = []byte(value)
		return known[name]
	})
}

// Available tells whether the pages are built in a folder.
func Available(dir string) bool {
	_, err := (&Site{dir: dir}).read("index.html")
	return err == nil
}

// Reachable returns the address of a listener as a browser on the same machine can use it: one that listens everywhere
// is reached on loopback.
func Reachable(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return address.String()
	}
	return fmt.Sprintf("127.0.0.1:%d", tcp.Port)
}
