package desk

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
)

// Answer is an http.ResponseWriter that keeps what is written, so that faults and the vendor's habits can change it
// before it goes out.
type Answer struct {
	Status int
	header http.Header
	Body   bytes.Buffer
}

// NewAnswer returns an answer that nobody has written to.
func NewAnswer() *Answer { return &Answer{header: make(http.Header)} }

// Header returns the header to be sent.
func (a *Answer) Header() http.Header { return a.header }

// WriteHeader sets the status, once.
func (a *Answer) WriteHeader(status int) {
	if a.Status == 0 {
		a.Status = status
	}
}

// Write adds to the body.
func (a *Answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.Body.Write(p)
}

// Replace puts another body in place of the one that was written.
func (a *Answer) Replace(body []byte) {
	a.Body.Reset()
	a.Body.Write(body)
	a.header.Del("Content-Length")
}

// send passes the answer on.
func (a *Answer) send(w http.ResponseWriter) {
	a.WriteHeader(http.StatusOK)
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", strconv.Itoa(a.Body.Len()))
	w.WriteHeader(a.Status)
	w.Write(a.Body.Bytes()) // the client may be gone, which is its own business
}

// copyTo writes the answer as a handler does.
func (a *Answer) copyTo(w http.ResponseWriter) {
	a.WriteHeader(http.StatusOK)
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.Status)
	w.Write(a.Body.Bytes())
}

// WriteJSON writes v as the vendors do: raw UTF-8, with <, > and & as they are.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		http.Error(w, "sim: the answer cannot be written as JSON: "+err.Error(), http.StatusInternalServerError)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	}
	w.WriteHeader(status)
	w.Write(bytes.TrimSuffix(buf.Bytes(), []byte{'\n'}))
}

// UnescapeHTML turns \u003c, \u003e and \u0026 in JSON back into <, > and &. The generated server writes them escaped,
// the vendors do not.
func UnescapeHTML(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		if i+6 <= len(text) {
			switch string(text[i : i+6]) {
			case `\u003c`:
				out, i = append(out, '<'), i+5
				continue
			case `\u003e`:
				out, i = append(out, '>'), i+5
				continue
			case `\u0026`:
				out, i = append(out, '&'), i+5
				continue
			}
		}
		out, i = append(out, text[i], text[i+1]), i+1 // the escaped character is not the begin of another escape
	}
	return out
}
