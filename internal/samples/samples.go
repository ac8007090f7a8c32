// Package samples reads the wire samples of testdata: recorded or documented pairs of a request and its answer, one
// file each.
package samples

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// Sample is one file, testdata/<vendor>/<operation>/<case>.json. The README of specs says what its members mean.
type Sample struct {
	Operation string `json:"-"`
	Case      string `json:"-"`

	Source    json.RawMessage `json:"source"`
	Note      string          `json:"note"`
	Request   Request         `json:"request"`
	Response  Response        `json:"response"`
	Reencoded json.RawMessage `json:"reencoded,omitempty"`
}

// Request is what was sent, without credentials.
type Request struct {
	Path   map[string]string   `json:"path,omitempty"`
	Query  map[string][]string `json:"query,omitempty"`
	Header map[string]string   `json:"header,omitempty"`
	Body   json.RawMessage     `json:"body,omitempty"`
	Form   map[string]string   `json:"form,omitempty"`
}

// Response is what came back: JSON in Body or anything else in Text.
type Response struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header,omitempty"`
	Body   json.RawMessage   `json:"body,omitempty"`
	Text   *string           `json:"text,omitempty"`
}

// Success tells whether the sample shows a call that went well.
func (s *Sample) Success() bool { return strings.HasPrefix(s.Case, "success") }

// Payload is the body as it was on the wire.
func (r *Response) Payload() []byte {
	if r.Text != nil {
		return []byte(*r.Text)
	}
	return r.Body
}

// Write sends the response.
func (r *Response) Write(w http.ResponseWriter) {
	for name, value := range r.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(r.Status)
	_, _ = w.Write(r.Payload())
}

// Load reads all samples of a vendor from testdata, in order of their names. A folder whose name is not an operation's
// is left out.
func Load(testdata fs.FS, vendor string) ([]*Sample, error) {
	files, err := fs.Glob(testdata, vendor+"/*/*.json")
	if err != nil {
		return nil, err
	}
	var all []*Sample
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".json")
		if !strings.HasPrefix(name, "success") && !strings.HasPrefix(name, "error") {
			continue
		}
		data, err := fs.ReadFile(testdata, file)
		if err != nil {
			return nil, err
		}
		s := &Sample{Operation: path.Base(path.Dir(file)), Case: name}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(s); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if s.Response.Status == 0 {
			return nil, fmt.Errorf("%s: response.status is missing", file)
		}
		if s.Response.Status < 200 || s.Response.Status > 599 {
			return nil, fmt.Errorf("%s: response.status %d does not end an exchange: want 200 to 599", file,
				s.Response.Status)
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no samples of %s", vendor)
	}
	return all, nil
}
